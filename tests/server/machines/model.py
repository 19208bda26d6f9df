"""The rules of a chat, written a second time and small: who is where, who may what, who sees what.

The model knows nothing of gchat: it is what the server is held against.  Every method is one command of one
user; it returns the numeric that refuses it, "" for none, and appends to ``seen`` what each user is to see.
Nicks and channels are ASCII here, so that folding them is ``lower()``, and nobody is logged in to an account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Seen = tuple[str, ...]  # the source's nick, the command, its parameters; or a numeric and its parameters

RANKS = {"q": 5, "a": 4, "o": 3, "h": 2, "v": 1}
SYMBOLS = {"q": "~", "a": "&", "o": "@", "h": "%", "v": "+"}
GRANTS = {"q": "qaohv", "a": "ohv", "o": "ohv", "h": "v", "v": ""}  # the roles that one may give and take
MUTE = "m:"
CTCP, ACTION = "\x01", "\x01ACTION"


@dataclass(eq=False)
class Person:
    """Somebody who is registered."""

    nick: str
    seen: list[Seen] = field(default_factory=list)
    invited: set[Room] = field(default_factory=set)
    away: str = ""
    watched: set[str] = field(default_factory=set)  # lower-case nicks
    serves: bool = False  # as a server operator

    def is_called(self, nick: str) -> bool:
        """True for the person's nick, in any letters."""
        return self.nick.lower() == nick.lower()


class Room:
    """A channel.  ``members`` have roles, or none; in ``lists`` are masks by their lower-case form."""

    def __init__(self, name: str, first: Person) -> None:
        self.name = name
        self.members: dict[Person, set[str]] = {first: {"o"}}
        self.flags = {"n", "t"}
        self.key = ""
        self.limit = 0
        self.lists: dict[str, dict[str, str]] = {"b": {}, "e": {}, "I": {}}

    def roles_of(self, person: Person | None) -> set[str]:
        """Those of somebody; none for who is no member."""
        return self.members.get(person, set()) if person is not None else set()

    def rank(self, person: Person) -> int:
        """That of the highest role; 0 for none, and for who is no member."""
        return max((RANKS[role] for role in self.roles_of(person)), default=0)

    def is_operator(self, person: Person) -> bool:
        """True for a member who may change the modes."""
        return self.rank(person) >= RANKS["o"]

    def moderates(self, person: Person) -> bool:
        """True for a member who may do all the rest: invite, kick, ban and set the topic."""
        return self.rank(person) >= RANKS["h"]

    def has(self, letter: str, person: Person, kind: str = "") -> bool:
        """True where a mask ``nick!*@*`` in a list is the person's; ``kind``: one of mutes."""
        return f"{kind}{person.nick.lower()}!*@*" in self.lists[letter]

    def is_banned(self, person: Person) -> bool:
        """True where the person may not come in, nor speak without a role."""
        return self.has("b", person) and not self.has("e", person)

    def is_silenced(self, person: Person) -> bool:
        """True for a ban or a mute; an exception from bans is one from mutes, too."""
        excepted = self.has("e", person) or self.has("e", person, MUTE)
        return self.is_banned(person) or (self.has("b", person, MUTE) and not excepted)

    def keeps_quiet(self, person: Person) -> bool:
        """True where the person may not speak here."""
        if person not in self.members and "n" in self.flags:
            return True
        if self.members.get(person):
            return False
        return bool(self.flags & {"m", "M"}) or self.is_silenced(person)

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

    def _tell_watchers(self, numeric: str, nick: str) -> None:
        for one in self.people:
            if nick.lower() in one.watched:
                one.seen.append((numeric, nick))

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
        self._tell_watchers("730", nick)
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
        if any(room.is_silenced(person) and not room.members[person] for room in self.rooms_of(person)):
            return "435"
        for one in (person, *self.around(person)):
            one.seen.append((person.nick, "NICK", nick))
        before, person.nick = person.nick, nick
        if before.lower() != nick.lower():
            self._tell_watchers("731", before)
            self._tell_watchers("730", nick)
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
        self._tell_watchers("731", person.nick)

    def kill(self, person: Person, nick: str, reason: str) -> str:
        """KILL: somebody's connection is ended by a server operator."""
        target = self.find(nick)
        if not person.serves:
            return "481"
        if target is None:
            return "401"
        self.leave(target, f"Killed ({person.nick} ({reason}))")
        return ""

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
        if "R" in room.flags and not invited:
            return "477"
        if "i" in room.flags and not invited and not room.has("I", person):
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
        if not room.moderates(person):
            return "482"
        if target is None:
            return "401"
        if target not in room.members:
            return "441"
        if room.rank(target) > room.rank(person):
            return "482"
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
        if "i" in room.flags and not room.moderates(person):
            return "482"
        if target in room.members:
            return "443"
        if room.moderates(person):  # anybody else's word opens nothing
            target.invited.add(room)
        target.seen.append((person.nick, "INVITE", target.nick, room.name))
        return ""

    # saying

    def topic(self, person: Person, name: str, text: str) -> str:
        """TOPIC of a channel."""
        room = self._room_for(person, name)
        if isinstance(room, str):
            return room
        if "t" in room.flags and not room.moderates(person):
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
            if other.away and command == "PRIVMSG":
                person.seen.append(("301", other.nick, other.away))
            return ""
        room = self.rooms.get(target.lower())
        if room is None or room.hides_from(person):
            return "403"
        asks = text.startswith(CTCP) and not text.startswith(ACTION)
        if room.keeps_quiet(person) or (asks and "C" in room.flags):
            return "404"
        room.tell(person.nick, command, room.name, text, but=person)
        return ""

    # being there

    def be_away(self, person: Person, text: str) -> str:
        """AWAY; without a text the person is back."""
        person.away = text
        return ""

    def monitor(self, person: Person, sign: str, nick: str) -> str:
        """MONITOR of one nick more or less."""
        if sign == "-":
            person.watched.discard(nick.lower())
            return ""
        person.watched.add(nick.lower())
        holder = self.find(nick)
        person.seen.append(("730", holder.nick) if holder is not None else ("731", nick))
        return ""

    def stop_serving(self, person: Person) -> str:
        """MODE -o of oneself."""
        if person.serves:
            person.seen.append((person.nick, "MODE", person.nick, "-o"))
        person.serves = False
        return ""

    # modes

    def mode(self, person: Person, name: str, sign: str, letter: str, param: str) -> str:
        """MODE with one change.  Server operators may do everything everywhere."""
        room = self.rooms.get(name.lower())
        if room is None or (room.hides_from(person) and not person.serves):
            return "403"
        if person not in room.members and not person.serves:
            return "442"
        if letter in RANKS:
            return self._role(person, room, sign, letter, param)
        may = room.moderates(person) if letter in room.lists else room.is_operator(person)
        if not may and not person.serves:
            return "482"
        shown = self._set(room, sign == "+", letter, param)
        if shown is not None:
            room.tell(person.nick, "MODE", room.name, sign + letter, *([shown] if shown else []))
        return ""

    def _role(self, person: Person, room: Room, sign: str, letter: str, nick: str) -> str:
        target = self.find(nick)
        free = person.serves or (target is person and sign == "-")
        if not free and not any(letter in GRANTS[role] for role in room.roles_of(person)):
            return "482"
        if target is None:
            return "401"
        if target not in room.members:
            return "441"
        if not free and sign == "-" and room.rank(target) > room.rank(person):
            return "482"
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
        if letter in room.lists:
            masks, key = room.lists[letter], param.lower()
            if (key in masks) == add:
                return None
            if add:
                masks[key] = param
            return param if add else masks.pop(key)
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
        return {
            next((SYMBOLS[role] for role in RANKS if role in held), "") + member.nick
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
