"""gchat when its server goes: it says so, keeps what was not sent, comes back, and sends it again."""

from __future__ import annotations

import signal

from tests.e2e.processes import Machine, Terminal


def in_team(machine: Machine, port: int, *arguments: str) -> Terminal:
    neural = machine.gchat("-n", "Neural", *arguments, f"127.0.0.1:{port}", "#team", "#ops")
    neural.until(lambda text: "2 #team" in text and "3 #ops" in text and "1 here" in text)
    neural.until(lambda text: " lag " in text)
    return neural


def test_a_server_that_is_killed_and_comes_back(machine: Machine) -> None:
    before = machine.server()
    neural = in_team(machine, before.port)
    neural.type("this one arrived\r")
    neural.until("this one arrived")
    neural.until(lambda text: " … " not in text)
    before.signal(signal.SIGSTOP)  # so that this one is surely on its way when the server dies
    neural.type("this one did not\r")
    neural.until("this one did not")
    before.signal(signal.SIGKILL)
    gone = "The connection to gchat is gone: the server closed it. Trying again in "
    neural.until_words("✗ not sent: the connection is gone (M-s sends it again)", gone, "tries again in")
    neural.until("2 (#team)")
    neural.type("and this cannot be\r")
    neural.until_words("✗ not sent: there is no connection to gchat")
    neural.type("\x1bs")  # M-s
    neural.until("there is no connection to gchat")
    before.wait()

    after = machine.server(port=before.port)
    nine = machine.raw(after.port)
    nine.register("Nine")
    neural.type("/connect\r")  # as it will by itself after a while
    neural.until(lambda text: "2 #team" in text and "3 #ops" in text and " lag " in text)
    nine.send("JOIN #team")
    nine.until(" 366 ")
    neural.type("\x1b2\x1bs")
    nine.until("PRIVMSG #team :this one did not")
    nine.until("PRIVMSG #team :and this cannot be")
    assert b"this one arrived" not in nine.data
    neural.until(lambda text: "✗" not in text and " … " not in text and "Nine joined" in text)
    neural.type("\x1bs")
    neural.until("nothing here waits to be sent again")


def test_it_comes_back_by_itself(machine: Machine) -> None:
    before = machine.server()
    neural = in_team(machine, before.port)
    before.signal(signal.SIGKILL)
    before.wait()
    neural.until("tries again in")
    after = machine.server(port=before.port)
    after.until("Nickname is Neural")
    neural.until(lambda text: "1 server" in text and "2 #team" in text and "3 #ops" in text)
    neural.until("You joined #team")


def test_a_server_that_says_goodbye(machine: Machine) -> None:
    server = machine.server()
    neural = in_team(machine, server.port)
    server.signal(signal.SIGTERM)
    neural.until_words("The connection to gchat is gone: Server going down. Trying again in ")
    assert server.wait() == 0
    neural.type("/disconnect\r")
    neural.until(lambda text: "not connected  " in text and "tries again" not in text)
    neural.type("/quit\r")
    assert neural.wait() == 0


def test_nobody_answers_and_then_somebody_does(machine: Machine) -> None:
    port = machine.free_port()
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team")
    neural.until_words(f"No connection: nobody answers at 127.0.0.1 port {port}. Trying again in ")
    machine.server(port=port)
    neural.type("/connect\r")
    neural.until("You joined #team")


def test_a_server_without_echo(machine: Machine) -> None:
    """What was written and never answered is doubtful, and says so."""
    config = machine.home / "plain.toml"
    config.write_text('[server]\nwithout_capabilities = ["echo-message", "labeled-response"]\n')
    server = machine.server("--config", str(config))
    neural = in_team(machine, server.port)
    server.signal(signal.SIGSTOP)
    neural.type("perhaps\r")
    neural.until("perhaps")
    server.signal(signal.SIGKILL)
    neural.until_words("✗ perhaps not sent: the connection broke before the server answered")
