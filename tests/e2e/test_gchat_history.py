"""gchat asks for what was said before: the last page when it comes back, older ones when one scrolls up."""

from __future__ import annotations

import re

from tests.e2e.processes import Machine, Terminal

PASSWORD = "a-long-password-of-mine"
SAID = 230


def gchat(machine: Machine, port: int, columns: int = 80, rows: int = 24) -> Terminal:
    """Neural's gchat, logged in and in #team."""
    address = f"127.0.0.1:{port}"
    arguments = ("--account", "Neural", "-n", "Neural", address, "#team")
    terminal = machine.gchat(*arguments, columns=columns, rows=rows, GCHAT_PASSWORD=PASSWORD)
    terminal.until(lambda text: " here" in text.split("\n")[0] and "You joined" in text)
    return terminal


def words(text: str) -> list[int]:
    """The numbers of the words on a screen."""
    return [int(number) for number in re.findall(r"word (\d{3})", text)]


def is_page_before(text: str, first: int) -> bool:
    """Tell whether a screen begins before a word, with nothing missing up to it, and waits for no answer."""
    shown = words(text)
    whole = shown == list(range(shown[0], shown[-1] + 1)) if shown else False
    return whole and shown[0] < first <= shown[-1] and "Asking" not in text


def test_who_comes_back_sees_what_was_said_and_pages_up_beyond_it(machine: Machine) -> None:
    server = machine.server("--no-throttle")
    owner = machine.raw(server.port)
    owner.register("Neural")
    owner.send(f"REGISTER * * :{PASSWORD}", "QUIT")
    owner.until("ERROR ")
    nine = machine.raw(server.port)
    nine.register("Nine", "#team")
    neural = gchat(machine, server.port)
    nine.send(*(f"PRIVMSG #team :word {number:03}" for number in range(SAID)))
    neural.until(f"word {SAID - 1:03}")
    neural.type("see you tomorrow\r")
    nine.until("see you tomorrow")
    mine = "Neural  see you tomorrow"
    neural.until(lambda text: mine in text and "…" not in neural.row(mine))  # else /quit asks first
    neural.type("/quit\r")
    assert neural.wait() == 0
    nine.until(" QUIT ")
    nine.send("PRIVMSG #team :Neural: one more thing", "PING said")
    nine.until("PONG")

    again = gchat(machine, server.port)
    wanted = (f"word {SAID - 1:03}", mine, "You joined", "one more thing")
    screen = again.until(lambda text: all(each in text for each in wanted))
    places = [screen.index(each) for each in wanted]
    assert places == sorted(places)
    assert screen.split("\n")[0].endswith("2 here")
    assert b"Nothing older" not in again.raw
    assert " new ──" not in again.text

    first = words(again.text)[0]
    while first:
        again.type("\x1b[5~")
        again.until(lambda text, before=first: is_page_before(text, before))  # type: ignore[misc]
        first = words(again.text)[0]
    again.type("\x1b[5~")
    again.until("Here it begins: nothing older is kept")
    rows = again.text.split("\n")
    assert "Here it begins" in rows[1]
    assert "───" in rows[2]
    assert "↓ more" in rows[-2]
    again.type("\x1b>")
    again.until("one more thing")
    assert again.text.count("one more thing") == again.text.count("You joined #team") == 1
    nine.send("PRIVMSG #team :live again")
    again.until("live again")


def test_a_small_screen_pages_up_too(machine: Machine) -> None:
    server = machine.server("--no-throttle")
    nine = machine.raw(server.port)
    nine.register("Nine", "#team")
    nine.send(*(f"PRIVMSG #team :word {number:03}" for number in range(20)), "PING said")
    nine.until("PONG")
    guest = machine.gchat("-n", "zed", f"127.0.0.1:{server.port}", "#team", columns=30, rows=8)
    guest.until("word 019")
    guest.type("\x1b<")
    guest.until("Nothing older is kept")
    guest.until("word 000")
