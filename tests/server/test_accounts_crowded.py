"""How many connections one account may have at a time, whichever way it logs in."""

from __future__ import annotations

from base64 import b64encode

import pytest

from gchat.irc import scram
from gchat.server.accounts import Account
from gchat.server.settings import Limits, Server, Settings

VERIFIER = str(scram.make_verifier("sesame", b"salt", 2))
CROWDED = "This account has as many connections as one may have: close one of them"


@pytest.fixture
def make(make_chat):
    def make(**limits):
        limits = Limits(connections_per_account=2, command_rate=0.0, nick_rate=0.0, **limits)
        chat = make_chat(Settings(server=Server(name="gchat.test"), limits=limits))
        chat.engine.world.put_account(Account("Neural", verifier=VERIFIER))
        return chat

    return make


def sasl(client):
    data = b64encode(b"\0Neural\0sesame").decode()
    return client.ask("CAP REQ :sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {data}")[-1]


def complete(client, nick):
    client.send(f"NICK {nick}", "USER x 0 * :x", "CAP END")
    return client


def device(chat, host="127.0.0.1"):
    client = chat.connect(host)
    assert " 903 " in sasl(client)
    return complete(client, "Neural")


def test_sasl_refuses_one_too_many(make):
    chat = make()
    first, _ = device(chat), device(chat)
    third = chat.connect()
    assert sasl(third) == f":gchat.test 904 * :SASL authentication failed: {CROWDED}"
    chat.engine.lost(first.session, "gone")
    chat.settle()
    assert " 903 " in sasl(third)


def test_those_who_log_in_first_and_come_in_later_are_counted_then(make):
    chat = make()
    waiting = [chat.connect() for _ in range(3)]
    assert all(" 903 " in sasl(client) for client in waiting)
    for client in waiting:
        complete(client, "Neural")
    assert [client.ended for client in waiting] == ["", "", CROWDED]


def test_pass_and_nickserv_refuse_it_too(make):
    chat = make()
    device(chat), device(chat)
    client = chat.connect()
    client.send("PASS Neural:sesame")
    complete(client, "Nine")
    assert client.ended == CROWDED
    other = chat.client("Other")
    assert CROWDED in other.ask("PRIVMSG NickServ :IDENTIFY Neural sesame")[-1]


def test_some_networks_are_spared(make):
    chat = make(exempt=("10.0.0.0/8",))
    devices = [device(chat) for _ in range(2)] + [device(chat, "10.0.0.7") for _ in range(3)]
    assert not any(client.ended for client in devices)
