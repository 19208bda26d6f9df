"""MOTD, VERSION, ADMIN, LUSERS, TIME, STATS, HELP, INFO and LINKS."""

import re

import pytest

from gchat.irc import limits
from gchat.server import channel_modes, dispatch, help_texts, replies, roles
from gchat.server.settings import Operator, Server, Settings

SERVER = ":gchat.test"
ADMIN = Server(
    name="gchat.test",
    description="test server",
    motd="Hello.",
    admin_location="Bremen",
    admin_email="op@gchat.test",
)


@pytest.fixture
def neural(chat):
    return chat.client("Neural")


@pytest.fixture
def described(make_chat):
    operators = (Operator("root", "x", host="~root@* 192.0.2.*"), Operator("nine", "x"))
    return make_chat(Settings(server=ADMIN, operators=operators, throttle=False))


TARGETED = {  # the question, with a place for a server's name -> the numerics of the answer
    "MOTD {}": ["422"],
    "VERSION {}": ["351", "005", "005", "005"],
    "ADMIN {}": ["423"],
    "TIME {}": ["391"],
    "STATS u {}": ["242", "219"],
    "INFO {}": ["371", "371", "371", "371", "374"],
    "LUSERS * {}": ["251", "252", "253", "254", "255", "265", "266"],
}


@pytest.mark.parametrize("question", TARGETED)
@pytest.mark.parametrize("target", ["", "gchat.test", "GCHAT.*", "*", "g????.test", "neural"])
def test_questions_to_this_server(neural, question, target):
    assert neural.numerics(question.format(target)) == TARGETED[question]


@pytest.mark.parametrize("question", TARGETED)
@pytest.mark.parametrize("target", ["irc.example", "*.example", "Nobody"])
def test_questions_to_another_server(neural, question, target):
    assert neural.ask(question.format(target)) == [f"{SERVER} 402 Neural {target} :No such server"]


def test_version_names_the_software_and_what_it_supports(neural):
    first, *tokens = neural.ask("VERSION")
    assert first.startswith(f"{SERVER} 351 Neural {replies.VERSION} gchat.test :")
    assert all(line.endswith(" :are supported by this server") for line in tokens)
    assert all(len(line.split(" :")[0].split(" ")) <= 3 + limits.ISUPPORT_TOKENS for line in tokens)
    supported = " ".join(line.split(" :")[0].partition(" Neural ")[2] for line in tokens).split()
    assert supported == sorted(supported)
    assert {"UTF8ONLY", "WHOX", "CASEMAPPING=ascii", "PREFIX=(qaohv)~&@%+", "STATUSMSG=~&@%+"} <= set(
        supported
    )
    assert {f"NAMELEN={limits.REALNAMELEN}", f"AWAYLEN={limits.AWAYLEN}", "BOT=B"} <= set(supported)


def test_admin(described):
    assert described.client("Neural").ask("ADMIN") == [
        f"{SERVER} 256 Neural gchat.test :Administrative info",
        f"{SERVER} 257 Neural :test server",
        f"{SERVER} 258 Neural Bremen",
        f"{SERVER} 259 Neural op@gchat.test",
    ]


def test_admin_of_a_server_that_nobody_described(neural):
    assert neural.ask("ADMIN") == [f"{SERVER} 423 Neural gchat.test :No administrative info available"]


def test_motd(described):
    assert described.client("Neural").numerics("MOTD") == ["375", "372", "376"]


def test_lusers_counts_what_is_there(chat, neural):
    nine, other = chat.join("#team", "Nine", "Other")
    nine.send("MODE Nine +i")
    chat.op(other)
    chat.connect().send("NICK Nobody")
    gone = chat.client("Gone")
    gone.send("QUIT")
    chat.engine.lost(gone.session, "closed")
    assert neural.ask("LUSERS") == [
        f"{SERVER} 251 Neural :There are 2 users and 1 invisible on 1 servers",
        f"{SERVER} 252 Neural 1 :operator(s) online",
        f"{SERVER} 253 Neural 1 :unknown connection(s)",
        f"{SERVER} 254 Neural 1 :channels formed",
        f"{SERVER} 255 Neural :I have 3 clients and 0 servers",
        f"{SERVER} 265 Neural 3 4 :Current local users 3, max 4",
        f"{SERVER} 266 Neural 3 4 :Current global users 3, max 4",
    ]


def test_users_may_be_invisible_from_the_beginning(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test", invisible=True), throttle=False))
    neural = chat.client("Neural")
    assert neural.ask("MODE Neural") == [f"{SERVER} 221 Neural +i"]
    assert neural.ask("LUSERS")[0].endswith(":There are 0 users and 1 invisible on 1 servers")
    assert neural.ask("MODE Neural -i", "LUSERS")[1].endswith(
        ":There are 1 users and 0 invisible on 1 servers"
    )


def test_time(chat, neural):
    chat.advance(61)
    assert neural.ask("TIME") == [f"{SERVER} 391 Neural gchat.test :2023-11-14 22:14:21 UTC"]


# STATS


def test_stats_u_says_how_long_the_server_is_up(chat, neural):
    chat.now += 86400 * 3 + 3600 * 4 + 60 * 5 + 6
    assert neural.ask("STATS u")[0] == f"{SERVER} 242 Neural :Server Up 3 days 4:05:06"


def test_stats_m_counts_commands(neural):
    neural.send("PING x", "PING y", "NONSENSE")
    lines = neural.ask("STATS m")
    assert f"{SERVER} 212 Neural PING 2" in lines
    assert f"{SERVER} 212 Neural USER 1" in lines
    assert not any("NONSENSE" in line for line in lines)
    assert lines[-1] == f"{SERVER} 219 Neural m :End of /STATS report"


@pytest.mark.parametrize("letter", "lo")
def test_some_stats_are_for_operators(described, letter):
    neural = described.client("Neural")
    assert neural.numerics(f"STATS {letter}") == ["481", "219"]
    described.op(neural)
    assert neural.numerics(f"STATS {letter}")[-1] == "219"
    assert "481" not in neural.numerics(f"STATS {letter}")


def test_stats_o_lists_operator_blocks(described):
    neural = described.client("Neural")
    described.op(neural)
    assert neural.ask("STATS o")[:-1] == [
        f"{SERVER} 243 Neural O ~root@* * root",
        f"{SERVER} 243 Neural O 192.0.2.* * root",
        f"{SERVER} 243 Neural O * * nine",
    ]


def test_stats_l_lists_connections(chat, neural):
    chat.op(neural)
    chat.connect("192.0.2.1")
    chat.advance(10)
    assert neural.ask("STATS l")[:-1] == [
        f"{SERVER} 211 Neural Neural[127.0.0.1] * * * 3 * 10",
        f"{SERVER} 211 Neural *[192.0.2.1] * * * 0 * 10",
    ]


@pytest.mark.parametrize(
    ("line", "letter"), [("STATS z", "z"), ("STATS uptime", "u"), ("STATS ?", "?"), ("STATS é", "é")]
)
def test_other_stats_end_at_once(neural, line, letter):
    assert neural.ask(line)[-1] == f"{SERVER} 219 Neural {letter} :End of /STATS report"


@pytest.mark.parametrize("line", ["STATS", "STATS :"])
def test_stats_needs_a_letter(neural, line):
    assert neural.ask(line) == [f"{SERVER} 461 Neural STATS :Not enough parameters"]


# HELP


@pytest.mark.parametrize("command", ["HELP", "HELPOP"])
def test_help_alone_names_every_command_and_topic(neural, command):
    lines = neural.ask(command)
    assert lines[0] == f"{SERVER} 704 Neural * :** Help of gchat-server **"
    assert lines[1] == f"{SERVER} 705 Neural * :"
    assert lines[-1] == f"{SERVER} 706 Neural * :End of /HELP"
    words = " ".join(lines).split()
    assert set(dispatch.TABLE) <= set(words)
    assert set(help_texts.TOPICS) <= set(words)


def test_every_command_has_a_text_and_every_text_a_command():
    assert set(help_texts.COMMANDS) == set(dispatch.TABLE)


@pytest.mark.parametrize("subject", [*dispatch.TABLE, *help_texts.TOPICS])
def test_help_explains(neural, subject):
    lines = neural.ask(f"HELP {subject.lower()}")
    commands = [line.split(" ")[1] for line in lines]
    assert commands == ["704", *["705"] * (len(lines) - 2), "706"]
    assert len(lines) > 4
    assert lines[1] == f"{SERVER} 705 Neural {subject} :"
    assert all(line.split(" ")[3] == subject and len(line) < limits.LINE for line in lines)


@pytest.mark.parametrize("text", [*help_texts.COMMANDS.values(), *help_texts.TOPICS.values()])
def test_help_fits_eighty_columns(text):
    assert all(len(line) <= 80 for line in text)


@pytest.mark.parametrize(
    ("subject", "shown"),
    [("THISISNOTACOMMAND", "THISISNOTACOMMAND"), (":two words", "*"), (":", None), ("::x", "*")],
)
def test_help_for_what_is_not_there(neural, subject, shown):
    lines = neural.ask(f"HELP {subject}")
    if shown is None:
        assert len(lines) > 3
    else:
        assert lines == [f"{SERVER} 524 Neural {shown} :No help available on this topic: HELP lists them"]


def test_the_topics_name_every_mode_and_role():
    cmodes, umodes = " ".join(help_texts.TOPICS["CMODES"]), " ".join(help_texts.TOPICS["UMODES"])
    types = channel_modes.TYPES
    for letter in types.lists + types.always + types.on_set + types.flags:
        assert re.search(rf"\s{letter}\s", cmodes), letter
    for letter in replies.USER_MODES:
        assert re.search(rf"\s{letter}\s", umodes), letter
    for role in roles.ROLES:
        assert f"{role.symbol} {role.letter} {role.name}" in " ".join(help_texts.TOPICS["ROLES"])


# INFO and LINKS


def test_info(described):
    lines = described.client("Neural").ask("INFO")
    assert f"{SERVER} 371 Neural :gchat.test, test server, of the network gchat" in lines
    assert f"{SERVER} 371 Neural :Up since 2023-11-14 22:13:20 UTC" in lines
    assert lines[-1] == f"{SERVER} 374 Neural :End of INFO list"


def test_services_may_have_a_server_s_name_of_their_own(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test", services="services.test"), throttle=False))
    neural = chat.client("Neural")
    assert neural.ask("LINKS") == [
        f"{SERVER} 364 Neural gchat.test gchat.test :0 a gchat server",
        f"{SERVER} 364 Neural services.test gchat.test :1 NickServ and ChanServ",
        f"{SERVER} 365 Neural * :End of /LINKS list",
    ]
    assert len(neural.ask("LINKS services.*")) == 2
    assert neural.ask("PRIVMSG NickServ :HELP")[0].startswith(
        ":NickServ!NickServ@services.test NOTICE Neural :"
    )


@pytest.mark.parametrize(
    ("line", "shown", "ours"),
    [
        ("LINKS", "*", True),
        ("LINKS *", "*", True),
        ("LINKS *.test", "*.test", True),
        ("LINKS gchat.test g*", "g*", True),
        ("LINKS *.example", "*.example", False),
    ],
)
def test_links(described, line, shown, ours):
    answer = [f"{SERVER} 364 Neural gchat.test gchat.test :0 test server"] if ours else []
    assert described.client("Neural").ask(line) == [
        *answer,
        f"{SERVER} 365 Neural {shown} :End of /LINKS list",
    ]
