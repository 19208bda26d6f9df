"""The lines that tell a client of metadata: what a target says, and what it says now.

Clients of draft/metadata-2 are told by METADATA, those of draft/metadata-3 by numerics; answers to questions
are numerics for both.  https://ircv3.net/specs/extensions/metadata
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from gchat.irc.casemap import fold
from gchat.irc.message import Message
from gchat.irc.numerics import RPL_KEYNOTSET, RPL_KEYVALUE, RPL_METADATASYNCLATER
from gchat.server import capabilities as cap
from gchat.server import metadata
from gchat.server.metadata import VISIBLE
from gchat.server.visibility import can_see_metadata
from gchat.server.world import Channel, User, World

if TYPE_CHECKING:
    from gchat.server.engine import Engine
    from gchat.server.session import Session

MOST: Final = 4000  # values in one answer: more would not fit the queue of what waits for a client
SOON: Final = 200  # values that are sent unasked; for more the client is told to ask
WAIT: Final = "0"  # seconds until it may

Send = Callable[[Message], object]
Value = tuple[str, str, str]  # target as it is shown, key, value


def owner(target: User | Channel) -> str:
    """What the values of a user or a channel are kept under."""
    if isinstance(target, Channel):
        return target.key
    return fold(target.account) if target.account else f" {target.uid}"


def name(target: User | Channel) -> str:
    """What a target is called."""
    return target.name if isinstance(target, Channel) else target.nick


def values(world: World, target: User | Channel, keys: Iterable[str] | None = None) -> Iterator[Value]:
    """What a target says, all of it or of some keys."""
    said = world.metadata.of(owner(target))
    if said:
        shown = name(target)
        for key in said if keys is None else keys:
            if key in said:
                yield shown, key, said[key]


def around(world: World, viewer: User, channel: Channel, keys: Collection[str]) -> Iterator[Value]:
    """What a channel says, and its members to those who are one, of the keys."""
    if not keys:
        return
    if can_see_metadata(viewer, channel):
        yield from values(world, channel, keys)
    if viewer in channel.members:
        for member in channel.members:
            yield from values(world, member, keys)


def everything(engine: Engine, session: Session, keys: Iterable[str]) -> Iterator[Value]:
    """What everybody says whom a session hears of, of the keys, each once."""
    world, viewer = engine.world, session.user
    if viewer is None:
        return
    seen: dict[User, None] = {viewer: None}
    for channel in viewer.channels.values():
        yield from values(world, channel, keys)
        seen.update(dict.fromkeys(channel.members))
    seen.update((user, None) for nick in session.monitoring if (user := world.user(nick)) is not None)
    for user in seen:
        yield from values(world, user, keys)


# --- lines -------------------------------------------------------------------------------------------


def numeric(session: Session, server: str, value: Value) -> Message:
    """RPL_KEYVALUE"""
    target, key, text = value
    return Message(RPL_KEYVALUE.number, (session.name, target, key, VISIBLE, text), server)


def unset(session: Session, server: str, target: str, key: str) -> Message:
    """RPL_KEYNOTSET"""
    return Message(RPL_KEYNOTSET.number, (session.name, target, key, RPL_KEYNOTSET.text), server)


def told(session: Session, server: str, value: Value) -> Message:
    """A value that the client did not ask for by its name."""
    if metadata.is_newer(session):
        return numeric(session, server, value)
    target, key, text = value
    return Message("METADATA", (target, key, VISIBLE, text), server)


def later(session: Session, server: str, target: str) -> Message:
    """RPL_METADATASYNCLATER: the client may ask for the rest."""
    words = ("Ask with METADATA SYNC",) if metadata.is_newer(session) else ()
    return Message(RPL_METADATASYNCLATER.number, (session.name, target, WAIT, *words), server)


def send_batch(
    engine: Engine,
    session: Session,
    send: Send,
    target: str,
    messages: Iterable[Message],
    kind: str = "metadata",
) -> None:
    """Send messages as a batch, to those who know what that is."""
    if not session.caps & cap.BATCH:
        for message in messages:
            send(message)
        return
    reference, server = engine.batch_reference(), engine.settings.server.name
    params = (target,) if target else ()
    send(Message("BATCH", ("+" + reference, kind, *params), server))
    for message in messages:
        send(message._replace(tags={"batch": reference, **message.tags}))
    send(Message("BATCH", ("-" + reference,), server))


def sync(engine: Engine, session: Session, send: Send, target: str, found: Iterable[Value]) -> None:
    """Answer SYNC."""
    server = engine.settings.server.name
    lines = (told(session, server, value) for value in islice(found, MOST))
    send_batch(engine, session, send, target, lines)


def offer(engine: Engine, session: Session, send: Send, target: str, found: Iterable[Value]) -> None:
    """Send what a client did not ask for, or tell it to ask where that is much.

    A client of draft/metadata-3 is sent a batch in any case.
    """
    first = list(islice(found, SOON + 1))
    if len(first) > SOON:
        send(later(session, engine.settings.server.name, target))
    elif first or metadata.is_newer(session):
        sync(engine, session, send, target, first)


def introduce(engine: Engine, session: Session, send: Send) -> None:
    """Tell a new connection what its user says: a part of the welcome."""
    if session.user is not None and metadata.knows(session):
        sync(engine, session, send, session.name, values(engine.world, session.user))


def meet(engine: Engine, session: Session, send: Send, user: User) -> None:
    """Tell a session what somebody says whom it watches and who is here."""
    if metadata.knows(session):
        offer(engine, session, send, user.nick, values(engine.world, user, session.subscriptions))
