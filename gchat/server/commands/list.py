"""LIST: which channels there are, with the conditions of ELIST.

https://modern.ircdocs.horse/#list-message, https://modern.ircdocs.horse/#elist-parameter
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gchat.irc.mask import compile_mask
from gchat.irc.numerics import ERR_TOOMANYMATCHES, RPL_LIST, RPL_LISTEND, RPL_LISTSTART
from gchat.server.commands.room import Room
from gchat.server.commands.slices import BREATH, PEOPLE
from gchat.server.request import Request, Steps
from gchat.server.visibility import can_see
from gchat.server.world import Channel

Condition = Callable[[Channel], bool]
_MAX_DIGITS = 9


def list_(request: Request) -> Steps:
    """LIST [channel or condition,...] [condition,...]"""
    words = [word for param in request.params[:2] for word in param.split(",") if word]
    request.reply(RPL_LISTSTART, "Channel")
    room, viewer = Room(request), request.user
    found: list[Channel] = []
    channels, meets = _asked(request, words)
    for index, channel in enumerate(channels):
        if index and not index % PEOPLE:
            yield BREATH
        if can_see(viewer, channel) and meets(channel):
            found.append(channel)
    found.sort(key=lambda channel: -len(channel.members))
    for index, channel in enumerate(found):
        if index and not index % PEOPLE:
            yield BREATH
        if not can_see(viewer, channel):  # by now
            continue
        params = (channel.name, str(len(channel.members)), channel.topic)
        if not room.take(*params):
            text = "These are the biggest channels: ask for fewer, with LIST >members or LIST #mask*"
            request.reply(ERR_TOOMANYMATCHES, "LIST", "*", text=text)
            break
        request.reply(RPL_LIST, *params)
    request.reply(RPL_LISTEND)


def _asked(request: Request, words: Iterable[str]) -> tuple[list[Channel], Condition]:
    """The channels with one of the names, if there are any, else all; and whether one meets all conditions,
    of which masks are one.
    """
    now = request.engine.now_ms() / 1000
    conditions: list[Condition] = []
    masks: list[str] = []
    for word in words:
        condition = _condition(word, now)
        if condition is not None:
            conditions.append(condition)
        else:
            masks.append(word)
    channels = list(request.world.channels.values())
    if masks and not any("*" in mask or "?" in mask for mask in masks):  # names: no need to look at all
        named = (request.world.channel(name) for name in masks)
        channels = list(dict.fromkeys(channel for channel in named if channel is not None))
    elif masks:
        matchers = [compile_mask(mask) for mask in masks]
        conditions.append(lambda channel: any(fits(channel.name) for fits in matchers))
    return channels, lambda channel: all(meets(channel) for meets in conditions)


def _condition(word: str, now: float) -> Condition | None:
    """What a word of ELIST asks of a channel; None for a name or a mask.  ``now`` is Unix seconds."""
    if word[0] == "!":
        fits = compile_mask(word[1:])
        return lambda channel: not fits(channel.name)
    if word[0] in "<>":
        return _compared(word, lambda channel: len(channel.members))
    if word[1:2] not in ("<", ">"):
        return None
    # C and T count minutes: "C>60" is a channel made more than an hour ago.
    if word[0] in "Cc":
        return _compared(word[1:], lambda channel: (now - channel.created) / 60)
    if word[0] in "Tt":
        return _compared(
            word[1:], lambda channel: (now - channel.topic_at) / 60 if channel.topic_at else None
        )
    return None


def _compared(word: str, value: Callable[[Channel], float | None]) -> Condition | None:
    """The condition ``<number`` or ``>number`` on a value; a channel that has none does not meet it."""
    digits = word[1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS):
        return None
    bound = int(digits)

    def meets(channel: Channel) -> bool:
        found = value(channel)
        return found is not None and (found < bound if word[0] == "<" else found > bound)

    return meets
