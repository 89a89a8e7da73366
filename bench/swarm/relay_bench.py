"""lotse-bench-relay: many viewers on one relay, with the real programs and lotse-swarm.

scroll    a page that scrolls at 30 frames a second, for one viewer and for many: what the presenter sends and computes,
          how old frames are at a real viewer, how far apart the viewers are
throttle  the same while some of them have a slow line
slide     a new page: when it is complete at the last viewer, beside a bare fan-out of the same bytes over TLS
late      what somebody who joins later has to receive
talk      the screen at rest, a chat line a second, eight arrows that fly: what master and relay compute
handover  from the command until the next master leads, and back

Everything runs on this machine over loopback. The swarm opens and proves every packet of every viewer, which costs as
much processor time as all those viewers would on machines of their own: on a few cores the figures are its as well."""

import argparse
import os
import pathlib
import signal
import sys
import tempfile
import time

import pairs
import programs
import report
import scenes


class Sizes:
    """How much is measured. `calm_s`: after joins, until the last of them has made its new epoch."""

    def __init__(self, viewers, throttled, seconds, slides, late, calm_s):
        self.viewers, self.throttled, self.seconds, self.slides, self.late = viewers, throttled, seconds, slides, late
        self.calm_s = calm_s


POINTERS = 8
MASTER_LIMIT, RELAY_LIMIT = 5, 15  # % of a core, of talk
HANDOVER_LIMIT = 1000  # ms

FULL = Sizes(100, 10, 10, 6, 10, 12)
SMOKE = Sizes(5, 1, 2, 2, 2, 1)
SLOW_MBIT = 1


class Swarm:
    """Members beside the real viewer."""

    def __init__(self, stage, link, members, *options):
        self.members, self.known = members, 0
        self.program = stage.lotse("lotse-swarm", "--link", "-", "--members", members, "--frames", "--jsonl", *options,
                                   name="lotse-swarm")
        self.program.write(link + "\n")

    def wait(self, event, count, timeout):
        """So many of them had this event; the events."""
        end = time.monotonic() + timeout
        while len(found := self.events(event)) < count:
            if self.program.ended or time.monotonic() > end:
                raise programs.Failure(f"lotse-swarm: {len(found)} of {count} {event}; log: {self.program.log}")
            time.sleep(0.1)
        return found

    def events(self, event, since=0):
        return [l for l in self.program.lines[since:] if l.get("event") == event]

    def stats(self):
        return self.program.command("stats", wait_s=30)

    def end(self):
        self.program.tell("quit")
        self.program.process.wait(20)


class Bench:
    def __init__(self, stage, options, sizes, out):
        self.stage, self.sizes, self.out = stage, sizes, out
        display = stage.display(options.size)
        self.screen = scenes.Screen(stage, pathlib.Path(options.programs) / "live" / "lotse-live-screen")
        stage.x("xset", "s", "off")
        self.ours = pairs.Ours(stage, display, "--joins-per-minute", 100000, "--joins-per-minute-session", 100000)
        self.swarm = None

    def open_swarm(self, *options):
        """All but one of the viewers: the one is real."""
        link = self.ours.session["link"]
        self.swarm = Swarm(self.stage, link, self.sizes.viewers - 1, *options)
        self.swarm.wait("joined", self.swarm.members, 120)
        time.sleep(self.sizes.calm_s)
        self.ours.settle(60)

    def close_swarm(self):
        self.swarm.end()
        self.swarm = None
        time.sleep(1)

    def play(self, fps, seconds):
        """A scrolling page. What the real viewer saw of it and what it cost."""
        scene = scenes.Played("drawn", "play", "drawn", fps)
        scene.prepare(self.screen, seconds)
        self.ours.settle(60)
        self.ours.mark()
        self.ours.watch_frames()
        lines = len(self.swarm.program.lines) if self.swarm else 0
        sent, cpu = self.ours.master.command("stats"), self.ours.cpu()
        scene.run()
        after, sent_after = self.ours.cpu(), self.ours.master.command("stats")
        self.ours.settle(60)
        received = self.ours.counters()["bytes"]
        seen = self.ours.seen()
        if self.swarm:
            time.sleep(3.5)  # until the swarm gives up waiting for the last frames
        frames = self.swarm.events("frame", lines) if self.swarm else []
        scene.end(self.screen)
        drawn = dict(scene.drawn)
        first = {number: ns for number, ns in reversed(seen)}
        ages = [(ns - drawn[number]) / 1e6 for number, ns in first.items() if number in drawn]
        return {"ages": ages, "drawn": drawn, "seen": first, "frames": frames, "received": received,
                "uplink_kB_s": (sent_after["bytes_out"] - sent["bytes_out"]) / 1000 / seconds,
                "cpu": {part: (after[part] - cpu[part]) / seconds for part in after},
                "fps": len(ages) / seconds}

    def add(self, name, ours, peer, unit):
        self.out.add(name, ours, peer, unit)

    def compare(self, name, many, one):
        self.add(f"{name}: presenter's uplink", many["uplink_kB_s"], one["uplink_kB_s"], "kB/s")
        self.add(f"{name}: processor, presenter", many["cpu"]["sharer"], one["cpu"]["sharer"], "cores")
        self.add(f"{name}: processor, relay", many["cpu"]["relay"], one["cpu"]["relay"], "cores")
        self.add(f"{name}: pictures at a real viewer", many["fps"], one["fps"], "1/s")
        for share in (0.5, 0.95):
            self.add(f"{name}: age of a frame at a real viewer p{share * 100:.0f}",
                     report.percentile(many["ages"], share), report.percentile(one["ages"], share), "ms")

    @staticmethod
    def spread(run, members):
        """p95 over frames of how long after the first viewer 95 % of them had a frame; the share of frames they had."""
        full = [f for f in run["frames"] if f["members"] >= members / 2]
        had = sum(f["members"] for f in run["frames"]) / (members * len(run["frames"])) if run["frames"] else 0
        return report.percentile([f["p95_ms"] for f in full], 0.95), had * 100

    def scroll(self):
        n = self.sizes.viewers
        self.out.title(f"scrolling at 30 frames a second, {n} viewers beside 1")
        one = self.play(30, self.sizes.seconds)
        self.open_swarm()
        many = self.play(30, self.sizes.seconds)
        self.compare("scroll", many, one)
        later, had = self.spread(many, n - 1)
        self.add("scroll: 95 % of the viewers after the first, p95", later, None, "ms")
        self.add("scroll: frames that a viewer had", had, None, "%")
        self.judge("scroll")
        return many

    def judge(self, name):
        """At rest every member has the picture, whole, and nothing was forged."""
        end = time.monotonic() + 60
        while True:
            stats = self.swarm.stats()
            members = [m for m in stats["members"] if not m["throttled"]]
            exact = sum(m["exact"] for m in members)
            if exact == len(members) or time.monotonic() > end:
                break
            time.sleep(1)
        self.add(f"{name}: viewers whose picture is whole at rest", exact, len(members), "members")
        if any(m["forged"] for m in stats["members"]) or stats["ended"]:
            raise programs.Failure(f"{name}: something forged, or members lost; log: {self.swarm.program.log}")
        if exact < len(members):
            raise programs.Failure(f"{name}: {len(members) - exact} pictures are not whole at rest")

    def slide(self, alone):
        n = self.sizes.viewers - 1
        self.out.title(f"a new page for {n + 1} viewers; peer: bare fan-out of the same bytes over TLS")
        run = self.play(1, self.sizes.slides)
        bytes_each = int(run["received"] / max(1, len(run["drawn"]) - 1))
        last = []
        for number, ns in sorted(run["drawn"].items())[1:]:
            full = [f for f in run["frames"] if ns <= f["first_ns"] < ns + 400e6 and f["members"] >= n]
            if full:  # one or two: the page may be captured while it is being drawn
                last.append(max((f["first_ns"] - ns) / 1e6 + f["last_ms"] for f in full))
        one = [(alone["seen"][number] - ns) / 1e6 for number, ns in alone["drawn"].items()
               if number > 0 and number in alone["seen"]]
        if not last:
            raise programs.Failure("slide: no page was complete at all viewers within 0.4 s")
        bare = self.stage.lotse("lotse-swarm", "--bare", bytes_each, "--members", n, name="lotse-swarm-bare")
        bare_ms = bare.event("bare", timeout=60)["ms"]
        self.add("slide: bytes for each viewer", bytes_each / 1000, None, "kB")
        only = report.percentile(one, 0.5)
        whole = report.percentile(last, 0.5)
        self.add("slide: drawn until complete at the last viewer, p50", whole, only, "ms (peer: at an only viewer)")
        self.add("slide: that difference, beside a bare fan-out", whole - only, report.percentile(bare_ms, 0.5), "ms")

    def late(self):
        count = self.sizes.late
        self.out.title(f"{count} who join later")
        for name, fps in (("at rest", 0), ("while it scrolls", 30)):
            time.sleep(self.sizes.calm_s)
            lines = len(self.swarm.program.lines)
            known = self.swarm.members
            if fps:
                scene = scenes.Played("drawn", "play", "drawn", fps)
                scene.prepare(self.screen, max(3, count * 0.3))
                self.swarm.program.command("add", members=count)
                scene.run()
            else:
                self.swarm.program.command("add", members=count)
            self.swarm.members += count
            new = range(known, known + count)
            end = time.monotonic() + 60
            while True:
                found = {kind: [e for e in self.swarm.events(kind, lines) if e["member"] in new]
                         for kind in ("usable", "whole")}
                if all(len(f) >= count for f in found.values()):
                    break
                if time.monotonic() > end:
                    raise programs.Failure(f"late: {len(found['whole'])} of {count} are whole")
                time.sleep(0.1)
            if fps:
                scene.end(self.screen)
            for kind, events in found.items():
                kB = [e["bytes"] / 1000 for e in events]
                self.add(f"late, {name}: {kind}, mean (peer: worst)", sum(kB) / len(kB), max(kB), "kB")
                self.add(f"late, {name}: {kind}, p50 (peer: worst)", report.percentile([e["ms"] for e in events], 0.5),
                         max(e["ms"] for e in events), "ms")

    def throttle(self, free):
        n, slow = self.sizes.viewers, self.sizes.throttled
        self.out.title(f"{slow} of {n} viewers at {SLOW_MBIT} Mbit/s; peer: none of them")
        self.open_swarm("--throttle-mbit", SLOW_MBIT, "--of", slow)
        run = self.play(30, self.sizes.seconds)
        self.compare("throttle", run, free)
        later, had = self.spread(run, n - 1 - slow)
        free_later, free_had = self.spread(free, n - 1)
        self.add("throttle: 95 % of the others after the first, p95", later, free_later, "ms")
        self.add("throttle: frames that one of the others had", had, free_had, "%")
        self.judge("throttle")
        self.close_swarm()


    def talk(self):
        n, seconds = self.sizes.viewers, self.sizes.seconds
        self.out.title(f"{n} members, nothing moves but {POINTERS} arrows, a chat line a second; peer: the limit")
        self.open_swarm("--chat-per-s", 1, "--pointers", min(POINTERS, n - 1), "--decode", "all")
        before = self.ours.cpu()
        lines = len(self.ours.master.lines)
        time.sleep(seconds)
        after = self.ours.cpu()
        told = self.ours.master.lines[lines:]
        chat, arrows = (sum(l.get("event") == kind for l in told) for kind in ("chat", "pointer"))
        for part, limit in (("sharer", MASTER_LIMIT), ("relay", RELAY_LIMIT)):
            self.add(f"talk: processor, {'master' if part == 'sharer' else part}",
                     100 * (after[part] - before[part]) / seconds, limit, "% of a core")
        self.add("talk: chat lines", chat / seconds, 1, "1/s")
        self.add("talk: steps of arrows", arrows / seconds, 10 * min(POINTERS, n - 1), "1/s")

    def handover(self):
        self.out.title(f"hand-over with {self.sizes.viewers} members; peer: the limit")
        master, viewer = self.ours.master, self.ours.viewer
        viewer_id = next(l["self"] for l in viewer.lines if l.get("event") == "roster")
        there, back = [], []
        for _ in range(3 if self.sizes is SMOKE else 10):
            for leader, next_one, index, times in ((master, viewer, viewer_id, there), (viewer, master, 0, back)):
                start, known = time.monotonic_ns(), len(next_one.lines)
                leader.command("handover", participant=index)
                led = next_one.event("master", start=known, participant=index)
                times.append((led["t"] - start) / 1e6)
                leader.event("master", participant=index, start=0)
                time.sleep(self.sizes.calm_s / 4)
        for name, times in (("handover", there), ("handover back", back)):
            for share in (0.5, 1):
                self.add(f"{name}: until the next one leads, {'p50' if share < 1 else 'longest'}",
                         report.percentile(times, share), HANDOVER_LIMIT, "ms")


PARTS = ("scroll", "slide", "late", "throttle", "talk", "handover")


def run(stage, options, out):
    sizes = SMOKE if options.smoke else FULL
    if options.viewers:
        sizes = Sizes(options.viewers, max(1, options.viewers // 10), sizes.seconds, sizes.slides, sizes.late,
                      sizes.calm_s)
    bench = Bench(stage, options, sizes, out)
    out.say(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start, {options.size}, loopback")
    process = scenes.backdrop(bench.screen) if options.size == "1920x1080" else None
    bench.ours.connect()
    bench.ours.settle()
    parts = options.parts or PARTS
    if set(parts) & set(PARTS[:4]):
        alone = bench.play(1, sizes.slides)
        many = bench.scroll()
        bench.slide(alone)
        bench.late()
        bench.close_swarm()
        bench.throttle(many)
    if set(parts) & set(PARTS[4:]):
        bench.talk()
        bench.handover()
        bench.close_swarm()
    bench.ours.disconnect()
    if process:
        bench.screen.end(process)


def main(folder, arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="lotse-bench-relay", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART",
                        help="the first four come together, and so do the last two; all, unless said otherwise")
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    parser.add_argument("--smoke", action="store_true", help="only shows that everything works")
    parser.add_argument("--viewers", type=int, default=0, help="100, unless said otherwise")
    parser.add_argument("--size", default="1280x720", help="of the shared screen")
    parser.add_argument("--programs", default=folder, help="folder of lotse-relay and the others")
    parser.add_argument("--keep", metavar="DIR", help="folder for logs that stays")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends, and its files go
    out = report.Report(options.json, " ".join(["lotse-bench-relay", *arguments]), "relay", "one viewer")
    with tempfile.TemporaryDirectory(prefix="lotse-bench-relay.") as scratch:
        try:
            with programs.Stage(options.programs, options.keep or scratch) as stage:
                run(stage, options, out)
        except (programs.Failure, OSError) as failure:
            print(f"lotse-bench-relay: {failure}", file=sys.stderr)
            return 1
    return 0
