"""Every slash command: what it sends, what it shows, what it answers to wrong use."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.client import events
from gchat.client.address import Address
from gchat.client.commands import ALIASES, COMMANDS, help_lines
from gchat.client.line import LineKind
from gchat.client.model import Model
from gchat.client.overlay import Help
from gchat.client.settings import NetworkSettings, Settings
from gchat.client.update import update

Playbook = Any  # tests/client/conftest.py


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("hello", ["PRIVMSG #team :hello"]),
        ("//x", ["PRIVMSG #team :/x"]),
        ("/usr/bin/python", ["PRIVMSG #team :/usr/bin/python"]),
        ("/ slash", ["PRIVMSG #team :/ slash"]),
        ("/me waves", ["PRIVMSG #team :\x01ACTION waves\x01"]),
        ("/ME waves", ["PRIVMSG #team :\x01ACTION waves\x01"]),
        (
            "/me waves\nsmiles",
            ["PRIVMSG #team :\x01ACTION waves\x01", "PRIVMSG #team :\x01ACTION smiles\x01"],
        ),
        ("/msg Nine one\ntwo\n", ["PRIVMSG Nine :one", "PRIVMSG Nine :two"]),
        ("/msg Nine\n  one\n  two", ["PRIVMSG Nine :one", "PRIVMSG Nine :  two"]),
        ("/msg\nNine one\n/two", ["PRIVMSG Nine :one", "PRIVMSG Nine :/two"]),
        ("/m #ops one\ntwo", ["PRIVMSG #ops :one", "PRIVMSG #ops :two"]),
        ("/notice Nine one\ntwo", ["NOTICE Nine :one", "NOTICE Nine :two"]),
        ("/query Nine one\ntwo", ["PRIVMSG Nine :one", "PRIVMSG Nine :two"]),
        ("/reply Nine one\ntwo", ["PRIVMSG #team :Nine: one", "PRIVMSG #team :two"]),
        ("/join #ops\n\n", ["JOIN #ops"]),
        ("one\n/quit", ["PRIVMSG #team :one", "PRIVMSG #team :/quit"]),
        ("/join #ops", ["JOIN #ops"]),
        ("/join ops,#dev key", ["JOIN #ops key", "JOIN #dev"]),
        ("/j ops", ["JOIN #ops"]),
        ("/part", ["PART #team"]),
        ("/part #ops gone home", ["PART #ops :gone home"]),
        ("/leave", ["PART #team"]),
        ("/msg Nine psst", ["PRIVMSG Nine :psst"]),
        ("/msg #ops hi there", ["PRIVMSG #ops :hi there"]),
        ("/query Nine", []),
        ("/query Nine psst", ["PRIVMSG Nine :psst"]),
        ("/notice Nine beep", ["NOTICE Nine :beep"]),
        ("/nick Nova", ["NICK Nova"]),
        ("/topic", ["TOPIC :#team"]),
        ("/topic Ship it", ["TOPIC #team :Ship it"]),
        ("/topic #ops Ship it", ["TOPIC #ops :Ship it"]),
        ("/topic -delete", ["TOPIC #team :"]),
        ("/names", ["NAMES #team"]),
        ("/whois Nine", ["WHOIS Nine Nine"]),
        ("/whois", ["WHOIS Neural Neural"]),
        ("/who", ["WHO #team"]),
        ("/who *.example", ["WHO *.example"]),
        ("/list", ["LIST"]),
        ("/list >10", ["LIST >10"]),
        ("/kick Nine", ["KICK #team :Nine"]),
        ("/kick #ops Nine be nice", ["KICK #ops Nine :be nice"]),
        ("/ban", ["MODE #team b"]),
        ("/ban zed", ["MODE #team +b zed!*@*"]),
        ("/ban *@bad.example mute:x!*@*", ["MODE #team +bb *!*@bad.example mute:x!*@*"]),
        ("/ban a! b! c! d! e!", ["MODE #team +bbbb a!*@* b!*@* c!*@* d!*@*", "MODE #team +b e!*@*"]),
        ("/unban zed", ["MODE #team -b zed!*@*"]),
        ("/op Nine zed", ["MODE #team +oo Nine zed"]),
        ("/op #ops Nine", ["MODE #ops +o Nine"]),
        ("/deop Nine", ["MODE #team -o Nine"]),
        ("/voice Nine,zed", ["MODE #team +vv Nine zed"]),
        ("/devoice Nine", ["MODE #team -v Nine"]),
        ("/mode", ["MODE #team"]),
        ("/mode +m", ["MODE #team +m"]),
        ("/mode #ops +k key", ["MODE #ops +k key"]),
        ("/mode neural +i", ["MODE neural +i"]),
        ("/invite zed", ["INVITE zed #team"]),
        ("/invite zed #ops", ["INVITE zed #ops"]),
        ("/away", ["AWAY :away"]),
        ("/away out for lunch", ["AWAY :out for lunch"]),
        ("/back", ["AWAY"]),
        ("/raw privmsg #team :a  b", ["PRIVMSG #team :a  b"]),
        ("/quote VERSION", ["VERSION"]),
        ("/clear", []),
        ("/ignore", []),
        ("/help", []),
    ],
)
def test_what_a_command_sends(ready: Playbook, typed: str, sent: list[str]) -> None:
    assert ready.type(typed) == sent
    assert not [line for line in ready.lines("#team") if line.kind is LineKind.ERROR]


@pytest.mark.parametrize(
    "typed",
    [
        "/msg",
        "/msg Nine",
        "/query",
        "/query #team",
        "/notice Nine",
        "/nick",
        "/nick a b",
        "/me",
        "/kick",
        "/unban",
        "/op",
        "/deop",
        "/voice",
        "/devoice",
        "/invite",
        "/raw",
        "/unignore",
        "/join ,",
        "/connect gopher://x",
        "/connect x:99999",
        "/close",
        "/help nothing",
    ],
)
def test_wrong_use_says_what_is_right(ready: Playbook, typed: str) -> None:
    if typed == "/close":
        ready.model.show(ready.buffer())
    assert ready.type(typed) == []
    line = ready.model.current.lines[-1]
    assert line.kind is LineKind.ERROR
    assert f"Usage: {typed.split()[0]}" in line.text


@pytest.mark.parametrize(
    "typed", ["/part", "/topic", "/names", "/kick Nine", "/op Nine", "/mode +m", "/ban", "/me waves"]
)
def test_what_needs_a_channel_says_so(ready: Playbook, typed: str) -> None:
    ready.model.show(ready.buffer())
    assert ready.type(typed) == []
    assert "Usage: " in ready.last()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_survives_without_a_connection(playbook: Callable[[], Playbook], name: str) -> None:
    book = playbook()
    book.model.networks[0].wanted = False
    for words in ("", " x", " #team x", " x y z"):
        book.type(f"/{name}{words}")
        assert book.model.buffers
    if COMMANDS[name].online:
        assert f"/{name} needs a connection" in book.last()


@given(st.lists(st.sampled_from([*sorted(COMMANDS), "nonsense", ""])), st.text(max_size=20), st.booleans())
def test_no_words_break_a_command(names: list[str], words: str, online: bool) -> None:
    settings = Settings()
    settings.nick = "Neural"
    model = Model(settings)
    model.add_network(Address()).wanted = True
    update(model, events.Start(), 1.0)
    if online:
        update(model, events.Connected(1), 1.0)
        update(
            model,
            events.Received(1, b":s 001 Neural :x\r\n:s 422 Neural :x\r\n:Neural!u@h JOIN #team\r\n"),
            1.0,
        )
    for name in names:
        model.overlay = None
        if model.current is not None:
            model.current.editor.set(f"/{name} {words}")
        update(model, events.Key("Enter"), 1.0)


# --- what they show ------------------------------------------------------------------------------


def test_an_unknown_command_is_not_said_aloud(ready: Playbook) -> None:
    assert ready.type("/foo bar") == []
    assert ready.last("#team") == "There is no command /foo. /help shows all, //foo says it as text."


def test_words_in_a_servers_buffer_come_back(ready: Playbook) -> None:
    ready.model.show(ready.buffer())
    assert ready.type("hello?") == []
    assert ready.last() == "Nobody reads what is said here: /join #channel, or /msg nick text."
    assert ready.buffer().editor.text == "hello?"


def test_words_where_there_is_no_connection_come_back(playbook: Any) -> None:
    book = playbook()
    assert book.type("hello?") == []
    assert book.last() == (
        "Nobody reads this: irc.example has no connection now. /connect tries, "
        "/connect SERVER goes to another one."
    )
    assert book.buffer().editor.text == "hello?"


def test_a_slash_in_a_servers_buffer_comes_back_as_text(ready: Playbook) -> None:
    ready.model.show(ready.buffer())
    ready.type("//quit")
    for _ in range(3):
        assert ready.buffer().editor.text == "//quit"
        assert ready.press("Enter") == []
    ready.type("/usr/bin/python")
    assert ready.buffer().editor.text == "//usr/bin/python"


@pytest.mark.parametrize("name", sorted(name for name, command in COMMANDS.items() if not command.says))
def test_a_command_that_takes_one_line_refuses_more(ready: Playbook, name: str) -> None:
    typed = f"/{name} Nine secret one\nsecret two"
    assert ready.type(typed) == []
    assert ready.last("#team") == f"/{name} takes one line, not 2: nothing was done, it is back here."
    assert ready.model.current.editor.text == typed
    assert ready.model.overlay is None
    assert ready.effects == []


@pytest.mark.parametrize(
    "typed",
    [
        "/nonsense Nine secret one\nsecret two",
        "/msg\n\n\x01",
        "/query #team secret one\nsecret two",
        "/reply secret one\nsecret two",
    ],
)
def test_the_rest_of_a_command_that_failed_is_not_said(ready: Playbook, typed: str) -> None:
    assert ready.type(typed) == []
    assert ready.lines("#team")[-1].kind is LineKind.ERROR
    assert ready.buffer("#team").editor.text == typed


def test_several_lines_to_somebody_wait_for_the_connection_together(ready: Playbook) -> None:
    ready.happen(events.ConnectionLost(1, ""))
    assert ready.type("/msg Nine secret one\nsecret two") == []
    assert ready.texts("Nine") == ["Neural: secret one", "Neural: secret two"]
    assert not [line for line in ready.lines("#team") if line.own]


def test_a_query_is_opened_and_shown(ready: Playbook) -> None:
    ready.type("/query Nine")
    assert ready.model.current is ready.buffer("Nine")
    ready.type("/close")
    assert ready.model.current is ready.buffer("#team")
    assert "nine" not in ready.network.buffers


def test_a_message_is_kept_in_its_own_conversation(ready: Playbook) -> None:
    ready.type("/msg Nine psst")
    assert ready.texts("Nine") == ["Neural: psst"]
    assert ready.model.current is ready.buffer("#team")
    ready.type("/msg #ops hello")
    assert ready.texts("#team") == ["Neural: to #ops: hello"]
    ready.type("/notice zed beep")
    assert ready.last("#team") == "Neural: to zed: beep"


def test_closing_a_channel_leaves_it(ready: Playbook) -> None:
    assert ready.type("/close so long") == ["PART #team :so long"]
    assert [buffer.name for buffer in ready.model.buffers] == ["Test"]
    assert not ready.network.autojoin
    ready.server(":Neural!u@home.example PART #team :so long")
    assert [buffer.name for buffer in ready.model.buffers] == ["Test"]


def test_joining_where_we_are_shows_it(ready: Playbook) -> None:
    ready.model.show(ready.buffer())
    assert ready.type("/join #TEAM") == []
    assert ready.model.current is ready.buffer("#team")


def test_rejoining_from_the_channel_itself(ready: Playbook) -> None:
    ready.server(":Nine!n@h KICK #team Neural")
    assert ready.type("/join") == ["JOIN #team"]


def test_clear_keeps_what_failed(ready: Playbook) -> None:
    ready.type("hello")
    ready.happen(events.ConnectionLost(1, ""))
    ready.type("lost")
    ready.type("/clear")
    assert [line.text for line in ready.lines("#team")] == ["hello", "lost"]


def test_ignore_and_unignore(ready: Playbook) -> None:
    ready.type("/ignore zed *@bad.example")
    assert ready.last("#team") == "You no longer see what zed!*@* and *!*@bad.example say"
    ready.server(":ZED!z@z PRIVMSG #team :hi", ":x!y@bad.example PRIVMSG #team :hi")
    ready.type("/ignore")
    assert ready.last("#team") == "You ignore zed!*@* and *!*@bad.example (/unignore ends it)"
    ready.type("/unignore zed")
    ready.server(":zed!z@z PRIVMSG #team :hi")
    assert ready.last("#team") == "zed: hi"
    ready.type("/unignore zed")
    assert ready.last("#team") == "zed!*@* is not ignored; /ignore shows who is."
    ready.type("/ignore zed")
    assert ready.last("#team") == "You no longer see what zed!*@* says"


def test_a_known_host_is_banned(modern: Playbook) -> None:
    modern.server(":zed!z@zed.example JOIN #team * :Zed")
    assert modern.type("/ban zed") == ["@label=g1 MODE #team +b *!*@zed.example"]


def test_help_shows_every_command_and_key(ready: Playbook) -> None:
    ready.type("/help")
    overlay = ready.model.overlay
    assert isinstance(overlay, Help)
    text = "\n".join(overlay.lines)
    assert all(f"/{name}" in text for name in COMMANDS)
    assert "M-a" in text
    ready.press("Escape")
    assert ready.model.overlay is None
    ready.type("/help /KICK")
    assert ready.last("#team") == "/kick [#channel] nick [reason]: throw somebody out"


def test_quit(ready: Playbook) -> None:
    ready.type("/quit bye")
    assert ready.effects == [events.Disconnect(1), events.Quit(0)]


def test_a_configured_network_by_its_name(playbook: Callable[..., Playbook]) -> None:
    settings = Settings()
    work = NetworkSettings(
        "work", Address("chat.work.example", 6697, True), (("#dev", ""),), tls_ca="/ca.pem"
    )
    settings.networks = (work,)
    book = playbook(settings).register()
    book.type("/connect WORK")
    assert book.effects == [events.Connect(2, work.address, "/ca.pem", True)]
    assert book.model.current.name == "work"
    book.effects.clear()
    book.type("/connect work")
    assert [type(effect) for effect in book.effects] == [events.Disconnect, events.Connect]
    assert len(book.model.networks) == 2


def test_the_table_is_whole() -> None:
    assert set(ALIASES.values()) <= set(COMMANDS)
    assert not set(ALIASES) & set(COMMANDS)
    assert all(len(line) < 120 for line in help_lines())
