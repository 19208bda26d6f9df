"""TBAN: bans and mutes with an end and a reason.

``MODE +b`` is for ever; TBAN is what other servers call a ban that ends by itself (InspIRCd's m_timedbans).
"""

from __future__ import annotations

from gchat.irc import durations, limits
from gchat.irc.message import Message
from gchat.irc.modes import ModeChange
from gchat.irc.numerics import ERR_CHANOPRIVSNEEDED, ERR_NEEDMOREPARAMS, ERR_NOSUCHCHANNEL
from gchat.server import roles, timed
from gchat.server.commands.modes import Changes
from gchat.server.events import Banned
from gchat.server.request import FailError, ReplyError, Request
from gchat.server.visibility import may_address
from gchat.server.world import Channel

REASONLEN = 200  # bytes: it stands in refusals beside a mask and a time


def tban(request: Request) -> None:
    """TBAN channel duration mask [reason]; with the channel alone, its bans that have an end or a reason"""
    channel = _moderated(request, roles.Right.BAN)
    if len(request.params) == 1:
        _list(request, channel)
        return
    if not request.param(2):
        raise ReplyError(ERR_NEEDMOREPARAMS, "TBAN")
    given, mask = request.params[1:3]
    seconds = durations.parse(given)
    if seconds is None:
        text = "A duration is written like 10m, 1h30m or 7d; 0 is for ever"
        raise FailError("INVALID_DURATION", channel.name, limits.cut(given, 64) or "*", text=text)
    change = Changes(request, channel).check(ModeChange(True, "b", mask))
    assert change is not None, "this is no question"
    until = int(request.engine.clock()) + seconds if seconds else 0
    reason = limits.cut(request.param(3), REASONLEN)
    request.commit(Banned(request.user.uid, channel.name, change.param or mask, until, reason))


def _moderated(request: Request, right: roles.Right) -> Channel:
    """The channel that is named first, where the user has this right.  Raises ReplyError."""
    name, user = request.params[0], request.user
    channel = request.world.channel(name)
    if channel is None or not may_address(user, channel):
        raise ReplyError(ERR_NOSUCHCHANNEL, limits.cut(name, limits.CHANNELLEN) or "*")
    if not (roles.may(channel.roles_of(user), right) or user.is_operator):
        text = "You need to be at least half-operator here"
        raise ReplyError(ERR_CHANOPRIVSNEEDED, channel.name, text=text)
    return channel


def _list(request: Request, channel: Channel) -> None:
    found = [ban for ban in channel.lists["b"].values() if ban.until or ban.reason]
    for ban in found:
        _say(request, f"{channel.name}: {ban.mask} {timed.terms(ban)}, by {ban.by}")
    if not found:
        _say(request, f"{channel.name}: there are no bans with an end or a reason")


def _say(request: Request, text: str) -> None:
    server = request.settings.server.name
    request.send(Message("NOTICE", (request.session.name, text), server))
