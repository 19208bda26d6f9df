"""gchat.irc.limits: cutting text to bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc.limits import cut, cut_bytes

CUTS = [
    ("", 0, ""),
    ("abc", 3, "abc"),
    ("abc", 2, "ab"),
    ("abc", 0, ""),
    ("abc", -1, ""),
    ("é", 2, "é"),
    ("é", 1, ""),
    ("aé", 2, "a"),
    ("€€", 5, "€"),
    ("a😀", 4, "a"),
    ("a😀", 5, "a😀"),
    ("éa", 2, "é"),
]


@pytest.mark.parametrize(("text", "size", "expected"), CUTS)
def test_cut(text: str, size: int, expected: str) -> None:
    assert cut(text, size) == expected
    assert cut_bytes(text.encode(), size) == expected.encode()


def test_cut_bytes_that_are_no_characters() -> None:
    """Not eaten up to their beginning: at most four bytes are looked at."""
    assert cut_bytes(b"\x80" * 100, 50) == b"\x80" * 46


@given(st.text(), st.integers(0, 50))
def test_cut_is_the_longest_beginning_that_fits(text: str, size: int) -> None:
    kept = cut(text, size)
    assert text.startswith(kept)
    assert len(kept.encode()) <= size
    assert kept == text or len(text[: len(kept) + 1].encode()) > size
