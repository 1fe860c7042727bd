"""The configuration in a real ZooKeeper: there, not yet there, not allowed, and the server not up."""
import os
import subprocess
import sys

from agent_process import BINARY, ROOT
from case import Skipped, check, limit, together, wait_until
from remote_agent import start, text

sys.path.insert(0, os.path.join(ROOT, "tests", "servers"))
import zookeeper  # noqa: E402  pylint: disable=wrong-import-position


def server_of(case):
    def begin(group):
        why = zookeeper.missing()
        if why:
            raise Skipped(why)
        server = zookeeper.ZooKeeper(group.path("zookeeper"))
        group.at_end(server.stop)
        return server.start()
    return case.shared("zookeeper", begin)


@together("zookeeper")
@limit(300)
def test_an_agent_runs_what_its_node_says(case):
    server = server_of(case)
    server.put("/flume/agent1", text(events="5"))
    agent = start(case, "-z", server.address)
    agent.wait_events(5)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())


@together("zookeeper")
@limit(300)
def test_an_agent_waits_for_its_node_and_says_so(case):
    server = server_of(case)
    server.put("/later/agent2", text())
    agent = start(case, "-z", server.address, "-p", "/later")
    agent.wait_log("waiting for the configuration: zookeeper:/later/agent1: there is no node /later/agent1 (did you mean agent2?)")
    server.put("/later/agent1", b"")
    agent.wait_log("zookeeper:/later/agent1: it is empty")
    server.put("/later/agent1", text(events="4"))
    agent.wait_events(4)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())


@together("zookeeper")
@limit(300)
def test_who_does_not_wait_is_told_what_is_missing(case):
    server = server_of(case)
    server.put("/asked/agent1", text(sinks__k__chanel="c"))
    code, output = case.flume("validate", "-z", server.address, "-p", "/asked", "-n", "agent1")
    check(code == 0 and "zookeeper:/asked/agent1:10:1: warning: agent1.sinks.k.chanel" in output, f"exit code {code}", output)
    for servers, path, why in ((server.address, "/asked/none", "there is no node /asked/none/agent1, nor /asked/none above it"),
                               (server.address + "/wrong", "/asked", "there is no root /wrong")):
        for command, expected in ((("validate",), 1), (("agent", "--no-reload-conf"), 2), (("agent", "--dryrun"), 2)):
            code, output = case.flume(*command, "-z", servers, "-p", path, "-n", "agent1")
            check(code == expected and f"error: zookeeper:{path}/agent1: {why}" in output, f"{command}: exit code {code}", output)
    code, output = case.flume("validate", "-z", server.address + "/asked", "-p", "/", "-n", "agent1")
    check(code == 0 and "zookeeper:/agent1:10" in output, f"below a root: exit code {code}", output)


@together("zookeeper")
@limit(300)
def test_what_waiting_does_not_mend_ends_the_start(case):
    server = server_of(case)
    server.put("/closed/agent1", text(), acl=(31, "digest", "me:nothing"))
    server.put("/broken/agent1", b"agent1.sources = \\u00zz\n")
    for path, why in (("/closed", "error: zookeeper:/closed/agent1: the node's ACL does not let everybody read it"),
                      ("/broken", "zookeeper:/broken/agent1:1")):
        code, output = case.flume("agent", "-z", server.address, "-p", path, "-n", "agent1")
        check(code == 2 and why in output, f"{path}: exit code {code}", output)


@limit(300)
def test_an_agent_waits_for_zookeeper_and_ends_by_a_signal_meanwhile(case):
    why = zookeeper.missing()
    if why:
        raise Skipped(why)
    server = zookeeper.ZooKeeper(case.path("zookeeper"))
    case.at_end(server.stop)
    refused = "zookeeper:/flume/agent1: no server takes a connection: Connection refused"
    agent = start(case, "-z", server.address)
    agent.wait_log(refused)
    server.start()
    server.put("/flume/agent1", text())
    agent.wait_events(3)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    server.stop()

    with subprocess.Popen([BINARY, "agent", "-z", server.address, "-n", "agent1"], cwd=case.folder, env=case.environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as waiting:
        check(refused.encode() in waiting.stderr.readline(), "it does not say what it waits for")
        waiting.terminate()
        wait_until(lambda: waiting.poll() is not None, 5, "the end of a wait by SIGTERM")
        check(waiting.returncode == 0, f"exit code {waiting.returncode}")
