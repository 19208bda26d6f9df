"""gchat.irc.caps: lists of capabilities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc import caps
from gchat.irc.caps import format_caps, parse_caps

PARSED = [
    ("", {}),
    (" ", {}),
    ("a", {"a": ""}),
    ("a b=1,2  c= ", {"a": "", "b": "1,2", "c": ""}),
    ("sts=port=6697,duration=1", {"sts": "port=6697,duration=1"}),
    ("-a b", {"-a": "", "b": ""}),
    ("a=1 a=2", {"a": "2"}),
    ("=1", {}),
]


@pytest.mark.parametrize(("text", "expected"), PARSED)
def test_parse_caps(text: str, expected: dict[str, str]) -> None:
    assert parse_caps(text) == expected


FORMATTED = [
    ({}, 10, [""]),
    ({"a": "", "b": "1"}, 10, ["a b=1"]),
    ({"aaaa": "", "bbbb": "", "cccc": ""}, 9, ["aaaa bbbb", "cccc"]),
    ({"aaaa": "", "bbbb": ""}, 8, ["aaaa", "bbbb"]),
    ({"a": "1234567890", "b": ""}, 5, ["a=1234567890", "b"]),
    ({"éé": "", "b": ""}, 5, ["éé", "b"]),
]


@pytest.mark.parametrize(("values", "limit", "lines"), FORMATTED)
def test_format_caps(values: dict[str, str], limit: int, lines: list[str]) -> None:
    assert format_caps(values, limit) == lines


names = st.text(st.characters(codec="utf-8", exclude_characters=" ="), min_size=1, max_size=20)
values = st.text(st.characters(codec="utf-8", exclude_characters=" "), max_size=20)


@given(st.dictionaries(names, values, max_size=30), st.integers(1, 100))
def test_lines_fit_and_say_all(values: dict[str, str], limit: int) -> None:
    lines = format_caps(values, limit)
    assert parse_caps(" ".join(lines)) == values
    assert all(len(line.encode()) <= limit or " " not in line for line in lines)


def test_every_name_is_listed_once() -> None:
    constants = {value for name, value in vars(caps).items() if name.isupper() and isinstance(value, str)}
    assert constants == set(caps.ALL)
    assert list(caps.ALL) == sorted(set(caps.ALL))
