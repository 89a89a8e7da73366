"""A relay that opens sessions for holders of a token alone, and a session that keeps an address out."""

import pathlib
import stat
import subprocess
import unittest

from scene import PROGRAMS, SceneTest


class TokenTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay("--require-token")

    def operate(self, *command):
        """What the operator's command says, beside the relay that runs."""
        run = subprocess.run([PROGRAMS / "lotse-relay", "token", *command, "--data", self.scene.folder / "relay"],
                             env=self.scene.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def token(self, *options):
        """A new token: its text, its id, a file with it."""
        text = self.operate("add", *options).strip()
        file = self.scene.folder / (text.split(".")[1] + ".token")
        file.write_text(text + "\n")
        return text, text.split(".")[1], file

    def test_a_master_without_a_token_is_refused_in_one_line(self):
        master = self.scene.headless("lotse-master", "--share", "none")
        self.assert_ends(master, 3, "token_needed")
        self.assertIn("--relay-token-file", next(l for l in master.lines if l.get("event") == "error")["message"])

    def test_a_wrong_token_is_refused(self):
        text, _, file = self.token()
        file.write_text(text[:-8] + "aaaaaaaa\n")
        self.assert_ends(self.scene.headless("lotse-master", "--relay-token-file", file), 3, "token_refused")

    def test_a_file_without_a_token_does_not_start(self):
        file = self.scene.folder / "empty.token"
        file.write_text("two words\n")
        master = self.scene.headless("lotse-master", "--relay-token-file", file)
        self.assertEqual(master.exit_code(), 2)
        self.assertIn("is no token", master.log.read_text())

    def test_a_holder_opens_anybody_joins_and_a_revocation_ends_it(self):
        text, name, file = self.token("--name", "Eva", "--expires", "30d")
        master = self.scene.master("--share", "none", "--relay-token-file", file)
        self.assertNotIn(text.encode(), pathlib.Path(f"/proc/{master.process.pid}/cmdline").read_bytes())
        guest = self.scene.join(master, "Bernd")
        self.operate("revoke", name)
        self.assertIn("revoked", next(l for l in self.operate("list").splitlines() if l.startswith(name)))
        self.assert_ends(self.scene.headless("lotse-master", "--relay-token-file", file), 3, "token_refused")
        self.assert_ends(master, 0)  # within seconds
        self.assert_ends(guest, 0)
        for log in self.scene.folder.glob("*.log"):
            self.assertNotIn(text.split(".")[2], log.read_text(errors="replace"), log.name)

    def test_the_limits_of_a_token_hold(self):
        _, _, file = self.token("--max-participants", "1", "--max-sessions", "1")
        master = self.scene.master("--share", "none", "--relay-token-file", file)
        self.scene.join(master, "Bernd")
        self.assert_ends(self.scene.guest(master, "--name", "Carla"), 3, "full")
        self.assert_ends(self.scene.headless("lotse-master", "--relay-token-file", file), 3, "full")

    def test_a_token_is_kept_for_its_relay_and_shown_again(self):
        text, _, file = self.token()
        config = self.scene.folder / "keeper"
        start = ["--headless", "--jsonl", "--share", "none", "--config", config, *self.scene.reach]
        first = self.scene.lotse("lotse-master", *start, "--relay-token-file", file, name="keeper1")
        first.event("session")
        self.assertEqual(first.tell("relay_token", token="two words")["error"]["code"], "bad_request")
        first.command("relay_token", token=text)
        kept = config / "relay_tokens.json"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        self.assertIn(text, kept.read_text())
        second = self.scene.lotse("lotse-master", *start, name="keeper2")
        second.event("session")
        second.command("relay_token", token="")
        self.assertNotIn(text, kept.read_text())
        self.assert_ends(self.scene.lotse("lotse-master", *start, name="keeper3"), 3, "token_needed")

    def test_a_session_goes_on_after_a_restart_of_the_relay(self):
        _, _, file = self.token()
        master = self.scene.master("--share", "none", "--relay-token-file", file)
        guest = self.scene.join(master, "Bernd")
        self.scene.server.process.kill()
        self.scene.server.process.wait()
        seen = len(guest.lines)
        self.scene.server, _ = self.scene.relay(*self.scene.LIMITS, "--require-token",
                                                port=int(self.scene.address.split(":")[1]))
        guest.event("state", stage="waiting_for_presenter", start=seen)
        master.command("chat", text="still here")
        guest.event("chat", text="still here")


class BanTest(SceneTest):
    def test_who_is_banned_cannot_come_back_and_who_is_kicked_can(self):
        master = self.scene.master("--share", "none")
        kicked = self.scene.join(master, "Bernd")
        master.command("kick", participant=kicked.id)
        self.assert_ends(kicked, 3, "kicked")
        rude = self.scene.join(master, "Bernd")
        self.assertEqual(rude.tell("ban", participant=0)["error"]["code"], "not_allowed")
        self.assertEqual(master.tell("ban", participant=77)["error"]["code"], "no_such_member")
        master.command("ban", participant=rude.id, reason="enough")
        self.assert_ends(rude, 3, "kicked")
        self.assert_ends(self.scene.guest(master, "--name", "Bernd"), 3, "banned")
        another = self.scene.master("--share", "none")  # the ban is of one session
        self.scene.join(another, "Bernd")


if __name__ == "__main__":
    unittest.main()
