"""Clients of a flow: what they send to an agent, and what they are answered. Both agents have the same ports, each at an address of
its own; the clients are at the same address and, of UDP, the same port.
"""
import http.client
import socket
import time
from dataclasses import dataclass, field

JAVA_HOST, OUR_HOST, CLIENT_HOST = "127.0.0.1", "127.0.0.2", "127.0.0.3"
ANSWER_SECONDS = 20
LISTENING = {"tcp": "0A", "udp": "07"}  # states of a port, in /proc/net


@dataclass(frozen=True)
class Place:
    """Where the clients of one flow find one agent."""
    host: str
    ports: tuple        # {port}, {port2}
    client_port: int    # of datagrams

    def filled(self, text):
        return text.replace("{host}", self.host).replace("{port}", str(self.ports[0])).replace("{port2}", str(self.ports[1]))


@dataclass(frozen=True)
class Tcp:
    """A connection that ends its side when it has sent all, and reads until the other side ends, too. The answer: what it read."""
    pieces: tuple       # of bytes, a moment apart
    port: int = 0       # index
    protocol = "tcp"

    def send(self, place):
        with socket.socket() as client:
            client.settimeout(ANSWER_SECONDS)
            client.bind((CLIENT_HOST, 0))
            client.connect((place.host, place.ports[self.port]))
            heard = b""
            try:
                for piece in self.pieces:
                    client.sendall(piece)
                    time.sleep(0.05)
                client.shutdown(socket.SHUT_WR)
                while piece := client.recv(65536):
                    heard += piece
                end = "end"
            except TimeoutError:
                end = f"no end within {ANSWER_SECONDS} s"
            except OSError:
                end = "end"  # a reset: unread bytes were left when the other side closed
            return [*heard.decode("utf-8", "backslashreplace").splitlines(), end]


@dataclass(frozen=True)
class Udp:
    """Datagrams. There are no answers."""
    datagrams: tuple
    port: int = 0
    protocol = "udp"

    def send(self, place):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            client.bind((CLIENT_HOST, place.client_port))
            for datagram in self.datagrams:
                client.sendto(datagram, (place.host, place.ports[self.port]))
                time.sleep(0.002)
        return []


@dataclass(frozen=True)
class Http:
    """One request. The answer: its status."""
    body: bytes = b""
    method: str = "POST"
    path: str = "/"
    headers: dict = field(default_factory=dict)
    port: int = 0
    protocol = "tcp"

    def send(self, place):
        connection = http.client.HTTPConnection(place.host, place.ports[self.port], timeout=ANSWER_SECONDS, source_address=(CLIENT_HOST, 0))
        try:
            connection.request(self.method, self.path, self.body, self.headers)
            return [str(connection.getresponse().status)]
        finally:
            connection.close()


def free_ports(count):
    """Of TCP and UDP, at every address."""
    held, ports = [], []
    try:
        while len(ports) < count:
            tcp, udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            held += [tcp, udp]
            tcp.bind(("0.0.0.0", 0))
            try:
                udp.bind(("0.0.0.0", tcp.getsockname()[1]))
            except OSError:
                continue
            ports.append(tcp.getsockname()[1])
        return tuple(ports)
    finally:
        for each in held:
            each.close()


def places(flows):
    """(of Apache Flume, of this version): name of a flow -> Place."""
    theirs, ours = {}, {}
    for flow in flows:
        if flow.sends:
            *ports, client_port = free_ports(3)
            theirs[flow.name] = Place(JAVA_HOST, tuple(ports), client_port)
            ours[flow.name] = Place(OUR_HOST, tuple(ports), client_port)
    return theirs, ours


def is_open(host, port, protocol):
    """Something listens there, as the system tells: nobody is disturbed."""
    reversed_hex = "".join(f"{int(part):02X}" for part in reversed(host.split(".")))
    wanted = {f"{reversed_hex}:{port:04X}", f"{0:08X}:{port:04X}", f"{0:032X}:{port:04X}", f"0000000000000000FFFF0000{reversed_hex}:{port:04X}"}
    for table in (protocol, protocol + "6"):
        try:
            with open(f"/proc/net/{table}", encoding="ascii") as lines:
                if any(fields[1] in wanted and fields[3] == LISTENING[protocol] for fields in map(str.split, lines)):
                    return True
        except OSError:
            continue
    return False


def is_listening(flow, place):
    return all(is_open(place.host, place.ports[send.port], send.protocol) for send in flow.sends)


def answers(flow, place):
    """What the clients of the flow were answered, a row each."""
    rows = []
    for number, send in enumerate(flow.sends, 1):
        try:
            rows += [f"{number}. {row}" for row in send.send(place)]
        except OSError as error:
            rows.append(f"{number}. {type(error).__name__}: {error}")
    return rows
