"""Another one leads: by hand, and when the moderator's program is gone."""

import unittest

from scene import Screen, SceneTest


class MastersTest(SceneTest):
    def setUp(self):
        self.screen = Screen(self.scene)
        self.screen.furnish()
        self.master = self.scene.master("--share", "screen", "--display", self.screen.name, "--name", "Anna")
        self.guest = self.scene.join(self.master, "Bernd")
        self.clara = self.scene.join(self.master, "Clara")

    def join_by(self, leader, name):
        """A participant who comes in by the code that `leader` shows now."""
        leader.number = self.master.number
        return self.scene.join(leader, name)

    def test_a_session_that_is_handed_over_goes_on_under_its_number(self):
        self.assertEqual(self.clara.tell("handover", participant=self.guest.id)["error"]["code"], "not_allowed")
        old_code = self.scene.code_of(self.master)
        self.master.command("handover", participant=self.guest.id)
        for program in (self.master, self.guest, self.clara):
            program.event("master", participant=self.guest.id)
        session = self.guest.event("session")
        self.assertEqual(session["number"], self.master.number)
        self.assertNotEqual(session["password"], old_code)
        dora = self.join_by(self.guest, "Dora")
        dora.event("picture")
        self.assert_shows(dora, self.screen)  # Anna still shows hers
        dora.command("chat", text="Guten Tag")
        for program in (self.master, self.guest, self.clara):
            program.event("chat", text="Guten Tag")
        self.assertEqual(self.master.tell("kick", participant=dora.id)["error"]["code"], "not_allowed")
        self.guest.command("kick", participant=dora.id, reason="Feierabend")
        self.assert_ends(dora, 3, "kicked")
        self.guest.command("end")
        self.assert_ends(self.master, 0)
        self.assert_ends(self.clara, 0)

    def test_a_deputy_leads_when_the_moderators_program_was_killed(self):
        self.master.command("deputy", participant=self.clara.id)
        self.clara.wait_for(lambda l: l.get("event") == "roster" and any(m.get("deputy") == 1 for m in l["members"]),
                            "roster with a deputy")
        self.clara.command("chat", text="bereit")  # its PING is behind: the statement has come
        self.master.event("chat", text="bereit")
        self.master.process.kill()
        session = self.clara.event("session", timeout=150)
        self.assertEqual(session["number"], self.master.number)
        self.guest.event("master", participant=self.clara.id)
        self.guest.command("chat", text="weiter")
        self.clara.event("chat", text="weiter")
        emil = self.join_by(self.clara, "Emil")
        emil.command("chat", text="auch da")
        self.guest.event("chat", text="auch da")


if __name__ == "__main__":
    unittest.main()
