"""MOTD, VERSION, ADMIN, LUSERS, TIME, STATS, HELP, INFO and LINKS: questions about the server.

https://modern.ircdocs.horse/#server-queries-and-commands
"""

from __future__ import annotations

import time
from collections.abc import Callable

from gchat.irc import limits
from gchat.irc.mask import matches
from gchat.irc.numerics import (
    ERR_HELPNOTFOUND,
    ERR_NEEDMOREPARAMS,
    ERR_NOADMININFO,
    ERR_NOPRIVILEGES,
    ERR_NOSUCHSERVER,
    ERR_NOTREGISTERED,
    RPL_ADMINEMAIL,
    RPL_ADMINLOC1,
    RPL_ADMINLOC2,
    RPL_ADMINME,
    RPL_ENDOFHELP,
    RPL_ENDOFINFO,
    RPL_ENDOFLINKS,
    RPL_ENDOFSTATS,
    RPL_HELPSTART,
    RPL_HELPTXT,
    RPL_INFO,
    RPL_LINKS,
    RPL_STATSCOMMANDS,
    RPL_STATSLINKINFO,
    RPL_STATSOLINE,
    RPL_STATSUPTIME,
    RPL_TIME,
    RPL_VERSION,
)
from gchat.server import capabilities as cap
from gchat.server import help_texts, replies
from gchat.server.request import ReplyError, Request

ABOUT = "A chat that a team hosts with one command and lives in from the terminal"


def _for_us(request: Request, index: int) -> None:
    """Refuse a question to another server.  A target is a server's name or mask, or somebody on it."""
    target = request.param(index)
    if target and not matches(target, request.settings.server.name) and request.world.user(target) is None:
        raise ReplyError(ERR_NOSUCHSERVER, limits.cut(target, 64))


def motd(request: Request) -> None:
    """MOTD [server]"""
    _for_us(request, 0)
    replies.motd(request)


def version(request: Request) -> None:
    """VERSION [server]"""
    _for_us(request, 0)
    request.reply(RPL_VERSION, replies.VERSION, request.settings.server.name, text=ABOUT)
    replies.isupport_lines(request)


def isupport(request: Request) -> None:
    """ISUPPORT, also before registration with the capability.

    https://ircv3.net/specs/extensions/extended-isupport
    """
    if request.session.user is None and not request.session.caps & cap.EXTENDED_ISUPPORT:
        raise ReplyError(ERR_NOTREGISTERED)
    replies.isupport_lines(request)


def admin(request: Request) -> None:
    """ADMIN [server]"""
    _for_us(request, 0)
    server = request.settings.server
    if not (server.admin_location or server.admin_email):
        raise ReplyError(ERR_NOADMININFO, server.name)
    request.reply(RPL_ADMINME, server.name)
    request.reply(RPL_ADMINLOC1, text=server.description)
    request.reply(RPL_ADMINLOC2, text=server.admin_location)
    request.reply(RPL_ADMINEMAIL, text=server.admin_email)


def lusers(request: Request) -> None:
    """LUSERS [mask [server]]"""
    _for_us(request, 1)
    replies.lusers(request)


def time_(request: Request) -> None:
    """TIME [server]"""
    _for_us(request, 0)
    request.reply(RPL_TIME, request.settings.server.name, text=_date(request.engine.clock()))


def _date(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


def stats(request: Request) -> None:
    """STATS letter [server]; a letter that stands for nothing is answered with the end alone"""
    letter = request.param(0)[:1]
    if not letter:
        raise ReplyError(ERR_NEEDMOREPARAMS, "STATS")
    _for_us(request, 1)
    report = _STATS.get(letter)
    if letter in _FOR_OPERATORS and not request.user.is_operator:
        request.reply(ERR_NOPRIVILEGES)
    elif report is not None:
        report(request)
    request.reply(RPL_ENDOFSTATS, letter)


def _uptime(request: Request) -> None:
    minutes, seconds = divmod(int(request.engine.clock() - request.engine.started_at), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fields = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
    request.reply(RPL_STATSUPTIME, **{name: str(value) for name, value in fields.items()})


def _command_counts(request: Request) -> None:
    for command, count in sorted(request.engine.command_counts.items()):
        request.reply(RPL_STATSCOMMANDS, command, str(count))


def _operators(request: Request) -> None:
    for block in request.settings.operators:
        for mask in block.host.split():
            request.reply(RPL_STATSOLINE, "O", mask, "*", block.name)


def _connections(request: Request) -> None:
    # Messages received and seconds are known; what was sent is not counted, which nobody should read as zero.
    now = request.engine.clock()
    for session in request.engine.sessions.values():
        name, seconds = f"{session.name}[{session.host}]", str(int(now - session.connected_at))
        request.reply(RPL_STATSLINKINFO, name, "*", "*", "*", str(session.command_count), "*", seconds)


_STATS: dict[str, Callable[[Request], None]] = {
    "l": _connections,
    "m": _command_counts,
    "o": _operators,
    "u": _uptime,
}
_FOR_OPERATORS = "lo"


def help_(request: Request) -> None:
    """HELP [subject]"""
    subject = request.param(0)
    name = subject.upper() or "*"
    lines = help_texts.explain(subject) if subject else help_texts.overview()
    if lines is None:
        shown = "*" if " " in subject or subject.startswith(":") else limits.cut(subject, 64)
        raise ReplyError(ERR_HELPNOTFOUND, shown, text="No help available on this topic: HELP lists them")
    request.reply(RPL_HELPSTART, name, text=f"** {lines[0]} **")
    for line in lines[1:]:
        request.reply(RPL_HELPTXT, name, text=line)
    request.reply(RPL_ENDOFHELP, name)


def info(request: Request) -> None:
    """INFO [server]"""
    _for_us(request, 0)
    server = request.settings.server
    lines = (
        f"{replies.VERSION}: {ABOUT}",
        "Licensed under the MIT licence",
        f"{server.name}, {server.description}, of the network {server.network}",
        f"Up since {_date(request.engine.started_at)}",
    )
    for line in lines:
        request.reply(RPL_INFO, text=line)
    request.reply(RPL_ENDOFINFO)


def links(request: Request) -> None:
    """LINKS [[remote server] mask]: this server and, under a name of their own, its services"""
    server = request.settings.server
    mask = request.params[-1] if request.params else ""
    rows = [(server.name, "0", server.description)]
    if server.services:
        rows.append((server.services, "1", "NickServ and ChanServ"))
    for name, hops, description in rows:
        if not mask or matches(mask, name):
            request.reply(RPL_LINKS, name, server.name, hopcount=hops, info=description)
    request.reply(RPL_ENDOFLINKS, limits.cut(mask, 64) or "*")
