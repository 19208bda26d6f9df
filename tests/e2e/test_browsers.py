"""A page in a browser, by real sockets: WebSocket on the listeners that everybody else uses."""

from __future__ import annotations

import socket
import ssl

import pytest
import trustme
from wsproto import WSConnection
from wsproto.connection import ConnectionType
from wsproto.events import AcceptConnection, CloseConnection, Pong, RejectConnection, Request, TextMessage
from wsproto.events import Ping as PingEvent

from tests.e2e.processes import PATIENCE, GchatServer, Machine


class Page:
    """A WebSocket client that waits with a deadline."""

    def __init__(self, connection: socket.socket, origin: str = "") -> None:
        self.socket = connection
        self.protocol = WSConnection(ConnectionType.CLIENT)
        self.events: list[object] = []
        headers = [(b"Origin", origin.encode())] if origin else []
        self.send(Request("127.0.0.1", "/", subprotocols=["text.ircv3.net"], extra_headers=headers))

    def send(self, *events: object) -> None:
        self.socket.sendall(b"".join(self.protocol.send(event) for event in events))

    def say(self, *lines: str) -> None:
        self.send(*[TextMessage(data=line) for line in lines])

    def until(self, kind: type, wanted: str = "") -> object:
        """Read until an event of a kind came whose text holds something."""
        while True:
            while self.events:
                event = self.events.pop(0)
                if isinstance(event, kind) and wanted in str(event):
                    return event
            self.protocol.receive_data(self.socket.recv(1 << 16) or None)
            self.events += self.protocol.events()


def talk(page: Page, server: GchatServer, machine: Machine) -> None:
    accepted = page.until(AcceptConnection)
    assert isinstance(accepted, AcceptConnection)
    assert accepted.subprotocol == "text.ircv3.net"
    page.say("NICK Nine", "USER Nine 0 * :Nine", "JOIN #team")
    page.until(TextMessage, " 366 ")
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    neural.send("PRIVMSG #team :día")
    page.until(TextMessage, ":Neural!~Neural@127.0.0.1 PRIVMSG #team :día'")
    page.say("PRIVMSG #team :hi")
    neural.until("Nine!~Nine@127.0.0.1 PRIVMSG #team :hi\r\n")
    page.send(PingEvent(payload=b"x"))
    page.until(Pong)
    page.send(CloseConnection(code=1001, reason="gone"))
    neural.until("QUIT :Quit: gone\r\n")
    page.until(CloseConnection)
    assert page.socket.recv(100) == b""


def test_a_page_talks_on_a_plain_listener(machine: Machine) -> None:
    server = machine.server()
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        talk(Page(connection), server, machine)


def test_a_page_talks_on_a_tls_listener(machine: Machine) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    pem = machine.home / "server.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(str(pem))
    options = ["--tls-cert", str(pem), "--tls-key", str(pem), "--listen", "tls://127.0.0.1:0"]
    server = machine.server(*options)
    port = int((machine.home / "port").read_text().split()[1].rpartition(":")[2])
    context = ssl.create_default_context()
    authority.configure_trust(context)
    raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
    with context.wrap_socket(raw, server_hostname="127.0.0.1") as connection:
        talk(Page(connection), server, machine)


@pytest.mark.parametrize("origins", [[], ["https://chat.example.org"]])
def test_only_pages_of_sites_that_are_named_may_connect(machine: Machine, origins: list[str]) -> None:
    config = machine.home / "gchat-server.toml"
    config.write_text(f"[websocket]\norigins = {origins}\n")
    server = machine.server("--config", str(config))
    for origin in ("https://evil.example", "https://chat.example.org"):
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
            page = Page(connection, origin)
            if origin in origins:
                page.until(AcceptConnection)
            else:
                refused = page.until(RejectConnection)
                assert isinstance(refused, RejectConnection)
                assert refused.status_code == 403
    server.until("pages of 'https://evil.example' are not among websocket.origins")
