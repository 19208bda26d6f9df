"""Who may come into a channel and who may speak in it: modes, bans and their exceptions.

https://modern.ircdocs.horse/#channel-modes
"""

from __future__ import annotations

from gchat.irc.mask import matches
from gchat.irc.numerics import (
    ERR_BADCHANNELKEY,
    ERR_BANNEDFROMCHAN,
    ERR_CHANNELISFULL,
    ERR_INVITEONLYCHAN,
    Numeric,
)
from gchat.server import roles
from gchat.server.channel_modes import ACCOUNT, MUTE
from gchat.server.world import Channel, User


def fits(user: User, mask: str) -> bool:
    """True where one mask of the list b, e or I fits the user; mutes do not count as bans."""
    return not mask.startswith(MUTE) and _covers(mask, user)


def _covers(mask: str, user: User) -> bool:
    """True where a mask without its kind fits: one of accounts (``a:name``), or of hostmasks."""
    if mask.startswith(ACCOUNT):  # https://ircv3.net/specs/extensions/account-extban
        return bool(user.account) and matches(mask[len(ACCOUNT) :], user.account)
    return matches(mask, user.source)


def listed(user: User, channel: Channel, letter: str) -> bool:
    """True where a mask of the list b, e or I fits the user."""
    return any(fits(user, ban.mask) for ban in channel.lists[letter].values())


def muted(user: User, channel: Channel) -> bool:
    """True where an extended ban ``m:mask`` fits the user and no exception does, be it one from mutes
    (``m:mask``) or from everything.
    """
    return (
        _mute_fits(user, channel, "b")
        and not _mute_fits(user, channel, "e")
        and not listed(user, channel, "e")
    )


def _mute_fits(user: User, channel: Channel, letter: str) -> bool:
    return any(
        _covers(ban.mask[len(MUTE) :], user)
        for ban in channel.lists[letter].values()
        if ban.mask.startswith(MUTE)
    )


def why_not_join(user: User, channel: Channel, key: str) -> Numeric | None:
    """The numeric that refuses a JOIN, None where the user may come in.

    An invitation opens everything but the key; it is used up by the JOIN.
    """
    modes = channel.modes
    invited = user.invites.get(channel.key) is channel
    if "k" in modes and modes["k"] != key:
        return ERR_BADCHANNELKEY
    if "i" in modes and not invited and not listed(user, channel, "I"):
        return ERR_INVITEONLYCHAN
    if "l" in modes and len(channel.members) >= int(modes["l"]) and not invited:
        return ERR_CHANNELISFULL
    if listed(user, channel, "b") and not listed(user, channel, "e") and not invited:
        return ERR_BANNEDFROMCHAN
    return None


def why_not_speak(user: User, channel: Channel) -> str:
    """A sentence that refuses a message to the channel; empty where the user may speak."""
    held = channel.members.get(user)
    modes = channel.modes
    if held is None and "n" in modes:
        return "You are not in this channel, and it takes no messages from outside (+n): join it first"
    if held and roles.may(held, roles.Right.SPEAK):
        return ""
    if "m" in modes:
        return "This channel is moderated (+m): ask one of its operators for voice"
    return _silenced(user, channel)


def _silenced(user: User, channel: Channel) -> str:
    if channel.lists["b"]:
        if listed(user, channel, "b") and not listed(user, channel, "e"):
            return "You are banned from this channel"
        if muted(user, channel):
            return "You are muted in this channel"
    return ""


def where_silenced(user: User) -> Channel | None:
    """A channel in which a ban or a mute keeps the user from speaking: another nick must not undo it."""
    for channel in user.channels.values():
        held = channel.members[user]
        if channel.lists["b"] and not roles.may(held, roles.Right.SPEAK) and _silenced(user, channel):
            return channel
    return None
