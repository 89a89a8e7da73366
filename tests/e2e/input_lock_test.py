"""A presenter's own keyboard rests while somebody controls, until its person presses Pause."""

import ctypes
import os
import unittest

from scene import Failure, Screen, SceneTest, wait_until

KEY_B, KEY_PAUSE = 56, 127  # X key codes of a PC


class XDeviceInfo(ctypes.Structure):
    _fields_ = [("id", ctypes.c_ulong), ("type", ctypes.c_ulong), ("name", ctypes.c_char_p),
                ("num_classes", ctypes.c_int), ("use", ctypes.c_int), ("classes", ctypes.c_void_p)]


class Keyboard:
    """The keyboard of a display itself, and not that of XTest: for programs what it does comes from a person."""

    def __init__(self, screen):
        os.environ["XAUTHORITY"] = screen.environment["XAUTHORITY"]
        self.x11, self.xi, self.xtst = (ctypes.CDLL(f"lib{name}.so.6") for name in ("X11", "Xi", "Xtst"))
        self.x11.XOpenDisplay.restype = self.xi.XOpenDevice.restype = ctypes.c_void_p
        self.xi.XListInputDevices.restype = ctypes.POINTER(XDeviceInfo)
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(screen.name.encode()))
        if not self.display:
            raise Failure(f"no connection to {screen.name}")
        count = ctypes.c_int()
        devices = self.xi.XListInputDevices(self.display, ctypes.byref(count))
        own = next(d for d in devices[:count.value] if d.use == 3 and b"XTEST" not in d.name)  # IsXExtensionKeyboard
        self.device = ctypes.c_void_p(self.xi.XOpenDevice(self.display, ctypes.c_ulong(own.id)))

    def key(self, code, down):
        self.xtst.XTestFakeDeviceKeyEvent(self.display, self.device, ctypes.c_uint(code), int(down), None, 0,
                                          ctypes.c_ulong(0))
        self.x11.XSync(self.display, 0)

    def types(self):
        """Whether the desktop notices a key that is pressed here."""
        self.key(KEY_B, True)
        keys = ctypes.create_string_buffer(32)
        self.x11.XQueryKeymap(self.display, keys)
        self.key(KEY_B, False)
        return bool(keys.raw[KEY_B // 8] >> KEY_B % 8 & 1)


class InputLockTest(SceneTest):
    @classmethod
    def prepare(cls, scene):
        scene.open_relay()
        cls.screen = Screen(scene, "800x600")

    def test_a_controller_works_alone_until_the_person_presses_pause(self):
        keyboard = Keyboard(self.screen)
        master = self.scene.master("--name", "Anna")
        guest = self.scene.join(master, "Bernd", "--display", self.screen.name)
        guest.command("consent", request=guest.event("consent_request", what="share")["request"], allow=True)
        master.event("picture", presenter=guest.id)
        self.assertEqual(master.tell("lock_input")["error"]["code"], "not_allowed")
        guest.command("grant", participant=0, right="control")
        master.event("granted", right="control")

        for allow in (False, True):
            there, start = len(guest.lines), len(master.lines)
            master.command("lock_input")
            asked = guest.event("consent_request", what="lock_input", start=there)
            guest.command("consent", request=asked["request"], allow=allow)
            told = master.event("input_lock", start=start)
            self.assertEqual((told["presenter"], told["by"], told["on"]), (guest.id, 0, allow))
            if not allow:
                self.assertEqual(told["why"], "refused")
                self.assertTrue(keyboard.types())
        self.assertTrue(guest.event("input_lock")["on"])
        wait_until(lambda: not keyboard.types(), "the lock")
        # The person's keys do not hold up the controller's mouse.
        for place in (300, 301), (310, 311):
            self.assertFalse(keyboard.types())
            master.command("move", x=place[0], y=place[1])
            wait_until(lambda: f"x:{place[0]} y:{place[1]}".encode() in self.screen.run("xdotool", "getmouselocation"),
                       "the controller's mouse")

        there, start = len(guest.lines), len(master.lines)
        keyboard.key(KEY_PAUSE, True)
        keyboard.key(KEY_PAUSE, False)
        for program, since in (guest, there), (master, start):
            self.assertEqual(program.event("input_lock", start=since, on=False)["why"], "control_ended")
        master.event("revoked", right="control", start=start)
        self.assertTrue(keyboard.types())

        # What ends control ends the lock.
        for end in ("release", "unshare"):
            there, start = len(guest.lines), len(master.lines)
            guest.command("grant", participant=0, right="control")
            master.event("granted", right="control", start=start)
            master.command("lock_input")
            asked = guest.event("consent_request", what="lock_input", start=there)
            guest.command("consent", request=asked["request"], allow=True)
            master.event("input_lock", start=start, on=True)
            wait_until(lambda: not keyboard.types(), "the lock")
            if end == "release":
                master.command("release_control")
            else:
                guest.command("unshare")
            master.event("input_lock", start=start, on=False)
            wait_until(keyboard.types, "the keyboard to work again")


if __name__ == "__main__":
    unittest.main()
