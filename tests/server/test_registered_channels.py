"""Channels that last: what is kept of them over a restart and while nobody is there, and who is what in them.

Every restart is one on a database in a file.
"""

import pytest

from gchat.irc.casemap import fold
from gchat.server import loading, registrations
from gchat.server.accounts import Account
from gchat.server.events import AccountDropped, LoggedIn
from gchat.server.registrations import Access, Registration
from gchat.server.settings import Server, Settings
from gchat.server.stores.sqlite import SqliteStore
from gchat.server.world import Channel
from tests.server.invariants import check_world

SERVICE = ":ChanServ!ChanServ@gchat.test"


class Lasting:
    """A chat with a file, which can be started again."""

    def __init__(self, make_chat, path):
        self.make_chat, self.path, self.store, self.starts = make_chat, path, None, 0
        self.start()

    def start(self):
        if self.store is not None:
            check_world(self.chat.engine)
            self.store.close()
        self.chat = self.make_chat(Settings(server=Server(name="gchat.test"), throttle=False))
        self.starts += 1
        self.chat.now += 60 * self.starts
        self.engine, self.world = self.chat.engine, self.chat.engine.world
        self.store = SqliteStore.open(self.path, background=False)
        self.engine.store = self.engine.keeping.store = self.store
        loading.fill(self.engine)

    def client(self, nick, account="", caps=""):
        """Somebody, with an account if one is named."""
        client = self.chat.connect()
        if account:
            if self.world.account(account) is None:
                self.world.put_account(Account(account))
            client.session.account = account
        if caps:
            client.send(f"CAP REQ :{caps}")
        client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END")
        client.read()
        return client

    def founded(self, nick="Neural", channel="#team"):
        """Somebody in a channel that they have registered."""
        client = self.client(nick, nick)
        client.send(f"JOIN {channel}", f"CS REGISTER {channel}")
        client.read()
        return client

    def registration(self, channel="#team"):
        found = self.world.known_channel(channel)
        return found.registration if found is not None else None

    def grant(self, account, role, channel="#team"):
        """Have an account in an access list."""
        if self.world.account(account) is None:
            self.world.put_account(Account(account))
        found = self.world.known_channel(channel)
        self.world.register(found, found.registration.give(Access(account, role, "Neural", 1)))


@pytest.fixture
def lasting(make_chat, tmp_path):
    made = Lasting(make_chat, str(tmp_path / "gchat.db"))
    yield made
    check_world(made.engine)
    made.store.close()


def named(client, channel="#team"):
    """Who is in a channel, with their roles."""
    lines = client.ask(f"NAMES {channel}")
    return {word for line in lines if " 353 " in line for word in line.split(" :")[1].split(" ")}


# registered


def test_registering_is_told_with_modes(lasting):
    neural, nine = lasting.client("Neural", "Neural"), lasting.client("Nine")
    neural.send("JOIN #team")
    nine.send("JOIN #team")
    nine.read()
    assert neural.ask("PRIVMSG ChanServ :REGISTER #TEAM") == [
        f"{SERVICE} NOTICE Neural :#team belongs to Neural: it stays, with its topic, modes, lists and roles",
        f"{SERVICE} MODE #team +r",
        f"{SERVICE} MODE #team +q Neural",
    ]
    assert nine.read() == [f"{SERVICE} MODE #team +r", f"{SERVICE} MODE #team +q Neural"]
    assert " 324 Nine #team +nrt" in nine.ask("MODE #team")[0]
    assert named(nine) == {"~Neural", "Nine"}


def test_everything_that_a_channel_was_is_there_after_a_restart(lasting):
    neural = lasting.founded()
    neural.send(
        "TOPIC #team :ours",
        "MODE #team +kl sesame 9",
        "MODE #team +bbe Ten!*@* m:*!*@spam.example *!*@home.example",
        "MODE #team +I $a:Nine",
    )
    before = lasting.world.channel("#team")
    for _ in range(2):
        lasting.start()
        after = lasting.world.known_channel("#TEAM")
        assert lasting.world.channel("#team") is None
        for name in ("name", "created", "topic", "topic_by", "topic_at", "modes", "lists", "registration"):
            assert getattr(after, name) == getattr(before, name)
    nine = lasting.client("Nine")
    lines = nine.ask("JOIN #TEAM sesame")
    assert lines[:3] == [
        ":Nine!~Nine@127.0.0.1 JOIN #team",
        ":gchat.test 332 Nine #team :ours",
        f":gchat.test 333 Nine #team Neural!~Neural@127.0.0.1 {before.topic_at}",
    ]
    assert named(nine) == {"Nine"}
    ten = lasting.client("Ten")
    assert ten.numerics("JOIN #team sesame") == ["474"]
    assert named(lasting.founded()) == {"~Neural", "Nine"}


def test_a_channel_that_nobody_is_in_rests(lasting):
    neural, nine = lasting.founded(), lasting.client("Nine")
    neural.send("MODE #team +b Ten!*@*", "TOPIC #team :ours", "PART #team")
    assert nine.numerics("LIST") == ["321", "323"]
    assert nine.numerics("LIST #team") == ["321", "323"]
    assert nine.numerics("MODE #team") == ["403"]
    assert nine.numerics("TOPIC #team") == ["403"]
    assert nine.numerics("PRIVMSG #team :anybody?") == ["403"]
    assert ":gchat.test 254 Nine 0 :channels formed" in nine.ask("LUSERS")
    assert lasting.client("Ten").numerics("JOIN #team") == ["474"]
    assert nine.numerics("JOIN #Team") == ["JOIN", "332", "333", "353", "366"]
    assert named(nine) == {"Nine"}
    assert nine.numerics("MODE #team +m") == ["482"]


def test_what_a_resting_channel_says_of_itself_is_kept(lasting):
    neural = lasting.founded()
    neural.send("METADATA #team SET url :https://chat.example", "PART #team")
    lasting.start()
    nine = lasting.client("Nine", caps="draft/metadata-2,batch")
    nine.send("JOIN #team")
    assert any("https://chat.example" in line for line in nine.ask("METADATA #team GET url"))


def test_only_chanserv_changes_r(lasting):
    neural = lasting.founded()
    lasting.chat.op(neural)
    assert neural.numerics("MODE #team -r") == ["482"]
    assert neural.numerics("JOIN #other", "MODE #other +r")[-1:] == ["482"]
    assert "r" in lasting.world.channel("#team").modes


# roles


def test_a_role_comes_with_a_join_and_is_told(lasting):
    neural = lasting.founded()
    lasting.grant("Nine", "v")
    nine = lasting.client("Nine", "Nine")
    lines = nine.ask("JOIN #team")
    assert lines[:2] == [":Nine!~Nine@127.0.0.1 JOIN #team", f"{SERVICE} MODE #team +v Nine"]
    assert named(neural) == {"~Neural", "+Nine"}
    assert neural.numerics("MODE #team -v Nine") == ["MODE"]  # MODE is for now
    nine.send("PART #team", "JOIN #team")
    assert named(neural) == {"~Neural", "+Nine"}


def test_a_role_comes_with_a_login_and_goes_with_it(lasting):
    neural = lasting.founded()
    lasting.grant("Nine", "o")
    guest = lasting.client("Guest")
    guest.send("JOIN #team")
    neural.read()
    lasting.engine.backplane.commit(LoggedIn(guest.session.user.uid, "Nine"), None)
    lasting.chat.settle()
    assert neural.read() == [f"{SERVICE} MODE #team +o Guest"]
    guest.send("NS LOGOUT")
    assert neural.read() == [f"{SERVICE} MODE #team -o Guest"]


def test_a_mode_is_for_now(lasting):
    neural, nine = lasting.founded(), lasting.client("Nine", "Nine")
    nine.send("JOIN #team")
    neural.send("MODE #team +o Nine")
    nine.send("PART #team", "JOIN #team")
    assert named(nine) == {"~Neural", "Nine"}


@pytest.mark.parametrize(
    ("role", "expected"),
    [("", {"i": 473, "k": 475, "l": 471, "b": 474}), ("v", {"k": 475, "l": 471, "b": 474}), ("h", {})],
)
def test_whose_role_could_invite_is_kept_out_by_nothing(lasting, role, expected):
    neural = lasting.founded()
    if role:
        lasting.grant("Nine", role)
    for letter, setting in {"i": "i", "k": "k x", "l": "l 1", "b": "b Nine!*@*"}.items():
        neural.send(f"MODE #team +{setting}")
        nine = lasting.client("Nine", "Nine")
        assert nine.numerics("JOIN #team")[0] == str(expected.get(letter, "JOIN"))
        nine.send("QUIT")
        neural.send(f"MODE #team -{setting}")


# R and M


def test_only_who_is_logged_in_may_join_where_it_is_r(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.engine.world.put_account(Account("Ten"))
    neural.send("MODE #team +R")
    guest = chat.client("Guest")
    assert guest.ask("JOIN #team") == [
        ":gchat.test 477 Guest #team :You need to be logged in to an account",
    ]
    neural.send("INVITE Guest #team")
    assert "JOIN" in guest.numerics("JOIN #team")
    ten = chat.connect()
    ten.session.account = "Ten"
    ten.send("NICK Ten", "USER Ten 0 * :Ten")
    assert "JOIN" in ten.numerics("JOIN #team")
    assert named(nine) == {"@Neural", "Nine", "Guest", "Ten"}


def test_only_who_is_logged_in_may_speak_where_it_is_m(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.engine.world.put_account(Account("Ten"))
    neural.send("MODE #team +M")
    assert nine.ask("PRIVMSG #team :hi") == [
        ":gchat.test 404 Nine #team :Only who is logged in to an account may speak in this channel (+M)"
    ]
    neural.send("MODE #team +v Nine")
    assert nine.ask("PRIVMSG #team :hi") == []
    ten = chat.connect()
    ten.session.account = "Ten"
    ten.send("NICK Ten", "USER Ten 0 * :Ten", "JOIN #team")
    assert ten.ask("PRIVMSG #team :hi") == []


def test_the_modes_are_announced(chat):
    (line,) = [line for line in chat.client("Neural").ask("ISUPPORT") if "CHANMODES=" in line]
    flags = line.partition("CHANMODES=")[2].split()[0].split(",")[3]
    assert set(flags) >= set("MRr")


# whose it is


def test_the_successor_follows_a_founder_who_is_gone(lasting):
    neural = lasting.founded()
    nine = lasting.client("Nine", "Nine")
    nine.send("JOIN #team")
    neural.send("CS SUCCESSOR #team Nine")
    neural.read()
    nine.read()
    lasting.engine.backplane.commit(AccountDropped("Neural"), None)
    lasting.chat.settle()
    assert nine.read() == [
        f"{SERVICE} MODE #team -q Neural",
        f"{SERVICE} MODE #team +q Nine",
    ]
    assert lasting.registration().founder == "Nine"
    assert lasting.registration().successor == ""
    lasting.start()
    assert lasting.registration().founder == "Nine"


@pytest.mark.parametrize("there", [True, False])
def test_a_channel_without_a_successor_is_nobodys(lasting, there):
    neural, nine = lasting.founded(), lasting.client("Nine", "Nine")
    if there:
        nine.send("JOIN #team")
    neural.send("PART #team")
    nine.read()
    lasting.engine.backplane.commit(AccountDropped("Neural", erased=True), None)
    lasting.chat.settle()
    assert nine.read() == ([f"{SERVICE} MODE #team -r"] if there else [])
    assert (lasting.world.known_channel("#team") is not None) is there
    lasting.start()
    assert lasting.world.known_channel("#team") is None


def test_an_account_that_is_gone_is_on_no_access_list(lasting):
    neural = lasting.founded()
    lasting.grant("Nine", "o")
    lasting.grant("Ten", "v")
    neural.send("CS SUCCESSOR #team Nine", "CS ACCESS #team ADD Ten operator")
    lasting.engine.backplane.commit(AccountDropped("Nine"), None)
    lasting.chat.settle()
    lasting.start()
    assert set(lasting.registration().access) == {"ten"}
    assert lasting.registration().successor == ""


def test_an_account_that_is_gone_is_not_even_named_as_who_gave_a_role():
    registration = (
        Registration("Neural", 1).give(Access("Ten", "v", "Nine", 1)).give(Access("Nine", "a", "Neural", 1))
    )
    left = registration.without("NINE")
    assert left is not None
    assert list(left.access.values()) == [Access("Ten", "v", "", 1)]
    assert not left.concerns("nine")
    assert registration.without("Neural") is None


# documents


def test_a_document_is_read_back():
    channel = Channel("#Team", 17)
    channel.registration = Registration("Neural", 3, "Nine").give(Access("Ten", "h", "", 4))
    document = registrations.document(channel)
    assert (document.kind, document.key) == ("channel", fold("#Team"))
    assert registrations.document(registrations.from_document(document.body)) == document


@pytest.mark.parametrize(
    ("word", "letter"),
    [
        ("operator", "o"),
        ("OP", "o"),
        ("@", "o"),
        ("HalfOp", "h"),
        ("half-operator", "h"),
        ("v", "v"),
        ("Founder", "q"),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_roles_have_names(word, letter):
    assert registrations.role_named(word) == letter
