"""seq -> spillable memory channel -> file_roll: what does not fit into memory goes over the disk, in order; after kill -9 it is there."""
import os

from case import check
from file_channel import GIVEN, check_numbers, flow, wait_drained, wait_logged, written

IN_MEMORY = 100
SINK_KEYS = ("type", "channel", "sink__directory", "sink__rollInterval")
SOURCE_KEYS = ("type", "channels", "batchSize", "totalEvents")


def spillable(case, total, **changes):
    os.makedirs(case.path("out"), exist_ok=True)
    parts = {
        "channels__channel1__type": "spillablememory", "channels__channel1__memoryCapacity": str(IN_MEMORY),
        "channels__channel1__overflowCapacity": "100000", "channels__channel1__overflowTimeout": "0",
        "channels__channel1__capacity": None,
    }
    parts.update(changes)
    return flow(case, total, **parts)


def without(kind, keys):
    return {f"{kind}s": None, **{f"{kind}s__{kind}1__{key}": None for key in keys}}


def test_every_number_arrives_once_and_in_order_over_both_sides(case):
    total = 40000
    agent = case.agent(spillable(case, total, sinks__sink1__sink__batchSize="7"))
    wait_drained(agent)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check("events go to the overflow" in agent.log_text(), "it never spilled", agent.log_text())
    check(" ERROR " not in agent.log_text(), "an error", agent.log_text())
    check_numbers(case, total)


def test_what_is_in_the_overflow_arrives_after_kill_9(case):
    total = 3000
    agent = case.agent(spillable(case, total, **without("sink", SINK_KEYS)), output="killed.log")
    agent.wait(lambda: GIVEN in agent.log_text(), 30, "the last number")
    agent.kill()
    agent = case.agent(spillable(case, None, **without("source", SOURCE_KEYS)))
    wait_logged(agent, "file channel open", f"events={total - IN_MEMORY}")
    agent.wait(lambda: len(written(case)) == total - IN_MEMORY, 30, "as many lines as were in the overflow")
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, total, lost=range(IN_MEMORY))


def test_a_normal_stop_keeps_both_sides_in_order(case):
    total = 3000
    agent = case.agent(spillable(case, total, **without("sink", SINK_KEYS)), output="stopped.log",
                       options=(f"-Dflume.state.dir={case.path('state')}",))
    agent.wait(lambda: GIVEN in agent.log_text(), 30, "the last number")
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    check(f"events stay in the channel until the next start events={total}" in agent.log_text(), "not told", agent.log_text())
    agent = case.agent(spillable(case, None, **without("source", SOURCE_KEYS)), options=(f"-Dflume.state.dir={case.path('state')}",))
    agent.wait(lambda: len(written(case)) == total, 30, "all numbers in the files")
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, total)
