"""lotse-bench-files: files from program to program, beside scp in the same run.

disk   one large file over loopback, from disk to disk, its hash included: by the relay over TLS, by its UDP, and directly;
       the peer is scp with aes256-gcm
line   over a line of 20 Mbit/s with delay and loss, part of the rate that arrives as the file; the peer is the same file by
       scp, that is TCP. And how long a line of chat takes meanwhile, beside the same without a file. Needs root

Memory is what the programs' peaks grow by while the file passes."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import programs
import report
from rough_network import RIGHT, RoughNetwork

MB = 1000 * 1000
PORT, UDP = 8443, 4500


def peak_kb(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


class Scp:
    """An sshd of our own for one connection at a time, by ProxyCommand or on a port of a namespace."""

    def __init__(self, stage):
        self.stage, self.folder = stage, stage.folder / "ssh"
        self.server = shutil.which("sshd") or (shutil.which("sshd", path="/usr/sbin:/usr/local/sbin"))
        if not self.server or not shutil.which("scp"):
            return
        self.folder.mkdir(mode=0o700)
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / key], check=True)
        (self.folder / "authorized").write_text((self.folder / "user.pub").read_text())
        (self.folder / "config").write_text(
            f"HostKey {self.folder}/host\nAuthorizedKeysFile {self.folder}/authorized\nStrictModes no\nUsePAM no\n"
            f"PermitRootLogin yes\nPidFile none\nSubsystem sftp internal-sftp\n")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)

    def missing(self):
        return "" if self.server else "sshd is not installed"

    def copy(self, source, target, host="127.0.0.1", client=(), server=(), port=PORT + 1):
        """Seconds."""
        listener = self.stage.start([*server, self.server, "-D", "-f", self.folder / "config", "-p", port,
                                     "-o", f"ListenAddress={host}"], "sshd")
        time.sleep(1)
        begin = time.monotonic()
        subprocess.run([*client, "scp", "-q", "-c", "aes256-gcm@openssh.com", "-i", self.folder / "user", "-P", str(port),
                        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", source,
                        f"{host}:{target}"], check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took = time.monotonic() - begin
        listener.terminate()
        return took


class Pair:
    """A master that shows a screen, and one who views it."""

    def __init__(self, stage, reach, path, lotse=None):
        lotse = lotse or stage.lotse
        common = ["--headless", "--jsonl", *reach, "--path", path]
        display = stage.environment["DISPLAY"]
        self.master = lotse("lotse-master", "--share", "screen", "--display", display, "--config", stage.folder / f"m-{path}",
                            *common, name=f"master-{path}")
        session = self.master.event("session")
        code = stage.folder / f"code-{path}"
        code.touch(mode=0o600)
        code.write_text(session["password"] + "\n")
        self.guest = lotse("lotse-participant", session["number"], "--password-file", code, "--config",
                           stage.folder / f"g-{path}", *common, name=f"guest-{path}")
        self.id = self.master.event("joined")["participant"]
        self.guest.event("picture")

    def wait_for_way(self, path):
        end = time.monotonic() + 15
        while self.guest.command("stats")["path"] != path:
            if time.monotonic() > end:
                raise programs.Failure(f"no way by {path}")
            time.sleep(0.1)

    def say(self):
        """Milliseconds that a line of chat takes."""
        start, text, begin = len(self.guest.lines), str(time.monotonic()), time.monotonic()
        self.master.command("chat", text=text)
        self.guest.event("chat", start=start, text=text)
        return 1000 * (time.monotonic() - begin)

    def send(self, source, folder, meanwhile=None):
        """Seconds from acceptance to the end, hash included."""
        file = self.master.command("send_file", file=str(source), to=self.id)["file_id"]
        self.guest.event("file", file_id=file, state="offered")
        begin = time.monotonic()
        self.guest.command("accept_file", file_id=file, dir=str(folder))
        over = lambda l: l.get("event") == "file" and l["file_id"] == file and l["state"] in ("done", "failed")
        while meanwhile and not any(over(l) for l in self.guest.lines[-50:]):
            meanwhile()
            time.sleep(0.1)
        done = self.guest.wait_for(over, "the end of the file", timeout=900)
        took = time.monotonic() - begin
        if done["state"] != "done":
            raise programs.Failure(done.get("reason", "failed"))
        os.unlink(done["path"])
        return took

    def quit(self):
        for program in (self.guest, self.master):
            program.command("quit")
            program.process.wait(20)


class Bench:
    def __init__(self, stage, options, out):
        self.stage, self.options, self.out = stage, options, out
        self.scp = Scp(stage)
        self.home, self.there = stage.folder / "home", stage.folder / "there"
        self.home.mkdir()
        self.there.mkdir()
        stage.display("640x480")

    def file(self, size):
        path = self.home / f"{size}.bin"
        with open(path, "wb") as out:
            for _ in range(0, size, MB):
                out.write(os.urandom(min(MB, size)))
        return path

    def disk(self):
        size = self.options.size * MB
        source = self.file(size)
        if self.scp.missing():
            self.out.say(f"without scp: {self.scp.missing()}")
        self.out.title(f"{self.options.size} MB from disk to disk, loopback")
        peer = None
        if not self.scp.missing():
            peer = size / MB / self.scp.copy(source, self.there / "by-scp")
            (self.there / "by-scp").unlink()
        relay, reach = self.stage.relay()
        for path, way in (("tls", "tls"), ("udp", "udp"), ("auto", "direct")):
            pair = Pair(self.stage, reach, path)
            pair.wait_for_way(way)
            everybody = (pair.master.process, pair.guest.process, relay.process)
            before = [peak_kb(p) for p in everybody]
            rate = size / MB / pair.send(source, self.there)
            grown = max(peak_kb(p) - b for p, b in zip(everybody, before))
            self.out.add(f"disk: {way}", rate, peer, "MB/s")
            self.out.add(f"disk: {way}: peak of a program grows by", grown / 1000, None, "MB")
            pair.quit()
        relay.process.terminate()
        source.unlink()

    def line(self):
        for delay, loss in ((25, 1), (50, 0)):
            with RoughNetwork(delay_ms=delay, loss_pct=loss, rate_mbit=20) as network:
                self.over(network, f"{delay} ms, {loss} % loss")

    def over(self, network, what):
        source = self.file(self.options.line_size * MB)
        size = source.stat().st_size
        peer = None
        if not self.scp.missing():
            took = self.scp.copy(source, self.there / "by-scp", RIGHT, network.left, network.right)
            peer = 100 * size * 8 / took / (20 * MB)
        relay = self.stage.lotse_as("lotse-relay", network.right, "--data", self.stage.folder / f"relay-{what}",
                                    "--https-port", PORT, "--udp", UDP, "--print-ready", name=f"relay {what}")
        reach = ["--relay", f"{RIGHT}:{PORT}", "--relay-pin", relay.event("ready")["fingerprint"]]
        self.out.title(f"{size // MB} MB over 20 Mbit/s, one way {what}")
        for path in ("udp", "tls"):
            # The master on the left; who receives is at the relay.
            sides = iter((network.left, network.right))
            lotse = lambda program, *o, name=None: self.stage.lotse_as(program, next(sides), *o, name=f"{name} {what}")
            stage_folder = self.stage.folder
            self.stage.folder = stage_folder / f"{path} {what}"
            self.stage.folder.mkdir()
            pair = Pair(self.stage, reach, path, lotse)
            self.stage.folder = stage_folder
            pair.wait_for_way(path)
            alone, beside = [pair.say() for _ in range(30)], []
            took = pair.send(source, self.there, lambda: beside.append(pair.say()))
            for share in (0.5, 0.95):
                self.out.add(f"line: {path}: a line of chat with a file, p{100 * share:.0f} (peer: without)",
                             report.percentile(beside, share), report.percentile(alone, share), "ms")
            self.out.add(f"line: {path}, of the rate", 100 * size * 8 / took / (20 * MB), peer, "%")
            pair.quit()
        relay.process.terminate()
        relay.process.wait()
        source.unlink()


def main(folder):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=["disk", "line", []], help="default: all")
    parser.add_argument("--size", type=int, default=2000, help="MB of the file of `disk`")
    parser.add_argument("--line-size", type=int, default=40, help="MB of the file of `line`")
    parser.add_argument("--json", action="store_true", help="one line of JSON a figure")
    parser.add_argument("--smoke", action="store_true", help="a quick look whether it works")
    options = parser.parse_args()
    if options.smoke:
        options.size, options.parts = 20, ["disk"]
    parts = options.parts or ["disk", "line"]
    if "line" in parts and os.geteuid() != 0:
        print("line: needs root", file=sys.stderr)
        parts.remove("line")
    out = report.Report(options.json, " ".join(["lotse-bench-files", *sys.argv[1:]]), "files", "scp")
    try:
        with tempfile.TemporaryDirectory(prefix="lotse-bench-files.") as place, \
                programs.Stage(folder, place) as stage:
            bench = Bench(stage, options, out)
            for part in parts:
                getattr(bench, part)()
    except programs.Failure as problem:
        print(f"lotse-bench-files: {problem}", file=sys.stderr)
        return 1
    return 0
