"""Deliveries: encoded once a profile, in the order in which they were made, into every outbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc.message import Message
from gchat.irc.wire import IrcWire
from gchat.server import capabilities as cap
from gchat.server.audience import ROW, Audience
from gchat.server.delivery import FEW, BroadcastQueue, Stamp, parcels, timestamp
from gchat.server.session import Session
from gchat.server.settings import Limits

MULTILINE = "batch message-tags draft/multiline"


class CountingWire:
    """IRC's wire, which knows how often it was asked to encode."""

    def __init__(self):
        self.count = 0
        self._wire = IrcWire()
        self.feed = self._wire.feed
        self.join = self._wire.join

    def encode(self, message):
        self.count += 1
        return self._wire.encode(message)


def session(caps=0, *, plain=False):
    made = Session("n0-1", "127.0.0.1", "", False, CountingWire(), plain, Limits(), False, 0.0)
    made.set_caps(caps)
    return made


def say(text, needs=0):
    return lambda caps: Message("NOTICE", ("x", f"{text} {caps}")) if caps & needs == needs else None


def taken(one):
    return b"".join(one.outbox.take()).decode().split("\r\n")[:-1]


def flushed(queue, most=None):
    """Who is sent what by a flush."""
    return [
        (one, data)
        for waiting in queue.take(most)
        for sessions, data in parcels(waiting, 0.0)
        for one in sessions
    ]


# tags


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000_004, "2023-11-14T22:13:20.004Z"),
        (1_700_000_000_999, "2023-11-14T22:13:20.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    ],
)
def test_timestamps(milliseconds, text):
    assert timestamp(milliseconds) == text


STAMP = Stamp(0, account="neural", msgid="1-2", bot=True, client_tags={"+reply": "x"})


@pytest.mark.parametrize(
    ("caps", "tags"),
    [
        (0, {}),
        (cap.SERVER_TIME, {"time": "1970-01-01T00:00:00.000Z"}),
        (cap.ACCOUNT_TAG, {"account": "neural"}),
        (cap.MESSAGE_TAGS, {"msgid": "1-2", "bot": "", "+reply": "x"}),
        (cap.BATCH | cap.ECHO_MESSAGE, {}),
    ],
)
def test_tags_follow_the_capabilities(caps, tags):
    assert STAMP.tags(caps) == tags


def test_nothing_to_say_is_no_tag():
    assert Stamp(0).tags(cap.MESSAGE_TAGS | cap.ACCOUNT_TAG) == {}


# the queue


@pytest.fixture
def wakes():
    return []


@pytest.fixture
def queue(wakes):
    return BroadcastQueue(lambda: wakes.append(1))


def test_a_message_is_encoded_once_a_profile(queue):
    sessions = [session(), session(), session(cap.BATCH), session(cap.BATCH), session(cap.BATCH)]
    queue.deliver(Audience(sessions), say("hi"))
    assert [one.wire.count for one in sessions] == [1, 0, 1, 0, 0]
    pieces = [one.outbox.take() for one in sessions]
    assert pieces[0] == pieces[1] == [b"NOTICE x :hi 0\r\n"]
    assert pieces[2][0] is pieces[3][0] is pieces[4][0]


def test_sessions_of_the_tutorial_s_protocol_are_encoded_for_one_by_one(queue):
    sessions = [session(plain=True), session(plain=True), session()]
    queue.deliver(Audience(sessions), say("hi"))
    assert [one.wire.count for one in sessions] == [1, 1, 1]


def test_who_is_not_meant_gets_nothing(queue):
    able, unable = session(cap.SETNAME), session()
    queue.deliver(Audience([able, unable]), say("hi", needs=cap.SETNAME))
    assert taken(able) == [f"NOTICE x :hi {cap.SETNAME}"]
    assert b"".join(unable.outbox.take()) == b""


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_who_is_skipped_keeps_what_it_had_and_gets_no_more(queue, plain, place):
    sessions = [session(), session(), session()]
    sessions[place] = skipped = session(plain=plain)
    queue.send(skipped, Message("NOTICE", ("x", "before")))
    before = skipped.wire.count
    queue.deliver(Audience(sessions), say("hi"), skip=skipped)
    queue.deliver(Audience(sessions[:place]), say("not there"), skip=skipped)
    assert taken(skipped) == ["NOTICE x :before"]
    assert skipped.wire.count - before <= (0 if plain else 1)
    assert all(taken(one)[:1] == ["NOTICE x :hi 0"] for one in sessions if one is not skipped)


def test_a_turn_is_asked_for_once_and_takes_everybody(queue, wakes):
    one, two = session(), session()
    queue.send(one, Message("PING", ("x",)))
    queue.deliver(Audience([one, two]), say("hi"))
    queue.touch(two)
    assert wakes == [1]
    assert queue.take() == [one, two]
    assert queue.take() == []
    queue.touch(two)
    assert wakes == [1, 1]


def test_capabilities_that_change_change_what_follows(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    neural.send("PRIVMSG #team :one")
    nine.send("CAP REQ :server-time")
    neural.send("PRIVMSG #team :two")
    assert [line.startswith("@time=") for line in nine.read()] == [False, False, True]


@given(st.lists(st.tuples(st.sampled_from("ars"), st.integers(0, 7)), max_size=40))
def test_an_audience_is_the_set_that_it_was_told(steps):
    everybody = [session(number % 3) for number in range(8)]
    audience, expected = Audience(), {}
    for what, number in steps:
        one = everybody[number]
        if what == "a":
            audience.add([one])
            expected.setdefault(one)
        elif what == "r":
            audience.remove([one])
            expected.pop(one, None)
        else:
            one.set_caps(one.caps ^ cap.BATCH)
            audience.regroup()
        assert list(audience) == list(expected)
        assert len(audience) == len(expected)
        queue = BroadcastQueue(lambda: None)
        queue.deliver(audience, say("hi"))
        assert all(
            taken(one) == ([f"NOTICE x :hi {one.caps}"] if one in expected else []) for one in everybody
        )


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("say"), st.integers(0, 1), st.none() | st.integers(0, 5)),
            st.tuples(st.sampled_from(["send", "take", "withdraw", "end", "move"]), st.integers(0, 5)),
        ),
        max_size=60,
    )
)
def test_everybody_gets_everything_once_and_in_order(steps):
    """Two rooms that share members, spoken to by turns and in a row, with and without somebody skipped."""
    everybody = [session(cap.BATCH * (number % 2)) for number in range(6)]
    rooms = [Audience(everybody[:4]), Audience(everybody[2:])]
    queue = BroadcastQueue(lambda: None)
    expected = [[] for _ in everybody]
    received = [[] for _ in everybody]
    ended, last = set(), ([], [])
    for number, step in enumerate(steps):
        if step[0] == "say":
            room, skipped = rooms[step[1]], step[2]
            skip = everybody[skipped] if skipped is not None else None
            heard = [i for i, one in enumerate(everybody) if one in room and one is not skip]
            last = (queue.deliver(room, say(f"{number}"), skip), heard)
            for i in heard:
                expected[i].append(f"NOTICE x :{number} {everybody[i].caps}")
        elif step[0] == "send":
            last = ([queue.send(everybody[step[1]], Message("PING", (f"{number}",)))], [step[1]])
            expected[step[1]].append(f"PING :{number}")
        elif step[0] == "take":
            for one, data in flushed(queue, step[1]):
                i = everybody.index(one)
                received[i] += data.decode().split("\r\n")[:-1]
                last = (last[0], [j for j in last[1] if j != i])
        elif step[0] == "withdraw":
            queue.withdraw(last[0])
            for i in last[1]:
                if i not in ended:
                    expected[i].pop()
            last = ([], [])
        elif step[0] == "move":
            i = step[1]
            if everybody[i] in rooms[0]:
                rooms[0].remove([everybody[i]])
            else:
                rooms[0].add([everybody[i]])
        elif step[1] not in ended:
            ended.add(step[1])
            everybody[step[1]].outbox.end()
            expected[step[1]] = _Closed(expected[step[1]])
            last = ([], [])
    for one, data in flushed(queue):
        received[everybody.index(one)] += data.decode().split("\r\n")[:-1]
    assert received == [list(lines) for lines in expected]
    assert len(queue) == 0


class _Closed(list):
    """What a connection reads that has ended: nothing is added."""

    def append(self, line):
        """Not this either."""


def test_what_is_said_to_the_same_people_is_put_together_once(queue):
    sessions = [session() for _ in range(3)]
    audience = Audience(sessions)
    for text in "abc":
        queue.deliver(audience, say(text))
    first = flushed(queue)
    for text in "def":
        queue.deliver(audience, say(text))
    second = flushed(queue)
    assert [one for one, _ in second] == sessions
    assert second[0][1] is second[1][1] is second[2][1]
    assert {data for _, data in first if data} == {b"NOTICE x :a 0\r\nNOTICE x :b 0\r\nNOTICE x :c 0\r\n"}
    assert second[0][1] == b"NOTICE x :d 0\r\nNOTICE x :e 0\r\nNOTICE x :f 0\r\n"


def test_who_is_in_a_room_that_speaks_alone_needs_nothing_of_its_own(queue):
    sessions = [session() for _ in range(3)]
    rooms = [Audience(sessions), Audience([session()])]
    for _ in range(3):
        for room in rooms:
            queue.deliver(room, say("x"), skip=sessions[0])
        flushed(queue)
    queue.deliver(rooms[0], say("x"), skip=sessions[0])
    assert [one.outbox.pieces for one in sessions] == [[], [], []]
    assert [bool(one.outbox) for one in sessions] == [False, True, True]


def test_a_room_of_many_sits_in_rows(queue):
    audience = Audience(session() for _ in range(2 * ROW + 1))
    for _ in range(3):
        queue.deliver(audience, say("x"))
    group = next(iter(audience.groups()))
    assert [len(run.followers) for run in group.runs] == [ROW, ROW, 1]
    last = list(audience)[-1]
    audience.remove([last])
    assert [len(run) for run in group.runs] == [ROW, ROW]
    audience.add([last])
    assert [len(run) for run in group.runs] == [ROW, ROW, 1]


def test_a_flush_leaves_nothing_in_a_run(queue):
    audience = Audience([session() for _ in range(3)])
    for text in "abc":
        queue.deliver(audience, say(text))
    run = next(iter(audience.groups())).runs[0]
    assert len(run.pieces) == 1
    flushed(queue)
    assert run.pieces == [] == list(run.odd)


def test_a_room_of_many_keeps_one_of_few_waiting_for_half_a_turn_at_most(queue):
    many, few = [session() for _ in range(3 * FEW)], [session() for _ in range(4)]
    queue.deliver(Audience(many), say("big"))
    queue.deliver(Audience([*few, many[-1]]), say("small"))
    assert set(queue.take(8)) == {*few, *many[:4]}
    assert queue.take(8) == [many[-1], *many[4:11]]
    assert len(queue) == 3 * FEW - 11
    assert taken(many[-1]) == ["NOTICE x :big 0", "NOTICE x :small 0"]


def test_many_rooms_of_few_keep_one_of_many_waiting_for_half_a_turn_at_most(queue):
    many, few = [session() for _ in range(3 * FEW)], [session() for _ in range(3 * FEW)]
    for one in few:
        queue.deliver(Audience([one]), say("small"))
    queue.deliver(Audience(many), say("big"))
    assert queue.take(8) == [*few[:4], *many[:4]]
    assert len(queue.take()) == 6 * FEW - 8
    assert queue.take() == []


def test_who_stays_is_told_before_those_who_part_hear_their_goodbyes(queue):
    parting, staying = [session() for _ in range(6)], [session(), session()]
    for one in parting:
        queue.put(one, b"ERROR")
        queue.part(one)
    for one in staying:
        queue.put(one, b"x")
    assert queue.take(4) == [*staying, *parting[:2]]
    assert queue.take() == parting[2:]


def test_rows_count_for_as_many_as_they_have(queue):
    rooms = [Audience(session() for _ in range(4)) for _ in range(4)]
    for _ in range(3):
        for room in rooms:
            queue.deliver(room, say("x"))
    assert len(queue) == 16  # until it was flushed, everybody has something of its own
    flushed(queue)
    for room in rooms:
        queue.deliver(room, say("x"))
    runs = [next(iter(room.groups())).runs[0] for room in rooms]
    assert queue.take(8) == runs[:2]
    assert queue.take(1) == runs[2:3]


# the outbox


def test_an_outbox_gives_everything_in_order_and_once():
    outbox = session().outbox
    assert not outbox
    outbox.append(b"a")
    outbox.append(b"b")
    assert outbox
    assert outbox.take() == [b"a", b"b"]
    assert outbox.take() == []


def test_nothing_follows_the_end():
    outbox = session().outbox
    outbox.append(b"ERROR")
    outbox.end()
    outbox.append(b"late")
    assert outbox.take() == [b"ERROR"]
    outbox.append(b"later")
    assert outbox.take() == []


def test_what_others_say_after_the_goodbye_is_not_sent(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.engine.close(neural.session, "enough")
    chat.engine.receive(nine.session, b"PRIVMSG #team :late\r\n")
    chat.settle()
    assert neural.read() == ["ERROR :Closing link: (127.0.0.1) [enough]"]


@pytest.mark.parametrize("target", ["Nine", "+#team"])
def test_nobody_follows_a_message_of_several_lines_that_was_for_some(chat, target):
    """They would hold each other, and each itself, when they are gone."""
    neural, nine = chat.join("#team", "Neural", "Nine", caps=MULTILINE)
    neural.send("MODE #team +v Nine")
    nine.read()
    lines = [f"@batch=x PRIVMSG {target} :{text}" for text in ("one", "two")]
    neural.send(f"BATCH +x draft/multiline {target}", *lines, "BATCH -x")
    assert [line.rpartition(":")[2] for line in nine.read()[1:3]] == ["one", "two"]
    lasting = [run for group in chat.engine.world.channel("#team").sessions.groups() for run in group.runs]
    assert {neural.session.outbox.run, nine.session.outbox.run} <= {None, *lasting}
