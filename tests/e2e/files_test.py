#!/usr/bin/env python3
"""Files from one program to another: whole, never where they should not be, and on they go after whatever happens."""

import os
import unittest

from scene import SceneTest, sha256, wait_until, write_file

MB = 1000 * 1000


class FilesTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.master = scene.master("--share", "none", "--rights", "view,chat,files", "--name", "Anna")
        cls.guest = scene.join(cls.master, "Bernd")
        cls.home = scene.folder / "home"
        cls.home.mkdir()

    def ends(self, program, file, state):
        return program.event("file", file_id=file, state=state)

    def test_both_directions_at_once_and_nothing_is_taken_unasked(self):
        folder, there = self.new_folder(), self.guest.id
        hashes = {}
        for name, size in (("big.bin", 8 * MB), ("empty.txt", 0), ("größe ☃.txt", 70000)):
            hashes[name] = write_file(self.home / name, size, seed=size)
        files = [(self.master, self.guest, self.offer(self.master, self.guest, self.home / name, there), name)
                 for name in hashes]
        back = self.new_folder()
        files += [(self.guest, self.master, self.offer(self.guest, self.master, self.home / name, "master"), name)
                  for name in hashes]
        self.assertEqual(list(folder.iterdir()) + list(back.iterdir()), [])
        for _, receiver, file, _ in files:
            receiver.command("accept_file", file_id=file, dir=str(folder if receiver is self.guest else back))
        for sender, receiver, file, name in files:
            done = self.ends(receiver, file, "done")
            self.ends(sender, file, "done")
            self.assertEqual(done["name"], name)
            self.assertEqual(sha256(type(self.home)(done["path"])), hashes[name])
        for where in (folder, back):
            self.assertEqual(sorted(f.name for f in where.iterdir()), sorted(hashes))

    def test_nothing_is_overwritten_and_no_name_leads_elsewhere(self):
        folder = self.new_folder()
        (folder / "passwd").write_text("mine")
        for name in ("passwd", ".profile", "CON", "a" * 200 + ".txt", "x\u202Efdp.exe"):
            write_file(self.home / name, 1000)
            file = self.offer(self.master, self.guest, self.home / name, self.guest.id)
            self.guest.command("accept_file", file_id=file, dir=str(folder))
            path = self.ends(self.guest, file, "done")["path"]
            self.assertEqual(os.path.dirname(path), str(folder))
        self.assertEqual((folder / "passwd").read_text(), "mine")
        names = sorted(f.name for f in folder.iterdir())
        self.assertEqual(names, sorted(["passwd", "passwd (2)", "profile", "_CON", "a" * 176 + ".txt", "xfdp.exe"]))

    def test_refusing_cancelling_and_what_cannot_be_sent(self):
        write_file(self.home / "some.bin", 1000)
        file = self.offer(self.master, self.guest, self.home / "some.bin", self.guest.id)
        self.guest.command("refuse_file", file_id=file)
        self.ends(self.master, file, "refused")
        self.assertEqual(self.guest.tell("accept_file", file_id=file)["error"]["code"], "no_such_file")
        file = self.offer(self.master, self.guest, self.home / "some.bin", self.guest.id)
        self.master.command("cancel_file", file_id=file)
        self.ends(self.guest, file, "cancelled")
        for path in (self.home / "nothing", "/dev/zero"):
            self.assertEqual(self.master.tell("send_file", file=str(path), to="all")["error"]["code"], "file_name")
        self.assertEqual(self.master.tell("send_file", file=str(self.home / "some.bin"), to=77)["error"]["code"],
                         "no_such_member")

    def test_to_a_list_of_members(self):
        dora = self.scene.join(self.master, "Doris")
        write_file(self.home / "list.bin", 1000)
        answer = self.master.command("send_file", file=str(self.home / "list.bin"), to=[dora.id, self.guest.id, dora.id])
        self.assertEqual(len(answer["file_ids"]), 2)
        for member in (dora, self.guest):
            member.event("file", name="list.bin", state="offered")
        self.assertEqual(self.master.tell("send_file", file=str(self.home / "list.bin"), to=[])["error"]["code"],
                         "no_such_member")
        dora.command("quit")

    def test_who_has_not_the_right_sends_nothing(self):
        master = self.scene.master("--share", "none")
        guest = self.scene.join(master, "Cora")
        write_file(self.home / "some.bin", 1000)
        answer = guest.tell("send_file", file=str(self.home / "some.bin"), to="master")
        self.assertEqual(answer["error"]["code"], "not_allowed")
        master.command("grant", participant=guest.id, right="files")
        wait_until(lambda: guest.tell("send_file", file=str(self.home / "some.bin"), to="master")["ok"], "the right")
        master.event("file", state="offered")
        for program in (guest, master):
            program.command("quit")

    def start_slowly(self, size=60 * MB):
        """A file that is under way and has come some way."""
        folder = self.new_folder()
        digest = write_file(self.home / f"{folder.name}.bin", size)
        file = self.offer(self.master, self.guest, self.home / f"{folder.name}.bin", self.guest.id)
        self.guest.command("accept_file", file_id=file, dir=str(folder))
        part = wait_until(lambda: [f for f in folder.iterdir() if f.stat().st_size > MB], "the beginning")[0]
        return file, folder, digest, part

    def test_a_file_survives_the_relay_and_pauses(self):
        file, folder, digest, part = self.start_slowly()
        self.guest.command("pause_file", file_id=file)
        self.ends(self.master, file, "paused")
        self.master.command("drop_connection", ms=500)
        start = len(self.guest.lines)
        self.scene.restart_relay()
        self.guest.command("resume_file", file_id=file)
        self.ends(self.master, file, "done")
        done = self.guest.event("file", start=start, file_id=file, state="done")
        self.assertEqual(sha256(type(folder)(done["path"])), digest)

    def test_a_file_goes_on_when_its_receiver_was_killed(self):
        config = self.scene.folder / "config-kill"
        guest = self.scene.join(self.master, "Dora", "--config", config)
        folder = self.new_folder()
        digest = write_file(self.home / "kill.bin", 80 * MB)
        file = self.offer(self.master, guest, self.home / "kill.bin", guest.id)
        guest.command("accept_file", file_id=file, dir=str(folder))
        part = wait_until(lambda: [f for f in folder.iterdir() if f.stat().st_size > 3 * MB], "the beginning")[0]
        guest.process.kill()
        guest.process.wait()
        had = part.stat().st_size
        self.assertLess(had, 80 * MB)
        again = self.scene.guest(self.master, "--name", "Dora", "--config", config)
        first = again.event("file", file_id=file, state="active")
        self.assertGreaterEqual(first["done"], had - MB)  # at most a megabyte comes twice
        self.assertEqual(sha256(type(folder)(again.event("file", file_id=file, state="done")["path"])), digest)
        self.ends(self.master, file, "done")
        self.assertEqual([f.name for f in folder.iterdir()], ["kill.bin"])
        again.command("quit")

    def test_a_file_goes_on_when_its_sender_was_killed(self):
        config = self.scene.folder / "config-sender"
        guest = self.scene.join(self.master, "Emil", "--config", config)
        folder = self.new_folder()
        digest = write_file(self.home / "sender.bin", 80 * MB)
        file = self.offer(guest, self.master, self.home / "sender.bin", "master")
        self.master.command("accept_file", file_id=file, dir=str(folder))
        part = wait_until(lambda: [f for f in folder.iterdir() if f.stat().st_size > 3 * MB], "the beginning")[0]
        guest.process.kill()
        guest.process.wait()
        self.ends(self.master, file, "waiting")
        had, start = part.stat().st_size, len(self.master.lines)
        again = self.scene.guest(self.master, "--name", "Emil", "--config", config)
        first = self.master.event("file", start=start, file_id=file, state="active")
        self.assertGreaterEqual(first["done"], had - MB)
        self.assertEqual(sha256(type(folder)(self.master.event("file", file_id=file, state="done")["path"])), digest)
        self.ends(again, file, "done")
        again.command("quit")


if __name__ == "__main__":
    unittest.main()
