"""AUTHENTICATE: logging in with SASL, before registration and at any time after it.

https://ircv3.net/specs/extensions/sasl-3.1, https://ircv3.net/specs/extensions/sasl-3.2
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from gchat.irc import limits, sasl, scram
from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.numerics import (
    ERR_SASLABORTED,
    ERR_SASLFAIL,
    ERR_SASLTOOLONG,
    RPL_SASLMECHS,
)
from gchat.irc.sasl import BadPayload, ChunkJoiner
from gchat.irc.scram import ClientFirst, Verifier
from gchat.server import login, offers
from gchat.server.events import LoggedIn
from gchat.server.login import LoginError
from gchat.server.request import Request, Steps

_NONSENSE = "That is no message of the mechanism"


class Exchange:
    """An exchange that is under way: the mechanism, and what it has to remember."""

    def __init__(self, mechanism: str) -> None:
        self.answer = MECHANISMS[mechanism]
        self.joiner = ChunkJoiner()
        self.attempt: login.Attempt | None = None
        self.scram: scram.Exchange | None = None
        self.name = ""
        self.proved = False


def authenticate(request: Request) -> Steps | None:
    """AUTHENTICATE mechanism, then AUTHENTICATE data as often as the mechanism needs; ``*`` aborts"""
    session, given = request.session, request.param(0)
    if given == "*":
        session.sasl = None
        request.reply(ERR_SASLABORTED)
    elif session.sasl is None:
        _begin(request, given.upper())
    else:
        payload = session.sasl.joiner.feed(given)
        if isinstance(payload, BadPayload):
            session.sasl = None
            # https://ircv3.net/specs/extensions/sasl-3.1: 905 is for a piece that is longer than 400 bytes
            request.reply(ERR_SASLTOOLONG if len(given) > limits.AUTHENTICATE else ERR_SASLFAIL)
        elif payload is not None:
            return _go_on(request, session.sasl, payload)
    return None


def _begin(request: Request, mechanism: str) -> None:
    offered = offers.mechanisms(request.engine)
    if mechanism not in offered:
        request.reply(RPL_SASLMECHS, ",".join(offered))
        request.reply(ERR_SASLFAIL)
        return
    request.session.sasl = Exchange(mechanism)
    request.send(Message("AUTHENTICATE", ("+",)))


def _go_on(request: Request, exchange: Exchange, payload: bytes) -> Steps:
    session = request.session
    try:
        done = yield from exchange.answer(request, exchange, payload)
    except LoginError as error:
        session.sasl = None
        request.reply(ERR_SASLFAIL, text=f"{ERR_SASLFAIL.text}: {error}")
        return
    if done is not None:
        session.sasl = None
        request.commit(done)


Answer = Callable[[Request, Exchange, bytes], login.Answering]


def _plain(request: Request, exchange: Exchange, payload: bytes) -> login.Answering:
    """PLAIN, RFC 4616: one message says it all."""
    parsed = sasl.parse_plain(payload)
    if parsed is None:
        raise LoginError(_NONSENSE)
    authzid, name, password = parsed
    done = yield from login.by_password(request, name, password)
    _check_authzid(authzid, name, done)
    return done


def _check_authzid(authzid: str, name: str, done: LoggedIn) -> None:
    """Refuse to be somebody else than the one whose password it was."""
    if authzid and fold(authzid) not in (fold(name), fold(done.account)):
        raise LoginError("Nobody can log in as somebody else")


def _external(request: Request, exchange: Exchange, payload: bytes) -> login.Answering:
    """EXTERNAL, RFC 4422 appendix A: the certificate says it, the message may name the account."""
    yield from ()
    try:
        return login.by_certificate(request, payload.decode())
    except UnicodeDecodeError as error:
        raise LoginError(_NONSENSE) from error


def _scram(request: Request, exchange: Exchange, payload: bytes) -> login.Answering:
    """SCRAM-SHA-256: a nonce and a salt, a proof and a proof, and the client's empty last word."""
    yield from ()
    if exchange.scram is None:
        _scram_first(request, exchange, payload)
        return None
    if not exchange.proved:
        final = exchange.scram.finish(payload)
        if not final:
            raise LoginError(login.WRONG)
        exchange.proved = True
        _send(request, final)
        return None
    return _scram_done(request, exchange)


def _scram_first(request: Request, exchange: Exchange, payload: bytes) -> None:
    first = ClientFirst.parse(payload)
    if first is None:
        raise LoginError(_NONSENSE)
    if first.authzid and fold(first.authzid) != fold(first.user):
        raise LoginError("Nobody can log in as somebody else")
    exchange.attempt = login.Attempt(request, first.user)
    exchange.name = first.user
    verifier = Verifier.parse(login.scram_verifier(request, first.user))
    if verifier is None:
        # The same salt each time, as an account would have: what has another one every time does not exist.
        verifier = login.NOBODY._replace(salt=request.engine.salt_of(fold(first.user)))
    nonce = b64encode(request.engine.entropy(scram.NONCE)).decode()
    exchange.scram = scram.Exchange.begin(first, verifier, nonce)
    _send(request, exchange.scram.challenge)


def _scram_done(request: Request, exchange: Exchange) -> LoggedIn:
    account, device = login.find(request, exchange.name)
    assert exchange.scram is not None
    assert exchange.attempt is not None
    verifier = str(exchange.scram.verifier)
    if account is None or verifier != login.scram_verifier(request, exchange.name):
        raise LoginError(login.WRONG)
    if account.totp and verifier == account.verifier:
        raise LoginError(login.NEEDS_CODE)
    exchange.attempt.succeeded()
    return login.allow(request, account, device)


def _send(request: Request, text: str) -> None:
    for chunk in sasl.encode_chunks(text.encode()):
        request.send(Message("AUTHENTICATE", (chunk,)))


MECHANISMS: dict[str, Answer] = {"PLAIN": _plain, scram.NAME: _scram, "EXTERNAL": _external}
