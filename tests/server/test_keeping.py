"""A store that fails: nothing is shown that was not kept, nothing is lost in silence, and chat comes back."""

import logging

import pytest

from gchat.server import keeping
from gchat.server.backplane.local import LocalBackplane
from gchat.server.events import Redacted
from gchat.server.stores.base import Document, Mark, Moderation, Record, Redaction, StoreError

SERVER = ":gchat.test"
NEURAL = ":Neural!~Neural@127.0.0.1"
TEXT = "Messages cannot be kept at the moment, so this one was not sent; try again later"
CAPS = "batch labeled-response echo-message"


class Store:
    """Keeps changes in a list, unless it is told why it cannot."""

    history = None

    def __init__(self):
        self.kept = []
        self.why = ""
        self.poison = None
        self.tries = 0

    def load(self, kind):
        return ()

    def last(self):
        return Mark(0)

    def check(self):
        if self.why:
            raise StoreError(self.why)

    def write(self, changes):
        self.tries += 1
        if self.why:
            raise StoreError(self.why)
        if self.poison is not None and any(self.poison(change) for change in changes):
            raise ZeroDivisionError
        self.kept += changes

    def close(self):
        pass

    @property
    def texts(self):
        """What was said, of all that was kept."""
        records = [change for change in self.kept if isinstance(change, Record)]
        return [record.params[-1] for record in records if record.command in ("PRIVMSG", "NOTICE")]


@pytest.fixture
def store(chat):
    chat.engine.store = chat.engine.keeping.store = Store()
    return chat.engine.store


def fail(target="#team", command="PRIVMSG"):
    return f"{SERVER} FAIL {command} TEMPORARILY_UNAVAILABLE {target} :{TEXT}"


# what is shown and what is not


@pytest.mark.parametrize("command", ["PRIVMSG", "NOTICE"])
def test_what_cannot_be_kept_is_not_shown_and_its_sender_is_told(chat, store, command):
    neural, nine = chat.join("#team", "Neural", "Nine")
    store.why, store.tries = "disk full", 0
    assert neural.ask(f"{command} #team :one", "PING x") == [
        f"{SERVER} PONG gchat.test :x",
        fail(command=command),
    ]
    assert nine.read() == []
    assert store.tries == 1


def test_the_rest_of_the_turn_goes_on(chat, store):
    neural, nine = chat.join("#team", "Neural", "Nine")
    store.why = "disk full"
    chat.engine.receive(neural.session, b"PRIVMSG #team :one\r\nTOPIC #team :new\r\n")
    chat.engine.receive(nine.session, b"PING x\r\nPRIVMSG #team :two\r\n")
    chat.settle()
    assert neural.read() == [f"{NEURAL} TOPIC #team :new", fail()]
    assert sorted(nine.read()) == sorted(
        [f"{NEURAL} TOPIC #team :new", f"{SERVER} PONG gchat.test :x", fail()]
    )


def test_while_the_store_is_out_it_is_not_asked_with_every_message(chat, store):
    neural, nine = chat.join("#team", "Neural", "Nine")
    store.why = "disk full"
    neural.send("PRIVMSG #team :one")
    neural.read()
    tries = store.tries
    for _ in range(10):
        assert neural.ask("PRIVMSG #team :again") == [fail()]
        assert neural.ask("PRIVMSG Nine :again") == [fail("Nine")]
    assert neural.ask("PRIVMSG Nobody :again") == [f"{SERVER} 401 Neural Nobody :No such nick/channel"]
    assert store.tries == tries
    assert nine.read() == []


def test_chat_comes_back_by_itself(chat, store, caplog):
    neural, nine = chat.join("#team", "Neural", "Nine")
    store.why = "/data/gchat.db cannot be written: the disk is full; make room on it"
    neural.send("PRIVMSG #team :one")
    chat.advance(5)
    assert neural.ask("PRIVMSG #team :two") == [fail()]
    store.why = ""
    chat.advance(1)
    neural.read()
    neural.send("PRIVMSG #team :three")
    assert nine.read() == [f"{NEURAL} PRIVMSG #team :three"]
    assert store.texts == ["three"]
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "Messages are refused until they can be kept: "
        "/data/gchat.db cannot be written: the disk is full; make room on it",
        "Messages are kept again, after: /data/gchat.db cannot be written: the disk is full; make room on it",
    ]


def test_damage_that_a_reader_finds_is_said_once_and_chat_goes_on(chat, store, caplog):
    root, neural = chat.join("#team", "root", "Neural")
    chat.op(root)
    for _ in range(3):
        chat.engine.keeping.unreadable("/data/gchat.db is damaged")
    said = (
        "Some of what was said cannot be read, but what is new is kept as long as that works:"
        " /data/gchat.db is damaged"
    )
    chat.settle()
    assert root.read() == [f"{SERVER} NOTICE root :{said}"]
    assert [record.getMessage() for record in caplog.records] == [said]
    neural.send("PRIVMSG #team :hi")
    assert root.read() == [f"{NEURAL} PRIVMSG #team :hi"]
    assert store.texts == ["hi"]
    store.why = "the disk is full"
    neural.send("PRIVMSG #team :one")
    store.why = ""
    chat.advance(1)  # it was opened again, and may be another file
    root.read()
    chat.engine.keeping.unreadable("/data/gchat.db is damaged")
    chat.settle()
    assert root.read() == [f"{SERVER} NOTICE root :{said}"]


def test_the_operators_of_the_server_are_told(chat, store):
    root, neural = chat.join("#team", "root", "Neural")
    chat.op(root)
    store.why = "disk full"
    neural.send("PRIVMSG #team :one")
    assert root.read() == [f"{SERVER} NOTICE root :Messages are refused until they can be kept: disk full"]
    store.why = ""
    chat.advance(1)
    assert root.read() == [f"{SERVER} NOTICE root :Messages are kept again"]


def test_a_refusal_comes_before_the_goodbye(chat, store):
    neural, nine = chat.join("#team", "Neural", "Nine")
    store.why = "disk full"
    chat.engine.receive(neural.session, b"PRIVMSG #team :one\r\nQUIT :bye\r\n")
    chat.settle()
    quit_ = f"{NEURAL} QUIT :Quit: bye"
    assert neural.read() == [quit_, fail(), "ERROR :Closing link: (127.0.0.1) [Quit: bye]"]
    assert nine.read() == [quit_]


def test_a_sender_who_is_gone_is_not_told(chat, store):
    neural, nine = chat.join("#team", "Neural", "Nine")
    store.why = "disk full"
    chat.engine.receive(neural.session, b"PRIVMSG #team :one\r\n")
    chat.engine.lost(neural.session, "reset")
    chat.settle()
    assert nine.read() == [f"{NEURAL} QUIT :reset"]


# labels and echoes


def test_a_label_has_the_refusal_for_its_answer(chat, store):
    (neural,) = chat.join("#team", "Neural", caps=CAPS)
    store.why = "disk full"
    assert neural.ask("@label=x PRIVMSG #team :one", "PING x") == [
        f"{SERVER} PONG gchat.test :x",
        f"@label=x {fail()}",
    ]


def test_an_acknowledgement_is_taken_back_too(chat, store):
    neural, _ = chat.join("#team", "Neural", "Nine", caps="batch labeled-response")
    store.why = "disk full"
    assert neural.ask("@label=x PRIVMSG #team :one") == [f"@label=x {fail()}"]


def test_a_batch_of_answers_is_given_again(chat, store):
    neural, nine = chat.join("#team", "Neural", "Nine", caps=CAPS)
    neural.send("JOIN #a")
    store.why = "disk full"
    # To nobody's account: what is said to Nine is not to be kept, so it is not taken back either.
    lines = neural.ask("@label=x PRIVMSG #team,Nine,#a,Nobody :one")
    reference = lines[0].rpartition("+")[2].split(" ")[0]
    assert lines == [
        f"@label=x {SERVER} BATCH +{reference} labeled-response",
        f"@batch={reference} {SERVER} 401 Neural Nobody :No such nick/channel",
        f"@batch={reference} {NEURAL} PRIVMSG Nine :one",
        f"@batch={reference} {fail()}",
        f"@batch={reference} {fail('#a')}",
        f"{SERVER} BATCH -{reference}",
    ]
    assert nine.read() == [f"{NEURAL} PRIVMSG Nine :one"]


def test_an_echo_without_a_label_is_withdrawn(chat, store):
    (neural,) = chat.join("#team", "Neural", caps="echo-message")
    store.why = "disk full"
    assert neural.ask("PRIVMSG #team :one") == [fail()]


# what waits


def test_documents_wait_for_the_store(chat, store):
    neural, nine = chat.join("#team", "Neural", "Nine")
    store.why = "disk full"
    chat.engine.keep(Document("account", "neural", {"n": 1}))
    neural.send("PRIVMSG #team :one")
    chat.engine.keep(Document("account", "neural", {"n": 2}))
    chat.settle()
    store.why = ""
    chat.advance(1)
    assert [change.body["n"] for change in store.kept if isinstance(change, Document)] == [1, 2]
    assert nine.read() == []


@pytest.mark.pure
def test_what_waits_has_a_bound(chat, store, monkeypatch, caplog):
    monkeypatch.setattr(keeping, "MOST", 10)
    store.why = "disk full"
    for number in range(100):
        chat.engine.keep(Document("account", "neural", {"n": number}))
        chat.engine.keep(Record(f"{number}-0", "#team", "JOIN", NEURAL[1:], "", ("#team",)))
        chat.settle()
    store.why = ""
    chat.advance(1)
    records = [change for change in store.kept if isinstance(change, Record)]
    documents = [change for change in store.kept if isinstance(change, Document)]
    assert len(store.kept) <= 11
    assert records[-1].id == "99-0"
    assert documents[-1].body == {"n": 99}
    assert any("will be missing in the history" in record.getMessage() for record in caplog.records)


def test_a_change_that_no_store_can_keep_does_not_keep_out_the_others(chat, store, caplog):
    caplog.set_level(logging.ERROR)
    neural, nine = chat.join("#team", "Neural", "Nine")
    store.poison = lambda change: isinstance(change, Record) and change.params[-1] == "bad"
    assert neural.ask("PRIVMSG #team :one", "PRIVMSG #team :bad", "PRIVMSG #team :two") == [fail()]
    assert nine.read() == [f"{NEURAL} PRIVMSG #team :one", f"{NEURAL} PRIVMSG #team :two"]
    assert store.texts == ["one", "two"]
    assert chat.engine.keeping.errors == 1
    assert [record.getMessage()[:20] for record in caplog.records] == ["This cannot be kept:"]


class FullSoon(Store):
    """Nothing can keep ``bad``, and whoever finds that out has filled the disk."""

    def write(self, changes):
        try:
            super().write(changes)
        except ZeroDivisionError:
            if len(changes) == 1:
                self.why = "disk full"
            raise


@pytest.mark.parametrize("caps", ["", CAPS])
def test_what_was_refused_while_one_is_stored_after_the_other_is_never_stored(chat, caps):
    neural, nine = chat.join("#team", "Neural", "Nine", caps=caps)
    chat.engine.store = chat.engine.keeping.store = store = FullSoon()
    store.poison = lambda change: isinstance(change, Record) and change.params[-1] == "bad"
    chat.engine.receive(
        neural.session, b"".join(b"PRIVMSG #team :%s\r\n" % word for word in (b"one", b"bad", b"two"))
    )
    chat.engine.keep(Document("account", "neural", {"n": 1}))
    chat.settle()
    echo = [f"{NEURAL} PRIVMSG #team :one"]
    assert neural.read() == [*(echo if caps else []), fail(), fail()]
    assert nine.read() == echo
    store.why = ""
    chat.advance(2)
    assert neural.read() == nine.read() == []
    assert store.texts == ["one"]
    assert Document("account", "neural", {"n": 1}) in store.kept


def test_a_label_is_answered_once_though_its_parts_failed_in_two_ways(chat):
    (neural,) = chat.join("#a", "Neural", caps=CAPS)
    neural.send("JOIN #b")
    chat.engine.store = chat.engine.keeping.store = store = FullSoon()
    store.poison = lambda change: isinstance(change, Record) and change.params[0] == "#a"
    lines = neural.ask("@label=x PRIVMSG #a,#b :one")
    assert [line.partition(" ")[2] for line in lines[1:-1]] == [fail("#a"), fail("#b")]
    assert lines[0].startswith(f"@label=x {SERVER} BATCH +")
    store.why = ""
    chat.advance(2)
    assert neural.read() == []
    assert store.texts == []


@pytest.mark.parametrize("store_type", [Store, FullSoon])
def test_of_a_redaction_that_was_refused_the_moderation_log_says_nothing(chat, store_type):
    root, _ = chat.join("#team", "root", "Neural")
    chat.engine.store = chat.engine.keeping.store = store = store_type()
    store.poison = lambda change: isinstance(change, Redaction)
    author = ("Neural", "")
    chat.backplane.commit(Redacted(root.session.user.uid, "#team", "#team", "1-0", "", author), None)
    chat.settle()
    store.why = ""
    chat.advance(2)
    assert [change for change in store.kept if isinstance(change, Moderation | Redaction)] == []


def test_what_waits_for_a_thread_has_its_own_words_kept(chat, store, monkeypatch):
    from gchat.server import dispatch
    from gchat.server.request import Work

    seen = []

    def handler(request):
        seen.append((yield Work(lambda: list(store.texts))))
        raise StoreError("no")

    monkeypatch.setitem(dispatch.TABLE, "TRY", dispatch.Command(handler))
    (neural,) = chat.join("#team", "Neural")
    lines = neural.ask("PRIVMSG #team :one", "TRY")
    if isinstance(chat.backplane, LocalBackplane):  # elsewhere they are read back later, and kept then
        assert seen == [["one"]]
    assert lines == [f"{SERVER} FAIL TRY TEMPORARILY_UNAVAILABLE :The history cannot be read at the moment"]
