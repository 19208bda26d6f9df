"""Each scenario runs, small; its figures are for who runs it by hand (``python -m tests.bench.shield``)."""

from __future__ import annotations

import sys

import pytest

from tests.bench.shield.probe import Latency
from tests.bench.shield.scenarios import SCENARIOS, latencies

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
HELD = {"memory of each", "clients lost", "of all of them still there", "descriptors afterwards"}
SIZES = {"idle": 0.1, "idle-tls": 0.1}  # memory comes by the page: of fifty clients one page each is a lot


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_runs(name: str) -> None:
    figures = SCENARIOS[name](SIZES.get(name, 0.01))
    assert figures
    # that somebody is attacked is not to be felt by others, which has to be said of each attack
    assert all(figure.target for figure in figures if figure.name.endswith("honest p99 meanwhile"))
    # what does not hang on how busy the machine is holds on the smallest load, too
    assert not [figure for figure in figures if figure.name in HELD and not figure.met]


def test_a_latency_that_is_not_kept_is_missed() -> None:
    calm, slow = Latency(100, 1.0, 3.0, 4.0), Latency(100, 1.0, 30.0, 200.0)

    def missed(before: Latency, meanwhile: Latency) -> list[str]:
        return [figure.name for figure in latencies(before, meanwhile) if not figure.met]

    assert missed(calm, calm) == missed(slow, slow) == missed(slow, calm) == []
    assert missed(calm, slow) == ["honest p99 meanwhile"]
    assert missed(Latency(100, 1.0, 16.0, 20.0), slow) == []  # not doubled
