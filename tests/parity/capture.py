#!/usr/bin/env python3
"""Captures the golden data in tests/golden again from Apache Flume 1.11.0 and the JDK.

    capture.py all                    everything, about five minutes
    capture.py escapes regex ...      only these
    capture.py --list                 what there is
    capture.py --check escapes ...    capture into a temporary folder and compare; only for the tables,
                                      which are the same on every machine and at every time

Exit status 0, or 1 when a table differs. Needs JDK 17 (the tables name their JDK in README.md) and, once, Maven.
"""

import argparse
import filecmp
import sys
import tempfile
from pathlib import Path

import capture_agents
import capture_tables

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


def check(names):
    """The tables that a fresh capture does not reproduce."""
    different = []
    for name in names:
        if name not in capture_tables.TABLES:
            raise SystemExit(f"{name}: holds times or random markers, cannot be compared byte by byte")
        with tempfile.TemporaryDirectory() as fresh:
            capture_tables.TABLES[name](Path(fresh))
            for path in sorted(Path(fresh).rglob("*.json")):
                known = GOLDEN / path.relative_to(fresh)
                if not known.exists() or not filecmp.cmp(path, known, shallow=False):
                    different.append(str(path.relative_to(fresh)))
    return different


def main():
    everything = {**capture_tables.TABLES, **capture_agents.AGENTS}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if options.list or not options.names:
        print(" ".join(everything))
        return 0
    names = list(capture_tables.TABLES if options.check else everything) if options.names == ["all"] else options.names
    unknown = [name for name in names if name not in everything]
    if unknown:
        raise SystemExit(f"unknown: {' '.join(unknown)}; there are {' '.join(everything)}")
    if options.check:
        different = check(names)
        for path in different:
            print(f"differs: {path}")
        return 1 if different else 0
    print(f"with {capture_tables.java_version()}")
    for name in names:
        everything[name](GOLDEN)
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
