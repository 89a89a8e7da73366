"""The codes that draw pixels: docs/protocol/slots.md, "Codes" and "Patches". A pixel is R << 16 | G << 8 | B."""

import ctypes

from .primitives import Refused

_zstd = ctypes.CDLL("libzstd.so.1")
for _call in (_zstd.ZSTD_decompress, _zstd.ZSTD_findFrameCompressedSize):
    _call.restype = ctypes.c_size_t
_zstd.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
_zstd.ZSTD_findFrameCompressedSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
# Of the header of a frame: bytes of its size, and what is added to that.
_SIZES = {0x20: (1, 0), 0x60: (2, 256), 0xA0: (4, 0)}


def unpack(frame, limit, headers):
    """What is in a zstd frame without its magic number, `limit` bytes at most."""
    if frame[:1] == b"" or frame[0] not in headers:
        raise Refused("frame header")
    bytes_of_size, more = _SIZES[frame[0]]
    size = int.from_bytes(frame[1:1 + bytes_of_size], "little") + more
    whole = b"\x28\xb5\x2f\xfd" + frame
    if size > limit or _zstd.ZSTD_findFrameCompressedSize(whole, len(whole)) != len(whole):
        raise Refused("frame")
    out = ctypes.create_string_buffer(size or 1)
    if _zstd.ZSTD_decompress(out, size, whole, len(whole)) != size:
        raise Refused("zstd")
    return out.raw[:size]


class Stream:
    """Codes, one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size=1):
        """The next `size` bytes as a number, the first of them lowest."""
        self.at += size
        if self.at > len(self.data):
            raise Refused("codes end")
        return int.from_bytes(self.data[self.at - size:self.at], "little")

    def end(self):
        if self.at != len(self.data):
            raise Refused("left over")


class Tables:
    """The colours of late, by what their hash is."""

    def __init__(self):
        self.near, self.wide = [0] * 64, [0] * 2048

    def put(self, pixel):
        place = pixel * 0x9E3779B1 & 0xFFFFFFFF
        self.near[place >> 26] = self.wide[place >> 21] = pixel


def left_of(pixels, at, width):
    """Beside a slot's pixel `at`: rule 2 of coder 1."""
    return pixels[at - 1] if at % width else above(pixels, at, width)


def above(pixels, at, width):
    return pixels[at - width] if at >= width else pixels[at - 1] if at else 0


def _predicted(pixels, width):
    at = len(pixels)
    left, up = left_of(pixels, at, width), above(pixels, at, width)
    corner = pixels[at - width - 1] if at > width and at % width else up
    channels = ([v >> shift & 255 for v in (left, up, corner)] for shift in (0, 8, 16))
    return [max(min(l, a), min(max(l, a), l + a - c)) for l, a, c in channels]


class Slot:
    """One slot while it is drawn; `pixels` are there already."""

    def __init__(self, width, height, tables):
        self.width, self.size, self.tables, self.pixels = width, width * height, tables, []

    def left(self):
        return self.size - len(self.pixels)

    def run(self, neighbour, length):
        if length > self.left():
            raise Refused("run")
        for _ in range(length):
            self.pixels.append(neighbour(self.pixels, len(self.pixels), self.width))

    def put(self, pixel):
        self.tables.put(pixel)
        self.pixels.append(pixel)

    def colour(self, code, stream):
        """Draws what coder 1 and patches draw alike: an index, a difference, a colour."""
        if code < 0x40:
            self.pixels.append(self.tables.near[code])
        elif code < 0x80:
            self.differ(code & 3, code >> 2 & 3, code >> 4 & 3, less=2)
        elif code < 0xC0:
            more, d = stream.take(), (code & 63) - 32
            self.differ(d + (more & 15) - 8, d, d + (more >> 4) - 8, less=0)
        elif code == 0xFE:
            self.put(stream.take(3))
        else:
            raise Refused("code")

    def differ(self, *bgr, less):
        b, g, r = (p + d - less & 255 for p, d in zip(_predicted(self.pixels, self.width), bgr))
        self.put(r << 16 | g << 8 | b)


def draw(stream, width, height):
    """The pixels of a slot by coder 1."""
    slot = Slot(width, height, Tables())
    while slot.left():
        code = stream.take()
        if 0xC0 <= code < 0xDE:
            slot.run(left_of, code - 0xC0 + 1)
        elif code == 0xDE:
            slot.run(left_of, stream.take() + 31)
        elif 0xDF <= code < 0xFD:
            slot.run(above, code - 0xDF + 1)
        elif code == 0xFD:
            slot.run(above, stream.take() + 31)
        else:
            slot.colour(code, stream)
    return slot.pixels


def draw_over(stream, before, width, height, tables):
    """The pixels of a slot by a patch, or nothing: it keeps those `before`."""
    if stream.data[stream.at:stream.at + 1] == b"\xff":
        stream.take()
        return None
    if None in before:
        raise Refused("drawn over an approximate picture")
    for at, pixel in enumerate(before):
        if pixel != left_of(before, at, width):
            tables.put(pixel)
    slot = Slot(width, height, tables)

    def keep(length):
        if not 1 <= length <= slot.left():
            raise Refused("run")
        slot.pixels += before[len(slot.pixels):len(slot.pixels) + length]

    while slot.left():
        code = stream.take()
        if 0xC0 <= code < 0xCD:
            slot.run(left_of, code - 0xC0 + 1)
        elif code == 0xCD:
            slot.run(left_of, stream.take() + 14)
        elif 0xCE <= code < 0xDB:
            slot.run(above, code - 0xCE + 1)
        elif code == 0xDB:
            slot.run(above, stream.take() + 14)
        elif 0xDC <= code < 0xE4:
            slot.put(tables.wide[(code - 0xDC) * 256 + stream.take()])
        elif 0xE4 <= code < 0xFC:
            keep(code - 0xE4 + 1)
        elif code == 0xFC:
            keep(stream.take() + 25)
        elif code == 0xFD:
            keep(stream.take() << 8 | stream.take())
        elif code == 0xFF:
            keep(slot.left())
        else:
            slot.colour(code, stream)
    return slot.pixels
