"""The programs as scripts and shells meet them: lines, exit codes, options, relays that are not what they should be."""

import pathlib
import signal
import socket
import time
import unittest

from scene import Scene, SceneTest


class EntryTest(SceneTest):
    """The way in, and what bars it."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.master = scene.master("--share", "none", "--name", "Anna")

    def enter(self, *options, reach=None):
        return self.scene.headless("lotse-participant", *options, "--name", "Bernd", reach=reach)

    def test_a_number_may_have_blanks_and_dashes(self):
        n, code = self.master.number, self.scene.code_of(self.master)
        for words in ([f"{n[:3]} {n[3:6]} {n[6:]}"], [f"{n[:3]}-{n[3:6]}-{n[6:]}"], [n[:3], n[3:6], n[6:]]):
            start = len(self.master.lines)
            guest = self.enter(*words, "--password", code)
            self.master.event("joined", start=start)
            code = self.scene.code_of(self.master)
            guest.command("quit")
            self.assert_ends(guest, 0)

    def test_an_unknown_number(self):
        unknown = str((int(self.master.number) + 1 - 100000000) % 900000000 + 100000000)
        self.assert_ends(self.enter(unknown, "--password", "123456"), 3, "no_session")

    def test_a_mistyped_number(self):
        for wrong in (self.master.number[:8], "12345678x", "hello"):
            self.assert_ends(self.enter(wrong, "--password", "123456"), 2, "bad_number")

    def test_a_link_that_was_cut_short(self):
        self.assert_ends(self.enter(self.master.link[:60], reach=[]), 2, "bad_number")

    def test_a_session_that_has_ended(self):
        master = self.scene.master("--share", "none")
        guest = self.scene.join(master, "Bernd")
        code = self.scene.code_of(master)
        master.command("end")
        self.assert_ends(master, 0)
        self.assert_ends(guest, 0)
        guest.event("ended")
        late = self.enter(master.number, "--password", code)
        self.assert_ends(late, 3, "ended")

    def test_a_locked_session(self):
        master = self.scene.master("--share", "none")
        master.command("lock")
        self.assert_ends(self.enter(master.number, "--password", self.scene.code_of(master)), 3, "locked")
        master.command("unlock")
        self.scene.join(master, "Bernd")

    def test_the_lobby_shows_both_sides_the_same_words(self):
        master = self.scene.master("--share", "none", "--password", "none")
        for admit in (True, False):
            start = len(master.lines)
            guest = self.enter(master.number)
            waits = master.event("lobby", start=start)
            self.assertEqual(guest.event("sas")["text"], waits["sas"])
            self.assertEqual((waits["name"], guest.event("state", stage="lobby")["stage"]), ("Bernd", "lobby"))
            master.command("admit" if admit else "refuse", participant=waits["participant"])
            if admit:
                master.event("joined", start=start)
                guest.command("quit")
                self.assert_ends(guest, 0)
            else:
                self.assert_ends(guest, 3, "lobby_refused")

    def test_a_relay_that_is_not_there(self):
        with socket.socket() as taken:  # bound, but nobody listens: nobody else gets the port either
            taken.bind(("127.0.0.1", 0))
            reach = ["--relay", f"127.0.0.1:{taken.getsockname()[1]}"]
            self.assert_ends(self.enter("123456789", "--password", "123456", reach=reach), 2, "relay_unreachable")
            self.assert_ends(self.scene.headless("lotse-master", reach=reach), 2, "relay_unreachable")

    def test_a_name_that_leads_nowhere(self):
        self.assert_ends(self.enter("123456789", reach=["--relay", "relay.invalid"]), 2, "relay_unreachable")

    def test_an_unknown_relay_is_not_trusted(self):
        reach = ["--relay", self.scene.address]
        code = self.scene.code_of(self.master)
        self.assert_ends(self.enter(self.master.number, "--password", code, reach=reach), 2, "relay_untrusted")
        self.assert_ends(self.scene.headless("lotse-master", reach=reach), 2, "relay_untrusted")

    def test_a_relay_with_another_key_is_not_trusted(self):
        reach = ["--relay", self.scene.address, "--relay-pin", "sha256:" + "5a" * 32]
        self.assert_ends(self.scene.headless("lotse-master", reach=reach), 2, "relay_untrusted")
        link = self.master.link.split("&pin=")[0] + "&pin=" + "5a" * 32
        self.assert_ends(self.enter(link, reach=[]), 2, "relay_untrusted")

    def test_a_master_that_the_link_was_not_made_by(self):
        head, secret = self.master.link.split("#")
        at = secret.index(".") + 1
        forged = secret[:at] + ("b" if secret[at] == "a" else "a") + secret[at + 1:]
        self.assert_ends(self.enter(f"{head}#{forged}", reach=[]), 3, "bad_password")

    def test_options_that_make_no_sense_say_so_and_start_nothing(self):
        for options in (["--relay-pin", "sha256:12"], ["--nonsense"], ["--password", "short"], ["--rights", "fly"],
                        ["--password-file", "/nowhere/at/all"]):
            program = self.scene.headless("lotse-master", *options, reach=[])
            self.assertEqual(program.exit_code(), 2, options)
            self.assertGreater(len(program.log.read_text()), 10)


class LinesTest(SceneTest):
    """The control interface."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()

    def test_every_line_tells_the_time_and_the_first_one_who_it_is(self):
        before = time.monotonic_ns()
        master = self.scene.master("--share", "none")
        answer = master.command("stats")
        after = time.monotonic_ns()
        hello = master.lines[0]
        self.assertEqual((hello["event"], hello["program"], hello["interface"]), ("hello", "lotse-master", 1))
        self.assertEqual(hello["pid"], master.process.pid)
        self.assertTrue(hello["version"])
        for line in master.lines:
            self.assertTrue(before < line["t"] < after, line)
        self.assertTrue(before < answer["t_in"] <= answer["t"] < after)
        self.assertEqual(sorted(master.lines, key=lambda l: l["t"]), master.lines)

    def test_nonsense_is_answered_and_ends_nothing(self):
        master = self.scene.master("--share", "none")
        for line in ("{", "[]", "null", "42", '"x"', "{}", '{"do":5}', '{"do":"fly"}', '{"do":"chat"}',
                     '{"do":"chat","text":7}', '{"do":"kick","participant":-1}', '{"do":"kick","participant":"Eva"}',
                     '{"do":"snapshot"}', '{"do":"grant","participant":1,"right":"fly"}', '{"do":"mode","mode":"fly"}',
                     '{"do":"colors","value":"pink"}', "[" * 100000, "x" * 100000, '{"do":"chat","text":"\\ud800"}'):
            start = len(master.lines)
            master.write(line + "\n")
            error = master.wait_for(lambda l: "ok" in l or l.get("event") == "error", f"an answer to {line[:40]}",
                                    start=start)
            self.assertEqual(error.get("code") or error["error"]["code"], "bad_request", line[:40])
        for raw in (b"\xff\xfe\x00\n", b'{"do":"chat","text":"\xc3\x28","id":"bytes"}\n', b"\x00" * 100 + b"\n"):
            start = len(master.lines)
            master.process.stdin.buffer.write(raw)
            master.process.stdin.flush()
            master.wait_for(lambda l: "ok" in l or l.get("event") == "error", f"an answer to {raw[:20]}", start=start)
        master.write("\n  \n")
        self.assertEqual(master.tell("fly")["error"]["code"], "bad_request")
        self.assertTrue(master.command("stats", nobody="knows this field")["ok"])
        master.write('{"do":"stats","id":{"any":["value"]}}\n')
        master.wait_for(lambda l: l.get("id") == {"any": ["value"]}, "the answer under the same id")

    def test_commands_without_a_session_are_refused_one_by_one(self):
        guest = self.scene.headless("lotse-participant")
        for do, fields in (("chat", {"text": "x"}), ("roster", {}), ("share", {}), ("click", {"x": 1, "y": 1}),
                           ("type", {"text": "x"}), ("leave", {}), ("request_control", {}),
                           ("mode", {"mode": "control"}), ("kick", {"participant": 1}),
                           ("record", {"file": "/tmp/never"}), ("record_stop", {}),
                           ("grant", {"participant": 1, "right": "control"}), ("end", {}), ("lock", {}),
                           ("drop_connection", {"ms": 1})):
            self.assertEqual(guest.tell(do, **fields)["error"]["code"], "not_allowed", do)
        for do in ("stop_control", "unshare", "pause_share", "stats"):  # harmless at any time
            guest.command(do)
        guest.command("quit")
        self.assert_ends(guest, 0)

    def test_a_participant_commands_nobody(self):
        master = self.scene.master("--share", "none")
        guest = self.scene.join(master, "Bernd")
        for do, fields in (("kick", {"participant": 0}), ("lock", {}), ("mode", {"mode": "control"}), ("new_code", {}),
                           ("end", {}), ("rights_default", {"rights": ["control"]}),
                           ("grant", {"participant": 1, "right": "record"})):
            self.assertEqual(guest.tell(do, **fields)["error"]["code"], "not_allowed", do)
        self.assertEqual(master.tell("kick", participant=77)["error"]["code"], "no_such_member")
        self.assertEqual(master.tell("chat", text="x" * 20000)["error"]["code"], "too_large")
        self.assertTrue(guest.command("roster")["members"])

    def test_the_end_of_input_quits(self):
        master = self.scene.master("--share", "none")
        guest = self.scene.join(master, "Bernd")
        guest.process.stdin.close()
        self.assert_ends(guest, 0)
        master.event("left", participant=guest.id, reason="left")
        master.process.stdin.close()
        self.assert_ends(master, 0)

    def test_who_is_kept_goes_on_without_input_until_it_is_told_to_end(self):
        master = self.scene.master("--share", "none")
        guest = self.scene.join(master, "Bernd", "--keep")
        guest.process.stdin.close()
        start = len(guest.lines)
        master.command("chat", text="still there?")
        guest.event("chat", text="still there?", start=start)
        guest.process.send_signal(signal.SIGTERM)
        self.assert_ends(guest, 0)
        master.event("left", participant=guest.id, reason="left")

    def test_a_signal_ends_the_session_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            master = self.scene.master("--share", "none")
            guest = self.scene.join(master, "Bernd")
            master.process.send_signal(number)
            self.assert_ends(master, 0)
            self.assert_ends(guest, 0)
            guest.event("ended")

    def test_a_relay_that_is_told_to_end_does_so(self):
        with_scene = Scene()
        self.addCleanup(with_scene.close)
        with_scene.open_relay()
        master = with_scene.master("--share", "none")
        with_scene.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(with_scene.server.exit_code(), 0)
        master.event("state", stage="reconnecting")
        master.command("quit")
        self.assert_ends(master, 0)

    def test_a_password_does_not_stay_in_the_list_of_processes(self):
        for option in (["--password", "correct horse battery"], ["--password=correct horse battery"]):
            master = self.scene.master("--share", "none", *option)
            seen = pathlib.Path(f"/proc/{master.process.pid}/cmdline").read_bytes()
            self.assertNotIn(b"horse", seen)
            self.assertIn(b"--headless", seen)
            self.assertIn("--password-file", master.log.read_text())
            self.scene.join(master, "Bernd")  # the passphrase is the code

    def test_headless_programs_leave_no_core_and_may_not_be_traced(self):
        master = self.scene.master("--share", "none")
        limits = pathlib.Path(f"/proc/{master.process.pid}/limits").read_text()
        core = next(l for l in limits.splitlines() if l.startswith("Max core file size"))
        self.assertEqual(core.split()[4:6], ["0", "0"])


if __name__ == "__main__":
    unittest.main()
