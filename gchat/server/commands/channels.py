"""JOIN, PART, TOPIC, NAMES, INVITE and KICK.  https://modern.ircdocs.horse/#channel-operations"""

from __future__ import annotations

from gchat.irc import limits
from gchat.irc.numerics import (
    ERR_CHANOPRIVSNEEDED,
    ERR_NEEDMOREPARAMS,
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_NOTONCHANNEL,
    ERR_TOOMANYCHANNELS,
    ERR_USERNOTINCHANNEL,
    ERR_USERONCHANNEL,
    RPL_ENDOFINVITELIST,
    RPL_ENDOFNAMES,
    RPL_INVITELIST,
)
from gchat.server import admission, nicknames, replies, roles
from gchat.server.events import Event, Invited, Joined, Kicked, Parted, TopicSet
from gchat.server.request import ReplyError, Request
from gchat.server.visibility import can_see
from gchat.server.world import Channel


def join(request: Request) -> None:
    """JOIN channel[,channel] [key[,key]], or JOIN 0 to leave them all"""
    user = request.user
    if request.params[0] == "0":
        for channel in list(user.channels.values()):
            request.commit(Parted(user.uid, channel.name))
        return
    keys = request.param(1).split(",")
    joining: list[Event] = []
    room = request.settings.limits.channels_per_user - len(user.channels)
    for index, name in enumerate(dict.fromkeys(request.params[0].split(","))):
        try:
            joined = _check_join(request, name, keys[index] if index < len(keys) else "")
            if joined is not None:
                if len(joining) >= room:
                    raise ReplyError(ERR_TOOMANYCHANNELS, name)
                joining.append(joined)
        except ReplyError as error:
            request.refuse(error)
    for event in joining:
        request.commit(event)


def _check_join(request: Request, name: str, key: str) -> Joined | None:
    if not nicknames.is_channel(name):
        raise ReplyError(ERR_NOSUCHCHANNEL, limits.cut(name, 64) or "*")
    user, channel = request.user, request.world.channel(name)
    if channel is not None:
        if user in channel.members:
            return None
        refusal = admission.why_not_join(user, channel, key)
        if refusal is not None:
            raise ReplyError(refusal, channel.name)
    return Joined(user.uid, name)


def part(request: Request) -> None:
    """PART channel[,channel] [reason]"""
    user, reason = request.user, limits.cut(request.param(1), limits.QUITLEN)
    parting: list[Event] = []
    for name in dict.fromkeys(request.params[0].split(",")):
        try:
            channel = _own_channel(request, name)
            parting.append(Parted(user.uid, channel.name, reason))
        except ReplyError as error:
            request.refuse(error)
    for event in parting:
        request.commit(event)


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
    request.commit(TopicSet(request.user.uid, channel.name, limits.cut(request.params[1], limits.TOPICLEN)))


def _need(request: Request, channel: Channel, right: roles.Right, text: str) -> None:
    if not roles.may(channel.roles_of(request.user), right):
        raise ReplyError(ERR_CHANOPRIVSNEEDED, channel.name, text=text)


def names(request: Request) -> None:
    """NAMES [channel]: one at a time, as TARGMAX says; without one there is nothing to list."""
    name = request.param(0).split(",")[0]
    channel = request.world.channel(name)
    if channel is None:
        request.reply(RPL_ENDOFNAMES, limits.cut(name, 64) or "*")
    else:
        replies.names(request, channel)


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
    for key in sorted(request.user.invites):
        channel = request.world.channels.get(key)
        if channel is not None:
            request.reply(RPL_INVITELIST, channel.name)
    request.reply(RPL_ENDOFINVITELIST)


def kick(request: Request) -> None:
    """KICK channel nick[,nick] [reason]"""
    user = request.user
    channel = _own_channel(request, request.params[0])
    _need(request, channel, roles.Right.KICK, "You need to be an operator here to remove somebody")
    reason = limits.cut(request.param(2), limits.KICKLEN) or user.nick
    kicking: list[Event] = []
    for nick in dict.fromkeys(request.params[1].split(",")):
        target = request.world.user(nick)
        if target is None:
            request.refuse(ReplyError(ERR_NOSUCHNICK, limits.cut(nick, 64) or "*"))
        elif target not in channel.members:
            request.refuse(ReplyError(ERR_USERNOTINCHANNEL, target.nick, channel.name))
        elif roles.rank(channel.roles_of(target)) > roles.rank(channel.roles_of(user)):
            text = f"{target.nick} has a higher role than you"
            request.refuse(ReplyError(ERR_CHANOPRIVSNEEDED, channel.name, text=text))
        else:
            kicking.append(Kicked(user.uid, target.uid, channel.name, reason))
    for event in kicking:
        request.commit(event)
