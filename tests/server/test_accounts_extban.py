"""Masks of accounts in the lists b, e and I.  https://ircv3.net/specs/extensions/account-extban"""

import pytest

from gchat.server.accounts import Account

BANNED = ":gchat.test 474 Nine #team :Cannot join channel (+b)"


@pytest.fixture
def people(chat):
    """An operator of #team, and Nine, who is logged in and not there."""
    chat.engine.world.put_account(Account("Nine"))
    (neural,) = chat.join("#team", "Neural")
    nine = chat.client("Nine2")
    chat.engine.world.log_in(nine.session.user, "Nine")
    nine.send("NICK Nine")
    return neural, nine


@pytest.mark.parametrize("mask", ["a:nine", "a:NINE", "a:*", "a:N?ne", "$a:Nine"])
def test_a_ban_of_an_account(people, mask):
    neural, nine = people
    kept = mask.removeprefix("$")
    assert neural.ask(f"MODE #team +b {mask}") == [f":Neural!~Neural@127.0.0.1 MODE #team +b {kept}"]
    assert nine.numerics("JOIN #team") == ["474"]
    neural.send(f"MODE #team -b {mask}")
    assert "JOIN" in nine.numerics("JOIN #team")


@pytest.mark.parametrize("mask", ["a:Nin", "a:Neural", "a:?", "m:a:Nine"])
def test_it_bans_nobody_else(people, mask):
    neural, nine = people
    neural.send(f"MODE #team +b {mask}")
    assert "JOIN" in nine.numerics("JOIN #team")


def test_it_follows_the_account(people, chat):
    neural, nine = people
    neural.send("MODE #team +b a:*")
    assert "JOIN" in chat.client("Guest").numerics("JOIN #team")
    nine.send("NICK Other")
    assert nine.numerics("JOIN #team") == ["474"]
    chat.engine.world.log_in(nine.session.user, "")
    assert "JOIN" in nine.numerics("JOIN #team")


def test_exceptions_invitations_and_mutes(people):
    neural, nine = people
    neural.send("MODE #team +bie *!*@* a:nobody", "MODE #team +I a:nine")
    assert nine.numerics("JOIN #team") == ["474"]
    neural.send("MODE #team +e a:nine")
    assert "JOIN" in nine.numerics("JOIN #team")
    neural.send("MODE #team -be *!*@* a:nine", "MODE #team +b m:a:nine")
    assert nine.ask("PRIVMSG #team :hi") == [":gchat.test 404 Nine #team :You are muted in this channel"]
    neural.send("MODE #team +e m:a:nine")
    assert nine.ask("PRIVMSG #team :hi") == []


def test_it_is_announced(chat):
    client = chat.connect()
    lines = " ".join(client.ask("NICK Neural", "USER x 0 * :x", "VERSION"))
    assert " ACCOUNTEXTBAN=a " in lines
    assert " EXTBAN=,am " in lines
