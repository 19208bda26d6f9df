"""How the server stands up to load and malice: all of it, or the scenarios named.

    python -m tests.bench.shield [--compiled] [--size 0.1] [SCENARIO ...]

It prints a table: what was measured, the figure, its target.  It takes some minutes, needs Linux and as many
open files as clients (``ulimit -n``), talks to 127.0.0.1 only and is run by hand; the suite runs it small.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import servers
from tests.bench.shield import server
from tests.bench.shield.scenarios import SCENARIOS


def main() -> int:
    """Run and print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="tests.bench.shield", description=__doc__)
    parser.add_argument("--size", type=float, default=1.0, help="a part of the full load")
    parser.add_argument("--compiled", action="store_true", help="the server as it is installed")
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS], metavar="SCENARIO")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if arguments.compiled:
        with tempfile.TemporaryDirectory(prefix="gchat-compiled-") as folder:
            server.code = servers.compiled(Path(folder))
            return run(arguments.scenarios or list(SCENARIOS), arguments.size)
    return run(arguments.scenarios or list(SCENARIOS), arguments.size)


def run(names: Sequence[str], size: float) -> int:
    """Run these; 1 where a target was missed."""
    missed = 0
    for name in names:
        print(name, "-", (SCENARIOS[name].__doc__ or "").splitlines()[0], flush=True)
        for figure in SCENARIOS[name](size):
            missed += not figure.met
            sign = "" if figure.met else "  MISSED"
            words = f"{figure.unit:8} {figure.bounds}{sign}".rstrip()
            print(f"    {figure.name:38} {figure.value:10.1f} {words}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
