"""MODE: channels, roles, users.  The lists b, e and I are in ``test_channel_lists.py``.

In the tables Neural is the channel's operator, Nine an ordinary member, Guest stands outside.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gchat.irc import limits
from gchat.irc.modes import ModeChange, format_modes
from gchat.server import mode_lines
from gchat.server.channel_modes import ALL
from gchat.server.settings import Server, Settings

NEURAL = ":Neural!~Neural@127.0.0.1"
NINE = ":Nine!~Nine@127.0.0.1"


@pytest.fixture
def trio(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    return neural, nine, chat.client("Guest")


def reply(number, rest, nick="Neural"):
    return f":gchat.test {number} {nick} {rest}"


def modes_of(client, channel="#team"):
    """The mode string that a client is told of a channel."""
    return client.ask(f"MODE {channel}")[0].partition(f" {channel} ")[2]


# asking


@pytest.mark.parametrize("line", ["MODE #team", "MODE #TEAM", "MODE #team :"])
def test_a_channel_is_born_with_its_modes_and_tells_them(trio, line):
    assert trio[0].ask(line) == [reply(324, "#team +nt"), reply(329, "#team 1700000000")]


def test_parameters_follow_their_letters(trio):
    neural, _, _ = trio
    neural.send("MODE #team +kls beer 12", "MODE #team -t")
    assert modes_of(neural) == "+klns beer 12"


def test_no_mode_at_all_is_a_plus(trio):
    neural, _, _ = trio
    assert neural.ask("MODE #team -nt") == [f"{NEURAL} MODE #team -nt"]
    assert modes_of(neural) == "+"


def test_only_members_read_the_key(trio):
    neural, nine, guest = trio
    neural.send("MODE #team +kl beer 5")
    assert modes_of(nine) == "+klnt beer 5"
    assert modes_of(guest) == "+klnt * 5"


def test_a_secret_channel_does_not_exist_for_others(trio, chat):
    neural, nine, guest = trio
    neural.send("MODE #team +s")
    for line in ("MODE #team", "MODE #team b", "MODE #team +m"):
        assert guest.ask(line) == [reply(403, "#team :No such channel", "Guest")]
    assert modes_of(nine) == "+nst"
    chat.op(guest)
    assert modes_of(guest) == "+nst"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("#nowhere", "403 Neural #nowhere :No such channel"),
        ("#nowhere +o Neural", "403 Neural #nowhere :No such channel"),
        ("#nowhere +o nobody", "403 Neural #nowhere :No such channel"),
        ("#" + "x" * 400, "403 Neural #" + "x" * 63 + " :No such channel"),
        ("nobody", "401 Neural nobody :No such nick/channel"),
        (":", "401 Neural * :No such nick/channel"),
        ("&team", "401 Neural &team :No such nick/channel"),
        ("Nine", "502 Neural :Cant change mode for other users"),
        ("nine +i", "502 Neural :Cant change mode for other users"),
    ],
)
def test_targets_that_cannot_be(trio, target, expected):
    assert trio[0].ask(f"MODE {target}") == [f":gchat.test {expected}"]


def test_mode_needs_a_target_and_a_registered_user(chat):
    assert chat.connect().ask("MODE #team +m") == [":gchat.test 451 * :You have not registered"]
    assert chat.client("Neural").ask("MODE") == [reply(461, "MODE :Not enough parameters")]


# setting


@pytest.mark.parametrize(
    ("asked", "told", "after"),
    [
        ("+m", "+m", "+mnt"),
        ("m", "+m", "+mnt"),
        ("+Ci-t", "+Ci-t", "+Cin"),
        ("-n+n", "", "+nt"),
        ("+n", "", "+nt"),
        ("-m", "", "+nt"),
        ("+k beer", "+k beer", "+knt beer"),
        ("+k pässwörd", "+k pässwörd", "+knt pässwörd"),
        ("+l 5", "+l 5", "+lnt 5"),
        ("+l 007", "+l 7", "+lnt 7"),
        ("+l +5", "+l 5", "+lnt 5"),
        ("-l", "", "+nt"),
        ("+lk 5 beer", "+lk 5 beer", "+klnt beer 5"),
        ("+ms extra parameters are ignored", "+ms", "+mnst"),
    ],
)
def test_settings_change_and_everybody_is_told(trio, asked, told, after):
    neural, nine, _ = trio
    expected = [f"{NEURAL} MODE #team {told}"] if told else []
    assert neural.ask(f"MODE #team {asked}") == expected
    assert nine.read() == expected
    assert modes_of(neural) == after


@pytest.mark.parametrize("key", ["", " *", " wrong", " beer", " :"])
def test_any_key_removes_the_key(trio, key):
    neural, nine, _ = trio
    neural.send("MODE #team +k beer")
    nine.read()
    neural.send(f"MODE #team -k{key}")
    assert nine.read() == [f"{NEURAL} MODE #team -k beer"]
    assert modes_of(neural) == "+nt"


def test_a_new_key_and_a_new_limit_replace_the_old(trio):
    neural, _, guest = trio
    neural.send("MODE #team +kl beer 9", "MODE #team +kl ale 8")
    assert modes_of(neural) == "+klnt ale 8"
    assert guest.numerics("JOIN #team beer") == ["475"]
    assert guest.numerics("JOIN #team ale") == ["JOIN", "353", "366"]
    neural.read()
    assert neural.ask("MODE #team -l") == [f"{NEURAL} MODE #team -l"]


@pytest.mark.parametrize(
    "key", [":", ":two words", ": ", "a,b", "k" * 33, "\u00e9" * 17, ":\x02bold", "a\u00a0b", "::colon"]
)
def test_a_key_that_no_join_could_name(trio, key):
    neural, _, _ = trio
    expected = "#team k * :A key has at most 32 bytes, no spaces and no commas"
    assert neural.ask(f"MODE #team +k {key}") == [reply(696, expected)]
    assert modes_of(neural) == "+nt"


@pytest.mark.parametrize(
    ("limit", "shown"),
    [
        ("0", "0"),
        ("-1", "-1"),
        ("abc", "abc"),
        (":", "*"),
        ("1.5", "1.5"),
        ("\u0665", "\u0665"),
        ("9" * 10, "9" * 10),
        ("9" * 300, "9" * 128),
        (":1 2", "1_2"),
    ],
)
def test_a_limit_that_is_none(trio, limit, shown):
    neural, _, _ = trio
    expected = [reply(696, f"#team l {shown} :A limit is a number of members from 1 up")]
    assert neural.ask(f"MODE #team +l {limit}") == expected
    assert modes_of(neural) == "+nt"


@pytest.mark.parametrize("letter", "klqaohv")
def test_a_letter_without_its_parameter_is_not_set(trio, letter):
    neural, _, _ = trio
    assert neural.ask(f"MODE #team +{letter}") == [
        reply(696, f"#team {letter} * :+{letter} needs a parameter")
    ]
    assert modes_of(neural) == "+nt"


def test_unknown_letters_are_named_once_and_the_others_apply(trio):
    neural, _, _ = trio
    assert neural.ask("MODE #team +zmzzX") == [
        reply(472, "z :is unknown mode char to me"),
        reply(472, "X :is unknown mode char to me"),
        f"{NEURAL} MODE #team +m",
    ]
    assert len(neural.ask("MODE #team :" + "".join(map(chr, range(0x100, 0x1C0))))) == 12


# who may


@pytest.mark.parametrize(
    ("line", "number", "text"),
    [
        ("+m", 482, "#team :You need to be an operator here to change its modes"),
        ("-k *", 482, "#team :You need to be an operator here to change its modes"),
        ("+mlk-nt 5 beer", 482, "#team :You need to be an operator here to change its modes"),
        ("+b *!*@*", 482, "#team :You need to be at least half-operator here for its lists"),
        ("e", 482, "#team :You need to be at least half-operator here for its lists"),
        ("+I", 482, "#team :You need to be at least half-operator here for its lists"),
        ("+o Nine", 482, "#team :Your role here does not let you give or take +o (operator)"),
        ("-o Neural", 482, "#team :Your role here does not let you give or take +o (operator)"),
        ("+v nobody", 482, "#team :Your role here does not let you give or take +v (voice)"),
    ],
)
def test_ordinary_members_change_nothing(trio, line, number, text):
    neural, nine, guest = trio
    assert nine.ask(f"MODE #team {line}") == [reply(number, text, "Nine")]
    assert guest.ask(f"MODE #team {line}") == [reply(442, "#team :You're not on that channel", "Guest")]
    assert neural.read() == []
    assert modes_of(neural) == "+nt"


def test_a_half_operator_has_lists_and_voices(trio):
    neural, nine, _ = trio
    neural.send("MODE #team +h Nine")
    assert (
        nine.ask("MODE #team +bve-m Guest Nine Neural")
        == [
            f"{NEURAL} MODE #team +h Nine",
            reply(482, "#team :You need to be an operator here to change its modes", "Nine"),
            f"{NINE} MODE #team +bve Guest!*@* Nine Neural!*@*",
        ][1:]
    )
    assert nine.ask("MODE #team -o Neural") == [
        reply(482, "#team :Your role here does not let you give or take +o (operator)", "Nine")
    ]


@pytest.mark.parametrize(
    ("mine", "theirs", "change", "works"),
    [
        ("o", "", "+o", True),
        ("o", "", "+h", True),
        ("o", "", "+v", True),
        ("o", "", "+a", False),
        ("o", "", "+q", False),
        ("o", "o", "-o", True),
        ("o", "ao", "-o", False),
        ("o", "qv", "-v", False),
        ("o", "a", "-a", False),
        ("o", "q", "+v", True),
        ("a", "o", "-o", True),
        ("a", "", "+a", False),
        ("q", "", "+q", True),
        ("q", "a", "-a", True),
        ("q", "q", "-q", True),
        ("h", "", "+v", True),
        ("h", "v", "-v", True),
        ("h", "ov", "-v", False),
        ("h", "", "+h", False),
        ("v", "", "+v", False),
        ("", "", "+v", False),
    ],
)
def test_roles_are_given_and_taken_by_rank(trio, chat, mine, theirs, change, works):
    neural, nine, _ = trio
    channel = chat.engine.world.channel("#team")
    channel.members[neural.session.user], channel.members[nine.session.user] = mine, theirs
    answer = neural.ask(f"MODE #team {change} nine")
    if works:
        assert answer == [f"{NEURAL} MODE #team {change} Nine"]
        letter = change[1]
        wanted = theirs.replace(letter, "") if change[0] == "-" else theirs + letter
        assert sorted(channel.members[nine.session.user]) == sorted(wanted)
    else:
        assert [line.split()[1] for line in answer] == ["482"]
        assert channel.members[nine.session.user] == theirs


@pytest.mark.parametrize("letter", "qaohv")
def test_everybody_may_give_up_their_own_role(trio, chat, letter):
    _, nine, _ = trio
    channel = chat.engine.world.channel("#team")
    channel.members[nine.session.user] = letter
    assert nine.ask(f"MODE #team -{letter} Nine") == [f"{NINE} MODE #team -{letter} Nine"]
    assert channel.members[nine.session.user] == ""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("+o Guest", "441 Neural Guest #team :They aren't on that channel"),
        ("+o nobody", "401 Neural nobody :No such nick/channel"),
        ("+v :", "401 Neural * :No such nick/channel"),
        ("+v " + "x" * 300, "401 Neural " + "x" * 64 + " :No such nick/channel"),
    ],
)
def test_roles_are_for_members(trio, change, expected):
    assert trio[0].ask(f"MODE #team {change}") == [f":gchat.test {expected}"]


def test_a_server_operator_may_everything_from_outside(trio, chat):
    neural, nine, guest = trio
    chat.op(guest)
    for change in ("+q Nine", "-o Neural", "+mk beer", "+b x!*@*"):
        assert guest.ask(f"MODE #team {change}") == []
        assert nine.read() == [f":Guest!~Guest@127.0.0.1 MODE #team {change}"]
    assert [line.split()[1] for line in guest.ask("MODE #team I", "MODE #team b")] == ["347", "367", "368"]
    assert neural.numerics("MODE #team +n") == ["482"]


# long lines


def test_at_most_twelve_parameters_a_line(trio):
    neural, nine, _ = trio
    masks = [f"m{number}" for number in range(14)]
    lines = neural.ask(f"MODE #team +{'b' * 14}m {' '.join(masks)}")
    text = "A MODE takes 12 changes with a parameter: send the others in another one"
    assert lines == [
        reply(696, f"#team b m12 :{text}"),
        *nine.read(),
    ]
    assert len(neural.ask("MODE #team b")) == 12 + 1
    assert modes_of(neural) == "+mnt"


def test_what_is_announced_fits_its_lines(trio):
    neural, nine, _ = trio
    masks = [letter * 36 for letter in "abcdefghijk"]
    neural.send(f"MODE #team +{'b' * 11}CkCim {' '.join(masks)} beer")
    lines = nine.read()
    assert len(lines) == 2
    assert all(len(line) <= limits.LINE - 2 for line in lines)
    assert [word for line in lines for word in line.split()[4:]] == [*(f"{m}!*@*" for m in masks), "beer"]


@given(
    st.lists(
        st.builds(
            ModeChange, st.booleans(), st.sampled_from("bkln"), st.none() | st.text("ä!*x", min_size=1)
        ),
        max_size=40,
    ),
    st.integers(30, 200),
)
def test_lines_lose_nothing_and_stay_in_their_room(changes, room):
    lines = mode_lines.split(changes, room)
    params = [param for line in lines for param in line[1:]]
    assert params == [change.param for change in changes if change.param is not None]
    for line in lines:
        longest = max((len(param.encode()) for param in line[1:]), default=0)
        assert len(" ".join(line).encode()) <= max(room, longest + 3)
    assert [letter for line in lines for letter in line[0] if letter not in "+-"] == [
        c.letter for c in changes
    ]
    assert mode_lines.split(changes, 10**6) == [
        format_modes(changes[start : start + 12]) for start in range(0, len(changes), 12)
    ]


# users


@pytest.mark.parametrize(
    ("asked", "told", "after"),
    [
        ("+i", "+i", "+i"),
        ("iw", "+iw", "+iw"),
        ("+B-w", "+B", "+B"),
        ("+i-i", "", "+"),
        ("-o", "", "+"),
        ("+o", "", "+"),
        ("+o+i", "+i", "+i"),
        ("+iii+i", "+i", "+i"),
        ("", "", "+"),
    ],
)
def test_user_modes(trio, asked, told, after):
    neural, nine, _ = trio
    answer = [line for line in neural.ask(f"MODE neural {asked}") if " 221 " not in line]
    assert answer == ([f"{NEURAL} MODE Neural {told}"] if told else [])
    assert nine.read() == []  # nobody else's business
    assert neural.ask("MODE Neural") == [reply(221, after)]


def test_unknown_user_modes_are_named_and_the_others_apply(trio):
    assert trio[0].ask("MODE Neural +xiX") == [
        reply(501, ":Unknown MODE flag"),
        f"{NEURAL} MODE Neural +i",
    ]


def test_a_server_operator_lays_the_office_down(trio, chat):
    neural, _, _ = trio
    chat.op(neural)
    assert neural.ask("MODE Neural") == [reply(221, "+o")]
    assert neural.ask("MODE Neural -o") == [f"{NEURAL} MODE Neural -o"]
    assert not neural.session.user.is_operator
    assert neural.ask("MODE Neural +o") == []


def test_a_bot_says_so_in_a_tag(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="message-tags")
    neural.send("MODE Neural +B")
    neural.send("MODE #team +m")
    assert nine.read() == [f"@msgid=1700000000000-5;bot {NEURAL} MODE #team +m"]


# anything


_ARGUMENTS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60)
    | st.text(ALL + "+-", max_size=20)
    | st.sampled_from(["Neural", "Nine", "nobody", "*!*@*", "m:x", "5", "-1", ""]),
    max_size=18,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.sampled_from(["#team", "#nowhere", "Neural", "Nine"]), _ARGUMENTS)
def test_no_parameters_whatever_do_harm(make_chat, target, arguments):
    chat = make_chat(Settings(server=Server(name="gchat.test"), throttle=False))
    neural, nine = chat.join("#team", "Neural", "Nine")
    line = " ".join(["MODE", target, *arguments])
    for client in (neural, nine):
        client.send(line)
    for client in (neural, nine):
        assert all(len(line.encode()) <= limits.LINE - 2 for line in client.read())
    assert chat.engine.errors == 0
    assert neural.ask("PING x")[-1].endswith("PONG gchat.test :x")
