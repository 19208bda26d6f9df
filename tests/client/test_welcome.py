"""The first start: the questions, their answers, and a server that is not there."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client import events
from gchat.client.address import Address
from gchat.client.model import Model, State
from gchat.client.overlay import Step, Welcome
from gchat.client.settings import Settings
from gchat.client.update import update

Playbook = Any  # tests/client/conftest.py
LOCALHOST = Address("localhost")


class First:
    """A client that knows nothing yet."""

    def __init__(self, step: Step = Step.NICK, nick: str = "") -> None:
        self.settings = Settings()
        self.model = Model(self.settings)
        self.overlay = Welcome(step, nick)
        self.model.overlay = self.overlay

    def happen(self, event: events.Event) -> list[events.Effect]:
        return update(self.model, event, 1.0)

    def answer(self, text: str) -> list[events.Effect]:
        for character in text:
            self.happen(events.Key(character))
        return self.happen(events.Key("Enter"))


REFUSED = events.ConnectionFailed(1, "nobody answers at localhost port 6667", refused=True)


def test_the_whole_way() -> None:
    first = First()
    assert first.happen(events.Start()) == []
    assert first.answer("Neural") == [events.Remember("nick", "Neural")]
    assert first.overlay.step is Step.SERVER
    assert first.answer("") == [events.Connect(1, LOCALHOST)]
    assert first.overlay.step is Step.CONNECTING
    assert first.answer("x") == []
    first.happen(REFUSED)
    assert (first.overlay.step, first.overlay.problem) == (
        Step.NO_SERVER,
        "There is no server at localhost:6667.",
    )
    assert first.happen(events.Key("x")) == []
    assert first.happen(events.Key("s")) == [events.StartLocalServer()]
    here = Address("127.0.0.1", 40404, channels=("#lobby",))
    assert first.happen(events.LocalServer(here)) == [events.Connect(1, here)]
    effects = first.happen(events.Connected(1))
    assert b"NICK Neural" in effects[0].data  # type: ignore[union-attr]
    assert first.model.overlay is None
    assert [network.address for network in first.model.networks] == [here]
    data = first.happen(events.Received(1, b":s 001 Neural :Hi\r\n:s 422 Neural :x\r\n"))
    assert b"JOIN #lobby" in data[-1].data  # type: ignore[union-attr]


def test_no_local_server_can_be_started() -> None:
    first = First(Step.SERVER)
    first.answer("")
    first.happen(REFUSED)
    first.happen(events.Key("s"))
    first.happen(events.LocalServer(None, "the disk is full"))
    assert first.overlay.step is Step.NO_SERVER
    assert first.overlay.problem == "No server could be started: the disk is full."


def test_another_server() -> None:
    first = First(Step.SERVER)
    first.answer("")
    first.happen(REFUSED)
    first.happen(events.Key("o"))
    assert first.overlay.step is Step.SERVER
    there = Address("irc.example", 6697, True)
    assert first.answer("ircs://irc.example") == [events.Connect(1, there)]
    hint = "Set tls_ca to trust it."
    first.happen(events.ConnectionFailed(1, "the certificate is not trusted", hint=hint, again=False))
    assert first.overlay.step is Step.SERVER
    assert (
        first.overlay.problem == f"No connection to irc.example:6697: the certificate is not trusted. {hint}"
    )


def test_a_server_is_remembered_once_it_has_answered() -> None:
    first = First(Step.SERVER)
    first.answer("no.example")
    first.happen(events.ConnectionFailed(1, "there is no host of that name", hint="", again=False))
    assert not [one for one in first.answer("irc.example") if isinstance(one, events.Remember)]
    assert events.Remember("server", "irc.example") in first.happen(events.Connected(1))


@pytest.mark.parametrize(
    ("nick", "problem"),
    [
        ("", "A nickname is what others call you"),
        ("a b", "holds no space"),
        ("a@b", "holds no '@'"),
        ("#neural", "begins with a letter"),
        ("9lives", "begins with a letter"),
        ("-dash", "begins with a letter"),
    ],
)
def test_nicknames_nobody_can_have(nick: str, problem: str) -> None:
    first = First()
    assert first.answer(nick) == []
    assert problem in first.overlay.problem
    assert first.overlay.step is Step.NICK


def test_an_offered_nickname_is_taken_with_enter() -> None:
    first = First(nick="nine")
    assert first.answer("") == [events.Remember("nick", "nine")]
    assert first.settings.nick == "nine"


def test_an_address_that_is_none() -> None:
    first = First(Step.SERVER)
    assert first.answer("gopher://x") == []
    assert "gopher" in first.overlay.problem
    assert first.overlay.step is Step.SERVER


def test_asked_only_for_the_nickname_where_the_server_is_known() -> None:
    first = First()
    first.model.add_network(LOCALHOST).wanted = True
    assert first.happen(events.Start()) == []
    effects = first.answer("Neural")
    assert effects == [events.Remember("nick", "Neural"), events.Connect(1, LOCALHOST)]
    assert first.model.overlay is None


def test_the_default_server_is_not_there_at_a_later_start(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.model.default_network = 1
    book.happen(events.Start())
    book.happen(events.ConnectionFailed(1, "nobody answers", refused=True))
    assert isinstance(book.model.overlay, Welcome)
    assert book.model.overlay.step is Step.NO_SERVER
    assert book.model.overlay.nick == "Neural"
    assert book.network.state is State.DISCONNECTED


def test_the_default_server_that_was_there_comes_back(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.model.default_network = 1
    book.register()
    book.happen(events.ConnectionLost(1, ""))
    book.wait(3)
    book.happen(events.ConnectionFailed(1, "nobody answers", refused=True))
    assert book.model.overlay is None
    assert book.network.state is State.WAITING


@pytest.mark.parametrize("key", ["Escape", "C-c", "q"])
def test_leaving_at_the_choice(key: str) -> None:
    first = First(Step.NO_SERVER)
    assert first.happen(events.Key(key)) == [events.Quit(0)]


def test_an_answer_can_be_pasted_and_edited() -> None:
    first = First()
    first.happen(events.Paste("Neurall\nrm -rf /"))
    first.happen(events.Key("Backspace"))
    assert first.answer("") == [events.Remember("nick", "Neural")]
