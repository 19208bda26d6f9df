"""Durations as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc.durations import LONGEST, parse, spoken


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("0", 0),
        ("10m", 600),
        ("1h", 3600),
        ("1d2h30m", 95_400),
        ("2W", 1_209_600),
        ("1y", 31_536_000),
        ("1m1m", 120),
        ("", None),
        ("m", None),
        ("10 m", None),
        ("10x", None),
        ("1h30", None),
        ("-1", None),
        ("٣m", None),
        ("101y", None),
        ("9999999999", None),
    ],
)
def test_what_a_duration_is(text: str, seconds: int | None) -> None:
    assert parse(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (90, "1 minute 30 seconds"),
        (3600, "1 hour"),
        (3605, "1 hour"),
        (95_400, "1 day 2 hours"),
        (31_536_000, "365 days"),
    ],
)
def test_how_a_duration_is_said(seconds: int, text: str) -> None:
    assert spoken(seconds) == text


@given(st.text())
def test_any_text_is_a_duration_or_none(text: str) -> None:
    seconds = parse(text)
    assert seconds is None or 0 <= seconds <= LONGEST
