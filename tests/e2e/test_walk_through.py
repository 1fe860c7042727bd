"""The main job on the real program: exec -> memory -> hdfs."""
from case import (MAIN_PARTS, check, files_in_use, finished_files, same_lines, sequence_values, start_walk_through, wait_delivered,
                  walk_through)

MOST_RESIDENT_KIB = 64 * 1024  # twice the goal of 32 MiB: a guard against a leak, not a measurement


def numbered(count, start=0):
    return [f"2024/01/02 03:04:05\tevent number {number}".encode() for number in range(start, start + count)]


def test_every_line_is_in_the_files_once_and_in_order(case):
    agent = start_walk_through(case)
    lines = numbered(2000)
    case.append_lines(case.path("events"), lines)
    wait_delivered(agent, len(lines))
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    same_lines(sequence_values(case.path("out")), lines)
    check(not files_in_use(case.path("out")), f"left in use: {files_in_use(case.path('out'))}")


def test_a_file_holds_ten_events_by_default(case):
    agent = start_walk_through(case)
    case.append_lines(case.path("events"), numbered(35))
    wait_delivered(agent, 35)
    agent.stop()
    check(len(finished_files(case.path("out"))) == 4, f"{len(finished_files(case.path('out')))} files for 35 events instead of 4")


def test_metrics_count_what_went_through(case):
    agent = start_walk_through(case)
    case.append_lines(case.path("events"), numbered(120))
    wait_delivered(agent, 120)
    metrics = agent.metrics()
    check(set(MAIN_PARTS) <= set(metrics), f"components in /metrics: {sorted(metrics)}")
    seen = {"accepted": metrics["SOURCE.source1"]["EventAcceptedCount"], "put": metrics["CHANNEL.channel1"]["EventPutSuccessCount"],
            "drained": metrics["SINK.sink1"]["EventDrainSuccessCount"]}
    check(set(seen.values()) == {"120"}, f"counters: {seen}")
    values = [value for counters in metrics.values() for value in counters.values()]
    check(all(isinstance(value, str) for value in values), "a value in /metrics is not a string")


def test_health_and_prometheus_answer(case):
    agent = start_walk_through(case)
    for path in ("/health", "/ready"):
        status, body = agent.http(path)
        check(status == 200, f"{path}: {status}", body.decode(errors="replace"))
    status, body = agent.http("/prometheus")
    check(status == 200 and b"# TYPE" in body, f"/prometheus: {status}", body[:500].decode(errors="replace"))


def test_sigterm_drains_the_channel(case):
    # A file per event: the sink is slow, the channel is full of events when the signal comes.
    agent = start_walk_through(case, walk_through(case, channels__channel1__capacity="10000", sinks__sink1__hdfs__rollCount="1"))
    lines = numbered(3000)
    case.append_lines(case.path("events"), lines)
    agent.wait(lambda: agent.counter("SOURCE.source1", "EventAcceptedCount") >= len(lines), 20, "3000 events in the channel")
    check(agent.stop(seconds=40) == 0, "exit code after SIGTERM is not 0", agent.log_text())
    same_lines(sequence_values(case.path("out")), lines)
    check(not files_in_use(case.path("out")), "files left in use")


def test_memory_stays_small(case):
    agent = start_walk_through(case)
    case.append_lines(case.path("events"), numbered(5000))
    wait_delivered(agent, 5000)
    _, most = agent.memory_kib()
    check(most <= MOST_RESIDENT_KIB, f"{most} KiB at most, the guard is {MOST_RESIDENT_KIB} KiB")


def test_the_generator_killed_midway_loses_nothing(case):
    agent = start_walk_through(case)
    events = case.path("events")
    generator = case.generator("--rate", "500", "--output", events)
    agent.wait(lambda: agent.counter("SOURCE.source1", "EventAcceptedCount") >= 200, 10, "the first 200 events")
    generator.kill()
    generator.wait()
    with open(events, "rb") as file:
        lines = file.read().split(b"\n")[:-1]
    wait_delivered(agent, len(lines))
    agent.stop()
    same_lines(sequence_values(case.path("out")), lines)
