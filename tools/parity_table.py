#!/usr/bin/env python3
"""docs/parity.md: each key, option and variable of Apache Flume 1.11 (tests/data/keys.tsv), and what it is here.

    tools/parity_table.py PROGRAM OUTPUT

What the program says of itself (`describe --json`, `help`) is compared with the table; tests/data/parity.tsv has what it cannot say: the
rows that are about no component, and why something differs. The exit code is 1 when a component that is here lacks a key, or differs
without a reason, or when a reason is about nothing.
"""
import collections
import csv
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KEYS = os.path.join(ROOT, "tests", "data", "keys.tsv")
REASONS = os.path.join(ROOT, "tests", "data", "parity.tsv")
SAME, ACCEPTED, DIFFERS, MISSING = "same", "accepted, not needed", "differs", "missing"
PREFIXES = {"selector": "selector.", "sinkprocessor": "processor."}
MEASURES = {"ms", "s", "bytes", "%"}
NO_DEFAULT = {"-", "empty string"}
NOT_READ = "no effect in 1.11, code reads"
ABSENT = "[not in this version]"

Row = collections.namedtuple("Row", "kind type class_name key required default unit meaning")
Verdict = collections.namedtuple("Verdict", "row status why")


def read_table(path, columns):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows, 1):
        if len(row) != columns:
            raise SystemExit(f"{path}:{number}: {len(row)} columns instead of {columns}")
    return rows[1:]


def find_key(keys, name):
    """By name or alias; `serializers.<name>.type` also as the family `serializers.*`, `serializer.*` as the component chosen by a key."""
    family = name[:name.index("<")] + "*" if "<" in name else name
    for wanted in dict.fromkeys((name, family)):
        for key in keys:
            if wanted == key["key"] or wanted in key["aliases"] or (wanted.endswith(".*") and key["nested_prefix"] == wanted[:-1]):
                return key
    return None


def differences(row, key):
    """In words; none where nothing but the words differ."""
    if key["no_effect"] or key["nested_prefix"]:
        return []
    found = []
    flume, ours = "" if row.default in NO_DEFAULT else row.default, key["default"] or ""
    if flume.lower() != ours.lower():
        found.append(f"default {ours or 'none'} instead of {flume or 'none'}")
    required = "yes" if key["required"] else "no"
    if required != row.required:
        found.append("required" if key["required"] else "not required")
    unit = key["unit"] or ""
    if (row.unit != unit) if row.unit in MEASURES or unit in MEASURES else (row.unit == "bool" and key["type"] != "bool"):
        found.append(f"in {unit or key['type']} instead of {row.unit}")
    return found


class Here:
    """What the program says of itself."""

    def __init__(self, document, usage):
        self.kinds = {kind["kind"]: kind for kind in document["kinds"]}
        entries = [line.strip() for line in usage.splitlines() if line.startswith("  ")]
        self.options = {word for entry in entries if ABSENT not in entry for word in re.findall(r"[-\w]+", entry.split(" ")[0])}

    def component(self, row):
        for component in self.kinds[row.kind]["components"]:
            if component["type"].lower() == row.type.lower() or row.class_name in component["class_names"]:
                return component
        return None

    def option(self, row):
        """A verb or option of the command line: the first of its spellings."""
        word = re.match(r"[-\w]+", row.key).group()
        return SAME if word in self.options else MISSING


def verdict_of(row, here, reasons):
    """(status, why, problem)"""
    reason = reasons.get((row.kind, row.type, row.key))
    if row.kind not in here.kinds:
        if reason:
            return (*reason, None)
        return (here.option(row), "", None) if row.kind == "cli" else (MISSING, "", None)
    component = None
    if row.type != "*":
        component = here.component(row)
        if component is None:
            return MISSING, "", None
    if NOT_READ in row.meaning:
        return SAME, "not read by Flume either", None
    prefix = PREFIXES.get(row.kind, "")
    name = row.key.removeprefix(prefix)
    key = (find_key(component["keys"], name) if component and row.key != "-" else None) or find_key(here.kinds[row.kind]["keys"], row.key) \
        or find_key(here.kinds[row.kind]["keys"], name)
    if row.key == "-" or (component and name == "type"):
        return SAME, "", None
    if key is None:
        return (*reason, None) if reason else (MISSING, "", "no such key")
    if key["no_effect"]:
        return ACCEPTED, key["no_effect"], None
    found = differences(row, key)
    if not found:
        return SAME, "", f"a reason for a difference that is none: {reason}" if reason else None
    return (*reason, None) if reason else (DIFFERS, "", "; ".join(found))


def compare(rows, here, reasons):
    """(verdicts, problems)"""
    verdicts, problems = [], []
    for row in rows:
        status, why, problem = verdict_of(row, here, reasons)
        verdicts.append(Verdict(row, status, why))
        if problem:
            problems.append(f"{row.kind} {row.type} {row.key}: {problem}")
    known = {(row.kind, row.type, row.key) for row in rows}
    problems += [f"{' '.join(key)}: a reason for what is not in keys.tsv" for key in reasons if key not in known]
    return verdicts, problems


def cell(text):
    return text.replace("|", "\\|")


def page(verdicts):
    lines = ["# Parity with Apache Flume 1.11", "",
             "Generated from what the program says of itself and a list of every key, option and variable of Flume; `make docs` writes it.",
             f"`{SAME}`: name, default and unit are Flume's. `{ACCEPTED}`: it may stay in the file and does nothing. `{MISSING}`: its component, or it, is not in this version.",
             "", f"| kind | {SAME} | {ACCEPTED} | {DIFFERS} | {MISSING} |", "| --- | --: | --: | --: | --: |"]
    kinds = list(dict.fromkeys(verdict.row.kind for verdict in verdicts))
    for kind in kinds:
        counts = collections.Counter(verdict.status for verdict in verdicts if verdict.row.kind == kind)
        lines.append(f"| [{kind}](#{kind}) | {counts[SAME]} | {counts[ACCEPTED]} | {counts[DIFFERS]} | {counts[MISSING]} |")
    for kind in kinds:
        lines += ["", f"## {kind}", "", "| type | key | here |", "| --- | --- | --- |"]
        of_kind = [verdict for verdict in verdicts if verdict.row.kind == kind]
        types = {}
        for verdict in of_kind:
            types.setdefault((verdict.row.type, verdict.row.class_name), []).append(verdict)
        for (name, class_name), of_type in types.items():
            shown = f"`{name}`" if name not in "-*" else f"`{class_name}`" if class_name not in "-*" else "every" if name == "*" else ""
            if all(verdict.status == MISSING and not verdict.why for verdict in of_type):
                lines.append(f"| {shown} | {len(of_type)} keys | {MISSING} |")
                continue
            for verdict in of_type:
                why = f": {verdict.why}" if verdict.why else ""
                lines.append(f"| {cell(shown)} | `{cell(verdict.row.key)}` | {verdict.status}{cell(why)} |")
    return "\n".join(lines) + "\n"


def read_reasons(path):
    reasons = {}
    for kind, name, key, status, why in read_table(path, 5):
        if status not in (SAME, ACCEPTED, DIFFERS, MISSING):
            raise SystemExit(f"{path}: {kind} {key}: no such status: {status}")
        reasons[(kind, name, key)] = (status, why if why != "-" else "")
    return reasons


def main():
    program, output = sys.argv[1:]
    described = subprocess.run([program, "describe", "--json"], stdout=subprocess.PIPE, check=True).stdout
    usage = subprocess.run([program, "help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [Row(*columns) for columns in read_table(KEYS, 8)]
    verdicts, problems = compare(rows, Here(json.loads(described), usage), read_reasons(REASONS))
    with open(output, "w", encoding="utf-8") as file:
        file.write(page(verdicts))
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
