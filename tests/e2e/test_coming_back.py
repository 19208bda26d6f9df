"""Clients that know no chathistory see what was said while they were gone, each message once."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.processes import Machine, Raw, Terminal, find

PASSWORD = "a-long-password-of-mine"
MISSED = 200


def account(machine: Machine, port: int, nick: str) -> None:
    """Register an account, and leave."""
    owner = machine.raw(port)
    owner.register(nick)
    owner.send(f"REGISTER * * :{PASSWORD}")
    owner.until("REGISTER SUCCESS ")
    owner.send("QUIT")
    owner.until("ERROR ")


def weechat(machine: Machine, port: int) -> tuple[Terminal, Path]:
    """WeeChat, logged in as Nine in #team; its log has all that it showed."""
    login = f"-sasl_mechanism=plain -sasl_username=Nine -sasl_password={PASSWORD}"
    server = f"/server add here 127.0.0.1/{port} -notls -nicks=Nine -autojoin=#team {login}"
    setup = "/set weechat.look.save_config_on_exit off;/set logger.file.flush_delay 0"
    folder = machine.home / "weechat"
    program = find("weechat-curses")
    terminal = machine.tmux(f'{program} -d {folder} -r "{setup};{server};/connect here"', columns=120)
    return terminal, folder / "logs" / "irc.here.#team.weechatlog"


def irssi(machine: Machine, port: int) -> tuple[Terminal, Path]:
    """irssi, in the same way."""
    folder, log = machine.home / "irssi", machine.home / "team.log"
    folder.mkdir()
    (folder / "config").write_text(
        f'servers = ( {{ address = "127.0.0.1"; port = "{port}"; chatnet = "here";'
        ' autoconnect = "yes"; } );\n'
        'chatnets = { here = { type = "IRC"; nick = "Nine"; sasl_mechanism = "PLAIN"; sasl_username = "Nine";'
        f' sasl_password = "{PASSWORD}"; }}; }};\n'
        'channels = ( { name = "#team"; chatnet = "here"; autojoin = "yes"; } );\n'
        f'logs = {{ "{log}" = {{ auto_open = "yes"; level = "ALL"; items = ( {{ type = "target";'
        ' name = "#team"; } ); }; };\n'
        'settings = { core = { server_reconnect_time = "1h"; }; };\n'
    )
    terminal = machine.tmux(f"{find('irssi')} --home {folder}", columns=120)
    terminal.until("Act: 2")
    terminal.type("/window goto 2\r")
    return terminal, log


def misses(machine: Machine, terminal: Terminal, log: Path, neural: Raw, leave: str, back: str) -> None:
    """Have the client leave, miss something and come back; it shows all of it, and nothing twice."""
    neural.until("JOIN #team")
    neural.send("PRIVMSG #team :live before")
    terminal.until("live before")
    terminal.type(leave)
    neural.until(":Nine!")  # and its QUIT
    neural.until(" QUIT ")
    neural.send(*(f"PRIVMSG #team :missed {number:03}" for number in range(MISSED)), "PING said")
    neural.until("PONG")
    terminal.type(back)
    neural.until("JOIN #team")
    terminal.until(f"missed {MISSED - 1}")
    neural.send("PRIVMSG #team :live after")
    terminal.until("live after")
    shown = re.findall(r"live before|missed \d+|live after", log.read_text())
    assert shown == ["live before", *(f"missed {number:03}" for number in range(MISSED)), "live after"]


def test_weechat_sees_each_message_once(machine: Machine) -> None:
    server = machine.server("--no-throttle")
    account(machine, server.port, "Nine")
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    terminal, log = weechat(machine, server.port)
    misses(machine, terminal, log, neural, "/disconnect here\r", "/connect here\r")


def test_irssi_sees_each_message_once(machine: Machine) -> None:
    server = machine.server("--no-throttle")
    account(machine, server.port, "Nine")
    neural = machine.raw(server.port)
    neural.register("Neural", "#team")
    terminal, log = irssi(machine, server.port)
    misses(machine, terminal, log, neural, "/disconnect here\r", "/connect here\r")
