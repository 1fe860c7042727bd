"""The exec source on commands that misbehave."""
import os

from agent_process import descendants, wait_until
from case import TEXT, check, limit, same_lines, start_walk_through, text_lines, wait_delivered, walk_through

KIB_OF_A_GIB = 1024 * 1024


def run_command(case, command, shell="/bin/bash -c", **changes):
    return case.agent(walk_through(case, sources__source1__command=command, sources__source1__shell=shell, **TEXT, **changes))


def test_a_command_that_is_not_there_is_named(case):
    agent = run_command(case, "no-such-command-here --x", shell=None)
    agent.wait(lambda: "no-such-command-here" in agent.log_text(), 10, "a line about the command")
    agent.wait_ready(["SINK.sink1"])
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())


def test_a_command_that_ends_delivers_all_and_says_so(case):
    agent = run_command(case, "printf 'a\\\\nb\\\\nc'; exit 3")
    wait_delivered(agent, 3)
    agent.wait(lambda: "3" in agent.log_text(), 5, "its exit code in the log")
    check(agent.is_running(), "the agent ended with its command")
    agent.stop()
    same_lines(text_lines(case.path("out")), [b"a", b"b", b"c"])


def test_a_command_is_restarted_when_asked(case):
    agent = run_command(case, "echo again", sources__source1__restart="true", sources__source1__restartThrottle="100")
    wait_delivered(agent, 3)
    agent.stop()
    lines = text_lines(case.path("out"))
    check(len(lines) >= 3 and set(lines) == {b"again"}, f"lines: {lines[:5]}")


@limit(120)
def test_a_hundred_megabytes_without_newline_do_not_take_the_agent_down(case):
    size = 100_000_000
    agent = run_command(case, f"echo before; head -c {size} /dev/zero | tr '\\\\0' x; echo; echo after")
    out = case.path("out")

    pieces = -(-size // (16 << 20))  # maxLineLength
    wait_delivered(agent, pieces + 2, seconds=60)
    _, most = agent.memory_kib()
    check(most < KIB_OF_A_GIB, f"{most} KiB of memory")
    agent.stop(40)
    lines = text_lines(out)
    check(lines[0] == b"before" and lines[-1] == b"after", f"first {lines[0][:20]!r}, last {lines[-1][:20]!r}")
    kept = sum(len(line) for line in lines[1:-1])
    check(all(not line.strip(b"x") for line in lines[1:-1]), "bytes in between that were not sent")
    log = agent.log_text().lower()
    check(kept == size or any(word in log for word in ("cut", "longer", "too long", "exceed")), f"{kept} of {size} bytes, and no word about it", log)


def test_nul_and_invalid_utf_8_go_through(case):
    agent = run_command(case, "printf 'first\\\\na\\\\000b\\\\nbad \\\\377\\\\376 end\\\\nlast\\\\n'")
    wait_delivered(agent, 4)
    agent.stop()
    lines = text_lines(case.path("out"))
    check(len(lines) == 4, f"{len(lines)} lines instead of 4: {lines}")
    check(lines[0] == b"first" and lines[3] == b"last", f"the lines around changed: {lines}")
    check(lines[1] == b"a\0b", f"the line with NUL changed: {lines[1]!r}")
    check(lines[2].startswith(b"bad ") and lines[2].endswith(b" end"), f"the line with invalid UTF-8: {lines[2]!r}")


def test_a_full_channel_holds_the_command_back(case):
    # Nothing takes: the sink's folder cannot be made. The source stops reading, and nothing is dropped.
    case.write("out", b"a file where the folder should be")
    agent = run_command(case, "seq 1 5000")
    agent.wait(lambda: agent.counter("CHANNEL.channel1", "ChannelSize") >= 90, 10, "a full channel")
    os.remove(case.path("out"))
    wait_delivered(agent, 5000, seconds=30)
    agent.stop()
    same_lines(text_lines(case.path("out")), [b"%d" % number for number in range(1, 5001)])


def test_the_command_ends_with_the_agent(case):
    agent = start_walk_through(case)
    below = descendants(agent.pid)
    check(below, "the agent has no child")
    agent.stop()

    def gone():
        return not any(os.path.exists(f"/proc/{pid}") for pid in below)
    wait_until(gone, 5, "end of the command")
