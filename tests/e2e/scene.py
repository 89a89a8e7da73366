"""What the end-to-end tests share: the programs of this build, a relay, virtual displays with applications, and
pictures of them taken without Lotse."""

import array
import hashlib
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import programs  # noqa: E402
from programs import Failure, Stage  # noqa: E402

programs.PATIENCE = 60  # seconds: sanitized programs on a busy machine
PROGRAMS = pathlib.Path(os.environ.get("LOTSE_BUILD", ROOT / "build/dev")) / "bin"


def wait_until(holds, what, timeout=None):
    """Asks `holds` again and again until it returns something; for what sends no events, like files and X windows."""
    end = time.monotonic() + (timeout or programs.PATIENCE)
    while not (result := holds()):
        if time.monotonic() > end:
            raise Failure(f"waited in vain for {what}")
        time.sleep(0.02)
    return result


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def write_file(path, size, seed=1):
    """Bytes that do not repeat, the same ones for the same seed; their SHA-256."""
    path.write_bytes(random.Random(seed).randbytes(size))
    return sha256(path)


class Picture:
    """Size and RGB bytes, row by row."""

    def __init__(self, width, height, rgb):
        self.width, self.height, self.rgb = width, height, rgb

    def differing(self, other):
        """Count of pixels that are not the same, or all when the sizes differ."""
        if (self.width, self.height) != (other.width, other.height):
            return self.width * self.height
        if self.rgb == other.rgb:
            return 0
        row, count = self.width * 3, 0
        for y in range(self.height):
            a, b = self.rgb[y * row:(y + 1) * row], other.rgb[y * row:(y + 1) * row]
            if a != b:
                count += sum(a[x:x + 3] != b[x:x + 3] for x in range(0, row, 3))
        return count

    def colors(self):
        """Whether there is more than one, without counting them."""
        return len({self.rgb[i:i + 3] for i in range(0, len(self.rgb), 3 * 97)})


def read_png(file):
    """By ffmpeg, so that nothing of Lotse judges its own snapshots."""
    data = subprocess.run(["ffmpeg", "-v", "error", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True,
                          capture_output=True, stdin=subprocess.DEVNULL).stdout
    with open(file, "rb") as header:
        width, height = struct.unpack(">II", header.read(24)[16:])
    return Picture(width, height, data)


def _rgb_of_xwd(depth, width, height, line, data):
    bits = 16 if depth <= 16 else 32
    rows = b"".join(data[y * line:y * line + width * bits // 8] for y in range(height))
    rgb = bytearray(width * height * 3)
    if depth == 24:
        rgb[0::3], rgb[1::3], rgb[2::3] = rows[2::4], rows[1::4], rows[0::4]
    elif depth == 16:  # the top bits fill the lower ones
        pixels = array.array("H", rows)
        rgb[0::3] = bytes((v >> 8 & 0xF8) | v >> 13 for v in pixels)
        rgb[1::3] = bytes((v >> 3 & 0xFC) | (v >> 9 & 3) for v in pixels)
        rgb[2::3] = bytes((v << 3 & 0xF8) | (v >> 2 & 7) for v in pixels)
    elif depth == 30:
        pixels = array.array("I", rows)
        rgb[0::3] = bytes(v >> 22 & 0xFF for v in pixels)
        rgb[1::3] = bytes(v >> 12 & 0xFF for v in pixels)
        rgb[2::3] = bytes(v >> 2 & 0xFF for v in pixels)
    else:
        raise Failure(f"a screen of {depth} bits is not known here")
    return bytes(rgb)


class Screen:
    """One virtual display. `name` is what DISPLAY would be."""

    def __init__(self, stage, size="1280x800", depth=24, *options):
        self.stage = stage
        self.name = stage.display(size, depth, *options)
        self.server = stage.running[-1]
        self.environment = dict(stage.environment, DISPLAY=self.name, LC_ALL="C.UTF-8", LANG="C.UTF-8", PS1="$ ")

    def start(self, *command, log="applications"):
        return self.stage.start(command, log, env=self.environment)

    def run(self, *command):
        """Output of a short command; it has to work."""
        run = subprocess.run([str(c) for c in command], env=self.environment, capture_output=True, timeout=60,
                             stdin=subprocess.DEVNULL)
        if run.returncode != 0:
            raise Failure(f"{command[0]}: {run.stderr.decode(errors='replace').strip()}")
        return run.stdout

    def furnish(self, *also):
        """A terminal whose shell runs, at (40, 60), and other applications beside it."""
        ready = self.stage.folder / f"shell{self.name}"
        self.run("xsetroot", "-solid", "#2d5a7b")
        self.start("xterm", "-u8", "-geometry", "80x24+40+60", "-e", "sh", "-c", f"touch '{ready}'; exec sh")
        for command in also:
            self.start(*command)
        wait_until(ready.exists, "the shell in the terminal")
        for command in also:
            self.wait_for_window(command[0])

    def wait_for_window(self, name):
        wait_until(lambda: f'"{name}"'.encode() in self.run("xwininfo", "-root", "-tree"), f"the window of {name}")

    def grab(self):
        """The screen by XGetImage, without the pointer."""
        data = self.run("xwd", "-root", "-silent")
        header = struct.unpack(">25I", data[:100])
        depth, width, height, line, colors = header[3], header[4], header[5], header[12], header[19]
        return Picture(width, height, _rgb_of_xwd(depth, width, height, line, data[header[0] + colors * 12:]))


TERMINAL = (300, 200)  # a place inside the terminal of Screen.furnish


class Scene(Stage):
    """A relay and the ways to its programs. Counts what sanitizers say as failures."""

    LIMITS = ("--joins-per-minute", 1000, "--joins-per-minute-session", 1000)

    def __init__(self):
        super().__init__(PROGRAMS, tempfile.mkdtemp(prefix="lotse-e2e-"))
        self.environment.pop("DISPLAY", None)
        self.environment.pop("WAYLAND_DISPLAY", None)
        for name in [n for n in self.environment if n.lower().endswith("_proxy")]:
            del self.environment[name]  # of whoever runs the tests
        self.environment["ASAN_OPTIONS"] = "detect_leaks=" + ("1" if os.geteuid() == 0 else "0")  # needs ptrace
        self.environment["UBSAN_OPTIONS"] = "print_stacktrace=1"
        self.count = 0
        self.reach = []

    def open_relay(self, *options):
        self.options = options
        self.server, self.reach = self.relay(*self.LIMITS, *options)
        self.address, self.pin = self.reach[1], self.reach[3]
        return self.server

    def restart_relay(self):
        """On the same folder and port, with the same options, by a kill."""
        self.server.process.kill()
        self.server.process.wait()
        self.server, _ = self.relay(*self.LIMITS, *self.options, port=int(self.address.split(":")[1]))

    def headless(self, program, *options, name=None, reach=None):
        """A program with a settings folder of its own."""
        self.count += 1
        name = name or f"{program}{self.count}"
        config = [] if "--config" in options else ["--config", self.folder / f"config{self.count}"]
        return self.lotse(program, *options, *(self.reach if reach is None else reach), "--headless", "--jsonl",
                          *config, name=name)

    def master(self, *options, **how):
        """A master whose session is open; `number`, `code` and `link` are its attributes."""
        master = self.headless("lotse-master", *options, **how)
        session = master.event("session")
        master.number, master.link = session["number"], session["link"]
        return master

    def code_of(self, master):
        return [l for l in master.lines if l.get("event") in ("session", "code")][-1]["password"]

    def guest(self, master, *options, **how):
        """A participant on its way in, by number and the code that is shown now."""
        file = self.folder / f"code{self.count}"
        file.touch(mode=0o600)
        file.write_text(self.code_of(master) + "\n")
        return self.headless("lotse-participant", master.number, "--password-file", file, *options, **how)

    def join(self, master, name, *options, **how):
        """A participant who is in; `id` is its attribute."""
        start = len(master.lines)
        guest = self.guest(master, "--name", name, *options, **how)
        guest.id = master.event("joined", start=start, name=name)["participant"]
        return guest

    def window(self, master, name, screen):
        """A participant on its way in by a window on that screen."""
        self.count += 1
        code = self.folder / f"code{self.count}"
        code.touch(mode=0o600)
        code.write_text(self.code_of(master) + "\n")
        return self.lotse_as("lotse-participant", ["env", f"DISPLAY={screen.name}", "SDL_VIDEODRIVER=x11"], master.number,
                             "--password-file", code, "--name", name, "--lang", "en", *self.reach, "--jsonl", "--config",
                             self.folder / f"config{self.count}", name=f"window{self.count}")

    def snapshot(self, viewer, **how):
        self.count += 1
        file = self.folder / f"snapshot{self.count}.png"
        answer = viewer.command("snapshot", file=str(file), timeout_ms=1000 * programs.PATIENCE,
                                wait_s=programs.PATIENCE + 5, **how)
        picture = read_png(file)
        file.unlink()
        return answer, picture

    def close(self):
        self.__exit__()
        spoken = []
        for log in sorted(self.folder.glob("*.log")):
            text = log.read_text(errors="replace")
            if re.search(r"Sanitizer|runtime error:|terminate called|Assertion", text):
                spoken.append(f"{log.name}:\n{text[:6000]}")
        if spoken:
            raise Failure("\n".join(spoken))
        shutil.rmtree(self.folder, ignore_errors=True)


def certificate_in(folder):
    """Files of the certificate and the key that a relay made itself there."""
    files = sorted(folder.rglob("*.pem"))
    return tuple(next(f for f in files if mark in f.read_text()) for mark in ("BEGIN CERTIFICATE", "PRIVATE KEY"))


class SceneTest(unittest.TestCase):
    """One scene for all tests of a class: `prepare` sets it."""

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene()
        cls.addClassCleanup(cls.scene.close)
        cls.prepare(cls.scene)

    @classmethod
    def prepare(cls, scene):
        scene.open_relay()

    def new_folder(self):
        self.scene.count += 1
        folder = self.scene.folder / f"in{self.scene.count}"
        folder.mkdir()
        return folder

    def offer(self, sender, receiver, path, to):
        """Sends a file, or a folder; its file_id, once its receiver has the offer."""
        start = len(receiver.lines)
        file = sender.command("send_file", file=str(path), to=to)["file_id"]
        receiver.event("file", start=start, file_id=file, state="offered")
        return file

    def assert_shows(self, viewer, screen):
        """The settled snapshot of `viewer` is the screen, bit by bit. Taken again while applications draw."""
        wrong = "too many"
        for _ in range(20):
            before = screen.grab()
            answer, seen = self.scene.snapshot(viewer)
            if screen.grab().rgb != before.rgb:
                time.sleep(0.1)
                continue
            wrong = before.differing(seen)
            if wrong == 0:
                self.assertTrue(answer["exact"])
                return before
            time.sleep(0.25)  # what was drawn last may still be on its way
        self.fail(f"{wrong} pixels of {before.width}x{before.height} differ from the screen")

    def assert_ends(self, program, exit_code, error=None):
        """It ends with this code, and says this error once, for people, too."""
        self.assertEqual(program.exit_code(), exit_code, f"log: {program.log}")
        errors = [l for l in program.lines if l.get("event") == "error"]
        if error is None:
            self.assertEqual(errors, [])
        else:
            self.assertEqual([e["code"] for e in errors], [error])
            self.assertGreater(len(errors[0]["message"]), 10)
