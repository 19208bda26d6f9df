"""What was said, to those who are to hear it."""

from __future__ import annotations

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.server import capabilities as cap
from gchat.server import events, roles
from gchat.server.apply.context import Applying
from gchat.server.audience import Audience
from gchat.server.delivery import Shape
from gchat.server.keeping import Saying
from gchat.server.stores.base import Record, direct
from gchat.server.world import Channel, User


def said(now: Applying, event: events.Said) -> None:
    """A PRIVMSG, NOTICE or TAGMSG goes to a channel's members or to one user.

    The sender's other connections get it too; the one that it came from only with echo-message.
    https://ircv3.net/specs/extensions/echo-message
    """
    user = now.world.users.get(event.uid)
    if user is None:
        return
    channel = now.world.channel(event.target)
    if channel is not None:
        name = event.prefix + channel.name
        audience = _with_prefix(channel, event.prefix) if event.prefix else channel.sessions
        skip = now.asker
    else:
        target = now.world.users.get(event.target)
        if target is None:
            return
        name = target.nick
        audience = Audience([*target.sessions, *(s for s in user.sessions if s is not now.asker)])
        skip = None  # who writes to themselves gets both the message and its echo
    record = None
    if event.command != "TAGMSG" and not event.prefix:
        record = _record(now, user, event, channel)
    shape = _shape(now, user, event, name)
    pieces = now.engine.queue.deliver(audience, shape, skip)
    asker, echo = now.asker, None
    if asker is not None:
        asker.spoke_at = now.milliseconds / 1000
        if asker.caps & cap.ECHO_MESSAGE:
            echo, data = now.echo(shape)
            pieces.append(data)
    if record is not None:
        now.engine.keeping.say(Saying(record, now.origin, pieces, echo))


def _record(now: Applying, user: User, event: events.Said, channel: Channel | None) -> Record | None:
    """What of a message goes into the history: of its channel, or of the two accounts that it is between.

    Without accounts nothing is kept of direct messages: a nick's next owner must not read them.
    """
    if channel is not None:
        target, name = channel.key, channel.name
    else:
        addressed = now.world.users[event.target]
        if not (user.account and addressed.account):
            return None
        target, name = direct(fold(user.account), fold(addressed.account)), addressed.nick
    params = (name, event.text)
    bot = "B" in user.modes
    return Record(now.entry.id, target, event.command, user.source, user.account, params, event.tags, bot)


def _shape(now: Applying, user: User, event: events.Said, name: str) -> Shape:
    stamp = now.stamp(user, now.entry.id, event.tags)
    source, command = user.source, event.command
    if command == "TAGMSG":
        bare = (name,)
        return lambda caps: (
            Message(command, bare, source, stamp.tags(caps)) if caps & cap.MESSAGE_TAGS else None
        )
    params = (name, event.text)
    return lambda caps: Message(command, params, source, stamp.tags(caps))


def _with_prefix(channel: Channel, symbol: str) -> Audience:
    """Those whose role is at least the one of a STATUSMSG prefix."""
    return Audience(s for s in channel.sessions if roles.at_least(channel.roles_of(s.user), symbol))


def walloped(now: Applying, event: events.Walloped) -> None:
    """A message of an operator for everybody with user mode w.  https://modern.ircdocs.horse/#wallops-message"""
    user = now.world.users.get(event.uid)
    if user is None:
        return
    sessions = [s for other in now.world.users.values() if "w" in other.modes for s in other.sessions]
    now.tell(sessions, user, "WALLOPS", event.text)
