"""The example of README: an agent, and two collectors behind it."""
import os

from agent_process import ROOT, AgentProcess, free_port
from case import check, limit

EXAMPLES = os.path.join(ROOT, "examples", "two-tiers")
LINES = 3000


class Tiers:
    def __init__(self, case):
        self.case = case
        self.ports = {"first": free_port(), "second": free_port()}
        self.log = case.write("shop.log", "")

    def agent(self, name, file, life=0, **properties):
        with open(os.path.join(EXAMPLES, f"{file}.conf"), encoding="utf-8") as source:
            text = source.read().replace("= 4141", f"= {self.ports['first']}").replace("= 4142", f"= {self.ports['second']}")
        folder = self.case.path(name)
        os.makedirs(os.path.join(folder, "events"), exist_ok=True)
        properties |= {"folder": folder, "flume.state.dir": folder}
        agent = AgentProcess(self.case.folder, self.case.write(f"{name}.conf", text), name=file, output=f"{name}-{life}.log",
                             options=[f"-D{key}={value}" for key, value in properties.items()], environment=self.case.environment)
        self.case.at_end(agent.kill)
        return agent.start()

    def collector(self, name, life=0):
        agent = self.agent(name, "collector", life, port=self.ports[name])
        agent.wait_ready(["SOURCE.agents"])
        return agent

    def add_lines(self, first, last):
        with open(self.log, "a", encoding="utf-8") as log:
            log.writelines(f"line {n}\n" for n in range(first, last))

    def collected(self):
        lines = []
        for name in self.ports:
            folder = self.case.path(name, "events")
            for file in sorted(os.listdir(folder)):
                with open(os.path.join(folder, file), encoding="utf-8") as events:
                    lines += events.read().splitlines()
        return lines


@limit(120)
def test_the_second_collector_takes_over_and_nothing_is_lost(case):
    tiers = Tiers(case)
    first, second = tiers.collector("first"), tiers.collector("second")
    shop = tiers.agent("shop", "shop", log=tiers.log)
    tiers.add_lines(0, LINES)
    shop.wait(lambda: shop.counter("SINK.first", "EventDrainSuccessCount") >= LINES, 30, "the lines at the first collector")
    first.kill()
    tiers.add_lines(LINES, 2 * LINES)
    second.wait(lambda: second.counter("SOURCE.agents", "EventAcceptedCount") >= LINES, 60, "the lines at the second collector")
    first = tiers.collector("first", life=1)
    tiers.add_lines(2 * LINES, 3 * LINES)
    agents = {"first": first, "second": second}
    shop.wait(lambda: len(set(tiers.collected())) >= 3 * LINES, 60, "all lines in files")
    check(shop.stop() == 0, "exit code after SIGTERM is not 0", shop.log_text())
    for agent in agents.values():
        check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    lines = tiers.collected()
    check(sorted(set(lines)) == sorted(f"line {n}" for n in range(3 * LINES)), f"{len(set(lines))} lines instead of {3 * LINES}")
