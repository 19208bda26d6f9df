"""gchat in windows of every size, and in terminals that can do less."""

from __future__ import annotations

import pytest

from tests.e2e.processes import Machine, Raw, Terminal


def talking(machine: Machine, columns: int = 80, rows: int = 24) -> tuple[Terminal, Raw]:
    port = machine.server("--no-throttle").port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    nine.send("TOPIC #team :Ship 1.0 on Friday")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team", columns=columns, rows=rows)
    neural.until("#team")
    nine.until("JOIN")
    return neural, nine


def parts(text: str) -> dict[str, bool]:
    """Which parts of the screen are there."""
    title = text.split("\n")[0]
    return {
        "title": title.startswith(" #team  Ship"),
        "buffers": "▌ 2 #team" in text,
        "members": "│ @ Nine" in text,
        "status": "F1 help" in text,
        "input": any(row.startswith(" ›") for row in text.split("\n")),
    }


def test_a_window_that_is_dragged_about(machine: Machine) -> None:
    neural, nine = talking(machine)
    nine.send("PRIVMSG #team :日本語 and a long line that has to be wrapped somewhere, 👍🏽 said Neural")
    neural.until("日本語")
    everything = {"title", "buffers", "members", "status", "input"}
    for columns, rows, shown in (
        (200, 50, everything),
        (80, 24, everything - {"members"}),
        (60, 20, {"title", "status", "input"}),
        (30, 8, {"title", "status", "input"}),
        (20, 5, {"status", "input"}),
        (100, 7, everything - {"title"}),
        (100, 24, everything),
    ):
        neural.resize(columns, rows)
        wanted = {part: part in shown for part in everything}
        if columns < 60:
            wanted.pop("status")  # too narrow for the hint that shows it is there
        neural.until(lambda text, wanted=wanted: parts(text).items() >= wanted.items())
        assert max(map(len, neural.text.split("\n"))) <= columns
    for columns, rows in ((1, 1), (2, 1), (1, 2), (3, 3), (1, 200), (300, 1), (7, 4), (20, 5)):
        neural.resize(columns, rows)
        nine.send(f"PRIVMSG #team :Neural: now it is {columns}x{rows} 👍🏽")
        neural.type("日本x\x7f\x7f\x7f\t\x1b[5~\x1b[6~")
    neural.resize(80, 24)
    neural.until("now it is 20x5")
    neural.type("\x15still here\r")
    nine.until("PRIVMSG #team :still here")


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (20, 5), (200, 50), (2, 100)])
def test_starting_at_a_size(machine: Machine, columns: int, rows: int) -> None:
    port = machine.server().port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team", columns=columns, rows=rows)
    neural.until(lambda _: neural.screen.title == "#team - gchat")
    neural.type("hello\r")
    nine.until("PRIVMSG #team :hello")
    neural.resize(80, 24)
    neural.until("Neural  hello")


def test_panes_come_back_for_as_long_as_they_are_wanted(machine: Machine) -> None:
    neural, _ = talking(machine, 60, 20)
    neural.until("You joined #team")
    neural.type("\x1b[19~")  # F8
    neural.until("│ @ Nine")
    neural.type("\x1b[18~")  # F7
    neural.until("▌ 2 #team")
    neural.type("\x1b[19~\x1b[18~")
    neural.until(lambda text: "│" not in text)
    neural.resize(130, 24)  # what was closed again is as if it had not been opened
    neural.until(lambda text: "│ @ Nine" in text and "▌ 2 #team" in text)
