"""What is always true of the server, whatever anybody sent: of its output and of its world."""

from __future__ import annotations

from collections import Counter

from gchat.irc import limits
from gchat.irc.casemap import fold
from gchat.irc.message import Message, parse
from gchat.server import channel_modes, replies, roles
from gchat.server.engine import Engine, _weight
from tests.server.conftest import Client

SOURCELESS = ("AUTHENTICATE", "ERROR", "PING")


def check_output(client: Client) -> bytes:
    """Every line that was sent is one: short enough, UTF-8, readable, and addressed to this client."""
    data = client.read_bytes()
    assert not data or data.endswith(b"\r\n")
    for line in data.split(b"\r\n")[:-1]:
        message = parse(line.decode())
        assert isinstance(message, Message), line
        assert message.command in SOURCELESS or message.source, line
        body = line.partition(b" ")[2] if line.startswith(b"@") else line
        assert len(body) <= limits.LINE - 2, line
        if message.command.isdigit():
            assert message.params[0] == "*" or message.params[0][0].isascii(), line
    return data


def check_world(engine: Engine) -> None:
    """Users, channels and sessions agree about who is who and who is where."""
    world = engine.world
    assert {fold(user.nick): user for user in world.users.values()} == world.nicks
    for user in world.users.values():
        assert all(user in channel.members for channel in user.channels.values())
        assert user.modes <= set(replies.USER_MODES)
        assert all(session.user is user and session.id in engine.sessions for session in user.sessions)
        assert user.sessions
    assert +world.modes == Counter(letter for user in world.users.values() for letter in user.modes)
    assert engine.strangers == {s for s in engine.sessions.values() if s.user is None}
    for key, channel in world.channels.items():
        assert key == channel.key == fold(channel.name)
        assert channel.members
        assert all(user.channels[key] is channel for user in channel.members)
        assert set(channel.sessions) == {session for user in channel.members for session in user.sessions}
        assert all(held == roles.ordered(held) for held in channel.members.values())
        assert set(channel.modes) <= set(channel_modes.ALL)
        assert all(len(rows) <= engine.settings.limits.list_entries for rows in channel.lists.values())
        assert len(channel.topic.encode()) <= limits.TOPICLEN
    for key, channel in world.resting.items():
        assert key == channel.key == fold(channel.name)
        assert channel.registration is not None
        assert not channel.members
        assert not channel.sessions
        assert key not in world.channels
    for channel in world.timed:
        assert not world.has_ended(channel)
    for channel in (*world.channels.values(), *world.resting.values()):
        ends = [ban.until for rows in channel.lists.values() for ban in rows.values() if ban.until]
        assert not ends or world.timed[channel] <= min(ends)
    for channel, _ in world.registered_channels():
        assert channel_modes.REGISTERED in channel.modes
    check_waiting(engine)
    for session in engine.sessions.values():
        assert session.closing or session.request is None
        assert session.user is None or session.closing or session.user.uid in world.users


def check_waiting(engine: Engine) -> None:
    """Lines that wait are bounded, and somebody looks after them; nobody is looked after who is gone."""
    for session in engine.sessions.values():
        assert session.closing or session.inbox_bytes == sum(map(_weight, session.inbox))
        assert session.closing or session.inbox_bytes <= engine.settings.limits.recvq
        assert not session.inbox or not session.closing
        assert not session.inbox or session.request is not None or session in engine._lagging
    assert engine._lagging.keys() <= set(engine.sessions.values())
