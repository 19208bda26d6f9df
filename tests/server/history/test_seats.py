"""How far back somebody may read a channel: as far as they could have read it live."""

import pytest

CAPS = "batch draft/chathistory"


@pytest.fixture
def read(tools):
    """What somebody reads of #team; None where they may not."""

    def read(client):
        lines = client.ask("CHATHISTORY LATEST #team * 100")
        return None if "INVALID_TARGET" in lines[-1] else "".join(tools.texts(lines))

    return read


@pytest.fixture
def neural(past):
    (client,) = past.join("#team", "Neural", caps=CAPS, accounts=True)
    return client


def come(past, nick="Nine", account=None, join="#team", host="127.0.0.1"):
    client = past.client(nick, CAPS, nick if account is None else account, host=host)
    client.send(f"JOIN {join}")
    return client


def test_who_comes_into_an_open_channel_reads_all_of_it(past, neural, read):
    past.say(neural, "#team", "ab")
    assert read(come(past)) == "ab"
    assert read(come(past, "Guest", "")) == "ab"


@pytest.mark.parametrize("account", ["", "Nine"])
@pytest.mark.parametrize(("up", "down", "key"), [("+i", "-i", ""), ("+k x", "-k x", "x")])
def test_behind_a_wall_one_reads_what_is_said_from_now_on(past, neural, read, up, down, key, account):
    past.say(neural, "#team", "a")
    neural.send(f"MODE #team {up}")
    past.say(neural, "#team", "b")
    nine = past.client("Nine", CAPS, account)
    neural.send("INVITE Nine #team")
    nine.send(f"JOIN #team {key}")
    past.say(neural, "#team", "c")
    assert read(nine) == "c"
    neural.send(f"MODE #team {down}")
    past.say(neural, "#team", "d")
    assert read(nine) == "cd"
    past.say(neural, "#team", "e")
    assert read(come(past, "Zed")) == "de"  # those who come now read what was said since it fell


def test_a_wall_that_is_put_up_takes_nothing_from_who_was_in(past, neural, read):
    nine = come(past)
    past.say(neural, "#team", "a")
    neural.send("MODE #team +i")
    past.say(neural, "#team", "b")
    assert read(nine) == "ab"


def test_an_account_keeps_its_seat_while_its_connection_is_gone(past, neural, read):
    nine = come(past)
    past.say(neural, "#team", "a")
    neural.send("MODE #team +iI Nine!*@*")
    nine.send("QUIT")
    past.say(neural, "#team", "b")
    assert read(come(past)) == "ab"
    assert read(come(past, "Nine2", "")) is None


@pytest.mark.parametrize("leave", ["PART #team", "JOIN 0", "KICK #team Nine"])
def test_leaving_and_being_removed_give_the_seat_up(past, neural, read, leave):
    nine = come(past)
    neural.send("MODE #team +i")
    past.say(neural, "#team", "a")
    (neural if leave.startswith("KICK") else nine).send(leave)
    assert read(nine) is None
    past.say(neural, "#team", "b")
    neural.send("INVITE Nine #team")
    nine.send("JOIN #team")
    past.say(neural, "#team", "c")
    assert read(nine) == "c"


@pytest.mark.parametrize("mask", ["Nine!*@*", "*!*@10.0.0.1"])
def test_what_was_said_during_a_ban_is_not_for_the_banned(past, neural, read, mask):
    nine = come(past, host="10.0.0.1")
    past.say(neural, "#team", "a")
    neural.send(f"MODE #team +b {mask}", "KICK #team Nine")
    past.say(neural, "#team", "b")
    neural.send(f"MODE #team -b {mask}")
    past.say(neural, "#team", "c")
    nine.send("JOIN #team")
    assert read(nine) == "c"
    assert read(come(past, "Zed")) == "abc"  # whom it did not fit


def test_a_ban_while_one_was_away_counts_as_well(past, neural, read):
    nine = come(past)
    nine.send("QUIT")
    past.say(neural, "#team", "a")
    neural.send("MODE #team +b Nine!*@*")
    past.say(neural, "#team", "b")
    neural.send("MODE #team -b Nine!*@*")
    past.say(neural, "#team", "c")
    assert read(come(past)) == "c"


def test_who_is_banned_and_invited_reads_from_now_on(past, neural, read):
    past.say(neural, "#team", "a")
    neural.send("MODE #team +b Nine!*@*")
    nine = past.client("Nine", CAPS)
    neural.send("INVITE Nine #team")
    nine.send("JOIN #team")
    past.say(neural, "#team", "b")
    assert read(nine) == "b"


def test_a_mute_keeps_nobody_from_reading(past, neural, read):
    neural.send("MODE #team +b m:Nine!*@*")
    past.say(neural, "#team", "a")
    neural.send("MODE #team -b m:Nine!*@*")
    assert read(come(past)) == "a"


def test_of_too_many_lifted_bans_the_oldest_count_for_everybody(past, neural, read):
    past.say(neural, "#team", "a")
    for number in range(102):
        neural.send(f"MODE #team +b x{number}!*@*", f"MODE #team -b x{number}!*@*")
        past.say(neural, "#team", "b" if number == 0 else ".")
    assert read(come(past)) == "." * 100  # since the second was lifted
    assert len(past.engine.world.seats.fences["#team"].bars) == 100


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize(("mode", "before"), [("+i", ""), ("+b x!*@*", ""), ("+m", "a")])
def test_whoever_makes_a_channel_anew_reads_no_more_than_who_comes_into_it(
    past, neural, read, mode, before, crash
):
    neural.send(f"MODE #team {mode}")
    past.say(neural, "#team", "a")
    if crash:
        past.start()
    else:
        neural.send("QUIT")
    nine = past.client("x", CAPS)
    nine.send("JOIN #team")
    past.chat.now += 1
    past.say(nine, "#team", "b")
    assert read(nine) == before + "b"


def test_seats_outlive_the_server(past, neural, read):
    come(past)
    neural.send("MODE #team +i")
    past.say(neural, "#team", "a")
    past.start()
    past.chat.now += 10
    nine = come(past)  # the first to come back
    assert read(nine) == "a"
    assert read(come(past, "Zed")) == ""


def test_logging_in_and_out(past, neural, read, tools):
    guest = come(past, "Guest", "")
    neural.send("MODE #team +i")
    past.say(neural, "#team", "a")
    from gchat.server import events
    from gchat.server.accounts import Account

    past.engine.world.put_account(Account("Guest"))
    past.engine.backplane.commit(events.LoggedIn(guest.session.user.uid, "Guest"), None)
    past.chat.settle()
    assert read(guest) == "a"
    guest.send("QUIT")
    past.say(neural, "#team", "b")
    back = past.client("Guest", CAPS, "Guest")
    neural.send("INVITE Guest #team")
    back.send("JOIN #team")
    assert read(back) == "ab"  # the seat is the account's now


def test_a_dropped_account_leaves_no_seat(past, neural, read):
    from gchat.server import events

    come(past)
    neural.send("MODE #team +i")
    past.say(neural, "#team", "a")
    past.engine.backplane.commit(events.AccountDropped("Nine", erased=True), None)
    past.chat.settle()
    assert not [key for kind, key in past.store.documents if key.split(" ")[0] == "nine"]
    assert past.engine.world.seats.seat("nine", "#team") is None


def test_the_seats_of_an_account_have_a_bound(past, monkeypatch):
    monkeypatch.setattr("gchat.server.seats.SEATS", 2)
    neural = past.client("Neural", account="Neural")
    neural.send("JOIN #a", "JOIN #b", "JOIN #c")
    assert sorted(key for kind, key in past.store.documents if kind == "seat") == ["neural #b", "neural #c"]


def test_a_channel_with_another_name_keeps_what_is_known_of_it(past):
    from gchat.server.seats import Seats
    from gchat.server.stores.base import Mark

    seats = Seats()
    seats.take("neural", "#old", Mark(5))
    seats.take("nine", "#new", Mark(6))
    seats.sit("n0-1", "#old", Mark(5))
    seats.fence("#old").walls["i"] = None
    changed = seats.rename("#old", "#new")
    assert (seats.seat("neural", "#old"), seats.seat("neural", "#new")) == (None, Mark(5))
    assert seats.seat("nine", "#new") is None
    assert (seats.since("n0-1", "#old"), seats.since("n0-1", "#new")) == (None, Mark(5))
    assert ("wall", "#old", None) in changed
    assert ("wall", "#new", {"walls": {"i": ""}, "bars": {}}) in changed


def test_what_is_remembered_of_channels_that_ended_has_a_bound(past, store, neural, read, monkeypatch):
    """And what is forgotten shows nobody more than before."""
    monkeypatch.setattr("gchat.server.seats.FENCES", 5)
    past.say(neural, "#team", "a")
    neural.send("MODE #team +i")
    past.say(neural, "#team", "b")
    neural.send("PART #team")
    past.chat.now += 10
    for number in range(20):
        neural.send(f"JOIN #x{number}", f"MODE #x{number} +i", f"PART #x{number}")
    known = past.engine.world.seats.fences
    assert set(known) == {"*", *(f"#x{number}" for number in range(15, 20))}
    assert {key for kind, key in store.documents if kind == "wall"} == set(known)
    past.chat.now += 10
    nine = come(past)
    past.say(nine, "#team", "c")
    assert read(nine) == "c"
    later = past.chat.now + 10
    past.start()
    past.chat.now = later
    assert set(past.engine.world.seats.fences) == set(known)
    zed = come(past, "Zed")
    assert read(zed) == "c"


def test_whoever_makes_many_channels_hides_no_other_ones_history(past, neural, read, monkeypatch):
    monkeypatch.setattr("gchat.server.seats.FENCES", 5)
    past.say(neural, "#team", "a")
    past.chat.now += 10
    eve = past.client("Eve")
    for number in range(20):
        eve.send(f"JOIN #x{number}", f"MODE #x{number} +i", f"PART #x{number}")
    assert "*" in past.engine.world.seats.fences
    past.say(neural, "#team", "b")
    assert read(come(past)) == "ab"


def test_a_channel_that_is_there_is_never_forgotten(past, neural, monkeypatch):
    monkeypatch.setattr("gchat.server.seats.FENCES", 2)
    neural.send("MODE #team +i", "PART #team", "JOIN #team", "MODE #team +i")
    for number in range(5):
        neural.send(f"JOIN #x{number}", f"MODE #x{number} +i", f"PART #x{number}")
    assert past.engine.world.seats.fences["#team"].walls == {"i": None}
