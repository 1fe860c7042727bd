"""Folders that a file channel must not use: each is explained, and nothing in them changes."""
import os
import shutil

from case import check, configuration
from file_channel import check_numbers, content_of, fill, flow, slots, wait_drained, wait_logged


def told(case, *words, **changes):
    """The agent says so, and leaves the folder as it was."""
    os.makedirs(case.path("out"), exist_ok=True)
    agent = case.agent(flow(case, 100, **changes))
    line = wait_logged(agent, *words)
    agent.kill()
    return line


def test_a_file_in_the_place_of_the_folder(case):
    path = case.write("data", b"precious")
    told(case, path, "channel1")
    with open(path, "rb") as file:
        check(file.read() == b"precious", "the file was changed")


def test_a_folder_that_cannot_be_written(case):
    # Refused for root, too.
    told(case, "/sys/flume-data", "channel1", channels__channel1__dataDirs="/sys/flume-data")


def test_a_folder_of_apache_flume_is_left_alone(case):
    case.write("data/log-1", b"java")
    case.write("data/log-1.meta", b"meta")
    before = content_of(case.path("data"))
    told(case, case.path("data"), "Apache Flume", "log-1")
    check(content_of(case.path("data")) == before, "something was changed")


def test_a_newer_format_is_left_alone(case):
    fill(case, 100)
    for slot in slots(case.path("data")):
        if slot.number:
            slot.set_version(9)
            slot.save()
    before = content_of(case.path("data"))
    told(case, "format version 9", case.path("data"))
    check(content_of(case.path("data")) == before, "something was changed")


def test_two_channels_folders_mixed_up(case):
    for name in ("a", "b"):
        fill(case, 100, channels__channel1__dataDirs=case.path(name))
    before = [content_of(case.path(name)) for name in ("a", "b")]
    told(case, "another channel", case.path("b"), channels__channel1__dataDirs=f"{case.path('a')},{case.path('b')}")
    check([content_of(case.path(name)) for name in ("a", "b")] == before, "something was changed")


def test_a_folder_that_another_agent_uses_names_it(case):
    os.mkdir(case.path("out"))
    first = case.agent(flow(case, 100))
    wait_drained(first)
    second = case.agent(flow(case, 100), output="second.log", options=[f"-Dflume.state.dir={case.path('second')}"])
    wait_logged(second, "in_use.lock", str(first.pid))
    second.kill()
    check(first.stop() == 0, "the first agent did not end in order", first.log_text())
    check_numbers(case, 100)


def two_channels(case, first, second):
    return flow(case, 100, channels="channel1 channel2", sinks="sink1 sink2", sources__source1__channels="channel1 channel2",
                channels__channel1__dataDirs=first) + configuration(**{
                    "channels.channel2.type": "file", "channels.channel2.dataDirs": second, "sinks.sink2.type": "null",
                    "sinks.sink2.channel": "channel2"})


def test_two_channels_of_one_file_with_the_same_folder(case):
    os.mkdir(case.path("out"))
    agent = case.agent(two_channels(case, case.path("data"), case.path("data") + "/"))
    wait_logged(agent, "channels.channel", "in_use.lock", "(this one)")
    agent.kill()


def test_the_same_folder_twice_in_one_channel(case):
    code, output = case.validate(flow(case, 100, channels__channel1__dataDirs=f"{case.path('data')},{case.path('data')}"))
    check(code != 0 and "named twice" in output, f"validate ended with {code}", output)


def test_capacity_below_what_is_stored_keeps_all(case):
    fill(case, 5000)
    os.mkdir(case.path("out"))
    agent = case.agent(flow(case, 6000, channels__channel1__capacity="500"))
    wait_logged(agent, "more events are stored than capacity allows", "5000", "500")
    wait_drained(agent)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, 6000)


def test_a_tiny_max_file_size_works(case):
    os.mkdir(case.path("out"))
    agent = case.agent(flow(case, 20000, channels__channel1__maxFileSize="1"))
    wait_drained(agent)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, 20000)


def test_one_of_two_folders_away_is_told_and_nothing_is_changed(case):
    folders = [case.path("a"), case.path("b")]
    fill(case, 20000, channels__channel1__dataDirs=",".join(folders))
    # The one with the newest segment: nothing in the other one's segments knows of it.
    gone = max(folders, key=lambda folder: max(slot.number for slot in slots(folder)))
    shutil.move(gone, case.path("elsewhere"))
    before = content_of(case.path("elsewhere"))
    os.mkdir(case.path("out"))
    agent = case.agent(flow(case, 21000, channels__channel1__dataDirs=",".join(folders)))
    wait_logged(agent, "channel1", "a folder of this channel is missing", gone, "is its disk mounted?", "lostDataDirs = ")
    agent.kill()
    check(content_of(case.path("elsewhere")) == before, "something was changed")
    shutil.rmtree(gone, ignore_errors=True)
    shutil.move(case.path("elsewhere"), gone)
    again = case.agent(flow(case, 21000, channels__channel1__dataDirs=",".join(folders)), output="again.log")
    wait_drained(again)
    check(again.stop() == 0, "exit code after SIGTERM is not 0", again.log_text())
    check_numbers(case, 21000)
