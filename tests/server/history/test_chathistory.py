"""CHATHISTORY: which messages, how they look, and what is refused."""

import pytest

from gchat.server.request import Work
from gchat.server.stores.base import StoreError

SERVER = ":gchat.test"
NEURAL, NINE = (f":{nick}!~{nick}@127.0.0.1" for nick in ("Neural", "Nine"))
CAPS = "batch draft/chathistory"


@pytest.fixture
def team(past):
    """Two people, and ten messages, one a second."""
    clients = past.join("#team", "Neural", "Nine", caps=CAPS)
    past.ids = past.say(clients[0], "#team", [str(number) for number in range(10)])
    for client in clients:
        client.read()
    return clients


def time(number):
    return f"timestamp=2023-11-14T22:13:{20 + number:02d}.000Z"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("LATEST #team * 100", range(10)),
        ("LATEST #team * 3", range(7, 10)),
        ("LATEST #TEAM * 1", [9]),
        ("LATEST #team * 0", []),
        ("LATEST #team {5} 100", range(6, 10)),
        ("LATEST #team {5} 2", [8, 9]),
        ("LATEST #team {t5} 100", range(6, 10)),
        ("BEFORE #team {6} 100", range(6)),
        ("BEFORE #team {6} 2", [4, 5]),
        ("BEFORE #team {t6} 2", [4, 5]),
        ("AFTER #team {3} 100", range(4, 10)),
        ("AFTER #team {t3} 2", [4, 5]),
        ("AROUND #team {5} 1", [5]),
        ("AROUND #team {5} 3", [4, 5, 6]),
        ("AROUND #team {5} 4", [3, 4, 5, 6]),
        ("AROUND #team {t5} 3", [4, 5, 6]),
        ("AROUND #team {0} 3", [0, 1, 2]),
        ("BETWEEN #team {2} {5} 100", [3, 4]),
        ("BETWEEN #team {5} {2} 100", [3, 4]),
        ("BETWEEN #team {2} {8} 2", [3, 4]),
        ("BETWEEN #team {8} {2} 2", [6, 7]),
        ("BETWEEN #team {t8} {t2} 2", [6, 7]),
        ("BETWEEN #team {t2} {t8} 2", [3, 4]),
        ("BETWEEN #team {t2} {t2} 2", []),
        ("BETWEEN #team {2} {2} 2", []),
        ("latest #team * 1", [9]),
    ],
)
def test_which_messages(past, team, tools, query, wanted):
    for number, id in enumerate(past.ids):
        query = query.replace(f"{{{number}}}", f"msgid={id}").replace(f"{{t{number}}}", time(number))
    lines = tools.asked(team[1], f"CHATHISTORY {query}")
    assert lines == [f"{NEURAL} PRIVMSG #team :{number}" for number in wanted]


@pytest.mark.parametrize(
    ("line", "code", "context"),
    [
        ("NEXT #team * 5", "INVALID_PARAMS", "NEXT"),
        ("LATEST #team *", "INVALID_PARAMS", "LATEST"),
        ("LATEST #team * 5 5", "INVALID_PARAMS", "LATEST"),
        ("BETWEEN #team {0} 5", "INVALID_PARAMS", "BETWEEN"),
        ("LATEST #team * many", "INVALID_PARAMS", "LATEST many"),
        ("LATEST #team * -1", "INVALID_PARAMS", "LATEST -1"),
        ("BEFORE #team * 5", "INVALID_PARAMS", "BEFORE *"),
        ("BEFORE #team msgid=x 5", "INVALID_PARAMS", "BEFORE msgid=x"),
        ("BEFORE #team timestamp=yesterday 5", "INVALID_PARAMS", "BEFORE timestamp=yesterday"),
        (
            "BEFORE #team timestamp=2023-02-30T00:00:00Z 5",
            "INVALID_PARAMS",
            "BEFORE timestamp=2023-02-30T00:00:00Z",
        ),
        ("LATEST #nowhere * 5", "INVALID_TARGET", "LATEST #nowhere"),
        ("LATEST Nobody * 5", "INVALID_TARGET", "LATEST Nobody"),  # without an account there is nothing
        ("TARGETS * * 5", "INVALID_PARAMS", "TARGETS *"),
        ("TARGETS timestamp=2023-11-14T22:13:20Z msgid=1-0 5", "INVALID_PARAMS", "TARGETS msgid=1-0"),
    ],
)
def test_what_is_refused(past, team, line, code, context):
    line = line.replace("{0}", f"msgid={past.ids[0]}")
    (reply,) = team[0].ask(f"CHATHISTORY {line}")
    assert reply.startswith(f"{SERVER} FAIL CHATHISTORY {code} {context} :")


def test_who_is_not_in_it_reads_nothing_be_the_channel_there_or_not(past, team):
    stranger = past.client("Zed", CAPS)
    there, nowhere = (stranger.ask(f"CHATHISTORY LATEST {name} * 5") for name in ("#team", "#gone"))
    stranger.read()
    assert there == [line.replace("#gone", "#team") for line in nowhere]


def test_the_batch_and_the_tags(past, tools):
    caps = f"{CAPS} server-time message-tags account-tag labeled-response"
    neural, nine = past.join("#Team", "Neural", "Nine", caps=caps, accounts=True)
    neural.send("@+x=y PRIVMSG #team :hi")
    nine.read()
    lines = nine.ask("@label=L CHATHISTORY LATEST #team * 5")
    reference = lines[0].split(" ")[3].removeprefix("+")
    assert lines == [
        f"@label=L {SERVER} BATCH +{reference} chathistory #Team",
        f"@batch={reference};time=2023-11-14T22:13:20.000Z;account=Neural;"
        f"msgid={past.store.records[-1].id};+x=y "
        f"{NEURAL} PRIVMSG #Team :hi",
        f"{SERVER} BATCH -{reference}",
    ]


def test_nothing_is_an_empty_batch(past, tools):
    (neural,) = past.join("#team", "Neural", caps=CAPS)
    assert tools.asked(neural, "CHATHISTORY LATEST #team * 5") == []


def test_without_batches_the_messages_come_as_they_are(past, team):
    old = past.client("Old", "draft/chathistory")
    old.send("JOIN #team")
    old.read()
    assert old.ask("CHATHISTORY LATEST #team * 2") == [
        f"{NEURAL} PRIVMSG #team :8",
        f"{NEURAL} PRIVMSG #team :9",
    ]


def test_a_page_has_a_bound_which_isupport_tells(make_past, tools):
    past = make_past(page=3)
    neural = past.client("Neural", CAPS)
    assert any(
        " CHATHISTORY=3 " in line and " MSGREFTYPES=msgid,timestamp " in line for line in neural.read()
    )
    neural.send("JOIN #team")
    past.say(neural, "#team", "abcde")
    assert tools.texts(neural.ask("CHATHISTORY LATEST #team * 100")) == ["c", "d", "e"]


def test_what_happened_is_read_back_by_who_asked_for_events(past, tools):
    caps = f"{CAPS} message-tags draft/event-playback extended-join"
    neural, nine = past.join("#team", "Neural", "Nine", caps=caps)
    nine.send("NICK Ten", "PART #team :bye", "JOIN #team")
    neural.send(
        "TOPIC #team :work", "MODE #team +mv Ten", "NOTICE #team :hear", "@+typing=active TAGMSG #team"
    )
    neural.send("@+draft/react=x;+reply=1-0 TAGMSG #team", "KICK #team Ten :out", "JOIN #other")
    nine.send("JOIN #team", "QUIT :gone")
    live = neural.read()
    lines = neural.ask("CHATHISTORY LATEST #team * 100")[1:-1]
    assert tools.bare(lines) == [
        f"{NEURAL} JOIN #team * Neural",
        f"{NINE} JOIN #team * Nine",
        f"{NINE} NICK Ten",
        ":Ten!~Nine@127.0.0.1 PART #team :bye",
        ":Ten!~Nine@127.0.0.1 JOIN #team * Nine",
        f"{NEURAL} TOPIC #team :work",
        f"{NEURAL} MODE #team +mv Ten",
        f"{NEURAL} NOTICE #team :hear",
        f"{NEURAL} TAGMSG #team",
        f"{NEURAL} KICK #team Ten :out",
        ":Ten!~Nine@127.0.0.1 JOIN #team * Nine",
        ":Ten!~Nine@127.0.0.1 QUIT :Quit: ",
    ]
    # They are the messages that were seen live, by the same ids.
    ids = [line.partition("msgid=")[2].partition(";")[0].partition(" ")[0] for line in lines]
    seen = [id for id, line in zip(ids, lines, strict=True) if NEURAL not in line][1:]
    assert all(f"msgid={id}" in " ".join(live) for id in seen)
    assert len(set(ids)) == len(ids)
    assert "+draft/react=x" in lines[8]
    plain = past.client("Old", CAPS)
    plain.send("JOIN #team")
    assert tools.asked(plain, "CHATHISTORY LATEST #team * 100") == [f"{NEURAL} NOTICE #team :hear"]


def test_many_modes_are_split_again(past, tools):
    (neural,) = past.join("#team", "Neural", caps=f"{CAPS} draft/event-playback")
    masks = [f"{'x' * 60}{number}!*@*" for number in range(8)]
    live = neural.ask(f"MODE #team +{'b' * 4} {' '.join(masks[:4])}")
    live += neural.ask(f"MODE #team +{'b' * 4} {' '.join(masks[4:])}")
    lines = tools.asked(neural, "CHATHISTORY LATEST #team * 100")
    assert [line for line in lines if " MODE " in line] == live


def test_some_things_are_not_kept(past, tools):
    neural, _nine = past.join("#team", "Neural", "Nine", caps=f"{CAPS} message-tags draft/event-playback")
    neural.send("PRIVMSG #team :\x01VERSION\x01", "PRIVMSG @#team :psst", "@+typing=active TAGMSG #team")
    neural.send("PRIVMSG #team :\x01ACTION waves\x01", "PRIVMSG Nine :between guests")
    assert tools.texts(neural.ask("CHATHISTORY LATEST #team * 9")) == ["\x01ACTION waves\x01"]
    assert [r.target for r in past.store.records if r.command == "PRIVMSG"] == ["#team"]


# direct messages


def test_direct_messages_are_between_accounts(past, tools):
    neural, nine = (past.client(nick, CAPS, nick) for nick in ("Neural", "Nine"))
    neural.send("PRIVMSG Nine :one")
    nine.send("PRIVMSG neural :two")
    want = [f"{NEURAL} PRIVMSG Nine :one", f"{NINE} PRIVMSG Neural :two"]
    assert tools.asked(neural, "CHATHISTORY LATEST nine * 9") == want
    assert tools.asked(nine, "CHATHISTORY LATEST Neural * 9") == want
    nine.send("NICK Ten")
    assert tools.asked(neural, "CHATHISTORY LATEST Ten * 9") == want  # the account's, whatever it is called
    nine.send("QUIT")
    assert tools.asked(neural, "CHATHISTORY LATEST Nine * 9") == want  # the nick of an account that is away
    zed = past.client("Zed", CAPS, "Zed")
    assert tools.asked(zed, "CHATHISTORY LATEST Neural * 9") == []


def test_what_is_said_to_oneself(past, tools):
    neural = past.client("Neural", CAPS, "Neural")
    neural.send("PRIVMSG Neural :note")
    assert tools.texts(neural.ask("CHATHISTORY LATEST Neural * 9")) == ["note"]


def test_what_a_guest_says_is_the_accounts_alone(past, tools):
    neural, guest = past.client("Neural", CAPS, "Neural"), past.client("Guest", CAPS)
    neural.send("PRIVMSG Guest :hello")
    guest.send("PRIVMSG Neural :hi")
    assert tools.texts(neural.ask("CHATHISTORY LATEST Guest * 9")) == ["hello", "hi"]
    assert "INVALID_TARGET" in guest.ask("CHATHISTORY LATEST Neural * 9")[-1]
    guest.send("QUIT")
    owner = past.client("Guest", CAPS, "Guest")  # the nick's next owner
    assert tools.asked(owner, "CHATHISTORY LATEST Neural * 9") == []
    owner.send("PRIVMSG Neural :I am new")
    assert tools.texts(neural.ask("CHATHISTORY LATEST Guest * 9")) == ["hello", "hi", "I am new"]
    assert tools.texts(owner.ask("CHATHISTORY LATEST Neural * 9")) == ["I am new"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("LATEST {} * 3", "bcd"),
        ("BEFORE {} {2} 1", "b"),
        ("AFTER {} {0} 2", "bc"),
        ("AROUND {} {1} 3", "abc"),
        ("AROUND {} {1} 1", "b"),
        ("BETWEEN {} {0} {3} 1", "b"),
        ("BETWEEN {} {3} {0} 1", "c"),
    ],
)
def test_a_nick_that_was_a_guests_and_is_an_accounts_now_has_one_history(past, tools, query, wanted):
    neural, guest = past.client("Neural", CAPS, "Neural"), past.client("Guest")
    ids = past.say(guest, "Neural", "ab")
    guest.send("QUIT")
    ids += past.say(past.client("Guest", account="Guest"), "Neural", "cd")
    query = query.replace("{}", "Guest")
    for number, id in enumerate(ids):
        query = query.replace(f"{{{number}}}", f"msgid={id}")
    assert tools.texts(neural.ask(f"CHATHISTORY {query}")) == list(wanted)


# TARGETS


def test_targets(past, tools):
    neural, nine, guest = (
        past.client("Neural", CAPS, "Neural"),
        past.client("Nine", "", "Nine"),
        past.client("Guest"),
    )
    neural.send("JOIN #A,#b")
    for target in ("#A", "#b", "Nine", "Guest", "#A"):
        past.say(neural, target, ["x"])
    nine.send("PRIVMSG Guest :not yours", "JOIN #secret", "PRIVMSG #secret :not yours")
    whole = "timestamp=2020-01-01T00:00:00.000Z timestamp=2262-01-01T00:00:00.000Z"

    def targets(line):
        return [line.split(" ")[3:] for line in tools.asked(neural, f"CHATHISTORY TARGETS {line}")]

    rows = [["#b", "21"], ["Nine", "22"], ["Guest", "23"], ["#A", "24"]]
    rows = [[name, f"2023-11-14T22:13:{second}.000Z"] for name, second in rows]
    assert targets(f"{whole} 9") == rows
    assert targets(f"{whole} 2") == rows[:2]
    assert targets(" ".join(reversed(whole.split(" "))) + " 2") == rows[2:]
    assert targets(f"{time(1)} {time(4)} 9") == rows[1:3]
    assert targets(f"{time(0)} {time(1)} 9") == []  # the last of #A is later
    guest.send("NICK Other")
    assert targets(f"{whole} 9")[2][0] == "guest"  # by the name that it was said to


# while the answer was on its way


def test_who_was_removed_while_the_store_was_read_gets_nothing(past, team, tools, monkeypatch):
    neural, nine = team
    waiting = []
    monkeypatch.setattr(past.engine, "_work", lambda request, work: waiting.append((request, work)))
    nine.send("CHATHISTORY LATEST #team * 5")
    ((request, work),) = waiting
    assert isinstance(work, Work)
    neural.send("KICK #team Nine")
    nine.read()
    past.engine.resume(request, work.function(*work.args))
    past.chat.settle()
    assert tools.texts(nine.read()) == []


def test_a_store_that_cannot_be_read(past, team):
    past.store.why = StoreError("damaged")
    (line,) = team[0].ask("CHATHISTORY LATEST #team * 5")
    assert line == f"{SERVER} FAIL CHATHISTORY MESSAGE_ERROR LATEST #team :Messages could not be retrieved"


def test_a_server_that_keeps_nothing_offers_nothing(chat):
    neural = chat.connect()
    offered = " ".join(neural.ask("CAP LS 302"))
    assert not {name for name in ("draft/chathistory", "soju.im/search", "gchat/edit") if name in offered}
    neural.send("CAP END", "NICK Neural", "USER x 0 * x", "JOIN #team")
    assert "MESSAGE_ERROR" in neural.ask("CHATHISTORY LATEST #team * 5")[-1]
