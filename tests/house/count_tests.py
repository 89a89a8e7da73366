#!/usr/bin/env python3
"""Counts test cases in the JUnit file that ctest writes (one entry a program) by what each program says at its end.

Usage: count_tests.py FILE 3>SUMS. People read standard output (what failed, what was skipped); file descriptor 3 gets
"PASSED FAILED SKIPPED". A program that says nothing we know counts as one test; one that died counts as one failure
more than it reported."""

import os
import re
import sys
import xml.etree.ElementTree as ElementTree


def counts_of(status, output, reason=""):
    """(passed, failed, skipped) of one program that ended with ctest's `status` and wrote `output`. `reason`: why ctest
    calls it not run; only a program that asked to be skipped is skipped, one that is missing failed."""
    if status == "disabled" or (status == "notrun" and reason.startswith("SKIP_")):
        return 0, 0, 1
    passed = failed = skipped = 0
    known = False
    for line in output.splitlines():
        if match := re.search(r"All tests passed \(\d+ assertions? in (\d+) test cases?\)", line):  # Catch2
            passed += int(match[1])
            known = True
        elif match := re.match(r"test cases: +(\d+)(.*)", line):
            of = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed)", match[2])}
            passed += of.get("passed", 0)
            failed += int(match[1]) - of.get("passed", 0)
            known = True
    python = re.search(r"^Ran (\d+) tests? in ", output, re.M)
    if python:
        end = re.search(r"^(?:OK|FAILED)(?: \((.*)\))?$", output[python.end():], re.M)
        of = {word: int(number) for word, number in re.findall(r"(\w+)=(\d+)", (end and end[1]) or "")}
        # Parts of one test (subTest) fail one by one, but it is one test.
        bad = len(set(re.findall(r"^(?:FAIL|ERROR): \w+ \(([\w.]+)\)", output, re.M)))
        bad = bad or of.get("failures", 0) + of.get("errors", 0)
        left_out = of.get("skipped", 0)
        passed += max(0, int(python[1]) - bad - left_out)
        failed += bad
        skipped += left_out
        known = True
    if not known:
        return (1, 0, 0) if status == "run" else (0, 1, 0)
    if status != "run" and failed == 0:  # died after its summary, or a sanitizer spoke at the end
        failed = 1
    return passed, failed, skipped


def main():
    total = [0, 0, 0]
    for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        skip = case.find("skipped")
        counts = counts_of(case.get("status"), case.findtext("system-out") or "",
                           "" if skip is None else skip.get("message", ""))
        total = [a + b for a, b in zip(total, counts)]
        if counts[1]:
            print(f"   FAILED: {case.get('name')} ({counts[1]} of {sum(counts)})")
            for line in (case.findtext("system-out") or "").splitlines()[-120:]:
                print("   | " + line)
        elif counts[2]:
            print(f"   skipped: {case.get('name')} ({counts[2]} of {sum(counts)})")
            for line in re.findall(r"skipped ['\"].*", case.findtext("system-out") or "")[:20]:
                print("   | " + line)
    os.write(3, "{} {} {}\n".format(*total).encode())


if __name__ == "__main__":
    main()
