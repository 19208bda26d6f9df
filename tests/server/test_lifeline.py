"""The server that lives as long as others hold a lock."""

import fcntl
from pathlib import Path

from gchat.server.lifeline import Lifeline


def test_it_is_cut_when_the_last_holder_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "users"
    with open(file, "w") as one:
        fcntl.flock(one, fcntl.LOCK_SH)
        lifeline = Lifeline(str(file))
        with open(file, "r+") as other:
            fcntl.flock(other, fcntl.LOCK_SH)
            assert not lifeline.cut()
        assert not lifeline.cut()
    assert lifeline.cut()


def test_once_cut_it_stays_cut(tmp_path: Path) -> None:
    file = tmp_path / "users"
    lifeline = Lifeline(str(file))
    assert lifeline.cut()
    with open(file, "r+") as late:
        try:
            fcntl.flock(late, fcntl.LOCK_SH | fcntl.LOCK_NB)
            got = True
        except BlockingIOError:
            got = False
    assert not got
    assert lifeline.cut()
