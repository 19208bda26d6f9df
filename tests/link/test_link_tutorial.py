"""The client's core in a room of the tutorial's own server, which is a few lines of Python."""

import pytest

from gchat.client import events
from gchat.client.address import TUTORIAL, Address
from gchat.client.line import Delivery
from gchat.client.model import Model, State
from gchat.client.settings import Settings
from gchat.client.update import deadline, update
from gchat.tutorial.peer import TutorialPeer


class Room:
    """The tutorial's server with one client: whatever it is sent goes to everybody, sender included."""

    def __init__(self) -> None:
        settings = Settings()
        settings.nick = "Neural"
        self.now = 1000.0
        self.model = Model(settings, wire_for=lambda address: TutorialPeer())
        self.network = self.model.add_network(Address("localhost", 55555, language=TUTORIAL))
        self.network.wanted = True
        self.got: list[bytes] = []
        self.happen(events.Start())
        self.happen(events.Connected(1))

    def happen(self, event: events.Event) -> None:
        for effect in update(self.model, event, self.now):
            if isinstance(effect, events.Send):
                self.got.append(effect.data)
        if isinstance(event, events.Received):
            self.happen(events.Flushed(1))

    def say(self, data: bytes) -> None:
        self.happen(events.Received(1, data))

    def echo(self) -> None:
        """Send everything back, as the tutorial's server does."""
        got, self.got = self.got, []
        for data in got:
            self.say(data)

    def type(self, text: str) -> None:
        assert self.model.current is not None
        self.model.current.editor.set(text)
        self.happen(events.Key("Enter"))

    def texts(self) -> list[str]:
        lines = self.network.buffers["#lobby"].lines
        return [f"{line.nick}: {line.text}" if line.nick else line.text for line in lines]


@pytest.fixture
def room() -> Room:
    """A client that was let in."""
    room = Room()
    room.say(b"NICK")
    assert room.got == [b"Neural"]
    room.got.clear()
    room.say(b"Neural joined!")
    room.say(b"Connected to server!")
    return room


def test_it_gets_in(room: Room) -> None:
    assert room.network.state is State.READY
    assert room.model.current is room.network.buffers["#lobby"]
    assert room.texts() == ["You joined #lobby", "Connected to server!"]


def test_it_talks(room: Room) -> None:
    room.type("hello")
    lines = room.network.buffers["#lobby"].lines
    assert lines[-1].delivery is Delivery.PENDING
    room.echo()
    assert lines[-1].delivery is Delivery.SENT
    room.say(b"Nine: What's up?")
    room.say(b"Nine left!")
    assert room.texts()[-4:] == ["Neural: hello", "Nine joined", "Nine: What's up?", "Nine left"]


def test_silence_is_nothing_to_worry_about(room: Room) -> None:
    for _ in range(600):
        due = deadline(room.model, room.now)
        assert due is not None
        room.now = max(due, room.now + 1)
        room.happen(events.Tick())
    assert room.network.state is State.READY
    assert room.got == []


def test_a_text_that_is_not_echoed_means_a_dead_connection(room: Room) -> None:
    room.type("hello")
    for _ in range(120):
        room.now += 1
        room.happen(events.Tick())
    assert room.network.state is not State.READY
    assert room.network.buffers["#lobby"].lines[2].delivery is Delivery.FAILED


def test_what_it_cannot_do_is_said(room: Room) -> None:
    room.type("/topic Ship it")
    room.type("/join #ops")
    assert room.texts()[-2:] == [
        "This server does not know the command TOPIC.",
        "There is no channel #ops, or its name is not one this server allows.",
    ]
    assert room.got == []
