#!/usr/bin/env python3
"""A master that is its own relay: no server elsewhere, others join by its address."""

import os
import unittest

from nat_network import NatNetwork
from scene import Scene, SceneTest, Screen, wait_until

PORT = 8443


class ServeTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        pass

    def open(self):
        scene = Scene()
        self.addCleanup(scene.close)
        type(self).scene = scene
        scene.reach = []
        return scene

    @unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
    def test_a_neighbour_joins_by_the_link_and_sees_the_screen(self):
        scene = self.open()
        network = NatNetwork()
        network.__enter__()
        self.addCleanup(network.__exit__)
        screen = Screen(scene, "640x480")
        screen.furnish()
        scene.lotse = lambda program, *words, name=None: scene.lotse_as(program, network.left, *words, name=name)
        master = scene.headless("lotse-master", "--serve", PORT, "--share", "screen", "--display", screen.name)
        serving = master.event("serving")
        self.assertEqual(serving["port"], PORT)
        self.assertIn(f"10.1.0.2:{PORT}", serving["addresses"])
        self.assertTrue(serving["udp"])
        link = master.event("session")["link"]
        self.assertIn(f"10.1.0.2:{PORT}", link)
        scene.lotse = lambda program, *words, name=None: scene.lotse_as(program, network.mate, *words, name=name)
        guest = scene.headless("lotse-participant", link, "--name", "Bernd")
        self.assert_shows(guest, screen)
        wait_until(lambda: guest.command("stats")["path"] == "direct", "the direct way")
        master.command("chat", text="no server anywhere")
        guest.event("chat", text="no server anywhere")
        master.command("end")
        guest.event("ended")
        self.assert_ends(master, 0)

    def test_a_port_that_is_taken_is_one_clear_line(self):
        scene = self.open()
        master = scene.headless("lotse-master", "--serve", 0, "--share", "none")
        port = master.event("serving")["port"]
        other = scene.headless("lotse-master", "--serve", port, "--share", "none")
        self.assert_ends(other, 2)


if __name__ == "__main__":
    unittest.main()
