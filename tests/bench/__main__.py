"""Measures gchat-server and the peers that are installed, in one run on this machine.

    python -m tests.bench                   every scenario, every server: some eight minutes
    python -m tests.bench fanout rooms --servers compiled inspircd bare
    python -m tests.bench --readme          writes the README's section and the plot, too

It prints tables in Markdown and writes a plot of deliveries a second and p99 against members (``--plot``).
Beside the servers there is a bare loop in C that does nothing but the sends: what it makes is the limit.
Needs a C compiler; InspIRCd and ngIRCd where they are to be compared.  Figures of one run compare with each
other and with nothing else: leave the machine alone while it runs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import plot, scenarios, servers
from tests.bench.scenarios import Result, Scenario

FOLDER = Path(__file__).parent
README = servers.CHECKOUT / "README.md"
PLOT = FOLDER / "deliveries.svg"
BEGIN, END = "<!-- measured by python -m tests.bench --readme -->\n", "<!-- end of what was measured -->\n"
# clients that register at a time, as suits each best
AT_ONCE = {"gchat": 64, "compiled": 64, "inspircd": 1000, "ngircd": 8, "bare": 64}
LONGEST = 240.0  # seconds of one run
Table = dict[str, dict[str, Result]]  # scenario -> server -> result


class Bench:
    """One run of everything that was asked for."""

    def __init__(self, names: Sequence[str], tiny: bool, repeats: int, folder: Path) -> None:
        self.names = names
        self.tiny = tiny
        self.repeats = repeats
        self.folder = folder
        self.load = servers.compile_c("load", folder)
        self.began = time.monotonic()
        self._runs = 0

    def say(self, text: str) -> None:
        """Tell whoever waits how far it is."""
        print(f"{time.monotonic() - self.began:4.0f} s  {text}", file=sys.stderr, flush=True)

    def once(self, scenario: Scenario, name: str) -> Result:
        """Run one load on a server that has just been started."""
        self._runs += 1
        args = scenario.tiny if self.tiny else scenario.args
        with servers.running(name, self.folder / f"{name}-{self._runs}", capable=scenario.asks) as server:
            where = ("-p", str(server.port), "-P", str(server.pid), "-a", str(AT_ONCE[name]))
            result = run_json([str(self.load), *where, *args])
        if result["registered"] < result["clients"] or result["delivered"] < result["expected"]:
            raise SystemExit(f"tests.bench: {name} has not done all of {scenario.name}: {result}")
        self.say(f"{name} {scenario.name}: {scenario.show(result)}")
        return result

    def measure(self, wanted: Sequence[Scenario]) -> Table:
        """Run scenarios, the servers in turn; of several runs the middle one counts."""
        table: Table = {}
        for scenario in wanted:
            runs: dict[str, list[Result]] = {name: [] for name in self.names if scenario.suits(name)}
            for _ in range(min(scenario.repeats, self.repeats)):
                for name in runs:
                    runs[name].append(self.once(scenario, name))
            table[scenario.name] = {
                name: sorted(found, key=lambda result: float(result[scenario.key]))[len(found) // 2]
                for name, found in runs.items()
            }
        return table


def run_json(argv: Sequence[str]) -> Result:
    """Run a program that prints a JSON object."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=LONGEST, check=True)
    result: Result = json.loads(done.stdout)
    return result


# --- what is written


def machine() -> str:
    """This machine in words, and when."""
    model = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    cores = len(os.sched_getaffinity(0))
    date = f"{time.gmtime().tm_mday} {time.strftime('%B %Y', time.gmtime())}"
    return f"{date}, {cores} cores of {model}, Linux {platform.release().split('-')[0]}"


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().split("\n")
    except OSError:
        return []


def versions(names: Sequence[str]) -> str:
    """What was measured, in words."""
    return ", ".join(servers.version(name) for name in names)


def table(measured: Table, wanted: Sequence[Scenario], names: Sequence[str]) -> str:
    """Scenarios against servers, in Markdown; the best server of each row is bold."""
    rows = ["| | " + " | ".join(servers.TITLES[name] for name in names) + " |", "|---|" + "---|" * len(names)]
    for scenario in wanted:
        found = measured[scenario.name]
        able = [name for name in found if not scenario.asks or found[name]["capabilities"]]
        cells = {name: "has none of them" if name in found else "" for name in names}
        cells |= {name: scenario.show(found[name]) for name in able}
        rivals = [name for name in able if name != "bare"]
        if rivals:
            best = max(rivals, key=lambda name: scenario.sign * float(found[name][scenario.key]))
            cells[best] = f"**{cells[best]}**"
        rows.append(f"| {scenario.title} | " + " | ".join(cells.values()) + " |")
    return "\n".join(rows) + "\n"


def picture(measured: Table, sizes: Sequence[int], names: Sequence[str]) -> str:
    """The plot, as SVG."""

    def lines(key: str) -> dict[str, list[plot.Point]]:
        return {
            servers.TITLES[name]: [(size, float(measured[f"room-{size}"][name][key])) for size in sizes]
            for name in names
        }

    panels = (
        plot.Panel("Deliveries a second", "members of the room", "deliveries a second", lines("per_second")),
        plot.Panel("p99 of a delivery", "members of the room", "milliseconds", lines("p99_ms")),
    )
    return plot.svg(
        panels, f"{scenarios.FLIGHT} messages in flight, each point one run; {machine()}\n{versions(names)}"
    )


def write_readme(section: str) -> None:
    """Put what was measured into the README, between its two marks."""
    text = README.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit("tests.bench: README.md has no place for it: the two marks are missing")
    README.write_text(f"{before}{BEGIN}{section}{END}{after}")


def arguments_of(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    known = [scenario.name for scenario in scenarios.SCENARIOS]
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measures gchat-server and its peers."
    )
    add = parser.add_argument
    add("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(known)}, plot; all by default")
    add("--servers", nargs="+", choices=servers.TITLES, help="by default all that are installed")
    add("--sizes", nargs="+", type=int, help="members of the plot's rooms")
    add("--repeats", type=int, default=3, help="runs of each scenario; the middle one counts")
    add("--plot", type=Path, metavar="FILE", help="where the plot is written; deliveries.svg here by default")
    add("--json", type=Path, metavar="FILE", help="write every figure there")
    add("--readme", action="store_true", help="write the section of the README and the plot beside this file")
    add("--tiny", action="store_true", help="loads so small that they show only that all of this runs")
    arguments = parser.parse_args(argv)
    unknown = set(arguments.scenarios) - {*known, "plot"}
    if unknown:
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}")
    return arguments


def main(argv: Sequence[str]) -> int:
    """Measure, print, write."""
    arguments = arguments_of(argv)
    every = not arguments.scenarios
    names = arguments.servers or servers.installed()
    wanted = [one for one in scenarios.SCENARIOS if every or one.name in arguments.scenarios]
    sizes = arguments.sizes or (scenarios.TINY_SIZES if arguments.tiny else scenarios.SIZES)
    section = f"{versions(names)}; {machine()}.\n\n"
    with tempfile.TemporaryDirectory(prefix="gchat-bench-") as folder:
        bench = Bench(names, arguments.tiny, arguments.repeats, Path(folder))
        measured = bench.measure(wanted)
        if wanted:
            section += table(measured, wanted, names) + "\n"
        if every or "plot" in arguments.scenarios:
            measured |= bench.measure([scenarios.room(size, arguments.tiny) for size in sizes])
            file = arguments.plot or PLOT
            file.write_text(picture(measured, sizes, names))
            section += (
                "![Deliveries a second and p99 against the members of a room](tests/bench/deliveries.svg)\n"
            )
    print(section)
    if arguments.json:
        arguments.json.write_text(json.dumps(measured, indent=1))
    if arguments.readme:
        write_readme(section)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
