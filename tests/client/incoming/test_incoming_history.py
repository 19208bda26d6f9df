"""Pages of the history: what their lines look like, and what servers may do with them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gchat.client import events
from gchat.client.batches import MOST_ITEMS
from gchat.client.line import Fate, LineKind
from gchat.client.settings import Settings
from gchat.client.text import sanitise
from tests.client.conftest import ISUPPORT, MODERN

Playbook = Any  # tests/client/conftest.py
NINE, ZED, OWN = ":Nine!n@nine.example", ":zed!z@z.example", ":Neural!u@home.example"
TOKENS = f"{ISUPPORT} CHATHISTORY=50 MSGREFTYPES=msgid,timestamp"
CAPS = f"{MODERN} draft/message-redaction gchat/edit"
DAY = "time=2023-11-13T12:00:0"


@pytest.fixture
def book(playbook: Callable[..., Playbook]) -> Playbook:
    """A client in #team whose last page is asked for."""
    return asking(playbook())


def asking(book: Playbook) -> Playbook:
    """Be where a page is asked for."""
    return book.register(CAPS, TOKENS).join()


def answer(book: Playbook, *lines: str, target: str = "#team") -> None:
    """Answer the question that is open; lines have tags without the batch."""
    label = book.network.questions.open[0].label
    tagged = [f"@batch=p;{line[1:]}" if line.startswith("@") else f"@batch=p {line}" for line in lines]
    book.server(f"@label={label} :s BATCH +p chathistory {target}", *tagged, ":s BATCH -p")


def texts(book: Playbook, name: str = "#team") -> list[str]:
    """What stands in a buffer."""
    found: list[str] = book.texts(name)
    return found


# --- lines ---------------------------------------------------------------------------------------


def test_lines_look_as_they_did(book: Playbook) -> None:
    answer(
        book,
        f"@{DAY}1.000Z;msgid=a {NINE} PRIVMSG #team :the key is hunter2; do not tell",
        f"@{DAY}2.000Z;msgid=b {NINE} PRIVMSG #team :\x01ACTION waves\x01",
        f"@{DAY}3.000Z;msgid=c {NINE} NOTICE #team :build done",
        f"@{DAY}4.000Z;msgid=d {OWN} PRIVMSG #team :mine",
        f"@{DAY}5.000Z;msgid=e {NINE} PRIVMSG @#team :for operators",
        f"@{DAY}6.000Z;msgid=f :irc.example NOTICE #team :the server says",
        f"@{DAY}7.000Z;msgid=g {NINE} PRIVMSG #team :\x1b[2Jharm\x02less",
    )
    lines = book.lines("#team")
    assert [(line.kind, line.nick, line.text, line.own) for line in lines] == [
        (LineKind.MESSAGE, "Nine", "the key is hunter2; do not tell", False),
        (LineKind.ACTION, "Nine", "waves", False),
        (LineKind.NOTICE, "Nine", "build done", False),
        (LineKind.MESSAGE, "Neural", "mine", True),
        (LineKind.MESSAGE, "Nine", "to @#team: for operators", False),
        (LineKind.SERVER, "", "the server says", False),
        (LineKind.MESSAGE, "Nine", sanitise("\x1b[2Jharm\x02less"), False),
    ]
    assert [line.time for line in lines] == sorted(line.time for line in lines)
    assert [line.serial for line in lines] == sorted(line.serial for line in lines)


def test_an_account_tells_whose_a_line_is(book: Playbook) -> None:
    book.server(":s 900 Neural Neural!u@h team-lead :You are now logged in as team-lead")
    answer(
        book,
        f"@{DAY}1.000Z;msgid=a;account=other {OWN} PRIVMSG #team :somebody who was called so",
        f"@{DAY}2.000Z;msgid=b;account=Team-Lead :Neural_!u@h PRIVMSG #team :we under another nick",
        f"@{DAY}3.000Z;msgid=c {OWN} PRIVMSG #team :before we had an account",
    )
    assert [line.own for line in book.lines("#team")] == [False, True, True]


def test_edits_deletions_replies_and_reactions(book: Playbook) -> None:
    book.server(f"@msgid=z;time=2023-11-14T22:00:00.000Z {ZED} PRIVMSG #team :live")
    answer(
        book,
        f"@{DAY}1.000Z;msgid=a {NINE} PRIVMSG #team :first words of mine",
        f"@{DAY}2.000Z;msgid=b;+reply=a {ZED} PRIVMSG #team :what?",
        f"@{DAY}3.000Z;msgid=c {NINE} EDIT #team a :second words of mine",
        f"@{DAY}4.000Z;msgid=d {NINE} PRIVMSG #team :a secret",
        f"@{DAY}5.000Z;msgid=e {NINE} REDACT #team d :typo",
        f"@{DAY}6.000Z;msgid=f;+reply=a;+draft/react=lol {ZED} TAGMSG #team",
        f"@{DAY}7.000Z;msgid=g {NINE} EDIT #team unknown :of an older page",
        f"@{DAY}8.000Z;msgid=h;+reply=a;+draft/react=hm {ZED} PRIVMSG #team :hm",
        f"@{DAY}9.000Z;msgid=i {NINE} EDIT #team d :of a deleted one",
    )
    first, second, deleted, older, live = book.lines("#team")
    assert (first.text, first.fate) == ("second words of mine", Fate.EDITED)
    assert {key: [*who] for key, who in (first.reactions or {}).items()} == {"lol": ["zed"], "hm": ["zed"]}
    assert second.quote == "second words of mine"
    assert (deleted.text, deleted.fate) == ("(deleted: typo)", Fate.DELETED)
    assert older.text == "(edited) of an older page"
    assert live.text == "live"
    assert book.buffer("#team").unread == 0


def test_a_live_edit_finds_an_old_line(book: Playbook) -> None:
    answer(book, f"@{DAY}1.000Z;msgid=a {NINE} PRIVMSG #team :old")
    book.server(f"@msgid=b {NINE} EDIT #team a :new", f"@msgid=c;+reply=a {ZED} PRIVMSG #team :yes")
    first, second = book.lines("#team")
    assert (first.text, second.quote) == ("new", "new")


def test_who_is_ignored_stays_so(book: Playbook) -> None:
    book.type("/ignore zed")
    book.buffer("#team").lines.clear()
    answer(
        book,
        f"@{DAY}1.000Z;msgid=a {NINE} PRIVMSG #team :hello",
        f"@{DAY}2.000Z;msgid=b {ZED} PRIVMSG #team :noise",
        f"@{DAY}3.000Z;+reply=a;+draft/react=lol {ZED} TAGMSG #team",
    )
    (line,) = book.lines("#team")
    assert line.reactions is None


def test_a_page_of_nothing_to_see_is_stepped_over(book: Playbook) -> None:
    answer(book, f"@{DAY}1.000Z;msgid=a {NINE} PRIVMSG #team :\x01VERSION\x01")
    assert book.lines("#team") == []
    book.press("PageUp")
    assert [line.partition(" ")[2] for line in book.sent()] == ["CHATHISTORY BEFORE #team msgid=a 50"]


def test_what_we_said_meanwhile_is_not_doubled(book: Playbook) -> None:
    (said,) = book.type("hello")
    label = said.partition(" ")[0].removeprefix("@label=")
    answer(
        book,
        f"@{DAY}1.000Z;msgid=a {OWN} PRIVMSG #team :hello",
        f"@time=2023-11-14T22:13:25.000Z;msgid=b {OWN} PRIVMSG #team :hello",
    )
    book.server(f"@label={label};msgid=b;time=2023-11-14T22:13:25.000Z {OWN} PRIVMSG #team :hello")
    assert [(line.text, line.msgid) for line in book.lines("#team")] == [("hello", "a"), ("hello", "b")]


def test_services_passwords_are_hidden(book: Playbook) -> None:
    answer(book)
    book.type("/query NickServ")
    answer(book, f"@{DAY}1.000Z {OWN} PRIVMSG NickServ :IDENTIFY opensesame", target="NickServ")
    assert texts(book, "NickServ") == ["Neural: IDENTIFY ***"]


# --- answers that are none -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "PageUp"])
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            "FAIL CHATHISTORY MESSAGE_ERROR BEFORE #team :Messages could not be retrieved.",
            "Messages could not be retrieved",
        ),
        ("FAIL CHATHISTORY X :No", "No"),
        ("400 Neural CHATHISTORY :It \x02broke", "It broke"),
        ("263 Neural CHATHISTORY :Please wait a while", "Please wait a while"),
        ("421 Neural CHATHISTORY :Unknown command", "this server does not give out what was said before"),
    ],
)
def test_a_refusal_is_said_to_who_asked(book: Playbook, key: str, reply: str, words: str) -> None:
    if key:
        book.press(key)
    book.server(f"@label={book.network.questions.open[0].label} :s {reply}")
    past = book.buffer("#team").past
    assert past.question is None
    assert past.problem == (words if key else "")
    assert texts(book) == []
    refused = reply.startswith("421")
    assert book.network.questions.refused is refused
    book.press("PageUp")
    assert len(book.sent()) == (0 if refused else 1)


def test_errors_of_other_commands_are_read_as_ever(book: Playbook) -> None:
    answer(book)
    book.server(
        ":s FAIL CHATHISTORY INVALID_PARAMS LATEST :Insufficient parameters",
        ":s 421 Neural CHATHISTORY :Unknown command",
        ":s 421 Neural FOO :Unknown command",
        "@label=other :s ACK",
    )
    assert texts(book, "")[-3:] == [
        "Insufficient parameters",
        "This server does not know the command CHATHISTORY.",
        "This server does not know the command FOO.",
    ]


def test_a_conversation_without_a_history(book: Playbook) -> None:
    answer(book)
    book.type("/query zed")
    label = book.network.questions.open[0].label
    book.server(
        f"@label={label} :s FAIL CHATHISTORY INVALID_TARGET LATEST zed :Messages could not be retrieved"
    )
    book.press("PageUp")
    buffer = book.buffer("zed")
    assert buffer.past.is_whole(buffer)
    assert book.sent() == []
    assert texts(book, "zed") == []


def test_an_acknowledgement_is_nothing_older(book: Playbook) -> None:
    book.server(f"@label={book.network.questions.open[0].label} :s ACK")
    buffer = book.buffer("#team")
    assert buffer.past.is_whole(buffer)


def test_the_answer_within_a_labelled_batch(book: Playbook) -> None:
    label = book.network.questions.open[0].label
    book.server(
        f"@label={label} :s BATCH +o labeled-response",
        "@batch=o :s BATCH +p chathistory #team",
        f"@batch=p;msgid=a;{DAY}1.000Z {NINE} PRIVMSG #team :hello",
        ":s BATCH -p",
        ":s BATCH -o",
    )
    assert texts(book) == ["Nine: hello"]
    assert book.network.questions.open == []


# --- hostile servers -----------------------------------------------------------------------------


def test_lines_of_other_places_are_nowhere(book: Playbook) -> None:
    book.join("#ops", "Neural")
    answer(
        book,
        f"@{DAY}1.000Z;msgid=a {NINE} PRIVMSG #ops :elsewhere",
        f"@{DAY}2.000Z;msgid=b {NINE} PRIVMSG Neural :to us",
        f"@{DAY}3.000Z;msgid=c {NINE} EDIT #ops q :elsewhere",
        f"@{DAY}4.000Z;msgid=d {NINE} QUIT :gone",
        f"@{DAY}5.000Z;msgid=e {NINE} PRIVMSG",
        f"@{DAY}6.000Z;msgid=f {NINE} PRIVMSG #team",
    )
    assert texts(book) == texts(book, "#ops") == []
    assert "nine" in book.buffer("#team").members
    assert [buffer.name for buffer in book.model.buffers] == ["Test", "#team", "#ops"]


def test_an_answer_about_something_else_is_a_problem(book: Playbook) -> None:
    book.press("PageUp")
    answer(book, f"@{DAY}1.000Z;msgid=a {NINE} PRIVMSG #ops :elsewhere", target="#ops")
    assert book.buffer("#team").past.problem == "the server answered with something else"


def test_a_correction_of_another_place_changes_nothing(book: Playbook) -> None:
    book.join("#ops", "Neural")
    book.server(f"@msgid=q {NINE} PRIVMSG #ops :as it is")
    answer(
        book,
        f"@{DAY}1.000Z {NINE} REDACT #ops q",
        f"@{DAY}1.000Z {NINE} EDIT @#team q :other",
        f"@{DAY}1.000Z {NINE} REDACT #team q",
    )
    assert texts(book, "#ops") == ["Nine: as it is"]
    assert texts(book) == ["Nine: to @#team: (edited) other"]


def test_times_that_are_none_or_to_come(book: Playbook) -> None:
    answer(
        book,
        f"{NINE} PRIVMSG #team :without",
        f"@{DAY}1.000Z {NINE} PRIVMSG #team :with",
        f"@time=x {NINE} PRIVMSG #team :wrong",
        f"@time=9999-12-31T23:59:59.999Z {NINE} PRIVMSG #team :to come",
    )
    times = [line.time for line in book.lines("#team")]
    assert times == [book.now, times[1], times[1], book.now]
    assert times[1] < book.now


def test_the_same_id_is_one_line(book: Playbook) -> None:
    answer(book, *(f"@{DAY}{n}.000Z;msgid=a {NINE} PRIVMSG #team :word {n}" for n in range(9)))
    assert texts(book) == ["Nine: word 0"]


def test_an_answer_without_end_is_cut(playbook: Callable[..., Playbook]) -> None:
    settings = Settings()
    settings.scrollback = 200
    book = asking(playbook(settings))
    label = book.network.questions.open[0].label
    book.server(f"@label={label} :s BATCH +p chathistory #team")
    for start in range(0, MOST_ITEMS + 2000, 1000):
        book.server(
            *(f"@batch=p;msgid=m{n} {NINE} PRIVMSG #team :word {n}" for n in range(start, start + 1000))
        )
    book.server(":s BATCH -p")
    assert len(book.lines("#team")) == 200
    assert texts(book)[-1] == f"Nine: word {MOST_ITEMS}"
    assert book.buffer("#team").unread == 0


def test_an_answer_longer_than_asked_for_is_cut(book: Playbook) -> None:
    answer(book, *(f"@{DAY}1.000Z;msgid=m{n} {NINE} PRIVMSG #team :word {n}" for n in range(5000)))
    assert len(book.lines("#team")) == 2000
    assert texts(book)[-1] == "Nine: word 4999"
    book.press("M-<")
    assert [line.partition(" ")[2] for line in book.sent()] == ["CHATHISTORY BEFORE #team msgid=m3000 50"]


def test_a_full_buffer_asks_for_nothing_more(playbook: Callable[..., Playbook]) -> None:
    settings = Settings()
    settings.scrollback = 100
    book = asking(playbook(settings))
    answer(book, *(f"@{DAY}1.000Z;msgid=m{n} {NINE} PRIVMSG #team :word {n}" for n in range(150)))
    assert texts(book)[0] == "Nine: word 50"
    assert len(book.lines("#team")) == 100
    book.press("M-<", "PageUp")
    assert book.sent() == []


def test_answers_that_go_round_in_circles_end(book: Playbook) -> None:
    for _ in range(3):
        if book.network.questions.open:
            answer(book, f"@{DAY}1.000Z;msgid=a {NINE} PRIVMSG #team :again")
        book.press("PageUp")
    assert texts(book) == ["Nine: again"]
    assert book.network.questions.open == []


NASTY_TAGS = st.sampled_from(
    [
        "batch=p",
        "batch=p;msgid=a",
        "batch=p;msgid=b;time=2023-11-13T12:00:01.000Z",
        "batch=p;time=9999-12-31T23:59:60.999Z;msgid=" + "x" * 400,
        "batch=p;+reply=a;+draft/react=lol;account=x",
        "batch=q;label=g9",
        "time=1970-01-01T00:00:00.000Z",
    ]
)
NASTY = st.builds(
    lambda tags, source, rest: f"@{tags} {source} {rest}",
    NASTY_TAGS,
    st.sampled_from([NINE, OWN, ":", ":s", ":!@"]),
    st.sampled_from(
        [
            "PRIVMSG #team :x",
            "PRIVMSG @#team :\x01ACTION\x01",
            "PRIVMSG Neural :\x01",
            "NOTICE #ops :\x01PING 1\x01",
            "EDIT #team a",
            "EDIT #team a :y",
            "REDACT #team b :z",
            "TAGMSG #team",
            "JOIN #team",
            "KICK #team Neural",
            "BATCH +q chathistory #team",
            "BATCH -q",
            "BATCH +p chathistory",
            "BATCH -p",
            "FAIL CHATHISTORY INVALID_TARGET BEFORE #team :no",
            "421 Neural CHATHISTORY :what",
            "ACK",
            "366 Neural #team :End",
            "CAP Neural NAK draft/chathistory",
            "CAP Neural ACK draft/chathistory",
        ]
    ),
)
STEP = st.one_of(NASTY, st.sampled_from(["PageUp", "M-<", "S-Up", "wait", "lost", "F1", "answer"]))


@given(
    st.lists(STEP, max_size=30), st.sampled_from([CAPS, f"{MODERN} draft/chathistory", "batch message-tags"])
)
@settings(max_examples=150)
def test_any_answers(playbook_class: Any, steps: list[str], caps: str) -> None:
    chosen = Settings()
    chosen.scrollback = 100
    book = playbook_class(chosen).register(caps, TOKENS).join()
    for step in steps:
        if step == "wait":
            book.wait(31)
        elif step == "lost":
            book.happen(events.ConnectionLost(1))
        elif step == "answer" and book.network.questions.open:
            label = book.network.questions.open[0].label
            book.server(f"@label={label} :s BATCH +p chathistory #team")
        elif step.startswith("@"):
            book.server(step)
        else:
            book.press(step)
        for buffer in book.model.buffers:
            serials = [line.serial for line in buffer.lines]
            assert serials == sorted(set(serials))
            assert len(serials) <= 130
            assert all(line.text == sanitise(line.text) for line in buffer.lines)
        assert len(book.network.questions.open) <= len(book.model.buffers)
