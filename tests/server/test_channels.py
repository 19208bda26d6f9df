"""JOIN, PART, TOPIC and NAMES."""

import re

import pytest

from gchat.irc import limits
from gchat.server.settings import Limits, Server, Settings

SERVER = ":gchat.test"
NEURAL, NINE = ":Neural!~Neural@127.0.0.1", ":Nine!~Nine@127.0.0.1"


@pytest.fixture
def team(chat):
    """Neural, who operates #team, Nine, who is in it, and Other, who is not."""
    return (*chat.join("#team", "Neural", "Nine"), chat.client("Other"))


def channel(chat, name="#team"):
    return chat.engine.world.channel(name)


# JOIN


def test_who_joins_first_makes_the_channel_and_operates_it(chat):
    client = chat.client("Neural")
    assert client.ask("JOIN #team") == [
        f"{NEURAL} JOIN #team",
        f"{SERVER} 353 Neural = #team :@Neural",
        f"{SERVER} 366 Neural #team :End of /NAMES list",
    ]
    assert sorted(channel(chat).modes) == ["n", "t"]


def test_a_join_shows_the_topic_and_who_is_there(chat, team):
    neural, nine, other = team
    neural.send("TOPIC #team :What we do")
    nine.read()
    assert other.ask("JOIN #TEAM") == [
        ":Other!~Other@127.0.0.1 JOIN #team",
        f"{SERVER} 332 Other #team :What we do",
        f"{SERVER} 333 Other #team Neural!~Neural@127.0.0.1 1700000000",
        f"{SERVER} 353 Other = #team :@Neural Nine Other",
        f"{SERVER} 366 Other #team :End of /NAMES list",
    ]
    assert neural.read()[-1] == nine.read()[-1] == ":Other!~Other@127.0.0.1 JOIN #team"


def test_joining_twice_says_nothing(chat, team):
    neural, nine, _ = team
    assert neural.ask("JOIN #team", "JOIN #Team") == []
    assert nine.read() == []


BAD_CHANNELS = ["team", "#", "&team", "inv@lid", "#a\x07b", "#a\u200bb", "#" + "é" * 32, "a b"]


@pytest.mark.parametrize("name", BAD_CHANNELS)
def test_an_impossible_channel(chat, name):
    client = chat.client("Neural")
    (line,) = client.ask(f"JOIN :{name}")
    assert line.split(" ")[1] == "403"
    assert line.endswith(":No such channel")
    assert client.session.user.channels == {}


@pytest.mark.parametrize("name", ["#t", "#täm", "#a.b-c", "##", "#" + "x" * (limits.CHANNELLEN - 1)])
def test_a_possible_channel(chat, name):
    assert chat.client("Neural").ask(f"JOIN {name}")[0] == f"{NEURAL} JOIN {name}"


def test_several_channels_with_their_keys(chat, team):
    neural, _, other = team
    neural.send("JOIN #a,#b,#c", "MODE #a +k one", "MODE #c +k three")
    assert other.numerics("JOIN #a,#b,#c one,,wrong") == ["475", "JOIN", "353", "366", "JOIN", "353", "366"]
    assert other.numerics("JOIN #c three") == ["JOIN", "353", "366"]
    assert other.numerics("JOIN #c,#c wrong,three,four") == []


def test_one_line_holds_one_guess_of_a_key(team):
    neural, _, other = team
    neural.send("JOIN #abc", "MODE #abc +k 3")
    assert other.numerics("JOIN #abc,#ABC,#aBc,#Abc 0,1,2,3") == ["JOIN", "353", "366"], "the last one counts"
    other.send("PART #abc")
    assert other.numerics("JOIN #abc,#ABC,#aBc,#Abc 3,0,1,2") == ["475"]


def test_a_bad_name_among_good_ones(chat):
    client = chat.client("Neural")
    replies = client.ask("JOIN #valid,inv@lid")
    assert [line.split(" ")[1] for line in replies] == ["403", "JOIN", "353", "366"]
    assert replies[0] == f"{SERVER} 403 Neural inv@lid :No such channel"


def test_a_key_for_the_first_channel_only(chat, team):
    neural, _, other = team
    neural.send("MODE #team +k one", "JOIN #open")
    assert other.numerics("JOIN #team,#open one") == ["JOIN", "353", "366", "JOIN", "353", "366"]


@pytest.mark.parametrize(
    ("modes", "numeric", "text"),
    [
        ("+k secret", "475", "Cannot join channel (+k)"),
        ("+i", "473", "Cannot join channel (+i)"),
        ("+l 2", "471", "Cannot join channel (+l)"),
        ("+b Other!*@*", "474", "Cannot join channel (+b)"),
    ],
)
def test_what_keeps_people_out_and_an_invitation_in(chat, team, modes, numeric, text):
    neural, _, other = team
    neural.send(f"MODE #team {modes}")
    assert other.ask("JOIN #team") == [f"{SERVER} {numeric} Other #team :{text}"]
    neural.send("INVITE Other #team")
    if numeric == "475":  # a key is not a matter of who one is
        assert other.numerics("JOIN #team") == ["475"]
        return
    assert other.numerics("JOIN #team")[0] == "JOIN"
    neural.send("KICK #team Other")
    assert other.ask("JOIN #team") == [f"{SERVER} {numeric} Other #team :{text}"]


def test_exceptions_let_people_in(chat, team):
    neural, _, other = team
    neural.send("MODE #team +bi Other!*@*", "MODE #team +eI Other!*@* *!*@127.0.0.1")
    assert other.numerics("JOIN #team")[0] == "JOIN"


def test_join_0_leaves_every_channel(chat, team):
    neural, nine, _ = team
    neural.send("JOIN #other")
    assert sorted(neural.ask("JOIN 0")) == [f"{NEURAL} PART #other", f"{NEURAL} PART #team"]
    assert nine.read()[-1] == f"{NEURAL} PART #team"
    assert channel(chat, "#other") is None
    assert neural.ask("JOIN 0") == []


def test_nobody_is_in_too_many_channels(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=Limits(channels_per_user=3)))
    client = chat.client("Neural")
    client.send("JOIN #a")
    replies = client.ask("JOIN #b,#c,#d,#a,#e")
    assert [line for line in replies if " 405 " in line] == [
        f"{SERVER} 405 Neural #d :You have joined too many channels",
        f"{SERVER} 405 Neural #e :You have joined too many channels",
    ]
    assert len(client.session.user.channels) == 3


def test_extended_join_names_account_and_real_name(chat):
    modern, old = chat.client("Modern", caps="extended-join"), chat.client("Old")
    assert modern.ask("JOIN #team")[0] == ":Modern!~Modern@127.0.0.1 JOIN #team * :Modern of gchat"
    old.send("JOIN #team")
    assert modern.read() == [":Old!~Old@127.0.0.1 JOIN #team * :Old of gchat"]
    assert old.read()[-3] == ":Old!~Old@127.0.0.1 JOIN #team"


def test_two_join_a_new_channel_in_the_same_turn(chat):
    neural, nine = chat.client("Neural"), chat.client("Nine")
    chat.engine.receive(neural.session, b"JOIN #new\r\n")
    chat.engine.receive(nine.session, b"JOIN #new\r\n")
    chat.settle()
    assert "@Neural" in neural.read()[1]
    assert nine.read()[1] == f"{SERVER} 353 Nine = #new :@Neural Nine"


# PART


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("PART #team", "PART #team"),
        ("PART #TEAM :bye all", "PART #team :bye all"),
        ("PART #team :", "PART #team"),
    ],
)
def test_a_part_is_told_to_everybody(chat, team, line, shown):
    neural, nine, _ = team
    assert neural.ask(line) == nine.read()[-1:] == [f"{NEURAL} {shown}"]
    assert nine.ask("NAMES #team")[0] == f"{SERVER} 353 Nine = #team :Nine"


def test_part_of_what_one_is_not_in(chat, team):
    neural, _, other = team
    assert other.ask("PART #team,#nowhere") == [
        f"{SERVER} 442 Other #team :You're not on that channel",
        f"{SERVER} 403 Other #nowhere :No such channel",
    ]
    neural.send("MODE #team +s")
    assert other.ask("PART #team") == [f"{SERVER} 403 Other #team :No such channel"]


def test_parting_several_and_one_twice(chat, team):
    neural, _, _ = team
    neural.send("JOIN #a")
    assert neural.ask("PART #a,#team,#a :bye") == [f"{NEURAL} PART #a :bye", f"{NEURAL} PART #team :bye"]


def test_a_channel_ends_with_its_last_member(chat, team):
    neural, nine, _ = team
    neural.send("TOPIC #team :What we do", "PART #team")
    nine.send("PART #team")
    assert channel(chat) is None
    assert nine.numerics("JOIN #team") == ["JOIN", "353", "366"]  # no topic, and an operator again
    assert nine.ask("NAMES #team")[0].endswith("@Nine")


# TOPIC


def test_a_topic_is_set_shown_and_cleared(chat, team):
    neural, nine, _ = team
    assert nine.ask("TOPIC #team") == [f"{SERVER} 331 Nine #team :No topic is set"]
    assert neural.ask("TOPIC #team :What we do") == nine.read() == [f"{NEURAL} TOPIC #team :What we do"]
    assert nine.ask("TOPIC #Team") == [
        f"{SERVER} 332 Nine #team :What we do",
        f"{SERVER} 333 Nine #team Neural!~Neural@127.0.0.1 1700000000",
    ]
    assert neural.ask("TOPIC #team :") == nine.read() == [f"{NEURAL} TOPIC #team :"]
    assert nine.ask("TOPIC #team") == [f"{SERVER} 331 Nine #team :No topic is set"]


def test_a_topic_is_cut_between_two_characters(chat, team):
    team[0].send("TOPIC #team :" + "é" * 220)
    assert channel(chat).topic == "é" * (limits.TOPICLEN // 2)


def test_a_protected_topic(chat, team):
    neural, nine, _ = team
    refusal = f"{SERVER} 482 Nine #team :Only operators may change the topic here (+t)"
    assert nine.ask("TOPIC #team :mine") == [refusal]
    neural.send("MODE #team +v Nine")
    assert nine.ask("TOPIC #team :mine") == [refusal]
    neural.send("MODE #team +h Nine")
    assert nine.ask("TOPIC #team :mine") == [f"{NINE} TOPIC #team :mine"]
    neural.send("MODE #team -ht Nine")
    assert nine.ask("TOPIC #team :again") == [f"{NINE} TOPIC #team :again"]


def test_topics_of_others(chat, team):
    neural, _, other = team
    assert other.ask("TOPIC #team") == [f"{SERVER} 331 Other #team :No topic is set"]
    assert other.ask("TOPIC #team :x") == [f"{SERVER} 442 Other #team :You're not on that channel"]
    assert (
        other.ask("TOPIC #nowhere", "TOPIC #nowhere :x")
        == [f"{SERVER} 403 Other #nowhere :No such channel"] * 2
    )
    neural.send("MODE #team +s")
    assert other.ask("TOPIC #team", "TOPIC #team :x") == [f"{SERVER} 403 Other #team :No such channel"] * 2


# NAMES


def end_of_names(nick, name):
    return f"{SERVER} 366 {nick} {name} :End of /NAMES list"


def test_names_of_a_channel(chat, team):
    neural, _, other = team
    assert other.ask("NAMES #Team") == [
        f"{SERVER} 353 Other = #team :@Neural Nine",
        end_of_names("Other", "#team"),
    ]
    neural.send("MODE #team +s")
    assert other.ask("NAMES #team") == [end_of_names("Other", "#team")]
    assert neural.ask("NAMES #team")[0] == f"{SERVER} 353 Neural @ #team :@Neural Nine"


@pytest.mark.parametrize(
    ("line", "name"), [("NAMES invalid", "invalid"), ("NAMES #nowhere", "#nowhere"), ("NAMES", "*")]
)
def test_names_of_nothing(chat, line, name):
    assert chat.client("Neural").ask(line) == [end_of_names("Neural", name)]


def test_names_takes_as_many_channels_as_targmax_says(chat, team):
    neural, *_ = team
    neural.send("JOIN #ops")
    (targmax,) = re.findall(r" TARGMAX=(\S+)", "\n".join(neural.ask("VERSION")))
    assert "NAMES:4" in targmax.split(",")
    assert neural.ask("NAMES #TEAM,#nowhere,#ops") == [
        f"{SERVER} 353 Neural = #team :@Neural Nine",
        f"{SERVER} 353 Neural = #ops :@Neural",
        end_of_names("Neural", "#team,#nowhere,#ops"),
    ]
    assert neural.ask("NAMES #1,#2,#3,#4,#5") == [end_of_names("Neural", "#1,#2,#3,#4")]


def test_the_invisible_are_named_to_members_only(chat, team):
    neural, nine, other = team
    nine.send("MODE Nine +i")
    assert other.ask("NAMES #team")[0] == f"{SERVER} 353 Other = #team :@Neural"
    assert neural.ask("NAMES #team")[0] == f"{SERVER} 353 Neural = #team :@Neural Nine"
    chat.op(other)
    assert other.ask("NAMES #team")[0] == f"{SERVER} 353 Other = #team :@Neural Nine"


def test_prefixes_and_masks_as_negotiated(chat, team):
    neural, nine, _ = team
    neural.send("MODE #team +v Neural")
    assert nine.ask("NAMES #team")[0] == f"{SERVER} 353 Nine = #team :@Neural Nine"
    nine.send("CAP REQ :multi-prefix userhost-in-names")
    shown = "@+Neural!~Neural@127.0.0.1 Nine!~Nine@127.0.0.1"
    assert nine.ask("NAMES #team")[0] == f"{SERVER} 353 Nine = #team :{shown}"


def test_many_names_take_several_lines(chat):
    nicks = [f"Somebody{number:03}" for number in range(120)]
    first, *_ = chat.join("#team", *nicks)
    *lines, end = first.ask("NAMES #team")
    assert len(lines) > 2
    assert all(len(line) <= limits.LINE - 2 for line in lines)
    assert " ".join(line.rpartition(":")[2] for line in lines).split() == ["@" + nicks[0], *nicks[1:]]
    assert end == end_of_names(nicks[0], "#team")


def test_how_a_secret_channel_is_written_is_a_secret(chat, team):
    neural, _, other = team
    neural.send("MODE #team +s")
    assert other.ask("NAMES #TEAM") == [end_of_names("Other", "#TEAM")]


@pytest.mark.parametrize(
    "name",
    ["#team\u200b", "#team\u202e", "#team\u3164", "#team\u2800", "#te\u034fam", "#team\ufe0f", "#\x1b[2J"],
)
def test_a_channel_that_looks_like_another_cannot_be_opened(chat, team, name):
    other = team[2]
    assert [line.split(" ")[1] for line in other.ask(f"JOIN {name}")] == ["403"]


@pytest.mark.parametrize("name", ["#\u2764\ufe0f", "#\U0001f600", "#caf\xe9", "#\u5317\u4eac"])
def test_channels_are_written_in_any_script(chat, name):
    assert chat.client("Neural").ask(f"JOIN {name}")[0].endswith(f" JOIN {name}")


# What others did since the handler looked


def together(chat, *said):
    """Have several clients say something in the same turn."""
    for client, line in said:
        chat.engine.receive(client.session, f"{line}\r\n".encode())
    chat.settle()


@pytest.mark.parametrize("mode", ["+l 3", "+i", "+k sesame", "+b Evil"])
def test_two_who_come_at_once_do_not_pass_a_closed_door(chat, team, mode):
    neural, _, other = team
    evil = chat.client("Evil")
    if mode == "+l 3":
        neural.send("MODE #team +l 3")
        together(chat, (other, "JOIN #team"), (evil, "JOIN #team"))
    else:
        together(chat, (neural, f"MODE #team {mode}"), (evil, "JOIN #team"))
    assert evil.session.user not in chat.engine.world.channel("#team").members
    assert any(line.split(" ")[1] in ("471", "473", "474", "475") for line in evil.read())


@pytest.mark.parametrize(
    "line", ["MODE #team +i", "TOPIC #team :mine", "INVITE Other #team", "KICK #team Neural"]
)
def test_who_was_removed_at_the_same_moment_changes_nothing_more(chat, team, line):
    neural, nine, other = team
    neural.send("MODE #team +o Nine")
    for client in team:
        client.read()
    together(chat, (neural, "KICK #team Nine"), (nine, line))
    channel = chat.engine.world.channel("#team")
    assert (set(channel.modes), channel.topic) == ({"n", "t"}, "")
    assert neural.session.user in channel.members
    assert not other.session.user.invites
    assert nine.read()[-1].split(" ")[1] == "442"
