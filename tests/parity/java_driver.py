"""Runs small Java programs on Apache Flume's class path: what single classes of it answer."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "servers"))
from java_flume import FIXED, LOG4J2, jars  # noqa: E402


def run_driver(name, cases, properties=(), environment=None, timeout=120, package=""):
    """Compiles java/<name>.java (of `package`) in a temporary folder, gives it `cases` as JSON, returns the JSON it prints."""
    with tempfile.TemporaryDirectory() as classes:
        path = f"{classes}:{jars()}/*"
        subprocess.run(["javac", "-nowarn", "-encoding", "UTF-8", "-d", classes, "-cp", path,
                        str(HERE / "java" / f"{name}.java")], check=True, timeout=timeout)
        (Path(classes) / "log4j2.xml").write_text(LOG4J2.format(pattern="%m%n", loggers="", level="OFF"))
        done = subprocess.run(["java", *FIXED, *properties, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", path,
                               f"{package}.{name}" if package else name], input=json.dumps(cases).encode(), stdout=subprocess.PIPE, check=True,
                              timeout=timeout, env={**os.environ, **(environment or {})})
    return json.loads(done.stdout)
