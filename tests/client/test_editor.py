"""The input line: each action as a row before and after, with ``|`` for the cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client.editor import EDITOR_ACTIONS, LONGEST, Editor, KillRing
from gchat.client.text import boundaries

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ROWS = [
    ("input-left", "ab|c", "a|bc"),
    ("input-left", "|abc", "|abc"),
    ("input-left", f"a{FAMILY}|", f"a|{FAMILY}"),
    ("input-right", "a|bc", "ab|c"),
    ("input-right", "abc|", "abc|"),
    ("input-right", "|e\u0301x", "e\u0301|x"),
    ("input-word-left", "one two|", "one |two"),
    ("input-word-left", "one, |two", "|one, two"),
    ("input-word-left", "|one", "|one"),
    ("input-word-right", "|one two", "one| two"),
    ("input-word-right", "one| two", "one two|"),
    ("input-start", "one t|wo", "|one two"),
    ("input-start", "one\ntw|o", "one\n|two"),
    ("input-start", "\n\u0301a|", "\n|\u0301a"),
    ("input-end", "o|ne\ntwo", "one|\ntwo"),
    ("input-first", "one\ntw|o", "|one\ntwo"),
    ("input-last", "o|ne\ntwo", "one\ntwo|"),
    ("input-up", "one\ntw|o", "on|e\ntwo"),
    ("input-down", "on|e\nx", "one\nx|"),
    ("input-down", "日|本\nabcd", "日本\nab|cd"),
    ("input-delete", "a|bc", "a|c"),
    ("input-delete", f"a|{FAMILY}b", "a|b"),
    ("input-delete", "abc|", "abc|"),
    ("input-backspace", "ab|c", "a|c"),
    ("input-backspace", "e\u0301|x", "|x"),
    ("input-backspace", "|abc", "|abc"),
    ("input-kill-end", "a|bc", "a|"),
    ("input-kill-end", "a|bc\nd", "a|\nd"),
    ("input-kill-end", "a|\nd", "a|d"),
    ("input-kill-start", "ab|c", "|c"),
    ("input-kill-start", "x\n|c", "x|c"),
    ("input-kill-word", "|one two", "| two"),
    ("input-kill-word-back", "one two|", "one |"),
    ("input-kill-word-back", "see x.example|", "see x.|"),
    ("input-kill-spaced-back", "see x.example |", "see |"),
    ("input-transpose", "a|b", "ba|"),
    ("input-transpose", "ab|", "ba|"),
    ("input-transpose", "|ab", "|ab"),
    ("input-transpose", "a|", "a|"),
    ("input-transpose-words", "one| two", "two one|"),
    ("input-transpose-words", "one two|", "two one|"),
    ("input-transpose-words", "one|", "one|"),
    ("input-upper", "|one two", "ONE| two"),
    ("input-lower", "|ONE two", "one| two"),
    ("input-capital", "|one two", "One| two"),
    ("input-newline", "a|b", "a\n|b"),
]


def editor(picture: str) -> Editor:
    made = Editor()
    made.set(picture.replace("|", ""), picture.index("|"))
    return made


def picture(editor: Editor) -> str:
    return editor.text[: editor.cursor] + "|" + editor.text[editor.cursor :]


@pytest.mark.parametrize(("action", "before", "after"), ROWS)
def test_action(action: str, before: str, after: str) -> None:
    line = editor(before)
    assert line.do(action) is (before != after)
    assert picture(line) == after


def test_every_action_has_a_row_or_a_test_of_its_own() -> None:
    alone = {"input-yank", "input-yank-older", "input-undo", "input-older", "input-newer"}
    assert {row[0] for row in ROWS} | alone == EDITOR_ACTIONS


def test_cuts_in_a_row_are_one() -> None:
    line = editor("one two |three")
    line.do("input-kill-word-back")
    line.do("input-kill-word-back")
    line.do("input-kill-end")
    assert line.text == ""
    line.do("input-yank")
    assert line.text == "one two three"


def test_cuts_with_something_between_are_two_and_can_be_yanked_in_turn() -> None:
    line = editor("one| two")
    line.do("input-kill-word-back")
    line.do("input-right")
    line.do("input-kill-word")
    line.do("input-yank")
    assert picture(line) == " two|"
    line.do("input-yank-older")
    assert picture(line) == " one|"
    line.do("input-yank-older")
    assert picture(line) == " two|"
    line.do("input-left")
    assert not line.do("input-yank-older")
    assert not line.do("input-yank-older")  # pressed twice, it still has nothing to take the place of


def test_the_kill_ring_is_shared_and_bounded() -> None:
    ring = KillRing()
    first, second = Editor(ring), Editor(ring)
    for number in range(100):
        first.set(f"text{number}")
        first.do("input-kill-start")
    second.do("input-yank")
    assert second.text == "text99"
    assert len(ring.entries) == 60


def test_typing_is_undone_as_one_word() -> None:
    line = Editor()
    for char in "one two":
        line.insert(char)
    line.do("input-undo")
    assert line.text == "one "
    line.do("input-undo")
    assert line.text == ""
    assert not line.do("input-undo")


def test_undo_brings_back_what_was_cut() -> None:
    line = editor("one| two")
    line.do("input-kill-end")
    line.do("input-undo")
    assert picture(line) == "one| two"


def test_history_goes_up_and_down_and_keeps_the_draft() -> None:
    line = Editor()
    for text in ("first", "second", "second", "  ", "third"):
        line.insert(text)
        line.take()
    assert line.history == ["first", "second", "third"]
    line.insert("draft")
    for shown in ("third", "second", "first", "first"):
        line.do("input-up")
        assert line.text == shown
    for shown in ("second", "third", "draft"):
        line.do("input-down")
        assert line.text == shown


def test_down_on_a_draft_puts_it_aside() -> None:
    line = editor("a draft|")
    line.do("input-down")
    assert line.text == ""
    line.do("input-up")
    assert line.text == "a draft"


def test_history_is_bounded() -> None:
    line = Editor(limit=3)
    for number in range(9):
        line.insert(str(number))
        line.take()
    assert line.history == ["6", "7", "8"]


def test_up_and_down_keep_their_column() -> None:
    line = editor("abcdef\nxy\nabcd|ef")
    line.do("input-up")
    line.do("input-up")
    assert picture(line) == "abcd|ef\nxy\nabcdef"


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\tb", "a    b"),
        ("esc\x1b[31m\x00\x9b", "esc[31m"),
        (FAMILY, FAMILY),
    ],
)
def test_insert_keeps_newlines_and_no_other_control(pasted: str, text: str) -> None:
    line = Editor()
    line.insert(pasted)
    assert line.text == text


def test_an_input_is_bounded() -> None:
    line = Editor()
    line.insert("x" * (LONGEST + 5))
    line.insert("y")
    assert len(line.text) == LONGEST


def test_replace_puts_the_cursor_behind() -> None:
    line = editor("hi ni| there")
    line.replace(3, 5, "Nine ")
    assert picture(line) == "hi Nine | there"


@given(
    st.lists(
        st.one_of(
            st.sampled_from(sorted(EDITOR_ACTIONS)),
            st.text(
                st.sampled_from("ab \n日\u0301\u200d\U0001f468\U0001f1e9\U0001f3fd"), min_size=1, max_size=4
            ),
        ),
        max_size=40,
    )
)
def test_the_cursor_stands_between_clusters_whatever_is_done(steps: list[str]) -> None:
    line = Editor()
    for step in steps:
        if step in EDITOR_ACTIONS:
            line.do(step)
        else:
            line.insert(step)
        assert line.cursor in boundaries(line.text)
