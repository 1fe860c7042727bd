"""The file channel when its disk is full, is damaged or may only be read: told, and nothing lost or doubled."""
import os
import subprocess

from case import check, limit
from file_channel import (RECORD_HEAD_BYTES, check_numbers, content_of, fill, fill_up, flow, slots, wait_drained, wait_logged,
                          written)

MIB = 1 << 20


def free_bytes(folder):
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def accepted(agent):
    return agent.counter("SOURCE.source1", "EventAcceptedCount")


@limit(120)
def test_minimum_required_space_is_left_free_and_puts_go_on_when_the_sink_drains(case):
    disk = case.small_disk(3072)
    total = 400000
    # Without its folder the sink takes nothing.
    agent = case.agent(flow(case, total, channels__channel1__dataDirs=os.path.join(disk, "data"), channels__channel1__capacity="1000000",
                            sources__source1__batchSize="200"))
    wait_logged(agent, "minimumRequiredSpace", disk)
    check(free_bytes(disk) >= MIB, f"only {free_bytes(disk)} bytes are free")
    check(0 < accepted(agent) < total, f"{accepted(agent)} numbers are stored")
    os.mkdir(case.path("out"))
    wait_drained(agent)
    check(free_bytes(disk) >= MIB, f"only {free_bytes(disk)} bytes are free")
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, total)


@limit(120)
def test_takes_go_on_when_the_disk_is_full_and_puts_when_it_has_space_again(case):
    disk = case.small_disk(4096)
    total = 1000000  # more than the disk takes, whoever is faster
    agent = case.agent(flow(case, total, channels__channel1__dataDirs=os.path.join(disk, "data"), channels__channel1__capacity="1000000",
                            sources__source1__batchSize="200"))
    agent.wait(lambda: accepted(agent) > 10000, 30, "some numbers")
    filler = os.path.join(disk, "filler")
    fill_up(filler)
    wait_logged(agent, "space", "channel1")
    os.mkdir(case.path("out"))
    agent.wait(lambda: written(case), 30, "numbers in the files")
    os.remove(filler)
    wait_drained(agent)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, total)


@limit(120)
def test_a_disk_that_may_only_be_read_is_named_and_nothing_is_lost(case):
    disk = case.small_disk(8192)
    data = os.path.join(disk, "data")
    fill(case, 5000, channels__channel1__dataDirs=data)
    before = content_of(data)

    def remount(how):
        subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)
    remount("ro")
    os.mkdir(case.path("out"))
    agent = case.agent(flow(case, 6000, channels__channel1__dataDirs=data))
    wait_logged(agent, "channel1", data, "Read-only")
    agent.wait(lambda: (agent.http("/health") or (200, b""))[0] != 200, 20, "health that tells it")
    check(agent.counter("CHANNEL.channel1", "Unhealthy") == 1, "the channel does not say that it is unhealthy")
    agent.stop()
    check(content_of(data) == before, "something was changed")
    remount("rw")
    again = case.agent(flow(case, 6000, channels__channel1__dataDirs=data), output="again.log")
    wait_drained(again)
    check(again.stop() == 0, "exit code after SIGTERM is not 0", again.log_text())
    check_numbers(case, 6000)


# Damage. Each: the slots after `total` numbers; gives the file that is named, and the numbers that are lost with it.

TOTAL = 25000


def flip_in_a_sealed_segment(found):
    slot = found[1]
    at, _, length, events, first = slot.puts()[5]
    slot.flip(at + RECORD_HEAD_BYTES + length // 2)
    slot.save()
    return slot.path, at, range(first, first + events)


def flip_in_the_newest_segment(found):
    slot = found[-1]
    puts = slot.puts()
    at, _, length, events, first = puts[len(puts) // 2]
    slot.flip(at + RECORD_HEAD_BYTES + length // 2)
    slot.save()
    return slot.path, at, range(first, first + events)


def truncate_a_sealed_segment(found):
    slot = found[1]
    puts = slot.puts()
    at, _, _, _, first = puts[len(puts) // 2]
    os.truncate(slot.path, at)
    return slot.path, at, range(first, puts[-1][4] + puts[-1][3])


def delete_a_sealed_segment(found):
    slot = found[1]
    puts = slot.puts()
    os.remove(slot.path)
    return slot.path, 0, range(puts[0][4], puts[-1][4] + puts[-1][3])


def damage(case, how):
    data = case.path("data")
    fill(case, TOTAL, channels__channel1__capacity="100000")
    found = [slot for slot in slots(data) if slot.puts()]
    check(len(found) >= 3, f"only {len(found)} segments have events")
    path, at, ids = how(found)
    os.mkdir(case.path("out"))
    return data, path, at, ids


def stops_at(case, how):
    """With onDamage = stop: it is told where and what, and not a byte changes but those of a new segment."""
    data, path, at, ids = damage(case, how)
    before = content_of(data)
    agent = case.agent(flow(case, TOTAL, channels__channel1__capacity="100000"))
    line = wait_logged(agent, "damaged", "onDamage = skip", f"{ids.start}-{ids.stop - 1}")
    if os.path.exists(path):
        check(path in line and f"bytes {at} to" in line, f"{path} at {at} is not named", line)
    else:
        check(data in line, f"{data} is not named", line)
    agent.stop()
    after = content_of(data)
    # What was only zeros ahead is a new segment now, perhaps.
    changed = [name for name, content in before.items() if content.strip(b"\0") and after.get(name) != content]
    check(not changed, f"changed: {changed}")
    check_numbers(case, len(written(case)))
    check(len(written(case)) <= ids.start - 1, "numbers behind the damage were delivered")


def skips(case, how):
    """With onDamage = skip the rest is delivered, and the damaged slot is kept."""
    data, path, _, ids = damage(case, how)
    agent = case.agent(flow(case, TOTAL + 20000, channels__channel1__capacity="100000", channels__channel1__onDamage="skip"))
    wait_logged(agent, "ERROR", "damaged", f"{ids.start}-{ids.stop - 1}")
    wait_drained(agent)
    check(agent.counter("CHANNEL.channel1", "EventTakeErrorCount") == len(ids), f"EventTakeErrorCount is not {len(ids)}", agent.log_text())
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    # The first id is 1, the first number 0.
    check_numbers(case, TOTAL + 20000, lost=[number - 1 for number in ids])
    kept = sorted(name for name in os.listdir(data) if name.endswith(".damaged"))
    expected = [os.path.basename(path) + ".damaged"] if os.path.exists(path + ".damaged") or os.path.exists(path) else []
    check(kept == expected, f"kept aside: {kept} instead of {expected}", agent.log_text())


def test_a_flipped_bit_in_a_sealed_segment_stops_the_channel_there(case):
    stops_at(case, flip_in_a_sealed_segment)


def test_a_flipped_bit_in_the_newest_segment_stops_the_channel_there(case):
    stops_at(case, flip_in_the_newest_segment)


def test_a_truncated_slot_stops_the_channel_there(case):
    stops_at(case, truncate_a_sealed_segment)


def test_a_deleted_slot_stops_the_channel(case):
    stops_at(case, delete_a_sealed_segment)


def test_a_flipped_bit_in_a_sealed_segment_can_be_skipped(case):
    skips(case, flip_in_a_sealed_segment)


def test_a_flipped_bit_in_the_newest_segment_can_be_skipped(case):
    skips(case, flip_in_the_newest_segment)


def test_a_truncated_slot_can_be_skipped(case):
    skips(case, truncate_a_sealed_segment)


def test_a_deleted_slot_can_be_skipped(case):
    skips(case, delete_a_sealed_segment)
