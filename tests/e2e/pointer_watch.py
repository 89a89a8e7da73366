"""Where the pointer of a display is, asked of its server every two milliseconds."""

import ctypes
import os
import threading
import time

from scene import Failure

_x11 = ctypes.CDLL("libX11.so.6")
_x11.XOpenDisplay.restype = ctypes.c_void_p
_x11.XDefaultRootWindow.restype = ctypes.c_ulong


class PointerWatch:
    """As a context: `moves` becomes a list of (CLOCK_MONOTONIC in ns, x, y), one for each new place."""

    def __init__(self, screen):
        os.environ["XAUTHORITY"] = screen.environment["XAUTHORITY"]
        self.display = ctypes.c_void_p(_x11.XOpenDisplay(screen.name.encode()))
        if not self.display:
            raise Failure(f"no connection to {screen.name}")
        self.moves, self.over = [], threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        _x11.XCloseDisplay(self.display)

    def _place(self):
        root = ctypes.c_ulong(_x11.XDefaultRootWindow(self.display))
        window, mask = ctypes.c_ulong(), ctypes.c_uint()
        x, y, unused = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
        _x11.XQueryPointer(self.display, root, ctypes.byref(window), ctypes.byref(window), ctypes.byref(x),
                           ctypes.byref(y), ctypes.byref(unused), ctypes.byref(unused), ctypes.byref(mask))
        return x.value, y.value

    def _watch(self):
        last = self._place()
        while not self.over.wait(0.002):
            place = self._place()
            if place != last:
                last = place
                self.moves.append((time.monotonic_ns(), *place))
