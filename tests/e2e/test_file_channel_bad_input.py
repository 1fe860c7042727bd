"""Folders that a file channel must not use: each is explained, and nothing in them changes."""
import os
import shutil

from case import ROOT, check, configuration, diagnosed, limit, line_of
from file_channel import check_numbers, content_of, fill, fill_up, flow, slots, wait_drained, wait_logged


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
    fill(case, 100)
    before = content_of(case.path("data"))
    text = two_channels(case, case.path("data"), case.path("data") + "/./")
    code, output = case.validate(text)
    check(code != 0, f"validate ended with {code}", output)
    diagnosed(output, "agent1.channels.channel2.dataDirs", case.path("data"), "channel1",
              f"flume.conf:{line_of(text, 'agent1.channels.channel1.dataDirs')}:", line=line_of(text, "agent1.channels.channel2.dataDirs"))
    diagnosed(case.refused(text), "agent1.channels.channel2.dataDirs", case.path("data"), "channel1")
    check(content_of(case.path("data")) == before, "something was changed")


def test_two_channels_with_a_link_to_the_same_folder(case):
    # What the text of the configuration cannot tell the lock does.
    os.makedirs(case.path("data"))
    os.symlink(case.path("data"), case.path("link"))
    os.mkdir(case.path("out"))
    agent = case.agent(two_channels(case, case.path("data"), case.path("link")))
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


@limit(120)
def test_a_disk_that_is_full_from_the_start_is_waited_for(case):
    disk = case.small_disk(4096)
    filler = os.path.join(disk, "filler")
    fill_up(filler)
    folder = os.path.join(disk, "not", "there", "yet")
    os.mkdir(case.path("out"))
    agent = case.agent(flow(case, 1000, channels__channel1__dataDirs=folder))
    wait_logged(agent, "channel1", folder, "No space left")
    os.remove(filler)
    wait_drained(agent)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, 1000)


GOLDEN = os.path.join(ROOT, "src", "crypto", "golden")


def encrypted(case, store="aes.jceks", password="store-password", alias="key-128"):
    """Keys of the channel; the password goes into a file."""
    password_file = case.write("password", password)
    os.chmod(password_file, 0o600)
    keys = {"activeKey": alias, "keyProvider": "JCEKSFILE", "keyProvider__keys": alias,
            "keyProvider__keyStoreFile": os.path.join(GOLDEN, store), "keyProvider__keyStorePasswordFile": password_file}
    return {"channels__channel1__encryption__" + key: value for key, value in keys.items()}


def check_refused_and_kept(case, *words, **keys):
    """The encrypted channel with 100 numbers does not open with these keys, says why, and delivers all with the right ones."""
    before = content_of(case.path("data"))
    line = told(case, "channel1", *words, **keys)
    check("guessed" not in line, "the password is in the log", line)
    check(content_of(case.path("data")) == before, "something was changed")
    agent = case.agent(flow(case, 200, **encrypted(case)), output="again.log")
    wait_drained(agent)
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check_numbers(case, 200)


def test_a_wrong_password_of_the_key_store(case):
    fill(case, 100, **encrypted(case))
    check_refused_and_kept(case, "wrong password", "aes.jceks", case.path("password"), **encrypted(case, password="guessed"))


def test_another_key_of_the_same_name(case):
    fill(case, 100, **encrypted(case))
    check_refused_and_kept(case, "key-128", "is not the one that was used", case.path("data"),
                           **encrypted(case, "store.p12", "pkcs12-password"))


def test_a_key_that_is_not_in_the_store(case):
    fill(case, 100, **encrypted(case))
    check_refused_and_kept(case, "key-of-2019", "aes.jceks", **encrypted(case, alias="key-of-2019"))


def test_an_encrypted_channel_without_its_keys(case):
    fill(case, 100, **encrypted(case))
    check_refused_and_kept(case, "is encrypted with key", "key-128", "encryption.keyProvider", case.path("data"))


def test_the_tools_read_an_encrypted_channel_with_the_keys_of_its_configuration(case):
    fill(case, 100, **encrypted(case))
    code, output = case.flume("channel", "cat", "--dataDirs", case.path("data"))
    check(code == 2 and "--conf-file" in output, f"cat ended with {code}", output)
    code, output = case.flume("channel", "cat", "channel1", "-f", case.write("flume.conf", flow(case, 100, **encrypted(case))))
    check(code == 0 and output.split() == [str(number) for number in range(100)], f"cat ended with {code}", output)
