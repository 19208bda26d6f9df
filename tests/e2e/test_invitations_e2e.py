"""An invitation with real processes: made on the command line, opened in a terminal, remembered, refused."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.e2e.processes import Machine, environment

PASSWORD = "open sesame"


def administer(machine: Machine, *words: str) -> str:
    """Run ``gchat-server invite`` beside the server; return what it prints."""
    argv = [sys.executable, "-m", "gchat.server", "invite", *words]
    env = environment(machine.home)
    done = subprocess.run(
        argv, env=env, cwd=machine.home, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def link(machine: Machine, *words: str) -> str:
    """Make an invitation; return its address."""
    found = re.search(r"gchat '(.*)'", administer(machine, "--channel", "#team", *words))
    assert found is not None
    return found[1]


def closed_server(machine: Machine) -> None:
    """A server where nobody has an account but by invitation, and nobody is without one."""
    file = machine.home / "server.toml"
    file.write_text("[accounts]\nregistration = 'closed'\nrequired = true\n")
    server = machine.server("--config", str(file))
    server.until("Keeping what is said")


def test_from_the_command_line_into_the_channel_and_back_again(machine: Machine) -> None:
    closed_server(machine)
    address = link(machine, "--role", "voice")
    nine = machine.gchat(address, columns=80)
    nine.until("You are invited to #team on localhost:")
    nine.type("\x15Nine\r")
    nine.until("Your password there:")
    nine.type("short\r")
    nine.until("A password has at least 6 characters and is not the name.")
    nine.type(PASSWORD)
    nine.until("Your password there: " + "•" * len(PASSWORD))
    nine.type("\r")
    nine.until_words("You joined #team", "gave Nine voice")
    assert PASSWORD.encode() not in nine.raw, "nobody reads it over a shoulder"
    nine.type("/quit\r")
    assert nine.wait() == 0

    again = machine.gchat()
    again.until("You joined #team")
    again.type("/quit\r")
    assert again.wait() == 0

    # somebody else, who knows nothing of that account
    other = machine.gchat("-n", "Zed", address, XDG_STATE_HOME=str(machine.home / "elsewhere"))
    other.until("Your password there:")
    other.type(f"{PASSWORD}\r")
    other.until_words("This invitation was used already: ask for one of your own.")
    other.type("/quit\r")
    assert other.wait() == 0


def test_revoked_while_it_runs(machine: Machine) -> None:
    closed_server(machine)
    address = link(machine)
    (id,) = re.findall(r"invitation=(\w+)-", address)
    assert administer(machine, "--list").startswith(f"{id} #team member 0/1 used until ")
    assert "lets nobody in any more" in administer(machine, "--revoke", id)
    nine = machine.gchat("-n", "Nine", address)
    nine.until("Your password there:")
    nine.type(f"{PASSWORD}\r")
    nine.until_words("This invitation was taken back: ask for another one.")
    nine.type("/quit\r")
    assert nine.wait() == 0
