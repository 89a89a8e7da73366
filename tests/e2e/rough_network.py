"""Two network namespaces with a bad line between them: delay, loss, a rate with a queue, all for each direction. Needs
root. The kernels of test machines often lack netem; a TUN device at each end and a loop between them always work."""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import time

LEFT, RIGHT = "10.93.7.1", "10.93.7.2"
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def run(*command, **how):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, **how)


class RoughNetwork:
    """`left` and `right` are commands that run what follows them on that side. Use as a context manager."""

    def __init__(self, delay_ms=0, loss_pct=0, rate_mbit=0, queue_ms=100, seed=1, udp=True, tcp=None):
        """`udp`: whether any passes. `tcp`: the only ports on the right that the left reaches; None: all."""
        self.names = [f"lotse-{os.getpid()}-{side}" for side in ("left", "right")]
        self.left, self.right = (["ip", "netns", "exec", name] for name in self.names)
        self.line = {"delay_ms": delay_ms, "loss_pct": loss_pct, "rate_mbit": rate_mbit, "queue_ms": queue_ms,
                     "seed": seed, "udp": udp, "tcp": tcp}
        self.emulator = None

    def __enter__(self):
        for name in self.names:
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        self.emulator = subprocess.Popen([sys.executable, "-B", __file__, *self.names, json.dumps(self.line)],
                                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if self.emulator.stdout.readline() != "ready\n":
            raise RuntimeError("the network did not come up")
        for name, address in zip(self.names, (LEFT, RIGHT)):
            run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "line")
            run("ip", "-n", name, "link", "set", "line", "up", "txqueuelen", "2000")
        return self

    def __exit__(self, *_):
        if self.emulator:
            self.emulator.terminate()
            self.emulator.wait()
            self.emulator.stdout.close()
        for name in self.names:
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL, check=False)

    def block_udp(self):
        """From now on no datagram of UDP passes."""
        self.emulator.send_signal(signal.SIGUSR1)


class Direction:
    """Loss, then a rate with a drop-tail queue, then the delay."""

    udp_passes = True

    def __init__(self, line, seed, to_the_right):
        self.line, self.random, self.free, self.due = line, random.Random(seed), 0.0, []
        self.ports = line["tcp"] if to_the_right else None

    @classmethod
    def block_udp(cls, *_):
        cls.udp_passes = False

    def take(self, packet, now):
        line = self.line
        if packet[9] == socket.IPPROTO_UDP and not Direction.udp_passes:  # IPv4: the protocol
            return
        if self.ports is not None and packet[9] == socket.IPPROTO_TCP:
            begin = (packet[0] & 15) * 4
            if int.from_bytes(packet[begin + 2:begin + 4], "big") not in self.ports:
                return
        if self.random.random() * 100 < line["loss_pct"]:
            return
        leaves = now
        if line["rate_mbit"]:
            start = max(now, self.free)
            if (start - now) * 1000 > line["queue_ms"]:
                return
            leaves = self.free = start + len(packet) * 8 / line["rate_mbit"] / 1e6
        heapq.heappush(self.due, (leaves + line["delay_ms"] / 1000, len(packet), packet))

    def flush(self, device, now):
        while self.due and self.due[0][0] <= now:
            try:
                os.write(device, heapq.heappop(self.due)[2])
            except OSError:
                pass  # the other side is not up yet


def open_device(name):
    """A TUN device "line" in that namespace. It belongs to where its file was opened."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as home, open(f"/run/netns/{name}") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"line", IFF_TUN | IFF_NO_PI))
        libc.setns(home.fileno(), CLONE_NEWNET)
    return device


def emulate(left, right, line):
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # with whoever started it
    devices = [open_device(left), open_device(right)]
    signal.signal(signal.SIGUSR1, Direction.block_udp)
    Direction.udp_passes = line["udp"]
    ways = [Direction(line, line["seed"], True), Direction(line, line["seed"] + 1, False)]
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        for way, device in zip(ways, reversed(devices)):
            way.flush(device, now)
        soon = min((way.due[0][0] for way in ways if way.due), default=now + 1)
        readable, _, _ = select.select(devices, [], [], max(0, soon - now))
        for way, device in zip(ways, devices):
            if device not in readable:
                continue
            for _ in range(64):
                try:
                    way.take(os.read(device, 65536), time.monotonic())
                except BlockingIOError:
                    break


if __name__ == "__main__":
    emulate(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
