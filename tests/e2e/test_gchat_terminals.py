"""gchat where a terminal or the arguments will not do: one sentence, and what works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.processes import PATIENCE, Machine, environment


@pytest.mark.parametrize(
    ("terminal", "said"),
    [
        ("", "gchat: TERM is not set; try TERM=xterm-256color gchat; until then: plain lines, /quit leaves"),
        ("no-such", "gchat: the terminal type 'no-such' is not known here; try TERM=xterm-256color gchat;"),
        (
            "dumb",
            "gchat: a terminal of type 'dumb' has no cursor that can be moved; until then: plain lines,",
        ),
    ],
)
def test_plain_lines_where_nothing_can_be_drawn(machine: Machine, terminal: str, said: str) -> None:
    port = machine.server().port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team", columns=130, TERM=terminal)
    neural.until(said)
    neural.until("You joined #team")
    nine.send("PRIVMSG #team :grüße")
    neural.until("<Nine> grüße")
    neural.type("hello from a teletype\r")
    nine.until("PRIVMSG #team :hello from a teletype")
    nine.send("PRIVMSG #team :hello to it")
    neural.until("<Nine> hello to it")  # so its own line is known to have arrived
    neural.type("/quit\r")
    assert neural.wait() == 0
    assert b"\x1b" not in neural.raw


def test_a_first_start_in_plain_lines(machine: Machine) -> None:
    server, nowhere = machine.server(), f"127.0.0.1:{machine.free_port()}"
    neural = machine.gchat(TERM="dumb", columns=130)
    for question, answer in (
        ("Choose your nickname: ", "Neural"),
        ("Server [localhost]: ", nowhere),
        ("for others, too, run gchat-server: ", "o"),
    ):
        neural.until(question.rstrip())
        neural.type(f"{answer}\r")
    neural.until(lambda text: text.count("Server [") == 2)
    neural.type(f"127.0.0.1:{server.port}\r")
    neural.until("Connected to gchat as Neural")
    neural.type("nobody reads this\r")
    neural.until("Nobody reads what is said here")
    neural.type("/quit\r")
    assert neural.wait() == 0


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "", "LANG": ""}, {"LC_ALL": "xx_YY.UTF-8"}])
def test_any_locale(machine: Machine, locale: dict[str, str]) -> None:
    """A locale without UTF-8 is taken for one that was forgotten: terminals of today read UTF-8."""
    port = machine.server().port
    nine = machine.raw(port)
    nine.register("Nine", "#team")
    neural = machine.gchat("-n", "Neural", f"127.0.0.1:{port}", "#team", **locale)
    neural.until(lambda text: "2 here" in text and " ▸ " in text)
    neural.type("grüße, 日本\r")
    nine.until("PRIVMSG #team :grüße, 日本")
    neural.until("Neural  grüße, 日本")


def test_a_locale_that_has_no_unicode(machine: Machine) -> None:
    locales = machine.home / "locales"
    locales.mkdir()
    if shutil.which("localedef") is None:
        pytest.skip("localedef is not installed, which makes a locale")
    make = ["localedef", "-i", "en_US", "-f", "ISO-8859-1", str(locales / "en_US.ISO-8859-1")]
    if subprocess.run(make, capture_output=True, check=False).returncode:
        pytest.skip("the sources of locales are not installed")
    address = f"127.0.0.1:{machine.server().port}"
    latin = {"LC_ALL": "en_US.ISO-8859-1", "LOCPATH": str(locales)}
    neural = machine.gchat("-n", "Neural", address, "#team", **latin)
    neural.until(lambda text: "> 2 #team         | " in text and "Neural > gchat" in text)
    assert neural.raw.isascii()
    nine = machine.raw(int(address.rpartition(":")[2]))
    nine.register("Nine", "#team")
    nine.send("PRIVMSG #team :grüße, 日本, łódź")
    neural.until("Nine  gr")
    assert "grüße, ? ? , lódz".encode("latin-1") in neural.raw


def gchat(home: Path, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
    """The client without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "gchat", *arguments],
        cwd=home,
        env=environment(home),
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_output_that_is_no_terminal(home: Path) -> None:
    done = gchat(home, "-n", "Neural")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "gchat: standard input is not a terminal; gchat needs one to draw on\n"
    master, slave = os.openpty()
    done = gchat(home, "-n", "Neural", stdin=slave)
    os.close(master)
    os.close(slave)
    assert done.returncode == 2
    assert done.stderr == "gchat: standard output is not a terminal; gchat needs one to draw on\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--wat"], "unrecognized arguments: --wat"),
        (["ftp://irc.example"], "ftp"),
        (["irc.example:port"], "port"),
        (["irc.example:99999"], "99999"),
        (["-n", "two words", "irc.example"], "-n 'two words': expected a nickname"),
        (
            ["--local", "irc.example"],
            "--local is a server on this machine; leave out 'irc.example' or --local",
        ),
        (["--theme", "pink"], "pink"),
        (["--account", "neural", "irc.example"], "--account neural needs --password-file or GCHAT_PASSWORD"),
        (["--tls", "irc://irc.example"], "an address with TLS begins with ircs://"),
        (["tutorial://localhost", "#team"], "has one room only"),
        (["--config", "gone.toml"], "gone.toml cannot be read: No such file or directory"),
    ],
)
def test_arguments_that_will_not_do(home: Path, arguments: list[str], said: str) -> None:
    done = gchat(home, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("gchat: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nick = ", "gchat.toml is not TOML: "),
        ("nik = 'Neural'", "gchat.toml: nik is not a key that gchat knows; expected nick?"),
        ("beep = 'yes'", "gchat.toml: beep: expected true or false"),
        ("[networks.work]\nchannels = ['#team']", "gchat.toml: networks.work: expected the key address"),
    ],
)
def test_a_configuration_that_will_not_do(home: Path, text: str, said: str) -> None:
    folder = home / ".config" / "gchat"
    folder.mkdir(parents=True)
    (folder / "gchat.toml").write_text(text)
    done = gchat(home)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
