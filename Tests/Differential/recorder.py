"""An origin that keeps the exact bytes of every request and answers with its number."""

import asyncio

from reading import Misread, RequestReader


class Recording:
    """What came on one connection."""

    def __init__(self):
        self.messages = []
        self.partial = b""
        self.fault = None

    @property
    def raw(self):
        return b"".join(message.raw for message in self.messages) + self.partial


class RecordedConnection(asyncio.Protocol):
    def __init__(self, recorder):
        self.recorder = recorder
        self.recording = Recording()
        self.reader = RequestReader()

    def connection_made(self, transport):
        self.transport = transport
        self.recorder.transports.add(transport)

    def data_received(self, data):
        try:
            messages = self.reader.feed(data)
        except Misread as fault:
            self.recording.fault = fault
            self.transport.abort()
            return
        for message in messages:
            self.recording.messages.append(message)
            is_last = len(self.recording.messages) >= self.recorder.most
            self.transport.write(self.recorder.answer(message, is_last))
            if is_last:
                self.transport.close()
                return

    def connection_lost(self, _):
        self.recorder.transports.discard(self.transport)
        self.recording.partial = bytes(self.reader.rest)
        if self.recorder.closed is not None and self.recording.raw:
            self.recorder.closed(self.recording)


class Recorder:
    """Numbers the requests of all its connections; ends a connection after `most` of them."""

    def __init__(self, most, closed=None):
        self.most = most
        self.closed = closed
        self.messages = {}
        self.count = 0
        self.transports = set()

    def answer(self, message, is_last):
        self.count += 1
        message.number = self.count
        self.messages[self.count] = message
        return b"HTTP/1.1 200 OK\r\nX-Seq: %d\r\n%sContent-Length: 0\r\n\r\n" % (
            self.count, b"Connection: close\r\n" if is_last else b"")

    async def listen(self, path=None):
        loop = asyncio.get_running_loop()
        make = lambda: RecordedConnection(self)
        if path:
            self.server = await loop.create_unix_server(make, path, backlog=512)
        else:
            self.server = await loop.create_server(make, "127.0.0.1", 0, backlog=512)
            self.port = self.server.sockets[0].getsockname()[1]

    def stop(self):
        self.server.close()
        for transport in list(self.transports):
            transport.abort()
