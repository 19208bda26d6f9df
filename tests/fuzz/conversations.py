"""The fuzzing target of the whole core: a text of commands, some of them hostile, by four clients.

Every line of the input is one step: its first letter says who does it, ``0`` to ``3``, and the rest is sent
as a line; ``*2`` makes client 2 a server operator, ``-2`` loses its connection and opens another, ``+9`` lets
nine seconds pass, ``~2`` asks for all capabilities.  So a finding can be read, and becomes a row of
``FINDINGS`` in ``test_fuzz.py`` as it is.
"""

from __future__ import annotations

import dataclasses

from gchat.irc import scram
from gchat.server.backplane.local import LocalBackplane
from gchat.server.settings import Limits, Operator, Server, Settings
from tests.backplanes import LaterBackplane
from tests.server.conftest import Chat, Client
from tests.server.history.conftest import ListStore
from tests.server.invariants import check_output, check_waiting, check_world

SETTINGS = Settings(
    server=Server(name="gchat.test", motd="Hello."),
    operators=(Operator("root", "not a hash"),),
    throttle=False,
)
# nearly everybody lags, and who says some lines too many is ended
THROTTLED = dataclasses.replace(
    SETTINGS, throttle=True, limits=Limits(command_rate=1.0, command_burst=4.0, recvq=2048)
)
NICKS = ("Neural", "Nine", "Other", "")  # the fourth has not registered
CAPS = (
    "account-notify away-notify batch cap-notify chghost echo-message extended-join message-tags",
    "invite-notify labeled-response multi-prefix server-time setname standard-replies extended-monitor",
    "draft/chathistory draft/event-playback draft/multiline draft/read-marker draft/message-redaction",
)
_make_verifier = scram.make_verifier

commands = 0  # how many lines the server was sent in this process


def cheap_passwords() -> None:
    """Make the hash that is slow on purpose quick, in this process: what is fuzzed is what is around it."""
    scram.make_verifier = lambda password, salt, iterations=1: _make_verifier(password, salt, 1)


class Conversation:
    """Four clients of one server."""

    def __init__(
        self, backplane: type[LocalBackplane] | type[LaterBackplane], settings: Settings = SETTINGS
    ) -> None:
        self.chat = Chat(backplane, settings)
        engine = self.chat.engine
        engine.store = engine.keeping.store = ListStore()
        self.clients = [self._open(nick) for nick in NICKS]

    def _open(self, nick: str) -> Client:
        client = self.chat.connect()
        if nick:
            client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}", "JOIN #team")
        return client

    def step(self, line: bytes) -> None:
        """Do what one line of the input says."""
        global commands
        what, rest = line[:1], line[1:]
        if what == b"+":
            self.chat.advance(
                float(
                    rest[:1] or b"0",
                )
                if rest[:1].isdigit()
                else 1.0
            )
            return
        number = (rest if what in (b"*", b"-", b"~") else line)[:1] or b"0"
        who = number[0] % len(NICKS)
        client = self.clients[who]
        if client.ended or what == b"-":
            self.chat.engine.lost(client.session, "Connection reset")
            self.clients[who] = self._open(NICKS[who])
        elif what == b"*":
            if client.session.user is not None:
                self.chat.op(client)
        elif what == b"~":
            client.send(*(f"CAP REQ :{caps}" for caps in CAPS), "CAP END")
        else:
            commands += 1
            client.send_bytes(rest + b"\r\n")
        for one in self.clients:
            check_output(one)
        check_waiting(self.chat.engine)

    def catch_up(self) -> None:
        """Let time pass until nobody lags any more: who waits is handled, and not for ever."""
        for _ in range(600):
            if not self.chat.engine.lagging:
                break
            self.chat.advance(1.0)
        assert not any(session.inbox for session in self.chat.engine.sessions.values())

    def check(self) -> None:
        """No bug was met, and the world makes sense."""
        self.chat.settle()
        for one in self.clients:
            check_output(one)
        check_world(self.chat.engine)
        assert self.chat.engine.errors == 0, "a handler failed: see the log"


def converse(data: bytes) -> None:
    """Whatever is said, on either backplane: no bug, no line that is none, a world that makes sense."""
    _converse(data, SETTINGS)


def converse_throttled(data: bytes) -> None:
    """The same where nobody may say much at once: lines wait, and people leave while some do."""
    _converse(data, THROTTLED).catch_up()


def _converse(data: bytes, settings: Settings) -> Conversation:
    conversation = Conversation(LaterBackplane if len(data) % 2 else LocalBackplane, settings)
    for line in data.split(b"\n"):
        conversation.step(line)
    conversation.check()
    return conversation
