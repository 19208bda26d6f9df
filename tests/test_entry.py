"""What happens before the client's own code runs."""

import pytest

from gchat import __main__ as entry
from gchat.client import main as client


def test_an_interrupt_in_the_first_moments_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "main", interrupted)
    assert entry.main() == 130
    assert capsys.readouterr() == ("", "")
