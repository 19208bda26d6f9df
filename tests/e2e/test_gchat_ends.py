"""How gchat leaves a terminal: as it was, whatever ended it."""

from __future__ import annotations

import os
import select
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.processes import PATIENCE, Machine, Terminal, find

# what gchat turned on, and how each is turned off: bracketed paste, focus reports, the other screen
MODES = {b"\x1b[?2004h": b"\x1b[?2004l", b"\x1b[?1004h": b"\x1b[?1004l", b"\x1b[?1049h": b"\x1b[?1049l"}
BREAKS = """
import gchat.client.view

def breaking(self, model, now, frame=gchat.client.view.Painter.frame):
    if model.current and model.current.editor.text == "break":
        raise RuntimeError("made by a test")
    return frame(self, model, now)

gchat.client.view.Painter.frame = breaking
"""


def in_team(machine: Machine, **env: str) -> Terminal:
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{machine.server().port}", "#team", **env)
    neural.until(lambda text: "1 here" in text and " lag " in text)
    return neural


def assert_restored(terminal: Terminal) -> None:
    """The terminal's flags are as they were, and every mode that was turned on is off again."""
    assert terminal.modes == terminal.modes_before
    for on, off in MODES.items():
        assert on in terminal.raw
        assert terminal.raw.rindex(off) > terminal.raw.rindex(on)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, "/quit\r"])
def test_the_terminal_is_given_back(machine: Machine, end: signal.Signals | str) -> None:
    neural = in_team(machine)
    neural.type("\x1b[20~")  # F9: the mouse
    neural.until("the mouse wheel scrolls")
    assert neural.modes != neural.modes_before
    if isinstance(end, str):
        neural.type(end)
    else:
        neural.signal(end)
    assert neural.wait() == 0
    assert_restored(neural)
    assert neural.raw.rindex(b"1000l") > neural.raw.rindex(b"1000h")  # the mouse
    assert b"Traceback" not in neural.raw


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_what_was_not_sent_is_printed_when_the_terminal_is_back(
    machine: Machine, end: signal.Signals
) -> None:
    server = machine.server()
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{server.port}", "#team")
    neural.until(lambda text: "1 here" in text and " lag " in text)
    server.signal(signal.SIGKILL)
    neural.until("The connection to gchat is gone")
    neural.type("one\r/msg Nine two\r/quit\r")
    neural.until_words("2 lines to #team and Nine are not sent yet: /quit again leaves without them.")
    neural.signal(end)
    assert neural.wait() == 0
    assert_restored(neural)
    said = bytes(neural.raw).rpartition(MODES[b"\x1b[?1049h"])[2].decode()
    assert "gchat: 1 line not sent to #team:\r\n  one\r\n" in said
    assert "gchat: 1 line not sent to Nine:\r\n  two\r\n" in said


def test_quit_twice_leaves_without_what_was_not_sent(machine: Machine) -> None:
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{machine.free_port()}")
    neural.until("Trying again")
    neural.type("/msg Nine two\r/quit\r")
    neural.until_words("1 line to Nine is not sent yet: /quit again leaves without it.")
    neural.type("/quit\r")
    assert neural.wait() == 0
    assert b"gchat: 1 line" not in neural.raw


def test_a_crash_gives_the_terminal_back_and_says_where_its_traceback_is(
    machine: Machine, home: Path
) -> None:
    (home / "sitecustomize.py").write_text(BREAKS)
    checkout = str(Path(__file__).resolve().parents[2])
    neural = in_team(machine, PYTHONPATH=os.pathsep.join([str(home), checkout]))
    neural.type("break")
    assert neural.wait() == 70
    assert_restored(neural)
    said = bytes(neural.raw).rpartition(MODES[b"\x1b[?1049h"])[2].decode()
    words = "gchat: ended by a fault of its own (RuntimeError: made by a test); the traceback is in "
    assert words in said
    assert "Traceback" not in said
    file = Path(said.partition(words)[2].split("\r\n")[0])
    assert file.is_relative_to(home)
    report = file.read_text()
    assert report.startswith("gchat ")
    assert "Traceback (most recent call last):" in report
    assert "RuntimeError: made by a test" in report
    assert file.parent.stat().st_mode & 0o077 == 0  # what was said is nobody else's business


def test_a_terminal_that_is_taken_away(machine: Machine) -> None:
    neural = in_team(machine)
    ended = os.pidfd_open(neural.pid)
    os.close(neural.fd)
    neural.fd = -1
    assert select.select([ended], [], [], PATIENCE)[0]
    os.close(ended)
    assert os.waitstatus_to_exitcode(os.waitpid(neural.pid, 0)[1]) == 0
    neural.status = 0


class Shell:
    """An interactive shell, which is what stops and goes on with programs."""

    PROMPT = "at the shell> "

    def __init__(self, machine: Machine) -> None:
        quiet = machine.home / "inputrc"
        quiet.write_text("set enable-bracketed-paste off\n")  # else the shell would turn that on, too
        bash = [find("bash"), "--norc", "--noprofile", "-i"]
        self.terminal = machine.terminal(*bash, PS1=self.PROMPT, INPUTRC=str(quiet))
        self._seen = 0
        self.prompt()
        self.modes = self.stty()

    def prompt(self) -> str:
        """Wait until it asks again; return what was written since it asked before."""
        raw, prompt = self.terminal.raw, self.PROMPT.encode()
        self.terminal.until(lambda _: prompt in raw[self._seen :])
        before, self._seen = self._seen, raw.index(prompt, self._seen) + len(prompt)
        return raw[before : self._seen].decode()

    def stty(self) -> str:
        """The terminal's modes as a program that it starts finds them."""
        self.terminal.type("stty -g\r")
        (found,) = [line for line in self.prompt().split("\r\n") if line.count(":") > 10]
        return found


@pytest.mark.parametrize("stop", ["\x1a", signal.SIGTSTP])  # C-z, and from elsewhere
def test_stopped_and_brought_back(machine: Machine, stop: str | signal.Signals) -> None:
    port = machine.server().port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    shell = Shell(machine)
    terminal = shell.terminal
    terminal.type(f"{sys.executable} -m gchat -n Neural 127.0.0.1:{port} '#team'\r")
    terminal.until(lambda text: "2 here" in text and " lag " in text)
    for time in ("once", "twice"):
        if isinstance(stop, str):
            terminal.type(stop)
        else:
            os.kill(os.tcgetpgrp(terminal.fd), stop)
        assert "Stopped" in shell.prompt()
        assert shell.stty() == shell.modes
        for on, off in MODES.items():
            assert terminal.raw.rindex(off) > terminal.raw.rindex(on)
        nine.send(f"PRIVMSG #team :said {time}")
        terminal.type("fg\r")
        terminal.until(lambda text, time=time: f"Nine  said {time}" in text and "Neural ▸ gchat" in text)
        terminal.type(f"back {time}\r")
        nine.until(f"PRIVMSG #team :back {time}")
        terminal.until(f"Neural  back {time}")
    terminal.until(lambda text: "…" not in text)  # it is known to have arrived, so nothing holds /quit
    terminal.type("/quit\r")
    shell.prompt()
    assert shell.stty() == shell.modes
