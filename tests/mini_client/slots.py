"""Payloads of picture packets, docs/protocol/slots.md: fill, lossless, patches, and the hashes. JPEG is not decoded:
its pixels are None, known but approximately."""

import array
import ctypes
import struct

from . import codes
from .primitives import Refused

_xxhash = ctypes.CDLL("libxxhash.so.0")
_xxhash.XXH3_64bits.restype = ctypes.c_uint64
_xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
SIDE = 64
_MOVE = struct.Struct(">HHHHHH")
_CODES = 1 << 20  # bytes of codes in a patch


def count(width, height):
    return -(-width // SIDE) * -(-height // SIDE)


def area(slot, width, height):
    """(x, y, width, height) of a slot."""
    columns = -(-width // SIDE)
    x, y = slot % columns * SIDE, slot // columns * SIDE
    if y >= height:
        raise Refused("no such slot")
    return x, y, min(SIDE, width - x), min(SIDE, height - y)


def touched(x, y, width, height, screen_width):
    """The slots that a rectangle touches."""
    columns = -(-screen_width // SIDE)
    return {row * columns + column for row in range(y // SIDE, (y + height - 1) // SIDE + 1)
            for column in range(x // SIDE, (x + width - 1) // SIDE + 1)}


def decode(payload, width, height):
    """The pixels that a KEY draws."""
    coder, data = payload[:1], payload[1:]
    if coder == b"\0" and len(data) == 3:
        return [int.from_bytes(data, "little")] * (width * height)
    if coder == b"\1":
        stream = codes.Stream(codes.unpack(data, 16384, (0x20, 0x60)))
        pixels = codes.draw(stream, width, height)
        stream.end()
        return pixels
    if coder == b"\2":
        return [None] * (width * height)
    raise Refused("coder")


def patch(payload, width, height):
    """(moves, stream of codes) of a patch. A move: x, y, width, height, from_x, from_y."""
    if not payload or payload[0] >> 1 > 64:
        raise Refused("moves")
    end = 1 + (payload[0] >> 1) * _MOVE.size
    if len(payload) < end:
        raise Refused("cut")
    moves, data = list(_MOVE.iter_unpack(payload[1:end])), payload[end:]
    for x, y, w, h, from_x, from_y in moves:
        if not w or not h or max(x, from_x) + w > width or max(y, from_y) + h > height:
            raise Refused("move")
    if payload[0] & 1:
        data = codes.unpack(data, _CODES, (0x20, 0x60, 0xA0))
    elif len(data) > _CODES:
        raise Refused("too many codes")
    return moves, codes.Stream(data)


def xxh3(data):
    return _xxhash.XXH3_64bits(data, len(data))


def hash_of(pixels):
    """Of a slot."""
    return xxh3(array.array("I", pixels).tobytes())  # B, G, R, 0: machines that this runs on are little endian


def digest_of(hashes):
    """Of a screen, by the hashes of its slots."""
    return xxh3(b"".join(h.to_bytes(8, "little") for h in hashes)) if hashes else 0
