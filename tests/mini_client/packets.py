"""The clear header and the seal of packets: docs/PROTOCOL.md; docs/protocol/handshake.md, sections 9 to 13."""

import dataclasses
import struct

from .primitives import Refused, expand, extract, gcm_open, gcm_seal, u8, u16, u32, u64, verify

MESSAGE, SLOT, FRAME_END, STATE, SIGN, DELTA, FILM = 1, 2, 3, 4, 5, 6, 7  # kind; the documents call a slot's packet KEY
EPOCH, PAIR = 0, 1  # keying
CONTROL, PICTURE, AUDIO, POINTER, CHAT = range(5)  # stream
ALL = 0xFFFF

_HEAD = struct.Struct(">BBBBIHHIQ")
_PICTURE_HEAD = struct.Struct(">IBBBBIII")
_SLOTS = struct.Struct(">HB")
# Places in the clear header, for who alters it: offset, size.
FIELDS = {"version": (0, 1), "kind": (1, 1), "keying": (2, 1), "stream": (3, 1), "tag": (4, 4), "source": (8, 2),
          "destination": (10, 2), "epoch": (12, 4), "counter": (16, 8), "generation": (24, 4), "screen": (28, 1),
          "rank": (29, 1), "flags": (30, 1), "slot": (32, 4), "picture_version": (36, 4), "batch": (40, 4)}


@dataclasses.dataclass
class Header:
    kind: int
    keying: int
    stream: int
    tag: int
    source: int
    destination: int
    epoch: int
    counter: int
    generation: int = 0
    screen: int = 0
    rank: int = 0
    flags: int = 0
    slot: int = 0
    version: int = 0
    batch: int = 0
    targets: tuple = ()  # slots of a delta's footprint
    sources: tuple = ()

    def bytes(self):
        """Of all kinds but deltas."""
        head = _HEAD.pack(1, self.kind, self.keying, self.stream, self.tag, self.source, self.destination, self.epoch,
                          self.counter)
        if self.kind == MESSAGE:
            return head
        return head + _PICTURE_HEAD.pack(self.generation, self.screen, self.rank, self.flags, 0, self.slot,
                                         self.version, self.batch)


def parse(packet):
    """(Header, its bytes, sealed payload)."""
    if len(packet) < _HEAD.size or packet[0] != 1 or not MESSAGE <= packet[1] <= FILM:
        raise Refused("malformed")
    _, *fields = _HEAD.unpack_from(packet)
    size = _HEAD.size
    if packet[1] != MESSAGE:
        if len(packet) < size + _PICTURE_HEAD.size:
            raise Refused("malformed")
        generation, screen, rank, flags, zero, *places = _PICTURE_HEAD.unpack_from(packet, size)
        if zero or flags > (packet[1] in (SLOT, DELTA)):
            raise Refused("malformed")
        fields += [generation, screen, rank, flags, *places]
        size += _PICTURE_HEAD.size
    if packet[1] == DELTA:
        footprint, size = _footprint(packet, size)
        fields += footprint
    if len(packet) < size + 16:
        raise Refused("malformed")
    return Header(*fields), packet[:size], packet[size:]


def _footprint(packet, at):
    """((targets, sources), where they end)."""
    counts, at, lists = packet[at:at + 2], at + 2, ([], [])
    if len(counts) < 2 or not counts[0] or len(packet) < at + sum(counts) * _SLOTS.size:
        raise Refused("malformed")
    for count, found in zip(counts, lists):
        for _ in range(count):
            first, more = _SLOTS.unpack_from(packet, at)
            if found and first <= found[-1] or first + more > 0xFFFF:
                raise Refused("malformed")
            found += range(first, first + more + 1)
            at += _SLOTS.size
    if not set(lists[0]).isdisjoint(lists[1]):
        raise Refused("malformed")
    return map(tuple, lists), at


def _minimal(value):
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def sframe_header(kid, counter):
    """RFC 9605, section 4.3."""
    def nibble(value):
        return (value, b"") if value < 8 else (8 | len(_minimal(value)) - 1, _minimal(value))
    (k, kid_bytes), (c, counter_bytes) = nibble(kid), nibble(counter)
    return u8(k << 4 | c) + kid_bytes + counter_bytes


def epoch_key(uuid, secret, epoch, sender, stream):
    """(key || salt, KID)."""
    base = expand(secret, b"rv1 sframe base" + uuid + u32(epoch), 32)
    kid = stream << 24 | sender << 8 | epoch & 0xFF
    prk = extract(b"", base, "sha512")
    key, salt = (expand(prk, b"SFrame 1.0 Secret " + name + b" " + u64(kid) + u16(5), size, "sha512")
                 for name, size in ((b"key", 32), (b"salt", 12)))
    return key + salt, kid


def pair_key(uuid, own, own_public, other_public, own_index, other_index, sender):
    """Between two members, neither of whom is the first master; for what `sender` sends."""
    publics = (own_public, other_public) if own_index < other_index else (other_public, own_public)
    receiver = other_index if sender == own_index else own_index
    prk = extract(uuid, own.agree(other_public))
    return expand(prk, b"rv1 pair" + u16(sender) + u16(receiver) + publics[0] + publics[1], 44)


class Keys:
    """All keys of a member. Opens each counter once."""

    def __init__(self, uuid, index):
        self.uuid, self.index = uuid, index
        self.epochs, self.pairs, self.counters, self.seen = {}, {}, {}, set()

    def add_epoch(self, epoch, secret):
        if epoch > max(self.epochs, default=0):
            self.epochs[epoch] = secret

    def add_pair(self, other, sending, receiving, used):
        """`used`: counters that are gone already in both directions."""
        self.pairs[other] = (sending, receiving)
        self.counters["to", other] = used

    def open(self, packet):
        header, clear, sealed = parse(packet)
        mark = bytes(clear[2:4]) + clear[8:24]
        if header.kind == MESSAGE and mark in self.seen:
            raise Refused("replay")
        if header.keying == PAIR:
            if header.source not in self.pairs:
                raise Refused("no key")
            plain = gcm_open(self.pairs[header.source][1], header.counter, clear, sealed)
        else:
            if header.epoch not in self.epochs:
                raise Refused("no key")
            key, kid = epoch_key(self.uuid, self.epochs[header.epoch], header.epoch, header.source, header.stream)
            plain = gcm_open(key, header.counter, sframe_header(kid, header.counter) + clear, sealed)
        self.seen.add(mark)
        return header, clear, plain

    def _take(self, name):
        self.counters[name] = self.counters.get(name, 0) + 1
        return self.counters[name] - 1

    def seal_to_one(self, stream, other, plaintext):
        header = Header(MESSAGE, PAIR, stream, self.tag(), self.index, other, 0, self._take(("to", other)))
        return header.bytes() + gcm_seal(self.pairs[other][0], header.counter, header.bytes(), plaintext)

    def seal_to_all(self, stream, plaintext, signing_key):
        epoch = max(self.epochs)
        header = Header(MESSAGE, EPOCH, stream, self.tag(), self.index, ALL, epoch, self._take((epoch, stream)))
        clear = header.bytes()
        signed = plaintext + signing_key.sign(b"rv1 msg" + self.uuid + clear + plaintext)
        key, kid = epoch_key(self.uuid, self.epochs[epoch], epoch, self.index, stream)
        return clear + gcm_seal(key, header.counter, sframe_header(kid, header.counter) + clear, signed)

    def tag(self):
        return int.from_bytes(self.uuid[:4], "big")


def verified_hashes(uuid, header, plain, public):
    """The hashes of packets in a SIGN, after its signature was checked."""
    hashes, signature = plain[:-64], plain[-64:]
    if not hashes or len(hashes) % 16 or len(hashes) > 50 * 16:
        raise Refused("malformed")
    verify(public, signature, b"rv1 pic" + uuid + u32(header.epoch) + u16(header.source) + u8(header.stream) +
           u32(header.batch) + hashes)
    return {hashes[at:at + 16] for at in range(0, len(hashes), 16)}


def verified(uuid, clear, plain, public):
    """What is inside a signed message, state or frame end, after its signature was checked."""
    message, signature = plain[:-64], plain[-64:]
    verify(public, signature, b"rv1 msg" + uuid + clear + message)
    return message
