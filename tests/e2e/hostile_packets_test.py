"""What a relay that attacks a running session gets: packets and requests altered, repeated, misdirected, withheld."""

import sys
import unittest

from hostile_relay import DOWN, PACKET, TUNNEL, UP, HostileTest, changing, handshake_frame, handshake_of
from scene import ROOT, Screen
from web_socket import WebSocket

sys.path.insert(0, str(ROOT / "tests"))

from mini_client import client, packets  # noqa: E402
from mini_client.handshake import JOIN, KEY, LOBBY, OFFER, REFUSED, RESUME  # noqa: E402

ERROR, PING, PONG = 0x03, 0x40, 0x41
NOT_ALLOWED = bytes([ERROR, 0, 9, 0, 0, 0, 0])
REMOVE = 3
LONG = "x" * 300  # told apart from pings by its size


def field(message, name):
    """A field of a packet's clear header, as a number."""
    at, size = packets.FIELDS[name]
    return int.from_bytes(message[1 + at:1 + at + size], "big")


def altered(message, name, value=None):
    """With another value of a field: `value`, or one more than it was."""
    at, size = packets.FIELDS[name]
    value = (field(message, name) + 1) % (1 << 8 * size) if value is None else value
    return message[:1 + at] + value.to_bytes(size, "big") + message[1 + at + size:]


def kind(message):
    return field(message, "kind") if message[0] == PACKET and len(message) > 24 else 0


def is_chat(message):
    return kind(message) == packets.MESSAGE and field(message, "stream") == packets.CHAT


def is_private_chat(message):
    return kind(message) == packets.MESSAGE and field(message, "keying") == packets.PAIR and len(message) > len(LONG)


def operation(message):
    return message[13] if message[0] == TUNNEL else 0


class PacketAttackTest(HostileTest):
    @classmethod
    def prepare(cls, scene):
        cls.screen = Screen(scene, "640x400")
        cls.screen.furnish()
        cls.SHARE = ("--share", "screen", "--display", cls.screen.name)
        super().prepare(scene)
        cls.wires = {"Anna": cls.hostile.newest("master")}
        cls.bernd, cls.wires["Bernd"] = cls.enter("Bernd")
        cls.cleo, cls.wires["Cleo"] = cls.enter("Cleo")
        cls.bernd.event("picture")

    def tearDown(self):
        for wire in self.hostile.connections:
            wire.rule = None
        super().tearDown()

    def stat(self, program, name):
        return program.command("stats")[name]

    def said_last(self, program):
        """What is said now is heard there, and so is all that was said before it and is to be heard."""
        last = f"clean {self.id()} {len(program.lines)}"
        speaker = self.bernd if program is self.master else self.master
        speaker.command("chat", text=last)
        program.event("chat", text=last)
        return [l["text"] for l in program.lines if l.get("event") == "chat"]

    def assert_none_heard(self, program, texts):
        self.assertEqual([t for t in self.said_last(program) if t in texts], [])

    def assert_come_again(self, program, texts):
        """What was altered on its way is asked for again: each line is heard once, as it was said."""
        self.said_last(program)
        program.event("chat", text=texts[-1])
        heard = [l["text"] for l in program.lines if l.get("event") == "chat"]
        self.assertEqual([t for t in heard if t in texts], texts)

    def altering(self, which, changes):
        """A rule: the first packets of this kind that go down are changed in turn."""
        left = list(changes)

        def rule(way, message):
            if way == DOWN and left and which(message):
                return [left.pop(0)(message)]
        return rule

    def test_an_altered_clear_header(self):
        to_all = {"version": 2, "kind": 2, "keying": 1, "stream": 0, "tag": None, "source": self.cleo.id,
                  "destination": 0, "epoch": None, "counter": None}
        to_one = {**to_all, "keying": 0, "stream": 1, "epoch": 1, "destination": 0xFFFF}
        for receiver, wire, which, fields, said, tell in (
                (self.master, self.wires["Anna"], is_chat, to_all, "altered",
                 lambda t: self.bernd.command("chat", text=t)),
                (self.bernd, self.wires["Bernd"], is_private_chat, to_one, "altered" + LONG,
                 lambda t: self.master.command("chat", text=t, to=self.bernd.id))):
            before = self.stat(receiver, "signed_bad")
            wire.rule = self.altering(which, [lambda m, f=field_and_value: altered(m, *f)
                                              for field_and_value in fields.items()])
            for name in fields:
                tell(f"{said} {name}")
            self.assert_come_again(receiver, [f"{said} {name}" for name in fields])
            # The others do not even come to the tag.
            self.assertGreaterEqual(self.stat(receiver, "signed_bad") - before, len(("source", "stream", "counter")))

    def test_a_flipped_bit_in_what_is_sealed(self):
        places = (25, 60, -17, -1)
        def flipped(place):
            def change(message):
                changed = bytearray(message)
                changed[place] ^= 1
                return bytes(changed)
            return change
        flip = [flipped(place) for place in places]
        before = self.stat(self.master, "signed_bad")
        self.wires["Anna"].rule = self.altering(is_chat, flip)
        for place in places:
            self.bernd.command("chat", text=f"flipped {place} and long enough for all of them")
        self.assert_come_again(self.master, [f"flipped {p} and long enough for all of them" for p in places])
        self.assertEqual(self.stat(self.master, "signed_bad") - before, len(places))

    def test_a_truncated_packet(self):
        sizes = (1, 2, 24, 25, 40, 41)
        cut = [lambda m, s=size: m[:s] for size in sizes] + [lambda m: m[:-1], lambda m: m[:-16], lambda m: m + b"\0"]
        self.wires["Anna"].rule = self.altering(is_chat, cut)
        for number in range(len(cut)):
            self.bernd.command("chat", text=f"cut {number}")
        self.assert_come_again(self.master, [f"cut {n}" for n in range(len(cut))])

    def record(self, wire, which, act):
        """The packet of this kind that goes down after `act()`."""
        start = len(wire.passed)
        act()
        return wire.wait_for(DOWN, which, "the packet", start)

    def count(self, program, text):
        return [l["text"] for l in program.lines if l.get("event") == "chat"].count(text)

    def test_a_repeated_packet_shows_once_on_any_connection(self):
        text, alone = f"once {LONG}", f"once to one {LONG}"
        packet = self.record(self.wires["Anna"], is_chat, lambda: self.bernd.command("chat", text=text))
        private = self.record(self.wires["Bernd"], is_private_chat,
                              lambda: self.master.command("chat", text=alone, to=self.bernd.id))
        before = [self.stat(p, "replay_dropped") for p in (self.master, self.bernd)]
        self.wires["Anna"].inject(DOWN, packet, packet)
        self.wires["Bernd"].inject(DOWN, private, private)
        for program in (self.master, self.bernd):
            self.assert_none_heard(program, [])
        self.assertEqual([self.stat(p, "replay_dropped") for p in (self.master, self.bernd)], [n + 2 for n in before])
        self.reconnect(self.master, "Anna")
        self.reconnect(self.bernd, "Bernd")
        self.wires["Anna"].inject(DOWN, packet)
        self.wires["Bernd"].inject(DOWN, private)
        for program in (self.master, self.bernd):
            self.assert_none_heard(program, [])
            self.assertEqual([self.count(program, t) for t in (text, alone)], [1, 1])

    def reconnect(self, program, name):
        """Cuts its connection; the way of the next one is in `wires` when it is live again."""
        before, start = len(self.hostile.connections), len(program.lines)
        program.command("drop_connection", ms=100)
        lost = program.event("state", stage="reconnecting", start=start)
        program.event("state", stage="live", start=program.lines.index(lost))
        self.wires[name] = self.hostile.connections[before]

    def test_a_repeated_resume_admits_nobody(self):
        self.reconnect(self.bernd, "Bernd")
        resume = self.wires["Bernd"].wait_for(UP, lambda m: handshake_of(m)[0] == RESUME, "RESUME")
        anna, stranger = self.wires["Anna"], 4242
        anna.inject(DOWN, handshake_frame(stranger, RESUME, resume[6:]))
        refused = anna.wait_for(UP, lambda m: m[:5] == handshake_frame(stranger, 0, b"")[:5], "an answer to it")
        self.assertEqual(refused[5], REFUSED)
        about = [m for w, m in anna.passed if w == UP and m[0] == TUNNEL and m[14:18] == stranger.to_bytes(4, "big")]
        self.assertEqual(about, [])

    def test_a_packet_for_another_member(self):
        secret = f"for Bernd alone {LONG}"
        packet = self.record(self.wires["Bernd"], is_private_chat,
                             lambda: self.master.command("chat", text=secret, to=self.bernd.id))
        before = self.stat(self.cleo, "signed_bad")
        self.wires["Cleo"].inject(DOWN, packet, altered(packet, "destination", self.cleo.id),
                                  altered(packet, "destination", 0xFFFF))
        self.assert_none_heard(self.cleo, [secret])
        self.assertEqual(self.stat(self.cleo, "signed_bad") - before, 1)

    def test_handshake_messages_to_those_who_are_in(self):
        frames = [handshake_frame(0, n, bytes(size)) for n in (JOIN, OFFER, KEY, LOBBY, RESUME, REFUSED)
                  for size in (1, 64, 194, 443)]
        start = len(self.bernd.lines)
        self.wires["Bernd"].inject(DOWN, *frames, NOT_ALLOWED)
        self.assert_none_heard(self.bernd, [])
        self.assertEqual([l for l in self.bernd.lines[start:] if l.get("event") in ("state", "error", "ended")], [])

    def mini(self, name):
        """A member whose eyes we have, on a connection of its own to the relay."""
        start = len(self.master.lines)
        socket = WebSocket(self.hostile.port_behind)
        socket.socket.settimeout(60)
        self.addCleanup(socket.close)
        mini = client.MiniClient(socket, self.master.number, code=self.scene.code_of(self.master), name=name)
        mini.join()
        self.master.event("joined", name=name, start=start)
        return mini

    def sync(self, wire):
        """The relay has answered everything that was injected before."""
        value = len(wire.passed).to_bytes(8, "big")
        wire.inject(UP, bytes([PING]) + value)
        wire.wait_for(DOWN, lambda m: m == bytes([PONG]) + value, "PONG")

    def test_a_withheld_kick_leaves_the_kicked_one_blind_and_mute(self):
        mona, held = self.mini("Mona"), []

        def withhold(way, message):
            to_mona = way == UP and kind(message) and field(message, "destination") == mona.keys.index
            if way == UP and operation(message) == REMOVE:
                held.append(message)
            return [] if to_mona or operation(message) == REMOVE else None
        self.wires["Anna"].rule = withhold
        self.master.command("kick", participant=mona.keys.index)
        self.bernd.event("left", participant=mona.keys.index)
        self.master.command("chat", text="after the kick")
        self.bernd.event("chat", text="after the kick")
        self.screen.run("xsetroot", "-solid", "#5a7b2d")
        self.bernd.command("wait_pixel", x=5, y=395, rgb="#5a7b2d", timeout_ms=60000, wait_s=65)

        def all_came():  # the relay passes on what it should not
            heads = [packets.parse(p)[0] for p in mona.early]
            return read() or {packets.CHAT, packets.PICTURE} <= {h.stream for h in heads}

        def read():
            return [e for e in mona.events if e[0] == "chat"]
        mona.until(all_came, "what comes after the kick")
        self.assertEqual(read(), [])
        new = min(packets.parse(p)[0].epoch for p in mona.early)
        self.assertGreater(new, max(mona.keys.epochs))
        self.assertEqual([header for header, _ in mona.pictures if header.epoch >= new], [])
        mona.chat("I am still here")
        mona.chat("I am still here", to=self.bernd.id)
        for program in (self.master, self.bernd):
            self.assert_none_heard(program, ["I am still here"])
        # The request was for that connection alone: on the next one it is worth nothing.
        self.assertEqual(len(held), 1)
        self.reconnect(self.master, "Anna")
        self.wires["Anna"].inject(UP, held[0])
        self.wires["Anna"].wait_for(DOWN, lambda m: m == NOT_ALLOWED, "the relay's refusal")
        mona.connection.send(bytes([PING]) + bytes(8))
        mona.wait_for("frame", PONG)

    def test_a_forged_or_repeated_request_removes_nobody(self):
        eva = self.mini("Eva")
        self.master.command("kick", participant=eva.keys.index)
        real = self.wires["Anna"].wait_for(UP, lambda m: operation(m) == REMOVE, "the request")
        sequence, victim = (1 << 40).to_bytes(8, "big"), self.bernd.id.to_bytes(2, "big")
        other = real[:5] + sequence + real[13:18] + victim + real[20:]
        own = client.handshake.SigningKey()
        forged = other[:24] + own.sign(b"rv1 tunnel" + eva.uuid + bytes(32) + other[1:24])
        for name, requests in (("Anna", (real, other, forged)), ("Cleo", (real, other, forged))):
            for request in requests:
                self.wires[name].inject(UP, request)
            self.sync(self.wires[name])
            self.assertIn((DOWN, NOT_ALLOWED), self.wires[name].passed)
        self.assert_none_heard(self.master, [])  # Bernd is heard
        self.assertFalse(self.wires["Bernd"].gone)

    # ---- pictures ----------------------------------------------------------------------------------------------------

    def paint(self, color, seen=True):
        # Stripes: a plain colour would go as one delta rather than as slots.
        self.screen.run("xsetroot", "-mod", "2", "2", "-fg", "#" + color[3:] + color[1:3], "-bg", color)
        if seen:
            self.bernd.command("wait_pixel", x=5, y=395, rgb=color, timeout_ms=60000, wait_s=65)

    def test_an_old_picture_does_not_come_back(self):
        start = len(self.wires["Bernd"].passed)
        self.paint("#301020")
        self.assert_shows(self.bernd, self.screen)
        old = [m for w, m in self.wires["Bernd"].passed[start:] if w == DOWN and kind(m) > 1]
        self.paint("#102030")
        self.assert_shows(self.bernd, self.screen)
        self.assertGreater(len([m for m in old if kind(m) == packets.SLOT]), 5)
        start = len(self.bernd.lines)
        self.wires["Bernd"].inject(DOWN, *old)
        self.assert_none_heard(self.bernd, [])
        self.assert_shows(self.bernd, self.screen)
        self.assertEqual([l for l in self.bernd.lines[start:] if l.get("event") in ("exact", "picture")], [])

    def test_altered_picture_headers(self):
        fields = ("slot", "picture_version", "generation", "rank", "screen", "counter", "epoch", "source")
        before = self.stat(self.bernd, "signed_bad")
        self.paint("#203010")
        self.assert_shows(self.bernd, self.screen)
        self.wires["Bernd"].rule = self.altering(
            lambda m: kind(m) == packets.SLOT,
            [lambda m, n=name: altered(m, n, self.cleo.id if n == "source" else None) for name in fields])
        self.paint("#204020", seen=False)
        self.assert_shows(self.bernd, self.screen)
        self.assertGreaterEqual(self.stat(self.bernd, "signed_bad") - before, 6)

    def test_withheld_slots_are_noticed(self):
        self.paint("#403020")
        self.assert_shows(self.bernd, self.screen)
        start = len(self.bernd.lines)
        self.wires["Bernd"].rule = lambda way, m: [] if way == DOWN and kind(m) in (packets.SLOT, packets.DELTA) else None
        self.paint("#404020", seen=False)
        self.bernd.event("exact", exact=False, start=start)
        self.wires["Bernd"].rule = None
        self.assert_shows(self.bernd, self.screen)


class SilenceTest(HostileTest):
    def test_who_is_cut_off_without_a_word_is_told_or_seen_as_away(self):
        """Half a minute of it; the connections stay open all the time."""
        mute, mute_wire = self.enter("Mute")
        deaf, deaf_wire = self.enter("Deaf")
        waiting = [self.victim(changing(DOWN, number, None)) for number in (OFFER, KEY)]
        start = len(deaf.lines)
        mute_wire.rule = lambda way, message: [] if way == UP else None
        deaf_wire.rule = lambda way, message: [] if way == DOWN else None
        deaf_wire.silent = True
        lost = deaf.event("state", stage="reconnecting", start=start)
        deaf.wait_for(lambda l: l.get("event") == "state" and l["stage"] not in ("reconnecting", "connecting"),
                      "a new connection", start=deaf.lines.index(lost))
        deaf.command("chat", text="I hear you again")
        self.master.event("chat", text="I hear you again")
        self.master.wait_for(lambda l: l.get("event") == "roster" and [
            m["away"] for m in l["members"] if m["participant"] == mute.id] == [True], "a roster that has it away")
        self.assertFalse(mute_wire.gone)
        for victim in waiting:  # for an answer that never comes
            self.assert_ends(victim, 4, "timeout")


if __name__ == "__main__":
    unittest.main()
