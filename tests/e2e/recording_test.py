"""A session recorded to a video file, judged by FFmpeg's own tools."""

import json
import math
import subprocess
import time
import unittest

from scene import TERMINAL, Picture, Screen, SceneTest, wait_until

GOOD_ENOUGH = 38.0  # dB; text stays sharp above about 35


def psnr(a, b):
    """Peak signal to noise ratio of two pictures in dB, over every seventh byte."""
    assert (a.width, a.height) == (b.width, b.height), f"{a.width}x{a.height} and {b.width}x{b.height}"
    x, y = a.rgb[::7], b.rgb[::7]
    error = sum((p - q) * (p - q) for p, q in zip(x, y)) / len(x)
    return 99.0 if error == 0 else 10 * math.log10(255 * 255 / error)


def probe(file):
    """Format, video stream and times of all packets in seconds."""
    run = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_packets",
                          file], check=True, capture_output=True, text=True)
    found = json.loads(run.stdout)
    return found["format"], found["streams"], [float(p["pts_time"]) for p in found["packets"]]


def decode(file, width, height):
    """All pictures of the film as the decoder gives them, one after the other."""
    run = subprocess.run(["ffmpeg", "-v", "error", "-i", file, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt",
                          "rgb24", "-"], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    size = width * height * 3
    return [Picture(width, height, run.stdout[i:i + size]) for i in range(0, len(run.stdout) - size + 1, size)]


class RecordingTest(SceneTest):
    WIDTH, HEIGHT = 800, 600

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene, f"{cls.WIDTH}x{cls.HEIGHT}")
        cls.screen.furnish(["xclock", "-geometry", "120x120+640+20"])
        # The pointer is part of films, not of what is grabbed.
        cls.screen.run("xdotool", "mousemove", cls.WIDTH - 1, cls.HEIGHT - 1)

    def assert_film(self, file, at_least_s):
        form, streams, times = probe(file)
        self.assertIn("matroska", form["format_name"])
        self.assertEqual([s["codec_type"] for s in streams], ["video"])
        self.assertIn(streams[0]["codec_name"], ("vp9", "h264"))
        self.assertEqual((streams[0]["width"], streams[0]["height"]), (self.WIDTH, self.HEIGHT))
        self.assertGreaterEqual(times[-1], at_least_s)
        self.assertEqual(times, sorted(times))
        gaps = [b - a for a, b in zip(times, times[1:])]
        self.assertGreater(max(gaps), 3 * min(gaps))  # no fixed rate: still screens cost next to nothing
        return times

    def assert_last_picture(self, file, screen):
        pictures = decode(file, self.WIDTH, self.HEIGHT)
        best = max(psnr(p, screen) for p in pictures[-3:])
        self.assertGreater(best, GOOD_ENOUGH)
        return pictures

    def move_on(self, master):
        """Something to film for some seconds, then a still; how the screen looks at last."""
        done = self.scene.folder / f"moved{self.scene.count}"
        self.screen.run("xsetroot", "-solid", "#303030")
        self.screen.run("xdotool", "mousemove", *TERMINAL, "click", 1, "type", "--delay", "20",
                        f"for i in 1 2 3 4 5 6; do seq $i 40; sleep 0.1; done; echo >{done}\n")
        wait_until(done.exists, "the commands in the terminal")
        self.screen.run("xdotool", "mousemove", self.WIDTH - 1, self.HEIGHT - 1)
        return self.settle()

    def settle(self):
        last = self.screen.grab()
        while (now := self.screen.grab()).rgb != last.rgb:
            last = now
        return last

    def test_a_viewer_records_and_everybody_is_told(self):
        master = self.scene.master("--share", "screen", "--display", self.screen.name, "--name", "Anna")
        guest = self.scene.join(master, "Bernd")
        guest.event("picture")
        file = self.scene.folder / "viewer.mkv"
        self.assertEqual(guest.tell("record", file=str(file))["error"]["code"], "not_allowed")
        master.command("grant", participant=guest.id, right="record")
        guest.wait_for(lambda l: l.get("event") == "roster" and "record" in
                       [r for m in l["members"] if m["self"] for r in m["rights"]], "the right to record")
        begin = time.monotonic()
        guest.command("record", file=str(file))
        for program in (master, guest):
            self.assertEqual(program.event("recording", state="recording")["by"], guest.id)
        late = self.scene.join(master, "Cleo")
        late.wait_for(lambda l: l.get("event") == "roster" and
                      [m["participant"] for m in l["members"] if m["recording"]] == [guest.id], "who records")
        screen = self.move_on(master)
        self.assertEqual(self.assert_shows(guest, self.screen).rgb, screen.rgb)
        time.sleep(1.5)  # a still at the end, for the variable rate
        guest.command("record_stop")
        took = time.monotonic() - begin
        for program in (master, guest, late):
            self.assertEqual(program.event("recording", state="stopped")["by"], guest.id)
        times = self.assert_film(file, 2.0)
        self.assertLess(times[-1], took + 1)
        self.assert_last_picture(file, screen)
        self.assertEqual(guest.tell("record", file=str(file))["error"]["code"], "file_exists")
        self.assertEqual(guest.tell("record_stop")["error"]["code"], "not_allowed")

    def test_a_master_records_from_the_start_by_an_option(self):
        file = self.scene.folder / "master.mkv"
        master = self.scene.master("--share", "screen", "--display", self.screen.name, "--record", file)
        self.assertEqual(master.event("recording", state="recording")["file"], str(file))
        screen = self.move_on(master)
        time.sleep(1.5)
        master.command("quit")
        self.assert_ends(master, 0)
        self.assert_film(file, 2.0)
        self.assert_last_picture(file, screen)
        self.assertEqual(file.stat().st_mode & 0o077, 0)

        size = file.stat().st_size
        second = self.scene.headless("lotse-master", "--share", "none", "--record", file)
        self.assert_ends(second, 2, "file_exists")
        self.assertEqual(file.stat().st_size, size)

    def test_a_killed_program_leaves_a_film_that_plays(self):
        file = self.scene.folder / "killed.mkv"
        master = self.scene.master("--share", "screen", "--display", self.screen.name)
        master.command("record", file=str(file))
        screen = self.move_on(master)
        time.sleep(2.5)  # all but the last second has to be there
        master.process.kill()
        master.process.wait()
        self.assert_film(file, 2.0)
        self.assert_last_picture(file, screen)

    def test_a_film_has_the_pointer(self):
        file = self.scene.folder / "pointer.mkv"
        master = self.scene.master("--share", "screen", "--display", self.screen.name)
        self.screen.run("xsetroot", "-solid", "#303030", "-cursor_name", "X_cursor")
        self.screen.run("xdotool", "mousemove", 700, 500)
        without = self.settle()
        master.command("record", file=str(file))
        time.sleep(1.5)
        self.screen.run("xdotool", "mousemove_relative", "--", -100, -100)  # as a mouse does; mousemove is a warp
        time.sleep(1.5)
        master.command("record_stop")
        self.screen.run("xdotool", "mousemove", self.WIDTH - 1, self.HEIGHT - 1)
        last = decode(file, self.WIDTH, self.HEIGHT)[-1]
        far = [(i // 3 % self.WIDTH, i // 3 // self.WIDTH) for i in range(0, len(last.rgb), 3)
               if abs(last.rgb[i] - without.rgb[i]) > 60]
        self.assertGreater(len(far), 10)
        for x, y in far:
            self.assertLess(max(abs(x - 600), abs(y - 400)), 64)


if __name__ == "__main__":
    unittest.main()
