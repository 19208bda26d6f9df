"""Several lines behind a command: they are for whom it names, and the channel it was typed in reads none."""

from typing import Any

import pytest

from gchat.client import events

Town = Any  # tests/link/conftest.py


def secret(nine: Any, zed: Any) -> tuple[list[str], list[str]]:
    """What Nine was told, and what everybody in the channel was."""
    private = nine.texts("Neural") if "neural" in nine.network.buffers else []
    return private, [line.text for line in zed.lines("#team") if line.nick]


@pytest.mark.parametrize("how", ["M-Enter", "paste"])
@pytest.mark.parametrize(
    ("command", "private", "public"),
    [
        ("/msg Nine ", ["Neural: secret one", "Neural: secret two"], []),
        ("/query Nine ", ["Neural: secret one", "Neural: secret two"], []),
        ("/msg NickServ IDENTIFY ", [], []),
        ("/nonsense Nine ", [], []),
        ("/msg nobody ", [], []),
        ("/topic ", [], []),
        ("/kick zed ", [], []),
        ("/me ", [], ["secret one", "secret two"]),
        ("/reply Nine ", [], ["Nine: secret one", "secret two"]),
    ],
)
def test_who_reads_them(town: Town, how: str, command: str, private: list[str], public: list[str]) -> None:
    neural, nine, zed = town.people("Neural", "Nine", "zed")
    neural.press(*command)
    if how == "paste":
        neural.happen(events.Paste("secret one\nsecret two"))
    else:
        neural.press(*"secret one", "M-Enter", *"secret two")
    neural.press("Enter")
    assert secret(nine, zed) == (private, public)
    assert "zed" in zed.roster("#team")


def test_a_notice(town: Town) -> None:
    neural, nine, zed = town.people("Neural", "Nine", "zed")
    neural.type("/notice Nine secret one\nsecret two")
    assert [line.text for line in nine.lines() if line.nick == "Neural"] == ["secret one", "secret two"]
    assert secret(nine, zed) == ([], [])


@pytest.mark.parametrize(
    "typed",
    [
        "/msg\u00a0NickServ IDENTIFY secret",
        "/msg\u2003NickServ\u00a0IDENTIFY secret",
        " /msg NickServ IDENTIFY secret",
        "\n/msg NickServ IDENTIFY secret",
        " \n\t\n /msg NickServ IDENTIFY secret",
        "/msg\nNickServ IDENTIFY secret",
        "/quit\nsecret",
        "/part\nsecret",
        "/away\nsecret",
        "/nick\nsecret",
        "/topic\nsecret",
        "/close\nsecret",
        "/disconnect\nsecret",
        "/clear\nsecret",
        "/nonsense\nsecret",
    ],
)
def test_no_white_space_makes_a_command_public(town: Town, typed: str) -> None:
    neural, nine, zed = town.people("Neural", "Nine", "zed")
    neural.happen(events.Paste(typed))
    neural.press("Enter")
    assert secret(nine, zed) == ([], [])
    assert "secret" not in " ".join(line.text for line in zed.lines("#team"))
    assert sorted(zed.roster("#team")) == sorted(["@Neural", "Nine", "zed"]) or len(zed.roster("#team")) == 3


def test_what_only_looks_like_a_command_is_text(town: Town) -> None:
    neural, nine, zed = town.people("Neural", "Nine", "zed")
    neural.type(" /etc is a folder")
    neural.type("/etc/passwd is a file")
    assert secret(nine, zed)[1] == [" /etc is a folder", "/etc/passwd is a file"]
