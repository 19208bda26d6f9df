"""Fuzzing targets of the language and the wires: bytes in, an exception where a promise is broken.

A target takes any bytes and returns nothing; whatever it raises is a finding.  Beside "never raises" each one
holds what its module promises.  Add promises here, and targets also in ``targets.py``.
"""

from __future__ import annotations

from contextlib import suppress

from gchat.irc import limits, modes, sasl, scram
from gchat.irc.lines import LineBuffer
from gchat.irc.message import NO_TAGS, BadLine, Message, encode, encode_tags, parse, parse_tags
from gchat.server import channel_modes, proxy, websocket
from gchat.tutorial.detect import Detected, detect
from gchat.tutorial.wire import MOST_ANSWERS, TutorialWire

UNCUT = 1 << 24  # bytes of a line: longer than any input, so that nothing is cut
MOST_PENDING = limits.LINE + limits.CLIENT_TAGS
VERIFIER = scram.make_verifier("secret", bytes(scram.SALT), 1)


def lines(data: bytes) -> None:
    """The same messages, whatever pieces the bytes come in; what waits is bounded; what is read can be
    written as one line, which reads the same.
    """
    strict = data[:1] < b"\x80"
    whole, pieces = LineBuffer(strict=strict), LineBuffer(strict=strict)
    found = whole.feed(data)
    assert len(found) >= data.count(b"\n") or not strict  # no line is free
    size = data[0] % 64 + 1 if data else 1
    again: list[Message | BadLine] = []
    for start in range(0, len(data), size):
        again += pieces.feed(data[start : start + size])
        assert pieces.pending <= MOST_PENDING
    assert again == found
    assert pieces.pending == whole.pending
    for message in found:
        if isinstance(message, BadLine):
            assert message.text.isprintable()
        else:
            _check_written(message)


def _check_written(message: Message) -> None:
    written = encode(message)
    assert written.endswith(b"\r\n")
    assert written.count(b"\n") == written.count(b"\r") == 1
    assert b"\0" not in written
    without_tags = written.partition(b" ")[2] if written[:1] == b"@" else written
    assert len(without_tags) <= limits.LINE
    if message.command.isalnum():
        bare = message._replace(tags=NO_TAGS)
        assert parse(encode(bare, UNCUT)[:-2].decode()) == bare


def tags(data: bytes) -> None:
    """Tags that were read are written within their bound, and read the same as far as they fit."""
    read = parse_tags(data.decode("utf-8", "replace"))
    written = encode_tags(read)
    assert len(written.encode()) <= limits.TAGS
    assert not written or (written[0] == "@" and written[-1] == " " and written.count(" ") == 1)
    assert not any(c in written for c in "\r\n\0")
    again = parse_tags(written[1:-1])
    assert again.items() <= {key: value.replace("\0", " ") for key, value in read.items()}.items()
    if len(data) < 1024 and not any(c in key for key in read for c in " \r\n\0"):
        assert len(again) == len(read)


def mode_strings(data: bytes) -> None:
    """Changes that were read are written and read the same; no letter is read twice as much as it stands."""
    words = [word for word in data.decode("utf-8", "replace").split(" ") if word]
    parsed = modes.parse_modes(words, channel_modes.TYPES)
    assert len(parsed.changes) <= len(words[0]) if words else not parsed.changes
    assert len(set(parsed.unknown)) == len(parsed.unknown)
    again = modes.parse_modes(modes.format_modes(parsed.changes), channel_modes.TYPES)
    # A letter without its parameter takes that of another one when it is written before it.
    if all(change.param is not None or change.letter in _WITHOUT for change in parsed.changes):
        assert again.changes == parsed.changes
        assert not again.unknown
        assert not again.missing


_WITHOUT = channel_modes.TYPES.flags + channel_modes.TYPES.on_set


def sasl_pieces(data: bytes) -> None:
    """Pieces never raise, hold a bounded payload, and join again what was cut."""
    joiner = sasl.ChunkJoiner()
    for piece in data.decode("utf-8", "replace").split("\n"):
        payload = joiner.feed(piece)
        if isinstance(payload, bytes):
            assert len(payload) <= sasl.MAX_PAYLOAD + 2
            scram_texts(payload)
            sasl.parse_plain(payload)
    joiner.clear()
    if len(data) <= sasl.MAX_PAYLOAD:
        fed = [joiner.feed(chunk) for chunk in sasl.encode_chunks(data)]
        assert fed.pop() == data
        assert not any(fed)


def scram_texts(data: bytes) -> None:
    """Nobody proves a password with a text that was not made of it."""
    first, _, final = data.partition(b"\n")
    text = data.decode("utf-8", "replace")
    read = scram.Verifier.parse(text)
    assert read is None or scram.Verifier.parse(str(read)) == read
    sasl.parse_plain(data)
    begun = scram.ClientFirst.parse(first)
    if begun is None:
        begun = scram.ClientFirst.parse(b"n,,n=neural,r=nonce")
    assert begun is not None
    exchange = scram.Exchange.begin(begun, VERIFIER, "more")
    assert exchange.finish(final) == ""
    nonce = exchange.challenge.split(",")[0]
    assert exchange.finish(f"c=biws,{nonce},p=".encode() + final) == ""


def websockets(data: bytes) -> None:
    """A request is refused or accepted, and what follows it comes out the same, however it is cut."""
    head, _, frames = data.partition(b"\0\0")
    frames = frames[: 6 * websocket.MOST_FRAMES]  # 6 bytes is the shortest; of too many at once a wire tires
    with suppress(websocket.NoUpgrade):
        upgraded = websocket.upgrade(head, ("https://*.example",))
        if upgraded is not None:
            assert upgraded.answer.startswith(b"HTTP/1.1 101")
    size = data[0] % 64 + 1 if data else 1
    for text in (True, False):
        whole, pieces = websocket.WebSocketWire(text), websocket.WebSocketWire(text)
        found = _meant(whole.feed(frames))
        again: list[Message | BadLine] = []
        for start in range(0, len(frames), size):
            again += pieces.feed(frames[start : start + size])
        assert _meant(again) == found
        assert whole.take_local() == pieces.take_local()
        for message in found:
            if isinstance(message, Message):
                assert not any("\n" in param or "\r" in param for param in message.params)
                whole.encode(message)
        closing = whole.encode(Message("ERROR", ("Closing link",)))
        assert whole.join([closing, closing], 0.0)


def _meant(found: list[Message | BadLine]) -> list[Message | BadLine]:
    """Without what only costs its sender something: pieces of a frame do that more or less often."""
    return [message for message in found if message != Message("PONG")]


def tutorial(data: bytes) -> None:
    """What the tutorial's client or ``nc`` says is messages that can be written, and no line of it is free;
    what it is answered is lines without control characters, no more than may wait.
    """
    head, _, said = data.partition(b"\0\0")
    for newline in (False, True):
        wire = TutorialWire("#lobby", newline)
        wire.feed(head or b"Neural")
        wire.encode(Message("001", ("Neural", "Welcome"), "gchat.test"))
        found = wire.feed(said)
        assert len(found) >= said.count(b"\n")
        for message in found:
            assert isinstance(message, Message)
            assert not any(c in param for param in message.params for c in "\r\n\0")
            wire.encode(message._replace(source="Nine!n@host"))
        answers = wire.take_local()
        assert len(answers) <= MOST_ANSWERS
        assert all(byte >= 0x20 or byte == 0x0A for byte in wire.join(answers, 0.0))


def proxy_headers(data: bytes) -> None:
    """A header is whole from one byte on and never changes its meaning; what it holds is an address."""
    try:
        header = proxy.read(data)
    except proxy.Malformed:
        return
    if header is None:
        assert len(data) < proxy.LONGEST_V1 or data.startswith(proxy.V2)
        return
    assert 0 < header.size <= len(data)
    assert proxy.read(data[: header.size]) == header
    assert proxy.read(data[: header.size - 1]) is None
    assert 0 <= header.port <= 65535
    assert not header.ip or header.ip.isprintable()
    assert proxy.may_begin(data)


def first_bytes(data: bytes) -> None:
    """Who is there is known after 512 bytes at the latest."""
    for greeted in (False, True):
        assert detect(data, greeted) is not Detected.MORE or len(data) <= 512
        for end in range(min(len(data), 20)):
            detect(data[:end], greeted, waited=True)
