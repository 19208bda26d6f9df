"""How the server stands up to load and malice: all of it, or the scenarios named.

    python -m tests.bench.shield [--size 0.1] [SCENARIO ...]

It prints a table: what was measured, the figure, its target.  It takes some minutes, needs Linux and as many
open files as clients (``ulimit -n``), talks to 127.0.0.1 only and is run by hand; the suite runs it small.
"""

from __future__ import annotations

import argparse
import resource
import sys

from tests.bench.shield.scenarios import SCENARIOS


def main() -> int:
    """Run and print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="tests.bench.shield", description=__doc__)
    parser.add_argument("--size", type=float, default=1.0, help="a part of the full load")
    parser.add_argument("scenarios", nargs="*", choices=[[], *SCENARIOS], metavar="SCENARIO")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    missed = 0
    for name in arguments.scenarios or SCENARIOS:
        print(name, "-", (SCENARIOS[name].__doc__ or "").splitlines()[0], flush=True)
        for figure in SCENARIOS[name](arguments.size):
            target = "" if figure.target is None else f"at most {figure.target:g}"
            missed += not figure.met
            sign = "" if figure.met else "  MISSED"
            print(f"    {figure.name:38} {figure.value:10.1f} {figure.unit:8} {target}{sign}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
