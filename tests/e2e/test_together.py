"""Everybody in one room: the tutorial's clients, nc, gchat, WeeChat and irssi on one gchat-server."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.processes import Machine, Terminal, find

TUTORIAL = str(Path(__file__).with_name("tutorial_client.py"))


def tutorial(machine: Machine, port: int, nick: str) -> Terminal:
    terminal = machine.terminal(sys.executable, TUTORIAL, str(port))
    terminal.until("Choose your nickname:")
    terminal.type(f"{nick}\r")
    terminal.until("Connected to server!")
    return terminal


def weechat(machine: Machine, port: int, nick: str) -> Terminal:
    setup = f"/server add here 127.0.0.1/{port} -notls -nicks={nick} -autoconnect -autojoin=#lobby"
    settings = "/set weechat.look.save_config_on_exit off"
    command = f"{find('weechat-curses')} -d {machine.home}/weechat -r '{settings};{setup};/connect here'"
    terminal = machine.tmux(command)
    terminal.until("#lobby")
    return terminal


def irssi(machine: Machine, port: int, nick: str) -> Terminal:
    program, folder = find("irssi"), machine.home / "irssi"
    folder.mkdir()
    # else it waits two seconds before a line that follows others
    (folder / "config").write_text('settings = { "irc/core" = { cmd_queue_speed = "10msec"; }; };\n')
    terminal = machine.tmux(f"{program} --home {folder} -n {nick} -c 127.0.0.1 -p {port}")
    terminal.until(f"Mode change [+i] for user {nick}")
    terminal.type("/join #lobby\r")
    terminal.until("Irssi: #lobby:")  # the names are here
    return terminal


def test_tutorial_clients_talk_as_with_their_own_server(machine: Machine) -> None:
    server = machine.server()
    neural = tutorial(machine, server.port, "Neural")
    nine = tutorial(machine, server.port, "Nine")
    neural.until("Nine joined!")
    neural.type("What's up?\r")
    nine.until("Neural: What's up?")
    nine.type("fine\r")
    neural.until("Nine: fine")
    server.until("Nickname is Neural")
    server.until("Connected with ('127.0.0.1', ")
    nine.close()
    neural.until("Nine left!")


def test_a_quiet_conversation_has_no_blank_lines(machine: Machine) -> None:
    server = machine.server()

    def quiet() -> None:
        machine.raw(server.port).until("NICK")  # which comes after half a second of silence

    neural = tutorial(machine, server.port, "Neural")
    nine = machine.raw(server.port)
    quiet()
    nine.register("Nine", "#lobby")
    neural.until("Nine joined!")
    quiet()
    nine.send("PRIVMSG #lobby :one")
    screen = neural.until("Nine: one")
    lines = screen.rstrip().split("\n")
    assert "" not in lines, screen


@pytest.mark.parametrize("program", ["nc", "telnet"])
def test_netcat_and_telnet_get_lines(machine: Machine, program: str) -> None:
    server = machine.server()
    terminal = machine.terminal(find(program), "127.0.0.1", str(server.port))
    terminal.until("NICK")
    terminal.type("José\r")
    terminal.until("Connected to server!")
    neural = machine.raw(server.port)
    neural.register("Neural", "#lobby")
    neural.send("PRIVMSG #lobby :grüße")
    terminal.until("Neural: grüße")
    terminal.type("/who\r")
    terminal.until("In #lobby: ")
    terminal.type("übrigens: hello\r")
    neural.until("PRIVMSG #lobby :übrigens: hello")


def test_all_five_read_each_other(machine: Machine) -> None:
    server = machine.server()
    everybody = {
        "Neural": tutorial(machine, server.port, "Neural"),
        "Nine": tutorial(machine, server.port, "Nine"),
        "reader": machine.gchat("-n", "reader", f"127.0.0.1:{server.port}", "#lobby"),
        "writer": weechat(machine, server.port, "writer"),
        "zed": irssi(machine, server.port, "zed"),
    }
    everybody["reader"].until("reader")
    everybody["Nine"].until("zed joined!")
    for nick, terminal in everybody.items():
        terminal.type(f"this is {nick} speaking\r")
        for other in everybody.values():
            other.until(f"this is {nick} speaking")
