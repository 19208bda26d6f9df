"""gchat.irc.sasl: payloads in pieces, and PLAIN."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc.sasl import (
    MAX_PAYLOAD,
    NOT_BASE64,
    TOO_LONG,
    BadPayload,
    ChunkJoiner,
    encode_chunks,
    parse_plain,
    plain_payload,
)

# payload size, pieces: 300 bytes are exactly 400 characters of base64
CHUNKS = [
    (0, [1]),
    (1, [4]),
    (299, [400, 1]),
    (297, [396]),
    (300, [400, 1]),
    (301, [400, 4]),
    (600, [400, 400, 1]),
]


@pytest.mark.parametrize(("size", "lengths"), CHUNKS)
def test_encode_chunks(size: int, lengths: list[int]) -> None:
    chunks = encode_chunks(b"x" * size)
    assert [len(chunk) for chunk in chunks] == lengths
    assert all(chunk == "+" for chunk in chunks if len(chunk) == 1)


def test_the_specifications_example() -> None:
    assert encode_chunks(plain_payload("jilles", "jilles", "sesame")) == ["amlsbGVzAGppbGxlcwBzZXNhbWU="]


JOINED: list[tuple[list[str], list[bytes | BadPayload | None]]] = [
    (["+"], [b""]),
    (["YWJj"], [b"abc"]),
    (["YWJj", "YWJj"], [b"abc", b"abc"]),
    (["YWJj" * 100, "+"], [None, b"abc" * 100]),
    (["YWJj" * 100, "YWJj"], [None, b"abc" * 101]),
    (["YWJj" * 100, "YWJj" * 101], [None, BadPayload(TOO_LONG)]),
    (["Y" * 401], [BadPayload(TOO_LONG)]),
    (["!"], [BadPayload(NOT_BASE64)]),
    (["YWJ"], [BadPayload(NOT_BASE64)]),
    (["YW Jj"], [BadPayload(NOT_BASE64)]),
    (["é"], [BadPayload(NOT_BASE64)]),
    (["\ud800"], [BadPayload(NOT_BASE64)]),
    (["!" * 400, "+", "YWJj"], [None, BadPayload(NOT_BASE64), b"abc"]),
    ([""], [b""]),
]


@pytest.mark.parametrize(("chunks", "results"), JOINED)
def test_join(chunks: list[str], results: list[bytes | BadPayload | None]) -> None:
    joiner = ChunkJoiner()
    assert [joiner.feed(chunk) for chunk in chunks] == results


def test_a_stranger_cannot_fill_the_memory() -> None:
    joiner = ChunkJoiner()
    results = [joiner.feed("A" * 400) for _ in range(54)]
    assert results == [None] * 54  # 16,200 bytes
    assert joiner.feed("A" * 400) == BadPayload(TOO_LONG)
    assert joiner.feed("YWJj") == b"abc"


def test_clear_forgets() -> None:
    joiner = ChunkJoiner()
    joiner.feed("A" * 400)
    joiner.clear()
    assert joiner.feed("YWJj") == b"abc"


@given(st.binary(max_size=1500))
def test_any_payload_survives_the_wire(payload: bytes) -> None:
    joiner = ChunkJoiner()
    *early, last = [joiner.feed(chunk) for chunk in encode_chunks(payload)]
    assert last == payload
    assert not any(early)


@given(st.integers(MAX_PAYLOAD - 3, MAX_PAYLOAD + 3))
def test_the_bound_is_in_bytes(size: int) -> None:
    joiner = ChunkJoiner()
    results = [joiner.feed(chunk) for chunk in encode_chunks(b"x" * size)]
    assert (BadPayload(TOO_LONG) in results) is (size > (MAX_PAYLOAD + 2) // 3 * 3)


@given(st.lists(st.text(st.characters(), max_size=420), max_size=4))
def test_no_piece_raises(chunks: list[str]) -> None:
    joiner = ChunkJoiner()
    for chunk in chunks:
        joiner.feed(chunk)


PLAIN = [
    (b"\0nine\0secret", ("", "nine", "secret")),
    (b"zid\0nine\0secret", ("zid", "nine", "secret")),
    ("\0nine\0gehéim".encode(), ("", "nine", "gehéim")),
    (b"", None),
    (b"\0\0", None),
    (b"\0nine\0", None),
    (b"\0\0secret", None),
    (b"nine\0secret", None),
    (b"\0nine\0secret\0", None),
    (b"\0nine\0\xff", None),
]


@pytest.mark.parametrize(("payload", "parts"), PLAIN)
def test_parse_plain(payload: bytes, parts: tuple[str, str, str] | None) -> None:
    assert parse_plain(payload) == parts


PAYLOADS = [
    (("", "nine", "secret"), b"\0nine\0secret"),
    (("zid", "nine", "gehéim"), "zid\0nine\0gehéim".encode()),
    (("", "ni\0ne", "a\0b"), b"\0nine\0ab"),
    (("", "nine", "\udcff"), b"\0nine\0\xff"),  # a byte of the command line's that is not UTF-8
    (("", "nine", "\ud800"), b"\0nine\0?"),
]


@pytest.mark.parametrize(("parts", "payload"), PAYLOADS)
def test_plain_payload(parts: tuple[str, str, str], payload: bytes) -> None:
    assert plain_payload(*parts) == payload
