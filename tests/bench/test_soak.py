"""The soak, shortened: nothing is left of those who came, and nobody is turned out."""

from __future__ import annotations

import pytest

from tests.bench import soak

# KiB a minute.  In its first three seconds the server grows at 90,000; a leak shows in the blocks.
GROWTH = "300000"


def test_a_short_soak_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "RATE", 2000.0)  # so that what is left of each is more than what is loaded
    status = soak.main(["--clients", "40", "--seconds", "3", "--growth", GROWTH])
    said = capsys.readouterr().out
    assert status == 0, said
    assert "connections that the server ended by itself: 0" in said
    assert "greenlets: 0 before" not in said  # it has really looked


@pytest.mark.parametrize(
    ("points", "wanted"),
    [
        ([], 0.0),
        ([(1.0, 5.0)], 0.0),
        ([(1.0, 5.0), (1.0, 7.0)], 0.0),
        ([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)], 2.0),
        ([(0.0, 1.0), (1.0, 2.0), (2.0, 0.0), (3.0, 1.0)], -0.2),
    ],
)
def test_the_slope_of_a_line(points: list[tuple[float, float]], wanted: float) -> None:
    assert soak.slope(points) == pytest.approx(wanted)


def test_what_is_left_is_not_well() -> None:
    one = soak.Soak.__new__(soak.Soak)
    one.wanted, one.deeds, one.ended = 1, 1, 0
    one.samples = [soak.Sample(float(at), 1000.0, 10) for at in range(10)]
    before = soak.Alive(greenlets=5, blocks=100, sockets=10)
    assert soak.judge(one, before, before, 1.0).well
    assert not soak.judge(one, before, before._replace(greenlets=6), 1.0).well
    assert not soak.judge(one, before, before._replace(sockets=11), 1.0).well
    assert not soak.judge(one, before, before._replace(blocks=100_000), 1.0).well
    one.samples = [soak.Sample(float(at), 1000.0 + at, 10) for at in range(10)]
    assert not soak.judge(one, before, before, 1.0).well
    one.samples = [soak.Sample(float(at), 1000.0, 10 + 2 * at) for at in range(10)]
    assert not soak.judge(one, before, before, 1.0).well
    one.samples = [soak.Sample(float(at), 1000.0 + at, 10) for at in range(10)]
    assert "slope +60.0 KiB a minute" in soak.judge(one, before, before, 1.0).text
