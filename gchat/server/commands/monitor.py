"""MONITOR: be told when a nick comes and goes.  https://ircv3.net/specs/extensions/monitor"""

from __future__ import annotations

from collections.abc import Iterable

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.numerics import (
    ERR_ERRONEUSNICKNAME,
    ERR_MONLISTFULL,
    ERR_NEEDMOREPARAMS,
    RPL_ENDOFMONLIST,
    RPL_MONLIST,
    RPL_MONOFFLINE,
    RPL_MONONLINE,
    Numeric,
)
from gchat.server import keyvalues
from gchat.server.nicknames import is_nick
from gchat.server.replies import fill
from gchat.server.request import ReplyError, Request


def monitor(request: Request) -> None:
    """MONITOR + nick[,nick], MONITOR - nick[,nick], MONITOR C, MONITOR L or MONITOR S"""
    action = {"+": _add, "-": _remove, "C": _clear, "L": _list, "S": _status}.get(request.param(0).upper())
    if action is None:
        raise ReplyError(ERR_NEEDMOREPARAMS, "MONITOR", text="MONITOR needs +, -, C, L or S")
    action(request)


def _targets(request: Request) -> list[str]:
    """The nicks of the command, each once.  Raises ReplyError where there is none."""
    targets = {fold(nick): nick for nick in request.param(1).split(",") if nick}
    if not targets:
        raise ReplyError(ERR_NEEDMOREPARAMS, "MONITOR")
    return list(targets.values())


def _add(request: Request) -> None:
    session, monitors = request.session, request.engine.monitors
    limit = request.settings.limits.monitor_entries
    watched: list[str] = []
    too_many: list[str] = []
    for nick in _targets(request):
        if not is_nick(nick):
            request.reply(ERR_ERRONEUSNICKNAME, limits.cut(nick, limits.CHANNELLEN))
        elif fold(nick) not in session.monitoring and len(session.monitoring) >= limit:
            too_many.append(nick)
        else:
            if fold(nick) not in session.monitoring:
                monitors.watch(session, nick)
            watched.append(nick)
    _tell(request, watched)
    if too_many:
        _say(request, ERR_MONLISTFULL, too_many, str(limit))


def _remove(request: Request) -> None:
    for nick in _targets(request):
        request.engine.monitors.unwatch(request.session, nick)


def _clear(request: Request) -> None:
    request.engine.monitors.clear(request.session)


def _list(request: Request) -> None:
    _say(request, RPL_MONLIST, request.session.monitoring.values())
    request.reply(RPL_ENDOFMONLIST)


def _status(request: Request) -> None:
    _tell(request, request.session.monitoring.values())


def _tell(request: Request, nicks: Iterable[str]) -> None:
    """Say who of them is online, with the whole hostmask, and who is not."""
    known = [(nick, request.world.user(nick)) for nick in nicks]
    _say(request, RPL_MONONLINE, [user.source for _, user in known if user is not None])
    _say(request, RPL_MONOFFLINE, [nick for nick, user in known if user is None])
    for _, user in known:
        if user is not None:
            keyvalues.meet(request.engine, request.session, request.send, user)


def _say(request: Request, numeric: Numeric, targets: Iterable[str], *params: str) -> None:
    """Send the targets, separated by commas, in as many replies as their lines need."""
    head = " ".join((request.settings.server.name, numeric.number, request.session.name, *params))
    room = limits.LINE - len(f":{head}  :{numeric.text}\r\n".encode())
    for line in fill(list(targets), room, ","):
        request.reply(numeric, *params, line)
