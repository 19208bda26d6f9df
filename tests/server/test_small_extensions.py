"""pre-away, extended-isupport, no-implicit-names, persistence, and the tokens ICON and ACCOUNTREQUIRED."""

from __future__ import annotations

import dataclasses

import pytest

from gchat.server.events import AccountRegistered
from gchat.server.settings import Accounts, Server, Settings


def tokens(lines: list[str]) -> set[str]:
    """What RPL_ISUPPORT said."""
    found = [
        line.split(" 005 ")[1].removesuffix(" :are supported by this server")
        for line in lines
        if " 005 " in line
    ]
    return {token for line in found for token in line.split(" ")[1:]}


def register(chat, name: str, **fields: object) -> None:
    """Make an account as an administrator does."""
    body = {"name": name, "created": 0, **fields}
    chat.backplane.commit(AccountRegistered(name, body, login=False), None)
    chat.settle()


def log_in(chat, nick: str, caps: str = "", away: str | None = None):
    """One more connection of the account with that name."""
    client = chat.connect()
    client.session.account = nick
    if caps:
        client.send(f"CAP REQ :{caps}")
    if away is not None:
        client.send(f"AWAY {away}")
    client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END")
    return client


# --- https://ircv3.net/specs/extensions/pre-away ------------------------------------------------------


def test_away_before_registration_needs_the_capability(chat):
    assert chat.connect().ask("AWAY :lunch") == [":gchat.test 451 * :You have not registered"]


@pytest.mark.parametrize("message", ["Gone to lunch", "*"])
def test_away_before_registration_is_away_from_the_beginning(chat, message):
    nine = chat.client("Nine", "away-notify extended-monitor")
    nine.send("MONITOR + Neural")
    nine.read()
    neural = chat.connect()
    neural.send("CAP REQ :draft/pre-away")
    assert neural.ask(f"AWAY :{message}") == [":gchat.test 306 * :You have been marked as being away"]
    neural.send("NICK Neural", "USER Neural 0 * :n", "CAP END", "JOIN #team")
    assert nine.read() == [
        ":gchat.test 730 Nine Neural!~Neural@127.0.0.1",
        f":Neural!~Neural@127.0.0.1 AWAY :{message}",
    ]
    assert f":gchat.test 301 Nine Neural :{message}" in nine.ask("PRIVMSG Neural :hi")
    neural.send("AWAY")
    assert nine.read() == [":Neural!~Neural@127.0.0.1 AWAY"]


def test_back_before_registration_is_back(chat):
    neural = chat.connect()
    neural.send("CAP REQ :draft/pre-away", "AWAY :lunch")
    assert neural.ask("AWAY") == [":gchat.test 305 * :You are no longer marked as being away"]
    neural.send("NICK Neural", "USER Neural 0 * :n", "CAP END")
    assert neural.session.user.away == ""


def test_a_connection_without_anybody_counts_as_none(chat):
    register(chat, "Neural")
    phone = log_in(chat, "Neural", "draft/pre-away", "*")
    user = phone.session.user
    assert user.away == "*"
    laptop = log_in(chat, "Neural", "draft/pre-away")
    assert laptop.session.user is user
    assert user.away == ""
    phone.send("AWAY *")
    assert user.away == ""  # the other one is there
    laptop.send("QUIT")
    assert user.away == "*"
    phone.send("AWAY :really gone")
    phone.send("AWAY *")
    assert user.away == "really gone"  # "it should not supersede a human-readable message"
    phone.send("AWAY")
    assert user.away == ""


def test_fetching_in_the_background_makes_nobody_present(chat):
    register(chat, "Neural", always_on=True)
    laptop = log_in(chat, "Neural")
    user = laptop.session.user
    laptop.send("QUIT")
    assert user.away == "Not connected"
    log_in(chat, "Neural", "draft/pre-away", "*").send("QUIT")
    assert user.away == "Not connected"
    log_in(chat, "Neural")
    assert user.away == ""


def test_a_star_is_a_star_without_the_capability(chat):
    neural = chat.client("Neural")
    neural.send("AWAY :really gone", "AWAY *")
    assert neural.session.user.away == "*"


# --- https://ircv3.net/specs/extensions/extended-isupport ---------------------------------------------


def test_isupport_before_registration_needs_the_capability(chat):
    assert chat.connect().ask("ISUPPORT") == [":gchat.test 451 * :You have not registered"]
    assert "NETWORK=gchat" in tokens(chat.client("Neural").ask("ISUPPORT"))


def test_isupport_is_a_batch(chat):
    neural = chat.connect()
    neural.send("CAP REQ :draft/extended-isupport batch")
    begin, *lines, end = neural.ask("ISUPPORT")
    assert begin == ":gchat.test BATCH +b1 draft/isupport"
    assert end == ":gchat.test BATCH -b1"
    assert all(line.startswith("@batch=b1 :gchat.test 005 * ") for line in lines)
    neural.send("NICK Neural", "USER Neural 0 * :n", "CAP END")
    welcome = neural.read()
    assert tokens(welcome) == tokens(lines)
    assert not [line for line in welcome if " 005 " in line and not line.startswith("@batch=b2 ")]


def test_isupport_without_batch_is_none(chat):
    neural = chat.connect()
    neural.send("CAP REQ draft/extended-isupport")
    assert neural.ask("ISUPPORT")[0].startswith(":gchat.test 005 * ")


def test_a_labelled_isupport_has_the_label_once(chat):
    neural = chat.client("Neural", "draft/extended-isupport batch labeled-response")
    lines = neural.ask("@label=x ISUPPORT")
    assert [line for line in lines if "label=x" in line] == [lines[0]]
    assert "draft/isupport" in lines[0]


@pytest.mark.parametrize(
    ("settings", "token"),
    [
        (Settings(server=Server(icon="https://example.org/i.png")), "draft/ICON=https://example.org/i.png"),
        (Settings(accounts=Accounts(required=True)), "draft/ACCOUNTREQUIRED"),
    ],
)
def test_tokens_that_the_configuration_brings(make_chat, settings, token):
    for given, expected in ((settings, True), (Settings(), False)):
        chat = make_chat(given)
        client = chat.connect()
        client.send("CAP REQ :draft/extended-isupport")
        assert (token in tokens(client.ask("ISUPPORT"))) is expected


# --- https://ircv3.net/specs/extensions/no-implicit-names ---------------------------------------------


@pytest.mark.parametrize("name", ["no-implicit-names", "draft/no-implicit-names"])
def test_names_come_only_to_those_who_ask(chat, name):
    nine = chat.client("Nine", name)
    assert nine.numerics("JOIN #team") == ["JOIN"]
    assert nine.numerics("NAMES #team") == ["353", "366"]
    (listed,) = nine.ask("CAP LIST")
    assert listed.endswith(f":cap-notify {name}")


def test_a_device_is_not_told_the_names_either(chat):
    register(chat, "Neural")
    log_in(chat, "Neural").send("JOIN #team")
    assert "366" not in {line.split(" ")[1] for line in log_in(chat, "Neural", "no-implicit-names").read()}
    assert "366" in {line.split(" ")[1] for line in log_in(chat, "Neural").read()}


# --- https://github.com/ircv3/ircv3-specifications/pull/503 -------------------------------------------


def status(wanted: str, effective: str) -> str:
    return f":gchat.test PERSISTENCE STATUS {wanted} {effective}"


def test_persistence_is_asked_set_and_told(chat):
    register(chat, "Neural")
    neural, phone = log_in(chat, "Neural", "draft/persistence"), log_in(chat, "Neural", "draft/persistence")
    plain = log_in(chat, "Neural")
    lines = neural.read()
    numbers = [line.split(" ")[1] for line in lines]
    assert numbers.index("PERSISTENCE") > max(i for i, number in enumerate(numbers) if number == "005")
    assert numbers.index("PERSISTENCE") < numbers.index("422")
    for client in (phone, plain):
        client.read()
    assert neural.ask("PERSISTENCE GET") == [status("DEFAULT", "OFF")]
    assert neural.ask("PERSISTENCE SET ON") == [status("ON", "ON")]
    assert phone.read() == [status("ON", "ON")]
    assert plain.read() == []
    assert plain.ask("PERSISTENCE SET off") == [status("OFF", "OFF")]
    assert neural.read() == phone.read() == [status("OFF", "OFF")]
    assert neural.ask("PERSISTENCE SET DEFAULT") == [status("DEFAULT", "OFF")]
    phone.send("PRIVMSG NickServ :SET ALWAYSON OFF")  # the same in words
    assert neural.read() == [status("OFF", "OFF")]
    neural.send("PERSISTENCE SET ON", "QUIT")
    phone.send("QUIT")
    plain.send("QUIT")
    assert chat.engine.world.user("Neural") is not None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("PERSISTENCE SET", "INVALID_PARAMETERS"),
        ("PERSISTENCE SET MAYBE", "INVALID_PARAMETERS"),
        ("PERSISTENCE SET ON OFF", "INVALID_PARAMETERS"),
    ],
)
def test_persistence_refuses_what_it_cannot_read(chat, line, code):
    register(chat, "Neural")
    neural = log_in(chat, "Neural")
    assert neural.ask(line)[0].startswith(f":gchat.test FAIL PERSISTENCE {code} :")
    assert neural.ask("PERSISTENCE LATER") == []
    assert (
        chat.client("Nine")
        .ask("PERSISTENCE GET")[0]
        .startswith(":gchat.test FAIL PERSISTENCE ACCOUNT_REQUIRED :")
    )


def test_persistence_follows_the_configuration(make_chat):
    settings = Settings(server=Server(name="gchat.test"), accounts=Accounts(always_on="on"), throttle=False)
    chat = make_chat(settings)
    register(chat, "Neural")
    neural = log_in(chat, "Neural", "draft/persistence cap-notify")
    assert status("DEFAULT", "ON") in neural.read()
    chat.engine.configure(dataclasses.replace(settings, accounts=Accounts(always_on="opt-in")))
    chat.settle()
    assert neural.read() == [status("DEFAULT", "OFF")]
    chat.engine.configure(dataclasses.replace(settings, accounts=Accounts(always_on="off")))
    chat.settle()
    assert neural.read() == [":gchat.test CAP Neural DEL draft/persistence"]
