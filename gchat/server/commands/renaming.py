"""RENAME: a channel gets another name.  https://ircv3.net/specs/extensions/channel-rename"""

from __future__ import annotations

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.numerics import ERR_CHANOPRIVSNEEDED, ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL
from gchat.server import capabilities as cap
from gchat.server import nicknames, roles
from gchat.server.events import ChannelRenamed
from gchat.server.registrations import FOUNDER
from gchat.server.request import FailError, ReplyError, Request
from gchat.server.visibility import can_see
from gchat.server.world import Channel

PAUSE = 60  # seconds between two names of a channel
# Names in all that those get who know no RENAME: 0.12 s of the loop, measured.  With more all would wait.
MOST_NAMES = 250_000


def rename(request: Request) -> None:
    """RENAME channel name [reason]"""
    given, name = request.params[0], request.params[1]
    user, channel = request.user, request.world.channel(given)
    if channel is None or not can_see(user, channel):
        raise ReplyError(ERR_NOSUCHCHANNEL, limits.cut(given, 64) or "*")
    if user not in channel.members:
        raise ReplyError(ERR_NOTONCHANNEL, channel.name)
    if not roles.may(channel.roles_of(user), roles.Right.MODES):
        text = "You need to be an operator here to rename the channel"
        raise ReplyError(ERR_CHANOPRIVSNEEDED, channel.name, text=text)
    registration = channel.registration
    if registration is not None and registration.role_of(user.account) != FOUNDER and not user.is_operator:
        text = f"{channel.name} is registered: only its founder renames it"
        raise ReplyError(ERR_CHANOPRIVSNEEDED, channel.name, text=text)
    code, why = _why_not(request, channel, name)
    if code:
        shown = limits.cut(name.replace(" ", "_").lstrip(":"), 64) or "*"
        raise FailError(code, channel.name, shown, text=why)
    reason = limits.cut(request.param(2), limits.KICKLEN - 2 * limits.CHANNELLEN)
    request.commit(ChannelRenamed(user.uid, channel.name, name, reason))


def _why_not(request: Request, channel: Channel, name: str) -> tuple[str, str]:
    """The code and the sentence against a new name; empty where it is possible."""
    world, tutorial = request.world, request.settings.tutorial
    if not nicknames.is_channel(name):
        text = f"A channel's name is # and at most {limits.CHANNELLEN - 1} bytes without spaces and commas"
        return "CANNOT_RENAME", text
    if name == channel.name:
        return "CANNOT_RENAME", f"It is called {name} already"
    if fold(name) == channel.key:
        return "", ""  # "MUST allow channels to be renamed while only changing the casing"
    if world.known_channel(name) is not None:  # a secret one is no secret here, as it is none to JOIN
        return "CHANNEL_NAME_IN_USE", f"There is a channel {name}: choose another name"
    user = request.user
    if not user.is_operator and world.seats.are_taken(fold(name), fold(user.account)):
        # Nobody is there at the moment, and they would find another history when they are back.
        return "CHANNEL_NAME_IN_USE", f"Others were in {name} last and may come back: choose another name"
    if tutorial.enabled and fold(tutorial.channel) == channel.key:
        return "CANNOT_RENAME", "This is the channel that every plain client comes into"
    # One to come, of before a restart by another clock, is none.
    if 0 <= request.engine.now_ms() // 1000 - world.renames.last(channel.key) < PAUSE:
        return "CANNOT_RENAME", f"This channel was renamed in the last {PAUSE} seconds: wait a little"
    told = sum(
        not session.caps & (cap.CHANNEL_RENAME | cap.NO_IMPLICIT_NAMES) for session in channel.sessions
    )
    if told * len(channel.members) > MOST_NAMES:
        return "CANNOT_RENAME", "Too many are here whose clients would have to be told who all is here"
    return "", ""
