"""Whatever a server sends and a person presses: nothing raises, grows for ever, shows harmful text."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gchat.client import events
from gchat.client.incoming import HANDLERS
from gchat.client.keys import BINDINGS
from gchat.client.model import Model
from gchat.client.text import sanitise

Playbook = Any  # tests/client/conftest.py

NASTY = [
    "",
    ":",
    "#",
    "@",
    "*",
    "\x01",
    "\x01ACTION",
    "\x1b[2J",
    "\u202e",
    "é" * 30,
    "x" * 600,
    "-1",
    "9" * 40,
    "0",
]
WORDS = (
    "Neural Nine #team #ops #TEAM Nine!n@h +o -ov+b +klZ LS ACK NAK NEW DEL labeled-response netsplit +1 -1 "
    "17 CASEMAPPING=rfc1459 PREFIX=(o) CHANTYPES= CHANMODES=,,, PREFIX= MODES=0 LINELEN=1 CHATHISTORY=-1 "
    "CHATHISTORY=1 MSGREFTYPES= chathistory CHATHISTORY draft/chathistory"
)
WORD = st.sampled_from([*WORDS.split(), "@Nine +zed", *NASTY])
COMMAND = st.sampled_from(
    [*sorted(HANDLERS), "CAP", "BATCH", "AUTHENTICATE", "PING", "PONG", "ACK", "999", "FOO"]
)
TAGS = st.sampled_from(
    [
        "",
        "@time=2026-11-22T10:07:04.5Z ",
        "@time=x ",
        "@label=g1 ",
        "@batch=1 ",
        "@+typing=active ",
        "@label=g1;batch=1 ",
    ]
)
SOURCE = st.sampled_from(["", ":Neural!u@h ", ":Nine!n@h ", ":s ", ":! ", ":\x1b!@ ", ":NINE "])
LINE = st.builds(
    lambda tags, source, command, params, last: f"{tags}{source}{command} {' '.join(params)} :{last}\r\n",
    TAGS,
    SOURCE,
    COMMAND,
    st.lists(WORD, max_size=6),
    st.one_of(WORD, st.text(max_size=30)),
)
KEY = st.one_of(st.sampled_from([*BINDINGS, "Enter", "Enter"]), st.sampled_from("/#abc \u202eé"))


def texts(model: Model) -> Iterator[str]:
    """Everything of the model that a screen may show."""
    for network in model.networks:
        yield from (network.name, network.status, network.problem, network.away)
        for user in network.users.values():
            yield from (user.nick, user.username, user.host, user.account, user.realname)
    for buffer in model.buffers:
        yield from (buffer.name, buffer.topic, buffer.topic_setter, buffer.modes)
        yield from buffer.typing
        for line in buffer.lines:
            yield from (line.text, line.nick, line.problem)
    yield model.hint


def check(model: Model) -> None:
    """What must hold after anything."""
    for text in texts(model):
        assert text == sanitise(text)
    assert model.current in model.buffers
    assert len(set(map(id, model.buffers))) == len(model.buffers)
    for network in model.networks:
        for folded, buffer in network.buffers.items():
            assert buffer in model.buffers
            assert folded == "/list" or folded == network.fold(buffer.target)
    for buffer in model.buffers:
        serials = [line.serial for line in buffer.lines]
        assert serials == sorted(serials)


@given(
    st.lists(LINE, max_size=12),
    st.sampled_from(
        [
            "",
            "batch labeled-response echo-message message-tags away-notify",
            "batch labeled-response message-tags server-time draft/chathistory",
        ]
    ),
)
@settings(max_examples=150)
def test_any_lines_of_a_server(playbook_class: Any, lines: list[str], caps: str) -> None:
    book = playbook_class().register(caps).join()
    book.type("hello")
    for line in lines:
        book.happen(events.Received(1, line.encode("utf-8", "replace")))
    book.wait(70)
    check(book.model)


@given(
    st.lists(
        st.one_of(LINE, st.sampled_from(["lost", "connected", "failed", "flushed", "wait"]), KEY), max_size=40
    )
)
@settings(max_examples=100)
def test_anything_in_any_order(playbook_class: Any, steps: list[str]) -> None:
    book = playbook_class().register("batch echo-message labeled-response").join()
    happenings: dict[str, events.Event] = {
        "lost": events.ConnectionLost(1, "\x1b[2Jreset"),
        "connected": events.Connected(1),
        "failed": events.ConnectionFailed(1, "\x1b]0;no"),
        "flushed": events.Flushed(1),
    }
    for step in steps:
        if step in happenings:
            book.happen(happenings[step])
        elif step == "wait":
            book.wait(130)
        elif step.endswith("\n"):
            book.happen(events.Received(1, step.encode("utf-8", "replace")))
        else:
            book.press(step)
    check(book.model)


@given(st.lists(st.binary(max_size=200), max_size=8))
@settings(max_examples=100)
def test_any_bytes(playbook_class: Any, pieces: list[bytes]) -> None:
    book = playbook_class().register().join()
    for piece in pieces:
        book.happen(events.Received(1, piece))
    check(book.model)


def test_a_flood_of_everything_stays_bounded(playbook_class: Any) -> None:
    book = playbook_class().register("message-tags").join()
    for i in range(3000):
        book.server(
            f"@+typing=active :n{i}!u@h TAGMSG #team",
            f":n{i}!u@h QUIT :bye",
            f":s MODE #team +{chr(0x100 + i % 1000)}",
            f":s 005 Neural T{i}=x :are",
            f":s 352 Neural * u h s n{i} H :0 x",
            f":s 322 Neural #c{i} 1 :x",
            f":q{i}!u@h PRIVMSG Neural :hi",
            f":Neural!u@h JOIN #j{i}",
            f":s 353 Neural = #k{i} :a b c",
            f":x{i}!u@h ACCOUNT x",
            f":x{i}!u@h JOIN #elsewhere",
            f":s CAP Neural NEW :c{i}",
            f":s CAP Neural ACK :c{i}",
        )
    team = book.buffer("#team")
    assert len(team.typing) <= 50
    assert len(team.mode_params) <= 64
    assert len(book.network.users) <= 2
    assert len(book.model.buffers) <= 2001
    assert len(book.network.answers.names) <= 100
    assert len(book.network.session.offered) <= 1000
    assert book.network.session.caps == {"message-tags"}
    assert len(book.network.answers.rows) <= 20_000


@pytest.mark.parametrize("word", ["#team", "Nine", "Neural", ":"])
def test_every_command_with_every_number_of_parameters(playbook_class: Any, word: str) -> None:
    book = playbook_class().register("batch labeled-response echo-message message-tags").join()
    for command in sorted(HANDLERS):
        for source in ("", ":s ", ":Nine!n@h "):
            for count in range(7):
                book.server(f"{source}{command}{f' {word}' * count}", f"@label=g1 {source}{command}")
        check(book.model)
