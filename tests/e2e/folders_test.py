#!/usr/bin/env python3
"""Folders from one program to another: with all that is in them, as one file goes."""

import os
import unittest

from scene import SceneTest, wait_until, write_file

MB = 1000 * 1000


def contents(root):
    """All below it, by path: the bytes of a file, None of a folder."""
    return {str(f.relative_to(root)): None if f.is_dir() else f.read_bytes() for f in root.rglob("*")
            if not f.is_symlink()}


class FoldersTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.master = scene.master("--share", "none", "--rights", "view,chat,files,board", "--name", "Anna")
        cls.guest = scene.join(cls.master, "Bernd")
        cls.photos = scene.folder / "photos"
        for folder in ("2025", "2026/empty", "größe ☃"):
            (cls.photos / folder).mkdir(parents=True)
        for i in range(300):
            write_file(cls.photos / "2025" / f"{i:03}.jpg", 2000 + 37 * i, seed=i)
        write_file(cls.photos / "2026" / "film.mkv", 40 * MB, seed=1000)
        (cls.photos / "größe ☃" / "leer").touch()
        script = cls.photos / "run.sh"
        script.write_text("#!/bin/sh\n")
        script.chmod(0o755)
        (cls.photos / "elsewhere").symlink_to("/etc")
        cls.whole = contents(cls.photos)

    def test_all_that_is_in_it_comes_and_nothing_is_overwritten(self):
        target = self.new_folder()
        (target / "photos").write_text("mine")
        file = self.offer(self.master, self.guest, self.photos, self.guest.id)
        offered = self.guest.event("file", file_id=file, state="offered")
        self.assertEqual((offered["is_folder"], offered["files"], offered["name"]), (True, 303, "photos"))
        self.guest.command("accept_file", file_id=file, dir=str(target))
        done = self.guest.event("file", file_id=file, state="done")
        self.master.event("file", file_id=file, state="done")
        came = type(target)(done["path"])
        self.assertEqual(came, target / "photos (2)")
        self.assertEqual(contents(came), self.whole)
        self.assertTrue(os.access(came / "run.sh", os.X_OK))
        self.assertFalse((came / "elsewhere").exists())
        self.assertEqual((target / "photos").read_text(), "mine")
        self.assertEqual(sorted(f.name for f in target.iterdir()), ["photos", "photos (2)"])

    def test_it_goes_on_when_its_receiver_was_killed(self):
        config, target = self.scene.folder / "config-kill", self.new_folder()
        guest = self.scene.join(self.master, "Dora", "--config", config)
        file = self.offer(self.master, guest, self.photos, guest.id)
        guest.command("accept_file", file_id=file, dir=str(target))
        part = wait_until(lambda: [f for f in target.iterdir() if f.stat().st_size > 3 * MB], "the beginning")[0]
        guest.process.kill()
        guest.process.wait()
        had = part.stat().st_size
        again = self.scene.guest(self.master, "--name", "Dora", "--config", config)
        self.assertGreaterEqual(again.event("file", file_id=file, state="active")["done"], had - MB)
        came = type(target)(again.event("file", file_id=file, state="done")["path"])
        self.assertEqual(contents(came), self.whole)
        self.assertEqual([f.name for f in target.iterdir()], ["photos"])
        again.command("quit")

    def test_it_goes_on_when_its_sender_was_killed(self):
        config, target = self.scene.folder / "config-sender", self.new_folder()
        guest = self.scene.join(self.master, "Emil", "--config", config)
        file = self.offer(guest, self.master, self.photos, "master")
        self.master.command("accept_file", file_id=file, dir=str(target))
        wait_until(lambda: [f for f in target.iterdir() if f.stat().st_size > 3 * MB], "the beginning")
        guest.process.kill()
        guest.process.wait()
        self.master.event("file", file_id=file, state="waiting")
        again = self.scene.guest(self.master, "--name", "Emil", "--config", config)
        came = type(target)(self.master.event("file", file_id=file, state="done")["path"])
        self.assertEqual(contents(came), self.whole)
        again.command("quit")

    def test_what_changes_on_its_way_is_not_sent_as_it_was(self):
        other, target = self.scene.folder / "changing", self.new_folder()
        other.mkdir()
        write_file(other / "a.bin", 1000)
        write_file(other / "b.bin", 1000)
        file = self.offer(self.master, self.guest, other, self.guest.id)
        (other / "b.bin").write_bytes(b"another one")
        self.guest.command("accept_file", file_id=file, dir=str(target))
        self.assertEqual(self.guest.event("file", file_id=file, state="failed")["why"], "changed")
        wait_until(lambda: not list(target.iterdir()), "the beginning of it to go")

    def test_where_a_file_is_meant_a_folder_is_one_clear_line(self):
        error = self.master.tell("board_put", file=str(self.photos))["error"]
        self.assertEqual(error["code"], "file_name")
        self.assertIn("choose the files in it", error["message"])


if __name__ == "__main__":
    unittest.main()
