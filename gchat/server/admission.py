"""Who may come into a channel and who may speak in it: modes, bans and their exceptions.

https://modern.ircdocs.horse/#channel-modes
"""

from __future__ import annotations

from collections.abc import Iterable

from gchat.irc.mask import matches
from gchat.irc.numerics import (
    ERR_BADCHANNELKEY,
    ERR_BANNEDFROMCHAN,
    ERR_CHANNELISFULL,
    ERR_INVITEONLYCHAN,
    ERR_NEEDREGGEDNICK,
    Numeric,
)
from gchat.server import roles, timed
from gchat.server.channel_modes import ACCOUNT, MUTE
from gchat.server.world import Ban, Channel, User


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


def banned(user: User, channel: Channel) -> Ban | None:
    """The ban that fits the user, None where none does or an exception does."""
    found = next((ban for ban in channel.lists["b"].values() if fits(user, ban.mask)), None)
    return None if found is None or listed(user, channel, "e") else found


def muted(user: User, channel: Channel) -> Ban | None:
    """The extended ban ``m:mask`` that fits the user, if no exception does, be it one from mutes
    (``m:mask``) or from everything.
    """
    found = _mute(user, channel, "b")
    if found is None or _mute(user, channel, "e") is not None or listed(user, channel, "e"):
        return None
    return found


def _mute(user: User, channel: Channel, letter: str) -> Ban | None:
    mutes = (ban for ban in channel.lists[letter].values() if ban.mask.startswith(MUTE))
    return next((ban for ban in mutes if _covers(ban.mask[len(MUTE) :], user)), None)


def why_not_join(user: User, channel: Channel, key: str) -> Numeric | None:
    """The numeric that refuses a JOIN, None where the user may come in.

    An invitation opens everything but the key; it is used up by the JOIN.  Whoever has a role in a registered
    channel needs none, and whose role could invite is kept out by nothing.
    """
    modes = channel.modes
    held = channel.registration.role_of(user.account) if channel.registration is not None else ""
    if roles.may(held, roles.Right.INVITE):
        return None
    invited = user.invites.get(channel.key) is channel
    if "k" in modes and modes["k"] != key:
        return ERR_BADCHANNELKEY
    if "R" in modes and not user.account and not invited:
        return ERR_NEEDREGGEDNICK
    if "i" in modes and not invited and not held and not listed(user, channel, "I"):
        return ERR_INVITEONLYCHAN
    if "l" in modes and len(channel.members) >= int(modes["l"]) and not invited:
        return ERR_CHANNELISFULL
    if not invited and banned(user, channel) is not None:
        return ERR_BANNEDFROMCHAN
    return None


def in_words(refusal: Numeric, user: User, channel: Channel) -> str | None:
    """What a numeric of ``why_not_join`` says; None: its usual text."""
    ban = banned(user, channel) if refusal is ERR_BANNEDFROMCHAN else None
    terms = timed.terms(ban) if ban is not None else ""
    return f"Cannot join channel (+b): you are banned {terms}" if terms else None


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
    if "M" in modes and not user.account:
        return "Only who is logged in to an account may speak in this channel (+M)"
    return _silenced(user, channel) if channel.lists["b"] else ""


def _silenced(user: User, channel: Channel) -> str:
    ban = banned(user, channel)
    if ban is not None:
        return f"You are banned from this channel {timed.terms(ban)}".rstrip()
    ban = muted(user, channel)
    if ban is not None:
        return f"You are muted in this channel {timed.terms(ban)}".rstrip()
    return ""


def where_silenced(user: User, channels: Iterable[Channel]) -> Channel | None:
    """One of the channels in which a ban or a mute keeps the user from speaking: another nick must not undo
    it.
    """
    for channel in channels:
        held = channel.members.get(user)
        if held is None or not channel.lists["b"] or roles.may(held, roles.Right.SPEAK):
            continue
        if _silenced(user, channel):
            return channel
    return None
