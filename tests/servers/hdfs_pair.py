"""An HDFS with two NameNodes, one active and one standby, that hand over when they are told to (no ZooKeeper).

    with HdfsPair(folder) as hdfs: ... hdfs.hand_over(), hdfs.kill_active(), hdfs.take_over(), hdfs.restart_killed()

Their edits are in a folder that both have, so the pair needs no further server. `port`, `web_port` and `namenode` are those of the
active one, or of the one that was it last.
"""
import shutil
import time

from hdfs import HOST, NAMENODE, READY_SECONDS, Hdfs, Node

NAME = "pair"
HA_ADMIN = "org.apache.hadoop.hdfs.tools.DFSHAAdmin"


class HdfsPair(Hdfs):
    NAMENODES = 2

    def __init__(self, *arguments, **keys):
        self.namenodes = [None, None]
        self.active = 0
        super().__init__(*arguments, **keys)

    @property
    def default_fs(self):
        return f"hdfs://{NAME}"

    @property
    def standby(self):
        return 1 - self.active

    def address(self, index):
        return f"{HOST}:{self.namenode_ports[index][0]}"

    def client_keys(self):
        return {"dfs.nameservices": NAME, f"dfs.ha.namenodes.{NAME}": "nn0,nn1",
                f"dfs.client.failover.proxy.provider.{NAME}": "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider",
                **{f"dfs.namenode.rpc-address.{NAME}.nn{index}": self.address(index) for index in range(2)}}

    def _namenode_keys(self):
        return {**self.client_keys(),
                **{f"dfs.namenode.http-address.{NAME}.nn{index}": f"{HOST}:{web}" for index, (_, web) in enumerate(self.namenode_ports)},
                "dfs.namenode.shared.edits.dir": f"file://{self.folder}/edits",
                "dfs.ha.automatic-failover.enabled": "false",
                "dfs.ha.fencing.methods": "shell(/bin/true)",
                "dfs.ha.standby.checkpoints": "false",
                "dfs.ha.tail-edits.period": 1}

    def _options(self, index):
        return "-D", f"dfs.ha.namenode.id=nn{index}", "-D", f"dfs.namenode.name.dir={self.folder}/name{index}"

    def _start_namenodes(self):
        self._format(*self._options(0))
        # A fresh name space is a few files: what `-bootstrapStandby` would fetch.
        shutil.copytree(self.folder / "name0", self.folder / "name1")
        for index in range(2):
            self._start(index)

    def _start(self, index):
        self.namenodes[index] = Node(self.java(NAMENODE, *self._options(index)), self.folder / f"namenode{index}.log")

    def _nodes(self):
        return [node for node in (*self.namenodes, *self.datanodes) if node]

    def __enter__(self):
        super().__enter__()
        try:
            self.take_over(self.active)
        except BaseException:
            self.__exit__()
            raise
        return self

    def is_ready(self, port=None):
        """Every NameNode that runs has heard of all DataNodes and could be the active one."""
        return all(super(HdfsPair, self).is_ready(web) for node, (_, web) in zip(self.namenodes, self.namenode_ports) if node)

    def state(self, index):
        return self.bean("NameNodeStatus", self.namenode_ports[index][1]).get("State")

    def _admin(self, *arguments):
        code, output = self.shell(HA_ADMIN, *arguments)
        if code != 0:
            raise RuntimeError(f"{' '.join(arguments)} ended with {code}\n{output}")

    def _is_active_now(self, index):
        if self.state(index) != "active":
            raise RuntimeError(f"nn{index} is {self.state(index)}: {self.folder}/namenode{index}.log")
        self.active, self.namenode = index, self.namenodes[index]
        self.port, self.web_port = self.namenode_ports[index]

    def step_down(self):
        """The active one becomes a standby: there is no active one now."""
        self._admin("-transitionToStandby", f"nn{self.active}")

    def kill_active(self):
        """kill -9: there is no active one now."""
        self.namenodes[self.active].kill()
        self.namenodes[self.active] = None

    def take_over(self, index=None):
        """This NameNode (None: the one that is not `active`) becomes the active one. Precondition: the other one is not."""
        index = self.standby if index is None else index
        self._admin("-transitionToActive", "--forceactive", f"nn{index}")
        self._is_active_now(index)

    def hand_over(self):
        """The planned fail-over, as an administrator does it."""
        active, standby = self.active, self.standby
        self._admin("-failover", f"nn{active}", f"nn{standby}")
        self._is_active_now(standby)

    def restart_killed(self):
        """As a standby; back when it could take over."""
        self._start(self.standby)
        self.wait_ready()
        until = time.monotonic() + READY_SECONDS
        while self.state(self.standby) != "standby":
            if time.monotonic() > until:
                raise RuntimeError(f"nn{self.standby} is {self.state(self.standby)}")
            time.sleep(0.1)


__all__ = ["HdfsPair"]
