"""The hdfs sink on the local file system when things go wrong."""
import os

from case import (TEXT, check, endurance, files_in_use, finished_files, limit, same_lines, sequence_values, start_walk_through,
                  text_lines, wait_delivered, walk_through)


def interceptor(**keys):
    changes = {"sources__source1__interceptors": "i1"}
    changes.update({f"sources__source1__interceptors__i1__{key}": value for key, value in keys.items()})
    return changes


def channel_size(agent):
    return agent.counter("CHANNEL.channel1", "ChannelSize")


def test_a_path_escape_without_timestamp_is_explained(case):
    agent = start_walk_through(case, walk_through(case, sinks__sink1__hdfs__path=case.path("out", "%Y-%m-%d")))
    case.append_lines(case.path("events"), [b"one", b"two"])

    def explained():
        return any("timestamp" in line and ("useLocalTimeStamp" in line or "interceptor" in line) for line in agent.log_text().splitlines())
    agent.wait(explained, 15, "a line that names the header and a way out")
    check(channel_size(agent) == 2, f"{channel_size(agent)} events in the channel instead of 2")


def test_a_timestamp_interceptor_fills_the_escapes(case):
    agent = start_walk_through(case, walk_through(case, sinks__sink1__hdfs__path=case.path("out", "%Y"), **interceptor(type="timestamp")))
    case.append_lines(case.path("events"), [b"one", b"two"])
    wait_delivered(agent, 2)
    agent.stop()
    years = os.listdir(case.path("out"))
    check(len(years) == 1 and years[0].isdigit() and len(years[0]) == 4, f"folders: {years}")
    same_lines(sequence_values(case.path("out", years[0])), [b"one", b"two"])


def test_a_header_cannot_lead_out_of_the_path(case):
    base = case.path("out", "a", "b")
    agent = start_walk_through(case, walk_through(case, sinks__sink1__hdfs__path=os.path.join(base, "%{where}"),
                                                  **interceptor(type="static", key="where", value="../../etc")))
    case.append_lines(case.path("events"), [b"one"])

    def refused():
        lines = [line for line in agent.log_text().splitlines() if "ERROR" in line or "WARN" in line]
        return any(word in line for line in lines for word in ("../../etc", "%{where}", base))
    agent.wait(refused, 15, "a line about the path")
    check(channel_size(agent) == 1, "the event is not kept")
    check(not os.path.exists(case.path("out", "etc")), "something was written outside the path")


def test_a_file_is_finished_after_roll_interval_though_no_more_events_come(case):
    agent = start_walk_through(case, walk_through(case, sinks__sink1__hdfs__rollInterval="1"))
    case.append_lines(case.path("events"), [b"one", b"two"])
    agent.wait(lambda: finished_files(case.path("out")), 15, "a finished file")
    same_lines(sequence_values(case.path("out")), [b"one", b"two"])


def test_an_idle_file_is_finished_and_the_next_event_opens_another(case):
    agent = start_walk_through(case, walk_through(case, sinks__sink1__hdfs__idleTimeout="1"))
    for number, line in enumerate([b"one", b"two"], 1):
        case.append_lines(case.path("events"), [line])
        agent.wait(lambda number=number: len(finished_files(case.path("out"))) == number, 15, f"{number} finished files")
    same_lines(sequence_values(case.path("out")), [b"one", b"two"])


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_lost(case):
    # A file stands where the folder should be: refused for root, too.
    case.write("out", b"not a folder")
    agent = start_walk_through(case)
    lines = [b"line %d" % number for number in range(50)]
    case.append_lines(case.path("events"), lines)
    agent.wait(lambda: f"{case.path('out')} is a file, not a directory; the events" in agent.log_text(), 15,
               "a line that names the file and says where the events are")
    os.remove(case.path("out"))
    wait_delivered(agent, len(lines), seconds=30)
    agent.stop()
    same_lines(sequence_values(case.path("out")), lines)


def test_a_folder_without_permission_is_named(case):
    agent = start_walk_through(case, walk_through(case, sinks__sink1__hdfs__path="/sys/flume-events"))
    case.append_lines(case.path("events"), [b"one"])
    agent.wait(lambda: any("/sys/flume-events" in line and ("ERROR" in line or "WARN" in line) for line in agent.log_text().splitlines()), 15,
               "a line that names the folder")
    check(agent.is_running() and channel_size(agent) == 1, "the event is not kept")


@limit(90)
def test_a_full_disk_loses_and_doubles_nothing(case):
    disk = case.small_disk(512)
    with open(os.path.join(disk, "filler"), "wb") as file:
        file.write(b"x" * (400 * 1024))
    out = os.path.join(disk, "out")
    agent = start_walk_through(case, walk_through(case, channels__channel1__capacity="2000",
                                                  **{**TEXT, "sinks__sink1__hdfs__path": out}))
    lines = [b"line %6d " % number + b"y" * 200 for number in range(1000)]  # twice what is free
    case.append_lines(case.path("events"), lines)
    agent.wait(lambda: "space" in agent.log_text().lower(), 20, "a line about the full disk")
    os.remove(os.path.join(disk, "filler"))
    wait_delivered(agent, len(lines), seconds=40)
    agent.stop()
    same_lines(text_lines(out), lines)


def crash_once(case, agent, written):
    """Lines while the agent is killed -9; gives how many it had accepted at least."""
    events = case.path("events")
    case.append_lines(events, written)
    agent.wait(lambda: agent.counter("SOURCE.source1", "EventAcceptedCount") >= len(written) // 2, 20, "half of the events")
    accepted = agent.counter("SOURCE.source1", "EventAcceptedCount")
    agent.kill()
    return accepted


def check_after_crash(case, written, accepted, capacity):
    out = case.path("out")
    values = sequence_values(out)  # raises when a file is torn
    check(set(values) <= set(written), "lines in the files that nobody wrote")
    check(len(set(values)) >= accepted - capacity, f"{len(set(values))} events stored of {accepted} accepted: more lost than the channel holds")
    check(not files_in_use(out), f"left in use: {files_in_use(out)}")


def test_kill_9_loses_at_most_the_channel_and_tears_no_file(case):
    agent = start_walk_through(case)
    written = [b"before %d" % number for number in range(3000)]
    accepted = crash_once(case, agent, written)
    again = start_walk_through(case)
    later = [b"after %d" % number for number in range(100)]
    case.append_lines(case.path("events"), later)
    again.wait(lambda: set(later) <= set(stored_so_far(case)) or again.counter("SINK.sink1", "EventDrainSuccessCount") >= 110, 20,
               "the lines after the restart")
    check(again.stop() == 0, "the restarted agent did not end in order", again.log_text())
    check_after_crash(case, written + later, accepted, 100)
    missing = set(later) - set(sequence_values(case.path("out")))
    check(not missing, f"{len(missing)} lines written after the restart are missing")


def stored_so_far(case):
    """Values of the finished files; those in use are not looked into."""
    return [] if not finished_files(case.path("out")) else sequence_values(case.path("out"))


@endurance
@limit(3000)
def test_fifty_kills_in_a_row_tear_no_file(case):
    written, accepted = [], 0
    for turn in range(50):
        agent = start_walk_through(case)
        lines = [b"turn %d line %d" % (turn, number) for number in range(1000)]
        written += lines
        accepted += crash_once(case, agent, lines)
        # `tail` shows the last ten lines again at the next start: they count as accepted twice.
        accepted -= 10
    agent = start_walk_through(case)
    check(agent.stop() == 0, "the last agent did not end in order", agent.log_text())
    check_after_crash(case, written, accepted, 100 * 50)
