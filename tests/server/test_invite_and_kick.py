"""INVITE and KICK: who lets somebody in, and who puts somebody out."""

import pytest

SERVER = ":gchat.test"
NEURAL = ":Neural!~Neural@127.0.0.1"


@pytest.fixture
def team(chat):
    """Neural, who operates #team, Nine, who is in it, and Other, who is not."""
    return (*chat.join("#team", "Neural", "Nine"), chat.client("Other"))


def channel(chat):
    return chat.engine.world.channel("#team")


# INVITE


def test_an_invitation(chat, team):
    neural, nine, other = team
    assert neural.ask("INVITE other #TEAM") == [f"{SERVER} 341 Neural Other #team"]
    assert other.read() == [f"{NEURAL} INVITE Other #team"]
    assert nine.read() == []


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("INVITE Nine", "461 Neural INVITE :Not enough parameters"),
        ("INVITE Nobody #team", "401 Neural Nobody :No such nick/channel"),
        ("INVITE Nine #team", "443 Neural Nine #team :is already on channel"),
        ("INVITE Other #nowhere", "403 Neural #nowhere :No such channel"),
        ("INVITE Other #others", "442 Neural #others :You're not on that channel"),
    ],
)
def test_invitations_that_cannot_be(chat, team, line, answer):
    team[2].send("JOIN #others")
    assert team[0].ask(line) == [f"{SERVER} {answer}"]


def test_who_may_invite(team):
    neural, nine, _ = team
    assert nine.numerics("INVITE Other #team") == ["341"]
    neural.send("MODE #team +i")
    refusal = f"{SERVER} 482 Nine #team :Only operators may invite somebody here (+i)"
    assert nine.ask("INVITE Other #team") == [refusal]
    neural.send("MODE #team +h Nine")
    assert nine.numerics("INVITE Other #team") == ["341"]


@pytest.mark.parametrize("modes", ["+b *!*@192.0.2.9", "+R", "+l 1", "+i"])
def test_a_members_word_opens_nothing(chat, team, modes):
    neural, nine, _ = team
    evil = chat.client("Evil", host="192.0.2.9")
    assert nine.numerics("INVITE Evil #team") == ["341"]
    neural.send(f"MODE #team {modes}")
    assert "JOIN" not in evil.numerics("JOIN #team")
    neural.send("INVITE Evil #team")
    assert "JOIN" in evil.numerics("JOIN #team")


def test_the_list_of_invitations(chat, team):
    neural, _, other = team
    end = f"{SERVER} 337 Other :End of /INVITE list"
    assert other.ask("INVITE") == [end]
    neural.send("INVITE Other #team", "JOIN #a", "INVITE Other #a")
    assert other.ask("INVITE") == [f"{SERVER} 336 Other #a", f"{SERVER} 336 Other #team", end]
    neural.send("PART #a")
    other.send("JOIN #team")
    assert other.ask("INVITE") == [end]


def test_an_invitation_ends_with_the_channel(chat, team):
    neural, nine, other = team
    neural.send("JOIN #a", "INVITE Other #a", "PART #a")
    nine.send("JOIN #a", "MODE #a +i")
    assert other.numerics("JOIN #a") == ["473"]


def test_invitations_do_not_pile_up(chat, team):
    neural, _, other = team
    for number in range(200):
        neural.send(f"JOIN #a{number}", f"INVITE Other #a{number}", f"PART #a{number}")
    assert len(other.session.user.invites) <= 64


def test_operators_are_told_of_invitations_with_invite_notify(chat):
    neural, half, nine, away = chat.join("#team", "Neural", "Half", "Nine", "Far", caps="invite-notify")
    away.send("PART #team")
    neural.send("MODE #team +h Half")
    for client in (neural, half, nine, away):
        client.read()
    neural.send("INVITE Far #team")
    assert half.read() == away.read() == [f"{NEURAL} INVITE Far #team"]
    assert nine.read() == []


# KICK


def test_a_kick_is_told_to_everybody(chat, team):
    neural, nine, other = team
    other.send("JOIN #team")
    nine.read()
    assert (
        neural.ask("KICK #team nine :out you go") == nine.read() == [f"{NEURAL} KICK #team Nine :out you go"]
    )
    assert neural.ask("KICK #team Other") == [f"{NEURAL} KICK #team Other :Neural"]
    assert neural.ask("KICK #team Neural :") == [f"{NEURAL} KICK #team Neural :Neural"]
    assert channel(chat) is None


@pytest.mark.parametrize("line", ["KICK #team Nine,Other :bye", "KICK #team,#TEAM Nine,Other :bye"])
def test_several_at_once(team, line):
    neural, _, other = team
    other.send("JOIN #team")
    assert neural.ask(line) == [f"{NEURAL} KICK #team Nine :bye", f"{NEURAL} KICK #team Other :bye"]


def test_one_from_each_of_two_channels(team):
    neural, _, other = team
    neural.send("JOIN #tea")
    other.send("JOIN #tea")
    assert neural.ask("KICK #team,#tea Nine,Other") == [
        f"{NEURAL} KICK #team Nine :Neural",
        f"{NEURAL} KICK #tea Other :Neural",
    ]


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("KICK #team", ["461 Neural KICK :Not enough parameters"]),
        ("KICK #team,#tea Nine", ["461 Neural KICK :Name one channel, or as many channels as nicks"]),
        ("KICK #nowhere Nine,Other", ["403 Neural #nowhere :No such channel"]),
        ("KICK #others Other", ["442 Neural #others :You're not on that channel"]),
        ("KICK #team a,b,c,d,Nine", ["407 Neural Nine :Too many recipients"]),
        ("KICK #team,#b,#c,#d,#e a,b,c,d,,", ["407 Neural * :Too many recipients"]),
        ("KICK #team Nobody", ["401 Neural Nobody :No such nick/channel"]),
        ("KICK #team Other", ["441 Neural Other #team :They aren't on that channel"]),
        ("KICK #team ,", ["401 Neural * :No such nick/channel"]),
    ],
)
def test_kicks_that_cannot_be(chat, team, line, answers):
    team[2].send("JOIN #others")
    assert team[0].ask(line) == [f"{SERVER} {answer}" for answer in answers]


def test_a_good_nick_among_bad_ones(chat, team):
    neural = team[0]
    assert [line.split(" ")[1] for line in neural.ask("KICK #team Nobody,Nine,Other")] == [
        "401",
        "441",
        "KICK",
    ]


KICKS = [  # who may remove whom
    ("o", "q", False),
    ("o", "a", False),
    ("o", "o", True),
    ("a", "a", True),
    ("q", "a", True),
    ("h", "o", False),
    ("h", "h", True),
    ("h", "v", True),
    ("h", "", True),
    ("v", "", False),
    ("", "", False),
]


@pytest.mark.parametrize(("kicker", "target", "possible"), KICKS)
def test_nobody_removes_somebody_with_a_higher_role(chat, kicker, target, possible):
    _, neural, nine = chat.join("#team", "Founder", "Neural", "Nine")
    world = chat.engine.world
    world.set_roles(neural.session.user, channel(chat), kicker)
    world.set_roles(nine.session.user, channel(chat), target)
    (line,) = neural.ask("KICK #team Nine")
    assert line.split(" ")[1] == ("KICK" if possible else "482")
