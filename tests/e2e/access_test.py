#!/usr/bin/env python3
"""The access test in networks that let through all, no UDP, nothing but a proxy, or nothing; and what the relay answers
to its datagrams, as the documents have it."""

import json
import os
import socket
import subprocess
import time
import unittest

import proxies
from proxies import PASSWORD, USER, Proxies
from rough_network import LEFT, RIGHT, RoughNetwork
from scene import PROGRAMS, Scene, SceneTest, wait_until
from web_socket import WebSocket

PORT, SQUID = 8443, 3129
UDP = (4500, 4501, 4502)
TRY, TRIAL = 0x54, 0x55


def make_authority(folder):
    """A relay's certificate by somebody whom no system knows; the options for the relay."""
    for command in (["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                     "/O=Example Corp/CN=Inspection CA", "-keyout", "ca.key", "-out", "ca.pem"],
                    ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={RIGHT}",
                     "-keyout", "leaf.key", "-out", "leaf.csr"],
                    ["x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                     "-out", "leaf.pem"]):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    return "--cert", folder / "leaf.pem", "--key", folder / "leaf.key"


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class AccessTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        pass

    def open(self, *relay_options, **line):
        self.network = RoughNetwork(**line)
        self.network.__enter__()
        self.addCleanup(self.network.__exit__)
        self.stage = Scene()
        self.addCleanup(self.stage.close)
        relay = self.stage.lotse_as("lotse-relay", self.network.right, "--data", self.stage.folder / "relay", "--https-port",
                                    PORT, "--udp", f"{UDP[0]}-{UDP[-1]}", "--print-ready", *relay_options)
        self.pin = ("--relay-pin", relay.event("ready")["fingerprint"])

    def run_test(self, *options, where=None, environment=()):
        """Exit code, rungs, summary of --json; the time it took."""
        command = [*(where or self.network.left), "env", *environment, PROGRAMS / "lotse-participant", "--access-test",
                   "--relay", f"{RIGHT}:{PORT}", "--config", self.stage.folder / "config", *options]
        run = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=90,
                             env=self.stage.environment, stdin=subprocess.DEVNULL)
        if "--json" not in options:
            return run.returncode, run.stdout
        lines = [json.loads(l) for l in run.stdout.splitlines()]
        self.assertEqual([l["event"] for l in lines], ["access_rung"] * (len(lines) - 1) + ["access_summary"], run.stderr)
        return run.returncode, lines[:-1], lines[-1]

    def outcomes(self, rungs, kind):
        return [r["outcome"] for r in rungs if r["rung"] == kind]

    def test_where_all_is_open(self):
        self.open(delay_ms=20)
        code, rungs, summary = self.run_test("--json", *self.pin)
        self.assertEqual(code, 0)
        self.assertEqual([(r["port"], r["outcome"], r["address"]) for r in rungs if r["rung"] == "udp"],
                         [(port, "works", RIGHT) for port in UDP])
        for rung in rungs:
            if rung["outcome"] == "works":
                self.assertGreater(rung["ms"], 38)
        self.assertEqual(self.outcomes(rungs, "tls"), ["works"])
        self.assertEqual(self.outcomes(rungs, "proxy"), ["not_tried"])
        self.assertEqual((summary["best"], summary["nat"], summary["tls"], summary["proxy"], summary["ask"]),
                         ("udp", "keeps", "genuine", "", []))
        self.assertTrue(summary["seen_as"].startswith(LEFT + ":"))
        code, text = self.run_test(*self.pin)
        self.assertEqual(code, 0)
        self.assertRegex(text, r"(?m)^  UDP 4500 +works +\d+ ms$")
        self.assertIn("NAT: keeps its mapping.", text)
        self.assertNotIn("administrator", text)

    def test_where_no_udp_passes(self):
        self.open()
        self.network.block_udp()
        code, rungs, summary = self.run_test("--json", *self.pin)
        self.assertEqual((code, summary["best"], summary["nat"]), (0, "tls", "unknown"))
        self.assertEqual(self.outcomes(rungs, "udp"), ["fails"] * len(UDP))
        self.assertEqual([(a["what"], a["protocol"], a["address"], a["ports"]) for a in summary["ask"]],
                         [("udp", "UDP", RIGHT, list(UDP))])
        _, text = self.run_test(*self.pin)
        self.assertIn(f"  - Let UDP out to {RIGHT}, ports 4500-4502 (one suffices), and its answers in.\n", text)

    @unittest.skipIf(proxies.missing(), "proxies are not installed")
    def test_where_only_the_proxy_leads_out(self):
        self.open(udp=False, tcp=[SQUID])
        servers = Proxies(self.stage, self.network.right, RIGHT, PORT)
        self.addCleanup(servers.close)
        servers.squid("basic", SQUID)
        wait_until(lambda: servers.listens(SQUID), "squid")
        secret = self.stage.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text(PASSWORD + "\n")
        proxy = f"http://{RIGHT}:{SQUID}"
        code, rungs, summary = self.run_test("--json", *self.pin, "--proxy", proxy, "--proxy-user", USER,
                                             "--proxy-password-file", secret)
        self.assertEqual((code, summary["best"], summary["proxy"], summary["tls"]), (0, "proxy", proxy, "genuine"))
        self.assertEqual(self.outcomes(rungs, "proxy"), ["works"])
        self.assertEqual(self.outcomes(rungs, "tls"), ["fails"])
        self.assertEqual(self.outcomes(rungs, "udp"), ["fails"] * len(UDP))
        self.assertEqual({a["what"] for a in summary["ask"]}, {"udp", "tls"})
        code, rungs, summary = self.run_test("--json", *self.pin, environment=[f"https_proxy={proxy}"])
        self.assertEqual((code, summary["best"]), (4, ""))
        self.assertIn("proxy_login", [a["what"] for a in summary["ask"]])
        self.assertEqual(set(self.outcomes(rungs, "udp")), {"not_tried"})
        self.assertEqual(summary["tls"], "not_reached")

    def test_who_is_in_between_is_named(self):
        folder = self.stage_folder()
        self.open(*make_authority(folder))
        _, _, summary = self.run_test("--json")
        self.assertEqual((summary["tls"], summary["best"]), ("likely_intercepted", "udp"))
        self.assertIn("Inspection CA", summary["issuer"])
        self.assertEqual([a["what"] for a in summary["ask"]], ["no_inspection"])
        _, _, summary = self.run_test("--json", "--relay-pin", "sha256:" + "0" * 64)
        self.assertEqual(summary["tls"], "intercepted")
        _, text = self.run_test("--relay-pin", "sha256:" + "0" * 64)
        self.assertRegex(text, "TLS: intercepted.*Inspection CA")
        _, _, summary = self.run_test("--json", *self.pin)
        self.assertEqual(summary["tls"], "genuine")

    def stage_folder(self):
        scene = Scene()
        self.addCleanup(scene.close)
        return scene.folder

    def test_a_relay_of_ones_own_that_nobody_knows_yet(self):
        self.open()
        code, _, summary = self.run_test("--json")
        self.assertEqual((code, summary["tls"], summary["issuer"], summary["best"]), (0, "unknown", "", "udp"))
        self.assertFalse((self.stage.folder / "config" / "known_relays.json").exists())  # nothing was trusted by it

    def test_by_a_command_while_nothing_else_happens(self):
        self.open()
        program = self.stage.lotse_as("lotse-master", [*self.network.left], "--headless", "--jsonl", "--share", "none",
                                      "--relay", f"{RIGHT}:{PORT}", *self.pin, "--config", self.stage.folder / "master")
        program.event("session")
        program.command("access_test")
        self.assertEqual(program.tell("access_test")["error"]["code"], "not_allowed")
        self.assertEqual(program.event("access_summary")["best"], "udp")
        program.command("access_test")
        program.command("quit")
        self.assert_ends(program, 0)


class TrialTest(SceneTest):
    """The relay's side, by a client written from the documents."""

    def setUp(self):
        self.port = int(self.scene.address.split(":")[1])
        self.peer = WebSocket(self.port)
        self.addCleanup(self.peer.socket.close)
        self.peer.receive()  # WELCOME
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)

    def try_ports(self):
        self.peer.send(bytes([TRY]))
        answer = self.peer.receive()
        self.assertEqual(answer[0], TRIAL)
        ports = [int.from_bytes(answer[10 + 2 * i:12 + 2 * i], "big") for i in range(answer[9])]
        self.assertEqual(len(answer), 10 + 2 * len(ports))
        return answer[1:9], ports

    def ask(self, datagram, port, timeout=0.5):
        self.socket.settimeout(timeout)
        self.socket.sendto(datagram, ("127.0.0.1", port))
        try:
            return self.socket.recv(2000)
        except TimeoutError:
            return None

    def test_an_answer_says_where_we_are_and_is_never_longer_than_what_it_answers(self):
        identity, ports = self.try_ports()
        request = (b"\xc2" + identity + b"whatever").ljust(1200, b"\0")
        answer = self.ask(request, ports[0], 10)
        self.assertEqual(answer[:17], request[:17])
        own = self.socket.getsockname()[1]
        self.assertEqual(answer[17:35], b"\0" * 10 + b"\xff\xff" + bytes([127, 0, 0, 1]) + own.to_bytes(2, "big"))
        self.assertEqual(answer[35:], b"\0" * 1165)
        for odd in (request[:1199], request + b"\0", b"\xc2" + b"unknown!" + request[9:], b"\xc3" + request[1:], b"\xc2", b""):
            self.assertIsNone(self.ask(odd, ports[0]))

    def test_one_id_is_answered_64_times(self):
        identity, ports = self.try_ports()
        request = (b"\xc2" + identity).ljust(1200, b"\0")
        answers = 0
        for _ in range(80):
            self.socket.sendto(request, ("127.0.0.1", ports[0]))
        end = time.monotonic() + 10
        self.socket.settimeout(1)
        try:
            while time.monotonic() < end:
                answers += len(self.socket.recv(2000)) == 1200
        except TimeoutError:
            pass
        self.assertEqual(answers, 64)

    def test_who_asks_again_at_once_gets_none(self):
        self.assertTrue(self.try_ports()[1])
        self.assertEqual(self.try_ports(), (b"\0" * 8, []))


if __name__ == "__main__":
    unittest.main()
