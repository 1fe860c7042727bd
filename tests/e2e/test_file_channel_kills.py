"""The file channel's agent is killed again and again, also while it starts: every number arrives once, in order."""
import os
import random
import time

from case import check, endurance, limit
from file_channel import OPEN, check_numbers, flow, wait_drained, written

CAPACITY = 20000


def kill_again_and_again(case, times, seed, **changes):
    choose = random.Random(seed)
    os.makedirs(case.path("out"), exist_ok=True)
    configuration = flow(case, **changes)
    for turn in range(times):
        agent = case.agent(configuration, monitoring=False, output=f"agent-{turn}.log")
        if turn % 4:
            agent.wait(lambda agent=agent: OPEN in agent.log_text(), 30, "an open channel")
            time.sleep(choose.uniform(0, 0.3))
        else:
            time.sleep(choose.uniform(0, 0.1))
        check(agent.is_running(), "the agent had ended", agent.log_text())
        agent.kill()
        check(" ERROR " not in agent.log_text(), f"an error before kill {turn}", agent.log_text())
        os.remove(agent.log_path)
    stored = written(case)
    check(len(stored) > 10 * times, f"only {len(stored)} numbers in {times} runs")
    # The source was at most a full channel ahead of the files.
    total = int(stored[-1]) + CAPACITY + 1000
    agent = case.agent(flow(case, total, **changes))
    wait_drained(agent)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, total)


@limit(150)
def test_forty_kills_lose_and_double_no_number(case):
    kill_again_and_again(case, 40, "forty")


@endurance
@limit(900)
def test_five_hundred_kills_lose_and_double_no_number(case):
    kill_again_and_again(case, 500, "five hundred")


@endurance
@limit(400)
def test_kills_with_several_data_dirs(case):
    kill_again_and_again(case, 100, "folders", channels__channel1__dataDirs=", ".join(case.path(f"data{number}") for number in range(3)))


@endurance
@limit(400)
def test_kills_with_each_take_synced(case):
    kill_again_and_again(case, 100, "strict", channels__channel1__takeSync="strict")


@endurance
@limit(400)
def test_kills_with_a_sink_that_takes_less_than_the_source_puts(case):
    kill_again_and_again(case, 100, "backlog", channels__channel1__transactionCapacity="1000", sources__source1__batchSize="1000",
                         sinks__sink1__sink__batchSize="7", channels__channel1__hotBytes="0")
