"""Slow mode (channel mode W): a member without a role speaks once in so many seconds.

A message of several lines is one, and so is an edit; reactions and typing are free.  Who leaves and comes
back waits on if they have an account.
"""

from __future__ import annotations

from typing import Final

from gchat.irc import durations
from gchat.irc.casemap import fold
from gchat.server import roles
from gchat.server.world import Channel, User

LONGEST: Final = 21_600  # seconds
_KNOWN: Final = 500  # people of a channel; of more, those are forgotten who may speak again


def why_wait(user: User, channel: Channel, milliseconds: int) -> str:
    """A sentence that refuses a message at this time, which is one of events; empty where the user may speak.

    For a channel that is in slow mode.  Who asks before there is an event has it from ``Engine.now_ms``.
    """
    if roles.may(channel.members.get(user, ""), roles.Right.SPEAK):
        return ""
    seconds = int(channel.modes["W"])
    left = channel.spoke.get(_whose(user), -seconds * 1000) + seconds * 1000 - milliseconds
    if left <= 0:
        return ""
    wait = durations.spoken(-(-left // 1000))
    return f"Slow mode (+W {seconds}): you can say something here again in {wait}"


def spoke(user: User, channel: Channel, milliseconds: int) -> None:
    """The user said something; for ``apply``."""
    known = channel.spoke
    known[_whose(user)] = milliseconds
    if len(known) > _KNOWN:
        since = milliseconds - int(channel.modes["W"]) * 1000
        channel.spoke = {who: at for who, at in known.items() if at > since}


def _whose(user: User) -> str:
    return f"{fold(user.account)} " if user.account else user.uid  # no uid has a space
