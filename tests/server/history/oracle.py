"""Who could have seen what: notes taken beside a chat, by rules of their own, for ``test_what_one_may_read``.

Every word that is said, set or given as a reason is one of a kind (``w17``).  The oracle notes of each word
where it was, who got it live, and what kept people out at that moment.  The chat's world is asked for what is
plain to see (who is a member, which modes are set); nothing of seats, marks and visibility is used.

Somebody could have seen a word if one of these is so:

- this connection got it live, or one that belongs to the same account;
- at that moment no ban fitted them under one of the names that they had, and no wall stood (the modes i, k),
  or their account had been in and had neither left nor been removed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from gchat.irc.message import Message, parse

WORD = re.compile(r"\bw\d+\b")
WALLS = set("ikR")


class Room:
    """A channel through all its names and ends."""

    def __init__(self, name):
        self.name = name
        self.seats = set()  # accounts that were in and neither left nor were removed

    def __repr__(self):
        return self.name


class Scene(NamedTuple):
    """What kept people out of a room at a moment."""

    walls: frozenset
    bans: tuple
    seats: frozenset


@dataclass
class Word:
    """A word that is one of a kind."""

    text: str
    kind: str  # said, aside (kept nowhere), direct, happened, topic, key, mask, metadata
    step: int
    rooms: dict = field(default_factory=dict)  # Room -> Scene
    parties: frozenset = frozenset()  # the accounts that a direct message is between
    by: object = None  # the session that said it
    live: set = field(default_factory=set)  # the sessions that were sent it
    msgid: str = ""
    family: str = ""  # of a message and its versions, the first one's word
    redacted: bool = False
    channel: object = None  # the very channel that metadata is of


class Oracle:
    """Told of everything that happens; asked what somebody may be shown."""

    def __init__(self):
        self.world = None
        self.step = 0
        self.words: dict[str, Word] = {}
        self.rooms: dict[str, Room] = {}
        self.names: dict[object, list] = defaultdict(list)  # session -> (step, source, account)
        self.inside: dict[tuple, int] = {}  # (session, Room) -> the step since which it is a member
        self._before: dict[object, set] = {}

    # what happens

    def begin(self, world):
        """Another step; ``world`` is another one after a restart."""
        self.world, self.step = world, self.step + 1
        self._before = {self.room(channel.key): set(channel.members) for channel in world.channels.values()}

    def room(self, name):
        """The room that a name means now."""
        return self.rooms.setdefault(name.lower(), Room(name.lower()))

    def restarted(self, before, after):
        """Another server goes on; what is registered there is the same channel as before."""
        for word in self.words.values():
            if word.channel is not None and before.known_channel(word.channel.key) is word.channel:
                word.channel = after.known_channel(word.channel.key)

    def renamed(self, old, new):
        """A channel has another name; what had that name before is nobody's any more."""
        room = self.rooms.pop(old.lower())
        room.name = new.lower()
        self.rooms[new.lower()] = room

    def new(self, kind, *channels, parties=(), family="", channel=None, by=None):
        """A word that is about to be said; what keeps people out of the channels now counts for it."""
        word = Word(f"w{len(self.words)}", kind, self.step, family=family, channel=channel, by=by)
        word.rooms = {self.room(c.key): self._scene(c) for c in channels}
        word.parties = frozenset(account.lower() for account in parties if account)
        self.words[word.text] = word
        return word

    def _scene(self, channel):
        bans = tuple(ban.mask.lower() for ban in channel.lists["b"].values() if not ban.mask.startswith("m:"))
        room = self.room(channel.key)
        return Scene(frozenset(WALLS & channel.modes.keys()), bans, frozenset(room.seats))

    def meet(self, sessions):
        """Note who is called what."""
        for session in sessions:
            if session.user is not None:
                name = (session.user.source.lower(), session.user.account.lower())
                if not self.names[session] or self.names[session][-1][1:] != name:
                    self.names[session].append((self.step, *name))

    def end(self, sessions):
        """The step is over: note who is where."""
        self._move_seats()
        inside = {}
        for session in sessions:
            user = session.user
            if user is None or session.closing:
                continue
            for channel in user.channels.values():
                place = session, self.room(channel.key)
                inside[place] = self.inside.get(place, self.step)
        self.inside = inside

    def _move_seats(self):
        now = {self.room(channel.key): set(channel.members) for channel in self.world.channels.values()}
        for room, members in self._before.items():
            for user in members - now.get(room, set()):
                if user.uid in self.world.users:  # else only the connection is gone
                    room.seats.discard(user.account.lower())
        for room, members in now.items():
            room.seats.update(user.account.lower() for user in members if user.account)

    # what somebody is sent

    def hear(self, session, lines):
        """Note what is live of the lines; return the words that are not."""
        old = []
        for line in lines:
            message = parse(line)
            assert isinstance(message, Message), line
            for text in WORD.findall(" ".join((message.command, *message.params, *message.tags.values()))):
                word = self.words[text]
                if word.step != self.step:
                    old.append((word, line))
                    continue
                word.live.add(session)
                if not word.msgid and message.command in ("PRIVMSG", "NOTICE", "TAGMSG", "EDIT"):
                    word.msgid = message.tags.get("msgid", "")
            if message.command == "REDACT":
                self._redacted(message.params[1])
        return old

    def _redacted(self, msgid):
        gone = [word for word in self.words.values() if word.msgid == msgid]
        for word in self.words.values():
            if any((word.family or word.text) == (other.family or other.text) for other in gone):
                word.redacted = True

    # what somebody may be shown

    def may_fetch(self, session, word):
        """True where a session may be shown a word now that was said before."""
        if word.redacted or word.kind == "aside":
            return False
        user = session.user
        if word.kind == "direct":
            return user.account.lower() in word.parties or session in word.live | {word.by}
        if word.kind == "metadata":
            channel = next((c for c in self.world.channels.values() if c is word.channel), None)
            return channel is not None and (user in channel.members or not channel.modes.keys() & set("ski"))
        for room, scene in word.rooms.items():
            channel = self.world.channels.get(room.name)
            if channel is None or self.rooms.get(room.name) is not room:
                continue
            if word.kind == "topic" and word.text in channel.topic and self.sees(user, channel):
                return True
            if user not in channel.members:
                continue
            stands = word.kind == "key" and channel.modes.get("k") == word.text
            stands |= word.kind == "mask" and any(word.text in mask for mask in channel.lists["b"])
            if stands or self._could_have_seen(session, word, scene):
                return True
        return False

    def _could_have_seen(self, session, word, scene):
        # Who logs out has seen what was open to the account, on this connection.
        accounts = {account for _, _, account in self.names[session] if account}
        own = [(session, self.names[session])]
        own += [(s, names) for s, names in self.names.items() if accounts & {name[2] for name in names}]
        for one, names in own:
            ends = [step for step, _, _ in names[1:]] + [self.step + 1]
            later = {name[2] for name, end in zip(names, ends, strict=True) if end > word.step}
            if one in word.live | {word.by} and (one is session or accounts & later):
                return True
            for _, source, known in names:
                if any(_fits(mask, source, known) for mask in scene.bans):
                    continue
                walls = scene.walls - {"R"} if known else scene.walls
                if not walls or accounts & scene.seats:
                    return True
        return False

    def must_fetch(self, session, room):
        """The words that a member saw since it came in: nothing of them is missing."""
        since = self.inside.get((session, room))
        if since is None:
            return set()
        return {
            word.text
            for word in self.words.values()
            if word.kind == "said" and room in word.rooms and not word.redacted
            and word.step > since and session in word.live
        }  # fmt: skip

    def sees(self, user, channel):
        """True where a channel is no secret to somebody."""
        return "s" not in channel.modes or user in channel.members

    def knows_there(self, user, other, channel):
        """True where somebody may know that another is in a channel."""
        if user in channel.members or user is other:
            return True
        return "s" not in channel.modes and "i" not in other.modes


def _fits(mask, source, account):
    if mask.startswith("a:"):
        return bool(account) and fnmatchcase(account, mask[2:])
    return fnmatchcase(source, mask)
