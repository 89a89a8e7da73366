"""One application is shared, under a real window manager: all of its windows are seen and nothing of others."""

import os
import unittest

from marks_test import GREEN, at, near
from scene import SceneTest, Screen, wait_until

SECRET = (0xE1, 0x1E, 0x0F)
BLUE, OCHRE = (0x20, 0xA0, 0xE0), (0xD0, 0x90, 0x20)


def hex_of(color):
    return "#%02x%02x%02x" % color


class Terminal:
    """An xterm that shows what is written to it."""

    def __init__(self, screen, title, geometry, color):
        self.screen, self.title = screen, title
        pipe = screen.stage.folder / title
        os.mkfifo(pipe)
        self.process = screen.start("xterm", "-T", title, "-class", title, "-geometry", geometry, "-bg", hex_of(color), "-fg",
                                    hex_of(color), "-cr", hex_of(color), "-e", "sh", "-c", f"stty -echo; cat '{pipe}'")
        self.pipe = open(pipe, "w")
        screen.wait_for_window(title)
        self.id = int(screen.run("xdotool", "search", "--sync", "--onlyvisible", "--name", f"^{title}$").split()[0])

    def fill(self, color):
        self.pipe.write(f"\033]11;{hex_of(color)}\a")
        self.pipe.flush()

    def move(self, x, y):
        self.screen.run("xdotool", "windowmove", self.id, x, y)

    def area(self):
        """Without the frame around it: x, y, width, height."""
        lines = self.screen.run("xwininfo", "-id", self.id).decode().splitlines()
        told = {l.split(":")[0].strip(): l.split(":")[1].strip() for l in lines if ":" in l}
        return [int(told[k]) for k in ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")]


class ApplicationTest(SceneTest):
    """Anna shares her application Letter; Bernd watches and controls."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene, "1000x700")
        cls.screen.run("xsetroot", "-solid", "#2d5a7b")
        cls.screen.start("openbox", "--sm-disable")
        wait_until(lambda: b"window id" in cls.screen.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"), "openbox")

    def setUp(self):
        for name in ("Letter", "Diary"):
            (self.scene.folder / name).unlink(missing_ok=True)
        self.letter = Terminal(self.screen, "Letter", "60x20+100+80", BLUE)
        self.diary = Terminal(self.screen, "Diary", "40x20+540+80", SECRET)
        self.addCleanup(self.close_windows)

    def close_windows(self):
        for terminal in (self.letter, self.diary):
            terminal.pipe.close()
            terminal.process.wait()

    def share(self, what):
        master = self.scene.master("--share", what, "--display", self.screen.name, "--name", "Anna")
        bernd = self.scene.join(master, "Bernd")
        bernd.event("picture")
        self.addCleanup(lambda: (bernd.command("quit"), master.command("quit")))
        return master, bernd

    def seen(self, viewer):
        """A snapshot without the secret."""
        _, picture = self.scene.snapshot(viewer)
        colors = {tuple(picture.rgb[i:i + 3]) for i in range(0, len(picture.rgb), 3)}
        self.assertNotIn(SECRET, colors)
        return picture

    def test_nothing_of_what_lies_over_it_is_seen(self):
        master, bernd = self.share(f"app:{self.letter.process.pid}")
        x, y, width, height = self.letter.area()
        self.assertEqual(at(self.screen.grab(), 560, 150), SECRET)
        picture = self.seen(bernd)
        self.assertEqual((picture.width, picture.height), (width, height))
        self.assertEqual(at(picture, width // 2, height // 2), BLUE)
        for step in range(8):
            self.diary.move(500 - 60 * step, 40 + 10 * step)
            self.seen(bernd)
        self.diary.move(x - 10, y - 30)
        wait_until(lambda: at(self.screen.grab(), x + 50, y + 50) == SECRET, "the diary over the letter")
        self.letter.fill(OCHRE)  # below
        bernd.command("wait_pixel", x=50, y=50, rgb=hex_of(OCHRE), timeout_ms=30000)
        self.assertEqual(at(self.seen(bernd), 60, 60), OCHRE)
        # Its place is told; the picture stays.
        start = len(bernd.lines)
        self.letter.move(200, 120)
        place = bernd.event("screens", start=start)["screens"][0]
        self.assertEqual([place["w"], place["h"]], [width, height])
        self.seen(bernd)

    def test_who_controls_it_clicks_nothing_else(self):
        master, bernd = self.share(f"window:0x{self.letter.id:x}")
        bernd.command("request_control")
        request = master.event("consent_request", what="control")["request"]
        master.command("consent", request=request, allow=True)
        bernd.event("granted", right="control")
        x, y, width, height = self.letter.area()
        self.diary.move(x - 10, y - 30)
        wait_until(lambda: at(self.screen.grab(), x + 50, y + 50) == SECRET, "the diary over the letter")
        pointer = self.screen.run("xdotool", "getmouselocation")
        bernd.command("click", x=50, y=50)
        wait_until(lambda: at(self.screen.grab(), x + 50, y + 50) == BLUE, "the letter above the diary")
        self.assertEqual(self.screen.run("xdotool", "getmouselocation").split()[:2], pointer.split()[:2])
        bernd.command("click", x=50, y=50)
        wait_until(lambda: self.screen.run("xdotool", "getmouselocation").split()[:2] ==
                   [f"x:{x + 50}".encode(), f"y:{y + 50}".encode()], "the pointer in the letter")

    def test_marks_lie_over_the_window_and_go_with_it(self):
        master, bernd = self.share(f"app:{self.letter.process.pid}")
        bernd.command("draw", points=[[20, 40], [120, 40]], color="#00c040")
        for place in ((100, 80), (180, 140)):
            self.letter.move(*place)
            x, y, _, _ = self.letter.area()
            wait_until(lambda: near(at(self.screen.grab(), x + 70, y + 40), GREEN), f"the mark on the desktop at {place}")
            self.assertTrue(near(at(self.seen(bernd), 70, 40), GREEN))
            _, clean = self.scene.snapshot(bernd, marks=False)
            self.assertEqual(at(clean, 70, 40), BLUE)

    def test_it_ends_when_it_is_closed(self):
        master, bernd = self.share(f"app:{self.letter.process.pid}")
        start = len(bernd.lines)
        self.letter.pipe.close()  # ends its program
        self.letter.process.wait()
        self.assertIn("closed its windows", master.event("error", code="source_gone")["message"])
        bernd.event("presenter", start=start, sharing=False)

    def test_a_window_that_is_hidden_is_black_on_a_shared_desktop(self):
        master = self.scene.master("--display", self.screen.name, "--name", "Anna")
        master.command("hide_window", window=self.diary.id)
        master.command("share", what="desktop")
        bernd = self.scene.join(master, "Bernd")
        bernd.event("picture")
        self.addCleanup(lambda: (bernd.command("quit"), master.command("quit")))
        x, y, _, _ = self.diary.area()
        self.assertEqual(at(self.screen.grab(), x + 20, y + 20), SECRET)
        self.assertEqual(at(self.seen(bernd), x + 20, y + 20), (0, 0, 0))
        for step in range(6):
            self.diary.move(500 - 60 * step, 40 + 10 * step)
            self.seen(bernd)
        self.assertTrue(next(w for w in master.command("sources")["windows"] if w["id"] == self.diary.id)["hidden"])
        master.command("hide_window", window=self.diary.id, on=False)
        x, y, _, _ = self.diary.area()
        bernd.command("wait_pixel", x=x + 20, y=y + 20, rgb=hex_of(SECRET), timeout_ms=30000)

    def test_windows_are_listed(self):
        master, _ = self.share(f"app:{self.letter.process.pid}")
        sources = master.command("sources")
        window = next(w for w in sources["windows"] if w["title"] == "Letter")
        x, y, width, height = self.letter.area()
        self.assertEqual([window[k] for k in "xywh"], [x, y, width, height])
        self.assertEqual((window["id"], window["pid"]), (self.letter.id, self.letter.process.pid))
        self.assertIn({"pid": self.diary.process.pid, "what": f"app:{self.diary.process.pid}", "name": "Diary", "windows": 1},
                      sources["applications"])
        for what in ("app:1", "app:x", "window:0xffff", "window:"):
            start = len(master.lines)
            master.command("share", what=what)
            master.event("error", start=start, code="bad_request")


if __name__ == "__main__":
    unittest.main()
