"""Three readers of HTTP by other people: h11, nginx and HAProxy.

nginx and HAProxy stand in front of a recorder each: what they send on is what they have read.
"""

import asyncio
import os
import re
import shutil
import subprocess

import h11

from reading import Message, Misread, read_answers
from recorder import Recorder

PATH = os.environ.get("PATH", "") + ":/usr/sbin"

NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log info;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-f;
  uwsgi_temp_path {folder}/nginx-u;
  scgi_temp_path {folder}/nginx-s;
  client_header_buffer_size 128k;
  large_client_header_buffers 4 128k;
  client_max_body_size 0;
  client_body_buffer_size 1m;
  underscores_in_headers on;
  ignore_invalid_headers off;
  keepalive_requests 100000;
  upstream recorder {{ server unix:{folder}/nginx-recorder; keepalive 16; }}
  server {{
    listen unix:{folder}/nginx;
    location / {{
      proxy_pass http://recorder;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_next_upstream off;
    }}
  }}
}}
"""
HAPROXY = """\
global
  tune.bufsize 262144
  tune.http.maxhdr 1000
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
  retries 0
frontend front
  bind unix@{folder}/haproxy
  default_backend back
backend back
  http-reuse always
  server recorder unix@{folder}/haproxy-recorder
"""


class Refusal:
    """A peer takes this request for none, and says so with a status or a message."""

    def __init__(self, status):
        self.status = status


class H11:
    """h11 as a server, in this process."""

    name = "h11"

    async def read(self, recording):
        return read_with_h11(recording.raw)


def read_with_h11(raw):
    """The requests h11 reads; a refusal at the end where it takes no more.

    Each request is read by a connection of its own, since h11 takes no empty line before a request;
    two of them are allowed (RFC 9112 section 2.2).
    """
    messages = []
    while raw:
        for _ in range(2):
            raw = raw.removeprefix(b"\r\n")
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        connection.receive_data(raw)
        try:
            message = next_of_h11(connection)
        except h11.RemoteProtocolError as error:
            return [*messages, Refusal(str(error).split(":")[0])]
        if message is None:
            return messages
        messages.append(message)
        if connection.our_state is not h11.DONE:
            return messages
        raw = connection.trailing_data[0]
    return messages


def next_of_h11(connection):
    """The next complete request; None when there is none."""
    parts = []
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            message = Message(event.method, event.target, list(event.headers))
        elif isinstance(event, h11.Data):
            parts.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            message.body = b"".join(parts)
            # Not 2xx: that would end HTTP for CONNECT.
            connection.send(h11.Response(status_code=400, headers=[]))
            connection.send(h11.EndOfMessage())
            return message
        else:
            return None


class Server:
    """A peer that runs as a process of its own."""

    def __init__(self, name, folder, seconds=20):
        self.name = name
        self.seconds = seconds
        self.folder = folder
        self.recorder = Recorder(most=1 << 30)
        if not shutil.which(name, path=PATH):
            raise RuntimeError(f"{name} is not installed: make deps-test installs it")

    async def start(self):
        await self.recorder.listen(f"{self.folder}/{self.name}-recorder")
        text, arguments = {
            "nginx": (NGINX, ["-p", str(self.folder), "-c"]),
            "haproxy": (HAPROXY, ["-db", "-f"]),
        }[self.name]
        path = self.folder / f"{self.name}.conf"
        path.write_text(text.format(folder=self.folder))
        self.log = open(self.folder / f"{self.name}.out", "w")
        self.process = subprocess.Popen(
            [self.name, *arguments, str(path)], env={**os.environ, "PATH": PATH},
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(500):
            if os.path.exists(f"{self.folder}/{self.name}"):
                return
            if self.process.poll() is not None:
                break
            await asyncio.sleep(0.02)
        raise RuntimeError((self.folder / f"{self.name}.out").read_text())

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.log.close()
        self.recorder.stop()

    async def read(self, recording):
        """What the peer reads of a connection; what it refuses, it is fed the rest without."""
        readings, at = [], 0
        messages = recording.messages
        while True:
            raw = b"".join(message.raw for message in messages[at:]) + recording.partial
            read = await self.feed(raw, len(messages) - at)
            readings += read
            at += len(read)
            if at >= len(messages) or not read or not isinstance(read[-1], Refusal):
                return readings

    async def feed(self, raw, expected):
        """The requests read on one connection, up to the first refusal."""
        reader, writer = await asyncio.open_unix_connection(f"{self.folder}/{self.name}")
        received = b""
        try:
            writer.write(raw)
            answers = []
            async with asyncio.timeout(self.seconds):
                while len(answers) < expected and not (
                        answers and answers[-1].number is None):
                    data = await reader.read(65536)
                    if not data:
                        break
                    received += data
                    answers, is_whole = parse(received)
                    if not is_whole and answers and answers[-1].number is not None:
                        continue
                # Nothing more is there to be read as a request.
                if len(answers) >= expected and answers and answers[-1].number is not None:
                    writer.write_eof()
                    while data := await reader.read(65536):
                        received += data
                    answers, _ = parse(received)
        except (TimeoutError, ConnectionError) as error:
            return [*self.taken(answers), Refusal(type(error).__name__)]
        finally:
            writer.close()
        readings = self.taken(answers)
        if len(readings) > expected and isinstance(readings[-1], Refusal):
            readings.pop()  # of the partial request at the end
        if len(readings) < expected and not (readings and isinstance(readings[-1], Refusal)):
            readings.append(Refusal("closed"))
        return readings

    def taken(self, answers):
        readings = []
        for answer in answers:
            if answer.number is None:
                return [*readings, Refusal(answer.status)]
            readings.append(self.recorder.messages.pop(answer.number))
        return readings


def parse(received):
    """The answers so far; error pages of a peer have bodies that are of no interest."""
    try:
        return read_answers(received)
    except Misread:
        page = re.search(rb"\r\n\r\n<", received)
        return read_answers(received[:page.start() + 4]) if page else ([], False)
