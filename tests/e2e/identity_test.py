"""Long-lived identities: made, shown, recognised, and a stop when somebody has another one."""

import json
import re
import stat
import subprocess
import unittest

from relay_view_test import Tap, found_in
from scene import PROGRAMS, Scene, SceneTest, certificate_in
from web_socket import messages_of

PASSPHRASE = "Quittenbaum steht schief"


class IdentityTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.file = cls.private(scene, "passphrase", PASSPHRASE + "\n")
        cls.configs = {}
        for name in ("Anna", "Anna's thief", "Bernd"):
            cls.configs[name] = scene.folder / f"of {name}"
            cls.identity(scene, cls.configs[name], "create", "--passphrase-file", cls.file)

    @staticmethod
    def private(scene, name, text):
        file = scene.folder / name
        file.touch(mode=0o600)
        file.write_text(text)
        return file

    @staticmethod
    def identity(scene, config, verb, *options):
        return subprocess.run([PROGRAMS / "lotse-participant", "identity", "--config", config, verb, *options],
                              capture_output=True, text=True, env=scene.environment, stdin=subprocess.DEVNULL)

    def start(self, program, *options, config=None, identity=True, reach=None):
        self.scene.count += 1
        shows = ["--identity", self.file] if identity else []
        return self.scene.lotse(program, *options, *shows, *(self.scene.reach if reach is None else reach), "--headless",
                                "--jsonl", "--config", config or self.scene.folder / f"config{self.scene.count}",
                                name=f"{program}{self.scene.count}")

    def master(self, *options, **how):
        master = self.start("lotse-master", "--share", "none", *options, **how)
        session = master.event("session")
        master.number, master.link = session["number"], session["link"]
        return master

    def words_of(self, name):
        return self.identity(self.scene, self.configs[name], "show").stdout.splitlines()[0]

    def test_an_identity_is_shown_without_its_passphrase_and_its_file_is_for_its_owner(self):
        shown = self.identity(self.scene, self.configs["Anna"], "show")
        self.assertEqual((shown.returncode, len(shown.stdout.splitlines()[0].split())), (0, 6))
        file = self.configs["Anna"] / "identity"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        again = self.identity(self.scene, self.configs["Anna"], "create", "--passphrase-file", self.file)
        self.assertEqual(again.returncode, 2)
        self.assertIn("already", again.stderr)

    def test_an_identity_can_be_removed(self):
        config = self.scene.folder / "short lived"
        self.assertEqual(self.identity(self.scene, config, "create", "--passphrase-file", self.file).returncode, 0)
        self.assertEqual(self.identity(self.scene, config, "remove").returncode, 0)
        self.assertEqual(self.identity(self.scene, config, "show").returncode, 2)

    def test_a_wrong_passphrase_starts_nothing(self):
        wrong = self.private(self.scene, "wrong", "nothing of the kind\n")
        program = self.start("lotse-master", "--identity", wrong, config=self.configs["Bernd"], identity=False)
        self.assertEqual(program.exit_code(), 2)
        self.assertIn("passphrase", program.log.read_text())

    def test_both_sides_recognise_each_other_the_second_time(self):
        for known in (False, True):
            master = self.master("--name", "Anna", config=self.configs["Anna"])
            guest = self.start("lotse-participant", master.link, "--name", "Bernd", config=self.configs["Bernd"],
                               reach=[])
            joined = master.event("joined")["participant"]
            seen = master.event("identity")
            self.assertEqual((seen["participant"], seen["name"], seen["known"]), (joined, "Bernd", known))
            self.assertEqual(seen["words"], self.words_of("Bernd"))
            seen = guest.event("identity")
            self.assertEqual((seen["participant"], seen["name"], seen["known"]), (0, "Anna", known))
            self.assertEqual(seen["words"], self.words_of("Anna"))
            guest.command("quit")
            master.command("quit")
        self.assertEqual(stat.S_IMODE((self.configs["Anna"] / "contacts.json").stat().st_mode), 0o600)

    def test_a_guest_with_the_name_of_another_waits_in_the_lobby_with_a_warning(self):
        host = self.scene.folder / "host who knows Anna"
        master = self.master("--name", "Host", config=host, identity=False)
        self.start("lotse-participant", master.link, "--name", "Anna", config=self.configs["Anna"], reach=[])
        master.event("joined", name="Anna")
        for identity in (True, False):  # another one, or none
            start = len(master.lines)
            thief = self.start("lotse-participant", master.link, "--name", "Anna", config=self.configs["Anna's thief"],
                               identity=identity, reach=[])
            master.event("warning", start=start, code="identity_changed")
            waits = master.event("lobby", start=start, name="Anna")
            thief.event("state", stage="lobby")
            master.command("refuse", participant=waits["participant"])
            self.assert_ends(thief, 3, "lobby_refused")

    def test_a_master_with_the_name_of_another_is_a_hard_stop_until_the_name_is_forgotten(self):
        guest_config = self.scene.folder / "guest who knows Anna"
        master = self.master("--name", "Anna", config=self.configs["Anna"])
        guest = self.start("lotse-participant", master.link, "--name", "Gast", config=guest_config, identity=False,
                           reach=[])
        guest.event("identity", known=False)
        guest.command("quit")
        thief = self.master("--name", "Anna", config=self.configs["Anna's thief"])
        enter = lambda: self.start("lotse-participant", thief.link, "--name", "Gast", config=guest_config,
                                   identity=False, reach=[])
        self.assert_ends(enter(), 3, "identity_changed")
        self.assertFalse([l for l in thief.lines if l.get("event") == "joined"])
        self.assertEqual(self.identity(self.scene, guest_config, "forget", "Anna").returncode, 0)
        enter().event("identity", known=False)

    def test_the_relay_sees_nothing_of_an_identity(self):
        tap = Tap(*certificate_in(self.scene.folder / "relay"), int(self.scene.address.split(":")[1]))
        self.addCleanup(tap.close)
        reach = ["--relay", f"127.0.0.1:{tap.port}", "--relay-pin", self.scene.pin]
        master = self.master("--name", "Hedwig", config=self.configs["Anna"], reach=reach)
        guest = self.start("lotse-participant", master.link, "--name", "Ludger", config=self.configs["Bernd"], reach=[])
        master.event("identity")
        guest.event("identity")
        keys = [(self.configs[name] / "identity").read_bytes()[8:40] for name in ("Anna", "Bernd")]
        contacts = json.loads((self.configs["Bernd"] / "contacts.json").read_text())
        self.assertEqual(contacts["Hedwig"], keys[0].hex())  # this is what is searched for
        total = 0
        for ways in tap.ways:
            for way in ways:
                for data in (bytes(way), b"".join(messages_of(bytes(way)))):
                    total += len(data)
                    self.assertEqual(found_in(data, [*keys, *(k.hex().encode() for k in keys)]), set())
        self.assertGreater(total, 2000)


if __name__ == "__main__":
    unittest.main()
