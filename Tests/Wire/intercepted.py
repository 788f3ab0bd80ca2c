"""Clients whose TLS ends in the proxy."""

import ssl

from client import Client
from far_end import connect_line


def trusting(authority, name=True):
    context = ssl.create_default_context(cafile=str(authority))
    context.check_hostname = name
    context.set_alpn_protocols(["http/1.1"])
    return context


class Inside(Client):
    """A client that has told CONNECT the host and speaks TLS under the local authority.

    `names` is the host its hello names, None for none; `early` sends the hello with the CONNECT.
    """

    def __init__(self, port, authority, host="s.test", connect_port=443, names=..., **options):
        super().__init__(port, **options)
        try:
            self.send(connect_line(host, connect_port))
            self.answer = self.read_head()
            assert self.answer.status == 200, self.answer
            names = host if names is ... else names
            context = trusting(authority, name=names is not None)
            self.socket = context.wrap_socket(self.socket, server_hostname=names)
        except BaseException:
            self.socket.close()
            raise
        self.received.clear()
        self.used = 0

    def names(self):
        """The names the certificate vouches for."""
        return [value for _, value in self.socket.getpeercert()["subjectAltName"]]


class Pieces:
    """A TLS client over memory: what it wants sent goes to `send`, cut as that likes."""

    def __init__(self, authority, host):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = trusting(authority).wrap_bio(
            self.incoming, self.outgoing, server_hostname=host)

    def hello(self):
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return self.outgoing.read()

    def run(self, action, *arguments, client, send):
        """Does the action, with what the client receives for as long as it needs more."""
        while True:
            try:
                return action(*arguments)
            except ssl.SSLWantReadError:
                send(self.outgoing.read())
                if client.used == len(client.received):
                    client.fill()
                self.incoming.write(client.take(len(client.received) - client.used))
            finally:
                send(self.outgoing.read())

    def ask(self, raw, *, client, send):
        """The handshake, then the request: the whole answer, which ends with `/p`."""
        self.run(self.tls.do_handshake, client=client, send=send)
        self.run(self.tls.write, raw, client=client, send=send)
        got = b""
        while not got.endswith(b"/p"):
            more = self.run(self.tls.read, 65536, client=client, send=send)
            assert more, got
            got += more
        return got
