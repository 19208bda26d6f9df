"""That the measurements run: with loads so small that their figures mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench import __main__ as program
from tests.bench import lines, plot, scenarios, servers


@pytest.mark.needs("cc")
def test_scenarios_the_bare_loop_and_the_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, figures = tmp_path / "plot.svg", tmp_path / "figures.json"
    wanted = [*(scenario.name for scenario in scenarios.SCENARIOS), "plot"]
    options = [
        "--servers",
        "gchat",
        "bare",
        "--sizes",
        "5",
        "--repeats",
        "1",
        "--plot",
        str(picture),
        "--json",
        str(figures),
    ]
    assert program.main([*wanted, "--tiny", *options]) == 0
    said = capsys.readouterr()
    assert "| | pure Python | a bare C loop |\n" in said.out
    assert "| one room of 500, with capabilities | **" in said.out
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    measured = json.loads(figures.read_text())
    assert measured["fanout-caps"]["gchat"]["capabilities"] == len(scenarios.CAPABILITIES.split())
    assert measured["quit"]["gchat"]["quits"] == 7
    assert {name for name, found in measured.items() if "bare" in found} == {
        "fanout",
        "rooms",
        "single",
        "room-5",
    }


@pytest.mark.needs("cc", "inspircd", "ngircd")
def test_the_peers(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["rooms", "rooms-caps"]
    assert program.main([*wanted, "--tiny", "--repeats", "1", "--servers", "inspircd", "ngircd"]) == 0
    said = capsys.readouterr()
    assert "| | InspIRCd | ngIRCd |\n" in said.out
    of_capabilities = next(line for line in said.out.splitlines() if "with capabilities" in line)
    assert of_capabilities.endswith("| has none of them |")  # ngIRCd
    assert of_capabilities.count("has none of them") == 1


def test_what_does_not_exist_is_not_measured(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program.main(["nonsense"])
    assert "there is no scenario nonsense" in capsys.readouterr().err


def test_the_readme_has_a_place_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = program.README.read_text()
    assert text.count(program.BEGIN) == text.count(program.END) == 1
    copy = tmp_path / "README.md"
    copy.write_text(text)
    monkeypatch.setattr(program, "README", copy)
    program.write_readme("figures\n")
    program.write_readme("newer figures\n")
    assert f"{program.BEGIN}newer figures\n{program.END}" in copy.read_text()
    assert program.PLOT.exists()


def test_every_server_has_a_name_and_a_version() -> None:
    for name in servers.installed():
        assert servers.version(name).startswith(servers.TITLES[name])


def test_every_line_of_the_plot_is_its_own() -> None:
    names = list(servers.TITLES.values())
    assert len(names) <= len(plot.COLOURS) == len(plot.DASHES) == len({*plot.COLOURS}) == len({*plot.DASHES})
    panel = plot.Panel("Title", "x", "y", {name: [(10.0, 5.0), (20.0, 6.0)] for name in names})
    for text in ElementTree.fromstring(plot.svg([panel], "")).iter("{http://www.w3.org/2000/svg}text"):
        if text.text in names:
            assert float(text.attrib["x"]) + plot.LETTER * len(text.text) <= plot.WIDTH


@pytest.mark.needs("cc")
def test_what_is_not_done_is_not_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lost = {"clients": 8, "registered": 8, "delivered": 1, "expected": 2}
    monkeypatch.setattr(program, "run_json", lambda argv: lost)
    bench = program.Bench(["bare"], True, 1, tmp_path)
    with pytest.raises(SystemExit, match="bare has not done all of rooms"):
        bench.measure([one for one in scenarios.SCENARIOS if one.name == "rooms"])


def test_a_plot_of_little() -> None:
    panel = plot.Panel("<Title>", "x", "y", {"one": [(10.0, 5.0)], "none": []})
    assert ElementTree.fromstring(plot.svg([panel, panel], "a & b")).tag.endswith("svg")


def test_the_tiny_loads_are_what_the_big_ones_are() -> None:
    for scenario in scenarios.SCENARIOS:
        assert [a for a in scenario.args if a[0] == "-"] == [a for a in scenario.tiny if a[0] == "-"]


def test_what_the_dearest_lines_cost(capsys: pytest.CaptureFixture[str]) -> None:
    lines.main(["--members", "5", "--rooms", "5"])
    rows = capsys.readouterr().out.splitlines()
    assert {"JOIN", "KICK", "QUIT"} < {row.split(" ")[0] for row in rows}
