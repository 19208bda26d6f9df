"""The fuzzing targets on a few mutations each, and what they have found so far.

The long way is ``python -m tests.fuzz`` (``__main__.py``).  A finding becomes a row of ``FINDINGS``.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gchat.irc import scram
from tests.fuzz import __main__ as program
from tests.fuzz import conversations, mutation
from tests.fuzz.targets import TARGETS
from tests.skips import OPTIONAL

CHECKOUT = Path(__file__).resolve().parents[2]
INPUTS = {"commands": 60, "throttled": 150, "websocket": 300, "lines": 300}  # of each target; else 1000

FINDINGS = [
    # the reason of a closed WebSocket was Python's own error, with a position in some piece of the text
    ("websocket", b"\0\0\x81\x86\0\0\0\0aaaa\xe9("),
    # a client's reason to close was a message with a line feed in it
    ("websocket", b"\0\0\x88\x85\0\0\0\0\x03\xe8a\nb"),
]


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scram, "make_verifier", scram.make_verifier)  # to have it put back
    conversations.cheap_passwords()


def test_the_program_knows_every_target() -> None:
    assert set(program.TARGETS) == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_mutations(name: str) -> None:
    target = TARGETS[name]
    for data in itertools.islice(mutation.inputs(target, random.Random(11)), INPUTS.get(name, 1000)):
        target.run(data)


@pytest.mark.parametrize(("name", "data"), FINDINGS)
def test_what_was_found_is_mended(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


def test_the_program_runs(tmp_path: Path) -> None:
    argv = [
        sys.executable,
        "-m",
        "tests.fuzz",
        "modes",
        "--driver",
        "plain",
        "--runs",
        "50",
        "--out",
        tmp_path,
    ]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("modes: 50 inputs in ")
    assert list(tmp_path.iterdir()) == []
    file = tmp_path / "crash-1"
    file.write_bytes(b"+o Nine")
    assert program.main(["modes", str(file)]) == 0


@pytest.mark.skipif(not importlib.util.find_spec("atheris"), reason=f"{OPTIONAL}atheris is not installed")
def test_the_program_is_guided_by_coverage(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.fuzz", "modes", "--driver", "atheris", "--runs", "200"]
    done = subprocess.run(
        [*argv, "--longest", "50", "--out", tmp_path],
        cwd=CHECKOUT,
        env=os.environ | {"TMPDIR": str(tmp_path)},  # libFuzzer ends the process, and what it made stays
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "modes: 200 inputs in " in done.stderr
    assert f"seed corpus: files: {len(TARGETS['modes'].seeds)} " in done.stderr
    assert f"Dictionary: {len(TARGETS['modes'].words)} entries" in done.stderr
    covered = [int(number) for number in re.findall(r" cov: (\d+) ", done.stderr)]
    assert covered[-1] > covered[0] > 10  # it finds its way
    assert not list(tmp_path.glob("crash-*"))
