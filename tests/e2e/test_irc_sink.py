"""The irc sink on a real server."""
import os
import sys

from agent_process import ROOT, wait_until
from case import Skipped, check, configuration, limit, wait_delivered

sys.path.insert(0, os.path.join(ROOT, "tests", "servers"))
import irc  # noqa: E402  pylint: disable=wrong-import-position


def flow(port, lines, **changes):
    parts = {
        "sources": "source1", "sinks": "sink1", "channels": "channel1",
        "sources.source1.type": "exec",
        "sources.source1.shell": "/bin/sh -c",
        "sources.source1.command": f"seq -f 'line %g' 1 {lines}",
        "sources.source1.channels": "channel1",
        "channels.channel1.type": "memory",
        "channels.channel1.capacity": "1000",
        "sinks.sink1.type": "irc",
        "sinks.sink1.channel": "channel1",
        "sinks.sink1.hostname": irc.HOST,
        "sinks.sink1.port": str(port),
        "sinks.sink1.nick": "flume",
        "sinks.sink1.chan": "ops",
    }
    return configuration(**{**parts, **{key.replace("__", "."): value for key, value in changes.items()}})


def server_of(case):
    why = irc.missing()
    if why:
        raise Skipped(why)
    server = irc.IrcServer(case.path("irc"))
    case.at_end(server.stop)
    return server.start()


@limit(120)
def test_what_the_irc_sink_says_is_heard_in_its_order(case):
    server = server_of(case)
    listener = irc.Listener(server.port, "#ops")
    case.at_end(listener.close)
    agent = case.agent(flow(server.port, 30))
    wait_delivered(agent, 30, seconds=90)
    check(listener.messages == [f"line {i}" for i in range(1, 31)], f"heard: {listener.messages}")
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())


@limit(120)
def test_the_irc_sink_waits_for_its_nick_and_for_its_server(case):
    server = server_of(case)
    taken = irc.Listener(server.port, "#ops", nick="flume")
    agent = case.agent(flow(server.port, 3))
    agent.wait(lambda: "choose another nick" in agent.log_text(), 20, "a word about the nick")
    taken.close()
    wait_delivered(agent, 3, seconds=60)
    server.stop()
    case.write("more", b"")
    check(agent.is_running(), "the agent ended with the server", agent.log_text())
    server.start()
    listener = irc.Listener(server.port, "#ops")
    wait_until(lambda: agent.is_running(), 1, "the agent")
    listener.close()
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
