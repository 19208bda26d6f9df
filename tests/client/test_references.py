"""Replies and reactions: what is read from a server, what is sent, and what is said where it cannot be."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client import references
from gchat.client.ids import Ids
from gchat.client.line import Delivery, Line, LineKind
from gchat.client.references import SHORTHANDS, quote_of

Playbook = Any  # tests/client/conftest.py
NINE, ZED, OWN = ":Nine!n@nine.example", ":zed!z@z.example", ":Neural!u@home.example"
THUMB, PARTY = SHORTHANDS["+1"], SHORTHANDS["!!"]


@pytest.fixture
def talk(modern: Playbook) -> Playbook:
    """Two lines with ids in #team; the second calls us."""
    modern.server(
        f"@msgid=a {NINE} PRIVMSG #team :the retry loop never gave up; it now stops",
        f"@msgid=b {ZED} PRIVMSG #team :Neural: can you tag it?",
    )
    modern.sent()
    return modern


def reactions(book: Playbook, index: int) -> dict[str, list[str]]:
    """Who reacted how to a line of #team."""
    return {key: [*who] for key, who in (book.lines("#team")[index].reactions or {}).items()}


# --- what is read --------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["+reply", "+draft/reply"])
def test_a_reply_quotes_its_original(talk: Playbook, tag: str) -> None:
    talk.server(f"@{tag}=a {ZED} PRIVMSG #team :how did it get past review?")
    assert talk.last("#team") == "zed: how did it get past review?"
    assert talk.lines("#team")[-1].quote == "the retry loop never gave up"


def test_a_reply_to_what_nobody_remembers_is_a_message(talk: Playbook) -> None:
    talk.server(f"@+reply=zzz {ZED} PRIVMSG #team :yes", f"@+reply {ZED} PRIVMSG #team :no")
    assert [line.quote for line in talk.lines("#team")] == ["", "", "", ""]


def test_a_reply_to_a_line_of_ours(talk: Playbook) -> None:
    talk.server(f"@+reply=q {ZED} PRIVMSG #team :before")
    (said,) = talk.type("pushed it")
    label = said.partition(" ")[0].removeprefix("@label=")
    talk.server(f"@label={label};msgid=c {OWN} PRIVMSG #team :pushed it")
    talk.server(f"@+reply=c {ZED} PRIVMSG #team :thanks")
    assert talk.lines("#team")[-1].quote == "pushed it"


@pytest.mark.parametrize(
    ("text", "kind", "quote"),
    [
        ("yes", LineKind.MESSAGE, "yes"),
        ("waves", LineKind.ACTION, "Nine waves"),
        ("is it done? I think so", LineKind.MESSAGE, "is it done? I think so"),
        ("is it all done? I think so", LineKind.MESSAGE, "is it all done?"),
        ("the build is green. At last.", LineKind.MESSAGE, "the build is green"),
        ("see https://a.example/b;c.d?e!f", LineKind.MESSAGE, "see https://a.example/b;c.d?e!f"),
        ("x" * 1000, LineKind.MESSAGE, "x" * 300),
        ("", LineKind.MESSAGE, ""),
    ],
)
def test_a_quote_is_the_start(text: str, kind: LineKind, quote: str) -> None:
    assert quote_of(Line(kind, 0.0, text, "Nine")) == quote


def test_reactions_are_counted_by_person(talk: Playbook) -> None:
    version = talk.lines("#team")[0].version
    talk.server(
        f"@+reply=a;+draft/react={THUMB} {NINE} TAGMSG #team",
        f"@+reply=a;+draft/react={THUMB} {ZED} TAGMSG #team",
        f"@+reply=a;+draft/react={THUMB} {ZED} TAGMSG #team",
        f"@+draft/reply=a;+draft/react=lol {ZED} TAGMSG #team",
    )
    assert reactions(talk, 0) == {THUMB: ["nine", "zed"], "lol": ["zed"]}
    assert talk.lines("#team")[0].version > version
    talk.server(
        f"@+reply=a;+draft/unreact={THUMB} {ZED} TAGMSG #team",
        f"@+reply=a;+draft/unreact=lol {ZED} TAGMSG #team",
        f"@+reply=a;+draft/unreact=never {ZED} TAGMSG #team",
    )
    assert reactions(talk, 0) == {THUMB: ["nine"]}
    assert len(talk.lines("#team")) == 2


@pytest.mark.parametrize(
    "line",
    [
        f"@+draft/react={THUMB} {NINE} TAGMSG #team",
        f"@+reply=zzz;+draft/react={THUMB} {NINE} TAGMSG #team",
        f"@+reply=a;+draft/react= {NINE} TAGMSG #team",
        f"@+reply=a;+draft/react=\u200b {NINE} TAGMSG #team",
        f"@+reply=a;+draft/unreact={THUMB} {NINE} TAGMSG #team",
        f"@+reply=a;+draft/react={THUMB} {NINE} TAGMSG #nowhere",
        f"@+reply=a;+draft/react={THUMB} {NINE} TAGMSG",
        f"@+reply=a;+draft/react={THUMB} :irc.example TAGMSG #team",
    ],
)
def test_reactions_that_mean_nothing(talk: Playbook, line: str) -> None:
    talk.server(line)
    assert not reactions(talk, 0)


def test_reactions_of_ignored_people_are_not_seen(talk: Playbook) -> None:
    talk.type("/ignore zed")
    talk.server(f"@+reply=a;+draft/react={THUMB} {ZED} TAGMSG #team")
    assert not reactions(talk, 0)


def test_a_reaction_in_words_is_shown_once(talk: Playbook) -> None:
    talk.server(f"@+reply=a;+draft/react=lol {ZED} PRIVMSG #team :lol")
    assert (reactions(talk, 0), len(talk.lines("#team"))) == ({"lol": ["zed"]}, 2)
    talk.server(f"@+reply=zzz;+draft/react=lol {ZED} PRIVMSG #team :lol")
    assert talk.last("#team") == "zed: lol"
    talk.server(f"@+reply=a;+draft/react=oh {ZED} PRIVMSG #team :oh dear")
    assert talk.last("#team") == "zed: oh dear"
    talk.server(f"@+reply=a {ZED} PRIVMSG #team :\x02")
    assert len(talk.lines("#team")) == 5


def test_reactions_in_a_conversation(talk: Playbook) -> None:
    talk.server(
        f"@msgid=q {NINE} PRIVMSG Neural :psst", f"@+reply=q;+draft/react={THUMB} {NINE} TAGMSG Neural"
    )
    assert list(talk.lines("Nine")[0].reactions) == [THUMB]


def test_reactions_are_bounded(talk: Playbook) -> None:
    many = [f"@+reply=a;+draft/react=r{i} {ZED} TAGMSG #team" for i in range(500)]
    talk.server(*many, f"@+reply=b;+draft/react={'x' * 4000} {ZED} TAGMSG #team")
    assert len(reactions(talk, 0)) == 20
    assert list(reactions(talk, 1)) == ["x" * 12]
    crowd = [f"@+reply=b;+draft/react={THUMB} :n{i}!u@h TAGMSG #team" for i in range(1200)]
    talk.server(*crowd)
    assert len(reactions(talk, 1)[THUMB]) == references._MOST_PEOPLE


# --- ids -----------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), max_size=30), st.lists(st.integers(0, 5)))
def test_ids_find_the_newest_line_of_an_id(msgids: list[str], looks: list[int]) -> None:
    ids, lines = Ids(), []
    for number, msgid in enumerate(msgids):
        lines.append(Line(LineKind.MESSAGE, 0.0, "text", msgid=msgid))
        if number in looks:
            ids.find(lines, "a")
    for msgid in "abcd":
        held = [line for line in lines if line.msgid == msgid]
        assert ids.find(lines, msgid) is (held[-1] if held else None)
    assert ids.find(lines, "") is None


def test_ids_forget_lines_that_are_gone() -> None:
    ids, lines = Ids(), []
    for number in range(10_000):
        lines.append(Line(LineKind.MESSAGE, 0.0, "text", msgid=str(number)))
        del lines[:-100]
        assert ids.find(lines, str(number)) is lines[-1]
    assert len(ids._lines) <= 300
    assert ids.find(lines, "5") is None


# --- /reply --------------------------------------------------------------------------------------

BOTH_A, BOTH_B = "+reply=a;+draft/reply=a", "+reply=b;+draft/reply=b"


@pytest.mark.parametrize(
    ("typed", "tags", "said"),
    [
        ("/reply Nine how did it get past review?", BOTH_A, "how did it get past review?"),
        ("/reply nine: good", BOTH_A, "good"),
        ("/reply on it", BOTH_B, "on it"),
        ("/reply done", BOTH_B, "done"),
        ("/reply zed done", BOTH_B, "done"),
    ],
)
def test_a_reply_is_sent_with_its_tag(talk: Playbook, typed: str, tags: str, said: str) -> None:
    (sent,) = talk.type(typed)
    head, _, rest = sent.partition(" ")
    assert head.removeprefix("@").partition(";")[2] == tags
    assert rest == f"PRIVMSG #team :{said}"
    line = talk.lines("#team")[-1]
    assert (line.text, line.quote) == (said, quote_of(talk.lines("#team")[tags == BOTH_B]))


def test_only_the_first_line_of_a_reply_refers(talk: Playbook) -> None:
    first, second = talk.type("/reply Nine " + "word " * 150)
    assert "+reply=a" in first
    assert "+reply" not in second
    assert [line.quote for line in talk.lines("#team")[2:]] == ["the retry loop never gave up", ""]


def test_without_tags_a_reply_is_a_text_with_the_nick(ready: Playbook) -> None:
    ready.server(f"{NINE} PRIVMSG #team :Neural: can you tag it?", f"{NINE} PRIVMSG Neural :psst")
    assert ready.type("/reply Nine on it") == ["PRIVMSG #team :Nine: on it"]
    assert ready.type("/reply on it") == ["PRIVMSG #team :Nine: on it"]
    ready.model.show(ready.buffer("Nine"))
    assert ready.type("/reply what?") == ["PRIVMSG Nine :what?"]


def test_somebody_who_said_nothing_is_named(talk: Playbook) -> None:
    talk.server(":reader!r@r JOIN #team")
    (sent,) = talk.type("/reply reader welcome")
    assert sent.endswith(" PRIVMSG #team :reader: welcome")


def test_nothing_to_reply_to(ready: Playbook) -> None:
    assert ready.type("/reply yes") == []
    assert ready.last("#team").startswith("Nobody called you here, so name whom you answer. Usage: /reply")
    assert ready.type("/reply") == []
    ready.model.show(ready.buffer())
    assert ready.type("/reply Nine yes") == []
    assert ready.last().startswith("Nobody reads what is said here. Usage: /reply")


def test_a_reply_that_failed_is_said_again_with_its_tag(talk: Playbook) -> None:
    (sent,) = talk.type("/reply Nine good")
    label = sent.partition(";")[0].removeprefix("@label=")
    talk.server(f"@label={label} :s 404 Neural #team :Cannot send to channel")
    assert talk.lines("#team")[-1].delivery is Delivery.FAILED
    talk.press("M-s")
    (again,) = talk.sent()
    assert "+reply=a" in again
    assert talk.lines("#team")[-1].quote == "the retry loop never gave up"


# --- /react --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("/react", f"{BOTH_B};+draft/react={THUMB}"),
        ("/react !!", f"{BOTH_B};+draft/react={PARTY}"),
        ("/react Nine", f"{BOTH_A};+draft/react={THUMB}"),
        ("/react lol nine", f"{BOTH_A};+draft/react=lol"),
    ],
)
def test_a_reaction_is_sent_and_shown_with_its_echo(talk: Playbook, typed: str, tags: str) -> None:
    (sent,) = talk.type(typed)
    head, _, rest = sent.partition(" ")
    assert (head.partition(";")[2], rest) == (tags, "TAGMSG #team")
    index = tags.startswith(BOTH_B)
    assert not reactions(talk, index)
    talk.server(f"{head} {OWN} TAGMSG #team")
    assert list(reactions(talk, index).values()) == [["neural"]]


def test_without_echo_a_reaction_is_shown_at_once(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register("message-tags").join()
    book.server(f"@msgid=a {NINE} PRIVMSG #team :done")
    assert book.type("/react") == [f"@{BOTH_A};+draft/react={THUMB} TAGMSG #team"]
    assert book.type("/react lol") == [f"@{BOTH_A};+draft/react=lol TAGMSG #team"]
    assert reactions(book, 0) == {THUMB: ["neural"], "lol": ["neural"]}
    assert book.type("/unreact") == [f"@{BOTH_A};+draft/unreact=lol TAGMSG #team"]
    assert book.type(f"/unreact {THUMB} Nine") == [f"@{BOTH_A};+draft/unreact={THUMB} TAGMSG #team"]
    assert not reactions(book, 0)
    assert book.type("/unreact") == []
    assert book.last("#team").startswith("There is no such reaction of yours here. Usage: /unreact")


def test_a_reaction_is_taken_back_as_it_was_sent(playbook: Callable[[], Playbook]) -> None:
    book = playbook().register("message-tags").join()
    book.server(f"@msgid=a {NINE} PRIVMSG #team :done")
    book.type("/react \u2764\ufe0f")
    assert list(reactions(book, 0)) == ["\u2764"]
    for typed in ("/unreact", "/unreact \u2764", "/unreact <3"):
        assert book.type(typed) == [f"@{BOTH_A};+draft/unreact=\u2764\ufe0f TAGMSG #team"]
        book.type("/react \u2764\ufe0f")


def test_a_server_without_tags_says_so(ready: Playbook) -> None:
    ready.server(f"{NINE} PRIVMSG #team :done")
    assert ready.type("/react") == []
    assert ready.last("#team") == "Test does not carry reactions: say it in words."


@pytest.mark.parametrize(
    ("denied", "sends"),
    [("*", False), ("draft/react", False), ("*,-draft/react", True), ("typing", True), ("", True)],
)
def test_a_server_may_deny_tags(playbook: Callable[[], Playbook], denied: str, sends: bool) -> None:
    book = playbook().register("message-tags", f"CHANTYPES=# CLIENTTAGDENY={denied}").join()
    book.server(f"@msgid=a {NINE} PRIVMSG #team :done")
    assert bool(book.type("/react")) is sends


def test_a_line_without_an_id(modern: Playbook) -> None:
    modern.server(f"{NINE} PRIVMSG #team :done")
    assert modern.type("/react") == []
    assert modern.last("#team") == "The server gave that line of Nine no id, so nothing can refer to it."


def test_nobody_to_react_to(modern: Playbook) -> None:
    assert modern.type("/react") == []
    assert modern.last("#team").startswith("Nobody said anything here. Usage: /react")
    assert modern.type("/react lol Nine") == []
    assert modern.last("#team").startswith("Nine said nothing here. Usage: /react")
    assert modern.type("/react a b c") == []


def test_a_refused_reaction_is_read_where_it_was_typed(talk: Playbook) -> None:
    (sent,) = talk.type("/react")
    label = sent.partition(";")[0].removeprefix("@label=")
    talk.server(f"@label={label} :s 404 Neural #team :Cannot send to channel")
    assert talk.last("#team").startswith("#team does not let you speak")
