"""A scripted origin on raw TCP: it records every byte it receives and answers what it is told.

A script is either bytes (sent once the request's body is read) or a function that is called with
the connection and the request as soon as the request's head is there.
"""

import socket
import struct
import threading

from waiting import wait_until


def answer(body=b"", *fields, status=b"200 OK"):
    """A well-formed answer with a Content-Length."""
    lines = [b"HTTP/1.1 " + status, *fields, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Request:
    """One request as it stood on the wire."""

    def __init__(self, head, connection):
        self.head = head
        self.connection = connection
        self.body = b""
        self.is_complete = False
        self.line, *lines = head[:-4].split(b"\r\n")
        self.fields = []
        for line in lines:
            name, value = line.split(b":", 1)
            self.fields.append((name.decode("latin-1").lower(), value.strip(b" \t")))

    @property
    def target(self):
        return self.line.split(b" ")[1].decode("latin-1")

    def values(self, name):
        return [value for field, value in self.fields if field == name]

    def __repr__(self):
        return f"<{self.head!r} {self.body[:80]!r} complete={self.is_complete}>"


class Connection:
    """One connection of the proxy to the origin."""

    def __init__(self, origin, sock):
        self.origin = origin
        self.socket = sock
        self.rest = b""
        self.served = 0
        self.is_closed = False
        self.peer_left = threading.Event()

    def receive(self, size=65536):
        """What comes next; b"" once the proxy has left, in whatever way."""
        try:
            data = self.socket.recv(size)
        except OSError:
            data = b""
        if data:
            self.origin.record(data)
        else:
            self.peer_left.set()
        return data

    def read_head(self):
        while b"\r\n\r\n" not in self.rest:
            data = self.receive()
            if not data:
                return None
            self.rest += data
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        return Request(head + b"\r\n\r\n", self)

    def read_body(self, request):
        """Reads the body, without its framing, into the request."""
        if request.values("transfer-encoding"):
            assert request.values("transfer-encoding") == [b"chunked"], request
            request.is_complete = self.read_chunks(request)
        else:
            length = int((request.values("content-length") or [b"0"])[0])
            request.body = self.take(length)
            request.is_complete = len(request.body) == length

    def read_chunks(self, request):
        parts = []
        try:
            while True:
                size = int(self.take_line(), 16)
                parts.append(self.take(size))
                if self.take(2) != b"\r\n":
                    return False
                if size == 0:
                    return True
        except ValueError:
            return False
        finally:
            request.body = b"".join(parts)

    def take(self, count):
        parts = [self.rest]
        missing = count - len(self.rest)
        while missing > 0:
            data = self.receive(min(1 << 20, max(65536, missing)))
            if not data:
                break
            parts.append(data)
            missing -= len(data)
        data = b"".join(parts)
        self.rest = data[count:]
        return data[:count]

    def take_line(self):
        while b"\r\n" not in self.rest:
            data = self.receive()
            if not data:
                raise ValueError("the proxy left in the middle of a line")
            self.rest += data
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line

    def send(self, data):
        self.socket.sendall(data)

    def wait_for_leave(self, seconds=5.0):
        """Whether the proxy closes its side in time; reads and records what still comes."""
        self.socket.settimeout(seconds)
        while self.receive():
            pass
        return self.peer_left.is_set()

    def close(self):
        """Ends the connection; the thread that serves it gives its descriptor back.

        Another thread must not: the number would be another socket's while this one still reads.
        """
        if not self.is_closed:
            self.is_closed = True
            try:
                self.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def reset(self):
        """Ends the connection with a RST."""
        self.is_closed = True
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Origin:
    """The listener, its connections and what they received."""

    def __init__(self, tls=None):
        self.tls = tls
        self.lock = threading.Lock()
        self.scripts = {}
        self.connections = []
        self.requests = []
        self.received = bytearray()
        self.keeps_bytes = True
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def on(self, target, script):
        self.scripts[target] = script

    def record(self, data):
        with self.lock:
            if self.keeps_bytes:
                self.received += data

    def forget(self):
        with self.lock:
            self.requests = []
            self.received = bytearray()

    def targets(self):
        return [request.target for request in self.requests]

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self.serve, args=[sock], daemon=True)
            with self.lock:
                self.threads.append(thread)
            thread.start()

    def serve(self, sock):
        sock.settimeout(60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
        except OSError:
            sock.close()
            return
        connection = Connection(self, sock)
        with self.lock:
            self.connections.append(connection)
        try:
            while not connection.is_closed and (request := connection.read_head()):
                self.reply(connection, request)
        except OSError:
            pass
        finally:
            connection.close()
            sock.close()

    def reply(self, connection, request):
        with self.lock:
            self.requests.append(request)
        script = self.scripts.get(request.target)
        if callable(script):
            script(connection, request)
        else:
            connection.read_body(request)
            if request.is_complete:
                is_head = request.line.startswith(b"HEAD ")
                body = b"" if is_head else request.target.encode("latin-1")
                connection.send(answer(body) if script is None else script)
        connection.served += 1

    def open_connections(self):
        return [each for each in self.connections if not each.is_closed]

    def drop_connections(self):
        """Closes every connection, so that nothing of an earlier test is pooled."""
        for connection in self.open_connections():
            connection.close()
        assert wait_until(lambda: not self.open_connections())

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop_connections()
        for thread in self.threads:
            thread.join(5)
