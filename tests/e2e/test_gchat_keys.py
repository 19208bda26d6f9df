"""gchat under the fingers: jumping, completing, scrolling, in a bare terminal and in tmux."""

from __future__ import annotations

import sys

from tests.e2e.processes import Machine

PAGE_UP, PAGE_DOWN, NEWEST = "\x1b[5~", "\x1b[6~", "\x1b>"


def test_jumping_from_buffer_to_buffer(machine: Machine) -> None:
    port = machine.server().port
    nine = machine.raw(port)
    nine.register("Nine", "#team", "#ops")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team", "#ops", "#random")
    neural.until("4 #random")
    neural.until("▌ 2 #team")
    neural.type("half a thought")
    neural.type("\x1b3")  # M-3
    neural.until(lambda text: text.startswith(" #ops") and "half a thought" not in text)
    nine.send("PRIVMSG #team :Neural: are you there?")
    neural.until("2 #team:@1")
    neural.type("\x1ba")  # M-a
    neural.until(lambda text: text.startswith(" #team") and text.endswith(" › half a thought"))
    new, line = neural.row(" new ──"), neural.row("are you there?")
    assert neural.text.index(new) < neural.text.index(line)
    neural.type("\x1b\x1bOB")  # M-Down, as terminals write it that put an Escape before the key
    neural.until(lambda text: text.startswith(" #ops"))
    neural.type("\x1b[1;3B")  # M-Down, as xterm writes it
    neural.until(lambda text: text.startswith(" #random"))
    neural.type("\x1b/")  # M-/, the one before
    neural.until(lambda text: text.startswith(" #ops"))
    neural.type("\x1b9")
    neural.until("there is no buffer 9")


def test_tab_completes_nicks_channels_and_commands(machine: Machine) -> None:
    port = machine.server().port
    nine, nina = machine.raw(port), machine.raw(port)
    nine.register("Nine", "#team")
    nina.register("Nina", "#team")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team")
    neural.until("3 here")
    nina.send("PRIVMSG #team :hello")
    neural.until("Nina  hello")
    neural.type("ni\t")
    neural.until("› Nina:")  # who spoke last comes first
    neural.type("\t")
    neural.until("› Nine:")
    neural.type("\x1b[Z")  # S-Tab
    neural.until("› Nina:")
    neural.type("\x15see #t\t")
    neural.until("› see #team")
    neural.type("\x15/inv\t")
    neural.until("› /invite")
    neural.type("nin\t")
    neural.until("› /invite Nin")


def test_what_is_read_stays_while_lines_come(machine: Machine) -> None:
    port = machine.server("--no-throttle").port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team")
    neural.until("2 here")
    nine.send(*(f"PRIVMSG #team :line {number:03}" for number in range(100)))
    neural.until("line 099")
    neural.type(PAGE_UP)
    neural.until(lambda text: "line 099" not in text and "line 070" in text)
    pane = [row[20:86] for row in neural.text.split("\n")[1:-2]]
    nine.send(*(f"PRIVMSG #team :more {number:03}" for number in range(14)))
    neural.until("↓ 14 new")
    assert [row[20:86] for row in neural.text.split("\n")[1:-2]] == pane
    neural.type(PAGE_DOWN)
    neural.until("line 099")
    neural.type(NEWEST)
    neural.until(lambda text: "more 013" in text and "↓" not in text)
    neural.type(PAGE_UP * 20)
    neural.until("You joined #team")
    neural.type("sent from above\r")
    neural.until(lambda text: "Neural  sent from above" in text and "more 013" in text)


def test_searching(machine: Machine) -> None:
    port = machine.server("--no-throttle").port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team")
    neural.until("2 here")
    nine.send("PRIVMSG #team :a needle", *(f"PRIVMSG #team :straw {number}" for number in range(60)))
    neural.until("straw 59")
    neural.type("\x12needle")  # C-r
    neural.until("search: needle")
    screen = neural.until("a needle")
    row = next(n for n, text in enumerate(screen.split("\n")) if "a needle" in text)
    column = screen.split("\n")[row].index("needle")
    assert neural.screen.buffer[row][column].underscore
    assert not neural.screen.buffer[row][column - 1].underscore
    neural.type("\x1b")
    neural.until(lambda text: "search" not in text)


def test_several_lines_are_written_before_they_are_sent(machine: Machine) -> None:
    port = machine.server().port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team")
    neural.until("2 here")
    neural.type("\x1b[200~one\ntwo\tthree\n\x1b[201~")  # a paste
    neural.until(lambda text: " › one\n   two" in text)
    assert b"one" not in nine.data
    neural.type("\r")
    nine.until("PRIVMSG #team :one")
    nine.until("PRIVMSG #team :two    three")
    neural.type("a\x0ab\r")  # C-j
    nine.until("PRIVMSG #team :a\r\n")
    nine.until("PRIVMSG #team :b\r\n")
    neural.type("\x1b[A")
    neural.until(" › a\n   b")


def test_the_help(machine: Machine) -> None:
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{machine.server().port}", "#team")
    neural.until("1 here")
    neural.type("\x1bOP")  # F1
    neural.until("/away [text]")
    neural.type(PAGE_DOWN * 2)
    neural.until("the next buffer where something waits")
    neural.type("q")
    neural.until("You joined #team")
    neural.type("/help kick\r")
    neural.until("/kick [#channel] nick [reason]: throw")


def test_in_tmux(machine: Machine) -> None:
    port = machine.server().port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = machine.tmux(f"{sys.executable} -m gchat -n Neural 127.0.0.1:{port} '#team'", rows=25)
    neural.until(lambda text: "2 here" in text and "Neural ▸ gchat" in text)
    neural.type("ni\thello, 日本語\r")
    nine.until("PRIVMSG #team :Nine: hello, 日本語")
    nine.send("PRIVMSG Neural :psst")
    neural.until("3 Nine:@1")
    neural.type("\x1b3")
    neural.until("Nine  psst")
    neural.type("\x1bOP")
    neural.until("Escape leaves the help")
    neural.type("\x1b")
    neural.until("Nine  psst")
    neural.resize(80, 25)
    neural.until(lambda text: "│" in text and max(map(len, text.split("\n"))) <= 80)
    neural.type("/quit\r")
    assert neural.wait() == 0
