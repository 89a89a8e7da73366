"""Pointing and drawing on a shared screen: all see it, the presenter on the own desktop, and the picture stays as it is."""

import time
import unittest

from recording_test import decode
from scene import SceneTest, Screen, read_png, wait_until

WIDTH, HEIGHT = 800, 600
GREEN = (0x00, 0xC0, 0x40)


def at(picture, x, y):
    i = (y * picture.width + x) * 3
    return tuple(picture.rgb[i:i + 3])


def near(a, b, tolerance=40):
    return all(abs(x - y) <= tolerance for x, y in zip(a, b))


class MarksTest(SceneTest):
    """Anna presents, Bernd and Clara watch."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene, f"{WIDTH}x{HEIGHT}")
        cls.screen.furnish(["xclock", "-geometry", "120x120+640+20"])
        cls.screen.run("xdotool", "mousemove", WIDTH - 1, HEIGHT - 1)
        cls.master = scene.master("--share", "screen", "--display", cls.screen.name, "--name", "Anna", "--rights",
                                  "view,point,draw,chat,record")
        cls.bernd = scene.join(cls.master, "Bernd")
        cls.clara = scene.join(cls.master, "Clara")
        for viewer in (cls.bernd, cls.clara):
            viewer.event("picture")

    def tearDown(self):
        self.bernd.command("point_off")
        self.master.command("clear", all=True)
        wait_until(lambda: not self.strokes(self.clara) and not self.strokes(self.master), "the drawing to go")

    @staticmethod
    def strokes(program):
        return program.command("drawing")["strokes"]

    def seen(self, viewer, **how):
        self.scene.count += 1
        file = self.scene.folder / f"marks{self.scene.count}.png"
        viewer.command("snapshot", file=str(file), settled=False, **how)
        return read_png(file)

    def is_at(self, look, x, y, color, what):
        wait_until(lambda: near(at(look(), x, y), color), what)

    def test_an_arrow_is_seen_by_all_and_covers_nothing(self):
        before = self.assert_shows(self.clara, self.screen)
        color = next(m["color"] for m in self.master.wait_for(
            lambda l: l.get("event") == "roster" and any(m["name"] == "Bernd" for m in l["members"]),
            "the roster")["members"] if m["name"] == "Bernd")
        color = tuple(bytes.fromhex(color[1:]))
        start = len(self.clara.lines), len(self.master.lines)
        self.bernd.command("point", x=200, y=520)
        self.clara.event("pointer", start=start[0], **{"from": self.bernd.id}, x=200, y=520)
        self.master.event("pointer", start=start[1], **{"from": self.bernd.id}, x=200, y=520)
        inside = 203, 527  # of the arrow
        self.is_at(self.screen.grab, *inside, color, "the arrow on the presenter's desktop")
        self.is_at(lambda: self.seen(self.clara), *inside, color, "the arrow in a viewer's snapshot")
        # What travels is the desktop without it.
        frames = self.clara.command("stats")["updates"]
        for i in range(40):
            self.bernd.command("point", x=200 + 5 * i, y=520 - 3 * i)
            time.sleep(0.02)  # as a hand moves
        self.is_at(self.screen.grab, 200 + 5 * 39 + 3, 520 - 3 * 39 + 7, color, "the arrow where it flew to")
        wait_until(lambda: self.seen(self.clara, marks=False).differing(before) == 0, "the picture as it was")
        self.assertLess(self.clara.command("stats")["updates"] - frames, 40)  # the terminal repaints what it uncovers
        self.bernd.command("point_off")
        self.clara.event("pointer_off", start=start[0])
        wait_until(lambda: self.screen.grab().differing(before) == 0, "the desktop as it was")
        self.assert_shows(self.clara, self.screen)

    def test_a_drawing_is_seen_by_all_and_by_who_comes_later(self):
        before = self.screen.grab()
        stroke = self.bernd.command("draw", points=[[100, 450], [200, 450]], color="#00c040")["stroke"]
        self.bernd.command("draw", points=[[300, 450]], color="#00c040", stroke=stroke)
        self.bernd.command("draw", tool="frame", points=[[400, 430], [500, 560]], color="#00c040")
        wait_until(lambda: len(self.strokes(self.clara)) == 2, "two strokes")
        self.master.command("draw", tool="text", points=[[100, 500]], text="Grüße, שלום 😀", color="#00c040")
        wait_until(lambda: len(self.strokes(self.clara)) == 3, "three strokes")
        for place in ((150, 450), (280, 450), (400, 500), (450, 560)):
            self.is_at(self.screen.grab, *place, GREEN, f"the drawing on the desktop at {place}")
            self.is_at(lambda: self.seen(self.clara), *place, GREEN, f"the drawing in a snapshot at {place}")
        late = self.scene.join(self.master, "Dora")
        late.event("picture")
        wait_until(lambda: self.strokes(late) == self.strokes(self.master), "the drawing with who came later")
        self.assertEqual([s["tool"] for s in self.strokes(late)], ["pen", "frame", "text"])
        self.assertEqual(self.strokes(late)[0]["points"], [[100, 450], [200, 450], [300, 450]])
        self.assertEqual(self.seen(late, marks=False).differing(before), 0)
        self.bernd.command("undo")
        wait_until(lambda: [s["tool"] for s in self.strokes(late)] == ["pen", "text"], "the frame to go")
        late.command("quit")

    def test_what_fades_fades(self):
        self.bernd.command("draw", tool="fade", points=[[100, 480], [180, 480]], color="#00c040")
        self.is_at(self.screen.grab, 140, 480, GREEN, "the stroke")
        wait_until(lambda: not self.strokes(self.clara), "the stroke to fade")
        wait_until(lambda: not near(at(self.screen.grab(), 140, 480), GREEN), "the desktop without it")

    def test_clicks_go_through_what_is_drawn(self):
        x, y = 120, 200  # in the terminal
        self.bernd.command("draw", tool="marker", points=[[x - 60, y], [x + 60, y]], color="#00c040")
        wait_until(lambda: len(self.strokes(self.master)) == 1, "the marker")
        done = self.scene.folder / "typed"
        self.screen.run("xdotool", "mousemove", x, y, "click", 1, "type", "--delay", "20", f"echo >{done}\n")
        wait_until(done.exists, "what was typed into the terminal below")
        self.screen.run("xdotool", "mousemove", WIDTH - 1, HEIGHT - 1)

    def test_who_may_not_draws_nothing(self):
        start = len(self.clara.lines)
        self.master.command("revoke", participant=self.clara.id, right="draw")
        self.clara.wait_for(lambda l: l.get("event") == "roster" and any(
            m["participant"] == self.clara.id and "draw" not in m["rights"] for m in l["members"]), "the right to go",
                            start=start)
        answer = self.clara.tell("draw", points=[[1, 1]])
        self.assertEqual(answer["error"]["code"], "not_allowed")
        self.assertEqual(self.clara.tell("clear", all=True)["error"]["code"], "not_allowed")
        self.master.command("grant", participant=self.clara.id, right="draw")

    def test_recordings_have_it(self):
        file = self.scene.folder / "marks.mkv"
        self.bernd.command("record", file=str(file))
        self.bernd.command("draw", tool="line", points=[[100, 470], [350, 470]], color="#00c040")
        wait_until(lambda: len(self.strokes(self.bernd)) == 1, "the line")
        self.bernd.command("record_stop")
        last = decode(file, WIDTH, HEIGHT)[-1]
        self.assertTrue(near(at(last, 200, 470), GREEN), at(last, 200, 470))

    def test_a_hand_draws_writes_and_points_in_the_window(self):
        window = Screen(self.scene, "1280x800")
        viewer = self.scene.window(self.master, "Wanda", window)
        viewer.event("picture")
        wait_until(lambda: any(c["id"] == "viewer.draw" and c["enabled"]
                               for c in viewer.tell("ui_tree").get("tree", [])), "the window")
        viewer.command("ui_press", control="viewer.draw")
        wait_until(lambda: any(c["id"] == "draw.text" for c in viewer.command("ui_tree")["tree"]), "the drawing bar")
        window.run("xdotool", "mousemove", 300, 300, "mousedown", 1)
        for i in range(1, 20):
            window.run("xdotool", "mousemove", 300 + 10 * i, 300 + i % 5 * 12)
        window.run("xdotool", "mouseup", 1)
        drawn = wait_until(lambda: [s for s in self.strokes(self.clara) if len(s["points"]) == 20], "the stroke")[0]
        self.assertEqual(drawn["tool"], "pen")
        left, right = drawn["points"][0], drawn["points"][-1]
        self.assertAlmostEqual(right[0] - left[0], 190 * WIDTH / 960, delta=3)  # the picture is 960 wide there
        viewer.command("ui_press", control="draw.text")
        window.run("xdotool", "mousemove", 350, 450, "click", 1)
        window.run("xdotool", "type", "--delay", "30", "look here")
        window.run("xdotool", "key", "Return")
        wait_until(lambda: [s.get("text") for s in self.strokes(self.clara)] == [None, "look here"], "the text")
        window.run("xdotool", "key", "ctrl+z")
        wait_until(lambda: len(self.strokes(self.clara)) == 1, "the text to go")
        start = len(self.clara.lines)
        viewer.command("ui_press", control="viewer.point")
        window.run("xdotool", "mousemove", 500, 400, "mousemove", 520, 420)
        self.clara.event("pointer", start=start)
        window.run("xdotool", "mousemove", 1200, 300)  # off the picture
        self.clara.event("pointer_off", start=start)
        viewer.command("quit")


if __name__ == "__main__":
    unittest.main()
