"""Users who stay without a connection, when the server is started again."""

import dataclasses
import json

import pytest

from gchat.irc import scram
from gchat.server import events, loading
from gchat.server.accounts import LASTING
from gchat.server.settings import Accounts, Server, Settings
from tests.server.history.conftest import ListStore
from tests.server.test_accounts_devices import device

VERIFIER = str(scram.make_verifier("sesame", b"salt", 2))
NEURAL = ":Neural!~x@127.0.0.1"


class JsonStore(ListStore):
    """Gives documents back as SQLite does, which writes them as JSON."""

    def load(self, kind):
        return [(key, json.loads(json.dumps(body))) for key, body in super().load(kind)]


@pytest.fixture
def store():
    return JsonStore()


@pytest.fixture
def start(make_chat, store):
    """Start the server, for the first time or again, with what the store has."""

    def begin(**accounts):
        settings = Settings(server=Server(name="gchat.test"), accounts=Accounts(**accounts), throttle=False)
        chat = make_chat(settings)
        chat.engine.store = chat.engine.keeping.store = store
        loading.fill(chat.engine)
        return chat

    return begin


@pytest.fixture
def chat(start):
    chat = start()
    commit(chat, events.AccountRegistered("Neural", {"name": "Neural", "verifier": VERIFIER}, "", False))
    commit(chat, events.AccountChanged("Neural", "always_on", True))
    return chat


def commit(chat, event):
    chat.engine.backplane.commit(event, None)
    chat.settle()


@pytest.fixture
def laptop(chat):
    client = device(chat)
    client.send("JOIN #team", "JOIN #dev", "MODE Neural +i")
    client.read()
    return client


def kept(store):
    return dict(store.load(LASTING))


def neural(chat):
    return chat.engine.world.user("Neural")


def test_they_are_there_again_with_nick_channels_roles_and_modes(start, chat, laptop):
    nine = chat.client("Nine")
    nine.send("JOIN #team", "JOIN #nines")
    laptop.send("JOIN #nines", "MODE #dev -o Neural", "SETNAME :Neural N")
    again = start()
    nine = again.client("Nine")
    nine.send("JOIN #team", "JOIN #dev")
    lines = nine.ask("WHOIS Neural", "NAMES #dev")
    assert ":gchat.test 319 Nine Neural :@#team #dev" in lines
    assert ":gchat.test 330 Nine Neural Neural :is logged in as" in lines
    assert ":gchat.test 301 Nine Neural :Not connected" in lines
    assert ":gchat.test 353 Nine = #dev :Neural Nine" in lines
    assert neural(again).channels.keys() == {"#team", "#dev", "#nines"}
    assert neural(again).modes == {"i"}
    laptop = device(again)
    lines = laptop.read()
    assert f"{NEURAL} JOIN #team" in lines
    assert ":gchat.test 353 Neural = #team :@Neural Nine" in lines
    assert laptop.session.user is neural(again)
    assert neural(again).away == ""


def test_who_went_away_by_word_still_is(start, laptop):
    laptop.send("AWAY :lunch", "QUIT")
    assert neural(start()).away == "lunch"


def test_what_they_did_without_a_connection_counts(start, chat, laptop):
    nine = chat.client("Nine")
    nine.send("JOIN #team")
    laptop.send("MODE #team +o Nine", "QUIT")
    nine.send("KICK #team Neural", "RENAME #dev #tools")
    assert [*neural(start()).channels] == ["#dev"]


def test_a_renamed_channel_is_where_they_are(start, chat, laptop):
    laptop.send("RENAME #dev #tools", "NICK Neuron")
    again = start()
    user = again.engine.world.users_of("Neural")[0]
    assert user.channels.keys() == {"#team", "#tools"}
    assert user.nick == "Neuron"


def test_their_history_is_theirs_again(start, chat, laptop):
    since = chat.engine.world.seats.since(neural(chat).uid, "#team")
    again = start()
    assert again.engine.world.seats.since(neural(again).uid, "#team") == since


@pytest.mark.parametrize(
    "how",
    [
        "NS ALWAYSON OFF",
        "NS MULTICLIENT OFF",
        "PERSISTENCE SET OFF",
        "NS LOGOUT",
        "NS DROP sesame",
        "KILL Neural :x",
    ],
)
def test_whoever_does_not_stay_is_gone(start, store, chat, laptop, how):
    assert kept(store).keys() == {"neural"}
    chat.op(laptop)
    laptop.send(how)
    assert kept(store) == {}
    assert neural(start()) is None


def test_a_suspended_account_does_not_come_back(start, store, chat, laptop):
    commit(chat, events.AccountChanged("Neural", "suspended", "spam"))
    assert kept(store) == {}


def test_an_account_that_was_suspended_while_nobody_served_does_not_either(start, store, laptop):
    store.documents["account", "neural"]["suspended"] = "spam"
    again = start()
    assert neural(again) is None
    commit(again, events.AccountChanged("Neural", "suspended", ""))
    assert kept(store) == {}


def test_nothing_is_kept_of_those_who_do_not_stay(start, store):
    chat = start()
    commit(chat, events.AccountRegistered("Neural", {"name": "Neural", "verifier": VERIFIER}, "", False))
    device(chat).send("JOIN #team")
    assert kept(store) == {}


def test_a_document_that_says_nothing_new_is_not_written_again(chat, laptop, store):
    before = kept(store)
    store.full = AssertionError("nothing was to be written")
    laptop.send("AWAY :", "MODE Neural +i", "NICK Neural")
    store.full = None
    assert kept(store) == before


def test_only_the_first_user_of_an_account_stays(start, chat, laptop):
    other = chat.client("Guest")
    other.send("NS IDENTIFY Neural sesame")
    assert len(chat.engine.world.users_of("Neural")) == 2
    other.send("QUIT")
    assert chat.engine.world.user("Guest") is None
    laptop.send("QUIT")
    assert neural(chat) is not None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"nick": "Neural"},
        {"channels": 5},
        {"channels": {"#team": 1}},
        {"channels": {"#team": ["o", "x"]}},
    ],
)
def test_a_damaged_document_keeps_nobody_else_out(start, store, laptop, caplog, body):
    store.documents[LASTING, "neural"] = {**kept(store)["neural"], **body} if body else {}
    if body == {"nick": "Neural"}:
        del store.documents[LASTING, "neural"]["channels"]
    again = start()
    assert neural(again) is None
    assert "The lasting neural in the store cannot be read" in caplog.text
    assert device(again).session.user is neural(again)


def test_a_nick_that_belongs_to_somebody_else_by_now(start, store, chat, laptop):
    laptop.send("NICK Neuron")
    store.documents["account", "neuron"] = {"name": "Neuron", "verifier": VERIFIER}
    again = start()
    assert again.engine.world.users_of("Neural")[0].nick == "Neural2"


# names


def test_a_dropped_name_is_nobodys_until_it_is_erased(start, store, chat, laptop):
    laptop.send("NS DROP sesame", "QUIT")
    refused = "This name cannot be registered: it is taken, or it was"
    assert refused in chat.client("Neural").ask("REGISTER * * longenough")[0]
    again = start()
    neural = again.client("Neural")
    assert refused in neural.ask("REGISTER * * longenough")[0]
    commit(again, events.AccountDropped("neural", erased=True))
    assert "REGISTER SUCCESS Neural" in neural.ask("REGISTER * * longenough")[0]
    assert start().engine.world.account("Neural").verifier != VERIFIER


# their channels


def test_a_channel_goes_on_with_them(start, store, chat, laptop):
    laptop.send("TOPIC #team :work", "MODE #team +kb sesame *!*@192.0.2.*", "MODE #dev +m", "JOIN #open")
    nine = chat.client("Nine")
    nine.send("JOIN #team sesame", "JOIN #else")
    again = start()
    team, dev = again.engine.world.channel("#team"), again.engine.world.channel("#dev")
    assert (team.topic, team.topic_by, team.modes) == ("work", NEURAL[1:], {"n": "", "t": "", "k": "sesame"})
    assert [ban.mask for ban in team.lists["b"].values()] == ["*!*@192.0.2.*"]
    assert dev.modes == {"n": "", "t": "", "m": ""}
    assert team.created == chat.engine.world.channel("#team").created
    assert " 475 " in again.client("Nine").ask("JOIN #team")[0]
    assert again.engine.world.channel("#else") is None
    assert {key for key, _ in store.load("place")} == {"#team", "#dev", "#open"}


@pytest.mark.parametrize("wall", ["i", "k sesame", "R", "b Nine!*@*"])
def test_walls_of_their_channels_stand_over_a_restart(start, laptop, wall):
    laptop.send(f"MODE #team +{wall}")
    again = start()
    again.now += 60
    laptop = device(again)
    laptop.send("PRIVMSG #team :a secret")
    again.advance(1)
    laptop.send("PART #team")
    again.advance(1)
    nine = again.client("Nine", caps="draft/chathistory batch")
    nine.send("JOIN #team", "PRIVMSG #team :open")
    lines = nine.ask("CHATHISTORY LATEST #team * 50")
    assert any(":open" in line for line in lines)
    assert not any("secret" in line for line in lines)


@pytest.mark.parametrize(
    "line", ["PART #team", "NS ALWAYSON OFF", "NS DROP sesame", "CS REGISTER #team", "RENAME #team #x"]
)
def test_what_ends_a_place(store, laptop, line):
    assert {key for key, _ in store.load("place")} == {"#team", "#dev"}
    laptop.send(line)
    assert "#team" not in dict(store.load("place"))


def test_a_registered_channel_lasts_by_itself(start, store, laptop):
    laptop.send("CS REGISTER #team", "TOPIC #team :work")
    again = start()
    assert again.engine.world.channel("#team").topic == "work"
    assert again.engine.world.channel("#team").roles_of(neural(again)) == "qo"
    commit(again, events.ChannelDropped(neural(again).uid, "#team"))
    device(again).send("TOPIC #team :play")
    assert dict(store.load("place"))["#team"]["topic"][0] == "play"


def test_several_may_stay_in_one(start, store, chat, laptop):
    commit(chat, events.AccountRegistered("Nine", {"name": "Nine", "verifier": VERIFIER}, "", False))
    commit(chat, events.AccountChanged("Nine", "always_on", True))
    nine = device(chat, "Nine", account="Nine")
    nine.send("JOIN #team")
    laptop.send("TOPIC #team :work", "PART #team")
    assert start().engine.world.channel("#team").topic == "work"
    nine.send("PART #team")
    assert "#team" not in dict(store.load("place"))


def test_a_damaged_place_is_an_ordinary_channel(start, store, laptop, caplog):
    store.documents["place", "#team"] = {"topic": 1}
    again = start()
    assert again.engine.world.channel("#team").modes == {"n": "", "t": ""}
    assert neural(again).channels.keys() == {"#team", "#dev"}
    assert "The place #team in the store cannot be read" in caplog.text


# what the configuration says


@pytest.mark.parametrize(
    ("always_on", "own", "stays"),
    [
        *[("off", True, False), ("off", None, False), ("opt-in", True, True), ("opt-in", None, False)],
        *[("opt-in", False, False), ("on", None, True), ("on", True, True), ("on", False, False)],
    ],
)
def test_the_three_ways_of_it(start, store, always_on, own, stays):
    chat = start(always_on=always_on)
    body = {"name": "Neural", "verifier": VERIFIER, "always_on": own}
    commit(chat, events.AccountRegistered("Neural", body, "", False))
    client = device(chat)
    client.send("JOIN #team", "QUIT")
    assert (neural(chat) is not None) == stays
    assert (neural(start(always_on=always_on)) is not None) == stays


def configure(chat, **accounts):
    chat.engine.configure(dataclasses.replace(chat.engine.settings, accounts=Accounts(**accounts)))
    chat.settle()


@pytest.mark.parametrize("accounts", [{"always_on": "off"}, {"multiclient": False}])
def test_a_reload_may_end_it(start, store, chat, laptop, accounts):
    nine = chat.client("Nine")
    nine.send("JOIN #team")
    laptop.send("QUIT")
    nine.read()
    configure(chat, **accounts)
    assert nine.read()[-1] == f"{NEURAL} QUIT :No longer always on"
    assert kept(store) == {}
    assert neural(chat) is None


def test_a_reload_ends_nobody_who_is_connected(store, chat, laptop):
    configure(chat, always_on="off")
    assert kept(store) == {}
    assert neural(chat) is not None
    laptop.send("QUIT")
    assert neural(chat) is None


def test_a_reload_changes_who_may_register_and_has_to_log_in(chat):
    def registers(nick, *words):
        client = chat.connect()
        client.send("CAP LS 302", f"NICK {nick}")
        return client.ask(f"REGISTER {' '.join(words)}")[0]

    configure(chat, registration="closed")
    assert "FAIL REGISTER DISALLOWED" in registers("Nine", "*", "*", "longenough")
    configure(chat, before_connect=False)
    assert "COMPLETE_CONNECTION_REQUIRED" in registers("Nine", "*", "*", "longenough")
    configure(chat, email="required")
    assert "INVALID_EMAIL" in registers("Nine", "*", "*", "longenough")
    configure(chat)
    assert "ACCOUNT_NAME_MUST_BE_NICK" in registers("Nine", "Ten", "*", "longenough")
    configure(chat, custom_names=True)
    assert "REGISTER SUCCESS Ten" in registers("Nine", "Ten", "*", "longenough")
    configure(chat, required=True)
    assert "ACCOUNT_REQUIRED" in chat.connect().ask("NICK Nine", "USER x 0 * :x")[0]


def test_a_reload_may_begin_it(start, store):
    chat = start()
    commit(chat, events.AccountRegistered("Neural", {"name": "Neural", "verifier": VERIFIER}, "", False))
    device(chat).send("JOIN #team")
    configure(chat, always_on="on")
    assert neural(start(always_on="on")).channels.keys() == {"#team"}


def test_what_is_kept_while_nobody_stays_is_not_forgotten(start, laptop):
    """``gchat-server account`` reads the store without knowing what the configuration says."""
    assert neural(start(always_on="off")) is None
    assert neural(start()) is not None
