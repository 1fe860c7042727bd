"""The files of tests/configurations, and the agents that are asked for: those that a file names, else a1."""

import re
from pathlib import Path

FILES = Path(__file__).resolve().parent.parent / "configurations" / "files"
ANOTHER = {"other_agent.conf": ["a1"]}


def agents_of(path):
    text = path.read_text(encoding="utf-8-sig")
    found = dict.fromkeys(re.findall(r"^[ \t]*([\w-]+)\.(?:sources|channels|sinks|source)\b", text, re.M))
    return ANOTHER.get(path.name) or list(found) or ["a1"]


def cases():
    return [(path, agent) for path in sorted(FILES.glob("*.conf")) for agent in agents_of(path)]
