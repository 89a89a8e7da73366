#!/usr/bin/env python3
"""The real programs on a bad line: datagrams carry the session, and TLS does when they cannot."""

import os
import time
import unittest

from rough_network import RIGHT, RoughNetwork
from scene import Scene, SceneTest, Screen, wait_until

PORT, UDP = 8443, 4500


def on_udp(program):
    return wait_until(lambda: (stats := program.command("stats"))["path"] == "udp" and stats, "the path over UDP")


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class UdpPathTest(SceneTest):
    """The relay on one side, both programs on the other."""

    @classmethod
    def prepare(cls, scene):
        pass

    def open(self, **line):
        network = RoughNetwork(**line)
        network.__enter__()
        self.addCleanup(network.__exit__)
        scene = Scene()
        self.addCleanup(scene.close)
        relay = scene.lotse_as("lotse-relay", network.right, *scene.LIMITS, "--data", scene.folder / "relay",
                               "--https-port", PORT, "--udp", UDP, "--print-ready")
        ready = relay.event("ready")
        self.assertEqual(ready["udp"], [UDP])
        scene.reach = ["--relay", f"{RIGHT}:{PORT}", "--relay-pin", ready["fingerprint"]]
        scene.lotse = lambda program, *options, name=None: scene.lotse_as(program, network.left, *options, name=name)
        return scene, network

    def talk(self, one, other):
        """A line each way; the counts of both events so far are known to nobody else."""
        for speaker, listener in ((one, other), (other, one)):
            start, text = len(listener.lines), f"it is {time.monotonic()}"
            speaker.command("chat", text=text)
            listener.event("chat", start=start, text=text)

    def test_a_session_over_datagrams_at_three_percent_loss(self):
        scene, _ = self.open(delay_ms=25, loss_pct=3, rate_mbit=20)
        type(self).scene = scene
        screen = Screen(scene, "640x480")
        screen.furnish()
        master = scene.master("--share", "screen", "--display", screen.name, "--path", "udp")
        guest = scene.join(master, "Bernd", "--path", "udp")
        for program in (master, guest):
            on_udp(program)
            program.event("path", path="udp")
        before = guest.command("stats")
        self.assert_shows(guest, screen)
        self.talk(master, guest)
        screen.run("xsetroot", "-solid", "#7a1f4b")
        self.assert_shows(guest, screen)
        stats = guest.command("stats")
        self.assertEqual(stats["path"], "udp")
        self.assertGreater(stats["bytes_in"], before["bytes_in"])
        peer = stats["peers"][0]
        self.assertEqual((peer["participant"], peer["path"]), (0, "udp"))
        self.assertGreater(peer["rtt_ms"], 45)
        self.assertGreater(peer["rate_bps"], 0)
        guest.command("quit")
        master.event("left", participant=guest.id)
        self.assert_ends(guest, 0)

    def test_where_datagrams_stop_tls_goes_on(self):
        scene, network = self.open(delay_ms=10)
        master = scene.master("--share", "none")
        guest = scene.join(master, "Bernd")
        on_udp(master)
        on_udp(guest)
        network.block_udp()
        start = len(guest.lines)
        for line in range(20):  # some are under way when it is noticed
            master.command("chat", text=f"line {line}")
            time.sleep(0.3)
        wait_until(lambda: guest.command("stats")["path"] == "tls", "the way back to TLS")
        self.talk(master, guest)
        heard = [l["text"] for l in guest.lines[start:] if l.get("event") == "chat" and l["text"].startswith("line")]
        self.assertEqual(heard, [f"line {line}" for line in range(20)])  # each once, in order
        self.assertEqual([l for l in guest.lines[start:] if l.get("event") == "state"], [])  # nobody noticed

    def test_where_no_datagram_passes_tls_carries_the_session_and_udp_alone_says_why_not(self):
        scene, network = self.open()
        network.block_udp()
        master = scene.master("--share", "none")
        guest = scene.join(master, "Bernd")
        self.talk(master, guest)
        self.assertEqual(guest.command("stats")["path"], "tls")
        strict = scene.headless("lotse-master", "--share", "none", "--path", "udp")
        self.assert_ends(strict, 4, "relay_unreachable")  # its session was open already, by TLS
        message = next(l for l in strict.lines if l.get("event") == "error")["message"]
        self.assertIn("UDP", message)
        self.assertIn("--path auto", message)

    def test_who_wants_tls_gets_tls(self):
        scene, _ = self.open()
        master = scene.master("--share", "none")
        guest = scene.join(master, "Bernd", "--path", "tls")
        on_udp(master)
        self.talk(master, guest)
        self.assertEqual(guest.command("stats")["path"], "tls")
        master.command("path", want="tls")
        wait_until(lambda: master.command("stats")["path"] == "tls", "TLS")
        self.talk(master, guest)
        master.command("path", want="udp")
        on_udp(master)
        self.talk(master, guest)


if __name__ == "__main__":
    unittest.main()
