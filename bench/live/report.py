"""One line a figure: ours, the peer's, their ratio; as a table or as JSON Lines."""

import json
import math


def percentile(values, share):
    """The smallest value that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


class Report:
    def __init__(self, as_json, command, bench="live", peer="x0vncserver"):
        self.as_json, self.command, self.bench, self.peer = as_json, command, bench, peer

    def say(self, text):
        if not self.as_json:
            print(text, flush=True)

    def title(self, text):
        self.say(f"\n{text:<58}{'lotse':>12}{self.peer:>14}{'ratio':>8}")

    def add(self, name, ours, peer, unit):
        ratio = ours / peer if ours is not None and peer else None
        if self.as_json:
            rounded = [None if v is None else round(v, 4) for v in (ours, peer, ratio)]
            print(json.dumps({"name": self.bench + " " + name, **dict(zip(("ours", "peer", "ratio"), rounded)), "unit": unit,
                              "cmd": self.command}), flush=True)
            return
        shown = ["-" if v is None else f"{v:.3f}" if abs(v) < 1 else f"{v:.2f}" if abs(v) < 100 else f"{v:.0f}"
                 for v in (ours, peer, ratio)]
        print(f"{name + ', ' + unit:<58}{shown[0]:>12}{shown[1]:>14}{shown[2]:>8}", flush=True)
