"""What is remembered from start to start."""

from pathlib import Path

import pytest

from gchat.client.memory import remember, remembered


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "gchat"


def test_nothing_at_first() -> None:
    assert remembered() == {}


def test_what_was_remembered_last_counts(state: Path) -> None:
    remember("nick", "Neural")
    remember("server", "irc://irc.example:6667")
    remember("nick", "Nine")
    assert remembered() == {"nick": "Nine", "server": "irc://irc.example:6667"}
    assert [path.name for path in state.iterdir()] == ["remembered"]
    assert state.stat().st_mode & 0o077 == 0


def test_a_value_stays_one_line() -> None:
    remember("nick", "Neural\nserver=irc://evil.example")
    assert remembered() == {"nick": "Neural server=irc://evil.example"}


def test_a_file_that_is_no_text_is_as_good_as_none(state: Path) -> None:
    remember("nick", "Neural")
    (state / "remembered").write_bytes(b"\xff\xfe")
    assert remembered() == {}


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(state: Path) -> None:
    state.parent.parent.mkdir(exist_ok=True)
    state.parent.write_text("a file where the folder should be")
    remember("nick", "Neural")
    assert remembered() == {}


def test_a_password_is_kept_as_it_is_and_for_its_owner_alone(state: Path) -> None:
    remember("login ircs://irc.example", "Neural #team two  blanks = one password ")
    assert remembered()["login ircs://irc.example"] == "Neural #team two  blanks = one password "
    assert (state / "remembered").stat().st_mode & 0o077 == 0
