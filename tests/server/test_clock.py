"""A clock that is set while the server runs, or a server that was stopped: nobody pays for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.server.backplane.base import IdSource
from gchat.server.settings import Limits, Server, Settings

HOUR = 3600.0
CAPS = "message-tags server-time"


@pytest.mark.parametrize("leaps", [(HOUR,), (-HOUR,), (HOUR, -HOUR), (-HOUR, HOUR), (30.0,) * 9])
def test_messages_come_once_and_in_order_and_everybody_stays(chat, leaps):
    neural, nine = chat.join("#team", "Neural", "Nine", caps=CAPS)
    lines, said = [], []
    for number, leap in enumerate((0.0, *leaps)):
        chat.now += leap
        for text in (f"{number} one", f"{number} two"):
            neural.send(f"PRIVMSG #team :{text}")
            said.append(text)
            chat.advance(2)
        lines += nine.read()
    assert [line.rpartition(":")[2] for line in lines] == said
    assert all(" :Neural!" in line for line in lines)
    ids = [line.split("msgid=")[1].split(" ")[0].split(";")[0] for line in lines]
    marks = [tuple(map(int, id.split("-"))) for id in ids]
    assert marks == sorted(set(marks))
    assert not neural.ended
    assert not nine.ended


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_who_was_asked_for_a_sign_of_life_has_the_time_that_is_left(chat, leap):
    client = chat.client("Neural")
    chat.advance(150)  # asked after 121 seconds; 31 are left
    chat.now += leap
    chat.advance(30)
    assert not client.ended
    chat.advance(5)
    assert client.ended.startswith("Ping timeout: 18")


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_who_is_silent_is_asked_after_the_same_time(chat, leap):
    client = chat.client("Neural")
    chat.advance(100)
    chat.now += leap
    chat.advance(15)
    assert client.read() == []
    chat.advance(10)
    assert any("PING" in line for line in client.read())


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_who_is_about_to_register_has_the_time_that_is_left(chat, leap):
    client = chat.connect()
    chat.advance(20)
    chat.now += leap
    chat.advance(9)
    assert not client.ended
    chat.advance(3)
    assert client.ended == "Registration timed out"


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_who_lags_goes_on_lagging_no_longer_than_before(make_chat, leap):
    limits = Limits(command_rate=1, command_burst=3)
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=limits))
    client = chat.client("Neural")
    client.send(*(f"PING {number}" for number in range(10)))
    client.read()
    chat.now += leap
    chat.advance(15)
    assert client.read()[-1].endswith(":9")


# the ids' own time


class Hand:
    """A clock that is set by hand."""

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now


def test_the_time_of_ids_goes_on_while_the_clock_is_behind_and_meets_it_again():
    clock = Hand()
    ids = IdSource(clock)
    assert ids.next() == "1000000-0"
    clock.now = 992.0
    assert (ids.next(), ids.now()) == ("1000000-1", 1_000_000)
    found = []
    for _ in range(64):
        clock.now += 1.0
        found.append(ids.now())
    assert found[:8] == [1_000_875 + 875 * number for number in range(8)]
    assert found[-1] == clock.now * 1000 == 1_056_000
    assert ids.next() == "1056000-0"
    clock.now += 1.0
    assert ids.next() == "1057000-0"


def test_ids_that_come_fast_take_the_clocks_time_too():
    clock = Hand()
    ids = IdSource(clock)
    ids.next()
    clock.now -= 100.0
    ids.next()
    for _ in range(8000):
        clock.now += 0.001
        ids.next()
    assert abs(ids.now() - 1_007_000) <= 8


@given(st.lists(st.tuples(st.integers(-4_000_000, 4_000_000) | st.integers(0, 2000), st.booleans())))
def test_whatever_the_clock_does_ids_grow_and_now_is_never_behind_them(looks):
    clock = Hand(10_000.0)
    ids = IdSource(clock, (5_000_000, 3))
    newest, now = (5_000_000, 3), 0
    for milliseconds, makes in looks:
        clock.now = max(clock.now + milliseconds / 1000, 0.0)
        if makes:
            left, right = map(int, ids.next().split("-"))
            assert (left, right) > newest
            assert left >= now
            newest = (left, right)
        else:
            before, now = now, ids.now()
            assert now >= max(before, newest[0])
            assert now >= int(clock.now * 1000)


def test_after_a_restart_with_a_clock_that_is_behind_time_goes_on_too():
    clock = Hand()
    ids = IdSource(clock, (2_000_000, 7))
    assert ids.now() == 2_000_000
    clock.now += 8.0
    assert ids.next() == "2007000-0"
