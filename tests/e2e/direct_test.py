#!/usr/bin/env python3
"""The real programs behind routers: where the network allows it the picture goes from machine to machine, where not it
goes by the relay, and it never stops in between."""

import os
import time
import unittest

from nat_network import RELAY, NatNetwork
from scene import Scene, SceneTest, Screen, wait_until

PORT, UDP = 443, 4500


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class DirectTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        pass

    def open(self, left="cone", right="cone"):
        network = NatNetwork(left, right)
        network.__enter__()
        self.addCleanup(network.__exit__)
        scene = Scene()
        self.addCleanup(scene.close)
        type(self).scene = scene
        relay = scene.lotse_as("lotse-relay", network.net, *scene.LIMITS, "--data", scene.folder / "relay",
                               "--https-port", PORT, "--udp", UDP, "--print-ready")
        scene.reach = ["--relay", f"{RELAY}:{PORT}", "--relay-pin", relay.event("ready")["fingerprint"]]
        return scene, network

    def pair(self, scene, here, there, *options, share=True):
        """A master that shares, and a guest that sees it. Each on its side."""
        screen = Screen(scene, "640x480")
        screen.furnish()
        scene.lotse = lambda program, *words, name=None: scene.lotse_as(program, here, *words, name=name)
        master = scene.master("--share", "screen", "--display", screen.name, *options)
        scene.lotse = lambda program, *words, name=None: scene.lotse_as(program, there, *words, name=name)
        guest = scene.join(master, "Bernd", *options)
        self.assert_shows(guest, screen)
        return screen, master, guest

    def direct(self, guest):
        return wait_until(lambda: (s := guest.command("stats"))["path"] == "direct" and s, "the direct way", 10)

    def test_between_two_homes_the_picture_goes_directly(self):
        scene, network = self.open("cone", "cone")
        screen, master, guest = self.pair(scene, network.left, network.right)
        stats = self.direct(guest)
        self.assertEqual(stats["via"], "punched")
        event = master.event("path", path="direct")
        self.assertEqual((event["participant"], event["via"]), (guest.id, "punched"))
        self.assertEqual(next(p for p in guest.command("roster")["members"] if p["participant"] == 0)["path"], "direct")
        screen.run("xsetroot", "-solid", "#7a1f4b")
        self.assert_shows(guest, screen)

    def test_in_one_home_it_stays_there(self):
        scene, network = self.open("symmetric", "cone")
        screen, _, guest = self.pair(scene, network.left, network.mate)
        self.assertEqual(self.direct(guest)["via"], "lan")
        screen.run("xsetroot", "-solid", "#7a1f4b")
        self.assert_shows(guest, screen)

    def test_where_one_end_can_be_reached_any_router_will_do(self):
        scene, network = self.open("none", "symmetric")
        _, _, guest = self.pair(scene, network.left, network.right)
        self.direct(guest)

    def test_where_routers_do_not_allow_it_the_relay_goes_on_and_says_why(self):
        for left, right in (("symmetric", "symmetric"), ("noudp", "cone"), ("cone", "tcp443")):
            with self.subTest(left=left, right=right):
                scene, network = self.open(left, right)
                screen, _, guest = self.pair(scene, network.left, network.right)
                wait_until(lambda: any(p["why"] for p in guest.command("stats")["peers"]), "the reason", 20)
                stats = guest.command("stats")
                self.assertIn(stats["path"], ("udp", "tls"))
                self.assertEqual(stats["peers"][0]["why"], "no_answer")
                screen.run("xsetroot", "-solid", "#7a1f4b")
                self.assert_shows(guest, screen)
                self.doCleanups()

    def test_a_way_that_breaks_is_replaced_and_comes_back(self):
        scene, network = self.open("cone", "cone")
        screen, _, guest = self.pair(scene, network.left, network.right)
        self.direct(guest)
        network.set_router("right", "noudp")
        began = time.monotonic()
        screen.run("xsetroot", "-solid", "#7a1f4b")
        self.assert_shows(guest, screen)
        self.assertLess(time.monotonic() - began, 10)  # a limit of patience; the bench has the figure
        wait_until(lambda: guest.command("stats")["path"] == "tls", "the relay")
        network.set_router("right", "cone")
        self.direct(guest)
        screen.run("xsetroot", "-solid", "#1f7a4b")
        self.assert_shows(guest, screen)

    def test_who_wants_nothing_but_the_direct_way_sends_no_picture_to_the_relay(self):
        scene, network = self.open("cone", "cone")
        _, master, guest = self.pair(scene, network.left, network.right, "--path", "direct")
        self.direct(guest)
        self.assertEqual(master.command("stats")["path"], "direct")


if __name__ == "__main__":
    unittest.main()
