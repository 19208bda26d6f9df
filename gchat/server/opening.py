"""The first moments of a connection: TLS if its port asks for it, then who is there.

Whoever speaks first speaks IRC; whoever is silent is greeted with the tutorial's ``NICK``, and what comes
then decides (``gchat/tutorial/detect.py``).  All of it together has one deadline,
``limits.registration_timeout``.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from gchat.irc.lines import Wire
from gchat.irc.message import Message, encode
from gchat.irc.wire import IrcWire
from gchat.server import proxy
from gchat.server.connection import Connection, Late
from gchat.server.settings import Gateway, Settings
from gchat.tutorial import detect
from gchat.tutorial.detect import Detected
from gchat.tutorial.wire import TutorialWire

if TYPE_CHECKING:
    from gchat.server.tls import Context

log = logging.getLogger("gchat.server")

SPREAD = 1.0  # seconds in which those end who came together and never said who they are
_DAY = 86_400.0  # seconds: the deadline of a registration_timeout that is turned off


class Refused(Exception):
    """There is nobody to serve; ``answer`` is what the other side gets before the connection closes,
    ``reason`` what the log says.
    """

    def __init__(self, answer: bytes, reason: str) -> None:
        super().__init__(answer, reason)
        self.answer = answer
        self.reason = reason


class Opened(NamedTuple):
    """Who is there: how to speak to them, what they said already, and what they have to be sent first.

    ``answers`` gives what a wire wants to send by itself after it was fed, where there can be such.
    """

    wire: Wire
    plain: bool
    said: bytes
    before: bytes = b""
    resets: bool = False  # this client has to be ended with a reset
    framing: int = 0
    answers: Callable[[], list[bytes]] | None = None


def passed_on(
    connection: Connection, settings: Settings, gateways: Iterable[Gateway]
) -> tuple[proxy.Header | None, bytes]:
    """Read the PROXY header of a gateway that sends one; return it and what came with it.

    Raises Refused and OSError.
    """
    modes = {gateway.proxy for gateway in gateways}
    if modes <= {"no"}:
        return None, b""
    required, limits = "required" in modes, settings.limits
    # Whoever may come without one may be silent, too, and is to be greeted in time.
    patience = settings.tutorial.greet_after if settings.tutorial.enabled and not required else 0.0
    deadline = time.monotonic() + (patience or limits.registration_timeout or _DAY)
    said = b""
    try:
        while True:
            more = connection.read_raw(deadline)
            said += more
            if not required and not (more and proxy.may_begin(said)):
                return None, said
            header = proxy.read(said)
            if header is not None:
                return header, said[header.size :]
            if not more:
                return None, b""
    except Late:
        if required:
            raise Refused(b"", "No PROXY header came in time") from None
        return None, said
    except proxy.Malformed as error:
        log.warning("Refused %s: %s", connection.peer, error)
        raise Refused(b"", str(error)) from error


def open_(
    connection: Connection, settings: Settings, context: Context | None, said: bytes = b""
) -> Opened | None:
    """Find out who is there; None when they have gone.  Raises Refused and OSError.

    ``said`` came already; for TLS it is the beginning of the handshake.
    """
    deadline = time.monotonic() + _patience(settings.limits.registration_timeout or _DAY)
    if context is not None:
        shake_hands(connection, context, deadline, said)
    elif said:
        connection.unread(said)
    greeted = False
    said = b""
    if settings.tutorial.enabled:
        try:
            said = connection.read(min(deadline, time.monotonic() + settings.tutorial.greet_after))
            if not said:
                return None
        except Late:
            greeted = True
            connection.push(detect.GREETING)
    try:
        return _listen(connection, settings, said, greeted, deadline)
    except Late:
        reason = "Registration timed out"
        # NICK stands on the other side's screen without an end
        answer = (b"\r\n" if greeted else b"") + goodbye(connection.host, reason)
        raise Refused(answer, reason) from None


def _patience(seconds: float) -> float:
    """How long somebody is waited for: for some a little longer, so that those who came together do not all
    end in the same moment, while the others wait.
    """
    return seconds + random.uniform(0.0, min(seconds / 4, SPREAD))


def goodbye(host: str, reason: str) -> bytes:
    """An ERROR for a client that has no session.  https://modern.ircdocs.horse/#error-message"""
    return encode(Message("ERROR", (f"Closing link: ({host}) [{reason}]",)))


def shake_hands(connection: Connection, context: Context, deadline: float, said: bytes = b"") -> None:
    """Begin TLS; ``said`` came already.  Raises OSError: without TLS there is no way to say anything."""
    from gchat.server.tls import TlsError

    channel = context.open()
    done = False
    try:
        while not done:
            data, said = said or connection.read_raw(deadline), b""
            if not data:
                raise TlsError("it went away during the handshake")
            done = channel.handshake(data)
            connection.push(channel.take(), sealed=True)
    except (TlsError, Late) as error:
        connection.push(channel.take(), sealed=True)  # the alert that tells the other side why
        why = "the handshake took too long" if isinstance(error, Late) else error
        log.info("No TLS with %s: %s", connection.peer, why)
        raise TlsError(f"No TLS: {why}") from error
    connection.channel = channel


def _listen(
    connection: Connection, settings: Settings, said: bytes, greeted: bool, deadline: float
) -> Opened | None:
    """Take what comes until it is clear what it speaks."""
    waited = False
    while True:
        who = detect.detect(said, greeted, waited)
        if who is Detected.HTTP:
            return _upgrade(connection, settings, said, deadline)
        if who is not Detected.MORE:
            return _opened(connection, settings, who, said, greeted)
        quiet = time.monotonic() + detect.QUIET if said and not waited else deadline
        try:
            more = connection.read(min(quiet, deadline))
        except Late:
            if waited or quiet >= deadline:
                raise
            waited = True
            continue
        if not more:
            return None
        said, waited = said + more, False


def _opened(connection: Connection, settings: Settings, who: Detected, said: bytes, greeted: bool) -> Opened:
    if who is Detected.TLS:
        log.warning("%s began with TLS on a listener without: it may want a tls:// one", connection.peer)
        raise Refused(detect.TLS_ON_PLAIN, "It speaks TLS")
    if who is Detected.IRC:
        # NICK stands on the other side's screen without an end: the first line is to begin on its own.
        return Opened(IrcWire(), False, said, b"\r\n" if greeted else b"")
    wire = TutorialWire(settings.tutorial.channel, newline=who is Detected.LINE)
    return Opened(wire, True, said, resets=who is Detected.TUTORIAL, answers=wire.take_local)


def _upgrade(connection: Connection, settings: Settings, said: bytes, deadline: float) -> Opened | None:
    """Let somebody in by WebSocket; whoever wants anything else of HTTP is told that there is nothing."""
    from gchat.server.websocket import NoUpgrade, upgrade  # 50 ms that only browsers have to wait for

    try:
        while (upgraded := upgrade(said, settings.websocket.origins)) is None:
            more = connection.read(deadline)
            if not more:
                return None
            said += more
    except Late as error:
        raise Refused(detect.http_answer("408 Request Timeout"), "It was too slow") from error
    except NoUpgrade as refusal:
        log.warning("Refused HTTP from %s: %s", connection.peer, refusal)
        raise Refused(refusal.answer, "It speaks HTTP") from refusal
    wire = upgraded.wire
    return Opened(wire, False, upgraded.rest, upgraded.answer, framing=wire.framing, answers=wire.take_local)
