"""Several monitors of one presenter, and several presenters at the same time."""

import unittest

from scene import Picture, Screen, SceneTest, programs, read_png, wait_until

LEFT, RIGHT = (0, 0, 640, 480), (640, 0, 500, 480)  # x, y, width, height


def crop(picture, area):
    x, y, width, height = area
    row = picture.width * 3
    return Picture(width, height, b"".join(picture.rgb[(y + i) * row + x * 3:(y + i) * row + (x + width) * 3]
                                           for i in range(height)))


class Desk(Screen):
    """1140x480 with two monitors side by side, something else on each."""

    def __init__(self, scene, color):
        super().__init__(scene, "1140x480")
        self.run("xsetroot", "-solid", color)
        self.start("xclock", "-geometry", "200x200+20+20")
        self.start("xlogo", "-geometry", "180x180+800+100")
        for window in ("xclock", "xlogo"):
            self.wait_for_window(window)
        self.set_monitor("left", LEFT, "screen")
        self.set_monitor("right", RIGHT, "none")

    def set_monitor(self, name, area, output):
        x, y, width, height = area
        self.run("xrandr", "--setmonitor", name, f"{width}/100x{height}/100+{x}+{y}", output)

    def pointer(self):
        fields = self.run("xdotool", "getmouselocation").split()
        return int(fields[0][2:]), int(fields[1][2:])


class ScreensTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.desk = Desk(scene, "#2d5a7b")
        cls.master = scene.master("--share", "screen", "--display", cls.desk.name, "--name", "Anna")
        cls.canvas = scene.folder / "canvas"
        cls.guest = scene.join(cls.master, "Bernd", "--canvas-file", cls.canvas)
        cls.screens_of(cls.guest, 0, 2)

    @staticmethod
    def screens_of(program, presenter, count, start=0):
        """The list of a presenter's screens as soon as it has so many, with the places of all."""
        return program.wait_for(
            lambda l: l.get("event") == "screens" and l["presenter"] == presenter and len(l["screens"]) == count and
            len({(s["x"], s["y"]) for s in l["screens"]}) == count, f"{count} screens of {presenter}",
            start=start)["screens"]

    def assert_monitor(self, viewer, presenter, screen, desk, area):
        """The settled picture of that screen is this part of the desktop, bit by bit."""
        file = self.scene.folder / f"monitor{presenter}-{screen}.png"

        def same():
            viewer.command("snapshot", file=str(file), presenter=presenter, screen=screen,
                           timeout_ms=1000 * programs.PATIENCE, wait_s=programs.PATIENCE + 5)
            return read_png(file).differing(crop(desk.grab(), area)) == 0
        wait_until(same, f"screen {screen} of {presenter} as it is")

    def test_each_monitor_is_a_screen_of_its_own(self):
        screens = self.screens_of(self.guest, 0, 2)
        self.assertEqual([(s["name"], s["x"], s["w"], s["h"]) for s in screens],
                         [("left", 0, 640, 480), ("right", 640, 500, 480)])
        self.assert_monitor(self.guest, 0, 0, self.desk, LEFT)
        self.assert_monitor(self.guest, 0, 1, self.desk, RIGHT)
        stats = self.guest.command("stats")
        self.assertEqual([s["screen"] for s in stats["screens"] if s["presenter"] == 0], [0, 1])
        self.assertTrue(all(s["updates"] > 0 for s in stats["screens"]))
        shared = {s["screen"]: s["frames"] for s in self.master.command("stats")["shared"]}
        # What happens on one of them is no frame of the other.
        self.desk.run("xdotool", "search", "--class", "xlogo", "windowmove", "820", "150")
        self.assert_monitor(self.guest, 0, 1, self.desk, RIGHT)
        after = {s["screen"]: s["frames"] for s in self.master.command("stats")["shared"]}
        self.assertGreater(after[1], shared[1])

    def test_input_lands_on_the_monitor_that_it_was_made_on(self):
        self.master.command("grant", participant=self.guest.id, right="control")
        self.guest.event("granted")
        for screen, x, y, there in ((1, 30, 40, (670, 40)), (0, 30, 40, (30, 40)), (1, 9999, 5, (1139, 5)),
                                    (0, 9999, 470, (639, 470))):
            self.guest.command("move", presenter=0, screen=screen, x=x, y=y)
            wait_until(lambda: self.desk.pointer() == there, f"the pointer at {there}")
        answer = self.guest.tell("move", presenter=0, screen=5, x=1, y=1)
        self.assertEqual(answer["error"]["code"], "not_allowed")

    def test_the_canvas_file_has_the_picture_that_is_viewed(self):
        for screen, width in ((1, 500), (0, 640)):
            start = len(self.guest.lines)
            self.guest.command("view", presenter=0, screen=screen)
            self.guest.event("viewed", start=start, presenter=0, screen=screen)
            header = self.canvas.read_bytes()[:64]
            self.assertEqual(int.from_bytes(header[8:12], "little"), width)
            self.assertEqual(int.from_bytes(header[52:56], "little"), screen)
        self.assertEqual(self.guest.tell("view", presenter=0, screen=9)["error"]["code"], "no_such_member")

    def test_a_monitor_is_added_and_removed_in_the_middle(self):
        start = len(self.guest.lines)
        self.desk.run("xrandr", "--delmonitor", "right")
        only = self.screens_of(self.guest, 0, 1, start)[0]
        self.guest.wait_for(lambda l: l.get("event") == "screens" and [s["w"] for s in l["screens"]] == [1140],
                            "the whole desktop", start=start)
        self.assertEqual(only["screen"], 0)
        self.assert_monitor(self.guest, 0, 0, self.desk, (0, 0, 1140, 480))
        start = len(self.guest.lines)
        self.desk.set_monitor("right", RIGHT, "none")
        self.screens_of(self.guest, 0, 2, start)
        self.assert_monitor(self.guest, 0, 0, self.desk, LEFT)
        self.assert_monitor(self.guest, 0, 1, self.desk, RIGHT)
        # The share went on all the while.
        self.assertNotIn(False, [l["sharing"] for l in self.guest.lines[start:] if l.get("event") == "presenter"])

    def test_the_whole_desktop_or_one_monitor_can_be_chosen(self):
        for what, size in (("desktop", (1140, 480)), ("monitor:right", (500, 480)), ("monitor:0", (640, 480))):
            master = self.scene.master("--share", what, "--display", self.desk.name)
            guest = self.scene.join(master, "Otto")
            picture = guest.event("picture")
            self.assertEqual((picture["width"], picture["height"]), size)
            for program in (guest, master):
                program.command("quit")
                self.assert_ends(program, 0)

    def test_two_present_at_once_and_a_window_shows_them_all(self):
        desk = Desk(self.scene, "#7b2d5a")
        dora = self.scene.join(self.master, "Dora", "--display", desk.name)
        self.master.command("grant", participant=dora.id, right="present")
        dora.wait_for(lambda l: l.get("event") == "roster" and "present" in
                      next(m["rights"] for m in l["members"] if m["participant"] == dora.id), "right to present")
        dora.command("share", what="screen")
        self.screens_of(self.guest, dora.id, 2)
        self.screens_of(dora, 0, 2)
        for presenter, where in ((0, self.desk), (dora.id, desk)):
            self.assert_monitor(self.guest, presenter, 0, where, LEFT)
            self.assert_monitor(self.guest, presenter, 1, where, RIGHT)
        self.look_at_window(dora)
        start = len(self.guest.lines)
        dora.command("unshare")
        self.guest.event("presenter", participant=dora.id, sharing=False, start=start)
        self.assert_monitor(self.guest, 0, 0, self.desk, LEFT)

    def look_at_window(self, dora):
        """All four screens as tiles, one of them alone, each in a window."""
        window = Screen(self.scene, "1400x900")
        viewer = self.scene.window(self.master, "Viktor", window)
        # Both have the same two colours of background, one each: where they are, their screens are.
        colors = [bytes((0x2d, 0x5a, 0x7b)), bytes((0x7b, 0x2d, 0x5a))]

        def tree():
            return viewer.tell("ui_tree").get("tree", [])  # none before the window is there

        def snapshot(name, **which):
            file = self.scene.folder / f"{name}.png"
            viewer.command("ui_snapshot", file=str(file), **which)
            return read_png(file)

        def tiles():
            return [c for c in tree() if c["id"].startswith("tile.")]
        wait_until(lambda: {"viewer.tiles", "screen.0.0", f"screen.{dora.id}.1"} <= {c["id"] for c in tree()},
                   "the strip of screens")
        viewer.command("ui_press", control="viewer.tiles")
        wait_until(lambda: len(tiles()) == 4, "four tiles")

        def backgrounds(name, **which):
            """Whether there is much of each colour."""
            picture = snapshot(name, **which)
            seen = [picture.rgb[i:i + 3] for i in range(0, len(picture.rgb), 3 * 53)]
            return [seen.count(color) > 500 for color in colors]
        wait_until(lambda: backgrounds("tiles") == [True, True], "the pictures of both presenters in the tiles")
        viewer.command("ui_press", control=f"tile.{dora.id}.1")
        viewer.event("viewed", presenter=dora.id, screen=1)
        wait_until(lambda: not tiles(), "one screen alone")
        wait_until(lambda: backgrounds("alone") == [False, True], "her picture alone")
        viewer.command("ui_press", control="viewer.windows")
        names = wait_until(lambda: [w for w in (window.run("xwininfo", "-root", "-tree").decode().splitlines())
                                    if "– Lotse" in w or "\\342\\200\\223 Lotse" in w][3:], "four windows")
        self.assertTrue(names)
        self.assertEqual(backgrounds("own-window", presenter=0, screen=1), [True, False])
        viewer.command("quit")
        viewer.exit_code()


if __name__ == "__main__":
    unittest.main()
