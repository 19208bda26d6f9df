"""That the measurements of the store run: with loads so small that their figures mean nothing."""

import pytest

from tests.bench import pauses, walk


def test_a_short_walk(capsys: pytest.CaptureFixture[str]) -> None:
    walk.main(["250", "--page", "50"])
    assert "250 messages, 6 pages of 50" in capsys.readouterr().out


def test_pauses(capsys: pytest.CaptureFixture[str]) -> None:
    pauses.main(["0.1"])
    assert "a turn took" in capsys.readouterr().out
