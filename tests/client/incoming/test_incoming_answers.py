"""WHOIS, WHO, LIST, ban lists: sentences and tables in the buffer where they were asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client.connection import FIRST_STEPS
from gchat.client.model import BufferKind

Playbook = Any  # tests/client/conftest.py


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("311 Neural Nine n nine.example * :Nine of Ten", "Nine is n@nine.example, Nine of Ten"),
        ("314 Neural Nine n nine.example * :Nine of Ten", "Nine was n@nine.example, Nine of Ten"),
        ("312 Neural Nine irc.example :The server", "Nine is on irc.example (The server)"),
        ("319 Neural Nine :@+#team ~#ops #void", "Nine is in #team (operator, voice), #ops (founder), #void"),
        ("330 Neural Nine nine :is logged in as", "Nine is logged in as nine"),
        ("338 Neural Nine n@host 10.0.0.1 :actually", "Nine really comes from n@host 10.0.0.1"),
        ("313 Neural Nine :is an IRC operator", "Nine is an IRC operator"),
        ("671 Neural Nine :is using a secure connection", "Nine is using a secure connection"),
        ("335 Neural Nine :is a bot", "Nine is a bot"),
        ("301 Neural Nine :lunch", "Nine is away: lunch"),
        ("317 Neural Nine 7 :idle", "Nine said nothing for 7 seconds"),
        ("341 Neural zed #team", "zed is invited to #team"),
        ("367 Neural #team *!*@bad Nine!n@h", "*!*@bad is banned, by Nine"),
        (
            "367 Neural #team *!*@bad Nine!n@h 0 :until then: ads",
            "*!*@bad is banned, by Nine, until then: ads",
        ),
        ("368 Neural #team :End", "There are no bans in #team"),
        ("728 Neural #team q *!*@bad Nine", "*!*@bad is muted, by Nine"),
        ("391 Neural irc.example :Sunday, 10:07", "Sunday, 10:07"),
        ("351 Neural irc-1.0 irc.example :best", "irc-1.0 irc.example best"),
        ("999 Neural thing :new numeric", "thing new numeric"),
    ],
)
def test_answers_are_sentences_where_they_were_asked_for(ready: Playbook, line: str, said: str) -> None:
    ready.type("/raw ASK")
    ready.server(f":irc.example {line}")
    assert ready.texts("#team") == [said]


@pytest.mark.parametrize(
    "line", ["318 Neural Nine :End", "369 Neural Nine :End", "366 Neural #x :End", "374 Neural :End"]
)
def test_ends_are_not_said(ready: Playbook, line: str) -> None:
    ready.type("/raw ASK")
    ready.server(f":irc.example {line}")
    assert ready.texts("#team") in ([], ["In #x: nobody"])


def test_a_labelled_answer_finds_its_buffer(modern: Playbook) -> None:
    assert modern.type("/whois Nine") == ["@label=g1 WHOIS Nine Nine"]
    modern.join("#ops")
    modern.type("/whois zed")
    modern.server(
        "@label=g1 :s BATCH +1 labeled-response",
        "@batch=1 :s 311 Neural Nine n h * :Nine",
        "@batch=1 :s 318 Neural Nine :End",
        ":s BATCH -1",
        "@label=g2 :s 401 Neural zed :No such nick",
    )
    assert modern.texts("#team") == ["Nine is n@h, Nine"]
    assert modern.texts("#ops") == ["Nobody here is called zed."]
    assert modern.buffer("#team").unread == 1


def test_idle_and_since(ready: Playbook) -> None:
    ready.type("/whois Nine")
    ready.server(":s 317 Neural Nine 5400 1600000000 :seconds idle, signon time")
    assert ready.last("#team").startswith(
        "Nine said nothing for 90 minutes, connected since 13 September 2020"
    )


def test_who_is_a_table(ready: Playbook) -> None:
    assert ready.type("/who #ops") == ["WHO #ops"]
    ready.server(
        ":s 352 Neural #ops n nine.example s Nine G@ :0 Nine of Ten",
        ":s 352 Neural #ops z z.example s zed H :0 Zed",
        ":s 315 Neural #ops :End",
    )
    assert ready.texts("#team") == [
        "Nine  n@nine.example  #ops  away  Nine of Ten",
        "zed   z@z.example     #ops        Zed",
    ]
    ready.type("/who *.void")
    ready.server(":s 315 Neural *.void :End")
    assert ready.last("#team") == "Nobody matches *.void"


def test_the_list_is_a_buffer_of_its_own(ready: Playbook) -> None:
    assert ready.type("/list") == ["LIST"]
    ready.server(
        ":s 321 Neural Channel :Users  Name",
        ":s 322 Neural #ops 2 :Operations",
        ":s 322 Neural #team 12 :Ship it",
        ":s 322 Neural #void 0 :",
        ":s 323 Neural :End of /LIST",
    )
    buffer = ready.model.current
    assert (buffer.kind, buffer.name) == (BufferKind.LIST, "channels")
    assert ready.texts("#team") == []
    assert [line.text for line in buffer.lines] == [
        " 0  #void",
        " 2  #ops   Operations",
        "12  #team  Ship it",
    ]
    assert buffer.topic.startswith("3 channels on Test")
    ready.server(":s 323 Neural :End of /LIST")
    assert [line.text for line in buffer.lines] == ["There are no channels to see"]
    ready.type("/close")
    assert ready.model.current is not buffer


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("401 Neural zed :No such nick", "Nobody here is called zed."),
        (
            "403 Neural #void :No such channel",
            "There is no channel #void, or its name is not one this server allows.",
        ),
        ("421 Neural FOO :Unknown command", "This server does not know the command FOO."),
        ("433 Neural Nine :Nickname is already in use", "The nickname Nine is in use."),
        (
            "433 Neural Nina :This nick is registered: if it is yours, log in to Nina, else take another one",
            "Nina: This nick is registered: if it is yours, log in to Nina, else take another one."
            " /msg NickServ IDENTIFY Nina PASSWORD logs in.",
        ),
        ("433 Neural nina :Reserved\x02 for services.", "nina: Reserved for services."),
        (
            "432 Neural 9 :Erroneus nickname",
            "9 cannot be a nickname here: one may have letters a-z, digits and -_[]{}\\|^`, a letter first.",
        ),
        ("432 Neural Ops :Erroneous Nickname: Reserved", "Ops cannot be a nickname here: Reserved."),
        ("432 Neural Ops :Not for you", "Ops cannot be a nickname here: not for you."),
        ("441 Neural zed #team :They aren't on that channel", "zed is not in #team."),
        ("442 Neural #ops :You're not on that channel", "You are not in #ops; /join #ops goes there."),
        ("443 Neural Nine #team :is already on channel", "Nine is in #team already."),
        ("461 Neural KICK :Not enough parameters", "The server wants more words after KICK."),
        (
            "471 Neural #full :Cannot join channel (+l)",
            "#full is full: try again later, or ask an operator of it.",
        ),
        ("473 Neural #ops :x", "#ops is for invited people only: ask somebody inside for an /invite."),
        ("474 Neural #ops :x", "You are banned from #ops."),
        (
            "474 Neural #ops :Cannot join channel (+b): you are banned until 2026-11-22 22:00:00 UTC: ads",
            "#ops: you are banned until 2026-11-22 22:00:00 UTC: ads.",
        ),
        ("475 Neural #ops :x", "#ops wants the right key: /join #ops KEY."),
        ("482 Neural #team :You're not channel operator", "Only operators of #team may do that."),
        ("696 Neural #team l ten :Invalid", "The mode l does not take ten: invalid."),
        ("499 Neural #team :You're not a channel owner", "#team: you're not a channel owner."),
        ("407 Neural x,y :Too many", "x,y is too many at once: too many."),
        ("461 Neural", "The server wants more words after that."),
        ("461", "The server wants more words after that."),
        ("263 Neural LIST :Please wait a while and try again.", "LIST: please wait a while and try again."),
    ],
)
def test_refusals_are_sentences(ready: Playbook, line: str, said: str) -> None:
    ready.type("/raw ASK")
    ready.server(f":irc.example {line}")
    assert ready.texts("#team") == [said]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("FAIL JOIN CHANNEL_LOCKED #team :the channel is locked", "The channel is locked"),
        ("WARN * OLD :your client is old", "Your client is old"),
        ("NOTE * HI :hello there", "Hello there"),
    ],
)
def test_standard_replies(modern: Playbook, line: str, said: str) -> None:
    modern.type("/raw ASK")
    modern.server(f":irc.example {line}")
    assert modern.texts("#team") == [said]


def test_a_refused_join_is_not_tried_for_ever(ready: Playbook) -> None:
    ready.type("/join #ops")
    ready.server(":s 474 Neural #ops :Cannot join channel (+b)")
    assert "#ops" not in ready.network.autojoin
    assert not ready.network.show_on_join


def test_away_and_back(ready: Playbook) -> None:
    assert ready.type("/away lunch") == ["AWAY :lunch"]
    ready.server(":s 306 Neural :You have been marked as being away")
    assert (ready.last("#team"), ready.network.away) == ("You are away: lunch", "lunch")
    assert ready.buffer("#team").members["neural"].user.away
    assert ready.type("/back") == ["AWAY"]
    ready.server(":s 305 Neural :You are no longer marked as being away")
    assert (ready.last("#team"), ready.network.away) == ("You are back", "")
    assert not ready.buffer("#team").members["neural"].user.away


def test_the_welcome_is_read_in_the_networks_buffer(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.connect()
    book.server(
        ":s 001 Neural :Welcome",
        ":s 002 Neural :Your host is s",
        ":s 004 Neural s 1 iw beI",
        ":s 005 Neural NETWORK=Work :are supported",
        ":s 251 Neural :There are 3 users on 1 servers",
        ":s 252 Neural 1 :operator(s) online",
        ":s 265 Neural 3 5 :Current local users 3, max 5",
        ":s 375 Neural :- s Message of the day -",
        ":s 372 Neural :- Be nice",
        ":s 376 Neural :End of /MOTD command.",
    )
    assert book.texts()[1:] == [
        "Welcome",
        "Your host is s",
        "Be nice",
        "Connected to Work as Neural",
        FIRST_STEPS,
    ]
    book.server(":s 251 Neural :There are 3 users on 1 servers", ":s 252 Neural 1 :operator(s) online")
    assert book.texts()[-2:] == ["There are 3 users on 1 servers", "1 operator(s) online"]  # LUSERS asks
    assert book.network.name == book.buffer().name == "Work"
    assert book.buffer().unread == 0


def test_other_words_of_a_server(ready: Playbook) -> None:
    ready.server(
        ":oper!o@o WALLOPS :going down",
        ":s 396 Neural cloak.example :is now your visible host",
        ":s 900 Neural Neural!u@h neural :You are now logged in as neural",
        ":s FOO bar :baz",
        ":s ACK",
        "\x00",
        ":",
    )
    assert ready.texts()[-5:-1] == [
        "oper: going down",
        "Others see you come from cloak.example is now your visible host",
        "You are logged in as neural",
        "FOO bar baz",
    ]
    assert ready.last().startswith("The server sent 1 line that cannot be read")
    assert ready.network.session.mask == "Neural!u@cloak.example"
