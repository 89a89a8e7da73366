"""What a relay that attacks the handshake gets: nobody in, a clear error, and a session that lives on."""

import sys
import unittest

from hostile_relay import DOWN, UP, HostileTest, changing, handshake_frame, handshake_of
from scene import ROOT, wait_until
from web_socket import WebSocket

sys.path.insert(0, str(ROOT / "tests"))

from mini_client import client, handshake  # noqa: E402
from mini_client.handshake import CONFIRM, JOIN, KEY, LOBBY, OFFER  # noqa: E402
from mini_client.primitives import AgreementKey, Refused, SigningKey, random, sha512  # noqa: E402
from mini_client.primitives import ristretto_map  # noqa: E402

MALFORMED, BAD_CODE = "version", "bad_password"  # how a program says what the documents call so


def another_code(code):
    return "".join(chr((ord(c) - 48 + 1) % 10 + 48) for c in code)


def random_point():
    return ristretto_map(sha512(random(32)))


class FalseMaster:
    """A maker of rules: poses to a client as the master, with keys of its own and a code that it guesses. `told`: what
    it came to know."""

    def __init__(self, number, code):
        self.number, self.password, self.told = number, handshake.password_of(code), {}

    def __call__(self, connection):
        def rule(way, message):
            kind, body = handshake_of(message)
            if way == DOWN and message[0] == 2:  # SESSION
                self.uuid = message[11:27]
            if way == UP and kind == JOIN:
                self.master = handshake.Master(self.number, self.uuid, self.password, body, index=9)
                connection.inject(DOWN, handshake_frame(0, OFFER, self.master.offer))
            elif way == UP and kind == CONFIRM:
                connection.inject(DOWN, handshake_frame(0, KEY, self.answer(body)))
            return [] if kind else None
        return rule

    def answer(self, confirm):
        try:
            self.told["name"] = self.master.take_confirm(confirm)
            return self.master.key(1, bytes(32), b"no roster")
        except Refused as why:
            self.told["guess"] = str(why)
            return random(64) + random(256) + random(60)


class HandshakeAttackTest(HostileTest):
    def knock(self, **how):
        """A hostile client of our own, with the code that is shown now."""
        socket = WebSocket(self.hostile.port_behind)
        socket.socket.settimeout(60)
        self.addCleanup(socket.close)
        how = {"code": self.scene.code_of(self.master), "rsa": self.rsa, **how}
        return client.MiniClient(socket, self.master.number, **how)

    def changed_join(self, change):
        """A JOIN with `change(fields)` made by the relay."""
        def changed(body):
            fields = handshake.JoinFields(body)
            change(fields)
            return fields.bytes()
        return changing(UP, JOIN, changed)

    def changed_offer(self, change, sign=True):
        """An OFFER with `change(fields)`, signed with a key of the relay's own for the JOIN that went before."""
        def make(connection):
            seen = {}

            def rule(way, message):
                kind, body = handshake_of(message)
                if way == DOWN and message[0] == 2:
                    seen["session"] = (message[2:11].decode(), message[11:27])
                if way == UP and kind == JOIN:
                    seen["join"] = body
                if way != DOWN or kind != OFFER:
                    return None
                offer, key = handshake.OfferFields(body), SigningKey()
                change(offer)
                if sign:
                    offer.ed = key.public
                    side = handshake.Client(*seen["session"], 0, b"", "", key=self.rsa)
                    offer.signature = key.sign(offer.signed(side.transcript(seen["join"])))
                return [message[:6] + offer.bytes()]
            return rule
        return make

    @classmethod
    def prepare(cls, scene):
        super().prepare(scene)
        cls.rsa = handshake.rsa_key()

    def test_a_swapped_rsa_key_in_the_join(self):
        victim = self.victim(self.changed_join(lambda join: setattr(join, "spki", handshake.spki_of(self.rsa))))
        self.assert_kept_out(victim, BAD_CODE)

    def test_swapped_member_keys_in_the_join(self):
        for field, key in (("ed", SigningKey), ("dh", AgreementKey)):
            with self.subTest(field=field):
                victim = self.victim(self.changed_join(lambda join: setattr(join, field, key().public)))
                self.assert_kept_out(victim, BAD_CODE)

    def test_swapped_master_keys_in_the_offer(self):
        nothing = lambda offer: None  # noqa: E731
        swap = lambda offer: setattr(offer, "dh", AgreementKey().public)  # noqa: E731
        for what, change, sign in (("ed", nothing, True), ("dh", swap, False), ("both", swap, True)):
            with self.subTest(what=what):
                self.assert_kept_out(self.victim(self.changed_offer(change, sign)), BAD_CODE)

    def test_swapped_cpace_shares(self):
        swap = lambda offer: setattr(offer, "yb", random_point())  # noqa: E731
        for what, make in (("Ya", self.changed_join(lambda join: setattr(join, "ya", random_point()))),
                           ("Yb", self.changed_offer(swap, sign=False)), ("Yb, signed", self.changed_offer(swap))):
            with self.subTest(what=what):
                self.assert_kept_out(self.victim(make), BAD_CODE)

    def test_a_man_in_the_middle_who_knows_the_code_gets_in(self):
        """The attack of the next test is a real one: with the code, and only with it, it works on both sides."""
        code = self.scene.code_of(self.master)
        middle = FalseMaster(self.master.number, code)
        victim = self.victim(middle)
        self.knock(code=code, name="Mallory").join()
        self.master.event("joined", name="Mallory", start=self.start)
        self.assertNotEqual(victim.exit_code(), 0)  # the roster that it was given makes no sense
        self.assertEqual(middle.told, {"name": "Victim"})

    def test_a_man_in_the_middle_who_guesses_has_five_tries_for_all(self):
        code = self.scene.code_of(self.master)
        middle = FalseMaster(self.master.number, another_code(code))
        self.assert_kept_out(self.victim(middle), BAD_CODE)
        self.assertEqual(middle.told, {"guess": "bad code"})
        for _ in range(5):
            with self.assertRaisesRegex(Refused, "refused 1"):
                self.knock(code=another_code(code)).join()
        self.master.event("warning", code="code_guessed", start=self.start)
        # From now on the right code leads no further than the lobby.
        waiting = self.scene.guest(self.master, "--name", "Late")
        waits = self.master.event("lobby", name="Late", start=self.start)
        self.assertEqual(waiting.event("sas")["text"], waits["sas"])
        self.assertEqual([l for l in self.master.lines[self.start:] if l.get("event") == "joined"], [])
        self.master.command("admit", participant=waits["participant"])
        self.master.event("joined", name="Late", start=self.start)
        waiting.command("quit")

    def test_an_offer_of_another_session_with_the_same_code(self):
        passphrase = "walnut orchard in september"
        masters = [self.scene.master(*self.SHARE, "--password", passphrase) for _ in range(2)]

        def make(connection):
            other = client.MiniClient(WebSocket(self.hostile.port_behind), masters[1].number, code=passphrase,
                                      rsa=self.rsa)
            self.addCleanup(other.connection.close)

            def rule(way, message):
                kind, body = handshake_of(message)
                if way == UP and kind == JOIN:
                    other.say(JOIN, body)
                    connection.inject(DOWN, handshake_frame(0, *other.expect(OFFER)))
                    return []
                return None
            return rule
        self.hostile.attack_next_client(make)
        victim = self.scene.headless("lotse-participant", masters[0].number, "--password", passphrase)
        self.assert_kept_out(victim, BAD_CODE)
        self.assertEqual([l for m in masters for l in m.lines if l.get("event") in ("joined", "lobby")], [])

    def test_its_own_words_said_back_to_the_client(self):
        def reflect_join(connection):
            def rule(way, message):
                if way == UP and handshake_of(message)[0] == JOIN:
                    connection.inject(DOWN, message[:5] + bytes([OFFER]) + message[6:])
                    return []
            return rule

        def reflect_shares(connection):
            """Own share and key as the master's, and then the own proof as the master's."""
            inner = self.changed_offer(lambda offer: (setattr(offer, "yb", seen.ya), setattr(offer, "dh", seen.dh)))(
                connection)
            seen = handshake.JoinFields.__new__(handshake.JoinFields)

            def rule(way, message):
                kind, body = handshake_of(message)
                if way == UP and kind == JOIN:
                    seen.__dict__.update(vars(handshake.JoinFields(body)))
                if way == UP and kind == CONFIRM:
                    connection.inject(DOWN, message[:5] + bytes([LOBBY]) + body[-64:])
                    return []
                return inner(way, message)
            return rule

        self.assert_kept_out(self.victim(reflect_join), MALFORMED)
        self.assert_kept_out(self.victim(reflect_shares), BAD_CODE)

    def test_the_identity_and_what_is_no_point(self):
        for point in (bytes(32), b"\xff" * 32):
            with self.subTest(point=point.hex()):
                victim = self.victim(self.changed_join(lambda join: setattr(join, "ya", point)))
                self.assert_kept_out(victim, MALFORMED)
                victim = self.victim(self.changed_offer(lambda offer: setattr(offer, "yb", point)))
                self.assert_kept_out(victim, MALFORMED)

    def test_x25519_keys_of_small_order(self):
        victim = self.victim(self.changed_join(lambda join: setattr(join, "dh", bytes(32))))
        self.assert_kept_out(victim, MALFORMED)
        victim = self.victim(self.changed_offer(lambda offer: setattr(offer, "dh", bytes(32))))
        self.assert_kept_out(victim, MALFORMED)

    def test_a_downgrade_of_version_suite_or_mode(self):
        for field, value, error in (("version", 0, MALFORMED), ("suite", 2, MALFORMED), ("mode", 0, BAD_CODE),
                                    ("mode", 2, BAD_CODE), ("mode", 4, MALFORMED)):
            with self.subTest(field=field, value=value):
                victim = self.victim(self.changed_join(lambda join: setattr(join, field, value)))
                self.assert_kept_out(victim, error)

    def test_weak_rsa_keys(self):
        """By a client that knows the code: the master takes none of them."""
        good = handshake.spki_of(self.rsa)
        head, modulus, tail = good[:33], int.from_bytes(good[33:289], "big"), good[289:]
        self.assertEqual(tail, bytes.fromhex("0203010001"))
        small = modulus - modulus % 3
        weak = {"e = 1 in three bytes": good[:-3] + b"\0\0\1", "e = 1": good[:-5] + b"\2\1\1",
                "e = 3": handshake.spki_of(handshake.rsa_key(2048, 3)), "e = 65539": good[:-1] + b"\3",
                "1024 bits": handshake.spki_of(handshake.rsa_key(1024)),
                "1024 bits, padded": head + (modulus >> 1024).to_bytes(256, "big") + tail,
                "16384 bits": head[:-1] + bytes(8) + b"\x80" + random(2047) + tail,
                "3 divides it": head + (small if small & 1 else small - 3).to_bytes(256, "big") + tail,
                "even": head + (modulus ^ 1).to_bytes(256, "big") + tail}
        for name, spki in weak.items():
            with self.subTest(key=name):
                self.assertNotEqual(spki, good)
                self.assertEqual(wait_until(lambda: self.answer_to(spki), "an answer"), "refused 6")
        self.assertEqual(wait_until(lambda: self.answer_to(good), "an answer"), OFFER)

    def answer_to(self, spki):
        """What the master says to a JOIN with this key; nothing when it has just had its ten joins of this second."""
        mini = self.knock()
        mini.handshake.fields.spki = spki
        mini.say(JOIN, mini.handshake.fields.bytes())
        try:
            return mini.expect(OFFER)[0]
        except Refused as why:
            return None if str(why) == "refused 5" else str(why)

    def test_a_relay_that_poses_as_the_master_of_a_link(self):
        middle = FalseMaster(self.master.number, "")
        victim = self.victim(middle, how="link")
        self.assert_kept_out(victim, BAD_CODE)
        self.assertIn("not the moderator", [l for l in victim.lines if l.get("event") == "error"][0]["message"])
        self.assertEqual(middle.told, {})  # not even a CONFIRM


if __name__ == "__main__":
    unittest.main()
