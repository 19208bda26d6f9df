"""What becomes of a line of ours: pending, sent, failed, said again; and how long texts are cut."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client import events
from gchat.client.incoming.clock import server_time
from gchat.client.line import LineKind
from gchat.client.outgoing import BURST, INTERVAL, room, split

Playbook = Any  # tests/client/conftest.py
OURS = ":Neural!u@home.example"


def deliveries(book: Playbook, name: str = "#team") -> list[tuple[str, str]]:
    return [(line.text, line.delivery.value) for line in book.lines(name) if line.own]


# --- echo-message with labels --------------------------------------------------------------------


def test_a_line_is_pending_until_its_echo(modern: Playbook) -> None:
    assert modern.type("hello") == ["@label=g1 PRIVMSG #team :hello"]
    assert deliveries(modern) == [("hello", "pending")]
    modern.server(f"@label=g1;msgid=m1 {OURS} PRIVMSG #team :hello")
    assert deliveries(modern) == [("hello", "sent")]
    assert modern.lines("#team")[0].msgid == "m1"


def test_an_echo_brings_the_time_of_the_server(modern: Playbook) -> None:
    modern.type("hello")
    modern.server(f"@label=g1;time=2026-11-22T10:04:05.000Z {OURS} PRIVMSG #team :hello")
    assert modern.lines("#team")[0].time == server_time("2026-11-22T10:04:05.000Z")
    modern.type("again")
    before = modern.lines("#team")[1].time
    modern.server(f"@label=g2 {OURS} PRIVMSG #team :again")
    assert modern.lines("#team")[1].time == before


def test_labels_tell_equal_lines_apart(modern: Playbook) -> None:
    modern.type("same")
    modern.type("same")
    modern.server(f"@label=g2 {OURS} PRIVMSG #team :same")
    assert deliveries(modern) == [("same", "pending"), ("same", "sent")]


@pytest.mark.parametrize(
    "refusal",
    [
        "@label=g1 :irc.example 404 Neural #team :Cannot send to channel (+m)",
        "@label=g1 :irc.example FAIL PRIVMSG TEMPORARILY_UNAVAILABLE #team :Cannot send to channel (+m)",
        ":irc.example 404 Neural #TEAM :Cannot send to channel (+m)",
    ],
)
def test_a_refused_line_says_so(modern: Playbook, refusal: str) -> None:
    modern.type("hello")
    modern.server(refusal)
    assert [line.kind for line in modern.lines("#team")] == [LineKind.MESSAGE]
    assert deliveries(modern) == [("hello", "failed")]
    assert modern.lines("#team")[0].problem.startswith("not sent: ")
    assert "annot send to channel (+m)" in modern.lines("#team")[0].problem


def test_an_ack_is_as_good_as_an_echo(modern: Playbook) -> None:
    modern.type("hello")
    modern.server("@label=g1 :irc.example ACK")
    assert deliveries(modern) == [("hello", "sent")]


def test_our_words_from_another_place_are_shown(modern: Playbook) -> None:
    modern.server(f"{OURS} PRIVMSG #team :from my phone", f"{OURS} PRIVMSG Nine :psst")
    assert deliveries(modern) == [("from my phone", "sent")]
    assert deliveries(modern, "Nine") == [("psst", "sent")]


def test_to_ourselves_it_is_said_and_heard(modern: Playbook) -> None:
    modern.type("/msg Neural note")
    modern.server(f"@label=g1 {OURS} PRIVMSG Neural :note", f"{OURS} PRIVMSG Neural :note")
    assert deliveries(modern, "Neural") == [("note", "sent"), ("note", "sent")]


# --- echo-message without labels -----------------------------------------------------------------


@pytest.fixture
def echoing(playbook: Callable[[], Playbook]) -> Playbook:
    return playbook().register("echo-message").join()


def test_without_labels_text_and_target_tell(echoing: Playbook) -> None:
    for text in ("one", "two"):
        assert echoing.type(text) == [f"PRIVMSG #team :{text}"]
    echoing.server(f"{OURS} PRIVMSG #Team :two")
    assert deliveries(echoing) == [("one", "pending"), ("two", "sent")]


def test_a_text_the_server_changed_is_the_oldest(echoing: Playbook) -> None:
    echoing.type("one damn thing")
    echoing.type("two")
    echoing.server(f"{OURS} PRIVMSG #team :one **** thing")
    assert deliveries(echoing) == [("one damn thing", "sent"), ("two", "pending")]


def test_what_was_read_and_not_echoed_is_sent(echoing: Playbook) -> None:
    echoing.type("hello")
    echoing.wait(35)
    echoing.server(":irc.example PONG irc.example :gchat2")
    assert deliveries(echoing) == [("hello", "sent")]


# --- no capability at all ------------------------------------------------------------------------


def test_without_echo_it_is_sent_when_it_is_written(ready: Playbook) -> None:
    ready.buffer("#team").editor.set("hello")
    ready.press("Enter")
    assert deliveries(ready) == [("hello", "pending")]
    ready.happen(events.Flushed(1))
    assert deliveries(ready) == [("hello", "sent")]


def test_without_echo_a_break_leaves_doubt(ready: Playbook) -> None:
    ready.type("old")
    ready.wait(31)
    ready.server(":irc.example PONG irc.example :gchat2")
    ready.type("new")
    ready.happen(events.ConnectionLost(1, "reset"))
    assert deliveries(ready) == [("old", "sent"), ("new", "failed")]
    assert "perhaps not sent" in next(line for line in ready.lines("#team") if line.text == "new").problem


def test_without_echo_the_server_is_asked_soon(ready: Playbook) -> None:
    ready.type("hello")
    ready.wait(6)
    assert ready.sent() == ["PING :gchat2"]
    ready.server(":irc.example PONG irc.example :gchat2")
    ready.happen(events.ConnectionLost(1, "reset"))
    assert deliveries(ready) == [("hello", "sent")]


def test_leaving_makes_no_doubt(ready: Playbook) -> None:
    ready.type("hello")
    ready.type("/disconnect")
    assert deliveries(ready) == [("hello", "sent")]


def test_without_echo_a_refusal_finds_its_line(ready: Playbook) -> None:
    ready.type("hello")
    ready.server(":irc.example 404 Neural #team :Cannot send to channel")
    assert deliveries(ready) == [("hello", "failed")]


# --- failing and saying again --------------------------------------------------------------------


def test_nothing_under_way_is_lost_with_the_connection(modern: Playbook) -> None:
    modern.type("under way")
    modern.happen(events.ConnectionLost(1, "reset"))
    modern.type("too late")
    assert deliveries(modern) == [("under way", "failed"), ("too late", "failed")]
    problems = [line.problem for line in modern.lines("#team") if line.own]
    assert problems == ["not sent: the connection is gone", "not sent: there is no connection to Test"]


def test_it_is_said_again_where_it_failed(modern: Playbook) -> None:
    modern.type("one")
    modern.type("/me two")
    modern.happen(events.ConnectionLost(1, "reset"))
    modern.press("M-s")
    assert modern.model.hint == "there is no connection to Test"
    assert deliveries(modern) == [("one", "failed"), ("two", "failed")]
    modern.register("echo-message labeled-response batch message-tags").join()
    modern.buffer("#team").lines += [sent.line for sent in modern.network.outgoing.failed]
    modern.press("M-s")
    assert modern.sent() == ["@label=g1 PRIVMSG #team :one", "@label=g2 PRIVMSG #team :\x01ACTION two\x01"]
    assert deliveries(modern) == [("one", "pending"), ("two", "pending")]
    assert not modern.network.outgoing.failed


def test_where_nothing_failed_there_is_nothing_to_say_again(ready: Playbook) -> None:
    ready.press("M-s")
    assert ready.sent() == []
    assert ready.model.hint == "nothing here waits to be sent again"


def test_in_a_channel_we_left_nothing_is_sent(ready: Playbook) -> None:
    ready.server(":Nine!n@h KICK #team Neural :out")
    assert ready.type("but why") == []
    assert "you are not in #team" in ready.lines("#team")[-1].problem


# --- several lines, long lines -------------------------------------------------------------------


def test_lines_leave_one_by_one_and_empty_ones_not_at_all(ready: Playbook) -> None:
    assert ready.type("one\n\n  two\n") == ["PRIVMSG #team :one", "PRIVMSG #team :  two"]


def test_a_long_paste_leaves_slowly_and_whole(ready: Playbook) -> None:
    count = 3 * BURST
    first = ready.type("\n".join(f"line {i}" for i in range(count)))
    assert len(first) == BURST
    ready.wait(count * INTERVAL)
    ready.happen(events.Flushed(1))
    later = [line for line in ready.sent() if line.startswith("PRIVMSG")]
    assert [line.rpartition(":")[2] for line in first + later] == [f"line {i}" for i in range(count)]
    assert {state for _, state in deliveries(ready)} == {"sent"}


def test_a_paste_beyond_measure_comes_back(ready: Playbook) -> None:
    ready.type("\n".join(f"line {i}" for i in range(250)))
    assert ready.buffer("#team").editor.text.startswith("line 200\nline 201")
    assert len(deliveries(ready)) == 200


def test_a_slash_that_comes_back_is_no_command(ready: Playbook) -> None:
    ready.type("\n".join(["line"] * 200 + ["/quit", "bye"]))
    assert ready.buffer("#team").editor.text == "//quit\nbye"
    ready.press("Enter")
    assert [line.text for line in ready.lines("#team") if line.own][-2:] == ["/quit", "bye"]
    assert events.Quit(0) not in ready.effects


@pytest.mark.parametrize("command", ["/me ", "/msg Nine ", "/msg #ops ", "/notice Nine "])
def test_what_is_too_much_comes_back_with_its_command(ready: Playbook, command: str) -> None:
    ready.type(command + "\n".join(f"line {i}" for i in range(202)))
    assert ready.buffer("#team").editor.text == f"{command}line 200\nline 201"
    assert ready.last("#team") == "That is 202 lines; the first 200 are sent, the rest is back here."


def test_what_comes_back_puts_a_draft_aside(ready: Playbook) -> None:
    ready.type("/query Nine")
    ready.press("d", "r", "a", "f", "t", "M-2")
    ready.type("/query Nine " + "\n".join(f"line {i}" for i in range(201)))
    assert ready.buffer("Nine").editor.text == "line 200"
    ready.press("Up")
    assert ready.buffer("Nine").editor.text == "draft"


def test_a_long_line_is_cut_so_that_everybody_reads_all_of_it(ready: Playbook) -> None:
    words = " ".join(f"wörd{i}" for i in range(300))
    sent = ready.type(words)
    assert len(sent) > 4
    texts = [line.partition(" :")[2] for line in sent]
    assert " ".join(texts) == words
    for line in sent:
        assert len(f"{OURS} {line}\r\n".encode()) <= 512


def test_an_action_is_cut_inside_its_marks(ready: Playbook) -> None:
    sent = ready.type("/me " + "waves " * 120)
    assert len(sent) == 2
    for line in sent:
        assert line.startswith("PRIVMSG #team :\x01ACTION ")
        assert line.endswith("\x01")
        assert len(f"{OURS} {line}\r\n".encode()) <= 512


def test_a_server_with_longer_lines_gets_them(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register(isupport="LINELEN=2048 CHANTYPES=# CASEMAPPING=ascii").join()
    assert book.type("x" * 1500) == ["PRIVMSG #team :" + "x" * 1500]


@given(st.text(max_size=600), st.integers(16, 120))
def test_pieces_fit_and_lose_nothing_but_spaces(text: str, length: int) -> None:
    pieces = split(text, length)
    assert all(len(piece.encode("utf-8", "replace")) <= length for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.text("abcdé", min_size=1, max_size=12), min_size=1, max_size=80))
def test_words_are_not_broken(words: list[str]) -> None:
    assert " ".join(split(" ".join(words), 60)).split() == words


def test_room_without_a_known_mask_is_careful() -> None:
    assert room("", "Neural", "PRIVMSG", "#team") < room("Neural!u@h", "Neural", "PRIVMSG", "#team")


# --- passwords -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("IDENTIFY\nNeural opensesame", ["IDENTIFY", "*** ***"]),
        ("INFO Nine\nIDENTIFY opensesame\nopensesame", ["INFO Nine", "IDENTIFY ***", "***"]),
        ("INFO Nine\nINFO zed", ["INFO Nine", "INFO zed"]),
    ],
)
def test_a_password_on_a_line_of_its_own_stays_off_it_too(
    modern: Playbook, text: str, shown: list[str]
) -> None:
    sent = modern.type(f"/msg NickServ {text}")
    assert [line.partition(" :")[2] for line in sent] == text.split("\n")
    assert [line.text for line in modern.lines("NickServ")] == shown
    assert not [line for line in modern.lines("#team") if line.own]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/msg NickServ REGISTER opensesame", "REGISTER ***"),
        ("/msg nickserv identify Neural opensesame", "identify *** ***"),
        ("/msg NickServ@services.example IDENTIFY opensesame", "IDENTIFY ***"),
        ("/msg NickServ PASSWD opensesame openbarley", "PASSWD *** ***"),
        ("/msg NickServ INFO Nine", "INFO Nine"),
        ("/msg Nine IDENTIFY yourself", "IDENTIFY yourself"),
    ],
)
def test_a_password_stays_off_the_screen(modern: Playbook, typed: str, shown: str) -> None:
    _, target, text = typed.split(" ", 2)
    assert modern.type(typed) == [f"@label=g1 PRIVMSG {target} :{text}"]
    assert [line.text for line in modern.lines(target)] == [shown]
    modern.server(f"{OURS} PRIVMSG {target} :{text}")
    modern.server(f"{OURS} PRIVMSG {target} :{text}")
    assert {line.text for line in modern.lines(target)} == {shown}
