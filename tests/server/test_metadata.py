"""METADATA: values of users and channels, who may set and see them, and who hears of a change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.irc.limits import CHANNELLEN, HOSTLEN, NICKLEN, USERLEN
from gchat.irc.message import Message, encode
from gchat.server.events import AccountRegistered
from gchat.server.metadata import KEY_BYTES, VALUE_BYTES, Metadata, is_key
from gchat.server.settings import Limits, Server, Settings

TWO, THREE = "batch draft/metadata-2", "batch draft/metadata-3"
BOTH = pytest.mark.parametrize("caps", [TWO, THREE], ids=["2", "3"])


def bare(lines: list[str]) -> list[str]:
    """Lines without tags and source."""
    found = []
    for line in lines:
        words = line.split(" ")
        while words[0][:1] in ("@", ":"):
            words.pop(0)
        found.append(" ".join(words))
    return found


def batch(lines: list[str], kind: str = "metadata") -> list[str]:
    """What the one batch among these lines holds; the first word is its parameter, if it has one."""
    begin = next(line for line in lines if " BATCH +" in line)
    reference, given, *params = begin.split(" BATCH +")[1].split(" ")
    assert given == kind
    assert f":gchat.test BATCH -{reference}" in lines
    return [*params, *bare([line for line in lines if line.startswith(f"@batch={reference} ")])]


def register(chat, name: str) -> None:
    chat.backplane.commit(AccountRegistered(name, {"name": name, "created": 0}, login=False), None)
    chat.settle()


def log_in(chat, nick: str, *lines: str, caps: str = THREE):
    client = chat.connect()
    client.session.account = nick
    client.send(f"CAP REQ :{caps}", *lines, f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END")
    return client


# --- values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "good"),
    [
        ("avatar", True),
        ("im.xmpp", True),
        ("soju.im/pinned", True),
        ("a-b_c/1", True),
        ("k" * KEY_BYTES, True),
        ("k" * (KEY_BYTES + 1), False),
        ("Avatar", False),
        ("a b", False),
        ("a\n", False),
        ("$url", False),
        ("día", False),
        ("", False),
    ],
)
def test_what_may_be_a_key(key: str, good: bool) -> None:
    assert is_key(key) is good


def test_the_longest_value_fits_a_line() -> None:
    source = f"{'n' * NICKLEN}!{'u' * USERLEN}@{'h' * HOSTLEN}"
    for command, params in (("METADATA", ()), ("761", ("n" * NICKLEN,))):
        whole = (*params, "#" + "c" * (CHANNELLEN - 1), "k" * KEY_BYTES, "*", " " + "v" * (VALUE_BYTES - 1))
        line = encode(Message(command, whole, source if command == "METADATA" else "h" * HOSTLEN))
        assert line.endswith(b":" + whole[-1].encode() + b"\r\n")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["neural", "#team", " n0-1"]),
            st.sampled_from("ab"),
            st.none() | st.sampled_from(["", "1", "2"]),
        )
    )
)
def test_what_is_kept_is_what_is_said(changes: list[tuple[str, str, str | None]]) -> None:
    said, kept = Metadata(), {}
    for owner, key, value in changes:
        for document in said.put(owner, key, value):
            kept[document.key] = document.body
    again = Metadata()
    for owner, body in kept.items():
        if body is not None:
            again.load(owner, body)
    for owner in ("neural", "#team"):
        assert again.of(owner) == said.of(owner)
    assert again.of(" n0-1") == {}


# --- commands ----------------------------------------------------------------------------------------


@BOTH
def test_a_value_is_set_read_and_removed(chat, caps):
    neural = chat.client("Neural", caps)
    nine = chat.client("Nine", caps)
    assert bare(neural.ask("METADATA * SET url :https://x.example")) == [
        "761 Neural Neural url * https://x.example"
    ]
    assert bare(neural.ask("METADATA neural SET name :A Name")) == ["761 Neural Neural name * :A Name"]
    assert batch(nine.ask("METADATA NEURAL GET name nothing url")) == [
        "Neural",
        "761 Nine Neural name * :A Name",
        "766 Nine Neural nothing :key not set",
        "761 Nine Neural url * https://x.example",
    ]
    assert batch(neural.ask("METADATA * LIST")) == [
        "Neural",
        "761 Neural Neural url * https://x.example",
        "761 Neural Neural name * :A Name",
    ]
    assert bare(neural.ask("METADATA * SET url")) == ["766 Neural Neural url :key not set"]
    assert batch(neural.ask("METADATA * CLEAR")) == ["Neural", "766 Neural Neural name :key not set"]
    assert batch(neural.ask("METADATA * CLEAR")) == ["Neural"]
    assert batch(nine.ask("METADATA Neural LIST")) == ["Neural"]


def test_the_empty_value_is_one_in_one_draft_and_none_in_the_other(chat):
    two, three = chat.client("Two", TWO), chat.client("Three", THREE)
    assert bare(two.ask("METADATA * SET status :")) == ["761 Two Two status * :"]
    assert bare(three.ask("METADATA * SET status :x")) == ["761 Three Three status * x"]
    assert bare(three.ask("METADATA * SET status :")) == ["766 Three Three status :key not set"]


REFUSALS = [
    (TWO, "METADATA nobody LIST", "FAIL METADATA INVALID_TARGET nobody"),
    (TWO, "METADATA #nowhere GET url", "FAIL METADATA INVALID_TARGET #nowhere"),
    (TWO, "METADATA * SET $url :x", "FAIL METADATA KEY_INVALID $url"),
    (TWO, "METADATA * SET URL :x", "FAIL METADATA KEY_INVALID URL"),
    (TWO, "METADATA * SET url", "FAIL METADATA KEY_NOT_SET Neural url"),
    (TWO, f"METADATA * SET url :{'x' * (VALUE_BYTES + 1)}", "FAIL METADATA VALUE_INVALID"),
    (TWO, f"METADATA * SET url :{'é' * (VALUE_BYTES // 2 + 1)}", "FAIL METADATA VALUE_INVALID"),
    (TWO, "METADATA Nine SET url :x", "FAIL METADATA KEY_NO_PERMISSION Nine url"),
    (TWO, "METADATA Nine CLEAR", "FAIL METADATA KEY_NO_PERMISSION Nine *"),
    (TWO, "METADATA #team SET url :x", "FAIL METADATA KEY_NO_PERMISSION #team url"),
    (TWO, "METADATA * SNEEZE", "FAIL METADATA SUBCOMMAND_INVALID SNEEZE"),
    (TWO, "METADATA * GET", "461 Neural METADATA"),
    (TWO, "METADATA Nine SUB url", "FAIL METADATA INVALID_TARGET Nine"),
    (TWO, "METADATA *", "461 Neural METADATA"),
    (THREE, "METADATA * SET $url :x", "FAIL METADATA INVALID_KEY $url"),
    (THREE, f"METADATA * SET url :{'x' * (VALUE_BYTES + 1)}", "FAIL METADATA INVALID_VALUE url"),
    (THREE, "METADATA * SNEEZE", "FAIL METADATA INVALID_PARAMS SNEEZE"),
    (THREE, "METADATA * :: hi!", "FAIL METADATA INVALID_PARAMS *"),
    (THREE, "METADATA * GET", "FAIL METADATA INVALID_PARAMS GET"),
    (THREE, "METADATA * SET", "FAIL METADATA INVALID_PARAMS SET"),
    (THREE, "METADATA Nine UNSUB url", "FAIL METADATA INVALID_TARGET Nine"),
    (THREE, "METADATA #team SUBS", "FAIL METADATA INVALID_TARGET #team"),
]


@pytest.mark.parametrize(("caps", "line", "refusal"), REFUSALS)
def test_refusals(chat, caps, line, refusal):
    chat.join("#team", "Nine")
    neural = chat.client("Neural", caps)
    neural.send("JOIN #team")
    (answer,) = bare(neural.ask(line))
    assert answer.startswith(refusal + " :")


def test_wrong_keys_among_others(chat):
    two, three = chat.client("Two", TWO), chat.client("Three", THREE)
    assert [line.split(" :")[0] for line in batch(two.ask("METADATA * GET $a b"))] == [
        "Two",
        "FAIL METADATA KEY_INVALID $a",
        "766 Two Two b",
    ]
    assert [line.split(" :")[0] for line in batch(three.ask("METADATA * GET $a b"))] == [
        "Three",
        "WARN METADATA INVALID_KEY $a",
        "766 Three Three b",
    ]
    assert [line.split(" :")[0] for line in bare(two.ask("METADATA * SUB $a b"))] == [
        "770 Two b",
        "FAIL METADATA KEY_INVALID $a",
    ]
    assert [line.split(" :")[0] for line in bare(three.ask("METADATA * UNSUB $a b"))] == [
        "WARN METADATA INVALID_KEY $a",
        "771 Three b",
    ]


def test_limits(make_chat):
    limits = Limits(metadata_keys=2, metadata_subscriptions=3)
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=limits, throttle=False))
    two, three = chat.client("Two", TWO), chat.client("Three", THREE)
    for client, nick, full in ((two, "Two", "Two"), (three, "Three", "Three 2")):
        client.send("METADATA * SET a :1", "METADATA * SET b :1")
        assert bare(client.ask("METADATA * SET b :2")) == [f"761 {nick} {nick} b * 2"]
        assert bare(client.ask("METADATA * SET c :1"))[0].startswith(f"FAIL METADATA LIMIT_REACHED {full} :")
    found = bare(two.ask("METADATA * SUB a b c d e"))
    assert [line.split(" :")[0] for line in found] == [
        "770 Two a b c",
        "FAIL METADATA TOO_MANY_SUBS d",
        "METADATA Two a * 1",
        "METADATA Two b * 2",
    ]
    found = bare(three.ask("METADATA * SUB a b c a d e"))
    assert [line.split(" :")[0] for line in found] == [
        "770 Three a b c a",
        "FAIL METADATA LIMIT_REACHED d 3",
        "774 Three *ALL 0",
    ]


@BOTH
def test_subscriptions_are_listed_and_given_up(chat, caps):
    neural = chat.client("Neural", caps)
    assert batch(neural.ask("METADATA * SUBS"), "metadata-subs") == []
    neural.send("METADATA * SUB avatar url status")
    assert batch(neural.ask("METADATA * SUBS"), "metadata-subs") == ["772 Neural avatar url status"]
    assert bare(neural.ask("METADATA * UNSUB url nothing")) == ["771 Neural url nothing"]
    assert batch(neural.ask("METADATA Neural SUBS"), "metadata-subs") == ["772 Neural avatar status"]
    neural.send(f"CAP REQ :-{caps.split(' ')[1]}", f"CAP REQ :{caps}")
    assert batch(neural.ask("METADATA * SUBS"), "metadata-subs") == []


def test_many_subscriptions_take_several_lines(chat):
    neural = chat.client("Neural", TWO)
    keys = [f"{i:02}{'k' * 38}" for i in range(30)]
    neural.send(*[f"METADATA * SUB {' '.join(keys[i : i + 10])}" for i in range(0, 30, 10)])
    lines = batch(neural.ask("METADATA * SUBS"), "metadata-subs")
    assert [key for line in lines for key in line.split(" ")[2:]] == keys
    assert all(len(line) < 512 - len(":gchat.test ") for line in lines)


# --- who hears of it ---------------------------------------------------------------------------------


def test_those_who_share_a_channel_hear_of_a_change(chat):
    neural, two, three, deaf = (
        chat.client(nick, caps)
        for nick, caps in (("Neural", THREE), ("Two", TWO + " account-tag"), ("Three", THREE), ("Deaf", TWO))
    )
    stranger = chat.client("Stranger", THREE)
    for client in (two, three, stranger, neural):
        client.send("METADATA * SUB url status")
    for client in (neural, two, three, deaf):
        client.send("JOIN #team")
    for client in (neural, two, three, deaf, stranger):
        client.read()
    neural.send("METADATA * SET url :x y")
    assert two.read() == [":Neural!~Neural@127.0.0.1 METADATA Neural url * :x y"]
    assert three.read() == [":gchat.test 761 Three Neural url * :x y"]
    neural.send("METADATA * SET url")
    assert two.read() == [":Neural!~Neural@127.0.0.1 METADATA Neural url *"]
    assert three.read() == [":gchat.test 766 Three Neural url :key not set"]
    neural.send("METADATA #team SET url :y", "METADATA #team CLEAR")
    assert two.read() == [
        ":Neural!~Neural@127.0.0.1 METADATA #team url * y",
        ":Neural!~Neural@127.0.0.1 METADATA #team url *",
    ]
    assert three.read() == [
        ":gchat.test 761 Three #team url * y",
        ":gchat.test 766 Three #team url :key not set",
    ]
    neural.send("METADATA * SET avatar :z")
    assert two.read() == three.read() == deaf.read() == stranger.read() == []


def test_whoever_watches_a_nick_hears_of_it(chat):
    two, three = chat.client("Two", TWO), chat.client("Three", THREE)
    for client in (two, three):
        client.send("METADATA * SUB url", "MONITOR + Neural")
        client.read()
    neural = chat.connect()
    neural.send(f"CAP REQ :{THREE}", "METADATA * SET url :x", "METADATA * SET more :y")
    neural.send("NICK Neural", "USER Neural 0 * :n", "CAP END")
    for client, line in ((two, "METADATA Neural url * x"), (three, "761 Three Neural url * x")):
        lines = client.read()
        assert bare(lines)[0].startswith("730 ")
        assert batch(lines) == ["Neural", line]
    neural.send("METADATA * SET url :z")
    assert bare(two.read()) == ["METADATA Neural url * z"]
    assert bare(three.read()) == ["761 Three Neural url * z"]
    assert batch(three.ask("MONITOR S")) == ["Neural", "761 Three Neural url * z"]


@BOTH
def test_whoever_comes_in_hears_what_is_said_there(chat, caps):
    neural, nine = chat.client("Neural", caps), chat.client("Nine", caps)
    neural.send(
        "JOIN #team", "METADATA #team SET url :u", "METADATA #team SET other :o", "METADATA * SET url :n"
    )
    nine.send("METADATA * SUB url")
    lines = nine.ask("JOIN #team")
    verb = "METADATA" if caps == TWO else "761 Nine"
    assert batch(lines) == ["#team", f"{verb} #team url * u", f"{verb} Neural url * n"]
    assert bare(lines).index("366 Nine #team :End of /NAMES list") < len(lines) - 4
    assert batch(nine.ask("METADATA #team SYNC")) == [
        "#team",
        f"{verb} #team url * u",
        f"{verb} Neural url * n",
    ]
    assert batch(nine.ask("METADATA Neural SYNC")) == ["Neural", f"{verb} Neural url * n"]
    assert batch(nine.ask("METADATA *ALL SYNC")) == [
        "*ALL",
        f"{verb} #team url * u",
        f"{verb} Neural url * n",
    ]


def test_those_who_are_there_hear_what_a_newcomer_says(chat):
    nine = chat.client("Nine", THREE)
    nine.send("METADATA * SUB url", "JOIN #team")
    neural = chat.client("Neural", THREE)
    neural.send("METADATA * SET url :n", "METADATA * SET other :o")
    nine.read()
    neural.send("JOIN #team")
    assert bare(nine.read()) == ["JOIN #team", "761 Nine Neural url * n"]


def test_a_client_that_wants_nothing_is_sent_an_empty_batch_in_the_newer_draft_alone(chat):
    assert batch(chat.client("Three", THREE).ask("JOIN #team")) == ["#team"]
    assert not [line for line in chat.client("Two", TWO).ask("JOIN #team") if "BATCH" in line]


def test_of_much_the_client_is_told_to_ask(chat, monkeypatch):
    from gchat.server import keyvalues

    monkeypatch.setattr(keyvalues, "SOON", 2)
    for i in range(3):
        client = chat.client(f"User{i}", THREE)
        client.send("METADATA * SET url :x", "JOIN #team")
    two, three = chat.client("Two", TWO), chat.client("Three", THREE)
    for client, end in ((two, "774 Two #team 0"), (three, "774 Three #team 0 :Ask with METADATA SYNC")):
        client.send("METADATA * SUB url")
        client.read()
        assert bare(client.ask("JOIN #team"))[-1] == end
        assert len(batch(client.ask("METADATA #team SYNC"))) == 4
    two.send("METADATA * UNSUB url")
    assert bare(two.ask("METADATA * SUB url")) == ["770 Two url", "774 Two #team 0"]


def test_subscribing_tells_what_is_said(chat):
    neural, two = chat.client("Neural", TWO), chat.client("Two", TWO)
    for client in (neural, two):
        client.send("JOIN #team")
    neural.send("METADATA * SET url :n", "METADATA #team SET url :t")
    assert bare(two.ask("METADATA * SUB url")) == [
        "770 Two url",
        "METADATA #team url * t",
        "METADATA Neural url * n",
    ]
    assert bare(two.ask("METADATA * SUB url")) == ["770 Two url"]


# --- who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("modes", "hidden"), [("", False), ("+i", True), ("+k key", True), ("+m", False)])
def test_a_closed_channel_says_nothing_to_others(chat, modes, hidden):
    (neural,) = chat.join("#team", "Neural", caps=THREE)
    neural.send("METADATA #team SET url :secret", "METADATA * SET url :mine", f"MODE #team {modes}")
    nine = chat.client("Nine", THREE)
    nine.send("METADATA * SUB url")
    for line in ("METADATA #team GET url", "METADATA #team LIST", "METADATA #team SYNC"):
        answer = " ".join(nine.ask(line))
        assert "BATCH" in answer
        assert ("secret" not in answer) is hidden
        assert "mine" not in answer  # who is in there is for those who are


def test_a_secret_channel_is_none(chat):
    (neural,) = chat.join("#team", "Neural", caps=THREE)
    neural.send("METADATA #team SET url :secret", "MODE #team +s")
    nine = chat.client("Nine", THREE)
    nine.send("METADATA * SUB url")
    for word in ("GET url", "LIST", "SYNC", "SET url :x", "CLEAR"):
        assert nine.ask(f"METADATA #team {word}") == nine.ask(
            f"METADATA #nowhere {word}".replace("nowhere", "team")
        )
        (answer,) = bare(nine.ask(f"METADATA #team {word}"))
        assert answer.startswith("FAIL METADATA INVALID_TARGET #team :")


def test_server_operators_put_things_right(chat):
    (neural,) = chat.join("#team", "Neural", caps=THREE)
    neural.send("METADATA * SUB url", "METADATA * SET url :rude", "METADATA #team SET url :rude")
    root = chat.client("Root", THREE)
    chat.op(root)
    neural.read()
    assert batch(root.ask("METADATA Neural CLEAR")) == ["Neural", "766 Root Neural url :key not set"]
    assert bare(root.ask("METADATA #team SET url :nice")) == ["761 Root #team url * nice"]
    assert bare(neural.read()) == ["766 Neural Neural url :key not set", "761 Neural #team url * nice"]


def test_whois_tells_those_who_know(chat):
    neural, nine, old = chat.client("Neural", THREE), chat.client("Nine", TWO), chat.client("Old")
    neural.send("METADATA * SET url :x y")
    assert ":gchat.test 760 Nine Neural url * :x y" in nine.ask("WHOIS Neural")
    assert not [line for line in old.ask("WHOIS Neural") if " 760 " in line]


# --- before there is a user, and after ---------------------------------------------------------------


@BOTH
def test_values_may_be_set_before_registration(chat, caps):
    neural = chat.connect()
    assert "before-connect" in " ".join(neural.ask("CAP LS 302"))
    neural.send(f"CAP REQ :{caps}")
    assert bare(neural.ask("METADATA * SUB url")) == ["770 * url"]
    assert bare(neural.ask("METADATA * SET url :x")) == ["761 * * url * x"]
    assert bare(neural.ask("METADATA * SET more :y")) == ["761 * * more * y"]
    assert bare(neural.ask("METADATA * SET more"))[0].startswith("766 * * more")
    assert batch(neural.ask("METADATA * LIST")) == ["*", "761 * * url * x"]
    assert batch(neural.ask("METADATA * CLEAR")) == ["*", "766 * * url :key not set"]
    neural.send("METADATA * SET url :x", "NICK Neural")
    assert bare(neural.ask("METADATA Neural LIST"))[0].startswith("FAIL METADATA INVALID_TARGET Neural")
    lines = neural.ask("USER Neural 0 * :n", "CAP END")
    assert batch(lines) == ["Neural", f"{'METADATA' if caps == TWO else '761 Neural'} Neural url * x"]
    numbers = [line.split(" ")[0] for line in bare(lines)]
    assert numbers.index("BATCH") < numbers.index("422")
    assert batch(neural.ask("METADATA * LIST")) == ["Neural", "761 Neural Neural url * x"]


def test_without_the_capability_nothing_goes_before_registration(chat):
    assert bare(chat.connect().ask("METADATA * LIST")) == ["451 * :You have not registered"]
    old = chat.client("Old")
    assert bare(old.ask("METADATA * SET url :x", "METADATA * LIST")) == ["761 Old Old url * x"] * 2


def test_accounts_keep_what_they_say(chat):
    register(chat, "Neural")
    neural = log_in(chat, "Neural")
    neural.send("METADATA * SET url :x", "QUIT")
    again = log_in(chat, "Neural", "METADATA * SET more :y")
    assert batch(again.read()[5:]) == ["Neural", "761 Neural Neural url * x", "761 Neural Neural more * y"]
    guest = chat.client("Nine", THREE)
    guest.send("METADATA * SET url :x", "QUIT")
    assert batch(chat.client("Nine", THREE).ask("METADATA * LIST")) == ["Nine"]


def test_devices_hear_of_each_other(chat):
    register(chat, "Neural")
    laptop, phone = log_in(chat, "Neural"), log_in(chat, "Neural")
    phone.send("METADATA * SUB url")
    phone.read()
    laptop.send("METADATA * SET url :x")
    assert bare(phone.read()) == ["761 Neural Neural url * x"]
    laptop.send("JOIN #team")
    assert batch(phone.read()) == ["#team", "761 Neural Neural url * x"]
    tablet = log_in(chat, "Neural", "METADATA * SUB url")
    assert "761 Neural Neural url * x" in bare(tablet.read())


def test_logging_in_says_what_the_account_says(chat):
    register(chat, "Neural")
    first = log_in(chat, "Neural")
    first.send("METADATA * SET url :account", "METADATA * SET a :account", "QUIT")
    nine = chat.client("Nine", THREE)
    nine.send("METADATA * SUB url status", "JOIN #team")
    guest = chat.client("Guest", THREE)
    guest.send("JOIN #team", "METADATA * SET url :guest", "METADATA * SET status :guest")
    nine.read()
    from gchat.server.events import LoggedIn, LoggedOut

    chat.backplane.commit(LoggedIn(guest.session.user.uid, "Neural"), None)
    chat.settle()
    assert bare(nine.read()) == ["761 Nine Guest url * account"]
    assert batch(guest.ask("METADATA * LIST"))[1:] == [
        "761 Guest Guest url * account",
        "761 Guest Guest a * account",
        "761 Guest Guest status * guest",
    ]
    chat.backplane.commit(LoggedOut(guest.session.user.uid), None)
    chat.settle()
    assert bare(nine.read()) == ["766 Nine Guest url :key not set", "766 Nine Guest status :key not set"]


def test_a_channel_that_ends_says_nothing_any_more(chat):
    neural = chat.client("Neural", THREE)
    neural.send("JOIN #team", "METADATA #team SET url :x", "PART #team", "JOIN #team")
    assert batch(neural.ask("METADATA #team LIST")) == ["#team"]
    neural.send("METADATA #team SET url :x", "QUIT")
    assert chat.engine.world.metadata.of("#team") == {}


def test_a_label_is_on_the_answer_once(chat):
    neural = chat.client("Neural", THREE + " labeled-response")
    assert neural.ask("@label=x METADATA * SET url :x")[0].startswith("@label=x :gchat.test 761 ")
    lines = neural.ask("@label=y METADATA * LIST")
    assert [line for line in lines if "label=y" in line] == [lines[0]]
    lines = neural.ask("@label=z JOIN #team")
    assert [line for line in lines if "label=z" in line] == [lines[0]]
    assert sum(" BATCH +" in line for line in lines) == 2


def test_who_sets_values_too_often_waits(make_chat):
    settings = Settings(server=Server(name="gchat.test"), limits=Limits(command_rate=0.0))
    chat = make_chat(settings)
    neural = chat.client("Neural", caps="draft/metadata-2")
    for number in range(40):
        assert " 761 " in neural.ask(f"METADATA * SET url :{number}")[0]
    text = "You change values too often: wait 5 seconds"
    assert neural.ask("METADATA * SET url :x") == [
        f":gchat.test FAIL METADATA RATE_LIMITED Neural url 5 :{text}"
    ]
    chat.now += 5
    assert " 761 " in neural.ask("METADATA * SET url :x")[0]
    assert " 761 " in chat.client("Nine", caps="draft/metadata-2").ask("METADATA * SET url :x")[0]
