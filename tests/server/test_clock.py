"""A clock that is set while the server runs, or a server that was stopped: nobody pays for it."""

import pytest

from gchat.server.settings import Limits, Server, Settings

HOUR = 3600.0
CAPS = "message-tags server-time"


@pytest.mark.parametrize("leaps", [(HOUR,), (-HOUR,), (HOUR, -HOUR), (-HOUR, HOUR), (30.0,) * 9])
def test_messages_come_once_and_in_order_and_everybody_stays(chat, leaps):
    neural, nine = chat.join("#team", "Neural", "Nine", caps=CAPS)
    lines, said = [], []
    for number, leap in enumerate((0.0, *leaps)):
        chat.now += leap
        for text in (f"{number} one", f"{number} two"):
            neural.send(f"PRIVMSG #team :{text}")
            said.append(text)
            chat.advance(2)
        lines += nine.read()
    assert [line.rpartition(":")[2] for line in lines] == said
    assert all(" :Neural!" in line for line in lines)
    ids = [line.split("msgid=")[1].split(" ")[0].split(";")[0] for line in lines]
    marks = [tuple(map(int, id.split("-"))) for id in ids]
    assert marks == sorted(set(marks))
    assert not neural.ended
    assert not nine.ended


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_who_was_asked_for_a_sign_of_life_has_the_time_that_is_left(chat, leap):
    client = chat.client("Neural")
    chat.advance(150)  # asked after 121 seconds; 31 are left
    chat.now += leap
    chat.advance(30)
    assert not client.ended
    chat.advance(5)
    assert client.ended.startswith("Ping timeout: 18")


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_who_is_silent_is_asked_after_the_same_time(chat, leap):
    client = chat.client("Neural")
    chat.advance(100)
    chat.now += leap
    chat.advance(15)
    assert client.read() == []
    chat.advance(10)
    assert any("PING" in line for line in client.read())


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_who_is_about_to_register_has_the_time_that_is_left(chat, leap):
    client = chat.connect()
    chat.advance(20)
    chat.now += leap
    chat.advance(9)
    assert not client.ended
    chat.advance(3)
    assert client.ended == "Registration timed out"


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
def test_who_lags_goes_on_lagging_no_longer_than_before(make_chat, leap):
    limits = Limits(command_rate=1, command_burst=3)
    chat = make_chat(Settings(server=Server(name="gchat.test"), limits=limits))
    client = chat.client("Neural")
    client.send(*(f"PING {number}" for number in range(10)))
    client.read()
    chat.now += leap
    chat.advance(15)
    assert client.read()[-1].endswith(":9")
