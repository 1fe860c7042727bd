"""What two agents made of the same flow, brought into a form in which they must be equal.

Written down as it is: bodies and headers in order (a random UUID by its shape), names of files but for the clock in them, keys and
values of SequenceFiles but for the clock in them, metadata and records of Avro files, lines of the logger sink, components and
attributes of /metrics, and the counters that do not depend on time.
"""
import json
import re
from pathlib import Path

import avro_file
import sequence_layout

DIFFERENCES = Path(__file__).resolve().parents[2] / "docs" / "differences.md"

# What docs/differences.md declares and the comparison leaves out: name -> how the line there begins.
MASKS = {
    "crc": "| `.name.crc` files beside files on `file://` |",
    "counters": "| netcat, netcatudp sources: no counters |",
}

# Counters that are the same however the events were cut into batches.
COUNTERS = ("Type", "EventReceivedCount", "EventAcceptedCount", "ChannelWriteFail", "EventReadFail", "GenericProcessingFail", "OpenConnectionCount",
            "ChannelCapacity", "ChannelSize", "EventPutAttemptCount", "EventPutSuccessCount", "EventTakeSuccessCount",
            "Open", "Closed", "Unhealthy", "EventPutErrorCount", "EventTakeErrorCount", "CheckpointWriteErrorCount", "CheckpointBackupWriteErrorCount",
            "ConnectionFailedCount", "EventDrainAttemptCount", "EventDrainSuccessCount", "EventWriteFail", "ChannelReadFail")

CLOCK = re.compile(r"(?<!\d)(1[0-9]{12})(?!\d)")
SECONDS = re.compile(r"(?<!\d)20\d{12}(?!\d)")
RANDOM_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b")
EVENT_LINE = re.compile(r"Event: \{ headers:\{.*?\} body:.*? \}", re.S)


def undeclared_masks():
    """Names of masks whose line is not in docs/differences.md any more."""
    lines = DIFFERENCES.read_text(encoding="utf-8").splitlines()
    return [name for name, start in MASKS.items() if not any(line.startswith(start) for line in lines)]


class Clock:
    """Tells times of this run from other numbers, and writes them as <now> or as the distance from the lowest."""

    def __init__(self, begin_ms, end_ms):
        self.begin, self.end = begin_ms, end_ms

    def is_now(self, number):
        return self.begin <= number <= self.end

    def masked(self, text):
        return CLOCK.sub(lambda match: "<now>" if self.is_now(int(match.group(1))) else match.group(1), text)


def file_order(name):
    """Files in the order in which they were begun: the numbers in a name count as numbers."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def names_of(paths, clock):
    """path -> what is compared: of a number that comes from the clock, how far it is from the first with the same beginning."""
    first = {}
    shown = {}
    for path in paths:
        now = next((match for match in CLOCK.finditer(path) if clock.is_now(int(match.group(1)))), None)
        if now:
            place, number = path[:now.start()], int(now.group(1))
            shown[path] = f"{place}<start+{number - first.setdefault(place, number)}>{path[now.end():]}"
        else:
            shown[path] = SECONDS.sub("<second>", path)
    return shown


def avro_content(data):
    metadata = avro_file.read(data)["metadata"]
    count, joined = avro_file.records(data)
    # Without a codec the file may say so or not.
    rows = [f"{key} = {value}" for key, value in metadata if (key, value) != ("avro.codec", "null")] + [f"{count} records"]
    if '"name":"headers"' not in metadata[0][1]:
        return [*rows, repr(joined)]
    return rows + [f"{sorted(headers.items())}: {body!r}" for headers, body in avro_file.events(joined)]


def content(data, clock):
    if data.startswith(b"Obj\x01"):
        return avro_content(data)
    if not data.startswith(b"SEQ"):
        return [RANDOM_UUID.sub("<uuid>", clock.masked(line.decode("utf-8", "backslashreplace"))) for line in data.split(b"\n")]
    read = sequence_layout.read(data)
    rows = [f"{read['key_class']} -> {read['value_class']}, compressed {read['compressed']}, metadata {read['metadata']}"]
    for entry in read["entries"]:
        if "value" in entry:
            body = sequence_layout.body(entry["value"], read["value_class"])
            if entry["value"][-len(body):] != body and body:
                rows.append("a value with more behind its body")
            rows.append(f"{clock.masked(str(entry['key']))}: {body!r}")
    return rows


def files(folder, masks, clock):
    """[(name, rows)] of everything below the folder."""
    found = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_dir():
            if not any(path.iterdir()):
                found[name + "/"] = []
        elif not ("crc" in masks and path.name.startswith(".") and path.name.endswith(".crc")):
            found[name] = content(path.read_bytes(), clock)
    paths = sorted(found, key=file_order)
    names = names_of(paths, clock)
    return [(names[path], found[path]) for path in paths]


def logged(text, clock):
    return [("log", [clock.masked(line) for line in EVENT_LINE.findall(text)])]


def metrics(flow, answer):
    rows = []
    for kind, prefix in (("sources", "SOURCE"), ("channels", "CHANNEL"), ("sinks", "SINK")):
        for component in flow.components(kind):
            if kind == "sources" and "counters" in flow.masks:
                continue
            attributes = answer.get(f"{prefix}.{component}")
            rows.append((f"/metrics of {prefix}.{component}",
                         ["none"] if attributes is None else
                         sorted(attributes) + [f"{name} = {attributes[name]}" for name in COUNTERS if name in attributes]))
    return rows


def first_difference(theirs, ours):
    """None, or where Apache Flume and we part: name, what it has, what we have."""
    for index in range(max(len(theirs), len(ours))):
        their_name, their_rows = theirs[index] if index < len(theirs) else ("nothing", [])
        our_name, our_rows = ours[index] if index < len(ours) else ("nothing", [])
        if their_name != our_name:
            return f"{index + 1}. output: Apache Flume has {their_name}, this version {our_name}"
        for row in range(max(len(their_rows), len(our_rows))):
            their_row = their_rows[row] if row < len(their_rows) else None
            our_row = our_rows[row] if row < len(our_rows) else None
            if their_row != our_row:
                return f"{their_name}, row {row + 1}:\n  Apache Flume: {shown(their_row)}\n  this version: {shown(our_row)}"
    return None


def shown(row):
    if row is None:
        return "nothing"
    text = json.dumps(row, ensure_ascii=False)
    return text if len(text) < 300 else f"{text[:300]}.. ({len(text)} characters)"
