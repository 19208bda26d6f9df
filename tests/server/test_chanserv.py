"""ChanServ in its own words: who may do what, and what each is told."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gchat.server.accounts import Account
from gchat.server.commands import chanserv
from gchat.server.events import AccountDropped
from gchat.server.registrations import Access
from gchat.server.settings import Limits, Server, Settings
from tests.server.invariants import check_output, check_world

SAYS = ":ChanServ!ChanServ@gchat.test NOTICE"


def login(chat, nick, account=""):
    """Somebody who is logged in, to the account of their nick if no other is named."""
    name = account or nick
    if chat.engine.world.account(name) is None:
        chat.engine.world.put_account(Account(name))
    client = chat.connect()
    client.session.account = name
    client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
    client.read()
    return client


def says(client, text):
    """What ChanServ answers, without who and to whom."""
    lines = client.ask(f"PRIVMSG ChanServ :{text}")
    return [re.sub(rf"^{re.escape(SAYS)} \S+ :", "", line) for line in lines if " NOTICE " in line]


def registration(chat):
    return chat.engine.world.known_channel("#team").registration


@pytest.fixture
def founder(chat):
    """Neural, in #team, which is registered."""
    client = login(chat, "Neural")
    client.send("JOIN #team", "CS REGISTER #team")
    client.read()
    return client


@pytest.fixture
def staff(chat, founder):
    """The founder, and one of each role, all in #team, by the letter of their role."""
    found = {"q": founder}
    for letter, nick in {"a": "Ada", "o": "Otto", "h": "Half", "v": "Vox", "": "Nine"}.items():
        found[letter] = login(chat, nick)
        if letter:
            channel = chat.engine.world.channel("#team")
            row = Access(nick, letter, "Neural", 1_700_000_000)
            chat.engine.world.register(channel, channel.registration.give(row))
        found[letter].send("JOIN #team")
    for client in found.values():
        client.read()
    return found


# registering and dropping


def test_who_may_register(chat):
    guest, nine = chat.client("Guest"), login(chat, "Nine")
    guest.send("JOIN #team")
    nine.send("JOIN #team")
    assert says(guest, "REGISTER #team") == [
        "You are not logged in: /msg NickServ IDENTIFY [account] <password> does that"
    ]
    need = ["You need to be an operator in #team to register it"]
    assert says(nine, "REGISTER #team") == need
    assert says(nine, "REGISTER #nowhere") == [
        "Join #nowhere first: who opens a channel is its operator, and can register it"
    ]
    guest.send("MODE #team +h Nine")
    assert says(nine, "REGISTER #team") == need
    guest.send("MODE #team +o Nine")
    assert says(nine, "register #TEAM") == [
        "#team belongs to Nine: it stays, with its topic, modes, lists and roles"
    ]
    assert says(nine, "REGISTER #team") == ["#team belongs to Nine already"]


def test_an_account_registers_so_many_channels(make_chat):
    limits = Limits(channels_per_account=1)
    chat = make_chat(Settings(server=Server(name="gchat.test"), throttle=False, limits=limits))
    neural = login(chat, "Neural")
    neural.send("JOIN #a,#b", "CS REGISTER #a")
    assert says(neural, "REGISTER #b") == [
        "Neural has 1 channels: DROP one first, or hand it over with FOUNDER"
    ]


@pytest.mark.parametrize("word", ["DROP", "unregister"])
def test_dropping_asks_whether_it_is_meant(chat, founder, word):
    nine = login(chat, "Nine")
    nine.send("JOIN #team")
    lines = says(founder, f"{word} #team")
    assert lines[0] == "#team would belong to nobody, and be forgotten when the last member leaves"
    assert says(founder, f"{word} #team nonsense") == lines
    code = lines[1].rpartition(" ")[2]
    assert says(nine, f"{word} #team {code}") == ["Only the founder of #team may do that"]
    assert says(founder, f"{word} #team {code}") == ["#team is registered no more"]
    assert f"{SAYS} Nine" not in nine.read()[-1]
    assert registration(chat) is None
    assert says(founder, "INFO #team") == ["#team is not registered"]


def test_a_server_operator_drops_a_channel_that_nobody_is_in(chat, founder):
    founder.send("MODE #team +s", "PART #team")
    nine = chat.client("Nine")
    assert says(nine, "INFO #team") == ["#team is not registered"]
    chat.op(nine)
    code = says(nine, "DROP #team")[1].rpartition(" ")[2]
    assert says(nine, f"DROP #team {code}") == ["#team is registered no more"]
    assert chat.engine.world.known_channel("#team") is None
    nine.send("JOIN #team")
    assert chat.engine.world.channel("#team").roles_of(nine.session.user) == "o"


# at the same moment


def at_once(chat, *said):
    """Several say something to ChanServ before anything of it has happened."""
    for client, text in said:
        client.read()
        chat.engine.receive(client.session, f"CS {text}\r\n".encode())
    chat.settle()


def test_of_two_who_register_a_channel_the_first_has_it(chat):
    neural, nine = login(chat, "Neural"), login(chat, "Nine")
    neural.send("JOIN #team")
    nine.send("JOIN #team")
    neural.send("MODE #team +o Nine")
    at_once(chat, (neural, "REGISTER #team"), (nine, "REGISTER #team"))
    assert registration(chat).founder == "Neural"
    assert [line for line in nine.read() if "#team belongs to Neural already" in line or "any more" in line]
    assert chat.engine.world.channel("#team").roles_of(nine.session.user) == "o"


@pytest.mark.parametrize("words", ["ACCESS #team ADD Ada voice", "SUCCESSOR #team Ada", "OP #team Ada"])
def test_what_is_done_to_a_channel_that_was_dropped_meanwhile(chat, staff, words):
    founder = staff["q"]
    code = says(founder, "DROP #team")[1].rpartition(" ")[2]
    at_once(chat, (founder, f"DROP #team {code}"), (founder, words))
    assert sum(" NOTICE " in line for line in founder.read()) == 2
    assert registration(chat) is None
    assert chat.engine.world.channel("#team").roles_of(staff["a"].session.user) == "a"


# handing over


def test_handing_over(chat, staff):
    founder, ada = staff["q"], staff["a"]
    lines = says(founder, "FOUNDER #team Ada")
    assert lines[0] == "#team would belong to Ada, and Neural have no role in it"
    assert says(ada, lines[1].partition("say ")[2]) == ["Only the founder of #team may do that"]
    ada.read()
    assert says(founder, lines[1].partition("say ")[2]) == ["#team belongs to Ada now"]
    assert ada.read() == [":ChanServ!ChanServ@gchat.test MODE #team -qa+q Neural Ada Ada"]
    assert registration(chat).role_of("Ada") == "q"
    assert registration(chat).role_of("Neural") == ""
    assert says(founder, "FOUNDER #team Neural") == ["Only the founder of #team may do that"]


def test_successors(chat, staff):
    founder = staff["q"]
    assert says(founder, "SUCCESSOR #team Nobody") == [
        "There is no account Nobody: a role needs one that is registered"
    ]
    assert says(founder, "SUCCESSOR #team neural") == ["Neural is the founder: a successor is somebody else"]
    assert says(staff["a"], "SUCCESSOR #team Ada") == ["Only the founder of #team may do that"]
    assert says(founder, "SUCCESSOR #team nine") == ["#team has the successor Nine"]
    assert "Successor: Nine" in says(founder, "INFO #team")
    assert says(staff[""], "LIST") == ["#team: successor", "Channels in which you have a role: 1"]
    assert says(founder, "SUCCESSOR #team") == ["#team has no successor"]


# access


def test_the_access_list(chat, staff):
    lines = says(staff["v"], "ACCESS #team")
    assert [line.partition(",")[0] for line in lines] == [
        "Neural: founder",
        "Ada: admin",
        "Otto: operator",
        "Half: half-operator",
        "Vox: voice",
    ]
    assert lines[1] == "Ada: admin, since 2023-11-14, by Neural"
    assert says(staff[""], "ACCESS #team LIST") == ["Only who has a role in #team may see who has one"]


def test_a_role_is_given_for_good(chat, staff):
    founder, nine = staff["q"], staff[""]
    nine.read()
    assert says(founder, "ACCESS #team ADD nine Operator") == ["Nine is operator of #team from now on"]
    assert nine.read() == [":ChanServ!ChanServ@gchat.test MODE #team +o Nine"]
    assert says(founder, "ACCESS #team ADD Nine voice") == ["Nine is voice of #team from now on"]
    assert nine.read() == [":ChanServ!ChanServ@gchat.test MODE #team -o+v Nine Nine"]
    assert says(founder, "ACCESS #team DEL NINE") == ["Nine has no role in #team any more"]
    assert nine.read() == [":ChanServ!ChanServ@gchat.test MODE #team -v Nine"]


@pytest.mark.parametrize(
    ("letter", "words", "answer"),
    [
        ("o", "ADD Nine voice", "Only the founder or an admin of #team may do that"),
        ("", "ADD Nine voice", "Only the founder or an admin of #team may do that"),
        ("a", "ADD Nine voice", "Nine is voice of #team from now on"),
        ("a", "ADD Nine admin", "Only the founder makes somebody admin"),
        ("a", "ADD Nine founder", "A channel has one founder: FOUNDER #team Nine hands it over"),
        ("a", "ADD Ada voice", "Ada is admin: that only somebody of a higher role can change"),
        ("a", "ADD Neural voice", "Neural is founder: that only somebody of a higher role can change"),
        ("q", "ADD Nine chief", "chief is no role: admin, operator, half-operator, voice"),
        ("q", "ADD Otto op", "Otto is operator of #team already"),
        ("q", "ADD Nobody op", "There is no account Nobody: a role needs one that is registered"),
        ("q", "ADD Nine", "It is written ACCESS <channel> [LIST] | ADD <account> <role> | DEL <account>"),
        ("q", "DEL Nine", "Nine is not on the access list of #team"),
        ("q", "DEL Neural", "Neural is not on the access list of #team"),
        ("a", "DEL Otto", "Otto has no role in #team any more"),
        ("o", "DEL Vox", "Only the founder or an admin of #team may do that"),
        ("v", "DEL Vox", "Vox has no role in #team any more"),
        ("a", "DEL Ada", "Ada has no role in #team any more"),
    ],
)
def test_who_may_change_the_access_list(staff, letter, words, answer):
    assert says(staff[letter], f"ACCESS #team {words}") == [answer]


def test_two_admins_are_equals(chat, staff):
    staff["q"].send("CS ACCESS #team ADD Nine admin")
    assert says(staff["a"], "ACCESS #team DEL Nine") == [
        "Nine is admin: that only somebody of a higher role can change"
    ]


def test_the_access_list_has_a_limit(make_chat):
    limits = Limits(list_entries=1)
    chat = make_chat(Settings(server=Server(name="gchat.test"), throttle=False, limits=limits))
    neural = login(chat, "Neural")
    for nick in ("Nine", "Ten"):
        login(chat, nick)
    neural.send("JOIN #team", "CS REGISTER #team")
    says(neural, "ACCESS #team ADD Nine voice")
    assert says(neural, "ACCESS #team ADD Ten voice") == [
        "The access list of #team is full: ACCESS #team DEL removes somebody"
    ]
    assert says(neural, "ACCESS #team ADD Nine operator") == ["Nine is operator of #team from now on"]


def test_an_account_is_found_by_a_grouped_nick(chat, founder):
    chat.engine.world.put_account(Account("Nine", nicks={"nine-away": "Nine-away"}))
    assert says(founder, "ACCESS #team ADD nine-away voice") == ["Nine is voice of #team from now on"]


# roles of the moment


@pytest.mark.parametrize(
    ("letter", "words", "answer"),
    [
        ("o", "OP #team Nine", ":ChanServ!ChanServ@gchat.test MODE #team +o Nine"),
        ("o", "VOICE #team Nine", ":ChanServ!ChanServ@gchat.test MODE #team +v Nine"),
        ("h", "VOICE #team Nine", ":ChanServ!ChanServ@gchat.test MODE #team +v Nine"),
        ("o", "DEOP #team", ":ChanServ!ChanServ@gchat.test MODE #team -o Otto"),
        ("a", "OP #team", ":ChanServ!ChanServ@gchat.test MODE #team +o Ada"),
        ("h", "DEHALFOP #team", ":ChanServ!ChanServ@gchat.test MODE #team -h Half"),
        (
            "h",
            "OP #team Nine",
            "Your account's role in #team does not let you give or take the role operator",
        ),
        (
            "v",
            "VOICE #team Nine",
            "Your account's role in #team does not let you give or take the role voice",
        ),
        ("", "OP #team", "Your account's role in #team does not let you give or take the role operator"),
        ("o", "OP #team Nobody", "Nobody is not in #team"),
        ("o", "DEVOICE #team Nine", "Nine does not have that role already"),
    ],
)
def test_roles_for_now(staff, letter, words, answer):
    client = staff[letter]
    lines = client.ask(f"CS {words}")
    assert [re.sub(rf"^{re.escape(SAYS)} \S+ :", "", line) for line in lines] == [answer]


def test_nobody_takes_a_role_from_somebody_higher(staff):
    says(staff["q"], "OP #team")
    assert says(staff["o"], "DEOP #team Neural") == ["Neural has a higher role than you"]


def test_up_gives_the_role_back(staff):
    vox = staff["v"]
    staff["q"].send("MODE #team -v Vox")
    vox.read()
    assert vox.ask("CS UP #team") == [":ChanServ!ChanServ@gchat.test MODE #team +v Vox"]
    assert says(vox, "UP #team") == ["Vox has that role already"]
    assert says(staff[""], "UP #team") == ["You have no role in #team, or are not there"]


# what is told


def test_info_and_list(staff):
    assert says(staff[""], "INFO #team") == ["#team belongs to Neural, registered 2023-11-14"]
    assert says(staff["o"], "INFO #TEAM") == [
        "#team belongs to Neural, registered 2023-11-14",
        "Your role: operator",
        "Successor: nobody",
        "Other accounts with a role: 4",
    ]
    assert says(staff["o"], "LIST") == ["#team: operator", "Channels in which you have a role: 1"]


def test_a_server_operator_is_told_all_and_has_no_role(chat, founder):
    oper = chat.client("Oper")
    chat.op(oper)
    assert says(oper, "INFO #team")[1:] == ["Successor: nobody", "Other accounts with a role: 0"]
    assert says(oper, "ACCESS #team") == ["Neural: founder, since 2023-11-14"]


@pytest.mark.parametrize("word", ["INFO", "ACCESS", "DROP", "OP", "UP", "SUCCESSOR"])
def test_a_secret_channel_is_no_other_than_one_that_is_not_registered(chat, founder, word):
    founder.send("MODE #team +s")
    nine = login(chat, "Nine")
    assert says(nine, f"{word} #team") == ["#team is not registered"]
    assert says(nine, f"{word} #other") == ["#other is not registered"]


def test_help_lists_every_word(chat):
    lines = says(chat.client("Nine"), "HELP")
    assert len(lines) == 20
    assert "REGISTER <channel>: makes a channel yours, and makes it last" in lines
    assert says(chat.client("Ten"), "nonsense") == ["I do not know nonsense: HELP lists what I understand"]


# whatever anybody says

ANY_WORD = st.sampled_from([*chanserv.WORDS, "HELP", "help", "NONSENSE", ""])
PLACES = ["#team", "#TEAM", "#other", "#nowhere", "#", "team", "*", "#" + "x" * 200, "#\u202e", "0"]
THINGS = [
    "Neural",
    "nine",
    "Ada",
    "Nobody",
    "q",
    "~",
    "operator",
    "voice",
    "",
    "*",
    "LIST",
    "ADD",
    "DEL",
    "x" * 300,
]
said = st.tuples(ANY_WORD, st.sampled_from(PLACES), st.lists(st.sampled_from(THINGS), max_size=4)).map(
    lambda parts: " ".join(["CS", parts[0], parts[1], *parts[2]])
)
ordered = st.sampled_from(["Ada", "Nine", "Neural"]).flatmap(
    lambda account: st.sampled_from(
        [f"CS ACCESS #team ADD {account} {role}" for role in ("admin", "op", "halfop", "voice")]
        + [f"CS ACCESS #team DEL {account}", f"CS SUCCESSOR #team {account}", f"CS OP #team {account}"]
    )
)
other = st.sampled_from(
    [
        "JOIN #team",
        "PART #team",
        "JOIN #other",
        "MODE #team +i-k x",
        "MODE #team -q+v Neural Nine",
        "NS LOGOUT",
        "CS REGISTER #team",
        "CS REGISTER #other",
        "CS UP #team",
        "code",
        "gone",
        "turn",
        "KICK #team Ada",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 3), said | ordered | other), max_size=40))
def test_whatever_anybody_says_the_world_makes_sense(make_chat, steps):
    """Several talk at once, and nothing waits for anything; who has a role for good has it at every JOIN."""
    chat, code = make_chat(Settings(server=Server(name="gchat.test"), throttle=False)), ""
    clients = [login(chat, "Neural"), login(chat, "Nine"), login(chat, "Ada"), chat.client("Guest")]
    chat.op(clients[2])
    for client in clients:
        client.send("JOIN #team")
    clients[0].send("CS REGISTER #team")
    for number, step in steps:
        client = clients[number]
        if step == "turn":
            chat.settle()
        elif step == "gone":
            chat.engine.backplane.commit(AccountDropped("Nine"), None)
        elif step == "code":
            code = client.ask("CS DROP #team" if number % 2 else "CS FOUNDER #team Ada")[-1]
            chat.engine.receive(client.session, f"CS {code.partition('say ')[2]}\r\n".encode())
        else:
            chat.engine.receive(client.session, f"{step}\r\n".encode())
    chat.settle()
    check_world(chat.engine)
    for client in clients:
        check_output(client)
    for channel, registration in list(chat.engine.world.registered_channels()):
        accounts = {registration.founder, registration.successor or registration.founder}
        accounts |= {row.account for row in registration.access.values()}
        assert all(chat.engine.world.account(name) is not None for name in accounts)
        for client in clients:
            user = client.session.user
            if user in channel.members:
                client.send(f"PART {channel.name}", f"JOIN {channel.name}")
                held = channel.roles_of(user) if user in channel.members else ""
                assert held == registration.role_of(user.account), (user.nick, held)
