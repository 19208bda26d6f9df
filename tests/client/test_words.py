"""The small words, the highlights, the server's clock."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client.highlights import calls
from gchat.client.incoming.clock import server_time
from gchat.client.words import duration, listing, moment, table


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "a moment"),
        (0.2, "a moment"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "61 seconds"),
        (180, "3 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (7200, "2 hours"),
        (86400, "1 day"),
        (10 * 86400, "10 days"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d"], "a, b, c and d"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 others"),
    ],
)
def test_listings(names: list[str], words: str) -> None:
    assert listing(names, 3) == words


def test_tables() -> None:
    assert table([("a", "bbb", "c"), ("aa", "b")]) == ["a   bbb  c", "aa  b"]
    assert table([]) == []


@pytest.mark.parametrize("seconds", [1e30, -1e30, float("nan"), float("inf")])
def test_a_moment_no_calendar_holds(seconds: float) -> None:
    assert moment(seconds) == "some day"


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Neural", True),
        ("neural: hi", True),
        ("hi NEURAL!", True),
        ("(Neural)", True),
        ("Neural's", True),
        ("Neuralgia", False),
        ("Neural_", False),
        ("Neural-bot", False),
        ("xNeural", False),
        ("Neuralgia of Neural", True),
        ("a deploy now", True),
        ("deployed", False),
        ("", False),
    ],
)
def test_what_calls(text: str, called: bool) -> None:
    assert calls(text, "Neural", ("deploy", "")) is called


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)))
def test_times_are_those_of_datetime(moment: datetime) -> None:
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    expected = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000).timestamp()
    if len(text) == 24:  # strftime does not pad years below 1000
        assert server_time(text) == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0.0),
        ("2016-12-31T23:59:60.123Z", 1483228800.123),
        ("2026-11-22T10:07:04.5Z", 1795342024.5),
        ("2026-11-22T10:07:04.123456789Z", 1795342024.123456),
        ("2026-11-22 10:07:04Z", None),
        ("2026-11-22T10:07:04", None),
        ("2026-11-22T10:07:04.Z", None),
        ("2026-11-22T10:07:04.½Z", None),
        ("2026-13-22T10:07:04Z", None),
        ("٢٠٢٦-11-22T10:07:04Z", None),
        ("", None),
        ("Z", None),
    ],
)
def test_time_tags(text: str, seconds: float | None) -> None:
    assert server_time(text) == seconds


@given(st.text(max_size=40))
def test_no_text_breaks_the_clock(text: str) -> None:
    server_time(text)
