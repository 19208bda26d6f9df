"""What one said last is changed and taken back, between two clients on a server that keeps its history."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gchat.client.line import Fate, LineKind
from gchat.server.settings import Server
from gchat.server.stores.sqlite import SqliteStore

Town = Any  # tests/link/conftest.py


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore.open(str(tmp_path / "gchat.db"), background=False)
    yield opened
    opened.close()


@pytest.fixture
def keeping(make_town: Callable[..., Town], store: SqliteStore) -> Town:
    """A server with a history."""
    return make_town(store=store)


def test_what_was_said_last_is_said_otherwise(keeping: Town) -> None:
    neural, nine = keeping.people("Neural", "Nine")
    neural.type("hello")
    neural.type("helo all")
    nine.type("what?")
    neural.type("/edit")
    assert neural.model.current.editor.text == "/edit helo all"
    assert nine.texts("#team")[-2:] == ["Neural: helo all", "Nine: what?"]
    neural.press(*["Left"] * 5, "l", "Enter")
    for person in (neural, nine):
        assert person.texts("#team")[-3:] == ["Neural: hello", "Neural: hello all", "Nine: what?"]
        assert person.lines("#team")[-2].fate is Fate.EDITED
    neural.type("/edit hello again")
    assert nine.texts("#team")[-2] == "Neural: hello again"


def test_an_action_stays_one(keeping: Town) -> None:
    neural, nine = keeping.people("Neural", "Nine")
    neural.type("/me wavs")
    neural.type("/edit waves")
    for person in (neural, nine):
        line = person.lines("#team")[-1]
        assert (line.kind, line.text, line.fate) == (LineKind.ACTION, "waves", Fate.EDITED)


def test_what_was_said_last_is_taken_back_and_then_what_was_said_before(keeping: Town) -> None:
    neural, nine = keeping.people("Neural", "Nine")
    neural.type("one")
    neural.type("two")
    neural.type("/delete wrong channel")
    for person in (neural, nine):
        assert [line.text for line in person.lines("#team")[-2:]] == ["one", "(deleted: wrong channel)"]
    neural.type("/delete")
    assert [line.text for line in nine.lines("#team")[-2:]] == ["(deleted)", "(deleted: wrong channel)"]
    neural.type("/delete")
    assert neural.last("#team").startswith("There is nothing of yours left here to take back. Usage: /delete")


def test_what_the_server_refuses_is_said(keeping: Town) -> None:
    neural, nine = keeping.people("Neural", "Nine")
    nine.type("hello")
    neural.type("/mode +m")
    nine.type("/edit secret")
    assert nine.lines("#team")[-1].kind is LineKind.ERROR
    assert [line.text for line in neural.lines("#team") if line.nick == "Nine"] == ["hello"]


def test_a_text_that_is_too_long_comes_back(keeping: Town) -> None:
    neural, nine = keeping.people("Neural", "Nine")
    neural.type("hello")
    neural.type("/edit " + "x" * 1000)
    assert "bytes too long for one line" in neural.last("#team")
    over = int(neural.last("#team").split()[2])
    assert neural.model.current.editor.text == "/edit " + "x" * 1000
    neural.type("/edit " + "x" * (1000 - over))
    assert nine.last("#team") == "Neural: " + "x" * (1000 - over)


def test_without_the_echo_it_is_shown_at_once(make_town: Callable[..., Town], store: SqliteStore) -> None:
    town = make_town(Server(name="gchat.test", without_capabilities=("echo-message",)), store=store)
    neural, _ = town.people("Neural", "Nine")
    neural.type("hello")
    neural.type("/edit hello all")
    assert neural.last("#team").startswith("The server gave what you said last no id")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/edit", "gchat keeps every message as it was said: say in words what you meant."),
        ("/delete", "gchat cannot take messages back: say in words what you meant."),
    ],
)
def test_where_nothing_is_kept_nothing_can_be_changed(town: Town, command: str, said: str) -> None:
    neural, _ = town.people("Neural", "Nine")
    neural.type("hello")
    neural.type(command)
    assert neural.last("#team") == said


def test_what_was_said_elsewhere_is_not_meant(keeping: Town) -> None:
    neural, _ = keeping.people("Neural", "Nine")
    [zed] = keeping.people("zed", channel="#ops")
    zed.type("/mode -n")  # those outside may speak, too
    neural.type("hello")
    neural.type("/msg #ops hi")
    neural.type("/delete")
    assert neural.last("#team").startswith("The server gave what you said last no id")
