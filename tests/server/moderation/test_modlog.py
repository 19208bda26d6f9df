"""The moderation log: what stands in it, one entry for each thing that was done, and who reads it.

Neural is the channel's operator, Nine an ordinary member, Guest stands outside; all have accounts.
"""

import pytest

from gchat.server.events import AccountDropped
from gchat.server.invitations import Invitation, digest
from gchat.server.stores.base import StoreError

SERVER = ":gchat.test"
WHEN = "2023-11-14 22:13:20 UTC"


@pytest.fixture
def trio(past):
    neural, nine = past.join("#team", "Neural", "Nine", caps="draft/message-redaction", accounts=True)
    guest = past.client("Guest", account="guest")
    guest.read()
    return neural, nine, guest


def log_of(client, *words):
    prefix = f"{SERVER} NOTICE {client.session.user.nick} :#team: "
    lines = client.ask(" ".join(("MODLOG #team", *words)))
    assert all(line.startswith(prefix) for line in lines), lines
    return [line.removeprefix(prefix) for line in lines]


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("KICK #team Nine :off you go", "removed Nine: off you go"),
        ("KICK #team Nine", "removed Nine"),
        ("KICK #team Nine :\x02bold\x02 \u202etxt", "removed Nine: ?bold? ?txt"),
        ("MODE #team +b Guest", "banned Guest!*@*"),
        ("MODE #team +bb one two", "banned one!*@*, two!*@*"),
        ("MODE #team +b m:Guest", "muted Guest!*@*"),
        ("MODE #team +b a:guest", "banned a:guest (account guest)"),
        ("TBAN #team 1h Guest :try later", "banned Guest!*@* until 2023-11-14 23:13:20 UTC: try later"),
        ("TBAN #team 10m m:Guest", "muted Guest!*@* until 2023-11-14 22:23:20 UTC"),
        ("TBAN #team 0 Guest :why", "banned Guest!*@*: why"),
        ("MODE #team +o Nine", "set +o: Nine"),
        ("MODE #team +ov Nine Nine", "set +ov: Nine, Nine"),
        ("MODE #team +mi", "set +mi"),
        ("MODE #team +k secret", "set +k *"),
        ("MODE #team +W 30", "set +W 30"),
        ("MODE #team +mv Nine", "set +mv Nine"),
        ("MODE #team +be one two", "set +be one!*@* two!*@*"),
        ("RENAME #team #team2 :bigger", "renamed the channel: #team to #team2: bigger"),
    ],
)
def test_what_is_done_is_one_entry(trio, store, line, done):
    neural, _, _ = trio
    neural.send(line)
    assert len(store.entries) == 1
    neural.send("JOIN #team2" if "RENAME" in line else "PING x")
    name = "#team2" if "RENAME" in line else "#team"
    expected = f"{SERVER} NOTICE Neural :{name}: 1, {WHEN}: Neural {done}"
    assert neural.ask(f"MODLOG {name}") == [expected]


@pytest.mark.parametrize(
    ("first", "line", "done"),
    [
        ("MODE #team +b Guest", "MODE #team -b Guest", "lifted the ban of Guest!*@*"),
        ("MODE #team +b m:Guest", "MODE #team -b m:Guest", "lifted the mute of Guest!*@*"),
        ("MODE #team +v Nine", "MODE #team -v Nine", "set -v: Nine"),
        ("MODE #team +k secret", "MODE #team -k secret", "set -k *"),
    ],
)
def test_what_is_undone_is_one_entry(trio, first, line, done):
    neural, _, _ = trio
    neural.send(first, line)
    assert log_of(neural, "1")[0] == f"2, {WHEN}: Neural {done}"


@pytest.mark.parametrize(
    "line",
    [
        "PRIVMSG #team :hi",
        "TOPIC #team :x",
        "MODE #team +nt",
        "MODE #team b",
        "INVITE Guest #team",
        "TBAN #team",
    ],
)
def test_what_is_no_moderation_is_not_there(trio, store, line):
    neural, _, _ = trio
    neural.send(line)
    assert store.entries == []


def test_the_end_of_a_ban_has_no_entry_of_its_own(trio, past, store):
    neural, _, _ = trio
    neural.send("TBAN #team 1m Guest")
    past.chat.advance(61)
    assert neural.read()[-1].endswith("MODE #team -b Guest!*@*")
    assert len(store.entries) == 1


def test_a_nick_that_is_not_the_account_stands_with_it(past, store):
    neural = past.client("Neural", account="boss")
    neural.send("JOIN #team", "MODE #team +v Neural")
    assert log_of(neural) == [f"1, {WHEN}: Neural (account boss) set +v: Neural (account boss)"]


def test_a_deleted_message_is_one_entry(trio, past, store):
    neural, nine, _ = trio
    (msgid,) = past.say(nine, "#team", ["no"], seconds=0)
    neural.send(f"REDACT #team {msgid} :not here")
    assert log_of(neural) == [f"1, {WHEN}: Neural deleted a message of Nine ({msgid}): not here"]


def test_an_edited_message_is_one_message(past, store):
    caps = "draft/message-redaction gchat/edit message-tags"
    neural, nine = past.join("#team", "Neural", "Nine", caps=caps, accounts=True)
    (msgid,) = past.say(nine, "#team", ["no"], seconds=0)
    nine.send(f"EDIT #team {msgid} :never")
    neural.send(f"REDACT #team {msgid}")
    assert [(entry.action, entry.detail) for entry in store.entries] == [("redact", msgid)]


def test_who_takes_back_their_own_words_moderates_nobody(trio, past, store):
    neural, nine, _ = trio
    for client in (neural, nine):
        (msgid,) = past.say(client, "#team", ["oh"])
        client.send(f"REDACT #team {msgid}")
    assert store.entries == []


def test_a_channel_of_an_account(trio):
    neural, _, _ = trio
    neural.send("PRIVMSG ChanServ :REGISTER #team", "PRIVMSG ChanServ :ACCESS #team ADD guest voice")
    neural.send("PRIVMSG ChanServ :OP #team Nine", "PRIVMSG ChanServ :SUCCESSOR #team nine")
    neural.send("PRIVMSG ChanServ :ACCESS #team DEL guest")
    assert [line.partition("UTC: Neural ")[2] for line in log_of(neural)] == [
        "registered the channel",
        "gave guest a role that lasts: voice",
        "set +o: Nine",
        "made Nine the successor",
        "took the role that lasted from guest",
    ]


def test_a_channel_whose_founder_is_gone(trio, past):
    neural, nine, _ = trio
    neural.send("CS REGISTER #team", "CS SUCCESSOR #team nine", "MODE #team +o Nine")
    for account in ("Neural", "Nine"):
        past.engine.backplane.commit(AccountDropped(account), None)
        past.chat.settle()
    assert [line.partition("UTC: gchat.test ")[2] for line in log_of(nine, "2")[:2]] == [
        "made Nine the founder",
        "gave up the channel's registration",
    ]


# reading


def test_pages(trio):
    neural, _, _ = trio
    for number in range(5):
        neural.send(f"MODE #team +b nick{number}")
    assert [line[0] for line in log_of(neural)] == list("12345")
    assert [line.split(",")[0] for line in log_of(neural, "2")] == [
        "4",
        "5",
        "MODLOG #team 2 4 shows earlier ones",
    ]
    assert [line[0] for line in log_of(neural, "3 4")] == list("123")
    assert log_of(neural, "3 1") == ["the log has no earlier entries"]


def test_an_empty_log(trio):
    assert log_of(trio[0]) == ["the log has no entries"]


@pytest.mark.parametrize("words", ["x", "0", "5 x", "5 0", "-1", "1000000000000"])
def test_numbers_that_are_none(trio, words):
    (line,) = trio[0].ask(f"MODLOG #team {words}")
    assert line.startswith(f"{SERVER} FAIL MODLOG INVALID_PARAMS #team :It is written MODLOG #channel")


def test_who_reads_it(trio, past):
    neural, nine, guest = trio
    neural.send("MODE #team +b x")
    assert nine.numerics("MODLOG #team") == guest.numerics("MODLOG #team") == ["482"]
    assert nine.numerics("MODLOG #else") == ["403"]
    neural.send("MODE #team +s")
    assert guest.numerics("MODLOG #team") == ["403"]
    neural.send("MODE #team +h Nine")
    nine.read()
    assert len(log_of(nine)) == 3
    past.chat.op(guest)
    assert len(log_of(guest)) == 3


def test_chanserv_reads_it_out(trio):
    neural, _, _ = trio
    neural.send("MODE #team +b x")
    (line,) = neural.ask("PRIVMSG ChanServ :LOG #team 10")
    assert line.startswith(":ChanServ!")
    assert line.endswith(f"NOTICE Neural :#team: 1, {WHEN}: Neural banned x!*@*")


def test_a_redaction_that_cannot_be_kept_is_not_in_the_log(trio, past, store):
    neural, nine, _ = trio
    (msgid,) = past.say(nine, "#team", ["stays"])
    write = store.write
    store.write = lambda changes: (_ for _ in ()).throw(StoreError("the disk is full"))
    neural.send(f"REDACT #team {msgid}", "MODE #team +m")
    store.write = write
    past.chat.advance(2)
    assert [entry.action for entry in store.entries] == ["mode"]
    assert [record.params[-1] for record in store.records if record.command == "PRIVMSG"] == ["stays"]


def test_who_makes_a_channel_anew_reads_nothing_of_the_one_before(trio, past):
    neural, nine, guest = trio
    neural.send("KICK #team Nine :before")
    neural.send("PART #team")
    past.chat.now += 60
    guest.send("JOIN #team", "MODE #team +m")
    guest.read()
    assert len(log_of(guest, "1")) == 2
    assert not any("before" in line for line in log_of(guest))
    past.chat.op(nine)
    assert len(log_of(nine)) == 2


def test_the_log_of_a_registered_channel_outlives_a_restart(trio, past):
    neural, _, _ = trio
    neural.send("PRIVMSG ChanServ :REGISTER #team", "KICK #team Nine")
    past.chat.now += 60
    past.start()
    neural = past.client("Neural", account="Neural")
    neural.send("JOIN #team")
    neural.read()
    assert [line.partition("Neural ")[2] for line in log_of(neural)] == [
        "registered the channel",
        "removed Nine",
    ]


def test_who_was_an_operator_when_they_asked_is_asked_again(trio, past):
    neural, nine, _ = trio
    neural.send("MODE #team +o Nine", "MODE #team +b x")
    waiting = []
    past.engine._work = lambda request, work: waiting.append((request, work))
    nine.ask("MODLOG #team")
    neural.send("MODE #team -o Nine")
    nine.read()
    ((request, work),) = waiting
    past.engine.resume(request, work.function(*work.args))
    past.chat.settle()
    assert [line.split(" ")[1] for line in nine.read()] == ["482"]


def test_a_store_that_cannot_be_read(trio, store):
    store.modlog = lambda *args: (_ for _ in ()).throw(StoreError("it is damaged"))
    (line,) = trio[0].ask("MODLOG #team")
    assert line.startswith(f"{SERVER} FAIL MODLOG TEMPORARILY_UNAVAILABLE")


def test_a_chat_that_keeps_nothing(chat):
    (neural,) = chat.join("#team", "Neural")
    neural.send("MODE #team +m")
    (line,) = neural.ask("MODLOG #team")
    assert (
        line
        == f"{SERVER} FAIL MODLOG TEMPORARILY_UNAVAILABLE #team :Nothing is kept here, so there is no log"
    )


def test_who_came_by_an_invitation(trio, past):
    neural, _, guest = trio
    past.engine.world.invitations.put(Invitation("ab", digest("ab-secret"), "#team", "v", 1, 0))
    guest.send("REDEEM ab-secret")
    assert log_of(neural) == [
        f"1, {WHEN}: gchat.test let Guest (account guest) in by the invitation ab as voice"
    ]
