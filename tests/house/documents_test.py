#!/usr/bin/env python3
"""What the documents say about the code: frames and limits of docs/PROTOCOL.md, options of the man pages, versions."""

import os
import re
import subprocess
import unittest

import tree

BIN = os.path.join(os.environ.get("LOTSE_BUILD", "build/dev"), "bin")


def read(path):
    return (tree.ROOT / path).read_text(encoding="utf-8")


class ProtocolTest(unittest.TestCase):
    page = read("docs/PROTOCOL.md")

    def test_frame_types_are_those_of_the_code(self):
        listed = sorted(int(n, 16) for n in re.findall(r"^\| 0x([0-9a-f]+) \|", self.page, re.M))
        code = read("wire/relay_frame.cpp")
        enum = re.search(r"enum class Type[^{]*\{(.*?)\};", code, re.S)[1]
        coded = [int(n, 16) for n in re.findall(r"= 0x([0-9a-f]+)", enum)]
        coded.append(int(re.search(r"kPacketFrame = 0x([0-9a-f]+)", read("wire/relay_frame.h"))[1], 16))
        coded += [int(n, 16) for n in re.findall(r"^/// .*, 0x(6[0-9a-f]):", read("wire/board.h"), re.M)]
        self.assertEqual(listed, sorted(coded))

    def test_codes_are_those_of_the_code(self):
        for enum in ("RelayError", "Operation"):
            body = re.search(r"enum class " + enum + r"[^{]*\{(.*?)\};", read("wire/relay_frame.h"), re.S)[1]
            for name, number in re.findall(r"(\w+) = (\d+)", body):
                with self.subTest(enum=enum, name=name):
                    self.assertRegex(self.page, rf"\b{number} {name}\b")

    def test_limits_exist(self):
        rows = self.page.split("## Limits")[1]
        named = re.findall(r"`(k[A-Z]\w+)`", rows)
        limits = read("wire/limits.h") + read("wire/board.h")
        self.assertGreater(len(named), 10)
        self.assertEqual([n for n in named if not re.search(rf"\b{n}\b", limits)], [])


class ThreatModelTest(unittest.TestCase):
    def test_tests_that_it_names_exist(self):
        named = re.findall(r"`(\w+_test)\.(test_\w+)`", read("docs/THREAT_MODEL.md"))
        self.assertGreater(len(named), 5)
        self.assertEqual([n for n in named if f"def {n[1]}(" not in read(f"tests/e2e/{n[0]}.py")], [])


class ControlTest(unittest.TestCase):
    words = set(re.findall(r"`(\w+)(?:\{[^`]*\})?`", read("docs/CONTROL.md")))

    def test_every_command_is_described(self):
        commands = {c for f in tree.files(".cpp") if f.parts[0] == "program"
                    for c in re.findall(r'\{"(\w+)",\s*&Engine::', read(f))}
        self.assertGreater(len(commands), 30)
        self.assertEqual(sorted(commands - self.words), [])

    def test_every_event_is_described(self):
        events = {e for f in tree.files(".cpp") if f.parts[0] == "program"
                  for e in re.findall(r'\{"event", "(\w+)"\}', read(f))}
        self.assertGreater(len(events), 20)
        self.assertEqual(sorted(events - self.words - {"hello", "quit"}), [])


class ManPagesTest(unittest.TestCase):
    programs = ("lotse-master", "lotse-participant", "lotse-relay")

    def test_every_option_has_its_words_and_no_other(self):
        for program in self.programs:
            with self.subTest(program=program):
                shown = subprocess.run([os.path.join(BIN, program), "--help"], capture_output=True, text=True, check=True,
                                       env={**os.environ, "LANGUAGE": "en", "ASAN_OPTIONS": "detect_leaks=0"})
                options = set(re.findall(r"--([a-z][a-z-]+)", shown.stdout)) - {"help", "version"}
                page = read(f"docs/man/{program}.1")
                described = {o for line in re.findall(r"^\.It (Fl Fl .*)$", page, re.M)
                             for o in re.findall(r"Fl Fl ([a-z-]+)", line)}
                self.assertEqual(sorted(described), sorted(options))

    def test_pages_are_well_formed(self):
        for page in sorted((tree.ROOT / "docs/man").glob("*.1")):
            with self.subTest(page=page.name):
                run = subprocess.run(["man", "--warnings", "-l", str(page)], capture_output=True, text=True,
                                     env={**os.environ, "MANPAGER": "cat", "LC_ALL": "C.UTF-8"})
                self.assertEqual((run.returncode, run.stderr), (0, ""))
                self.assertIn("EXAMPLES", run.stdout)


class VersionTest(unittest.TestCase):
    def test_one_version_everywhere(self):
        version = re.search(r"project\(lotse VERSION ([0-9.]+)", read("CMakeLists.txt"))[1]
        self.assertEqual(re.search(r"^## ([0-9.]+)", read("CHANGELOG.md"), re.M)[1], version)
        self.assertEqual(re.match(r"lotse \(([0-9.]+)-", read("packaging/debian/changelog"))[1], version)


if __name__ == "__main__":
    unittest.main()
