"""REDACT and EDIT: who may, what others see of it, what stays of it."""

import pytest

from gchat.server.stores.base import StoreError

SERVER = ":gchat.test"
NEURAL, NINE = (f":{nick}!~{nick}@127.0.0.1" for nick in ("Neural", "Nine"))
CAPS = "batch message-tags echo-message draft/chathistory draft/message-redaction gchat/edit"


@pytest.fixture
def team(past):
    """An operator and two members, each with an account; the last one's client is an old one."""
    neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS, accounts=True)
    (old,) = past.join("#team", "Old")
    for client in (neural, nine, old):
        client.read()
    return neural, nine, old


@pytest.fixture
def say(past):
    def say(client, text="hi", target="#team"):
        (id,) = past.say(client, target, [text], 0)
        for other in past.chat.received.copy():
            past.chat.received.pop(other)
        return id

    return say


@pytest.mark.parametrize("reason", ["", " :spam spam"])
def test_ones_own_message_goes(team, say, tools, reason):
    neural, nine, old = team
    id = say(nine)
    want = [f"{NINE} REDACT #team {id}{reason}"]
    assert tools.bare(nine.ask(f"REDACT #team {id}{reason}")) == want
    assert tools.bare(neural.read()) == want
    assert old.read() == []  # "MUST not forward this REDACT to target recipients that have not negotiated"
    assert tools.asked(neural, "CHATHISTORY LATEST #team * 9") == []


def test_operators_remove_what_others_said(team, say, tools):
    neural, nine, _ = team
    id = say(nine)
    assert tools.bare(neural.ask(f"REDACT #team {id}")) == [f"{NEURAL} REDACT #team {id}"]


@pytest.mark.parametrize("role", ["v", "h", "o"])
def test_who_moderates(past, team, say, tools, role):
    neural, nine, _ = team
    id = say(neural)
    neural.send(f"MODE #team +{role} Nine")
    (line,) = [line for line in nine.ask(f"REDACT #team {id}") if "MODE" not in line]
    assert ("REDACT_FORBIDDEN" in line) == (role == "v")


@pytest.mark.parametrize(
    ("command", "want"),
    [
        ("REDACT #nowhere {}", "INVALID_TARGET #nowhere"),
        ("REDACT Nobody {}", "UNKNOWN_MSGID Nobody {}"),
        ("REDACT #team nonsense", "UNKNOWN_MSGID #team nonsense"),
        ("REDACT #team 1-0", "UNKNOWN_MSGID #team 1-0"),
        ("REDACT #team {}", "REDACT_FORBIDDEN #team {}"),
        ("REDACT #other {}", "UNKNOWN_MSGID #other {}"),
        ("REDACT #team {join}", "UNKNOWN_MSGID #team {join}"),
        ("EDIT #team {} :x", "EDIT_FORBIDDEN #team {}"),
        ("EDIT #team {} :", "INVALID_TEXT #team {}"),
        ("EDIT #team 1-0 :x", "UNKNOWN_MSGID #team 1-0"),
        ("EDIT #nowhere {} :x", "INVALID_TARGET #nowhere"),
    ],
)
def test_what_is_refused(past, team, say, command, want):
    neural, nine, _ = team
    nine.send("JOIN #other")
    join = next(r.id for r in past.store.records if r.command == "JOIN")
    id = say(neural)
    command, want = (text.replace("{join}", join).replace("{}", id) for text in (command, want))
    (line,) = nine.ask(command)
    assert line.startswith(f"{SERVER} FAIL {command.split(' ')[0]} {want} :")
    assert neural.read() == []


def test_the_record_says_where_a_message_is_and_whose(past, team, say, tools):
    """An operator of one channel removes nothing in another by naming the first."""
    neural, nine, _ = team
    nine.send("JOIN #mine")
    id = say(neural)
    (line,) = nine.ask(f"REDACT #mine {id}")
    assert "UNKNOWN_MSGID" in line
    neural.send("NICK Other")
    nine.send("NICK Neural")  # the nick does not make one the author
    nine.read()
    (line,) = nine.ask(f"REDACT #team {id}")
    assert "REDACT_FORBIDDEN" in line


@pytest.mark.parametrize(("command", "seconds"), [("REDACT #team {}", 60), ("EDIT #team {} x", 30)])
def test_the_time_runs_out_but_for_operators(make_past, tools, command, seconds):
    past = make_past(redact_within="1m", edit_within="30s")
    neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS, accounts=True)
    (id,) = past.say(nine, "#team", ["hi"], seconds + 1)
    verb, line = command.split(" ")[0], command.replace("{}", id)
    assert f"{verb}_WINDOW_EXPIRED #team {id} {seconds} :" in nine.ask(line)[0]
    if verb == "REDACT":
        assert f" REDACT #team {id}" in neural.ask(line)[0]


def test_no_time_is_always(make_past):
    past = make_past(redact_within="", edit_within="")
    _neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS, accounts=True)
    (id,) = past.say(nine, "#team", ["hi"], 10**7)
    assert " EDIT #team " in nine.ask(f"EDIT #team {id} ho")[0]
    assert " REDACT #team " in nine.ask(f"REDACT #team {id}")[0]


def test_a_guest_takes_back_what_this_connection_said(past, team, say):
    old = team[2]
    id = say(old)
    old.send(f"REDACT #team {id}")
    assert not [r for r in past.store.records if r.id == id]
    id = say(old)
    old.send("QUIT")
    again = past.join("#team", "Old")[0]
    assert "REDACT_FORBIDDEN" in again.ask(f"REDACT #team {id}")[0]


@pytest.mark.parametrize("nick", ["Nine", "Guest"])
def test_direct_messages(past, team, say, tools, nick):
    neural = team[0]
    other = team[1] if nick == "Nine" else past.client("Guest", CAPS)
    id = say(neural, target=nick)
    assert "REDACT_FORBIDDEN" in "".join(other.ask(f"REDACT Neural {id}")) or nick == "Guest"
    assert tools.bare(neural.ask(f"REDACT {nick} {id}")) == [f"{NEURAL} REDACT {nick} {id}"]
    assert tools.bare(other.read())[-1:] == [f"{NEURAL} REDACT {nick} {id}"]


def test_a_reaction_is_taken_back(past, team, tools):
    nine = team[1]
    nine.send("@+draft/react=x;+reply=1-0 TAGMSG #team")
    id = past.store.records[-1].id
    assert past.store.records[-1].command == "TAGMSG"
    nine.send(f"REDACT #team {id}")
    assert past.store.records[-1].id != id


def test_what_one_may_not_read_does_not_exist(past, team, say):
    neural, _nine, _ = team
    neural.send("MODE #team +i")
    id = say(neural)
    zed = past.client("Zed", CAPS)
    neural.send("INVITE Zed #team")
    zed.send("JOIN #team")
    neural.send("MODE #team +o Zed")
    zed.read()
    assert "UNKNOWN_MSGID" in zed.ask(f"REDACT #team {id}")[0]


def test_a_store_that_cannot_be_read(past, team, say):
    id = say(team[0])
    past.store.why = StoreError("damaged")
    assert "TEMPORARILY_UNAVAILABLE" in team[0].ask(f"REDACT #team {id}")[0]


# a store that can be read and not written


@pytest.mark.parametrize(
    ("line", "command", "what"),
    [
        ("REDACT #team {id}", "REDACT", "removed"),
        ("EDIT #team {id} :hello", "EDIT", "changed"),
        ("@+draft/react=x;+reply={id} TAGMSG #team", "TAGMSG", "sent"),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_what_cannot_be_kept_did_not_happen(past, team, say, tools, line, command, what, known):
    neural, nine, old = team
    id = say(nine)
    past.store.full = StoreError("the disk is full")
    if known:  # else it is found out with this very turn
        nine.ask("PRIVMSG #team :lost")
    text = f"Messages cannot be kept at the moment, so this one was not {what}; try again later"
    refusal = f"{SERVER} FAIL {command} TEMPORARILY_UNAVAILABLE #team :{text}"
    assert nine.ask(line.format(id=id)) == [refusal]
    assert neural.read() == old.read() == []
    past.store.full = None
    past.chat.advance(1)
    assert tools.asked(neural, "CHATHISTORY LATEST #team * 9") == [f"{NINE} PRIVMSG #team :hi"]
    nine.read()
    assert "FAIL" not in "".join(nine.ask(line.format(id=id)))
    assert neural.read() != []


# edits


def test_who_knows_edits_sees_one_and_who_does_not_reads_the_new_text(past, team, say, tools):
    neural, nine, old = team
    id = say(nine, "helo")
    (line,) = nine.ask(f"EDIT #team {id} :hello there")
    new = past.store.records[-1].id
    assert line == f"@msgid={new} {NINE} EDIT #team {id} :hello there"
    assert neural.read() == [line]
    assert old.read() == [f"{NINE} PRIVMSG #team :(edited) hello there"]
    tagged = past.join("#team", "Zed", caps="message-tags")[0]
    nine.send(f"EDIT #team {id} :hello all")
    assert tagged.read()[0].endswith(f";+reply={id} {NINE} PRIVMSG #team :(edited) hello all")


def test_every_version_is_kept(past, team, say, tools):
    neural, nine, _ = team
    id = say(nine, "helo")
    nine.send(f"EDIT #team {id} :hello")
    nine.send(f"EDIT #team {past.store.records[-1].id} :hello all")  # an edit of the edit is one of the first
    assert tools.asked(neural, "CHATHISTORY LATEST #team * 9") == [
        f"{NINE} PRIVMSG #team :helo",
        f"{NINE} EDIT #team {id} hello",
        f"{NINE} EDIT #team {id} :hello all",
    ]
    old = past.client("Zed", "batch draft/chathistory message-tags")
    old.send("JOIN #team")
    lines = old.ask("CHATHISTORY LATEST #team * 9")[1:-1]
    assert tools.texts(lines) == ["helo", "(edited) hello", "(edited) hello all"]
    assert all(f"+reply={id}" in line and "gchat/edit" not in line for line in lines[1:])


@pytest.mark.parametrize("which", [0, 1, 2])
def test_all_versions_go_together(past, team, say, tools, which):
    neural, nine, _ = team
    ids = [say(nine, "helo")]
    for text in ("hello", "hello all"):
        nine.send(f"EDIT #team {ids[0]} :{text}")
        ids.append(past.store.records[-1].id)
    say(nine, "stays")
    lines = nine.ask(f"REDACT #team {ids[which]}")
    assert tools.bare(lines) == [f"{NINE} REDACT #team {id}" for id in ids]
    assert tools.texts(neural.ask("CHATHISTORY LATEST #team * 9")) == ["stays"]


@pytest.mark.parametrize("mode", ["+m", "+b Nine!*@*"])
def test_who_may_not_speak_may_not_edit(team, say, mode):
    neural, nine, _ = team
    id = say(nine)
    neural.send(f"MODE #team {mode}")
    nine.read()
    assert "EDIT_FORBIDDEN" in nine.ask(f"EDIT #team {id} :x")[0]


def test_direct_messages_are_edited(past, team, say, tools):
    neural, nine, _ = team
    id = say(neural, target="Nine")
    neural.send(f"EDIT Nine {id} :better")
    assert tools.bare(nine.read()) == [f"{NEURAL} EDIT Nine {id} better"]
    assert tools.bare(neural.read()) == [f"{NEURAL} EDIT Nine {id} better"]
