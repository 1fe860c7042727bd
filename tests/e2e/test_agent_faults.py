"""Faults around the agent: environment, log, ports."""
import os
import resource
import signal
import socket
from datetime import datetime, timedelta, timezone

from agent_process import AgentProcess, open_files
from case import (MAIN_PARTS, TEXT, check, finished_files, limit, same_lines, sequence_values, start_walk_through, text_lines, wait_delivered,
                  wait_until, walk_through)
from sequence_file import read_records

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


@limit(90)
def test_a_full_log_file_is_told_once_and_written_again_when_there_is_room(case):
    os.mkdir(case.path("logs"))
    log_file = case.path("logs", "flume.log")
    os.symlink("/dev/full", log_file)
    agent = start_walk_through(case, options=("-Dflume.root.logger=INFO,LOGFILE", f"-Dflume.log.dir={case.path('logs')}"))
    case.append_lines(case.path("events"), LINES)
    wait_delivered(agent, len(LINES))
    output = agent.log_text()
    check(output.count("log file fails") == 1 and log_file in output and "free space" in output, "not told once", output)
    os.remove(log_file)
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    check("log file works again" in agent.log_text(), "not told that it works again", agent.log_text())
    with open(log_file, encoding="utf-8") as log:
        check("stopped" in log.read(), "the last line is not in the log file")
    same_lines(sequence_values(case.path("out")), LINES)


def test_without_a_free_file_handle_the_events_wait(case):
    agent = start_walk_through(case)
    used = len(os.listdir(f"/proc/{agent.pid}/fd"))
    soft, hard = resource.prlimit(agent.pid, resource.RLIMIT_NOFILE)
    # Handles are given from the lowest free number on: there is none below the highest in use.
    resource.prlimit(agent.pid, resource.RLIMIT_NOFILE, (used, hard))
    case.append_lines(case.path("events"), LINES)
    agent.wait(lambda: "ulimit -n" in agent.log_text(), 15, "a line that says what to do")
    check_fault_line(agent, "Too many open files", "ulimit -n")  # of the file, or of the sink's own list
    resource.prlimit(agent.pid, resource.RLIMIT_NOFILE, (soft, hard))
    wait_delivered(agent, len(LINES))
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    same_lines(sequence_values(case.path("out")), LINES)


def check_fault_line(agent, *words):
    """One line of the sink's has all of `words`, and says where the events are and when they are tried again."""
    lines = [line for line in agent.log_text().splitlines() if all(word in line for word in words)]
    check(lines and all("the events stay in channel channel1, next try in 5 s" in line for line in lines),
          f"no line with {', '.join(words)} that says what happens to the events", agent.log_text())
    check(len(lines) == 1, f"told {len(lines)} times", agent.log_text())


@limit(90)
def test_a_folder_without_the_right_to_write_keeps_the_events_in_the_channel(case):
    out = case.path("out")
    os.mkdir(out, 0o555)
    # Root without the right to pass over permissions is a user like any other.
    before = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    agent = start_walk_through(case, before=before)
    case.append_lines(case.path("events"), LINES)
    agent.wait(lambda: "Permission denied" in agent.log_text(), 15, "a line about the permission")
    check_fault_line(agent, out, "Permission denied", "needs the right")
    os.chmod(out, 0o755)
    wait_delivered(agent, len(LINES))
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    same_lines(sequence_values(out), LINES)


@limit(90)
def test_a_file_that_must_not_grow_further_loses_and_doubles_nothing(case):
    agent = start_walk_through(case, walk_through(case, channels__channel1__capacity="2000", **TEXT))
    _, hard = resource.prlimit(agent.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (65536, hard))
    lines = [b"line %6d " % number + b"y" * 200 for number in range(1000)]  # three times as much
    case.append_lines(case.path("events"), lines)
    agent.wait(lambda: "File too large" in agent.log_text(), 20, "a line about the limit")
    check_fault_line(agent, case.path("out"), "File too large", "ulimit -f")
    resource.prlimit(agent.pid, resource.RLIMIT_FSIZE, (hard, hard))
    wait_delivered(agent, len(lines), seconds=30)
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    same_lines(text_lines(case.path("out")), lines)


def test_the_configuration_may_lie_behind_a_link(case):
    case.write("events", b"")
    case.write("releases/1/flume.conf", walk_through(case))
    case.write("releases/2/flume.conf", walk_through(case, sinks__sink1__hdfs__filePrefix="second"))
    os.symlink("releases/1", case.path("current"))
    conf_file = case.path("current", "flume.conf")

    def run(lines):
        agent = AgentProcess(case.folder, conf_file, environment=case.environment)
        case.at_end(agent.kill)
        agent.start().wait_tail(case.path("events"))
        agent.wait_ready(MAIN_PARTS)
        case.append_lines(case.path("events"), lines)
        wait_delivered(agent, len(lines))
        check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    run(LINES[:5])
    os.remove(case.path("current"))
    os.symlink("releases/2", case.path("current"))
    os.truncate(case.path("events"), 0)
    run(LINES[5:8])
    same_lines(sequence_values(case.path("out")), LINES[:5])
    second = finished_files(case.path("out"), "second")
    same_lines([value for path in second for _, value in read_records(path)], LINES[5:8])


def test_a_link_to_a_configuration_that_is_gone_is_named(case):
    os.symlink("gone.conf", case.path("link.conf"))
    code, output = case.flume("validate", "-f", case.path("link.conf"))
    check(code == 1 and "link.conf" in output and "no such file" in output, f"exit code {code}", output)


def test_times_are_of_the_zone_that_the_command_line_names(case):
    options = ("-Duser.timezone=Pacific/Kiritimati",)  # 14 hours ahead: tomorrow there, or today's late hours
    keys = {"sinks__sink1__hdfs__path": case.path("out", "%z"), "sinks__sink1__hdfs__useLocalTimeStamp": "true"}
    agent = start_walk_through(case, walk_through(case, **keys), options=options)
    case.append_lines(case.path("events"), LINES[:3])
    wait_delivered(agent, 3)
    now = datetime.now(timezone(timedelta(hours=14)))
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    check(os.listdir(case.path("out")) == ["+1400"], f"folders: {os.listdir(case.path('out'))}")
    last = datetime.strptime(agent.log_text().splitlines()[-1][:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=now.tzinfo)
    check(abs(last - now) < timedelta(hours=1), f"the log says {last}, and there it is {now}", agent.log_text())


def test_an_unknown_zone_of_the_command_line_is_told_once_and_is_gmt(case):
    keys = {"sinks__sink1__hdfs__path": case.path("out", "%z"), "sinks__sink1__hdfs__useLocalTimeStamp": "true"}
    agent = start_walk_through(case, walk_through(case, **keys), options=("-Duser.timezone=Europe/Berln",))
    case.append_lines(case.path("events"), LINES[:3])
    wait_delivered(agent, 3)
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    check(os.listdir(case.path("out")) == ["+0000"], f"folders: {os.listdir(case.path('out'))}")
    told = [line for line in agent.log_text().splitlines() if "Berln" in line]
    check(len(told) == 1 and "did you mean Europe/Berlin?" in told[0], f"told {len(told)} times", agent.log_text())


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
