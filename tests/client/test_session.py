"""Registration, capabilities, SASL, nicks, PING: one connection against scripted servers."""

from base64 import b64encode

import pytest

from gchat.client.batches import MOST_ITEMS, MOST_OPEN, Batch
from gchat.client.session import ASLEEP, PING_EVERY, REGISTRATION, SILENCE, Identity, Session
from gchat.client.wires import IrcWire
from gchat.irc.message import Message

NEURAL = Identity("Neural")


def start(identity: Identity = NEURAL) -> tuple[Session, list[str]]:
    session = Session(IrcWire(), identity, 0.0)
    return session, sent(session)


def sent(session: Session, now: float = 0.0) -> list[str]:
    return session.take(now).decode().split("\r\n")[:-1]


def hear(session: Session, *lines: str, now: float = 0.0) -> list[str]:
    session.receive("".join(line + "\r\n" for line in lines).encode(), now)
    return sent(session, now)


def test_it_says_who_it_is_in_one_piece() -> None:
    identity = Identity("Neural", username="n", realname="Neural Network", password="open sesame")
    assert start(identity)[1] == [
        "CAP LS 302",
        "PASS :open sesame",
        "NICK Neural",
        "USER n 0 * :Neural Network",
    ]


def test_a_server_without_capabilities_just_lets_us_in() -> None:
    session, _ = start()
    assert hear(session, ":s 421 Neural CAP :Unknown command", ":s 001 Neural :Hi") == ["PING :gchat1"]
    assert session.registered
    assert session.caps == set()


def test_it_asks_for_what_it_wants_of_what_there_is() -> None:
    session, _ = start()
    answer = hear(session, ":s CAP * LS :sasl=PLAIN away-notify draft/odd server-time=x multi-prefix")
    assert answer == ["CAP REQ :server-time multi-prefix away-notify"]
    assert hear(session, ":s CAP * ACK :server-time multi-prefix away-notify") == ["CAP END"]
    assert session.caps == {"server-time", "multi-prefix", "away-notify"}


def test_a_list_of_several_lines_is_read_to_its_end() -> None:
    session, _ = start()
    assert hear(session, ":s CAP * LS * :server-time") == []
    assert hear(session, ":s CAP * LS :batch") == ["CAP REQ :server-time batch"]


def test_nothing_wanted_ends_the_negotiation() -> None:
    session, _ = start()
    assert hear(session, ":s CAP * LS :draft/odd") == ["CAP END"]


def test_a_refused_list_is_asked_for_one_by_one() -> None:
    session, _ = start()
    hear(session, ":s CAP * LS :server-time batch")
    assert hear(session, ":s CAP * NAK :server-time batch") == ["CAP REQ server-time", "CAP REQ batch"]
    assert hear(session, ":s CAP * NAK :server-time") == []
    assert hear(session, ":s CAP * ACK :batch") == ["CAP END"]
    assert session.caps == {"batch"}


def test_capabilities_come_and_go_later() -> None:
    session, _ = start()
    hear(session, ":s CAP * LS :batch", ":s CAP * ACK :batch", ":s 001 Neural :Hi")
    assert hear(session, ":s CAP Neural NEW :echo-message draft/odd") == ["CAP REQ echo-message"]
    assert hear(session, ":s CAP Neural ACK :echo-message") == []
    assert session.caps == {"batch", "echo-message"}
    hear(session, ":s CAP Neural DEL :batch")
    assert session.caps == {"echo-message"}


# --- SASL ----------------------------------------------------------------------------------------

ACCOUNT = Identity("Neural", sasl_user="neural", sasl_password="sesame")


def test_it_logs_in_before_registration_ends() -> None:
    session, _ = start(ACCOUNT)
    assert hear(session, ":s CAP * LS :sasl=EXTERNAL,PLAIN") == ["CAP REQ sasl"]
    assert hear(session, ":s CAP * ACK :sasl") == ["AUTHENTICATE PLAIN"]
    secret = b64encode(b"\0neural\0sesame").decode()
    assert hear(session, "AUTHENTICATE +") == [f"AUTHENTICATE {secret}"]
    assert hear(session, ":s 900 * * neural :You are now logged in as neural", ":s 903 * :Good") == [
        "CAP END"
    ]
    assert not session.sasl_problem


@pytest.mark.parametrize("numeric", ["902", "904", "905", "906", "907"])
def test_a_wrong_password_does_not_keep_us_out(numeric: str) -> None:
    session, _ = start(ACCOUNT)
    hear(session, ":s CAP * LS :sasl", ":s CAP * ACK :sasl", "AUTHENTICATE +")
    assert hear(session, f":s {numeric} * :SASL authentication failed") == ["CAP END"]


@pytest.mark.parametrize(
    ("offered", "words"), [("server-time", "no SASL"), ("sasl=EXTERNAL,SCRAM-SHA-256", "only EXTERNAL")]
)
def test_it_knows_why_it_could_not_log_in(offered: str, words: str) -> None:
    session, _ = start(ACCOUNT)
    hear(session, f":s CAP * LS :{offered}")
    assert words in session.sasl_problem


CERTIFIED = Identity("Neural", certificate=True)


@pytest.mark.parametrize(("who", "said"), [("", "+"), ("neural", b64encode(b"neural").decode())])
def test_a_certificate_logs_in(who: str, said: str) -> None:
    session, _ = start(CERTIFIED._replace(sasl_user=who))
    assert hear(session, ":s CAP * LS :sasl=PLAIN,EXTERNAL") == ["CAP REQ sasl"]
    assert hear(session, ":s CAP * ACK :sasl") == ["AUTHENTICATE EXTERNAL"]
    assert hear(session, "AUTHENTICATE +") == [f"AUTHENTICATE {said}"]
    assert hear(session, ":s 903 * :Good") == ["CAP END"]
    assert not session.sasl_problem


def test_where_the_certificate_does_not_the_password_may() -> None:
    session, _ = start(ACCOUNT._replace(certificate=True))
    hear(session, ":s CAP * LS :sasl")
    assert hear(session, ":s CAP * ACK :sasl") == ["AUTHENTICATE EXTERNAL"]
    assert hear(session, "AUTHENTICATE +", ":s 904 * :No")[-1:] == ["AUTHENTICATE PLAIN"]
    secret = b64encode(b"\0neural\0sesame").decode()
    assert hear(session, "AUTHENTICATE +") == [f"AUTHENTICATE {secret}"]
    assert hear(session, ":s 904 * :No") == ["CAP END"]


@pytest.mark.parametrize(
    ("offered", "words"), [("server-time", "not take certificates"), ("sasl=PLAIN", "no certificates, only")]
)
def test_it_knows_why_the_certificate_could_not_log_in(offered: str, words: str) -> None:
    session, _ = start(CERTIFIED)
    assert hear(session, f":s CAP * LS :{offered}")[-1:] in (["CAP END"], ["CAP REQ server-time"])
    assert words in session.sasl_problem


def test_no_password_no_login() -> None:
    session, _ = start()
    assert hear(session, ":s CAP * LS :sasl=PLAIN") == ["CAP END"]


# --- nicks ---------------------------------------------------------------------------------------


def test_the_next_nick_is_tried_when_one_is_in_use() -> None:
    session, _ = start(Identity("Neural", alternatives=("Nine",)))
    tried = [hear(session, f":s 433 * {session.nick} :Nickname is already in use")[0] for _ in range(4)]
    assert tried == ["NICK Nine", "NICK Neural_", "NICK Neural__", "NICK Neural1"]


def test_it_stops_trying_some_day() -> None:
    session, _ = start()
    for _ in range(30):
        hear(session, f":s 433 * {session.nick} :Nickname is already in use")
    assert session.nick == ""


def test_an_impossible_nick_is_made_possible() -> None:
    session, _ = start(Identity("9Zoë Größe"))
    assert hear(session, ":s 432 * 9Zoë :Erroneus nickname") == ["NICK ZoGre"]
    assert hear(session, ":s 432 * ZoGre :Erroneus nickname") == ["NICK ZoGre_"]


@pytest.mark.parametrize("nick", ["名前", "Ж", "_7", "名_1", "_"])
def test_a_nick_without_a_letter_for_every_server_is_asked_for(nick: str) -> None:
    session, _ = start(Identity(nick))
    assert hear(session, f":s 432 * {nick} :Erroneus nickname") == []
    assert session.nick == ""
    session, _ = start(Identity(nick, alternatives=("日", "Nova")))
    assert hear(session, f":s 432 * {nick} :Erroneus nickname") == ["NICK Nova"]
    assert hear(session, ":s 433 * Nova :Nickname is already in use") == []


def test_the_server_says_what_we_are_called() -> None:
    session, _ = start(Identity("Neural_Network_the_Long"))
    hear(session, ":s 001 Neural_Ne :Welcome to the Test Network Neural_Ne!n@home.example")
    assert session.nick == "Neural_Ne"
    assert session.mask == "Neural_Ne!n@home.example"


# --- PING ----------------------------------------------------------------------------------------


def registered() -> Session:
    session, _ = start()
    hear(session, ":s 001 Neural :Hi", ":s PONG s :gchat1")
    return session


@pytest.mark.parametrize(
    ("ping", "pong"),
    [("PING :tok en", "PONG :tok en"), (":s PING abc", "PONG :abc"), ("PING a b", "PONG :b")],
)
def test_pings_are_answered(ping: str, pong: str) -> None:
    assert hear(registered(), ping) == [pong]


def test_lag_is_measured() -> None:
    session = registered()
    session.tick(PING_EVERY)
    assert sent(session) == ["PING :gchat2"]
    hear(session, ":s PONG s :gchat2", now=PING_EVERY + 0.25)
    assert session.lag == 0.25
    assert session.confirmed == PING_EVERY


def test_lag_grows_while_nobody_answers() -> None:
    session = registered()
    session.tick(PING_EVERY)
    session.tick(PING_EVERY + 7)
    assert session.lag == 7


def test_a_dead_connection_is_noticed_within_a_minute() -> None:
    session = registered()
    now = 0.0
    while not session.dead:
        now = session.deadline()
        session.tick(now)
    assert SILENCE <= now <= 60
    assert "said nothing" in session.dead


def test_a_busy_server_that_does_not_answer_pings_is_alive() -> None:
    session = registered()
    for now in range(0, 300, 10):
        session.tick(float(now))
        hear(session, ":s NOTICE Neural :busy", now=float(now))
    assert not session.dead


def test_a_server_that_never_lets_us_in_is_given_up() -> None:
    session, _ = start()
    assert session.deadline() == REGISTRATION
    session.tick(REGISTRATION)
    assert "let us in" in session.dead


def test_after_a_sleep_the_server_gets_another_chance() -> None:
    session = registered()
    session.tick(20.0)
    session.tick(20.0 + ASLEEP + 3600)
    assert not session.dead
    assert sent(session) == ["PING :gchat2"]
    session.tick(session.deadline() + SILENCE)
    assert session.dead


def test_a_clock_that_is_set_back_kills_nothing() -> None:
    session = registered()
    session.tick(30.0)
    session.tick(-3600.0)
    assert not session.dead
    assert session.deadline() < 0


# --- batches -------------------------------------------------------------------------------------


def receive(session: Session, *lines: str) -> list[object]:
    return list(session.receive("".join(line + "\r\n" for line in lines).encode(), 0.0))


def test_a_batch_comes_as_one() -> None:
    items = receive(
        registered(),
        "@label=g1 :s BATCH +1 labeled-response",
        "@batch=1 :s 311 Neural Nine u h * :R",
        ":x!y@z PRIVMSG #team :between",
        "@batch=1 :s BATCH +2 netsplit a b",
        "@batch=2 :x!y@z QUIT :a b",
        ":s BATCH -2",
        ":s BATCH -1",
    )
    assert [type(item) for item in items] == [Message, Batch]
    batch = items[1]
    assert isinstance(batch, Batch)
    assert (batch.kind, batch.label) == ("labeled-response", "g1")
    inner = batch.items[1]
    assert isinstance(inner, Batch)
    assert (inner.kind, inner.params, len(inner.items)) == ("netsplit", ("a", "b"), 1)


@pytest.mark.parametrize(
    "lines",
    [
        ("@batch=9 :s NOTICE Neural :no such batch",),
        ("BATCH", "BATCH +", "BATCH -9", "BATCH +1", "@batch=1 :s NOTICE Neural :x"),
    ],
)
def test_what_belongs_to_no_batch_is_a_message(lines: tuple[str, ...]) -> None:
    assert [type(item) for item in receive(registered(), *lines)] == [Message]


def test_batches_are_bounded() -> None:
    session = registered()
    receive(session, *(f"BATCH +{i} x" for i in range(MOST_OPEN + 1)))
    assert len(receive(session, f"@batch={MOST_OPEN} :s NOTICE Neural :plain")) == 1
    items = receive(session, *(["@batch=0 :s NOTICE Neural :x"] * (MOST_ITEMS + 1)))
    assert [len(item.items) for item in items if isinstance(item, Batch) and item.items] == [MOST_ITEMS + 1]


def test_batches_under_names_that_come_again_do_not_nest_without_end() -> None:
    session = registered()
    items = receive(session, "@batch=a1 BATCH +a0 x")
    for i in range(1, 3000):
        items += receive(session, f"@batch=a{i + 1} BATCH +a{i} x", f"BATCH -a{i - 1}")
    assert [item.items for item in items] == [[]] * 2999


def test_empty_batches_in_a_batch_are_bounded_too() -> None:
    session = registered()
    receive(session, "BATCH +a x")
    items = receive(session, *(["@batch=a BATCH +b x", "BATCH -b"] * (MOST_ITEMS + 1)))
    assert sum(len(item.items) for item in items if isinstance(item, Batch)) == MOST_ITEMS + 1
