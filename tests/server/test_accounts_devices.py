"""Many connections of one account: one user for everybody else; and users who stay without any."""

from base64 import b64encode

import pytest

from gchat.irc import scram
from gchat.server import events
from gchat.server.accounts import Account
from gchat.server.settings import Accounts, Server, Settings

VERIFIER = str(scram.make_verifier("sesame", b"salt", 2))
NEURAL = ":Neural!~x@127.0.0.1"


def device(chat, nick="Neural", caps="", account="Neural"):
    """A connection that logged in; what it was welcomed with is left to read."""
    client = chat.connect()
    client.send(f"CAP REQ :sasl {caps}", f"NICK {nick}", "USER x 0 * :x", "AUTHENTICATE PLAIN")
    data = b64encode(f"\0{account}\0sesame".encode()).decode()
    client.send(f"AUTHENTICATE {data}", "CAP END")
    return client


def add(chat, **fields):
    chat.engine.world.put_account(Account("Neural", verifier=VERIFIER, **fields))


@pytest.fixture
def chat(chat):
    add(chat)
    return chat


@pytest.fixture
def laptop(chat):
    client = device(chat)
    client.send("JOIN #team", "TOPIC #team :work")
    client.read()
    return client


@pytest.fixture
def nine(chat, laptop):
    client = chat.client("Nine", caps="away-notify")
    client.send("JOIN #team")
    client.read()
    laptop.read()
    return client


def without_tags(lines):
    return [line.partition(" ")[2] if line[0] == "@" else line for line in lines]


@pytest.mark.parametrize("nick", ["Neural", "Phone"])
def test_another_connection_is_the_same_user(chat, laptop, nine, nick):
    phone = device(chat, nick)
    lines = without_tags(phone.read())
    assert phone.session.user is laptop.session.user
    assert any(" 001 Neural " in line for line in lines)
    at = lines.index(f"{NEURAL} JOIN #team")
    assert lines[at + 1] == ":gchat.test 332 Neural #team :work"
    assert any(line.startswith(":gchat.test 353 Neural = #team :") for line in lines)
    assert nine.read() == laptop.read() == []  # nobody sees it come


def test_all_devices_read_and_what_one_says_the_others_read(chat, laptop, nine):
    phone = device(chat)
    phone.read()
    nine.send("PRIVMSG #team :hi", "PRIVMSG Neural :psst")
    both = [":Nine!~Nine@127.0.0.1 PRIVMSG #team :hi", ":Nine!~Nine@127.0.0.1 PRIVMSG Neural :psst"]
    assert laptop.read() == phone.read() == both
    nine.read()
    assert laptop.ask("PRIVMSG #team :hello", "PRIVMSG Nine :yes") == []
    assert phone.read() == [f"{NEURAL} PRIVMSG #team :hello", f"{NEURAL} PRIVMSG Nine :yes"]
    assert nine.read() == [f"{NEURAL} PRIVMSG #team :hello", f"{NEURAL} PRIVMSG Nine :yes"]


def test_each_has_its_capabilities(chat, laptop, nine):
    phone = device(chat, caps="server-time")
    phone.read()
    nine.send("PRIVMSG #team :hi")
    assert laptop.read()[0].startswith(":Nine")
    assert phone.read()[0].startswith("@time=")


def test_where_one_goes_the_others_go(chat, laptop, nine):
    phone = device(chat)
    phone.read()
    laptop.send("JOIN #dev", "NICK Neuron", "PART #team :bye")
    lines = phone.read()
    assert [line.split(" ")[1] for line in without_tags(lines)][:1] == ["JOIN"]
    assert f"{NEURAL} NICK Neuron" in without_tags(lines)
    assert ":Neuron!~x@127.0.0.1 PART #team bye" in without_tags(lines)[-1].replace(":bye", "bye")
    nine.read()
    phone.send("PRIVMSG #dev :here")
    assert without_tags(laptop.read())[-1] == ":Neuron!~x@127.0.0.1 PRIVMSG #dev :here"


def test_the_user_leaves_with_the_last_connection(chat, laptop, nine):
    phone, tablet = device(chat), device(chat)
    laptop.send("QUIT :one")
    chat.engine.lost(phone.session, "Connection reset by peer")
    chat.settle()
    assert nine.read() == []
    nine.send("PRIVMSG #team :still here?")
    assert tablet.read()[-1].endswith("PRIVMSG #team :still here?")
    assert tablet.ask("QUIT :three")[0] == f"{NEURAL} QUIT :Quit: three"
    assert nine.read() == [f"{NEURAL} QUIT :Quit: three"]
    assert chat.engine.world.users_of("Neural") == []


def test_two_that_log_in_at_once_are_one_user(chat):
    one, two = chat.connect(), chat.connect()
    data = b64encode(b"\0Neural\0sesame").decode()
    words = ("CAP REQ :sasl", "NICK Neural", "USER x 0 * :x", "AUTHENTICATE PLAIN", f"AUTHENTICATE {data}")
    lines = "".join(f"{word}\r\n" for word in (*words, "CAP END"))
    for client in (one, two):
        chat.engine.receive(client.session, lines.encode())
    chat.settle()
    assert one.session.user is two.session.user
    assert len(one.session.user.sessions) == 2


@pytest.mark.parametrize("fields", [{"multiclient": False}, None])
def test_it_can_be_turned_off(make_chat, fields):
    settings = Settings(
        server=Server(name="gchat.test"), accounts=Accounts(multiclient=fields is not None), throttle=False
    )
    chat = make_chat(settings)
    add(chat, **(fields or {}))
    laptop = device(chat)
    phone = device(chat)
    assert phone.session.user is None
    assert phone.read()[-1].startswith(":gchat.test 433 * Neural :")
    phone.send("NICK Phone")
    assert phone.session.user is not laptop.session.user
    assert phone.session.user.account == "Neural"


def test_one_of_many_changes_no_account(chat, laptop):
    chat.engine.world.put_account(Account("Other", verifier=VERIFIER))
    phone = device(chat)
    text = "Other connections are this user, too: they would all change their account"
    assert phone.ask("NS LOGOUT") == [f":NickServ!NickServ@gchat.test NOTICE Neural :{text}"]
    assert phone.ask("NS IDENTIFY Other sesame") == [f":NickServ!NickServ@gchat.test NOTICE Neural :{text}"]
    assert laptop.session.user.account == "Neural"


# always on


@pytest.fixture
def staying(chat, laptop, nine):
    laptop.send("NS ALWAYSON ON")
    laptop.read()
    return laptop


def test_a_user_may_stay_and_is_away(chat, staying, nine):
    staying.send("QUIT :bye")
    assert nine.read() == [f"{NEURAL} AWAY :Not connected"]
    assert nine.ask("PRIVMSG Neural :there?") == [":gchat.test 301 Nine Neural :Not connected"]
    assert nine.numerics("WHOIS Neural")[-1] == "318"
    phone = device(chat)
    assert nine.read() == [f"{NEURAL} AWAY"]
    lines = phone.read()
    assert f"{NEURAL} JOIN #team" in lines
    assert ":gchat.test 353 Neural = #team :@Neural Nine" in lines
    assert chat.engine.world.users_of("Neural") == [phone.session.user]


def test_who_was_away_by_word_stays_so(chat, staying, nine):
    staying.send("AWAY :lunch", "QUIT")
    assert nine.read() == [f"{NEURAL} AWAY :lunch"]
    device(chat)
    assert nine.read() == []


@pytest.mark.parametrize("how", ["off", "logout", "kill", "drop", "suspend"])
def test_what_ends_it(chat, staying, nine, how):
    if how == "off":
        staying.send("NS ALWAYSON OFF", "QUIT")
    elif how == "logout":
        staying.send("NS LOGOUT", "QUIT")
    elif how == "kill":
        chat.op(nine)
        staying.send("QUIT")
        nine.send("KILL Neural :enough")
    else:
        staying.send("QUIT")
        event = {
            "drop": events.AccountDropped("Neural"),
            "suspend": events.AccountChanged("Neural", "suspended", "spam"),
        }[how]
        chat.engine.backplane.commit(event, None)
        chat.settle()
    assert any(" QUIT :" in line for line in nine.read())
    assert chat.engine.world.user("Neural") is None


def test_an_administrator_may_end_it(chat, staying, nine):
    staying.send("QUIT")
    nine.read()
    chat.engine.backplane.commit(events.AccountChanged("Neural", "always_on", False), None)
    chat.settle()
    assert nine.read() == [f"{NEURAL} QUIT :No longer always on"]


@pytest.mark.parametrize(("always_on", "stays"), [("off", False), ("opt-in", False), ("on", True)])
def test_what_the_configuration_says(make_chat, always_on, stays):
    settings = Settings(
        server=Server(name="gchat.test"), accounts=Accounts(always_on=always_on), throttle=False
    )
    chat = make_chat(settings)
    add(chat)
    client = device(chat)
    client.read()
    answer = client.ask("NS ALWAYSON ON")[0] if always_on == "off" else ""
    assert ("keeps nobody" in answer) == (always_on == "off")
    client.send("QUIT")
    assert (chat.engine.world.user("Neural") is not None) == stays
