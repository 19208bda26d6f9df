"""Where characters, words and lines of a text that is being written begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client import places
from gchat.client.text import boundaries

FAMILY = "\U0001f468\u200d\U0001f469"  # one character to look at, three to count


@pytest.mark.parametrize(
    ("text", "index", "start", "end"),
    [
        ("one two", 0, 0, 3),
        ("one two", 3, 0, 7),
        ("one  two", 5, 0, 8),
        ("one two ", 8, 4, 8),
        ("", 0, 0, 0),
        ("it_is", 2, 0, 5),
        ("e\u0301t\u00e9 x", 4, 0, 6),
        ("...", 1, 0, 3),
    ],
)
def test_words(text: str, index: int, start: int, end: int) -> None:
    assert places.word_start(text, index) == start
    assert places.word_end(text, index) == end


@pytest.mark.parametrize(("text", "index", "start"), [("a b.c", 5, 2), ("a b.c  ", 7, 2), ("abc", 2, 0)])
def test_what_stands_between_spaces(text: str, index: int, start: int) -> None:
    assert places.spaced_start(text, index) == start


def test_lines() -> None:
    text = "one\n\nthree"
    assert [places.line(text, index) for index in (0, 3, 4, 5, 10)] == [
        (0, 3),
        (0, 3),
        (4, 4),
        (5, 10),
        (5, 10),
    ]


def test_what_looks_like_one_character_is_not_parted() -> None:
    text = f"a{FAMILY}b"
    assert [places.after(text, index) for index in (0, 1, 4, 5)] == [1, 4, 5, 5]
    assert [places.before(text, index) for index in (0, 1, 4, 5)] == [0, 0, 1, 4]
    assert [places.at_or_before(text, index) for index in (-1, 2, 3, 9)] == [0, 1, 1, 5]
    assert [places.at_or_after(text, index) for index in (0, 2, 3, 5)] == [0, 4, 4, 5]


@given(st.text(max_size=30), st.integers(0, 30))
def test_every_place_is_a_boundary(text: str, index: int) -> None:
    index = min(index, len(text))
    found = {f(text, index) for f in (places.after, places.before, places.at_or_before, places.at_or_after)}
    assert found <= set(boundaries(text))
