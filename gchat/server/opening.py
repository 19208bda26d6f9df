"""The first moments of a connection: TLS if its port asks for it, then who is there.

Whoever speaks first speaks IRC; whoever is silent is greeted with the tutorial's ``NICK``, and what comes
then decides (``gchat/tutorial/detect.py``).  All of it together has one deadline,
``limits.registration_timeout``.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, NamedTuple

from gchat.irc.lines import Wire
from gchat.irc.message import Message, encode
from gchat.irc.wire import IrcWire
from gchat.server.connection import Connection, Late
from gchat.server.settings import Settings
from gchat.tutorial import detect
from gchat.tutorial.detect import Detected
from gchat.tutorial.wire import TutorialWire

if TYPE_CHECKING:
    from ssl import SSLContext

log = logging.getLogger("gchat.server")

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
    """Who is there: how to speak to them, what they said already, and what they have to be sent first."""

    wire: Wire
    plain: bool
    said: bytes
    before: bytes = b""
    resets: bool = False  # this client has to be ended with a reset


def open_(connection: Connection, settings: Settings, context: SSLContext | None) -> Opened | None:
    """Find out who is there; None when they have gone.  Raises Refused and OSError."""
    deadline = time.monotonic() + (settings.limits.registration_timeout or _DAY)
    if context is not None:
        shake_hands(connection, context, deadline)
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


def goodbye(host: str, reason: str) -> bytes:
    """An ERROR for a client that has no session.  https://modern.ircdocs.horse/#error-message"""
    return encode(Message("ERROR", (f"Closing link: ({host}) [{reason}]",)))


def shake_hands(connection: Connection, context: SSLContext, deadline: float) -> None:
    """Begin TLS.  Raises OSError: without TLS there is no way to say anything."""
    from gchat.server.tls import Channel, TlsError

    channel = Channel(context)
    done = False
    try:
        while not done:
            data = connection.read_raw(deadline)
            if not data:
                raise TlsError("it went away during the handshake")
            done = channel.handshake(data)
            connection.push(channel.take())
    except (TlsError, Late) as error:
        connection.push(channel.take())  # the alert that tells the other side why
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
    if who is Detected.HTTP:
        log.warning("%s began with HTTP: this is no web server", connection.peer)
        raise Refused(detect.HTTP_ON_PLAIN, "It speaks HTTP")
    if who is Detected.IRC:
        # NICK stands on the other side's screen without an end: the first line is to begin on its own.
        return Opened(IrcWire(), False, said, b"\r\n" if greeted else b"")
    wire = TutorialWire(settings.tutorial.channel, newline=who is Detected.LINE)
    return Opened(wire, True, said, resets=who is Detected.TUTORIAL)
