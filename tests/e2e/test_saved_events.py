"""A normal stop saves what a memory channel still holds, and the next start delivers it, once."""
import os

from case import MAIN_PARTS, check, same_lines, sequence_values, wait_delivered, walk_through

OLD = [b"before the stop %d" % number for number in range(200)]
NEW = [b"after it %d" % number for number in range(20)]
ROOM = {"channels__channel1__capacity": "1000"}


def start(case, text, parts=MAIN_PARTS):
    agent = case.agent(text, options=(f"-Dflume.state.dir={case.path('state')}",))
    agent.wait_ready(parts)
    agent.wait_tail(case.path("events"))
    return agent


def stop_with_a_blocked_sink(case):
    """Where the sink's folder should be is a file."""
    case.write("events", b"")
    case.write("out", b"in the way")
    agent = start(case, walk_through(case, **ROOM))
    case.append_lines(case.path("events"), OLD)
    agent.wait(lambda: agent.counter("CHANNEL.channel1", "ChannelSize") == len(OLD), 20, "the events in the channel")
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    check(f"events stay in the channel until the next start events={len(OLD)}" in agent.log_text(), "not told", agent.log_text())
    os.remove(case.path("out"))
    case.write("events", b"")
    path = case.path("state", "agent1", "channel1.saved-events")
    check(os.path.exists(path) and os.stat(path).st_mode & 0o777 == 0o600, "no file of saved events for us alone", path)
    return path


def deliver(case, agent):
    case.append_lines(case.path("events"), NEW)
    wait_delivered(agent, len(OLD) + len(NEW))
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    same_lines(sequence_values(case.path("out")), OLD + NEW)


def test_events_that_a_blocked_sink_leaves_arrive_once_after_the_next_start(case):
    path = stop_with_a_blocked_sink(case)
    # A smaller channel holds them all the same.
    agent = start(case, walk_through(case))
    check(not os.path.exists(path), "the file is still there")
    deliver(case, agent)
    check(not [name for name in os.listdir(os.path.dirname(path)) if "saved-events" in name], "something is left of the file")


def test_saved_events_of_a_renamed_channel_are_named_and_can_be_delivered(case):
    path = stop_with_a_blocked_sink(case)
    renamed = walk_through(case).replace("channel1", "channel2")
    parts = ("SOURCE.source1", "CHANNEL.channel2", "SINK.sink1")
    agent = start(case, renamed, parts)
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    told = [line for line in agent.log_text().splitlines() if "belong to no memory channel" in line]
    check(len(told) == 1 and path in told[0] and f"events={len(OLD)}" in told[0], "not told once, with path and number", agent.log_text())
    os.rename(path, os.path.join(os.path.dirname(path), "channel2.saved-events"))
    deliver(case, start(case, renamed, parts))
