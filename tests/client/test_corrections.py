"""Messages that are taken back or changed after they were said."""

from typing import Any

import pytest

from gchat.client.line import Fate, LineKind

Playbook = Any  # tests/client/conftest.py
NINE, ZED, OWN = ":Nine!n@nine.example", ":zed!z@z.example", ":Neural!u@home.example"


@pytest.fixture
def talk(modern: Playbook) -> Playbook:
    """A line with an id in #team, and one that answers it."""
    modern.server(
        f"@msgid=a {NINE} PRIVMSG #team :Neural: the key is hunter2",
        f"@msgid=b;+reply=a {ZED} PRIVMSG #team :oops",
        f"@+reply=a;+draft/react=lol {ZED} TAGMSG #team",
    )
    modern.sent()
    return modern


def test_the_capabilities_are_asked_for(playbook: Any) -> None:
    book = playbook()
    book.connect()
    book.server(":irc.example CAP * LS :draft/message-redaction gchat/edit")
    assert book.sent() == ["CAP REQ :draft/message-redaction gchat/edit"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"{NINE} REDACT #team a", "(deleted)"),
        (f"{NINE} REDACT #team a :typo", "(deleted: typo)"),
        (f"{ZED} REDACT #team a :a \x02secret", "(deleted by zed: a secret)"),
        (":irc.example REDACT #team a", "(deleted by irc.example)"),
    ],
)
def test_what_is_deleted_is_gone(talk: Playbook, line: str, shown: str) -> None:
    version = talk.lines("#team")[0].version
    talk.server(line)
    first, answer = talk.lines("#team")
    assert (first.text, first.fate, first.highlight, first.reactions) == (shown, Fate.DELETED, False, None)
    assert first.version > version
    assert answer.quote == shown
    talk.server(f"{NINE} EDIT #team a :back again", f"{NINE} REDACT #team a :twice")
    assert talk.lines("#team")[0].text == shown


@pytest.mark.parametrize(
    "line",
    [
        f"{NINE} REDACT #team zzz",
        f"{NINE} REDACT #team",
        f"{NINE} REDACT #nowhere a",
        f"{NINE} REDACT",
        f"{NINE} EDIT #team a",
        "REDACT #team :",
    ],
)
def test_what_means_nothing(talk: Playbook, line: str) -> None:
    talk.server(line)
    assert [(line.text, line.fate) for line in talk.lines("#team")] == [
        ("Neural: the key is hunter2", Fate.SAID),
        ("oops", Fate.SAID),
    ]


def test_an_edit_takes_the_place(talk: Playbook) -> None:
    talk.server(f"@msgid=c {NINE} EDIT #team a :the key is elsewhere")
    first, answer = talk.lines("#team")
    assert (first.text, first.fate, first.msgid) == ("the key is elsewhere", Fate.EDITED, "a")
    assert answer.quote == "the key is elsewhere"


def test_an_edit_of_what_nobody_remembers_is_a_message(talk: Playbook) -> None:
    talk.server(f"@msgid=c {NINE} EDIT #team zzz :the key is elsewhere")
    assert talk.last("#team") == "Nine: (edited) the key is elsewhere"


def test_an_edit_may_be_an_action(talk: Playbook) -> None:
    talk.server(f"{NINE} EDIT #team a :\x01ACTION waves\x01")
    assert (talk.lines("#team")[0].kind, talk.lines("#team")[0].text) == (LineKind.ACTION, "waves")
    talk.server(f"{NINE} EDIT #team a :hello")
    assert (talk.lines("#team")[0].kind, talk.lines("#team")[0].text) == (LineKind.MESSAGE, "hello")


def test_a_conversation(talk: Playbook) -> None:
    talk.server(f"@msgid=q {NINE} PRIVMSG Neural :psst", f"{NINE} REDACT Neural q")
    assert talk.lines("Nine")[0].text == "(deleted)"


def test_a_line_of_ours(talk: Playbook) -> None:
    (said,) = talk.type("pushed it")
    label = said.partition(" ")[0].removeprefix("@label=")
    talk.server(f"@label={label};msgid=c {OWN} PRIVMSG #team :pushed it", f"{OWN} REDACT #team c")
    assert talk.lines("#team")[-1].text == "(deleted)"


# --- /edit and /delete ---------------------------------------------------------------------------

CAPS = "message-tags labeled-response batch draft/message-redaction gchat/edit"


def test_what_was_not_sent_is_not_changed(playbook: Any) -> None:
    book = playbook().register(f"{CAPS} echo-message").join()
    book.type("hello")
    assert book.type("/edit") == []
    assert book.last("#team") == "What you said last is still on its way: try again when it is there."
    book.server("@label=g1 :irc.example 404 Neural #team :Cannot send to channel (+m)")
    assert book.type("/delete") == []
    assert book.last("#team") == ("What you said last was not sent, so nobody read it (M-s sends it again).")


def test_without_an_echo_a_correction_is_shown_at_once(playbook: Any) -> None:
    book = playbook().register(CAPS).join()
    book.server(f"@msgid=c {OWN} PRIVMSG #team :pushed it", f"@msgid=d {OWN} PRIVMSG #team :oops")
    assert book.type("/delete") == ["@label=g1 REDACT #team d"]
    assert book.type("/edit pulled it") == ["@label=g2 EDIT #team c :pulled it"]
    assert [(line.text, line.fate) for line in book.lines("#team")] == [
        ("pulled it", Fate.EDITED),
        ("(deleted)", Fate.DELETED),
    ]


@pytest.mark.parametrize("command", ["/edit", "/edit x", "/delete"])
def test_where_nobody_talks_there_is_nothing_to_change(talk: Playbook, command: str) -> None:
    assert talk.type(command) == []
    assert talk.last("#team").startswith("You said nothing here. Usage: ")
    talk.model.show(talk.buffer())
    assert talk.type(command) == []
    assert talk.last().startswith("Nobody reads what is said here. Usage: ")


@pytest.mark.parametrize("command", ["/edit", "/edit x", "/delete"])
def test_where_all_is_taken_back_nothing_is_left_to_change(playbook: Any, command: str) -> None:
    book = playbook().register(CAPS).join()
    book.server(f"@msgid=c {OWN} PRIVMSG #team :pushed it")
    assert book.type("/delete") == ["@label=g1 REDACT #team c"]
    assert book.type(command) == []
    left = "take back" if command == "/delete" else "change"
    assert book.last("#team").startswith(f"There is nothing of yours left here to {left}. Usage: ")
