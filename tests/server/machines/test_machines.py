"""Many clients, honest and malicious, against a server and against ``model.py``; after every step both agree.

Hypothesis chooses who does what; of a disagreement it finds a short story that shows it.  ``conftest.py``
says how to have it look for long.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gchat.irc.message import Message, parse
from gchat.server.backplane.local import LocalBackplane
from gchat.server.settings import Server, Settings
from tests.backplanes import LaterBackplane
from tests.server.conftest import Chat, Client
from tests.server.invariants import check_world
from tests.server.machines.model import Model, Person, Seen
from tests.server.machines.words import (
    BAD_NICKS,
    CLIENTS,
    MEMBER,
    NICKS,
    NONSENSE,
    OPERATOR,
    OUTSIDER,
    SHOWN,
    keys,
    mostly_member,
    mostly_operator,
    mostly_outsider,
    nicks,
    rooms,
    texts,
    who,
)

SHORT = settings(
    max_examples=100,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # to make a story short may take minutes: "long" does
)
LONG = 1000  # examples, from which on the profile counts and not SHORT


class ChatMachine(RuleBasedStateMachine):
    """Some connections to one server.  A client without a person has not registered."""

    backplane: type[LocalBackplane] | type[LaterBackplane] = LocalBackplane

    def __init__(self) -> None:
        super().__init__()
        self.chat = Chat(self.backplane, Settings(server=Server(name="gchat.test"), throttle=False))
        self.model = Model()
        self.clients = [self.chat.connect() for _ in range(CLIENTS)]
        self.people: list[Person | None] = [None] * CLIENTS
        for number, nick in enumerate(("Neural", "Nine", "Other")):
            self.register(number, nick)
            self.join(number, "#team", "")

    # what is seen

    def _read(self, client: Client) -> list[Message]:
        messages = [parse(line) for line in client.read()]
        assert all(isinstance(message, Message) for message in messages)
        return [message for message in messages if isinstance(message, Message)]

    def _check(self, actor: int, expected: str) -> list[Message]:
        """Read what everybody was sent and compare; return the actor's numerics."""
        self.chat.settle()
        numerics: list[Message] = []
        for number, client in enumerate(self.clients):
            person = self.people[number]
            shown: list[Seen] = []
            for message in self._read(client):
                nick = message.source.partition("!")[0]
                if message.command in SHOWN and nick != "gchat.test" and person is not None:
                    shown.append((nick, message.command, *message.params))
                elif message.command.isdigit():
                    assert number == actor, f"{client.session.nick} heard {message}"
                    numerics.append(message)
            if person is not None:
                assert sorted(shown) == sorted(person.seen), person.nick
                person.seen.clear()
        refused = [numeric.command for numeric in numerics if "400" <= numeric.command < "600"]
        refused = [number for number in refused if number != "422"]  # there is no MOTD
        assert refused == ([expected] if expected else [])
        return numerics

    def _do(self, number: int, line: str | bytes, refused: Callable[[Person], str]) -> None:
        """Have a client send a line; the model says what comes of it.  Who is nobody yet may do nothing."""
        person = self.people[number]
        data = line.encode() if isinstance(line, str) else line
        self.clients[number].send_bytes(data + b"\r\n")
        self._check(number, "451" if person is None else refused(person))

    def _pick(self, number: int, room: str) -> int:
        """A client by its number, or by what it is in a room."""
        there = self.model.rooms.get(room.lower())
        fits: dict[int, Callable[[Person], bool]] = {
            OPERATOR: lambda person: there is not None and there.is_operator(person),
            MEMBER: lambda person: there is not None and person in there.members,
            OUTSIDER: lambda person: there is None or person not in there.members,
        }
        if number >= 0:
            return number
        found = (at for at, person in enumerate(self.people) if person is not None and fits[number](person))
        return next(found, 0)

    # coming and going

    @rule(number=who, nick=st.sampled_from((*NICKS, *BAD_NICKS)))
    def register(self, number: int, nick: str) -> None:
        """NICK and USER of somebody new."""
        if self.people[number] is not None:
            return
        client = self.clients[number]
        first_word = nick.split(" ")[0]  # "NICK a b" asks for a
        refused = self.model.register(first_word, first_word not in BAD_NICKS)
        client.send(f"NICK {nick}", "USER x 0 * :Real Name")
        if not refused:
            self.people[number] = self.model.people[-1]
            self._forget_welcome(number)
        self._check(number, refused)
        if refused:  # the next try is one of a new connection, which has said nothing yet
            self._connect(number)

    def _forget_welcome(self, number: int) -> None:
        welcome = [message.command for message in self._read(self.clients[number])]
        assert welcome[:4] == ["001", "002", "003", "004"]

    def _connect(self, number: int) -> None:
        if not self.clients[number].ended:
            self.chat.engine.lost(self.clients[number].session, "Connection reset")
        self.clients[number] = self.chat.connect()
        self.people[number] = None

    @rule(number=who, how=st.sampled_from(("quit", "vanish", "error")))
    def leave(self, number: int, how: str) -> None:
        """A connection ends: with a QUIT, without, or because the server has enough."""
        person, client = self.people[number], self.clients[number]
        reason = {"quit": "", "vanish": "Connection reset", "error": "SendQ exceeded"}[how]
        if person is not None and how == "quit":
            self.model.quit(person, "bye")
        elif person is not None:
            self.model.leave(person, reason)
        self.people[number] = None
        if how == "quit":
            client.send("QUIT :bye")
        elif how == "error":
            self.chat.engine.close(client.session, reason)
        else:
            self.chat.engine.lost(client.session, reason)
        self._check(number, "")
        self._connect(number)

    @rule(number=who, nick=st.sampled_from((*NICKS, *BAD_NICKS)))
    def rename(self, number: int, nick: str) -> None:
        """NICK of somebody who is there."""
        if self.people[number] is None:
            return
        wanted = nick.split(" ")[0]
        self._do(number, f"NICK {nick}", lambda me: self.model.rename(me, wanted, wanted not in BAD_NICKS))

    @rule(one=who, other=who, nick=nicks)
    def race_for_a_nick(self, one: int, other: int, nick: str) -> None:
        """Two ask for the same nick in the same turn; the first one gets it."""
        first, second = self.people[one], self.people[other]
        holder = self.model.find(nick)
        if first is None or second is None or one == other or holder in (first, second):
            return
        for number in (one, other):
            self.chat.engine.receive(self.clients[number].session, f"NICK {nick}\r\n".encode())
        results = [self.model.rename(person, nick, True) for person in (first, second)]
        self._check_race((one, other), results)

    @rule(one=who, other=who, room=rooms, key=keys)
    def race_for_a_room(self, one: int, other: int, room: str, key: str) -> None:
        """Two join in the same turn: of a last place only one gets it."""
        first, second = self.people[one], self.people[other]
        if first is None or second is None or one == other:
            return
        for number in (one, other):
            self.chat.engine.receive(self.clients[number].session, f"JOIN {room} {key}\r\n".encode())
        results = [self.model.join(person, room, key) for person in (first, second)]
        self._check_race((one, other), results)

    def _check_race(self, numbers: tuple[int, int], results: list[str]) -> None:
        self.chat.settle()
        for number, client in enumerate(self.clients):
            person, shown, refused = self.people[number], [], []
            for message in self._read(client):
                if message.command in SHOWN and "!" in message.source:
                    shown.append((message.source.partition("!")[0], message.command, *message.params))
                elif "400" <= message.command < "600":
                    refused.append(message.command)
            if person is not None:
                assert sorted(shown) == sorted(person.seen)
                person.seen.clear()
            expected = dict(zip(numbers, results, strict=True)).get(number, "")
            # Of two reasons not to, who looks before and who looks after the other's deed may find another.
            assert len(refused) == bool(expected)

    # in rooms

    @rule(number=mostly_outsider, room=rooms, key=keys)
    def join(self, number: int, room: str, key: str) -> None:
        """JOIN, with a key or without."""
        number = self._pick(number, room)
        self._do(number, f"JOIN {room} {key}", lambda me: self.model.join(me, room, key))

    @rule(number=mostly_member, room=rooms, reason=st.sampled_from(("", "enough of it")))
    def part(self, number: int, room: str, reason: str) -> None:
        """PART, with a reason or without."""
        number = self._pick(number, room)
        line = f"PART {room} :{reason}" if reason else f"PART {room}"
        self._do(number, line, lambda me: self.model.part(me, room, reason))

    @rule(number=mostly_operator, room=rooms, nick=nicks)
    def kick(self, number: int, room: str, nick: str) -> None:
        """KICK."""
        number = self._pick(number, room)
        self._do(
            number, f"KICK {room} {nick} :be nice", lambda me: self.model.kick(me, room, nick, "be nice")
        )

    @rule(number=mostly_operator, room=rooms, nick=nicks)
    def invite(self, number: int, room: str, nick: str) -> None:
        """INVITE."""
        number = self._pick(number, room)
        self._do(number, f"INVITE {nick} {room}", lambda me: self.model.invite(me, nick, room))

    @rule(number=mostly_member, room=rooms, text=texts)
    def topic(self, number: int, room: str, text: str) -> None:
        """TOPIC."""
        number = self._pick(number, room)
        self._do(number, f"TOPIC {room} :{text}", lambda me: self.model.topic(me, room, text))

    @rule(number=mostly_operator, room=rooms, sign=st.sampled_from("+-"), letter=st.sampled_from("imnst"))
    def flag(self, number: int, room: str, sign: str, letter: str) -> None:
        """MODE of a flag."""
        number = self._pick(number, room)
        self._do(
            number, f"MODE {room} {sign}{letter}", lambda me: self.model.mode(me, room, sign, letter, "")
        )

    @rule(
        number=mostly_operator,
        room=rooms,
        sign=st.sampled_from("+-"),
        letter=st.sampled_from("oov"),
        nick=nicks,
    )
    def role(self, number: int, room: str, sign: str, letter: str, nick: str) -> None:
        """MODE of a role."""
        number = self._pick(number, room)
        line = f"MODE {room} {sign}{letter} {nick}"
        self._do(number, line, lambda me: self.model.mode(me, room, sign, letter, nick))

    @rule(
        number=mostly_operator,
        room=rooms,
        change=st.sampled_from(("+k secret", "-k secret", "+l 2", "+l 9", "-l")),
    )
    def setting(self, number: int, room: str, change: str) -> None:
        """MODE of a key or a limit."""
        number = self._pick(number, room)
        letters, _, param = change.partition(" ")
        sign, letter = letters
        self._do(number, f"MODE {room} {change}", lambda me: self.model.mode(me, room, sign, letter, param))

    @rule(number=mostly_operator, room=rooms, sign=st.sampled_from("+-"), nick=nicks)
    def ban(self, number: int, room: str, sign: str, nick: str) -> None:
        """MODE of a ban."""
        number = self._pick(number, room)
        mask = f"{nick}!*@*"
        self._do(number, f"MODE {room} {sign}b {mask}", lambda me: self.model.mode(me, room, sign, "b", mask))

    # saying

    @rule(number=who, command=st.sampled_from(("PRIVMSG", "NOTICE")), to=rooms | nicks, text=texts)
    def say(self, number: int, command: str, to: str, text: str) -> None:
        """PRIVMSG and NOTICE."""
        self._do(number, f"{command} {to} :{text}", lambda me: self.model.say(me, command, to, text))

    @rule(number=who, to=rooms, forged=nicks)
    def forge(self, number: int, to: str, forged: str) -> None:
        """A line that says it is another's, and a CR that would like to begin one: both change nothing."""
        line = f":{forged}!~x@127.0.0.1 PRIVMSG {to} :one\r:{forged} KICK {to} {forged}\0 :two"
        text = f"one :{forged} KICK {to} {forged}  :two"
        self._do(number, line, lambda me: self.model.say(me, "PRIVMSG", to, text))

    @rule(number=who, to=rooms, at=st.integers(0, 30))
    def say_in_pieces(self, number: int, to: str, at: int) -> None:
        """A line comes in two pieces, between which the whole turn passes."""
        data = f"PRIVMSG {to} :whole".encode()
        self.clients[number].send_bytes(data[:at])
        for client in self.clients:
            assert client.read() == []
        self._do(number, data[at:], lambda me: self.model.say(me, "PRIVMSG", to, "whole"))

    @rule(number=who, data=st.sampled_from(NONSENSE))
    def nonsense(self, number: int, data: bytes) -> None:
        """Lines that are none, or that nobody here may send: they change nothing, and others hear nothing."""
        self.clients[number].send_bytes(data + b"\r\n")
        assert not self.clients[number].ended
        self._read(self.clients[number])
        self._check(number, "")

    # looking

    @rule(number=mostly_outsider, room=rooms)
    def names(self, number: int, room: str) -> None:
        """NAMES shows the members, of a secret channel only to themselves."""
        number = self._pick(number, room)
        words = self._ask(number, f"NAMES {room}", "353")
        person = self.people[number]
        if person is not None:
            assert {nick for params in words for nick in params[-1].split()} == self.model.names(person, room)

    @rule(number=who)
    def list_(self, number: int) -> None:
        """LIST shows no secret."""
        words = self._ask(number, "LIST", "322")
        person = self.people[number]
        if person is not None:
            assert {(params[1], params[2]) for params in words} == self.model.listed(person)

    @rule(number=who, nick=nicks)
    def whois(self, number: int, nick: str) -> None:
        """WHOIS shows the channels that are no secret."""
        words = self._ask(number, f"WHOIS {nick}", "319")
        person = self.people[number]
        if person is not None:
            found = {name.lstrip("@+") for params in words for name in params[-1].split()}
            assert found == self.model.seen_in(person, nick)

    def _ask(self, number: int, line: str, wanted: str) -> list[tuple[str, ...]]:
        """The parameters of the answers with one numeric."""
        self.clients[number].send(line)
        answers = self._read(self.clients[number])
        self._check(number, "")  # others see nothing of it
        return [answer.params for answer in answers if answer.command == wanted]

    # stories: what chance alone would seldom tell

    def _nick(self, number: int) -> str:
        person = self.people[number]
        return person.nick if person is not None else "Nobody"

    @rule(
        room=rooms, door=st.sampled_from(("+i", "+k", "+l", "+b")), number=who, key=keys, asked=st.booleans()
    )
    def come_back(self, room: str, door: str, number: int, key: str, asked: bool) -> None:
        """Somebody goes, the door is shut behind them, perhaps they are asked in, and they come back."""
        self.part(number, room, "")
        if door == "+i":
            self.flag(OPERATOR, room, "+", "i")
        elif door == "+b":
            self.ban(OPERATOR, room, "+", self._nick(number))
        else:
            self.setting(OPERATOR, room, {"+k": "+k secret", "+l": "+l 2"}[door])
        if asked:
            self.invite(OPERATOR, room, self._nick(number))
        self.join(number, room, key)

    @rule(
        room=rooms, number=who, how=st.sampled_from(("m", "b")), voice=st.booleans(), nick=nicks, text=texts
    )
    def be_silenced(self, room: str, number: int, how: str, voice: bool, nick: str, text: str) -> None:
        """Somebody is kept from speaking, perhaps not quite, speaks and takes another nick."""
        if how == "m":
            self.flag(OPERATOR, room, "+", "m")
        else:
            self.ban(OPERATOR, room, "+", self._nick(number))
        self.role(OPERATOR, room, "+" if voice else "-", "v", self._nick(number))
        self.say(number, "PRIVMSG", room, text)
        self.rename(number, nick)
        self.say(number, "PRIVMSG", room, text)

    @rule(room=rooms, number=who, nick=nicks, sign=st.sampled_from("++-"))
    def look_from_outside(self, room: str, number: int, nick: str, sign: str) -> None:
        """Somebody leaves a room that is secret, or no more, and looks for it in every way."""
        self.flag(OPERATOR, room, sign, "s")
        self.part(number, room, "")
        self.names(number, room)
        self.list_(number)
        self.whois(number, nick)
        self.say(number, "PRIVMSG", room, "are you there?")

    # always

    @invariant()
    def both_agree(self) -> None:
        """The same people are in the same rooms with the same roles."""
        world = self.chat.engine.world
        assert self.chat.engine.errors == 0
        check_world(self.chat.engine)
        assert {user.nick for user in world.users.values()} == {person.nick for person in self.model.people}
        assert set(world.channels) == set(self.model.rooms)
        for key, room in self.model.rooms.items():
            channel = world.channels[key]
            held = {user.nick: set(roles) for user, roles in channel.members.items()}
            assert held == {person.nick: roles for person, roles in room.members.items()}
            assert set(channel.modes) - set("kl") == room.flags
            assert channel.modes.get("k", "") == room.key
            assert set(channel.lists["b"]) == set(room.bans)


class LaterMachine(ChatMachine):
    """The same where events are applied a turn later."""

    backplane = LaterBackplane


def bounded() -> settings:
    """The profile's settings where it is a long one, else the suite's."""
    profile = settings()
    return profile if profile.max_examples >= LONG else SHORT


TestAtOnce = ChatMachine.TestCase
TestAtOnce.settings = bounded()
TestATurnLater = LaterMachine.TestCase
TestATurnLater.settings = bounded()
