"""Faults around the agent: environment, log, ports."""
import os
import signal
import socket

from agent_process import open_files
from case import check, same_lines, sequence_values, start_walk_through, wait_delivered, wait_until, walk_through

LINES = [b"line %d" % number for number in range(200)]


def deliver_all(case, agent):
    case.append_lines(case.path("events"), LINES)
    wait_delivered(agent, len(LINES))
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    same_lines(sequence_values(case.path("out")), LINES)


def test_it_runs_without_home(case):
    environment = {key: value for key, value in case.environment.items() if key != "HOME"}
    deliver_all(case, start_walk_through(case, environment=environment))


def test_a_full_log_disk_does_not_stop_the_events(case):
    # The console is /dev/full: every write of a log line fails.
    deliver_all(case, start_walk_through(case, output="/dev/full"))


def test_a_metrics_port_in_use_is_named_and_the_events_flow(case):
    case.write("events", b"")
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        agent = case.agent(walk_through(case), monitoring=False, options=(
            "-Dflume.monitoring.type=http", f"-Dflume.monitoring.port={port}", "-Dflume.monitoring.host=127.0.0.1"))
        agent.wait(lambda: str(port) in agent.log_text(), 10, "a line that names the port")
        agent.wait_tail(case.path("events"))
        case.append_lines(case.path("events"), LINES)
        # A file is finished when the next event finds it full: the last one stays open.
        wait_until(lambda: len(stored(case)) >= len(LINES) - 10, 20, "the events in finished files")
        check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    same_lines(sequence_values(case.path("out")), LINES)


def stored(case):
    return sequence_values(case.path("out")) if os.path.isdir(case.path("out")) else []


def test_no_port_is_opened_unless_asked(case):
    case.write("events", b"")
    agent = case.agent(walk_through(case), monitoring=False)
    agent.wait_tail(case.path("events"))
    sockets = [link for link in open_files(agent.pid) if link.startswith("socket:")]
    check(not sockets, f"{len(sockets)} sockets are open")


def test_sigint_drains_as_sigterm_does(case):
    agent = start_walk_through(case)
    case.append_lines(case.path("events"), LINES)
    wait_delivered(agent, len(LINES))
    agent.process.send_signal(signal.SIGINT)
    check(agent.wait_exit() == 0, "exit code after SIGINT is not 0", agent.log_text())
    same_lines(sequence_values(case.path("out")), LINES)


def test_sighup_drains_as_sigterm_does(case):
    agent = start_walk_through(case)
    case.append_lines(case.path("events"), LINES)
    wait_delivered(agent, len(LINES))
    agent.process.send_signal(signal.SIGHUP)
    check(agent.wait_exit() == 0, "exit code after SIGHUP is not 0", agent.log_text())
    same_lines(sequence_values(case.path("out")), LINES)


def test_the_same_signal_twice_at_once_still_drains(case):
    agent = start_walk_through(case)
    case.append_lines(case.path("events"), LINES)
    wait_delivered(agent, len(LINES))
    agent.process.send_signal(signal.SIGTERM)
    agent.process.send_signal(signal.SIGINT)
    check(agent.wait_exit() == 0, "exit code is not 0", agent.log_text())
    same_lines(sequence_values(case.path("out")), LINES)


def test_it_runs_where_no_state_can_be_kept(case):
    blocker = case.write("no-folder", b"a file")
    agent = start_walk_through(case, options=(f"-Dflume.state.dir={blocker}",))
    check("will not be finished by the next start" in agent.log_text(), "no word about the state folder", agent.log_text())
    deliver_all(case, agent)


def test_the_conf_file_may_be_given_several_times(case):
    case.write("events", b"")
    more = case.write("more.conf", "agent1.sinks.sink1.hdfs.filePrefix = other\n")
    agent = case.agent(walk_through(case), options=("--conf-file", more))
    agent.wait_ready(["SINK.sink1"])
    agent.wait_tail(case.path("events"))
    case.append_lines(case.path("events"), [b"one"])
    wait_delivered(agent, 1)
    agent.stop()
    names = os.listdir(case.path("out"))
    check(len(names) == 1 and names[0].startswith("other."), f"files: {names}")
