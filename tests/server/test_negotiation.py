"""CAP: what is offered, asked for, refused and taken back."""

import dataclasses

import pytest

from gchat.server import capabilities as cap
from gchat.server.settings import Server, Settings

SERVER = ":gchat.test"


def everything(chat, *, values=True):
    """What LS has to list, in its order."""
    offered = chat.engine.offered().items()
    return [f"{name}={value}" if value and values else name for name, value in offered]


def listed(lines):
    """The capabilities in the lines of an answer to LS."""
    return [word for line in lines for word in line.partition(" LS ")[2].lstrip("* ").lstrip(":").split()]


def test_ls_lists_everything(chat):
    assert listed(chat.connect().ask("CAP LS 302")) == everything(chat)
    assert set(everything(chat, values=False)) <= set(cap.BITS)


@pytest.mark.parametrize("opening", ["CAP LS 302", "CAP LS", "CAP REQ :batch", "CAP REQ :nonsense"])
def test_negotiating_holds_the_registration_back(chat, opening):
    client = chat.connect()
    client.send(opening)
    assert client.ask("NICK Neural", "USER neural 0 * :Neural") == []
    assert "001" in client.numerics("CAP END")


@pytest.mark.parametrize("harmless", ["CAP LIST", "CAP END", "CAP NONSENSE"])
def test_other_subcommands_hold_nothing_back(chat, harmless):
    client = chat.connect()
    client.send(harmless)
    assert "001" in client.numerics("NICK Neural", "USER neural 0 * :Neural")


REQUESTS = [
    ("batch", "ACK", "batch"),
    ("batch multi-prefix", "ACK", "batch multi-prefix"),
    ("multi-prefix batch multi-prefix", "ACK", "batch multi-prefix"),
    ("-batch", "ACK", ""),
    ("batch -batch", "ACK", ""),
    ("", "ACK", ""),
    ("nonsense", "NAK", ""),
    ("batch nonsense", "NAK", ""),
    ("nonsense batch", "NAK", ""),
    ("foo qux bar baz qux quux", "NAK", ""),
    ("Batch", "NAK", ""),
    ("batch=1", "NAK", ""),
    ("--batch", "NAK", ""),
]


@pytest.mark.parametrize(("asked", "answer", "enabled"), REQUESTS)
def test_a_request_is_granted_whole_or_not_at_all(chat, asked, answer, enabled):
    client = chat.connect()
    replies = client.ask(f"CAP REQ :{asked}", "CAP LIST")
    colon = ":" if " " in asked or not asked else ""
    assert replies[0] == f"{SERVER} CAP * {answer} {colon}{asked}"
    assert sorted(replies[1].rpartition(" LIST ")[2].removeprefix(":").split()) == enabled.split()


def test_a_refused_request_changes_nothing(chat):
    client = chat.client("Neural", caps="batch")
    client.send("CAP REQ :-batch nonsense")
    assert client.session.caps & cap.BATCH


def test_requests_add_up(chat):
    client = chat.connect()
    client.send("CAP REQ :multi-prefix", "CAP REQ :userhost-in-names")
    assert client.ask("CAP LIST") == [f"{SERVER} CAP * LIST :multi-prefix userhost-in-names"]


def test_a_registered_user_may_negotiate_on(chat):
    neural, nine = chat.join("#team", "Neural", "Nine")
    replies = neural.ask("CAP LS 302", "CAP REQ :server-time", "CAP END", "PRIVMSG #team :still here")
    assert listed(replies[:-1]) == everything(chat)
    assert replies[-1] == f"{SERVER} CAP Neural ACK server-time"
    assert nine.read() == [":Neural!~Neural@127.0.0.1 PRIVMSG #team :still here"]
    nine.send("PRIVMSG #team :hi")
    assert neural.read() == ["@time=2023-11-14T22:13:20.000Z :Nine!~Nine@127.0.0.1 PRIVMSG #team :hi"]
    neural.send("CAP REQ :-server-time")
    nine.send("PRIVMSG #team :hi")
    assert neural.read()[1:] == [":Nine!~Nine@127.0.0.1 PRIVMSG #team :hi"]


def test_version_302_brings_cap_notify_which_cannot_be_given_back(chat):
    client = chat.connect()
    client.send("CAP LS 302")
    assert client.ask("CAP LIST", "CAP REQ :-cap-notify") == [
        f"{SERVER} CAP * LIST cap-notify",
        f"{SERVER} CAP * NAK -cap-notify",
    ]
    older = chat.connect()
    older.send("CAP LS")
    assert older.ask("CAP REQ :cap-notify", "CAP REQ :-cap-notify", "CAP LIST")[1:] == [
        f"{SERVER} CAP * ACK -cap-notify",
        f"{SERVER} CAP * LIST :",
    ]


@pytest.mark.parametrize("version", ["302", "307", "999999999999999999999"])
def test_versions_are_numbers_and_the_highest_is_kept(chat, version):
    client = chat.connect()
    client.send(f"CAP LS {version}", "CAP LS", "CAP LS 301", "CAP LS -5", "CAP LS ³")
    assert client.session.cap_version >= 302


@pytest.mark.parametrize(
    ("line", "named"),
    [("CAP NONSENSE", "NONSENSE"), ("CAP :", "*"), ("CAP ACK :batch", "ACK"), ("CAP é", "é")],
)
def test_an_unknown_subcommand(chat, line, named):
    assert chat.connect().ask(line) == [f"{SERVER} 410 * {named} :Invalid CAP command"]


def test_cap_alone(chat):
    assert chat.connect().ask("CAP") == [f"{SERVER} 461 * CAP :Not enough parameters"]


def test_subcommands_have_no_case(chat):
    assert listed(chat.connect().ask("cap ls 302")) == everything(chat)


def test_a_list_that_does_not_fit_goes_on_in_the_next_line(chat, monkeypatch):
    monkeypatch.setattr("gchat.server.commands.negotiation._ROOM", 100)
    modern = chat.connect().ask("CAP LS 302")
    assert len(modern) > 2
    assert all(line.startswith(f"{SERVER} CAP * LS * ") for line in modern[:-1])
    assert modern[-1].startswith(f"{SERVER} CAP * LS ")
    assert " * :" not in modern[-1]
    assert listed(modern) == everything(chat)


@pytest.mark.parametrize("line", ["CAP LS", "CAP LS 301"])
def test_who_knows_no_second_line_gets_one_with_all_that_is_no_draft(chat, line):
    (answer,) = chat.connect().ask(line)
    words = answer.removeprefix(f"{SERVER} CAP * LS :").split()
    assert not any("=" in word for word in words)
    assert {name for name in cap.BITS if "/" not in name} - {"sts"} <= set(words)


def test_capabilities_come_and_go_with_the_configuration(chat):
    old, new = chat.client("Old"), chat.client("New", caps="batch echo-message")
    settings = chat.engine.settings
    fewer = dataclasses.replace(settings.server, without_capabilities=("batch",))
    chat.engine.configure(dataclasses.replace(settings, server=fewer))
    chat.settle()
    assert new.read() == [f"{SERVER} CAP New DEL batch"]
    assert new.ask("CAP LIST", "CAP REQ :batch") == [
        f"{SERVER} CAP New LIST :cap-notify echo-message",
        f"{SERVER} CAP New NAK batch",
    ]
    chat.engine.configure(settings)
    chat.settle()
    assert new.read() == [f"{SERVER} CAP New NEW batch"]
    assert old.read() == []


def test_what_is_not_offered_is_not_listed(make_chat):
    chat = make_chat(Settings(server=Server(name="gchat.test", without_capabilities=("setname", "batch"))))
    names = listed(chat.connect().ask("CAP LS 302"))
    assert "batch" not in names
    assert "setname" not in names
