"""MODE b, e and I: what a list takes and tells, who is kept out and who is silenced by it.

Neural is the channel's operator, Nine an ordinary member, Guest stands outside.
"""

import pytest

from gchat.server.settings import Limits, Server, Settings

NEURAL = ":Neural!~Neural@127.0.0.1"


@pytest.fixture
def trio(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    return neural, nine, chat.client("Guest")


def reply(number, rest):
    return f":gchat.test {number} Neural {rest}"


@pytest.mark.parametrize(
    ("letter", "row", "end"),
    [
        ("b", 367, "368 Neural #team :End of channel ban list"),
        ("e", 348, "349 Neural #team :End of channel exception list"),
        ("I", 346, "347 Neural #team :End of Channel Invite Exception List"),
    ],
)
def test_a_list_is_read_and_written(trio, chat, letter, row, end):
    neural, _, _ = trio
    end = f":gchat.test {end}"
    assert neural.ask(f"MODE #team {letter}") == [end]
    chat.advance(5)
    assert neural.ask(f"MODE #team +{letter} Guest") == [f"{NEURAL} MODE #team +{letter} Guest!*@*"]
    assert neural.ask(f"MODE #team +{letter} GUEST!*@*") == []
    expected = [reply(row, "#team Guest!*@* Neural!~Neural@127.0.0.1 1700000005"), end]
    for asked in (letter, "+" + letter, "-" + letter, letter * 200, f"+{letter} :"):
        assert neural.ask(f"MODE #team {asked}") == expected
    assert neural.ask(f"MODE #team -{letter} guest") == [f"{NEURAL} MODE #team -{letter} Guest!*@*"]
    assert neural.ask(f"MODE #team -{letter} guest") == []
    assert neural.ask(f"MODE #team {letter}") == [end]


def test_members_read_the_bans(trio):
    _, nine, guest = trio
    assert nine.numerics("MODE #team b") == ["368"]
    assert guest.numerics("MODE #team b") == ["442"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Guest", "Guest!*@*"),
        ("*@127.0.0.1", "*!*@127.0.0.1"),
        ("a!b@c", "a!b@c"),
        ("m:Guest", "m:Guest!*@*"),
        ("m:*@host", "m:*!*@host"),
        ("\u00fcber", "\u00fcber!*@*"),
    ],
)
def test_masks_are_completed_behind_the_mute_prefix_too(trio, given, kept):
    assert trio[0].ask(f"MODE #team +b {given}") == [f"{NEURAL} MODE #team +b {kept}"]


@pytest.mark.parametrize(
    ("change", "shown", "text"),
    [
        ("+b :two words", "two_words", "A mask is nick!user@host without spaces; * and ? match anything"),
        ("+b : ", "_", "A mask is nick!user@host without spaces; * and ? match anything"),
        ("+b m:", "m:", "A mask is nick!user@host without spaces; * and ? match anything"),
        ("+b :::1", "_:1", "A mask is nick!user@host without spaces; * and ? match anything"),
        ("+b a\x02b", "a\x02b", "A mask is nick!user@host without spaces; * and ? match anything"),
        ("+e " + "x" * 200, "x" * 128, "A mask has at most 128 bytes"),
        ("+I m:nine", "m:nine", "Who is muted may come in: m: is for the lists b and e"),
    ],
)
def test_masks_that_cannot_be(trio, change, shown, text):
    letter = change[1]
    assert trio[0].ask(f"MODE #team {change}") == [reply(696, f"#team {letter} {shown} :{text}")]


def test_a_full_list_takes_no_more(make_chat):
    chat = make_chat(
        Settings(server=Server(name="gchat.test"), limits=Limits(list_entries=3), throttle=False)
    )
    (neural,) = chat.join("#team", "Neural")
    full = reply(478, "#team b :The lists b, e and I of this channel are full: remove a mask first")
    assert neural.ask("MODE #team +beI one two three")[0].endswith("+beI one!*@* two!*@* three!*@*")
    assert neural.ask("MODE #team +b four") == [full]
    assert neural.ask("MODE #team +b one") == []  # is on it already
    assert neural.ask("MODE #team -e+b two four") == [f"{NEURAL} MODE #team -e+b two!*@* four!*@*"]
    assert neural.ask("MODE #team -b+bbb four a b c") == [full, f"{NEURAL} MODE #team -b+b four!*@* a!*@*"]


@pytest.mark.parametrize(
    ("modes", "numeric"),
    [
        ("+b guest", "474"),
        ("+b *!*guest@127.0.0.?", "474"),
        ("+be guest *@127.*", "JOIN"),
        ("+b m:guest", "JOIN"),
        ("+be *!*@* m:guest", "474"),
        ("+i", "473"),
        ("+iI guest", "JOIN"),
        ("+ibI guest guest", "474"),
        ("+l 2", "471"),
        ("+l 3", "JOIN"),
    ],
)
def test_who_may_come_in(trio, modes, numeric):
    neural, _, guest = trio
    neural.send(f"MODE #team {modes}")
    assert guest.numerics("JOIN #team")[0] == numeric


@pytest.mark.parametrize(
    ("modes", "speaks"),
    [
        ("+b nine", False),
        ("+bv nine Nine", True),
        ("+be nine nine", True),
        ("+b m:NINE", False),
        ("+bv m:nine Nine", True),
        ("+be m:nine m:*!*nine@*", True),
        ("+be m:nine *!*nine@*", True),
        ("+be nine m:nine", False),
        ("+b-b m:Nine m:nine", True),
        ("+m", False),
        ("+mv Nine", True),
    ],
)
def test_who_may_speak(trio, modes, speaks):
    neural, nine, _ = trio
    neural.send(f"MODE #team {modes}")
    assert nine.numerics("PRIVMSG #team :hi") == ([] if speaks else ["404"])


@pytest.mark.parametrize(
    ("modes", "changes"),
    [
        ("+b nine", False),
        ("+b m:nine", False),
        ("+bv m:nine Nine", True),
        ("+be m:nine nine", True),
        ("+b guest", True),
        ("+m", True),
    ],
)
def test_nobody_shakes_off_a_ban_or_a_mute_with_another_nick(trio, modes, changes):
    neural, nine, _ = trio
    neural.send(f"MODE #team {modes}")
    text = "Cannot change nickname while banned on channel"
    refusal = f":gchat.test 435 Nine Niner #team :{text}"
    done = ":Nine!~Nine@127.0.0.1 NICK Niner"
    assert nine.ask("NICK Niner") == [done if changes else refusal]
