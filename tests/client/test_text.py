"""Text made harmless, measured, cut and wrapped: tables of cases, and what holds for any text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client.text import (
    boundaries,
    clusters,
    cut,
    pad,
    pad_left,
    sanitise,
    shorten,
    width,
    wrap,
)

TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            " \t\n\x02\x0301,2\u200d\u0301\ufe0f\U0001f3fd\U0001f44d\U0001f1e9\U0001f1ea日가é\u202e"
        ),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("", ""),
        ("grün", "grün"),
        ("a\tb", "a    b"),
        ("bell\x07", "bell^G"),
        ("\x1b[31mred", "^[[31mred"),
        ("a\nb\r\0", "a^Jb^M^@"),
        ("\x7f", "^?"),
        ("\x9b31m", "31m"),
        ("\x02bold\x02 \x1ditalic\x1d \x1funder\x1f \x1estrike\x1e \x11mono\x11 \x16rev\x16\x0f", None),
        ("\x0304red \x0304,12both \x03plain", "red both plain"),
        ("\x03123", "3"),
        ("\x034,a", ",a"),
        ("\x04ff0000hex \x0400ff00,0000ffboth\x04", "hex both"),
        ("\u202eevil\u202c", "evil"),
        ("\u2066isolate\u2069 \u200e\u200f\u061c", "isolate "),
        ("zero\u200bwidth\ufeff\u2060\u00ad", "zerowidth"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("line\u2028paragraph\u2029", "line paragraph "),
        ("\ud800 \ufffe", "\ufffd \ufffd"),
        ("\u3164\u115f\uffa0", ""),
        ("e\u0301", "e\u0301"),
        ("\u0301alone", "alone"),
        ("z" + "\u0301" * 9, "z" + "\u0301" * 4),
        ("a\u200d\u0301" * 2, "a\u0301a\u0301"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\U0001f469"),
        ("\u2764\ufe0f", "\u2764"),
        ("\U0001f44d\U0001f3fd!", "\U0001f44d!"),
        ("\U0001f3fd", "\U0001f3fd"),
        ("\U0001f1e9\U0001f1ea", "\U0001f1e9\U0001f1ea"),
    ],
)
def test_sanitise(text: str, shown: str | None) -> None:
    assert sanitise(text) == ("bold italic under strike mono rev" if shown is None else shown)


@given(TEXTS)
def test_what_is_sanitised_is_harmless(text: str) -> None:
    shown = sanitise(text)
    assert sanitise(shown) == shown
    for char in shown:
        assert unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    marks = 4
    for char in shown:
        marks = marks + 1 if width(char) == 0 else 0
        assert marks <= 4


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("", 0),
        ("grün", 4),
        ("日本", 4),
        ("e\u0301", 1),
        ("가", 2),
        ("\U0001f44d", 2),
        ("\U0001f1e9\U0001f1ea", 2),
        ("कि", 2),
        ("│─▌›…∗", 6),
        ("\ufffd", 1),
        ("\U0010ffff", 1),
    ],
)
def test_width(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("abc", ["a", "b", "c"]),
        ("", []),
        ("e\u0301x", ["e\u0301", "x"]),
        ("日本", ["日", "本"]),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467!", ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "!"]),
        ("\U0001f44d\U0001f3fd\U0001f44d", ["\U0001f44d\U0001f3fd", "\U0001f44d"]),
        ("\u2764\ufe0f!", ["\u2764\ufe0f", "!"]),
        (
            "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7\U0001f1e9",
            ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7", "\U0001f1e9"],
        ),
        ("\u0301a", ["\u0301", "a"]),
    ],
)
def test_clusters(text: str, parts: list[str]) -> None:
    assert clusters(text) == parts


@given(TEXTS)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text
    edges = boundaries(text)
    assert edges == sorted(set(edges))
    assert edges[-1] == len(text)


@pytest.mark.parametrize(
    ("text", "cells", "start"),
    [
        ("abcdef", 3, "abc"),
        ("abc", 9, "abc"),
        ("abc", 0, ""),
        ("abc", -1, ""),
        ("日本語", 4, "日本"),
        ("日本語", 3, "日"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301"),
        ("a\U0001f1e9\U0001f1ea", 2, "a"),
    ],
)
def test_cut(text: str, cells: int, start: str) -> None:
    assert cut(text, cells) == start


@pytest.mark.parametrize(
    ("text", "cells", "short"),
    [
        ("Ship 1.0", 8, "Ship 1.0"),
        ("Ship 1.0", 7, "Ship 1…"),
        ("Ship 1.0", 6, "Ship…"),
        ("Ship", 1, "S"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
    ],
)
def test_shorten(text: str, cells: int, short: str) -> None:
    assert shorten(text, cells) == short


@given(TEXTS, st.integers(0, 40))
def test_padded_text_is_exactly_so_wide(text: str, cells: int) -> None:
    shown = sanitise(text)
    assert width(pad(shown, cells)) == cells
    assert width(pad_left(shown, cells)) == cells


@pytest.mark.parametrize(
    ("text", "cells", "rows"),
    [
        ("hello world foo", 7, ["hello", "world", "foo"]),
        ("hello world", 11, ["hello world"]),
        ("hello world", 5, ["hello", "world"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("to abcdefghij", 4, ["to", "abcd", "efgh", "ij"]),
        ("", 5, [""]),
        ("a", 0, ["a"]),
        ("   x", 2, ["  ", " x"]),
        ("    code stays", 10, ["    code", "stays"]),
        ("日本語テキスト", 5, ["日本", "語テ", "キス", "ト"]),
        ("word, 日本", 6, ["word, ", "日本"]),
        ("ééé ééé", 5, ["ééé", "ééé"]),
        ("e\u0301" * 5, 2, ["e\u0301" * 2, "e\u0301" * 2, "e\u0301"]),
        ("x\U0001f600", 2, ["x", "\U0001f600"]),
        ("\U0001f600", 1, ["\U0001f600"]),
        ("grün ist schön", 9, ["grün ist", "schön"]),
    ],
)
def test_wrap(text: str, cells: int, rows: list[str]) -> None:
    assert [text[a:b] for a, b in wrap(text, cells)] == rows


@given(TEXTS, st.integers(1, 30))
def test_wrapped_rows_fit_and_lose_only_spaces(text: str, cells: int) -> None:
    shown = sanitise(text)
    spans = wrap(shown, cells)
    assert spans
    edges = set(boundaries(shown))
    position = 0
    for start, end in spans:
        assert start in edges
        assert end in edges
        assert shown[position:start].strip(" ") == ""
        # a cluster that is wider than the row stands alone in it
        assert width(shown[start:end]) <= cells or len(clusters(shown[start:end])) == 1
        position = end
    assert shown[position:].strip(" ") == ""
