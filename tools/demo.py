#!/usr/bin/env python3
"""A session to look at: relay, master and participant on this machine. What ./start runs after the build.

With a display: two windows, the master's sharing this desktop. Without one: a virtual desktop, and a participant that
takes control, types, and measures. Ctrl-C ends all of it."""

import argparse
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from programs import Failure, Stage

CLICKS = 30


def say(*words):
    print(*words, flush=True)


def announce(session):
    number, password = session["number"], session.get("password", "")
    say(f"\n  Session number  {number[:3]} {number[3:6]} {number[6:]}")
    if password:
        say(f"  Code            {password}")
    say(f"  Link            {session['link']}\n")


def display_works(stage):
    return bool(stage.environment.get("DISPLAY")) and bool(stage.x("xdpyinfo"))


def wait_for_the_end(*programs):
    """Until every window is closed. Ctrl-C comes as KeyboardInterrupt."""
    for program in programs:
        program.process.wait()


def show_windows(stage, wait):
    """Master and participant as windows on this desktop."""
    if stage.environment.get("XDG_SESSION_TYPE") == "wayland" or stage.environment.get("WAYLAND_DISPLAY"):
        say("This is a Wayland session: what is shared is its X11 part, which may be black.")
    relay, reach = stage.relay()
    master = stage.lotse("lotse-master", *reach, "--jsonl", "--name", "Master", "--share", "screen", "--mode",
                         "presentation", "--config", stage.folder / "master")
    announce(master.event("session"))
    guest = stage.lotse("lotse-participant", master.event("session")["link"], "--jsonl", "--name", "Participant",
                        "--config", stage.folder / "participant")
    picture = guest.event("picture", timeout=60)
    say(f"The participant has joined; first picture after {picture['ms']:.0f} ms. Logs: {stage.folder}")
    if wait:
        say("Close both windows or press Ctrl-C to end.")
        wait_for_the_end(guest, master)


def furnish(stage):
    """Real applications on the virtual desktop."""
    stage.environment.update(LANG="C.UTF-8", LC_ALL="C.UTF-8", PS1="$ ", HOME=str(stage.folder))
    stage.start(["openbox"], "openbox")
    wait_until(lambda: "window id" in stage.x("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"), "the window manager did not come up", stage)
    stage.x("xsetroot", "-solid", "#2d5a7b")
    stage.start(["xterm", "-fa", "DejaVu Sans Mono", "-fs", "12", "-geometry", "80x24+40+60", "-T", "xterm", "-e", "sh"], "xterm")
    stage.start(["xterm", "-fa", "DejaVu Sans Mono", "-fs", "10", "-geometry", "28x6+960+600", "-T", "notes", "-e", "cat"], "notes")
    stage.start(["xclock", "-geometry", "240x240+960+80"], "xclock")
    stage.start(["xeyes", "-geometry", "200x140+980+420"], "xeyes")
    wait_until(lambda: all(name in stage.x("xwininfo", "-root", "-tree") for name in ('"xterm"', '"notes"', '"xclock"', '"xeyes"')),
               "the applications did not come up", stage)


def wait_until(done, otherwise, stage):
    end = time.monotonic() + 20
    while not done():
        if time.monotonic() > end:
            raise Failure(f"{otherwise}; logs: {stage.folder}")
        time.sleep(0.1)


def title_of(stage, name):
    """A place in the title bar of a window, right of its text's middle."""
    told = stage.x("xwininfo", "-name", name)
    left, top = (int(re.search(rf"Absolute upper-left {axis}: +(-?[0-9]+)", told).group(1)) for axis in "XY")
    return left + 40, top - 8


def measure_clicks(stage, guest):
    """Click to pixel: focus goes back and forth between two windows, whose title bars change colour."""
    terminal, notes = title_of(stage, "xterm"), title_of(stage, "notes")
    guest.command("click", x=notes[0], y=notes[1], button=1)
    time.sleep(0.5)
    times = []
    for turn in range(CLICKS):
        x, y = terminal if turn % 2 == 0 else notes
        times.append(guest.command("press", x=x, y=y, button=1, px=x, py=y, timeout_ms=5000)["ms"])
        time.sleep(0.05)
    return sorted(times)


def focus(stage, guest, name):
    """Clicks on a window's title, and waits until the window manager has made it the active one: it takes its time."""
    window = re.search(r"Window id: (0x[0-9a-f]+)", stage.x("xwininfo", "-name", name)).group(1)
    x, y = title_of(stage, name)
    guest.command("click", x=x, y=y, button=1)
    wait_until(lambda: stage.x("xprop", "-root", "_NET_ACTIVE_WINDOW").split()[-1:] == [window],
               f"the window {name} did not become the active one", stage)


def type_into_terminal(stage, guest):
    """Types a line in three scripts through the session; the shell's own file proves that it arrived."""
    text, proof = "Moin! Zażółć gęślą jaźń, Grüße, Привет", stage.folder / "typed.txt"
    focus(stage, guest, "xterm")
    guest.command("type", text=f"echo '{text}' | tee {proof}")
    guest.command("key", sym="Return")
    end = time.monotonic() + 20
    while not (proof.exists() and proof.read_text(encoding="utf-8").endswith("\n")):
        if time.monotonic() > end:
            raise Failure(f"what was typed through the session did not arrive; logs: {stage.folder}")
        time.sleep(0.05)
    arrived = proof.read_text(encoding="utf-8").strip()
    if arrived != text:
        raise Failure(f"typed {text!r}, but {arrived!r} arrived")
    return text


def record(stage, master, guest):
    """A few seconds with something going on."""
    video = stage.folder / "session.mkv"
    master.command("record", file=str(video))
    for line in range(6):
        guest.command("type", text=f"echo 'line {line} of a recording'; date")
        guest.command("key", sym="Return")
        guest.command("move", x=300 + 120 * line, y=640)
        time.sleep(0.5)
    master.command("record_stop")
    if not video.exists() or video.stat().st_size < 1000:
        raise Failure(f"there is no recording; logs: {stage.folder}")
    return video


def show_virtual(stage, wait):
    """The same on a virtual desktop, driven by the control interface."""
    display = stage.display()
    furnish(stage)
    relay, reach = stage.relay()
    master = stage.lotse("lotse-master", *reach, "--headless", "--jsonl", "--name", "Master", "--share", "screen",
                         "--display", display, "--mode", "presentation", "--config", stage.folder / "master")
    session = master.event("session")
    announce(session)
    guest = stage.lotse("lotse-participant", session["link"], "--headless", "--jsonl", "--name", "Participant",
                        "--config", stage.folder / "participant", "--canvas-file", stage.folder / "canvas")
    picture = guest.event("picture", timeout=60)
    number = master.event("joined")["participant"]
    master.command("grant", participant=number, right="control")
    guest.event("granted", right="control")
    say(f"first picture    {picture['ms']:.0f} ms after the start of the join, {picture['width']}x{picture['height']}")
    times = measure_clicks(stage, guest)
    say(f"click to pixel   p50 {statistics.median(times):.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms"
        f" ({len(times)} clicks, the window manager's part included)")
    say(f"typed            {type_into_terminal(stage, guest)}")
    video = record(stage, master, guest)
    shot = guest.command("snapshot", file=str(stage.folder / "picture.png"), settled=True, timeout_ms=10000)
    stats = guest.command("stats")
    say(f"traffic          {stats['bytes_in'] / 1024:.0f} KiB to the participant over {stats['path']},"
        f" {stats['frames']} frames")
    say(f"\npicture  {stage.folder / 'picture.png'}  ({'exact' if shot['exact'] else 'not exact yet'})")
    say(f"video    {video}  ({video.stat().st_size / 1024:.0f} KiB)")
    say(f"logs     {stage.folder}")
    if wait:
        say("\nThe session goes on. Ctrl-C ends it.")
        wait_for_the_end(guest, master)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--bin", default="build/release/bin", help="folder of the programs")
    options.add_argument("--folder", help="for logs, picture and video (default: a new one under the temporary folder)")
    options.add_argument("--virtual", action="store_true", help="a virtual desktop even where there is a display")
    options.add_argument("--no-wait", action="store_true", help="end as soon as everything was shown")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell started us with it ignored
    folder = chosen.folder or tempfile.mkdtemp(prefix="lotse-start-")
    try:
        with Stage(pathlib.Path(chosen.bin).resolve(), folder) as stage:
            if chosen.virtual or not display_works(stage):
                show_virtual(stage, not chosen.no_wait)
            else:
                show_windows(stage, not chosen.no_wait)
        return 0
    except KeyboardInterrupt:
        say("\nEnded.")
        return 0
    except (Failure, OSError, subprocess.SubprocessError, KeyError) as error:
        print(f"start: {error}" + (f"; logs: {folder}" if str(folder) not in str(error) else ""), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
