"""WHOIS, WHOWAS, USERHOST and ISON: questions about users by nick.

https://modern.ircdocs.horse/#user-based-queries; RFC 2812, 4.9 for ISON
"""

from __future__ import annotations

import time

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.numerics import (
    ERR_NONICKNAMEGIVEN,
    ERR_NOSUCHNICK,
    ERR_NOSUCHSERVER,
    ERR_WASNOSUCHNICK,
    RPL_AWAY,
    RPL_ENDOFWHOIS,
    RPL_ENDOFWHOWAS,
    RPL_ISON,
    RPL_USERHOST,
    RPL_WHOISACCOUNT,
    RPL_WHOISACTUALLY,
    RPL_WHOISBOT,
    RPL_WHOISCERTFP,
    RPL_WHOISCHANNELS,
    RPL_WHOISHOST,
    RPL_WHOISIDLE,
    RPL_WHOISKEYVALUE,
    RPL_WHOISMODES,
    RPL_WHOISOPERATOR,
    RPL_WHOISSECURE,
    RPL_WHOISSERVER,
    RPL_WHOISSPECIAL,
    RPL_WHOISUSER,
    RPL_WHOWASUSER,
    Numeric,
)
from gchat.server import capabilities as cap
from gchat.server import keyvalues, metadata, roles
from gchat.server.commands import about
from gchat.server.commands.services import addressed
from gchat.server.replies import fill
from gchat.server.request import ReplyError, Request
from gchat.server.visibility import can_see_address, can_see_member
from gchat.server.world import User

USERHOST_NICKS = 5
_ECHO = 200  # bytes of what the client asked for that a reply repeats


def whois(request: Request) -> None:
    """WHOIS [server or nick] nick

    One nick at a time, as TARGMAX says; the end names all that were asked for.  Clients name a nick twice to
    ask the server it is on; where nobody is called so, it is the nick that is missing, not a server.
    """
    asked = request.param(1) if len(request.params) > 1 else request.param(0)
    if not asked:
        raise ReplyError(ERR_NONICKNAMEGIVEN)
    shown = limits.cut(asked, _ECHO)
    if len(request.params) > 1 and not _is_target(request, request.params[0], asked):
        request.reply(ERR_NOSUCHSERVER, limits.cut(request.params[0], _ECHO) or "*")
    else:
        nick = asked.split(",")[0]
        user = request.world.user(nick)
        if user is None:
            service = addressed(nick)
            if service:
                _describe_service(request, service)
            else:
                request.reply(ERR_NOSUCHNICK, limits.cut(nick, _ECHO) or "*")
        else:
            _describe(request, user)
    request.reply(RPL_ENDOFWHOIS, shown)


def _is_target(request: Request, target: str, asked: str) -> bool:
    """True for what may stand before the nick: who is to be asked, which is always this server."""
    known = (fold(asked), fold(request.settings.server.name))
    return fold(target) in known or request.world.user(target) is not None


def _describe_service(request: Request, name: str) -> None:
    """A service is nobody who is online, and can be talked to all the same."""
    server = request.settings.server
    request.reply(RPL_WHOISUSER, name, name, server.name, "*", f"A service: /msg {name} HELP")
    request.reply(RPL_WHOISSERVER, name, server.name, text=server.description)
    request.reply(RPL_WHOISBOT, name)


def _describe(request: Request, user: User) -> None:
    """Everything that the asker may know of a user."""
    nick, server = user.nick, request.settings.server
    request.reply(RPL_WHOISUSER, nick, user.username, user.host, "*", user.realname)
    _channels(request, user)
    request.reply(RPL_WHOISSERVER, nick, server.name, text=server.description)
    if user.is_operator:
        request.reply(RPL_WHOISOPERATOR, nick)
    if "B" in user.modes:
        request.reply(RPL_WHOISBOT, nick)
    if user.account:
        request.reply(RPL_WHOISACCOUNT, nick, user.account)
    if can_see_address(request.user, user):
        for address in about.addresses(user):
            request.reply(RPL_WHOISHOST, nick, address=f"{user.username}@{address} {address}")
            request.reply(RPL_WHOISACTUALLY, nick, f"{user.username}@{address}", address)
        for gateway in {session.gateway: None for session in user.sessions if session.gateway}:
            request.reply(RPL_WHOISSPECIAL, nick, text=f"is connected through the gateway {gateway}")
        for fingerprint in about.certificates(user):
            request.reply(RPL_WHOISCERTFP, nick, fingerprint=fingerprint)
        request.reply(RPL_WHOISMODES, nick, modes="+" + "".join(sorted(user.modes)))
    if user.secure:
        request.reply(RPL_WHOISSECURE, nick)
    idle = about.idle(user, request.engine.clock())
    if idle is not None:
        request.reply(RPL_WHOISIDLE, nick, str(idle), str(user.signon))
    if user.away:
        request.reply(RPL_AWAY, nick, text=user.away)
    if metadata.knows(request.session):
        for _, key, value in keyvalues.values(request.world, user):
            request.reply(RPL_WHOISKEYVALUE, nick, key, metadata.VISIBLE, text=value)


def _channels(request: Request, user: User) -> None:
    """RPL_WHOISCHANNELS, as many as the channels need that the asker may know the user to be in."""
    multi = bool(request.session.caps & cap.MULTI_PREFIX)
    shown = [
        roles.prefix(channel.roles_of(user), multi) + channel.name
        for channel in user.channels.values()
        if can_see_member(request.user, user, channel)
    ]
    _say(request, RPL_WHOISCHANNELS, shown, user.nick)


def _say(request: Request, numeric: Numeric, words: list[str], *params: str) -> None:
    """Send words in as many replies as their lines need."""
    head = " ".join((request.settings.server.name, numeric.number, request.session.name, *params))
    for line in fill(words, limits.LINE - len(f":{head} :\r\n".encode())):
        request.reply(numeric, *params, text=line)


def whowas(request: Request) -> None:
    """WHOWAS nick [count]"""
    nick, wanted = request.param(0), request.param(1)
    if not nick:
        raise ReplyError(ERR_NONICKNAMEGIVEN)
    shown = limits.cut(nick, _ECHO)
    rows = request.world.past(nick)
    # "If a non-positive number is passed as being <count>, then a full search is done" (RFC 2812, 3.6.3).
    if wanted.isascii() and wanted.isdigit() and int(wanted[:9]):
        rows = rows[: int(wanted[:9])]
    if not rows:
        request.reply(ERR_WASNOSUCHNICK, shown)
    for row in rows:
        request.reply(RPL_WHOWASUSER, row.nick, row.username, row.host, "*", row.realname)
        if row.account:
            request.reply(RPL_WHOISACCOUNT, row.nick, row.account)
        left = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(row.at))
        request.reply(RPL_WHOISSERVER, row.nick, request.settings.server.name, text=left)
    request.reply(RPL_ENDOFWHOWAS, shown)


def userhost(request: Request) -> None:
    """USERHOST nick [nick ...], five at most"""
    nicks = " ".join(request.params).split()[:USERHOST_NICKS]
    shown = [
        f"{user.nick}{'*' if user.is_operator else ''}={'-' if user.away else '+'}{user.username}@{user.host}"
        for user in map(request.world.user, nicks)
        if user is not None
    ]
    _say(request, RPL_USERHOST, shown or [""])


def ison(request: Request) -> None:
    """ISON nick [nick ...]"""
    users = dict.fromkeys(map(request.world.user, " ".join(request.params).split()))
    _say(request, RPL_ISON, [user.nick for user in users if user is not None] or [""])
