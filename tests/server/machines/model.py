"""The rules of a chat, written a second time and small: who is where, who may what, who sees what.

The model knows nothing of gchat: it is what the server is held against.  Every method is one command of one
user; it returns the numeric that refuses it, "" for none, and appends to ``seen`` what each user is to see.
Nicks and channels are ASCII here, so that folding them is ``lower()``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Seen = tuple[str, ...]  # the source's nick, the command, its parameters


@dataclass(eq=False)
class Person:
    """Somebody who is registered."""

    nick: str
    seen: list[Seen] = field(default_factory=list)
    invited: set[Room] = field(default_factory=set)

    def is_called(self, nick: str) -> bool:
        """True for the person's nick, in any letters."""
        return self.nick.lower() == nick.lower()


class Room:
    """A channel.  ``members`` have the roles ``o`` and ``v``, or none of them."""

    def __init__(self, name: str, first: Person) -> None:
        self.name = name
        self.members: dict[Person, set[str]] = {first: {"o"}}
        self.flags = {"n", "t"}
        self.key = ""
        self.limit = 0
        self.bans: dict[str, str] = {}  # lower-case mask -> mask

    def is_operator(self, person: Person) -> bool:
        """True for a member with the role o."""
        return "o" in self.members.get(person, ())

    def is_banned(self, person: Person) -> bool:
        """True where a mask ``nick!*@*`` is the person's."""
        return f"{person.nick.lower()}!*@*" in self.bans

    def keeps_quiet(self, person: Person) -> bool:
        """True where the person may not speak here."""
        if person not in self.members and "n" in self.flags:
            return True
        if self.members.get(person):
            return False
        return "m" in self.flags or self.is_banned(person)

    def hides_from(self, person: Person) -> bool:
        """True where the person may not know that the room exists."""
        return "s" in self.flags and person not in self.members

    def tell(self, *seen: str, but: Person | None = None) -> None:
        """Have every member see something, with one exception."""
        for member in self.members:
            if member is not but:
                member.seen.append(seen)


class Model:
    """Everybody and every room."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        self.rooms: dict[str, Room] = {}

    # who and where

    def find(self, nick: str) -> Person | None:
        """The person with a nick."""
        return next((person for person in self.people if person.is_called(nick)), None)

    def rooms_of(self, person: Person) -> list[Room]:
        """The rooms that somebody is in."""
        return [room for room in self.rooms.values() if person in room.members]

    def around(self, person: Person) -> Iterable[Person]:
        """Everybody else who shares a room with somebody, each once."""
        return {one: None for room in self.rooms_of(person) for one in room.members if one is not person}

    def _room_for(self, person: Person, name: str) -> Room | str:
        """A room that somebody must be in, or the numeric that says that they are not."""
        room = self.rooms.get(name.lower())
        if room is None or room.hides_from(person):
            return "403"
        return room if person in room.members else "442"

    # coming and going

    def register(self, nick: str, possible: bool) -> str:
        """Somebody wants to be called so."""
        if not possible:
            return "432"
        if self.find(nick):
            return "433"
        self.people.append(Person(nick))
        return ""

    def rename(self, person: Person, nick: str, possible: bool) -> str:
        """NICK of somebody who is registered."""
        if not possible:
            return "432"
        holder = self.find(nick)
        if holder not in (None, person):
            return "433"
        if nick == person.nick:
            return ""
        if any(room.is_banned(person) and not room.members[person] for room in self.rooms_of(person)):
            return "435"
        for one in (person, *self.around(person)):
            one.seen.append((person.nick, "NICK", nick))
        person.nick = nick
        return ""

    def quit(self, person: Person, text: str) -> None:
        """QUIT: who may not speak in one of the rooms says nothing in any."""
        quiet = any(room.keeps_quiet(person) for room in self.rooms_of(person))
        self.leave(person, "Quit: " + ("" if quiet else text))

    def leave(self, person: Person, reason: str) -> None:
        """Somebody's connection is gone."""
        for one in self.around(person):
            one.seen.append((person.nick, "QUIT", reason))
        for room in self.rooms_of(person):
            self._out(room, person)
        self.people.remove(person)

    def _out(self, room: Room, person: Person) -> None:
        del room.members[person]
        if not room.members:
            del self.rooms[room.name.lower()]

    def join(self, person: Person, name: str, key: str) -> str:
        """JOIN one channel."""
        room = self.rooms.get(name.lower())
        if room is None:
            room = self.rooms[name.lower()] = Room(name, person)
        elif person in room.members:
            return ""
        else:
            refused = self._why_not(room, person, key)
            if refused:
                return refused
            room.members[person] = set()
        person.invited.discard(room)
        room.tell(person.nick, "JOIN", room.name)
        return ""

    def _why_not(self, room: Room, person: Person, key: str) -> str:
        invited = room in person.invited
        if room.key and room.key != key:
            return "475"
        if "i" in room.flags and not invited:
            return "473"
        if room.limit and len(room.members) >= room.limit and not invited:
            return "471"
        return "474" if room.is_banned(person) and not invited else ""

    def part(self, person: Person, name: str, reason: str) -> str:
        """PART one channel."""
        room = self._room_for(person, name)
        if isinstance(room, str):
            return room
        said = reason and not room.keeps_quiet(person)
        room.tell(person.nick, "PART", room.name, *([reason] if said else []))
        self._out(room, person)
        return ""

    def kick(self, person: Person, name: str, nick: str, reason: str) -> str:
        """KICK one member."""
        room, target = self._room_for(person, name), self.find(nick)
        if isinstance(room, str):
            return room
        if not room.is_operator(person):
            return "482"
        if target is None:
            return "401"
        if target not in room.members:
            return "441"
        room.tell(person.nick, "KICK", room.name, target.nick, reason)
        self._out(room, target)
        return ""

    def invite(self, person: Person, nick: str, name: str) -> str:
        """INVITE somebody."""
        target = self.find(nick)
        if target is None:
            return "401"
        room = self._room_for(person, name)
        if isinstance(room, str):
            return room
        if "i" in room.flags and not room.is_operator(person):
            return "482"
        if target in room.members:
            return "443"
        target.invited.add(room)
        target.seen.append((person.nick, "INVITE", target.nick, room.name))
        return ""

    # saying

    def topic(self, person: Person, name: str, text: str) -> str:
        """TOPIC of a channel."""
        room = self._room_for(person, name)
        if isinstance(room, str):
            return room
        if "t" in room.flags and not room.is_operator(person):
            return "482"
        if "t" not in room.flags and room.keeps_quiet(person):
            return "404"
        room.tell(person.nick, "TOPIC", room.name, text)
        return ""

    def say(self, person: Person, command: str, target: str, text: str) -> str:
        """PRIVMSG or NOTICE; a NOTICE is never answered."""
        refused = self._say(person, command, target, text)
        return refused if command == "PRIVMSG" else ""

    def _say(self, person: Person, command: str, target: str, text: str) -> str:
        if not target.startswith("#"):
            other = self.find(target)
            if other is None:
                return "401"
            other.seen.append((person.nick, command, other.nick, text))
            return ""
        room = self.rooms.get(target.lower())
        if room is None or room.hides_from(person):
            return "403"
        if room.keeps_quiet(person):
            return "404"
        room.tell(person.nick, command, room.name, text, but=person)
        return ""

    # modes

    def mode(self, person: Person, name: str, sign: str, letter: str, param: str) -> str:
        """MODE with one change."""
        room = self.rooms.get(name.lower())
        if room is None or room.hides_from(person):
            return "403"
        if person not in room.members:
            return "442"
        if letter in "ov":
            return self._role(person, room, sign, letter, param)
        if not room.is_operator(person):
            return "482"
        shown = self._set(room, sign == "+", letter, param)
        if shown is not None:
            room.tell(person.nick, "MODE", room.name, sign + letter, *([shown] if shown else []))
        return ""

    def _role(self, person: Person, room: Room, sign: str, letter: str, nick: str) -> str:
        target = self.find(nick)
        gives_up = target is person and sign == "-"
        if not room.is_operator(person) and not gives_up:
            return "482"
        if target is None:
            return "401"
        if target not in room.members:
            return "441"
        held = room.members[target]
        if (letter in held) != (sign == "+"):
            (held.add if sign == "+" else held.remove)(letter)
            room.tell(person.nick, "MODE", room.name, sign + letter, target.nick)
        return ""

    def _set(self, room: Room, add: bool, letter: str, param: str) -> str | None:
        """Make a change; return its parameter as it is told, None where nothing has changed."""
        if letter == "k":
            before, room.key = room.key, param if add else ""
            return None if room.key == before else param if add else before
        if letter == "l":
            limit, room.limit = room.limit, int(param) if add else 0
            return None if room.limit == limit else param if add else ""
        if letter == "b":
            if (param.lower() in room.bans) == add:
                return None
            if add:
                room.bans[param.lower()] = param
                return param
            return room.bans.pop(param.lower())
        if (letter in room.flags) == add:
            return None
        (room.flags.add if add else room.flags.remove)(letter)
        return ""

    # looking

    def names(self, person: Person, name: str) -> set[str]:
        """The words of a NAMES."""
        room = self.rooms.get(name.lower())
        if room is None or room.hides_from(person):
            return set()
        symbols = {"o": "@", "v": "+"}
        return {
            next((symbols[role] for role in "ov" if role in held), "") + member.nick
            for member, held in room.members.items()
        }

    def listed(self, person: Person) -> set[tuple[str, str]]:
        """The channels of a LIST, with their numbers of members."""
        return {
            (room.name, str(len(room.members))) for room in self.rooms.values() if not room.hides_from(person)
        }

    def seen_in(self, person: Person, nick: str) -> set[str]:
        """The channels in which somebody may know another one to be."""
        other = self.find(nick)
        return {
            room.name
            for room in self.rooms.values()
            if other is not None and other in room.members and not room.hides_from(person)
        }
