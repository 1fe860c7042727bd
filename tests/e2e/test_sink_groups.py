"""Sink groups on the real program: the other sink takes over and hands back, batches go in turn, and a crash costs nothing."""
import os
import re
import shutil
import time

from case import check, configuration, endurance, limit, wait_until
from file_channel import GIVEN

TOTAL = 20000
PARTS = ("SOURCE.source1", "CHANNEL.channel1", "SINK.sink1", "SINK.sink2")


def flow(case, processor, total=TOTAL, **changes):
    parts = {
        "sources": "source1", "sinks": "sink1 sink2", "channels": "channel1", "sinkgroups": "group1",
        "sources.source1.type": "seq", "sources.source1.channels": "channel1", "sources.source1.batchSize": "20",
        "sources.source1.totalEvents": total,
        "channels.channel1.type": "file", "channels.channel1.dataDirs": case.path("data"), "channels.channel1.maxFileSize": "65536",
        "channels.channel1.capacity": "20000", "channels.channel1.transactionCapacity": "200",
        "channels.channel1.minimumRequiredSpace": "1048576",
        "sinkgroups.group1.sinks": "sink1 sink2", "sinkgroups.group1.processor.type": processor,
    }
    for sink in ("sink1", "sink2"):
        parts[f"sinks.{sink}.type"] = "file_roll"
        parts[f"sinks.{sink}.channel"] = "channel1"
        parts[f"sinks.{sink}.sink.directory"] = case.path(sink)
        parts[f"sinks.{sink}.sink.rollInterval"] = "1"
    parts.update({key.replace("__", "."): value for key, value in changes.items()})
    return configuration(**parts)


FAILOVER = {"sinkgroups__group1__processor__priority__sink1": "10", "sinkgroups__group1__processor__priority__sink2": "5"}


def numbers(case, sink):
    """What this sink wrote, in the order of its files."""
    lines = []
    folder = case.path(sink)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    for name in sorted(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)]):
        if name.endswith(".tmp"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            lines += [int(line) for line in file.read().split(b"\n")[:-1]]
    return lines


def check_all(case, total=TOTAL):
    one, two = numbers(case, "sink1"), numbers(case, "sink2")
    seen = sorted(one + two)
    missing = sorted(set(range(total)) - set(seen))
    check(seen == list(range(total)), f"{len(seen)} numbers instead of {total}; missing {missing[:5]}, "
                                      f"{len(seen) - len(set(seen))} doubled")
    return one, two


def delivered(agent):
    return sum(agent.counter(f"SINK.{sink}", "EventDrainSuccessCount") for sink in ("sink1", "sink2"))


def folders(case):
    for sink in ("sink1", "sink2"):
        os.makedirs(case.path(sink), exist_ok=True)


def test_the_second_sink_takes_over_while_the_first_cannot_write_and_gives_back(case):
    folders(case)
    slow = {"sources__source1__batchSize": "1", "channels__channel1__type": "memory", "channels__channel1__capacity": "1000"}
    events = case.write("events", b"")
    text = flow(case, "failover", **FAILOVER, **slow, sources__source1__type="exec", sources__source1__command=f"tail -F {events}",
                sinkgroups__group1__processor__maxpenalty="1000")
    agent = case.agent(text)
    agent.wait_ready(PARTS)
    agent.wait_tail(events)
    lines = iter(b"%d" % number for number in range(3000))

    def send(count):
        before = delivered(agent)
        case.append_lines(events, [next(lines) for _ in range(count)])
        agent.wait(lambda: delivered(agent) >= before + count, 20, f"delivery of {count} events")

    send(100)
    check(agent.counter("SINK.sink1", "EventDrainSuccessCount") == 100, "the sink of the higher priority did not get the events")
    check(os.listdir(case.path("sink2")) == [], "the sink that waits for its turn has begun a file")
    shutil.rmtree(case.path("sink1"))
    case.write("sink1", b"in the way")
    time.sleep(1.5)          # a file is rolled, and the next one cannot be made
    send(100)
    check(agent.counter("SINK.sink2", "EventDrainSuccessCount") >= 100, "the second sink did not take over", agent.log_text())
    os.remove(case.path("sink1"))
    folders(case)

    def is_back():
        before = agent.counter("SINK.sink1", "EventDrainSuccessCount")
        send(10)
        time.sleep(0.2)
        return agent.counter("SINK.sink1", "EventDrainSuccessCount") >= before + 10
    wait_until(is_back, 30, "the first sink takes the events again")
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    check("sinkgroups.group1" in agent.log_text(), "the log does not name the group", agent.log_text())


def test_batches_go_to_the_sinks_in_turn(case):
    folders(case)
    agent = case.agent(flow(case, "load_balance"))
    agent.wait_ready(PARTS)
    agent.wait(lambda: delivered(agent) >= TOTAL, 30, "delivery")
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    one, two = check_all(case)
    check(min(len(one), len(two)) >= TOTAL // 4, f"not balanced: {len(one)} and {len(two)}")
    check(one == sorted(one) and two == sorted(two), "a sink's events are not in order")


def kills(case, count, processor, **changes):
    folders(case)
    text = flow(case, processor, total=count * 4000, **changes)
    one, aside = case.path("sink1"), case.path("aside")
    for number in range(count):
        # Each second time the first sink finds a file where its folder was, with what the kill before left open in it.
        if number % 2:
            os.rename(one, aside)
            case.write("sink1", b"in the way")
        agent = case.agent(text)
        agent.wait(lambda: delivered(agent) > 500, 30, "some deliveries")
        agent.kill()
        if number % 2:
            os.remove(one)
            os.rename(aside, one)
    agent = case.agent(text)
    agent.wait(lambda: GIVEN in agent.log_text() and agent.counter("CHANNEL.channel1", "ChannelSize") == 0, 90, "the rest")
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    check_all(case, count * 4000)


@limit(120)
def test_kills_of_a_balanced_group_lose_and_repeat_nothing(case):
    kills(case, 6, "load_balance")


@limit(120)
def test_kills_of_a_failover_group_lose_and_repeat_nothing(case):
    kills(case, 6, "failover", **FAILOVER)


@endurance
@limit(900)
def test_many_kills_of_groups_lose_and_repeat_nothing(case):
    kills(case, 60, "load_balance", sinkgroups__group1__processor__backoff="true")


def test_a_group_that_cannot_be_is_told_with_its_line(case):
    code, output = case.validate(flow(case, "failovr"))
    check(code == 1 and "agent1.sinkgroups.group1.processor.type" in output and "did you mean failover?" in output, "not told", output)
    code, output = case.validate(flow(case, "load_balance", sinkgroups__group1__sinks="sink1 sink3"))
    check(code == 1 and "there is no sink 'sink3'" in output and "load_balance needs two sinks" in output, "not told", output)
    code, output = case.validate(flow(case, "failover", sinkgroups__group1__processor__priority__sink1="5",
                                      sinkgroups__group1__processor__priority__sink2="5"))
    check(code == 1 and "priority of sink1, too" in output, "equal priorities are not told", output)
