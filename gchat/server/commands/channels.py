"""JOIN, PART, TOPIC, NAMES, INVITE and KICK.  https://modern.ircdocs.horse/#channel-operations"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Final

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.numerics import (
    ERR_CANNOTSENDTOCHAN,
    ERR_CHANOPRIVSNEEDED,
    ERR_LINKCHANNEL,
    ERR_NEEDMOREPARAMS,
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_NOTONCHANNEL,
    ERR_TOOMANYCHANNELS,
    ERR_TOOMANYTARGETS,
    ERR_USERNOTINCHANNEL,
    ERR_USERONCHANNEL,
    RPL_ENDOFINVITELIST,
    RPL_ENDOFNAMES,
    RPL_INVITELIST,
)
from gchat.server import admission, nicknames, replies, roles, slow
from gchat.server import capabilities as cap
from gchat.server.commands.slices import BREATH, slices
from gchat.server.events import Event, Invited, Joined, Kicked, Parted, TopicSet
from gchat.server.request import FailError, ReplyError, Request, Steps
from gchat.server.visibility import can_see
from gchat.server.world import Channel

JOIN_EFFORT: Final = 10  # messages of an answer that coming into a channel counts as


def join(request: Request) -> Steps:
    """JOIN channel[,channel] [key[,key]], or JOIN 0 to leave them all"""
    user = request.user
    if request.params[0] == "0":
        yield from _part(request, [channel.name for channel in user.channels.values()], "")
        return
    names, keys = request.params[0].split(","), request.param(1).split(",")
    pairs = zip_longest(names, keys[: len(names)], fillvalue="")
    # Each channel once, however it is written: a line is no place for many guesses of one key.
    wanted = {fold(name): (name, key) for name, key in pairs}.values()
    found = slices(request, wanted, lambda one: request.world.known_channel(one[0]), told=True)
    for index, some in enumerate(found):
        if index:
            yield BREATH
        _join(request, some)


def _join(request: Request, wanted: Iterable[tuple[str, str]]) -> None:
    joining: list[Event] = []
    # of a slice before, some may not be in yet
    room = request.settings.limits.channels_per_user - len(request.user.channels) - request.pending
    for name, key in wanted:
        try:
            joined = _check_join(request, name, key)
            if joined is not None:
                if len(joining) >= room:
                    raise ReplyError(ERR_TOOMANYCHANNELS, name)
                joining.append(joined)
        except (ReplyError, FailError) as error:
            request.refuse(error)
    request.effort += JOIN_EFFORT * len(joining)
    for event in joining:
        request.commit(event)


def _check_join(request: Request, name: str, key: str) -> Joined | None:
    if not nicknames.is_channel(name):
        raise ReplyError(ERR_NOSUCHCHANNEL, limits.cut(name, 64) or "*")
    user, channel = request.user, request.world.known_channel(name)
    if channel is not None:
        if user in channel.members:
            return None
        refusal = admission.why_not_join(user, channel, key)
        if refusal is not None:
            raise ReplyError(refusal, channel.name, text=admission.in_words(refusal, user, channel))
    elif (other := _renamed(request, name)) is not None:
        # "a more ambiguous response and SHOULD NOT be used when the capability has been negotiated"
        if request.session.caps & cap.CHANNEL_RENAME:
            text = f"{name} is called {other.name} now"
            raise FailError("CHANNEL_RENAMED", name, other.name, text=text)
        request.reply(ERR_LINKCHANNEL, name, other.name, text=f"{name} is called {other.name} now")
        return _check_join(request, other.name, key)
    return Joined(user.uid, name, key)


def _renamed(request: Request, name: str) -> Channel | None:
    """The channel that had this name, for who was not there when it was given another one.

    Its members may make another channel of the name that is free now.
    """
    user, world = request.user, request.world
    channel = world.known_channel(world.renames.find(fold(name), request.engine.clock()))
    return channel if channel is not None and user not in channel.members and can_see(user, channel) else None


def part(request: Request) -> Steps:
    """PART channel[,channel] [reason]"""
    names, reason = (
        list(dict.fromkeys(request.params[0].split(","))),
        limits.cut(request.param(1), limits.QUITLEN),
    )
    yield from _part(request, names, reason)


def _part(request: Request, names: Iterable[str], reason: str) -> Steps:
    found = slices(request, names, request.world.channel, masks=bool(reason), told=True)
    for index, some in enumerate(found):
        if index:
            yield BREATH
        _part_some(request, some, reason)


def _part_some(request: Request, names: Iterable[str], reason: str) -> None:
    parting: list[Event] = []
    for name in names:
        try:
            channel = _own_channel(request, name)
            said = reason if reason and may_say(request, channel) else ""  # who is muted does not say it so
            parting.append(Parted(request.user.uid, channel.name, said))
        except ReplyError as error:
            request.refuse(error)
    for event in parting:
        request.commit(event)


def may_say(request: Request, channel: Channel) -> bool:
    """True where the user could say something in a channel now."""
    user = request.user
    if admission.why_not_speak(user, channel):
        return False
    return "W" not in channel.modes or not slow.why_wait(user, channel, request.engine.now_ms())


def _own_channel(request: Request, name: str) -> Channel:
    """The channel of this name, which the user must be in; who is not may not learn of a secret one."""
    channel, user = request.world.channel(name), request.user
    if channel is None or (user not in channel.members and not can_see(user, channel)):
        raise ReplyError(ERR_NOSUCHCHANNEL, limits.cut(name, 64) or "*")
    if user not in channel.members:
        raise ReplyError(ERR_NOTONCHANNEL, channel.name)
    return channel


def topic(request: Request) -> None:
    """TOPIC channel [topic]"""
    channel = request.world.channel(request.params[0])
    if len(request.params) == 1:
        if channel is None or not can_see(request.user, channel):
            raise ReplyError(ERR_NOSUCHCHANNEL, limits.cut(request.params[0], 64) or "*")
        replies.topic(request, channel)
        return
    channel = _own_channel(request, request.params[0])
    if "t" in channel.modes:
        _need(request, channel, roles.Right.TOPIC, "Only operators may change the topic here (+t)")
    elif silenced := admission.why_not_speak(request.user, channel):
        raise ReplyError(ERR_CANNOTSENDTOCHAN, channel.name, text=silenced)
    request.commit(TopicSet(request.user.uid, channel.name, limits.cut(request.params[1], limits.TOPICLEN)))


def _need(request: Request, channel: Channel, right: roles.Right, text: str) -> None:
    if not roles.may(channel.roles_of(request.user), right):
        raise ReplyError(ERR_CHANOPRIVSNEEDED, channel.name, text=text)


def names(request: Request) -> None:
    """NAMES [channel[,channel]]: as many as TARGMAX says, with one end that names all that were asked for."""
    asked: list[str] = []
    for name in request.param(0).split(",")[: replies.MAX_TARGETS]:
        channel = request.world.channel(name)
        # A secret channel is no other than one that is not there: also its own spelling is a secret.
        if channel is not None and can_see(request.user, channel):
            replies.members(request, channel)
            name = channel.name
        asked.append(limits.cut(name, limits.CHANNELLEN))
    request.reply(RPL_ENDOFNAMES, ",".join(asked) or "*")


def invite(request: Request) -> None:
    """INVITE nick channel; without parameters, the channels that one is invited to"""
    if not request.params:
        _list_invitations(request)
        return
    if len(request.params) < 2:
        raise ReplyError(ERR_NEEDMOREPARAMS, "INVITE")
    target = request.world.user(request.params[0])
    if target is None:
        raise ReplyError(ERR_NOSUCHNICK, limits.cut(request.params[0], 64) or "*")
    channel = _own_channel(request, request.params[1])
    if "i" in channel.modes:
        _need(request, channel, roles.Right.INVITE, "Only operators may invite somebody here (+i)")
    if target in channel.members:
        raise ReplyError(ERR_USERONCHANNEL, target.nick, channel.name)
    request.commit(Invited(request.user.uid, target.uid, channel.name))


def _list_invitations(request: Request) -> None:
    for key, channel in sorted(request.user.invites.items()):
        if request.world.channels.get(key) is channel:
            request.reply(RPL_INVITELIST, channel.name)
    request.reply(RPL_ENDOFINVITELIST)


def kick(request: Request) -> None:
    """KICK channel nick[,nick] [reason], or as many channels as nicks"""
    user = request.user
    reason = limits.cut(request.param(2), limits.KICKLEN) or user.nick
    kicking: list[Event] = []
    for name, nicks in _kick_targets(request).items():
        try:
            channel = _own_channel(request, name)
            _need(request, channel, roles.Right.KICK, "You need to be an operator here to remove somebody")
        except ReplyError as error:
            request.refuse(error)
            continue
        for nick in dict.fromkeys(nicks):
            try:
                kicking.append(_check_kick(request, channel, nick, reason))
            except ReplyError as error:
                request.refuse(error)
    for event in kicking:
        request.commit(event)


def _kick_targets(request: Request) -> dict[str, list[str]]:
    """Channel -> nicks, as many as TARGMAX says: one channel for all, or one for each (RFC 2812, 3.2.8)."""
    channels, nicks = request.params[0].split(","), request.params[1].split(",")
    if len(nicks) > replies.MAX_TARGETS:
        raise ReplyError(ERR_TOOMANYTARGETS, limits.cut(nicks[replies.MAX_TARGETS], limits.NICKLEN) or "*")
    if len(channels) == 1:
        return {channels[0]: nicks}
    if len(channels) != len(nicks):
        raise ReplyError(ERR_NEEDMOREPARAMS, "KICK", text="Name one channel, or as many channels as nicks")
    targets: dict[str, list[str]] = {}
    for name, nick in zip(channels, nicks, strict=True):
        targets.setdefault(name, []).append(nick)
    return targets


def _check_kick(request: Request, channel: Channel, nick: str, reason: str) -> Kicked:
    user, target = request.user, request.world.user(nick)
    if target is None:
        raise ReplyError(ERR_NOSUCHNICK, limits.cut(nick, 64) or "*")
    if target not in channel.members:
        raise ReplyError(ERR_USERNOTINCHANNEL, target.nick, channel.name)
    if roles.rank(channel.roles_of(target)) > roles.rank(channel.roles_of(user)):
        text = f"{target.nick} has a higher role than you"
        raise ReplyError(ERR_CHANOPRIVSNEEDED, channel.name, text=text)
    return Kicked(user.uid, target.uid, channel.name, reason)
