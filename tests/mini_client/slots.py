"""Payloads of picture slots, docs/protocol/slots.md: fill and lossless, and the hashes. Pixels are RGB bytes."""

import ctypes

from .primitives import Refused

_zstd = ctypes.CDLL("libzstd.so.1")
_zstd.ZSTD_decompress.restype = ctypes.c_size_t
_zstd.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
_xxhash = ctypes.CDLL("libxxhash.so.0")
_xxhash.XXH3_64bits.restype = ctypes.c_uint64
_xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
SIDE = 64


def area(slot, width, height):
    """(x, y, width, height) of a slot."""
    columns = (width + SIDE - 1) // SIDE
    x, y = slot % columns * SIDE, slot // columns * SIDE
    if y >= height:
        raise Refused("no such slot")
    return x, y, min(SIDE, width - x), min(SIDE, height - y)


def decode(payload, width, height):
    if not payload:
        raise Refused("empty")
    if payload[0] == 0:
        if len(payload) != 4:
            raise Refused("fill")
        return payload[:0:-1] * (width * height)
    if payload[0] == 1:
        return _draw(_codes(payload[1:]), width, height)
    raise Refused(f"coder {payload[0]}")


def picture(payloads, width, height):
    """(RGB bytes, digest) of a whole screen; `payloads`: of all its slots in order."""
    rgb, hashes = bytearray(width * height * 3), b""
    for slot, payload in enumerate(payloads):
        x, y, w, h = area(slot, width, height)
        pixels = decode(payload, w, h)
        for row in range(h):
            at = ((y + row) * width + x) * 3
            rgb[at:at + w * 3] = pixels[row * w * 3:(row + 1) * w * 3]
        bgr0 = bytearray(w * h * 4)
        bgr0[0::4], bgr0[1::4], bgr0[2::4] = pixels[2::3], pixels[1::3], pixels[0::3]
        hashes += _xxhash.XXH3_64bits(bytes(bgr0), len(bgr0)).to_bytes(8, "little")
    return bytes(rgb), _xxhash.XXH3_64bits(hashes, len(hashes))


def _codes(frame):
    if frame[:1] not in (b"\x20", b"\x60"):
        raise Refused("frame header")
    out = ctypes.create_string_buffer(16384)
    whole = b"\x28\xb5\x2f\xfd" + frame
    size = _zstd.ZSTD_decompress(out, len(out), whole, len(whole))
    if size > len(out):
        raise Refused("zstd")
    return out.raw[:size]


def _draw(codes, width, height):
    drawn, table, at = [], [(0, 0, 0)] * 64, 0  # pixels as (B, G, R)

    def left():
        return drawn[-1] if len(drawn) % width else above()

    def above():
        if len(drawn) >= width:
            return drawn[-width]
        return drawn[-1] if drawn else (0, 0, 0)

    def corner():
        place = len(drawn) - width - 1
        return drawn[place] if place >= 0 and len(drawn) % width else above()

    def predicted():
        return tuple(max(min(l, a), min(max(l, a), l + a - c)) for l, a, c in zip(left(), above(), corner()))

    def take():
        nonlocal at
        if at >= len(codes):
            raise Refused("codes end")
        at += 1
        return codes[at - 1]

    def run(neighbour, length):
        if len(drawn) + length > width * height:
            raise Refused("run")
        for _ in range(length):
            drawn.append(neighbour())

    def put(pixel):
        b, g, r = pixel = tuple(v & 255 for v in pixel)
        table[((r * 65536 + g * 256 + b) * 0x9E3779B1 & 0xFFFFFFFF) >> 26] = pixel
        drawn.append(pixel)

    while len(drawn) < width * height:
        code = take()
        if code < 0x40:
            drawn.append(table[code])
        elif code < 0x80:
            b, g, r = predicted()
            put((b + (code & 3) - 2, g + (code >> 2 & 3) - 2, r + (code >> 4 & 3) - 2))
        elif code < 0xC0:
            more, d = take(), (code & 63) - 32
            b, g, r = predicted()
            put((b + d + (more & 15) - 8, g + d, r + d + (more >> 4) - 8))
        elif code < 0xDE:
            run(left, code - 0xC0 + 1)
        elif code == 0xDE:
            run(left, take() + 31)
        elif code < 0xFD:
            run(above, code - 0xDF + 1)
        elif code == 0xFD:
            run(above, take() + 31)
        elif code == 0xFE:
            put((take(), take(), take()))
        else:
            raise Refused("code")
    if at != len(codes):
        raise Refused("left over")
    return b"".join(bytes(p[::-1]) for p in drawn)
