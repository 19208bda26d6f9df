"""CAP: which capabilities a client gets.  https://ircv3.net/specs/extensions/capability-negotiation"""

from __future__ import annotations

from gchat.irc.caps import format_caps
from gchat.irc.message import Message
from gchat.irc.numerics import ERR_INVALIDCAPCMD
from gchat.server import capabilities as cap
from gchat.server.commands.registration import register
from gchat.server.request import ReplyError, Request, Steps

_ROOM = 400  # bytes of capability names in one line, well within what a line can carry


def cap_(request: Request) -> Steps | None:
    """CAP subcommand [...]"""
    subcommand = request.param(0).upper()
    handler = {"LS": _ls, "LIST": _list, "REQ": _req, "END": _end}.get(subcommand)
    if handler is None:
        raise ReplyError(ERR_INVALIDCAPCMD, request.param(0) or "*")
    return handler(request)


def _ls(request: Request) -> None:
    session = request.session
    if session.user is None:
        session.negotiating = True
    given = request.param(1)
    version = int(given[:6]) if given.isascii() and given.isdigit() else 301
    session.cap_version = max(session.cap_version, version)
    if session.cap_version >= 302:  # version 302 brings cap-notify with it
        session.set_caps(session.caps | cap.CAP_NOTIFY)
    # "servers SHOULD return a CAP LS reply consistent with the request's version"
    # Only 302 has values, and a policy without one says nothing.
    offered = request.engine.offered(session if version >= 302 else None)
    _send_lines(request, "LS", offered, version)


def _list(request: Request) -> None:
    enabled = dict.fromkeys(cap.names(request.session.caps), "")
    _send_lines(request, "LIST", enabled, request.session.cap_version)


def _send_lines(request: Request, subcommand: str, caps: dict[str, str], version: int) -> None:
    server = request.settings.server.name
    if version < 302:
        # A 301 client knows neither values nor a second line: it is told what fits into one, drafts last.
        caps = dict.fromkeys(sorted(caps, key=lambda name: "/" in name), "")
    lines = format_caps(caps, _ROOM)
    if version < 302:
        del lines[1:]
    for line in lines[:-1]:
        request.send(Message("CAP", (request.session.name, subcommand, "*", line), server))
    request.send(Message("CAP", (request.session.name, subcommand, lines[-1]), server))


def _req(request: Request) -> None:
    session = request.session
    if session.user is None:
        session.negotiating = True
    asked = request.param(1)
    caps = session.caps
    for word in asked.split():
        name = word.removeprefix("-")
        bit = cap.BITS[name] if name in request.engine.offered() else None
        forced = bit == cap.CAP_NOTIFY and session.cap_version >= 302
        if bit is None or (word.startswith("-") and forced):
            _answer(request, "NAK", asked)
            return
        caps = caps & ~bit if word.startswith("-") else caps | bit
    session.set_caps(caps)
    if not caps & cap.METADATA:
        session.subscriptions.clear()
    _answer(request, "ACK", asked)


def _answer(request: Request, subcommand: str, asked: str) -> None:
    request.send(Message("CAP", (request.session.name, subcommand, asked), request.settings.server.name))


def _end(request: Request) -> Steps | None:
    request.session.negotiating = False
    return register(request)
