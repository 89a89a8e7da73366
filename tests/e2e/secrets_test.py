"""Where secrets must not be: command lines, environments, logs, output, core files, and memory once they are of no use."""

import os
import pathlib
import pty
import re
import subprocess
import unittest

from scene import PROGRAMS, SceneTest, wait_until

PASSPHRASE = "Quittenbaum steht schief"
# As typed, and as it enters the handshake; without their beginning, which a string that was cleared has lost.
FORMS = (PASSPHRASE[3:], PASSPHRASE.lower().replace(" ", "")[3:])


def of(program, file):
    return pathlib.Path(f"/proc/{program.process.pid}/{file}").read_bytes()


def places_in_memory(program, needles):
    """The kinds of memory, that can be written, in which one of them stands."""
    found = []
    with open(f"/proc/{program.process.pid}/mem", "rb", buffering=0) as memory:
        for line in of(program, "maps").decode().splitlines():
            start, end = (int(n, 16) for n in line.split()[0].split("-"))
            if line.split()[1][:2] != "rw" or end - start > 1 << 30:  # larger ones are a sanitizer's
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except OSError:  # guarded
                continue
            found += [(line.split()[-1], needle) for needle in needles for _ in range(data.count(needle.encode()))]
    return found


class ProcessTest(SceneTest):
    """What other users of the machine can see."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.master = scene.master("--share", "none", "--verbose", "--log-file", scene.folder / "master.txt", "--password",
                                  PASSPHRASE)
        cls.secret = re.search("#([a-z2-7]+)", cls.master.link)[1]
        cls.by_link = scene.headless("lotse-participant", cls.master.link, "--name", "Linda", "--verbose",
                                     "--log-file", scene.folder / "guest.txt", reach=[])
        cls.by_code = scene.headless("lotse-participant", cls.master.number, "--name", "Cora", "--password", PASSPHRASE)
        cls.masters = (cls.master,)
        cls.guests = (cls.by_link, cls.by_code)
        for guest in cls.guests:
            guest.event("state", stage="waiting_for_presenter")

    def test_command_lines_show_neither_passphrase_nor_link(self):
        for program in (*self.masters, *self.guests):
            line = of(program, "cmdline").decode()
            self.assertIn("--headless", line)
            for secret in (*PASSPHRASE.split(), self.secret):
                self.assertNotIn(secret, line)
        self.assertIn(self.master.number + "#***", of(self.by_link, "cmdline").decode())

    def test_environments_and_logs_show_neither(self):
        for program in (*self.masters, *self.guests):
            self.assertNotIn(PASSPHRASE, of(program, "environ").decode(errors="replace"))
            self.assertNotIn(self.secret, of(program, "environ").decode(errors="replace"))
        logs = [*self.scene.folder.glob("*.log"), self.scene.folder / "master.txt", self.scene.folder / "guest.txt"]
        for log in logs:
            for secret in (*PASSPHRASE.split(), self.secret):
                self.assertNotIn(secret, log.read_text(), log.name)

    def test_a_guest_says_neither(self):
        for guest in self.guests:
            said = str(guest.lines)
            self.assertNotIn(PASSPHRASE, said)
            self.assertNotIn(self.secret, said)

    def test_a_password_on_the_command_line_is_warned_about(self):
        self.assertIn("warning: a password on the command line", self.by_code.log.read_text())
        self.assertNotIn("warning: a password", self.by_link.log.read_text())

    def test_no_program_leaves_a_core_or_may_be_traced(self):
        for program in (*self.masters, *self.guests, self.scene.server):
            core = next(l for l in of(program, "limits").decode().splitlines() if l.startswith("Max core file size"))
            self.assertEqual(core.split()[4:6], ["0", "0"])
            # What may not be dumped belongs to root, and nobody else can open its memory.
            self.assertEqual(os.stat(f"/proc/{program.process.pid}/mem").st_uid, 0)


class SourcesTest(SceneTest):
    """The ways by which a program gets a password."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()

    def test_a_file_that_everybody_can_read_is_refused(self):
        file = self.scene.folder / "open.txt"
        file.write_text(PASSPHRASE + "\n")
        file.chmod(0o644)
        program = self.scene.headless("lotse-master", "--password-file", file)
        self.assertEqual(program.exit_code(), 2)
        self.assertIn("chmod 600", program.log.read_text())

    def test_the_first_line_of_standard_input_is_the_password_and_the_next_a_command(self):
        for option in (["--password", "-"], ["--password-file", "-"]):
            master = self.scene.headless("lotse-master", "--share", "none", *option)
            master.write(PASSPHRASE + '\n{"do":"chat","id":77,"text":"hello"}\n')
            session = master.event("session")
            self.assertEqual(session["password"], PASSPHRASE)
            self.assertTrue(master.wait_for(lambda l: l.get("id") == 77, "an answer"))

    def test_a_terminal_is_asked_without_echo(self):
        outer, inner = pty.openpty()
        program = subprocess.Popen([PROGRAMS / "lotse-master", "--headless", "--password", "-", "--share", "none",
                                    "--config", self.scene.folder / "pty", *map(str, self.scene.reach)],
                                   stdin=inner, stdout=subprocess.PIPE, stderr=inner, env=self.scene.environment,
                                   start_new_session=True)
        os.close(inner)
        self.scene.running.append(program)
        seen = b""
        while b"Passphrase: " not in seen:
            seen += os.read(outer, 4096)
        os.write(outer, PASSPHRASE.encode() + b"\n")
        self.assertIn(b"Number:", program.stdout.readline())
        self.assertIn(PASSPHRASE.encode(), program.stdout.readline())  # the invitation, for its owner
        os.set_blocking(outer, False)
        try:
            seen += os.read(outer, 4096)
        except BlockingIOError:
            pass
        self.assertNotIn(PASSPHRASE.encode(), seen)
        program.terminate()
        self.assertEqual(program.wait(30), 0)
        program.stdout.close()
        os.close(outer)


@unittest.skipUnless(os.geteuid() == 0, "only root reads the memory of these programs")
class MemoryTest(SceneTest):
    """What is left after a session in a program that goes on, with its window."""

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        scene.display()
        cls.file = scene.folder / "passphrase"
        cls.file.touch(mode=0o600)
        cls.file.write_text(PASSPHRASE + "\n")

    def windowed(self, program, *options):
        self.scene.count += 1
        return self.scene.lotse(program, *options, *self.scene.reach, "--jsonl", "--config",
                                self.scene.folder / f"config{self.scene.count}", "--password-file", self.file,
                                name=f"{program}{self.scene.count}")

    def test_a_passphrase_is_gone_when_its_session_is(self):
        master = self.windowed("lotse-master", "--share", "none")
        session = master.event("session")
        guest = self.windowed("lotse-participant", session["number"], "--name", "Gustav")
        master.event("joined", name="Gustav")
        guest.event("state", stage="waiting_for_presenter")
        self.assertNotEqual(places_in_memory(master, FORMS), [])  # it is in use, and the search finds it
        # A guest needs it no more as soon as it is in.
        wait_until(lambda: places_in_memory(guest, FORMS) == [], "a guest without the passphrase", 30)
        guest.command("leave")
        guest.event("ended")
        self.assertEqual(places_in_memory(guest, FORMS), [])
        master.command("end")
        master.event("ended")
        wait_until(lambda: places_in_memory(master, FORMS) == [], "a master without the passphrase", 30)


if __name__ == "__main__":
    unittest.main()
