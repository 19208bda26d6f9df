"""LIST: names, masks and the conditions of ELIST."""

import pytest

from gchat.irc import limits
from gchat.server.settings import Limits, Server, Settings


def listed(client, line="LIST"):
    """The names of the channels in the answer, in its order."""
    lines = client.ask(line)
    assert lines[0].endswith("321 Guest Channel :Users  Name"), lines
    assert lines[-1].endswith("323 Guest :End of /LIST"), lines
    return [row.split()[3] for row in lines[1:-1]]


@pytest.fixture
def guest(make_chat):
    """Four channels, one every two minutes: #one #two #three #Four, with as many members; topics in two."""
    quiet = Limits(ping_interval=0)
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=quiet, throttle=False))
    nicks = ["Neural", "Nine", "Ada", "Bob"]
    clients = [chat.client(nick) for nick in nicks]
    for count, name in enumerate(["#one", "#two", "#three", "#Four"], 1):
        for client in clients[:count]:
            client.send(f"JOIN {name}")
        chat.advance(120)
    clients[0].send("TOPIC #one :First things first")
    chat.advance(60)
    clients[0].send("TOPIC #Four :Last things last")
    chat.advance(1)
    return chat.client("Guest")


def test_the_replies(guest):
    assert guest.ask("LIST") == [
        ":gchat.test 321 Guest Channel :Users  Name",
        ":gchat.test 322 Guest #Four 4 :Last things last",
        ":gchat.test 322 Guest #three 3 :",
        ":gchat.test 322 Guest #two 2 :",
        ":gchat.test 322 Guest #one 1 :First things first",
        ":gchat.test 323 Guest :End of /LIST",
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # names
        ("#one", "#one"),
        ("#ONE,#four", "#Four #one"),
        ("#one,#one", "#one"),
        ("#nowhere", ""),
        ("nobody", ""),
        ("#one gchat.test", "#one"),  # RFC 1459's second parameter: a server
        # M and N: masks
        ("*", "#Four #three #two #one"),
        ("#t*", "#three #two"),
        ("*O*", "#Four #two #one"),
        ("#t*,#one", "#three #two #one"),
        ("#???", "#two #one"),
        ("!#t*", "#Four #one"),
        ("!*t*", "#Four #one"),
        ("!#t*,!#one", "#Four"),
        ("#t*,!*r*", "#two"),
        ("!", "#Four #three #two #one"),
        # U: members
        (">0", "#Four #three #two #one"),
        (">2", "#Four #three"),
        ("<2", "#one"),
        ("<1", ""),
        (">1,<4", "#three #two"),
        ("#t* >2", "#three"),
        ("#one >2", ""),
        # C and T: minutes since the channel, the topic was made; all of it 9 minutes ago and a second
        ("C>0", "#Four #three #two #one"),
        ("C<0", ""),
        ("C>6", "#two #one"),
        ("c<6", "#Four #three"),
        ("T>0", "#Four #one"),
        ("T<1", "#Four"),
        ("T>1", "#one"),
        ("t<100,>1", "#Four"),
        # what is no condition is a name that nobody has
        (">", ""),
        ("<x", ""),
        ("C>-1", ""),
        (">" + "9" * 400, ""),
        (">\u0661", ""),
        # nothing at all
        (":", "#Four #three #two #one"),
        (",,, ,", "#Four #three #two #one"),
    ],
)
def test_conditions(guest, asked, expected):
    assert listed(guest, f"LIST {asked}") == expected.split()


def test_secret_channels_are_for_their_members(chat):
    neural, nine = chat.client("Neural"), chat.client("Guest")
    neural.send("JOIN #team", "MODE #team +s", "JOIN #open")
    for asked in ("LIST", "LIST #team,#open", "LIST *", "LIST >0"):
        assert listed(nine, asked) == ["#open"]
    nine.send("JOIN #team")
    assert listed(nine) == ["#team", "#open"]


def test_before_registration_there_is_no_list(chat):
    assert chat.connect().ask("LIST") == [":gchat.test 451 * :You have not registered"]


def test_the_list_of_a_big_server_leaves_the_connection_alive(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=Limits(sendq=4096), throttle=False))
    neural, guest = chat.client("Neural"), chat.client("Guest")
    for number in range(50):
        neural.send(f"JOIN #room{number}", f"TOPIC #room{number} :{'t' * 390}")
    guest.send("JOIN #room49")
    lines = guest.ask("LIST")
    text = "These are the biggest channels: ask for fewer, with LIST >members or LIST #mask*"
    assert lines[-2:] == [
        f":gchat.test 416 Guest LIST * :{text}",
        ":gchat.test 323 Guest :End of /LIST",
    ]
    assert lines[1].split()[3] == "#room49"
    assert 2 < len(lines) < 8
    assert sum(map(len, lines)) < 4096


def test_a_long_topic_fits_its_line(chat):
    neural = chat.client("N" * limits.NICKLEN)
    name = "#" + "n" * (limits.CHANNELLEN - 1)
    neural.send(f"JOIN {name}", f"TOPIC {name} :{'t' * limits.TOPICLEN}")
    assert all(len(line) <= limits.LINE - 2 for line in neural.ask("LIST"))
