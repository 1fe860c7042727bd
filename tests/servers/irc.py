"""A real IRC server for tests: Debian's ngircd on loopback, and somebody in a channel who notes what is said there.

    with IrcServer(folder) as server: listener = Listener(server.port, "#ops"); ... listener.messages
"""
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

HOST = "127.0.0.1"
READY_SECONDS = 20
STOP_SECONDS = 10
PROGRAM = shutil.which("ngircd", path=os.environ.get("PATH", "") + ":/usr/sbin")


def missing():
    """What keeps the server from being started here; None when nothing does."""
    return None if PROGRAM else "no ngircd"


class IrcServer:
    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        with socket.create_server((HOST, 0)) as probe:
            self.port = probe.getsockname()[1]
        self.configuration = os.path.join(folder, "ngircd.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(f"[Global]\nName = irc.test.local\nInfo = a test\nListen = {HOST}\nPorts = {self.port}\nMotdPhrase = hello\n"
                       "[Limits]\nMaxConnectionsIP = 0\nMaxJoins = 10\nMaxNickLength = 9\n"
                       "[Options]\nIdent = no\nDNS = no\nPAM = no\n")
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.process = subprocess.Popen([PROGRAM, "-n", "-f", self.configuration], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        until = time.monotonic() + READY_SECONDS
        while True:
            try:
                socket.create_connection((HOST, self.port), timeout=2).close()
                return self
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError("ngircd is not ready") from None
                time.sleep(0.05)

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Listener(threading.Thread):
    """Sits in a channel until closed."""

    def __init__(self, port, channel, nick="listener"):
        super().__init__(daemon=True)
        self.messages = []
        self.joined = threading.Event()
        self.channel = channel
        self.socket = socket.create_connection((HOST, port), timeout=60)
        self.socket.sendall(f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n".encode())
        self.start()
        if not self.joined.wait(20):
            raise RuntimeError("the listener could not join")

    def run(self):
        try:
            for line in self.socket.makefile("rb"):
                words = line.decode(errors="surrogateescape").rstrip("\r\n").split(" ", 3)
                if words[0] == "PING":
                    self.socket.sendall(f"PONG {words[1]}\r\n".encode())
                elif words[1] == "001":
                    self.socket.sendall(f"JOIN {self.channel}\r\n".encode())
                elif words[1] == "JOIN":
                    self.joined.set()
                elif words[1] == "PRIVMSG":
                    self.messages.append(words[3].removeprefix(":"))
        except (OSError, ValueError):
            pass  # closed

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
