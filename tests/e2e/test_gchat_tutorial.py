"""gchat at ``tutorial://``: on the tutorial's own server, and on gchat-server's side of that protocol."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.processes import Machine, Terminal

HERE = Path(__file__).parent


def own_server(machine: Machine) -> int:
    port = machine.free_port()
    machine.process(sys.executable, str(HERE / "tutorial_server.py"), str(port)).until("listening on")
    return port


def gchat_server(machine: Machine) -> int:
    return machine.server().port


def tutorial_client(machine: Machine, port: int, nick: str) -> Terminal:
    terminal = machine.terminal(sys.executable, str(HERE / "tutorial_client.py"), str(port))
    terminal.until("Choose your nickname:")
    terminal.type(f"{nick}\r")
    terminal.until("Connected to server!")
    return terminal


@pytest.mark.parametrize("start", [own_server, gchat_server])
def test_talking(machine: Machine, start: Callable[[Machine], int]) -> None:
    port = start(machine)
    neural = machine.gchat("-n", "Neural", f"tutorial://127.0.0.1:{port}")
    neural.until("You joined #lobby")
    nine = tutorial_client(machine, port, "Nine")
    neural.until(lambda text: "Nine joined" in text and "2 here" in text)
    nine.type("What's up?\r")
    neural.until("Nine  What's up?")
    neural.type("not much, you?\r")
    nine.until("Neural: not much, you?")
    neural.until(lambda text: "Neural  not much, you?" in text and " … " not in text)
    assert neural.text.count("not much, you?") == 1
    neural.type("/me waves\r")
    nine.until("waves")
    neural.until("∗  Neural waves")
    neural.type("grüße, 日本\r")  # a byte over 127 would end the other's program
    nine.until("Neural: gru")
    nine.type("still here\r")
    neural.until("Nine  still here")
    nine.close()
    neural.until(lambda text: "Nine left" in text and "1 here" in text)
    neural.type("/quit\r")
    assert neural.wait() == 0


def test_two_gchats_on_the_tutorials_server(machine: Machine) -> None:
    port = own_server(machine)
    neural = machine.gchat("-n", "Neural", f"tutorial://127.0.0.1:{port}")
    neural.until("You joined #lobby")
    nine = machine.gchat("-n", "Nine", f"tutorial://127.0.0.1:{port}")
    nine.until("You joined #lobby")
    for number in range(9):
        neural.type(f"line {number} of many\r")
    nine.until("Neural  line 8 of many")
    said = [row.split("│")[1].split() for row in nine.text.split("\n") if "of many" in row]
    assert said == [["Neural", "line", str(number), "of", "many"] for number in range(9)]
    nine.type("Neural: one more\r")
    neural.until("Nine  Neural: one more")


def test_what_the_protocol_cannot_do_is_said_at_once(machine: Machine) -> None:
    neural = machine.gchat("-n", "Neural", f"tutorial://127.0.0.1:{own_server(machine)}")
    neural.until("You joined #lobby")
    neural.type("/nick Newral\r")
    neural.until_words("The tutorial's protocol cannot change a nickname: connect again.")
    neural.type("/topic something\r")
    neural.until_words("✗ This server does not know the command TOPIC.")


def test_a_gchat_at_the_tutorials_side_of_gchat_server(machine: Machine) -> None:
    """Its users are real ones: seen by everybody, with names, and able to do what the commands do."""
    port = gchat_server(machine)
    nine = machine.raw(port)
    nine.register("Nine", "#lobby")
    neural = machine.gchat("-n", "Neural", f"tutorial://127.0.0.1:{port}")
    neural.until("You joined #lobby")
    nine.until(":Neural!")
    nine.send("PRIVMSG #lobby :hello, \x01not a question\x01", "PRIVMSG #lobby :\x01ACTION waves\x01")
    neural.until("∗  Nine waves")
    neural.type("Nine: hello\r")
    nine.until("PRIVMSG #lobby :Nine: hello")
    neural.type("Nine: I am not Nine\r")  # nobody can speak under another's name
    nine.until(":Neural!")
    nine.until("PRIVMSG #lobby :Nine: I am not Nine")
