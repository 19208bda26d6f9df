"""OPER, KILL, WALLOPS and REHASH."""

import dataclasses

import pytest

from gchat.server import passwords
from gchat.server.settings import Operator, Server, Settings

SERVER = ":gchat.test"
HASHED = passwords.hash_password("operpassword", b"salt", n=2)
BLOCKS = (
    Operator("operuser", HASHED),
    Operator("nearby", HASHED, host="192.0.2.* *@127.0.0.1"),
    Operator("faraway", HASHED, host="192.0.2.7"),
    Operator("root", HASHED, host="~root@*"),
    Operator("broken", "not a hash"),
)
WRONG = f"{SERVER} 464 Neural :Password incorrect"


@pytest.fixture
def chat(make_chat):
    return make_chat(Settings(server=Server(name="gchat.test"), operators=BLOCKS, throttle=False))


@pytest.fixture
def neural(chat):
    return chat.client("Neural")


@pytest.fixture
def operator(chat):
    client = chat.client("Op")
    chat.op(client)
    return client


# OPER


@pytest.mark.parametrize("name", ["operuser", "nearby"])
def test_the_right_password_makes_an_operator(neural, name):
    assert neural.ask(f"OPER {name} operpassword") == [
        f"{SERVER} 381 Neural :You are now an IRC operator",
        ":Neural!~Neural@127.0.0.1 MODE Neural +o",
    ]
    assert neural.session.user.is_operator
    assert neural.session.user.oper == name


def test_who_comes_again_does_not_guess_on(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), operators=BLOCKS))
    clients = [chat.client(f"Nick{n}", host="2001:db8::1") for n in range(4)]
    answers = [line for client in clients for _ in range(3) for line in client.ask("OPER operuser wrong")]
    assert len([line for line in answers if line.endswith(":Password incorrect")]) == 10
    text = "Too many wrong passwords: wait some minutes"
    neighbour = chat.client("Neural", host="2001:db8::2")
    assert neighbour.ask("OPER operuser operpassword") == [f"{SERVER} 464 Neural :{text}"]
    stranger = chat.client("Nine", host="2001:db8:0:1::1")
    assert "381" in stranger.ask("OPER operuser operpassword")[0]
    chat.now += 60
    assert "381" in neighbour.ask("OPER operuser operpassword")[0]


def test_an_operator_who_does_it_again_learns_nothing_new(neural):
    neural.send("OPER operuser operpassword")
    assert neural.ask("OPER nearby operpassword") == [f"{SERVER} 381 Neural :You are now an IRC operator"]
    assert neural.session.user.oper == "nearby"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("OPER operuser wrong", WRONG),
        ("OPER operuser :", WRONG),
        ("OPER Operuser operpassword", WRONG),
        ("OPER nobody operpassword", WRONG),
        ("OPER broken operpassword", WRONG),
        ("OPER faraway wrong", WRONG),
        ("OPER faraway operpassword", f"{SERVER} 491 Neural :No O-lines for your host"),
        ("OPER root operpassword", f"{SERVER} 491 Neural :No O-lines for your host"),
        ("OPER operuser", f"{SERVER} 461 Neural OPER :Not enough parameters"),
        ("OPER", f"{SERVER} 461 Neural OPER :Not enough parameters"),
    ],
)
def test_everything_else_makes_none(neural, line, answer):
    assert neural.ask(line) == [answer]
    assert not neural.session.user.is_operator


def test_a_mask_may_name_the_user(chat):
    client = chat.connect()
    client.send("NICK Neural", "USER root 0 * :x")
    assert client.ask("OPER root operpassword")[0].split(" ")[1] == "381"


def test_an_unknown_name_costs_a_hash_as_well(chat, neural):
    hashes = []
    chat.engine._work = lambda request, work: hashes.append(work)
    neural.send("OPER nobody secret")
    ((function, (hashed, password), _),) = hashes
    assert function is passwords.verify
    assert hashed == passwords.NOBODY
    assert password == "secret"


def test_three_wrong_passwords_are_enough(neural):
    assert neural.ask("OPER operuser a", "OPER nobody b", "OPER operuser c", "PING x") == [
        WRONG,
        WRONG,
        WRONG,
        "ERROR :Closing link: (127.0.0.1) [Too many wrong OPER passwords]",
    ]
    assert neural.ended


def test_a_right_one_makes_the_wrong_ones_forgotten(neural):
    lines = ["OPER operuser a", "OPER operuser b", "OPER operuser operpassword"]
    neural.ask(*lines, *lines)
    assert not neural.ended


class Held:
    """Work that waits until it is let go."""

    def __init__(self, chat):
        self.chat = chat
        self.waiting = []
        chat.engine._work = lambda request, work: self.waiting.append((request, work))

    def let_go(self):
        for request, work in self.waiting:
            self.chat.engine.resume(request, work.function(*work.args))
        self.chat.settle()


def test_lines_that_follow_wait_for_the_hash(chat, neural):
    held = Held(chat)
    assert neural.ask("OPER operuser operpassword", "PING after") == []
    held.let_go()
    assert [line.split(" ")[1] for line in neural.read()] == ["381", "MODE", "PONG"]


def test_others_do_not_wait_for_the_hash(chat, neural):
    Held(chat)
    neural.send("OPER operuser operpassword")
    assert chat.client("Nine").numerics("PING x") == ["PONG"]


def test_a_block_that_went_meanwhile_makes_nobody_an_operator(chat, neural):
    held = Held(chat)
    neural.send("OPER operuser operpassword")
    chat.engine.configure(dataclasses.replace(chat.engine.settings, operators=()))
    held.let_go()
    assert neural.read() == [WRONG]


@pytest.mark.parametrize("how", ["lost", "close"])
def test_who_went_meanwhile_becomes_nothing(chat, neural, how):
    held = Held(chat)
    neural.send("OPER operuser operpassword")
    getattr(chat.engine, how)(neural.session, "gone")
    chat.settle()
    held.let_go()
    assert chat.engine.world.users == {}
    assert all("381" not in line for line in neural.read())


def test_work_that_fails_is_a_bug_of_the_command_alone(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test"), throttle=False))
    neural = chat.client("Neural")
    waiting = []
    chat.engine._work = lambda request, work: waiting.append(request)
    neural.send("OPER operuser operpassword")
    chat.engine.resume(waiting[0], OSError("no more threads"))
    chat.settle()
    assert neural.read() == [f"{SERVER} 400 Neural OPER :Unknown error"]
    assert neural.numerics("PING x") == ["PONG"]
    assert chat.engine.errors == 1
    chat.engine.errors = 0


# KILL


def test_a_kill_is_told_to_the_victim_and_to_the_others(chat, operator):
    neural, nine = chat.join("#team", "Neural", "Nine")
    assert operator.ask("KILL neural :go away") == []
    assert neural.read() == [
        ":Op!~Op@127.0.0.1 KILL Neural :go away",
        ":Neural!~Neural@127.0.0.1 QUIT :Killed (Op (go away))",
        "ERROR :Closing link: (127.0.0.1) [Killed (Op (go away))]",
    ]
    assert neural.ended == "Killed (Op (go away))"
    assert nine.read() == [":Neural!~Neural@127.0.0.1 QUIT :Killed (Op (go away))"]
    chat.engine.lost(neural.session, "closed")
    chat.settle()
    assert nine.read() == []
    chat.client("Neural")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("KILL", "461 Op KILL :Not enough parameters"),
        ("KILL Nobody :x", "401 Op Nobody :No such nick/channel"),
        ("KILL :", "401 Op * :No such nick/channel"),
        ("KILL gchat.test :x", "483 Op :You cant kill a server!"),
    ],
)
def test_kills_that_cannot_be(operator, line, answer):
    assert operator.ask(line) == [f"{SERVER} {answer}"]


@pytest.mark.parametrize("line", ["KILL Neural", "KILL Neural :"])
def test_a_kill_without_a_reason(neural, operator, line):
    operator.send(line)
    assert neural.ended == "Killed (Op (No reason given))"


def test_operators_can_kill_themselves(operator):
    operator.send("KILL Op :bye")
    assert operator.ended


@pytest.mark.parametrize("line", ["KILL Op :x", "KILL Neural :x", "WALLOPS :x", "REHASH"])
def test_others_may_do_none_of_it(chat, neural, operator, line):
    chat.engine.rehash = lambda: pytest.fail("read the configuration")
    assert neural.ask(line) == [f"{SERVER} 481 Neural :Permission Denied- You're not an IRC operator"]
    assert not neural.ended
    assert not operator.ended


def test_who_gives_the_mode_back_is_an_operator_no_more(neural):
    neural.send("OPER operuser operpassword", "MODE Neural -o")
    assert neural.session.user.oper == ""
    assert neural.numerics("REHASH") == ["481"]


# WALLOPS


def test_wallops_reach_those_with_mode_w(chat, neural, operator):
    nine = chat.client("Nine")
    nine.send("MODE Nine +w")
    nine.read()
    assert operator.ask("WALLOPS :hi everyone") == []
    assert nine.read() == [":Op!~Op@127.0.0.1 WALLOPS :hi everyone"]
    assert neural.read() == []
    operator.send("MODE Op +w")
    assert operator.ask("WALLOPS again") == [":Op!~Op@127.0.0.1 WALLOPS :again"]


@pytest.mark.parametrize("line", ["WALLOPS", "WALLOPS :"])
def test_wallops_need_a_text(operator, line):
    assert operator.ask(line) == [f"{SERVER} 461 Op WALLOPS :Not enough parameters"]


# REHASH


def test_rehash_reads_the_configuration_again(chat, operator):
    read = []
    chat.engine.rehash = lambda: read.append(1) or ""
    assert operator.ask("REHASH") == [f"{SERVER} 382 Op gchat-server.toml Rehashing"]
    assert read == [1]


def test_a_rehash_that_fails_says_why(chat, operator):
    chat.engine.rehash = lambda: "server.name must be a string"
    assert operator.ask("REHASH") == [
        f"{SERVER} 382 Op gchat-server.toml Rehashing",
        f"{SERVER} NOTICE Op :The configuration stays as it was: server.name must be a string",
    ]


def test_the_log_tells_of_operators_and_not_of_passwords(neural, caplog):
    caplog.set_level("DEBUG", "gchat.server")
    neural.send("OPER root guessed", "OPER root secret", "OPER secret2 root")
    said = caplog.text
    assert "A wrong OPER password from ('127.0.0.1', 4970), Neural" in said
    assert "secret" not in said
    assert "guessed" not in said
