"""What is wanted of a figure, and whether it is met."""

from __future__ import annotations

import pytest

from tests.bench.shield.figures import Figure


@pytest.mark.parametrize(
    ("value", "target", "least", "met", "bounds"),
    [
        (5.0, None, None, True, ""),
        (5.0, 5.0, None, True, "at most 5"),
        (5.1, 5.0, None, False, "at most 5"),
        (5.0, None, 5.0, True, "at least 5"),
        (4.9, None, 5.0, False, "at least 5"),
        (4.9, 6.0, 4.5, True, "at most 6, at least 4.5"),
    ],
)
def test_bounds(value: float, target: float | None, least: float | None, met: bool, bounds: str) -> None:
    figure = Figure("name", value, "ms", target, least)
    assert (figure.met, figure.bounds) == (met, bounds)
