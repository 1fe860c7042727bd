"""The file channel with the real program: killed again and again, full disks, damage, folders that are somebody else's.

What flows is `seq`: numbers that go on at their bookmark, so that every number must be in the files once, in order.
"""
import os
import random
import re
import signal
import subprocess
import time

from agent_process import AgentProcess
from case import check, configuration, diagnosed, endurance, limit, together
from hdfs_cluster import Cluster, HdfsAgent

WAIT_SECONDS = 60


def flow(case, **changes):
    """seq -> file channel -> file_roll, with slots so small that they are used again and again; a change to None leaves a key out."""
    out = case.path("out")
    os.makedirs(out, exist_ok=True)
    parts = {
        "sources": "source1", "channels": "channel1", "sinks": "sink1",
        "sources.source1.type": "seq", "sources.source1.channels": "channel1", "sources.source1.batchSize": "20",
        "channels.channel1.type": "file", "channels.channel1.dataDirs": case.path("data"), "channels.channel1.capacity": "2000",
        "channels.channel1.transactionCapacity": "100", "channels.channel1.maxFileSize": "262144",
        "channels.channel1.minimumRequiredSpace": "1048576",
        "sinks.sink1.type": "file_roll", "sinks.sink1.channel": "channel1", "sinks.sink1.sink.directory": out,
        "sinks.sink1.sink.rollInterval": "1", "sinks.sink1.sink.batchSize": "50",
    }
    parts.update({key.replace("__", "."): value for key, value in changes.items()})
    return configuration(**{key: value for key, value in parts.items() if value is not None})


def rolled_numbers(folder):
    """The lines of all files in the order in which the files were begun."""
    names = [name for name in os.listdir(folder) if re.fullmatch(r"\d+-\d+", name)]
    numbers = []
    for name in sorted(names, key=lambda name: [int(part) for part in name.split("-")]):
        with open(os.path.join(folder, name), encoding="ascii") as file:
            text = file.read()
        check(not text or text.endswith("\n"), f"{name} ends inside a line")
        numbers += [int(line) for line in text.splitlines()]
    return numbers


def all_in_order(numbers, least, what):
    check(len(numbers) >= least, f"{what}: {len(numbers)} numbers, at least {least} had been delivered")
    for index, number in enumerate(numbers):
        if number != index:
            seen = set(numbers)
            missing = [n for n in range(max(numbers)) if n not in seen]
            raise AssertionError(f"{what}: {number} at place {index}; {len(missing)} missing {missing[:3]}, {len(numbers) - len(seen)} doubled")


def delivered(agent):
    """Of the present run; 0 while it does not tell."""
    return agent.counter("SINK.sink1", "EventDrainSuccessCount")


def kill_again_and_again(case, times, **changes):
    choose = random.Random(times)
    conf_file = case.write("flume.conf", flow(case, **changes))
    least = 0
    for _ in range(times):
        agent = AgentProcess(case.folder, conf_file, environment=case.environment).start()
        case.at_end(agent.kill)
        if choose.random() < 0.8:
            agent.wait(lambda agent=agent: delivered(agent) > 0, WAIT_SECONDS, "the first events")
            time.sleep(choose.random() * 0.3)
        else:
            time.sleep(choose.random() * 0.05)  # in the middle of its start
        least += delivered(agent)
        agent.kill()
    agent = AgentProcess(case.folder, conf_file, environment=case.environment).start()
    case.at_end(agent.kill)
    agent.wait(lambda: delivered(agent) > 100, WAIT_SECONDS, "events after the last kill")
    check(agent.stop(WAIT_SECONDS) == 0, "the last agent did not end in order", agent.log_text())
    numbers = rolled_numbers(case.path("out"))
    all_in_order(numbers, least, f"after {times} kills")
    print(f"{times} kills, {len(numbers)} numbers", flush=True)


@limit(150)
def test_forty_kills_lose_and_double_no_number(case):
    kill_again_and_again(case, 40)


@endurance
@limit(1500)
def test_five_hundred_kills_lose_and_double_no_number(case):
    kill_again_and_again(case, 500, channels__channel1__dataDirs=f"{case.path('data1')},{case.path('data2')}")


@endurance
@limit(600)
def test_kills_with_strict_takes_lose_and_double_no_number(case):
    kill_again_and_again(case, 100, channels__channel1__takeSync="strict")


def numbers_of(lines):
    return [int(line) for line in lines]


def kill_on_hdfs(case, cluster, name, times):
    cluster.make_folder(f"/flume/{name}")
    out_of_the_way = {"sources__source1__command": None, "channels__channel1__byteCapacityBufferPercentage": None}
    agent = HdfsAgent(case, name, cluster.uri, **{
        **out_of_the_way, "sources__source1__type": "seq", "sources__source1__batchSize": "20",
        "channels__channel1__type": "file", "channels__channel1__dataDirs": case.path(name, "data"), "channels__channel1__capacity": "2000",
        "channels__channel1__maxFileSize": "262144", "channels__channel1__minimumRequiredSpace": "1048576",
        "sinks__sink1__hdfs__fileType": "DataStream", "sinks__sink1__hdfs__rollCount": "2000", "sinks__sink1__hdfs__rollSize": "0",
        "sinks__sink1__hdfs__batchSize": "50"})
    choose = random.Random(name)
    least = 0
    for turn in range(times + 1):
        agent.start()
        agent.process.wait(lambda: delivered(agent.process) > 0, WAIT_SECONDS, "the first events")
        if turn < times:
            time.sleep(choose.random())
            least += delivered(agent.process)
            agent.process.kill()
    check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
    check(not cluster.in_use(agent.out), f"left in use: {cluster.in_use(agent.out)}", agent.process.log_text())
    numbers = numbers_of(cluster.text_lines(agent.out))
    # Which of two files has the higher number in its name says nothing of a file that was recovered.
    all_in_order(sorted(numbers), least, f"after {times} kills")
    print(f"{times} kills, {len(numbers)} numbers", flush=True)


@together("hdfs")
@limit(150)
def test_eight_kills_on_hdfs_lose_and_double_no_number(case):
    kill_on_hdfs(case, Cluster.of_group(case), "file-channel", 8)


# Disks.

def mount_small_disk(case, kibibytes):
    disk = case.path("disk")
    os.makedirs(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", disk], check=True)
    case.at_end(subprocess.run, ["umount", "-l", disk], check=False)
    return disk


@limit(120)
def test_a_full_disk_stops_puts_only_and_they_go_on_when_it_has_space(case):
    disk = mount_small_disk(case, 4096)
    # A sink that cannot deliver, for its folder is gone: the channel fills the disk.
    changes = {"channels__channel1__dataDirs": os.path.join(disk, "data"), "channels__channel1__capacity": "1000000",
               "sources__source1__batchSize": "100"}
    hidden = case.path("hidden")
    text = flow(case, **changes)
    os.rename(case.path("out"), hidden)
    agent = AgentProcess(case.folder, case.write("flume.conf", text), environment=case.environment).start()
    case.at_end(agent.kill)
    agent.wait(lambda: "minimumRequiredSpace" in agent.log_text(), WAIT_SECONDS, "a line about the full disk")
    free = os.statvfs(disk)
    check(free.f_bavail * free.f_frsize >= 1048576, f"only {free.f_bavail * free.f_frsize} bytes were left free")
    os.rename(hidden, case.path("out"))
    agent.wait(lambda: delivered(agent) > 100_000, WAIT_SECONDS, "delivery, and puts again, without a restart")
    check(agent.stop(WAIT_SECONDS) == 0, "did not end in order", agent.log_text())
    all_in_order(rolled_numbers(case.path("out")), 100_000, "after the disk was full")


def data_files(case):
    return sorted(name for name in os.listdir(case.path("data")) if name.startswith("slot-"))


def fill_and_stop(case):
    """A channel with events that no sink has taken, in several slots."""
    text = flow(case, sinks=None, **{key: None for key in ("sinks__sink1__type", "sinks__sink1__channel", "sinks__sink1__sink__directory",
                                                           "sinks__sink1__sink__rollInterval", "sinks__sink1__sink__batchSize")},
                channels__channel1__capacity="1000000", sources__source1__totalEvents="50000", sources__source1__batchSize="100")
    agent = AgentProcess(case.folder, case.write("flume.conf", text), environment=case.environment).start()
    case.at_end(agent.kill)
    agent.wait(lambda: agent.counter("CHANNEL.channel1", "ChannelSize") == 50000, WAIT_SECONDS, "50,000 events in the channel")
    agent.process.send_signal(signal.SIGTERM)
    agent.process.wait(WAIT_SECONDS)


def drained(case, **changes):
    """Starts a sink on the channel of fill_and_stop()."""
    agent = AgentProcess(case.folder, case.write("flume.conf", flow(case, **{"channels__channel1__capacity": "1000000",
                                                                             "sources__source1__totalEvents": "50000", **changes})),
                         environment=case.environment).start()
    case.at_end(agent.kill)
    return agent


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 1]))


@limit(90)
def test_damage_is_named_and_nothing_is_changed_until_it_may_be_skipped(case):
    fill_and_stop(case)
    check(len(data_files(case)) >= 3, f"only {data_files(case)}")
    flip(case.path("data", "slot-000001"), 100_000)
    agent = drained(case)
    agent.wait(lambda: "stored data is damaged" in agent.log_text(), WAIT_SECONDS, "a line about the damage")
    line = next(line for line in agent.log_text().splitlines() if "stored data is damaged" in line)
    check(re.search(r"slot-000001, bytes \d+ to \d+: .*events [\d-]+ are lost", line), "the damage is not named", line)
    agent.kill()
    check("slot-000001" in data_files(case), f"{data_files(case)}")
    before = rolled_numbers(case.path("out"))
    all_in_order(before, 0, "before the damage")

    agent = drained(case, channels__channel1__onDamage="skip")
    agent.wait(lambda: agent.counter("CHANNEL.channel1", "ChannelSize") == 0, WAIT_SECONDS, "the rest")
    check(agent.stop(WAIT_SECONDS) == 0, "did not end in order", agent.log_text())
    numbers = rolled_numbers(case.path("out"))
    check(len(numbers) == len(set(numbers)), "numbers are doubled")
    lost = sorted(set(range(50000)) - set(numbers))
    check(0 < len(lost) <= 100 and lost[-1] - lost[0] == len(lost) - 1, f"{len(lost)} numbers are missing: {lost[:3]}...{lost[-3:]}")


@limit(90)
def test_a_slot_that_is_gone_is_named(case):
    fill_and_stop(case)
    os.remove(case.path("data", "slot-000001"))
    agent = drained(case)
    agent.wait(lambda: "is in no slot of dataDirs" in agent.log_text(), WAIT_SECONDS, "a line about the missing slot")
    agent.kill()


# Folders that are somebody else's.

def starting(case, text, words):
    agent = AgentProcess(case.folder, case.write("flume.conf", text), environment=case.environment).start()
    case.at_end(agent.kill)
    agent.wait(lambda: all(word in agent.log_text() for word in words), WAIT_SECONDS, f"a line with {words}")
    agent.kill()


@limit(60)
def test_folders_of_others_are_left_alone(case):
    os.makedirs(case.path("data"))
    case.write("data/log-7", b"java")
    starting(case, flow(case), ["Apache Flume's file channel (log-7)"])
    check(sorted(os.listdir(case.path("data"))) == ["in_use.lock", "log-7"], f"{os.listdir(case.path('data'))}")

    case.write("a-file", b"")
    starting(case, flow(case, channels__channel1__dataDirs=case.path("a-file")), ["a-file is a file, not a directory"])


@limit(60)
def test_a_folder_in_use_names_who_has_it(case):
    first = case.agent(flow(case))
    first.wait(lambda: delivered(first) > 0, WAIT_SECONDS, "the first events")
    other = case.path("other")
    os.makedirs(other)
    second = AgentProcess(other, case.write("other/flume.conf", flow(case)), environment={**case.environment, "HOME": other}).start()
    case.at_end(second.kill)
    second.wait(lambda: f"in_use.lock is in use by process {first.pid}" in second.log_text(), WAIT_SECONDS, "the process that has the folder")


def test_wrong_keys_are_told_by_validate(case):
    code, output = case.validate(flow(case, channels__channel1__dataDirs="/a,/a", channels__channel1__transactionCapactiy="5",
                                      channels__channel1__encryption__activeKey="k"))
    check(code == 1, f"exit code {code}", output)
    diagnosed(output, "dataDirs", "named twice")
    diagnosed(output, "encryption.keyProvider", "JCEKSFILE")
