"""Starts Lotse's programs and talks JSON Lines with them (docs/man/lotse-master.1, "CONTROL INTERFACE"), and virtual
displays for them to share. Standard library only. Everything started here ends with `Stage`, whatever happens."""

import ctypes
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import threading
import time


PATIENCE = 20  # seconds for an event or an answer, unless the caller says otherwise


class Failure(Exception):
    """One clear line about what went wrong."""


def _die_with_parent():
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """One program with --jsonl (or lotse-relay with --print-ready): its events, its answers, its log."""

    def __init__(self, process, name, log):
        self.process, self.name, self.log = process, name, log
        self.lines, self.news = [], threading.Condition()
        self.ended, self.next_id = False, 1
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            try:
                parsed = json.loads(line)
            except ValueError:
                continue
            with self.news:
                self.lines.append(parsed)
                self.news.notify_all()
        self.process.stdout.close()
        with self.news:
            self.ended = True
            self.news.notify_all()

    def wait_for(self, wanted, what, timeout=None, start=0):
        """The first line from `start` on for which `wanted(line)` holds."""
        timeout = timeout or PATIENCE
        seen, end = start, time.monotonic() + timeout
        with self.news:
            while True:
                while seen < len(self.lines):
                    if wanted(self.lines[seen]):
                        return self.lines[seen]
                    seen += 1
                left = end - time.monotonic()
                if self.ended or left <= 0:
                    break
                self.news.wait(left)
        why = "ended" if self.ended else f"said nothing of it for {timeout} s"
        problems = [l for l in self.lines if l.get("event") in ("error", "warning", "ended") or l.get("ok") is False]
        told = f"; last problem: {json.dumps(problems[-1])}" if problems else ""
        raise Failure(f"{self.name}: no {what}: it {why}{told}; log: {self.log}")

    def event(self, name, /, timeout=None, start=0, **fields):
        return self.wait_for(lambda l: l.get("event") == name and all(l.get(k) == v for k, v in fields.items()),
                             f"event {name} {fields or ''}".strip(), timeout, start)

    def tell(self, do, /, **fields):
        """Sends a command; its answer whatever it says."""
        number, self.next_id = self.next_id, self.next_id + 1
        timeout = fields.pop("wait_s", None)
        start = len(self.lines)
        try:
            self.process.stdin.write(json.dumps({"do": do, "id": number, **fields}, ensure_ascii=False) + "\n")
            self.process.stdin.flush()
        except OSError as error:
            raise Failure(f"{self.name} takes no commands any more ({error}); log: {self.log}") from error
        return self.wait_for(lambda l: l.get("id") == number and "ok" in l, f"answer to {do}", timeout, start)

    def write(self, text):
        """Sends something as it is, with its line end."""
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def exit_code(self, timeout=None):
        """Its exit code, as soon as it has ended and its last line was read."""
        try:
            code = self.process.wait(timeout or PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} did not end; log: {self.log}") from None
        with self.news:
            self.news.wait_for(lambda: self.ended, PATIENCE)
        return code

    def command(self, do, /, **fields):
        """Sends a command that has to work; its answer."""
        answer = self.tell(do, **fields)
        if not answer["ok"]:
            raise Failure(f"{self.name}: {do}: {answer['error']['message']} ({answer['error']['code']})")
        return answer


class Stage:
    """A folder for logs and data, and every process of a demonstration or test. Use as a context manager."""

    def __init__(self, programs, folder):
        self.programs, self.folder = pathlib.Path(programs), pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.running = []
        self.environment = dict(os.environ)
        for kind in ("CONFIG", "DATA", "CACHE", "STATE"):  # nobody's own settings are touched
            self.environment[f"XDG_{kind}_HOME"] = str(self.folder / kind.lower())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Ends what was started here, the last one first: by end of input, then by SIGTERM, then by force."""
        for process in reversed(self.running):
            if process.stdin:
                try:
                    process.stdin.close()
                except OSError:
                    pass
            else:
                process.terminate()
            try:
                process.wait(4)
            except subprocess.TimeoutExpired:
                process.terminate()
                try:
                    process.wait(3)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def start(self, command, log, **how):
        """Any process. Its standard error goes into the log."""
        with open(self.folder / (log + ".log"), "ab") as errors:
            process = subprocess.Popen([str(c) for c in command], stderr=errors, start_new_session=True,
                                       preexec_fn=_die_with_parent,
                                       **{"stdin": subprocess.DEVNULL, "stdout": errors, "env": self.environment,
                                          **how})
        self.running.append(process)
        return process

    def lotse(self, program, *options, name=None):
        """One of Lotse's programs, to be talked with."""
        return self.lotse_as(program, [], *options, name=name)

    def lotse_as(self, program, before, *options, name=None):
        """The same by way of another command that becomes it (setpriv and the like)."""
        name = name or program
        pipes = {"stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
        if program != "lotse-relay":
            pipes["stdin"] = subprocess.PIPE
        process = self.start([*before, self.programs / program, *options], name, **pipes)
        return Program(process, name, self.folder / (name + ".log"))

    def relay(self, *options, port=None):
        """A relay on loopback with a folder of its own; itself, and the options that lead the other programs to it."""
        port = port or free_port()
        if "--udp" not in options:
            options = (*options, "--udp", 0)  # any free one: others may run beside it
        relay = self.lotse("lotse-relay", "--data", self.folder / "relay", "--listen", "127.0.0.1", "--https-port",
                           port, "--print-ready", *options)
        ready = relay.event("ready")
        return relay, ["--relay", f"127.0.0.1:{port}", "--relay-pin", ready["fingerprint"]]

    def display(self, size="1280x800", depth=24, *options):
        """A virtual X display that only we can open; its name. Later programs get it as their DISPLAY. `options`: more
        of Xvfb's."""
        cookie, clients = secrets.token_hex(16), self.folder / "display.auth"
        server = self.folder / f"server-{cookie[:8]}.auth"  # its own: servers read theirs again when it has changed
        self._authority(server, ":0", cookie)
        read, write = os.pipe()
        process = self.start(["Xvfb", "-displayfd", write, "-screen", "0", f"{size}x{depth}", "-nolisten", "tcp",
                              "-auth", server, "-noreset", *options], "xvfb", pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise Failure(f"Xvfb did not start (status {process.wait()}); log: {self.folder / 'xvfb.log'}")
        self._authority(clients, f":{number}", cookie)
        self.environment.update(DISPLAY=f":{number}", XAUTHORITY=str(clients))
        self.environment.pop("WAYLAND_DISPLAY", None)
        return f":{number}"

    @staticmethod
    def _authority(file, display, cookie):
        subprocess.run(["xauth", "-q", "-f", file], input=f"add {display} . {cookie}\n", text=True, check=True,
                       stderr=subprocess.DEVNULL)

    def x(self, *command):
        """Output of a short X command on the display."""
        run = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=20)
        return run.stdout if run.returncode == 0 else ""
