"""A whiteboard: a white page that needs no desktop, drawn on by all, seen by its presenter as by the others."""

import unittest

from marks_test import at, near
from scene import SceneTest, Screen, read_png, wait_until

WHITE, GREEN = (255, 255, 255), (0x00, 0xC0, 0x40)


class WhiteboardTest(SceneTest):
    """Anna leads without a display; Bernd and Clara watch."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.master = scene.master("--share", "whiteboard", "--name", "Anna", "--rights", "view,point,draw,present")
        cls.bernd = scene.join(cls.master, "Bernd")
        cls.clara = scene.join(cls.master, "Clara")
        for viewer in (cls.bernd, cls.clara):
            viewer.event("picture", width=1600, height=1000)

    def strokes(self, program, **of):
        return program.command("drawing", **of)["strokes"]

    @staticmethod
    def shown(window):
        return {c["id"] for c in window.tell("ui_tree").get("tree", [])}

    def test_it_is_white_and_drawn_on_by_all(self):
        answer, seen = self.scene.snapshot(self.clara)
        self.assertTrue(answer["exact"])
        self.assertEqual(set(seen.rgb), {255})
        self.master.command("draw", points=[[100, 100], [300, 100]], color="#00c040")
        self.bernd.command("draw", points=[[100, 200], [300, 200]], color="#00c040")
        wait_until(lambda: len(self.strokes(self.clara)) == 2, "both strokes")
        _, seen = self.scene.snapshot(self.clara)
        self.assertEqual([near(at(seen, 200, y), GREEN) for y in (100, 200)], [True, True])
        self.assertEqual(at(seen, 200, 150), WHITE)
        late = self.scene.join(self.master, "Dora")
        late.event("picture")
        wait_until(lambda: len(self.strokes(late)) == 2, "the strokes with who came later")
        _, seen = self.scene.snapshot(late)
        self.assertTrue(near(at(seen, 200, 100), GREEN))
        late.command("quit")
        self.master.command("clear", all=True)  # a new page
        wait_until(lambda: not self.strokes(self.clara), "the new page")
        _, seen = self.scene.snapshot(self.clara)
        self.assertEqual(set(seen.rgb), {255})

    def test_its_presenter_sees_it_and_draws_in_the_window(self):
        window = Screen(self.scene, "1280x800")
        wanda = self.scene.window(self.master, "Wanda", window)
        wanda.event("picture")
        start = len(self.clara.lines)
        wanda.command("share", what="whiteboard")
        own = wanda.event("screens", presenter=wanda.event("roster")["self"])
        self.assertTrue(own["screens"][0]["whiteboard"])
        wait_until(lambda: "viewer.draw" in self.shown(wanda) and "viewer.control" not in self.shown(wanda), "the own whiteboard")
        self.clara.event("screens", start=start, presenter=own["presenter"])
        # As a window manager does for who clicks: here the banner that has just come up has the focus.
        ids = window.run("xdotool", "search", "--onlyvisible", "--name", "^Lotse$").split()
        main = next(i for i in ids if b"1280x800" in window.run("xdotool", "getwindowgeometry", i.decode()))
        window.run("xdotool", "windowfocus", "--sync", main.decode(), "mousemove", 300, 300)
        wanda.command("ui_press", control="viewer.draw")
        wait_until(lambda: "draw.text" in self.shown(wanda), "the drawing bar")
        window.run("xdotool", "mousemove", 300, 300, "mousedown", 1)
        for i in range(1, 20):
            window.run("xdotool", "mousemove", 300 + 10 * i, 300 + i % 5 * 12)
        window.run("xdotool", "mouseup", 1)
        of = {"presenter": own["presenter"]}
        wait_until(lambda: [s for s in self.strokes(self.clara, **of) if len(s["points"]) == 20], "the stroke")
        # In the window: the stroke on white.
        file = self.scene.folder / "window.png"
        wanda.command("ui_snapshot", file=str(file))
        seen = read_png(file)
        self.assertEqual(at(seen, 400, 500), WHITE)
        self.assertNotEqual(at(seen, 300, 300), WHITE)
        self.bernd.command("draw", points=[[500, 500], [900, 500]], color="#00c040", **of)
        wait_until(lambda: len(self.strokes(wanda, **of)) == 2, "the stroke of another one")
        wanda.command("ui_press", control="draw.clear_all")
        wait_until(lambda: not self.strokes(self.clara, **of), "the new page")
        wanda.command("ui_press", control="viewer.unshare")
        wait_until(lambda: "viewer.control" in self.shown(wanda), "the picture of the other presenter")
        wanda.command("quit")


if __name__ == "__main__":
    unittest.main()
