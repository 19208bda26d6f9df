"""gchat.tutorial.peer and speech: gchat as a client of the tutorial's server, and of gchat's raw mode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client.session import Identity, Session
from gchat.irc.message import Message
from gchat.tutorial.peer import TutorialPeer, nick_of
from gchat.tutorial.speech import MOST_NAMES, Ear, Heard, Kind
from gchat.tutorial.wire import TutorialWire


def short(messages: list) -> list[str]:
    """Messages as short lines: nick of the source, command, parameters."""
    return [" ".join([m.source.partition("!")[0], m.command, *m.params]) for m in messages]


def fed(peer: TutorialPeer, *chunks: bytes) -> list[str]:
    """What chunks mean to the session."""
    return [line for chunk in chunks for line in short(peer.feed(chunk))]


def introduced(nick: str = "Neural") -> TutorialPeer:
    """A peer that was asked for its nickname and has answered."""
    peer = TutorialPeer()
    peer.encode(Message("NICK", (nick,)))
    peer.feed(b"NICK")
    assert peer.take() == nick.encode()
    return peer


def inside(*chunks: bytes) -> TutorialPeer:
    """A peer that is in the lobby of the tutorial's server."""
    peer = introduced()
    for chunk in (b"Neural joined!", b"Connected to server!", *chunks):
        peer.feed(chunk)
    return peer


def framed() -> TutorialPeer:
    """A peer that is in the lobby of a gchat server."""
    peer = introduced()
    peer.feed(b"Neural joined!\nConnected to server!")
    return peer


# --- coming in

WELCOME = ["001", "005", "422"]
IN_LOBBY = [
    "Neural JOIN #lobby",
    "tutorial 353 Neural = #lobby Neural",
    "tutorial 366 Neural #lobby End of /NAMES list",
]
CONNECTED = "tutorial NOTICE #lobby Connected to server!"


@pytest.mark.parametrize("chunks", [[b"NICK"], [b"N", b"IC", b"K"], [b"", b"NICK"]])
def test_the_question_is_answered_with_the_nickname_alone(chunks: list[bytes]) -> None:
    peer = TutorialPeer()
    assert peer.encode(Message("NICK", ("Neural",))) == b""
    assert peer.encode(Message("USER", ("n", "0", "*", "n"))) == b""
    messages = [message for chunk in chunks for message in peer.feed(chunk)]
    assert [message.command for message in messages] == WELCOME
    assert messages[0].params[0] == "Neural"
    assert (peer.take(), peer.take()) == (b"Neural", b"")


def test_a_nickname_that_is_chosen_late_is_the_answer_then() -> None:
    peer = TutorialPeer()
    assert (peer.feed(b"NICK"), peer.take()) == ([], b"")
    peer.encode(Message("NICK", ("José",)))
    assert peer.take() == b"Jose"
    assert [message.command for message in peer.feed(b"")] == WELCOME


@pytest.mark.parametrize(
    ("chunks", "messages"),
    [
        ([b"Neural joined!", b"Connected to server!"], [*IN_LOBBY, CONNECTED]),
        ([b"Neural joined!Connected to server!"], [*IN_LOBBY, CONNECTED]),
        ([b"Neural joined!\nConnected to server!"], [*IN_LOBBY, CONNECTED]),
        ([b"Connected to server!"], [*IN_LOBBY, CONNECTED]),
        (
            [b"Nine: hi"],
            [
                *IN_LOBBY[:1],
                "tutorial 353 Neural = #lobby Neural Nine",
                IN_LOBBY[2],
                "Nine PRIVMSG #lobby hi",
            ],
        ),
        (
            [b"Nine joined!", b"Neural joined!Connected to server!"],
            [
                "Nine JOIN #lobby",
                "Neural JOIN #lobby",
                "tutorial 353 Neural = #lobby Neural Nine",
                IN_LOBBY[2],
                CONNECTED,
            ],
        ),
    ],
)
def test_coming_in(chunks: list[bytes], messages: list[str]) -> None:
    got = fed(introduced(), *chunks)
    assert [line for line in got if line != "Nine JOIN #lobby" or line in messages] == messages


def test_a_gchat_server_may_give_another_nickname() -> None:
    peer = introduced()
    notice = b"The nickname Neural is taken: you are Neural2"
    assert fed(peer, notice + b"\nNeural2 joined!\nConnected to server!") == [
        "tutorial NOTICE Neural " + notice.decode(),
        "Neural NICK Neural2",
        "Neural2 JOIN #lobby",
        "tutorial 353 Neural2 = #lobby Neural2",
        "tutorial 366 Neural2 #lobby End of /NAMES list",
        CONNECTED,
    ]
    # what is said goes on under the name that the server was told
    assert peer.encode(Message("PRIVMSG", ("#lobby", "hi"))) == b"Neural: hi"
    assert fed(peer, b"Neural2: hi", b"Neural: hi") == [
        "Neural2 PRIVMSG #lobby hi",
        "Neural JOIN #lobby",
        "Neural PRIVMSG #lobby hi",
    ]


def test_a_question_in_the_middle_is_answered_until_one_is_in() -> None:
    peer = introduced()
    assert fed(peer, b"NICK") == []
    assert peer.take() == b"Neural"
    peer.feed(b"Connected to server!")
    assert fed(peer, b"NICK") == ["tutorial NOTICE #lobby NICK"]
    assert peer.take() == b""


def test_a_server_of_another_kind_is_shown_as_it_is() -> None:
    peer = TutorialPeer()
    peer.encode(Message("NICK", ("Neural",)))
    assert fed(peer, b"HELLO there, who are you?\r\n") == ["tutorial NOTICE * HELLO there, who are you?"]


# --- hearing.  Chunks of the tutorial's server, to somebody who knows Nine

HEARD = [
    (b"Nine: What's up?", ["Nine PRIVMSG #lobby What's up?"]),
    (b"Neural: fine", ["Neural PRIVMSG #lobby fine"]),
    (b"Nova joined!", ["Nova JOIN #lobby"]),
    (b"The Boss joined!", ["The_Boss JOIN #lobby"]),
    (b"Nine left!", ["Nine PART #lobby"]),
    (b"Nova left!", ["Nova PART #lobby"]),
    (b"Zed: hi", ["Zed JOIN #lobby", "Zed PRIVMSG #lobby hi"]),
    (b"Nine: ", []),
    (b"Nine: : ", ["Nine PRIVMSG #lobby : "]),
    (b"Neural joined!", ["tutorial NOTICE #lobby Neural joined!"]),  # a namesake
    (b"Neural left!", ["tutorial NOTICE #lobby Neural left!"]),
    (b"An error occured!", ["tutorial NOTICE #lobby An error occured!"]),
    (b"Somebody said: hello", ["tutorial NOTICE #lobby Somebody said: hello"]),
    (b"", []),
    (b"\n", []),
    # several in one chunk
    (b"Nine: oneNine: two", ["Nine PRIVMSG #lobby one", "Nine PRIVMSG #lobby two"]),
    (b"Nine: oneNeural: two", ["Nine PRIVMSG #lobby one", "Neural PRIVMSG #lobby two"]),
    (b"Nine: byeNine left!", ["Nine PRIVMSG #lobby bye", "Nine PART #lobby"]),
    (
        b"Nova joined!Nova: hiNine: hello",
        ["Nova JOIN #lobby", "Nova PRIVMSG #lobby hi", "Nine PRIVMSG #lobby hello"],
    ),
    (b"Nine left!Nova joined!", ["Nine PART #lobby", "Nova JOIN #lobby"]),
    (b"Nine: one\nNine: two", ["Nine PRIVMSG #lobby one", "Nine PRIVMSG #lobby two"]),
    # and one that only looks like several
    (b"Nine: ask Neural: he knows", ["Nine PRIVMSG #lobby ask Neural: he knows"]),
    (b"Nine: Neural: hi", ["Nine PRIVMSG #lobby Neural: hi"]),
    (b"Nine: I saw that Neural joined!", ["Nine PRIVMSG #lobby I saw that Neural joined!"]),
    # what cannot be known: Nova was never seen
    (b"Nine: hiNova joined!", ["Nine PRIVMSG #lobby hiNova joined!"]),
    (b"Nine: \x1b[31mred\x07", ["Nine PRIVMSG #lobby \x1b[31mred\x07"]),  # the client makes it harmless
    ("Nine: grüße".encode(), ["Nine PRIVMSG #lobby grüße"]),
    (b"Nine: gr\xfc\xdfe", ["Nine PRIVMSG #lobby grüße"]),
]


@pytest.mark.parametrize(("chunk", "messages"), HEARD)
def test_hearing(chunk: bytes, messages: list[str]) -> None:
    assert fed(inside(b"Nine joined!"), chunk) == messages


# Lines of a gchat server
FRAMED = [
    (b"Nine: hiNova: forged", ["Nine PRIVMSG #lobby hiNova: forged"]),
    (b"Nine: (Neural: forged)", ["Nine PRIVMSG #lobby (Neural: forged)"]),
    (b"Nine: xNeural left!", ["Nine PRIVMSG #lobby xNeural left!"]),
    (
        b"Nine: one\nNova joined!\nNine left!",
        ["Nine PRIVMSG #lobby one", "Nova JOIN #lobby", "Nine PART #lobby"],
    ),
    (b"* Nine waves", ["Nine PRIVMSG #lobby \x01ACTION waves\x01"]),
    (b"* Nine joined!", ["Nine PRIVMSG #lobby \x01ACTION joined!\x01"]),
    (b"[private] Nine: psst", ["Nine PRIVMSG Neural psst"]),
    (b"[private to Nine] Neural: psst", ["Neural PRIVMSG Nine psst"]),
    (b"Nine is now Nova.", ["Nine NICK Nova"]),
    (b"You are now Nova.\nNova: hi", ["Neural NICK Nova", "Nova PRIVMSG #lobby hi"]),
    (b"[#dev] Nine: hi", ["tutorial NOTICE #lobby [#dev] Nine: hi"]),
    (b"[#dev] Nova joined!", ["tutorial NOTICE #lobby [#dev] Nova joined!"]),
    (b"Nine made Neural an operator.", ["tutorial NOTICE #lobby Nine made Neural an operator."]),
    (b"\nNine: hi", ["Nine PRIVMSG #lobby hi"]),
]


@pytest.mark.parametrize(("chunk", "messages"), FRAMED)
def test_hearing_a_gchat_server(chunk: bytes, messages: list[str]) -> None:
    peer = framed()
    peer.feed(b"Nine joined!")
    assert fed(peer, chunk) == messages


def test_sources_are_users_and_not_servers() -> None:
    (message,) = inside(b"Nine joined!").feed(b"Nine: hi")
    assert message.source == "Nine!tutorial@tutorial"


@pytest.mark.parametrize(
    ("name", "nick"),
    [
        ("Nine", "Nine"),
        ("The Boss", "The_Boss"),
        ("a!b@c", "a_b_c"),
        ("#x", "_x"),
        ("a:b,c*d?", "a_b_c_d_"),
        ("x\x07", "x_"),
        ("", "_"),
        ("José", "José"),
        ("n" * 100, "n" * 64),
    ],
)
def test_names_become_nicks(name: str, nick: str) -> None:
    assert nick_of(name) == nick


def test_who_was_seen_longest_ago_is_forgotten_but_never_oneself() -> None:
    peer = inside()
    names = [f"n{number}" for number in range(MOST_NAMES)]
    messages = [message for name in names for message in fed(peer, f"{name} joined!".encode())]
    assert messages[-2:] == ["n0 PART #lobby", f"{names[-1]} JOIN #lobby"]
    assert len(peer._ear.names) == MOST_NAMES
    assert fed(peer, b"Neural: hi") == ["Neural PRIVMSG #lobby hi"]


# --- saying

SAID = [
    (("PRIVMSG", "#lobby", "hi"), b"Neural: hi", b"Neural: hi"),
    (("PRIVMSG", "#Lobby", "hi"), b"Neural: hi", b"Neural: hi"),
    (("NOTICE", "#lobby", "hi"), b"Neural: hi", b"Neural: hi"),
    (("PRIVMSG", "#lobby", "grüße …"), b"Neural: grusse ...", b"Neural: grusse ..."),
    (("PRIVMSG", "#lobby", "a\r\nb\0"), b"Neural: a  b", b"Neural: a  b"),
    (("PRIVMSG", "#lobby", "\x01ACTION waves\x01"), b"Neural: *waves*", b"Neural: /me waves"),
    (("PRIVMSG", "#lobby", "\x01VERSION\x01"), b"", b""),
    (("PRIVMSG", "#lobby", ""), b"", b""),
    (("PRIVMSG", "Nine", "psst"), b"", b"Neural: /msg Nine psst"),
    (("PRIVMSG", "#dev", "hi"), b"", b""),
    (("NICK", "Nova"), b"", b"Neural: /nick Nova"),
    (("JOIN", "#lobby"), b"", b""),
    (("TAGMSG", "#lobby"), b"", b""),
    (("PING", "x"), b"", b""),
    (("QUIT", "bye"), b"", b""),
]


@pytest.mark.parametrize(("words", "there", "here"), SAID)
def test_saying(words: tuple[str, ...], there: bytes, here: bytes) -> None:
    message = Message(words[0], words[1:])
    assert inside().encode(message) == there
    assert framed().encode(message) == here


REFUSED = [
    (("PRIVMSG", "Nine", "psst"), "401 Neural Nine"),
    (("PRIVMSG", "#dev", "hi"), "401 Neural #dev"),
    (("JOIN", "#dev"), "403 Neural #dev"),
    (("NICK", "Nova"), "484 Neural"),
    (("KICK", "#lobby", "Nine"), "421 Neural KICK"),
    (("TOPIC", "#lobby", "x"), "421 Neural TOPIC"),
    (("MODE", "#lobby", "+o", "Nine"), "421 Neural MODE"),
]


@pytest.mark.parametrize(("words", "reply"), REFUSED)
def test_what_cannot_be_is_refused(words: tuple[str, ...], reply: str) -> None:
    peer = inside()
    assert not peer.ready
    assert peer.encode(Message(words[0], words[1:])) == b""
    assert peer.ready
    assert fed(peer, b"")[0].startswith(f"tutorial {reply} ")
    assert not peer.ready


ANSWERED = [
    (("NAMES", "#lobby"), ["353 Neural = #lobby Neural Nine", "366 Neural #lobby End of /NAMES list"]),
    (("LIST",), ["322 Neural #lobby 2 ", "323 Neural End of /LIST"]),
    (("PING", "x"), ["PONG tutorial x"]),
    (("CAP", "LS", "302"), ["CAP * LS echo-message"]),
    (("CAP", "REQ", "echo-message"), ["CAP * ACK echo-message"]),
    (("CAP", "REQ", "sasl"), ["CAP * NAK sasl"]),
    (("CAP", "END"), []),
    (("MODE", "#lobby"), []),
    (("USER", "n", "0", "*", "n"), []),
]


@pytest.mark.parametrize(("words", "replies"), ANSWERED)
def test_what_the_peer_answers_by_itself(words: tuple[str, ...], replies: list[str]) -> None:
    peer = inside(b"Nine joined!")
    assert peer.encode(Message(words[0], words[1:])) == b""
    assert fed(peer, b"") == [f"tutorial {reply}" for reply in replies]


def test_nothing_is_said_before_one_is_asked() -> None:
    peer = TutorialPeer()
    assert peer.encode(Message("PRIVMSG", ("#lobby", "hi"))) == b""


def test_a_pong_waits_for_the_echo_of_what_was_said() -> None:
    peer = inside()
    peer.encode(Message("PRIVMSG", ("#lobby", "hi")))
    for number in range(20):
        peer.encode(Message("PING", (str(number),)))
    assert fed(peer, b"", b"Nine: hello")[-1] == "Nine PRIVMSG #lobby hello"
    assert fed(peer, b"Neural: hi")[-1] == "tutorial PONG tutorial 19"
    peer.encode(Message("PING", ("x",)))
    assert fed(peer, b"") == ["tutorial PONG tutorial x"]


def test_texts_of_one_flush_are_told_apart() -> None:
    peer = inside()
    pieces = [peer.encode(Message("PRIVMSG", ("#lobby", text))) for text in ("one", "two")]
    assert peer.join(pieces, 10.0) == b"Neural: one\nNeural: two"
    assert peer.join(pieces[:1], 20.0) == b"Neural: one"


# --- with both servers, and with the client's session


def connected(session: Session, data: bytes, now: float) -> tuple[list, bytes]:
    """Have a session receive, and answer what it and its peer have to answer by themselves."""
    items = session.receive(data, now)
    sent = session.take(now)
    while session.wire.ready:
        items += session.receive(b"", now)
        sent += session.take(now)
    return items, sent


def test_a_session_talks_with_the_tutorials_server(tutorial_server) -> None:
    sessions = [Session(TutorialPeer(), Identity(nick), 0.0) for nick in ("Neural", "Nine")]
    heard = {session: [] for session in sessions}

    def turn(now: float) -> None:
        for session in sessions:
            data = session.take(now)
            if data:
                tutorial_server.receive(session, data)
        for session in sessions:
            for chunk in tutorial_server.take(session):
                items, sent = connected(session, chunk, now)
                heard[session] += items
                if sent:
                    tutorial_server.receive(session, sent)

    for session in sessions:
        tutorial_server.connect(session)
    for now in range(1, 4):
        turn(float(now))
    neural, nine = sessions
    assert neural.registered
    assert neural.caps == {"echo-message"}
    neural.send("PRIVMSG", "#lobby", "What's up?")
    turn(5.0)
    assert short(heard[nine])[-1] == short(heard[neural])[-1] == "Neural PRIVMSG #lobby What's up?"
    tutorial_server.leave(nine)
    turn(6.0)
    assert short(heard[neural])[-1] == "Nine PART #lobby"


def test_a_quiet_room_is_no_dead_connection() -> None:
    session = Session(TutorialPeer(), Identity("Neural"), 0.0)
    session.take(0.0)
    for chunk in (b"NICK", b"Neural joined!", b"Connected to server!"):
        connected(session, chunk, 0.0)
    assert session.registered
    for now in range(5, 600, 5):
        session.tick(float(now))
        if session.wire.ready:
            connected(session, b"", float(now))
        assert session.dead == ""


def test_a_peer_talks_in_gchats_raw_mode(room) -> None:
    peer, server = TutorialPeer(), room.connect()
    nine = room.enter("Nine", newline=True)
    peer.encode(Message("NICK", ("Neural",)))
    peer.feed(b"NICK")
    server.send(peer.take())
    assert fed(peer, server.flush(1.0))[0] == "Neural JOIN #lobby"
    server.send(
        peer.join([peer.encode(Message("PRIVMSG", ("#lobby", text))) for text in ("one", "two")], 1.0)
    )
    nine.send(b"xNeural: forged\n")
    assert fed(peer, server.flush(1.1)) == [
        "Neural PRIVMSG #lobby one",
        "Neural PRIVMSG #lobby two",
        "Nine JOIN #lobby",
        "Nine PRIVMSG #lobby xNeural: forged",
    ]
    server.send(peer.encode(Message("PRIVMSG", ("Nine", "psst"))))
    assert fed(peer, server.flush(2.0)) == ["Neural PRIVMSG Nine psst"]
    assert nine.flush(2.0).endswith(b"[private] Neural: psst\n")
    nine.send(b"/msg Neural psst\n/nick Nova\n")
    assert fed(peer, server.flush(3.0)) == ["Nine PRIVMSG Neural psst", "Nine NICK Nova"]


PLAIN_TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=300)


@given(st.lists(PLAIN_TEXT, min_size=1, max_size=5))
def test_what_a_peer_says_a_wire_reads(texts: list[str]) -> None:
    # A command is for the server; after white space, or alone, one's own name is text.
    texts = [text for text in texts if text.strip() and "Neural: " not in text and text[0] != "/"]
    peer, wire = framed(), TutorialWire("#lobby")
    wire.feed(b"Neural")
    pieces = [peer.encode(Message("PRIVMSG", ("#lobby", text))) for text in texts]
    heard = wire.feed(peer.join(pieces, 1.0))
    assert [message.params for message in heard] == [("#lobby", text) for text in texts]
    if not any(text.endswith(" ") for text in texts):
        assert wire.feed(b"".join(pieces)) == heard


@given(
    st.lists(
        st.one_of(st.binary(max_size=50), st.sampled_from([b"NICK", b"Nine: ", b"\n", b" joined!"])),
        max_size=15,
    )
)
def test_anything_can_be_heard(chunks: list[bytes]) -> None:
    for peer in (TutorialPeer(), introduced(), inside(), framed()):
        for chunk in chunks:
            for message in peer.feed(chunk):
                nick = message.source.partition("!")[0]
                assert nick
                assert not set(nick) & set(" @:\n\r")
        assert len(peer._ear.names) <= MOST_NAMES
        assert len(peer._begin) < len("NICK")


@given(st.text(st.characters(exclude_characters="\r\n"), min_size=1, max_size=30))
def test_a_text_without_marks_is_one_text(text: str) -> None:
    ear = Ear()
    ear.know("Nine")
    if not any(mark in text for mark in (": ", " joined!", " left!", "Connected")):
        assert ear.hear(f"Nine: {text}") == [Heard(Kind.SAID, "Nine", text)]


@given(st.text(max_size=20), st.lists(st.text(max_size=40), max_size=3))
def test_anything_can_be_said(command: str, params: list[str]) -> None:
    for peer in (TutorialPeer(), inside(), framed()):
        for name in (command, "PRIVMSG", "NICK", "JOIN", "CAP", "PING", "MODE", "LIST"):
            data = peer.encode(Message(name, tuple(params)))
            assert data.isascii()
            assert b"\n" not in data
            assert data != b"NICK"
