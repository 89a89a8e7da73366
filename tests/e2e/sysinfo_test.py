"""The facts of a computer, told to a helper after the consent of its person."""

import os
import pathlib
import socket
import unittest

from scene import Screen, SceneTest


class SystemInfoTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene, "800x600")

    def told(self, asker, start):
        return asker.wait_for(lambda l: l.get("event") in ("sysinfo", "sysinfo_refused"), "what was asked", start=start)

    def test_the_moderator_is_told_what_the_person_allows(self):
        master = self.scene.master("--name", "Anna")
        guest = self.scene.join(master, "Bernd", "--display", self.screen.name)
        start = len(master.lines)
        master.command("sysinfo")  # of the only other one
        asked = guest.event("consent_request", what="sysinfo")
        self.assertEqual((asked["from"], asked["name"]), (0, "Anna"))
        guest.command("consent", request=asked["request"], allow=True)
        told = self.told(master, start)
        self.assertEqual((told["event"], told["participant"]), ("sysinfo", guest.id))
        info = told["info"]
        self.assertEqual(info["host"], socket.gethostname())
        self.assertEqual(info["kernel"], f"{os.uname().sysname} {os.uname().release}")
        self.assertEqual(info["cores"], os.cpu_count())
        self.assertEqual(info["administrator"], os.geteuid() == 0 or info["administrator"])
        self.assertEqual([(m["w"], m["h"]) for m in info["monitors"]], [(800, 600)])
        self.assertIn(f"MemTotal:{info['memory'] // 1024:>15} kB", pathlib.Path("/proc/meminfo").read_text())
        for disk in info["disks"]:
            space = os.statvfs(disk["mount"])
            self.assertEqual(disk["size"], space.f_blocks * space.f_frsize)
        self.assertEqual(info["folders"]["home"], os.environ.get("HOME", info["folders"].get("home")))
        self.assertTrue(info["program"].startswith("Lotse "))
        self.assertTrue(info["os"])

        # The next time the person is asked again, and may refuse.
        start, there = len(master.lines), len(guest.lines)
        master.command("sysinfo", participant=guest.id)
        asked = guest.event("consent_request", what="sysinfo", start=there)
        guest.command("consent", request=asked["request"], allow=False)
        told = self.told(master, start)
        self.assertEqual((told["event"], told["code"], told["why"]), ("sysinfo_refused", "not_allowed", "refused"))

        # Who is neither moderator nor controller need not ask.
        self.assertEqual(guest.tell("sysinfo", participant=0)["error"]["code"], "not_allowed")

    def test_the_answer_may_be_given_ahead_and_a_controller_may_ask(self):
        master = self.scene.master("--name", "Anna", "--share", "screen", "--display", self.screen.name, "--ask", "yes")
        guest = self.scene.join(master, "Bernd")
        guest.event("picture")
        self.assertEqual(guest.tell("sysinfo")["error"]["code"], "not_allowed")
        guest.command("request_control")
        guest.event("granted", right="control")
        start = len(guest.lines)
        guest.command("sysinfo")  # of whom it views
        told = self.told(guest, start)
        self.assertEqual((told["event"], told["participant"]), ("sysinfo", 0))
        self.assertEqual(told["info"]["host"], socket.gethostname())
        self.assertNotIn("consent_request", [l.get("event") for l in master.lines])

        unwilling = self.scene.join(master, "Rolf", "--ask", "no")
        start = len(master.lines)
        master.command("sysinfo", participant=unwilling.id)
        self.assertEqual(self.told(master, start)["why"], "refused")


if __name__ == "__main__":
    unittest.main()
