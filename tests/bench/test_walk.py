"""That the walk through a history runs, and finds everything."""

import pytest

from tests.bench import walk


def test_a_short_walk(capsys: pytest.CaptureFixture[str]) -> None:
    walk.main(["250", "--page", "50"])
    assert "250 messages, 6 pages of 50" in capsys.readouterr().out
