"""Keys: buffers, drafts, scrolling, search, completion, help, typing notifications, the 'new' marker."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client import events
from gchat.client.keys import ACTIONS, BINDINGS
from gchat.client.overlay import Help, Search

Playbook = Any  # tests/client/conftest.py
NINE = ":Nine!n@nine.example"


@pytest.fixture
def three(ready: Playbook) -> Playbook:
    """In #team, #ops and #dev, looking at #team."""
    ready.join("#ops", "Neural Nine").join("#dev", "Neural Nine")
    ready.model.show(ready.buffer("#team"))
    return ready


def current(book: Playbook) -> str:
    return str(book.model.current.name)


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (["M-1"], "Test"),
        (["M-2"], "#team"),
        (["M-4"], "#dev"),
        (["M-9"], "#team"),
        (["M-Down"], "#ops"),
        (["M-Up"], "Test"),
        (["M-Up", "M-Up"], "#dev"),
        (["M-4", "M-/"], "#team"),
        (["M-4", "M-/", "M-/"], "#dev"),
        (["M-a"], "#team"),
    ],
)
def test_going_through_buffers(three: Playbook, keys: list[str], name: str) -> None:
    three.press(*keys)
    assert current(three) == name


def test_what_waits_comes_by_importance(three: Playbook) -> None:
    three.server(f"{NINE} PRIVMSG #ops :hi", f"{NINE} PRIVMSG #dev :Neural!", f"{NINE} PRIVMSG Neural :psst")
    seen = []
    for _ in range(4):
        three.press("M-a")
        seen.append(current(three))
    assert seen == ["#dev", "Nine", "#ops", "#ops"]
    assert three.model.hint == "nothing waits anywhere"
    three.press("x")
    assert three.model.hint == ""


def test_every_buffer_keeps_its_draft(three: Playbook) -> None:
    three.press("h", "i", "M-3", "y", "o", "M-2")
    assert three.model.current.editor.text == "hi"
    assert three.buffer("#ops").editor.text == "yo"


# --- the 'new' marker ----------------------------------------------------------------------------


def test_the_marker_stands_where_we_left(three: Playbook) -> None:
    team = three.buffer("#team")
    three.server(f"{NINE} PRIVMSG #team :seen")
    seen = team.lines[-1].serial
    three.press("M-3")
    three.press("M-2")
    assert team.marker is None  # nothing came
    three.press("M-3")
    three.server(f"{NINE} PRIVMSG #team :new")
    three.press("M-2")
    assert (team.marker, team.unread) == (seen, 0)
    three.type("answer")
    assert team.marker is None


def test_the_marker_and_the_focus(three: Playbook) -> None:
    team = three.buffer("#team")
    three.server(f"{NINE} PRIVMSG #team :seen")
    seen = team.lines[-1].serial
    three.happen(events.Focus(False))
    three.happen(events.Focus(True))
    assert team.marker is None
    three.happen(events.Focus(False))
    three.server(f"{NINE} PRIVMSG #team :new")
    three.happen(events.Focus(False))
    three.happen(events.Focus(True))
    assert team.marker == seen


# --- completion ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "keys", "text"),
    [
        ("Ni", ["Tab"], "Nine: "),
        ("hi Ni", ["Tab"], "hi Nine "),
        ("#o", ["Tab"], "#ops "),
        ("/kic", ["Tab"], "/kick "),
        ("/kick Ni", ["Tab"], "/kick Nine "),
        ("", ["Tab"], "zed: "),
        ("", ["Tab", "Tab"], "Nine: "),
        ("", ["Tab", "Tab", "Tab"], "zed: "),
        ("", ["S-Tab"], "Nine: "),
        ("Ne", ["Tab"], "Ne"),
        ("xyz", ["Tab"], "xyz"),
    ],
)
def test_completion(three: Playbook, typed: str, keys: list[str], text: str) -> None:
    three.server(f"{NINE} PRIVMSG #team :hi", ":zed!z@z JOIN #team")
    three.now += 1
    three.server(":zed!z@z PRIVMSG #team :hi")
    three.model.current.editor.set(typed)
    three.press(*keys)
    assert three.model.current.editor.text == text


def test_another_key_ends_a_completion(three: Playbook) -> None:
    three.press("N", "i", "Tab", "x")
    assert three.model.completion is None
    assert three.model.current.editor.text == "Nine: x"


# --- scrolling, search, help ---------------------------------------------------------------------


@pytest.fixture
def long(ready: Playbook) -> Playbook:
    """A hundred lines in #team on a small screen."""
    ready.happen(events.Resize(80, 24))
    ready.server(*[f"{NINE} PRIVMSG #team :line {i}" for i in range(100)])
    return ready


def test_scrolling(long: Playbook) -> None:
    team = long.buffer("#team")
    long.press("PageUp")
    assert team.anchor is not None
    anchor = team.anchor
    long.server(f"{NINE} PRIVMSG #team :new")
    assert (team.anchor, team.fresh) == (anchor, 1)
    long.press("PageDown", "PageDown")
    assert (team.anchor, team.fresh) == (None, 0)
    long.press("M-<")
    assert team.anchor is not None
    long.press("M->")
    assert team.anchor is None
    long.press("PageUp")
    long.type("hello")
    assert team.anchor is None


def test_search(long: Playbook) -> None:
    team = long.buffer("#team")
    long.press("C-r")
    search = long.model.overlay
    assert isinstance(search, Search)
    long.press("L", "i", "n", "e", " ", "4", "2")
    assert [line.text for line in team.lines if line.serial in search.hits] == ["line 42"]
    assert search.found == search.hits[0]
    assert team.anchor is not None
    long.press("Backspace")
    assert len(search.hits) == 11
    assert team.lines[team.index_of(search.found)].text == "line 49"
    long.press("Up", "Up", "Down")
    assert team.lines[team.index_of(search.found)].text == "line 48"
    long.press("Escape")
    assert (long.model.overlay, team.anchor) == (None, None)


def test_search_stays_where_it_was_accepted(long: Playbook) -> None:
    long.press("C-r", "4", "2", "Enter")
    assert long.model.overlay is None
    assert long.buffer("#team").anchor is not None


def test_search_for_nothing(long: Playbook) -> None:
    long.press("C-r")
    long.happen(events.Paste("no such text\nat all"))
    assert long.model.hint == "nothing found"
    long.press("Up", "C-u")
    assert long.model.overlay.hits == []


def test_help_and_its_end(ready: Playbook) -> None:
    for key in ("Escape", "q", "Enter", "F1"):
        ready.press("F1")
        assert isinstance(ready.model.overlay, Help)
        ready.press("PageDown")
        assert ready.model.overlay.top > 0
        ready.press("x", key)
        assert ready.model.overlay is None
    assert ready.model.current.editor.text == ""


@pytest.mark.parametrize(("key", "effect"), [("C-l", events.Redraw()), ("C-z", events.Suspend())])
def test_keys_with_an_effect(ready: Playbook, key: str, effect: events.Effect) -> None:
    assert ready.press(key) == [effect]


def test_panes_are_shown_against_the_width(ready: Playbook) -> None:
    ready.happen(events.Resize(60, 20))
    ready.press("F7", "F8", "F2")
    assert ready.model.panes == {"buffers": True, "members": True, "topic": True}
    ready.press("F7", "F8", "F2", "F9")
    assert ready.model.panes == {}
    assert ready.settings.mouse


@pytest.mark.parametrize(("key", "pane", "narrow"), [("F8", "members", 80), ("F7", "buffers", 60)])
def test_a_pane_that_was_opened_and_closed_comes_back_by_itself(
    ready: Playbook, key: str, pane: str, narrow: int
) -> None:
    ready.happen(events.Resize(narrow, 24))
    ready.press(key, key)
    assert pane not in ready.model.panes
    ready.press(key)
    ready.happen(events.Resize(130, 24))
    ready.press(key)
    assert ready.model.panes == {pane: False}
    ready.happen(events.Resize(narrow, 24))
    ready.press(key, key)
    ready.happen(events.Resize(130, 24))
    assert pane not in ready.model.panes


def test_escape_empties_the_line(ready: Playbook) -> None:
    ready.press("h", "i", "Escape")
    assert ready.model.current.editor.text == ""


def test_a_paste_is_sent_with_enter(ready: Playbook) -> None:
    ready.happen(events.Paste("one\r\ntwo\x1b[31m"))
    assert ready.sent() == []
    ready.press("Enter")
    assert ready.sent() == ["PRIVMSG #team :one", "PRIVMSG #team :two[31m"]


def test_history(ready: Playbook) -> None:
    ready.type("one")
    ready.type("two")
    ready.press("Up", "Up")
    assert ready.model.current.editor.text == "one"


@pytest.mark.parametrize("key", [*BINDINGS, "x", "é", "F12", "C-M-x"])
def test_every_key_on_every_screen(playbook: Callable[[], Playbook], key: str) -> None:
    book = playbook()
    book.press(key)
    book.happen(events.Resize(1, 1))
    book.press(key, key)
    for overlay in (Help("Help", ["x"]), Search()):
        book.model.overlay = overlay
        book.press(key)
    book.register().join().press(key, key)


def test_every_action_is_somebodys() -> None:
    from gchat.client.actions import _ACTIONS

    assert {name for name in ACTIONS if not name.startswith("input-")} == set(_ACTIONS)


# --- telling that we type ------------------------------------------------------------------------

ACTIVE, PAUSED, DONE = (f"@+typing={state} TAGMSG #team" for state in ("active", "paused", "done"))


def test_typing_is_told_every_three_seconds_at_most(modern: Playbook) -> None:
    modern.press("h")
    assert modern.sent() == [ACTIVE]
    modern.press("e", "l")
    assert modern.sent() == []
    modern.wait(3)
    modern.press("l")
    assert modern.sent() == [ACTIVE]


def test_a_pause_is_told_once(modern: Playbook) -> None:
    modern.press("h")
    modern.sent()
    modern.wait(20)
    assert modern.sent() == [PAUSED]
    modern.press("e")
    assert modern.sent() == [ACTIVE]


def test_deleting_is_told_and_sending_tells_itself(modern: Playbook) -> None:
    modern.press("h", "Backspace")
    assert modern.sent() == [ACTIVE, DONE]
    modern.press("h", "i", "Enter")
    assert modern.sent() == [ACTIVE, "@label=g1 PRIVMSG #team :hi"]
    modern.wait(20)
    assert modern.sent() == []


@pytest.mark.parametrize("typed", ["/join x", "/", " "])
def test_commands_are_nobodys_business(modern: Playbook, typed: str) -> None:
    modern.press(*typed)
    assert modern.sent() == []


@pytest.mark.parametrize("deny", ["*", "typing", "*,-draft/react,typing"])
def test_a_server_that_denies_the_tag_gets_none(playbook: Callable[[], Playbook], deny: str) -> None:
    book = playbook().register("message-tags", isupport=f"CHANTYPES=# CLIENTTAGDENY={deny}").join()
    book.press("h")
    assert book.sent() == []


def test_without_tags_or_will_nothing_is_told(ready: Playbook, modern: Playbook) -> None:
    ready.press("h")
    modern.settings.send_typing = False
    modern.press("h")
    assert (ready.sent(), modern.sent()) == ([], [])
