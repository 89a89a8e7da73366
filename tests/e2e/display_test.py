"""Displays of every kind, and what happens when they change or go."""

import unittest

from scene import Screen, SceneTest, wait_until


class DisplayTest(SceneTest):
    def show(self, size, depth=24, *server_options):
        """A screen with something on it, a master that shares it, a participant who watches."""
        screen = Screen(self.scene, size, depth, *server_options)
        screen.furnish()
        master = self.scene.master("--share", "screen", "--display", screen.name)
        guest = self.scene.join(master, "Bernd")
        return screen, master, guest

    def assert_screen_arrives(self, size, depth=24, *server_options):
        screen, master, guest = self.show(size, depth, *server_options)
        picture = guest.event("picture")
        self.assertEqual(f"{picture['width']}x{picture['height']}", size)
        self.assert_shows(guest, screen)
        screen.run("xsetroot", "-solid", "#804020")
        self.assert_shows(guest, screen)
        for program in (guest, master):
            program.command("quit")
            self.assert_ends(program, 0)
        screen.server.terminate()

    def test_a_small_laptop_whose_size_is_no_multiple_of_a_slot(self):
        self.assert_screen_arrives("1366x768")

    def test_a_large_screen(self):
        self.assert_screen_arrives("4096x2160")

    def test_sixteen_bits(self):
        self.assert_screen_arrives("640x480", 16)

    def test_thirty_bits(self):
        self.assert_screen_arrives("640x480", 30)

    def test_a_server_without_damage(self):
        self.assert_screen_arrives("640x480", 24, "-extension", "DAMAGE")

    def test_a_server_without_shared_memory(self):
        self.assert_screen_arrives("640x480", 24, "-extension", "MIT-SHM")

    def test_a_server_without_xtest_shows_but_cannot_be_controlled(self):
        screen, master, guest = self.show("640x480", 24, "-extension", "XTEST")
        self.assertGreater(len(master.event("warning", code="no_extension")["message"]), 10)
        guest.event("picture")
        self.assert_shows(guest, screen)
        master.command("grant", participant=guest.id, right="control")
        guest.event("granted")
        guest.command("click", x=5, y=5, button=1)
        guest.command("type", text="into the void")
        guest.command("chat", text="nothing happens")
        master.event("chat", text="nothing happens")

    def test_no_display(self):
        master = self.scene.headless("lotse-master", "--share", "screen", "--display", ":4711")
        self.assert_ends(master, 2, "no_display")

    def test_an_unknown_share_ends_a_start_and_fails_a_command(self):
        screen = Screen(self.scene, "640x480")
        bad = self.scene.headless("lotse-master", "--share", "monitor:7", "--display", screen.name)
        self.assert_ends(bad, 2, "bad_request")
        master = self.scene.master("--share", "none", "--display", screen.name)
        for what in ("monitor:7", "region:10x10", "region:0x0+0+0", "everything", "region:-5x5+0+0"):
            start = len(master.lines)
            master.tell("share", what=what)
            master.event("error", code="bad_request", start=start)
        master.command("share", what="screen")
        guest = self.scene.join(master, "Bernd")
        guest.event("picture", width=640, height=480)

    def test_another_size_in_the_middle(self):
        screen, master, guest = self.show("800x600")
        guest.event("picture", width=800, height=600)
        screen.run("xrandr", "--newmode", "small", "10", "400", "410", "420", "430", "300", "310", "320", "330")
        screen.run("xrandr", "--addmode", "screen", "small")
        for mode, width, height in (("small", 400, 300), ("800x600", 800, 600)):
            start = len(guest.lines)
            screen.run("xrandr", "--output", "screen", "--mode", mode)
            guest.wait_for(lambda l: l.get("event") == "screens" and
                           [(s["w"], s["h"]) for s in l["screens"]] == [(width, height)], f"size {width}x{height}",
                           start=start)
            self.assertEqual(self.assert_shows(guest, screen).width, width)
        master.command("grant", participant=guest.id, right="control")
        guest.event("granted")
        guest.command("move", x=790, y=590)
        wait_until(lambda: b"x:790 y:590" in screen.run("xdotool", "getmouselocation"), "the pointer in the new size")

    def test_a_region_is_shared_alone_and_is_gone_when_it_leaves_the_screen(self):
        screen = Screen(self.scene, "800x600")
        screen.run("xsetroot", "-solid", "#204060")
        master = self.scene.master("--share", "region:300x200+450+350", "--display", screen.name)
        guest = self.scene.join(master, "Bernd")
        guest.event("picture", width=300, height=200)
        _, seen = self.scene.snapshot(guest)
        self.assertEqual(seen.rgb, bytes((0x20, 0x40, 0x60)) * 300 * 200)
        screen.run("xrandr", "--newmode", "small", "10", "400", "410", "420", "430", "300", "310", "320", "330")
        screen.run("xrandr", "--addmode", "screen", "small")
        screen.run("xrandr", "--output", "screen", "--mode", "small")
        master.event("error", code="source_gone")
        guest.event("presenter", participant=0, sharing=False)
        guest.command("chat", text="it is gone")
        master.event("chat", text="it is gone")

    def test_the_session_outlives_the_x_server(self):
        screen, master, guest = self.show("640x480")
        guest.event("picture")
        master.command("grant", participant=guest.id, right="control")
        guest.event("granted")
        start = len(guest.lines)
        screen.server.kill()
        master.event("error", code="display_lost")
        guest.event("presenter", participant=0, sharing=False, start=start)
        guest.event("revoked", right="control", start=start)
        guest.command("chat", text="black")
        master.event("chat", text="black")
        self.assertEqual([l["code"] for l in master.lines if l.get("event") == "error"], ["display_lost"])
        self.assertEqual(guest.tell("click", x=1, y=1)["error"]["code"], "not_allowed")
        guest.command("quit")
        self.assert_ends(guest, 0)
        master.command("quit")
        self.assertEqual(master.exit_code(), 0)

    def test_a_participants_x_server_dies_while_the_master_works_on_it(self):
        screen = Screen(self.scene, "640x480")
        master = self.scene.master()
        guest = self.scene.join(master, "Bernd", "--display", screen.name, "--ask", "yes")
        master.event("picture", presenter=guest.id)
        guest.command("grant", participant=0, right="control")
        master.event("granted")
        screen.server.kill()
        guest.event("error", code="display_lost")
        master.event("presenter", participant=guest.id, sharing=False)
        other = Screen(self.scene, "320x240")
        self.assertEqual(master.tell("move", x=1, y=1)["error"]["code"], "not_allowed")
        guest.command("chat", text="still here")
        master.event("chat", text="still here")
        other.server.terminate()


if __name__ == "__main__":
    unittest.main()
