"""Labels: every labeled command has one labeled answer.  https://ircv3.net/specs/extensions/labeled-response"""

import pytest

from gchat.server.request import Work

SERVER = ":gchat.test"
NEURAL = ":Neural!~Neural@127.0.0.1"
CAPS = "batch labeled-response"


@pytest.fixture
def neural(chat):
    return chat.client("Neural", caps=CAPS)


def reference(lines):
    """Check that the lines are one whole batch; return its reference."""
    name = lines[0].rpartition("+")[2].split(" ")[0]
    assert name.replace("-", "").isalnum()
    assert lines[0] == f"@label=x {SERVER} BATCH +{name} labeled-response"
    assert lines[-1] == f"{SERVER} BATCH -{name}"
    assert all(line.startswith(f"@batch={name} :") for line in lines[1:-1])
    return name


ONE = [  # commands with one line of an answer, and without any
    ("PING token", f"@label=x {SERVER} PONG gchat.test :token"),
    ("NONSENSE", f"@label=x {SERVER} 421 Neural NONSENSE :Unknown command"),
    ("JOIN", f"@label=x {SERVER} 461 Neural JOIN :Not enough parameters"),
    ("PRIVMSG Nobody :hi", f"@label=x {SERVER} 401 Neural Nobody :No such nick/channel"),
    ("AWAY :gone", f"@label=x {SERVER} 306 Neural :You have been marked as being away"),
    ("NICK Neuron", f"@label=x {NEURAL} NICK Neuron"),
    ("NICK Neural", f"@label=x {SERVER} ACK"),
    ("PONG token", f"@label=x {SERVER} ACK"),
    ("NOTICE Nobody :hi", f"@label=x {SERVER} ACK"),
    ("SETNAME :Neural N.", f"@label=x {SERVER} ACK"),
    ("CAP REQ :server-time", f"@label=x {SERVER} CAP Neural ACK server-time"),
    ("OPER nobody secret", f"@label=x {SERVER} 464 Neural :Password incorrect"),
    ("USER a b c d", f"@label=x {SERVER} 462 Neural :You may not reregister"),
    ("SETNAME :", f"@label=x {SERVER} FAIL SETNAME INVALID_REALNAME :The real name must not be empty"),
]


@pytest.mark.parametrize(("command", "answer"), ONE)
def test_one_line_carries_the_label_itself(neural, command, answer):
    assert neural.ask(f"@label=x {command}") == [answer]


@pytest.mark.parametrize(
    "command", ["JOIN #team", "MOTD #", "VERSION", "HELP", "LUSERS", "CAP LS 302", "WHOIS Neural"]
)
def test_several_lines_are_a_batch(neural, command):
    lines = neural.ask(f"@label=x {command}")
    if len(lines) > 1:
        reference(lines)


def test_a_join_its_names_and_an_error_are_one_batch(neural):
    lines = neural.ask("@label=x JOIN #team,inv@lid")
    reference(lines)
    assert [line.split(" ")[2] for line in lines[1:-1]] == ["403", "JOIN", "353", "366"]


def test_batches_have_references_of_their_own(neural):
    names = {reference(neural.ask("@label=x VERSION")) for _ in range(5)}
    assert len(names) == 5


def test_the_label_stands_before_the_other_tags_and_goes_to_nobody_else(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps=f"{CAPS} echo-message message-tags server-time")
    (echo,) = neural.ask("@label=x;+reply=1 PRIVMSG #team :hi")
    (delivery,) = nine.read()
    assert echo == "@label=x;" + delivery[1:]


def test_a_message_to_several_people_is_a_batch_of_echoes(chat):
    neural, nine, other = chat.join("#team", "Neural", "Nine", "Other", caps=f"{CAPS} echo-message")
    lines = neural.ask("@label=x PRIVMSG Nine,Nobody,Other :hi")
    reference(lines)
    assert [line.split(" ")[2] for line in lines[1:-1]] == ["401", "PRIVMSG", "PRIVMSG"]
    assert nine.read() == [f"{NEURAL} PRIVMSG Nine :hi"]
    assert other.read() == [f"{NEURAL} PRIVMSG Other :hi"]


def test_of_a_message_to_oneself_only_the_echo_is_labeled(chat):
    neural = chat.client("Neural", caps=f"{CAPS} echo-message")
    assert sorted(neural.ask("@label=x PRIVMSG Neural :note")) == [
        f"{NEURAL} PRIVMSG Neural :note",
        f"@label=x {NEURAL} PRIVMSG Neural :note",
    ]


def test_without_an_echo_a_message_is_acknowledged(chat):
    neural, nine = chat.join("#team", "Neural", "Nine", caps=CAPS)
    assert neural.ask("@label=x PRIVMSG #team :hi") == [f"@label=x {SERVER} ACK"]
    assert nine.read() == [f"{NEURAL} PRIVMSG #team :hi"]


def test_a_line_that_is_not_utf8_has_its_label_too(neural):
    neural.send_bytes(b"@label=x PRIVMSG #team :hi\xaa\r\n")
    (line,) = neural.read()
    assert line.startswith(f"@label=x {SERVER} FAIL PRIVMSG INVALID_UTF8 :")


@pytest.mark.parametrize("caps", ["", "batch", "labeled-response", "message-tags server-time batch"])
def test_who_did_not_negotiate_both_capabilities_gets_no_label(chat, caps):
    client = chat.client("Neural", caps=caps)
    assert client.ask("@label=x PING token") == [f"{SERVER} PONG gchat.test :token"]
    assert client.ask("@label=x PONG token") == []


@pytest.mark.parametrize("label", [r"a\sb\:c", "é", "0", "x" * 64])
def test_a_label_comes_back_as_it_was(neural, label):
    assert neural.ask(f"@label={label} PONG x") == [f"@label={label} {SERVER} ACK"]


def test_an_empty_label_is_none(neural):
    assert neural.ask("@label= PING x", "@label PONG x") == [f"{SERVER} PONG gchat.test :x"]


def test_a_labeled_quit_is_answered_before_the_goodbye(neural):
    assert neural.ask("@label=x QUIT :bye") == [
        "@label=x :Neural!~Neural@127.0.0.1 QUIT :Quit: bye",
        "ERROR :Closing link: (127.0.0.1) [Quit: bye]",
    ]


def test_what_happens_meanwhile_is_no_part_of_the_answer(chat, neural):
    nine = chat.client("Nine")
    pending = []
    chat.engine._work = lambda request, work: pending.append((request, work))
    neural.send("@label=x OPER somebody secret")
    nine.send("PRIVMSG Neural :psst")
    assert neural.read() == [":Nine!~Nine@127.0.0.1 PRIVMSG Neural :psst"]
    ((request, work),) = pending
    assert isinstance(work, Work)
    chat.engine.resume(request, False)
    chat.settle()
    assert neural.read() == [f"@label=x {SERVER} 464 Neural :Password incorrect"]


def test_registration_itself_can_be_labeled(chat):
    client = chat.connect()
    client.send(f"CAP REQ :{CAPS}", "NICK Neural", "USER neural 0 * :Neural")
    lines = client.ask("@label=x CAP END")
    reference(lines)
    assert lines[1].split(" ")[2] == "001"
