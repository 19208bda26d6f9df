"""The client's side of the tutorial's protocol: gchat in a room of the tutorial's own server.

To the client's session it looks like an IRC server with one channel, ``#lobby``: what the session sends
becomes the tutorial's texts or is answered here, what the server sends becomes IRC messages.  What the
protocol cannot do is refused with the numeric that an IRC server would give.

Whoever owns a peer asks ``ready`` after encoding: when it is true, ``feed(b"")`` has messages that answer
what was sent.  ``take`` has the bytes that the peer sends by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gchat.irc.message import BadLine, Message, Source
from gchat.tutorial.detect import GREETING
from gchat.tutorial.sentences import WELCOME
from gchat.tutorial.speech import Ear, Heard, Kind
from gchat.tutorial.text import Decoder, Pace, to_ascii, without_controls

LOBBY: Final = "#lobby"
SERVER: Final = "tutorial"  # who says what nobody said
CAPABILITY: Final = "echo-message"  # the server shows everybody their own texts
MOST_PINGS: Final = 8  # questions that wait for an echo
_QUESTION: Final = GREETING.decode()
_NOT_IN_NICK: Final = frozenset(" ,*?!@:")
_LONGEST_NICK: Final = 64
_CTCP: Final = "\x01"


def nick_of(name: str) -> str:
    """Write a name of the tutorial, which may be anything, so that it can be an IRC nick."""
    nick = "".join("_" if c in _NOT_IN_NICK or not c.isprintable() else c for c in name[:_LONGEST_NICK])
    return "_" + nick[1:] if nick[:1] in ("#", "&") else nick or "_"


class TutorialPeer:
    """One connection to a tutorial's server."""

    __slots__ = (
        "_answer",
        "_asked",
        "_begin",
        "_candidate",
        "_decoder",
        "_ear",
        "_in_lobby",
        "_nick",
        "_pace",
        "_pending",
        "_pings",
        "_unechoed",
        "_wanted",
    )

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._ear = Ear()
        self._pace = Pace()
        self._pending: list[Message] = []
        self._answer = b""
        self._begin = ""  # what came and may be the beginning of the question
        self._asked = False  # NICK was heard
        self._wanted = ""  # the nickname as it is sent, and written before every text
        self._nick = ""  # ours as the session knows it; ``_ear.own`` is as the server writes it
        self._in_lobby = False
        self._candidate = ""  # who joined last before we did: us, if we are welcomed next
        self._unechoed = False  # a text of ours has not come back
        self._pings: list[str] = []

    # --- to the server

    @property
    def ready(self) -> bool:
        """Tell whether ``feed`` has messages although nothing was received."""
        return bool(self._pending)

    def take(self) -> bytes:
        """Return what answers the server's question, and forget it."""
        answer, self._answer = self._answer, b""
        return answer

    def encode(self, message: Message) -> bytes:
        """Write a message as the tutorial's client would; ``b""`` for what its server cannot be told."""
        function = _SENT.get(message.command)
        if function is None:
            self._reply("421", message.command, "The tutorial's protocol has nothing like that")
            return b""
        params = message.params
        return function(self, params if len(params) > 1 else (*params, "", "")[:2])

    def join(self, pieces: list[bytes], now: float) -> bytes:
        """Put texts together so that they can be told apart: with newlines, which the others just print."""
        return self._pace.join(pieces, now)

    def _text(self, text: str) -> bytes:
        # The tutorial's other clients die on anything but ASCII.
        self._unechoed = True
        return f"{self._wanted}: {to_ascii(without_controls(text))}".encode("ascii", "replace")

    def _send_nick(self, params: tuple[str, ...]) -> bytes:
        nick = to_ascii(without_controls(params[0])).strip() or "Guest"
        if self._nick:
            if self._ear.framed:
                return self._text(f"/nick {nick}")
            self._reply("484", "The tutorial's protocol cannot change a nickname: connect again")
        else:
            self._wanted = self._ear.own = nick
            if self._asked:
                self._introduce()
        return b""

    def _send_text(self, params: tuple[str, ...]) -> bytes:
        target, text = params[0], params[1]
        if not self._nick or not text:
            return b""
        action = ""
        if text.startswith(_CTCP):
            verb, _, action = text.strip(_CTCP).partition(" ")
            if verb.upper() != "ACTION" or not action:
                return b""
        if target.lower() != LOBBY:
            return self._send_private(target, action or text)
        if action:
            return self._text(f"/me {action}" if self._ear.framed else f"*{action}*")
        return self._text(text)

    def _send_private(self, target: str, text: str) -> bytes:
        if self._ear.framed and target[:1] not in ("#", "&"):
            return self._text(f"/msg {target} {text}")
        self._reply("401", target, "The tutorial's server has no private messages and no other channels")
        return b""

    def _send_join(self, params: tuple[str, ...]) -> bytes:
        for channel in params[0].split(","):
            if channel.lower() != LOBBY:
                self._reply("403", channel, f"The tutorial's server has one channel, {LOBBY}")
        return b""

    def _send_names(self, params: tuple[str, ...]) -> bytes:
        self._names()
        return b""

    def _send_list(self, params: tuple[str, ...]) -> bytes:
        self._reply("322", LOBBY, str(len(self._ear.names)), "")
        self._reply("323", "End of /LIST")
        return b""

    def _send_ping(self, params: tuple[str, ...]) -> bytes:
        # The server knows no PING, and would tell everybody.  The echo of a text is a sign of life.
        if self._unechoed:
            self._pings = [*self._pings, params[0]][-MOST_PINGS:]
        else:
            self._pending.append(Message("PONG", (SERVER, params[0]), SERVER))
        return b""

    def _send_cap(self, params: tuple[str, ...]) -> bytes:
        # https://ircv3.net/specs/extensions/capability-negotiation
        verb, names = params[0].upper(), params[1]
        if verb == "LS":
            self._pending.append(Message("CAP", ("*", "LS", CAPABILITY), SERVER))
        elif verb == "REQ":
            answer = "ACK" if set(names.split()) == {CAPABILITY} else "NAK"
            self._pending.append(Message("CAP", ("*", answer, names), SERVER))
        return b""

    def _send_mode(self, params: tuple[str, ...]) -> bytes:
        if params[1]:  # else it is a question that sessions ask when they join
            self._reply("421", "MODE", "The tutorial's server has no modes")
        return b""

    def _send_nothing(self, params: tuple[str, ...]) -> bytes:
        return b""

    # --- from the server

    def feed(self, data: bytes) -> list[Message | BadLine]:
        """Take what was received; return the messages that it means to the session.  Never raises."""
        text = self._decoder.decode(data)
        if not self._asked:
            text = self._wait_for_question(text)
        elif text == _QUESTION and not self._ear.connected:
            self._answer = self._wanted.encode()
            text = ""
        for heard in self._ear.hear(text):
            self._tell(heard)
        out: list[Message | BadLine] = [*self._pending]
        self._pending.clear()
        return out

    def _wait_for_question(self, text: str) -> str:
        """Look for NICK, which comes first, perhaps in pieces; return what else came."""
        text = self._begin + text
        self._begin = ""
        if text.startswith(_QUESTION):
            self._asked = True
            if self._wanted:
                self._introduce()
            return text[len(_QUESTION) :]
        if _QUESTION.startswith(text):
            self._begin = text
            return ""
        return text

    def _introduce(self) -> None:
        """Answer the question, and let the session in: the tutorial's server refuses nobody."""
        self._answer = self._wanted.encode()
        self._nick = nick_of(self._wanted)
        self._ear.know(self._wanted)
        self._reply("001", f"Welcome to the tutorial's chat, {self._nick}")
        tokens = ("CASEMAPPING=ascii", "CHANMODES=,,,", "CHANTYPES=#", "PREFIX=", "CHANLIMIT=#:1")
        self._reply("005", *tokens, "are supported by this server")
        self._reply("422", "The tutorial's server has no message of the day")

    def _tell(self, heard: Heard) -> None:
        """Say one thing that was heard in IRC."""
        kind, name = heard.kind, heard.name
        if self._candidate and kind is not Kind.CONNECTED:
            self._from(self._candidate, "JOIN", LOBBY)
            self._candidate = ""
        if kind is Kind.JOINED:
            self._joined(name)
        elif kind is Kind.LEFT and name != self._ear.own:
            self._from(name, "PART", LOBBY)
        elif kind in (Kind.SAID, Kind.DID):
            self._enter()
            self._from(name, "PRIVMSG", LOBBY, heard.text if kind is Kind.SAID else _action(heard.text))
        elif kind is Kind.PRIVATE:
            self._from(name, "PRIVMSG", self._nick, heard.text)
        elif kind is Kind.PRIVATE_TO:
            self._from(self._ear.own, "PRIVMSG", nick_of(name), heard.text)
        elif kind is Kind.RENAMED:
            self._renamed(name or self._ear.own, heard.text)
        elif kind is Kind.CONNECTED:
            self._welcomed()
        else:
            self._notice(heard.text or f"{name} left!")
        if kind is Kind.OTHER or (kind is not Kind.JOINED and name == self._ear.own):
            self._echoed()

    def _joined(self, name: str) -> None:
        if name == self._ear.own:
            if self._in_lobby:
                self._notice(f"{name} joined!")  # a namesake: the tutorial's server lets them in
            self._enter()
        elif self._in_lobby:
            self._from(name, "JOIN", LOBBY)
        else:
            self._candidate = name

    def _welcomed(self) -> None:
        # A gchat server gives another nickname where ours is taken.
        if self._candidate and not self._in_lobby:
            self._renamed(self._ear.own, self._candidate)
        self._candidate = ""
        self._enter()
        self._notice(WELCOME)

    def _renamed(self, old: str, new: str) -> None:
        self._from(old, "NICK", nick_of(new))
        if old == self._ear.own:
            self._ear.own, self._nick = new, nick_of(new)
            self._ear.forget(old)
            self._ear.know(new)

    def _enter(self) -> None:
        """Be in the lobby, as soon as anything shows that we are."""
        if self._in_lobby or not self._nick:
            return
        self._in_lobby = True
        self._from(self._ear.own, "JOIN", LOBBY)
        self._names()

    def _echoed(self) -> None:
        """The server has read what was sent before."""
        self._unechoed = False
        self._pending += [Message("PONG", (SERVER, token), SERVER) for token in self._pings]
        self._pings.clear()

    # --- messages for the session

    def _from(self, name: str, command: str, *params: str) -> None:
        nick = self._nick if name == self._ear.own else nick_of(name)
        self._pending.append(Message(command, params, str(Source(nick, SERVER, SERVER))))

    def _reply(self, number: str, *params: str) -> None:
        self._pending.append(Message(number, (self._nick or "*", *params), SERVER))

    def _notice(self, text: str) -> None:
        target = LOBBY if self._in_lobby else self._nick or "*"
        self._pending.append(Message("NOTICE", (target, text), SERVER))

    def _names(self) -> None:
        nicks = dict.fromkeys(
            [self._nick, *(nick_of(name) for name in self._ear.names if name != self._ear.own)]
        )
        self._reply("353", "=", LOBBY, " ".join(nicks))
        self._reply("366", LOBBY, "End of /NAMES list")


def _action(text: str) -> str:
    return f"{_CTCP}ACTION {text}{_CTCP}"


# What sessions send by themselves, and nobody misses an answer to.  Who quits closes the connection.
_UNTOLD: Final = "AUTHENTICATE MONITOR PASS PONG QUIT TAGMSG USER WHO"
_SENT: Final[dict[str, Callable[[TutorialPeer, tuple[str, ...]], bytes]]] = {
    "NICK": TutorialPeer._send_nick,
    "PRIVMSG": TutorialPeer._send_text,
    "NOTICE": TutorialPeer._send_text,
    "JOIN": TutorialPeer._send_join,
    "NAMES": TutorialPeer._send_names,
    "LIST": TutorialPeer._send_list,
    "PING": TutorialPeer._send_ping,
    "CAP": TutorialPeer._send_cap,
    "MODE": TutorialPeer._send_mode,
    **dict.fromkeys(_UNTOLD.split(), TutorialPeer._send_nothing),
}
