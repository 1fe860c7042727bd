"""The hdfs sink on a real pair of NameNodes that hand over, or die, while events arrive: every one is in the final files once."""
import time

from case import endurance, limit
from hdfs_cluster import VERSIONS, Cluster, HdfsPair
from hdfs_flow import LINES_PER_SECOND, WAIT_SECONDS, Flow

# A file each second, so that the NameNode is asked all the time; and a call soon says that nobody can answer it.
OFTEN = {"sinks__sink1__hdfs__rollCount": str(LINES_PER_SECOND), "sinks__sink1__hdfs__callTimeout": "3000"}


def start(case, cluster, name):
    flow = Flow(case, cluster, name, cluster.hdfs.client_keys(), **OFTEN)
    flow.goes_on("before any fail-over")
    return flow


def wait_told(flow, since, reasons):
    """Without an active NameNode one line of the sink, behind `since` characters of the log, names both with the reason of each."""
    pair, process = flow.cluster.hdfs, flow.agent.process
    words = [word for index, reason in enumerate(reasons) for word in (pair.address(index), reason)]

    def is_told():
        lines = process.log_text()[since:].splitlines()
        return any(" WARN " in line and "no active NameNode" in line and all(word in line for word in words) for line in lines)
    started = time.monotonic()
    process.wait(is_told, WAIT_SECONDS, f"a line with {', '.join(words)}")
    print(f"told after {time.monotonic() - started:.1f} s that there is no active NameNode", flush=True)


def be_without_an_active_one(flow):
    pair = flow.cluster.hdfs
    since = len(flow.agent.process.log_text())
    pair.step_down()
    wait_told(flow, since, ("state standby", "state standby"))
    pair.take_over()
    flow.goes_on("both were standbys for a while, then the other one took over")


def hand_over(flow):
    flow.cluster.hdfs.hand_over()
    flow.goes_on("handed over")


def kill_active(flow):
    pair = flow.cluster.hdfs
    since = len(flow.agent.process.log_text())
    pair.kill_active()
    wait_told(flow, since, [("refused", "state standby")[index != pair.active] for index in range(2)])
    pair.take_over()
    flow.goes_on("the active one was killed, the other one took over")


@limit(180)
def test_fail_overs_in_mid_write_lose_and_double_nothing(case):
    flow = start(case, Cluster(case, kind=HdfsPair), "pair")
    be_without_an_active_one(flow)
    hand_over(flow)
    kill_active(flow)
    flow.finish()


@endurance
@limit(1500)
def test_many_fail_overs_in_both_versions(case):
    for version in VERSIONS:
        cluster = Cluster(case, 3, version, kind=HdfsPair)
        flow = start(case, cluster, "pair")
        for _ in range(6):
            hand_over(flow)
            be_without_an_active_one(flow)
            kill_active(flow)
            cluster.hdfs.restart_killed()
        flow.finish()
        cluster.close()
