"""gchat.tutorial.wire and commands: what a plain client sends, and how it is sent things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc import limits
from gchat.irc.message import NOTHING, Message, encode, parse
from gchat.tutorial.wire import LONGEST_LINE, MOST_ANSWERS, TutorialWire

NINE = "Nine!~Nine@127.0.0.1"
ISUPPORT = (
    "CHANMODES=beI,k,l,CMRimnrst",
    "CHANTYPES=#",
    "EXTBAN=,m",
    "PREFIX=(qaohv)~&@%+",
    "STATUSMSG=~&@%+",
)


def begun(nick: str = "Neural", newline: bool = False, wanted: str = "") -> TutorialWire:
    """A wire whose client is in the lobby as ``nick``."""
    wire = TutorialWire("#lobby", newline)
    wire.feed((wanted or nick).encode() + b"\n" * newline)
    wire.encode(Message("001", (nick, "Welcome"), "gchat.test"))
    wire.encode(Message("005", (nick, *ISUPPORT, "are supported by this server"), "gchat.test"))
    wire.encode(Message("JOIN", ("#lobby",), f"{nick}!~{nick}@127.0.0.1"))
    wire.encode(Message("366", (nick, "#lobby", "End of /NAMES list"), "gchat.test"))
    wire.join([b"begun"], 0.0)
    return wire


def lines(messages: list) -> list[str]:
    """Messages as short text."""
    return [" ".join([message.command, *message.params]) for message in messages]


def fed(wire: TutorialWire, data: bytes) -> list[str]:
    """What a chunk means: messages, and after them the sentences that answer it."""
    messages = [message for message in wire.feed(data) if message is not NOTHING]
    return lines(messages) + [piece.decode().rstrip("\n") for piece in wire.take_local()]


# --- nicknames

INTRODUCTIONS = [
    (False, b"Neural", ["NICK Neural", "USER Neural 0 * Neural", "JOIN #lobby"]),
    (False, b"The Boss", ["NICK The Boss", "USER The Boss 0 * The Boss", "JOIN #lobby"]),
    (False, "José".encode(), ["NICK José", "USER José 0 * José", "JOIN #lobby"]),
    (False, b"Jos\xe9", ["NICK José", "USER José 0 * José", "JOIN #lobby"]),
    (False, b"a\x00\x1b\x07b", ["NICK ab", "USER ab 0 * ab", "JOIN #lobby"]),
    (False, b"   ", ["NICK ?", "USER ? 0 * ?", "JOIN #lobby"]),
    (False, b"\n", []),
    (
        False,
        b"NeuralNeural: hello",
        ["NICK Neural", "USER Neural 0 * Neural", "JOIN #lobby", "PRIVMSG #lobby hello"],
    ),
    (
        False,
        b"Neural\nNeural: hello",
        ["NICK Neural", "USER Neural 0 * Neural", "JOIN #lobby", "PRIVMSG #lobby hello"],
    ),
    (True, b"Neural\n", ["NICK Neural", "USER Neural 0 * Neural", "JOIN #lobby"]),
    (True, b"\r\n\r\nNeural\r\n", ["NICK Neural", "USER Neural 0 * Neural", "JOIN #lobby"]),
    (True, b"Neural", []),
    (
        True,
        b"Neural\nhello\nworld",
        ["NICK Neural", "USER Neural 0 * Neural", "JOIN #lobby", "PRIVMSG #lobby hello"],
    ),
]


@pytest.mark.parametrize(("newline", "data", "messages"), INTRODUCTIONS)
def test_introductions(newline: bool, data: bytes, messages: list[str]) -> None:
    assert fed(TutorialWire("#lobby", newline), data) == messages


def test_a_long_nickname_is_cut_and_its_text_is_not_lost() -> None:
    wire = TutorialWire("#lobby")
    nick = wire.feed(b"n" * 70_000)[0]
    assert len(nick.params[0]) == 200
    assert fed(wire, b"n" * 300 + b": hello")[-1].endswith("hello")


# --- texts

TEXTS = [
    (b"Neural: hello", ["PRIVMSG #lobby hello"]),
    (b"Neural: hello  world ", ["PRIVMSG #lobby hello  world "]),
    (b"hello", ["PRIVMSG #lobby hello"]),
    (b"Neural: ", []),
    (b"Neural:  ", []),
    (b"\n", []),
    (b"Neural:hello", ["PRIVMSG #lobby Neural:hello"]),
    (b"Nine: I am Nine", ["PRIVMSG #lobby Nine: I am Nine"]),
    (b"Neural: Nine: I am Nine", ["PRIVMSG #lobby Nine: I am Nine"]),
    (b"neural: hello", ["PRIVMSG #lobby neural: hello"]),
    (b"Neural: Neural: hello", ["PRIVMSG #lobby Neural: hello"]),
    (b"Neural: say Neural: hello", ["PRIVMSG #lobby say Neural: hello"]),
    (b"Neural: oneNeural: two", ["PRIVMSG #lobby one", "PRIVMSG #lobby two"]),
    (b"Neural: one?Neural: Neural: two", ["PRIVMSG #lobby one?", "PRIVMSG #lobby Neural: two"]),
    (b"oneNeural: two", ["PRIVMSG #lobby one", "PRIVMSG #lobby two"]),
    (b"Neural: one\nNeural: two\r\nthree\r", [f"PRIVMSG #lobby {n}" for n in ("one", "two", "three")]),
    (b"Neural: one\n\n\ntwo", ["PRIVMSG #lobby one", "PRIVMSG #lobby two"]),
    ("Neural: grüße…".encode(), ["PRIVMSG #lobby grüße…"]),
    (b"Neural: gr\xfc\xdfe", ["PRIVMSG #lobby grüße"]),
    (b"Neural: \x01ACTION waves\x01", ["PRIVMSG #lobby ACTION waves"]),
    (b"Neural: tab\there\x1b[A\x00", ["PRIVMSG #lobby tab here[A"]),
    (b"Neural: //help", ["PRIVMSG #lobby /help"]),
    (b"Neural: /", ["PRIVMSG #lobby /"]),
    (b"Neural: / help", ["PRIVMSG #lobby / help"]),
    (b"Neural: :-)", ["PRIVMSG #lobby :-)"]),
]


@pytest.mark.parametrize(("data", "messages"), TEXTS)
def test_texts(data: bytes, messages: list[str]) -> None:
    assert fed(begun(), data) == messages


def test_both_names_are_ones_own_after_another_nick_was_given() -> None:
    wire = begun("Neural2", wanted="Neural")
    assert fed(wire, b"Neural: one") == fed(wire, b"Neural2: one") == ["PRIVMSG #lobby one"]
    assert fed(wire, b"Neural: oneNeural2: two") == ["PRIVMSG #lobby one", "PRIVMSG #lobby two"]
    wire.encode(Message("NICK", ("al",), "Neural2!~Neural@127.0.0.1"))
    assert fed(wire, b"Neural: one") == fed(wire, b"al: one") == ["PRIVMSG #lobby one"]
    # one that is the end of the other
    assert fed(wire, b"Neural: a Neural: b") == ["PRIVMSG #lobby a Neural: b"]


def test_a_nickname_with_a_space_is_taken_off() -> None:
    wire = begun("The_Boss", wanted="The Boss")
    assert fed(wire, b"The Boss: hello") == ["PRIVMSG #lobby hello"]


def test_a_long_text_becomes_messages_that_nobody_gets_cut() -> None:
    wire = begun()
    text = "wörter und mehr " * 300 + "é" * 1000
    messages = wire.feed(f"Neural: {text}".encode())
    assert "".join(message.params[1] for message in messages) == text
    source = f"{'n' * limits.NICKLEN}!{'u' * limits.USERLEN}@{'h' * limits.HOSTLEN}"
    for message in messages:
        line = encode(message._replace(source=source))
        assert len(line) <= limits.LINE
        assert parse(line[:-2].decode()).params == message.params


def test_a_character_that_two_chunks_share_is_whole() -> None:
    wire = begun()
    text = "Neural: " + "é" * 700
    data = text.encode()
    messages = wire.feed(data[:1025]) + wire.feed(data[1025:])
    assert "".join(message.params[1] for message in messages) == "é" * 700


def test_lines_come_in_any_chunks() -> None:
    data = "Neural\nhello\r\ngrüße\n/me waves\nrest".encode()
    whole = fed(TutorialWire("#lobby", newline=True), data)
    assert whole[-1] == "PRIVMSG #lobby \x01ACTION waves\x01"
    wire = TutorialWire("#lobby", newline=True)
    pieces = [fed(wire, data[i : i + 1]) for i in range(len(data))]
    assert [line for piece in pieces for line in piece] == whole


def test_a_line_without_end_is_said_as_it_comes() -> None:
    wire = begun(newline=True)
    text = "é" * 10_000
    messages = []
    for chunk in (text.encode()[i : i + 1000] for i in range(0, 20_000, 1000)):
        messages += wire.feed(chunk)
        assert len(wire._line) <= LONGEST_LINE
    messages += wire.feed(b"\nnext\n")
    assert "".join(message.params[1] for message in messages) == text + "next"


def test_the_rest_of_a_long_line_is_no_command() -> None:
    wire = begun(newline=True)
    # what stands at the cut would be one
    messages = wire.feed(b"x" * LONGEST_LINE + b"/quit\n")
    assert {message.command for message in messages} == {"PRIVMSG"}
    assert messages[-1].params[1].endswith("/quit")
    assert lines(wire.feed(b"/quit\n")) == ["QUIT"]


def test_telnets_own_commands_are_no_text() -> None:
    wire = begun(newline=True)
    # Ctrl-C in telnet: IAC IP IAC DO TIMING-MARK
    assert fed(wire, b"\xff\xf4\xff\xfd\x06hello\r\n") == ["PRIVMSG #lobby hello"]
    assert fed(wire, "ÿ\n".encode()) == ["PRIVMSG #lobby ÿ"]


# --- commands

COMMANDS = [
    ("/nick Nova", ["NICK Nova"]),
    ("/nick", ["It goes like this: /nick NAME"]),
    ("/NICK Nova", ["NICK Nova"]),
    ("/join #dev", ["JOIN #dev"]),
    ("/join dev", ["JOIN #dev"]),
    ("/join #dev secret", ["JOIN #dev secret"]),
    ("/join #a,#b", ["One channel at a time: /join CHANNEL"]),
    ("/join", ["It goes like this: /join CHANNEL"]),
    ("/join #Lobby", ["You are in #lobby now."]),
    ("/leave", ["PART #lobby"]),
    ("/part", ["PART #lobby"]),
    ("/leave dev", ["PART #dev"]),
    ("/rooms", ["LIST"]),
    ("/list", ["LIST"]),
    ("/who", ["NAMES #lobby"]),
    ("/names", ["NAMES #lobby"]),
    ("/who dev", ["NAMES #dev"]),
    ("/msg Nine What's up?", ["PRIVMSG Nine What's up?"]),
    ("/msg   Nine   two  spaces", ["PRIVMSG Nine two  spaces"]),
    ("/msg Nine", ["It goes like this: /msg NAME TEXT"]),
    ("/me waves at Nine", ["PRIVMSG #lobby \x01ACTION waves at Nine\x01"]),
    ("/me", ["It goes like this: /me TEXT"]),
    ("/topic", ["TOPIC #lobby"]),
    ("/topic What we do", ["TOPIC #lobby What we do"]),
    ("/kick Nine", ["KICK #lobby Nine"]),
    ("/kick Nine too loud today", ["KICK #lobby Nine too loud today"]),
    ("/kick", ["It goes like this: /kick NAME [REASON]"]),
    ("/ban Nine", ["MODE #lobby +b Nine!*@*"]),
    ("/ban Nine 1h", ["TBAN #lobby 1h Nine!*@*"]),
    ("/ban Nine 1h off you go", ["TBAN #lobby 1h Nine!*@* off you go"]),
    ("/mute Nine 10m", ["TBAN #lobby 10m m:Nine!*@*"]),
    ("/mute Nine 0 for good", ["TBAN #lobby 0 m:Nine!*@* for good"]),
    (
        "/ban Nine being rude",  # a ban for ever is not what was meant
        ["Behind the name stands a time, like 10m, 1h or 7d (0 is for ever), and then the reason."],
    ),
    ("/ban *@10.0.0.1", ["MODE #lobby +b *!*@10.0.0.1"]),
    ("/unban Nine", ["MODE #lobby -b Nine!*@*"]),
    ("/mute Nine", ["MODE #lobby +b m:Nine!*@*"]),
    ("/unmute Nine", ["MODE #lobby -b m:Nine!*@*"]),
    ("/mute", ["It goes like this: /mute NAME [TIME [REASON]]"]),
    ("/quit", ["QUIT"]),
    ("/quit See you", ["QUIT See you"]),
    ("/dance now", ["There is no command /dance: /help lists them all, and //dance says /dance."]),
]


@pytest.mark.parametrize("newline", [False, True], ids=["raw", "lines"])
@pytest.mark.parametrize(("text", "doing"), COMMANDS)
def test_commands(text: str, doing: list[str], newline: bool) -> None:
    wire = begun(newline=newline)
    assert fed(wire, text.encode() + b"\n" if newline else f"Neural: {text}".encode()) == doing


def test_help_names_every_command() -> None:
    told = "\n".join(fed(begun(), b"Neural: /help"))
    commands = "help nick join leave rooms who msg me topic kick ban mute quit"
    for command in [f"/{name}" for name in commands.split()]:
        assert f"{command} " in told
    assert told.endswith("You are in #lobby now.")


def test_join_takes_the_text_that_follows_with_it() -> None:
    wire = begun()
    assert fed(wire, b"Neural: /join #devNeural: hello") == ["JOIN #dev", "PRIVMSG #dev hello"]
    assert wire.encode(Message("JOIN", ("#Dev",), "Neural!~n@h")) == b"You are in #Dev now."
    assert fed(wire, b"Neural: hello") == ["PRIVMSG #Dev hello"]


def test_a_refused_join_leaves_one_where_one_was() -> None:
    wire = begun()
    fed(wire, b"Neural: /join #dev")
    refusal = Message("474", ("Neural", "#dev", "Cannot join channel (+b)"), "gchat.test")
    assert wire.encode(refusal) == b"You cannot go to #dev: you are banned.\nYou are in #lobby now."
    assert fed(wire, b"Neural: hello") == ["PRIVMSG #lobby hello"]


def test_leave_goes_back_to_the_lobby_and_then_nowhere() -> None:
    wire = begun()
    for channel in ("#dev", "#ops"):
        fed(wire, f"Neural: /join {channel}".encode())
        wire.encode(Message("JOIN", (channel,), "Neural!~n@h"))
    assert fed(wire, b"Neural: /leaveNeural: hello") == ["PART #ops", "PRIVMSG #lobby hello"]
    assert wire.encode(Message("PART", ("#ops",), "Neural!~n@h")) == b"You left #ops.\nYou are in #lobby now."
    fed(wire, b"Neural: /leave")
    assert (
        wire.encode(Message("PART", ("#lobby",), "Neural!~n@h")) == b"You left #lobby.\nYou are in #dev now."
    )
    fed(wire, b"Neural: /leave")
    nowhere = "You are in no channel now: /join #lobby takes you to one."
    assert wire.encode(Message("PART", ("#dev",), "Neural!~n@h")).decode() == "You left #dev.\n" + nowhere
    for text in (b"hello", b"/who", b"/me x", b"/topic x", b"/kick Nine", b"/ban Nine", b"/leave"):
        assert fed(wire, b"Neural: " + text) == [nowhere]


def test_answers_are_bounded() -> None:
    wire = begun(newline=True)
    wire.feed(b"/x\n" * 10_000)
    assert len(wire.take_local()) == MOST_ANSWERS
    assert wire.take_local() == []


# --- flushes

SHOWN = Message("PRIVMSG", ("#lobby", "grüße"), NINE)


def test_raw_pieces_stand_on_lines_of_their_own() -> None:
    wire = begun()
    piece = wire.encode(SHOWN)
    assert wire.join([piece], 10.0) == b"Nine: grusse"
    assert wire.join([piece, b"", piece], 10.1) == b"\nNine: grusse\nNine: grusse"
    assert wire.join([piece], 20.0) == b"Nine: grusse"
    assert wire.join([b""], 20.1) == b""


def test_lines_end_with_newlines_and_begin_below_the_greeting() -> None:
    wire = TutorialWire("#lobby", newline=True)
    wire.feed(b"Neural\n")
    wire.encode(Message("001", ("Neural", "Welcome"), "gchat.test"))
    welcome = wire.encode(Message("JOIN", ("#lobby",), "Neural!~n@h"))
    assert wire.join([], 0.0) == b""
    assert wire.join([welcome], 0.0) == b"\nNeural joined!\nConnected to server!\n"
    piece = wire.encode(SHOWN)
    assert wire.join([piece, piece], 0.1) == "Nine: grüße\nNine: grüße\n".encode()


@pytest.mark.parametrize(
    "message",
    [
        Message("NOTICE", ("Neural", "NICK"), "gchat.test"),
        Message("NOTICE", ("Neural", "ＮＩＣＫ"), "gchat.test"),
        Message("NOTICE", ("Neural", "N\x02I\x02CK"), "gchat.test"),
        Message("PRIVMSG", ("#lobby", "x" * (1024 - len("Nine: ")) + "NICK"), NINE),
    ],
)
def test_no_recv_is_the_question_for_the_nickname(message: Message) -> None:
    wire = begun()
    sent = wire.join([wire.encode(message)], 10.0)
    assert sent.strip().endswith(b"NICK")
    chunks = [sent[i : i + 1024] for i in range(0, len(sent), 1024)]
    assert b"NICK" not in chunks


# --- anything

CHUNKS = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
        st.sampled_from(
            [b"Neural: ", b"\n", b"/join #dev", b"/leave", b"/help\n", b"\xc3", b"NICK", b"/msg a b"]
        ),
    ),
    max_size=12,
)
TEXT = st.text(max_size=40)
COMMANDS_OF_SERVERS = (
    "JOIN PART NICK KICK QUIT PRIVMSG NOTICE MODE TOPIC INVITE ERROR KILL FAIL WALLOPS PING TAGMSG "
    "001 005 301 322 323 332 341 353 366 401 403 404 433 474 482 999"
)
MESSAGES = st.builds(
    Message,
    st.one_of(
        st.sampled_from(COMMANDS_OF_SERVERS.split()),
        TEXT,
    ),
    st.lists(
        st.one_of(
            TEXT, st.sampled_from(["Neural", "#lobby", "#dev", "+ob-v", "x!*@*", "\x01ACTION x\x01", "NICK"])
        ),
        max_size=5,
    ).map(tuple),
    st.one_of(st.sampled_from(["", "Neural!n@h", NINE, "gchat.test"]), TEXT),
)


@pytest.mark.parametrize("newline", [False, True], ids=["raw", "lines"])
@given(chunks=CHUNKS, messages=st.lists(MESSAGES, max_size=8))
def test_anything_goes(newline: bool, chunks: list[bytes], messages: list[Message]) -> None:
    wire = TutorialWire("#lobby", newline)
    clock = 0.0
    for chunk in chunks:
        for message in wire.feed(chunk):
            # nothing that a client sends makes a second line of another message
            assert not any(c in param for param in message.params for c in "\r\n\0")
        clock += 0.2
        sent = wire.join(wire.take_local() + [wire.encode(message) for message in messages], clock)
        assert sent != b"NICK"
        assert not sent or b"\r" not in sent
        if newline:
            assert not sent or (sent.endswith(b"\n") and sent.decode() is not None)
        else:
            assert sent.isascii()
        assert all(c >= 0x20 or c == 0x0A for c in sent)
        assert len(wire._line) <= LONGEST_LINE


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=200))
def test_a_remote_text_is_one_line_behind_its_senders_name(text: str) -> None:
    wire = begun()
    shown = wire.encode(Message("PRIVMSG", ("#lobby", text), NINE))
    assert shown.startswith(b"Nine: ")
    assert b"\n" not in shown


@pytest.mark.parametrize("newline", [False, True])
@pytest.mark.parametrize("text", ["/help", "/dance", "/join", "", " ", "Neural: ", "\r"])
def test_what_says_nothing_counts_for_the_throttle_too(newline: bool, text: str) -> None:
    wire = begun(newline=newline)
    assert wire.feed(f"{text}\n".encode() * 200).count(NOTHING) >= 200


FLOODS = st.lists(st.sampled_from([b"\n", b" ", b"\0", b"Neural: ", b"x"])).map(b"".join)


@given(st.binary(max_size=50), FLOODS)
@pytest.mark.parametrize("newline", [False, True])
def test_no_line_is_free(newline: bool, said: bytes, floods: bytes) -> None:
    wire = begun(newline=newline)
    wire.feed(said)
    assert len(wire.feed(floods)) >= floods.count(b"\n")


def test_who_sends_a_text_has_one_line_on_the_account() -> None:
    wire = begun()
    assert lines(wire.feed(b"Neural: hello")) == ["PRIVMSG #lobby hello"]
    assert lines(wire.feed(b"Neural: hello\n")) == ["PRIVMSG #lobby hello"]
