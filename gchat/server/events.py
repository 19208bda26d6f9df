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
from gchat.server.multiline import Line


class Registered(NamedTuple):
    """A user came online (registration is complete)."""

    uid: str
    nick: str
    username: str
    host: str
    realname: str
    secure: bool = False
    modes: str = ""
    account: str = ""
    device: str = ""
    away: str = ""
    metadata: tuple[tuple[str, str], ...] = ()


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
    """``message`` is empty for somebody who is back.

    ``session`` is the connection that says so; ``absent``: nobody is in front of that one.
    """

    uid: str
    message: str
    session: str = ""
    absent: bool = False


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


class ChannelRenamed(NamedTuple):
    """A channel, by the name it had, is called ``name`` now."""

    uid: str
    channel: str
    name: str
    reason: str = ""


class Banned(NamedTuple):
    """A mask as the list b has it is banned, or muted, until a time in Unix seconds; 0: for ever."""

    uid: str
    channel: str
    mask: str
    until: int
    reason: str


class Purged(NamedTuple):
    """Kept messages of a channel are to be gone: what ``whom``, each a (nick, account), said in so many
    seconds.
    """

    uid: str
    channel: str
    msgids: tuple[str, ...]
    whom: tuple[tuple[str, str], ...]
    seconds: int
    reason: str


class BansEnded(NamedTuple):
    """Bans of a channel that end by themselves may have ended: those whose time is over by now."""

    channel: str


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
    lines: tuple[Line, ...] = ()  # of a message of several, as they came; ``text`` has them combined


class Redacted(NamedTuple):
    """A kept message is to be gone.

    ``target`` is the one of its record, ``name`` what the message was addressed to, as it is shown.
    ``author`` is the (nick, account) who said it, where an operator deletes what somebody else said.
    """

    uid: str
    target: str
    name: str
    msgid: str
    reason: str = ""
    author: tuple[str, str] | None = None


class Edited(NamedTuple):
    """A kept message, with this ``msgid`` at first, says something else now; the rest as in Redacted.

    ``command`` is the one of the message.
    """

    uid: str
    target: str
    name: str
    msgid: str
    command: str
    text: str


class MarkedRead(NamedTuple):
    """A user has read a channel or a conversation (by its name) up to a time in Unix milliseconds."""

    uid: str
    target: str
    milliseconds: int


class Walloped(NamedTuple):
    uid: str
    text: str


class Detached(NamedTuple):
    """A connection of a user ended, for this reason; whether the user stays is for ``apply`` to say."""

    uid: str
    session: str
    reason: str


class Reconfigured(NamedTuple):
    """The server's configuration is another one."""


class LoggedIn(NamedTuple):
    """A user is logged in to an account now; ``uid`` is empty for a session before registration.

    ``device`` is the label of the device that it was, if one is known; ``step`` the TOTP step that was used.
    ``reclaim``: the user wants the account's nick.
    """

    uid: str
    account: str
    device: str = ""
    step: int = 0
    reclaim: bool = False


class LoggedOut(NamedTuple):
    uid: str


class AccountRegistered(NamedTuple):
    """There is a new account, ``body`` as ``accounts.to_document`` has it.

    The session that asked for it is logged in; ``uid`` is empty for one before registration, and where an
    administrator made the account there is none.
    """

    account: str
    body: Mapping[str, object]
    uid: str = ""
    login: bool = True
    invitation: str = ""  # the id of the one that allows it, which is used up by that


class AccountChanged(NamedTuple):
    """One field of an account is another, or (with a ``key``) one entry of it; None: the entry is gone."""

    account: str
    field: str
    value: object
    key: str = ""


class InvitationMade(NamedTuple):
    """There is a new invitation, ``body`` as ``invitations.to_document`` has it."""

    body: Mapping[str, object]


class InvitationRevoked(NamedTuple):
    """An invitation, by its id, lets nobody in any more."""

    invitation: str


class Redeemed(NamedTuple):
    """A user who is logged in takes an invitation, named by its id."""

    uid: str
    invitation: str


class MetadataSet(NamedTuple):
    """A channel (by name) or a user (by uid) says something under a key; None: nothing any more."""

    uid: str
    target: str
    key: str
    value: str | None


class MetadataCleared(NamedTuple):
    """A channel (by name) or a user (by uid) says nothing under any key."""

    uid: str
    target: str


class AccountDropped(NamedTuple):
    """An account is gone.  Nobody can have its name again, unless everything of it was erased."""

    account: str
    erased: bool = False


class ChannelRegistered(NamedTuple):
    """A channel belongs to a member's account."""

    uid: str
    channel: str


class ChannelDropped(NamedTuple):
    """A channel belongs to nobody any more."""

    uid: str
    channel: str


class FounderSet(NamedTuple):
    """A channel belongs to another account."""

    uid: str
    channel: str
    account: str


class SuccessorSet(NamedTuple):
    """A channel will belong to this account when the founder's is gone; empty: to none."""

    uid: str
    channel: str
    account: str


class AccessSet(NamedTuple):
    """An account has a role (its letter) in a channel from now on, or none."""

    uid: str
    channel: str
    account: str
    role: str


class RoleSet(NamedTuple):
    """ChanServ gives ``target``, a member, a role (its letter), or takes it, because a user says so."""

    uid: str
    target: str
    channel: str
    role: str
    add: bool


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
    | ChannelRenamed
    | Banned
    | BansEnded
    | Purged
    | Invited
    | Said
    | Redacted
    | Edited
    | MarkedRead
    | Walloped
    | Detached
    | Reconfigured
    | LoggedIn
    | LoggedOut
    | AccountRegistered
    | AccountChanged
    | AccountDropped
    | InvitationMade
    | InvitationRevoked
    | Redeemed
    | MetadataSet
    | MetadataCleared
    | ChannelRegistered
    | ChannelDropped
    | FounderSet
    | SuccessorSet
    | AccessSet
    | RoleSet
)


class Entry(NamedTuple):
    """An event with its place in the order: ``id`` (``<milliseconds>-<sequence>``) is msgid and time."""

    id: str
    event: Event

    @property
    def milliseconds(self) -> int:
        """Unix time of the event in milliseconds."""
        return int(self.id.partition("-")[0])
