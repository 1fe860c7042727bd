"""The captures that need no agent: each table is made by one Java driver and is the same on every machine."""

import json
import re
import subprocess
import tempfile

import configuration_cases
import deserializer_cases
import java_driver
import joda_cases
import regex_cases
import syslog_cases
import text_cases


def write_rows(path, rows):
    """One row a line, so that a changed row is a changed line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows)
    path.write_text(f"[\n{body}\n]\n")


def escapes(out):
    write_rows(out / "escapes" / "escapes.json", java_driver.run_driver("EscapesDriver", text_cases.escape_cases()))


def properties(out):
    write_rows(out / "properties" / "properties.json", java_driver.run_driver("PropertiesDriver", text_cases.properties_cases()))


def substitution(out):
    system = [f"-D{key}={value}" for key, value in text_cases.SUBSTITUTION_SYSTEM.items()]
    for name, more in (("substitution", []), ("substitution_env_var_resolver",
                                              ["-DpropertiesImplementation=org.apache.flume.node.EnvVarResolverProperties"])):
        cases = text_cases.substitution_cases()
        if more:
            cases = [{"properties": p} for p in (
                {"a": "${FLUME_TEST_A}"}, {"a": "${FLUME_TEST_MISSING}"}, {"a": "${FLUME_TEST_MISSING:-d}"}, {"a": "${FLUME_TEST_EMPTY}"},
                {"FLUME_TEST_A": "property", "b": "${FLUME_TEST_A}"}, {"a": "${flume.test.property}"}, {"a": "$${FLUME_TEST_A}"},
                {"a": "${${FLUME_TEST_NAME}}"}, {"a": "${env:FLUME_TEST_A}"})]
        rows = java_driver.run_driver("SubstitutionDriver", cases, [*system, *more], text_cases.SUBSTITUTION_ENVIRONMENT)
        for row in rows:
            for key, value in row.get("result", {}).items():
                if "date:" in row["properties"].get(key, "").lower() and value != row["properties"][key]:
                    row["result"][key] = re.sub(r"[0-9]", "9", value)   # the shape: it holds the moment of the capture
                    row["shape"] = True
        write_rows(out / "substitution" / f"{name}.json", rows)


def interceptors(out):
    write_rows(out / "interceptors" / "interceptors.json", java_driver.run_driver("InterceptorDriver", text_cases.interceptor_cases()))


def deserializers(out):
    write_rows(out / "deserializers" / "deserializers.json", java_driver.run_driver("DeserializerDriver", deserializer_cases.cases()))


def configurations(out):
    """What would run of each file of tests/configurations, for each agent that it has (or does not have)."""
    cases = [{"file": path.name, "agent": agent, "path": str(path)} for path, agent in configuration_cases.cases()]
    with tempfile.TemporaryDirectory() as home:
        rows = java_driver.run_driver("ConfigurationsDriver", cases, [f"-Duser.home={home}"], {"HOME": "/home/flume"})
    write_rows(out / "configurations" / "configurations.json", rows)


def joda_dates(out):
    write_rows(out / "joda_dates" / "joda_dates.json", java_driver.run_driver("JodaDateDriver", joda_cases.cases()))


def regex(out):
    write_rows(out / "regex" / "regex.json", java_driver.run_driver("RegexDriver", regex_cases.cases()))


def logger_dump(out):
    rows = java_driver.run_driver("EventDumpDriver", text_cases.dump_cases())
    for row in rows:
        if "Exception" in row.get("result", ""):    # a limit of 0: the dump fails and the line holds an exception's text instead
            row["error"] = "dump failed"
            del row["result"]
    write_rows(out / "logger_sink" / "dump.json", rows)


def syslog(out):
    rows = java_driver.run_driver("SyslogDriver", syslog_cases.cases(), package="org.apache.flume.source")
    write_rows(out / "syslog" / "syslog.json", rows)


def map_order(out):
    write_rows(out / "header_order" / "header_order.json", java_driver.run_driver("MapOrderDriver", text_cases.map_order_cases()))


TABLES = {"escapes": escapes, "properties": properties, "substitution": substitution, "interceptors": interceptors,
          "configurations": configurations, "deserializers": deserializers,
          "joda_dates": joda_dates, "regex": regex, "logger_dump": logger_dump, "map_order": map_order, "syslog": syslog}


def java_version():
    text = subprocess.run(["java", "-version"], stderr=subprocess.PIPE, check=True, timeout=30).stderr.decode()
    return text.splitlines()[0]
