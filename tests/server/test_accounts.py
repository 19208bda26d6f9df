"""REGISTER, what an account's owner is shown as, and nicks that are held for their owners."""

import dataclasses
from base64 import b64encode

import pytest

from gchat.server import accounts, loading, passwords
from gchat.server.settings import Accounts, Limits, Server, Settings
from gchat.tutorial.wire import TutorialWire

SERVER = ":gchat.test"
PASSWORD = "correct horse"
YOURS = "The account Neural is yours, and so is the nick"


@pytest.fixture
def with_accounts(make_chat):
    """Makes servers with a table [accounts]."""

    def make(**keys):
        settings = Settings(server=Server(name="gchat.test"), accounts=Accounts(**keys), throttle=False)
        return make_chat(settings)

    return make


@pytest.fixture
def neural(chat):
    return registered(chat)


def registered(chat, nick="Neural", caps=""):
    """A user with an account."""
    client = chat.client(nick, caps)
    lines = client.ask(f"REGISTER * * :{PASSWORD}")
    assert any("REGISTER SUCCESS" in line for line in lines), lines
    return client


def plain(client, account, password=PASSWORD):
    """Log in with SASL PLAIN."""
    data = b64encode(f"\0{account}\0{password}".encode()).decode()
    return client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {data}")


# REGISTER


def test_registering_logs_in(chat):
    neural = chat.client("Neural")
    assert neural.ask(f"REGISTER * * :{PASSWORD}") == [
        f"{SERVER} REGISTER SUCCESS Neural :{YOURS}",
        f"{SERVER} 900 Neural Neural!~Neural@127.0.0.1 Neural :You are now logged in as Neural",
    ]
    assert neural.session.user.account == "Neural"
    account = chat.engine.world.account("NEURAL")
    assert PASSWORD not in repr(account)
    assert account.created == 1_700_000_000


def test_registering_before_the_connection_is_complete(chat):
    client = chat.connect()
    client.send("CAP LS 302", "NICK Neural")
    assert client.ask(f"REGISTER neural neural@example.org :{PASSWORD}") == [
        f"{SERVER} REGISTER SUCCESS neural :The account neural is yours, and so is the nick",
        f"{SERVER} 900 Neural Neural!*@127.0.0.1 neural :You are now logged in as neural",
    ]
    assert "001" in client.numerics("USER neural 0 * :Neural", "CAP END")
    assert client.session.user.account == "neural"
    assert chat.engine.world.account("neural").email == "neural@example.org"


REFUSED = [
    ("REGISTER * * short", "WEAK_PASSWORD Neural :A password has at least 6 characters and is not the name"),
    ("REGISTER * * NEURAL", "WEAK_PASSWORD Neural :A password has at least 6 characters and is not the name"),
    (f"REGISTER * * {'x' * 480}", None),
    (
        "REGISTER Other * longenough",
        "ACCOUNT_NAME_MUST_BE_NICK Other :An account is named after your nick, Neural",
    ),
]


@pytest.mark.parametrize(("line", "refusal"), REFUSED)
def test_what_cannot_be_registered(chat, line, refusal):
    neural = chat.client("Neural")
    answer = neural.ask(line)
    if refusal is None:
        assert "REGISTER SUCCESS" in answer[0]
    else:
        assert answer == [f"{SERVER} FAIL REGISTER {refusal}"]
        assert not chat.engine.world.accounts


def test_a_name_is_taken_once(chat, neural):
    assert "ALREADY_AUTHENTICATED" in neural.ask("REGISTER * * longenough")[0]
    neural.send("QUIT")
    client = chat.connect()
    client.send("CAP LS", "NICK neural")
    taken = "This name cannot be registered: it is taken, or it was"
    assert client.ask("REGISTER * * longenough") == [f"{SERVER} FAIL REGISTER ACCOUNT_EXISTS neural :{taken}"]


def test_nobody_registers_the_nick_that_somebody_uses(chat):
    chat.client("Neural")
    client = chat.connect()
    client.send("NICK Neural")
    (line,) = client.ask("REGISTER * * longenough")
    assert "FAIL REGISTER ACCOUNT_EXISTS Neural" in line
    (line,) = chat.connect().ask("REGISTER * * longenough")
    assert "FAIL REGISTER NEED_NICK *" in line
    client.send("NICK Nine")
    assert "ACCOUNT_NAME_MUST_BE_NICK" in client.ask("REGISTER neural * longenough")[0]


@pytest.mark.parametrize("name", ["NickServ", "ChanServ", "1st", "a.b", "x" * 40])
def test_a_name_like_that_is_no_accounts(with_accounts, name):
    chat = with_accounts(custom_names=True)
    (line,) = chat.client("Neural").ask(f"REGISTER {name} * longenough")
    assert "BAD_ACCOUNT_NAME" in line


def test_custom_names(with_accounts):
    chat = with_accounts(custom_names=True)
    assert "custom-account-name" in chat.engine.offered()["draft/account-registration"]
    assert "REGISTER SUCCESS Nine" in chat.client("Neural").ask("REGISTER Nine * longenough")[0]


def test_an_address_may_be_required(with_accounts):
    chat = with_accounts(email="required")
    neural = chat.client("Neural")
    for address in ("*", "x", "@", "a@", "@b"):
        assert "FAIL REGISTER INVALID_EMAIL Neural :" in neural.ask(f"REGISTER * {address} longenough")[0]
    assert "REGISTER SUCCESS" in neural.ask("REGISTER * neural@example.org longenough")[0]


def test_the_connection_may_be_required_first(with_accounts):
    chat = with_accounts(before_connect=False)
    client = chat.connect()
    client.send("CAP LS", "NICK Neural")
    assert "FAIL REGISTER COMPLETE_CONNECTION_REQUIRED Neural :" in client.ask("REGISTER * * longenough")[0]


def test_registration_may_be_closed(with_accounts):
    chat = with_accounts(registration="closed")
    neural = chat.client("Neural")
    assert "FAIL REGISTER DISALLOWED Neural :" in neural.ask("REGISTER * * longenough")[0]
    assert "draft/account-registration" not in chat.engine.offered()


def test_the_servers_password_comes_first(make_chat):
    hashed = passwords.hash_password("sesame", b"salt", n=2)
    chat = make_chat(Settings(server=Server(name="gchat.test", password=hashed), throttle=False))
    client = chat.connect()
    client.send("CAP LS", "NICK Neural")
    assert "COMPLETE_CONNECTION_REQUIRED" in client.ask("REGISTER * * longenough")[0]
    assert "before-connect" not in chat.engine.offered()["draft/account-registration"]


def test_one_address_makes_only_so_many(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=Limits(command_rate=0.0)))
    answers = [chat.client(f"Nick{n}").ask("REGISTER * * longenough")[0] for n in range(11)]
    assert [("SUCCESS" in answer) for answer in answers] == [True] * 10 + [False]
    assert "TEMPORARILY_UNAVAILABLE Nick10 :" in answers[-1]
    assert "SUCCESS" in chat.client("Else", host="192.0.2.1").ask("REGISTER * * longenough")[0]


def test_a_network_of_ipv6_is_one_address(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=Limits(command_rate=0.0)))
    hosts = [f"2001:db8::{n:x}" for n in range(11)]
    answers = [
        chat.client(f"Nick{n}", host=host).ask("REGISTER * * longenough")[0] for n, host in enumerate(hosts)
    ]
    assert [("SUCCESS" in answer) for answer in answers] == [True] * 10 + [False]
    assert "SUCCESS" in chat.client("Else", host="2001:db8:0:1::1").ask("REGISTER * * longenough")[0]


def test_no_code_is_waited_for(chat, neural):
    assert "FAIL VERIFY INVALID_CODE Nine :" in chat.client("Nine").ask("VERIFY Nine 123")[0]
    assert "FAIL VERIFY ALREADY_AUTHENTICATED Nine :" in neural.ask("VERIFY Nine 123")[0]


# what others see


def test_others_hear_of_a_login(chat):
    (nine, other) = chat.join("#team", "Nine", "Other", caps="account-notify")
    deaf, neural = chat.client("Deaf"), chat.client("Neural")
    for client in (deaf, neural):
        client.send("JOIN #team")
    for client in (nine, other, deaf):
        client.read()
    neural.send(f"REGISTER * * :{PASSWORD}")
    assert nine.read() == other.read() == [":Neural!~Neural@127.0.0.1 ACCOUNT Neural"]
    assert deaf.read() == []
    neural.send("NS LOGOUT")
    assert nine.read() == [
        ":Neural!~Neural@127.0.0.1 ACCOUNT *",
        ":Neural!~Neural@127.0.0.1 NICK Neural2",
    ]


def test_where_an_account_is_shown(chat, neural):
    nine = chat.client("Nine", caps="account-tag extended-join message-tags")
    nine.send("JOIN #team")
    nine.read()
    neural.send("JOIN #team", "PRIVMSG #team :hi")
    join, said = nine.read()
    assert "account=Neural" in join
    assert join.endswith("JOIN #team Neural :Neural of gchat")
    assert "account=Neural" in said
    assert f"{SERVER} 330 Nine Neural Neural :is logged in as" in nine.ask("WHOIS Neural")
    assert f"{SERVER} 354 Nine Neural" in nine.ask("WHO Neural %a")


# nicks that are held


HELD = "This nick is registered: if it is yours, log in to Neural, else take another one"


def test_a_held_nick_is_refused(chat, neural):
    neural.send("NICK Away")
    nine = chat.client("Nine")
    assert nine.ask("NICK neural") == [f"{SERVER} 433 Nine neural :{HELD}"]
    client = chat.connect()
    assert client.ask("NICK Neural", "USER x 0 * :x") == [f"{SERVER} 433 * Neural :{HELD}"]
    assert "001" in client.numerics("NICK Other")
    assert "001" in chat.connect().numerics("CAP LS", "NICK Else", "USER x 0 * :x", "CAP END")


def test_whoever_may_still_log_in_is_refused_at_the_end(chat, neural):
    neural.send("QUIT")
    client = chat.connect()
    assert client.ask("CAP REQ :sasl", "NICK Neural", "USER x 0 * :x")[1:] == []
    assert client.ask("CAP END") == [f"{SERVER} 433 * Neural :{HELD}"]
    assert "001" in client.numerics("NICK Neural_")


def test_its_owner_has_it(chat, neural):
    neural.send("NICK Away")
    assert neural.ask("NICK Neural") == [":Away!~Neural@127.0.0.1 NICK Neural"]
    neural.send("QUIT")
    client = chat.connect()
    client.send("CAP REQ :sasl", "NICK Neural", "USER x 0 * :x")
    plain(client, "Neural")
    assert "001" in client.numerics("CAP END")
    assert client.session.user.nick == "Neural"


def test_logging_in_gives_the_nick_back_that_was_refused(chat, neural):
    neural.send("QUIT")
    client = chat.connect()
    client.send("NICK Neural", "USER x 0 * :x", "NICK Neural_")
    assert plain(client, "neural")[-1] == ":Neural_!~x@127.0.0.1 NICK Neural"


def test_logging_in_otherwise_changes_no_nick(chat, neural):
    neural.send("QUIT")
    client = chat.client("Bot")
    assert not any("NICK" in line for line in plain(client, "Neural"))
    assert client.session.user.nick == "Bot"


def test_who_has_the_nick_makes_room_for_its_owner(chat, neural):
    neural.send("NICK Away", "NS GROUP", "NICK Neural", "NS UNGROUP Away")
    stranger = chat.client("Away")
    neural.send("NICK Third", "NS GROUP", "NICK Neural")
    chat.engine.world.put_account(chat.engine.world.account("Neural").change("nicks", "Away", "away"))
    neural.send("NICK Away")
    assert stranger.read()[-2:] == [
        f"{SERVER} NOTICE Away :Away belongs to the account Neural, whose owner is here now",
        ":Away!~Away@127.0.0.1 NICK Away2",
    ]
    assert neural.session.user.nick == "Away"


def test_a_plain_client_gets_another_nick(chat, neural):
    neural.send("QUIT")
    client = chat.plain(TutorialWire("#lobby", newline=True))
    client.send_bytes(b"Neural\n")
    said = client.read_bytes().decode()
    assert "The nickname Neural is registered: you are Neural2" in said
    assert "/msg NickServ IDENTIFY Neural PASSWORD" in said
    client.send_bytes(f"/msg NickServ IDENTIFY {PASSWORD.replace(' ', '')}\n".encode())
    assert "The account or the password is wrong" in client.read_bytes().decode()


# logging in without SASL


@pytest.fixture
def nine(chat):
    client = chat.client("Nine")
    client.send("REGISTER * * sesame-open")
    client.send("QUIT")
    return client


def test_pass_logs_in(chat, nine):
    client = chat.connect()
    lines = client.ask("PASS nine:sesame-open", "NICK Nine", "USER x 0 * :x")
    assert lines[0] == f"{SERVER} 900 Nine Nine!~x@127.0.0.1 Nine :You are now logged in as Nine"
    assert " 001 " in lines[1]
    assert client.session.user.account == "Nine"


def test_a_wrong_one_ends_the_connection(chat, nine):
    client = chat.connect()
    assert client.numerics("PASS nine:wrong", "NICK Nine", "USER x 0 * :x") == ["464", "ERROR"]
    assert client.ended == "The account or the password is wrong"


def test_any_other_pass_is_nobodys_business(chat):
    assert "001" in chat.connect().numerics("PASS nonsense", "NICK Nine", "USER x 0 * :x")


def test_an_account_may_be_required(with_accounts):
    chat = with_accounts(required=True)
    client = chat.connect()
    text = "You need an account here: log in with SASL, or with PASS account:password"
    assert client.ask("NICK Neural", "USER x 0 * :x")[0] == f"{SERVER} FAIL * ACCOUNT_REQUIRED :{text}"
    assert client.ended == text
    other = chat.connect()
    other.send("CAP LS 302", "NICK Neural", "USER x 0 * :x", "REGISTER * * longenough")
    assert "001" in other.numerics("CAP END")


# what lasts


def test_accounts_are_kept(chat, neural, monkeypatch):
    account = chat.engine.world.account("Neural")
    kept = {}

    class Kept:
        def load(self, kind):
            return list(kept.items()) if kind == "account" else ()

    kept["neural"] = accounts.to_document(account)
    kept["broken"] = {"name": 1, "nonsense": 2, "devices": 3}
    kept["gone"] = {"name": "Gone", "dropped": 1}
    chat.engine.world.remove_account("neural")
    monkeypatch.setattr(chat.engine, "store", Kept())
    loading.fill(chat.engine)
    assert chat.engine.world.account("neural") == account
    assert chat.engine.world.account_of_nick("NEURAL") == account
    assert chat.engine.world.former_accounts == {"gone"}
    assert not {"broken", "gone"} & set(chat.engine.world.accounts)


def test_a_reload_announces_registration(chat):
    client = chat.client("Neural", caps="batch")
    settings = chat.engine.settings
    closed = dataclasses.replace(settings, accounts=Accounts(registration="closed"))
    chat.engine.configure(closed)
    chat.settle()
    assert client.read() == [f"{SERVER} CAP Neural DEL draft/account-registration"]
    chat.engine.configure(dataclasses.replace(settings, accounts=Accounts(before_connect=False)))
    chat.settle()
    assert client.read() == [f"{SERVER} CAP Neural NEW draft/account-registration"]
    chat.engine.configure(settings)
    chat.settle()
    assert client.read() == [f"{SERVER} CAP Neural NEW draft/account-registration=before-connect"]
