"""gchat.irc.lines: bytes in any pieces to the same messages, in bounded memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc import limits
from gchat.irc.lines import LineBuffer, Wire
from gchat.irc.message import (
    MALFORMED,
    NOT_UTF8,
    NOTHING,
    TAGS_TOO_LONG,
    TOO_LONG,
    BadLine,
    Message,
    encode,
)
from gchat.irc.wire import IrcWire

Results = list[Message | BadLine]


def feed(data: bytes, size: int, buffer: LineBuffer | None = None) -> Results:
    """Feed data in pieces of a size."""
    buffer = buffer or LineBuffer()
    return [
        result for start in range(0, len(data), size) for result in buffer.feed(data[start : start + size])
    ]


PING = Message("PING", ("x",))
LINE = b"PING x\r\n"
TAG_DATA = 4094  # https://ircv3.net/specs/extensions/message-tags#size-limit


def tagged(size: int) -> bytes:
    """Tag data of a size: ``k=aaa``."""
    return b"k=" + b"a" * (size - 2)


# name, bytes, what is read
STREAMS: list[tuple[str, bytes, Results]] = [
    ("CR LF", b"PING x\r\n", [PING]),
    ("LF alone", b"PING x\n", [PING]),
    ("two lines", b"PING x\r\nPING x\n", [PING, PING]),
    ("blank lines", b"\r\n\n\r\n \r\n\0\r\n\r\r\nPING x\r\n\r\n", [NOTHING] * 6 + [PING, NOTHING]),
    ("CR alone ends no line", b"PRIVMSG #c :a\rPING x\r\n", [Message("PRIVMSG", ("#c", "a PING x"))]),
    ("two CRs", b"PRIVMSG #c :a\r\r\n", [Message("PRIVMSG", ("#c", "a "))]),
    ("NUL", b"PRIVMSG #c :a\0b\r\n", [Message("PRIVMSG", ("#c", "a b"))]),
    ("UTF-8", "PRIVMSG #c :€😀\r\n".encode(), [Message("PRIVMSG", ("#c", "€😀"))]),
    ("no end", b"PING", []),
    ("no command", b":source\r\n", [BadLine(MALFORMED, ":source")]),
    ("not UTF-8", b"privmsg #c :\xff\r\nPING x\r\n", [BadLine(NOT_UTF8, "PRIVMSG"), PING]),
    ("UTF-8 cut off", b"PRIVMSG #c :caf\xc3\r\n", [BadLine(NOT_UTF8, "PRIVMSG")]),
    ("overlong UTF-8", b"PRIVMSG #c :\xc0\x8aQUIT\r\n", [BadLine(NOT_UTF8, "PRIVMSG")]),
    ("a surrogate in UTF-8", b"PRIVMSG #c :\xed\xa0\x80\r\n", [BadLine(NOT_UTF8, "PRIVMSG")]),
    ("no UTF-8 command", b"\xff x\r\n", [BadLine(NOT_UTF8, "*")]),
    ("no UTF-8 and no command", b":\xff\r\n", [BadLine(NOT_UTF8, "*")]),
    ("not UTF-8, with its label", b"@label=7 TOPIC #c :\xff\r\n", [BadLine(NOT_UTF8, "TOPIC", "7")]),
    ("the label is not UTF-8", b"@label=\xff TOPIC #c\r\n", [BadLine(NOT_UTF8, "TOPIC")]),
    ("the longest line", b"X " + b"a" * 508 + b"\r\n", [Message("X", ("a" * 508,))]),
    ("the longest line, LF alone", b"X " + b"a" * 508 + b"\n", [Message("X", ("a" * 508,))]),
    ("a byte too long", b"X " + b"a" * 509 + b"\r\nPING x\n", [BadLine(TOO_LONG, "X " + "a" * 58), PING]),
    ("a byte too long, LF alone", b"X " + b"a" * 509 + b"\n", [BadLine(TOO_LONG, "X " + "a" * 58)]),
    (
        "bytes count, not characters",
        b"X " + "é".encode() * 254 + b"\r\n",
        [Message("X", ("é" * 254,))],
    ),
    (
        "bytes count, not characters, and are too many",
        b"X " + "é".encode() * 255 + b"\r\n",
        [BadLine(TOO_LONG, "X " + "é" * 29)],
    ),
    (
        "the longest tags",
        b"@" + tagged(TAG_DATA) + b" PING x\r\n",
        [Message("PING", ("x",), "", {"k": "a" * (TAG_DATA - 2)})],
    ),
    (
        "the longest tags on the longest line",
        b"@" + tagged(TAG_DATA) + b" X " + b"b" * 508 + b"\r\n",
        [Message("X", ("b" * 508,), "", {"k": "a" * (TAG_DATA - 2)})],
    ),
    (
        "the longest tags on a line a byte too long",
        b"@" + tagged(TAG_DATA) + b" X " + b"b" * 509 + b"\r\nPING x\n",
        [BadLine(TOO_LONG, "@k=" + "a" * 57), PING],
    ),
    (
        "tags a byte too long",
        b"@" + tagged(TAG_DATA + 1) + b" PING x\r\nPING x\n",
        [BadLine(TAGS_TOO_LONG, "@k=" + "a" * 57), PING],
    ),
    (
        "short tags lend the line nothing",
        b"@a=b X " + b"b" * 509 + b"\r\n",
        [BadLine(TOO_LONG, "@a=b X " + "b" * 53)],
    ),
    (
        "too long, with its label",
        b"@label=7 X " + b"b" * 509 + b"\r\n",
        [BadLine(TOO_LONG, "@label=7 X " + "b" * 49, "7")],
    ),
    ("too long, only tags", b"@label=" + b"7" * 600 + b"\r\n", [BadLine(TOO_LONG, "@label=" + "7" * 53)]),
    (
        "only tags",
        b"@" + b"a" * 9000 + b"\r\nPING x\n",
        [BadLine(TAGS_TOO_LONG, "@" + "a" * 59), PING],
    ),
    (
        "far too long",
        b"a" * 20_000 + b"\r\nPING x\r\n" + b"b" * 20_000 + b"\nPING x\n",
        [BadLine(TOO_LONG, "a" * 60), PING, BadLine(TOO_LONG, "b" * 60), PING],
    ),
    ("far too long, never ended", b"a" * 20_000, [BadLine(TOO_LONG, "a" * 60)]),
    (
        "control characters in the excerpt",
        b"\x1b[2J" + b"a" * 600 + b"\n",
        [BadLine(TOO_LONG, "?[2J" + "a" * 56)],
    ),
]


@pytest.mark.parametrize("size", [1, 2, 7, 511, 4608, 100_000])
@pytest.mark.parametrize(("data", "results"), [row[1:] for row in STREAMS], ids=[row[0] for row in STREAMS])
def test_feed(data: bytes, results: Results, size: int) -> None:
    assert feed(data, size) == results


@pytest.mark.parametrize(("data", "results"), [row[1:] for row in STREAMS], ids=[row[0] for row in STREAMS])
def test_feed_with_lines_before_and_after(data: bytes, results: Results) -> None:
    buffer = LineBuffer()
    found = buffer.feed(LINE + data + b"\n" + LINE)
    assert found == [PING, *results, NOTHING, PING] or not data.endswith(b"\n")
    assert buffer.feed(LINE) == [PING]
    assert buffer.pending == 0


@pytest.mark.parametrize("split", range(len(LINE) * 2))
def test_feed_split_anywhere(split: int) -> None:
    buffer = LineBuffer()
    data = LINE * 2
    assert buffer.feed(data[:split]) + buffer.feed(data[split:]) == [PING, PING]


# what a client reads that a server would refuse
LOOSE = [
    (b"PRIVMSG #c :caf\xe9\r\n", "café"),
    (b"PRIVMSG #c :\x80\r\n", "€"),  # Windows-1252, what clients wrote before UTF-8
    (b"PRIVMSG #c :\x81\xff\r\n", "\x81ÿ"),  # not even that: Latin-1
    ("PRIVMSG #c :Zoë".encode() + b"\xe2\x82\r\n", "Zoë"),  # cut by a server inside a character
    ("PRIVMSG #c :Zoë\r\n".encode(), "Zoë"),
]


@pytest.mark.parametrize(("data", "text"), LOOSE)
def test_a_client_refuses_no_encoding(data: bytes, text: str) -> None:
    buffer = LineBuffer(strict=False)
    assert buffer.feed(data) == [Message("PRIVMSG", ("#c", text))]


def test_other_limits() -> None:
    buffer = LineBuffer(max_line=2048, max_tags=limits.TAGS)
    message = Message("PRIVMSG", ("#c", "a" * 2000), "", {"t": "b" * (limits.TAGS - len("@t= "))})
    assert buffer.feed(encode(message, 2048)) == [message]
    assert [type(result) for result in buffer.feed(b"a" * 2047 + b"\r\n")] == [BadLine]


def test_ten_megabytes_without_a_newline_are_one_bad_line_and_no_memory() -> None:
    buffer = LineBuffer()
    results: Results = []
    most = 0
    for _ in range(10 * 1024):
        results += buffer.feed(b"x" * 1024)
        most = max(most, buffer.pending)
    assert results == [BadLine(TOO_LONG, "x" * 60)]
    assert most <= limits.LINE + limits.CLIENT_TAGS
    assert buffer.pending == 0
    assert buffer.feed(b"x\r\nPING x\r\n") == [PING]


def test_the_irc_wire_is_a_wire() -> None:
    wire: Wire = IrcWire()
    assert wire.feed(LINE) == [PING]
    assert wire.join([wire.encode(PING), wire.encode(PING)], 0.0) == b"PING :x\r\n" * 2


# Properties

pieces = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [
            b"\n",
            b"\r\n",
            b"\r",
            b"PING x\r\n",
            b"@a=b ",
            b":s ",
            b"\xc3",
            b"\xa9",
            b"a" * 505,
            b"b" * 4090,
            b"c" * 5000,
        ]
    ),
)


@given(st.lists(pieces, max_size=12).map(b"".join))
def test_a_server_reads_something_of_every_line(data: bytes) -> None:
    """Lines that are free to send would get around every throttle."""
    assert len(LineBuffer().feed(data)) >= data.count(b"\n")


def test_a_client_skips_blank_lines() -> None:
    assert LineBuffer(strict=False).feed(b"\r\n \nPING x\r\n\0\n") == [PING]


@given(st.lists(pieces, max_size=12).map(b"".join), st.integers(1, 600), st.booleans())
def test_any_bytes_in_any_pieces_give_the_same_messages(data: bytes, size: int, strict: bool) -> None:
    whole, split = LineBuffer(strict=strict), LineBuffer(strict=strict)
    assert feed(data, size, split) == whole.feed(data)
    assert split.feed(b"\nPING x\r\n") == whole.feed(b"\nPING x\r\n")
    assert split.pending == whole.pending == 0


@given(st.lists(pieces, max_size=12))
def test_no_bytes_grow_the_buffer(chunks: list[bytes]) -> None:
    buffer = LineBuffer()
    for chunk in chunks:
        lines = chunk.count(b"\n")
        # A line gives at most one result; one more when the line at the end is too long already.
        assert len(buffer.feed(chunk)) <= lines + 1
        assert buffer.pending <= limits.LINE + limits.CLIENT_TAGS


@given(
    st.lists(st.sampled_from([PING, Message("PRIVMSG", ("#c", "Zoë 😀"), "n!u@h", {"a": "; \\"})])),
    st.integers(1, 30),
)
def test_what_is_encoded_is_read(messages: list[Message], size: int) -> None:
    assert feed(b"".join(encode(message) for message in messages), size) == messages
