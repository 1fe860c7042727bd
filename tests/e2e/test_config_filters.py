"""Config filters of the real program: values from a command and from the environment, and nobody sees them."""
import os

from case import check, configuration

SECRET = "hunter2-of-the-filter"


def filtered(case, **changes):
    command = case.write("vault", f"#!/bin/sh\necho {SECRET}-$1\n")
    os.chmod(command, 0o700)
    parts = {"sources": "r", "channels": "c", "sinks": "k", "configfilters": "env vault",
             "configfilters.env.type": "env", "configfilters.vault.type": "external", "configfilters.vault.command": command,
             "sources.r.type": "seq", "sources.r.totalEvents": "3", "sources.r.channels": "c", "channels.c.type": "memory",
             "sources.r.interceptors": "i", "sources.r.interceptors.i.type": "static", "sources.r.interceptors.i.key": "token",
             "sources.r.interceptors.i.value": "${vault['db']}", "sinks.k.type": "file_roll", "sinks.k.channel": "c",
             "sinks.k.sink.directory": "${env[\"FOLDER\"]}/out", "sinks.k.sink.rollInterval": "0", "sinks.k.sink.serializer": "header_and_text"}
    parts.update({key.replace("__", "."): value for key, value in changes.items()})
    case.environment["FOLDER"] = case.folder
    return configuration(**parts)


def test_values_of_filters_reach_components_and_no_output(case):
    os.mkdir(case.path("out"))
    text = filtered(case)
    code, output = case.validate(text)
    check(code == 0, f"validate: exit code {code}", output)
    check("${vault['db']}" in output and SECRET not in output, "validate shows what the filter answered, or not that there is one", output)
    agent = case.agent(text, options=("-Dorg.apache.flume.log.printconfig=true",))
    agent.wait(lambda: agent.counter("SINK.k", "EventDrainSuccessCount") >= 3, 20, "delivery")
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    (name,) = os.listdir(case.path("out"))
    with open(case.path("out", name), encoding="utf-8") as file:
        lines = file.read().splitlines()
    check(lines == [f"{{token={SECRET}-db}} {number}" for number in range(3)], "the interceptor's value is another one", "\n".join(lines))
    check(SECRET not in agent.log_text(), "the log shows what the filter answered", agent.log_text())
    check("${env[" in agent.log_text(), "the configuration is not in the log", agent.log_text())


def test_a_command_that_hangs_is_ended_and_the_component_gets_the_placeholder(case):
    code, output = case.validate(filtered(case, configfilters__vault__command="tail -f /dev/null", configfilters__vault__timeout="1"))
    check(code == 1 and "config filter 'vault', key 'db': tail: has not come to its end after 1 s" in output, f"exit code {code}", output)
