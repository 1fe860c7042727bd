"""The http source over the loopback, with curl as the client."""
import gzip
import json
import subprocess

from agent_process import free_port
from case import check, limit, same_lines, text_lines, wait_delivered
from test_netcat_sources import HOST, connect, flow


def curl(port, body, *options):
    """The status of the answer to `body`."""
    run = subprocess.run(["curl", "-sS", "-m", "30", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "@-", *options,
                          f"http://{HOST}:{port}/"], input=body, capture_output=True, check=False)
    check(run.returncode == 0, run.stderr.decode())
    return int(run.stdout)


@limit(120)
def test_what_curl_posts_is_stored(case):
    port = free_port()
    agent = case.agent(flow(case, port, "http"))
    connect(port, agent).close()
    bodies = [f"event {i}" for i in range(3000)]
    events = [json.dumps([{"headers": {"n": i}, "body": body} for i, body in enumerate(part)]).encode()
              for part in (bodies[:1000], bodies[1000:2000], bodies[2000:])]
    kind = ("-H", "Content-Type: application/json")
    check(curl(port, events[0], *kind) == 200, "stored")
    check(curl(port, gzip.compress(events[1]), *kind, "-H", "Content-Encoding: gzip") == 200, "gzip stored")
    check(curl(port, events[2], *kind, "-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue") == 200, "chunks stored")
    check(curl(port, events[0][:-1], *kind) == 400, "cut JSON refused")
    wait_delivered(agent, len(bodies))
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())
    same_lines(sorted(text_lines(case.path("out"))), sorted(body.encode() for body in bodies))
