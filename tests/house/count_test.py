#!/usr/bin/env python3
"""The counting of ./check: what programs say about themselves, and that nothing skipped or dead counts as passed."""

import unittest

from count_tests import counts_of


class CountTest(unittest.TestCase):
    def test_table(self):
        table = [
            ("run", "All tests passed (5 assertions in 3 test cases)\n", (3, 0, 0)),
            ("run", "All tests passed (1 assertion in 1 test case)\n", (1, 0, 0)),
            ("fail", "test cases: 4 | 3 passed | 1 failed\nassertions: 9 | 8 passed | 1 failed\n", (3, 1, 0)),
            ("fail", "test cases: 1 | 1 failed\nassertions: - none -\n", (0, 1, 0)),
            ("run", "....\n------\nRan 4 tests in 0.1s\n\nOK\n", (4, 0, 0)),
            ("run", "Ran 4 tests in 0.1s\n\nOK (skipped=1)\n", (3, 0, 1)),
            ("fail", "Ran 4 tests in 0.1s\n\nFAILED (failures=1, errors=1, skipped=1)\n", (1, 2, 1)),
            ("fail", "ERROR: test_a (m.T.test_a) (x=1)\nERROR: test_a (m.T.test_a) (x=2)\nRan 3 tests in 0.1s\n\n"
             "FAILED (errors=2)\n", (2, 1, 0)),
            ("notrun", "", (0, 1, 0)),
            ("disabled", "", (0, 0, 1)),
            ("fail", "Segmentation fault\n", (0, 1, 0)),
            ("fail", "All tests passed (5 assertions in 3 test cases)\nLeakSanitizer: detected memory leaks\n", (3, 1, 0)),
            ("run", "something else\n", (1, 0, 0)),
        ]
        for status, output, expected in table:
            with self.subTest(output=output):
                self.assertEqual(counts_of(status, output), expected)

    def test_only_who_asks_for_it_is_skipped(self):
        self.assertEqual(counts_of("notrun", "", "SKIP_RETURN_CODE=77"), (0, 0, 1))
        self.assertEqual(counts_of("notrun", "", "Unable to find executable"), (0, 1, 0))


if __name__ == "__main__":
    unittest.main()
