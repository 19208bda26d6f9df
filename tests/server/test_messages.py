"""PRIVMSG, NOTICE and TAGMSG: who reads what, with which tags, and what is refused."""

import pytest

from gchat.irc import limits
from gchat.server.settings import Server, Settings

SERVER = ":gchat.test"
NEURAL, NINE = ":Neural!~Neural@127.0.0.1", ":Nine!~Nine@127.0.0.1"
NOW = "2023-11-14T22:13:20.000Z"


@pytest.fixture
def team(chat):
    """Neural, who operates #team, Nine, who is in it, and Other, who is not."""
    return (*chat.join("#team", "Neural", "Nine"), chat.client("Other"))


# who reads it


@pytest.mark.parametrize("command", ["PRIVMSG", "NOTICE"])
def test_a_channel_reads_it_and_its_author_does_not(team, command):
    neural, nine, other = team
    assert neural.ask(f"{command} #TEAM :hello there") == []
    assert nine.read() == [f"{NEURAL} {command} #team :hello there"]
    assert other.read() == []


@pytest.mark.parametrize("command", ["PRIVMSG", "NOTICE"])
def test_a_user_reads_it(team, command):
    neural, nine, other = team
    assert neural.ask(f"{command} oTHER hi") == []
    assert other.read() == [f"{NEURAL} {command} Other :hi"]
    assert nine.read() == []


def test_to_oneself(team):
    neural = team[0]
    assert neural.ask("PRIVMSG Neural :note") == [f"{NEURAL} PRIVMSG Neural :note"]
    neural.send("CAP REQ :echo-message")
    assert neural.ask("PRIVMSG Neural :note") == [f"{NEURAL} PRIVMSG Neural :note"] * 2


def test_several_targets_are_served_one_by_one(team):
    neural, nine, other = team
    assert neural.ask("PRIVMSG nine,Nobody,other,#team :hi") == [
        f"{SERVER} 401 Neural Nobody :No such nick/channel"
    ]
    assert nine.read() == [f"{NEURAL} PRIVMSG Nine :hi", f"{NEURAL} PRIVMSG #team :hi"]
    assert other.read() == [f"{NEURAL} PRIVMSG Other :hi"]


def test_too_many_targets(team):
    neural, nine, _ = team
    assert neural.ask("PRIVMSG nine,other,neural,#team,nine :hi") == [
        f"{SERVER} 407 Neural nine :Too many recipients"
    ]
    assert nine.read() == []
    assert neural.ask("NOTICE nine,other,neural,#team,nine :hi") == []


# what is refused

REFUSED = [
    ("PRIVMSG", "411 Neural :No recipient given (PRIVMSG)"),
    ("PRIVMSG :", "411 Neural :No recipient given (PRIVMSG)"),
    ("PRIVMSG #team", "412 Neural :No text to send"),
    ("PRIVMSG #team :", "412 Neural :No text to send"),
    ("PRIVMSG Nobody :hi", "401 Neural Nobody :No such nick/channel"),
    ("PRIVMSG #nowhere :hi", "403 Neural #nowhere :No such channel"),
    ("PRIVMSG @Nine :hi", "401 Neural @Nine :No such nick/channel"),
    ("PRIVMSG @ :hi", "401 Neural @ :No such nick/channel"),
    ("PRIVMSG @#nowhere :hi", "403 Neural #nowhere :No such channel"),
    ("PRIVMSG , :hi", "401 Neural * :No such nick/channel"),
    ("PRIVMSG $* :hi", "401 Neural $* :No such nick/channel"),
    ("@+x=1 TAGMSG", "411 Neural :No recipient given (TAGMSG)"),
    ("@+x=1 TAGMSG Nobody", "401 Neural Nobody :No such nick/channel"),
]


@pytest.mark.parametrize(("line", "answer"), REFUSED)
def test_what_cannot_be_delivered(team, line, answer):
    first = team[0].ask(line)[0]
    assert first == f"{SERVER} {answer}"


@pytest.mark.parametrize("line", [line for line, _ in REFUSED if line.startswith("PRIVMSG")])
def test_a_notice_is_never_answered(team, line):
    assert team[0].ask(line.replace("PRIVMSG", "NOTICE")) == []


NOT_IN_IT = "You are not in this channel, and it takes no messages from outside (+n): join it first"
MODERATED = "This channel is moderated (+m): ask one of its operators for voice"


@pytest.mark.parametrize(
    ("modes", "author", "line", "why"),
    [
        ("", "Other", "PRIVMSG #team :hi", NOT_IN_IT),
        ("-n", "Other", "PRIVMSG #team :hi", ""),
        ("-n+m", "Other", "PRIVMSG #team :hi", MODERATED),
        ("+m", "Nine", "PRIVMSG #team :hi", MODERATED),
        ("+mv Nine", "Nine", "PRIVMSG #team :hi", ""),
        ("+m", "Neural", "PRIVMSG #team :hi", ""),
        ("+b Nine!*@*", "Nine", "PRIVMSG #team :hi", "You are banned from this channel"),
        ("+be Nine!*@* *!*@127.0.0.1", "Nine", "PRIVMSG #team :hi", ""),
        ("+bv Nine!*@* Nine", "Nine", "PRIVMSG #team :hi", ""),
        ("+b m:Nine!*@*", "Nine", "PRIVMSG #team :hi", "You are muted in this channel"),
        ("+b m:Nine!*@*", "Nine", "@+x=1 TAGMSG #team", "You are muted in this channel"),
        ("-n+b Other!*@*", "Other", "PRIVMSG #team :hi", "You are banned from this channel"),
        ("+C", "Nine", "PRIVMSG #team :\x01VERSION\x01", "CTCP is not allowed in this channel (+C)"),
        ("+C", "Nine", "PRIVMSG #team :\x01ACTION waves\x01", ""),
        ("", "Nine", "PRIVMSG #team :\x01VERSION\x01", ""),
    ],
)
def test_what_a_channel_lets_through(team, modes, author, line, why):
    neural, nine, other = team
    if modes:
        neural.send(f"MODE #team {modes}")
    speaker = {"Neural": neural, "Nine": nine, "Other": other}[author]
    hearer = neural if speaker is not neural else nine
    hearer.read()
    replies = speaker.ask(line)
    assert replies == ([f"{SERVER} 404 {author} #team :{why}"] if why else [])
    assert bool(hearer.read()) == (not why)


def test_a_secret_channel_does_not_exist_for_others(team):
    neural, nine, other = team
    neural.send("MODE #team +s")
    assert other.ask("PRIVMSG #team :hi") == [f"{SERVER} 403 Other #team :No such channel"]
    assert nine.ask("PRIVMSG #team :hi") == []


# STATUSMSG

STATUS = [  # prefix, who of founder, operator, half-operator, voiced and plain reads it
    ("~", ["Founder"], "~"),
    ("&", ["Founder"], "&"),
    ("@", ["Founder", "Op"], "@"),
    ("%", ["Founder", "Op", "Half"], "%"),
    ("+", ["Founder", "Op", "Half", "Voice"], "+"),
    ("@+", ["Founder", "Op", "Half", "Voice"], "+"),
    ("+@", ["Founder", "Op", "Half", "Voice"], "+"),
]


@pytest.mark.parametrize(("prefix", "readers", "shown"), STATUS)
def test_messages_for_a_role_and_above(chat, prefix, readers, shown):
    clients = chat.join("#team", "Founder", "Op", "Half", "Voice", "Plain", "Author")
    world = chat.engine.world
    for client, role in zip(clients, ["q", "o", "h", "v", "", ""], strict=True):
        world.set_roles(client.session.user, world.channel("#team"), role)
    assert clients[-1].ask(f"PRIVMSG {prefix}#team :quietly") == []
    line = f":Author!~Author@127.0.0.1 PRIVMSG {shown}#team :quietly"
    assert [c.session.user.nick for c in clients if line in c.read()] == readers


# tags


def test_every_recipient_gets_the_tags_it_can_read(chat):
    alice, bob, carol, dave = (
        chat.client("alice", "message-tags"),
        chat.client("bob", "message-tags echo-message"),
        chat.client("carol"),
        chat.client("dave", "server-time"),
    )
    for client in (alice, bob, carol, dave):
        client.send("JOIN #team")
    for client in (alice, bob, carol, dave):
        client.read()
    bob.send("@+bat=b\\sz;fizz=buzz;+empty PRIVMSG #team :hi")
    source = ":bob!~bob@127.0.0.1"
    (tagged,) = alice.read()
    tags, _, rest = tagged.partition(" ")
    assert rest == f"{source} PRIVMSG #team :hi"
    msgid = chat.engine.settings and tags.partition("msgid=")[2].partition(";")[0]
    assert tags == f"@msgid={msgid};+bat=b\\sz;+empty"
    assert bob.read() == [tagged]
    assert carol.read() == [f"{source} PRIVMSG #team :hi"]
    assert dave.read() == [f"@time={NOW} {source} PRIVMSG #team :hi"]


def test_msgids_never_repeat(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="message-tags")
    neural.send(*["PRIVMSG #team :again"] * 50)
    lines = nine.read()
    assert len(set(lines)) == 50
    assert all(line.startswith("@msgid=") for line in lines)


def test_a_tagmsg_is_for_those_who_can_read_it(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="message-tags")
    (old,) = chat.join("#team", "Old")
    nine.read()
    assert neural.ask(r"@+buzz=fizz\:buzz;cat=dog TAGMSG #team") == []
    (line,) = nine.read()
    assert line.startswith("@msgid=")
    assert line.endswith(rf";+buzz=fizz\:buzz {NEURAL} TAGMSG #team")
    assert old.read() == []
    neural.send("@+typing=active TAGMSG Old,Nine")
    assert old.read() == []
    assert nine.read()[0].endswith(f";+typing=active {NEURAL} TAGMSG Nine")


def test_a_client_s_own_tags_reach_the_user_that_they_are_for(team):
    # https://ircv3.net/specs/client-tags/channel-context: what is said in private belongs to a channel
    neural, nine, other = team
    for client in (neural, nine):
        client.send("CAP REQ :message-tags")
        client.read()
    assert neural.ask(*[f"@+channel-context=#team PRIVMSG {nick} :psst" for nick in ("Nine", "Other")]) == []
    (line,) = nine.read()
    assert line.startswith("@msgid=")
    assert line.endswith(f";+channel-context=#team {NEURAL} PRIVMSG Nine :psst")
    assert other.read() == [f"{NEURAL} PRIVMSG Other :psst"]


@pytest.mark.parametrize("line", ["TAGMSG #team", "@cat=dog TAGMSG #team", "@=x TAGMSG #team"])
def test_a_tagmsg_without_tags_says_nothing(chat, line):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="message-tags echo-message")
    assert neural.ask(line) == []
    assert nine.read() == []


def test_the_longest_tags_arrive_and_longer_ones_are_refused(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="message-tags")
    longest = "@foo=bar;+baz=" + "a" * 4081
    assert neural.ask(f"{longest} PRIVMSG #team {'b' * 400}") == []
    (line,) = nine.read()
    assert "+baz=" + "a" * 4081 in line
    assert line.endswith("b" * 400)
    too_long = f"{SERVER} 417 Neural :Input line was too long"
    assert neural.ask(f"{longest}a TAGMSG #team", f"{longest}a PRIVMSG #team hi") == [too_long] * 2
    assert nine.read() == []


def test_bots_are_marked(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="message-tags")
    nine.send("MODE Nine +B", "CAP REQ :echo-message")
    nine.read()
    nine.send("PRIVMSG #team :beep", "NOTICE Neural :boop")
    assert all(";bot :Nine!" in line for line in neural.read())
    assert all(";bot :Nine!" in line for line in nine.read())


# echo-message


@pytest.mark.parametrize(
    ("line", "echo"),
    [
        ("PRIVMSG #TEAM :hi", f"{NEURAL} PRIVMSG #team :hi"),
        ("NOTICE #team :hi", f"{NEURAL} NOTICE #team :hi"),
        ("PRIVMSG nine :hi", f"{NEURAL} PRIVMSG Nine :hi"),
        ("PRIVMSG @#team :hi", f"{NEURAL} PRIVMSG @#team :hi"),
    ],
)
def test_the_echo_is_what_others_read(chat, line, echo):
    neural, nine = chat.join("#team", "Neural", "Nine", caps="echo-message")
    assert neural.ask(line) == [echo]
    assert nine.read() == ([] if "@" in line.split()[1] else [echo])


def test_the_echo_of_what_is_refused_is_the_refusal(chat):
    neural = chat.client("Neural", caps="echo-message")
    assert neural.ask("PRIVMSG Nobody :hi") == [f"{SERVER} 401 Neural Nobody :No such nick/channel"]
    assert neural.ask("NOTICE Nobody :hi") == []


# lines


def test_a_text_is_cut_for_others_where_the_line_ends_between_two_characters(team):
    neural, nine, _ = team
    text = "😊" * 123
    assert neural.ask(f"PRIVMSG #team :{text}") == []
    data = nine.read_bytes()
    assert len(data) <= limits.LINE
    shown = data.decode().removesuffix("\r\n").rpartition(":")[2]
    assert shown == "😊" * ((limits.LINE - 2 - len(f"{NEURAL} PRIVMSG #team :")) // 4)


def test_a_line_at_the_limit_and_one_beyond(team):
    neural = team[0]
    assert neural.ask("PING " + "x" * 505)[0].startswith(f"{SERVER} PONG gchat.test :xxx")
    assert neural.ask("PING " + "x" * 506) == [f"{SERVER} 417 Neural :Input line was too long"]
    assert neural.ask("PING back") == [f"{SERVER} PONG gchat.test :back"]


@pytest.mark.parametrize(
    ("data", "command"),
    [(b"PRIVMSG #team :hi\xaa", "PRIVMSG"), (b"TOPIC #team :\xff", "TOPIC"), (b"\xff\xfe x", "*")],
)
def test_what_is_not_utf8_is_refused(team, data, command):
    neural, nine, _ = team
    neural.send_bytes(data + b"\r\n")
    (line,) = neural.read()
    assert line.startswith(f"{SERVER} FAIL {command} INVALID_UTF8 :")
    assert nine.read() == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\rb", "a b"), ("a\0b", "a b"), ("tab\there", "tab\there"), ("\x02bold\x0f", "\x02bold\x0f")],
)
def test_nobody_s_text_is_somebody_s_line(team, text, shown):
    neural, nine, _ = team
    neural.send_bytes(f"PRIVMSG #team :{text}\n".encode())
    assert nine.read() == [f"{NEURAL} PRIVMSG #team :{shown}"]


def test_lines_in_pieces(team):
    neural, nine, _ = team
    for byte in "PRIVMSG #team :hé\r\n".encode():
        neural.send_bytes(bytes([byte]))
    neural.send_bytes(b"PRIVMSG #team :a\nPRIVMSG #te")
    neural.send_bytes(b"am :b\r\n\r\n\r\n")
    assert nine.read() == [f"{NEURAL} PRIVMSG #team :{text}" for text in ("hé", "a", "b")]


# idle time


def test_speaking_ends_idleness_and_other_commands_do_not(team, chat):
    neural = team[0]
    chat.advance(50)
    neural.send("PING x", "NAMES #team", "PRIVMSG Nobody :hi")
    assert neural.session.spoke_at == chat.now - 50
    neural.send("PRIVMSG #team :hi")
    assert neural.session.spoke_at == chat.now


def test_what_was_said_is_stored_before_it_is_shown(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), throttle=False))
    neural, nine = chat.join("#team", "Neural", "Nine")
    seen = []
    chat.engine.store.write = lambda entries: seen.append(([e.params[-1] for e in entries], nine.read()))
    chat.engine.receive(neural.session, b"PRIVMSG #team :one\r\nPRIVMSG #team :two\r\nTOPIC #team :x\r\n")
    chat.settle()
    assert seen == [(["one", "two", "x"], [])]
    assert len(nine.read()) == 3
