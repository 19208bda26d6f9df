"""The life of a connection: tried, ready, lost, tried again; what is shown of it; what is done after it."""

from collections.abc import Callable
from typing import Any

import pytest

from gchat.client import events
from gchat.client.address import Address
from gchat.client.connection import LONGEST_DELAY, _joins
from gchat.client.model import State
from gchat.client.settings import NetworkSettings, Settings

Playbook = Any  # tests/client/conftest.py
CONNECT = events.Connect(1, Address("irc.example"))
REFUSED = events.ConnectionFailed(1, "nobody answers at irc.example port 6667", refused=True)


def test_the_way_to_ready(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    assert book.happen(events.Start()) == [CONNECT]
    seen = [(book.network.state, book.network.status)]
    book.happen(events.Connecting(1, "192.0.2.1 port 6667"))
    seen.append((book.network.state, book.network.status))
    book.happen(events.Connected(1))
    seen.append((book.network.state, book.network.status))
    book.server(":s 001 Neural :Hi")
    seen.append((book.network.state, book.network.status))
    book.server(":s 376 Neural :End")
    seen.append((book.network.state, book.network.status))
    assert seen == [
        (State.CONNECTING, "connecting to irc.example:6667"),
        (State.CONNECTING, "trying 192.0.2.1 port 6667"),
        (State.REGISTERING, "saying who we are"),
        (State.REGISTERING, "the server lets us in"),
        (State.READY, ""),
    ]


def test_a_server_that_forgets_to_end_its_welcome(playbook: Callable[[], Playbook]) -> None:
    book = playbook(network=NetworkSettings("", Address("irc.example", channels=("#team",))))
    book.connect()
    book.server(":s 001 Neural :Hi")
    book.wait(6)
    assert book.network.state is State.READY
    assert "JOIN #team" in book.sent()


def test_channels_are_joined_with_their_keys(playbook: Callable[[], Playbook]) -> None:
    address = Address("irc.example", channels=("#team", "#ops"), key="sesame")
    settings = NetworkSettings("work", address, (("#secret", "word"), ("#void", "")))
    book = playbook(network=settings)
    book.connect()
    book.server(":s 001 Neural :Hi", ":s 422 Neural :x")
    assert "JOIN #team,#secret,#ops,#void sesame,word" in book.sent()


def test_many_channels_take_several_lines() -> None:
    channels = [(f"#channel-{i}", f"key{i}" if i % 3 == 0 else "") for i in range(200)]
    joins = _joins(channels)
    assert all(len(f"JOIN {names} {keys}\r\n") <= 512 for names, keys in joins)
    found = []
    for names, keys in joins:
        given = keys.split(",") if keys else []
        found += [(n, given[i] if i < len(given) else "") for i, n in enumerate(names.split(","))]
    assert sorted(found) == sorted(channels)


# --- failing -------------------------------------------------------------------------------------


def test_it_tries_again_later_and_later(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.happen(events.Start())
    delays = []
    for _ in range(12):
        book.happen(REFUSED)
        delays.append(book.network.next_attempt - book.now)
        assert book.network.state is State.WAITING
        book.effects.clear()
        book.wait(delays[-1] + 0.1)
        assert CONNECT in book.effects
    assert delays[:5] == [2, 4, 8, 16, 32]
    assert delays[-1] == LONGEST_DELAY


def test_not_everybody_comes_back_at_once(playbook: Callable[[], Playbook]) -> None:
    delays = []
    for number in (0.0, 0.999):
        book = playbook()
        book.model.random = lambda number=number: number
        book.happen(events.Start())
        book.happen(REFUSED)
        delays.append(round(book.network.next_attempt - book.now))
    assert delays == [1, 3]


def test_the_same_failure_is_one_line_that_counts(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.happen(events.Start())
    for _ in range(3):
        book.happen(REFUSED)
        book.wait(130)
    assert book.texts() == [
        "Connecting to irc.example:6667 ...",
        "No connection: nobody answers at irc.example port 6667. Tried 3 times.",
    ]


ALERT = b"\x15\x03\x03\x00\x02\x02\x0a"  # unexpected_message, as gchat-server sends it
TLS = "Perhaps it wants --tls: /connect ircs://irc.example:6667 tries that."


@pytest.mark.parametrize("answer", [b"", ALERT])
def test_a_server_that_goes_before_it_says_a_line_may_want_tls(
    playbook: Callable[[], Playbook], answer: bytes
) -> None:
    book = playbook()
    book.connect()
    if answer:
        book.happen(events.Received(1, answer))
    book.happen(events.ConnectionLost(1, ""))
    assert book.last().startswith(
        f"The connection to irc.example is gone: the server closed it. {TLS} Trying again in "
    )
    assert not [text for text in book.texts() if "cannot be read" in text]


@pytest.mark.parametrize(
    "address",
    [
        Address("irc.example", 6697, True),
        Address("irc.example", 55555, language="tutorial"),
        Address(path="/run/gchat.sock"),
    ],
)
def test_where_tls_is_out_of_the_question_it_is_not_advised(
    playbook: Callable[..., Playbook], address: Address
) -> None:
    book = playbook(None, NetworkSettings("", address))
    book.connect()
    book.happen(events.ConnectionLost(1, ""))
    assert "TLS" not in book.last().upper()


def test_who_spoke_before_wants_no_tls(ready: Playbook, playbook: Callable[[], Playbook]) -> None:
    ready.happen(events.ConnectionLost(1, ""))
    ready.connect()
    ready.happen(events.ConnectionLost(1, ""))
    assert "--tls" not in ready.last()
    book = playbook()
    book.connect()
    book.server(":irc.example NOTICE * :*** Looking up your hostname")
    book.happen(events.ConnectionLost(1, ""))
    assert "--tls" not in book.last()


def test_what_cannot_help_is_not_tried_again(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.happen(events.Start())
    hint = "Set tls_ca to trust it."
    book.happen(events.ConnectionFailed(1, "the certificate is not trusted", hint=hint, again=False))
    assert book.network.state is State.DISCONNECTED
    assert book.last() == "No connection: the certificate is not trusted. Set tls_ca to trust it."
    book.wait(1000)
    assert book.effects == [CONNECT]


# --- losing --------------------------------------------------------------------------------------


def test_a_lost_connection_is_said_everywhere_and_made_again(ready: Playbook) -> None:
    ready.server(":Nine!n@h PRIVMSG Neural :psst")
    ready.happen(events.ConnectionLost(1, "connection reset by peer"))
    for name in ("", "#team", "Nine"):
        assert ready.last(name) == (
            "The connection to Test is gone: connection reset by peer. "
            "Trying again in 1 second (/connect tries now, /disconnect gives up)."
        )
    ready.effects.clear()
    ready.wait(2)
    assert ready.effects == [CONNECT]
    ready.happen(events.Connected(1))
    ready.server(":s 001 Neural :Hi", ":s 422 Neural :x")
    assert "JOIN #team" in ready.sent()
    ready.server(":Neural!u@h JOIN #team")
    assert ready.last("#team") == "You joined #team"


def test_the_servers_last_word_is_the_reason(ready: Playbook) -> None:
    ready.server("ERROR :Closing Link: Neural (Killed by Nine)")
    ready.happen(events.ConnectionLost(1, ""))
    assert ready.network.problem == "Closing Link: Neural (Killed by Nine)"


def test_silence_is_a_loss(ready: Playbook) -> None:
    ready.wait(60)
    assert ready.network.state is not State.READY
    assert events.Disconnect(1) in ready.effects
    assert "the server said nothing for 55 seconds" in ready.last("#team")


def test_we_come_back_as_who_we_were(ready: Playbook) -> None:
    ready.type("/away lunch")
    ready.type("/nick Nova")
    ready.server(":Neural!u@h NICK Nova")
    ready.happen(events.ConnectionLost(1, ""))
    ready.wait(2)
    ready.happen(events.Connected(1))
    assert "NICK Nova" in ready.sent()
    ready.server(":s 433 * Nova :in use")
    assert ready.sent() == ["NICK Neural"]
    ready.server(":s 001 Neural :Hi", ":s 422 Neural :x")
    assert "AWAY :lunch" in ready.sent()


def test_a_nick_that_becomes_free_is_taken_back(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.connect()
    book.server(":s 433 * Neural :in use", ":s 001 Neural_ :Hi", ":s 422 Neural_ :x")
    book.server(
        ":Neural_!u@h JOIN #team", ":s 353 Neural_ = #team :Neural Neural_", ":s 366 Neural_ #team :x"
    )
    book.sent()
    book.server(":Neural!u@h QUIT :Ping timeout")
    assert book.sent() == ["NICK Neural"]
    book.server(":Neural_!u@h NICK Neural", ":zed!z@z NICK zoe")
    assert book.sent() == []


def test_a_nick_that_is_kept_for_an_account(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.connect()
    book.server(":s 433 * nina :This nick is registered: if it is yours, log in to Nina_2")
    assert book.last() == (
        "nina: This nick is registered: if it is yours, log in to Nina_2; trying Neural_."
        " /msg NickServ IDENTIFY Nina_2 PASSWORD logs in."
    )


def test_what_goes_wrong_on_the_way_in_is_read_in_the_first_channel(
    playbook: Callable[[], Playbook],
) -> None:
    book = playbook()
    book.connect()
    book.server(":s 904 * :SASL authentication failed", ":s 433 * Neural :in use")
    book.server(
        ":s 001 Neural_ :Hi", ":s 422 Neural_ :x", ":Neural_!u@h JOIN #team", ":Neural_!u@h JOIN #ops"
    )
    assert book.texts("#team") == [
        "You joined #team",
        "The account's name or password is wrong; you are not logged in.",
        "The nickname Neural is in use; trying Neural_.",
    ]
    assert book.texts("#ops") == ["You joined #ops"]


def test_only_the_last_of_what_went_wrong_is_said_again(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.connect()
    for nick in ("Neural", "Neural_", "Neural__", "Neural1", "Neural2"):
        book.server(f":s 433 * {nick} :in use")
    book.server(":s 001 Neural3 :Hi", ":s 422 Neural3 :x", ":Neural3!u@h JOIN #team")
    assert len(book.texts("#team")) == 4
    assert book.last("#team") == "The nickname Neural2 is in use; trying Neural3."
    book.happen(events.ConnectionLost(1, ""))
    book.wait(2)
    book.happen(events.Connected(1))
    book.server(":s 001 Neural3 :Hi", ":s 422 Neural3 :x", ":Neural3!u@h JOIN #team")
    assert book.last("#team") == "You joined #team"


@pytest.mark.parametrize(
    ("password", "account", "said"),
    [
        ("", "", "This server wants a password: start gchat with --password-file FILE or GCHAT_PASSWORD."),
        ("x", "", "The password for this server is not the right one; gchat does not try again by itself."),
        (
            "",
            "neural",
            "This server wants a password beside the account's: give it as password_file in gchat.toml,"
            " in the server's [networks] table.",
        ),
    ],
)
def test_without_the_servers_password_nothing_is_tried_again(
    playbook: Callable[..., Playbook], password: str, account: str, said: str
) -> None:
    settings = NetworkSettings("", Address("irc.example"), password=password, sasl_user=account)
    book = playbook(network=settings)
    book.connect()
    book.server(":s 464 * :Password incorrect", "ERROR :Closing link")
    assert said in book.texts()
    book.happen(events.ConnectionLost(1, ""))
    assert (book.network.state, book.network.wanted) == (State.DISCONNECTED, False)
    book.sent()
    book.effects.clear()
    book.wait(600)
    assert book.effects == []
    book.type("/connect")
    assert [type(effect) for effect in book.effects] == [events.Connect]


def test_who_is_let_in_after_a_refused_password_comes_back(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    book.connect()
    book.server(":s 464 * :Password required", ":s 001 Neural :Hi", ":s 422 Neural :x")
    book.happen(events.ConnectionLost(1, ""))
    assert book.network.state is State.WAITING


def test_a_nick_that_cannot_be_made_possible_is_asked_for(playbook: Callable[..., Playbook]) -> None:
    settings = Settings()
    settings.nick = "名前"
    book = playbook(settings)
    book.connect()
    book.server(":s 432 * 名前 :Erroneus nickname")
    assert book.last() == (
        "名前 cannot be a nickname here: one may have letters a-z, digits and -_[]{}\\|^`, a letter first; "
        "choose another one: /nick NAME."
    )
    assert book.type("/nick Nova") == ["NICK Nova"]


def test_a_nick_can_be_chosen_while_none_is_left(playbook: Callable[[], Playbook]) -> None:
    book = playbook()
    assert book.type("/nick Nova") == []
    assert book.last() == "You will be called Nova on irc.example"
    assert "NICK Nova" in book.connect()
    for _ in range(20):
        book.server(":s 433 * x :in use")
    book.sent()
    assert book.type("/nick Nine") == ["NICK Nine"]


def test_disconnect_stays_away_and_connect_comes_back(ready: Playbook) -> None:
    assert ready.type("/disconnect so long") == ["QUIT :so long"]
    assert ready.effects == [events.Disconnect(1)]
    assert (ready.network.state, ready.buffer("#team").joined) == (State.DISCONNECTED, False)
    ready.wait(1000)
    assert ready.effects == [events.Disconnect(1)]
    ready.effects.clear()
    ready.type("/connect")
    assert ready.effects == [CONNECT]


def test_connecting_again_lets_the_old_connection_go(ready: Playbook) -> None:
    ready.type("/connect")
    assert ready.effects == [events.Disconnect(1), CONNECT]
    assert ready.network.session is None


def test_bytes_of_a_connection_that_is_gone_do_nothing(ready: Playbook) -> None:
    ready.happen(events.ConnectionLost(1, ""))
    before = ready.texts("#team")
    ready.server(":Nine!n@h PRIVMSG #team :late")
    ready.happen(events.Received(7, b"PING :x\r\n"))
    ready.happen(events.Flushed(1))
    assert ready.texts("#team") == before
    assert ready.sent() == []


def test_terminate_says_goodbye(ready: Playbook) -> None:
    ready.settings.quit_reason = "restart"
    effects = ready.happen(events.Terminate())
    assert effects == [events.Send(1, b"QUIT :restart\r\n"), events.Disconnect(1), events.Quit(0)]


# --- identities ----------------------------------------------------------------------------------


def test_a_network_has_its_own_names_and_passwords(playbook: Callable[..., Playbook]) -> None:
    settings = Settings()
    settings.nick, settings.realname = "Neural", "Neural Network"
    network = NetworkSettings("work", Address("irc.example"), nick="nn", username="u", password="door")
    assert playbook(settings, network).connect() == [
        "CAP LS 302",
        "PASS door",
        "NICK nn",
        "USER u 0 * :Neural Network",
    ]


@pytest.mark.parametrize("own", ["", "nn"])
def test_a_nick_in_the_address(playbook: Callable[..., Playbook], own: str) -> None:
    network = NetworkSettings("", Address("irc.example", nick="guest"), nick=own)
    assert f"NICK {own or 'guest'}" in playbook(None, network).connect()


def test_failed_logins_are_said(playbook: Callable[..., Playbook]) -> None:
    network = NetworkSettings("", Address("irc.example"), sasl_user="neural", sasl_password="x")
    book = playbook(None, network).register("server-time")
    assert (
        book.texts()[-2]
        == "You are not logged in: this server does not take passwords of accounts (it has no SASL)."
    )


def test_two_networks_are_two(ready: Playbook) -> None:
    ready.type("/connect ircs://other.example/#ops,#dev")
    other = ready.model.networks[1]
    address = Address("other.example", 6697, True, channels=("#ops", "#dev"))
    assert ready.effects == [events.Connect(2, address)]
    assert ready.model.current is other.server_buffer
    ready.happen(events.Connected(2))
    ready.happen(events.Received(2, b":s 001 Neural :Hi\r\n:s 422 Neural :x\r\n"))
    data = b"".join(e.data for e in ready.effects if isinstance(e, events.Send) and e.network == 2)
    assert data.endswith(b"JOIN #ops,#dev\r\n")
    ready.happen(events.Received(2, b":Neural!u@h JOIN #ops\r\n:x!y@z PRIVMSG #ops :hi\r\n"))
    names = [buffer.name for buffer in ready.model.buffers]
    assert names == ["Test", "#team", "other.example", "#ops"]
    assert ready.model.current.name == "#ops"
    ready.model.show(other.server_buffer)
    ready.type("/close bye")
    assert [network.name for network in ready.model.networks] == ["Test"]


def test_a_server_that_lets_us_in_and_throws_us_out_is_asked_less_and_less(
    playbook: Callable[[], Playbook],
) -> None:
    book = playbook()
    book.register()
    delays = []
    for _ in range(12):
        book.happen(events.ConnectionLost(1, ""))
        delays.append(book.network.next_attempt - book.now)
        book.wait(delays[-1] + 0.1)
        book.happen(events.Connected(1))
        book.server(":s 001 Neural :Hello", ":s 422 Neural :none")
        assert book.network.state is State.READY
    assert delays[:5] == [1, 2, 4, 8, 16]
    assert delays[-1] == LONGEST_DELAY
    for _ in range(5):
        book.server("PING :x")
        book.wait(20)
    book.happen(events.ConnectionLost(1, ""))
    assert book.network.next_attempt - book.now == 1
