"""Each scenario runs, small; its figures are for who runs it by hand (``python -m tests.bench.shield``)."""

from __future__ import annotations

import sys

import pytest

from tests.bench.shield.scenarios import SCENARIOS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
HELD = {"memory of each", "clients lost", "of all of them still there", "descriptors afterwards"}
SIZES = {"idle": 0.1, "idle-tls": 0.1}  # memory comes by the page: of fifty clients one page each is a lot


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_runs(name: str) -> None:
    figures = SCENARIOS[name](SIZES.get(name, 0.01))
    assert figures
    # what does not hang on how busy the machine is holds on the smallest load, too
    assert not [figure for figure in figures if figure.name in HELD and not figure.met]
