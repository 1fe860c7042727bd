"""netcat and netcatudp over the loopback, with clients that are no part of the project."""
import socket

from agent_process import free_port, wait_until
from case import check, configuration, limit, same_lines, text_lines, wait_delivered

HOST = "127.0.0.1"


def flow(case, port, kind="netcat", **changes):
    parts = {
        "sources": "source1", "sinks": "sink1", "channels": "channel1",
        "sources.source1.type": kind,
        "sources.source1.bind": HOST,
        "sources.source1.port": str(port),
        "sources.source1.channels": "channel1",
        "channels.channel1.type": "memory",
        "channels.channel1.capacity": "10000",
        "channels.channel1.transactionCapacity": "1000",
        "sinks.sink1.type": "hdfs",
        "sinks.sink1.channel": "channel1",
        "sinks.sink1.hdfs.path": case.path("out"),
        "sinks.sink1.hdfs.filePrefix": "events",
        "sinks.sink1.hdfs.fileType": "DataStream",
        "sinks.sink1.hdfs.rollCount": "0", "sinks.sink1.hdfs.rollSize": "0", "sinks.sink1.hdfs.rollInterval": "0",
    }
    return configuration(**{**parts, **{key.replace("__", "."): value for key, value in changes.items()}})


def connect(port, agent):
    def attempt():
        try:
            return socket.create_connection((HOST, port), timeout=30)
        except OSError:
            return None
    agent.wait(attempt_first := lambda: attempt() or False, 20, "the port")  # the first connection is thrown away
    return attempt_first()


def received(connection):
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


@limit(120)
def test_every_line_of_many_netcat_clients_is_stored_and_answered(case):
    port = free_port()
    agent = case.agent(flow(case, port))
    clients = [connect(port, agent) for _ in range(20)]
    expected = []
    for number, client in enumerate(clients):
        lines = [b"client %d line %d" % (number, i) for i in range(500)]
        expected += lines
        client.sendall(b"".join(line + b"\n" for line in lines))
        client.shutdown(socket.SHUT_WR)
    for client in clients:
        answer = received(client)
        check(answer == b"OK\n" * 500, f"{len(answer)} bytes of answers")
    wait_delivered(agent, len(expected), seconds=60)
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    same_lines(sorted(text_lines(case.path("out"))), sorted(expected))


@limit(120)
def test_a_full_channel_holds_netcat_clients_back_and_loses_nothing(case):
    port = free_port()
    # Nobody takes: the channel has room for a thousand, and then the client must wait.
    agent = case.agent(flow(case, port, sinks="", channels__channel1__capacity="1000"))
    client = connect(port, agent)
    client.sendall(b"".join(b"line %d\n" % i for i in range(1500)))
    agent.wait(lambda: agent.counter("CHANNEL.channel1", "ChannelSize") >= 900, 20, "a channel that is nearly full")
    client.settimeout(2)
    answers = b""
    try:
        while piece := client.recv(65536):
            answers += piece
    except TimeoutError:
        pass
    check(len(answers) // 3 <= 1000 and b"FAILED" not in answers, f"{len(answers) // 3} answers")
    check(agent.counter("CHANNEL.channel1", "ChannelSize") >= len(answers) // 3, "more answers than events in the channel")
    agent.stop(40)


@limit(60)
def test_datagrams_of_netcatudp_arrive(case):
    port = free_port()
    agent = case.agent(flow(case, port, kind="netcatudp"))
    agent.wait_ready(["SOURCE.source1", "SINK.sink1"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for i in range(200):
            client.sendto(b"datagram %d\n" % i, (HOST, port))
    wait_delivered(agent, 200)
    agent.stop()
    same_lines(text_lines(case.path("out")), [b"datagram %d" % i for i in range(200)])


def test_a_port_that_is_taken_is_named_and_waited_for(case):
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        agent = case.agent(flow(case, port))
        agent.wait(lambda: "address already in use" in agent.log_text(), 20, "a word about the port")
        check(str(port) in agent.log_text(), "the port is not named", agent.log_text())
    wait_until(lambda: connect(port, agent), 30, "the port")
    agent.stop()
