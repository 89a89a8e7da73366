"""What a viewer knows of one screen in one generation: docs/protocol/slots.md, "DELTA", "Proof", "MANIFEST"."""

import hashlib
import struct

from . import slots
from .primitives import Refused

_CLOCK = struct.Struct(">IQB32s")
_RUN = struct.Struct(">HBI")
NOTHING = (0, 0)


class Misfit(Exception):
    """A delta against another picture than the one that is held."""


class Canvas:
    """`held`: (version, rank) of each slot. `unproven`: for each slot the hashes of packets that it was made of and
    that no SIGN has named yet. `outdated`: {slot: version} that others have and this one lacks."""

    def __init__(self, generation, width, height):
        self.generation, self.width, self.height = generation, width, height
        self.count = slots.count(width, height)
        self.pixels = [None] * (width * height)
        self.held, self.unproven, self.outdated = {}, {}, {}
        self.frame = 0  # version of the newest one of which the last packet came
        self._hashes, self._since = {}, {}

    def version(self, slot):
        return self.held.get(slot, NOTHING)[0]

    def read(self, slot):
        x, y, w, h = slots.area(slot, self.width, self.height)
        return [p for row in range(y, y + h) for p in self.pixels[row * self.width + x:row * self.width + x + w]]

    def _write(self, slot, pixels):
        x, y, w, h = slots.area(slot, self.width, self.height)
        for row in range(h):
            at = (y + row) * self.width + x
            self.pixels[at:at + w] = pixels[row * w:row * w + w]

    def _made(self, slot, header, packets):
        self.held[slot], self.unproven[slot] = (header.version, header.rank), packets
        self._hashes.pop(slot, None)
        if self.outdated.get(slot, 0) <= header.version:
            self.outdated.pop(slot, None)

    def _arrived(self, header):
        if header.flags:
            self.frame = max(self.frame, header.version)

    # ---- what comes --------------------------------------------------------------------------------------------------

    def take_key(self, header, payload, packets):
        """`packets`: the hash of the one that this was in, or none when that is proven."""
        x, y, w, h = slots.area(header.slot, self.width, self.height)
        if (header.version, header.rank) > self.held.get(header.slot, NOTHING):
            self._write(header.slot, slots.decode(payload, w, h))
            self._made(header.slot, header, set(packets))
        self._arrived(header)

    def base_of(self, footprint):
        words = (slot << 40 | rank << 32 | version for slot in footprint
                 for version, rank in [self.held.get(slot, NOTHING)])
        return slots.xxh3(b"".join(word.to_bytes(8, "little") for word in words))

    def take_delta(self, header, payload, packets):
        """How many rectangles moved. Misfit: the targets are marked as outdated, nothing else was done."""
        targets, sources = header.targets, header.sources
        if max(targets + sources) >= self.count:
            raise Refused("no such slot")
        if (int.from_bytes(payload[:8], "big") != self.base_of(targets + sources)
                or any(self.version(slot) >= header.version for slot in targets)):
            self.lacks({slot: header.version for slot in targets})
            raise Misfit
        moves, stream = slots.patch(payload[8:], self.width, self.height)
        tables, drawn, made_of = slots.codes.Tables(), {}, {}
        for slot in targets:
            w, h = slots.area(slot, self.width, self.height)[2:]
            before, read = self._predicted(slot, moves)
            if not read <= set(targets + sources):
                raise Refused("outside of the footprint")
            drawn[slot] = slots.codes.draw_over(stream, before, w, h, tables) or before
            made_of[slot] = packets.union(*(self.unproven.get(other, ()) for other in read))
        stream.end()
        for slot in targets:
            self._write(slot, drawn[slot])
            self._made(slot, header, made_of[slot])
        self._arrived(header)
        return len(moves)

    def _predicted(self, slot, moves):
        """(pixels of the slot after the moves, slots that they come from)."""
        x, y, w, h = slots.area(slot, self.width, self.height)
        pixels, read = self.read(slot), {slot}
        for to_x, to_y, width, height, from_x, from_y in moves:
            left, right = max(x, to_x), min(x + w, to_x + width)
            top, bottom = max(y, to_y), min(y + h, to_y + height)
            if left >= right or top >= bottom:
                continue
            dx, dy = from_x - to_x, from_y - to_y
            read |= slots.touched(left + dx, top + dy, right - left, bottom - top, self.width)
            for row in range(top, bottom):
                start = (row + dy) * self.width + dx
                at = (row - y) * w - x
                pixels[at + left:at + right] = self.pixels[start + left:start + right]
        return pixels, read

    def take_manifest(self, plain, now):
        """`now`: seconds. What lacks for 1.5 s becomes outdated."""
        if len(plain) < _CLOCK.size:
            raise Refused("malformed")
        flags, digest = _CLOCK.unpack_from(plain)[2:]
        complete, runs = flags & 1, plain[_CLOCK.size + (8 if flags & 2 else 0):]  # exact: the picture's hash first
        if flags > 3 or len(runs) % _RUN.size:
            raise Refused("malformed")
        named = {slot: version for first, more, version in _RUN.iter_unpack(runs)
                 for slot in range(first, first + more + 1) if slot < self.count}
        behind = {slot: version for slot, version in named.items() if version > self.version(slot)}
        if not behind and complete and not any(self.unproven.values()):
            versions = [named.get(slot, self.version(slot)) for slot in range(self.count)]
            words = b"".join(struct.pack(">II", slot, version) for slot, version in enumerate(versions))
            if hashlib.sha256(words).digest() != digest:
                if 0 not in versions:  # nothing that is held counts any more
                    self.held.clear()
                behind = {slot: 1 for slot in range(self.count) if self.version(slot) == 0}
        self._since = {slot: self._since.get(slot, now) for slot in behind}
        self.lacks({slot: version for slot, version in behind.items() if now - self._since[slot] >= 1.5})

    def lacks(self, versions):
        for slot, version in versions.items():
            if version > self.version(slot):
                self.outdated[slot] = max(version, self.outdated.get(slot, 0))

    def prove(self, hashes):
        for packets in self.unproven.values():
            packets -= hashes

    # ---- what is there -----------------------------------------------------------------------------------------------

    def digest(self):
        """Of the picture; nothing while not all of it is there and exact."""
        for slot in range(self.count):
            if slot not in self._hashes:
                pixels = self.read(slot)
                if None in pixels:
                    return None
                self._hashes[slot] = slots.hash_of(pixels)
        return slots.digest_of([self._hashes[slot] for slot in range(self.count)])

    def is_exact(self, header, end):
        """Whether all is drawn and proven, nothing is newer than this frame end, and the digest fits."""
        return (end["exact"] and header.generation == self.generation and len(self.held) == self.count
                and not any(self.unproven.values())
                and all(version <= header.version for version, _ in self.held.values())
                and self.digest() == end["digest"])

    def rgb(self):
        return b"".join(pixel.to_bytes(3, "big") for pixel in self.pixels)
