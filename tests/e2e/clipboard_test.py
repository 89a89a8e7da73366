"""What is copied goes to others: by hand and by itself, with xclip on both desktops."""

import random
import subprocess
import unittest

from scene import Failure, SceneTest, Screen, sha256, wait_until, write_file

TEXT = "Grüße, 日本語, שלום 😀\nsecond line"


def copy(screen, data, *how):
    run = subprocess.run(["xclip", "-selection", "clipboard", *how, "-i"], input=data, env=screen.environment,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    if run.returncode:
        raise Failure("xclip copies nothing")
    wait_until(lambda: pasted(screen, *how) == data, "what xclip copies")  # it does so after it has returned


def pasted(screen, *how):
    return subprocess.run(["xclip", "-selection", "clipboard", *how, "-o"], env=screen.environment,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=60).stdout


def png(size, seed):
    """Says PNG at its head; the rest repeats nowhere."""
    return b"\x89PNG\r\n\x1a\n" + random.Random(seed).randbytes(size - 8)


class ClipboardTest(SceneTest):
    """Eva shows her screen, Max, who leads, controls it from another desktop; Ines watches."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.hers, cls.his = Screen(scene, "640x480"), Screen(scene, "640x480")
        cls.max = scene.master("--display", cls.his.name, "--name", "Max", "--mode", "control")
        cls.eva = scene.join(cls.max, "Eva", "--display", cls.hers.name, "--ask", "yes")
        cls.max.event("picture")
        cls.max.command("request_control")
        cls.max.event("granted")
        cls.ines = scene.join(cls.max, "Ines", "--display", ":nowhere")
        cls.ines.event("picture")

    def setUp(self):
        for program in (self.max, self.eva, self.ines):
            program.command("clipboard", use="hand")
        self.start = {program: len(program.lines) for program in (self.max, self.eva, self.ines)}

    def event(self, program, name="clipboard", /, **fields):
        return program.event(name, start=self.start[program], **fields)

    def none(self, program, *names):
        program.command("roster")  # whatever was on its way has been told
        self.assertEqual([l for l in program.lines[self.start[program]:] if l.get("event") in names], [])

    def allow(self, program, right="clipboard"):
        self.max.command("grant", participant=program.id, right=right)
        self.addCleanup(self.max.command, "revoke", participant=program.id, right=right)
        program.wait_for(lambda l: l.get("event") == "roster" and any(
            m["self"] and right in m["rights"] for m in l["members"]), "the right", start=self.start[program])

    def test_who_controls_a_screen_fills_its_clipboard(self):
        answer = self.max.command("clipboard_set", text=TEXT)
        self.assertEqual(answer["to"], [self.eva.id])
        told = self.event(self.eva, **{"from": 0})
        self.assertEqual((told["bytes"], told["type"], told["put"]), (len(TEXT.encode()), "text", True))
        wait_until(lambda: pasted(self.hers) == TEXT.encode(), "the text on her desktop")
        self.assertEqual(self.eva.command("clipboard_get")["text"], TEXT)
        self.none(self.ines, "clipboard")

    def test_what_is_copied_on_one_desktop_is_pasted_on_the_other(self):
        image = png(3 << 20, 1)
        copy(self.his, image, "-t", "image/png")
        answer = self.max.command("clipboard_send")
        self.assertEqual((answer["type"], answer["bytes"]), ("image", len(image)))
        self.event(self.eva, type="image", put=True)
        wait_until(lambda: pasted(self.hers, "-t", "image/png") == image, "the image on her desktop")

    def test_fifty_megabytes_come_whole_and_more_is_refused(self):
        image = png(50 << 20, 2)
        copy(self.his, image, "-t", "image/png")
        self.max.command("clipboard_send", wait_s=60)
        self.event(self.max, "clipboard_transfer", state="active")
        self.event(self.eva, bytes=len(image))
        wait_until(lambda: pasted(self.hers, "-t", "image/png") == image, "all of it on her desktop")
        copy(self.his, png((64 << 20) + 1, 3), "-t", "image/png")
        with self.assertRaisesRegex(Failure, "too_large"):
            self.max.command("clipboard_send", wait_s=60)

    def test_the_right_is_needed_and_a_moderator_decides_what_is_put(self):
        for program in (self.eva, self.ines):
            with self.assertRaisesRegex(Failure, "not_allowed"):
                program.command("clipboard_set", text="no")
        self.allow(self.ines)
        copy(self.his, b"his own")
        self.assertEqual(self.ines.command("clipboard_set", text="from Ines")["to"], [0])
        self.assertFalse(self.event(self.max, **{"from": self.ines.id})["put"])
        self.assertEqual(pasted(self.his), b"his own")
        self.max.command("clipboard_take")
        wait_until(lambda: pasted(self.his) == b"from Ines", "what he took")

    def test_by_itself_between_those_of_whom_one_controls(self):
        self.allow(self.eva)
        for program in (self.max, self.eva, self.ines):
            program.command("clipboard", use="auto")
        copy(self.his, b"to her")
        wait_until(lambda: pasted(self.hers) == b"to her", "his on her desktop")
        copy(self.hers, "zurück".encode())
        wait_until(lambda: pasted(self.his) == "zurück".encode(), "hers on his desktop")
        self.none(self.ines, "clipboard")
        # Neither sends back what came.
        self.assertEqual(len([l for l in self.max.lines[self.start[self.max]:] if l.get("event") == "clipboard"]), 1)

    def test_off_is_off(self):
        self.eva.command("clipboard", use="off")
        self.max.command("clipboard_set", text="unwanted")
        self.event(self.max, "clipboard_transfer", state="failed", why="not_allowed")
        self.none(self.eva, "clipboard")
        with self.assertRaisesRegex(Failure, "not_allowed"):
            self.eva.command("clipboard_send")

    def test_copied_files_are_offered(self):
        file = self.scene.folder / "to send.bin"
        digest = write_file(file, 300_000)
        copy(self.his, f"file://{str(file).replace(' ', '%20')}\r\n".encode(), "-t", "text/uri-list")
        answer = self.max.command("clipboard_send")
        self.assertEqual((answer["type"], len(answer["file_ids"])), ("files", 1))
        offered = self.event(self.eva, "file", state="offered", name="to send.bin")
        folder = self.scene.folder / "taken"
        folder.mkdir()
        self.eva.command("accept_file", file_id=offered["file_id"], dir=str(folder))
        done = self.event(self.eva, "file", state="done")
        self.assertEqual(sha256(done["path"]), digest)
        self.eva.command("clipboard_take", file_id=offered["file_id"])
        wait_until(lambda: pasted(self.hers, "-t", "text/uri-list").decode().strip().endswith("to%20send.bin"),
                   "the file on her clipboard")

    def test_a_cut_in_the_middle_loses_nothing(self):
        image = png(20 << 20, 4)
        copy(self.his, image, "-t", "image/png")
        self.max.command("clipboard_send", wait_s=60)
        self.event(self.max, "clipboard_transfer", state="active")
        self.max.command("drop_connection", ms=500)
        self.event(self.eva, bytes=len(image))
        wait_until(lambda: pasted(self.hers, "-t", "image/png") == image, "all of it on her desktop")

    def test_nothing_is_overwritten_and_bad_input_is_answered(self):
        self.max.command("clipboard_set", text="for a file")
        self.event(self.eva, bytes=10)
        file = self.scene.folder / "clip.txt"
        self.eva.command("clipboard_get", file=str(file))
        self.assertEqual(file.read_text(), "for a file")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        with self.assertRaisesRegex(Failure, "file_exists"):
            self.eva.command("clipboard_get", file=str(file))
        for bad in ({"text": ""}, {}, {"text": 5}, {"file": "/nowhere/at/all"}):
            with self.assertRaisesRegex(Failure, "bad_request"):
                self.max.command("clipboard_set", **bad)
        with self.assertRaisesRegex(Failure, "no_such_member"):
            self.max.command("clipboard_set", text="x", to=77)
        with self.assertRaisesRegex(Failure, "no_display"):
            self.ines.command("clipboard_get")


if __name__ == "__main__":
    unittest.main()
