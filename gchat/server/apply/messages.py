"""What was said, to those who are to hear it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from gchat.irc.message import NO_TAGS, Message, make
from gchat.irc.numerics import ERR_CANNOTSENDTOCHAN
from gchat.server import admission, events, multiline, roles, slow
from gchat.server import capabilities as cap
from gchat.server.apply.context import Applying
from gchat.server.audience import Audience
from gchat.server.delivery import Shape, Stamp
from gchat.server.keeping import Saying
from gchat.server.multiline import Line
from gchat.server.playback import MULTILINE, line_tags
from gchat.server.session import Session
from gchat.server.stores.base import Record, Redaction, direct
from gchat.server.world import Channel, User

CTCP: Final = "\x01"
ACTION: Final = "\x01ACTION"
# A TAGMSG with one of these is kept.
LASTING_TAGS: Final = {"+draft/react", "+draft/unreact", "+draft/persist"}


def said(now: Applying, event: events.Said) -> None:
    """A PRIVMSG, NOTICE or TAGMSG goes to a channel's members or to one user.

    The sender's other connections get it too; the one that it came from only with echo-message.
    https://ircv3.net/specs/extensions/echo-message
    """
    uid, _, key, _, _, prefix, lines = event
    user = now.world.users.get(uid)
    if user is None:
        return
    channel = now.world.channel(key)
    if channel is not None:
        if (now.origin is None or now.origin.returned) and _came_too_late(now, user, event, channel):
            return
        if "W" in channel.modes and _is_too_fast(now, user, channel, event):
            return
        name = prefix + channel.name
        audience = _with_prefix(channel, prefix) if prefix else channel.sessions
        skip = now.asker
    else:
        target = now.world.users.get(key)
        if target is None:
            return
        name = target.nick
        audience = Audience([*target.sessions, *(s for s in user.sessions if s is not now.asker)])
        skip = None  # who writes to themselves gets both the message and its echo
    record = None if prefix else _record(now, user, event, channel)
    shapes = _several(now, user, event, name) if lines else (partial(_plain, now, user, event, name),)
    deliver(now, shapes, audience, skip, record)
    if lines and audience is not (channel and channel.sessions):
        audience.regroup()  # it was for once: who followed the others would be held by them when gone


def _is_too_fast(now: Applying, user: User, channel: Channel, event: events.Said) -> bool:
    """True, and the asker reads it, where slow mode has the user wait; reactions and typing are free."""
    if event.command == "TAGMSG":
        return False
    # Several messages of the same moment may have passed the handler.
    reason = slow.why_wait(user, channel, now.entry.milliseconds)
    if not reason:
        slow.spoke(user, channel, now.entry.milliseconds)
    elif now.origin is not None and event.command != "NOTICE":
        now.origin.reply(ERR_CANNOTSENDTOCHAN, channel.name, text=reason)
    return bool(reason)


def _came_too_late(now: Applying, user: User, event: events.Said, channel: Channel) -> bool:
    """True where the user may not speak any more: between the handler's look and now, others' events were
    applied.  Where events are applied at once the handler has not returned yet, and there is no between.
    """
    reason = admission.why_not_speak(user, channel)
    if reason and now.origin is not None and event.command != "NOTICE":
        now.origin.reply(ERR_CANNOTSENDTOCHAN, channel.name, text=reason)
    return bool(reason)


def deliver(
    now: Applying,
    shapes: Iterable[Shape],
    audience: Audience,
    skip: Session | None,
    change: Record | Redaction | None,
    echoed: int = cap.ECHO_MESSAGE,
) -> None:
    """Deliver what somebody said, and keep it; what cannot be kept is withdrawn before anybody sees it.

    ``skip`` is the connection that it came from, which gets its own copy where it has ``echoed``.
    """
    asker, origin, engine = now.asker, now.origin, now.engine
    queue = engine.queue
    pieces: list[bytes] = []
    echoes: list[Message] = []
    wanted = asker is not None and asker.caps & echoed
    if wanted and skip is not None and origin is not None and not origin.label and skip in audience:
        skip, wanted = None, 0  # without a label its own copy is what everybody like it gets
    for shape in shapes:
        pieces += queue.deliver(audience, shape, skip)
        if wanted:
            echo, data = now.echo(shape)
            pieces.append(data)
            if echo is not None:
                echoes.append(echo)
    if asker is not None:
        asker.spoke_at = asker.heard_at
    if change is not None:
        engine.keeping.say(make(Saying, (change, origin, pieces, echoes)))


def _record(now: Applying, user: User, event: events.Said, channel: Channel | None) -> Record | None:
    """What of a message goes into the history: of its channel, or of the two that it is between.

    Direct messages are kept for accounts: what somebody without one says or hears is for the other side
    alone, so that the nick's next owner does not read it.
    """
    _, command, key, text, tags, _, _ = event
    if command == "TAGMSG" and not tags.keys() & LASTING_TAGS:
        return None
    if text[:1] == CTCP and not text.startswith(ACTION):
        return None  # a question to a program, which would be answered again
    if channel is not None:
        target, name = channel.key, channel.name
    else:
        addressed = now.world.users[key]
        if not (user.account or addressed.account):
            return None
        target, name = direct(user.party, addressed.party), addressed.nick
    params = (name,) if command == "TAGMSG" else (name, text)
    id, account = now.entry.id, user.account
    if not account:
        user.remember(id)
    return make(Record, (id, target, command, user.source, account, params, tags, "B" in user.modes))


# What follows are not functions within functions: compiled, such a pair refers to each other, and what they
# know of would wait for the collector.


def _plain(now: Applying, user: User, event: events.Said, name: str, caps: int) -> Message | None:
    _, command, _, text, client_tags, _, _ = event
    bare = command == "TAGMSG"
    if bare and not caps & cap.MESSAGE_TAGS:
        return None
    # Made only for those who get any, which in a plain chat is nobody.
    tags = now.stamp(user, now.entry.id, client_tags).tags(caps) if caps else NO_TAGS
    return make(Message, (command, (name,) if bare else (name, text), user.source, tags))


def _several(now: Applying, user: User, event: events.Said, name: str) -> list[Shape]:
    """A message of several lines: a batch, or its lines one by one.  What is said of the whole stands at the
    beginning.  https://ircv3.net/specs/extensions/multiline
    """
    source, reference = user.source, now.engine.batch_reference()
    first = now.stamp(user, now.entry.id, event.tags)
    later = now.stamp(user, "", event.tags)
    shapes: list[Shape] = [partial(_edge, source, ("+" + reference, multiline.BATCH, name), first)]
    stamp = first
    for line in event.lines:
        shapes.append(partial(_line, source, event.command, name, line, reference, stamp))
        if line.text:
            stamp = later
    return [*shapes, partial(_edge, source, ("-" + reference,), None)]


def _edge(source: str, params: tuple[str, ...], stamp: Stamp | None, caps: int) -> Message | None:
    """Where a batch begins or ends."""
    if caps & MULTILINE != MULTILINE:
        return None
    return Message("BATCH", params, source, stamp.tags(caps) if stamp else NO_TAGS)


def _line(
    source: str, command: str, name: str, line: Line, reference: str, stamp: Stamp, caps: int
) -> Message | None:
    params = (name, line.text)
    if caps & MULTILINE == MULTILINE:
        return Message(command, params, source, line_tags(line, reference))
    # "Servers MUST NOT send blank lines to clients that have not negotiated the multiline capability"
    return Message(command, params, source, stamp.tags(caps)) if line.text else None


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
