"""The list of mentions: what is kept, and going there."""

from typing import Any

import pytest

from gchat.client.mentions import _MOST
from gchat.client.overlay import Mentions

Playbook = Any  # tests/client/conftest.py
NINE = ":Nine!n@nine.example"


@pytest.fixture
def called(ready: Playbook) -> Playbook:
    """Three mentions in two channels, #ops being shown."""
    ready.join("#ops")
    ready.server(
        f"{NINE} PRIVMSG #team :Neural: one",
        f"{NINE} PRIVMSG #team :nothing",
        f"{NINE} PRIVMSG #ops :two, Neural",
        f"{NINE} PRIVMSG Neural :psst",
        f"{NINE} NOTICE #team :Neural: three",
    )
    ready.sent()
    return ready


def kept(book: Playbook) -> list[tuple[str, str]]:
    """The mentions that are kept."""
    return [(mention.buffer.name, mention.line.text) for mention in book.model.mentions]


def test_what_calls_us_in_channels_is_kept(called: Playbook) -> None:
    assert kept(called) == [("#team", "Neural: one"), ("#ops", "two, Neural"), ("#team", "Neural: three")]


def test_the_newest_are_kept(ready: Playbook) -> None:
    ready.server(*[f"{NINE} PRIVMSG #team :Neural {i}" for i in range(2000)])
    assert _MOST <= len(ready.model.mentions) <= _MOST + (_MOST >> 3)
    assert kept(ready)[-1] == ("#team", "Neural 1999")


@pytest.mark.parametrize(
    ("keys", "shown", "text"),
    [
        (("Enter",), "#team", "Neural: three"),
        (("Up", "Enter"), "#ops", "two, Neural"),
        (("Up", "Up", "Up", "Up", "Enter"), "#team", "Neural: one"),
        (("Up", "Up", "Down", "Enter"), "#ops", "two, Neural"),
        (("PageUp", "Enter"), "#team", "Neural: one"),
        (("M-<", "C-n", "C-p", "Enter"), "#team", "Neural: one"),
        (("M-<", "M->", "Enter"), "#team", "Neural: three"),
        (("x", "F1", "Enter"), "#team", "Neural: three"),
    ],
)
def test_enter_goes_there(called: Playbook, keys: tuple[str, ...], shown: str, text: str) -> None:
    called.press("F3")
    assert isinstance(called.model.overlay, Mentions)
    overlay = called.model.overlay
    called.press(*keys)
    assert called.model.overlay is None
    assert called.model.current is called.buffer(shown)
    assert overlay.entries[overlay.chosen].line.text == text


def test_the_line_is_in_sight(called: Playbook) -> None:
    called.server(*[f"{NINE} PRIVMSG #team :{i}" for i in range(500)])
    called.type("/mentions")
    called.press("M-<", "Enter")
    team = called.buffer("#team")
    at = team.index_of(team.anchor)
    assert at < 40


@pytest.mark.parametrize("key", ["Escape", "C-g", "F3", "q", "M-@"])
def test_leaving(called: Playbook, key: str) -> None:
    called.press("F3", key)
    assert called.model.overlay is None
    assert called.model.current is called.buffer("#ops")


def test_a_line_that_is_gone(called: Playbook) -> None:
    called.press("F3")
    called.buffer("#team").lines.clear()
    called.press("Enter")
    assert called.model.hint == "that line is no longer kept"
    assert called.model.current is called.buffer("#ops")
    called.model.close(called.buffer("#team"))
    assert kept(called) == [("#ops", "two, Neural")]


def test_nobody_called(ready: Playbook) -> None:
    ready.press("F3")
    assert (ready.model.overlay, ready.model.hint) == (None, "nobody has called you yet")
    ready.type("/mentions")
    assert ready.last("#team") == "Nobody has called you yet"


def test_a_paste_goes_back_to_the_input(called: Playbook) -> None:
    from gchat.client.events import Paste

    called.press("F3")
    called.happen(Paste("text"))
    assert called.model.overlay is None
    assert called.buffer("#ops").editor.text == "text"
