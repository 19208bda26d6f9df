"""The client's core against the server's: every command, every state of a line, every loss."""

from typing import Any

import pytest

from gchat.client import events
from gchat.client.commands import COMMANDS
from gchat.client.line import Delivery, LineKind
from gchat.client.model import BufferKind, State
from gchat.server.settings import Server

Town = Any  # tests/link/conftest.py


def test_they_meet(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    assert neural.network.state is State.READY
    assert neural.network.session.caps >= {"echo-message", "labeled-response", "batch", "server-time"}
    assert neural.model.current.name == "#team"
    assert neural.roster("#team") == nine.roster("#team")
    assert sorted(nick.lstrip("~&@") for nick in neural.roster("#team")) == ["Neural", "Nine"]
    assert neural.buffer("#team").modes.startswith("+")
    assert neural.texts("#team") == ["You joined #team", "Nine joined"]
    assert not [line for line in neural.lines() if line.kind is LineKind.ERROR]


def test_they_talk(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("hello")
    nine.type("/me waves")
    neural.type("/notice #team beep")
    for person in (neural, nine):
        assert person.texts("#team")[-3:] == ["Neural: hello", "Nine: waves", "Neural: beep"]
        assert {line.delivery for line in person.lines("#team")} == {Delivery.SENT}
    line = neural.lines("#team")[-3]
    assert line.msgid == nine.lines("#team")[-3].msgid != ""


def test_a_line_is_pending_until_the_server_shows_it(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    neural.model.current.editor.set("hello")
    neural.happen(events.Key("Enter"))
    assert neural.lines("#team")[-1].delivery is Delivery.PENDING
    town.settle()
    assert neural.lines("#team")[-1].delivery is Delivery.SENT


def test_they_write_to_each_other(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("/query Nine")
    neural.type("psst")
    nine.type("/msg Neural what?")
    assert neural.texts("Nine") == nine.texts("Neural") == ["Neural: psst", "Nine: what?"]
    assert neural.buffer("Nine").lines[0].delivery is Delivery.SENT
    assert nine.buffer("Neural").mentions == 1
    neural.type("/msg Neural to myself")
    assert neural.texts("Neural") == ["Neural: to myself", "Neural: to myself"]


def test_nobody_is_there(town: Town) -> None:
    [neural] = town.people("Neural")
    neural.type("/msg nobody psst")
    line = neural.lines("nobody")[-1]
    assert (line.delivery, line.problem) == (Delivery.FAILED, "not sent: nobody here is called nobody")


def test_a_muted_channel_refuses(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("/mode +m")
    nine.type("hello?")
    line = nine.lines("#team")[-1]
    assert line.delivery is Delivery.FAILED
    assert line.problem.startswith("not sent: #team does not let you speak")
    neural.type("/voice Nine")
    nine.press("M-s")
    assert nine.lines("#team")[-1].delivery is Delivery.SENT
    assert neural.last("#team") == "Nine: hello?"


def test_a_long_text_arrives_whole(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    words = " ".join(f"wörter-{i}" for i in range(200))
    neural.type(words)
    got = [line.text for line in nine.lines("#team") if line.nick == "Neural"]
    assert len(got) > 3
    assert " ".join(got) == words
    assert {line.delivery for line in neural.lines("#team")} == {Delivery.SENT}


def test_who_types(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.press("h", "i")
    assert set(nine.buffer("#team").typing) == {"Neural"}
    neural.press("Enter")
    assert not nine.buffer("#team").typing


@pytest.mark.parametrize(
    ("typed", "neural_reads", "nine_reads"),
    [
        ("/topic Ship it", "Neural set the topic: Ship it", "Neural set the topic: Ship it"),
        ("/op Nine", "Neural made Nine an operator", "Neural made Nine an operator"),
        ("/voice Nine", "Neural gave Nine voice", "Neural gave Nine voice"),
        ("/mode +k sesame", "Neural set the key sesame", "Neural set the key sesame"),
        ("/ban zed", "Neural banned zed!*@*", "Neural banned zed!*@*"),
        ("/nick Nova", "You are now called Nova", "Neural is now Nova"),
        ("/kick Nine be nice", "Neural kicked Nine out: be nice", None),
        ("/part bye", "You left #team (bye)", "Neural left (bye)"),
        ("/whois Nine", "Nine is in #team", None),
        ("/who", None, None),
        ("/names", "In #team: ", None),
        ("/ban", "There are no bans in #team", None),
        ("/raw TIME", None, None),
        ("/raw VERSION", None, None),
        ("/raw NOSUCH", "This server does not know the command NOSUCH.", None),
        ("/mode", "The modes of #team are +", None),
        ("/invite nobody", "Nobody here is called nobody.", None),
        ("/join #0,bad", None, None),
        ("/away lunch", "You are away: lunch", None),
    ],
)
def test_commands(town: Town, typed: str, neural_reads: str | None, nine_reads: str | None) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type(typed)
    if neural_reads is not None:
        assert any(text.startswith(neural_reads) for text in neural.texts("#team")), neural.texts("#team")
    if nine_reads is not None:
        assert nine.last("#team") == nine_reads


def test_every_command_with_anything(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    for name in sorted(set(COMMANDS) - {"quit", "disconnect", "connect", "close", "part", "nick"}):
        for words in (
            "",
            "x",
            "#team",
            "Nine",
            "Nine hello there",
            "#team Nine x",
            "#nowhere Nine",
            ": :",
            "," * 20,
        ):
            neural.model.overlay = None
            neural.model.show(neural.buffer("#team"))
            neural.type(f"/{name} {words}")
            town.advance(1)
    assert neural.network.state is State.READY
    numbers = [
        line.text for buffer in neural.model.buffers for line in buffer.lines if line.text[:3].isdecimal()
    ]
    assert not numbers


def test_whois_says_it_all(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    nine.type("/away lunch")
    neural.type("/whois Nine")
    said = neural.texts("#team")
    for words in (
        "Nine is ~Nine@127.0.0.1, Nine",
        "Nine is in #team",
        "Nine is away: lunch",
        "Nine said nothing for",
    ):
        assert any(text.startswith(words) for text in said), said


def test_list(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    town.people("zed", channel="#ops")
    neural.type("/list")
    assert neural.model.current.kind is BufferKind.LIST
    assert [line.text.split() for line in neural.model.current.lines] == [["1", "#ops"], ["2", "#team"]]


def test_away_is_seen_at_once_and_by_who_comes_later(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    nine.type("/away lunch")
    assert neural.network.users["nine"].away
    [zed] = town.people("zed")
    assert zed.network.users["nine"].away
    assert not zed.network.users["neural"].away
    nine.type("/back")
    assert not zed.network.users["nine"].away


def test_an_invitation(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    [zed] = town.people("zed", channel="#ops")
    neural.type("/mode +i")
    zed.type("/join #team")
    assert zed.last("#ops") == "#team is for invited people only: ask somebody inside for an /invite."
    neural.type("/invite zed")
    assert zed.last() == "Neural invites you to #team (/join #team goes there)"
    zed.type("/join #team")
    assert zed.model.current.name == "#team"
    assert len(nine.buffer("#team").members) == 3


def test_kicked_and_back(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("/kick Nine be nice")
    assert nine.last("#team") == "Neural kicked you out of #team: be nice (/join #team asks to come back)"
    nine.type("but why")
    assert nine.lines("#team")[-1].delivery is Delivery.FAILED
    nine.type("/join")
    assert nine.buffer("#team").joined


def test_a_taken_nick(town: Town) -> None:
    _, other = town.people("Neural", "Neural")
    assert other.network.nick == "Neural_"
    assert "The nickname Neural is in use; trying Neural_." in other.texts()


def test_the_server_goes_and_comes_back(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    town.cut(neural, "Connection reset by peer")
    town.settle()
    assert neural.network.state is State.WAITING
    assert nine.last("#team").startswith("Neural left (")
    neural.type("can you hear me")
    assert neural.lines("#team")[-1].delivery is Delivery.FAILED
    town.advance(3)
    assert neural.network.state is State.READY
    neural.press("M-s")
    assert nine.last("#team") == "Neural: can you hear me"
    assert "Neural was away 1 second" in nine.texts("#team")[-2]


def test_a_silent_link_is_noticed_within_a_minute(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    town.links.pop(neural.link)  # bytes go nowhere, nobody is told
    neural.link = None
    town.advance(60)
    assert any("said nothing for" in text for text in neural.texts("#team"))


def test_a_quiet_hour_is_no_loss(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    town.advance(3600)
    assert neural.network.state is State.READY
    assert neural.network.lag == 0


def test_the_server_says_goodbye(town: Town) -> None:
    neural, _ = town.people("Neural", "Nine")
    town.engine.shut_down("Server going down")
    town.settle()
    assert neural.network.state is State.WAITING
    assert any("Server going down" in text for text in neural.texts("#team"))


def test_quit_is_said(town: Town) -> None:
    neural, nine = town.people("Neural", "Nine")
    neural.type("/quit so long")
    assert nine.last("#team") == "Neural left (Quit: so long)"


@pytest.mark.parametrize(
    "without",
    [
        ("echo-message",),
        ("labeled-response",),
        ("message-tags", "batch"),
        ("multi-prefix", "userhost-in-names"),
    ],
)
def test_with_less(make_town: Any, without: tuple[str, ...]) -> None:
    town = make_town(Server(name="gchat.test", without_capabilities=without))
    neural, nine = town.people("Neural", "Nine")
    neural.type("hello")
    neural.type("/msg nobody psst")
    assert nine.last("#team") == "Neural: hello"
    assert neural.lines("#team")[-1].delivery is Delivery.SENT
    assert neural.lines("nobody")[0].delivery is Delivery.FAILED
    assert [line.text for line in neural.lines("#team") if line.own] == ["hello"]


def test_a_long_paste_does_not_end_a_throttled_client(make_town: Any) -> None:
    town = make_town(throttle=True)
    neural, nine = town.people("Neural", "Nine")
    neural.type("\n".join(f"line {i}" for i in range(100)))
    town.advance(120)
    assert [line.text for line in nine.lines("#team") if line.nick] == [f"line {i}" for i in range(100)]
    assert {line.delivery for line in neural.lines("#team")} == {Delivery.SENT}
