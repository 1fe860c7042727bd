"""What the program says about configurations that it cannot use, or not as they stand."""
import json
import os

from case import check, configuration, diagnosed, line_of, same_lines, sequence_values, start_walk_through, wait_delivered, walk_through


def validated(case, text, *words, key, severity="error", codes=(1,), start=None):
    code, output = case.validate(text)
    check(code in codes, f"validate: exit code {code} instead of {codes}", output)
    diagnosed(output, key, *words, severity=severity, line=line_of(text, start) if start else None)
    return output


# The file itself.

def test_a_missing_file_is_named(case):
    code, output = case.flume("agent", "--conf", case.folder, "--conf-file", case.path("absent.conf"), "--name", "agent1",
                              "-Dflume.root.logger=INFO,console")
    check(code == 2 and "absent.conf" in output, f"exit code {code}", output)


def test_an_unreadable_file_is_named(case):
    folder = case.path("folder.conf")
    os.mkdir(folder)
    targets = [folder]
    if os.geteuid() != 0:  # root may read everything
        targets.append(case.write("secret.conf", walk_through(case)))
        os.chmod(targets[-1], 0)
    for target in targets:
        code, output = case.flume("agent", "--conf", case.folder, "--conf-file", target, "--name", "agent1", "-Dflume.root.logger=INFO,console")
        check(code == 2 and os.path.basename(target) in output, f"exit code {code}", output)


def test_a_binary_file_is_refused(case):
    with open("/bin/sh", "rb") as file:
        output = case.refused(file.read())
    check("flume.conf" in output, "the file is not named", output[:2000])
    check(all(character.isprintable() or character in "\n\t" for character in output), "control characters in the output", repr(output[:500]))
    check(len(output) < 1 << 20, f"{len(output)} bytes of output")


def test_a_huge_file_is_refused_quickly(case):
    path = case.write("huge.conf", b"")
    os.truncate(path, 1 << 34)  # sparse: 16 GiB
    code, output = case.flume("agent", "--conf", case.folder, "--conf-file", path, "--name", "agent1", "-Dflume.root.logger=INFO,console",
                              seconds=10)
    check(code == 2 and "huge.conf" in output, f"exit code {code}", output)


def test_an_empty_file_is_refused(case):
    case.refused(b"")


# The agent's name.

def test_a_missing_name_lists_those_of_the_file(case):
    output = case.refused(walk_through(case), name=None, codes=(1, 2))
    check("--name" in output, "it does not say what is missing", output)
    check("agent1" in output, "it does not list the names of the file", output)


def test_an_unknown_name_lists_those_of_the_file(case):
    text = walk_through(case) + configuration(agent="other", sources="s", channels="c")
    output = case.refused(text, name="agnet1")
    check("agnet1" in output and "agent1" in output and "other" in output, "the names are not listed", output)


# Components and keys.

def test_an_unknown_type_gets_a_hint(case):
    text = walk_through(case, sources__source1__type="exce")
    output = case.refused(text)
    diagnosed(output, "agent1.sources.source1.type", "exec", line=line_of(text, "agent1.sources.source1.type"))


def test_an_unknown_class_is_named(case):
    output = case.refused(walk_through(case, sinks__sink1__type="com.example.flume.BestSink"))
    diagnosed(output, "agent1.sinks.sink1.type", "com.example.flume.BestSink")


def test_a_type_that_flume_has_and_we_not_yet_is_known(case):
    output = case.refused(walk_through(case, sources__source1__type="jms"))
    diagnosed(output, "agent1.sources.source1.type", "jms", "not in this version")


def test_a_missing_required_key_is_named(case):
    validated(case, walk_through(case, sinks__sink1__hdfs__path=None), key="hdfs.path")


def test_a_wrong_number_is_shown(case):
    text = walk_through(case, channels__channel1__capacity="many")
    validated(case, text, "many", key="agent1.channels.channel1.capacity", start="agent1.channels.channel1.capacity")


def test_a_size_with_a_unit_is_not_a_number(case):
    text = walk_through(case, sinks__sink1__hdfs__rollSize="64MB")
    validated(case, text, "64MB", key="hdfs.rollSize", start="agent1.sinks.sink1.hdfs.rollSize")


def test_a_share_above_all_is_told(case):
    validated(case, walk_through(case, channels__channel1__byteCapacityBufferPercentage="101"), "101", key="byteCapacityBufferPercentage")


def test_a_capacity_that_is_not_positive_is_the_default_as_in_flume(case):
    validated(case, walk_through(case, channels__channel1__capacity="-5"), "-5", key="capacity", severity="error", codes=(1,))


def test_a_number_that_flume_replaces_is_told_and_strict_refuses(case):
    text = walk_through(case, channels__channel1__capacity="10k")
    validated(case, text, "10k", "the default is used: 100", key="agent1.channels.channel1.capacity")
    output = case.refused(text, "--strict")
    diagnosed(output, "agent1.channels.channel1.capacity", "10k", line=line_of(text, "agent1.channels.channel1.capacity"))


def test_a_word_for_a_boolean_is_pointed_out(case):
    text = walk_through(case, sinks__sink1__hdfs__useLocalTimeStamp="yes")
    validated(case, text, "yes", key="hdfs.useLocalTimeStamp", severity=("error", "warning"), codes=(0, 1),
              start="agent1.sinks.sink1.hdfs.useLocalTimeStamp")


def test_a_wrong_word_for_an_enumeration_gets_a_hint(case):
    text = walk_through(case, sinks__sink1__hdfs__roundUnit="minutes")
    validated(case, text, "minutes", "minute", key="hdfs.roundUnit", start="agent1.sinks.sink1.hdfs.roundUnit")


def test_text_after_a_value_is_part_of_it(case):
    text = walk_through(case, channels__channel1__capacity="100 # events")
    validated(case, text, "#", key="capacity", start="agent1.channels.channel1.capacity")


def test_commas_in_a_list_are_pointed_out(case):
    text = walk_through(case, sources="source1,source2")
    validated(case, text, key="agent1.sources", start="agent1.sources ")


def test_a_transaction_larger_than_the_channel_is_refused(case):
    text = walk_through(case, channels__channel1__transactionCapacity="200")
    validated(case, text, "200", "100", key="transactionCapacity")


def test_a_sink_without_channel_is_refused(case):
    validated(case, walk_through(case, sinks__sink1__channel=None), "channel", key="sink1")


def test_a_sink_on_an_unknown_channel_gets_a_hint(case):
    validated(case, walk_through(case, sinks__sink1__channel="chanel1"), "channel1", key="agent1.sinks.sink1.channel")


def test_a_duplicate_key_names_both_places(case):
    text = walk_through(case) + "agent1.channels.channel1.capacity = 500\n"
    first, last = line_of(text, "agent1.channels.channel1.capacity"), len(text.splitlines())
    _, output = case.validate(text)
    lines = [line for line in output.splitlines() if "capacity" in line and f":{last}" in line and str(first) in line]
    check(lines, f"no line about lines {first} and {last}", output)


def test_a_misspelt_key_gets_a_hint(case):
    text = walk_through(case, sinks__sink1__hdfs__rolSize="0")
    validated(case, text, "hdfs.rollSize", key="hdfs.rolSize", severity=("error", "warning"), codes=(0, 1))


def test_all_problems_are_told_at_once(case):
    text = walk_through(case, channels__channel1__capacity="many", sinks__sink1__hdfs__rollCount="few", sources__source1__batchSize="x")
    output = validated(case, text, key="capacity")
    diagnosed(output, "hdfs.rollCount")
    diagnosed(output, "batchSize")


def test_what_only_a_look_across_keys_finds_is_told_with_the_rest(case):
    text = walk_through(case, sinks__sink1__hdfs__rollCount="few", sinks__sink1__hdfs__proxyUser="alice",
                        sinks__sink1__hdfs__writeFormat="text", sinks__sink1__hdfs__roundValue="99")
    output = validated(case, text, key="hdfs.rollCount")
    for key in ("hdfs.proxyUser", "hdfs.writeFormat", "hdfs.roundValue"):
        diagnosed(output, f"agent1.sinks.sink1.{key}", line=line_of(text, f"agent1.sinks.sink1.{key}"))


def test_what_follows_from_a_problem_is_a_note_behind_it(case):
    text = walk_through(case, sinks__sink1__hdfs__rollCount="few")
    output = validated(case, text, key="hdfs.rollCount")
    diagnosed(output, "agent1.channels.channel1", "kept in memory", "source1", severity="info")
    diagnosed(output, "agent1.channels.channel1", "sink1", "no sink is left", severity="note")
    places = [line.split(": ")[1] for line in output.splitlines() if line.startswith(case.folder)]
    check(places == ["info", "error", "note"] and "invalid: 1 error, 0 warnings" in output, f"order: {places}", output)


def test_an_unknown_time_zone_gets_a_hint(case):
    text = walk_through(case, sinks__sink1__hdfs__timeZone="Europe/Berln")
    validated(case, text, "Europe/Berlin?", "GMT is used", key="hdfs.timeZone", severity="warning", codes=(0,),
              start="agent1.sinks.sink1.hdfs.timeZone")


def test_a_comment_behind_a_value_is_told_once(case):
    output = validated(case, walk_through(case, channels__channel1__capacity="100 # events"), "#", key="capacity")
    told = [line for line in output.splitlines() if "# events" in line]
    check(len(told) == 1, f"told {len(told)} times", output)


def test_a_dry_run_counts_in_good_grammar(case):
    conf_file = case.write("flume.conf", walk_through(case))
    code, output = case.flume("agent", "--conf", case.folder, "-f", conf_file, "-n", "agent1", "--dryrun")
    check(code == 0 and output == "agent agent1: 1 source, 1 channel, 1 sink\n", f"exit code {code}", output)


def test_a_good_configuration_validates(case):
    code, output = case.validate(walk_through(case))
    check(code == 0 and ": error:" not in output, f"exit code {code}", output)


def test_validate_speaks_json(case):
    code, output = case.validate(walk_through(case, channels__channel1__capacity="many"), "--json")
    check(code == 1, f"exit code {code}", output)
    check("capacity" in json.dumps(json.loads(output)), "the problem is not in it", output)


def test_strict_refuses_what_is_dropped_otherwise(case):
    case.refused(walk_through(case, sinks__sink1__hdfs__path=None), "--strict")


def test_a_broken_component_leaves_the_others_running(case):
    text = walk_through(case, sinks="sink1 broken", sinks__broken__type="hdfs", sinks__broken__channel="channel1")
    agent = start_walk_through(case, text)
    case.append_lines(case.path("events"), [b"one", b"two"])
    wait_delivered(agent, 2)
    diagnosed(agent.log_text(), "hdfs.path")
    agent.stop()
    same_lines(sequence_values(case.path("out")), [b"one", b"two"])


def test_a_batch_above_the_transaction_capacity_is_cut_and_says_so(case):
    text = walk_through(case, sinks__sink1__hdfs__batchSize="1000", sources__source1__batchSize="500")
    agent = start_walk_through(case, text)
    lines = [b"line %d" % number for number in range(1000)]
    case.append_lines(case.path("events"), lines)
    wait_delivered(agent, len(lines))
    log = agent.log_text()
    check(any("atchSize" in line and "100" in line for line in log.splitlines()), "nothing about the batch size", log)
    agent.stop()
    same_lines(sequence_values(case.path("out")), lines)


# The command line.

def test_version_is_quick_and_plain(case):
    code, output = case.flume("version")
    check(code == 0 and output.startswith("Flume 1.11.0 (flume-cpp ") and len(output.splitlines()) == 5, f"exit code {code}", output)


def test_an_unknown_command_is_refused(case):
    code, output = case.flume("agnet")
    check(code == 1 and "agnet" in output, f"exit code {code}", output)


def test_what_is_not_built_yet_is_refused_by_name(case):
    output = case.refused(walk_through(case), "--backup-directory", case.path("backups"))
    check("--backup-directory" in output and "not in this version" in output, "it is not named", output)


def test_describe_lists_the_components_of_the_walk_through(case):
    code, output = case.flume("describe", "--json")
    check(code == 0, f"exit code {code}", output)
    described = json.loads(output)
    text = json.dumps(described)
    for word in ("exec", "memory", "hdfs", "hdfs.rollCount", "transactionCapacity", "restartThrottle"):
        check(f'"{word}"' in text, f"{word} is not described")
