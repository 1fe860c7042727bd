"""Avro files of file_roll, read by Avro's own Java library."""
import os
import shutil
import sys

from agent_process import ROOT
from case import Skipped, check, configuration

sys.path += [os.path.join(ROOT, "tests", "servers"), os.path.join(ROOT, "tests", "parity")]

import java_flume  # noqa: E402  pylint: disable=wrong-import-position
from java_driver import run_driver  # noqa: E402  pylint: disable=wrong-import-position

EVENTS = 2000
CODECS = ("null", "deflate", "snappy", "bzip2", "xz")  # Apache Flume's class path has no Zstandard that its Avro could use


def test_avros_own_library_reads_files_of_every_codec(case):
    lacking = java_flume.missing() or (None if shutil.which("javac") else "no javac")
    if lacking:
        raise Skipped(lacking)
    parts = {"sources": "r", "channels": " ".join(f"c{codec}" for codec in CODECS), "sinks": " ".join(f"k{codec}" for codec in CODECS),
             "sources.r.type": "seq", "sources.r.totalEvents": str(EVENTS), "sources.r.batchSize": "100",
             "sources.r.channels": " ".join(f"c{codec}" for codec in CODECS)}
    for codec in CODECS:
        os.makedirs(case.path(codec))
        parts |= {f"channels.c{codec}.type": "memory", f"channels.c{codec}.capacity": str(EVENTS), f"sinks.k{codec}.type": "file_roll",
                  f"sinks.k{codec}.channel": f"c{codec}", f"sinks.k{codec}.sink.directory": case.path(codec),
                  f"sinks.k{codec}.sink.rollInterval": "0", f"sinks.k{codec}.sink.serializer": "avro_event",
                  f"sinks.k{codec}.sink.serializer.syncIntervalBytes": "300", f"sinks.k{codec}.sink.serializer.compressionCodec": codec}
    agent = case.agent(configuration(**parts))
    agent.wait(lambda: all(agent.counter(f"SINK.k{codec}", "EventDrainSuccessCount") >= EVENTS for codec in CODECS), 20, "delivery")
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    files = [{"path": case.path(codec, name)} for codec in CODECS for name in os.listdir(case.path(codec))]
    read = run_driver("AvroFilesDriver", files, timeout=60)
    check(len(read) == len(CODECS), f"{len(read)} files instead of {len(CODECS)}")
    for codec, file in zip(CODECS, read):
        check(file["records"] == EVENTS, f"{codec}: {file['records']} records in order instead of {EVENTS}")
        check(file["codec"] == codec, f"the file of {codec} says {file['codec']}")
