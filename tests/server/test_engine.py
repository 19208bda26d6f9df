"""The engine: sessions come and go, bugs end a command only, events are stored before they are seen."""

import dataclasses
import logging

import pytest

from gchat.irc.message import Message
from gchat.irc.numerics import ERR_UNKNOWNERROR
from gchat.server import apply, dispatch, events
from gchat.server.backplane.base import IdSource
from gchat.server.request import ReplyError, Work

SERVER = ":gchat.test"


@pytest.fixture
def command(monkeypatch):
    """Puts a handler into the table under the name TRY."""
    return lambda handler: monkeypatch.setitem(dispatch.TABLE, "TRY", dispatch.Command(handler))


def bugs(chat):
    """How many bugs were met; none of them is counted against the test."""
    found, chat.engine.errors = chat.engine.errors, 0
    return found


# bugs


def test_a_bug_in_a_handler_ends_the_command_alone(chat, command, caplog):
    command(lambda request: {}["nothing"])
    neural = chat.client("Neural", caps="batch labeled-response")
    assert neural.ask("TRY", "@label=x TRY", "PING x") == [
        f"{SERVER} 400 Neural TRY :Unknown error",
        f"@label=x {SERVER} 400 Neural TRY :Unknown error",
        f"{SERVER} PONG gchat.test :x",
    ]
    assert bugs(chat) == 2
    assert [record.getMessage() for record in caplog.records] == ["TRY from ('127.0.0.1', 4970) failed"] * 2
    assert caplog.records[0].exc_info[0] is KeyError


@pytest.mark.parametrize("after", [False, True])
def test_a_bug_in_a_handler_that_waits(chat, command, after):
    def handler(request):
        if not after:
            raise KeyError
        yield Work(len, ("abc",))
        raise KeyError

    command(handler)
    assert chat.client("Neural").ask("TRY", "PING x") == [
        f"{SERVER} 400 Neural TRY :Unknown error",
        f"{SERVER} PONG gchat.test :x",
    ]
    assert bugs(chat) == 1


def test_a_bug_in_apply_ends_the_command_alone(chat, monkeypatch, caplog):
    neural, nine = chat.join("#team", "Neural", "Nine")

    def broken(now, event):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setitem(apply._TABLE, events.TopicSet, broken)
        assert neural.ask("TOPIC #team :x", "PING x") == [
            f"{SERVER} 400 Neural TOPIC :Unknown error",
            f"{SERVER} PONG gchat.test :x",
        ]
    assert bugs(chat) == 1
    assert caplog.records[0].getMessage() == "TopicSet from ('127.0.0.1', 4970) failed"
    assert neural.ask("TOPIC #team :x") == nine.read() == [":Neural!~Neural@127.0.0.1 TOPIC #team :x"]


def test_a_bug_in_apply_of_what_came_from_elsewhere(chat, monkeypatch, caplog):
    monkeypatch.setitem(apply._TABLE, events.Quit, lambda now, event: 1 / 0)
    chat.engine.backplane.commit(events.Quit("n1-7", "gone"), None)
    chat.settle()
    assert bugs(chat) == 1
    assert caplog.records[0].getMessage() == "Quit from elsewhere failed"


# work


def test_a_handler_may_wait_several_times(chat, command):
    seen = []

    def handler(request):
        seen.append((yield Work(len, ("abc",))))
        seen.append((yield Work(str.upper, ("abc",))))
        raise ReplyError(ERR_UNKNOWNERROR, text=f"{seen}")

    command(handler)
    neural = chat.client("Neural")
    assert neural.ask("TRY", "PING x") == [f"{SERVER} 400 Neural :[3, 'ABC']", f"{SERVER} PONG gchat.test :x"]


def test_a_handler_may_catch_what_its_work_raised(chat, command):
    def handler(request):
        try:
            yield Work(len)
        except OSError as error:
            request.send(Message("NOTICE", ("Neural", str(error)), "gchat.test"))

    command(handler)
    neural = chat.client("Neural")
    waiting = []
    chat.engine._work = lambda request, work: waiting.append(request)
    neural.send("TRY")
    chat.engine.resume(waiting[0], OSError("no"))
    chat.settle()
    assert neural.read() == [f"{SERVER} NOTICE Neural :no"]


@pytest.mark.parametrize("how", ["lost", "close"])
def test_a_handler_whose_session_ended_is_closed(chat, command, how):
    log = []

    def handler(request):
        try:
            yield Work(len, ("abc",))
            log.append("went on")
        finally:
            log.append("closed")

    command(handler)
    neural = chat.client("Neural")
    waiting = []
    chat.engine._work = lambda request, work: waiting.append(request)
    neural.send("TRY", "PING never")
    getattr(chat.engine, how)(neural.session, "gone")
    chat.engine.resume(waiting[0], 3)
    chat.settle()
    assert log == ["closed"]
    assert not any("PONG" in line for line in neural.read())


def test_several_events_of_one_command(chat, command):
    def handler(request):
        for name in ("#a", "#b"):
            request.commit(events.Joined(request.user.uid, name))

    command(handler)
    neural = chat.client("Neural", caps="batch labeled-response")
    lines = neural.ask("@label=x TRY", "PING x")
    assert [line.split(" ")[2] for line in lines[1:-2]] == ["JOIN", "353", "366"] * 2
    assert lines[-2:] == [f"{SERVER} BATCH -b1", f"{SERVER} PONG gchat.test :x"]


# events that became impossible

IMPOSSIBLE = [
    events.NickChanged("n9-9", "x"),
    events.InvitationRevoked("x"),
    events.Redeemed("n9-9", "x"),
    events.Quit("n9-9", "x"),
    events.Killed("n9-9", "n9-8", "x"),
    events.AwaySet("n9-9", "x"),
    events.RealnameSet("n9-9", "x"),
    events.HostChanged("n9-9", "x", "x"),
    events.Opered("n9-9", "x"),
    events.UserModesSet("n9-9", ()),
    events.Joined("n9-9", "#team"),
    events.Parted("n9-9", "#team"),
    events.Kicked("n9-9", "n9-8", "#team", "x"),
    events.TopicSet("n9-9", "#team", "x"),
    events.ModesSet("n9-9", "#team", ()),
    events.ChannelRenamed("n9-9", "#team", "#other"),
    events.Banned("n9-9", "#team", "x!*@*", 0, ""),
    events.BansEnded("#team"),
    events.Purged("n9-9", "#team", (), (), 1, ""),
    events.Invited("n9-9", "n9-8", "#team"),
    events.Said("n9-9", "PRIVMSG", "#team", "x"),
    events.Redacted("n9-9", "#team", "#team", "1-0"),
    events.Edited("n9-9", "#team", "#team", "1-0", "PRIVMSG", "x"),
    events.MarkedRead("n9-9", "#team", 1),
    events.Walloped("n9-9", "x"),
    events.Detached("n9-9", "n9-9", "x"),
    events.LoggedIn("n9-9", "x"),
    events.LoggedOut("n9-9"),
    events.AccountChanged("x", "email", "x"),
    events.AccountDropped("x"),
    events.MetadataSet("n9-9", "#team", "url", "x"),
    events.MetadataCleared("n9-9", "n9-8"),
    events.ChannelRegistered("n9-9", "#team"),
    events.ChannelDropped("n9-9", "#team"),
    events.FounderSet("n9-9", "#team", "x"),
    events.SuccessorSet("n9-9", "#team", "x"),
    events.AccessSet("n9-9", "#team", "x", "v"),
    events.RoleSet("n9-9", "n9-8", "#team", "v", True),
]
POSSIBLE = {
    events.Registered,
    events.AccountRegistered,
    events.InvitationMade,
    events.Reconfigured,
}


def test_there_is_a_row_for_every_event():
    assert {type(event) for event in IMPOSSIBLE} | POSSIBLE == set(apply._TABLE)


@pytest.mark.parametrize("event", IMPOSSIBLE, ids=lambda event: type(event).__name__)
def test_an_event_of_somebody_who_is_gone_changes_nothing(chat, event):
    neural, nine = chat.join("#team", "Neural", "Nine")
    for changed in (event, event._replace(**{name: "#gone" for name in event._fields if name == "channel"})):
        chat.engine.backplane.commit(changed, None)
    chat.settle()
    assert neural.read() == nine.read() == []
    assert len(chat.engine.world.users) == 2


@pytest.mark.parametrize("event", IMPOSSIBLE, ids=lambda event: type(event).__name__)
def test_an_event_about_what_is_gone_changes_nothing(chat, event):
    neural, nine = chat.join("#team", "Neural", "Nine")
    gone = {"channel": "#gone"}
    if type(event) in (events.Killed, events.Kicked, events.Invited, events.Said):
        gone["target"] = "n9-8"
    names = {name: value for name, value in gone.items() if name in event._fields}
    if not names or isinstance(event, events.Joined):
        return
    if "uid" in event._fields:
        names["uid"] = neural.session.user.uid
    chat.engine.backplane.commit(event._replace(**names), None)
    chat.settle()
    assert nine.read() == []
    assert set(chat.engine.world.channels) == {"#team"}


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("KICK #team Nine :out", "You are not in this channel, and it takes no messages from outside (+n): "),
        ("MODE #team +b m:Nine!*@*", "You are muted in this channel"),
        ("MODE #team +m", "This channel is moderated (+m): "),
    ],
)
def test_what_comes_after_a_kick_in_the_order_of_everything_is_not_said(chat, before, sentence):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.engine.receive(neural.session, f"{before}\r\n".encode())
    chat.engine.receive(nine.session, b"PRIVMSG #team :one more word\r\nNOTICE #team :and another\r\n")
    chat.settle()
    assert len(neural.read()) == 1
    lines = nine.read()
    assert len(lines) == 2
    assert lines[1].startswith(f"{SERVER} 404 Nine #team :{sentence}")


def test_the_last_message_of_somebody_who_quits_is_read(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.engine.receive(neural.session, b"PRIVMSG #team :last words\r\nQUIT :bye\r\n")
    chat.settle()
    assert nine.read() == [
        ":Neural!~Neural@127.0.0.1 PRIVMSG #team :last words",
        ":Neural!~Neural@127.0.0.1 QUIT :Quit: bye",
    ]


def test_nothing_remains_of_those_who_left(chat):
    for number in range(20):
        neural, nine = chat.join("#team", f"Neural{number}", f"Nine{number}")
        neural.send("MONITOR + Nine", "INVITE Nine #team", "AWAY :x")
        neural.send("QUIT")
        chat.engine.lost(neural.session, "closed")
        chat.engine.lost(nine.session, "reset")
        chat.settle()
    engine = chat.engine
    assert engine.world.users == engine.world.nicks == engine.world.channels == engine.sessions == {}
    assert engine.monitors._watchers == {}
    assert not engine.lagging
    assert engine.take_turn() == []


def test_what_was_said_is_stored_once_a_turn(chat):
    neural, _ = chat.join("#team", "Neural", "Nine")
    written = []
    chat.engine.store.write = written.append
    chat.engine.receive(neural.session, b"PRIVMSG #team :one\r\nNOTICE #team :two\r\nAWAY :x\r\n")
    chat.settle()
    chat.settle()
    assert [[entry.params[-1] for entry in entries] for entries in written] == [["one", "two"]]
    ids = [entry.id for entry in written[0]]
    assert ids == sorted(ids)
    assert len(set(ids)) == 2


def test_a_reload_changes_what_the_server_says_of_itself(chat):
    neural = chat.client("Neural")
    settings = chat.engine.settings
    chat.engine.configure(
        dataclasses.replace(settings, server=dataclasses.replace(settings.server, motd="New."))
    )
    assert neural.numerics("MOTD") == ["375", "372", "376"]


def test_the_log_is_quiet_while_nothing_is_wrong(chat, caplog):
    caplog.set_level(logging.WARNING)
    neural, _ = chat.join("#team", "Neural", "Nine")
    neural.send("KICK #team Nine", "QUIT")
    assert caplog.records == []


# ids


def test_ids_grow_whatever_the_clock_does():
    times = iter([1.0, 1.0, 1.0004, 1.5, 0.5, 2.0, 2.0])
    ids = IdSource(lambda: next(times))
    assert [ids.next() for _ in range(7)] == [
        "1000-0",
        "1000-1",
        "1000-2",
        "1500-0",
        "1500-1",
        "2000-0",
        "2000-1",
    ]
