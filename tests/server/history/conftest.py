"""A store in lists, which is the model of every other, and people who are logged in.

neural, nine = past.join("#team", "Neural", "Nine", caps="batch draft/chathistory")
neural.send("PRIVMSG #team :hi")
assert nine.history("LATEST #team * 10") == [":Neural!~Neural@127.0.0.1 PRIVMSG #team :hi"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from gchat.irc.casemap import fold
from gchat.server import loading
from gchat.server.accounts import Account
from gchat.server.settings import History, Limits, Server, Settings
from gchat.server.stores.base import Logged, Mark, Moderation, Moved, Record, Redaction


class ListStore:
    """What SQLite does, in so many words."""

    def __init__(self):
        self.records: list[Record] = []
        self.documents: dict[tuple[str, str], object] = {}
        self.entries: list[Moderation] = []
        self.why = None  # an error that reading raises
        self.full = None  # one that writing raises

    @property
    def history(self):
        return self

    def load(self, kind):
        return [(key, body) for (known, key), body in self.documents.items() if known == kind]

    def write(self, changes):
        self.check()
        for change in changes:
            if isinstance(change, Record):
                self.records.append(change)
            elif isinstance(change, Redaction):
                self.records = [r for r in self.records if (r.target, r.id) != (change.target, change.id)]
            elif isinstance(change, Moderation):
                self.entries.append(change)
            elif isinstance(change, Moved):
                self.records = [r for r in self.records if r.target != change.to]
                self.records = [
                    r._replace(target=change.to) if r.target == change.target else r for r in self.records
                ]
                self.entries = [
                    e._replace(target=change.to) if e.target == change.target else e for e in self.entries
                ]
            elif change.body is None:
                self.documents.pop((change.kind, change.key), None)
            else:
                self.documents[change.kind, change.key] = change.body

    def check(self):
        if self.full is not None:
            raise self.full

    def last(self):
        return max((Mark.of(record.id) for record in self.records), default=Mark(0))

    def close(self):
        pass

    def _all(self, target, events=True):
        if self.why is not None:
            raise self.why
        wanted = [r for r in self.records if r.target == target]
        return [r for r in wanted if events or r.command in ("PRIVMSG", "NOTICE")]

    def latest(self, target, after, limit, events):
        found = [r for r in self._all(target, events) if after is None or Mark.of(r.id) > after]
        return found[max(len(found) - limit, 0) :]

    def before(self, target, mark, limit, events):
        found = [r for r in self._all(target, events) if Mark.of(r.id) < mark]
        return found[max(len(found) - limit, 0) :]

    def after(self, target, mark, limit, events):
        return [r for r in self._all(target, events) if Mark.of(r.id) > mark][:limit]

    def between(self, target, first, last, limit, events):
        low, high = sorted((first, last))
        found = [r for r in self._all(target, events) if low < Mark.of(r.id) < high]
        return found[:limit] if first <= last else found[max(len(found) - limit, 0) :]

    def find(self, target, id):
        return next((r for r in self._all(target) if r.id == id), None)

    def changes(self, target, ids):
        return [r for r in self._all(target) if r.tags.get("gchat/edit") in set(ids)]

    def newest(self, targets, first, last, limit):
        low, high = sorted((first, last))
        found = []
        for target in targets:
            marks = [Mark.of(r.id) for r in self._all(target, False)]
            inside = [mark for mark in marks if low < mark < high]
            found += [(target, max(inside))] if inside else []
        found.sort(key=lambda pair: pair[1])
        return found[:limit]

    def modlog(self, target, since, before, limit):
        own = [entry for entry in self.entries if entry.target == target]
        found = [Logged(place, entry) for place, entry in enumerate(own, 1)]
        found = [one for one in found if one.place < before and Mark.of(one.entry.id) > since]
        return found[max(len(found) - limit, 0) :]

    def direct_targets(self, account):
        targets = {r.target for r in self.records if not r.target.startswith("#")}
        return sorted(target for target in targets if account in target.split(" "))

    def search(self, targets: Mapping[str, Mark], words, nick="", before=None, limit=100):
        if self.why is not None:
            raise self.why
        found: list[Record] = []
        for target, after in targets.items():
            for record in self._all(target, False):
                said = record.params[-1].lower().split()
                inside = Mark.of(record.id) > after and (before is None or Mark.of(record.id) < before)
                author = fold(record.source.partition("!")[0])
                if inside and nick in ("", author) and all(word.lower() in said for word in words.split()):
                    found.append(record)
        found.sort(key=lambda record: Mark.of(record.id))
        return found[max(len(found) - limit, 0) :]


class Past:
    """A chat that remembers."""

    def __init__(self, make_chat, settings, store):
        self.make_chat, self.settings, self.store = make_chat, settings, store
        self.start()

    def start(self):
        """Begin, or begin again after a crash: nobody is here, and what was kept is there."""
        self.chat = self.make_chat(self.settings)
        self.engine = self.chat.engine
        self.engine.store = self.engine.keeping.store = self.store
        loading.fill(self.engine)

    def client(self, nick, caps="", account="", device="", user="", host="127.0.0.1"):
        """Somebody, logged in if an account is named; what they are welcomed with is left to read."""
        client = self.chat.connect(host)
        if account:
            if self.engine.world.account(account) is None:
                self.engine.world.put_account(Account(account))
            client.session.account, client.session.device = account, device
        if caps:
            client.send(f"CAP REQ :{caps}")
        client.send(f"NICK {nick}", f"USER {user or nick} 0 * :{nick}", "CAP END")
        return client

    def join(self, channel: str, *nicks: str, caps: str = "", accounts: bool = False):
        """People who are all in a channel, the first one its operator; nothing is left to read."""
        clients = [self.client(nick, caps, nick if accounts else "") for nick in nicks]
        for client in clients:
            client.send(f"JOIN {channel}")
        for client in clients:
            client.read()
        return clients

    def say(self, client, target: str, texts: Sequence[str], seconds: float = 1.0):
        """Say each text at a time of its own; return the ids."""
        ids = []
        for text in texts:
            client.send(f"PRIVMSG {target} :{text}")
            ids.append(self.store.records[-1].id)
            self.chat.now += seconds
        return ids


def bare(lines):
    """Lines without their tags."""
    return [line.partition(" ")[2] if line.startswith("@") else line for line in lines]


def asked(client, line):
    """What a CHATHISTORY or SEARCH is answered with, without the batch around it and without tags."""
    lines = bare(client.ask(line))
    assert lines[0].split(" ")[1:3] == ["BATCH", lines[-1].split(" ")[2].replace("-", "+")], lines
    return lines[1:-1]


def texts(lines):
    """What people say in PRIVMSGs and NOTICEs among the lines."""
    words = [line.split(" ", 3) for line in bare(lines)]
    said = [w for w in words if "!" in w[0] and w[1] in ("PRIVMSG", "NOTICE")]
    return [w[3].removeprefix(":") for w in said]


@pytest.fixture
def store():
    return ListStore()


@pytest.fixture
def make_past(make_chat, store):
    """Makes a chat with the history settings that are given."""

    def make(limits=None, **history):
        settings = Settings(
            server=Server(name="gchat.test"),
            history=History(**history),
            limits=limits or Limits(),
            throttle=False,
        )
        return Past(make_chat, settings, store)

    return make


@pytest.fixture
def past(make_past):
    return make_past()


@pytest.fixture
def tools():
    """The functions above, for test files, which cannot import from here."""
    from types import SimpleNamespace

    return SimpleNamespace(bare=bare, asked=asked, texts=texts)
