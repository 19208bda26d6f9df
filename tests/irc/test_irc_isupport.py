"""gchat.irc.isupport: tokens as the server writes them and as the client understands them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc import limits
from gchat.irc.isupport import ISupport, build, escape, unescape
from gchat.irc.message import Message, encode
from gchat.irc.modes import RFC1459, ModeTypes

TEXT = "are supported by this server"


def supporting(*tokens: str) -> ISupport:
    """A client's view after one line."""
    isupport = ISupport()
    isupport.feed(["nine", *tokens, TEXT])
    return isupport


BUILT: list[tuple[dict[str, str | None], list[tuple[str, ...]]]] = [
    ({}, []),
    ({"A": None}, [("A",)]),
    ({"A": "1", "B": "", "C": None}, [("A=1", "B=", "C")]),
    ({"NETWORK": "My Net=\\"}, [("NETWORK=My\\x20Net\\x3D\\x5C",)]),
    ({"-A": None}, [("-A",)]),
    ({f"K{i}": None for i in range(13)}, [tuple(f"K{i}" for i in range(13))]),
    ({f"K{i}": None for i in range(14)}, [tuple(f"K{i}" for i in range(13)), ("K13",)]),
    ({"A": "x" * 300, "B": "y" * 300}, [("A=" + "x" * 300,), ("B=" + "y" * 300,)]),
]


@pytest.mark.parametrize(("tokens", "lines"), BUILT)
def test_build(tokens: dict[str, str | None], lines: list[tuple[str, ...]]) -> None:
    assert build(tokens) == lines


@given(
    st.dictionaries(st.text("ABCDEF", min_size=1, max_size=20), st.none() | st.text(max_size=70), max_size=40)
)
def test_lines_fit_a_message_and_are_understood(tokens: dict[str, str | None]) -> None:
    isupport = ISupport()
    for line in build(tokens):
        message = Message("005", ("n" * limits.NICKLEN, *line, TEXT), "s" * limits.HOSTLEN)
        assert len(encode(message, 10_000)) <= limits.LINE or len(line) == 1
        assert len(line) <= limits.ISUPPORT_TOKENS
        isupport.feed(message.params)
    for key, value in tokens.items():
        assert isupport.get(key, "absent") == (value or "")


ESCAPES = [
    ("", ""),
    ("abc", "abc"),
    ("a b", r"a\x20b"),
    ("a\\b", r"a\x5Cb"),
    ("a=b", r"a\x3Db"),
    ("\0\r\n", r"\x00\x0D\x0A"),
    ("é", "é"),
]
LOOSE_ESCAPES = [
    ("a b", r"a\x20b"),
    ("J", r"\x4a"),
    (r"\x", r"\x"),
    (r"\xg0", r"\xg0"),
    (r"\x2", r"\x2"),
    ("\\", "\\"),
]


@pytest.mark.parametrize(("value", "escaped"), ESCAPES)
def test_escape(value: str, escaped: str) -> None:
    assert escape(value) == escaped


@pytest.mark.parametrize(("value", "escaped"), ESCAPES + LOOSE_ESCAPES)
def test_unescape(value: str, escaped: str) -> None:
    assert unescape(escaped) == value


@given(st.text())
def test_escapes_survive_the_wire(value: str) -> None:
    assert unescape(escape(value)) == value


# What a client assumes of a server that says nothing.


def test_silence() -> None:
    isupport = ISupport()
    assert isupport.fold("NINE[") == "nine{"  # "clients SHOULD assume CASEMAPPING=rfc1459"
    assert isupport.casemapping == "rfc1459"
    assert isupport.prefix == ("ov", "@+")  # "Default: PREFIX=(ov)@+"
    assert isupport.mode_types == RFC1459
    assert isupport.is_channel("#c")
    assert isupport.is_channel("&c")
    assert not isupport.is_channel("nine")
    assert not isupport.is_channel("")
    assert isupport.network == isupport.statusmsg == isupport.bot == ""
    assert isupport.modes_per_line == 3  # RFC 1459 section 4.2.3.1
    assert isupport.nicklen == 9
    assert isupport.linelen == 512
    assert isupport.monitor == 0
    assert isupport.targmax("PRIVMSG") == 1
    assert not isupport.utf8only
    assert not isupport.whox
    assert "NETWORK" not in isupport


MODE_TYPES = [
    (["PREFIX=(qaohv)~&@%+", "CHANMODES=beI,k,l,imn"], ModeTypes("beI", "k", "l", "imn", "qaohv", "~&@%+")),
    (["CHANMODES=b,k,l,imn,X,Y"], ModeTypes("b", "k", "l", "imn", "ov", "@+")),  # "[,X,Y...]" are ignored
    (["CHANMODES=b,k"], ModeTypes("b", "k", "", "", "ov", "@+")),
    (["CHANMODES="], ModeTypes("", "", "", "", "ov", "@+")),
    (["PREFIX="], ModeTypes("b", "k", "l", "imnpst", "", "")),
    (["PREFIX=(ov)@"], ModeTypes("b", "k", "l", "imnpst", "o", "@")),
    (["PREFIX=nonsense"], ModeTypes("b", "k", "l", "imnpst", "", "")),
]


@pytest.mark.parametrize(("tokens", "types"), MODE_TYPES)
def test_mode_types(tokens: list[str], types: ModeTypes) -> None:
    assert supporting(*tokens).mode_types == types


def test_a_later_line_changes_and_removes() -> None:
    isupport = supporting("CASEMAPPING=ascii", "PREFIX=(o)@", "NICKLEN=30", "UTF8ONLY")
    assert isupport.fold("NINE[") == "nine["
    assert isupport.prefix == ("o", "@")
    assert isupport.utf8only
    isupport.feed(["nine", "-CASEMAPPING", "PREFIX=(ov)@+", "-UNHEARD", "-", "-UTF8ONLY", TEXT])
    assert isupport.fold("NINE[") == "nine{"
    assert isupport.prefix == ("ov", "@+")
    assert isupport.nicklen == 30
    assert not isupport.utf8only


NUMBERS = [
    ("NICKLEN=30", 30),
    ("NICKLEN=", 9),
    ("NICKLEN", 9),
    ("NICKLEN=-1", 9),
    ("NICKLEN=abc", 9),
    ("NICKLEN=²", 9),
    ("NICKLEN=" + "9" * 5000, 9),
]


@pytest.mark.parametrize(("token", "number"), NUMBERS)
def test_numbers(token: str, number: int) -> None:
    assert supporting(token).nicklen == number


TARGMAX = [
    (["TARGMAX=PRIVMSG:4,JOIN:,KICK:1"], "PRIVMSG", 4),
    (["TARGMAX=PRIVMSG:4,JOIN:,KICK:1"], "privmsg", 4),
    (["TARGMAX=PRIVMSG:4,JOIN:,KICK:1"], "JOIN", None),
    (["TARGMAX=PRIVMSG:4,JOIN:,KICK:1"], "WHOIS", 1),
    (["TARGMAX=PRIVMSG:0"], "PRIVMSG", 1),
    (["TARGMAX=PRIVMSG:x"], "PRIVMSG", 1),
    (["TARGMAX="], "PRIVMSG", 1),
    (["MAXTARGETS=20"], "NOTICE", 20),
    (["MAXTARGETS=20"], "KICK", 1),
    (["MAXTARGETS=20", "TARGMAX=NOTICE:2"], "NOTICE", 2),
]


@pytest.mark.parametrize(("tokens", "command", "most"), TARGMAX)
def test_targmax(tokens: list[str], command: str, most: int | None) -> None:
    assert supporting(*tokens).targmax(command) == most


STATUSMSG = [
    ("@#c", ("@", "#c")),
    ("+#c", ("+", "#c")),
    ("@+#c", ("@+", "#c")),
    ("#c", ("", "#c")),
    ("nine", ("", "nine")),
    ("@nine", ("", "@nine")),
    ("@", ("", "@")),
    ("", ("", "")),
]


@pytest.mark.parametrize(("target", "split"), STATUSMSG)
def test_statusmsg(target: str, split: tuple[str, str]) -> None:
    assert supporting("STATUSMSG=@+").split_statusmsg(target) == split


def test_statusmsg_where_a_symbol_is_a_channel_type_too() -> None:
    isupport = supporting("STATUSMSG=~&@%+", "CHANTYPES=#&")
    assert isupport.split_statusmsg("&local") == ("", "&local")
    assert supporting().split_statusmsg("@#c") == ("", "@#c")


ONE_EACH = [
    ("MODES=4", "modes_per_line", 4),
    ("MODES=", "modes_per_line", limits.PARAMS),  # "If there is no limit, the value is not given"
    ("MODES=0", "modes_per_line", 1),
    ("MONITOR=100", "monitor", 100),
    ("LINELEN=2048", "linelen", 2048),
    ("LINELEN=1", "linelen", 512),
    ("BOT=B", "bot", "B"),
    ("BOT=", "bot", ""),
    ("WHOX", "whox", True),
    ("NETWORK=Example\\x20Network", "network", "Example Network"),
    ("network=x", "network", "x"),
    ("CHANTYPES=", "chantypes", ""),
]


@pytest.mark.parametrize(("token", "name", "value"), ONE_EACH)
def test_one_token(token: str, name: str, value: object) -> None:
    assert getattr(supporting(token), name) == value


def test_a_server_cannot_fill_the_memory() -> None:
    isupport = supporting(*[f"T{i}={i}" for i in range(600)])
    assert isupport.get("T511") == "511"
    assert "T512" not in isupport
    isupport.feed(["nine", "T0=changed", TEXT])
    assert isupport.get("T0") == "changed"


tokens = st.lists(
    st.builds(
        "{}={}".format,
        st.sampled_from(
            ["PREFIX", "CHANMODES", "CASEMAPPING", "TARGMAX", "MODES", "STATUSMSG", "CHANTYPES", "-X"]
        ),
        st.text(st.sampled_from("()@+,:ov#\\x20bkl1"), max_size=12),
    )
    | st.text(max_size=10)
)


@given(st.lists(tokens, max_size=3), st.text(max_size=5))
def test_nothing_a_server_says_raises(lines: list[list[str]], target: str) -> None:
    isupport = ISupport()
    for line in lines:
        isupport.feed(line)
    assert len(isupport.prefix[0]) == len(isupport.prefix[1])
    assert isupport.modes_per_line >= 1
    assert isupport.targmax("PRIVMSG") is None or isupport.targmax("PRIVMSG") != 0
    assert "".join(isupport.split_statusmsg(target)) == target
    assert isinstance(isupport.fold(target), str)
