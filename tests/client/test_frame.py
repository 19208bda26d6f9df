"""Rows and frames."""

from hypothesis import given
from hypothesis import strategies as st

from gchat.client.frame import BOLD, Frame, Style, changes, fit, text_of
from gchat.client.text import sanitise, width

PLAIN, STRONG = Style(), Style(attributes=BOLD)


def test_fit_fills_and_clips() -> None:
    assert fit([("ab", STRONG)], 4, PLAIN) == (("ab", STRONG), ("  ", PLAIN))
    assert fit([("ab", STRONG), ("cdef", PLAIN), ("g", PLAIN)], 4, PLAIN) == (("ab", STRONG), ("cd", PLAIN))
    assert fit([("", STRONG)], 0, PLAIN) == ()


def test_a_wide_character_at_the_edge_is_left_out() -> None:
    assert fit([("日本", STRONG)], 3, PLAIN) == (("日", STRONG), (" ", PLAIN))


@given(st.lists(st.text(max_size=8)), st.integers(0, 20))
def test_a_fitted_row_is_exactly_so_wide(texts: list[str], columns: int) -> None:
    row = fit([(sanitise(text), PLAIN) for text in texts], columns, PLAIN)
    assert width(text_of(row)) == columns


def frame(*rows: str) -> Frame:
    return Frame(len(rows[0]), tuple(((row, PLAIN),) for row in rows))


def test_changes_are_the_rows_that_differ() -> None:
    assert list(changes(frame("aa", "bb", "cc"), frame("aa", "xx", "cc"))) == [(1, (("xx", PLAIN),))]
    assert list(changes(frame("aa"), frame("aa"))) == []


def test_everything_changes_with_the_size() -> None:
    assert len(list(changes(None, frame("aa", "bb")))) == 2
    assert len(list(changes(frame("aa"), frame("aa", "bb")))) == 2
    assert len(list(changes(frame("aaa", "bbb"), frame("aa", "bb")))) == 2
