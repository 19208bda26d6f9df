"""A clock that is set while the server runs, or a server that was stopped: nobody pays for it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.server.backplane.base import IdSource
from gchat.server.settings import History, Limits, Server, Settings
from tests.server.history.conftest import ListStore, Past

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


# what is measured by the time of events: it does not stand still while the clock is behind

BACK_AND_FORTH = pytest.mark.parametrize(
    "leaps", [(HOUR,), (-HOUR,), (HOUR, -HOUR), (-HOUR, HOUR), (-HOUR, -HOUR)]
)
MORE = 8 / 7  # so much longer what lasts while the clock is behind may last,
LOST = 2  # and so many seconds: what passed between the last look at the clock and a jump is not known


@pytest.fixture
def past(make_chat):
    """A chat that keeps what was said, and asks nobody for a sign of life."""
    store = ListStore()
    limits = Limits(ping_interval=0)
    settings = Settings(server=Server(name="gchat.test"), limits=limits, throttle=False)
    return Past(make_chat, settings, store)


def leap(chat, leaps):
    """Have the clock jump, a second of every time between."""
    for seconds in leaps:
        chat.now += seconds
        chat.advance(1)


def pieces(texts):
    """What is said last in each line."""
    return [text.rpartition(":")[2] for text in texts]


@BACK_AND_FORTH
def test_slow_mode_is_as_slow(past, leaps):
    neural, nine = past.join("#team", "Neural", "Nine")
    neural.send("MODE #team +W 60")
    nine.send("PRIVMSG #team :one")
    leap(past.chat, leaps)
    past.chat.advance(60 * MORE + LOST)
    neural.read()
    assert nine.ask("PRIVMSG #team :two") == []
    past.chat.advance(30)
    assert nine.numerics("PRIVMSG #team :too early") == ["404"]
    past.chat.advance(60 * MORE - 30 + LOST)
    nine.send("PRIVMSG #team :three")
    assert pieces(neural.read()) == ["two", "three"]


def test_slow_mode_goes_on_while_nobody_is_heard(past):
    neural, nine = past.join("#team", "Neural", "Nine")
    neural.send("MODE #team +W 60", "PRIVMSG #team :the last event for a while")
    nine.send("PRIVMSG #team :one")
    past.chat.advance(50)
    past.chat.now -= HOUR
    past.chat.advance(5)
    assert nine.ask("PRIVMSG #team :two")[0].endswith("again in 7 seconds")
    past.chat.advance(8)
    assert nine.ask("PRIVMSG #team :three") == []


@BACK_AND_FORTH
def test_a_message_can_be_edited_after_the_wait_and_not_after_its_window(past, leaps):
    caps = "message-tags gchat/edit echo-message"
    neural, nine = past.join("#team", "Neural", "Nine", caps=caps)
    past.engine.settings = replace(past.engine.settings, history=History(edit_within="5m"))
    neural.send("MODE #team +W 60")
    leap(past.chat, leaps)
    nine.send("PRIVMSG #team :one")
    id = past.store.records[-1].id
    past.chat.advance(60 * MORE + LOST)
    assert "FAIL" not in nine.numerics(f"EDIT #team {id} :two")
    past.chat.advance(240 * MORE + LOST)
    assert nine.numerics(f"EDIT #team {id} :three") == ["FAIL"]


@BACK_AND_FORTH
def test_a_channel_may_be_renamed_after_the_same_pause(past, leaps):
    (neural,) = past.join("#one", "Neural")
    neural.send("RENAME #one #two")
    leap(past.chat, leaps)
    past.chat.advance(60 * MORE + LOST)
    neural.send("RENAME #two #three")
    assert set(past.engine.world.channels) == {"#three"}
    past.chat.advance(20)
    assert "CANNOT_RENAME" in neural.ask("RENAME #three #four")[0]


def test_a_channel_may_be_renamed_after_a_restart_with_a_clock_that_is_behind(past, make_chat):
    (neural,) = past.join("#one", "Neural", accounts=True)
    neural.send("RENAME #one #two")
    past.store.records.clear()  # what is left tells of no time
    past.start()
    past.chat.now -= HOUR
    (neural,) = past.join("#two", "Neural", accounts=True)
    neural.send("RENAME #two #three")
    assert set(past.engine.world.channels) == {"#three"}


@BACK_AND_FORTH
def test_what_was_said_since_can_be_marked_as_read(past, leaps):
    neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS)
    for number, seconds in enumerate(leaps):
        past.chat.now += seconds
        neural.send(f"PRIVMSG #team :{number}")
        (line,) = nine.read()
        time = line.split("time=")[1].split(" ")[0].split(";")[0]
        assert nine.ask(f"MARKREAD #team timestamp={time}") == [
            f":gchat.test MARKREAD #team timestamp={time}"
        ]
        past.chat.advance(5)


@BACK_AND_FORTH
def test_nobody_has_read_what_is_to_come(past, leaps):
    neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS)
    leap(past.chat, leaps)
    neural.send("PRIVMSG #team :now")
    (line,) = nine.read()
    time = line.split("time=")[1].split(" ")[0].split(";")[0]
    assert nine.ask("MARKREAD #team timestamp=2262-01-01T00:00:00.000Z") == [
        f":gchat.test MARKREAD #team timestamp={time}"
    ]


@BACK_AND_FORTH
def test_no_more_is_purged_than_was_asked_for(past, leaps):
    neural, nine = past.join("#team", "Neural", "Nine", accounts=True)
    nine.send("PRIVMSG #team :long ago")
    leap(past.chat, leaps)
    past.chat.advance(600 * MORE)
    nine.send("PRIVMSG #team :early")
    past.chat.advance(300 * MORE)
    nine.send("PRIVMSG #team :late")
    past.chat.advance(100)
    neural.send("PURGE #team Nine 5m")
    said = [record for record in past.store.records if record.command == "PRIVMSG"]
    assert [record.params[-1] for record in said] == ["long ago", "early"]


@BACK_AND_FORTH
def test_a_ban_that_begins_after_a_jump_lasts_as_long(past, leaps):
    neural, nine = past.join("#team", "Neural", "Nine")
    leap(past.chat, leaps)
    neural.send("TBAN #team 10m Guest", "TBAN #team 1m Other")
    nine.read()
    past.chat.advance(60 * MORE + LOST)
    assert nine.read() == [":gchat.test MODE #team -b Other!*@*"]
    past.chat.advance(500)
    assert nine.read() == []
    past.chat.advance(130)
    assert nine.read() == [":gchat.test MODE #team -b Guest!*@*"]


@pytest.mark.parametrize("leaps", [(-HOUR,), (-HOUR, HOUR)])
def test_a_ban_ends_no_later_because_the_clock_was_set_back(past, leaps):
    neural, nine = past.join("#team", "Neural", "Nine")
    neural.send("TBAN #team 10m Guest")
    nine.read()
    leap(past.chat, leaps)
    past.chat.advance(590)
    assert nine.read() == []
    past.chat.advance(600 * MORE - 590 + LOST)
    assert nine.read() == [":gchat.test MODE #team -b Guest!*@*"]


def test_a_ban_is_over_when_the_clock_says_so(past):
    # A machine that slept has a clock that jumps, too, and then the time is really over.
    neural, nine = past.join("#team", "Neural", "Nine")
    neural.send("TBAN #team 10m Guest")
    nine.read()
    leap(past.chat, (HOUR,))
    assert nine.read() == [":gchat.test MODE #team -b Guest!*@*"]


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
