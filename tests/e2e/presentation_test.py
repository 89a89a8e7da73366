"""The moderator shows a screen."""

import unittest

from scene import TERMINAL, Screen, SceneTest, wait_until

OTHERS = (["xclock", "-geometry", "240x240+960+80"], ["xeyes", "-geometry", "200x140+980+420"])


class PresentationTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene)
        cls.screen.furnish(*OTHERS)
        cls.master = scene.master("--share", "screen", "--display", cls.screen.name, "--name", "Anna")
        cls.guest = scene.join(cls.master, "Bernd")
        cls.guest.event("picture")

    def type_into_terminal(self, guest, text, file):
        """Types a command whose output goes into `file`; what is in it then."""
        told = [l["event"] for l in guest.lines if l.get("event") in ("granted", "revoked")]
        if told[-1:] != ["granted"]:
            start = len(guest.lines)
            self.master.command("grant", participant=guest.id, right="control")
            guest.event("granted", right="control", presenter=0, start=start)
        guest.command("click", x=TERMINAL[0], y=TERMINAL[1], button=1)
        guest.command("type", text=f"{text} > {file}.part; mv {file}.part {file}\n")
        wait_until(file.exists, "what the typed command writes")
        return file.read_text(encoding="utf-8")

    def test_a_command_typed_through_the_session_has_its_effect_on_disk(self):
        text = "Grüße aus Łódź: zażółć gęślą jaźń, Ωμέγα, Привет, 漢字, €"
        written = self.type_into_terminal(self.guest, f"printf %s '{text}'", self.scene.folder / "typed")
        self.assertEqual(written, text)

    def test_the_settled_snapshot_is_the_screen_bit_by_bit(self):
        picture = self.assert_shows(self.guest, self.screen)
        self.assertGreater(picture.colors(), 3)
        self.type_into_terminal(self.guest, "seq 30; echo done", self.scene.folder / "scrolled")
        self.screen.run("xsetroot", "-solid", "#7b2d5a")
        self.guest.command("wait_pixel", x=10, y=790, rgb="#7b2d5a", timeout_ms=60000, wait_s=65)
        self.assert_shows(self.guest, self.screen)

    def test_chat_goes_both_ways(self):
        self.guest.command("chat", text="Grüß Gott, dzień dobry 🙂")
        heard = self.master.event("chat", text="Grüß Gott, dzień dobry 🙂")
        self.assertEqual((heard["from"], heard["to"]), (self.guest.id, "all"))
        self.master.command("chat", text="Guten Tag")
        heard = self.guest.event("chat", text="Guten Tag")
        self.assertEqual((heard["from"], heard["to"]), (0, "all"))

    def test_chat_to_one_reaches_nobody_else(self):
        dora = self.scene.join(self.master, "Dora")
        start = len(self.guest.lines)
        self.master.command("chat", text="only for Dora", to=dora.id)
        dora.event("chat", text="only for Dora")
        self.master.command("chat", text="for all again")
        self.guest.event("chat", text="for all again", start=start)
        self.assertNotIn("only for Dora", [l.get("text") for l in self.guest.lines])

    def test_a_late_joiner_gets_the_whole_picture(self):
        late = self.scene.join(self.master, "Cleo")
        picture = late.event("picture")
        self.assertEqual((picture["presenter"], picture["width"], picture["height"]), (0, 1280, 800))
        self.assertGreater(picture["ms"], 0)
        self.assert_shows(late, self.screen)
        # A roster is what everybody has, with the same names.
        for program in (self.master, self.guest, late):
            program.wait_for(lambda l: l.get("event") == "roster" and "Cleo" in [m["name"] for m in l["members"]],
                             "roster with Cleo")

    def test_who_is_kicked_is_told_and_stays_out(self):
        eva = self.scene.join(self.master, "Eva")
        code = self.scene.code_of(self.master)
        start = len(self.master.lines)
        self.master.command("kick", participant=eva.id, reason="enough")
        self.assert_ends(eva, 3, "kicked")
        self.master.event("left", participant=eva.id, start=start)
        self.guest.event("left", participant=eva.id)
        self.master.event("code", start=start)
        self.assertNotEqual(self.scene.code_of(self.master), code)
        old = self.scene.headless("lotse-participant", self.master.number, "--password", code, "--name", "Eva")
        self.assert_ends(old, 3, "bad_password")

    def test_a_wrong_code_lets_nobody_in(self):
        code = self.scene.code_of(self.master)
        wrong = "".join(chr((ord(c) - 48 + 1) % 10 + 48) if c.isdigit() else c for c in code)
        stranger = self.scene.headless("lotse-participant", self.master.number, "--password", wrong, "--name",
                                       "Mallory")
        self.assert_ends(stranger, 3, "bad_password")
        self.assertNotIn("picture", [l.get("event") for l in stranger.lines])
        self.assertNotIn("Mallory", [l.get("name") for l in self.master.lines])

    def test_a_link_needs_neither_relay_nor_code(self):
        start = len(self.master.lines)
        guest = self.scene.headless("lotse-participant", self.master.link, "--name", "Lena", reach=[])
        guest.event("picture")
        self.master.event("joined", name="Lena", start=start)
        guest.command("leave")
        self.assert_ends(guest, 0)

    def test_a_running_program_joins_by_command(self):
        guest = self.scene.headless("lotse-participant", "--name", "Mia")
        number = self.master.number
        self.assertEqual(guest.tell("join", number=number[:8])["error"]["code"], "bad_number")
        guest.command("join", number=f"{number[:3]} {number[3:6]}-{number[6:]}",
                      password=self.scene.code_of(self.master))
        guest.event("picture")
        guest.command("quit")
        self.assert_ends(guest, 0)

    def test_two_participants_of_one_name_are_two(self):
        first, second = self.scene.join(self.master, "Otto"), self.scene.join(self.master, "Otto")
        self.assertNotEqual(first.id, second.id)
        second.event("picture")
        self.master.command("chat", text="second Otto", to=second.id)
        second.event("chat", text="second Otto")
        first.command("chat", text="first Otto")
        self.assertEqual(second.event("chat", text="first Otto")["from"], first.id)
        self.assertNotIn("second Otto", [l.get("text") for l in first.lines])

    def test_a_participant_killed_in_the_middle_harms_nobody(self):
        fritz = self.scene.join(self.master, "Fritz")
        fritz.event("picture")
        self.master.command("grant", participant=fritz.id, right="control")
        fritz.event("granted")
        fritz.command("button", x=5, y=5, button=1, down=True)
        start = len(self.master.lines)
        fritz.process.kill()
        self.master.wait_for(
            lambda l: l.get("event") == "roster" and fritz.id in [m["participant"] for m in l["members"] if m["away"]],
            "roster with Fritz away", start=start)
        self.master.event("controllers", start=start, members=[])
        # The button that it held is up again: no motion is a drag.
        self.assertEqual(self.type_into_terminal(self.guest, "echo alive", self.scene.folder / "alive"), "alive\n")
        self.assert_shows(self.guest, self.screen)

    def test_the_session_goes_on_when_the_relay_was_killed_and_restarted(self):
        starts = {program: len(program.lines) for program in (self.master, self.guest)}
        self.scene.restart_relay()
        for program, start in starts.items():
            lost = program.event("state", stage="reconnecting", start=start)
            program.event("state", stage="live", start=program.lines.index(lost))
        self.assertEqual(self.type_into_terminal(self.guest, "echo back", self.scene.folder / "back"), "back\n")
        self.guest.command("chat", text="here again")
        self.master.event("chat", text="here again")
        late = self.scene.join(self.master, "Nora")  # by the number from before
        late.event("picture")
        self.assert_shows(late, self.screen)
        self.assert_shows(self.guest, self.screen)

    def test_a_cut_connection_comes_back_as_the_same_member_without_control(self):
        self.type_into_terminal(self.guest, "echo in", self.scene.folder / "in")
        start, there = len(self.master.lines), len(self.guest.lines)
        self.guest.command("drop_connection", ms=500)
        lost = self.guest.event("state", stage="reconnecting", start=there)
        self.guest.event("state", stage="live", start=self.guest.lines.index(lost))
        self.guest.event("revoked", right="control", presenter=0, start=there)
        self.guest.command("chat", text="the same")
        self.assertEqual(self.master.event("chat", text="the same", start=start)["from"], self.guest.id)
        self.assert_shows(self.guest, self.screen)


if __name__ == "__main__":
    unittest.main()
