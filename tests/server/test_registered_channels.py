"""Channels that last: what is kept of them over a restart and while nobody is there, and who is what in them.

Every restart is one on a database in a file.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


def test_who_is_erased_is_named_in_no_channel(lasting):
    neural, nine = lasting.founded(), lasting.client("Nine", "Nine")
    neural.send("CS ACCESS #team ADD Nine operator")
    nine.send("JOIN #team", "TOPIC #team :ours", "MODE #team +b Ten!*@*", "PART #team")
    lasting.engine.backplane.commit(AccountDropped("Nine", erased=True), None)
    lasting.chat.settle()
    assert not any("Nine!" in line for line in neural.ask("TOPIC #team", "MODE #team b"))
    lasting.start()
    assert "Nine" not in str(lasting.store.load("channel"))


# other names


def test_a_renamed_channel_is_registered_under_its_new_name(lasting):
    neural, nine = lasting.founded(), lasting.client("Nine", "Nine")
    neural.send("CS ACCESS #team ADD Nine operator")
    nine.send("JOIN #team")
    assert nine.ask("RENAME #team #crew") == [
        ":gchat.test 482 Nine #team :#team is registered: only its founder renames it"
    ]
    neural.send("RENAME #team #Crew")
    for _ in range(2):
        assert lasting.registration("#crew").founder == "Neural"
        assert lasting.world.known_channel("#crew").name == "#Crew"
        assert [key for key, _ in lasting.store.load("channel")] == ["#crew"]
        assert lasting.registration("#team") is None
        lasting.start()
    ten = lasting.client("Ten")
    lines = ten.ask("JOIN #team")  # the old name leads on, also while nobody is there
    assert ":Ten!~Ten@127.0.0.1 JOIN #Crew" in lines
    assert named(ten, "#crew") == {"Ten"}


def test_the_name_of_a_resting_channel_is_taken(lasting):
    lasting.founded().send("PART #team")
    nine = lasting.client("Nine")
    nine.send("JOIN #mine")
    (line,) = nine.ask("RENAME #mine #team")
    assert line.startswith(":gchat.test FAIL RENAME CHANNEL_NAME_IN_USE #mine #team :")


# what kept people out


def test_a_timed_ban_ends_while_nobody_is_there(lasting):
    neural = lasting.founded()
    neural.send("TBAN #team 90 Nine!*@* :enough", "PART #team")
    lasting.start()
    nine = lasting.client("Nine")
    assert nine.numerics("JOIN #team") == ["474"]
    lasting.chat.advance(60)
    assert "JOIN" in nine.numerics("JOIN #team")
    lasting.start()
    assert lasting.world.known_channel("#team").lists["b"] == {}


@pytest.mark.parametrize("wall", ["i", "k sesame", "R", "b Nine!*@*"])
def test_walls_stand_over_a_restart(lasting, wall):
    """Whoever comes after the channel was given up reads nothing that was said behind its walls."""
    neural = lasting.founded()
    neural.send(f"MODE #team +{wall}")
    lasting.start()
    neural = lasting.client("Neural", "Neural")
    neural.send("JOIN #team", "PRIVMSG #team :a secret")
    code = neural.ask("CS DROP #team")[-1].rpartition(" ")[2]
    lasting.chat.advance(1)
    neural.send(f"CS DROP #team {code}", "PART #team")
    lasting.chat.advance(1)
    assert lasting.world.known_channel("#team") is None
    nine = lasting.client("Nine", caps="draft/chathistory,batch")
    nine.send("JOIN #team", "PRIVMSG #team :open")
    lines = nine.ask("CHATHISTORY LATEST #team * 50")
    assert any(":open" in line for line in lines)
    assert not any("secret" in line for line in lines)


# nothing is forgotten

COMMANDS = st.sampled_from(
    [
        *("MODE #team +i", "MODE #team -it+k x", "MODE #team +l 5", "MODE #team +W 5", "MODE #team -k x"),
        *("MODE #team +b a!*@*", "MODE #team -b a!*@*", "MODE #team +eI b!*@* c!*@*", "MODE #team -e b!*@*"),
        *("TOPIC #team :one", "TOPIC #team :", "TBAN #team 5s d!*@* :why", "TBAN #team 0 a!*@*"),
        *("CS ACCESS #team ADD Nine voice", "CS ACCESS #team ADD Nine op", "CS ACCESS #team DEL Nine"),
        *(
            "CS SUCCESSOR #team Nine",
            "CS SUCCESSOR #team",
            "CS DEOP #team",
            "CS UP #team",
            "CS REGISTER #team",
        ),
        *("PART #team", "JOIN #team x", "RENAME #team #crew", "RENAME #crew #TEAM", "JOIN #crew x", "drop"),
        "gone",
    ]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands=st.lists(COMMANDS, max_size=25))
def test_what_is_kept_is_what_is(make_chat, commands):
    """After whatever was done, the store has every registered channel as it is, and no other."""
    chat, kept = make_chat(Settings(server=Server(name="gchat.test"), throttle=False)), {}
    chat.engine.store.write = lambda changes: kept.update(
        {change.key: change.body for change in changes if getattr(change, "kind", "") == "channel"}
    )
    for account in ("Neural", "Nine"):
        chat.engine.world.put_account(Account(account))
    neural = chat.connect()
    neural.session.account = "Neural"
    neural.send("NICK Neural", "USER Neural 0 * :Neural", "JOIN #team", "CS REGISTER #team")
    for command in commands:
        if command == "drop":
            code = neural.ask("CS DROP #team")[-1].rpartition(" ")[2]
            neural.send(f"CS DROP #team {code}")
        elif command == "gone":
            chat.engine.backplane.commit(AccountDropped("Nine"), None)
            chat.settle()
        else:
            neural.send(command)
        chat.advance(2)
    check_world(chat.engine)
    known = [registrations.document(channel) for channel, _ in chat.engine.world.registered_channels()]
    assert {key: body for key, body in kept.items() if body is not None} == {d.key: d.body for d in known}


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
