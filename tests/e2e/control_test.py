"""The moderator helps: a participant shows its screen after consent and lets the moderator work on it."""

import sys
import threading
import time
import unittest

from pointer_watch import PointerWatch
from scene import TERMINAL, Screen, SceneTest, wait_until

STOPS_WITHIN = 50e6  # ns
SLACK = 200e6  # ns, for the X server, the terminal and this test itself to be scheduled on a busy machine
READER = """
import os, sys, time, tty
tty.setraw(0)
with open(sys.argv[1], "w", buffering=1) as out:
    print("ready", file=out)
    while byte := os.read(0, 1):
        print(time.monotonic_ns(), file=out)
"""


class Stream:
    """Gives a command every five milliseconds, as a context; `count` of them so far."""

    def __init__(self, program, make):
        self.program, self.make, self.count, self.over = program, make, 0, threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _run(self):
        while not self.over.wait(0.005):
            self.program.write(self.make(self.count) + "\n")
            self.count += 1


def moving(i):
    return f'{{"do":"move","x":{100 + i % 1000},"y":{700 + i % 7}}}'


class ConsentTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene)
        cls.screen.furnish(["xclock", "-geometry", "240x240+960+80"])

    def test_no_pixel_leaves_before_the_consent(self):
        master = self.scene.master("--name", "Anna")
        guest = self.scene.join(master, "Bernd", "--display", self.screen.name)
        asked = guest.event("consent_request", what="share")
        self.assertEqual((asked["from"], asked["name"]), (0, "Anna"))
        self.screen.run("xsetroot", "-solid", "#204060")
        before = guest.command("stats")["bytes_out"]
        guest.command("chat", text="what does that mean?")
        master.event("chat", text="what does that mean?")
        guest.tell("snapshot", file=str(self.scene.folder / "nothing.png"), timeout_ms=1)
        self.assertLess(guest.command("stats")["bytes_out"] - before, 4000)
        self.assertLess(before, 30000)  # TLS and the handshake

        guest.command("consent", request=asked["request"], allow=False)
        guest.command("chat", text="rather not")
        master.event("chat", text="rather not")
        events = {l.get("event") for l in master.lines}
        self.assertFalse(events & {"picture", "screens", "exact"})
        self.assertFalse(master.tell("snapshot", file=str(self.scene.folder / "nothing.png"), timeout_ms=1)["ok"])
        self.assertEqual(master.tell("click", x=1, y=1, button=1)["error"]["code"], "not_allowed")

        start = len(guest.lines)
        master.command("request_share", participant=guest.id)
        asked = guest.event("consent_request", what="share", start=start)
        guest.command("consent", request=asked["request"], allow=True)
        picture = master.event("picture", presenter=guest.id)
        self.assertEqual((picture["width"], picture["height"]), (1280, 800))
        self.assert_shows(master, self.screen)
        self.assertGreater(guest.command("stats")["bytes_out"] - before, 10000)

        # A second answer to the same question changes nothing.
        self.assertEqual(guest.tell("consent", request=asked["request"], allow=True)["error"]["code"], "bad_request")
        start = len(master.lines)
        guest.command("unshare")
        master.event("presenter", participant=guest.id, sharing=False, start=start)

    def test_the_answer_may_be_given_ahead(self):
        master = self.scene.master("--name", "Anna")
        willing = self.scene.join(master, "Ulla", "--display", self.screen.name, "--ask", "yes")
        master.event("picture", presenter=willing.id)
        self.assertNotIn("consent_request", [l.get("event") for l in willing.lines])
        willing.command("quit")
        master.event("left", participant=willing.id)
        self.assert_ends(willing, 0)
        start = len(master.lines)
        unwilling = self.scene.join(master, "Rolf", "--display", self.screen.name, "--ask", "no")
        unwilling.command("chat", text="not mine")
        master.event("chat", text="not mine")
        self.assertNotIn("picture", [l.get("event") for l in master.lines[start:]])
        self.assertNotIn("consent_request", [l.get("event") for l in unwilling.lines])

    def test_master_and_participant_take_turns_in_showing(self):
        own = Screen(self.scene, "640x480")
        own.run("xsetroot", "-solid", "#406020")
        master = self.scene.master("--name", "Anna", "--mode", "control", "--display", own.name)
        guest = self.scene.join(master, "Bernd", "--display", self.screen.name, "--ask", "yes")
        master.event("picture", presenter=guest.id)
        start, there = len(master.lines), len(guest.lines)
        master.command("mode", mode="presentation")
        guest.event("mode", mode="presentation", start=there)
        guest.event("picture", presenter=0, width=640, height=480, start=there)
        master.event("presenter", participant=guest.id, sharing=False, start=start)
        self.assert_shows(guest, own)
        start = len(master.lines)
        master.command("mode", mode="control")
        master.event("picture", presenter=guest.id, start=start)
        self.assert_shows(master, self.screen)


class ControlTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene)
        cls.screen.furnish(["xclock", "-geometry", "240x240+960+80"])
        cls.master = scene.master("--name", "Anna")
        cls.guest = scene.join(cls.master, "Bernd", "--display", cls.screen.name)
        asked = cls.guest.event("consent_request", what="share")
        cls.guest.command("consent", request=asked["request"], allow=True)
        cls.master.event("picture")

    def setUp(self):
        """The master controls the participant's screen."""
        start, there = len(self.master.lines), len(self.guest.lines)
        self.guest.command("grant", participant=0, right="control")
        told = [l["event"] for l in self.master.lines if l.get("event") in ("granted", "revoked")]
        if told[-1:] != ["granted"]:
            self.master.event("granted", right="control", presenter=self.guest.id, start=start)
        self.guest.event("controllers", members=[0], start=there)

    def stopped_by(self, stop):
        """The master moves the pointer all the time; `stop` tells the presenter to end that and returns when it had
        been told. Nothing moves later than it may."""
        with PointerWatch(self.screen) as watch, Stream(self.master, moving) as stream:
            wait_until(lambda: len(watch.moves) > 20, "the pointer to follow the master")
            start = len(self.master.lines)
            told = stop()
            further = stream.count + 200
            wait_until(lambda: stream.count > further, "more moves")
        self.assertGreater(watch.moves[-1][0], told - 1e9)  # it did move until then
        late = [(t - told) / 1e6 for t, _, _ in watch.moves if t > told + STOPS_WITHIN + SLACK]
        self.assertEqual(late, [])
        self.master.event("revoked", right="control", presenter=self.guest.id, start=start)
        self.assertEqual(self.master.tell("move", x=5, y=5)["error"]["code"], "not_allowed")

    def test_what_the_master_types_appears_in_the_participants_terminal(self):
        file, text = self.scene.folder / "typed", "Straße, łąka, ключ, 例"
        self.master.command("click", x=TERMINAL[0], y=TERMINAL[1], button=1)
        self.master.command("type", text=f"printf %s '{text}' > {file}.part; mv {file}.part {file}\n")
        wait_until(file.exists, "what the typed command writes")
        self.assertEqual(file.read_text(encoding="utf-8"), text)
        self.assert_shows(self.master, self.screen)

    def test_control_is_asked_for_and_refused_or_allowed(self):
        self.guest.command("revoke", participant=0, right="control")
        for allow in (False, True):
            start, there = len(self.master.lines), len(self.guest.lines)
            self.master.command("request_control")
            self.guest.event("control_requested", participant=0, start=there)
            asked = self.guest.event("consent_request", what="control", start=there)
            self.guest.command("consent", request=asked["request"], allow=allow)
            if allow:
                self.master.event("granted", right="control", presenter=self.guest.id, start=start)
            else:
                self.master.event("warning", code="control_refused", start=start)
                self.assertEqual(self.master.tell("click", x=1, y=1)["error"]["code"], "not_allowed")

    def test_a_taken_back_grant_stops_the_pointer_at_once(self):
        self.stopped_by(lambda: self.guest.command("revoke", participant=0, right="control")["t"])

    def test_the_button_of_the_banner_stops_the_pointer_at_once(self):
        self.stopped_by(lambda: self.guest.command("stop_control")["t"])

    def test_the_pause_key_stops_the_pointer_at_once(self):
        def press():
            self.screen.run("xdotool", "key", "Pause")
            return time.monotonic_ns()
        self.stopped_by(press)

    def test_a_taken_back_grant_stops_keys_at_once(self):
        script, out = self.scene.folder / "reader.py", self.scene.folder / "keys"
        script.write_text(READER)
        terminal = self.screen.start("xterm", "-geometry", "60x8+40+480", "-e", sys.executable, script, out)
        wait_until(lambda: out.exists() and out.read_text(), "the reader")
        self.master.command("click", x=100, y=520, button=1)
        times = lambda: out.read_text().split()[1:]  # noqa: E731
        with Stream(self.master, lambda i: '{"do":"key","sym":"a"}') as stream:
            wait_until(lambda: len(times()) > 20, "the keys to arrive")
            told = self.guest.command("revoke", participant=0, right="control")["t"]
            further = stream.count + 200
            wait_until(lambda: stream.count > further, "more keys")
        terminal.terminate()
        late = [(int(t) - told) / 1e6 for t in times() if int(t) > told + STOPS_WITHIN + SLACK]
        self.assertEqual(late, [])

    def test_the_presenters_own_input_goes_first_for_a_second(self):
        start, there = len(self.master.lines), len(self.guest.lines)
        with PointerWatch(self.screen) as watch, Stream(self.master, moving):
            wait_until(lambda: len(watch.moves) > 20, "the pointer to follow the master")
            self.screen.run("xdotool", "mousemove_relative", "--", "-30", "-200")
            touched = time.monotonic_ns()
            on = [p.event("input_suspended", presenter=self.guest.id, on=True, start=s)["t"]
                  for p, s in ((self.master, start), (self.guest, there))]
            off = [p.event("input_suspended", presenter=self.guest.id, on=False, start=s)["t"]
                   for p, s in ((self.master, start), (self.guest, there))]
            resumed = len(watch.moves)
            wait_until(lambda: len(watch.moves) > resumed + 20, "the pointer to follow again")
        self.assertGreater(off[1] - on[1], 0.99e9)
        quiet = [(t - touched) / 1e6 for t, _, _ in watch.moves if touched + STOPS_WITHIN + SLACK < t < off[1] - 1e6]
        self.assertEqual(quiet, [])

    def test_who_loses_the_presenter_holds_no_keys_down(self):
        self.master.command("key", sym="Shift_L", down=True)
        self.guest.command("revoke", participant=0, right="control")
        file = self.scene.folder / "small"
        self.screen.run("xdotool", "mousemove", *TERMINAL, "click", 1, "type", "--delay", "1", f"echo small >{file}\n")
        wait_until(lambda: file.exists() and file.read_text(), "the presenter's own typing")
        self.assertEqual(file.read_text(), "small\n")


if __name__ == "__main__":
    unittest.main()
