"""TBAN and MODLOG: bans and mutes with an end and a reason, and what was done in a channel, by whom and why.

``MODE +b`` is for ever; TBAN is what other servers call a ban that ends by itself (InspIRCd's m_timedbans).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from gchat.irc import durations, limits
from gchat.irc.message import Message
from gchat.irc.modes import ModeChange
from gchat.irc.numerics import ERR_CHANOPRIVSNEEDED, ERR_NEEDMOREPARAMS, ERR_NOSUCHCHANNEL
from gchat.server import roles, timed
from gchat.server.commands.modes import Changes
from gchat.server.events import Banned
from gchat.server.modlog import in_words
from gchat.server.request import FailError, ReplyError, Request, Steps, Work
from gchat.server.stores.base import Logged
from gchat.server.visibility import may_address, moderated_since
from gchat.server.world import Channel

ENTRIES = 50  # of the moderation log in one answer
_ALL = 1 << 53
REASONLEN = 200  # bytes: it stands in refusals beside a mask and a time


def tban(request: Request) -> None:
    """TBAN channel duration mask [reason]; with the channel alone, its bans that have an end or a reason"""
    channel = moderated(request, request.params[0], roles.Right.BAN)
    if len(request.params) == 1:
        _list(request, channel)
        return
    if not request.param(2):
        raise ReplyError(ERR_NEEDMOREPARAMS, "TBAN")
    ban(request, channel.name, request.params[1], request.params[2], request.param(3))


def ban(request: Request, name: str, given: str, mask: str, reason: str) -> None:
    """Ban a mask, or mute it (``m:mask``), for a time as it was written.  Raises ReplyError and FailError."""
    channel = moderated(request, name, roles.Right.BAN)
    seconds = durations.parse(given)
    if seconds is None:
        text = "A duration is written like 10m, 1h30m or 7d; 0 is for ever"
        raise FailError("INVALID_DURATION", channel.name, limits.cut(given, 64) or "*", text=text)
    change = Changes(request, channel).check(ModeChange(True, "b", mask))
    assert change is not None, "this is no question"
    until = request.engine.now_ms() // 1000 + seconds if seconds else 0
    why = limits.cut(reason, REASONLEN)
    request.commit(Banned(request.user.uid, channel.name, change.param or mask, until, why))


def modlog(request: Request) -> Steps:
    """MODLOG channel [count [before]]: the last entries, those before the one of this place"""
    yield from tell_log(request, request.params, partial(_say, request))


def tell_log(request: Request, words: Sequence[str], say: Callable[[str], object]) -> Steps:
    """Say what stands in the log; ``words`` are those of MODLOG.  Raises ReplyError and FailError."""
    channel = moderated(request, words[0], roles.Right.BAN)
    history = request.engine.store.history
    if history is None:
        raise FailError(
            "TEMPORARILY_UNAVAILABLE", channel.name, text="Nothing is kept here, so there is no log"
        )
    count, before = _number(words[1:2], ENTRIES), _number(words[2:3], _ALL)
    if not count or not before:
        text = "It is written MODLOG #channel [how many [before which]], with numbers"
        raise FailError("INVALID_PARAMS", channel.name, text=text)
    since = moderated_since(request.user, channel)
    found: list[Logged] = yield Work(history.modlog, (channel.key, since, before, min(count, ENTRIES)))
    channel = moderated(request, words[0], roles.Right.BAN)
    for logged in found:
        say(f"{channel.name}: {in_words(logged)}")
    if not found:
        say(f"{channel.name}: the log has no {'earlier ' if before != _ALL else ''}entries")
    elif found[0].place > 1:
        say(f"{channel.name}: MODLOG {channel.name} {count} {found[0].place} shows earlier ones")


def _number(words: Sequence[str], default: int) -> int:
    """A number from 1 up, the default for nothing, 0 for anything else."""
    text = "".join(words)
    if not text:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def moderated(request: Request, name: str, right: roles.Right) -> Channel:
    """The channel of this name, where the user has this right.  Raises ReplyError."""
    user = request.user
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
