"""What users and channels say of themselves has changed: keep it, and tell those who want to hear of it.

https://ircv3.net/specs/extensions/metadata
"""

from __future__ import annotations

from collections.abc import Iterable

from gchat.irc.message import Message
from gchat.server import events, keyvalues, metadata
from gchat.server.apply.context import Applying
from gchat.server.session import Session
from gchat.server.stores.base import Document
from gchat.server.world import Channel, User

Target = User | Channel


def metadata_set(now: Applying, event: events.MetadataSet) -> None:
    """A key has another value, or none any more."""
    user, target = now.world.users.get(event.uid), _target(now, event.target)
    if user is None or target is None:
        return
    _keep(now, now.world.metadata.put(keyvalues.owner(target), event.key, event.value))
    if now.origin is not None:
        session, name = now.origin.session, keyvalues.name(target)
        if event.value is None:
            now.origin.send(keyvalues.unset(session, now.server, name, event.key))
        else:
            now.origin.send(keyvalues.numeric(session, now.server, (name, event.key, event.value)))
    _tell(now, user, target, event.key, event.value)


def metadata_cleared(now: Applying, event: events.MetadataCleared) -> None:
    """A target says nothing any more."""
    user, target = now.world.users.get(event.uid), _target(now, event.target)
    if user is None or target is None:
        return
    owner, name = keyvalues.owner(target), keyvalues.name(target)
    keys = list(now.world.metadata.of(owner))
    _keep(now, now.world.metadata.forget(owner))
    if now.origin is not None:
        session = now.origin.session
        gone = (keyvalues.unset(session, now.server, name, key) for key in keys)
        keyvalues.send_batch(now.engine, session, now.origin.send, name, gone)
    for key in keys:
        _tell(now, user, target, key, None)


def introduced(now: Applying, user: User, said: Iterable[tuple[str, str]], *, known_to_others: bool) -> None:
    """A user came, or one more connection of theirs, with values that were set before there was a user."""
    owner, most = keyvalues.owner(user), now.engine.settings.limits.metadata_keys
    for key, value in said:
        known = now.world.metadata.of(owner)
        if key in known or len(known) < most:
            _keep(now, now.world.metadata.put(owner, key, value))
            if known_to_others:
                _tell(now, user, user, key, value)


def entered(now: Applying, user: User, channel: Channel) -> None:
    """A user came into a channel: those who are there hear what the user says, and the user what they say."""
    for session in user.sessions:
        shown(now, session, channel)
    said = list(keyvalues.values(now.world, user))
    if said:  # most say nothing, and then nobody has to be looked at
        for session in channel.sessions:
            if session.user is not user and metadata.knows(session):
                for value in said:
                    if value[1] in session.subscriptions:
                        now.engine.queue.send(session, keyvalues.told(session, now.server, value))


def shown(now: Applying, session: Session, channel: Channel) -> None:
    """A connection of a member's sees a channel from now on."""
    if session.user is not None and metadata.knows(session):
        found = keyvalues.around(now.world, session.user, channel, session.subscriptions)
        keyvalues.offer(now.engine, session, _way(now, session), channel.name, found)


def switched(now: Applying, user: User, owner: str) -> None:
    """A user belongs to another account now, or to none, and says what that says.

    ``owner`` is what the user's values were kept under.  What a guest said is taken over where the account
    says nothing.
    """
    world, new = now.world, keyvalues.owner(user)
    before, most = dict(world.metadata.of(owner)), now.engine.settings.limits.metadata_keys
    if owner.startswith(" "):
        forget(now, owner)
        for key, value in before.items():
            known = world.metadata.of(new)
            if key not in known and len(known) < most:
                _keep(now, world.metadata.put(new, key, value))
    after = world.metadata.of(new)
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            _tell(now, user, user, key, after.get(key))


def ended(now: Applying, channels: Iterable[Channel]) -> None:
    """Members have left these channels; one that has ended with the last of them says nothing any more."""
    for channel in channels:
        if now.world.has_ended(channel):
            forget(now, channel.key)


def forget(now: Applying, owner: str) -> None:
    """An owner is gone."""
    _keep(now, now.world.metadata.forget(owner))


def _target(now: Applying, target: str) -> Target | None:
    return now.world.channel(target) if target.startswith("#") else now.world.users.get(target)


def _keep(now: Applying, changed: Iterable[Document]) -> None:
    for document in changed:
        now.engine.keep(document)


def _way(now: Applying, session: Session) -> keyvalues.Send:
    return lambda message: now.give(session, message)


def _tell(now: Applying, user: User, target: Target, key: str, value: str | None) -> None:
    """Tell everybody but the session that asked, as far as they want to hear of the key."""
    if isinstance(target, Channel):
        _tell_of(now, user, target, target.sessions, key, value)
        return
    # all users of an account say what it says
    for one in now.world.users_of(target.account) if target.account else (target,):
        sessions = {
            **dict.fromkeys(now.world.audience(one)),
            **dict.fromkeys(now.engine.monitors.watchers(one.nick)),
        }
        _tell_of(now, user, one, sessions, key, value)


def _tell_of(
    now: Applying, user: User, target: Target, sessions: Iterable[Session], key: str, value: str | None
) -> None:
    name, stamp = keyvalues.name(target), now.stamp(user)
    for session in sessions:
        if session is now.asker or not metadata.wants(session, key):
            continue
        if not metadata.is_newer(session):
            params = (name, key, metadata.VISIBLE) if value is None else (name, key, metadata.VISIBLE, value)
            message = Message("METADATA", params, user.source, stamp.tags(session.caps))
        elif value is None:
            message = keyvalues.unset(session, now.server, name, key)
        else:
            message = keyvalues.numeric(session, now.server, (name, key, value))
        now.engine.queue.send(session, message)
