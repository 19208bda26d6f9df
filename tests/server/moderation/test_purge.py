"""PURGE: what somebody said in a time is deleted at once.  Neural is the channel's operator."""

import pytest

from gchat.server.commands import purging
from gchat.server.stores.base import StoreError

SERVER = ":gchat.test"
CAPS = "draft/message-redaction message-tags gchat/edit"


@pytest.fixture
def trio(past):
    neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS, accounts=True)
    (old,) = past.join("#team", "Old")
    for client in (neural, nine, old):
        client.read()
    return neural, nine, old


def texts(store, target="#team"):
    records = [record for record in store.records if record.target == target]
    return [record.params[-1] for record in records if record.command == "PRIVMSG"]


def said(lines):
    return [line.split(" ", 1)[1] if line.startswith("@") else line for line in lines]


def test_what_somebody_said_in_a_time_is_deleted(trio, past, store):
    neural, nine, old = trio
    past.say(nine, "#team", ["early"], seconds=700)
    ids = past.say(nine, "#team", ["one", "two"])
    past.say(neural, "#team", ["mine"])
    for client in trio:
        client.read()
    assert said(neural.ask("PURGE #team Nine 10m :no \x02ads")) == [
        *(f":Neural!~Neural@127.0.0.1 REDACT #team {msgid} :no \x02ads" for msgid in ids),
        f"{SERVER} NOTICE Neural :#team: 2 messages of Nine are deleted",
    ]
    assert texts(store) == ["early", "mine"]
    assert [line.split(" ")[1] for line in said(nine.read())] == ["REDACT", "REDACT"]
    assert old.read() == []
    assert [(e.action, e.whom, e.detail, e.reason) for e in store.entries] == [
        ("purge", (("Nine", "Nine"),), "2 messages (the last 10 minutes)", "no ?ads")
    ]
    (line,) = said(neural.ask("MODLOG #team"))
    assert line.endswith("Neural deleted 2 messages (the last 10 minutes) of Nine: no ?ads")


def test_one_message_is_one(trio, past):
    neural, nine, _ = trio
    past.say(nine, "#team", ["one"])
    assert said(neural.ask("PURGE #team nine 1h"))[-1] == (
        f"{SERVER} NOTICE Neural :#team: 1 message of Nine is deleted"
    )


def test_an_account_is_known_by_every_nick(trio, past, store):
    neural, nine, old = trio
    past.say(nine, "#team", ["one"])
    nine.send("NICK Ten")
    past.say(nine, "#team", ["two"])
    past.say(old, "#team", ["three"])
    neural.send("PURGE #team Ten 1h")
    assert texts(store) == ["three"]


@pytest.mark.parametrize("who", ["a:nine", "$a:NINE"])
def test_an_account_may_be_named(trio, past, store, who):
    neural, nine, _ = trio
    past.say(nine, "#team", ["one"])
    nine.send("QUIT")
    neural.send(f"PURGE #team {who} 1h")
    assert texts(store) == []
    assert store.entries[0].whom == (("Nine", "Nine"),)


def test_somebody_without_an_account_who_is_gone(trio, past, store):
    neural, nine, old = trio
    past.say(old, "#team", ["one"])
    past.say(nine, "#team", ["two"])
    old.send("QUIT")
    neural.send("PURGE #team OLD 1h")
    assert texts(store) == ["two"]


def test_other_places_stay_as_they_are(trio, past, store):
    neural, nine, _ = trio
    nine.send("JOIN #other")
    past.say(nine, "#other", ["there"])
    past.say(nine, "Neural", ["to you"])
    past.say(nine, "#team", ["here"])
    neural.send("PURGE #team Nine 1h")
    assert texts(store, "#other") == ["there"]
    assert texts(store) == []
    assert [record.params[-1] for record in store.records if " " in record.target] == ["to you"]


def test_reactions_go_and_comings_and_goings_stay(trio, store):
    neural, nine, _ = trio
    nine.send("@+draft/react=x TAGMSG #team", "NOTICE #team :hey", "PART #team", "JOIN #team")
    neural.send("PURGE #team Nine 1h")
    assert not [r for r in store.records if r.command in ("TAGMSG", "NOTICE")]
    assert [r.command for r in store.records if r.source.startswith("Nine")][-2:] == ["PART", "JOIN"]


def test_every_version_of_an_edited_message_goes(trio, past, store):
    neural, nine, _ = trio
    (msgid,) = past.say(nine, "#team", ["first"], seconds=60)
    nine.send(f"EDIT #team {msgid} :second")
    past.chat.now += 600
    nine.send(f"EDIT #team {msgid} :third")
    neural.send("PURGE #team Nine 5m")
    assert texts(store) == []


def test_many_edited_messages_cost_one_look(trio, past, store, monkeypatch):
    neural, nine, _ = trio
    ids = past.say(nine, "#team", [f"text {number}" for number in range(30)])
    past.chat.now += 600
    nine.send(*(f"EDIT #team {msgid} :changed" for msgid in ids))
    looks = []
    for name in ("between", "changes"):
        method = getattr(store, name)
        monkeypatch.setattr(store, name, lambda *asked, method=method: looks.append(asked) or method(*asked))
    neural.send("PURGE #team Nine 5m")
    assert texts(store) == []
    assert len(looks) == 2


def test_everybody_who_had_the_nick_is_named(past, store):
    (neural,) = past.join("#team", "Neural")
    for account in ("nine", "ten", ""):
        client = past.client("Same", account=account)
        client.send("JOIN #team")
        past.say(client, "#team", ["one", "two"])
        client.send("QUIT")
    neural.send("PURGE #team Same 1h")
    assert set(store.entries[0].whom) == {("Same", "nine"), ("Same", "ten"), ("Same", "")}


def test_nobody_deletes_what_they_could_not_have_read(past, store):
    neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS)
    past.say(nine, "#team", ["before"])
    neural.send("MODE #team +i", "MODE #team -i")
    late = past.client("Late", CAPS)
    late.send("JOIN #team")
    neural.send("MODE #team +o Late")
    late.read()
    text = "Nothing that Nine said in #team in the last 1 hour is kept"
    assert said(late.ask("PURGE #team Nine 1h")) == [f"{SERVER} FAIL PURGE NOTHING_FOUND #team Nine :{text}"]
    assert texts(store) == ["before"]


def test_many_messages_are_deleted_in_pieces(trio, past, store, monkeypatch):
    neural, nine, _ = trio
    monkeypatch.setattr(purging, "MOST", 3)
    monkeypatch.setattr(purging, "_PAGE", 2)
    past.say(nine, "#team", list("abcde"))
    neural.send("PURGE #team Nine 1h")
    assert texts(store) == ["d", "e"]
    neural.send("PURGE #team Nine 1h")
    assert texts(store) == []


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("PURGE #team Nine", "461 Neural PURGE :Not enough parameters"),
        ("PURGE #else Nine 1h", "403 Neural #else :No such channel"),
        ("PURGE #team Nine 0", "FAIL PURGE INVALID_DURATION #team 0 :The time is written like 10m or 2h"),
        ("PURGE #team Nine 31d", "FAIL PURGE INVALID_DURATION #team 31d :The time is written"),
        ("PURGE #team Nine x", "FAIL PURGE INVALID_DURATION #team x :The time is written"),
        ("PURGE #team Nine 5m", "FAIL PURGE NOTHING_FOUND #team Nine :Nothing that Nine said in #team"),
        ("PURGE #team a: 5m", "FAIL PURGE NOTHING_FOUND #team a:"),
    ],
)
def test_what_is_refused(trio, line, answer):
    neural, _, _ = trio
    (refused,) = said(neural.ask(line))
    assert refused.startswith(f"{SERVER} {answer}")


def test_members_and_strangers_delete_nothing(trio, past, store):
    neural, nine, _ = trio
    past.say(neural, "#team", ["stays"])
    guest = past.client("Guest")
    assert nine.numerics("PURGE #team Neural 1h") == guest.numerics("PURGE #team Neural 1h") == ["482"]
    past.chat.op(guest)
    assert guest.numerics("PURGE #team Neural 1h") == ["442"]
    assert texts(store) == ["stays"]


def test_who_lost_the_role_meanwhile_deletes_nothing(trio, past, store):
    neural, nine, _ = trio
    neural.send("MODE #team +o Nine")
    past.say(neural, "#team", ["stays"])
    waiting = []
    past.engine._work = lambda request, work: waiting.append((request, work))
    nine.ask("PURGE #team Neural 1h")
    neural.send("MODE #team -o Nine")
    nine.read()
    ((request, work),) = waiting
    past.engine.resume(request, work.function(*work.args))
    past.chat.settle()
    assert [line.split(" ")[1] for line in said(nine.read())] == ["482"]
    assert texts(store) == ["stays"]


def test_a_store_that_is_out(trio, past, store):
    neural, nine, _ = trio
    past.say(nine, "#team", ["stays"])
    past.engine.keeping.outage = "the disk is full"
    assert "TEMPORARILY_UNAVAILABLE" in said(neural.ask("PURGE #team Nine 1h"))[0]
    past.engine.keeping.outage = ""
    store.why = StoreError("it is damaged")
    assert "TEMPORARILY_UNAVAILABLE" in said(neural.ask("PURGE #team Nine 1h"))[0]
    store.why = None
    assert texts(store) == ["stays"]
