"""A screen that is blacked out: the others see nothing of it, and all of it again afterwards."""

import unittest

from scene import SceneTest, Screen, TERMINAL, wait_until

WIDTH, HEIGHT = 800, 600


class BlankTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene, f"{WIDTH}x{HEIGHT}")
        cls.screen.furnish(["xclock", "-geometry", "120x120+640+20"])
        cls.master = scene.master("--share", "screen", "--display", cls.screen.name, "--name", "Anna")
        cls.viewer = scene.join(cls.master, "Bernd")
        cls.viewer.event("picture")

    def black(self, viewer):
        return not any(self.scene.snapshot(viewer)[1].rgb)

    def test_nothing_is_seen_until_it_is_shown_again(self):
        self.assert_shows(self.viewer, self.screen)
        start = len(self.master.lines)
        self.master.command("blank_share")
        self.master.event("screens", start=start)
        wait_until(lambda: self.black(self.viewer), "the black picture")
        # What happens there meanwhile is not told: no slot, no pointer.
        before = self.viewer.command("stats")["updates"]
        self.screen.run("xdotool", "mousemove", *TERMINAL, "click", 1, "type", "--delay", 1, "echo secret")
        self.screen.run("xsetroot", "-solid", "#ff0000")
        late = self.scene.join(self.master, "Clara")
        late.event("picture")
        for viewer in (self.viewer, late):
            self.assertTrue(self.black(viewer))
        self.assertEqual(self.viewer.command("stats")["updates"], before)
        self.master.command("blank_share", on=False)
        for viewer in (self.viewer, late):
            self.assert_shows(viewer, self.screen)

    def test_a_new_share_is_seen(self):
        self.master.command("blank_share")
        wait_until(lambda: self.black(self.viewer), "the black picture")
        start = len(self.viewer.lines)
        self.master.command("unshare")
        self.viewer.event("presenter", start=start, sharing=False)
        self.assertEqual(self.master.tell("blank_share")["error"]["code"], "not_allowed")
        self.master.command("share", what="screen")
        self.viewer.event("picture", start=start)
        self.assert_shows(self.viewer, self.screen)


if __name__ == "__main__":
    unittest.main()
