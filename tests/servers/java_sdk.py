"""Programs that send by Flume's client SDK, of the version of Apache Flume that the other tests use or of 1.6.0.

    sent, failures = run_sender({"hosts": "h", "hosts.h": "127.0.0.1:4141"}, events=1000, batch=100, version="1.6.0")
"""
import subprocess
import tempfile
from pathlib import Path

import java_flume

HERE = Path(__file__).resolve().parent
OLD = "1.6.0"


def jars(version):
    """Where the SDK's jars are; fetched by Maven when they are not there yet."""
    if version != OLD:
        return java_flume.jars()
    return java_flume.fetched_jars(java_flume.cache_folder() / f"apache-flume-sdk-{OLD}" / "lib", HERE / "java_sdk" / "pom.xml",
                                   lambda folder: any(folder.glob(f"flume-ng-sdk-{OLD}.jar")))


def start_sender(folder, properties, events, batch, version=java_flume.VERSION):
    """A process; its files are in `folder`."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    path = f"{folder}:{jars(version)}/*"
    subprocess.run(["javac", "-nowarn", "-encoding", "UTF-8", "-d", str(folder), "-cp", path, str(HERE / "java_sdk" / "RpcSender.java")],
                   check=True, timeout=120)
    (folder / "log4j2.xml").write_text(java_flume.LOG4J2.format(pattern="%m%n", loggers="", level="OFF"))
    (folder / "client.properties").write_text("".join(f"{key} = {value}\n" for key, value in properties.items()))
    return subprocess.Popen(["java", *java_flume.FIXED, *java_flume.SMALL, "-cp", path, "RpcSender", str(folder / "client.properties"),
                             str(events), str(batch)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result_of(sender, timeout=120):
    """(events acknowledged, calls that failed)."""
    try:
        out, error = sender.communicate(timeout=timeout)
    finally:
        if sender.poll() is None:
            sender.kill()
            sender.wait()
    if sender.returncode != 0:
        raise RuntimeError(f"the SDK's program failed: {error[-3000:]}")
    sent, failures = out.split()
    return int(sent), int(failures)


def run_sender(folder, properties, events, batch, version=java_flume.VERSION):
    return result_of(start_sender(folder, properties, events, batch, version))
