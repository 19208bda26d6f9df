"""Invitation links: made, shown, taken, counted, refused, and kept without the token."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest

from gchat.server import invitation_tools, main
from gchat.server.accounts import Account
from gchat.server.control import ControlError
from gchat.server.invitations import MOST, REMEMBERED, Invitation, Invitations, from_document, to_document
from gchat.server.settings import Accounts, Listener, Server, Settings
from gchat.server.stores.base import Change, Document
from gchat.server.stores.sqlite import SqliteStore
from tests.server.conftest import Chat, Client

PASSWORD = "opensesame"
HERE = (Listener("127.0.0.1", 6667), Listener("", 6697, tls=True), Listener(path="/run/gchat"))


def manage(chat: Chat, **asked: Any) -> list[str]:
    usual = {"action": "make", "channel": "#team", "role": "", "uses": 1, "expires": "7d", "address": ""}
    says = invitation_tools.manage(chat.engine, usual | asked, HERE)["says"]
    chat.settle()
    return list(says)


def invite(chat: Chat, **asked: Any) -> str:
    """Make an invitation; return its token."""
    (line,) = [line for line in manage(chat, **asked) if "?invitation=" in line]
    return line.partition("invitation=")[2].rstrip("'")


def member(chat: Chat, nick: str) -> Client:
    """Somebody who is logged in to an account of their own."""
    if chat.engine.world.account(nick) is None:
        chat.engine.world.put_account(Account(nick))
    client = chat.connect()
    client.session.account = nick
    client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
    client.read()
    return client


def codes(client: Client, line: str) -> list[str]:
    """The codes of the standard replies to a line, and other commands as they are."""
    words = [answer.split(" ")[1:4] for answer in client.ask(line)]
    return [answer[2] if answer[0] in ("FAIL", "NOTE") else answer[0] for answer in words]


@pytest.fixture
def chat(make_chat: Callable[[Settings], Chat]) -> Chat:
    return made(make_chat)


def made(make_chat: Callable[[Settings], Chat], **accounts: Any) -> Chat:
    settings = Settings(server=Server(name="gchat.test"), accounts=Accounts(**accounts), throttle=False)
    chat = make_chat(settings)
    number = count()
    chat.engine.entropy = lambda size: next(number).to_bytes(size, "big")
    return chat


# --- taking one


def test_it_lets_somebody_in_past_everything_but_a_ban(chat: Chat) -> None:
    (neural,) = chat.join("#team", "Neural")
    neural.send("MODE #team +ikl key 1")
    token = invite(chat, role="voice")
    nine = member(chat, "Nine")
    assert nine.ask(f"REDEEM {token}") == [
        ":gchat.test NOTE REDEEM ACCEPTED #team :The invitation to #team as voice is yours",
        ":Nine!~Nine@127.0.0.1 JOIN #team",
        ":gchat.test 353 Nine = #team :@Neural Nine",
        ":gchat.test 366 Nine #team :End of /NAMES list",
        ":gchat.test MODE #team +Iv a:Nine Nine",
    ]
    assert neural.read()[-1] == ":gchat.test MODE #team +Iv a:Nine Nine"
    neural.send("MODE #team +b Bad!*@*")
    bad = member(chat, "Bad")
    token = invite(chat)
    assert codes(bad, f"REDEEM {token}") == ["BANNED"]
    neural.send("MODE #team -b Bad!*@*")
    assert codes(bad, f"REDEEM {token}")[:2] == ["ACCEPTED", "JOIN"], "it was not used up"


def test_who_was_let_in_comes_again_without_it(chat: Chat) -> None:
    (neural,) = chat.join("#team", "Neural")
    neural.send("MODE #team +i")
    nine = member(chat, "Nine")
    nine.send(f"REDEEM {invite(chat)}", "PART #team")
    assert codes(nine, "JOIN #team")[0] == "JOIN"


def test_a_member_gets_the_role(chat: Chat) -> None:
    (neural,) = chat.join("#team", "Neural")
    nine = member(chat, "Nine")
    nine.send("JOIN #team")
    token = invite(chat, role="half-operator")
    assert codes(nine, f"REDEEM {token}") == ["ACCEPTED", "MODE"]
    assert "%Nine" in neural.ask("NAMES #team")[0]
    assert codes(nine, f"REDEEM {token}") == ["ACCEPTED"], "again is no harm"


def test_it_opens_a_channel_to_each_once(chat: Chat) -> None:
    """Who was removed, or had the role taken back, does not get it all again by the same link."""
    neural = member(chat, "Neural")
    neural.send("JOIN #team", "CS REGISTER #team", "MODE #team +i")
    nine = member(chat, "Nine")
    operator, guest = invite(chat, role="operator", uses=5), invite(chat, uses=5)
    nine.send(f"REDEEM {operator}")
    neural.send("CS ACCESS #team DEL Nine")
    assert codes(nine, f"REDEEM {operator}") == ["ACCEPTED"]
    assert "@Nine" not in nine.ask("NAMES #team")[0]
    neural.send("KICK #team Nine")
    assert codes(nine, f"REDEEM {operator}") == ["ACCEPTED", "473"]
    nine.send(f"REDEEM {guest}")
    assert codes(nine, "PART #team") == ["PART"]
    assert codes(nine, f"REDEEM {guest}")[:2] == ["ACCEPTED", "JOIN"], "its account is on the list I"
    neural.send("MODE #team -I a:Nine", "KICK #team Nine")
    assert codes(nine, f"REDEEM {guest}") == ["ACCEPTED", "473"]


def test_a_channel_that_is_not_there_is_made(chat: Chat) -> None:
    nine = member(chat, "Nine")
    assert codes(nine, f"REDEEM {invite(chat, channel='Team', role='voice')}")[:2] == ["ACCEPTED", "JOIN"]
    assert "#Team" in nine.ask("NAMES #team")[0]


def test_in_a_registered_channel_the_role_lasts(chat: Chat) -> None:
    neural = member(chat, "Neural")
    neural.send("JOIN #team", "CS REGISTER #team", "MODE #team +ik key")
    nine = member(chat, "Nine")
    assert codes(nine, f"REDEEM {invite(chat, role='operator')}") == [
        "ACCEPTED",
        "JOIN",
        "MODE",
        "353",
        "366",
    ]
    zed = member(chat, "Zed")
    assert codes(zed, f"REDEEM {invite(chat)}") == ["ACCEPTED", "JOIN", "353", "366", "MODE"]
    for client in (neural, nine, zed):
        client.send("PART #team")
    zoe = member(chat, "Zoe")
    assert codes(zoe, f"REDEEM {invite(chat, role='voice')}")[:2] == ["ACCEPTED", "JOIN"], "it rested"
    nine.send("JOIN #team")
    assert "@Nine" in nine.ask("NAMES #team")[0]
    assert codes(zed, "JOIN #team key")[0] == "JOIN"
    registration = chat.engine.world.channels["#team"].registration
    assert registration is not None
    assert [registration.role_of(nick) for nick in ("nine", "zed", "zoe")] == ["o", "", "v"]


def test_it_counts_people(chat: Chat) -> None:
    token = invite(chat, uses=2)
    nine, zed, zoe = (member(chat, nick) for nick in ("Nine", "Zed", "Zoe"))
    for client in (nine, nine, zed):
        assert "ACCEPTED" in codes(client, f"REDEEM {token}")
    assert codes(zoe, f"REDEEM {token}") == ["USED_UP"]
    nine.send("PART #team")
    assert "ACCEPTED" in codes(nine, f"REDEEM {token}"), "it is still theirs"


def test_of_two_at_once_one_gets_in(chat: Chat) -> None:
    """Both were told that it is good before either took it."""
    token = invite(chat)
    nine, zed = member(chat, "Nine"), member(chat, "Zed")
    for client in (nine, zed):
        chat.engine.receive(client.session, f"REDEEM {token}\r\n".encode())
    chat.settle()
    assert any(" JOIN " in line for line in nine.read())
    assert [line.split(" ")[3] for line in zed.read()] == ["USED_UP"]
    assert manage(chat, action="list")[0].endswith("(used up)")


def test_each_way_to_be_worth_nothing_has_its_own_sentence(chat: Chat) -> None:
    nine, zed = member(chat, "Nine"), member(chat, "Zed")
    used, old, revoked = invite(chat), invite(chat, expires="1h"), invite(chat, expires="never")
    zed.send(f"REDEEM {used}")
    manage(chat, action="revoke", id=revoked.partition("-")[0])
    chat.now += 3600
    said = {}
    for token in (used, old, revoked, "aaaaaaaa-nonsense", used[:-1]):
        (line,) = nine.ask(f"REDEEM {token}")
        _, _, _, code, text = line.split(" ", 4)
        said.setdefault(code, text)
    assert list(said) == ["USED_UP", "EXPIRED", "REVOKED", "INVALID_TOKEN"]
    assert len(set(said.values())) == 4


def test_tokens_cannot_be_guessed_for_long(make_chat: Callable[[Settings], Chat]) -> None:
    chat = make_chat(Settings(server=Server(name="gchat.test")))
    token = invite(chat)
    nine = member(chat, "Nine")
    answers = [code for _ in range(15) for code in codes(nine, "REDEEM aaaaaaaa-nonsense")]
    assert answers == ["INVALID_TOKEN"] * 10 + ["TOO_MANY_ATTEMPTS"] * 5
    assert codes(nine, f"REDEEM {token}") == ["TOO_MANY_ATTEMPTS"]
    chat.advance(60)
    assert "ACCEPTED" in codes(nine, f"REDEEM {token}")


def test_too_many_channels(chat: Chat) -> None:
    nine = member(chat, "Nine")
    limit = chat.engine.settings.limits.channels_per_user
    for number in range(limit):
        nine.send(f"JOIN #{number}")
    token = invite(chat)
    assert codes(nine, f"REDEEM {token}") == ["405"]
    assert manage(chat, action="list")[0].split(" ")[3] == "0/1"


# --- with an account that is made for it


def test_it_is_good_for_an_account_where_nobody_else_gets_one(make_chat: Callable[[Settings], Chat]) -> None:
    chat = made(make_chat, registration="closed")
    token = invite(chat)
    nine = chat.client("Nine")
    assert codes(nine, f"REDEEM {token}") == ["ACCOUNT_REQUIRED"]
    answers = nine.ask(f"REDEEM {token} {PASSWORD}")
    assert ":The account Nine is yours, and so is the nick" in answers[0]
    assert any(" JOIN " in line for line in answers)
    zed = chat.client("Zed")
    assert codes(zed, f"REDEEM {token} {PASSWORD}") == ["USED_UP"]
    assert chat.engine.world.account("Zed") is None


def test_it_allows_register_too(make_chat: Callable[[Settings], Chat]) -> None:
    chat = made(make_chat, registration="closed", email="required")
    nine, zed = chat.client("Nine"), chat.client("Zed")
    token = invite(chat)
    assert codes(nine, f"REGISTER * * {PASSWORD}") == ["DISALLOWED"]
    nine.send(f"REDEEM {token}")
    zed.send(f"REDEEM {token}")
    assert " SUCCESS Nine " in nine.ask(f"REGISTER * * {PASSWORD}")[0]
    assert codes(zed, f"REGISTER * * {PASSWORD}") == ["DISALLOWED"], "the account was its use"
    assert "ACCEPTED" in codes(nine, f"REDEEM {token}")


def test_of_two_accounts_at_once_one_is_made(make_chat: Callable[[Settings], Chat]) -> None:
    chat = made(make_chat, registration="closed")
    token = invite(chat)
    nine, zed = chat.client("Nine"), chat.client("Zed")
    for client in (nine, zed):
        chat.engine.receive(client.session, f"REDEEM {token} {PASSWORD}\r\n".encode())
    chat.settle()
    assert any(" JOIN " in line for line in nine.read())
    assert [line.split(" ")[3] for line in zed.read()] == ["USED_UP"]
    assert list(chat.engine.world.accounts) == ["nine"]


def test_nickserv_takes_it_too(chat: Chat) -> None:
    token = invite(chat)
    nine = chat.client("Nine", "echo-message")
    answers = nine.ask(f"PRIVMSG NickServ :REDEEM {token} {PASSWORD}")
    assert answers[0] == ":Nine!~Nine@127.0.0.1 PRIVMSG NickServ :REDEEM ****"
    said = [line.partition(" NOTICE Nine :")[2] for line in answers if " NOTICE " in line]
    assert said == ["The account Nine is yours, and so is the nick", "The invitation to #team is yours"]
    assert any(" JOIN " in line for line in answers)
    said = chat.client("Zed").ask(f"NS REDEEM {token} {PASSWORD}")
    assert said[0].endswith(":This invitation was used already: ask for one of your own")


def test_before_the_connection_is_complete(make_chat: Callable[[Settings], Chat]) -> None:
    """Where everybody needs an account, an invitation is the way to one."""
    chat = made(make_chat, registration="closed", required=True, before_connect=False)
    token = invite(chat)
    nine = chat.connect()
    nine.send("CAP LS 302", "NICK Nine", "USER Nine 0 * :Nine")
    answers = nine.ask(f"REDEEM {token} {PASSWORD}", "CAP END")
    assert any(" 900 " in line for line in answers)
    assert any(" 001 " in line for line in answers)
    assert codes(nine, f"REDEEM {token}")[:2] == ["ACCEPTED", "JOIN"]


def test_it_is_shown_before_register(make_chat: Callable[[Settings], Chat]) -> None:
    chat = made(make_chat, registration="closed")
    nine = chat.connect()
    nine.send("CAP LS 302", "NICK Nine", "USER Nine 0 * :Nine")
    token = invite(chat)
    assert nine.ask(f"REDEEM {token}") == [":gchat.test NOTE REDEEM SHOWN #team :You are invited to #team"]
    assert " SUCCESS Nine " in "".join(nine.ask(f"REGISTER * * {PASSWORD}"))
    assert codes(chat.connect(), f"REDEEM {token} {PASSWORD}") == ["USED_UP"]
    assert codes(chat.connect(), f"REDEEM {invite(chat)} {PASSWORD}") == ["NEED_NICK"]


def test_no_invitation_goes_past_the_password_of_the_server(make_chat: Callable[[Settings], Chat]) -> None:
    chat = make_chat(Settings(server=Server(name="gchat.test", password="hash"), throttle=False))
    token = invite(chat)
    nine = chat.connect()
    nine.send("CAP LS 302", "NICK Nine", "USER Nine 0 * :Nine")
    assert codes(nine, f"REDEEM {token} {PASSWORD}") == ["COMPLETE_CONNECTION_REQUIRED"]


def test_who_has_an_account_is_logged_in(chat: Chat) -> None:
    token = invite(chat, uses=2)
    nine = chat.client("Nine")
    nine.send(f"REDEEM {token} {PASSWORD}", "QUIT")
    nine = chat.connect()
    nine.send("CAP LS 302", "NICK Nine", "USER Nine 0 * :Nine")
    assert codes(nine, f"REDEEM {token} wrong")[0] == "WRONG_PASSWORD"
    assert "900" in codes(nine, f"REDEEM {token} {PASSWORD}")
    nine.send("CAP END")
    nine.read()
    assert codes(nine, f"REDEEM {token}")[0] == "ACCEPTED"
    assert manage(chat, action="list")[0].split(" ")[3] == "1/2"


def test_a_weak_password_uses_nothing_up(chat: Chat) -> None:
    token = invite(chat)
    assert codes(chat.client("Nine"), f"REDEEM {token} short") == ["WEAK_PASSWORD"]
    assert manage(chat, action="list")[0].split(" ")[3] == "0/1"


# --- keeping them


@pytest.mark.pure
def test_the_token_is_kept_nowhere(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Change] = []
    monkeypatch.setattr(chat.engine, "keep", kept.append)
    token = invite(chat)
    nine = member(chat, "Nine")
    nine.send(f"REDEEM {token}")
    written = json.dumps([one.body for one in kept if isinstance(one, Document) and one.kind == "invitation"])
    assert token.partition("-")[0] in written
    assert token.partition("-")[2] not in written
    assert "nine" not in written.lower(), "nor is who used it"


def test_they_are_read_again() -> None:
    whole = Invitation("aa", "d" * 64, "#team", "v", 2, 5, 9, 0, 7).use("Nine")
    assert from_document(json.loads(json.dumps(to_document(whole)))) == whole
    known = Invitations()
    known.load("aa", to_document(whole))
    assert known.all() == [whole]
    assert known.tidy(7 + REMEMBERED) == []
    assert known.tidy(8 + REMEMBERED) == [Document("invitation", "aa", None)]
    assert known.get("aa") is None


def test_a_renamed_channel_keeps_its_invitations(chat: Chat) -> None:
    (neural,) = chat.join("#old", "Neural")
    token = invite(chat, channel="#old")
    neural.send("RENAME #old #new")
    nine = member(chat, "Nine")
    assert any("JOIN #new" in line for line in nine.ask(f"REDEEM {token}"))


# --- the command


def test_what_is_printed(chat: Chat) -> None:
    assert manage(chat, role="voice", uses=3) == [
        "Invitation aaaaaaaa to #team as voice, for 3 people, until 2023-11-21 22:13 UTC; "
        "gchat-server invite --revoke aaaaaaaa takes it back.",
        "This is shown once, and whoever has it can use it:",
        "",
        f"  gchat 'ircs://gchat.test/#team?invitation=aaaaaaaa-{'a' * 31}b'",
        "",
        "In any other client, once it is connected to ircs://gchat.test:",
        "",
        f"  /quote REDEEM aaaaaaaa-{'a' * 31}b PASSWORD",
    ]
    assert manage(chat, action="list") == ["aaaaaaaa #team voice 0/3 used until 2023-11-21 22:13 UTC"]
    assert manage(chat, action="revoke", id="aaaaaaaa") == [
        "The invitation aaaaaaaa to #team lets nobody in any more"
    ]
    assert manage(chat, action="list")[0].endswith("(revoked)")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"channel": "#"}, "cannot be a channel"),
        ({"channel": "a b"}, "cannot be a channel"),
        ({"role": "founder"}, "there is no role founder"),
        ({"uses": 0}, "--uses"),
        ({"expires": "0"}, "--expires"),
        ({"expires": "soon"}, "--expires"),
        ({"action": "revoke", "id": "x"}, "there is no invitation x"),
        ({"action": "nonsense"}, "not known"),
    ],
)
def test_what_the_command_refuses(chat: Chat, asked: Mapping[str, Any], words: str) -> None:
    with pytest.raises(ControlError, match=words):
        manage(chat, **asked)


def test_there_is_an_end_to_them(chat: Chat) -> None:
    for number in range(MOST):
        chat.engine.world.invitations.put(Invitation(str(number), "", "#team", "", 1, 0))
    with pytest.raises(ControlError, match="revoke some"):
        manage(chat)


@pytest.mark.parametrize(
    ("name", "listeners", "address"),
    [
        ("chat.example", [Listener("", 6697, tls=True)], "ircs://chat.example"),
        (
            "chat.example",
            [Listener("0.0.0.0", 7000), Listener("127.0.0.1", 6697, tls=True)],
            "irc://chat.example:7000",
        ),
        ("chat.example", [Listener("127.0.0.1", 6667)], "irc://localhost"),
        ("chat.example", [Listener("192.0.2.1", 6697, tls=True)], "ircs://192.0.2.1"),
        ("chat.example", [Listener("2001:db8::1", 6667)], "irc://[2001:db8::1]"),
    ],
)
def test_the_address(name: str, listeners: list[Listener], address: str) -> None:
    assert invitation_tools.address(Settings(server=Server(name=name)), listeners) == address


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("irc://localhost", True),
        ("ircs://LOCALHOST:7000", True),
        ("irc://127.0.0.1:6667", True),
        ("irc://[::1]", True),
        ("localhost:6667", True),
        ("ircs://chat.example", False),
        ("irc://192.0.2.1:6667", False),
        ("irc://[2001:db8::1]", False),
        ("irc://[nonsense", False),
        ("chat.example", False),
    ],
)
def test_an_address_that_only_this_machine_reaches(chat: Chat, address: str, warned: bool) -> None:
    chat.client("Neural").send("JOIN #team")
    asked = {"action": "make", "channel": "#team", "role": "", "uses": 1, "expires": "7d", "address": address}
    says = invitation_tools.manage(chat.engine, asked, HERE)["warns"]
    expected = f"only this machine reaches {address}; --address says where others reach the server"
    assert says == ([expected] if warned else [])


def test_a_channel_that_nobody_knows(chat: Chat) -> None:
    asked = {"action": "make", "channel": "#typo", "role": "", "uses": 1, "expires": "7d", "address": ""}
    (warning,) = invitation_tools.manage(chat.engine, asked, HERE)["warns"]
    assert warning.startswith("#typo is not there, and not registered")


def test_only_a_person_knows_where_a_socket_leads() -> None:
    with pytest.raises(ControlError, match="--address"):
        invitation_tools.address(Settings(), [Listener(path="/run/gchat")])


def test_without_a_server(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        status = main.main(["--no-config", "--data-dir", str(tmp_path), "invite", *words])
        return status, *capsys.readouterr()

    status, said, warned = run("--channel", "#team", "--role", "voice", "--expires", "never")
    assert status == 0
    assert warned == (
        "gchat-server: only this machine reaches irc://localhost; "
        "--address says where others reach the server\n"
        "gchat-server: #team is not there, and not registered; "
        "who comes in first makes it, and is its operator\n"
    )
    assert "gchat 'irc://localhost/#team?invitation=" in said
    id = said.split(" ")[1]
    assert run("--list") == (0, f"{id} #team voice 0/1 used without end\n", "")
    assert run("--revoke", id)[0] == 0
    assert run("--revoke", "x")[2] == (
        "gchat-server: there is no invitation x: gchat-server invite --list shows them\n"
    )
    assert run("--list")[1].endswith("(revoked)\n")
    store = SqliteStore.open(str(tmp_path / "gchat.db"), background=False)
    assert [key for key, _ in store.load("invitation")] == [id]
    store.close()
