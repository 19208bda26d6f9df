"""Token buckets, and what they do to a client: lag first, then the end."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.server.settings import Limits, Server, Settings
from gchat.server.throttle import Buckets, TokenBucket, neighbourhood
from gchat.server.world import Ban
from gchat.tutorial.wire import TutorialWire

SERVER = ":gchat.test"
NEURAL = ":Neural!~Neural@127.0.0.1"

# whose it is


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
        ("2001:db8::7", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::1", "2001:db8::/64"),
        ("0::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("0::ffff:192.0.2.7", "192.0.2.7"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_what_an_address_is_counted_as(host, counted):
    assert neighbourhood(host) == counted


# the bucket


def test_a_burst_and_then_a_rate():
    bucket = TokenBucket(2.0, 3.0, now=100.0)
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(100.4)
    assert bucket.take(100.6)
    assert not bucket.take(100.6)
    assert [bucket.take(200.0) for _ in range(4)] == [True, True, True, False]


def test_no_rate_is_no_limit():
    bucket = TokenBucket(0.0, 1.0, now=0.0)
    assert all(bucket.take(0.0) for _ in range(1000))


def test_a_clock_that_jumps_back_neither_gives_nor_takes():
    bucket = TokenBucket(1.0, 2.0, now=1000.0)
    assert bucket.take(1000.0)
    assert bucket.take(10.0)
    assert not bucket.take(10.0)
    assert bucket.take(11.0)


def test_a_reload_keeps_what_fits():
    bucket = TokenBucket(1.0, 10.0, now=0.0)
    bucket.change(1.0, 2.0)
    assert [bucket.take(0.0) for _ in range(3)] == [True, True, False]
    bucket.change(0.0, 2.0)
    assert bucket.take(0.0)


@given(
    rate=st.floats(0.01, 100),
    burst=st.floats(1, 100),
    steps=st.lists(st.floats(0, 10), max_size=200),
)
def test_nobody_takes_more_than_burst_and_rate(rate, burst, steps):
    now, taken = 0.0, 0
    bucket = TokenBucket(rate, burst, now)
    for step in steps:
        now += step
        taken += bucket.take(now)
        assert taken <= burst + rate * now + 1e-6


# many buckets


def drain(buckets, key, now):
    """Take all there is; return how much that was."""
    return next(number for number in range(1000) if not buckets.take(key, now))


def test_each_has_its_own():
    buckets = Buckets(1.0, 3.0)
    assert [drain(buckets, key, 0.0) for key in ("a", "b", "a")] == [3, 3, 0]
    buckets.give_back("a")
    buckets.give_back("nobody")
    assert [drain(buckets, key, 0.0) for key in ("a", "b")] == [1, 0]
    assert [drain(buckets, key, 2.0) for key in ("a", "b")] == [2, 2]


def test_an_empty_one_is_not_forgotten_however_many_names_come():
    buckets = Buckets(0.01, 3.0, most=100)
    drain(buckets, "victim", 0.0)
    for number in range(10_000):
        buckets.take(f"name {number}", 0.0)
        assert len(buckets) <= 100
    assert drain(buckets, "victim", 0.0) == 0


def test_full_ones_are_forgotten_before_those_that_are_not():
    buckets = Buckets(1.0, 3.0, most=100)
    for number in range(50):
        buckets.take(f"used {number}", 0.0)
        buckets.take(f"used {number}", 0.0)
    for number in range(50):
        buckets.take(f"full {number}", 0.0)
    for number in range(50):  # at this time those have their token again, and the others one of their two
        assert buckets.take(f"new {number}", 1.0)
    assert {drain(buckets, f"used {number}", 1.0) for number in range(50)} == {2}
    assert len(buckets) == 100


def test_of_those_that_are_not_full_the_longest_unused_are_forgotten():
    buckets = Buckets(0.01, 3.0, most=10)
    for key in "abcdefghij":
        assert drain(buckets, key, 0.0) == 3 if key == "c" else buckets.take(key, 0.0)
    buckets.take("a", 0.0)
    assert all(buckets.take(key, 0.0) for key in "kl")
    assert [drain(buckets, key, 0.0) for key in "ac"] == [1, 0]  # b and d are gone
    assert [drain(buckets, key, 0.0) for key in "ij"] == [2, 2]


def test_while_all_are_empty_a_new_one_gets_nothing():
    buckets = Buckets(0.1, 1.0, most=10)
    for number in range(10):
        assert buckets.take(number, 0.0)
    assert not any(buckets.take(f"new {number}", now) for number in range(100) for now in (0.0, 5.0))
    assert len(buckets) == 10
    assert buckets.take("new", 11.0)


def test_to_look_for_room_is_seldom_where_there_is_none(monkeypatch):
    looks = []
    has = TokenBucket.has

    def look(self, tokens, now):
        looks.append(self)
        return has(self, tokens, now)

    monkeypatch.setattr(TokenBucket, "has", look)
    buckets = Buckets(0.001, 1.0, most=100)
    for number in range(100):
        buckets.take(number, 0.0)
    for number in range(1000):
        buckets.take(f"new {number}", 0.0)
    assert len(looks) <= 2 * 100
    partly = Buckets(0.001, 2.0, most=100)
    looks.clear()
    for number in range(10_000):
        assert partly.take(number, 0.0)
    assert len(looks) <= 2 * 10 * 10_000  # a tenth goes at once


def test_of_what_there_is_only_so_much_of_nothing_is_forgotten():
    buckets = Buckets(0.1, 1.0, most=0)
    assert all(buckets.take(number, 0.0) for number in range(20_000))
    assert not any(buckets.take(number, 0.0) for number in range(20_000))


def test_many_without_a_rate_are_without_a_limit():
    buckets = Buckets(0.0, 1.0, most=10)
    assert all(buckets.take(number % 50, 0.0) for number in range(1000))
    assert len(buckets) == 0
    buckets.change(0.1, 1.0)
    assert [buckets.take("a", 0.0) for _ in range(2)] == [True, False]


def test_a_clock_that_jumps_back_keeps_nobody_out():
    buckets = Buckets(1.0, 2.0, most=2)
    for key in "ab":
        drain(buckets, key, 1000.0)
    assert not buckets.take("c", 1000.0)
    assert not buckets.take("c", 10.0)  # a and b were not used since
    assert [buckets.take(key, 10.0) for key in "ab"] == [False, False]
    assert [buckets.take(key, 12.0) for key in "abc"] == [True, True, True]


# the commands of a client


@pytest.fixture
def slow(make_chat):
    """Five commands at once, then one a second; two nick changes, then one in ten seconds."""
    limits = Limits(
        command_rate=1.0, command_burst=5.0, nick_rate=0.1, nick_burst=2.0, recvq=4096, ping_interval=0
    )
    return make_chat(Settings(server=Server(name="gchat.test"), limits=limits))


def pongs(client):
    return [line.rpartition(":")[2] for line in client.read()]


def test_who_sends_too_fast_lags_and_loses_nothing(slow):
    client = slow.client("Neural")  # NICK and USER took two
    client.send(*[f"PING {number}" for number in range(10)])
    assert pongs(client) == ["0", "1", "2"]
    assert slow.engine.lagging
    slow.advance(2)
    assert pongs(client) == ["3", "4"]
    client.send("PING 10")
    assert pongs(client) == []
    slow.advance(60)
    assert pongs(client) == ["5", "6", "7", "8", "9", "10"]
    assert not slow.engine.lagging
    assert client.session.inbox_bytes == 0


def test_a_client_that_lags_holds_nobody_up(slow):
    client, other = slow.client("Neural"), slow.client("Nine")
    client.send(*["PING x"] * 20)
    assert other.numerics("PING y") == ["PONG"]


def test_who_lags_too_much_is_ended(slow):
    neural = slow.client("Neural")
    nine = slow.client("Nine")
    neural.send("JOIN #team")
    nine.send("JOIN #team")
    neural.read()
    neural.send(*["PRIVMSG #team :" + "x" * 400] * 20)
    assert neural.ended == "RecvQ exceeded"
    assert neural.read()[-1] == "ERROR :Closing link: (127.0.0.1) [RecvQ exceeded]"
    assert nine.read()[-1] == f"{NEURAL} QUIT :RecvQ exceeded"
    assert not neural.session.inbox
    slow.advance(5)
    assert nine.read() == []


@pytest.mark.parametrize("line", ["x" * 400, "@+x=" + "y" * 3000 + " PING", "PING"])
def test_what_waits_is_bounded_whatever_it_is(slow, line):
    client = slow.client("Neural")
    sent = 0
    while not client.ended:
        client.send(line)
        sent += 1
        assert sent < 100
    assert sent * 64 <= 4096 + 64 * 6


def test_bad_lines_count_too(slow):
    client = slow.client("Neural")
    client.send_bytes(b"PRIVMSG #team :\xff\xff\r\n" * 100)
    assert client.ended == "RecvQ exceeded"


def test_who_is_ended_in_the_middle_of_a_read_is_not_heard_on(slow):
    client = slow.client("Neural")
    slow.engine.receive(client.session, b"PING 1\r\n" * 200)
    slow.settle()
    assert client.ended
    assert len(client.read()) == 3 + 1


def test_without_throttles_nobody_lags(chat):
    client = chat.client("Neural")
    assert len(client.ask(*["PING x"] * 1000)) == 1000


def test_a_reload_changes_the_rates_of_those_who_are_here(slow):
    client = slow.client("Neural")
    slow.engine.configure(dataclasses.replace(slow.engine.settings, throttle=False))
    assert len(client.ask(*["PING x"] * 100)) == 100


def test_lines_wait_before_registration_as_well(slow):
    client = slow.connect()
    client.send(*[f"PING {number}" for number in range(7)])
    assert len(client.read()) == 5


# nicks


def test_who_changes_nicks_too_often_has_to_wait(slow):
    client = slow.client("Neural")
    slow.advance(10)
    too_often = f"{SERVER} 263 b NICK :You change your nick too often: wait a minute"
    assert client.ask("NICK a", "NICK b", "NICK c")[-1] == too_often
    slow.advance(10)
    assert client.numerics("NICK c", "NICK d") == ["NICK", "263"]


def test_nicks_that_are_refused_cost_nothing(slow):
    slow.client("Nine")
    client = slow.client("Neural")
    slow.advance(10)
    assert client.numerics("NICK Nine", "NICK #x", "NICK Neural", "NICK a", "NICK b") == [
        "433",
        "432",
        "NICK",
        "NICK",
    ]


@pytest.mark.parametrize(
    "line", ["@" + ";".join(f"+{n:x}" for n in range(700)) + " PING", "PING " + "ab " * 150]
)
def test_what_waits_is_counted_as_what_it_takes(slow, line):
    client = slow.client("Neural")
    client.send(*[line] * 3, *[line] * 2)
    assert client.ended == "RecvQ exceeded"


def test_a_long_answer_is_paid_for(make_chat):
    limits = Limits(command_rate=1.0, command_burst=3.0, connections_per_address=1000, ping_interval=0)
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=limits))
    for number in range(250):
        chat.client(f"n{number}")
    client = chat.client("Neural")
    chat.advance(3)
    assert len(client.ask("WHO *")) == 252
    assert client.ask("PING x") == []
    chat.advance(2)
    assert len(client.read()) == 1


@pytest.mark.parametrize("line", ["JOIN " + ",".join(f"#c{n}" for n in range(40)), "PRIVMSG #a,#b,#c,#d :x"])
def test_a_line_that_takes_long_is_paid_for(make_chat, line):
    limits = Limits(command_rate=1.0, command_burst=3.0, connections_per_address=1000, ping_interval=0)
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=limits))
    other, neural = chat.client("Other"), chat.client("Neural")
    for name in "abcd":
        chat.advance(60)
        other.send(f"JOIN #{name}", f"MODE #{name} -n")
        channel = chat.engine.world.channel(f"#{name}")
        channel.lists["b"] = {f"{n}!*@*": Ban(f"{n}!*@*", "Other", 0) for n in range(100)}
    chat.advance(60)
    neural.send(line)
    neural.read()
    neural.send("PING now")
    assert neural.read() == [], "it waits"
    chat.advance(10)
    assert neural.read() == [f"{SERVER} PONG gchat.test :now"]


def test_many_lines_that_wait_for_one_are_handled_one_after_another(make_chat):
    """Within each other they would need as many frames of Python's stack."""
    chat = make_chat(Settings(server=Server(name="gchat.test"), throttle=False))
    neural = chat.client("Neural")
    neural.send_bytes(b"CHATHISTORY LATEST #x * 5\r\n" + b"LIST >9999\r\n" * 2000)
    chat.settle()
    assert [line.split(" ")[1] for line in neural.read()].count("323") == 2000
    assert chat.engine.errors == 0


def test_a_debt_is_bounded():
    bucket = TokenBucket(1.0, 5.0, 0.0)
    bucket.owe(1000)
    assert not bucket.take(5.5)
    assert bucket.take(6.5)


def test_the_tutorial_s_sentences_are_no_way_around_the_throttle(slow):
    client = slow.plain(TutorialWire("#lobby", True))
    client.send_bytes(b"Neural\n")
    client.send_bytes(b"/help\n" * 1000)
    assert client.ended == "RecvQ exceeded"
