"""Lines that name many rooms, or rooms of many: others have turns between the slices of their work."""

from __future__ import annotations

import pytest

from gchat.server.commands.slices import PEOPLE
from gchat.server.lanes import Lane
from tests.server.conftest import Chat, Client, command_of

MANY = 3 * PEOPLE
ROOMS = ["#a", "#b", "#c"]


@pytest.fixture
def neural(chat: Chat) -> Client:
    """The operator of rooms full of people."""
    neural = chat.client("Neural")
    neural.send(*(f"JOIN {room}" for room in ROOMS))
    for number in range(MANY - 1):
        chat.client(f"crowd{number}")
        user = chat.engine.world.user(f"crowd{number}")
        assert user is not None
        for room in ROOMS:
            chat.engine.world.enter(user, room, 0)
    return neural


def handle(chat: Chat, client: Client, line: str) -> int:
    """Handle a line; return how often others had a turn meanwhile."""
    client.read()
    found = 0
    chat.engine.receive(client.session, f"{line}\r\n".encode())
    while chat.work:
        request, work = chat.work.pop(0)
        assert work.lane is Lane.BREATH
        found += 1
        chat.engine.resume(request, None)
    chat.settle()
    return found


@pytest.mark.parametrize(
    ("line", "numeric", "count"),
    [
        ("WHO #a", "352", MANY),
        ("WHO #a %tn,1", "354", MANY),
        ("WHO *", "352", MANY),
        ("WHO Neu*", "352", 1),
        ("WHO * o", "352", 0),
    ],
)
def test_a_who_of_many(chat: Chat, neural: Client, line: str, numeric: str, count: int) -> None:
    assert handle(chat, neural, line) == MANY // PEOPLE - 1
    commands = [command_of(line) for line in neural.read()]
    assert commands == [numeric] * count + ["315"]


@pytest.mark.parametrize("mask", ["#a", "*"])
def test_a_who_shows_nobody_who_is_gone_meanwhile(chat: Chat, neural: Client, mask: str) -> None:
    gone = chat.client("Gone")
    user = gone.session.user
    assert user is not None
    chat.engine.world.enter(user, "#a", 0)
    neural.read()
    chat.engine.receive(neural.session, f"WHO {mask}\r\n".encode())
    ((request, _),) = chat.work
    chat.work.clear()
    gone.send("QUIT")
    chat.engine.resume(request, None)
    chat.settle()
    lines = neural.read()
    assert len([line for line in lines if command_of(line) == "352"]) == MANY
    assert not any(" Gone " in line for line in lines if command_of(line) == "352")


def test_a_list_of_many(chat: Chat, neural: Client) -> None:
    user = neural.session.user
    assert user is not None
    for number in range(MANY):
        chat.engine.world.enter(user, f"#room{number}", 0)
    looks = (MANY + len(ROOMS) - 1) // PEOPLE
    assert handle(chat, neural, "LIST") == 2 * looks
    assert [command_of(line) for line in neural.read()] == ["321", *["322"] * (MANY + len(ROOMS)), "323"]
    assert handle(chat, neural, "LIST #a*") == looks
    assert [command_of(line) for line in neural.read()] == ["321", "322", "323"]


def test_coming_into_full_rooms_and_leaving_them(chat: Chat, neural: Client) -> None:
    nine = chat.client("Nine")
    user = nine.session.user
    assert user is not None
    assert handle(chat, nine, f"JOIN {','.join(ROOMS)}") == len(ROOMS) - 1
    assert [channel.name for channel in user.channels.values()] == ROOMS
    assert handle(chat, nine, f"PART {','.join(ROOMS)}") == len(ROOMS) - 1
    assert not user.channels
    handle(chat, nine, f"JOIN {','.join(ROOMS)},#d")
    assert handle(chat, nine, "JOIN 0") == len(ROOMS) - 1
    assert not user.channels
    assert [command_of(line) for line in nine.read()] == ["PART"] * 4
