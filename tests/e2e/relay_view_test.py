"""What a relay can see: a tap in its place opens TLS, records the plain bytes of both ways, and passes them on."""

import base64
import itertools
import select
import socket
import ssl
import threading
import unittest
import zlib

from scene import TERMINAL, Scene, Screen, SceneTest, certificate_in, wait_until
from web_socket import any_server, messages_of

PACKET = 0x30
MOST_OFFSETS = 400_000  # tried for deflate: every one of small recordings, evenly spread over large ones


class Tap:
    """A TLS server with a certificate of its own in front of a relay. `ways`: [sent by the program, sent by the relay]
    of each connection."""

    def __init__(self, certificate, key, relay_port):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.relay_port, self.ways = relay_port, []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                plain, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) as program, any_server().wrap_socket(
                    socket.create_connection(("127.0.0.1", self.relay_port))) as relay:
                ways = [bytearray(), bytearray()]
                self.ways.append(ways)
                others = {program: (relay, ways[0]), relay: (program, ways[1])}
                while True:
                    ready = [s for s in others if s.pending()] or select.select(list(others), [], [])[0]
                    for end in ready:
                        end.settimeout(0)  # readable may mean a session ticket alone
                        try:
                            data = end.recv(65536)
                        except ssl.SSLWantReadError:
                            continue
                        finally:
                            end.settimeout(None)
                        if not data:
                            return
                        other, way = others[end]
                        way += data
                        other.sendall(data)
        except OSError:
            pass

    def close(self):
        self.server.close()


def disguises(text):
    """The forms under which a text would be found: as it is, as UTF-16, and in base64 however it is aligned there."""
    plain = [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")]
    coded = []
    for form, shift in itertools.product(plain, range(3)):
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            whole = alphabet(bytes(shift) + form)
            coded.append(whole[(0, 2, 3)[shift]:len(whole) - (0, 3, 2)[(shift + len(form)) % 3]])
    return plain + coded


def found_in(data, needles):
    """Which of them are in the data, or in what any part of it inflates to."""
    found = {n for n in needles if n in data}
    step = max(1, len(data) // MOST_OFFSETS)
    view = memoryview(data)
    for at in range(0, len(data), step):
        if data[at] >> 1 & 3 == 3:  # no kind of block in raw deflate; zlib and gzip have raw deflate inside
            continue
        try:
            inflated = zlib.decompressobj(-15).decompress(view[at:at + 2048], 8192)
        except zlib.error:
            continue
        if len(inflated) > 8:
            found |= {n for n in needles if n in inflated}
    return found


class RelayViewTest(SceneTest):
    NAMES = ("Annegret-Zwiebelfisch", "Bartholomäus Żuraw")
    CHAT = ("Geheimnis: der Schlüssel liegt unter der Matte", "rozumiem, dziękuję serdecznie")
    TYPED = "echo unterdemapfelbaum"
    COLOR = bytes((0xC3, 0x5A, 0x91))

    @classmethod
    def prepare(cls, scene):
        scene.open_relay("--udp", "off")
        # A second relay is asked for nothing but a certificate.
        other = Scene()
        cls.addClassCleanup(other.close)
        other.open_relay("--udp", "off")
        cls.tap = Tap(*certificate_in(other.folder / "relay"), int(scene.address.split(":")[1]))
        cls.addClassCleanup(cls.tap.close)
        scene.reach = ["--relay", f"127.0.0.1:{cls.tap.port}", "--relay-pin", other.pin, "--path", "tls"]
        screen = Screen(scene)
        screen.furnish()
        screen.run("xsetroot", "-solid", "#" + cls.COLOR.hex())
        cls.master = scene.master("--share", "screen", "--display", screen.name, "--name", cls.NAMES[0])
        cls.code = scene.code_of(cls.master)
        guest = scene.join(cls.master, cls.NAMES[1])
        guest.event("picture")
        guest.command("chat", text=cls.CHAT[0])
        cls.master.event("chat", text=cls.CHAT[0])
        cls.master.command("chat", text=cls.CHAT[1], to=guest.id)
        guest.event("chat", text=cls.CHAT[1])
        cls.master.command("grant", participant=guest.id, right="control")
        guest.event("granted")
        guest.command("click", x=TERMINAL[0], y=TERMINAL[1], button=1)
        guest.command("type", text=f"{cls.TYPED} >{scene.folder / 'typed'}\n")
        wait_until((scene.folder / "typed").exists, "the typed command")
        for color in ("#102030", "#" + cls.COLOR.hex()):  # the same slots again
            screen.run("xsetroot", "-solid", color)
            guest.command("wait_pixel", x=5, y=5, rgb=color, timeout_ms=60000, wait_s=65)
        late = scene.join(cls.master, "Cleopatra")
        late.event("picture")
        _, seen = scene.snapshot(late)
        assert seen.rgb[:3] == cls.COLOR
        for program in (guest, late, cls.master):
            program.command("quit")
            program.exit_code()

    def test_the_search_finds_what_is_hidden_in_every_form(self):
        """Otherwise the tests below would prove nothing."""
        text = self.CHAT[0]
        noise = bytes(range(256)) * 3
        for form in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
            for before in (b"", b"x", b"xy"):
                needles = disguises(text)
                self.assertTrue(found_in(noise + base64.b64encode(before + form + b"z") + noise, needles))
            packer = zlib.compressobj(wbits=-15)
            self.assertTrue(found_in(noise + packer.compress(form * 2) + packer.flush() + noise, disguises(text)))
            self.assertTrue(found_in(noise + zlib.compress(form * 2) + noise, disguises(text)))
            self.assertTrue(found_in(noise + form + noise, disguises(text)))
        self.assertFalse(found_in(noise, disguises(text)))

    def recordings(self):
        """Name and bytes of everything that passed: as it was on the way, and unmasked."""
        self.assertGreaterEqual(len(self.tap.ways), 3)
        for number, ways in enumerate(self.tap.ways):
            for name, way in zip(("program", "relay"), ways):
                yield f"{name} {number}", bytes(way)
                yield f"{name} {number}, messages", b"".join(messages_of(bytes(way)))

    def test_no_text_passes_readable(self):
        secret = self.master.link.split("#")[1].split(".")[0]
        texts = [*self.NAMES, "Cleopatra", *self.CHAT, "unterdemapfelbaum", secret]
        needles = [form for text in texts for form in disguises(text)]
        needles += [self.COLOR * 6, bytes((*self.COLOR[::-1], 0)) * 5, bytes((*self.COLOR[::-1], 255)) * 5]
        total = 0
        for name, data in self.recordings():
            self.assertEqual(found_in(data, needles), set(), name)
            total += len(data)
        self.assertGreater(total, 50_000)

    def test_no_two_sealed_packets_are_alike(self):
        sealed, pictures = [], 0
        for ways in self.tap.ways:
            for message in messages_of(bytes(ways[0])):
                if message[0] == PACKET:
                    kind = message[2]
                    pictures += kind == 2
                    clear = 24 if kind == 1 else 44
                    if kind == 6:  # a delta names its slots
                        clear += 2 + 3 * (message[45] + message[46])
                    sealed.append(message[1 + clear:])
        self.assertGreater(pictures, 200)
        self.assertEqual(len(set(sealed)), len(sealed))
        # Not even the first bytes: they would tell equal slots.
        starts = [s[:12] for s in sealed if len(s) >= 28]
        self.assertEqual(len(set(starts)), len(starts))


if __name__ == "__main__":
    unittest.main()
