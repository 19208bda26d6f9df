"""Slash commands about people who disturb: what they send to servers of each kind.

The client is in #team with Nine, whose host it does not know, and Zed, whose host it does.
"""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client.line import LineKind

Playbook = Any  # tests/client/conftest.py

GCHAT = "CHANMODES=beI,k,lW,CRMimnrst EXTBAN=,am PREFIX=(qaohv)~&@%+ MODES=12 CHANTYPES=#"
SOLANUM = "CHANMODES=eIbq,k,flj,CFLMPQScgimnprstuz EXTBAN=$,ajrxz PREFIX=(ov)@+ MODES=4 CHANTYPES=#"
UNREAL = (
    "CHANMODES=beI,fkL,lH,cdimnprstzCDGKMNOPQRSTVZ EXTBAN=~,acfjmnpqrt PREFIX=(ov)@+ MODES=12 CHANTYPES=#"
)
PLAIN = "CHANMODES=b,k,l,imnpst PREFIX=(ov)@+ MODES=3 CHANTYPES=#"


def on(playbook: Callable[..., Playbook], isupport: str) -> Playbook:
    book = playbook().register(isupport=isupport).join()
    book.server(":Zed!~n@host.example JOIN #team")
    return book


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/ban Nine 1h", "TBAN #team 1h :Nine!*@*"),
        ("/ban Nine 1h off you go", "TBAN #team 1h Nine!*@* :off you go"),
        ("/ban #ops Nine 0 for good", "TBAN #ops 0 Nine!*@* :for good"),
        ("/ban Nine 90", "TBAN #team 90 :Nine!*@*"),
        ("/ban *@bad.example 2d", "TBAN #team 2d :*!*@bad.example"),
        ("/ban Nine Zed", "MODE #team +bb Nine!*@* *!*@host.example"),
        ("/ban Nine", "MODE #team +b :Nine!*@*"),
        ("/ban", "MODE #team :b"),
        ("/mute Nine", "MODE #team +b :m:Nine!*@*"),
        ("/mute Nine 10m think it over", "TBAN #team 10m m:Nine!*@* :think it over"),
        ("/mute Nine Zed", "MODE #team +bb m:Nine!*@* m:*!*@host.example"),
        ("/mute #ops *@bad.example 1d", "TBAN #ops 1d :m:*!*@bad.example"),
        ("/unmute Nine", "MODE #team -b :m:Nine!*@*"),
        ("/unban Nine", "MODE #team -b :Nine!*@*"),
        ("/purge Nine 10m", "PURGE #team Nine :10m"),
        ("/purge #ops Nine 2h ads and more", "PURGE #ops Nine 2h :ads and more"),
        ("/modlog", "MODLOG :#team"),
        ("/modlog 20", "MODLOG #team :20"),
        ("/modlog #ops 20 8", "MODLOG #ops 20 :8"),
    ],
)
def test_what_a_command_sends(playbook: Callable[..., Playbook], typed: str, sent: str) -> None:
    book = on(playbook, GCHAT)
    assert [line.replace(" :", " ") for line in book.type(typed)] == [sent.replace(" :", " ")]
    assert not [line for line in book.lines("#team") if line.kind is LineKind.ERROR]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/ban Zed 1h", "TBAN #team 1h a:zoe"),
        ("/ban Zed", "MODE #team +b a:zoe"),
        ("/mute Zed", "MODE #team +b m:a:zoe"),
        ("/unban Zed", "MODE #team -bbb a:zoe *!*@host.example Zed!*@*"),
        ("/unmute Zed", "MODE #team -bbb m:a:zoe m:*!*@host.example m:Zed!*@*"),
    ],
)
def test_who_is_logged_in_is_banned_by_account(
    playbook: Callable[..., Playbook], typed: str, sent: str
) -> None:
    """A ban of the host would keep out everybody behind it, and not its owner, who comes from another one."""
    book = on(playbook, f"{GCHAT} ACCOUNTEXTBAN=a")
    book.server(":Zed!~n@host.example ACCOUNT zoe")
    assert [line.replace(" :", " ") for line in book.type(typed)] == [sent]


@pytest.mark.parametrize("typed", ["/ban Nine off you go", "/mute Nine ads"])
def test_a_reason_is_nobody_to_ban(playbook: Callable[..., Playbook], typed: str) -> None:
    book = on(playbook, GCHAT)
    assert book.type(typed) == []
    assert "a reason stands behind a time, and 0 is for ever" in book.model.current.lines[-1].text


@pytest.mark.parametrize(
    ("isupport", "muted", "unmuted"),
    [
        (SOLANUM, "MODE #team +q Nine!*@*", "MODE #team -q Nine!*@*"),
        (UNREAL, "MODE #team +b ~q:Nine!*@*", "MODE #team -b ~q:Nine!*@*"),
    ],
)
def test_other_servers_mute_otherwise(
    playbook: Callable[..., Playbook], isupport: str, muted: str, unmuted: str
) -> None:
    book = on(playbook, isupport)
    assert book.type("/mute Nine") == [muted]
    assert book.type("/unmute Nine") == [unmuted]


def test_a_server_without_mutes(playbook: Callable[..., Playbook]) -> None:
    book = on(playbook, PLAIN)
    assert book.type("/mute Nine") == []
    assert "This server cannot mute somebody alone." in book.model.current.lines[-1].text


@pytest.mark.parametrize(
    "typed", ["/mute", "/unmute", "/purge", "/purge Nine", "/purge Nine often", "/purge Nine 0"]
)
def test_wrong_use_says_what_is_right(playbook: Callable[..., Playbook], typed: str) -> None:
    book = on(playbook, GCHAT)
    assert book.type(typed) == []
    assert f"Usage: {typed.split()[0]}" in book.model.current.lines[-1].text


def test_mutes_and_slow_mode_are_told_in_words(playbook: Callable[..., Playbook]) -> None:
    book = on(playbook, GCHAT)
    book.buffer("#team").lines.clear()
    book.server(
        ":Nine!n@h MODE #team +bb m:Zed!*@* Ten!*@*",
        ":irc.example MODE #team -b m:Zed!*@*",
        ":Nine!n@h MODE #team +W 30",
        ":Nine!n@h MODE #team -W",
        ":s 367 Neural #team m:a:zed Nine!n@h 0 :until then: ads",
    )
    assert book.texts("#team") == [
        "Nine muted Zed!*@* and banned Ten!*@*",
        "irc.example lifted the mute on Zed!*@*",
        "Nine lets people say one thing in 30 seconds",
        "Nine lets people speak as fast as they like",
        "a:zed is muted, by Nine, until then: ads",
    ]


def test_mutes_of_other_servers_are_told_in_words(playbook: Callable[..., Playbook]) -> None:
    book = on(playbook, UNREAL)
    book.buffer("#team").lines.clear()
    book.server(":Nine!n@h MODE #team +b ~q:Zed!*@*", ":Nine!n@h MODE #team +b ~a:Zed")
    assert book.texts("#team") == ["Nine muted Zed!*@*", "Nine banned ~a:Zed"]


def test_the_log_is_read_where_it_was_asked_for(modern: Playbook) -> None:
    sent = modern.type("/modlog")
    label = sent[0].partition(" ")[0].removeprefix("@label=")
    modern.server(
        f"@label={label} :irc.example BATCH +b labeled-response",
        "@batch=b :irc.example NOTICE Neural :#team: 1, then: Neural removed Nine",
        "@batch=b :irc.example NOTICE Neural :#team: 2, then: Neural removed Zed",
        ":irc.example BATCH -b",
        ":irc.example NOTICE Neural :The server goes down",
    )
    assert modern.texts("#team") == [
        "#team: 1, then: Neural removed Nine",
        "#team: 2, then: Neural removed Zed",
    ]
