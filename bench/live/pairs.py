"""The two that are compared, behind one face: who shares, who watches, what it costs. Ours: master, relay and
participant. The peer: a server of VNC (TigerVNC's x0vncserver, or x11vnc) with a viewer that asks for Tight encoding, as
TigerVNC's does."""

import json
import pathlib
import shutil
import subprocess
import threading
import time

import canvas
import programs

SETTLED_S = 0.8  # without a change


def cpu_seconds(pid):
    """Of a whole process, of any of its threads, in ns resolution."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CLOCK_PROCESS_CPUTIME_ID of another process
    except OSError:
        return 0.0


class Pair:
    """`connect` gives the ms until the whole picture was there; `disconnect` ends the viewer."""

    def settle(self, timeout=20):
        """Returns when the picture has come to rest."""
        end = time.monotonic() + timeout
        time.sleep(0.4)  # for what was drawn just now to arrive
        while not self.at_rest():
            if time.monotonic() > end:
                raise programs.Failure(f"{self.label}: the picture does not come to rest")
            time.sleep(0.05)

    def cpu(self):
        """Seconds of processor so far of {"sharer", "viewer"} and, if there is one, "relay"."""
        return {part: cpu_seconds(pid) for part, pid in self.pids().items()}


class Ours(Pair):
    label = "lotse"

    def __init__(self, stage, display, *relay_options):
        self.stage, self.count = stage, 0
        self.relay, self.way = stage.relay(*relay_options)
        self.master = stage.lotse("lotse-master", *self.way, "--headless", "--jsonl", "--share", "screen", "--display",
                                  display, "--mode", "presentation", "--config", stage.folder / "master")
        self.session = self.master.event("session")
        self.frames = None

    def connect(self):
        self.count += 1
        self.file = self.stage.folder / f"canvas-{self.count}"
        known = len(self.master.lines)
        self.viewer = self.stage.lotse("lotse-participant", *self.way, "--headless", "--jsonl", "--config",
                                       self.stage.folder / "participant", "--canvas-file", self.file,
                                       name="lotse-participant")
        self.viewer.event("hello")
        time.sleep(1)  # a running program: it has its keys
        code = [l["password"] for l in self.master.lines if l.get("event") in ("session", "code")][-1]
        self.viewer.command("join", number=self.session["number"], password=code)
        ms = self.viewer.event("picture")["ms"]
        joined = self.master.event("joined", start=known)
        self.master.command("grant", participant=joined["participant"], right="control")
        self.viewer.event("granted")
        self.canvas = canvas.Canvas(self.file)
        self.mark()
        return ms

    def disconnect(self):
        self._stop_frames()
        known = len(self.master.lines)
        self.viewer.tell("quit")
        self.viewer.process.wait(10)
        self.master.event("left", start=known)
        self.file.unlink()

    def _stop_frames(self):
        seen = self.frames.stop() if self.frames else []
        self.frames = None
        return seen

    def mark(self):
        self._stop_frames()
        self.before = self.viewer.command("stats")

    def watch_frames(self):
        self.frames = canvas.Frames(self.canvas)

    def seen(self):
        return self._stop_frames()

    def counters(self):
        now = self.viewer.command("stats")
        return {"bytes": now["bytes_in"] - self.before["bytes_in"], "pictures": now["frames"] - self.before["frames"],
                "updates": now["updates"] - self.before["updates"]}

    def at_rest(self):
        return self.canvas.exact() and time.monotonic_ns() - self.canvas.visible_ns() > SETTLED_S * 1e9

    def picture(self):
        return self.canvas.pixels()

    def move(self, x, y):
        self.viewer.command("move", x=x, y=y)

    def click(self, x, y, px, py):
        before, sequence = self.canvas.pixel(px, py), self.canvas.sequence()
        line = json.dumps({"do": "click", "x": x, "y": y, "button": 1}) + "\n"
        start = time.monotonic_ns()
        self.viewer.process.stdin.write(line)
        self.viewer.process.stdin.flush()
        while self.canvas.pixel(px, py) == before:
            self.canvas.wait(sequence, 0.5)
            sequence = self.canvas.sequence()
            if time.monotonic_ns() - start > 5e9:
                raise programs.Failure(f"{self.label}: a click changed nothing; logs: {self.stage.folder}")
        return (time.monotonic_ns() - start) / 1e6

    def pids(self):
        return {"sharer": self.master.process.pid, "relay": self.relay.process.pid, "viewer": self.viewer.process.pid}


class Nobody:
    """Nobody comes or goes."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Turnstile:
    """Somebody joins and is removed, every two seconds, in the background: each makes a new epoch."""

    def __init__(self, ours):
        self.ours, self.over = ours, threading.Event()
        self.thread = threading.Thread(target=self._turn, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def _turn(self):
        master = self.ours.master
        while not self.over.is_set():
            start = len(master.lines)
            code = [l["password"] for l in master.lines if l.get("event") in ("session", "code")][-1]
            guest = self.ours.stage.lotse("lotse-participant", *self.ours.way, "--headless", "--jsonl", "--name",
                                          "Guest", "--config", self.ours.stage.folder / "turnstile", name="turnstile")
            guest.tell("join", number=self.ours.session["number"], password=code)
            who = master.event("joined", start=start)["participant"]
            self.over.wait(1)
            master.command("kick", participant=who)
            guest.process.wait(10)
            self.over.wait(1)

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(20)


class Peer(Pair):
    """A server of RFB. Those below say which programs it is, in which package, and how it is told what to share."""

    @classmethod
    def missing(cls, parts):
        """Why there is no peer here, or nothing."""
        if not any(map(shutil.which, cls.SERVERS)):
            return f"{cls.PACKAGE} is not installed"
        return "" if (parts / "lotse-live-rfb").exists() else "built without libvncserver-dev"

    def __init__(self, stage, display, parts, quality, options):
        self.stage, self.parts, self.quality = stage, parts, quality
        self.port = programs.free_port()
        server = next(filter(None, map(shutil.which, self.SERVERS)))
        self.server = stage.start([server, "-display", display, "-rfbport", self.port, "-localhost", *self.OPTIONS,
                                   *options], self.label)

    def connect(self):
        for attempt in range(40):
            self.viewer = self.stage.start([self.parts / "lotse-live-rfb", "127.0.0.1", self.port, self.quality, 2],
                                           "rfb-viewer", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            hello = self.viewer.stdout.readline()
            if hello:
                self.mark()
                return json.loads(hello)["ms"]
            self.viewer.wait(5)
            time.sleep(0.25)  # the server is just starting
        raise programs.Failure(f"{self.label} takes no viewer; logs: {self.stage.folder}")

    def disconnect(self):
        self.viewer.stdin.close()
        self.viewer.wait(5)

    def ask(self, line):
        self.viewer.stdin.write(line + "\n")
        self.viewer.stdin.flush()
        answer = self.viewer.stdout.readline()
        if not answer:
            raise programs.Failure(f"{self.label}: the viewer ended; logs: {self.stage.folder}")
        return json.loads(answer)

    def mark(self):
        self.ask("mark")

    def watch_frames(self):
        pass

    def seen(self):
        return self.ask("frames")["seen"]

    def counters(self):
        return self.ask("stats")

    def at_rest(self):
        return self.ask("stats")["idle_ms"] > SETTLED_S * 1e3

    def picture(self):
        file = self.stage.folder / "peer.raw"
        self.ask(f"dump {file}")
        return pathlib.Path(file).read_bytes()

    def move(self, x, y):
        self.ask(f"move {x} {y}")

    def click(self, x, y, px, py):
        return self.ask(f"click {x} {y} {px} {py}")["ms"]

    def pids(self):
        return {"sharer": self.server.pid, "viewer": self.viewer.pid}


class X0vncserver(Peer):
    label = "x0vncserver"
    PACKAGE = "tigervnc-scraping-server"
    SERVERS = ("X0tigervnc", "x0tigervncserver", "x0vncserver")
    OPTIONS = ("-SecurityTypes", "None")


class X11vnc(Peer):
    label = PACKAGE = "x11vnc"
    SERVERS = ("x11vnc",)
    OPTIONS = ("-forever", "-shared", "-nopw", "-quiet")


PEERS = {peer.label: peer for peer in (X0vncserver, X11vnc)}
