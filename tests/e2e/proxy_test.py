#!/usr/bin/env python3
"""The real programs behind a firewall that lets nothing out but a proxy: squid, tinyproxy, dante."""

import os
import pathlib
import time
import unittest

import proxies
from proxies import NAME, PASSWORD, USER, Proxies
from rough_network import RIGHT, RoughNetwork
from scene import Scene, SceneTest, wait_until

PORT = 8443
SQUID, TINYPROXY, DANTE = {"none": 3128, "basic": 3129, "digest": 3130, "ntlm": 3131}, 8888, {"none": 1080, "username": 1081}
OPEN = [*SQUID.values(), TINYPROXY, *DANTE.values()]


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class ProxyTest(SceneTest):
    """Relay, master and proxies on one side; participants on the other."""

    @classmethod
    def setUpClass(cls):
        if proxies.missing():
            raise unittest.SkipTest(f"not installed: {proxies.missing()}")
        super().setUpClass()

    @classmethod
    def prepare(cls, scene):
        cls.network = RoughNetwork(udp=False, tcp=OPEN)
        cls.network.__enter__()
        cls.addClassCleanup(cls.network.__exit__)
        relay = scene.lotse_as("lotse-relay", cls.network.right, *scene.LIMITS, "--data", scene.folder / "relay",
                               "--https-port", PORT, "--udp", 4500, "--print-ready")
        cls.pin = relay.event("ready")["fingerprint"]
        cls.proxies = Proxies(scene, cls.network.right, RIGHT, PORT)
        cls.addClassCleanup(cls.proxies.close)
        cls.folders = {auth: cls.proxies.squid(auth, port) for auth, port in SQUID.items()}
        cls.folders["tinyproxy"] = cls.proxies.tinyproxy(TINYPROXY)
        for auth, port in DANTE.items():
            cls.folders[f"dante-{auth}"] = cls.proxies.dante(auth, port)
        for port in OPEN:
            wait_until(lambda port=port: cls.proxies.listens(port), f"the proxy at port {port}")
        scene.lotse = lambda program, *options, name=None: scene.lotse_as(program, cls.network.right, *options, name=name)
        scene.reach = ["--relay", f"{RIGHT}:{PORT}", "--relay-pin", cls.pin]
        cls.master = scene.master("--share", "none", "--proxy", "none")
        scene.reach = ["--relay", f"{NAME}:{PORT}", "--relay-pin", cls.pin]

    def outside(self, *before):
        """From now on programs start behind the firewall, by way of `before`."""
        where = [*self.network.left, *before]
        self.scene.lotse = lambda program, *options, name=None: self.scene.lotse_as(program, where, *options, name=name)

    def secret(self, text):
        self.scene.count += 1
        file = self.scene.folder / f"secret{self.scene.count}"
        file.touch(mode=0o600)
        file.write_text(text + "\n")
        return file

    def join(self, name, *options):
        self.outside()
        return self.scene.join(self.master, name, *options)

    def login(self, password=PASSWORD):
        return "--proxy-user", USER, "--proxy-password-file", self.secret(password)

    def assert_talks_through(self, guest, proxy):
        stats = guest.command("stats")
        self.assertEqual((stats["path"], stats["proxy"]), ("proxy", proxy))
        for speaker, listener in ((self.master, guest), (guest, self.master)):
            start, text = len(listener.lines), f"it is {time.monotonic()}"
            speaker.command("chat", text=text)
            listener.event("chat", start=start, text=text)
        guest.command("quit")
        self.assert_ends(guest, 0)

    def test_each_kind_of_proxy_leads_to_the_relay(self):
        http, socks = f"http://{RIGHT}", f"socks5://{RIGHT}"
        table = [("squid", f"{http}:{SQUID['none']}", ()), ("squid Basic", f"{http}:{SQUID['basic']}", self.login()),
                 ("squid Digest", f"{http}:{SQUID['digest']}", self.login()),
                 ("squid NTLM", f"{http}:{SQUID['ntlm']}", self.login()),
                 ("dante", f"{socks}:{DANTE['none']}", ()), ("dante login", f"{socks}:{DANTE['username']}", self.login())]
        for name, proxy, login in table:
            with self.subTest(proxy=name):
                self.assert_talks_through(self.join(name, "--proxy", proxy, *login), proxy)
        for auth in ("basic", "digest"):
            self.assertRegex((self.folders[auth] / "access.log").read_text(), rf"/200 \d+ CONNECT {NAME}:{PORT} {USER} ")
        self.assertRegex((self.folders["ntlm"] / "access.log").read_text(), rf"/200 \d+ CONNECT {NAME}:{PORT} [^- ]")

    def test_tinyproxy_with_the_password_in_the_url_which_no_list_of_processes_shows(self):
        url = f"http://{USER}:plain@{RIGHT}:{TINYPROXY}"
        self.scene.reach[1] = f"{RIGHT}:{PORT}"  # it looks names up in files of the machine
        self.addCleanup(self.scene.reach.__setitem__, 1, f"{NAME}:{PORT}")
        guest = self.join("Tiny", "--proxy", url)
        with open(f"/proc/{guest.process.pid}/cmdline", encoding="utf-8") as line:
            arguments = line.read().split("\0")
        self.assertIn(f"http://{USER}:*****@{RIGHT}:{TINYPROXY}", arguments)
        self.assertIn("--proxy-password-file", guest.log.read_text())
        self.assert_talks_through(guest, f"http://{RIGHT}:{TINYPROXY}")

    def test_the_proxy_of_the_environment_is_used_where_the_direct_way_is_silent(self):
        proxy = f"http://{RIGHT}:{SQUID['none']}"
        self.scene.reach[1] = f"{RIGHT}:{PORT}"  # an address that swallows what is sent there
        self.addCleanup(self.scene.reach.__setitem__, 1, f"{NAME}:{PORT}")
        self.outside("env", f"https_proxy={proxy}")
        begin = time.monotonic()
        guest = self.scene.join(self.master, "Environment")
        self.assertGreater(time.monotonic() - begin, 2)  # it was not asked at once
        self.assert_talks_through(guest, proxy)
        self.outside("env", f"https_proxy={proxy}", f"no_proxy={RIGHT}")
        excepted = self.scene.headless("lotse-participant", "123456789")
        self.assert_ends(excepted, 2, "relay_unreachable")

    @unittest.skipUnless(list(pathlib.Path("/usr/lib").glob("*/libproxy/*/modules/config_gnome3.so")), "no plugin")
    def test_the_proxy_of_a_gnome_desktop_is_used(self):
        home = self.scene.folder / "gnome"
        (home / "glib-2.0/settings").mkdir(parents=True)
        (home / "glib-2.0/settings/keyfile").write_text(
            f"[system/proxy]\nmode='manual'\n[system/proxy/https]\nhost='{RIGHT}'\nport={SQUID['none']}\n")
        self.outside("env", f"XDG_CONFIG_HOME={home}", "GSETTINGS_BACKEND=keyfile", "XDG_CURRENT_DESKTOP=GNOME",
                     "DESKTOP_SESSION=gnome")
        self.assert_talks_through(self.scene.join(self.master, "Gnome"), f"http://{RIGHT}:{SQUID['none']}")

    def test_a_wrong_password_is_one_clear_line_without_it(self):
        self.outside()
        for port, url in ((SQUID["basic"], "http"), (SQUID["digest"], "http"), (TINYPROXY, "http"),
                          (DANTE["username"], "socks5")):
            with self.subTest(port=port):
                guest = self.scene.headless("lotse-participant", "123456789", "--proxy", f"{url}://{RIGHT}:{port}",
                                            *self.login("wrong-secret"))
                self.assert_ends(guest, 2, "proxy_auth")
                message = next(l for l in guest.lines if l.get("event") == "error")["message"]
                self.assertIn(f"{url}://{RIGHT}:{port} does not take this name and password", message)
                self.assertIn("--proxy-password-file", message)
                self.assertNotIn("\n", message)
                self.assertNotIn("wrong-secret", guest.log.read_text() + str(guest.lines))

    def test_a_proxy_that_was_saved_is_used_by_the_next_program(self):
        self.outside()
        config = self.scene.folder / "saved"
        start = self.scene.lotse
        first = start("lotse-participant", "--headless", "--jsonl", "--config", config, *self.scene.reach, name="saves")
        answer = first.command("proxy", use="manual", kind="http", host=RIGHT, port=SQUID["basic"], user=USER,
                               password=PASSWORD)
        self.assertEqual((answer["use"], answer["has_password"]), ("manual", True))
        self.assertNotIn(PASSWORD, str(answer))
        self.assertEqual((config / "proxy.json").stat().st_mode & 0o777, 0o600)
        first.command("quit")
        file = self.secret(self.scene.code_of(self.master))
        count = len(self.master.lines)
        second = start("lotse-participant", self.master.number, "--password-file", file, "--name", "Saved", "--headless",
                       "--jsonl", "--config", config, *self.scene.reach, name="saved")
        self.master.event("joined", start=count, name="Saved")
        self.assert_talks_through(second, f"http://{RIGHT}:{SQUID['basic']}")

    def test_a_kept_password_goes_to_no_other_proxy(self):
        self.outside()
        program = self.scene.lotse("lotse-participant", "--headless", "--jsonl", "--config", self.scene.folder / "moves",
                                   *self.scene.reach, name="moves")
        program.command("proxy", use="manual", host="one.test", port=1, user=USER, password=PASSWORD)
        self.assertTrue(program.command("proxy", port=2)["has_password"])
        self.assertFalse(program.command("proxy", host="two.test")["has_password"])
        for wrong in ({"host": "a b"}, {"port": 65536}, {"kind": "ftp"}, {"use": "perhaps"}, {"user": "a\r\nb"}):
            self.assertEqual(program.tell("proxy", **wrong)["error"]["code"], "bad_request")
        program.command("quit")

    def test_whoever_wants_no_proxy_gets_none(self):
        self.outside("env", f"https_proxy=http://{RIGHT}:{SQUID['none']}")
        guest = self.scene.headless("lotse-participant", "123456789", "--proxy", "none")
        self.assert_ends(guest, 2, "relay_unreachable")


if __name__ == "__main__":
    unittest.main()
