"""A flow that both agents run: components, input, how many events each channel passes on, and what may differ.

Components are named as in a configuration of its own (r1, c1, k1, f1); several flows run in one agent, as NAME_r1 and so on.
"""
import re
from dataclasses import dataclass, field

KINDS = ("sources", "channels", "sinks", "sinkgroups", "configfilters")
REFERENCES = re.compile(r"^sinkgroups\.\w+\.sinks$|\.(channels|channel|selector\.(optional|default)(\.\w+)?|selector\.mapping\.\w+)$")
PRIORITY = re.compile(r"^(processor\.priority\.)(?=\w)")
FILTERED = re.compile(r"\$\{(\w+)(?=\[)")


@dataclass(frozen=True)
class Flow:
    """In `settings`, lines `KIND.COMPONENT.KEY = VALUE`, {input} is the file with `input` and {out} the agent's own folder; {host} is
    an address of the agent's own, {port} and {port2} are ports that both agents have there. Then `sends` says what clients do."""
    name: str
    settings: str
    events: int                                     # that each channel passes on
    input: bytes = b""
    is_logged: bool = False                         # its output is the logger sink's lines
    first: str = ""                                 # settings of a run before: what it leaves in its channels the flow finds
    masks: tuple = field(default_factory=tuple)     # names of masks (compare.MASKS) that it needs
    sends: tuple = field(default_factory=tuple)     # of clients.Tcp, Udp, Http: one after another, once the agent listens

    def components(self, kind, is_first=False):
        names = dict.fromkeys(match.group(1) for match in re.finditer(rf"^{kind}\.(\w+)\.", self.first if is_first else self.settings, re.M))
        return [f"{self.name}_{name}" for name in names]

    def lines(self, input_path, output, is_first, place=None):
        """Its part of the configuration of agent a1."""
        for line in (self.first if is_first else self.settings).strip().splitlines():
            key, _, value = (place.filled(line) if place else line).strip().partition(" = ")
            kind, component, rest = key.split(".", 2)
            value = value.replace("{input}", str(input_path)).replace("{out}", str(output))
            rest = PRIORITY.sub(lambda match: f"{match.group(1)}{self.name}_", rest)
            if REFERENCES.search(key):
                value = " ".join(f"{self.name}_{name}" for name in value.split())
            value = FILTERED.sub(lambda match: "${" + f"{self.name}_{match.group(1)}", value)
            yield f"a1.{kind}.{self.name}_{component}.{rest} = {value}"


def configuration(flows, folder, data, is_first, places=None):
    """The whole flume.conf: flows that share an agent. The folders of their output are made. `places`: name of a flow -> where
    its clients find it (clients.Place)."""
    listed = {kind: [name for flow in flows for name in flow.components(kind, is_first)] for kind in KINDS}
    lines = [f"a1.{kind} = {' '.join(names)}" for kind, names in listed.items() if names]
    for flow in flows:
        output = folder / "out" / flow.name
        output.mkdir(parents=True, exist_ok=True)
        lines += flow.lines(data / flow.name, output, is_first, (places or {}).get(flow.name))
    return "\n".join(lines) + "\n"
