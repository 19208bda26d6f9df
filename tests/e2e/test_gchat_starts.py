"""The first start and the next one, and the loop as Windows needs it."""

from __future__ import annotations

import signal
import socket
import sys

import pytest

from tests.e2e.processes import Machine

# what ``gchat`` runs on Windows: a thread waits for keys and tells the loop through a socket
AS_ON_WINDOWS = """
import functools, sys
from gchat.client import loop, main
loop.run = functools.partial(loop.run, console_thread=True)
sys.exit(main.main(sys.argv[1:]))
"""


def test_the_questions_of_a_first_start(machine: Machine) -> None:
    server, nowhere = machine.server(), machine.free_port()
    neural = machine.gchat()
    neural.until(" Choose your nickname:")
    assert neural.text.startswith(" gchat 0.1")
    for nick, problem in (("two words", "A nickname holds no space."), ("4all", "begins with a letter")):
        neural.type(f"\x15{nick}\r")
        neural.until(problem)
    neural.type("\x15Neural\r")
    neural.until(lambda text: " Choose your nickname: Neural\n Server [localhost]:" in text)
    neural.type(f"127.0.0.1:{nowhere}\r")
    neural.until(
        f" There is no server at 127.0.0.1:{nowhere}.\n"
        "   s  start one here and chat in it (gchat --local)\n"
        "   o  go to another server\n"
        "   q  quit\n"
        " For others, too, run gchat-server.\n"
    )
    neural.type("o")
    neural.until(lambda text: "There is no" not in text)
    neural.type(f"\x15127.0.0.1:{server.port}\r")
    neural.until("Connected to gchat as Neural")
    neural.type("/quit\r")
    assert neural.wait() == 0

    again = machine.gchat()  # both answers are remembered
    again.until("Connected to gchat as Neural")
    assert b"Choose your nickname" not in again.raw
    again.signal(signal.SIGTERM)
    assert again.wait() == 0


def test_a_nickname_on_the_command_line_asks_nothing(machine: Machine) -> None:
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{machine.server().port}")
    neural.until("Connected to gchat as Neural")
    assert b"Choose your nickname" not in neural.raw


def test_gchat_alone_where_nobody_listens(machine: Machine) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 6667)) == 0:
            pytest.skip("somebody listens on port 6667 of this machine")
    neural = machine.gchat("-n", "Neural")
    neural.until("There is no server at localhost:6667.")
    neural.until("s  start one here and chat in it (gchat --local)")
    neural.until("For others, too, run gchat-server.")
    neural.type("q")
    assert neural.wait() == 0


def test_the_way_keys_are_read_on_windows(machine: Machine) -> None:
    port = machine.server("--no-throttle").port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    arguments = ["-n", "Neural", f"127.0.0.1:{port}", "#team"]
    neural = machine.terminal(sys.executable, "-c", AS_ON_WINDOWS, *arguments)
    neural.until(lambda text: "2 here" in text and " lag " in text)
    for number in range(5):  # one key after the other, each seen before the next
        neural.type(str(number))
        neural.until("› " + "01234"[: number + 1])
    neural.type("\rni\thello, 日本\r")
    nine.until("PRIVMSG #team :01234")
    nine.until("PRIVMSG #team :Nine: hello, 日本")
    nine.send(*(f"PRIVMSG #team :line {number}" for number in range(200)))
    neural.until("line 199")
    neural.type("\x1b[5~")
    neural.until("↓ more")
    neural.resize(60, 20)
    neural.until(lambda text: "│" not in text and "line 1" in text)
    neural.type("\x1b>/quit\r")
    assert neural.wait() == 0
    assert neural.modes == neural.modes_before
