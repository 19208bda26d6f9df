"""The facts that change the world, as small immutable records.

A handler decides and *commits* one of these; the backplane gives it an id and hands it to ``apply``, the only
writer of the world.  Events name users by ``uid`` and channels by name, never by object, so that they can be
written to a log and read back by another machine.  Add a field at the end with a default: old logs stay
readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gchat.irc.message import NO_TAGS
from gchat.irc.modes import ModeChange


class Registered(NamedTuple):
    """A user came online (registration is complete)."""

    uid: str
    nick: str
    username: str
    host: str
    realname: str
    secure: bool = False
    modes: str = ""


class NickChanged(NamedTuple):
    uid: str
    nick: str


class Quit(NamedTuple):
    """A user left; ``reason`` is the text that others see."""

    uid: str
    reason: str


class Killed(NamedTuple):
    """A server operator ended ``target``'s connection."""

    uid: str
    target: str
    reason: str


class AwaySet(NamedTuple):
    """``message`` is empty for somebody who is back."""

    uid: str
    message: str


class RealnameSet(NamedTuple):
    uid: str
    realname: str


class HostChanged(NamedTuple):
    uid: str
    username: str
    host: str


class Opered(NamedTuple):
    """``name`` is the operator block of the configuration."""

    uid: str
    name: str


class UserModesSet(NamedTuple):
    uid: str
    changes: tuple[ModeChange, ...]


class Joined(NamedTuple):
    """``key`` is what was given for the channel's mode k."""

    uid: str
    channel: str
    key: str = ""


class Parted(NamedTuple):
    uid: str
    channel: str
    reason: str = ""


class Kicked(NamedTuple):
    uid: str
    target: str
    channel: str
    reason: str


class TopicSet(NamedTuple):
    uid: str
    channel: str
    topic: str


class ModesSet(NamedTuple):
    """Changes that the handler has checked; a member's mode carries the member's uid as ``param``."""

    uid: str
    channel: str
    changes: tuple[ModeChange, ...]


class Invited(NamedTuple):
    uid: str
    target: str
    channel: str


class Said(NamedTuple):
    """A PRIVMSG, NOTICE or TAGMSG to a channel (by name) or to a user (by uid).

    ``prefix`` is the STATUSMSG prefix (``@`` in ``@#team``) or empty; ``tags`` are the client-only tags.
    """

    uid: str
    command: str
    target: str
    text: str
    tags: Mapping[str, str] = NO_TAGS
    prefix: str = ""


class Walloped(NamedTuple):
    uid: str
    text: str


Event = (
    Registered
    | NickChanged
    | Quit
    | Killed
    | AwaySet
    | RealnameSet
    | HostChanged
    | Opered
    | UserModesSet
    | Joined
    | Parted
    | Kicked
    | TopicSet
    | ModesSet
    | Invited
    | Said
    | Walloped
)


class Entry(NamedTuple):
    """An event with its place in the order: ``id`` (``<milliseconds>-<sequence>``) is msgid and time."""

    id: str
    event: Event

    @property
    def milliseconds(self) -> int:
        """Unix time of the event in milliseconds."""
        return int(self.id.partition("-")[0])
