"""What happens on the shared screen: recordings played back, and live work in a terminal."""

import json
import os
import pathlib
import subprocess
import sys
import time

import programs

HERE = pathlib.Path(__file__).resolve().parent
RATES = {"editor": 10, "slides": 1}  # frames a second; others: 30
TERMINAL = ["xterm", "-fa", "DejaVu Sans Mono", "-fs", "11", "-bg", "white", "-fg", "black", "+sb"]


def recordings():
    """The .mkv files of the folder that LOTSE_CORPUS names, or of ../shared/corpus."""
    folder = pathlib.Path(os.environ.get("LOTSE_CORPUS", HERE.parents[2] / "shared" / "corpus"))
    return sorted(folder.glob("*.mkv")) if folder.is_dir() else []


class Screen:
    """lotse-live-screen on the stage's display."""

    def __init__(self, stage, program):
        self.stage, self.program = stage, program

    def start(self, *words):
        """A process whose first picture is there."""
        process = self.stage.start([self.program, *words], "live-screen", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True)
        if not process.stdout.readline():
            raise programs.Failure(f"lotse-live-screen {words[0]} failed; log: {self.stage.folder / 'live-screen.log'}")
        return process

    def end(self, process):
        process.stdin.close()
        if process.wait(10) not in (0, -15):
            raise programs.Failure(f"lotse-live-screen failed; log: {self.stage.folder / 'live-screen.log'}")

    def grab(self):
        file = self.stage.folder / "screen.raw"
        subprocess.run([self.program, "grab", file], env=self.stage.environment, check=True)
        return file.read_bytes()


class Played:
    """Frames with numbers: how old they are when they are seen can be told."""

    def __init__(self, name, *words):
        self.name, self.words, self.drawn = name, words, []

    def prepare(self, screen, seconds):
        self.seconds = seconds
        self.process = screen.start(*self.words, seconds)

    def run(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        self.drawn = json.loads(self.process.stdout.readline())["drawn"]

    def end(self, screen):
        screen.end(self.process)


class Terminal:
    """Live work in an xterm over a photo and text. Nothing tells when it drew: only what is seen is counted."""

    def __init__(self, name, *words):
        self.name, self.words, self.drawn = name, words, []

    def prepare(self, screen, seconds):
        self.seconds, self.backdrop = seconds, screen.start("play", "drawn", 1, 1)
        self.go = screen.stage.folder / "go"
        self.go.unlink(missing_ok=True)
        self.process = screen.stage.start([*TERMINAL, *self.words[1:], "-e", sys.executable, "-B", HERE / "terminal.py",
                                           self.words[0], seconds, self.go], "xterm")
        time.sleep(1.5)

    def run(self):
        self.go.touch()
        time.sleep(self.seconds)

    def end(self, screen):
        self.process.terminate()
        self.process.wait(5)
        screen.end(self.backdrop)


def live():
    return [Terminal("typing", "type", "-geometry", "120x40+200+120"),
            Terminal("terminal scroll", "scroll", "-geometry", "180x50+60+40"),
            Played("window move", "move"),
            Played("video", "video")]


def recorded():
    return [Played(file.stem, "play", file, RATES.get(file.stem, 30)) for file in recordings()]


def backdrop(screen):
    """A still picture to work on: a page of text, of a recording if there is one."""
    files = {file.stem: file for file in recordings()}
    return screen.start("play", files.get("web_scroll", "drawn"), 1, 1)
