"""lotse-bench-live: whole sessions on a virtual display of 1920x1080, beside TigerVNC's x0vncserver, or x11vnc, in the same
run.

joins    from `join` to the first whole picture
clicks   from a click at the viewer to the changed pixel in the viewer's picture
scenes   bytes, processor time, age of the frames, final picture, while recordings and live work run on the screen
static   a screen at rest: bytes and processor time
rekey    age of the frames while members come and are removed, beside the same scene without

Everything runs on this machine over loopback: the figures are what the programs cost, not what a network adds."""

import argparse
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

import pairs
import programs
import report
import scenes

SIDE, FLASH_AT = 64, (900, 500)


class Sizes:
    """How much is measured."""

    def __init__(self, joins, clicks, blocks, scene_s, static_s, peer_parts):
        self.joins, self.clicks, self.blocks, self.scene_s, self.static_s = joins, clicks, blocks, scene_s, static_s
        self.peer_parts = peer_parts  # in which the peer takes part


ALL = ("joins", "clicks", "scenes", "static")
FULL = Sizes(20, 1000, 10, 10, 60, ALL)
QUICK = Sizes(5, 100, 2, 4, 10, ALL)
SMOKE = Sizes(1, 5, 1, 1, 5, ("clicks",))


class Bench:
    def __init__(self, stage, options, sizes, out):
        self.stage, self.options, self.sizes, self.out = stage, options, sizes, out
        parts = pathlib.Path(options.programs) / "live"
        display = stage.display("1920x1080")
        self.xvfb = stage.running[-1].pid
        self.screen = scenes.Screen(stage, parts / "lotse-live-screen")
        stage.x("xset", "s", "off")
        self.ours = pairs.Ours(stage, display)
        peer = pairs.PEERS[options.peer]
        reason = "not wanted" if options.no_peer else peer.missing(parts)
        if reason:
            out.say(f"without {peer.label}: {reason}")
        self.peer = None if reason else peer(stage, display, parts, options.peer_quality, options.peer_option)

    def pairs(self, part):
        return [self.ours] + ([self.peer] if self.peer and part in self.sizes.peer_parts else [])

    def each(self, part, turn, measure):
        """What `measure` gives for ours and for the peer; who comes first changes with each turn."""
        both = self.pairs(part)
        results = {pair: measure(pair) for pair in (both if turn % 2 == 0 else both[::-1])}
        return results[self.ours], results.get(self.peer)

    def add(self, name, ours, peer, value, unit):
        self.out.add(name, value(ours), value(peer) if peer else None, unit)

    def joins(self):
        self.out.title(f"join to the first whole picture ({self.sizes.joins} joins)")
        process = scenes.backdrop(self.screen)
        ms = {pair: [] for pair in self.pairs("joins")}

        def join(pair):
            ms[pair].append(pair.connect())
            pair.settle()
            pair.disconnect()

        for turn in range(self.sizes.joins):
            self.each("joins", turn, join)
        self.screen.end(process)
        for share in (50, 95):
            self.add(f"join p{share}", ms[self.ours], ms.get(self.peer),
                     lambda values: report.percentile(values, share / 100), "ms")

    def clicks(self):
        self.out.title(f"click to pixel ({self.sizes.clicks} clicks each, in {self.sizes.blocks} alternating blocks)")
        process = scenes.backdrop(self.screen)
        x, y = FLASH_AT
        flash = self.screen.start("flash", x, y, SIDE)
        ms = {pair: [] for pair in self.pairs("clicks")}
        dice = random.Random(1)

        def block(pair):
            pair.connect()
            pair.move(x + 20, y + 20)
            pair.settle()
            for _ in range(self.sizes.clicks // self.sizes.blocks):
                time.sleep(dice.uniform(0.02, 0.12))
                ms[pair].append(pair.click(x + 20, y + 20, x + 44, y + 40))  # beside the pointer
            pair.disconnect()

        for turn in range(self.sizes.blocks):
            self.each("clicks", turn, block)
        flash.terminate()
        flash.wait(5)
        self.screen.end(process)
        for share in (50, 95, 99):
            self.add(f"click to pixel p{share}", ms[self.ours], ms.get(self.peer),
                     lambda values: report.percentile(values, share / 100), "ms")

    def scenes(self, wanted):
        self.out.title(f"scenes of {self.sizes.scene_s} s")
        for turn, scene in enumerate(wanted):
            ours, peer = self.each("scenes", turn, lambda pair: self.scene(scene, pair))
            names = (("kB_s", "bytes at the viewer", "kB/s"), ("sharer", "processor, who shares", "cores"),
                     ("relay", "processor, relay", "cores"), ("viewer", "processor, viewer", "cores"),
                     ("x", "processor, X server", "cores"),
                     ("pictures", "pictures", "1/s"), ("age50", "age of a frame p50", "ms"),
                     ("age95", "age of a frame p95", "ms"), ("wrong", "wrong pixels in the end", "%"))
            for key, text, unit in names:
                if ours[key] is not None:
                    self.add(f"{scene.name}: {text}", ours, peer, lambda row: row.get(key), unit)
            if ours["wrong"] != 0:
                raise programs.Failure(f"{scene.name}: the final picture is not exact")

    def scene(self, scene, pair):
        seconds = self.sizes.scene_s
        scene.prepare(self.screen, seconds)
        pair.connect()
        pair.settle()
        pair.mark()
        pair.watch_frames()
        before, x_before = pair.cpu(), pairs.cpu_seconds(self.xvfb)
        scene.run()
        pair.settle()
        after, x_after, counted = pair.cpu(), pairs.cpu_seconds(self.xvfb), pair.counters()
        seen, picture = pair.seen(), pair.picture()
        wrong = different(picture, self.screen.grab())
        scene.end(self.screen)
        pair.disconnect()
        drawn = {number: ns for number, ns in scene.drawn}
        first = {number: ns for number, ns in reversed(seen)}
        ages = [(ns - drawn[number]) / 1e6 for number, ns in first.items() if number in drawn]
        return {"kB_s": counted["bytes"] / 1000 / seconds, "x": (x_after - x_before) / seconds,
                **{part: (after[part] - before[part]) / seconds for part in after},
                "pictures": (len(ages) if drawn else counted["pictures"]) / seconds,
                "age50": report.percentile(ages, 0.5), "age95": report.percentile(ages, 0.95), "wrong": wrong}

    def static(self):
        seconds = self.sizes.static_s
        self.out.title(f"a screen at rest for {seconds} s")
        process = scenes.backdrop(self.screen)
        ours, peer = self.each("static", 0, lambda pair: self.rest(pair, seconds))
        self.screen.end(process)
        self.add("static: bytes at the viewer", ours, peer, lambda row: row["bytes"], "B/s")
        for part, text in (("sharer", "who shares"), ("relay", "relay"), ("viewer", "viewer")):
            self.add(f"static: processor, {text}", ours, peer, lambda row: row.get(part), "% of a core")
        self.add("static: pictures", ours, peer, lambda row: row["pictures"], "in all")
        if ours["updates"] or ours["pictures"]:
            raise programs.Failure(f"static: {ours['updates']} slots were sent though nothing changed")

    def rest(self, pair, seconds):
        pair.connect()
        pair.settle()
        time.sleep(1)
        pair.mark()
        before = pair.cpu()
        time.sleep(seconds)
        after, counted = pair.cpu(), pair.counters()
        pair.disconnect()
        return {"bytes": counted["bytes"] / seconds, "pictures": counted["pictures"],
                **{part: (after[part] - before[part]) / seconds * 100 for part in after},
                "updates": counted.get("updates", 0)}


    def rekey(self):
        """The picture while epochs change: somebody joins, and is removed, again and again."""
        seconds = self.sizes.scene_s
        self.out.title(f"new epochs during {seconds} s of a scene with 30 frames a second")
        calm, gaps_calm, _ = self.epochs(seconds, pairs.Nobody())
        busy, gaps_busy, changes = self.epochs(seconds, pairs.Turnstile(self.ours))
        self.out.say(f"{changes} epochs in the second half of the pair; \"peer\" is the same scene without")
        for name, value in (("age of a frame p95", lambda values: report.percentile(values, 0.95)),
                            ("age of a frame, oldest", max)):
            self.out.add(f"rekey: {name}", value(busy), value(calm), "ms")
        self.out.add("rekey: longest gap between two frames", max(gaps_busy), max(gaps_calm), "ms")

    def epochs(self, seconds, others):
        """Ages and gaps in ms of all frames, and how many epochs there were."""
        scene = scenes.Played("drawn", "play", "drawn", 30)
        scene.prepare(self.screen, seconds)
        self.ours.connect()
        self.ours.settle()
        known = len(self.ours.viewer.lines)
        self.ours.watch_frames()
        with others:
            scene.run()
        self.ours.settle()
        first = {number: ns for number, ns in reversed(self.ours.seen())}
        changes = sum(l.get("event") == "epoch" for l in self.ours.viewer.lines[known:])
        scene.end(self.screen)
        self.ours.disconnect()
        drawn = {number: ns for number, ns in scene.drawn}
        times = sorted(ns for number, ns in first.items() if number in drawn)
        ages = [(ns - drawn[number]) / 1e6 for number, ns in first.items() if number in drawn]
        return ages, [(b - a) / 1e6 for a, b in zip(times, times[1:])], changes


def different(picture, screen):
    """Per cent of the pixels whose red, green or blue differ."""
    if len(picture) != len(screen):
        return 100.0
    parts = [int.from_bytes(picture[i::4], "little") ^ int.from_bytes(screen[i::4], "little") for i in range(3)]
    pixels = len(screen) // 4
    return (pixels - (parts[0] | parts[1] | parts[2]).to_bytes(pixels, "little").count(0)) / pixels * 100


def options_of(arguments, folder):
    parser = argparse.ArgumentParser(prog="lotse-bench-live", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="joins|clicks|scenes|live|static|rekey", help="all, unless named "
                        "(scenes: recordings and live work; live: live work alone)")
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--smoke", action="store_true", help="only shows that everything works")
    parser.add_argument("--scene", action="append", default=[], metavar="NAME", help="only this one of the scenes; may be "
                        "given more than once")
    parser.add_argument("--peer", default="x0vncserver", choices=pairs.PEERS, help="who is beside us (x0vncserver)")
    parser.add_argument("--no-peer", action="store_true", help="ours alone")
    parser.add_argument("--peer-quality", default="8", help="JPEG level that the peer's viewer asks for, or lossless")
    parser.add_argument("--peer-option", action="append", default=[], help="one more option of the peer")
    parser.add_argument("--programs", default=folder, help="folder of lotse-relay and the others")
    parser.add_argument("--keep", metavar="DIR", help="folder for logs that stays")
    options = parser.parse_args(arguments)
    known = ("joins", "clicks", "scenes", "live", "static", "rekey")
    if unknown := [p for p in options.parts if p not in known]:
        parser.error(f"unknown: {unknown[0]}")
    options.parts = options.parts or ["joins", "clicks", "scenes", "static", "rekey"]
    return options


def wanted(options, all_scenes):
    """Those that --scene names, or all."""
    names = [scene.name for scene in all_scenes]
    if unknown := [name for name in options.scene if name not in names]:
        raise programs.Failure(f"no scene {unknown[0]}; there are: {', '.join(names)}")
    return [scene for scene in all_scenes if not options.scene or scene.name in options.scene]


def run(stage, options, out):
    sizes = SMOKE if options.smoke else QUICK if options.quick else FULL
    bench = Bench(stage, options, sizes, out)
    load = os.getloadavg()[0]
    out.say(f"{os.cpu_count()} processors, load {load:.1f} before the start, 1920x1080 at depth 24, loopback")
    if "joins" in options.parts:
        bench.joins()
    if "clicks" in options.parts:
        bench.clicks()
    if options.smoke:
        bench.scenes([scenes.Played("drawn", "play", "drawn", 20), scenes.live()[0]])
    elif "scenes" in options.parts:
        bench.scenes(wanted(options, scenes.recorded() + scenes.live()))
    elif "live" in options.parts:
        bench.scenes(wanted(options, scenes.live()))
    if "static" in options.parts:
        bench.static()
    if "rekey" in options.parts:
        bench.rekey()


def main(folder, arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    options = options_of(arguments, folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends, and its files go
    out = report.Report(options.json, " ".join(["lotse-bench-live", *arguments]), peer=options.peer)
    with tempfile.TemporaryDirectory(prefix="lotse-bench-live.") as scratch:
        try:
            with programs.Stage(options.programs, options.keep or scratch) as stage:
                run(stage, options, out)
        except (programs.Failure, OSError) as failure:
            print(f"lotse-bench-live: {failure}", file=sys.stderr)
            return 1
    return 0
