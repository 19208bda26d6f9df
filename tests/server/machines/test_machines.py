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
    NUMERICS,
    OPERATOR,
    OUTSIDER,
    SHOWN,
    flags,
    keys,
    letters,
    lists,
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
        self.chat = self.make_chat()
        self.model = Model()
        self.clients = [self.chat.connect() for _ in range(CLIENTS)]
        self.people: list[Person | None] = [None] * CLIENTS
        for number, nick in enumerate(("Neural", "Nine", "Other")):
            self.register(number, nick)
            self.join(number, "#team", "")

    def make_chat(self) -> Chat:
        """The server."""
        return Chat(self.backplane, Settings(server=Server(name="gchat.test"), throttle=False))

    # what is seen

    def _read(self, client: Client) -> list[Message]:
        messages = [parse(line) for line in client.read()]
        assert all(isinstance(message, Message) for message in messages)
        return [message for message in messages if isinstance(message, Message)]

    def _shown(self, message: Message) -> Seen | None:
        """What of a message the model knows of; None for all else."""
        nick = message.source.partition("!")[0]
        if message.command in NUMERICS:
            subject, *rest = message.params[1:]
            return (message.command, subject.partition("!")[0], *rest)
        if message.command in SHOWN and nick != "gchat.test":
            return (nick, message.command, *message.params)
        return None

    def _check(self, actor: int, expected: str) -> list[Message]:
        """Read what everybody was sent and compare; return the actor's numerics."""
        self.chat.settle()
        numerics: list[Message] = []
        for number, client in enumerate(self.clients):
            person = self.people[number]
            shown: list[Seen] = []
            for message in self._read(client):
                seen = self._shown(message)
                if seen is not None:
                    shown.append(seen)
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
                seen = self._shown(message)
                if seen is not None:
                    shown.append(seen)
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

    @rule(number=mostly_operator, room=rooms, sign=st.sampled_from("+-"), letter=flags)
    def flag(self, number: int, room: str, sign: str, letter: str) -> None:
        """MODE of a flag."""
        number = self._pick(number, room)
        self._do(
            number, f"MODE {room} {sign}{letter}", lambda me: self.model.mode(me, room, sign, letter, "")
        )

    @rule(number=mostly_operator, room=rooms, sign=st.sampled_from("+-"), letter=letters, nick=nicks)
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

    @rule(number=mostly_operator, room=rooms, sign=st.sampled_from("+-"), where=lists, nick=nicks)
    def listed(self, number: int, room: str, sign: str, where: str, nick: str) -> None:
        """MODE of a ban, a mute, an exception from either, or from +i."""
        number = self._pick(number, room)
        letter, mask = where[0], f"{where[1:]}{nick}!*@*"
        line = f"MODE {room} {sign}{letter} {mask}"
        self._do(number, line, lambda me: self.model.mode(me, room, sign, letter, mask))

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

    # being there

    @rule(number=who, text=st.sampled_from(("", "lunch", "two words")))
    def be_away(self, number: int, text: str) -> None:
        """AWAY, which those read who write to them."""
        self._do(number, f"AWAY :{text}", lambda me: self.model.be_away(me, text))

    @rule(number=who, sign=st.sampled_from("++-"), nick=nicks)
    def monitor(self, number: int, sign: str, nick: str) -> None:
        """MONITOR, whose answers come whenever the nick comes and goes."""
        self._do(number, f"MONITOR {sign} {nick}", lambda me: self.model.monitor(me, sign, nick))

    @rule(number=who, serves=st.sampled_from((True, False, False)))
    def serve(self, number: int, serves: bool) -> None:
        """Somebody is a server operator from now on, or no more."""
        person = self.people[number]
        if person is not None and serves:
            self.chat.op(self.clients[number])
            person.serves = True
        elif person is not None:
            self._do(number, f"MODE {person.nick} -o", self.model.stop_serving)

    @rule(number=who, nick=nicks)
    def kill(self, number: int, nick: str) -> None:
        """KILL."""
        person, target = self.people[number], self.model.find(nick)
        if person is None:
            return
        self.clients[number].send(f"KILL {nick} :be gone")
        refused = self.model.kill(person, nick, "be gone")
        if refused:
            self._check(number, refused)
            return
        victim = self.people.index(target)
        self.people[victim] = None
        self._check(number, "")
        self._connect(victim)

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
            found = {name.lstrip("~&@%+") for params in words for name in params[-1].split()}
            assert found == self.model.seen_in(person, nick)

    def _ask(self, number: int, line: str, wanted: str) -> list[tuple[str, ...]]:
        """The parameters of the answers with one numeric."""
        self.clients[number].send(line)
        answers = self._read(self.clients[number])
        self._check(number, "")  # others see nothing of it
        return [answer.params for answer in answers if answer.command == wanted]

    # stories: what chance alone would seldom tell

    def _bring(self, room: str, *numbers: int) -> None:
        """Have them be somebody, and in a room, unless it keeps them out."""
        for number in numbers:
            if self.people[number] is None:
                self.register(number, next(nick for nick in NICKS if self.model.find(nick) is None))
            self.join(number, room, "secret")

    def _nick(self, number: int) -> str:
        person = self.people[number]
        return person.nick if person is not None else "Nobody"

    @rule(
        room=rooms,
        door=st.sampled_from(("i", "i", "R", "b", "b", "bm:", "+k secret", "+l 2")),
        number=who,
        key=keys,
        opened=st.sampled_from(("", "", "e", "I", "INVITE")),
    )
    def come_back(self, room: str, door: str, number: int, key: str, opened: str) -> None:
        """Somebody goes, the door is shut behind them, perhaps opened for them, and they come back."""
        self._bring(room, (number + 1) % CLIENTS, number)
        self.part(number, room, "")
        for flag in "iR":
            self.flag(OPERATOR, room, "+" if flag == door else "-", flag)
        for setting in ("-k secret", "-l"):
            self.setting(OPERATOR, room, setting)
        if door in ("b", "bm:"):
            self.listed(OPERATOR, room, "+", door, self._nick(number))
        elif door not in "iR":
            self.setting(OPERATOR, room, door)
        if opened == "INVITE":
            self.invite(OPERATOR, room, self._nick(number))
        elif opened:
            self.listed(OPERATOR, room, "+", opened, self._nick(number))
        self.join(number, room, key)

    @rule(
        room=rooms,
        number=who,
        how=st.sampled_from(("m", "M", "C", "b", "bm:", "bm:")),
        saved=st.sampled_from(("", "", "v", "e", "em:")),
        nick=nicks,
        text=texts,
    )
    def be_silenced(self, room: str, number: int, how: str, saved: str, nick: str, text: str) -> None:
        """Somebody is kept from speaking, perhaps not quite, speaks and takes another nick."""
        self._bring(room, (number + 1) % CLIENTS, number)
        nick_now = self._nick(number)
        for flag in "mMC":
            self.flag(OPERATOR, room, "+" if flag == how else "-", flag)
        if how.startswith("b"):
            self.listed(OPERATOR, room, "+", how, nick_now)
        if saved in ("e", "em:"):
            self.listed(OPERATOR, room, "+", saved, nick_now)
        self.role(OPERATOR, room, "+" if saved == "v" else "-", "v", nick_now)
        self.role(number, room, "-", "o", nick_now)
        self.say(number, "PRIVMSG", room, text)
        self.rename(number, nick)
        self.say(number, "PRIVMSG", room, text)

    @rule(
        room=rooms,
        giver=who,
        one=who,
        other=who,
        roles=st.tuples(st.sampled_from("hhoav"), st.sampled_from("hoaq")),
        deed=st.sampled_from(("role", "role", "role", "kick", "flag", "listed", "topic")),
        sign=st.sampled_from("+--"),
        letter=letters,
    )
    def pull_rank(
        self,
        room: str,
        giver: int,
        one: int,
        other: int,
        roles: tuple[str, str],
        deed: str,
        sign: str,
        letter: str,
    ) -> None:
        """A server operator gives two people a role, and one of them tries theirs, perhaps on the other."""
        self._bring(room, one, other)
        nick, target, there = self._nick(one), self._nick(other), self.model.rooms.get(room.lower())
        self.serve(giver, True)
        for held in sorted(there.roles_of(self.people[one])) if there is not None else ():
            self.role(giver, room, "-", held, nick)
        self.role(giver, room, "+", roles[0], nick)
        self.role(giver, room, "+", roles[1], target)
        self.serve(giver, False)
        if deed == "role":
            self.role(one, room, sign, letter, target)
        elif deed == "kick":
            self.kick(one, room, target)
        elif deed == "flag":
            self.flag(one, room, sign, "t")
        elif deed == "listed":
            self.listed(one, room, sign, "e", target)
        else:
            self.topic(one, room, "mine")

    @rule(
        watcher=who,
        number=who,
        nick=nicks,
        how=st.sampled_from(("rename", "rename", "kill", "quit", "vanish", "error")),
    )
    def be_watched(self, watcher: int, number: int, nick: str, how: str) -> None:
        """Somebody is watched, and so is a nick; the one takes the other, or goes and comes back with it."""
        self._bring("#team", watcher, number)
        self.monitor(watcher, "+", self._nick(number))
        self.monitor(watcher, "+", nick)
        if how == "rename":
            self.rename(number, nick)
        elif how == "kill":
            self.serve(watcher, True)
            self.kill(watcher, self._nick(number))
        else:
            self.leave(number, how)
        self.register(number, nick)

    @rule(room=rooms, number=who, nick=nicks, sign=st.sampled_from("++-"))
    def look_from_outside(self, room: str, number: int, nick: str, sign: str) -> None:
        """Somebody leaves a room that is secret, or no more, and looks for it in every way."""
        self._bring(room, (number + 1) % CLIENTS, number)
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
            assert {letter: set(rows) for letter, rows in channel.lists.items()} == {
                letter: set(masks) for letter, masks in room.lists.items()
            }


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
