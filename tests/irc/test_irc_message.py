"""gchat.irc.message: one line to one message and back."""

from __future__ import annotations

import string
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc import limits
from gchat.irc.message import (
    MALFORMED,
    NO_TAGS,
    BadLine,
    Message,
    Source,
    encode,
    encode_tags,
    escape_tag_value,
    excerpt,
    parse,
    parse_tags,
    unescape_tag_value,
)

# The examples of https://modern.ircdocs.horse/#message-format, then what it leaves open
PARSED = [
    ("PING", Message("PING")),
    ("ping x", Message("PING", ("x",))),
    ("NICK Neural", Message("NICK", ("Neural",))),
    ("NICK :Neural", Message("NICK", ("Neural",))),
    ("CAP * LIST :", Message("CAP", ("*", "LIST", ""))),
    ("CAP * LS :multi-prefix sasl", Message("CAP", ("*", "LS", "multi-prefix sasl"))),
    ("CAP REQ :sasl message-tags foo", Message("CAP", ("REQ", "sasl message-tags foo"))),
    (":dan!d@localhost PRIVMSG #chan :Hey!", Message("PRIVMSG", ("#chan", "Hey!"), "dan!d@localhost")),
    (":dan!d@localhost PRIVMSG #chan Hey!", Message("PRIVMSG", ("#chan", "Hey!"), "dan!d@localhost")),
    (":dan!d@localhost PRIVMSG #chan ::-)", Message("PRIVMSG", ("#chan", ":-)"), "dan!d@localhost")),
    (":irc.example 001 nine :Hi there", Message("001", ("nine", "Hi there"), "irc.example")),
    ("@id=234AB :d PRIVMSG #c :x y", Message("PRIVMSG", ("#c", "x y"), "d", {"id": "234AB"})),
    ("@a;b=;c=1 PING x", Message("PING", ("x",), "", {"a": "", "b": "", "c": "1"})),
    ("@+typing=active TAGMSG #c", Message("TAGMSG", ("#c",), "", {"+typing": "active"})),
    # more than one space between the parts
    ("PRIVMSG   #c   :  two  spaces ", Message("PRIVMSG", ("#c", "  two  spaces "))),
    ("  PING x", Message("PING", ("x",))),
    ("@a=1   :src   PING   x  ", Message("PING", ("x",), "src", {"a": "1"})),
    ("MODE #c +o Nine ", Message("MODE", ("#c", "+o", "Nine"))),
    # a colon inside a word belongs to the word, after " :" everything is text
    ("MODE #c +b m:*!*@h", Message("MODE", ("#c", "+b", "m:*!*@h"))),
    ("PRIVMSG #c :a :b", Message("PRIVMSG", ("#c", "a :b"))),
    ("PRIVMSG #c :", Message("PRIVMSG", ("#c", ""))),
    ("PRIVMSG #c : ", Message("PRIVMSG", ("#c", " "))),
    ("USER a 0 * :Real Name", Message("USER", ("a", "0", "*", "Real Name"))),
    # any number of parameters: "clients MUST parse incoming messages with any number of them"
    ("X " + " ".join("abcdefghijklmnopqrstuvwxyz"), Message("X", tuple("abcdefghijklmnopqrstuvwxyz"))),
    # only U+0020 separates: italics, no-break space, line separator are text
    ("PRIVMSG #c \x1dhi\x1d", Message("PRIVMSG", ("#c", "\x1dhi\x1d"))),
    ("PRIVMSG #c \xa0\u2028x", Message("PRIVMSG", ("#c", "\xa0\u2028x"))),
    ("PRIVMSG #c\tx", Message("PRIVMSG", ("#c\tx",))),
    # upper case is ASCII's
    ("privmsg x", Message("PRIVMSG", ("x",))),
    ("stra\xdfe x", Message("stra\xdfe", ("x",))),
    # NUL, CR and LF are spaces
    ("PRIVMSG #c :a\rQUIT", Message("PRIVMSG", ("#c", "a QUIT"))),
    ("PRIVMSG #c :a\nQUIT", Message("PRIVMSG", ("#c", "a QUIT"))),
    ("PRIVMSG #c :a\0b", Message("PRIVMSG", ("#c", "a b"))),
    ("NICK\0Neural", Message("NICK", ("Neural",))),
    # the source may be empty, or hold a colon
    (": PING", Message("PING")),
    ("::1 PING", Message("PING", (), ":1")),
    # something else than IRC that still is a command to say "unknown" to
    ("GET / HTTP/1.1", Message("GET", ("/", "HTTP/1.1"))),
    ("@ PING", Message("PING")),
]


@pytest.mark.parametrize(("line", "message"), PARSED)
def test_parse(line: str, message: Message) -> None:
    assert parse(line) == message


@pytest.mark.parametrize(
    "line", ["", " ", "\r", ":", ":src", ":src ", " :text", "@a", "@a ", "@a :src", ":src :text"]
)
def test_parse_refuses_what_has_no_command(line: str) -> None:
    result = parse(line)
    assert isinstance(result, BadLine)
    assert result.reason == MALFORMED
    assert result.text.isprintable()


ENCODED = [
    (Message("PING"), b"PING\r\n"),
    (Message("NICK", ("Neural",)), b"NICK Neural\r\n"),
    (Message("MODE", ("#c", "+o", "Nine"), "s"), b":s MODE #c +o Nine\r\n"),
    (Message("JOIN", ("#c",), "n!u@h"), b":n!u@h JOIN #c\r\n"),
    (Message("PRIVMSG", ("#c", "Hi"), "n!u@h"), b":n!u@h PRIVMSG #c :Hi\r\n"),
    (Message("PRIVMSG", ("#c", "Hi there"), "n!u@h"), b":n!u@h PRIVMSG #c :Hi there\r\n"),
    (Message("PING", ("token",)), b"PING :token\r\n"),
    (Message("PART", ("#c",), "n!u@h"), b":n!u@h PART #c\r\n"),
    (Message("PART", ("#c", "bye"), "n!u@h"), b":n!u@h PART #c :bye\r\n"),
    (Message("353", ("n", "=", "#c", "@n"), "s"), b":s 353 n = #c :@n\r\n"),
    (Message("CAP", ("*", "LIST", "")), b"CAP * LIST :\r\n"),
    (Message("MODE", ("#c", "+k", ":key")), b"MODE #c +k ::key\r\n"),
    (Message("SETNAME", ("Zoë",)), "SETNAME :Zoë\r\n".encode()),
    (Message("PRIVMSG", ("#c", "x"), "n", {"a": "1", "b": ""}), b"@a=1;b :n PRIVMSG #c :x\r\n"),
    (Message("TAGMSG", ("#c",), "", {"+r": "a b;c\\"}), b"@+r=a\\sb\\:c\\\\ TAGMSG #c\r\n"),
    # nothing ends a line early, in any part
    (Message("PRIVMSG", ("#c", "a\r\nQUIT"), "n"), b":n PRIVMSG #c :a  QUIT\r\n"),
    (Message("PRIVMSG", ("#c", "a\rQUIT"), "n"), b":n PRIVMSG #c :a QUIT\r\n"),
    (Message("PRIVMSG", ("#c", "a\0b"), "n"), b":n PRIVMSG #c :a b\r\n"),
    (Message("PRIVMSG", ("#c\nQUIT", "a"), "n"), b":n PRIVMSG #c_QUIT :a\r\n"),
    (Message("PRIVMSG", ("#c", "a"), "n\nQUIT"), b":n_QUIT PRIVMSG #c :a\r\n"),
    (Message("PRIV\nMSG", ("#c", "a"), "n"), b":n PRIVMSG #c :a\r\n"),
    (Message("X", ("y",), "", {"a": "1\r\n2\0"}), b"@a=1\\r\\n2\\s X y\r\n"),
    # parameters before the last that cannot be written
    (Message("MODE", ("#c", "+b", "a b", "x")), b"MODE #c +b a_b x\r\n"),
    (Message("MODE", ("#c", "", "x")), b"MODE #c * x\r\n"),
    (Message("MODE", ("", "x")), b"MODE * x\r\n"),
    (Message("MODE", (":c", "x")), b"MODE _c x\r\n"),
    (Message("MODE", ("a", "", "", "x"), "s s"), b":s_s MODE a * * x\r\n"),
    # commands that cannot be written
    (Message(":X", ("y",)), b"X y\r\n"),
    (Message("@X", ("y",)), b"X y\r\n"),
    (Message("A B", ("y",)), b"AB y\r\n"),
    (Message("", ("y",)), b"\r\n"),
    (Message(" "), b"\r\n"),
    # tags with keys that cannot be written are left out
    (Message("X", (), "", {"a b": "1", "c;d": "2", "": "3", "e=f": "4", "g\n": "5"}), b"X\r\n"),
    (Message("X", (), "", {"a b": "1", "ok": "2"}), b"@ok=2 X\r\n"),
    (Message("X", (), "", {"a=b": "", "ok": "2"}), b"@ok=2 X\r\n"),
    # half a surrogate pair is no character
    (Message("PRIVMSG", ("#c", "\ud800")), b"PRIVMSG #c :?\r\n"),
    (Message("X", (), "", {"a": "\udfff"}), b"@a=? X\r\n"),
]


@pytest.mark.parametrize(("message", "line"), ENCODED)
def test_encode(message: Message, line: bytes) -> None:
    assert encode(message) == line


@pytest.mark.parametrize(
    ("character", "fitting"),
    [("a", 498), ("é", 249), ("€", 166), ("😀", 124)],
)
def test_encode_cuts_before_the_character_that_does_not_fit(character: str, fitting: int) -> None:
    """512 bytes with CR LF; the head takes 12 of them: what is left is filled with whole characters."""
    line = encode(Message("PRIVMSG", ("#c", character * 600)))
    assert line == f"PRIVMSG #c :{character * fitting}\r\n".encode()
    assert len(line) <= limits.LINE


def test_encode_does_not_count_tags() -> None:
    line = encode(Message("PRIVMSG", ("#c", "a" * 600), "", {"t": "b" * 4000}))
    assert len(line) == limits.LINE + len("@t= ") + 4000


def test_encode_takes_another_limit() -> None:
    assert len(encode(Message("PRIVMSG", ("#c", "a" * 9000)), 2048)) == 2048


def test_tags_that_do_not_fit_are_left_out_whole_and_the_clients_first() -> None:
    tags = {"+a": "x" * 4090, "time": "now", "+b": "x" * 4090, "msgid": "1-1"}
    text = encode_tags(tags)
    assert parse_tags(text[1:-1]) == {"time": "now", "msgid": "1-1", "+a": "x" * 4090}
    assert len(text) <= limits.TAGS
    assert encode_tags({"a": "x" * 9000}) == ""


def test_tags_of_both_sides_at_their_limits_fit() -> None:
    both = {"s": "x" * (4094 - 2), "+c": "y" * (4094 - 3)}
    assert len(encode_tags(both)) == limits.TAGS
    assert parse_tags(encode_tags(both)[1:-1]) == both


# https://ircv3.net/specs/extensions/message-tags#escaping-values: (escaped, value)
ESCAPES = [
    ("", ""),
    ("abc", "abc"),
    (r"\:", ";"),
    (r"\s", " "),
    (r"\\", "\\"),
    (r"\r\n", "\r\n"),
    (r"raw+:=,escaped\:\s\\", "raw+:=,escaped; \\"),
    (r"\\s", r"\s"),
    (r"\\\\", r"\\"),
    (r"\\\:", r"\;"),
    ("é😀", "é😀"),
]
# The same, one way: no escape, and a backslash at the end, which are dropped.
LOOSE_ESCAPES = [
    ("test\\", "test"),
    ("\\", ""),
    (r"\b", "b"),
    (r"a\bc\d", "abcd"),
    ("\\\\\\", "\\"),
    (r"\é", "é"),
]


@pytest.mark.parametrize(("escaped", "value"), ESCAPES)
def test_escape(escaped: str, value: str) -> None:
    assert escape_tag_value(value) == escaped


@pytest.mark.parametrize(("escaped", "value"), ESCAPES + LOOSE_ESCAPES)
def test_unescape(escaped: str, value: str) -> None:
    assert unescape_tag_value(escaped) == value


TAGS = [
    ("a", {"a": ""}),
    ("a=", {"a": ""}),
    ("a=b=c", {"a": "b=c"}),
    ("a=1;a=2", {"a": "2"}),  # "SHOULD disregard all but the final occurrence"
    ("a=1;A=2", {"a": "1", "A": "2"}),  # "case-sensitive opaque identifiers"
    ("example.com/ddd=eee", {"example.com/ddd": "eee"}),
    ("+example.com/foo=bar", {"+example.com/foo": "bar"}),
    ("é!\x01=1", {"é!\x01": "1"}),  # "MUST NOT perform any validation"
    (";;a;;", {"a": ""}),
    ("=1", {}),
    ("", {}),
]


@pytest.mark.parametrize(("text", "tags"), TAGS)
def test_parse_tags(text: str, tags: dict[str, str]) -> None:
    assert parse_tags(text) == tags


SOURCES = [
    ("irc.example", Source("irc.example"), "irc.example"),
    ("n!u@h", Source("n", "u", "h"), "n!u@h"),
    ("n@h", Source("n", "", "h"), "n@h"),
    ("n!u", Source("n", "u"), "n!u"),
    ("n!u@x@h", Source("n", "u@x", "h"), "n!u@x@h"),
    ("n!u!v@h", Source("n", "u!v", "h"), "n!u!v@h"),
    ("n!@", Source("n"), "n"),
    ("", Source(""), ""),
    ("!", Source(""), ""),
    ("@h", Source("", "", "h"), "@h"),
]


@pytest.mark.parametrize(("text", "source", "written"), SOURCES)
def test_source(text: str, source: Source, written: str) -> None:
    assert Source.parse(text) == source
    assert str(source) == written


def test_excerpt_is_short_and_harmless() -> None:
    assert excerpt("\x1b]0;title\x07\u202eabc") == "?]0;title??abc"
    assert excerpt("x" * 100) == "x" * 60


def test_no_tags_is_nobodys_to_change() -> None:
    message = parse("PING")
    assert isinstance(message, Message)
    assert message.tags is NO_TAGS
    assert message.tags == {}
    with pytest.raises(TypeError):
        cast("dict[str, str]", message.tags)["a"] = "b"


# Properties


def characters(without: str) -> st.SearchStrategy[str]:
    """Any character that UTF-8 can write, but for some."""
    return st.characters(codec="utf-8", exclude_characters=without)


text = st.text(characters("\r\n\0"), max_size=40)
words = st.text(characters("\r\n\0 "), min_size=1, max_size=12)
middles = words.filter(lambda word: word[0] != ":")
commands = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=10)
keys = st.text(characters("\r\n\0 ;="), min_size=1, max_size=12)
values = st.text(characters("\0"), max_size=12)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Valid messages that fit their limits."""
    params: tuple[str, ...] = tuple(draw(st.lists(middles, max_size=4)))
    if draw(st.booleans()):
        params = (*params, draw(text))
    source = draw(st.one_of(st.just(""), words))
    return Message(draw(commands), params, source, draw(st.dictionaries(keys, values, max_size=4)))


@given(messages())
def test_parse_of_encode_is_the_identity(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\r\n")
    assert parse(line[:-2].decode()) == message


anything = st.text(st.one_of(st.sampled_from(" :@;=\\!\r\n\0é"), st.characters()), max_size=40)


@given(anything)
def test_no_line_raises_and_no_part_of_a_message_can_end_a_line(line: str) -> None:
    result = parse(line)
    parts = (
        result
        if isinstance(result, BadLine)
        else (result.command, *result.params, result.source, *result.tags)
    )
    for part in parts:
        assert not set(part) & set("\r\n\0")


@given(anything)
def test_what_was_read_can_be_written_and_read_again(line: str) -> None:
    """Whatever a client sent is relayed as what it was read as (commands apart, which the server knows)."""
    message = parse(line)
    if isinstance(message, Message) and message.command.isalnum() and max(line, default="") < "\ud800":
        assert parse(encode(message, 9000)[:-2].decode()) == message


hostile = st.builds(
    Message, anything, st.lists(anything).map(tuple), anything, st.dictionaries(anything, anything)
)


@given(hostile)
def test_encode_of_anything_is_one_line(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\r\n")
    assert not set(line[:-2]) & set(b"\r\n\0")
    line.decode()


@given(hostile)
def test_encode_of_anything_keeps_the_number_and_order_of_the_parts(message: Message) -> None:
    """Free text in one parameter never becomes two, and never another command or source."""
    line = encode(message, 100_000)
    result = parse(line[:-2].decode())
    command = "".join(c for c in message.command if c.isalnum())
    if command:
        assert isinstance(result, Message)
        assert len(result.params) == len(message.params)
        assert result.command == (command.upper() if command.isascii() else command)
        assert bool(result.source) == bool(message.source)
        assert set(result.tags) <= {key.encode("utf-8", "replace").decode() for key in message.tags}


@given(st.dictionaries(keys, values))
def test_tags_survive_the_wire(tags: dict[str, str]) -> None:
    written = encode_tags(tags)
    assert parse_tags(written[1:-1]) == tags


@given(values)
def test_escapes_survive_the_wire(value: str) -> None:
    assert unescape_tag_value(escape_tag_value(value)) == value


@given(anything)
def test_unescape_never_raises_and_never_grows(value: str) -> None:
    assert len(unescape_tag_value(value)) <= len(value)
