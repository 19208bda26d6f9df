"""The key table, and what terminals send for keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client.editor import EDITOR_ACTIONS
from gchat.client.events import Focus, Key, Paste
from gchat.client.keyreader import LONGEST_PASTE, PASTE_TIMEOUT, KeyReader, special
from gchat.client.keys import ACTIONS, BINDINGS, table


def read(*tokens: str) -> list[Key | Paste | Focus]:
    """What comes of tokens that arrive together; characters can be written in one."""
    return KeyReader().read([part for token in tokens for part in _split(token)], 0.0)


def _split(token: str) -> list[str]:
    return [token] if token.startswith(("KEY_", "k")) and len(token) > 1 else list(token)


def names(*tokens: str) -> list[str]:
    return [event.name for event in read(*tokens) if isinstance(event, Key)]


def test_every_binding_stands_for_an_action_and_every_action_can_be_reached() -> None:
    assert set(BINDINGS.values()) == set(ACTIONS)


def test_the_editor_knows_every_input_action() -> None:
    assert {action for action in ACTIONS if action.startswith("input-")} == EDITOR_ACTIONS


def test_the_table_names_every_key_once() -> None:
    rows = table()
    assert {row.group for row in rows} == {"Buffers", "Scrolling", "Screen", "Input line"}
    assert [row.group for row in rows] == sorted(
        [row.group for row in rows], key=["Buffers", "Scrolling", "Screen", "Input line"].index
    )
    keys = [key for row in rows for key in row.keys if not key.startswith("M-1 ") and key != "M-0"]
    assert sorted(keys) == sorted(key for key in BINDINGS if not (key[:2] == "M-" and key[2:].isdecimal()))


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("a", "a"),
        ("é", "é"),
        (" ", " "),
        ("\r", "Enter"),
        ("\n", "C-j"),
        ("\t", "Tab"),
        ("\x01", "C-a"),
        ("\x1a", "C-z"),
        ("\x08", "Backspace"),
        ("\x7f", "Backspace"),
        ("\x00", "C-Space"),
        ("\x1f", "C-_"),
        ("\x1b", "Escape"),
        ("\x1ba", "M-a"),
        ("\x1b1", "M-1"),
        ("\x1b<", "M-<"),
        ("\x1b[", "M-["),
        ("\x1b\r", "M-Enter"),
        ("\x1b\x7f", "M-Backspace"),
        ("\x1b\x01", "M-C-a"),
        ("\x1b[A", "Up"),
        ("\x1b[1;5A", "C-Up"),
        ("\x1b[1;3D", "M-Left"),
        ("\x1b[1;2B", "S-Down"),
        ("\x1b[1;6C", "C-S-Right"),
        ("\x1b[Z", "S-Tab"),
        ("\x1b[3~", "Delete"),
        ("\x1b[5;5~", "C-PageUp"),
        ("\x1b[15~", "F5"),
        ("\x1b[17~", "F6"),
        ("\x1b[24~", "F12"),
        ("\x1bOP", "F1"),
        ("\x1bOM", "Enter"),
        ("\x1b[13;3u", "M-Enter"),
        ("\x1b[27;3;13~", "M-Enter"),
        ("\x1b[97;5u", "C-a"),
        ("\x1b[97;2u", "A"),
    ],
)
def test_characters(sent: str, key: str) -> None:
    assert read(sent) == [Key(key)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("KEY_UP", "Up"),
        ("KEY_PPAGE", "PageUp"),
        ("KEY_BTAB", "S-Tab"),
        ("KEY_ENTER", "Enter"),
        ("KEY_BACKSPACE", "Backspace"),
        ("KEY_SR", "S-Up"),
        ("KEY_F(1)", "F1"),
        ("KEY_F(12)", "F12"),
        ("KEY_F(13)", "S-F1"),
        ("KEY_F(25)", "C-F1"),
        ("KEY_F(49)", "M-F1"),
        ("kUP5", "C-Up"),
        ("kUP3", "M-Up"),
        ("kLFT", "Left"),
        ("kDC3", "M-Delete"),
        ("kNXT5", "C-PageDown"),
        ("WheelUp", "WheelUp"),
        ("KEY_RESIZE", ""),
        ("KEY_SUSPEND", ""),
    ],
)
def test_names_of_curses(name: str, key: str) -> None:
    assert special(name) == key


def test_meta_before_a_special_key() -> None:
    assert names("\x1b", "KEY_BACKSPACE") == ["M-Backspace"]
    assert names("\x1b", "KEY_UP") == ["M-Up"]


def test_an_unknown_sequence_is_swallowed_whole() -> None:
    assert names("\x1b[?64;1;2cx") == ["x"]
    assert names("\x1b[9999Zx") == ["S-Tab", "x"]
    assert names("\x1b[200", "KEY_UP") == []


@pytest.mark.parametrize(
    ("sent", "key"),
    [("\x1b\x1b[A", "M-Up"), ("\x1b\x1b", "M-Escape"), ("\x1b\x1ba", "M-a"), ("\x1b" * 5000 + "a", "M-a")],
)
def test_two_escapes_are_meta(sent: str, key: str) -> None:
    assert names(sent) == [key]


def test_several_keys_come_at_once() -> None:
    assert names("hi\r") == ["h", "i", "Enter"]


def test_focus() -> None:
    assert read("\x1b[Ia\x1b[O") == [Focus(True), Key("a"), Focus(False)]


def test_a_paste_is_one_event() -> None:
    assert read("a\x1b[200~one\r\ntwo\rthree\x1b[201~b") == [Key("a"), Paste("one\ntwo\nthree"), Key("b")]


def test_a_paste_in_pieces() -> None:
    reader = KeyReader()
    assert reader.read("\x1b[200~on", 0.0) == []
    assert reader.pasting
    assert reader.read("e\x1b[20", 0.5) == []
    assert reader.read("1~x", 1.0) == [Paste("one"), Key("x")]
    assert not reader.pasting


def test_a_paste_that_never_ends_is_given_after_a_while() -> None:
    reader = KeyReader()
    reader.read("\x1b[200~half", 10.0)
    assert reader.read("", 10.0 + PASTE_TIMEOUT / 2) == []
    assert reader.read("", 10.0 + PASTE_TIMEOUT) == [Paste("half")]
    assert reader.read("x", 20.0) == [Key("x")]


def test_a_paste_is_bounded_and_its_end_still_found() -> None:
    reader = KeyReader()
    reader.read("\x1b[200~" + "x" * (LONGEST_PASTE + 1000), 0.0)
    assert reader.read("\x1b[201~y", 0.0) == [Paste("x" * LONGEST_PASTE), Key("y")]


def test_keys_inside_a_paste_are_not_keys() -> None:
    assert KeyReader().read([*"\x1b[200~a", "KEY_UP", *"b\x1b[201~"], 0.0) == [Paste("ab")]


def test_the_end_of_a_paste_without_a_start_is_nothing() -> None:
    assert read("\x1b[201~") == []


TOKENS = st.lists(
    st.one_of(
        st.characters(max_codepoint=0x2FF),
        st.sampled_from(
            ["\x1b", "[", "O", "~", ";", "2", "0", "KEY_UP", "KEY_F(99)", "kUP99", "kUPx", "KEY_F(x)"]
        ),
    )
)


@given(TOKENS)
def test_whatever_is_sent_gives_keys_with_names(tokens: list[str]) -> None:
    for event in KeyReader().read(tokens, 0.0):
        assert not isinstance(event, Key) or event.name
