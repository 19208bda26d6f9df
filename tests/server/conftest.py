"""Scripted conversations with the pure core, in memory, on both backplanes.

``chat`` is a whole server without a machine: its clock stands still until ``chat.advance``, its threads
are a list.  Every test that uses it runs twice: events applied at once, and a turn later.

    neural, nine = chat.join("#team", "Neural", "Nine")
    assert neural.ask("PRIVMSG #team :hi") == []
    assert nine.read() == [":Neural!~Neural@127.0.0.1 PRIVMSG #team :hi"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gchat.irc.lines import Wire
from gchat.irc.wire import IrcWire
from gchat.server.backplane.base import Apply, Backplane
from gchat.server.backplane.local import LocalBackplane
from gchat.server.delivery import parcels
from gchat.server.engine import Engine
from gchat.server.request import Request, Work
from gchat.server.session import Session
from gchat.server.settings import Server, Settings
from gchat.server.stores.base import ForgetfulStore
from tests.backplanes import LaterBackplane

START = 1_700_000_000.0


class Client:
    """One connection, seen from its other end."""

    def __init__(self, chat: Chat, session: Session) -> None:
        self.chat = chat
        self.session = session

    def send(self, *lines: str) -> None:
        """Send lines (without their CR LF) and let the server do all that follows."""
        self.send_bytes("".join(line + "\r\n" for line in lines).encode())

    def send_bytes(self, data: bytes) -> None:
        self.chat.engine.receive(self.session, data)
        self.chat.settle()

    def read_bytes(self) -> bytes:
        """Take everything that the server sent since the last look."""
        return self.chat.received.pop(self.session, b"")

    def read(self) -> list[str]:
        """Take the lines that the server sent since the last look."""
        data = self.read_bytes().decode()
        assert data == "" or data.endswith("\r\n")
        return data.split("\r\n")[:-1]

    def ask(self, *lines: str) -> list[str]:
        """Send lines; return what this client gets of it (what it had got before is dropped)."""
        self.read()
        self.send(*lines)
        return self.read()

    def numerics(self, *lines: str) -> list[str]:
        """The commands of the replies to these lines: ``["JOIN", "353", "366"]``."""
        return [command_of(line) for line in self.ask(*lines)]

    @property
    def ended(self) -> str:
        """The reason for which the server ended the connection, empty while it stands."""
        return self.session.closing


def command_of(line: str) -> str:
    """The command of a line with or without tags and source."""
    words = line.split(" ")
    while words[0][:1] in ("@", ":"):
        words.pop(0)
    return words[0]


def _result(work: Work) -> object:
    try:
        return work.function(*work.args)
    except Exception as error:
        return error


class Chat:
    """A server in memory."""

    def __init__(self, backplane: type[LocalBackplane] | type[LaterBackplane], settings: Settings) -> None:
        self.now = START
        self.work: list[tuple[Request, Work]] = []
        self.received: dict[Session, bytes] = {}

        def make(apply: Apply, clock: Callable[[], float]) -> Backplane:
            self.backplane = backplane(apply, clock)
            return self.backplane

        self.engine = Engine(
            settings,
            clock=lambda: self.now,
            wake=lambda: None,
            work=lambda request, work: self.work.append((request, work)),
            store=ForgetfulStore(),
            entropy=lambda size: bytes(range(size)),
            backplane=make,
        )

    def settle(self) -> None:
        """Let everything happen that waits: events, work, turns."""
        busy = True
        while busy:
            busy = isinstance(self.backplane, LaterBackplane) and self.backplane.turn()
            while self.work:
                busy = True
                request, work = self.work.pop(0)
                self.engine.resume(request, _result(work))
        for waiting in self.engine.take_turn():
            for sessions, data in parcels(waiting, self.now):
                for session in sessions:
                    self.received[session] = self.received.get(session, b"") + data

    def advance(self, seconds: float) -> None:
        """Let time pass, as the shell's sweeper does: in steps of a second at most."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 1.0)
            for _ in (*self.engine.sweep(), *self.engine.check_deadlines()):
                pass
            self.settle()

    def connect(self, host: str = "127.0.0.1", *, secure: bool = False) -> Client:
        """A connection that has said nothing yet."""
        return Client(self, self.engine.connect(host, f"('{host}', 4970)", IrcWire(), secure=secure))

    def client(self, nick: str, caps: str = "", host: str = "127.0.0.1", *, secure: bool = False) -> Client:
        """A registered user, the welcome read already; ``caps`` are separated by spaces."""
        client = self.connect(host, secure=secure)
        if caps:
            client.send("CAP LS 302", f"CAP REQ :{caps}")
        client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick} of gchat")
        if caps:
            client.send("CAP END")
        lines = client.read()
        assert any(command_of(line) == "001" for line in lines), lines
        return client

    def join(self, channel: str, *nicks: str, caps: str = "") -> list[Client]:
        """Registered users who are all in a channel; the first is its operator; nothing is left to read."""
        clients = [self.client(nick, caps) for nick in nicks]
        for client in clients:
            client.send(f"JOIN {channel}")
        for client in clients:
            client.read()
        return clients

    def op(self, client: Client) -> None:
        """Make a user a server operator, past the password."""
        assert client.session.user is not None
        self.engine.world.set_mode(client.session.user, "o", True)

    def plain(self, wire: Wire, host: str = "127.0.0.1") -> Client:
        """A connection of the tutorial's protocol on the given wire."""
        return Client(self, self.engine.connect(host, f"('{host}', 4970)", wire, plain=True))


@pytest.fixture(params=[LocalBackplane, LaterBackplane], ids=["at-once", "a-turn-later"])
def make_chat(request: pytest.FixtureRequest) -> Iterator[Callable[[Settings], Chat]]:
    """Makes servers with given settings; afterwards none of them may have met a bug."""
    made: list[Chat] = []

    def make(settings: Settings) -> Chat:
        made.append(Chat(request.param, settings))
        return made[-1]

    yield make
    for chat in made:
        assert chat.engine.errors == 0, "a handler failed: see the log"


@pytest.fixture
def chat(make_chat: Callable[[Settings], Chat]) -> Chat:
    """A server without throttles, called ``gchat.test``."""
    return make_chat(Settings(server=Server(name="gchat.test"), throttle=False))
