"""Reads the canvas file of a viewer (program/canvas/canvas_file.h) and waits for its futex."""

import ctypes
import mmap
import os
import platform
import struct
import threading
import time

HEADER = struct.Struct("<8sIIIIQqQIIII")
_SEQUENCE_AT = 24
_FUTEX = {"x86_64": 202, "aarch64": 98, "riscv64": 98, "i686": 240}.get(platform.machine())
_libc = ctypes.CDLL(None, use_errno=True)


class _Time(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("ns", ctypes.c_long)]


class Canvas:
    """One mapping; for a screen that keeps its size."""

    def __init__(self, path, timeout=20):
        end = time.monotonic() + timeout
        while not self._map(path):
            if time.monotonic() > end:
                raise RuntimeError(f"no picture in {path}")
            time.sleep(0.005)

    def _map(self, path):
        if not os.path.exists(path) or os.path.getsize(path) < HEADER.size:
            return False
        with open(path, "r+b") as file:  # writable only because ctypes wants it so
            mapped = mmap.mmap(file.fileno(), 0)
        magic, self.width, self.height, self.stride, _, _, _, self.offset, *_ = HEADER.unpack_from(mapped)
        if magic != b"LOTSECV1" or not self.width or len(mapped) < self.offset + self.stride * self.height:
            mapped.close()
            return False
        self.mapped = mapped
        self.futex = ctypes.c_uint32.from_buffer(mapped, _SEQUENCE_AT)
        self.address = ctypes.addressof(self.futex)
        return True

    def sequence(self):
        return struct.unpack_from("<Q", self.mapped, _SEQUENCE_AT)[0]

    def visible_ns(self):
        return struct.unpack_from("<q", self.mapped, 32)[0]

    def exact(self):
        return struct.unpack_from("<I", self.mapped, 56)[0] == 1

    def wait(self, sequence, seconds):
        """Until the sequence is another one than this, or the time is over."""
        if _FUTEX is None:
            time.sleep(0.0001)
            return
        limit = _Time(int(seconds), int(seconds % 1 * 1e9))
        _libc.syscall(_FUTEX, ctypes.c_void_p(self.address), 0, ctypes.c_uint32(sequence & 0xFFFFFFFF),
                      ctypes.byref(limit), None, 0)

    def pixel(self, x, y):
        at = self.offset + y * self.stride + x * 4
        return self.mapped[at:at + 3]

    def pixels(self):
        """Rows of BGRX without a gap, of one whole picture."""
        while True:
            before = self.sequence()
            rows = [self.mapped[at:at + self.width * 4]
                    for at in range(self.offset, self.offset + self.stride * self.height, self.stride)]
            if before % 2 == 0 and before == self.sequence():
                return b"".join(rows)

    def frame_number(self):
        """The number that lotse-live-screen draws in the top left corner, or None."""
        number = parity = 0
        for i in range(19):
            light = sum(self.pixel(i * 8 + 4, 4))
            if 240 < light < 525:
                return None
            bit = int(light >= 525)
            if (i == 0 and not bit) or (i == 17 and bit) or (i == 18 and bit != parity):
                return None
            if 0 < i < 17:
                number, parity = number * 2 + bit, parity ^ bit
        return number


class Frames:
    """Notes from a thread which frames become visible and when."""

    def __init__(self, canvas):
        self.canvas, self.stopping, self.seen, self.pictures = canvas, False, [], 0
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        last = None
        before = self.canvas.sequence()
        while not self.stopping:
            self.canvas.wait(before, 0.1)
            sequence = self.canvas.sequence()
            if sequence == before or sequence % 2:
                continue
            number, visible = self.canvas.frame_number(), self.canvas.visible_ns()
            if self.canvas.sequence() != sequence:
                continue
            before = sequence
            self.pictures += 1
            if number is not None and number != last:
                self.seen.append((number, visible))
                last = number

    def stop(self):
        self.stopping = True
        self.thread.join()
        return self.seen
