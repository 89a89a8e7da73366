#!/usr/bin/env python3
"""The tree itself: format, paths named by the documents, the command lines of the man pages, the package lists."""

import re
import shutil
import subprocess
import unittest

import tree


class TreeTest(unittest.TestCase):
    maxDiff = None

    def test_every_source_is_formatted(self):
        code = [str(f) for f in tree.files(".h", ".cpp")]
        run = subprocess.run(["clang-format", "--dry-run", "-Werror", *code], cwd=tree.ROOT, capture_output=True, text=True)
        wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", run.stderr, re.M)))
        self.assertEqual(wrong, [])
        self.assertEqual(run.returncode, 0, run.stderr[-2000:])

    def test_every_path_of_the_way_of_a_pixel_exists(self):
        named = [name for row in tree.table("The way of a pixel") for name in tree.quoted(row[1])]
        self.assertGreater(len(named), 12)
        self.assertEqual([name for name in named if not (tree.ROOT / name).exists()], [])

    def test_every_link_between_the_documents_leads_somewhere(self):
        broken = []
        for page in tree.files(".md"):
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", (tree.ROOT / page).read_text(encoding="utf-8")):
                if not (tree.ROOT / page.parent / target).exists():
                    broken.append(f"{page}: {target}")
        self.assertEqual(broken, [])

    def test_python_files_compile(self):
        for path in tree.files(".py"):
            with self.subTest(path=str(path)):
                compile((tree.ROOT / path).read_text(encoding="utf-8"), str(path), "exec")

    def test_shell_scripts_parse(self):
        scripts = [p for p in (tree.ROOT / "start", tree.ROOT / "check", tree.ROOT / ".ci" / "run",
                               *(tree.ROOT / "packaging").iterdir())
                   if p.is_file() and p.read_bytes().startswith((b"#!/bin/bash", b"#!/bin/sh"))]
        self.assertGreater(len(scripts), 4)
        for script in scripts:
            with self.subTest(script=str(script.relative_to(tree.ROOT))):
                run = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True)
                self.assertEqual(run.returncode, 0, run.stderr)

    def test_the_package_list_has_its_kinds_and_no_double(self):
        lines = [l.split() for l in (tree.ROOT / "packaging/packages.txt").read_text().splitlines()
                 if l.strip() and not l.startswith("#")]
        self.assertEqual([l for l in lines if len(l) != 2 or l[0] not in ("build", "package", "check")], [])
        names = [name for _, name in lines]
        self.assertEqual(sorted({n for n in names if names.count(n) > 1}), [])

    @unittest.skipUnless(shutil.which("desktop-file-validate"), "desktop-file-validate is not installed")
    def test_the_desktop_file_is_valid(self):
        for path in tree.files(".desktop"):
            run = subprocess.run(["desktop-file-validate", str(tree.ROOT / path)], capture_output=True, text=True)
            self.assertEqual(run.stdout + run.stderr, "")


if __name__ == "__main__":
    unittest.main()
