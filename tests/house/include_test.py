#!/usr/bin/env python3
"""Who includes whom: the tables "Folders" and "Third-party libraries" of docs/ARCHITECTURE.md, held against every
#include of the tree."""

import unittest

import tree

STANDARD = set("""
algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream functional
future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore
set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant
vector version""".split())
SYSTEM = ("arpa/", "asm/", "linux/", "net/", "netinet/", "sys/")  # of the kernel and of libc
SYSTEM_HEADERS = set("""
dirent.h dlfcn.h errno.h fcntl.h glob.h grp.h ifaddrs.h iconv.h langinfo.h libintl.h locale.h math.h netdb.h poll.h
pthread.h pwd.h sched.h signal.h spawn.h stdint.h stdio.h stdlib.h string.h strings.h syslog.h termios.h time.h ucontext.h
unistd.h execinfo.h malloc.h setjmp.h immintrin.h emmintrin.h smmintrin.h tmmintrin.h arm_neon.h""".split())


class Rules:
    """The two tables, read once."""

    def __init__(self):
        self.may = {}      # folder -> folders it may include, or None for all
        self.token = set()  # headers of the part crypto/token
        for row in tree.table("Folders"):
            may = row[3]
            for name in tree.quoted(row[0]):
                if name == "crypto/token":
                    self.token = {"crypto/" + h for h in tree.quoted(row[1])}
                folder = name.rstrip("/")
                self.may[folder] = None if may == "all" else set(may.replace("-", "").split())
        self.libraries = []  # (name, prefixes, folders)
        for row in tree.table("Third-party libraries"):
            self.libraries.append((row[0], tuple(tree.quoted(row[1])), set(tree.quoted(row[2]))))
        self.in_headers = [(place, shown) for row in tree.table("Third-party headers in headers")
                           for place in tree.quoted(row[0]) for shown in tree.quoted(row[1])]

    def part_of(self, header):
        """The name under which the table knows the folder of a header or source."""
        return "crypto/token" if header in self.token else str(header).split("/")[0]

    def library_of(self, header):
        for name, prefixes, places in self.libraries:
            if any(covers(p, header) for p in prefixes):
                return name, places
        return None

    def may_show(self, path, header):
        return any(covers(place, path) and covers(shown, header) for place, shown in self.in_headers)


def covers(pattern, name):
    """`pattern` is a name, a folder with its slash, or the beginning of names with a star."""
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name.startswith(pattern) if pattern.endswith("/") else name == pattern


class IncludeTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.rules = Rules()
        cls.code = [f for f in tree.files(".h", ".cpp") if str(f).split("/")[0] not in ("build", "cmake")]

    def token_sources(self):
        """crypto/x.cpp belongs to token where crypto/x.h does."""
        return {h[:-2] + ".cpp" for h in self.rules.token}

    def test_every_folder_with_code_stands_in_the_table(self):
        folders = {f.parts[0] for f in self.code if len(f.parts) > 1}
        self.assertEqual(sorted(folders - set(self.rules.may)), [])

    def test_folders_include_only_what_the_table_allows(self):
        wrong = []
        for path in self.code:
            if path.parts[0] in tree.FREE_FOLDERS:
                continue
            own = "crypto/token" if str(path) in self.token_sources() else self.rules.part_of(str(path))
            may = self.rules.may.get(own, set())
            for line, bracket, header in tree.includes(path):
                if bracket != '"':
                    continue
                target = self.rules.part_of(header)
                if "/" not in header:
                    wrong.append(f'{path}:{line}: "{header}" without its folder')
                elif target == own or (own == "crypto" and target == "crypto/token"):
                    continue
                elif may is not None and target not in may and not (target == "crypto/token" and "crypto" in may):
                    wrong.append(f'{path}:{line}: {own} may not include "{header}"')
        self.assertEqual(wrong, [])

    def test_headers_show_no_third_party_library(self):
        wrong = []
        for path in self.code:
            if path.suffix != ".h" or path.parts[0] in tree.FREE_FOLDERS:
                continue
            for line, bracket, header in tree.includes(path):
                if bracket == "<" and header not in STANDARD and not self.rules.may_show(str(path), header):
                    wrong.append(f"{path}:{line}: <{header}>")
        self.assertEqual(wrong, [])

    def test_each_library_is_used_by_its_folders_alone(self):
        wrong = []
        for path in self.code:
            if path.parts[0] in tree.FREE_FOLDERS:
                continue
            for line, bracket, header in tree.includes(path):
                if header in STANDARD or header in SYSTEM_HEADERS or header.startswith(SYSTEM):
                    continue
                library = self.rules.library_of(header)  # a generated header is included as one of ours
                if library is None and bracket == '"':
                    continue
                if library is None:
                    wrong.append(f"{path}:{line}: <{header}> belongs to no library of the table")
                elif not any(covers(place, str(path)) for place in library[1]):
                    wrong.append(f"{path}:{line}: {library[0]} is not for {path.parts[0]}")
        self.assertEqual(wrong, [])

    def test_the_table_names_no_library_that_nobody_uses(self):
        used = {(self.rules.library_of(h) or ("",))[0] for f in self.code for _, _, h in tree.includes(f)}
        self.assertEqual([name for name, _, _ in self.rules.libraries if name not in used], [])


if __name__ == "__main__":
    unittest.main()
