"""WHO and WHOX: channels, nicks, masks; who is shown to whom."""

import pytest

from gchat.irc import limits
from gchat.server.settings import Limits, Server, Settings


def reply(nick, user=None, host="127.0.0.1", flags="H", channel="*", asker="Nine"):
    user = user or "~" + nick
    return f":gchat.test 352 {asker} {channel} {user} {host} gchat.test {nick} {flags} :0 {nick} of gchat"


def end(mask, asker="Nine"):
    return f":gchat.test 315 {asker} {mask} :End of WHO list"


def nicks(client, line):
    """The nicks in the answer to a WHO."""
    return [row.split()[7] for row in client.ask(line) if row.split()[1] == "352"]


@pytest.fixture
def pair(chat):
    return chat.join("#team", "Neural", "Nine")


@pytest.mark.parametrize("mask", ["#team", "#TEAM"])
def test_a_channel(pair, mask):
    _, nine = pair
    assert nine.ask(f"WHO {mask}") == [
        reply("Neural", flags="H@", channel="#team"),
        reply("Nine", channel="#team"),
        end(mask),
    ]


@pytest.mark.parametrize(
    "mask", ["Neural", "nEURAL", "Neur*", "N?ural", "*!~Neural@*", "*ural", "Neural*chat"]
)
def test_a_nick_or_a_mask(pair, mask):
    assert pair[1].ask(f"WHO {mask}") == [reply("Neural"), end(mask)]


@pytest.mark.parametrize(
    ("line", "mask"),
    [("WHO", "*"), ("WHO :", "*"), ("WHO *", "*"), ("WHO 0", "0"), ("WHO 127.0.0.?", "127.0.0.?")],
)
def test_everybody(pair, line, mask):
    assert pair[1].ask(line) == [reply("Neural"), reply("Nine"), end(mask)]


@pytest.mark.parametrize("mask", ["nobody", "#nowhere", "no*", "#*", "&team", "x" * 300, "$$%", "*!nobody@*"])
def test_nobody(pair, mask):
    assert pair[1].ask(f"WHO {mask}") == [end(mask[:200])]


@pytest.mark.parametrize(
    ("flags", "mask", "expected"),
    [
        ("n", "Ne*", ["Neural"]),
        ("n", "127.*", []),
        ("h", "127.*", ["Neural", "Nine"]),
        ("h", "Ne*", []),
        ("u", "~Nine", ["Nine"]),
        ("r", "Nine*", ["Nine"]),
        ("nh", "Ni*", ["Nine"]),
        ("a", "neu*", ["Neural"]),
        ("o", "*", []),
        ("xyz", "Ni*", ["Nine"]),
    ],
)
def test_flags_say_what_the_mask_is_compared_with(pair, flags, mask, expected):
    neural, nine = pair
    neural.session.user.account = "neurals"
    assert nicks(nine, f"WHO {mask} {flags}") == expected


def test_operators_only(pair, chat):
    neural, nine = pair
    chat.op(neural)
    for mask in ("*", "#team", "Neural"):
        assert nicks(nine, f"WHO {mask} o") == ["Neural"]
    assert nine.ask("WHO Nine o") == [end("Nine")]
    assert nine.ask("WHO * o%n") == [":gchat.test 354 Nine Neural", end("*")]


def test_flags_of_a_user(pair, chat):
    neural, nine = pair
    neural.send("AWAY :lunch", "MODE Neural +B", "MODE #team +v Neural")
    chat.op(neural)
    nine.read()
    assert nine.ask("WHO #team")[0] == reply("Neural", flags="G*@B", channel="#team")
    assert nine.ask("WHO Neural")[0] == reply("Neural", flags="G*B")


def test_all_prefixes_with_multi_prefix(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="multi-prefix")
    neural.send("MODE #team +v Neural")
    nine.read()
    assert nine.ask("WHO #team")[0] == reply("Neural", flags="H@+", channel="#team")
    assert nine.ask("WHO #team %nf")[0] == ":gchat.test 354 Nine Neural H@+"


def test_the_invisible_are_found_by_nick_and_by_those_who_share_a_channel(chat):
    neural, nine = chat.client("Neural"), chat.client("Nine")
    neural.send("MODE Neural +i", "JOIN #other")
    assert nicks(nine, "WHO Neu*") == []
    assert nicks(nine, "WHO *") == ["Nine"]
    assert nicks(nine, "WHO #other") == []
    assert nicks(nine, "WHO neural") == ["Neural"]
    assert nicks(neural, "WHO Neu*") == ["Neural"]
    nine.send("JOIN #other")
    for mask in ("Neu*", "*", "#other"):
        assert "Neural" in nicks(nine, f"WHO {mask}")
    nine.send("PART #other")
    chat.op(nine)
    assert nicks(nine, "WHO Neu*") == ["Neural"]
    assert nicks(nine, "WHO #other") == ["Neural"]


def test_a_secret_channel_has_no_members_for_others(chat):
    neural, nine = chat.client("Neural"), chat.client("Nine")
    neural.send("JOIN #other", "MODE #other +s")
    assert nine.ask("WHO #other") == [end("#other")]
    nine.send("JOIN #other")
    assert nicks(nine, "WHO #other") == ["Neural", "Nine"]


# WHOX


ALL = "~Neural 255.255.255.255 127.0.0.1 gchat.test Neural H 0 7 0 n/a :Neural of gchat"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("tcuihsnfdlaor,123", "123 * " + ALL),
        ("roaldfnshiuct,123", "123 * " + ALL),
        ("tcuihsnfdlaorxyz,123", "123 * " + ALL),
        ("tn,0", "0 Neural"),
        ("tn,1234", "0 Neural"),
        ("tn,abc", "0 Neural"),
        ("tn,-1", "0 Neural"),
        ("tn", "0 Neural"),
        ("n,5", "Neural"),
        ("nn", "Neural"),
        ("na", "Neural 0"),
        ("c", "*"),
        ("r", ":Neural of gchat"),
        ("lx", "7"),
    ],
)
def test_fields(pair, chat, fields, expected):
    chat.advance(7)
    assert pair[1].ask(f"WHO Neural %{fields}") == [f":gchat.test 354 Nine {expected}", end("Neural")]


@pytest.mark.parametrize("fields", ["", ",", "xyz", ",12"])
def test_no_fields_are_no_fields(pair, fields):
    assert pair[1].ask(f"WHO Neural %{fields}") == [":gchat.test 354 Nine", end("Neural")]


def test_fields_of_a_channel(pair):
    neural, nine = pair
    neural.session.user.account = "neurals"
    assert nine.ask("WHO #team %acfnt,7") == [
        ":gchat.test 354 Nine 7 #team Neural H@ neurals",
        ":gchat.test 354 Nine 7 #team Nine H 0",
        end("#team"),
    ]


def test_addresses_are_for_oneself_and_server_operators(chat):
    chat.client("Neural", host="192.0.2.7")
    chat.client("Local", host="localhost")
    nine = chat.client("Nine", host="192.0.2.9")
    assert nine.ask("WHO Nine %i")[0] == ":gchat.test 354 Nine 192.0.2.9"
    assert nine.ask("WHO Neural %i")[0] == ":gchat.test 354 Nine 255.255.255.255"
    chat.op(nine)
    assert nine.ask("WHO Neural %i")[0] == ":gchat.test 354 Nine 192.0.2.7"
    assert nine.ask("WHO Local %i")[0] == ":gchat.test 354 Nine 255.255.255.255"  # knows no address


def test_a_field_is_a_field_whatever_is_in_it(chat):
    nine = chat.client("Nine")
    other = chat.connect()
    other.send("NICK Other", "USER other 0 * ::) {smile}")
    assert nine.ask("WHO Other %nr")[0] == ":gchat.test 354 Nine Other ::) {smile}"
    assert nine.ask("WHO Other")[0].endswith(" Other H :0 :) {smile}")


# limits


def test_who_before_registration(chat):
    assert chat.connect().ask("WHO *") == [":gchat.test 451 * :You have not registered"]


def test_the_answer_on_a_big_server_leaves_the_connection_alive(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=Limits(sendq=4096), throttle=False))
    nine = chat.join("#team", "Nine", *(f"user{number}" for number in range(40)))[0]
    more = "There are more: ask for fewer, with a channel or a narrower mask"
    for mask in ("*", "#team"):
        for fields in ("", " %nuhr"):
            lines = nine.ask(f"WHO {mask}{fields}")
            assert lines[-2:] == [
                f":gchat.test 416 Nine WHO {mask} :{more}",
                end(mask),
            ]
            assert 5 < len(lines) < 15
            assert sum(map(len, lines)) < 4096


def test_the_longest_of_everything_fits_its_line(chat):
    client = chat.connect("h" * limits.HOSTLEN)
    nick = "N" * limits.NICKLEN
    client.send(f"NICK {nick}", f"USER {'u' * 40} 0 * :{'r' * 300}", f"JOIN #{'c' * 63}")
    for line in (f"WHO #{'c' * 63}", f"WHO {nick} %tcuihsnfdlaor,999", f"WHO {'*' * 490}"):
        lines = client.ask(line)
        assert len(lines) == 2
        assert all(len(reply) <= limits.LINE - 2 for reply in lines)
        assert lines[-1].endswith(" :End of WHO list")
