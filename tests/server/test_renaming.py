"""RENAME: who may, what everybody sees, what goes along, and where the old name leads."""

from __future__ import annotations

import pytest

from gchat.server.commands import renaming
from gchat.server.renames import LASTS, RENAMES, Renames
from gchat.server.stores.base import Document
from gchat.tutorial.wire import TutorialWire
from tests.server.conftest import START, Chat

CAP = "draft/channel-rename"
NINE = ":Nine!~Nine@127.0.0.1"


def test_who_knows_rename_is_told_so(chat: Chat) -> None:
    neural, nine = chat.join("#old", "Neural", "Nine", caps=CAP)
    said = [":Neural!~Neural@127.0.0.1 RENAME #old #New :a better name"]
    assert neural.ask("RENAME #old #New :a better name") == said
    assert nine.read() == said
    assert nine.numerics("PRIVMSG #new :here") == []
    assert neural.read() == [f"{NINE} PRIVMSG #New :here"]
    assert nine.numerics("NAMES #New") == ["353", "366"]
    assert nine.numerics("PRIVMSG #old :there") == ["403"]


def test_the_reason_may_be_left_out(chat: Chat) -> None:
    (neural,) = chat.join("#old", "Neural", caps=CAP)
    assert neural.ask("RENAME #old #new") == [":Neural!~Neural@127.0.0.1 RENAME #old #new :"]


def test_others_leave_and_come_in(chat: Chat) -> None:
    neural, nine = chat.join("#old", "Neural", "Nine")
    neural.ask("TOPIC #old :Ship it")
    nine.read()
    assert neural.numerics("RENAME #old #new :why") == ["PART", "JOIN", "332", "333", "353", "366"]
    assert nine.read() == [
        f"{NINE} PART #old :why",
        f"{NINE} JOIN #new",
        ":gchat.test 332 Nine #new :Ship it",
        f":gchat.test 333 Nine #new Neural!~Neural@127.0.0.1 {int(START)}",
        ":gchat.test 353 Nine = #new :@Neural Nine",
        ":gchat.test 366 Nine #new :End of /NAMES list",
    ]


def test_names_come_to_those_only_who_want_them(chat: Chat) -> None:
    caps = "no-implicit-names extended-join draft/read-marker"
    (neural,) = chat.join("#old", "Neural", caps=caps)
    assert neural.ask("RENAME #old #new") == [
        ":Neural!~Neural@127.0.0.1 PART #old",
        ":Neural!~Neural@127.0.0.1 JOIN #new * :Neural of gchat",
        ":gchat.test MARKREAD #new *",
    ]


def test_the_answer_carries_the_label(chat: Chat) -> None:
    (neural,) = chat.join("#old", "Neural", caps=f"{CAP} batch labeled-response")
    assert neural.ask("@label=x RENAME #old #new") == [
        "@label=x :Neural!~Neural@127.0.0.1 RENAME #old #new :"
    ]


def test_another_case_is_no_other_channel(chat: Chat) -> None:
    neural, nine = chat.client("Neural", CAP), chat.client("Nine")
    neural.send("JOIN #team")
    nine.send("JOIN #team")
    nine.read()
    assert neural.ask("RENAME #team #Team") == [":Neural!~Neural@127.0.0.1 RENAME #team #Team :"]
    assert nine.read() == []
    neural.ask("PRIVMSG #team :hi")
    assert nine.read() == [":Neural!~Neural@127.0.0.1 PRIVMSG #Team :hi"]


def test_state_and_invitations_go_along(chat: Chat) -> None:
    neural, nine = chat.join("#old", "Neural", "Nine", caps=CAP)
    neural.send("MODE #old +ik key", "MODE #old +b *!*@bad.example", "MODE #old +v Nine")
    zed = chat.client("Zed")
    neural.send("INVITE Zed #old", "RENAME #old #new")
    assert neural.ask("MODE #new")[0] == ":gchat.test 324 Neural #new +iknt key"
    assert "*!*@bad.example" in neural.ask("MODE #new b")[0]
    assert zed.numerics("INVITE") == ["336", "337"]
    assert zed.numerics("JOIN #new key") == ["JOIN", "353", "366"]
    assert "+Nine" in neural.ask("NAMES #new")[0]
    assert nine.numerics("PART #new") == ["PART"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("RENAME #none #new", ":gchat.test 403 Nine #none"),
        ("RENAME #else #new", ":gchat.test 442 Nine #else"),
        ("RENAME #secret #new", ":gchat.test 403 Nine #secret"),
        ("RENAME #team #new", ":gchat.test 482 Nine #team"),
        ("RENAME #mine #team", ":gchat.test FAIL RENAME CHANNEL_NAME_IN_USE #mine #team"),
        ("RENAME #mine #mine", ":gchat.test FAIL RENAME CANNOT_RENAME #mine #mine"),
        ("RENAME #mine team", ":gchat.test FAIL RENAME CANNOT_RENAME #mine team"),
        ("RENAME #mine ::a b", ":gchat.test FAIL RENAME CANNOT_RENAME #mine a_b"),
        ("RENAME #mine :", ":gchat.test FAIL RENAME CANNOT_RENAME #mine *"),
        ("RENAME #lobby #new", ":gchat.test FAIL RENAME CANNOT_RENAME #lobby #new"),
        ("RENAME #mine", ":gchat.test 461 Nine RENAME"),
    ],
)
def test_refusals(chat: Chat, line: str, answer: str) -> None:
    _, nine = chat.join("#team", "Neural", "Nine")
    chat.join("#else", "Zed")
    chat.join("#secret", "Zoe")[0].send("MODE #secret +s")
    nine.send("JOIN #mine", "JOIN #lobby")
    (said,) = nine.ask(line)
    assert said.startswith(answer)


def test_a_channel_rests_between_two_names(chat: Chat) -> None:
    (neural,) = chat.join("#a", "Neural", caps=CAP)
    neural.send("RENAME #a #b")
    assert "renamed in the last" in neural.ask("RENAME #b #c")[0]
    chat.advance(renaming.PAUSE)
    assert neural.numerics("RENAME #b #c") == ["RENAME"]


def test_a_crowd_of_old_clients_keeps_a_channel_its_name(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    neural, _ = chat.join("#a", "Neural", "Nine")
    monkeypatch.setattr(renaming, "MOST_NAMES", 3)
    assert neural.numerics("RENAME #a #b") == ["FAIL"]


def test_two_at_once(chat: Chat) -> None:
    """Both handlers looked before either name was given."""
    neural, nine = chat.client("Neural", CAP), chat.client("Nine", CAP)
    neural.send("JOIN #one")
    nine.send("JOIN #two")
    for client, line in ((neural, b"RENAME #one #team\r\n"), (nine, b"RENAME #two #team\r\n")):
        chat.engine.receive(client.session, line)
    chat.settle()
    assert neural.read()[-1].endswith("RENAME #one #team :")
    assert " CHANNEL_NAME_IN_USE #two #team " in nine.read()[-1]


# --- the old name


def test_the_old_name_leads_to_the_new_one(chat: Chat) -> None:
    (neural,) = chat.join("#old", "Neural", caps=CAP)
    neural.send("RENAME #old #new")
    nine, zed = chat.client("Nine", CAP), chat.client("Zed")
    assert nine.ask("JOIN #OLD") == [
        ":gchat.test FAIL JOIN CHANNEL_RENAMED #OLD #new :#OLD is called #new now"
    ]
    answers = zed.ask("JOIN #old")
    assert answers[0] == ":gchat.test 470 Zed #old #new :#old is called #new now"
    assert answers[1] == ":Zed!~Zed@127.0.0.1 JOIN #new"


def test_members_may_use_the_old_name_for_another_channel(chat: Chat) -> None:
    neural, nine = chat.join("#old", "Neural", "Nine", caps=CAP)
    neural.send("RENAME #old #new")
    assert nine.numerics("JOIN #old") == ["JOIN", "353", "366"]
    assert nine.numerics("MODE #old +k key") == ["MODE"], "it is another channel, and theirs"
    nine.send("PART #old")
    assert chat.client("Zed").numerics("JOIN #old") == ["JOIN", "353", "366"], "it leads nowhere any more"


@pytest.mark.parametrize("how", ["secret", "ended", "long ago"])
def test_the_old_name_tells_nothing(chat: Chat, how: str) -> None:
    (neural,) = chat.join("#old", "Neural", caps=CAP)
    neural.send("RENAME #old #new")
    if how == "secret":
        neural.send("MODE #new +s")
    elif how == "ended":
        neural.send("PART #new")
    else:
        chat.now += LASTS
    assert chat.client("Nine", CAP).numerics("JOIN #old") == ["JOIN", "353", "366"]


def test_the_new_name_keeps_out_whom_it_would(chat: Chat) -> None:
    (neural,) = chat.join("#old", "Neural", caps=CAP)
    neural.send("RENAME #old #new", "MODE #new +i")
    assert chat.client("Zed").numerics("JOIN #old") == ["470", "473"]


def test_names_in_a_row_lead_to_the_last() -> None:
    renames = Renames()
    renames.put("#a", "#b", 100)
    changed = renames.put("#b", "#c", 200)
    assert renames.find("#a", 200.0) == renames.find("#b", 200.0) == "#c"
    again = Renames()
    for kind, key, body in changed:
        assert kind == "rename"
        assert body is not None
        again.load(key, body)
    assert again.find("#a", 200.0) == "#c"
    assert again.last("#c") == 200
    assert Document("rename", "#b", None) in renames.put("#c", "#b", 300), "back again"
    assert renames.find("#b", 300.0) == ""
    assert renames.find("#c", 300.0) == "#b"
    assert renames.find("#a", 100 + LASTS) == ""
    for number in range(RENAMES):
        renames.put(f"#x{number}", f"#y{number}", 400)
    assert renames.find("#c", 400.0) == "", "the oldest is forgotten"


def test_a_plain_client_comes_along(chat: Chat) -> None:
    (neural,) = chat.join("#old", "Neural", caps=CAP)
    plain = chat.plain(TutorialWire("#lobby", newline=True))
    plain.send_bytes(b"Nine\n")
    plain.send_bytes(b"Nine: /join #old\n")
    plain.read_bytes()
    neural.send("RENAME #old #new")
    neural.read()
    assert b"#new" in plain.read_bytes()
    plain.send_bytes(b"Nine: hello\n")
    assert neural.read() == [f"{NINE} PRIVMSG #new :hello"]
