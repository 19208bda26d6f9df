"""--man and the pages: found wherever gchat is, shown without man(1), and held to the code."""

import argparse
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

import gchat.client.config
import gchat.client.main
import gchat.server.config
import gchat.server.main
from gchat import manual
from gchat.client import keys
from gchat.client.commands import COMMANDS
from gchat.server import capabilities
from gchat.server.commands import chanserv, nickserv
from gchat.server.playback import EDITED
from gchat.server.services import Word

ROOT = Path(__file__).parent.parent
PAGES = tuple(sorted(path.name for path in (ROOT / "man").glob("*.[1-9]")))


def page(name: str) -> str:
    """A page as a reader sees it."""
    return manual.typeset((ROOT / "man" / name).read_text(encoding="utf-8"))


@pytest.mark.needs("mandoc")
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_without_fault(name: str) -> None:
    lint = subprocess.run(
        ["mandoc", "-T", "lint", ROOT / "man" / name], capture_output=True, text=True, check=False
    )
    assert lint.stdout + lint.stderr == ""


@pytest.mark.needs("mandoc")
@pytest.mark.parametrize("name", PAGES)
def test_our_typesetter_says_what_mandoc_says(name: str) -> None:
    shown = subprocess.run(
        ["mandoc", "-T", "utf8", ROOT / "man" / name], capture_output=True, text=True, check=True
    ).stdout
    body = (
        re.sub(".\b", "", shown).split("\n", 1)[1].rsplit("\n", 2)[0]
    )  # without overstrikes, header and footer
    assert page(name).split() == body.split()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_terminal(name: str) -> None:
    assert max(map(len, page(name).splitlines())) <= 80


# --- held to the code --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "make_parser"),
    [("gchat.1", gchat.client.main.make_parser), ("gchat-server.1", gchat.server.main.make_parser)],
)
def test_every_option_stands_in_its_page(
    name: str, make_parser: Callable[[], argparse.ArgumentParser]
) -> None:
    text = page(name)
    described = set(re.findall(r"^ +(?:-\w, )?(--?[\w-]+)", text, re.MULTILINE))
    options = {option for action in make_parser()._actions for option in action.option_strings}
    assert {option for option in options if option.startswith("--")} - described == set()
    for action in make_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            options.update(*(parser._option_string_actions for parser in action.choices.values()))
    assert {option for option in described if option.startswith("--")} - options == set()


@pytest.mark.parametrize(
    "key", [*gchat.client.config.KEYS, *gchat.client.config.NETWORK_KEYS], ids=lambda k: k.name
)
def test_every_key_of_the_client_stands_in_its_page(key: gchat.client.config.Key) -> None:
    assert re.search(
        rf"^ +(\w+, )*{key.name}\b", page("gchat.1").partition("\nCONFIGURATION\n")[2], re.MULTILINE
    )


@pytest.mark.parametrize("key", gchat.server.config.KEYS, ids=lambda key: key.path)
def test_every_key_of_the_server_stands_in_its_page_with_its_default(key: gchat.server.config.Key) -> None:
    table = page("gchat-server.toml.5").partition(f"\n[{key.table}]\n" if key.table else "\nTHE ADDRESSES\n")[
        2
    ]
    entry = re.search(rf"^ +(\w+, )*{key.name}\b.*?(?=\n\n)", table, re.MULTILINE | re.DOTALL)
    assert entry is not None
    usual = key.default
    if isinstance(usual, bool):
        usual = "true" if usual else "false"
    elif isinstance(usual, list | tuple):
        usual = "[" + ", ".join(f'"{item}"' for item in usual) + "]"
    elif isinstance(usual, float):
        usual = f"{usual:g}"
    assert re.search(
        rf"\((\S+ and )?{re.escape(str(usual) or 'empty')}( and \S+)?\)", " ".join(entry[0].split())
    )


@pytest.mark.parametrize("key", gchat.server.config.OPERATOR_KEYS, ids=lambda key: key.path)
def test_every_key_of_an_operator_stands_in_its_page(key: gchat.server.config.Key) -> None:
    assert re.search(
        rf"^ +{key.name}$", page("gchat-server.toml.5").partition("\n[operators.NAME]\n")[2], re.MULTILINE
    )


@pytest.mark.parametrize("key", gchat.server.config.GATEWAY_KEYS, ids=lambda key: key.path)
def test_every_key_of_a_gateway_stands_in_its_page(key: gchat.server.config.Key) -> None:
    assert re.search(
        rf"^ +{key.name}$", page("gchat-server.toml.5").partition("\n[gateways.NAME]\n")[2], re.MULTILINE
    )


@pytest.mark.parametrize(
    ("sections", "words"),
    [(("ACCOUNTS",), nickserv.WORDS), (("CHANNELS THAT LAST", "MODERATION"), chanserv.WORDS)],
    ids=["NickServ", "ChanServ"],
)
def test_every_word_of_a_service_stands_in_the_page(
    sections: tuple[str, ...], words: dict[str, Word]
) -> None:
    text = page("gchat-server.1")
    found = "".join(text.partition(f"\n{section}\n")[2].partition("\nH")[0] for section in sections)
    shown = [word for word, row in words.items() if not row.hidden]
    assert [word for word in shown if not re.search(rf"\b{word}\b", found)] == []


def test_our_own_capability_stands_in_the_page() -> None:
    own = [name for name in capabilities.BITS if name.startswith("gchat/")]
    assert own == ["gchat/edit"]
    text = page("gchat-server.1").partition("\nHISTORY\n")[2]
    assert own[0] in text
    assert EDITED.strip() in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_page(name: str) -> None:
    assert re.search(rf"^ +/{name}\b", page("gchat.1").partition("\nCOMMANDS\n")[2], re.MULTILINE)


def test_every_key_stands_in_the_page() -> None:
    text = page("gchat.1")
    for row in keys.table():
        assert ", ".join(row.keys) in text


def test_what_is_made_from_the_code_is_what_is_committed(made: dict[Path, str]) -> None:
    for name, text in made.items():
        assert (ROOT / "man" / name).read_text(encoding="utf-8") == text, "run python man/make.py"


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    """What man/make.py would write."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("make", ROOT / "man" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    return {**make.completions(), **make.pages()}


# --- showing -----------------------------------------------------------------------------------------


def test_the_pages_of_a_checkout_are_found() -> None:
    for name in PAGES:
        assert manual.find(name) == str(ROOT / "man" / name)
    assert manual.find("gchat.7") is None


def test_the_pages_of_an_installation_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "__file__", str(tmp_path / "lib" / "gchat" / "manual.py"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "elsewhere"))
    monkeypatch.setattr("site.getuserbase", lambda: str(tmp_path / "user"))
    assert manual.find("gchat-server.toml.5") is None
    for base in ("user", "elsewhere", "."):
        file = tmp_path / base / "share" / "man" / "man5" / "gchat-server.toml.5"
        file.parent.mkdir(parents=True)
        file.write_text(".TH X 5\n")
        assert Path(manual.find("gchat-server.toml.5") or "").resolve() == file.resolve()


def test_a_page_that_is_not_there_is_said_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manual, "find", lambda page: None)
    assert manual.show("gchat.1") == 1
    assert capsys.readouterr().err == "gchat: the manual page gchat.1 is not part of this installation\n"


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        ([], "gchat-server.1"),
        (["gchat-server"], "gchat-server.1"),
        (["gchat-server.toml"], "gchat-server.toml.5"),
        (["gchat-server.toml.5"], "gchat-server.toml.5"),
        (["gchat"], "gchat.1"),
    ],
)
def test_the_server_shows_every_page(argv: list[str], shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert gchat.server.main.main(["--man", *argv]) == 0
    assert capsys.readouterr().out == page(shown)


@pytest.mark.parametrize("name", ["gchat.7", "toml", ""])
def test_a_page_that_nobody_knows_is_one_sentence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert gchat.server.main.main(["--man", name]) == 2
    assert capsys.readouterr() == (
        "",
        f"gchat: there is no manual page {name!r}: expected gchat, gchat-server or gchat-server.toml\n",
    )


def test_the_pages_that_can_be_shown_are_those_there_are() -> None:
    assert sorted(manual.PAGES) == list(PAGES)


def test_a_pipe_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert manual.show("gchat.1") == 0
    assert capsys.readouterr().out == page("gchat.1")


@pytest.mark.parametrize(("man", "shown"), [("exit 0", False), ("exit 1", True), (None, True)])
def test_a_terminal_gets_it_through_man(
    man: str | None,
    shown: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    if man is not None:
        (tmp_path / "man").write_text(f'#!/bin/sh\necho "$1" >{tmp_path}/asked\n{man}\n')
        (tmp_path / "man").chmod(0o700)
    assert manual.show("gchat.1") == 0
    assert (capsys.readouterr().out == page("gchat.1")) is shown
    if man is not None:
        assert (tmp_path / "asked").read_text() == f"{ROOT}/man/gchat.1\n"


# --- typesetting -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain\nwords", "       plain words"),
        (".B bold words", "       bold words"),
        ('.BI \\-n " NICK" \\fR,', "       -n NICK,"),
        ('.RI [ OPTIONS ] " rest"', "       [OPTIONS] rest"),
        ("one\n.PP\ntwo", "       one\n\n       two"),
        ('.SH NAME\ntext\n.SS "Small head"\nmore', "NAME\n       text\n\n   Small head\n       more"),
        (".TP\n.B tag\ntext\n.PP\nmore", "       tag\n             text\n\n       more"),
        (".TP\n.B one\n.TQ\n.B two\ntext", "       one\n       two\n             text"),
        (".RS\n.PP\ndeep\n.RE\n.PP\nback", "             deep\n\n       back"),
        (".nf\na  b\n\nc\n.fi\nd", "       a  b\n\n       c\n       d"),
        ('.\\" a comment\ntext', "       text"),
        ("a\\-b \\(aqc\\(aq \\(dqd\\(dq \\e \\&.x", "       a-b 'c' \"d\" \\ .x"),
        (".TH GCHAT 1 date version section\ntext", "       text"),
    ],
)
def test_typesetting(source: str, text: str) -> None:
    assert manual.typeset(source).strip("\n") == text


def test_a_request_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"the manual page uses \.IP, which gchat/manual\.py does not know"):
        manual.typeset(".IP x")
