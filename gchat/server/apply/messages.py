"""What was said, to those who are to hear it."""

from __future__ import annotations

from collections.abc import Mapping

from gchat.irc.message import NO_TAGS, Message
from gchat.server import capabilities as cap
from gchat.server import events, roles
from gchat.server.apply.context import Applying
from gchat.server.audience import Audience
from gchat.server.delivery import Shape
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
    shape = _shape(now, user, event, name)
    now.engine.queue.deliver(audience, shape, skip)
    asker = now.asker
    if asker is not None:
        asker.spoke_at = asker.heard_at
        if asker.caps & cap.ECHO_MESSAGE:
            now.echo(shape)


def _shape(now: Applying, user: User, event: events.Said, name: str) -> Shape:
    source, command = user.source, event.command

    def tags(caps: int) -> Mapping[str, str]:
        # Made only for those who get any, which in a plain chat is nobody.
        return now.stamp(user, now.entry.id, event.tags).tags(caps) if caps else NO_TAGS

    if command == "TAGMSG":
        bare = (name,)
        return lambda caps: Message(command, bare, source, tags(caps)) if caps & cap.MESSAGE_TAGS else None
    params = (name, event.text)
    return lambda caps: Message(command, params, source, tags(caps))


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
