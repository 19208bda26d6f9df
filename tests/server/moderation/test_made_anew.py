"""A channel that belongs to nobody ends with its last member; whoever makes it anew is its operator, but not
of what was there before.
"""

import pytest

CAPS = "draft/message-redaction message-tags"


@pytest.fixture
def team(past):
    """Neural and Nine have talked in #team and are gone; Mallory is its operator now."""
    neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS, accounts=True)
    ids = past.say(nine, "#team", ["one", "two"], seconds=60)
    neural.send("QUIT")
    nine.send("QUIT")
    (mallory,) = past.join("#team", "Mallory", caps=CAPS, accounts=True)
    mallory.read()
    return mallory, ids


def texts(store):
    return [record.params[-1] for record in store.records if record.command == "PRIVMSG"]


def test_its_operator_deletes_nothing_of_before(team, store):
    mallory, ids = team
    assert "NOTHING_FOUND" in mallory.ask("PURGE #team Nine 1d")[0]
    assert "REDACT_FORBIDDEN" in mallory.ask(f"REDACT #team {ids[0]} :ha")[0]
    assert texts(store) == ["one", "two"]


def test_a_server_operator_does(team, past, store):
    mallory, ids = team
    past.chat.op(mallory)
    mallory.send(f"REDACT #team {ids[0]}", "PURGE #team Nine 1d")
    assert texts(store) == []


def test_its_operator_deletes_what_was_said_since(team, past, store):
    mallory, _ = team
    nine = past.client("Nine", account="Nine")
    nine.send("JOIN #team")
    past.say(nine, "#team", ["three"])
    mallory.send("PURGE #team Nine 1d")
    assert texts(store) == ["one", "two"]


def test_no_other_channel_takes_its_name_while_its_people_may_come_back(past, store):
    """They would find another history, and theirs would be gone for good."""
    (nine,) = past.join("#team", "Nine", caps=CAPS, accounts=True)
    past.say(nine, "#team", ["one"])
    nine.send("QUIT")
    (mallory,) = past.join("#else", "Mallory", accounts=True)
    text = "Others were in #Team last and may come back: choose another name"
    answer = f":gchat.test FAIL RENAME CHANNEL_NAME_IN_USE #else #Team :{text}"
    assert mallory.ask("RENAME #else #Team") == [answer]
    past.chat.op(mallory)
    mallory.send("RENAME #else #Team")
    assert list(past.chat.engine.world.channels) == ["#team"]


def test_ones_own_seat_keeps_nobody_from_a_name(past):
    (nine,) = past.join("#team", "Nine", caps="draft/channel-rename", accounts=True)
    nine.send("QUIT")
    nine = past.client("Nine", "draft/channel-rename", account="Nine")
    nine.send("JOIN #else")
    nine.send("RENAME #else #team")
    assert list(past.chat.engine.world.channels) == ["#team"]
