#!/usr/bin/env python3
"""A video plays in a window: it travels as a film, and what is on the screen when it has ended is exact."""

import subprocess
import unittest

from scene import PROGRAMS, SceneTest, Screen, wait_until


class FilmsTest(SceneTest):
    def play(self, screen, seconds):
        """A film of 1280x720 beside text, from now on; its last picture stays."""
        video = self.scene.start([PROGRAMS / "live" / "lotse-live-screen", "video", seconds], "video", stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True, env=screen.environment)
        self.assertIn("ready", video.stdout.readline())
        video.stdin.write("go\n")
        video.stdin.flush()
        return video

    def test_a_video_is_a_film_until_it_rests_and_only_where_films_are_wanted(self):
        screen = Screen(self.scene, "1600x900")
        master = self.scene.master("--share", "screen", "--display", screen.name)
        guest = self.scene.join(master, "Bernd")
        guest.event("picture")

        def sent():
            return master.command("stats")["shared"][0]["films"]

        def seen():
            return guest.command("stats")["screens"][0]["films"]

        video = self.play(screen, 12)
        wait_until(lambda: seen() > 20, "frames of a film")
        self.assertGreaterEqual(sent(), seen())
        self.assertFalse(guest.command("stats")["screens"][0]["exact"])
        video.stdout.readline()  # it has ended
        self.assert_shows(guest, screen)
        video.stdin.close()
        video.wait(10)
        master.command("films", on=False)
        before = sent()
        video = self.play(screen, 4)
        video.stdout.readline()
        self.assert_shows(guest, screen)
        self.assertEqual(sent(), before)
        video.stdin.close()
        guest.command("quit")
        master.command("quit")


if __name__ == "__main__":
    unittest.main()
