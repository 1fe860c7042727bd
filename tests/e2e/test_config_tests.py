"""Tests of a configuration have the verdict of the agent: the same events through both come out the same."""
import json
import os

from case import check, configuration

ROUTES = ("error", "other")
LINES = ["2026-03-01T00:30:00 ERROR disk é full", "2026-06-30T23:59:59 INFO a=1 started", "2026-01-01T00:00:00 DEBUG x",
         "no date at all", "2026-03-29T01:30:00 ERROR ", "2026-10-25T02:30:00 WARN a=22"]


def two_ways(case):
    """exec -> interceptors -> multiplexing -> a file_roll and an hdfs sink behind each channel's copy."""
    parts = {"sources": "r", "channels": "c_error c_other d_error d_other", "sinks": "f_error f_other h_error h_other",
             "sources.r.type": "exec", "sources.r.command": f"cat {case.path('lines')}", "sources.r.charset": "UTF-8",
             "sources.r.channels": "c_error c_other d_error d_other",
             "sources.r.interceptors": "date level zone quiet region mask",
             "sources.r.interceptors.date.type": "regex_extractor",
             "sources.r.interceptors.date.regex": r"^(\\d+-\\d+-\\d+T\\d+:\\d+:\\d+) ([A-Z]+)",
             "sources.r.interceptors.date.serializers": "s1 s2",
             "sources.r.interceptors.date.serializers.s1.type": "MILLIS",
             "sources.r.interceptors.date.serializers.s1.name": "timestamp",
             "sources.r.interceptors.date.serializers.s1.pattern": "yyyy-MM-dd'T'HH:mm:ss",
             "sources.r.interceptors.date.serializers.s2.name": "level",
             "sources.r.interceptors.level.type": "static", "sources.r.interceptors.level.key": "level",
             "sources.r.interceptors.level.value": "NONE", "sources.r.interceptors.zone.type": "static",
             "sources.r.interceptors.zone.key": "zone", "sources.r.interceptors.zone.value": "${env:ZONE_OF_TEST}",
             "sources.r.interceptors.quiet.type": "regex_filter", "sources.r.interceptors.quiet.regex": "DEBUG",
             "sources.r.interceptors.quiet.excludeEvents": "true",
             "sources.r.interceptors.region.type": "rename_header", "sources.r.interceptors.region.rename.zone": "region",
             "sources.r.interceptors.mask.type": "search_replace", "sources.r.interceptors.mask.searchPattern": r"a=(\\d)",
             "sources.r.interceptors.mask.replaceString": "a=<$1>",
             "sources.r.selector.type": "multiplexing", "sources.r.selector.header": "level",
             "sources.r.selector.mapping.ERROR": "c_error d_error", "sources.r.selector.default": "c_other d_other"}
    for route in ROUTES:
        os.makedirs(case.path("roll", route))
        parts.update({f"channels.c_{route}.type": "memory", f"channels.d_{route}.type": "memory",
                      f"sinks.f_{route}.type": "file_roll", f"sinks.f_{route}.channel": f"c_{route}",
                      f"sinks.f_{route}.sink.directory": case.path("roll", route), f"sinks.f_{route}.sink.rollInterval": "0",
                      f"sinks.f_{route}.sink.serializer": "json",
                      f"sinks.h_{route}.type": "hdfs", f"sinks.h_{route}.channel": f"d_{route}",
                      f"sinks.h_{route}.hdfs.path": case.path("hdfs") + f"/{route}/%{{region}}/%Y-%m-%d",
                      f"sinks.h_{route}.hdfs.filePrefix": "%{level}-%H", f"sinks.h_{route}.hdfs.fileType": "DataStream",
                      f"sinks.h_{route}.hdfs.rollCount": "1", f"sinks.h_{route}.hdfs.rollSize": "0",
                      f"sinks.h_{route}.hdfs.batchSize": "1", f"sinks.h_{route}.badEvents": "drop"})
    return configuration(**parts)


def as_test(verdict):
    """A test file that expects what the agent did."""
    return json.dumps({"configuration": "flume.conf", "environment": {"ZONE_OF_TEST": "north"}, "zone": "Europe/Berlin",
                       "clock": "2026-03-01T00:00:00Z",
                       "tests": {"as the agent": {"source": "r", "events": [{"body": line} for line in LINES], "expect": verdict}}})


def test_the_verdict_is_the_agents(case):
    case.append_lines(case.path("lines"), [line.encode() for line in LINES])
    case.environment["ZONE_OF_TEST"] = "north"
    agent = case.agent(two_ways(case), options=("-Duser.timezone=Europe/Berlin",))
    kept = len(LINES) - 1
    agent.wait(lambda: sum(agent.counter(f"SINK.{kind}_{route}", "EventDrainSuccessCount") for kind in "fh" for route in ROUTES)
               >= 2 * kept - 1, 30, "delivery")
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())

    channels = {}
    for route in ROUTES:
        (name,) = os.listdir(case.path("roll", route))
        with open(case.path("roll", route, name), encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        channels[f"c_{route}"] = channels[f"d_{route}"] = [{"headers": each["headers"], "body": each["body"]} for each in events]
    check(sum(len(channels[f"c_{route}"]) for route in ROUTES) == kept, "the agent lost events", json.dumps(channels, indent=1))

    # A file holds one event; which one is known by its body.
    places = {}
    for folder, _, names in os.walk(case.path("hdfs")):
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                places[file.read().rstrip("\n")] = os.path.join(folder, name.rsplit(".", 1)[0])
    check(len(places) == kept - 1, "files of hdfs", str(places), agent.log_text())
    sinks = {f"h_{route}": [places.get(each["body"], "(refused)") for each in channels[f"d_{route}"]] for route in ROUTES}
    check("(refused)" in sinks["h_other"] and places, "the event without a time was not refused", str(sinks))

    expected = {"channels": channels, "sinks": sinks, "dropped": 1}
    code, output = case.flume("test", case.write("good.test.json", as_test(expected)))
    check(code == 0 and "1 test: 1 ok, 0 failed" in output, f"exit code {code}", output, json.dumps(expected, indent=1))

    sinks["h_error"][0] += "x"
    code, output = case.flume("test", case.write("bad.test.json", as_test(expected)))
    check(code == 1 and "sink h_error, event 1" in output, f"a place that is not the agent's passes: exit code {code}", output)
    left = sorted(os.listdir(case.folder))
    check(set(left) >= {"flume.conf", "good.test.json"} and not any(name.startswith(("checkpoint", "data")) for name in left),
          "the tests made files", str(left))
