#!/usr/bin/env python3
"""The relay cannot read what it forwards: the built program holds neither pixels' coders nor the end-to-end keys."""

import os
import re
import subprocess
import unittest

BIN = os.path.join(os.environ.get("LOTSE_BUILD", "build/dev"), "bin")
FORBIDDEN = [
    r"lotse::codec::", r"lotse::session::", r"lotse::record::", r"lotse::desktop::", r"lotse::ui::",
    r"lotse::crypto::(ClientHandshake|MasterHandshake|EpochKeys|SealKey|OpenKey|RsaKey|DhKey|ReplayWindow)",
    r"lotse::wire::pb::",
]
FORBIDDEN_LIBRARIES = r"libjpeg|libzstd|libav|libsw|libSDL|libxcb|libprotobuf|libfreetype"


def symbols(program):
    return subprocess.run(["nm", "-C", program], check=True, capture_output=True, text=True).stdout


class RelayTest(unittest.TestCase):
    relay = os.path.join(BIN, "lotse-relay")
    master = os.path.join(BIN, "lotse-master")

    def test_the_relay_has_no_end_to_end_symbol(self):
        found = {m for rule in FORBIDDEN for m in re.findall(rule, symbols(self.relay))}
        self.assertEqual(found, set())

    def test_the_relay_loads_no_library_of_pictures_or_messages(self):
        needed = subprocess.run(["readelf", "-d", self.relay], check=True, capture_output=True, text=True).stdout
        self.assertEqual(re.findall(r"NEEDED.*\[((?:" + FORBIDDEN_LIBRARIES + r")[^\]]*)\]", needed), [])

    def test_the_search_finds_these_symbols_where_they_belong(self):
        """Else a renamed class would make the first test blind."""
        names = symbols(self.master)
        missing = [rule for rule in FORBIDDEN if not re.search(rule, names)]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
