"""The tree as the house tests see it: its files, and the tables of docs/ARCHITECTURE.md that they must obey."""

import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ARCHITECTURE = ROOT / "docs" / "ARCHITECTURE.md"
FREE_FOLDERS = {"tests", "bench"}  # they may include whatever they test


def files(*endings):
    """Files of the tree with one of these endings, relative to ROOT, without what builds and tools leave there."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if not f.startswith(".") and not f.startswith("build")
                      and f not in ("node_modules", "__pycache__")]
        found += [pathlib.Path(folder, n).relative_to(ROOT) for n in names if n.endswith(endings)]
    return sorted(found)


def table(title):
    """Rows of the first table below the heading `title`, as lists of cells, without the table's head."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    below = re.split(r"^##+ " + re.escape(title) + r"\s*$", text, flags=re.M)
    assert len(below) == 2, f"one heading '{title}' in {ARCHITECTURE}"
    rows = []
    for line in below[1].splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            break
    assert len(rows) > 2, f"a table below '{title}' in {ARCHITECTURE}"
    return rows[2:]


def quoted(cell):
    """The texts between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def includes(path):
    """(line number, bracket, header) of every #include."""
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match[1], match[2]
