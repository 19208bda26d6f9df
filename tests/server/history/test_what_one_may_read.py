"""Whatever somebody can fetch by any command, they could have seen.

Random histories are played, and everything that is sent to anybody is held against the notes of an oracle
(``oracle.py``) that knows nothing of how the server decides.  At the end of each, everybody asks for
everything in every way that there is.
"""

import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gchat.irc.message import parse
from gchat.server import dispatch, events
from gchat.server.accounts import Account
from tests.server.history.oracle import WORD, Oracle

EXAMPLES = int(os.environ.get("GCHAT_TEST_HISTORIES", "12"))  # random histories on each backplane
ACCOUNTS = ["", "neural", "nine", "zed"]
CHANNELS = ["#one", "#two"]
EVERYTHING = (
    "batch message-tags server-time echo-message draft/chathistory draft/event-playback"
    " draft/message-redaction gchat/edit soju.im/search draft/read-marker draft/metadata-2"
)
CAPS = [EVERYTHING, EVERYTHING, "batch server-time message-tags", ""]
SLOTS = 4  # connections at a time
LETTERS = "abcdefgh"  # the nicks of the first are p0a, p0b ...
ALL_TIME = "timestamp=1999-01-01T00:00:00.000Z", "timestamp=2199-01-01T00:00:00.000Z"


class Game:
    """A chat, the people in it, and the oracle beside them."""

    def __init__(self, past):
        self.past, self.oracle, self.slots, self.fetched = past, Oracle(), [None] * SLOTS, 0
        for account in ACCOUNTS[1:]:
            past.engine.world.put_account(Account(account))
        self._begin()

    def _begin(self):
        """Some are there, two of them in a channel."""
        for slot, account in enumerate((1, 2, 0)):
            self.play("come", slot, account, slot)
        self.play("join", 0, 0, 0)
        self.play("join", 1, 0, 0)

    @property
    def world(self):
        return self.past.engine.world

    def play(self, move, *numbers):
        """One move, and what everybody is sent of it."""
        self.past.chat.now += 1
        self.oracle.begin(self.world)
        getattr(self, f"_{move}")(*numbers)
        self._listen()

    def _listen(self):
        clients = [client for client in self.slots if client is not None]
        self.oracle.meet([client.session for client in clients])
        for client in clients:
            for word, line in self.oracle.hear(client.session, client.read()):
                self._check(client, word, line)
        self.oracle.end([client.session for client in clients])

    def _check(self, client, word, line):
        self.fetched += 1
        allowed = self.oracle.may_fetch(client.session, word)
        assert allowed, f"{client.session.name} was shown {word}: {line}"

    # helpers

    def _somebody(self, slot):
        client = self.slots[slot % SLOTS]
        return client if client is not None and not client.ended else None

    def _channel(self, number):
        return self.world.channel(CHANNELS[number % len(CHANNELS)])

    def _operator(self, channel, slot):
        """Somebody who may do things in a channel, if there is anybody."""
        members = [c for c in self.slots if c is not None and c.session.user in channel.members]
        operators = [c for c in members if "o" in channel.members[c.session.user]]
        return (operators or members or [None])[slot % len(operators or members or [None])]

    def _told(self, channel, slot, line):
        """An operator of a channel sends a line, if the channel has one."""
        client = self._operator(channel, slot) if channel is not None else None
        if client is not None:
            client.send(line)

    # moves

    def _come(self, slot, account, caps):
        self._go(slot, 0, 0)
        free = (f"p{slot % SLOTS}{letter}" for letter in LETTERS)
        nick = next(nick for nick in free if self.world.user(nick) is None)
        client = self.past.client(nick, CAPS[caps % len(CAPS)], ACCOUNTS[account % len(ACCOUNTS)])
        client.send("METADATA * SUB colour")
        self.slots[slot % SLOTS] = client

    def _go(self, slot, _, __):
        client = self._somebody(slot)
        if client is not None:
            word = self.oracle.new("happened", *client.session.user.channels.values())
            client.send(f"QUIT :{word.text}")
            client.read()
        self.slots[slot % SLOTS] = None

    def _join(self, slot, channel, key):
        client, known = self._somebody(slot), self._channel(channel)
        if client is not None:
            given_key = known.modes.get("k", "") if known is not None and key else ""
            client.send(f"JOIN {CHANNELS[channel % len(CHANNELS)]} {given_key}")

    def _part(self, slot, channel, _):
        client, known = self._somebody(slot), self._channel(channel)
        if client is not None and known is not None:
            client.send(f"PART {known.name} :{self.oracle.new('happened', known).text}")

    def _kick(self, slot, channel, other):
        known, victim = self._channel(channel), self._somebody(other)
        if known is not None and victim is not None:
            word = self.oracle.new("happened", known)
            self._told(known, slot, f"KICK {known.name} {victim.session.nick} :{word.text}")

    def _invite(self, slot, channel, other):
        known, guest = self._channel(channel), self._somebody(other)
        if known is not None and guest is not None:
            self._told(known, slot, f"INVITE {guest.session.nick} {known.name}")

    def _mode(self, slot, channel, which):
        known = self._channel(channel)
        if known is None:
            return
        changes = ["+i", "-i", "+s", "-s", "-k *", "+k", "-n", "+i", "+s", "+R", "-R"]
        change = changes[which % len(changes)]
        if change == "+k":
            change += f" {self.oracle.new('key', known).text}"
        self._told(known, slot, f"MODE {known.name} {change}")

    def _ban(self, slot, channel, other):
        known, victim = self._channel(channel), self._somebody(other)
        if known is None or victim is None:
            return
        word, user = self.oracle.new("mask", known), victim.session.user
        masks = [f"{user.nick}!*@*", f"*!~{user.nick}@*", f"{word.text}!*@*"]
        masks += [f"a:{user.account}"] if user.account else []
        self._told(known, slot, f"MODE {known.name} +b {masks[(slot + other) % len(masks)]}")

    def _unban(self, slot, channel, which):
        known = self._channel(channel)
        if known is not None and known.lists["b"]:
            bans = list(known.lists["b"].values())
            self._told(known, slot, f"MODE {known.name} -b {bans[which % len(bans)].mask}")

    def _closed(self, slot, channel, how):
        """Something is said while others are kept out."""
        known = self._channel(channel)
        if known is None:
            return
        put_up = [("mode", 0), ("mode", 5), ("ban", how // 3)][how % 3]
        self.play(put_up[0], slot, channel, put_up[1])
        if how % 2:
            self.play("part", slot + 1, channel, 0)
        self.play("say", slot, channel, how % 6)
        if slot % 3:
            for move, number in (("mode", 1), ("mode", 4), ("unban", 0)):
                self.play(move, slot, channel, number)

    def _op(self, slot, channel, other):
        known, friend = self._channel(channel), self._somebody(other)
        if known is not None and friend is not None:
            self._told(known, slot, f"MODE {known.name} +o {friend.session.nick}")

    def _register(self, slot, channel, other):
        """A channel lasts, and somebody has a role in it."""
        known, friend = self._channel(channel), self._somebody(other)
        self._told(known, slot, f"CS REGISTER {CHANNELS[channel % len(CHANNELS)]}")
        if known is not None and friend is not None and friend.session.account:
            role = ["voice", "operator"][other % 2]
            self._told(known, slot, f"CS ACCESS {known.name} ADD {friend.session.account} {role}")

    def _drop(self, slot, channel, _):
        """It lasts no longer; often nobody is there any more."""
        client, name = self._somebody(slot), CHANNELS[channel % len(CHANNELS)]
        if client is not None and slot % 3:
            client.send(f"PART {name}")
        if client is not None:
            code = (client.ask(f"CS DROP {name}") or [""])[-1].rpartition(" ")[2]
            client.send(f"CS DROP {name} {code}")

    def _topic(self, slot, channel, _):
        known = self._channel(channel)
        if known is not None:
            self._told(known, slot, f"TOPIC {known.name} :{self.oracle.new('topic', known).text}")

    def _metadata(self, slot, channel, _):
        known = self._channel(channel)
        if known is not None:
            word = self.oracle.new("metadata", channel=known)
            self._told(known, slot, f"METADATA {known.name} SET colour :{word.text}")

    def _say(self, slot, channel, how):
        client, known = self._somebody(slot), self._channel(channel)
        if client is None or known is None:
            return
        kind = "aside" if how % 8 == 7 else "said"
        word = self.oracle.new(kind, known, by=client.session).text
        lines = {
            7: f"PRIVMSG @{known.name} :say {word}",
            6: f"@+draft/react={word} TAGMSG {known.name}",
            5: f"NOTICE {known.name} :say {word}",
        }
        client.send(lines.get(how % 8, f"PRIVMSG {known.name} :say {word}"))
        if how % 8 == 6:
            self.oracle.words[word].kind = "happened"  # which is for those who ask for more than words

    def _direct(self, slot, other, _):
        client, friend = self._somebody(slot), self._somebody(other)
        if client is not None and friend is not None:
            parties = client.session.user.account, friend.session.user.account
            word = self.oracle.new("direct", parties=parties, by=client.session)
            client.send(f"PRIVMSG {friend.session.nick} :say {word.text}")

    def _change(self, slot, which, redact):
        """Take back or change something, be it one's own or not."""
        found = [word for word in self.oracle.words.values() if word.msgid]
        if not found:
            return
        word = found[-1 - which % min(len(found), 3)]
        authors = [c for c in self.slots if c is not None and c.session is word.by and not c.ended]
        client = authors[0] if authors and slot % 4 else self._somebody(slot)
        if client is None:
            return
        target = next((room.name for room in word.rooms), f"p{which % SLOTS}a")
        if redact % 2:
            client.send(f"REDACT {target} {word.msgid}")
            return
        channels = [self.world.channel(room.name) for room in word.rooms]
        channels = [channel for channel in channels if channel is not None]
        family = word.family or word.text
        new = self.oracle.new(word.kind, *channels, parties=word.parties, family=family, by=client.session)
        client.send(f"EDIT {target} {word.msgid} :say {new.text}")

    def _nick(self, slot, letter, _):
        client = self._somebody(slot)
        if client is not None:
            client.send(f"NICK p{slot % SLOTS}{LETTERS[letter % 3]}")

    def _invisible(self, slot, on, _):
        client = self._somebody(slot)
        if client is not None:
            client.send(f"MODE {client.session.nick} {'+i' if on % 2 else '-i'}")

    def _log(self, slot, account, _):
        """Log in, or out."""
        client, name = self._somebody(slot), ACCOUNTS[account % len(ACCOUNTS)]
        if client is not None:
            uid = client.session.user.uid
            event = events.LoggedIn(uid, name) if name else events.LoggedOut(uid)
            self.past.engine.backplane.commit(event, None)
            self.past.chat.settle()

    def _rename(self, slot, channel, _):
        known = self._channel(channel)
        if known is None or "RENAME" not in dispatch.TABLE:
            return
        other = CHANNELS[(channel + 1) % len(CHANNELS)]
        old = known.name
        self._told(known, slot, f"RENAME {old} {other} :better")
        if self.world.channel(other) is known:
            self.oracle.renamed(old, other)

    def _mark(self, slot, channel, _):
        client = self._somebody(slot)
        if client is not None:
            client.send(f"MARKREAD {CHANNELS[channel % 2]} timestamp=2023-11-14T22:13:{slot % SLOTS:02}.000Z")

    def _restart(self, *_):
        """The server is killed and started again."""
        now, accounts, world = self.past.chat.now, dict(self.world.accounts), self.world
        self.past.start()
        self.past.chat.now = now + 10
        self.world.accounts.update(accounts)
        self.oracle.restarted(world, self.world)
        self.slots = [None] * SLOTS
        self._begin()

    # the end: everything is asked for

    def come_to_everything(self):
        """Strangers come, and everybody is let into everything, past all that keeps them out."""
        self.play("come", 2, 0, 0)
        self.play("come", 3, 3, 0)
        for channel in range(len(CHANNELS)):
            for slot in range(SLOTS):
                self.play("invite", 0, channel, slot)
                self.play("join", slot, channel, 1)

    def ask_for_everything(self):
        """Everybody fetches all that they can."""
        self.past.chat.now += 1
        self.oracle.begin(self.world)
        for client in self.slots:
            if client is not None and client.session.user is not None:
                for line in self._questions():
                    self._answered(client, line)
                self._whole(client)

    def _questions(self):
        places = [*CHANNELS, *(f"p{slot}{letter}" for slot in range(SLOTS) for letter in "ab"), *ACCOUNTS[1:]]
        ids = [word.msgid for word in self.oracle.words.values() if word.msgid]
        begin, end = ALL_TIME
        for place in places:
            yield f"CHATHISTORY LATEST {place} * 1000"
            yield f"CHATHISTORY AFTER {place} {begin} 1000"
            yield f"CHATHISTORY BEFORE {place} {end} 1000"
            yield f"CHATHISTORY BETWEEN {place} {end} {begin} 1000"
            for id in ids[:: max(len(ids) // 3, 1)]:
                yield f"CHATHISTORY AROUND {place} msgid={id} 9"
                yield f"CHATHISTORY LATEST {place} msgid={id} 9"
            yield f"SEARCH in={place};text=say"
            yield f"MARKREAD {place}"
            yield f"WHO {place}"
        yield f"CHATHISTORY TARGETS {begin} {end} 1000"
        yield "SEARCH text=say"
        yield from (f"SEARCH text={word}" for word in list(self.oracle.words)[-5:])
        yield from (f"SEARCH from=p{slot}a" for slot in range(SLOTS))
        for channel in CHANNELS:
            for ask in ("NAMES {}", "TOPIC {}", "MODE {}", "MODE {} b", "LIST {}", "METADATA {} LIST"):
                yield ask.format(channel)
            yield f"METADATA {channel} GET colour"
            yield f"METADATA {channel} SYNC"
            yield f"WHO {channel} %tcnuhraf,1"
        for nick in self.world.nicks.values():
            yield f"WHOIS {nick.nick}"
            yield f"MONITOR + {nick.nick}"
        yield from ("NAMES", "LIST", "WHO *", "MONITOR S", "METADATA * SYNC")

    def _answered(self, client, line):
        asked = set(line.replace("=", " ").split())
        for answer in client.ask(line):
            self._check_places(client, line, parse(answer))
            for word, shown in self.oracle.hear(client.session, [answer]):
                if word.text not in asked:
                    self._check(client, word, shown)

    def _check_places(self, client, line, message):
        """Nothing is said of who is where that the asker may not know."""
        user, params, seen = client.session.user, message.params, []
        if message.command == "353":
            seen = [(nick.lstrip("~&@%+").split("!")[0], params[2]) for nick in params[3].split()]
        elif message.command == "352":
            seen = [(params[5], params[1])]
        elif message.command == "354":
            seen = [(params[5], params[2])]
        elif message.command == "319":
            seen = [(params[1], name.lstrip("~&@%+")) for name in params[2].split()]
        for nick, name in seen:
            other, channel = self.world.user(nick), self.world.channel(name)
            if channel is not None:
                assert self.oracle.knows_there(user, other, channel), (line, message)
            elif line == "WHO *":
                together = any(user in c.members for c in other.channels.values())
                assert "i" not in other.modes or together or user is other, (line, message)
        if message.command in ("322", "324", "329", "331", "332", "333", "353", "761"):
            place = params[2] if message.command == "353" else params[1]
            channel = self.world.channel(place)
            assert channel is None or self.oracle.sees(user, channel), (line, message)
        if message.command == "CHATHISTORY" and params[1].startswith("#"):
            assert user in self.world.channel(params[1]).members, (line, message)

    def _whole(self, client):
        """Who was there all the time is not kept from anything."""
        for channel in client.session.user.channels.values():
            must = self.oracle.must_fetch(client.session, self.oracle.room(channel.key))
            shown = " ".join(client.ask(f"CHATHISTORY LATEST {channel.name} * 1000"))
            assert must <= set(WORD.findall(shown)), (client.session.name, channel.name)


SELDOM = [
    "go",
    "part",
    "kick",
    "invite",
    "ban",
    "unban",
    "op",
    "topic",
    "nick",
    "invisible",
    "mark",
    "restart",
    "register",
    "drop",
]
OFTEN = ["come", "metadata", "direct", "log", "rename", "join", "mode", "say"]
MOVES = [*SELDOM, *OFTEN * 2, *["join", "mode", "change", "closed"] * 3]
number = st.integers(0, 11)
histories = st.lists(st.tuples(st.sampled_from(MOVES), number, number, number), min_size=5, max_size=40)


@pytest.fixture
def play(make_past, store):
    """Plays a history from an empty store on; returns the game."""

    def play(history):
        store.records.clear()
        store.documents.clear()
        game = Game(make_past(page=1000))
        for move in history:
            game.play(*move)
        game.ask_for_everything()
        game.come_to_everything()
        game.ask_for_everything()

    return play


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("closed", 0, 0, 0), ("restart", 0, 0, 0)])
@example([("register", 0, 0, 0), ("closed", 0, 0, 0), ("restart", 0, 0, 0)])
@example([("ban", 4, 0, 2), ("say", 0, 0, 0)])
@example([("say", 0, 0, 0), ("change", 1, 0, 0), ("change", 1, 0, 1)])
@example([("ban", 4, 0, 2), ("say", 0, 0, 0), ("unban", 0, 0, 0)])
@example([("part", 1, 0, 0), ("mode", 0, 0, 0), ("say", 0, 0, 0)])
@example([("metadata", 0, 0, 0), ("mode", 0, 0, 0)])
@example([("metadata", 0, 0, 0), ("restart", 0, 0, 0)])
@example([("closed", 4, 0, 0), ("rename", 0, 0, 0), ("join", 2, 0, 0)])
@given(histories)
def test_whatever_one_can_fetch_one_could_have_seen(play, history):
    play(history)
