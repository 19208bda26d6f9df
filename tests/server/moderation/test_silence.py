"""Who may not speak says nothing by other commands either."""

import pytest

CAPS = "draft/message-redaction message-tags"
MUTES = ("MODE #team +b m:Nine!*@*", "MODE #team +m", "MODE #team +M", "MODE #team +b Nine!*@*")


@pytest.fixture
def pair(past):
    neural, nine = past.join("#team", "Neural", "Nine", caps=CAPS)
    neural.read()
    return neural, nine


@pytest.mark.parametrize("mute", MUTES)
def test_who_is_muted_leaves_without_a_word(pair, mute):
    neural, nine = pair
    neural.send(mute)
    neural.read()
    nine.send("PART #team :one more thing")
    assert [line.split(" PART ")[1] for line in neural.read()] == ["#team"]


@pytest.mark.parametrize(
    ("line", "told"),
    [("PART #team :see you", "PART #team :see you"), ("QUIT :see you", "QUIT :Quit: see you")],
)
def test_who_may_speak_says_why_they_leave(pair, line, told):
    neural, nine = pair
    neural.read()
    nine.send(line)
    assert neural.read()[0].endswith(f" {told}")


@pytest.mark.parametrize(
    ("line", "told"), [("PART #team :and two", "PART #team"), ("QUIT :and two", "QUIT :Quit: ")]
)
def test_nobody_goes_past_slow_mode_by_leaving(pair, line, told):
    neural, nine = pair
    neural.send("MODE #team +W 60")
    nine.send("PRIVMSG #team :one")
    neural.read()
    nine.send(line)
    assert neural.read()[0].endswith(f" {told}")


@pytest.mark.parametrize("mute", MUTES)
def test_who_is_muted_sets_no_topic(pair, mute):
    neural, nine = pair
    neural.send("MODE #team -t", mute)
    neural.read()
    assert " 404 Nine #team " in nine.ask("TOPIC #team :one more thing")[0]
    assert neural.read() == []


@pytest.mark.parametrize("mute", MUTES)
def test_who_is_muted_takes_back_without_a_word(pair, past, mute):
    neural, nine = pair
    (msgid,) = past.say(nine, "#team", ["hi"])
    neural.send(mute)
    neural.read()
    nine.send(f"REDACT #team {msgid} :one more thing")
    (line,) = neural.read()
    assert line.endswith(f"REDACT #team {msgid}")


def test_a_part_with_words_of_many_channels_with_long_lists_is_done_in_slices(chat):
    operator, nine = chat.client("Neural"), chat.client("Nine")
    for name in ("#a", "#b", "#c"):
        operator.send(f"JOIN {name}")
        nine.send(f"JOIN {name}")
        for start in range(0, 60, 6):
            masks = [f"x{start + index}!*@*" for index in range(6)]
            operator.send(f"MODE {name} +bbbbbb {' '.join(masks)}")
    chat.engine.receive(nine.session, b"PART #a,#b,#c :bye\r\n")
    assert len(chat.work) == 1
    chat.settle()
    assert nine.session.user.channels == {}


@pytest.mark.parametrize("mute", MUTES)
def test_who_is_muted_quits_without_a_word(pair, mute):
    neural, nine = pair
    nine.send("JOIN #elsewhere")
    neural.send(mute)
    neural.read()
    nine.send("QUIT :one more thing")
    assert [line.split(" QUIT ")[1] for line in neural.read()] == [":Quit: "]
    assert nine.ended == "Quit: "
