"""Two homes and a relay in the Internet between them, as network namespaces: each home behind a router of its own that
does to its traffic what routers do. Needs root and nft."""

import os
import subprocess

RELAY = "192.0.2.10"  # in `net`


def run(*command, **how):
    subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL, **how)


class NatNetwork:
    """`left`, `right`, `mate` (a second machine of the left home) and `net` are commands that run what follows there.
    A router is: none (routes, and filters nothing), cone (one port outside for each inside, only who was sent to may
    answer), symmetric (another port for each destination), noudp, tcp443 (nothing but TCP to port 443 leaves). Use as a
    context manager."""

    HOMES = (("left", "10.1.0", "198.51.100.2", "198.51.100.1"), ("right", "10.2.0", "198.51.100.6", "198.51.100.5"))

    def __init__(self, left="cone", right="cone"):
        self.kinds = {"left": left, "right": right}
        self.names = {node: f"lotse-{os.getpid()}-{node}" for node in ("left", "right", "mate", "leftr", "rightr", "net")}
        self.left, self.right, self.mate, self.net = (self._in(n) for n in ("left", "right", "mate", "net"))

    def _in(self, node):
        return ["ip", "netns", "exec", self.names[node]]

    def _ip(self, node, *words):
        run("ip", "-n", self.names[node], *words)

    def _wire(self, one, one_device, other, other_device):
        run("ip", "link", "add", one_device, "netns", self.names[one], "type", "veth", "peer", "name", other_device,
            "netns", self.names[other])

    def __enter__(self):
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _build(self):
        for name in self.names.values():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run(*self.net, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        self._ip("net", "address", "add", f"{RELAY}/32", "dev", "lo")
        for home, lan, outside, gateway in self.HOMES:
            router = home + "r"
            self._wire(home, "lan", router, "lan1")
            self._wire(router, "wan", "net", home)
            machines = [(home, f"{lan}.2", "lan1")]
            if home == "left":
                self._wire("mate", "lan", router, "lan2")
                machines.append(("mate", f"{lan}.3", "lan2"))
            self._ip(router, "link", "add", "lan", "type", "bridge")
            for node, address, port in machines:
                self._ip(router, "link", "set", port, "master", "lan", "up")
                self._ip(node, "address", "add", f"{address}/24", "dev", "lan")
                self._ip(node, "link", "set", "lan", "up")
                self._ip(node, "route", "add", "default", "via", f"{lan}.1")
            self._ip(router, "address", "add", f"{lan}.1/24", "dev", "lan")
            self._ip(router, "address", "add", f"{outside}/30", "dev", "wan")
            self._ip("net", "address", "add", f"{gateway}/30", "dev", home)
            self._ip("net", "link", "set", home, "up")
            for device in ("lan", "wan"):
                self._ip(router, "link", "set", device, "up")
            self._ip(router, "route", "add", "default", "via", gateway)
            run(*self._in(router), "sysctl", "-qw", "net.ipv4.ip_forward=1")
            if self.kinds[home] == "none":
                self._ip("net", "route", "add", f"{lan}.0/24", "via", outside)
            else:
                self.set_router(home, self.kinds[home])

    def set_router(self, home, kind):
        """Rules anew; what it remembers of connections goes with the old ones."""
        lan = next(lan for name, lan, *_ in self.HOMES if name == home) + ".0/24"
        masquerade = "masquerade random,fully-random" if kind == "symmetric" else "masquerade"
        block = {"noudp": f"ip saddr {lan} meta l4proto udp drop",
                 "tcp443": f"ip saddr {lan} meta l4proto != tcp drop; ip saddr {lan} tcp dport != 443 drop"}.get(kind, "")
        # A packet to the router itself that nobody asked for leaves no trace in its tables, as with real ones.
        rules = f"""
            table ip lotse
            delete table ip lotse
            table ip lotse {{
              chain after {{ type nat hook postrouting priority srcnat; ip saddr {lan} oifname "wan" {masquerade}; }}
              chain through {{ type filter hook forward priority filter; policy drop;
                {block}
                ct state established,related accept
                ip saddr {lan} accept
              }}
              chain inside {{ type filter hook input priority filter; policy accept;
                iifname "wan" ct state new drop
              }}
            }}"""
        subprocess.run([*self._in(home + "r"), "nft", "-f", "-"], input=rules, text=True, check=True)

    def __exit__(self, *_):
        for name in self.names.values():
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL, check=False)
