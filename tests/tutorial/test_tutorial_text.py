"""gchat.tutorial.text: what a plain client may be sent, and how."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.tutorial.text import Decoder, Pace, harmless, pieces, to_ascii, without_controls

HARMLESS = [
    ("hello", "hello"),
    (
        "\x02bold\x02 \x1ditalic\x1d \x1funder\x1f \x1estrike\x1e \x11mono\x11 \x16reverse\x16 \x0fend",
        "bold italic under strike mono reverse end",
    ),
    ("\x034red\x03 text", "red text"),
    ("\x0304,12red on blue", "red on blue"),
    ("\x03,5 no colour", ",5 no colour"),
    ("\x03123", "3"),
    ("\x04ff0000hex\x04", "hex"),
    ("\x04FF0000,00ff00hex", "hex"),
    ("\x04nothex", "nothex"),
    ("one\r\ntwo\nthree", "one  two three"),
    ("bell\a null\0 escape\x1b[31m", "bell null escape[31m"),
    ("tab\there", "tab here"),
    ("\x85next\u2028line\u2029paragraph", " next line paragraph"),
    ("\u202eolleh\u202c \u2066x\u2069", "olleh x"),
    ("c1\x9b31m", "c131m"),
    ("Zürich 日本 👩‍💻", "Zürich 日本 👩‍💻"),
]

ASCII = [
    ("hello", "hello"),
    ("Zürich", "Zurich"),
    ("Crème brûlée à côté", "Creme brulee a cote"),
    ("Straße GROẞ", "Strasse GROSS"),
    ("æ Æ ø Ø œ å Å ð þ Þ đ ł Ł ı", "ae AE o O oe a A d th Th d l L i"),
    ("“hi” ‘there’ „so“ «x» it’s don´t", '"hi" \'there\' "so" "x" it\'s don\'t'),
    ("a – b — c ‐ d − e", "a - b - c - d - e"),
    ("wait…", "wait..."),
    ("½ ² № ﬁ ™ ①", "1/2 2 No fi TM 1"),
    ("5 € • x", "5 EUR * x"),
    ("→ ≤", "-> <="),
    ("no\u00a0break", "no break"),
    ("zero\u200bwidth soft\u00adhyphen", "zerowidth softhyphen"),
    ("日本", "??"),
    ("🎉", "?"),
    ("👍\ufe0f", "?"),
    ("e\u0301", "e"),
    ("Привет", "??????"),
]


@pytest.mark.parametrize(("text", "shown"), HARMLESS)
def test_harmless(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize(("text", "folded"), ASCII)
def test_to_ascii(text: str, folded: str) -> None:
    assert to_ascii(text) == folded


@given(st.text())
def test_nothing_harmful_is_left(text: str) -> None:
    for shown in (harmless(text), without_controls(text)):
        assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in shown)
        assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    folded = to_ascii(harmless(text))
    assert folded.isascii()
    assert not folded or folded.isprintable()


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 40))
def test_pieces_lose_nothing(text: str, room: int) -> None:
    cut = pieces(text, room)
    assert "".join(cut) == text
    assert all(0 < len(piece.encode()) <= max(room, 4) for piece in cut)


def test_pieces_end_after_a_space_where_one_is_near() -> None:
    assert pieces("one two three four", 10) == ["one two ", "three four"]
    assert pieces("a bcdefghijklmnop", 10) == ["a bcdefghi", "jklmnop"]
    assert pieces("ééééé", 5) == ["éé", "éé", "é"]


DECODED = [
    ([b"hello"], ["hello"]),
    (["grüße".encode()], ["grüße"]),
    ([b"gr\xfc\xdfe"], ["grüße"]),
    ([b"caf\xe9"], ["café"]),  # Latin-1, although it could be the beginning of a character
    ([b"caf\xe9", b"Neural: x"], ["café", "Neural: x"]),
    (["é…".encode()[:-1], b"\xa6!"], ["é", "…!"]),
    (["é…".encode()[:-2], b"\x80", b"\xa6!"], ["é", "", "…!"]),
    (["é…".encode()[:-1], b"no end"], ["é", "no end"]),
    ([b"x" * 1000 + b"\xc3", b"\xa9"], ["x" * 1000, "é"]),
    ([b"", b"\xff"], ["", "ÿ"]),
]


@pytest.mark.parametrize(("chunks", "texts"), DECODED)
def test_chunks_are_decoded(chunks: list[bytes], texts: list[str]) -> None:
    decoder = Decoder()
    assert [decoder.decode(chunk) for chunk in chunks] == texts


@given(st.lists(st.binary(max_size=8)))
def test_any_bytes_are_decoded(chunks: list[bytes]) -> None:
    decoder = Decoder()
    for chunk in chunks:
        decoder.decode(chunk)
        assert len(decoder._rest) <= 3


def test_a_flush_soon_after_another_begins_on_a_new_line() -> None:
    pace = Pace()
    assert pace.join([b"one"], 100.0) == b"one"
    assert pace.join([b"two"], 100.1) == b"\ntwo"
    assert pace.join([b"three"], 100.3) == b"\nthree"
    assert pace.join([b"four", b"", b"five"], 100.6) == b"four\nfive"
    assert pace.join([b"six"], 99.0) == b"\nsix"  # the clock was set back


def test_nothing_is_no_flush() -> None:
    pace = Pace()
    assert pace.join([], 1.0) == pace.join([b"", b""], 1.0) == b""
    assert pace.join([b"one"], 1.1) == b"one"
