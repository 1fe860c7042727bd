"""Another port of a server on this machine: what comes there is passed on, both ways."""
import socket
import threading

HOST = "127.0.0.1"
PIECE_BYTES = 65536


class Way(threading.Thread):
    """Until its socket is closed. `port` 0: any. Who looks at what goes through overrides passes()."""

    def __init__(self, target, port=0, address=HOST):
        super().__init__(daemon=True)
        self.target = target
        self.socket = socket.create_server((address, port))
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        self.start()

    def passes(self, connection, is_answer, data):  # pylint: disable=unused-argument
        """False: the connection (from 0) breaks here. Called by a thread of each direction."""
        return True

    def run(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:  # closed
                return
            try:
                upstream = socket.create_connection((HOST, self.target))
            except OSError:  # nobody is there: as if they had come to it
                client.close()
                continue
            number = self.connections
            self.connections += 1
            for source, sink, is_answer in ((client, upstream, False), (upstream, client, True)):
                threading.Thread(target=self._carry, args=(source, sink, number, is_answer), daemon=True).start()

    def _carry(self, source, sink, connection, is_answer):
        try:
            while (data := source.recv(PIECE_BYTES)) and self.passes(connection, is_answer, data):
                sink.sendall(data)
        except OSError:
            pass  # the other direction has closed it
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already
