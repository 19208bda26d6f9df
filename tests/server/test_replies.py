"""Words that are put into as few lines as they need."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.server.replies import fill


@pytest.mark.parametrize(
    ("words", "width", "lines"),
    [
        ([], 10, []),
        ([""], 10, [""]),
        (["one"], 10, ["one"]),
        (["one", "two"], 7, ["one two"]),
        (["one", "two"], 6, ["one", "two"]),
        (["one", "two", "three"], 9, ["one two", "three"]),
        (["toolong", "a", "b"], 3, ["toolong", "a b"]),
        (["a", "toolong"], 3, ["a", "toolong"]),
        (["é", "é"], 5, ["é é"]),  # bytes count, and no character is cut
        (["é", "é"], 4, ["é", "é"]),
    ],
)
def test_words_become_lines(words: list[str], width: int, lines: list[str]) -> None:
    assert fill(words, width) == lines


def test_a_joint_of_another_kind() -> None:
    assert fill(["one", "two", "six"], 7, ",") == ["one,two", "six"]


WORDS = st.lists(st.text("aé€😀", min_size=1, max_size=12), max_size=30)


@given(WORDS, st.integers(1, 40))
def test_every_word_is_there_and_every_line_is_full(words: list[str], width: int) -> None:
    lines = fill(words, width)
    assert " ".join(lines).split() == words
    for line in lines:
        assert len(line.encode()) <= width or " " not in line
    for line, following in itertools.pairwise(lines):
        assert len(f"{line} {following.split()[0]}".encode()) > width
