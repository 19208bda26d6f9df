"""PRIVMSG, NOTICE and TAGMSG: who may say what to whom.

https://modern.ircdocs.horse/#privmsg-message, https://ircv3.net/specs/extensions/message-tags
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

from gchat.irc.message import NO_TAGS, make
from gchat.irc.numerics import (
    ERR_CANNOTSENDTOCHAN,
    ERR_NORECIPIENT,
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_NOTEXTTOSEND,
    ERR_TOOMANYTARGETS,
    RPL_AWAY,
)
from gchat.server import admission, roles, slow
from gchat.server.commands import services
from gchat.server.events import Said
from gchat.server.keeping import unavailable
from gchat.server.multiline import Line
from gchat.server.replies import MAX_TARGETS
from gchat.server.request import ReplyError, Request, Steps
from gchat.server.visibility import can_see
from gchat.server.world import Channel, User

CTCP: Final = "\x01"
ACTION: Final = "\x01ACTION"


def privmsg(request: Request) -> Steps | None:
    """PRIVMSG target[,target] :text; what is said to a service is a command"""
    target = request.param(0)
    if target[:1] != "#":
        service = services.addressed(target)
        if service:
            return services.hear(request, service, request.param(1))
    _say(request, "PRIVMSG")
    return None


def notice(request: Request) -> None:
    """NOTICE target[,target] :text, which is never answered automatically, so not with an error either; a
    service answers what was said to it as PRIVMSG and nothing else.
    """
    if not services.addressed(request.param(0)):
        with suppress(ReplyError):
            _say(request, "NOTICE")


def tagmsg(request: Request) -> None:
    """@+tags TAGMSG target[,target]"""
    if not services.addressed(request.param(0)):
        _say(request, "TAGMSG")


def _say(request: Request, command: str) -> None:
    _, params, _, tags = request.message
    if not params or not params[0]:
        raise ReplyError(ERR_NORECIPIENT, command=command)
    text = ""  # a TAGMSG has none
    if command != "TAGMSG":
        if len(params) < 2 or not params[1]:
            raise ReplyError(ERR_NOTEXTTOSEND)
        text = params[1]
    targets = params[0].split(",")
    if len(targets) > MAX_TARGETS:
        raise ReplyError(ERR_TOOMANYTARGETS, targets[MAX_TARGETS])
    if tags:
        tags = client_only(tags)
    if command != "TAGMSG" or tags:  # without them it says nothing to anybody
        say(request, command, targets, text, tags)


def say(
    request: Request,
    command: str,
    targets: Iterable[str],
    text: str,
    tags: Mapping[str, str],
    lines: tuple[Line, ...] = (),
) -> None:
    """Say something to each target that may be spoken to; ``lines`` are those of a text of several."""
    said: list[Said] = []
    for target in targets:
        try:
            event = _check(request, command, target, text, tags, lines)
        except ReplyError as error:
            if command != "NOTICE":
                request.refuse(error)
            continue
        if request.engine.keeping.outage and command != "TAGMSG":
            request.refuse(unavailable(command, target))
        else:
            said.append(event)
    for event in said:
        request.commit(event)


def client_only(tags: Mapping[str, str]) -> Mapping[str, str]:
    """The tags that a server passes on: those whose name begins with ``+``."""
    if not tags:
        return NO_TAGS
    return {key: value for key, value in tags.items() if key.startswith("+")} or NO_TAGS


def _check(
    request: Request,
    command: str,
    target: str,
    text: str,
    tags: Mapping[str, str],
    lines: tuple[Line, ...],
) -> Said:
    """Decide whether this may be said to this target.  Raises ReplyError."""
    user = request.user
    name = target.lstrip(roles.SYMBOLS)
    if name[:1] == "#":
        channel = _check_channel(request, user, command, name, text)
        prefix = target[: -len(name)]
        if len(prefix) > 1:  # the lowest of several reaches everybody whom the others reach
            prefix = min(prefix, key=lambda symbol: roles.BY_SYMBOL[symbol].rank)
        return make(Said, (user.uid, command, channel.name, text, tags, prefix, lines))
    addressed = request.world.user(target)
    if addressed is None:
        raise ReplyError(ERR_NOSUCHNICK, target or "*")
    if addressed.away and command == "PRIVMSG":
        request.reply(RPL_AWAY, addressed.nick, text=addressed.away)
    return Said(user.uid, command, addressed.uid, text, tags, "", lines)


def _check_channel(request: Request, user: User, command: str, name: str, text: str) -> Channel:
    channel = request.engine.world.channel(name)
    if channel is None or not can_see(user, channel):
        raise ReplyError(ERR_NOSUCHCHANNEL, name)
    reason = admission.why_not_speak(user, channel)
    request.effort += len(channel.lists["b"])  # each was compared, and one that nobody remembers takes long
    modes = channel.modes
    if not reason and "W" in modes and command != "TAGMSG":
        reason = slow.why_wait(user, channel, request.engine.now_ms())
    if not reason and "C" in modes and text.startswith(CTCP) and not text.startswith(ACTION):
        reason = "CTCP is not allowed in this channel (+C)"
    if reason:
        raise ReplyError(ERR_CANNOTSENDTOCHAN, channel.name, text=reason)
    return channel
