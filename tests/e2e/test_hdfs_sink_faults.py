"""The hdfs sink on a real HDFS whose servers die, hang and come back: every event is in the final files once."""
import signal
import time

from case import endurance, limit, together
from hdfs_cluster import VERSIONS, Cluster
from hdfs_flow import WAIT_SECONDS, Flow


def kill_datanodes(flow, count):
    for index in range(count):
        flow.cluster.hdfs.datanodes[index].kill()
        if index + 1 < len(flow.cluster.hdfs.datanodes):
            flow.goes_on(f"{index + 1} of 3 DataNodes killed")
    for index in range(count):
        flow.cluster.hdfs.restart_datanode(index)
    flow.goes_on("DataNodes restarted")


def stop_a_datanode(flow, index):
    process = flow.cluster.hdfs.datanodes[index].process
    # A file that is begun while all three live has all three in its pipeline. (The long file of text may be on one node alone, when
    # the others were killed before.)
    flow.cluster.hdfs.wait_ready()
    flow.begins_a_file()
    recoveries = flow.cluster.hdfs.calls("UpdateBlockForPipeline")
    process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    try:
        flow.agent.process.wait(lambda: flow.cluster.hdfs.calls("UpdateBlockForPipeline") > recoveries, WAIT_SECONDS,
                                f"the recovery of a pipeline without DataNode {index}")
        print(f"DataNode {index} does not answer: a pipeline without it after {time.monotonic() - started:.1f} s", flush=True)
    finally:
        process.send_signal(signal.SIGCONT)
    flow.goes_on(f"DataNode {index} answers again")


def restart_namenode(flow):
    flow.cluster.hdfs.namenode.kill()
    time.sleep(1)
    flow.cluster.hdfs.start_namenode()
    flow.cluster.hdfs.wait_ready()
    flow.goes_on("NameNode restarted")


def go_through_safe_mode(flow):
    refused = flow.cluster.hdfs.calls("SafeModeException")
    flow.cluster.admin("-safemode", "enter")
    # The next file of the sink that rolls.
    flow.agent.process.wait(lambda: flow.cluster.hdfs.calls("SafeModeException") > refused, WAIT_SECONDS, "a call that meets the safe mode")
    flow.cluster.admin("-safemode", "leave")
    flow.goes_on("safe mode over")


# With as many nodes as replicas there is none that could take over: Hadoop's advice for such clusters.
NO_REPLACEMENT = {"dfs.client.block.write.replace-datanode-on-failure.policy": "NEVER"}


@together("hdfs")
@limit(300)
def test_servers_that_die_hang_and_come_back_lose_and_double_nothing(case):
    flow = Flow(case, Cluster.of_group(case), "faults", NO_REPLACEMENT)
    flow.goes_on("before any fault")
    kill_datanodes(flow, 2)
    stop_a_datanode(flow, 0)
    restart_namenode(flow)
    go_through_safe_mode(flow)
    flow.finish()


@endurance
@limit(3000)
def test_all_datanodes_die_and_come_back_in_both_versions(case):
    for version in VERSIONS:
        cluster = Cluster(case, 3, version)
        for name, keys in (("default", {}), ("never", NO_REPLACEMENT)):
            flow = Flow(case, cluster, name, keys)
            for _ in range(2):
                flow.goes_on("before any fault")
                kill_datanodes(flow, 2)
                kill_datanodes(flow, 3)
                for index in range(3):
                    stop_a_datanode(flow, index)
                restart_namenode(flow)
                go_through_safe_mode(flow)
            flow.finish()
        cluster.close()
