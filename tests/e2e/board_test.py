#!/usr/bin/env python3
"""The file board: documents for all, sealed at the relay, there for whoever comes later and gone with the session."""

import bz2
import pathlib
import unittest

from scene import SceneTest, sha256, wait_until, write_file

MB = 1000 * 1000
UNDER_WAY = 16 * MB  # more than a program and its relay ever have between them of one file


class BoardTest(SceneTest):
    """A session for each test: Anna leads, Bernd may put files, Clara may not."""

    RELAY = ()

    @classmethod
    def prepare(cls, scene):
        scene.open_relay(*cls.RELAY)
        cls.home = scene.folder / "home"
        cls.home.mkdir()
        cls.kept = scene.folder / "relay" / "board"

    def setUp(self):
        self.master = self.leader = self.scene.master("--share", "none", "--name", "Anna")
        self.bernd = self.scene.join(self.master, "Bernd")
        self.clara = self.scene.join(self.master, "Clara")
        self.allow(self.bernd)

    def tearDown(self):
        self.leader.command("end")
        for program in {self.master, self.leader}:
            program.exit_code()
        wait_until(self.is_empty, "the relay to forget the session's files")

    # what the relay has

    def is_empty(self):
        return not self.kept.exists() or not any(self.kept.iterdir())

    def stored(self):
        """Bytes of all files of the board."""
        return sum(f.stat().st_size for f in self.kept.rglob("*") if f.is_file())

    # what members do

    def allow(self, member, leader=None):
        start = len(member.lines)
        (leader or self.leader).command("grant", participant=member.id, right="board")
        member.wait_for(lambda l: l.get("event") == "roster" and any(
            m["participant"] == member.id and "board" in m["rights"] for m in l["members"]), "the right", start=start)

    def file(self, name, size):
        """A new file of that size, and its SHA-256."""
        self.scene.count += 1
        path = self.new_folder() / name
        return path, write_file(path, size, seed=self.scene.count)

    def ends(self, program, file, state, **fields):
        return program.event("file", file_id=file, board=True, state=state, **fields)

    def put(self, program, path):
        file = program.command("board_put", file=str(path))["file_id"]
        self.ends(program, file, "done", direction="out")
        return file

    def fails_to_put(self, program, path, why):
        file = program.command("board_put", file=str(path))["file_id"]
        self.assertEqual(self.ends(program, file, "failed")["why"], why)

    def get(self, program, folder=None, **which):
        """Path of what arrived."""
        start = len(program.lines)  # whoever fetches a file again does so under the same id
        fetch = program.command("board_get", dir=str(folder or self.new_folder()), **which)["file_id"]
        return pathlib.Path(self.ends(program, fetch, "done", direction="in", start=start)["path"])

    def error(self, program, do, **fields):
        return program.tell(do, **fields)["error"]["code"]

    def listed(self, program, file):
        """Its entry, as soon as `program` knows of it."""
        board = program.wait_for(lambda l: l.get("event") == "board" and any(f["file_id"] == file for f in l["files"]),
                                 f"{file} on the board")
        return next(f for f in board["files"] if f["file_id"] == file)

    def names(self, program):
        return sorted(f["name"] for f in program.command("board_list")["files"])

    def is_gone(self, file, *members):
        for program in members:
            wait_until(lambda: file not in [f["file_id"] for f in program.command("board_list")["files"]], "its end")


class SharingTest(BoardTest):
    def test_what_one_puts_the_others_fetch(self):
        hashes, files, folder = {}, {}, self.new_folder()
        for name, size in (("empty.txt", 0), ("one.bin", 1), ("chunk.bin", 32768), ("three.bin", 3 * 32768),
                           ("größe ☃.txt", 70000), ("big.bin", 8 * MB)):
            path, hashes[name] = self.file(name, size)
            files[name] = self.put(self.bernd, path)
            entry = self.listed(self.clara, files[name])
            self.assertEqual((entry["name"], entry["size"], entry["owner"], entry["owner_name"], entry["mine"],
                              entry["can_remove"]), (name, size, self.bernd.id, "Bernd", False, False))
            mine = self.listed(self.bernd, files[name])
            self.assertEqual((mine["mine"], mine["can_remove"]), (True, True))
            self.assertTrue(self.listed(self.master, files[name])["can_remove"])
        for program in (self.master, self.bernd, self.clara):
            self.assertEqual(self.names(program), sorted(hashes))
        for name, file in files.items():
            fetch = self.clara.command("board_get", file_id=file, dir=str(folder))["file_id"]
            self.assertNotEqual(fetch, file)
            done = self.ends(self.clara, fetch, "done", board_file=file, direction="in")
            self.assertEqual(done["name"], name)
            self.assertEqual(sha256(done["path"]), hashes[name])
        self.assertEqual(sorted(f.name for f in folder.iterdir()), sorted(hashes))
        self.assertEqual(sha256(self.get(self.bernd, name="big.bin")), hashes["big.bin"])  # its owner may, too
        path, digest = self.file("master.bin", 100000)
        file = self.put(self.master, path)  # needs no right
        self.listed(self.clara, file)
        self.assertEqual(sha256(self.get(self.clara, file_id=file)), digest)

    def test_two_files_of_one_name_are_two(self):
        both, folder = {}, self.new_folder()
        for program in (self.bernd, self.master):
            path, digest = self.file("plan.pdf", 50000)
            both[self.put(program, path)] = digest
        for file in both:
            self.listed(self.clara, file)
        self.assertEqual(self.names(self.clara), ["plan.pdf"] * 2)
        for file, digest in both.items():
            self.assertEqual(sha256(self.get(self.clara, folder, file_id=file)), digest)
        self.assertEqual(sorted(f.name for f in folder.iterdir()), ["plan (2).pdf", "plan.pdf"])

    def test_who_has_not_the_right_puts_nothing(self):
        path, _ = self.file("some.bin", 1000)
        self.assertEqual(self.error(self.clara, "board_put", file=str(path)), "not_allowed")
        self.allow(self.clara)
        self.listed(self.master, self.put(self.clara, path))
        start = len(self.clara.lines)
        self.master.command("revoke", participant=self.clara.id, right="board")
        self.clara.wait_for(lambda l: l.get("event") == "roster" and all(
            "board" not in m["rights"] for m in l["members"] if m["participant"] == self.clara.id), "its end",
            start=start)
        self.assertEqual(self.error(self.clara, "board_put", file=str(path)), "not_allowed")
        self.assertEqual(self.names(self.master), ["some.bin"])  # what is there stays

    def test_what_is_no_file_cannot_be_put(self):
        for path in (self.home / "nothing", self.home, "/dev/zero"):
            self.assertEqual(self.error(self.bernd, "board_put", file=str(path)), "file_name")
        for which in ({"name": "nothing"}, {"file_id": "0" * 32}):
            self.assertEqual(self.error(self.bernd, "board_get", dir=str(self.new_folder()), **which), "no_such_file")
            self.assertEqual(self.error(self.master, "board_remove", **which), "no_such_file")

    def test_who_may_remove(self):
        self.allow(self.clara)
        files = [self.put(self.bernd, self.file(f"{n}.bin", 1000)[0]) for n in range(2)]
        everybody = (self.master, self.bernd, self.clara)
        for file in files:
            for program in everybody:
                self.listed(program, file)
        self.assertEqual(self.error(self.clara, "board_remove", file_id=files[0]), "not_allowed")
        self.bernd.command("board_remove", file_id=files[0])
        self.is_gone(files[0], *everybody)
        for program in everybody:
            self.assertEqual(self.names(program), ["1.bin"])
        self.assertEqual(self.error(self.clara, "board_get", file_id=files[0], dir=str(self.new_folder())), "no_such_file")
        self.master.command("board_remove", name="1.bin")
        self.is_gone(files[1], *everybody)
        wait_until(self.is_empty, "the relay to delete them")

    def test_who_comes_after_the_last_one_was_removed_sees_none(self):
        file = self.put(self.bernd, self.file("gone.bin", 1000)[0])
        self.listed(self.clara, file)
        self.clara.command("drop_connection", ms=3000)
        self.bernd.command("board_remove", file_id=file)
        self.is_gone(file, self.master, self.clara)
        late = self.scene.join(self.master, "Dora")
        self.assertEqual(self.names(late), [])

    def test_pausing_and_cancelling(self):
        path, digest = self.file("slow.bin", 60 * MB)
        file = self.bernd.command("board_put", file=str(path))["file_id"]
        self.bernd.command("pause_file", file_id=file)
        self.ends(self.bernd, file, "paused")
        self.assertEqual(self.names(self.master), [])  # not there before it is whole
        self.bernd.command("resume_file", file_id=file)
        self.ends(self.bernd, file, "done")
        self.listed(self.clara, file)
        folder = self.new_folder()
        fetch = self.clara.command("board_get", file_id=file, dir=str(folder))["file_id"]
        self.clara.command("pause_file", file_id=fetch)
        self.ends(self.clara, fetch, "paused")
        start = len(self.clara.lines)
        self.clara.command("resume_file", file_id=fetch)
        done = self.clara.event("file", start=start, file_id=fetch, state="done")
        self.assertEqual(sha256(done["path"]), digest)
        folder = self.new_folder()
        fetch = self.clara.command("board_get", file_id=file, dir=str(folder))["file_id"]
        self.clara.command("cancel_file", file_id=fetch)
        self.ends(self.clara, fetch, "cancelled")
        wait_until(lambda: not any(folder.iterdir()), "the end of what was fetched")
        self.master.command("board_remove", file_id=file)
        file = self.bernd.command("board_put", file=str(path))["file_id"]
        self.bernd.command("cancel_file", file_id=file)
        self.ends(self.bernd, file, "cancelled")
        wait_until(self.is_empty, "the relay to delete what was begun")
        self.assertEqual(self.names(self.master), [])

    def test_what_is_removed_while_it_is_fetched_is_told(self):
        path, _ = self.file("vanishing.bin", 60 * MB)
        file, folder = self.put(self.bernd, path), self.new_folder()
        self.listed(self.clara, file)
        fetch = self.clara.command("board_get", file_id=file, dir=str(folder))["file_id"]
        self.clara.command("pause_file", file_id=fetch)
        self.bernd.command("board_remove", file_id=file)
        self.is_gone(file, self.clara)
        self.clara.tell("resume_file", file_id=fetch)  # an error, when it was told already
        self.assertEqual(self.ends(self.clara, fetch, "failed")["why"], "gone")
        wait_until(lambda: not any(folder.iterdir()), "the end of what was fetched")


class LaterTest(BoardTest):
    """Other members, other keys, another master."""

    def test_who_joins_epochs_later_fetches_it_from_an_owner_who_has_gone(self):
        path, digest = self.file("minutes.pdf", 3 * MB)
        file, start = self.put(self.bernd, path), len(self.master.lines)
        for name in ("Dora", "Emil", "Frieda"):
            member = self.scene.join(self.master, name)
            self.listed(member, file)
            self.master.command("kick", participant=member.id)
            self.assert_ends(member, 3, "kicked")
        epochs = {l["epoch"] for l in self.master.lines[start:] if l.get("event") == "epoch"}
        self.assertGreaterEqual(len(epochs), 3)
        self.bernd.command("quit")
        self.master.event("left", participant=self.bernd.id)
        late = self.scene.join(self.master, "Gustav")
        entry = self.listed(late, file)
        self.assertEqual((entry["owner"], entry["owner_name"], entry["size"]), (self.bernd.id, "Bernd", 3 * MB))
        self.assertEqual(sha256(self.get(late, name="minutes.pdf")), digest)

    def test_another_master_goes_on_with_the_list(self):
        digests = {}
        for program in (self.master, self.bernd):
            path, digest = self.file(f"of {len(digests)}.bin", 200000)
            digests[self.put(program, path)] = digest
        of_anna, of_bernd = digests
        for file in digests:
            self.listed(self.clara, file)
        self.master.command("handover", participant=self.clara.id)
        for program in (self.master, self.bernd, self.clara):
            program.event("master", participant=self.clara.id)
        self.clara.event("session")
        self.leader = self.clara
        self.clara.number = self.master.number
        late = self.scene.join(self.clara, "Dora")
        for file, digest in digests.items():
            self.listed(late, file)
            self.assertEqual(sha256(self.get(late, file_id=file)), digest)
        path, digest = self.file("later.bin", 100000)
        later = self.put(self.bernd, path)  # the right goes on, and the relay has heard of it from Clara
        self.listed(late, later)
        self.assertEqual(sha256(self.get(late, file_id=later)), digest)
        self.assertEqual(self.error(self.master, "board_remove", file_id=of_bernd), "not_allowed")
        self.master.command("board_remove", file_id=of_anna)
        self.clara.command("board_remove", file_id=of_bernd)
        everybody = (self.master, self.bernd, self.clara, late)
        for file in (of_anna, of_bernd):
            self.is_gone(file, *everybody)
        self.scene.restart_relay()
        self.assertEqual(sha256(self.get(self.master, file_id=later)), digest)
        last = self.scene.join(self.clara, "Emil")
        self.listed(last, later)
        self.assertEqual(self.names(last), ["later.bin"])


class RestartTest(BoardTest):
    """The relay is killed, and comes back on its folder."""

    def goes_on_from(self, program, file, start, least):
        """Its end; nothing since line `start` says that it began anew."""
        done = program.event("file", start=start, file_id=file, state="done")
        told = [l["done"] for l in program.lines[start:] if l.get("event") == "file" and l.get("file_id") == file]
        self.assertGreaterEqual(min(told), least)
        return done

    def test_a_put_goes_on_where_it_was(self):
        path, digest = self.file("put.bin", 160 * MB)
        file = self.bernd.command("board_put", file=str(path))["file_id"]
        wait_until(lambda: self.stored() > 2 * UNDER_WAY, "the beginning")
        self.scene.server.process.kill()
        self.scene.server.process.wait()
        had, start = self.stored(), len(self.bernd.lines)
        self.assertLess(had, 160 * MB)
        self.scene.restart_relay()
        self.goes_on_from(self.bernd, file, start, had - UNDER_WAY)
        self.listed(self.clara, file)
        self.assertEqual(sha256(self.get(self.clara, file_id=file)), digest)

    def test_a_fetch_goes_on_where_it_was(self):
        path, digest = self.file("get.bin", 160 * MB)
        file, folder = self.put(self.bernd, path), self.new_folder()
        self.listed(self.clara, file)
        fetch = self.clara.command("board_get", file_id=file, dir=str(folder))["file_id"]
        part = wait_until(lambda: [f for f in folder.iterdir() if f.stat().st_size > 2 * UNDER_WAY], "the beginning")[0]
        self.scene.server.process.kill()
        self.scene.server.process.wait()
        had, start = part.stat().st_size, len(self.clara.lines)
        self.assertLess(had, 160 * MB)
        self.scene.restart_relay()
        done = self.goes_on_from(self.clara, fetch, start, had - UNDER_WAY)
        self.assertEqual(sha256(done["path"]), digest)
        self.assertEqual([f.name for f in folder.iterdir()], ["get.bin"])

    def test_putting_and_fetching_at_once_survive_it(self):
        there, there_digest = self.file("there.bin", 120 * MB)
        coming, coming_digest = self.file("coming.bin", 120 * MB)
        small, small_digest = self.file("small.bin", 1000)
        there, small = self.put(self.master, there), self.put(self.master, small)
        self.listed(self.clara, there)
        before = self.stored()
        fetch = self.clara.command("board_get", file_id=there, dir=str(self.new_folder()))["file_id"]
        coming = self.bernd.command("board_put", file=str(coming))["file_id"]
        wait_until(lambda: self.stored() > before + MB, "the beginning")
        start = len(self.clara.lines), len(self.bernd.lines)
        self.scene.restart_relay()
        self.assertEqual(sha256(self.clara.event("file", start=start[0], file_id=fetch, state="done")["path"]),
                         there_digest)
        self.bernd.event("file", start=start[1], file_id=coming, state="done")
        self.listed(self.clara, coming)
        self.assertEqual(sha256(self.get(self.clara, file_id=coming)), coming_digest)
        late = self.scene.join(self.master, "Dora")
        self.listed(late, small)
        self.assertEqual(sha256(self.get(late, file_id=small)), small_digest)

    def test_a_cut_of_ones_own_connection_does_no_harm(self):
        path, digest = self.file("cut.bin", 100 * MB)
        file = self.bernd.command("board_put", file=str(path))["file_id"]
        wait_until(lambda: self.stored() > UNDER_WAY, "the beginning")
        self.bernd.command("drop_connection", ms=1000)
        self.ends(self.bernd, file, "done")
        self.listed(self.clara, file)
        folder = self.new_folder()
        fetch = self.clara.command("board_get", file_id=file, dir=str(folder))["file_id"]
        wait_until(lambda: [f for f in folder.iterdir() if f.stat().st_size > UNDER_WAY], "the beginning")
        self.clara.command("drop_connection", ms=1000)
        self.assertEqual(sha256(self.ends(self.clara, fetch, "done")["path"]), digest)


class RelayTest(BoardTest):
    """What the relay has of it, and what it can do to it."""

    def test_the_relay_has_nothing_readable(self):
        line, name = b"Strictly confidential: the offer is 4711 euros.\n", "Angebot-Geheim.txt"
        path = self.new_folder() / name
        path.write_bytes(line * (4 * MB // len(line)))
        file = self.put(self.bernd, path)
        entry = self.listed(self.clara, file)
        self.assertEqual(entry["size"], path.stat().st_size)
        sealed = b"".join(f.read_bytes() for f in self.kept.rglob("*") if f.is_file())
        self.assertGreaterEqual(len(sealed), path.stat().st_size)  # this is where it lies
        self.assertGreater(len(bz2.compress(sealed)), len(sealed) * 0.98)  # though the text repeats itself all the time
        digest = sha256(path)
        for place in (self.scene.folder / "relay").rglob("*"):
            if place.is_file():
                content = place.read_bytes()
                for secret in (line[:16], name.encode(), bytes.fromhex(digest), digest.encode()):
                    self.assertNotIn(secret, content, place.name)
        self.assertEqual(sha256(self.get(self.clara, file_id=file)), digest)

    def test_a_byte_changed_at_the_relay_is_noticed(self):
        path, digest = self.file("contract.pdf", 300000)
        file, folder = self.put(self.bernd, path), self.new_folder()
        self.listed(self.clara, file)
        largest = max((f for f in self.kept.rglob("*") if f.is_file()), key=lambda f: f.stat().st_size)
        with open(largest, "r+b") as stored:
            stored.seek(150000)
            byte = stored.read(1)[0]
            stored.seek(150000)
            stored.write(bytes([byte ^ 1]))
        fetch = self.clara.command("board_get", file_id=file, dir=str(folder))["file_id"]
        self.assertEqual(self.ends(self.clara, fetch, "failed")["why"], "corrupt")
        wait_until(lambda: not any(folder.iterdir()), "the end of what was fetched")
        with open(largest, "r+b") as stored:
            stored.seek(150000)
            stored.write(bytes([byte]))
        self.assertEqual(sha256(self.get(self.clara, file_id=file)), digest)

    def test_what_is_gone_at_the_relay_is_told(self):
        file, folder = self.put(self.bernd, self.file("lost.bin", 100000)[0]), self.new_folder()
        self.listed(self.clara, file)
        self.scene.server.process.kill()
        self.scene.server.process.wait()
        for lost in [f for f in self.kept.rglob("*") if f.is_file()]:
            lost.unlink()
        self.scene.restart_relay()
        fetch = self.clara.command("board_get", file_id=file, dir=str(folder))["file_id"]
        self.assertEqual(self.ends(self.clara, fetch, "failed")["why"], "gone")
        wait_until(lambda: not any(folder.iterdir()), "the end of what was fetched")
        path, digest = self.file("again.bin", 100000)
        again = self.put(self.bernd, path)
        self.listed(self.clara, again)
        self.assertEqual(sha256(self.get(self.clara, file_id=again)), digest)


class ForgottenTest(BoardTest):
    def tearDown(self):
        """The test has ended the session in its own way."""

    def test_what_belongs_to_no_session_is_deleted_at_the_start(self):
        self.put(self.bernd, self.file("orphan.bin", 100000)[0])
        self.scene.server.process.kill()
        self.scene.server.process.wait()
        self.assertFalse(self.is_empty())
        for program in (self.master, self.bernd, self.clara):
            program.process.kill()
            program.process.wait()
        for database in (self.scene.folder / "relay").glob("relay.db*"):
            database.unlink()
        self.scene.restart_relay()
        self.assertTrue(self.is_empty())


class QuotaTest(BoardTest):
    RELAY = ("--session-board-mb", "2", "--relay-boards-mb", "3")

    def test_a_session_has_its_quota(self):
        self.fails_to_put(self.bernd, self.file("large.bin", 3 * MB)[0], "board_full")
        path, digest = self.file("small.bin", MB)
        small = self.put(self.bernd, path)
        self.listed(self.clara, small)
        second = self.put(self.bernd, self.file("second.bin", MB)[0])
        self.fails_to_put(self.master, self.file("third.bin", MB)[0], "board_full")  # the master's counts, too
        self.bernd.command("board_remove", file_id=second)
        self.is_gone(second, self.master, self.clara)
        self.put(self.master, self.file("third.bin", MB)[0])
        self.assertEqual(self.names(self.master), ["small.bin", "third.bin"])
        self.scene.restart_relay()  # it counts what it has kept
        self.assertEqual(sha256(self.get(self.clara, file_id=small)), digest)
        self.fails_to_put(self.master, self.file("fourth.bin", MB)[0], "board_full")

    def test_all_sessions_have_one_together(self):
        self.put(self.master, self.file("two.bin", 2 * MB)[0])
        other = self.scene.master("--share", "none", "--name", "Otto")
        large, digest = self.file("large.bin", 2 * MB)
        self.fails_to_put(other, large, "board_full")
        self.put(other, self.file("one.bin", MB)[0])
        self.master.command("board_remove", name="two.bin")
        wait_until(lambda: self.stored() < 2 * MB, "the relay to delete it")
        other.command("board_remove", name="one.bin")
        wait_until(self.is_empty, "the relay to delete it")
        file = self.put(other, large)
        guest = self.scene.join(other, "Paula")
        self.listed(guest, file)
        self.assertEqual(sha256(self.get(guest, file_id=file)), digest)
        other.command("end")
        other.exit_code()


class NoBoardTest(BoardTest):
    RELAY = ("--session-board-mb", "0")

    def test_a_relay_without_boards_says_so(self):
        path, _ = self.file("some.bin", 1000)
        for program in (self.bernd, self.master):
            self.fails_to_put(program, path, "no_board")
        self.master.command("chat", text="still here")
        self.clara.event("chat", text="still here")
        self.assertEqual(self.names(self.clara), [])


if __name__ == "__main__":
    unittest.main()
