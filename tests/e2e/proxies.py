"""Real proxies, each a process of a test with a configuration of its own: squid, tinyproxy, dante. Need root, to run in
a network of their own. USER and PASSWORD are let through where somebody has to be."""

import hashlib
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

USER, PASSWORD, REALM = "eva", "c0rrect horse:@%", "lotse test"
NAME = "relay.test"  # which proxies resolve, and nobody else
SQUID_HELPERS = pathlib.Path("/usr/lib/squid")

SQUID = """
http_port {address}:{port}
pid_filename none
cache_log {folder}/cache.log
access_log stdio:{folder}/access.log
coredump_dir {folder}
hosts_file {folder}/hosts
visible_hostname proxy.test
shutdown_lifetime 0 seconds
cache deny all
pinger_enable off
icp_port 0
{auth}
http_access deny all
"""
SQUID_AUTH = {
    "none": "http_access allow all",
    "basic": "auth_param basic program {helpers}/basic_ncsa_auth {folder}/users\nauth_param basic realm {realm}\n",
    "digest": "auth_param digest program {helpers}/digest_file_auth -c {folder}/users\n"
              "auth_param digest realm {realm}\n",
    "ntlm": "auth_param ntlm program {helpers}/ntlm_fake_auth\n",  # speaks it, and lets everybody in
}
TINYPROXY = """
Port {port}
Listen {address}
Timeout 600
LogFile "{folder}/access.log"
LogLevel Connect
MaxClients 20
ConnectPort {target}
{auth}
"""
DANTE = """
logoutput: {folder}/access.log
internal: {address} port = {port}
external: {address}
socksmethod: {auth}
clientmethod: none
user.privileged: root
user.unprivileged: nobody
client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 log: connect }}
"""


def missing():
    """What is not installed, or nothing."""
    return [name for name in ("squid", "tinyproxy", "danted") if not shutil.which(name, path="/usr/sbin:/usr/bin")]


class Proxies:
    """Starts them on that side of a network. Their folders go with `close`, the processes with the stage."""

    def __init__(self, stage, where, address, relay_port):
        self.stage, self.where, self.address, self.target = stage, where, address, relay_port
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="lotse-proxies-"))
        self.home.chmod(0o755)  # squid goes on as a user of its own
        (self.home / "hosts").write_text(f"127.0.0.1 localhost\n{address} {NAME}\n")

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def folder(self, name, text, **values):
        folder = self.home / name
        folder.mkdir()
        shutil.copy(self.home / "hosts", folder)
        (folder / "conf").write_text(text.format(address=self.address, folder=folder, target=self.target, **values))
        return folder

    def squid(self, auth, port):
        text = SQUID_AUTH[auth]
        if auth != "none":
            text += "acl somebody proxy_auth REQUIRED\nhttp_access allow somebody"
        folder = self.folder(f"squid-{auth}", SQUID.replace("{auth}", text), port=port, helpers=SQUID_HELPERS, realm=REALM)
        if auth == "basic":
            hashed = subprocess.run(["openssl", "passwd", "-apr1", "-stdin"], input=PASSWORD + "\n", check=True, text=True,
                                    capture_output=True).stdout.strip()
            (folder / "users").write_text(f"{USER}:{hashed}\n")
        if auth == "digest":
            secret = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()  # as RFC 7616 has it
            (folder / "users").write_text(f"{USER}:{REALM}:{secret}\n")
        user = pwd.getpwnam("proxy")
        os.chown(folder, user.pw_uid, user.pw_gid)
        self.stage.start([*self.where, "/usr/sbin/squid", "-N", "-f", folder / "conf"], f"squid-{auth}")
        return folder

    def tinyproxy(self, port):
        folder = self.folder("tinyproxy", TINYPROXY, port=port, auth=f'BasicAuth {USER} plain')
        self.stage.start([*self.where, "/usr/bin/tinyproxy", "-d", "-c", folder / "conf"], "tinyproxy")
        return folder

    def dante(self, auth, port):
        """`auth`: none, or username, which it looks up among the accounts of the machine: it sees its own."""
        folder = self.folder(f"dante-{auth}", DANTE, port=port, auth=auth)
        hashed = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=PASSWORD + "\n", check=True, text=True,
                                capture_output=True).stdout.strip()
        for name, line in (("passwd", f"{USER}:x:64999:64999::/nonexistent:/bin/false\n"),
                           ("shadow", f"{USER}:{hashed}:19000:0:99999:7:::\n")):
            (folder / name).write_text(pathlib.Path("/etc", name).read_text() + line)
            (folder / name).chmod(0o600 if name == "shadow" else 0o644)
        mounts = " && ".join(f"mount --bind {folder}/{name} /etc/{name}" for name in ("passwd", "shadow", "hosts"))
        self.stage.start([*self.where, "unshare", "-m", "sh", "-c",
                          f"{mounts} && exec danted -f {folder}/conf -p {folder}/pid"], f"dante-{auth}")
        return folder

    def listens(self, port):
        listening = subprocess.run([*self.where, "ss", "-ltnH"], capture_output=True, text=True, check=True).stdout
        return f":{port} " in listening
