"""How a connection becomes a user, lives under a nick and ends."""

import pytest

from gchat.irc import limits
from gchat.server import dispatch, passwords
from gchat.server.settings import Server, Settings
from gchat.tutorial.wire import TutorialWire

SERVER = ":gchat.test"


def error(numeric, *rest):
    return [f"{SERVER} {numeric} " + " ".join(rest)]


# the welcome


def test_the_welcome_comes_in_the_order_of_the_document(chat):
    client = chat.connect()
    lines = client.ask("NICK Neural", "USER neural 0 * :Neural Nine")
    commands = [line.split(" ")[1] for line in lines]
    assert [*dict.fromkeys(commands)] == [
        *("001", "002", "003", "004", "005", "251", "252", "253", "254", "255", "265", "266", "422")
    ]
    assert lines[0] == f"{SERVER} 001 Neural :Welcome to the gchat Network, Neural"
    assert all(line.split(" ")[2] == "Neural" for line in lines)
    assert chat.engine.world.user("neural").source == "Neural!~neural@127.0.0.1"
    assert chat.engine.world.user("neural").realname == "Neural Nine"


def test_the_order_of_nick_and_user_does_not_matter(chat):
    client = chat.connect()
    assert client.ask("USER neural 0 * :Neural") == []
    assert client.ask("NICK Neural")[0].split(" ")[1] == "001"


def test_a_secure_connection_makes_a_secure_user(chat):
    assert chat.client("Neural", secure=True).session.user.secure
    assert not chat.client("Nine").session.user.secure


def test_the_message_of_the_day_ends_the_welcome(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test", motd="Be kind.\n\nOr go.\n")))
    client = chat.connect()
    assert client.ask("NICK Neural", "USER neural 0 * :Neural")[-5:] == [
        f"{SERVER} 375 Neural :- gchat.test Message of the day - ",
        f"{SERVER} 372 Neural :- Be kind.",
        f"{SERVER} 372 Neural :- ",
        f"{SERVER} 372 Neural :- Or go.",
        f"{SERVER} 376 Neural :End of /MOTD command.",
    ]


# NICK

BAD_NICKS = [
    "*",
    "#team",
    "9lives",
    "-dash",
    "sp!rit",
    "a@b",
    "a,b",
    "a.b",
    "Işıl",
    "n" * (limits.NICKLEN + 1),
    "$all",
    "~root",
]


@pytest.mark.parametrize("nick", BAD_NICKS)
def test_an_impossible_nick_is_refused(chat, nick):
    client = chat.connect()
    long = f"Erroneous nickname: it is longer than {limits.NICKLEN} characters"
    text = long if len(nick) > limits.NICKLEN else "Erroneus nickname"
    assert client.ask(f"NICK {nick}") == error("432", "*", nick, f":{text}")
    assert client.ask("USER neural 0 * :Neural") == []
    assert "001" in client.numerics("NICK Neural")
    assert client.ask(f"NICK {nick}") == error("432", "Neural", nick, f":{text}")


@pytest.mark.parametrize("nick", ["N", "[Neural]", "a|b\\c", "{x}^`_-9", "n" * limits.NICKLEN])
def test_a_possible_nick_is_taken(chat, nick):
    assert chat.client(nick).session.user.nick == nick


@pytest.mark.parametrize("line", ["NICK", "NICK :"])
def test_no_nick_at_all(chat, line):
    assert chat.connect().ask(line) == error("431", "*", ":No nickname given")


def test_a_nick_with_spaces_is_named_as_one_word(chat):
    assert chat.connect().ask("NICK :a b") == error("432", "*", "a_b", ":Erroneus nickname")


def test_a_taken_nick_is_refused_in_any_case(chat):
    chat.client("Neural")
    client = chat.connect()
    assert client.ask("NICK neural") == error("433", "*", "neural", ":Nickname is already in use")
    assert client.ask("USER nine 0 * :Nine") == []
    assert "001" in client.numerics("NICK Nine")


def test_of_two_who_ask_for_one_nick_the_first_to_register_gets_it(chat):
    first, second = chat.connect(), chat.connect()
    first.send("NICK Neural")
    second.send("NICK Neural")
    assert "001" in second.numerics("USER b 0 * :b")
    assert first.ask("USER a 0 * :a") == error("433", "*", "Neural", ":Nickname is already in use")
    assert "001" in first.numerics("NICK Nine")


def test_of_two_in_the_same_turn_one_gets_the_nick(chat):
    first, second = chat.connect(), chat.connect()
    chat.engine.receive(first.session, b"NICK Neural\r\nUSER a 0 * :a\r\n")
    chat.engine.receive(second.session, b"NICK neural\r\nUSER b 0 * :b\r\n")
    chat.settle()
    assert first.read()[0].split(" ")[1] == "001"
    assert second.read() == error("433", "*", "neural", ":Nickname is already in use")
    assert "001" in second.numerics("NICK Nine")


def test_a_new_nick_is_told_once_to_everybody_who_shares_a_channel(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.join("#tea", "Other")
    neural.send("JOIN #tea2")
    nine.send("JOIN #tea2")
    nine.read()
    assert neural.ask("NICK Neuron") == [":Neural!~Neural@127.0.0.1 NICK Neuron"]
    assert nine.read() == [":Neural!~Neural@127.0.0.1 NICK Neuron"]
    assert nine.ask("PRIVMSG Neuron :hi") == []
    assert neural.read() == [":Nine!~Nine@127.0.0.1 PRIVMSG Neuron :hi"]


def test_a_nick_may_change_its_case(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    assert neural.ask("NICK NEURAL") == [":Neural!~Neural@127.0.0.1 NICK NEURAL"]
    assert nine.read() == [":Neural!~Neural@127.0.0.1 NICK NEURAL"]
    assert nine.ask("NICK neural") == error("433", "Nine", "neural", ":Nickname is already in use")


def test_the_same_nick_again_is_no_change(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    assert neural.ask("NICK Neural") == []
    assert nine.read() == []


def test_a_nick_is_free_again(chat):
    neural = chat.client("Neural")
    neural.send("NICK Neuron")
    again = chat.client("Neural")
    again.send("QUIT")
    chat.client("NEURAL")


def test_two_who_take_one_nick_in_the_same_turn(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.engine.receive(neural.session, b"NICK Other\r\n")
    chat.engine.receive(nine.session, b"NICK Other\r\n")
    chat.settle()
    assert neural.read() == [":Neural!~Neural@127.0.0.1 NICK Other"]
    refusal = f"{SERVER} 433 Nine Other :Nickname is already in use"
    assert sorted(nine.read()) == [":Neural!~Neural@127.0.0.1 NICK Other", refusal]


# USER

USERNAMES = [
    ("neural", "~neural"),
    ("~neural", "~neural"),
    ("ne@ur!al", "~neural"),
    ("u" * 40, "~" + "u" * (limits.USERLEN - 1)),
    ("😊😊", "~user"),
    ("*", "~user"),
]


@pytest.mark.parametrize(("given", "shown"), USERNAMES)
def test_a_username_is_made_harmless(chat, given, shown):
    client = chat.connect()
    client.send("NICK Neural", f"USER {given} 0 * :Neural")
    assert client.session.user.username == shown


@pytest.mark.parametrize(
    "line", ["USER", "USER neural", "USER neural 0 *", "USER neural 0 * :", "USER : 0 * :x"]
)
def test_user_needs_a_username_and_a_real_name(chat, line):
    client = chat.connect()
    client.send("NICK Neural")
    assert client.ask(line) == error("461", "Neural", "USER", ":Not enough parameters")


def test_a_real_name_is_cut_between_two_characters(chat):
    client = chat.connect()
    client.send("NICK Neural", "USER neural 0 * :x" + "é" * 100)
    assert client.session.user.realname == "x" + "é" * ((limits.REALNAMELEN - 1) // 2)


@pytest.mark.parametrize("line", ["USER a 0 * :a", "PASS secret"])
def test_nobody_registers_twice(chat, line):
    assert chat.client("Neural").ask(line) == error("462", "Neural", ":You may not reregister")


AFTER = [name for name, command in dispatch.TABLE.items() if command.when is dispatch.When.AFTER]


@pytest.mark.parametrize("command", [*AFTER, "NONSENSE"])
def test_everything_else_has_to_wait_for_registration(chat, command):
    client = chat.connect()
    assert client.ask(f"{command} a b c d") == error("451", "*", ":You have not registered")
    client.send("NICK Neural")
    assert client.ask(command) == error("451", "Neural", ":You have not registered")


# PASS

HASHED = passwords.hash_password("open sesame", b"salt", n=2)


@pytest.fixture
def locked(make_chat):
    return make_chat(Settings(server=Server(name="gchat.test", password=HASHED), throttle=False))


@pytest.mark.parametrize("lines", [["PASS :open sesame"], ["PASS wrong", "PASS :open sesame"]])
def test_the_right_password_opens(locked, lines):
    client = locked.connect()
    assert "001" in client.numerics(*lines, "NICK Neural", "USER neural 0 * :Neural")


@pytest.mark.parametrize("lines", [[], ["PASS wrong"], ["PASS :"], ["PASS :open sesame", "PASS wrong"]])
def test_another_password_ends_the_connection(locked, lines):
    client = locked.connect()
    assert client.ask(*lines, "NICK Neural", "USER neural 0 * :Neural") == [
        f"{SERVER} 464 Neural :Password incorrect",
        "ERROR :Closing link: (127.0.0.1) [The password is wrong]",
    ]
    assert client.ended
    assert locked.engine.world.user("Neural") is None


def test_a_password_after_the_rest_comes_too_late(locked):
    client = locked.connect()
    lines = client.ask("NICK Neural", "USER neural 0 * :Neural", "PASS :open sesame")
    assert lines[0] == f"{SERVER} 464 Neural :Password incorrect"


def test_the_password_is_not_kept(locked):
    client = locked.connect()
    client.send("PASS :open sesame", "NICK Neural", "USER neural 0 * :Neural")
    assert client.session.password == ""


@pytest.mark.parametrize("newline", [False, True])
def test_who_cannot_give_a_password_does_not_come_in(locked, newline):
    client = locked.plain(TutorialWire("#lobby", newline))
    client.send_bytes(b"Neural" + b"\n" * newline)
    assert client.ended == "This server has a password, which only an IRC client can give"
    assert client.ended.encode() in client.read_bytes()
    assert locked.engine.world.users == {}


def test_who_leaves_while_the_password_is_checked_is_gone(locked):
    client = locked.connect()
    locked.engine.receive(client.session, b"PASS :open sesame\r\nNICK Neural\r\nUSER neural 0 * :x\r\n")
    locked.engine.lost(client.session, "Connection reset")
    locked.settle()
    assert locked.engine.world.users == {}


# PING, PONG, ERROR, QUIT


def test_ping_is_answered_with_its_token_at_any_time(chat):
    client = chat.connect()
    assert client.ask("PING before") == [f"{SERVER} PONG gchat.test :before"]
    client = chat.client("Neural")
    assert client.ask("PING :two words", "PONG x", "ERROR :x") == [f"{SERVER} PONG gchat.test :two words"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [("PING", error("461", "Neural", "PING", ":Not enough parameters")),
     ("PING :", error("409", "Neural", ":No origin specified"))],
)  # fmt: skip
def test_ping_needs_a_token(chat, line, answer):
    assert chat.client("Neural").ask(line) == answer


@pytest.mark.parametrize(
    ("line", "reason"),
    [("QUIT", "Quit: "), ("QUIT :", "Quit: "), ("QUIT :gone fishing", "Quit: gone fishing")],
)
def test_quit_tells_the_others_and_says_goodbye(chat, line, reason):
    neural, nine, other = chat.join("#team", "Neural", "Nine", "Other")
    other.send("PART #team")
    nine.read()
    assert neural.ask(line) == [
        f":Neural!~Neural@127.0.0.1 QUIT :{reason}",
        f"ERROR :Closing link: (127.0.0.1) [{reason}]",
    ]
    assert neural.ended == reason
    assert nine.read() == [f":Neural!~Neural@127.0.0.1 QUIT :{reason}"]
    assert other.read() == [":Other!~Other@127.0.0.1 PART #team"]


def test_nothing_that_follows_quit_is_heard(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    assert neural.numerics("QUIT :bye", "PRIVMSG #team :still here?") == ["QUIT", "ERROR"]
    assert neural.ask("PRIVMSG #team :still here?") == []
    assert nine.read() == [":Neural!~Neural@127.0.0.1 QUIT :Quit: bye"]


def test_quit_before_registration(chat):
    client = chat.connect()
    assert client.ask("NICK Neural", "QUIT") == ["ERROR :Closing link: (127.0.0.1) [Quit: ]"]
    chat.client("Neural")


def test_a_lost_connection_quits_with_what_happened(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    chat.engine.lost(neural.session, "Connection reset by peer")
    chat.engine.lost(neural.session, "Connection reset by peer")
    chat.settle()
    assert nine.read() == [":Neural!~Neural@127.0.0.1 QUIT :Connection reset by peer"]
    assert neural.session.id not in chat.engine.sessions


@pytest.mark.parametrize("how", ["lost", "close"])
def test_who_goes_on_the_way_to_being_registered_leaves_no_ghost(chat, how):
    watcher = chat.client("Watcher")
    watcher.send("MONITOR + Neural")
    client = chat.connect()
    chat.engine.receive(client.session, b"NICK Neural\r\nUSER neural 0 * :Neural\r\n")
    getattr(chat.engine, how)(client.session, "Connection reset")
    chat.settle()
    chat.settle()
    assert chat.engine.world.user("Neural") is None
    chat.client("Neural")
