"""lotse-swarm: members that judge every picture without decoding one."""

import unittest

from scene import Screen, SceneTest, programs, wait_until


class SwarmTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene, "640x480")
        cls.screen.furnish()
        cls.master = scene.master("--share", "screen", "--display", cls.screen.name)

    def swarm(self, members, *options):
        swarm = self.scene.lotse("lotse-swarm", "--link", "-", "--members", members, "--join-gap-ms", 50, "--jsonl",
                                 *options)
        swarm.write(self.master.link + "\n")
        return swarm

    def whole(self, swarm, count):
        """All of them have the whole picture, proven; what they say of it."""
        def stats():
            told = swarm.command("stats")
            return told if told["exact"] == count else None
        return wait_until(stats, f"{count} whole pictures")

    def test_members_join_have_the_picture_and_talk(self):
        swarm = self.swarm(3, "--chat-per-s", 20, "--frames")
        stats = self.whole(swarm, 3)
        for member in stats["members"]:
            self.assertEqual((member["behind"], member["forged"]), (0, 0))
            self.assertGreater(member["usable_bytes"], 1000)
            self.assertGreaterEqual(member["whole_bytes"], member["usable_bytes"])
        self.master.event("chat")
        self.screen.run("xsetroot", "-solid", "#7b2d5a")
        swarm.event("frame", members=3)
        swarm.command("add", members=1)
        self.whole(swarm, 4)
        self.assertEqual(swarm.tell("dance")["error"]["code"], "bad_request")
        swarm.command("quit")
        self.assertEqual(swarm.exit_code(), 0)

    def test_whoever_decodes_all_sees_the_same(self):
        swarm = self.swarm(2, "--decode", "all")
        self.whole(swarm, 2)
        swarm.command("quit")
        self.assertEqual(swarm.exit_code(), 0)

    def test_a_slow_line_makes_one_wait_and_nobody_else(self):
        swarm = self.swarm(3, "--throttle-mbit", 0.1, "--of", 1)
        swarm.event("joined", member=2)
        whole = {e: swarm.event("whole", member=e)["ms"] for e in (1, 2)}
        slow = swarm.event("usable", member=0)
        self.assertGreater(slow["ms"], slow["bytes"] * 8 / 0.1e6 * 500)  # at least half of what the line's rate says
        self.assertLess(max(whole.values()), 1000 * programs.PATIENCE)
        swarm.command("quit")
        self.assertEqual(swarm.exit_code(), 0)

    def test_a_bare_fan_out_and_what_cannot_start(self):
        bare = self.scene.lotse("lotse-swarm", "--bare", 200000, "--members", 4, "--rounds", 2)
        told = bare.event("bare", bytes=200000, members=4)
        self.assertEqual(len(told["ms"]), 2)
        self.assertEqual(bare.exit_code(), 0)
        for options in (["--link", "nonsense"], ["--number", "428117903"], ["--members", "many"]):
            self.assertEqual(self.scene.lotse("lotse-swarm", *options, name="refused").exit_code(), 2)


if __name__ == "__main__":
    unittest.main()
