"""Passwords and the like stand nowhere: in no log, however talkative, in no file, in no answer."""

from __future__ import annotations

import logging
import re
import stat
from base64 import b32decode, b64encode
from collections.abc import Sequence
from pathlib import Path

import pytest

from gchat.server import totp
from gchat.server.control import Control
from gchat.server.invitation_tools import manage
from gchat.server.passwords import hash_password
from gchat.server.settings import Gateway, Operator, Server, Settings
from gchat.server.stores.base import Change
from gchat.server.stores.sqlite import SqliteStore

SECRET = "open-sesame"
HASH = hash_password(SECRET, b"salt", n=2)
PLAIN = b64encode(f"\0Neural\0{SECRET}".encode()).decode()
WRONG = b64encode(f"\0Neural\0{SECRET}x".encode()).decode()

# What people do with a secret in their hands, rightly and wrongly; {} is the secret.
BEFORE = [
    "PASS {}",
    "PASS Neural:{}",
    "PASS {} {} {}",
    "WEBIRC {} Page x 198.51.100.3",
    "CAP REQ :sasl",
    "AUTHENTICATE PLAIN",
    f"AUTHENTICATE {PLAIN}",
    f"AUTHENTICATE {WRONG}",
    "REGISTER * * {}",
    "REGISTER Nine * {}",
    "REDEEM token {}",
    "REDEEM {} {}",
    "OPER root {}",
]
AFTER = [
    "REGISTER * * {}",
    "REGISTER Neural mail@example.org {}",
    "NICKSERV :IDENTIFY {}",
    "PRIVMSG NickServ :IDENTIFY {}",
    "PRIVMSG NickServ :IDENTIFY Neural {}",
    "NOTICE NickServ :IDENTIFY Neural {}",
    "PRIVMSG nickserv :REGISTER {} mail@example.org",
    "PRIVMSG NickServ@gchat.test :IDENTIFY {}",
    "PRIVMSG NickServ :PASSWD {} {}2",
    "PRIVMSG NickServ :DROP {}",
    "PRIVMSG NickServ :REDEEM token {}",
    "NS IDENTIFY Neural {}",
    "NICKSERV IDENTIFY Neural {}",
    "OPER root {}",
    "OPER nobody {}",
    "OPER root {}x",
    "PASS {}",
    "REDEEM token {}",
    "AUTHENTICATE PLAIN",
    f"AUTHENTICATE {PLAIN}",
    "@label={} PING {}x",
]
SECRETS = (SECRET, PLAIN, WRONG)


def people(make_chat):
    gateway = Gateway("web", ("192.0.2.1",), HASH)
    settings = Settings(
        server=Server(name="gchat.test"),
        operators=(Operator("root", HASH),),
        gateways=(gateway,),
        throttle=False,
    )
    return make_chat(settings)


def talk(chat):
    """Somebody who says all of it, on many connections; return what they were answered."""
    said = ""
    for line in BEFORE:
        client = chat.connect("192.0.2.1")
        client.send("CAP REQ :sasl", line.format(SECRET, SECRET, SECRET), "NICK Neural", "USER n 0 * :n")
        client.send("CAP END")
        said += client.read_bytes().decode()
        chat.engine.lost(client.session, "gone")
        chat.settle()
    neural = chat.client("Neural", caps="sasl labeled-response batch")
    for line in AFTER:
        if neural.ended:
            neural = chat.client("Neural", caps="sasl")
        neural.send(line.format(SECRET, SECRET))
        said += neural.read_bytes().decode()
    return said


def test_no_log_however_talkative_holds_a_secret(make_chat, caplog):
    caplog.set_level(logging.DEBUG)
    said = talk(people(make_chat))
    assert " 900 Neural " in said  # it was no idle talk
    assert " 381 Neural " in said
    for record in caplog.records:
        text = logging.Formatter().format(record)
        assert not [secret for secret in SECRETS if secret in text], text


def by_plain(password):
    return b64encode(f"\0Neural\0{password}".encode()).decode()


def make_secrets(chat):
    """Have the server think of all that it gives out: a device's password, what one-time codes are made from,
    an invitation.  Use each, rightly and wrongly; return them.
    """
    neural = chat.client("Neural")
    neural.send(f"REGISTER * * {SECRET}", "JOIN #team")
    told = "\n".join(neural.ask("NS DEVICE ADD phone", "NS TOTP ON"))
    (device,) = re.findall(r"The password of phone is (\w{24}) ", told)
    (codes,) = re.findall(r"this secret: (\w{32})$", told, re.MULTILINE)
    code = totp.code(b32decode(codes), int(chat.now) // totp.PERIOD)
    neural.send(f"NS TOTP ON {codes}", f"NS TOTP ON {code}", f"NS TOTP OFF {codes}", f"PASS {codes}")
    devices = set()
    for given in (device, f"{device}x"):
        for before in (f"PASS Neural:{given}", f"AUTHENTICATE {by_plain(given)}", "PING x"):
            phone = chat.connect()
            phone.send("CAP REQ :sasl", "AUTHENTICATE PLAIN", before, "NICK Phone", "USER p 0 * :p")
            phone.send(
                "CAP END", f"NS IDENTIFY Neural {given}", f"OPER root {given}", f"NS PASSWD {given} {given}"
            )
            devices.add(phone.session.device)
            chat.engine.lost(phone.session, "gone")
            chat.settle()
    assert devices == {"", "phone"}
    wanted = {"action": "make", "channel": "#ours", "role": "", "uses": 1, "expires": "7d"}
    (token,) = re.findall(
        r"REDEEM (\w{8}-\w{32}) ",
        "\n".join(manage(chat.engine, wanted | {"address": "ircs://x"}, ())["says"]),
    )
    chat.settle()
    secret, nine = token.partition("-")[2], chat.client("Nine")
    for given in (f"{token}x", secret, token, token):
        nine.send(f"REDEEM {given}", f"REDEEM {given} {SECRET}", f"NS REDEEM {given}", f"JOIN #ours {given}")
    assert nine.session.account == "Nine"
    assert "#ours" in nine.session.user.channels
    return device, by_plain(device), by_plain(f"{device}x"), secret, codes


def test_no_log_however_talkative_holds_a_secret_of_the_server_s_making(make_chat, caplog):
    caplog.set_level(logging.DEBUG)
    secrets = make_secrets(people(make_chat))
    assert caplog.records
    for record in caplog.records:
        text = logging.Formatter().format(record)
        assert not [secret for secret in secrets if secret in text], text


def test_no_answer_and_nobody_else_is_told_a_secret(make_chat):
    chat = people(make_chat)
    nine = chat.client("Nine", caps="account-notify account-tag extended-monitor message-tags")
    nine.send("MONITOR + Neural", "JOIN #team")
    said = talk(chat)
    chat.op(nine)
    nine.send("WHOIS Neural", "STATS o", "STATS l", "WHOWAS Neural", "METADATA Neural LIST")
    everything = said + nine.read_bytes().decode()
    # a label is given back, and so is a ping's word: those are what asked for it
    answers = [line for line in everything.split("\r\n") if "PONG" not in line and "label=" not in line]
    assert not [line for line in answers if any(secret in line for secret in SECRETS)]


def test_no_file_holds_a_secret(make_chat, tmp_path: Path):
    chat = people(make_chat)
    store = SqliteStore.open(str(tmp_path / "gchat.db"))
    chat.engine.store = chat.engine.keeping.store = store
    talk(chat)
    neural = chat.client("Nine")
    neural.send("JOIN #team", "PRIVMSG #team :this is kept")
    store.maintenance.index()
    store.close()
    files = [file for file in tmp_path.iterdir() if file.is_file()]
    contents = b"".join(file.read_bytes() for file in files)
    assert b"this is kept" in contents
    assert b"Neural" in contents
    assert not [secret for secret in SECRETS if secret.encode() in contents]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_control_socket_is_its_owner_s(tmp_path: Path):
    control, path = Control(), tmp_path / "gchat.db.control"
    control.open(str(tmp_path / "gchat.db"))
    try:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        control.close()


@pytest.mark.parametrize("settings", [Settings(), Settings(operators=(Operator("root", HASH),))])
def test_there_is_no_default_password(make_chat, settings):
    assert not settings.server.password
    assert Settings().operators == ()
    chat = make_chat(settings)
    neural = chat.client("Neural")
    for name in ("root", "admin", "oper", "gchat", ""):
        for password in ("", "root", "admin", "password", "gchat", "changeme", "oper", "sesame"):
            neural.session.oper_failures = 0
            neural.send(f"OPER {name or '*'} :{password}")
    assert neural.session.user is not None
    assert not neural.session.user.is_operator


@pytest.mark.parametrize("lately", [False, True], ids=["the whole turn", "one after the other"])
def test_no_log_holds_what_cannot_be_kept(make_chat, caplog, lately: bool):
    """An error's own text may quote what was to be stored: so it is not written either."""

    def write(changes: Sequence[Change]) -> None:
        try:
            raise ValueError(f"what is this: {changes!r}")
        except ValueError as error:
            raise KeyError(repr(changes)) from (error if lately else None)

    chat = people(make_chat)
    neural, nine = chat.client("Neural"), chat.client("Nine")
    for client in (neural, nine):
        client.send(f"REGISTER * * {SECRET}", "JOIN #team")
    (verifier,) = {account.verifier for account in chat.engine.world.accounts.values()}
    chat.engine.keeping.store.write = write
    said = "for your eyes only"
    neural.send(f"NS PASSWD {SECRET} {SECRET}2", f"PRIVMSG Nine :{said}", f"PRIVMSG #team :{said}")
    neural.send(f"TOPIC #team :{said}", "SETNAME new", f"METADATA * SET url :{said}")
    assert chat.engine.keeping.errors > 4
    (new,) = {chat.engine.world.accounts["neural"].verifier} - {verifier}
    text = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert "This cannot be kept: Document account neural\n" in text
    assert ", in write\n" in text  # where, and what
    assert "\nRuntimeError: KeyError\n" in text
    for secret in (verifier, new, new.split(":")[-1], said, *SECRETS):
        assert secret not in text
    assert "nine neural" not in text.lower()
    assert "neural nine" not in text.lower()
