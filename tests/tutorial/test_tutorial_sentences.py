"""gchat.tutorial.sentences: what a plain client reads of each message."""

from __future__ import annotations

import pytest

from gchat.irc.message import Message, parse
from gchat.irc.numerics import BY_NUMBER
from gchat.tutorial.sentences import NUMERICS
from gchat.tutorial.wire import TutorialWire

BEGINNING = [
    ":gchat.test 001 Neural :Welcome to the gchat Network, Neural",
    ":gchat.test 005 Neural CHANMODES=beI,k,lW,CMRimnrst CHANTYPES=# EXTBAN=,m :are supported by this server",
    ":gchat.test 005 Neural PREFIX=(qaohv)~&@%+ STATUSMSG=~&@%+ :are supported by this server",
]
IN_LOBBY = [
    ":Neural!~n@h JOIN #lobby",
    ":gchat.test 353 Neural = #lobby :@Neural Nine",
    ":gchat.test 366 Neural #lobby :End of /NAMES list",
]

# A line of IRC as the server sends it to Neural, who is in #lobby, and what Neural reads
SENTENCES = [
    # what people say
    (":Nine!~9@h PRIVMSG #lobby :What's up?", "Nine: What's up?"),
    (":Neural!~n@h PRIVMSG #lobby :fine", "Neural: fine"),
    (":Nine!~9@h PRIVMSG #LOBBY :What's up?", "Nine: What's up?"),
    (":Nine!~9@h PRIVMSG #dev :What's up?", "[#dev] Nine: What's up?"),
    (":Nine!~9@h PRIVMSG @#lobby :ops only", "[@#lobby] Nine: ops only"),
    (":Nine!~9@h PRIVMSG Neural :psst", "[private] Nine: psst"),
    (":Neural!~n@h PRIVMSG Nine :psst", "[private to Nine] Neural: psst"),
    (":Neural!~n@h PRIVMSG #dev :hi", "[#dev] Neural: hi"),
    (":Nine!~9@h PRIVMSG #lobby :\x01ACTION waves\x01", "* Nine waves"),
    (":Nine!~9@h PRIVMSG #lobby :\x01ACTION waves", "* Nine waves"),
    (":Nine!~9@h PRIVMSG #dev :\x01ACTION waves\x01", "[#dev] * Nine waves"),
    (":Nine!~9@h PRIVMSG Neural :\x01VERSION\x01", ""),
    (":Nine!~9@h NOTICE Neural :\x01VERSION x\x01", ""),
    (":Nine!~9@h PRIVMSG #lobby :\x02bold\x02 \x0304red\x03 é", "Nine: bold red e"),
    (":Nine!~9@h NOTICE #lobby :note", "[notice] Nine: note"),
    (":Nine!~9@h NOTICE Neural :note", "[private] [notice] Nine: note"),
    (
        ":gchat.test NOTICE Neural :The nickname x is taken: you are Neural",
        "The nickname x is taken: you are Neural",
    ),
    (":Nine!~9@h WALLOPS :all", "[wallops] Nine: all"),
    (":Nine!~9@h TAGMSG #lobby", ""),
    # who comes and goes
    (":Nine!~9@h JOIN #lobby", "Nine joined!"),
    (":Nine!~9@h JOIN #dev", "[#dev] Nine joined!"),
    (":Nine!~9@h PART #lobby :bye", "Nine left!"),
    (":Nine!~9@h PART #dev", "[#dev] Nine left!"),
    (":Nine!~9@h RENAME #lobby #hall :", "Nine renamed #lobby to #hall."),
    (":Nine!~9@h RENAME #dev #code :why", "[#dev] Nine renamed #dev to #code: why"),
    (":Nine!~9@h QUIT :Connection closed", "Nine left!"),
    (":Nine!~9@h NICK Nova", "Nine is now Nova."),
    (":Neural!~n@h NICK Nova", "You are now Nova."),
    (
        ":Neural!~n@h PART #lobby",
        "You left #lobby.\nYou are in no channel now: /join #lobby takes you to one.",
    ),
    (":Neural!~n@h JOIN #dev", "You are in #dev, too: /join #dev takes you there."),
    (":Nine!~9@h KICK #lobby Nova :too loud", "Nine removed Nova from the channel: too loud"),
    (":Nine!~9@h KICK #lobby Nova :Nine", "Nine removed Nova from the channel."),
    (
        ":Nine!~9@h KICK #lobby Neural :too loud",
        "Nine removed you from #lobby: too loud\nYou are in no channel now: /join #lobby takes you to one.",
    ),
    (":Nine!~9@h INVITE Neural #dev", "Nine invites you to #dev: /join #dev"),
    (":Nine!~9@h INVITE Nova #lobby", "Nine invited Nova."),
    (":Nine!~9@h KILL Neural :spam", "Nine ended your connection: spam"),
    (
        "ERROR :Closing link: (127.0.0.1) [Idle for more than 9 seconds]",
        "The server ends this connection: Idle for more than 9 seconds.",
    ),
    ("ERROR :Server going down", "The server ends this connection: Server going down."),
    # topics and modes
    (":Nine!~9@h TOPIC #lobby :What we do", "Nine set the topic: What we do"),
    (":Nine!~9@h TOPIC #lobby :", "Nine took the topic away."),
    (":Nine!~9@h TOPIC #dev :Code", "[#dev] Nine set the topic: Code"),
    (":Nine!~9@h MODE #lobby +o Neural", "Nine made Neural an operator."),
    (":Nine!~9@h MODE #lobby -o Neural", "Nine took the operator role from Neural."),
    (":Nine!~9@h MODE #lobby +q Nova", "Nine made Nova founder."),
    (
        ":Nine!~9@h MODE #lobby +a-h Nova Nova",
        "Nine made Nova an admin.\nNine took the half-operator role from Nova.",
    ),
    (":Nine!~9@h MODE #lobby +v Nova", "Nine gave Nova a voice."),
    (":Nine!~9@h MODE #lobby -v Nova", "Nine took Nova's voice."),
    (":Nine!~9@h MODE #lobby +b Nova!*@*", "Nine banned Nova."),
    (":Nine!~9@h MODE #lobby -b *!*@h", "Nine took back the ban of *!*@h."),
    (":Nine!~9@h MODE #lobby +b m:Nova!*@*", "Nine muted Nova."),
    (":Nine!~9@h MODE #lobby -b m:Nova!*@*", "Nine unmuted Nova."),
    (":Nine!~9@h MODE #lobby +e Nova!*@*", "Nine excepted Nova from bans."),
    (":Nine!~9@h MODE #lobby +I Nova!*@*", "Nine lets Nova in without an invitation."),
    (":Nine!~9@h MODE #lobby +k secret", "Nine locked the channel: its key is secret."),
    (":Nine!~9@h MODE #lobby -k secret", "Nine unlocked the channel."),
    (":ChanServ!ChanServ@gchat.test MODE #lobby +r", "ChanServ registered the channel: it lasts."),
    (":Nine!~9@h MODE #lobby +R", "Nine lets in only who has an account."),
    (":Nine!~9@h MODE #lobby +l 5", "Nine lets in 5 people at most."),
    (":Nine!~9@h MODE #lobby -l", "Nine lets in as many as come."),
    (":Nine!~9@h MODE #lobby +W 30", "Nine lets each say one thing in 30 seconds."),
    (":Nine!~9@h MODE #lobby -W", "Nine ended slow mode."),
    (":Nine!~9@h MODE #lobby +m", "Nine lets speak only who has a voice."),
    (":Nine!~9@h MODE #lobby -i", "Nine lets in everybody."),
    (":gchat.test MODE #dev +o Nine", "[#dev] gchat.test made Nine an operator."),
    (":Neural MODE Neural :+i", ""),
    # replies
    (":gchat.test 301 Neural Nine :at lunch", "Nine is away: at lunch"),
    (":gchat.test 331 Neural #lobby :No topic is set", "#lobby has no topic."),
    (":gchat.test 332 Neural #lobby :What we do", "The topic of #lobby: What we do"),
    (":gchat.test 333 Neural #lobby Nine!9@h 1700000000", ""),
    (":gchat.test 341 Neural Nova #lobby", "Nova is invited to #lobby."),
    (":gchat.test 322 Neural #dev 3 :Code", "#dev, 3 people: Code"),
    (":gchat.test 322 Neural #dev 1 :", "#dev, 1 person"),
    (":gchat.test 321 Neural Channel :Users  Name", ""),
    (
        ":gchat.test 353 Neural = #lobby :~Neural &Nova @Nine %Zed +Vox none",
        "In #lobby: Neural (founder), Nova (admin), Nine (operator), Zed (half-operator), Vox (voice), none",
    ),
    (":gchat.test 372 Neural :- hello", ""),
    (":gchat.test 422 Neural :MOTD File is missing", ""),
    (":gchat.test 391 Neural gchat.test :Sunday", "gchat.test: Sunday."),
    (":gchat.test 900 Neural Neural!~n@h Neural :You are now logged in as Neural", ""),  # NickServ says it
    (":gchat.test 901 Neural Neural!~n@h :You are now logged out", "You are now logged out."),
    # errors
    (":gchat.test 401 Neural Nova :No such nick/channel", "There is nobody called Nova."),
    (":gchat.test 403 Neural #nope :No such channel", "There is no channel #nope."),
    (":gchat.test 404 Neural #lobby :Cannot send to channel", "You cannot speak in #lobby."),
    (
        ":gchat.test 404 Neural #lobby :You are muted in this channel",
        "#lobby: You are muted in this channel.",
    ),
    (
        ":gchat.test 433 Neural Nova :Nickname is already in use",
        "The nickname Nova is taken: choose another.",
    ),
    (
        ":gchat.test 432 Neural 1x :Erroneus nickname",
        "1x cannot be a nickname: only ASCII letters, digits, - and _ can be in one, a letter first.",
    ),
    (
        ":gchat.test 432 Neural Böb :Erroneus nickname",
        "That cannot be a nickname: only ASCII letters, digits, - and _ can be in one, a letter first.",
    ),
    (
        ":gchat.test 433 Neural Nova :You change your nick too often: wait a minute",
        "Nova: You change your nick too often: wait a minute.",
    ),
    (":gchat.test 441 Neural Nova #lobby :They aren't on that channel", "Nova is not in #lobby."),
    (":gchat.test 442 Neural #dev :You're not on that channel", "You are not in #dev."),
    (
        ":gchat.test 475 Neural #dev :Cannot join channel (+k)",
        "You cannot go to #dev without its key: /join #dev KEY",
    ),
    (
        ":gchat.test 482 Neural #lobby :You're not channel operator",
        "You may not do that in #lobby: you are not an operator there.",
    ),
    (":gchat.test 412 Neural :No text to send", "There is nothing to say."),
    (":gchat.test 400 Neural MODE :Unknown error", "MODE: Unknown error."),
    (":gchat.test 999 Neural {0} {x} :{text}", "{0} {x}: {text}."),
    (":gchat.test 999 Neural", ""),
    (":gchat.test FAIL JOIN CHANNEL_FULL #dev :The channel is full!", "The channel is full!"),
    (":gchat.test WARN * SLOW_DOWN :You are too fast", "You are too fast."),
    (":gchat.test NOTE * MOVED :We moved", "We moved."),
    # what is for programs
    ("PING :gchat.test", ""),
    (":gchat.test PONG gchat.test :x", ""),
    (":gchat.test CAP * LS :x", ""),
    (":Nine!~9@h AWAY :lunch", ""),
    (":gchat.test BATCH +x labeled-response", ""),
]


def message(line: str) -> Message:
    parsed = parse(line)
    assert isinstance(parsed, Message)
    return parsed


def neural(newline: bool = False) -> TutorialWire:
    wire = TutorialWire("#lobby", newline)
    wire.feed(b"Neural\n" if newline else b"Neural")
    for line in BEGINNING:
        assert wire.encode(message(line)) == b""
    for line in IN_LOBBY:
        wire.encode(message(line))
    return wire


@pytest.mark.parametrize(("line", "shown"), SENTENCES)
def test_sentences(line: str, shown: str) -> None:
    assert neural().encode(message(line)).decode() == shown


@pytest.mark.parametrize(("line", "shown"), SENTENCES)
def test_lines_end_with_a_newline(line: str, shown: str) -> None:
    sent = neural(newline=True).encode(message(line)).decode()
    assert sent == (shown.replace("red e", "red é") + "\n" if shown else "")


def test_who_comes_in_sees_what_the_tutorials_server_says_and_nothing_else() -> None:
    wire = TutorialWire("#lobby")
    wire.feed(b"Neural")
    shown = [wire.encode(message(line)) for line in BEGINNING + IN_LOBBY]
    assert [piece for piece in shown if piece] == [b"Neural joined!\nConnected to server!"]


def test_a_server_that_encodes_twice_for_one_client_confuses_nobody() -> None:
    wire = TutorialWire("#lobby")
    wire.feed(b"Neural")
    for line in BEGINNING + IN_LOBBY[:1] + IN_LOBBY[:1]:
        wire.encode(message(line))
    assert wire.encode(message(IN_LOBBY[1])) == b""


def test_the_second_coming_is_an_ordinary_one() -> None:
    wire = neural()
    wire.encode(message(":Neural!~n@h PART #lobby"))
    wire.feed(b"Neural: /join #lobby")
    assert wire.encode(message(IN_LOBBY[0])) == b"You are in #lobby now."
    assert wire.encode(message(IN_LOBBY[1])) == b"In #lobby: Neural (operator), Nine"


def test_empty_lists_are_said_to_be_empty() -> None:
    wire = neural()
    assert (
        wire.encode(message(":s 366 Neural #nope :End of /NAMES list"))
        == b"There is nobody to be seen in #nope."
    )
    assert wire.encode(message(":s 323 Neural :End of /LIST")) == b"There are no channels."
    wire.encode(message(":s 322 Neural #lobby 1 :"))
    assert wire.encode(message(":s 323 Neural :End of /LIST")) == b""


def test_quitting_ends_with_a_goodbye() -> None:
    wire = neural()
    wire.feed(b"Neural: /quit")
    assert wire.encode(message("ERROR :Closing link: (h) [Client quit]")) == b"Goodbye!"


def test_the_own_nick_is_the_one_that_the_server_gave() -> None:
    wire = TutorialWire("#lobby")
    wire.feed(b"Neural")
    wire.encode(message(":s 001 Neural2 :Welcome"))
    wire.encode(message(":Neural!~n@h JOIN #lobby"))
    assert wire.encode(message(":Neural2!~n@h JOIN #lobby")) == b"Neural2 joined!\nConnected to server!"


@pytest.mark.parametrize("number", NUMERICS)
def test_every_reply_of_the_table_is_one_of_the_languages(number: str) -> None:
    assert number in BY_NUMBER or number in ("010", "250")
    form = NUMERICS[number]
    assert form == form.format("{0}", "{1}", text="{text}")
    assert not any(digit in form.replace("{0}", "").replace("{1}", "") for digit in "0123456789")
