#!/usr/bin/env python3
"""How the live bench reads a canvas file, compares pictures and sums up."""

import os
import pathlib
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench" / "live"), str(ROOT / "tools")]
import canvas  # noqa: E402
import live  # noqa: E402
import report  # noqa: E402

WIDTH, HEIGHT, STRIDE = 160, 10, 704


def frame_bits(number):
    bits = [number >> (15 - i) & 1 for i in range(16)]
    return [1, *bits, 0, sum(bits) % 2]


class CanvasTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = os.path.join(self.folder.name, "canvas")
        self.write(2, frame_bits(0))

    def write(self, sequence, bits, exact=0):
        rows = bytearray(STRIDE * HEIGHT)
        for y in range(8):
            for i, bit in enumerate(bits):
                at = y * STRIDE + i * 32
                rows[at:at + 32] = (b"\xff\xff\xff\0" if bit else b"\0\0\0\0") * 8
        head = canvas.HEADER.pack(b"LOTSECV1", WIDTH, HEIGHT, STRIDE, 1, sequence, 77, 64, 0, 0, exact, 0)
        with open(self.file, "r+b" if os.path.exists(self.file) else "wb") as out:
            out.write(head + rows)

    def test_frame_numbers_are_read_and_a_damaged_one_is_not(self):
        seen = canvas.Canvas(self.file)
        for number in (0, 1, 599, 65535):
            self.write(4, frame_bits(number))
            self.assertEqual(seen.frame_number(), number)
        self.write(4, frame_bits(3)[:-1] + [1])
        self.assertIsNone(seen.frame_number())

    def test_the_header_is_read_where_it_stands(self):
        self.write(8, frame_bits(1), exact=1)
        seen = canvas.Canvas(self.file)
        self.assertEqual((seen.width, seen.height, seen.sequence(), seen.visible_ns()), (WIDTH, HEIGHT, 8, 77))
        self.assertTrue(seen.exact())

    def test_pixels_come_without_the_gap_between_the_rows(self):
        picture = canvas.Canvas(self.file).pixels()
        self.assertEqual(len(picture), WIDTH * HEIGHT * 4)
        self.assertEqual(picture[:4], b"\xff\xff\xff\0")
        self.assertEqual(picture[WIDTH * 4:WIDTH * 4 + 4], b"\xff\xff\xff\0")

    def test_a_wait_ends_at_once_when_the_sequence_is_another_already(self):
        seen = canvas.Canvas(self.file)
        seen.wait(seen.sequence() + 2, 3600)

    def test_frames_are_noted_once_with_the_time_at_which_they_became_visible(self):
        frames = canvas.Frames(canvas.Canvas(self.file))
        noted = threading.Event()
        for sequence, number in ((4, 5), (6, 5), (8, 6)):
            self.write(sequence, frame_bits(number))
            while frames.pictures < sequence // 2 - 1 and not noted.wait(0.01):
                pass
        self.assertEqual(frames.stop(), [(5, 77), (6, 77)])


class ArithmeticTest(unittest.TestCase):
    def test_pictures_differ_by_the_share_of_pixels_with_another_colour(self):
        one = bytes(range(16)) * 2
        other = bytearray(one)
        self.assertEqual(live.different(one, one), 0)
        other[3] ^= 0xFF  # the unused byte
        self.assertEqual(live.different(one, bytes(other)), 0)
        other[4] ^= 1
        other[6] ^= 1
        other[31 - 3] ^= 0x80
        self.assertEqual(live.different(one, bytes(other)), 25)
        self.assertEqual(live.different(one, one[4:]), 100)

    def test_percentiles(self):
        values = list(range(1, 101))
        self.assertEqual([report.percentile(values, p) for p in (0, 0.5, 0.95, 0.99, 1)], [1, 50, 95, 99, 100])
        self.assertIsNone(report.percentile([], 0.5))


if __name__ == "__main__":
    unittest.main()
