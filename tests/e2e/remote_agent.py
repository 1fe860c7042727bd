"""An agent whose configuration is not in a file."""
from agent_process import AgentProcess
from case import configuration

START_SECONDS = 60  # pauses between tries, on a busy machine


class RemoteAgent(AgentProcess):
    def __init__(self, case, *options):
        super().__init__(case.folder, "", name="agent1", options=options, environment=case.environment)
        at = self.command.index("--conf-file")
        del self.command[at:at + 2]
        # The same node of two servers is one configuration to it.
        self.command.append(f"-Dflume.state.dir={case.path('state')}")

    def wait_events(self, count):
        self.wait(lambda: self.counter("CHANNEL.c", "EventTakeSuccessCount") >= count, START_SECONDS, f"delivery of {count} events")

    def wait_log(self, words):
        self.wait(lambda: words in self.log_text(), START_SECONDS, f"the words {words!r}")


def start(case, *options):
    agent = RemoteAgent(case, *options)
    case.at_end(agent.kill)
    return agent.start()


def text(events="3", **changes):
    """The configuration of agent1 that counts so far."""
    parts = {"sources": "r", "channels": "c", "sinks": "k", "sources.r.type": "seq", "sources.r.totalEvents": events,
             "sources.r.channels": "c", "channels.c.type": "memory", "sinks.k.type": "null", "sinks.k.channel": "c"}
    parts.update({key.replace("__", "."): value for key, value in changes.items()})
    return configuration(**parts).encode()
