"""Peers that say what nobody should: nothing breaks, and nobody else notices."""

import random
import unittest

from scene import Screen, SceneTest, certificate_in, wait_until
from web_socket import FakeRelay, WebSocket

ATTACH, HANDSHAKE, PACKET, KEY_REQUEST = 0x11, 0x20, 0x30, 0x31


class GarbageTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.port = int(scene.address.split(":")[1])
        cls.screen = Screen(scene, "640x480")
        cls.screen.furnish()
        cls.master = scene.master("--share", "screen", "--display", cls.screen.name, "--name", "Anna")
        cls.guest = scene.join(cls.master, "Bernd")
        cls.guest.event("picture")

    def setUp(self):
        self.seed = random.randrange(1 << 32)
        self.random = random.Random(self.seed)
        self.lines = len(self.master.lines)

    def tearDown(self):
        """Whatever was said: the session works, for those who are in it and for the next one."""
        with self.subTest(seed=self.seed):
            self.assertIsNone(self.scene.server.process.poll(), "the relay has ended")
            text = f"still here {self.seed}"
            self.guest.command("chat", text=text)
            self.master.event("chat", text=text)
            self.screen.run("xsetroot", "-solid", f"#{self.random.randrange(1 << 24):06x}")
            self.assert_shows(self.guest, self.screen)
            self.assertEqual([l for l in self.master.lines[self.lines:] if l.get("event") == "error"], [])
            wait_until(self.somebody_joins, "a join after garbage")

    def somebody_joins(self):
        guest = self.scene.guest(self.master, "--name", "Cleo")
        answer = guest.wait_for(lambda l: l.get("event") in ("picture", "error"), "picture or error")
        guest.process.stdin.close()
        guest.exit_code()
        if answer["event"] == "error":
            self.assertEqual(answer["code"], "rate_limited")  # the master takes ten joins a second
        return answer["event"] == "picture"

    def attach(self):
        """A connection that the relay knows as a client of the session."""
        peer = WebSocket(self.port)
        welcome = peer.receive()
        self.assertEqual((welcome[0], len(welcome)), (1, 34))
        peer.send(bytes([ATTACH, 1]) + self.master.number.encode())
        self.assertEqual(peer.receive()[0], 2)
        return peer

    def say(self, peer, messages):
        """As many of them as the relay takes before it hangs up."""
        try:
            for message in messages:
                peer.send(message)
            peer.send(bytes([0x40]) + bytes(8))  # PING: everything before it was read when its PONG is here
            while peer.receive()[0] != 0x41:
                pass
            return True
        except OSError:
            return False
        finally:
            peer.close()

    def bytes(self, most):
        return self.random.randbytes(self.random.randrange(most))

    def test_handshakes_of_random_bytes(self):
        for message in range(1, 10):
            peer = self.attach()
            self.say(peer, [bytes([HANDSHAKE, 0, 0, 0, 0, message]) + self.bytes(1000) for _ in range(5)])

    def test_a_join_that_is_right_in_its_first_bytes(self):
        for size in (32, 300, 400, 600, 8000):
            peer = self.attach()
            body = bytes([1, 1]) + self.random.randbytes(size)
            self.say(peer, [bytes([HANDSHAKE, 0, 0, 0, 0, 1]) + body, bytes([HANDSHAKE, 0, 0, 0, 0, 3]) + body])

    def test_packets_in_the_name_of_others(self):
        for source in (0, self.guest.id, 77, 0xFFFF):
            for kind in range(6):
                header = bytes([1, kind, self.random.randrange(3), self.random.randrange(6)]) + self.random.randbytes(4)
                header += source.to_bytes(2, "big") + b"\xff\xff" + bytes([0, 0, 0, 1]) + self.random.randbytes(8)
                header += self.random.randbytes(16)
                self.say(self.attach(), [bytes([PACKET]) + header + self.random.randbytes(100)])

    def test_frames_of_random_types_and_lengths(self):
        for _ in range(30):
            self.say(self.attach(), [bytes([self.random.randrange(256)]) + self.bytes(300)])

    def test_a_frame_that_is_too_long(self):
        for kind in (HANDSHAKE, PACKET, KEY_REQUEST):
            self.assertFalse(self.say(self.attach(), [bytes([kind]) + bytes(3 << 20)]))

    def test_many_who_knock_and_say_nothing(self):
        peers = [self.attach() for _ in range(40)]
        with self.subTest("while they wait"):
            self.tearDown()
        for peer in peers:
            peer.close()


class HostileRelayTest(SceneTest):
    """A relay that speaks nonsense to the programs."""

    def speak(self, program, last, handshakes, *options):
        """Says what a relay says at first, then garbage, then an ERROR that a program has to hear still."""
        seed = random.randrange(1 << 32)

        def script(receive, send):
            draw = random.Random(seed)
            send(b"\x01\x01" + draw.randbytes(32))
            hello = receive()
            uuid = hello[2:18] if hello[0] == 0x10 else draw.randbytes(16)  # a master names its own
            send(b"\x02\x01123456789" + uuid + bytes([0, 0, 0, 1]))
            while receive()[0] == 0x50:  # UDP ASK; then JOIN, or a master's first request
                pass
            for _ in range(400):
                send(self.garbage(draw, handshakes))
            send(bytes([3, 0, last, 0, 0, 0, 0]))

        relay = FakeRelay(*certificate_in(self.scene.folder / "relay"), script)
        self.addCleanup(relay.close)
        with self.subTest(seed=seed):
            return self.scene.headless(program, *options,
                                       reach=["--relay", f"127.0.0.1:{relay.port}", "--relay-pin", self.scene.pin])

    @staticmethod
    def garbage(draw, handshakes):
        kind = draw.choice((0x01, 0x02, 0x04, 0x05, 0x10, 0x11, 0x12, 0x20, 0x20, 0x30, 0x30, 0x31, 0x40, 0x41, 0x77))
        if kind in (0x01, 0x02):  # never right: another session under the number is an end of its own
            return bytes([kind, draw.randrange(2, 256)]) + draw.randbytes(draw.randrange(80))
        if kind == 0x20:
            link = draw.randrange(4)
            return bytes([kind, 0, 0, 0, link, draw.choice(handshakes)]) + draw.randbytes(draw.randrange(900))
        if kind == 0x30:
            return bytes([kind, 1, draw.randrange(6), draw.randrange(3)]) + draw.randbytes(draw.randrange(200))
        return bytes([kind]) + draw.randbytes(draw.randrange(60))

    def test_a_participant_stands_it(self):
        for _ in range(3):
            guest = self.speak("lotse-participant", 2, (1, 3, 5, 7, 9), "123456789", "--password", "123456")
            self.assert_ends(guest, 3, "no_session")

    def test_a_participant_takes_no_offer_out_of_thin_air(self):
        guest = self.speak("lotse-participant", 2, (2, 4, 6), "123456789", "--password", "123456")
        self.assert_ends(guest, 3, "version")

    def test_a_master_stands_it(self):
        for _ in range(3):
            self.assert_ends(self.speak("lotse-master", 4, range(10), "--share", "none"), 3, "full")


if __name__ == "__main__":
    unittest.main()
