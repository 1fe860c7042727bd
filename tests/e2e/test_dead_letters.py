"""seq -> file channel -> a sink that refuses some: those are in the dead letters, once, with the reason; the others pass them."""
import json
import os
import random
import re
import sys
import time

from agent_process import ROOT
from case import check, configuration, endurance, limit
from file_channel import GIVEN

sys.path.append(os.path.join(ROOT, "tests", "parity"))

import avro_file  # noqa: E402  pylint: disable=wrong-import-position

BAD = 77777
PREFIX = "flume.deadLetter."
TOLD = "bad events were put into the dead letters"
# What each kind of sink refuses: the event that lacks a header, as the interceptors did not know its body.
KINDS = {
    "hdfs": {"type": "hdfs", "hdfs.fileType": "DataStream", "hdfs.rollInterval": "0", "hdfs.rollSize": "0", "hdfs.rollCount": "0"},
    "roll": {"type": "file_roll", "sink.rollInterval": "0"},
}
REASONS = {"hdfs": "needs the event header 'timestamp', which is missing", "roll": "the event names no Avro schema"}
PLACES = ("channel", "folder")


def sink(case, kind, is_mended=False):
    """{key: value} of one that refuses bad ones, or of one that takes them too."""
    out = case.path(f"out-{kind}")
    if kind.startswith("hdfs"):
        return KINDS["hdfs"] | {"hdfs.path": f"file://{out}" + ("/mended" if is_mended else "/%Y")}
    return KINDS["roll"] | {"sink.directory": out + "-mended" if is_mended else out,
                            "sink.serializer": "text" if is_mended else "org.apache.flume.sink.hdfs.AvroEventSerializer$Builder"}


def flow(case, total, bad, names, is_mended=False, has_source=True):
    """Each of `names` is a sink with channels of its own: <kind>-<place>."""
    pattern = rf"^(?!{bad}$)(\\d+)$"
    channels = [f"c-{name}" for name in names]
    dead = [f"d-{name}" for name in names if name.endswith("channel")]
    parts = {"sources": "source1" if has_source else None, "channels": " ".join(channels + dead), "sinks": " ".join(names)}
    if has_source:
        parts |= {
            "sources.source1.type": "seq", "sources.source1.channels": " ".join(channels), "sources.source1.batchSize": "500",
            "sources.source1.totalEvents": total, "sources.source1.interceptors": "mark headers",
            "sources.source1.interceptors.mark.type": "search_replace", "sources.source1.interceptors.mark.searchPattern": pattern,
            "sources.source1.interceptors.mark.replaceString": '"bytes" $1',
            "sources.source1.interceptors.headers.type": "regex_extractor",
            "sources.source1.interceptors.headers.regex": r'^("bytes") (\\d+)$',
            "sources.source1.interceptors.headers.serializers": "schema time",
            "sources.source1.interceptors.headers.serializers.schema.name": "flume.avro.schema.literal",
            "sources.source1.interceptors.headers.serializers.time.name": "timestamp",
        }
    for channel in channels + dead:
        parts |= {f"channels.{channel}.type": "file", f"channels.{channel}.dataDirs": case.path(channel),
                  f"channels.{channel}.capacity": "200000", f"channels.{channel}.transactionCapacity": "1000",
                  f"channels.{channel}.minimumRequiredSpace": "1048576"}
    for name in names:
        parts[f"sinks.{name}.channel"] = f"c-{name}"
        parts[f"sinks.{name}.deadLetter"] = f"d-{name}" if name.endswith("channel") else f"file://{case.path('letters')}"
        parts |= {f"sinks.{name}.{key}": value for key, value in sink(case, name, is_mended).items()}
    return configuration(**{key: value for key, value in parts.items() if value is not None})


def numbers_of(case, name):
    """In the order in which they were written."""
    numbers = []
    for folder, _, files in sorted(os.walk(case.path(f"out-{name}"))):
        for file in sorted(files, key=lambda file: [int(number) for number in re.findall(r"\d+", file)]):
            with open(os.path.join(folder, file), "rb") as opened:
                content = opened.read()
            if name.startswith("roll"):
                content = avro_file.records(content)[1] if content else b""
            numbers += [int(number) for number in re.findall(rb'"bytes" (\d+)', content)]
    return numbers


def letters_of(case, name):
    """[(headers, body)] of the dead letters of a sink."""
    if name.endswith("channel"):
        code, output = case.flume("channel", "cat", f"d-{name}", "--json", "-n", "agent1", "-f", case.path("flume.conf"))
        check(code == 0, "channel cat", output)
        lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        return [(line["headers"], line["body"]) for line in lines]
    letters = []
    folder = case.path("letters")
    for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if file.startswith(f"{name}.") and file.endswith(".avro"):
            with open(os.path.join(folder, file), "rb") as opened:
                found = avro_file.events(avro_file.records(opened.read())[1])
            letters += [({key.decode(): value.decode() for key, value in headers.items()}, body.decode()) for headers, body in found]
    return letters


def channel_size(agent, name):
    return int(agent.metrics().get(f"CHANNEL.{name}", {}).get("ChannelSize", "-1"))


def wait_drained(agent, names, seconds):
    agent.wait(lambda: GIVEN in agent.log_text(), seconds, "the last number")
    agent.wait(lambda: all(channel_size(agent, f"c-{name}") == 0 for name in names), seconds, "empty channels")


@limit(120)
def test_one_bad_event_in_100000_goes_to_the_dead_letters_and_back(case):
    total = 100000
    names = [f"{kind}-{place}" for kind in KINDS for place in PLACES]
    os.makedirs(case.path("out-roll-channel"))
    os.makedirs(case.path("out-roll-folder"))
    agent = case.agent(flow(case, total, BAD, names))
    wait_drained(agent, names, 60)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    others = [number for number in range(total) if number != BAD]
    for name in names:
        check(numbers_of(case, name) == others, f"{name}: not all of the others, each once and in order")
        letters = letters_of(case, name)
        check(len(letters) == 1, f"{name}: {len(letters)} dead letters", agent.log_text())
        headers, body = letters[0]
        check(body == str(BAD), f"{name}: the dead letter is {body}")
        check(REASONS[name[:4]] in headers[PREFIX + "reason"], f"{name}: its reason is {headers}")
        check((headers[PREFIX + "sink"], headers[PREFIX + "channel"], headers[PREFIX + "attempts"]) == (name, f"c-{name}", "1"), str(headers))
    put_back(case, names)


def put_back(case, names):
    """Into the channels of stopped agents, twice; then sinks that take it deliver it once."""
    for name in names:
        place = f"d-{name}" if name.endswith("channel") else case.path("letters")
        for events in (1, 0):
            code, output = case.flume("channel", "replay", f"c-{name}", "--letters", place, "-n", "agent1", "-f", case.path("flume.conf"))
            check(code == 0 and f"{events} events put back into c-{name}" in output, f"replay of {name}", output)
        os.makedirs(case.path(f"out-{name}-mended"), exist_ok=True)
    agent = case.agent(flow(case, None, BAD, names, is_mended=True, has_source=False), output="mended.log")
    agent.wait(lambda: all(agent.counter(f"SINK.{name}", "EventDrainSuccessCount") == 1 for name in names), 20, "four deliveries")
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    for name in names:
        check(not letters_of(case, name), f"{name}: it is a dead letter again", agent.log_text())
        folder = case.path("out-" + name, "mended") if name.startswith("hdfs") else case.path(f"out-{name}-mended")
        lines = []
        for file in os.listdir(folder):
            with open(os.path.join(folder, file), encoding="utf-8") as opened:
                lines += opened.read().splitlines()
        check(lines == [str(BAD)], f"{name}: {lines} was delivered after the replay")


def kill_again_and_again(case, times, seed):
    """A number in a hundred is bad. Kills come at any moment, so also between the dead letters and the commit."""
    choose = random.Random(seed)
    names = [f"hdfs-{place}" for place in PLACES]
    bad = r"\\d*77"
    for turn in range(times):
        agent = case.agent(flow(case, None, bad, names), monitoring=False, output=f"agent-{turn}.log")
        if turn % 4:
            agent.wait(lambda agent=agent: agent.log_text().count(TOLD) == len(names), 30, "dead letters of this run")
            time.sleep(choose.uniform(0, 0.3))
        else:
            time.sleep(choose.uniform(0, 0.1))
        check(agent.is_running(), "the agent had ended", agent.log_text())
        agent.kill()
        check(" ERROR " not in agent.log_text(), f"an error before kill {turn}", agent.log_text())
    written = max(max(numbers_of(case, name), default=0) for name in names)
    # The source was at most a full channel ahead of the files.
    total = written + 201000
    agent = case.agent(flow(case, total, bad, names))
    wait_drained(agent, names, 60)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    for name in names:
        good = [number for number in range(total) if number % 100 != 77]
        check(numbers_of(case, name) == good, f"{name}: not all good ones, each once and in order")
        letters = [int(body) for _, body in letters_of(case, name)]
        check(letters == [number for number in range(total) if number % 100 == 77], f"{name}: not all bad ones, each once and in order")


@limit(150)
def test_ten_kills_lose_and_double_no_dead_letter(case):
    kill_again_and_again(case, 10, "ten")


@endurance
@limit(900)
def test_two_hundred_kills_lose_and_double_no_dead_letter(case):
    kill_again_and_again(case, 200, "two hundred")
