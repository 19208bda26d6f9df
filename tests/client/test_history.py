"""Asking for what was said before: when, with which words, and how often."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client import events
from gchat.client.history import PAGE, selector
from gchat.client.past import PATIENCE
from gchat.client.settings import Settings
from tests.client.conftest import ISUPPORT, MODERN, START

Playbook = Any  # tests/client/conftest.py
NINE, OWN = ":Nine!n@nine.example", ":Neural!u@home.example"
TOKENS = f"{ISUPPORT} CHATHISTORY=50 MSGREFTYPES=msgid,timestamp"
GCHAT = f"{MODERN} draft/message-redaction gchat/edit"


def label_of(line: str) -> str:
    """The label that a line was sent with."""
    return line.partition(" ")[0].removeprefix("@label=") if line.startswith("@label=") else ""


def asked(lines: list[str]) -> list[str]:
    """The CHATHISTORYs of what was sent, without their labels."""
    return [line[line.index("CHATHISTORY") :] for line in lines if "CHATHISTORY " in line]


def page(label: str, target: str, *lines: str) -> list[str]:
    """An answer of the server: a batch with lines, whose tags are given without the batch."""
    tagged = [f"@batch=p;{line[1:]}" if line.startswith("@") else f"@batch=p {line}" for line in lines]
    start = f"@label={label} " if label else ""
    return [f"{start}:s BATCH +p chathistory {target}", *tagged, ":s BATCH -p"]


def at(minute: int) -> str:
    """A time tag, minutes after the start of a day before the tests' one."""
    return f"time=2023-11-13T{minute // 60:02}:{minute % 60:02}:00.000Z"


def said(first: int, last: int, target: str = "#team") -> list[str]:
    """Lines of Nine, one a minute."""
    return [f"@{at(n)};msgid=m{n} {NINE} PRIVMSG {target} :word {n}" for n in range(first, last)]


@pytest.fixture
def book(playbook: Callable[..., Playbook]) -> Playbook:
    """A client of a gchat-server in #team, whose last page is asked for and was empty."""
    book = playbook().register(GCHAT, TOKENS)
    book.server(f"{OWN} JOIN #team", ":s 353 Neural = #team :@Nine Neural", ":s 366 Neural #team :End")
    (line,) = [line for line in book.sent() if "CHATHISTORY" in line]
    assert asked([line]) == ["CHATHISTORY LATEST #team * 50"]
    book.server(*page(label_of(line), "#team", *said(100, 130)))
    book.model.show(book.buffer("#team"))
    book.sent()
    book.effects.clear()
    return book


# --- the last page, by itself --------------------------------------------------------------------


def test_the_capability_is_not_asked_for_on_the_way_in(playbook: Callable[..., Playbook]) -> None:
    book = playbook()
    book.connect()
    book.server(":irc.example CAP * LS :batch draft/chathistory draft/event-playback gchat/edit")
    assert book.sent() == ["CAP REQ :batch gchat/edit"]


def test_the_last_page_stands_before_the_join(book: Playbook) -> None:
    texts = book.texts("#team")
    assert texts[0] == "Nine: word 100"
    assert texts[29:31] == ["Nine: word 129", "You joined #team"]


def test_what_was_said_before_is_no_news(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(GCHAT, TOKENS).join("#ops")
    book.server(*page(book.network.questions.open[0].label, "#ops"))
    book.server(f"{OWN} JOIN #team", ":s 366 Neural #team :End")
    (line,) = [line for line in book.sent() if "CHATHISTORY LATEST #team" in line]
    book.happen(events.Focus(False))
    team, before = book.buffer("#team"), len(book.lines("#team"))
    book.server(
        *page(
            label_of(line),
            "#team",
            f"@{at(1)};msgid=a {NINE} PRIVMSG #team :Neural: look here",
            f"@{at(2)};msgid=b {NINE} PRIVMSG #team :\x01VERSION\x01",
            f"@{at(3)};+typing=active {NINE} TAGMSG #team",
            f"@{at(4)} {NINE} JOIN #team",
            f"@{at(5)} {OWN} PART #team",
        )
    )
    assert (team.unread, team.mentions, team.marker, team.fresh) == (0, 0, None, 0)
    assert book.effects == []
    assert book.model.mentions == []
    assert team.typing == {}
    assert team.joined
    assert team.members == {} or all(member.spoke == 0 for member in team.members.values())
    assert len(team.lines) == before + 1
    assert team.lines[0].highlight  # it looks as it would have looked


@pytest.mark.parametrize(
    ("caps", "tokens"),
    [
        ("", TOKENS),
        (MODERN, ISUPPORT),
        (MODERN.replace("server-time", ""), TOKENS),
        (MODERN.replace("batch", ""), TOKENS),
    ],
)
def test_nothing_is_asked_where_there_is_no_history(
    playbook: Callable[..., Playbook], caps: str, tokens: str
) -> None:
    book = playbook().register(caps, tokens)
    book.server(f"{OWN} JOIN #team", ":s 353 Neural = #team :Neural", ":s 366 Neural #team :End")
    book.model.show(book.buffer("#team"))
    book.press("PageUp", "M-<", "S-Up")
    book.type("/query Nine")
    book.press("PageUp")
    assert asked(book.sent()) == []
    assert not book.buffer("#team").past.called
    assert not book.buffer("Nine").past.called


def test_channels_are_asked_for_one_after_the_other(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(GCHAT, TOKENS)
    for name in ("#a", "#b", "#c"):
        book.server(f"{OWN} JOIN {name}", f":s 366 Neural {name} :End")
    found = []
    for _ in range(3):
        (line,) = [line for line in book.sent() if "CHATHISTORY" in line]
        name = line.split()[3]
        found.append(name)
        book.server(*page(label_of(line), name))
    assert found == ["#a", "#b", "#c"]
    assert asked(book.sent()) == []


def test_channels_that_are_left_meanwhile_are_not_asked_for(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(GCHAT, TOKENS)
    for name in ("#a", "#b", "#c"):
        book.server(f"{OWN} JOIN {name}", f":s 366 Neural {name} :End")
    book.server(f"{OWN} PART #b")
    book.type("/close #c")
    book.model.close(book.buffer("#c"))
    book.sent()
    book.server(*page(book.network.questions.open[0].label, "#a"))
    assert asked(book.sent()) == []
    assert book.network.questions.wanted == []


def test_a_full_screen_asks_for_nothing(book: Playbook) -> None:
    book.happen(events.ConnectionLost(1))
    book.wait(2)
    book.happen(events.Connected(1))
    book.server(f":s CAP * LS :{GCHAT}", f":s CAP * ACK :{GCHAT}", ":s 001 Neural :Welcome")
    book.server(f":s 005 Neural {TOKENS} :are supported", ":s 422 Neural :No MOTD")
    book.server(f"{OWN} JOIN #team", ":s 353 Neural = #team :Neural", ":s 366 Neural #team :End")
    assert asked(book.sent()) == []


def test_somebody_asks_for_names_and_not_for_the_past(book: Playbook) -> None:
    book.buffer("#team").lines.clear()
    book.server(":s 353 Neural = #team :Neural", ":s 366 Neural #team :End")
    assert asked(book.sent()) == []


def test_a_conversation_that_is_opened(book: Playbook) -> None:
    book.model.open(book.network, book.buffer("#team").kind.QUERY, "zed")
    assert asked(book.type("/query Nine")) == ["CHATHISTORY LATEST Nine * 50"]


def test_a_conversation_that_somebody_else_opens(book: Playbook) -> None:
    book.server(f"@msgid=q1;time=2023-11-14T22:00:00.000Z {NINE} PRIVMSG Neural :psst")
    assert asked(book.sent()) == []
    book.model.show(book.buffer("Nine"))
    book.press("a")
    (line,) = [line for line in book.sent() if "CHATHISTORY" in line]
    assert asked([line]) == ["CHATHISTORY BEFORE Nine msgid=q1 50"]
    book.server(
        *page(
            label_of(line),
            "Nine",
            f"@{at(1)};msgid=x {OWN} PRIVMSG Nine :hello",
            f"@{at(2)};msgid=y :Neural_!u@h PRIVMSG Nine :it is me",
            f"@{at(3)};msgid=z :Nine_!n@h PRIVMSG Neural_ :I see",
            f"@{at(3)};msgid=w {NINE} PRIVMSG #team :elsewhere",
        )
    )
    lines = book.lines("Nine")
    assert [(line.nick, line.text, line.own) for line in lines] == [
        ("Neural", "hello", True),
        ("Neural_", "it is me", True),
        ("Nine_", "I see", False),
        ("Nine", "psst", False),
    ]


def test_what_the_device_missed_is_news_as_before(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(GCHAT, TOKENS)
    book.server(f"{OWN} JOIN #team", ":s 353 Neural = #team :Neural", ":s 366 Neural #team :End")
    (line,) = [line for line in book.sent() if "CHATHISTORY" in line]
    book.model.show(book.network.server_buffer)
    book.server(*page("", "#team", *said(10, 13)))
    team = book.buffer("#team")
    assert team.unread == 3
    book.server(*page(label_of(line), "#team", *said(5, 13)))
    assert team.unread == 3
    assert book.texts("#team") == [
        *(f"Nine: word {n}" for n in range(5, 10)),
        "You joined #team",
        *(f"Nine: word {n}" for n in range(10, 13)),
    ]


# --- scrolling up --------------------------------------------------------------------------------


def test_beyond_the_first_line_there_is_more(book: Playbook) -> None:
    book.press("S-Up", "WheelUp")
    assert asked(book.sent()) == []  # there are lines above
    book.press("PageUp")
    (line,) = book.sent()
    assert asked([line]) == ["CHATHISTORY BEFORE #team msgid=m100 50"]
    book.press("PageUp", "M-<", "WheelUp")
    assert book.sent() == []  # one at a time
    book.server(*page(label_of(line), "#team", *said(50, 100)))
    assert book.texts("#team")[:80] == [f"Nine: word {n}" for n in range(50, 130)]
    book.press("M-<")
    assert asked(book.sent()) == ["CHATHISTORY BEFORE #team msgid=m50 50"]


@pytest.mark.parametrize("key", ["PageUp", "M-v", "M-<", "M-Home", "S-Up", "C-Up", "WheelUp"])
def test_everything_that_scrolls_asks(book: Playbook, key: str) -> None:
    book.press("M-<")
    book.happen(events.ConnectionLost(1))
    reconnect(book)
    assert book.buffer("#team").past.problem == "the connection is gone"
    book.press(key)
    assert asked(book.sent()) == ["CHATHISTORY BEFORE #team msgid=m100 50"]


def reconnect(book: Playbook) -> None:
    """Come back into #team."""
    book.wait(3)
    book.happen(events.Connected(1))
    book.server(f":s CAP * LS :{GCHAT}", f":s CAP * ACK :{GCHAT}", ":s 001 Neural :Welcome")
    book.server(f":s 005 Neural {TOKENS} :are supported", ":s 422 Neural :No MOTD")
    book.server(f"{OWN} JOIN #team", ":s 353 Neural = #team :Neural", ":s 366 Neural #team :End")
    book.sent()


def test_a_search_scrolls_beyond_it_too(book: Playbook) -> None:
    book.press("C-r", "PageUp", "PageUp")
    assert asked(book.sent()) == ["CHATHISTORY BEFORE #team msgid=m100 50"]


def test_help_does_not(book: Playbook) -> None:
    book.press("F1", "PageUp", "M-<", "S-Up")
    assert asked(book.sent()) == []


def test_when_there_is_nothing_older_nobody_is_asked_again(book: Playbook) -> None:
    book.press("M-<")
    (line,) = book.sent()
    book.server(*page(label_of(line), "#team"))
    buffer = book.buffer("#team")
    assert buffer.past.is_whole(buffer)
    book.press("M-<", "PageUp")
    assert book.sent() == []
    book.type("/clear")
    book.press("PageUp")
    assert asked(book.sent()) == ["CHATHISTORY LATEST #team * 50"]


def test_old_lines_that_went_can_be_had_again(playbook: Callable[..., Playbook]) -> None:
    settings = Settings()
    settings.scrollback = 100
    book = playbook(settings).register(GCHAT, TOKENS).join()
    book.server(*page(book.network.questions.open[0].label, "#team", *said(0, 50)))
    book.press("M-<")
    (line,) = book.sent()
    book.server(*page(label_of(line), "#team"))
    book.server(*(f"@msgid=n{n};time=2023-11-14T22:00:00.000Z {NINE} PRIVMSG #team :{n}" for n in range(90)))
    buffer = book.buffer("#team")
    assert len(buffer.lines) < 130
    assert not buffer.past.is_whole(buffer)
    book.press("M-<")
    assert asked(book.sent()) == []  # it is full
    del buffer.lines[:60]
    book.press("M-<")
    assert [line.partition(" msgid=")[0] for line in asked(book.sent())] == ["CHATHISTORY BEFORE #team"]


def test_no_answer_can_be_asked_for_again(book: Playbook) -> None:
    book.press("M-<")
    (line,) = book.sent()
    book.wait(PATIENCE + 1)
    buffer = book.buffer("#team")
    assert buffer.past.question is None
    assert buffer.past.problem == "no answer came"
    book.sent()
    book.server(*page(label_of(line), "#team", *said(50, 60)))  # too late
    assert book.texts("#team")[0] == "Nine: word 100"
    assert book.last("#team") == "You joined #team"
    book.press("PageUp")
    assert asked(book.sent()) == ["CHATHISTORY BEFORE #team msgid=m100 50"]
    assert buffer.past.problem == ""


def test_what_was_not_asked_by_hand_fails_without_a_word(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(GCHAT, TOKENS).join()
    book.wait(PATIENCE + 1)
    buffer = book.buffer("#team")
    assert buffer.past.question is None
    assert buffer.past.problem == ""
    assert buffer.lines == []


def test_a_channel_that_we_left(book: Playbook) -> None:
    book.server(f"{OWN} PART #team")
    book.press("M-<")
    assert book.sent() == []
    assert book.buffer("#team").past.problem == "you are not in #team, /join #team goes back"


def test_a_buffer_that_is_closed_meanwhile(book: Playbook) -> None:
    book.press("M-<")
    (line,) = book.sent()
    book.type("/close")
    book.server(*page(label_of(line), "#team", *said(50, 60)))
    assert [buffer.name for buffer in book.model.buffers] == ["Test"]
    assert book.network.questions.open == []


# --- how it is asked -----------------------------------------------------------------------------


def test_the_answer_is_as_long_as_the_server_allows(playbook: Callable[..., Playbook]) -> None:
    for given, wanted in (("10", "10"), ("1000", str(PAGE)), ("0", str(PAGE)), ("x", str(PAGE))):
        book = playbook().register(GCHAT, f"{ISUPPORT} CHATHISTORY={given}")
        book.server(f"{OWN} JOIN #team", ":s 366 Neural #team :End")
        assert asked(book.sent()) == [f"CHATHISTORY LATEST #team * {wanted}"]


def test_a_place_is_named_by_id_or_by_time(playbook: Callable[..., Playbook]) -> None:
    network = playbook().register(GCHAT, TOKENS).network
    assert selector(network, "abc", START) == "msgid=abc"
    assert selector(network, "", START) == "timestamp=2023-11-14T22:13:20.001Z"
    assert selector(network, "a b", START + 0.9995) == "timestamp=2023-11-14T22:13:21.001Z"
    assert selector(network, "x" * 1000, START).startswith("timestamp=")
    network.isupport.feed(["Neural", "MSGREFTYPES=timestamp", "are supported"])
    assert selector(network, "abc", START) == "timestamp=2023-11-14T22:13:20.001Z"


def test_lines_without_an_id(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(GCHAT, TOKENS).join()
    book.sent()
    book.network.questions.close_all("")
    lines = [f"@time=2023-11-14T22:00:0{n}.500Z {NINE} PRIVMSG #team :word {n}" for n in range(3)]
    book.server(*lines)
    book.press("PageUp")
    (line,) = book.sent()
    assert asked([line]) == ["CHATHISTORY BEFORE #team timestamp=2023-11-14T22:00:00.501Z 50"]
    older = f"@time=2023-11-14T21:00:00.500Z {NINE} PRIVMSG #team :older"
    book.server(*page(label_of(line), "#team", older, lines[0]))
    assert book.texts("#team") == ["Nine: older", *(f"Nine: word {n}" for n in range(3))]
    book.press("PageUp")
    (line,) = book.sent()
    book.server(*page(label_of(line), "#team", older))
    assert book.buffer("#team").past.is_whole(book.buffer("#team"))


def test_a_server_without_labels_answers_by_name(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(GCHAT.replace("labeled-response", ""), TOKENS)
    book.server(f"{OWN} JOIN #team", ":s 366 Neural #team :End")
    assert "CHATHISTORY LATEST #team * 50" in book.sent()
    book.server(*page("", "#ops", *said(1, 2, "#ops")))
    book.server(*page("", "#TEAM", *said(1, 3)))
    assert book.texts("#team") == ["Nine: word 1", "Nine: word 2", "You joined #team"]


# --- the capability ------------------------------------------------------------------------------

ERGO = f"{MODERN} draft/chathistory draft/event-playback"


def test_other_servers_are_asked_for_the_capability_first(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(ERGO, TOKENS)
    book.server(f"{OWN} JOIN #team", ":s 366 Neural #team :End")
    sent = book.sent()
    assert "CAP REQ draft/chathistory" in [line.replace(" :", " ") for line in sent]
    assert asked(sent) == []
    book.server(":s CAP Neural ACK :draft/chathistory")
    assert asked(book.sent()) == ["CHATHISTORY LATEST #team * 50"]


def test_a_server_that_tells_its_bound_only_to_those_who_have_the_capability(
    playbook: Callable[..., Playbook],
) -> None:
    book = playbook().register(ERGO).join()
    book.server(":s CAP Neural ACK :draft/chathistory")
    assert asked(book.sent()) == [f"CHATHISTORY LATEST #team * {PAGE}"]


def test_a_server_that_refuses_the_capability_is_asked_no_more(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(ERGO, TOKENS).join()
    book.press("PageUp")
    book.server(":s CAP Neural NAK :draft/chathistory")
    buffer = book.buffer("#team")
    assert buffer.past.problem == "this server does not give out what was said before"
    book.press("PageUp")
    book.type("/query Nine")
    assert asked(book.sent()) == []
    assert not any("CAP" in line for line in book.sent())


def test_gchat_server_is_asked_without_the_capability(playbook: Callable[..., Playbook]) -> None:
    book = playbook().register(f"{GCHAT} draft/chathistory", TOKENS)
    book.server(f"{OWN} JOIN #team", ":s 366 Neural #team :End")
    sent = book.sent()
    assert asked(sent) == ["CHATHISTORY LATEST #team * 50"]
    assert not any("CAP REQ" in line for line in sent)
