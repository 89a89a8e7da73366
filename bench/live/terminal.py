"""Runs inside the bench's xterm: types 10 characters a second, or scrolls 120 lines a second, once GO exists.
terminal.py type|scroll SECONDS GO"""

import pathlib
import sys
import time

WORDS = ("session screen damage slot epoch nonce seal open presenter viewer relay master pixel frame lossless "
         "capture encode decode canvas window pointer keyboard control consent number code link").split()


def text(count):
    """The same words in every run, as lines of about 100 characters."""
    state, line = 1, ""
    for _ in range(count):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        line += WORDS[(state >> 12) % len(WORDS)] + " "
        if len(line) > 100:
            yield line
            line = ""


def main():
    kind, seconds, go = sys.argv[1], float(sys.argv[2]), pathlib.Path(sys.argv[3])
    print("\n".join(list(text(300))[:20]), flush=True)
    while not go.exists():
        time.sleep(0.01)
    pieces, rate = (list("".join(text(500))), 10) if kind == "type" else ([l + "\n" for l in text(40000)], 120)
    start = time.monotonic()
    for number in range(int(seconds * rate)):
        time.sleep(max(0, start + number / rate - time.monotonic()))
        sys.stdout.write(pieces[number % len(pieces)])
        sys.stdout.flush()
    time.sleep(3600)


main()
