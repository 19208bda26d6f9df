"""The fixtures of the end-to-end tests: an empty home folder, and a machine to start things on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import Machine


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def machine(home: Path) -> Iterator[Machine]:
    """Where the processes of one test run."""
    with contextlib.ExitStack() as stack:
        yield Machine(home, stack)
