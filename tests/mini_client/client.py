"""A participant: joins through a relay, reads and says chat, follows the pictures. One thread, by hand: nothing
happens but in `next`."""

import base64
import hashlib
import re
import time

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import handshake, messages, packets
from .canvas import Canvas, Misfit
from .primitives import Refused, u8, u16, u32, verify

WELCOME, SESSION, ERROR, LINK_DOWN, MASTER = 1, 2, 3, 4, 5
OPEN, ATTACH, TUNNEL, HANDSHAKE, PACKET, KEY_REQUEST, PING, PONG = 0x10, 0x11, 0x12, 0x20, 0x30, 0x31, 0x40, 0x41


def parse_link(link):
    """{host, port, number, secret, fingerprint, pin}; the last two may be missing."""
    match = re.fullmatch(r"https://([^/:]+)(?::(\d+))?/(\d{9})"
                         r"#([a-zA-Z2-7]{26})\.([a-zA-Z2-7]{16})(?:&pin=([0-9a-f]{64}))?", link)
    if not match:
        raise Refused("link")
    host, port, number, secret, fingerprint, pin = match.groups()
    return {"host": host, "port": int(port or 443), "number": number, "fingerprint": fingerprint, "pin": pin,
            "secret": base64.b32decode(secret.upper() + "======")}


def pin_of(connection):
    """SHA-256 of the public key of the other end, in hex."""
    certificate = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True))
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(key).hexdigest()


class MiniClient:
    """`connection`: a WebSocket with `send`, `receive` and the TLS `socket`. `events`: what was understood, as (word,
    value). `pictures`: of each KEY its header and coder, of each DELTA its header and how many rectangles it moved, or
    None when it did not fit."""

    def __init__(self, connection, number, *, code=None, link=None, name="Mini", rsa=None):
        self.connection, self.events, self.lines = connection, [], {}
        self.roster, self.screens, self.keys = None, {}, None
        self.early, self.frame_ends, self.refused = [], {}, None
        self.canvases, self.pictures, self.proofs, self.asked = {}, [], set(), {}
        if link and link["pin"] and pin_of(connection.socket) != link["pin"]:
            raise Refused("relay's key")
        self.number = number
        self.attach()
        mode, password = ((handshake.LINK, link["secret"]) if link else (handshake.NONE, b"") if code is None
                          else (handshake.TYPED, handshake.password_of(code)))
        self.handshake = handshake.Client(number, self.uuid, mode, password, name,
                                          link and link["fingerprint"], rsa)

    def attach(self):
        welcome, number = self.receive(WELCOME), self.number.encode()
        if welcome[:1] != b"\x01" or len(welcome) != 33:
            raise Refused("version")
        self.connection.send(bytes([ATTACH, 1]) + number)
        session = self.receive(SESSION)
        if len(session) != 30 or session[:10] != b"\x01" + number:
            raise Refused("session")
        self.uuid, self.link = session[10:26], int.from_bytes(session[26:], "big")

    # ---- frames ------------------------------------------------------------------------------------------------------

    def receive(self, wanted=None):
        """The next frame's (type, fields), or the fields of the next frame of one type. PINGs are answered."""
        while True:
            frame = self.connection.receive()
            kind, fields = frame[0], frame[1:]
            if kind == PING:
                self.connection.send(bytes([PONG]) + fields)
            elif kind == ERROR:
                raise Refused(f"relay's error {int.from_bytes(fields[:2], 'big')}")
            elif wanted is None:
                return kind, fields
            elif kind == wanted:
                return fields

    def say(self, message, body):
        self.connection.send(bytes([HANDSHAKE]) + u32(self.link) + bytes([message]) + body)

    def expect(self, *wanted):
        """The next handshake message of these kinds: (kind, body)."""
        while True:
            fields = self.receive(HANDSHAKE)
            kind, body = fields[4], fields[5:]
            if kind == handshake.REFUSED:
                raise Refused(f"refused {body[0]}")
            if kind in wanted:
                return kind, body

    # ---- the way in --------------------------------------------------------------------------------------------------

    def join(self):
        """JOIN to READY; waits in the lobby when there is one. Then `roster` is known."""
        h = self.handshake
        self.say(handshake.JOIN, h.join)
        self.say(handshake.CONFIRM, h.take_offer(self.expect(handshake.OFFER)[1]))
        while True:
            kind, body = self.expect(handshake.LOBBY, handshake.KEY)
            if kind == handshake.KEY:
                break
            h.take_lobby(body)
            self.events.append(("lobby", None))
        self.say(handshake.READY, h.take_key(body))
        self.keys = packets.Keys(self.uuid, h.index)
        self.keys.add_epoch(h.epoch, h.epoch_secret)
        self.keys.add_pair(0, h.c2m, h.m2c, used=1)
        self.take_roster(messages.decode("SignedRoster", h.first))

    def resume(self, connection):
        """Comes back over another connection as the same member."""
        self.connection, known = connection, self.uuid
        self.attach()
        if self.uuid != known:
            raise Refused("session")
        self.say(handshake.RESUME, self.keys.seal_to_one(packets.CONTROL, 0, messages.encode("Message", {"ping": {}})))
        for _ in ("epoch", "roster"):
            self.take(self.expect(handshake.RESUME)[1])

    def take_roster(self, signed):
        verify(self.handshake.offer.ed, signed["signature"], b"rv1 roster" + self.uuid + signed["roster"])
        roster = messages.decode("Roster", signed["roster"])
        if self.roster is not None and roster["version"] <= self.roster["version"]:
            return
        self.roster = roster
        self.members = {m["index"]: m for m in roster["members"]}
        for index, member in self.members.items():
            if index and index != self.keys.index and index not in self.keys.pairs:
                key = [packets.pair_key(self.uuid, self.handshake.dh, self.handshake.dh.public, member["dh"],
                                        self.keys.index, index, sender) for sender in (self.keys.index, index)]
                self.keys.add_pair(index, *key, used=0)
        self.events.append(("roster", roster["version"]))

    # ---- in the session ----------------------------------------------------------------------------------------------

    def next(self):
        """Takes one frame, and what waited for its news; what came of it stands in `events` and `canvases`."""
        kind, fields = self.receive()
        if kind != PACKET:
            self.events.append(("frame", kind))
            return
        self.take(fields)
        waiting, self.early = self.early, []
        for packet in waiting:
            self.take(packet)
        self.ask()

    def take(self, packet):
        try:
            header, clear, plain = self.keys.open(packet)
        except Refused as why:
            if str(why) == "no key":
                self.early.append(packet)
            else:
                self.events.append(("dropped", str(why)))
            return
        if header.kind == packets.MESSAGE:
            self.take_message(header, clear, plain)
        elif header.kind in (packets.SLOT, packets.DELTA):
            self.take_picture(header, plain, {hashlib.sha256(packet).digest()[:16]} - self.proofs)
        elif header.kind == packets.FILM:
            pass  # it has no decoder for VP9: what lies under a film is what it sees
        elif header.kind == packets.SIGN:
            proven = packets.verified_hashes(self.uuid, header, plain, self.members[header.source]["ed"])
            self.proofs |= proven
            for canvas in self.canvases.values():
                canvas.prove(proven)
        else:
            self.take_state(header, packets.verified(self.uuid, clear, plain, self.members[header.source]["ed"]))

    def take_state(self, header, plain):
        place = header.source, header.screen
        if header.kind == packets.FRAME_END:
            self.frame_ends[place] = (header, messages.decode("FrameEnd", plain))
        elif header.slot == 0:
            state = self.screens[place] = messages.decode("ScreenState", plain)
            if place not in self.canvases or self.canvases[place].generation < header.generation:
                self.canvases[place] = Canvas(header.generation, state["width"], state["height"])
        elif header.slot == 3 and (canvas := self.canvas_of(header)):
            canvas.take_manifest(plain, time.monotonic())

    def canvas_of(self, header):
        """What this packet changes, if its generation is the present one."""
        canvas = self.canvases.get((header.source, header.screen))
        return canvas if canvas and canvas.generation == header.generation else None

    def take_picture(self, header, payload, unproven):
        if (canvas := self.canvas_of(header)) is None:
            self.events.append(("dropped", "generation"))
            return
        if header.kind == packets.SLOT:
            canvas.take_key(header, payload, unproven)
            came = payload[0]
        else:
            try:
                came = canvas.take_delta(header, payload, unproven)
            except Misfit:
                came = None
        self.pictures.append((header, came))

    def ask(self):
        """Asks for what is lacking, at most every 250 ms."""
        now = time.monotonic()
        for place, canvas in self.canvases.items():
            if canvas.outdated and now - self.asked.get(place, 0) >= 0.25:
                self.asked[place] = now
                lacking = sorted(canvas.outdated)[:4096]
                self.connection.send(bytes([KEY_REQUEST]) + u16(place[0]) + u8(place[1]) + u32(canvas.generation) +
                                     u16(len(lacking)) + b"".join(map(u32, lacking)))
                self.events.append(("asked", lacking))

    def exact(self, source=0, screen=0):
        """The canvas when it is drawn and proven to be the presenter's screen."""
        canvas, end = self.canvases.get((source, screen)), self.frame_ends.get((source, screen))
        return canvas if canvas and end and canvas.is_exact(*end) else None

    def take_message(self, header, clear, plain):
        if header.keying == packets.EPOCH:
            plain = packets.verified(self.uuid, clear, plain, self.members[header.source]["ed"])
        message = messages.decode("Message", plain)
        if "roster" in message:
            self.take_roster(message["roster"])
        elif "epoch" in message and header.source == 0 and header.keying == packets.PAIR:
            self.keys.add_epoch(message["epoch"]["epoch"], message["epoch"]["secret"])
            self.events.append(("epoch", message["epoch"]["epoch"]))
        elif "pong" in message and header.keying == packets.PAIR:
            self.events.append(("pong", (header.source, message["pong"])))
        elif "chat" in message:
            self.events.append(("chat", (header.source, header.destination, message["chat"]["text"])))
        else:
            self.events.append(("message", (header.source, message)))

    def until(self, found, what):
        """What `found()` returns as soon as that is something; asked after each frame, for a minute at most."""
        end = time.monotonic() + 60
        while not (result := found()):
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain for {what}")
            self.next()
        return result

    def wait_for(self, word, value=None):
        """The value of the first event of this word (and value) that was not waited for yet."""
        event = self.until(lambda: next((e for e in self.events if e[0] == word and value in (None, e[1])), None), word)
        self.events.remove(event)
        return event[1]

    def tell(self, to, stream, **message):
        """A message to one."""
        self.send_packet(self.keys.seal_to_one(stream, to, messages.encode("Message", message)))

    def tell_all(self, stream, **message):
        self.send_packet(self.keys.seal_to_all(stream, messages.encode("Message", message), self.handshake.ed))

    def ping(self, value):
        """Says what is known of the master's word; it answers with what is in force."""
        self.tell(0, packets.CONTROL, ping={"value": value, "epoch": max(self.keys.epochs),
                                            "roster_version": self.roster["version"]})

    def chat(self, text, to=None):
        """Lines are numbered for all and for each member. This client keeps none to say them again."""
        self.lines[to] = line = self.lines.get(to, 0) + 1
        if to is None:
            self.tell_all(packets.CHAT, chat={"text": text, "to_all": True, "line": line})
        else:
            self.tell(to, packets.CHAT, chat={"text": text, "line": line})

    def send_packet(self, packet):
        self.connection.send(bytes([PACKET]) + packet)

    def leave(self):
        """Cuts the connection; a member that goes for good says so first."""
        self.tell(0, packets.CONTROL, leave={})
        self.connection.close()
