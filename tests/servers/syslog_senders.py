"""Real syslog senders for tests: Debian's rsyslogd and syslog-ng, each with a configuration and a folder of its own, fed at a
Unix socket. Neither is installed (tools/install-deps unpacks them into the cache of the tests), reads what the machine logs, or
outlives the test: it is in the foreground and ended by its own process id.

    with Rsyslog(folder, [Forward(port, "tcp", is_counted=True)]) as sender: feed(sender.socket, lines)
"""
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

from java_flume import cache_folder

HOST = "127.0.0.1"
READY_SECONDS = 20
STOP_SECONDS = 20


@dataclass(frozen=True)
class Forward:
    """Where all messages go. `authority`: the PEM file with the one whose certificates are trusted, then it is TLS."""
    port: int
    protocol: str = "tcp"           # or udp
    is_counted: bool = False        # RFC 6587 octet counting; of syslog-ng for RFC 5424 alone
    is_rfc5424: bool = True         # else RFC 3164
    authority: str = ""
    queue: str = "memory"           # or disk: where messages wait while nobody listens


def package_folder(package):
    return cache_folder() / "debian" / package


def libraries(package, *parts):
    """Folders below usr/lib of an unpacked package, of whatever architecture."""
    return [str(path) for path in package_folder(package).glob("usr/lib/" + "/".join(parts))]


def found(package, program):
    """The program as it was unpacked; None when it was not."""
    path = package_folder(package) / "usr" / "sbin" / program
    return str(path) if path.exists() else None


class Sender:
    """A daemon in the foreground. Its socket takes datagrams, each a message; it is `socket`."""
    PACKAGES = ()
    PROGRAM = ""

    def __init__(self, folder, forwards):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.socket = os.path.join(folder, "log")
        if len(self.socket) > 100:  # of the 108 that Linux takes
            raise ValueError(f"too long for a socket: {self.socket}")
        self.output = os.path.join(folder, "output")
        self.configuration = os.path.join(folder, "sender.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(self.configured(forwards))
        self.process = None

    @classmethod
    def missing(cls):
        """What keeps it from being started here; None when nothing does."""
        return None if all(package_folder(package).is_dir() for package in cls.PACKAGES) else f"no {cls.PROGRAM} (tools/install-deps test)"

    def configured(self, forwards):
        raise NotImplementedError

    def command(self):
        """(arguments, environment on top of ours)."""
        raise NotImplementedError

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        arguments, environment = self.command()
        with open(self.output, "ab") as output:
            self.process = subprocess.Popen(arguments, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env=os.environ | environment)
        until = time.monotonic() + READY_SECONDS
        while not self.listens():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError(f"{self.PROGRAM} is not ready:\n{self.said()}")
            time.sleep(0.02)
        return self

    def listens(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
            return probe.connect_ex(self.socket) == 0

    def said(self):
        with open(self.output, encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Rsyslog(Sender):
    PACKAGES = ("rsyslog", "rsyslog-openssl")
    PROGRAM = "rsyslogd"

    def configured(self, forwards):
        authority = next((each.authority for each in forwards if each.authority), "")
        lines = [f'global(workDirectory="{self.folder}" localHostname="sender.example" maxMessageSize="8k" processInternalMessages="off"'
                 + (f' defaultNetstreamDriverCAFile="{authority}" defaultNetstreamDriver="ossl"' if authority else "") + ")",
                 'module(load="imuxsock" sysSock.use="off")',
                 f'input(type="imuxsock" socket="{self.socket}" createPath="on" useSpecialParser="off" useSysTimeStamp="off" parseHostname="on" ignoreTimestamp="off" rateLimit.interval="0")']
        for number, each in enumerate(forwards):
            parts = {"type": "omfwd", "target": HOST, "port": each.port, "protocol": each.protocol,
                     "template": "RSYSLOG_SyslogProtocol23Format" if each.is_rfc5424 else "RSYSLOG_TraditionalForwardFormat",
                     "action.resumeRetryCount": -1, "action.resumeInterval": 1, "action.resumeIntervalMax": 1,
                     "queue.type": "LinkedList", "queue.size": 50000, "queue.timeoutEnqueue": 60000,
                     "queue.saveOnShutdown": "off"}
            if each.queue == "disk":
                parts |= {"queue.type": "Disk", "queue.filename": f"waiting{number}"}
            if each.protocol == "tcp":
                parts["TCP_Framing"] = "octet-counted" if each.is_counted else "traditional"
            if each.authority:
                parts |= {"streamDriver": "ossl", "streamDriverMode": 1, "streamDriverAuthMode": "x509/name",
                          "streamDriverPermittedPeers": "localhost"}
            lines.append("action(" + " ".join(f'{key}="{value}"' for key, value in parts.items()) + ")")
        return "\n".join(lines) + "\n"

    def command(self):
        modules = libraries("rsyslog", "*", "rsyslog") + libraries("rsyslog-openssl", "*", "rsyslog")
        return ([found("rsyslog", "rsyslogd"), "-n", "-f", self.configuration, "-i", os.path.join(self.folder, "pid"), "-M", ":".join(modules)],
                {})


class SyslogNg(Sender):
    PACKAGES = ("syslog-ng-core",)
    PROGRAM = "syslog-ng"

    def configured(self, forwards):
        lines = ["@version: 3.38",
                 "options { keep-hostname(yes); time-reopen(1); stats-freq(0); log-msg-size(8192); flush-lines(100); ts-format(iso); frac-digits(3); };",
                 f'source s {{ unix-dgram("{self.socket}" flags(expect-hostname) so-rcvbuf(1048576)); }};']
        for number, each in enumerate(forwards):
            options = [f"port({each.port})", "log-fifo-size(50000)"]
            if each.is_rfc5424 and (each.is_counted or each.protocol == "udp"):
                # As RFC 5424 and RFC 5425 say: with the length in front on a stream.
                transport = "tls" if each.authority else each.protocol
                driver = f'syslog("{HOST}" transport("{transport}")'
            else:
                driver = f'network("{HOST}" transport("{"tls" if each.authority else each.protocol}")'
                if each.is_rfc5424:
                    options.append("flags(syslog-protocol)")
                else:
                    options.append("ts-format(bsd) frac-digits(0)")
            if each.authority:
                options.append(f'tls(ca-file("{each.authority}") peer-verify(required-trusted))')
            if each.queue == "disk":
                options.append(f'disk-buffer(reliable(yes) disk-buf-size(16777216) mem-buf-size(1048576) dir("{self.folder}"))')
            lines.append(f"destination d{number} {{ {driver} {' '.join(options)}); }};")
            lines.append(f"log {{ source(s); destination(d{number}); flags(flow-control); }};")
        return "\n".join(lines) + "\n"

    def command(self):
        modules = libraries("syslog-ng-core", "syslog-ng", "*") + libraries("syslog-ng-core", "*", "syslog-ng", "*")
        own = {"LD_LIBRARY_PATH": ":".join(sorted({os.path.dirname(path) for path in libraries("syslog-ng-core", "**", "libsyslog-ng-*.so.0")}))}
        return ([found("syslog-ng-core", "syslog-ng"), "-F", "--no-caps", "-f", self.configuration, "--persist-file", os.path.join(self.folder, "persist"),
                 "--pidfile", os.path.join(self.folder, "pid"), "--control", os.path.join(self.folder, "control"),
                 "--module-path", ":".join(modules)], own)


def feed(path, messages):
    """Each a datagram at a Unix socket, which takes them as fast as its owner does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.connect(path)
        for message in messages:
            client.send(message)


def logger():
    """util-linux's; None when it is not there."""
    return shutil.which("logger")
