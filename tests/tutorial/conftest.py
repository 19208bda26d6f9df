"""The two ends that the tutorial's protocol needs, in memory: an IRC server, and the tutorial's own."""

from __future__ import annotations

import pytest

from gchat.irc.message import Message
from gchat.tutorial.wire import TutorialWire

SERVER = "gchat.test"
ISUPPORT = ("CHANMODES=beI,k,lW,CMRimnrst", "CHANTYPES=#", "PREFIX=(qaohv)~&@%+", "STATUSMSG=~&@%+")


class Client:
    """One connection of the room: a wire, and what its flushes sent."""

    def __init__(self, room: Room, wire: TutorialWire) -> None:
        self.room = room
        self.wire = wire
        self.nick = ""
        self.pieces: list[bytes] = []

    def send(self, data: bytes) -> None:
        """Have the server receive one chunk."""
        for message in self.wire.feed(data):
            assert isinstance(message, Message)
            self.room.handle(self, message)
        self.pieces += self.wire.take_local()

    def tell(self, message: Message) -> None:
        """Have the server send one message."""
        self.pieces.append(self.wire.encode(message))

    def flush(self, now: float) -> bytes:
        """What one flush sends."""
        pieces, self.pieces = self.pieces, []
        return self.wire.join(pieces, now)


class Room:
    """As much of an IRC server as plain clients in one lobby need; the real one is tried in tests/server."""

    def __init__(self) -> None:
        self.clients: list[Client] = []

    def connect(self, newline: bool = False) -> Client:
        """A connection that was greeted."""
        return Client(self, TutorialWire("#lobby", newline))

    def enter(self, nick: str, newline: bool = False) -> Client:
        """A client that is in the lobby, and has read that."""
        client = self.connect(newline)
        client.send(nick.encode() + b"\n" * newline)
        client.flush(0.0)
        return client

    def handle(self, client: Client, message: Message) -> None:
        """Do what the message says; one that is not for this room is refused."""
        source = f"{client.nick}!~{client.nick}@127.0.0.1"
        if message.command == "NICK" and not client.nick:
            client.nick = message.params[0]
            while client.nick in [other.nick for other in self.clients]:
                client.nick += "2"
            if client.nick != message.params[0]:
                text = f"The nickname {message.params[0]} is taken: you are {client.nick}"
                client.tell(Message("NOTICE", (client.nick, text), SERVER))
        elif message.command == "USER":
            client.tell(Message("001", (client.nick, "Welcome to the gchat Network"), SERVER))
            client.tell(Message("005", (client.nick, *ISUPPORT, "are supported by this server"), SERVER))
        elif message.command == "JOIN" and message.params == ("#lobby",):
            self.clients.append(client)
            self.broadcast(message._replace(source=source))
            client.tell(Message("353", (client.nick, "=", "#lobby", client.nick), SERVER))
            client.tell(Message("366", (client.nick, "#lobby", "End of /NAMES list"), SERVER))
        elif message.command == "PRIVMSG" and message.params[0] == "#lobby":
            self.broadcast(message._replace(source=source))
        elif message.command == "NICK":
            self.broadcast(message._replace(source=source))
            client.nick = message.params[0]
        elif message.command == "PRIVMSG":
            for other in self.clients:
                if other is client or other.nick == message.params[0]:
                    other.tell(message._replace(source=source))
        else:
            client.tell(Message("421", (client.nick, message.command, "Unknown command"), SERVER))

    def leave(self, client: Client) -> None:
        """A connection is gone."""
        self.clients.remove(client)
        self.broadcast(Message("QUIT", ("Connection closed",), f"{client.nick}!~{client.nick}@127.0.0.1"))

    def broadcast(self, message: Message) -> None:
        """Have everybody told."""
        for client in self.clients:
            client.tell(message)


class TutorialServer:
    """The tutorial's own server, without its sockets: what it would send to whom, chunk by chunk."""

    def __init__(self) -> None:
        self.nicknames: dict[object, str] = {}
        self.sent: dict[object, list[bytes]] = {}

    def connect(self, client: object) -> None:
        """``client.send('NICK'.encode('ascii'))``"""
        self.sent[client] = [b"NICK"]

    def receive(self, client: object, data: bytes) -> None:
        """What one ``recv`` returned: the nickname first, then texts."""
        if client not in self.nicknames:
            self.nicknames[client] = data.decode("ascii")
            self.broadcast(f"{self.nicknames[client]} joined!".encode("ascii"))
            self.sent[client].append(b"Connected to server!")
        else:
            self.broadcast(data)

    def leave(self, client: object) -> None:
        """``broadcast('{} left!'.format(nickname))``"""
        nickname = self.nicknames.pop(client)
        self.broadcast(f"{nickname} left!".encode("ascii"))

    def broadcast(self, data: bytes) -> None:
        """Send to everybody."""
        for client in self.nicknames:
            self.sent[client].append(data)

    def take(self, client: object) -> list[bytes]:
        """What was sent to a client since the last look."""
        sent, self.sent[client] = self.sent[client], []
        return sent


@pytest.fixture
def room() -> Room:
    """An empty room."""
    return Room()


@pytest.fixture
def tutorial_server() -> TutorialServer:
    """The tutorial's server, nobody there."""
    return TutorialServer()
