"""PRIVMSG, NOTICE and TAGMSG: who may say what to whom.

https://modern.ircdocs.horse/#privmsg-message, https://ircv3.net/specs/extensions/message-tags
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from gchat.irc.message import NO_TAGS
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

CTCP = "\x01"
ACTION = "\x01ACTION"


def privmsg(request: Request) -> Steps | None:
    """PRIVMSG target[,target] :text; what is said to a service is a command"""
    target = request.param(0)
    if not target.startswith("#"):
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
    targets, text = _targets_and_text(request, command)
    tags = request.message.tags and client_only(request.message.tags)
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
    said: list[tuple[str, Said]] = []
    for target in targets:
        try:
            said.append((target, _check(request, command, target, text, tags, lines)))
        except ReplyError as error:
            if command != "NOTICE":
                request.refuse(error)
    outage = request.engine.keeping.outage and command != "TAGMSG"
    for target, event in said:
        if outage:
            request.refuse(unavailable(command, target))
        else:
            request.commit(event)


def _targets_and_text(request: Request, command: str) -> tuple[list[str], str]:
    """What the parameters are; a TAGMSG has no text.  Raises ReplyError."""
    params, text = request.message.params, ""
    if not params or not params[0]:
        raise ReplyError(ERR_NORECIPIENT, command=command)
    if command != "TAGMSG":
        if len(params) < 2 or not params[1]:
            raise ReplyError(ERR_NOTEXTTOSEND)
        text = params[1]
    targets = params[0].split(",")
    if len(targets) > MAX_TARGETS:
        raise ReplyError(ERR_TOOMANYTARGETS, targets[MAX_TARGETS])
    return targets, text


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
    if name.startswith("#"):
        channel = _check_channel(request, user, command, name, text)
        prefix = target[: len(target) - len(name)]
        # Of several prefixes the lowest reaches everybody whom the others reach.
        lowest = min(prefix, key=lambda symbol: roles.BY_SYMBOL[symbol].rank) if prefix else ""
        return Said(user.uid, command, channel.name, text, tags, lowest, lines)
    addressed = request.world.user(target)
    if addressed is None:
        raise ReplyError(ERR_NOSUCHNICK, target or "*")
    if addressed.away and command == "PRIVMSG":
        request.reply(RPL_AWAY, addressed.nick, text=addressed.away)
    return Said(user.uid, command, addressed.uid, text, tags, "", lines)


def _check_channel(request: Request, user: User, command: str, name: str, text: str) -> Channel:
    channel = request.engine.world.channel(name)
    if channel is None or (user not in channel.members and not can_see(user, channel)):
        raise ReplyError(ERR_NOSUCHCHANNEL, name)
    reason = admission.why_not_speak(user, channel)
    if not reason and "W" in channel.modes and command != "TAGMSG":
        reason = slow.why_wait(user, channel, int(request.engine.clock() * 1000))
    if not reason and "C" in channel.modes and text.startswith(CTCP) and not text.startswith(ACTION):
        reason = "CTCP is not allowed in this channel (+C)"
    if reason:
        raise ReplyError(ERR_CANNOTSENDTOCHAN, channel.name, text=reason)
    return channel
