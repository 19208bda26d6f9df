"""PRIVMSG, NOTICE, TAGMSG and CTCP: where it is shown, whom it calls, what is answered."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client import events
from gchat.client.line import LineKind
from gchat.client.model import BufferKind
from gchat.client.settings import Settings

Playbook = Any  # tests/client/conftest.py
NINE = ":Nine!n@nine.example"


@pytest.mark.parametrize(
    ("line", "buffer", "kind", "shown"),
    [
        (f"{NINE} PRIVMSG #team :hello", "#team", LineKind.MESSAGE, "Nine: hello"),
        (f"{NINE} PRIVMSG #TEAM :hello", "#team", LineKind.MESSAGE, "Nine: hello"),
        (f"{NINE} PRIVMSG @#team :psst", "#team", LineKind.MESSAGE, "Nine: to @#team: psst"),
        (f"{NINE} PRIVMSG Neural :hello", "Nine", LineKind.MESSAGE, "Nine: hello"),
        (f"{NINE} PRIVMSG #team :\x01ACTION waves\x01", "#team", LineKind.ACTION, "Nine: waves"),
        (f"{NINE} PRIVMSG #team :\x01ACTION\x01", "#team", LineKind.ACTION, "Nine: "),
        (f"{NINE} PRIVMSG #elsewhere :hello", "", LineKind.MESSAGE, "Nine: to #elsewhere: hello"),
        (f"{NINE} NOTICE #team :beep", "#team", LineKind.NOTICE, "Nine: beep"),
        (f"{NINE} NOTICE Neural :beep", "", LineKind.NOTICE, "Nine: beep"),
        (":irc.example NOTICE Neural :be nice", "", LineKind.SERVER, "be nice"),
        (":irc.example NOTICE #team :be nice", "#team", LineKind.SERVER, "be nice"),
        ("NOTICE AUTH :*** Looking up", "", LineKind.SERVER, "*** Looking up"),
        (f"{NINE} NOTICE Neural :\x01VERSION irssi\x01", "", LineKind.SERVER, "Nine answers VERSION: irssi"),
        (f"{NINE} PRIVMSG #team :\x02\x0304,05red\x0f", "#team", LineKind.MESSAGE, "Nine: red"),
    ],
)
def test_it_is_shown_where_it_belongs(
    ready: Playbook, line: str, buffer: str, kind: LineKind, shown: str
) -> None:
    ready.server(line)
    assert (ready.lines(buffer)[-1].kind, ready.last(buffer)) == (kind, shown)


def test_a_conversation_with_ourselves_takes_nobody_elses_words(ready: Playbook) -> None:
    ready.server(":Neural!u@home.example PRIVMSG Neural :note")
    ready.server(f"{NINE} PRIVMSG neural :hello", f"{NINE} NOTICE Neural :beep")
    assert ready.texts("Neural") == ["Neural: note"]
    assert ready.texts("Nine") == ["Nine: hello", "Nine: beep"]


def test_a_notice_goes_to_the_conversation_that_is_open(ready: Playbook) -> None:
    ready.server(f"{NINE} PRIVMSG Neural :hello", f"{NINE} NOTICE Neural :beep")
    assert ready.texts("Nine") == ["Nine: hello", "Nine: beep"]


# --- what calls us -------------------------------------------------------------------------------


def test_a_mention_is_counted_and_rung_elsewhere(ready: Playbook) -> None:
    ready.join("#ops")
    effects = ready.server(f"{NINE} PRIVMSG #team :Neural: look", f"{NINE} PRIVMSG #team :at this")
    team = ready.buffer("#team")
    assert (team.unread, team.mentions) == (2, 1)
    assert [line.highlight for line in team.lines] == [True, False]
    assert effects == [events.Bell()]


def test_what_is_on_the_screen_is_not_counted(ready: Playbook) -> None:
    assert ready.server(f"{NINE} PRIVMSG #team :Neural: look") == []
    team = ready.buffer("#team")
    assert (team.unread, team.mentions, team.lines[-1].highlight) == (0, 0, True)


def test_without_focus_the_desktop_is_told(ready: Playbook) -> None:
    ready.happen(events.Focus(False))
    effects = ready.server(f"{NINE} PRIVMSG #team :Neural: look", f"{NINE} PRIVMSG Neural :psst")
    assert effects == [
        events.Bell(),
        events.Notify("Nine in #team", "Neural: look"),
        events.Notify("Nine", "psst"),
    ]


def test_a_query_calls_with_every_line(ready: Playbook) -> None:
    ready.server(f"{NINE} PRIVMSG Neural :psst", f"{NINE} PRIVMSG Neural :psst")
    assert (ready.buffer("Nine").unread, ready.buffer("Nine").mentions) == (2, 2)


def test_configured_words_call_and_bells_can_be_off(playbook: Callable[[Settings], Playbook]) -> None:
    settings = Settings()
    settings.highlights, settings.beep = ("deploy",), False
    book = playbook(settings).register().join().join("#ops")
    assert book.server(f"{NINE} PRIVMSG #team :Deploy done") == []
    assert book.buffer("#team").mentions == 1


# --- who is ignored ------------------------------------------------------------------------------


def test_ignored_people_are_not_seen(playbook: Callable[[Settings], Playbook]) -> None:
    settings = Settings()
    settings.ignores = ("*!*@nine.example",)
    book = playbook(settings).register().join()
    book.server(f"{NINE} PRIVMSG #team :hello", f"{NINE} NOTICE #team :hello", ":zed!z@z PRIVMSG #team :hi")
    assert book.texts("#team") == ["zed: hi"]


# --- typing --------------------------------------------------------------------------------------


def test_typing_is_believed_for_a_while(modern: Playbook) -> None:
    modern.server(f"@+typing=active {NINE} TAGMSG #team", "@+typing=paused :zed!z@z TAGMSG #team")
    assert set(modern.buffer("#team").typing) == {"Nine", "zed"}
    modern.wait(7)
    assert set(modern.buffer("#team").typing) == {"zed"}
    modern.wait(30)
    assert not modern.buffer("#team").typing


@pytest.mark.parametrize(
    "end",
    [
        f"@+typing=done {NINE} TAGMSG #team",
        f"{NINE} PRIVMSG #team :hello",
        f"{NINE} PART #team",
        f"{NINE} QUIT :bye",
        ":zed!z@z KICK #team Nine",
    ],
)
def test_typing_ends(modern: Playbook, end: str) -> None:
    modern.server(f"@+typing=active {NINE} TAGMSG #team", end)
    assert not modern.buffer("#team").typing


@pytest.mark.parametrize(
    "line",
    [
        "@+typing=active :Neural!u@home.example TAGMSG #team",
        f"@+typing=active {NINE} TAGMSG #nowhere",
        f"@+typing=dancing {NINE} TAGMSG #team",
        f"@+typing=active {NINE} TAGMSG",
        "@+typing=active :irc.example TAGMSG #team",
    ],
)
def test_typing_that_means_nothing(modern: Playbook, line: str) -> None:
    modern.server(line)
    assert not modern.buffer("#team").typing


def test_typing_to_us_is_shown_in_the_query(modern: Playbook) -> None:
    modern.server(f"{NINE} PRIVMSG Neural :hello", f"@+typing=active {NINE} TAGMSG Neural")
    assert set(modern.buffer("Nine").typing) == {"Nine"}


# --- CTCP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("PING 12 34", ["NOTICE Nine :\x01PING 12 34\x01"]),
        ("CLIENTINFO", ["NOTICE Nine :\x01CLIENTINFO ACTION CLIENTINFO PING VERSION\x01"]),
        ("DCC SEND x", []),
        ("", []),
    ],
)
def test_ctcp_questions(ready: Playbook, question: str, answer: list[str]) -> None:
    ready.server(f"{NINE} PRIVMSG Neural :\x01{question}\x01")
    assert ready.sent() == answer
    assert "Nine" not in [buffer.name for buffer in ready.model.buffers]
    assert ready.last().startswith("Nine asked for ")


def test_ctcp_questions_cannot_make_us_flood(ready: Playbook) -> None:
    ready.server(*[f"{NINE} PRIVMSG Neural :\x01VERSION\x01"] * 50)
    assert len(ready.sent()) == 1
    ready.wait(3)
    ready.server(f"{NINE} PRIVMSG Neural :\x01VERSION\x01")
    assert len(ready.sent()) == 1


# --- times and ids -------------------------------------------------------------------------------


def test_the_servers_time_is_the_lines_time(modern: Playbook) -> None:
    modern.server(f"@time=2026-11-22T10:07:04.500Z;msgid=abc {NINE} PRIVMSG #team :hello")
    line = modern.lines("#team")[-1]
    assert (line.time, line.msgid) == (1795342024.5, "abc")
    modern.server(f"@time=yesterday {NINE} PRIVMSG #team :hello")
    assert modern.lines("#team")[-1].time == modern.now


def test_lines_are_bounded(playbook: Callable[[Settings], Playbook]) -> None:
    settings = Settings()
    settings.scrollback = 100
    book = playbook(settings).register().join()
    book.server(*[f"{NINE} PRIVMSG #team :{i}" for i in range(1000)])
    assert 100 <= len(book.lines("#team")) <= 125
    assert book.last("#team") == "Nine: 999"


def test_a_scrolled_buffer_stays_and_counts(playbook: Callable[[Settings], Playbook]) -> None:
    settings = Settings()
    settings.scrollback = 100
    book = playbook(settings).register().join()
    book.server(*[f"{NINE} PRIVMSG #team :{i}" for i in range(50)])
    team = book.buffer("#team")
    anchor = team.anchor = team.lines[20].serial
    book.server(*[f"{NINE} PRIVMSG #team :{i}" for i in range(14)])
    assert (team.anchor, team.fresh) == (anchor, 14)
    book.server(*[f"{NINE} PRIVMSG #team :{i}" for i in range(500)])
    assert team.anchor == team.lines[0].serial


def test_a_query_from_whoever_writes_is_opened_behind(ready: Playbook) -> None:
    ready.server(f"{NINE} PRIVMSG Neural :hello")
    assert ready.buffer("Nine").kind is BufferKind.QUERY
    assert ready.model.current is ready.buffer("#team")
