"""Open files: how many the server asks for, and that there is room for them before they are needed.

What is asked for cannot be given back by whoever is not root, so it is done in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from gchat.server import descriptors

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

PROGRAM = """
import logging, resource, sys
from gchat.server import descriptors
soft, connections = map(int, sys.argv[1:])
logging.basicConfig(format="%(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, 6000))
print(descriptors.allow(connections), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("FDSize:")))
"""


@pytest.mark.parametrize(
    ("soft", "connections", "enough", "limit", "said"),
    [
        (256, 3000, 0, 3064, ""),
        (5000, 3000, 0, 5000, ""),
        (256, 20_000, 5936, 6000, ""),
        (256, 7000, 5936, 6000, "This system allows 6000 open files: enough for 5936 connections"),
    ],
)
def test_as_many_files_as_there_may_be_connections(
    soft: int, connections: int, enough: int, limit: int, said: str
) -> None:
    argv = [sys.executable, "-c", PROGRAM, str(soft), str(connections)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    *asked, room = map(int, done.stdout.split())
    assert asked == [enough, limit]
    # Were the table to grow later, the loop would stand still meanwhile.
    assert room >= min(connections + descriptors.SPARE, limit)
    assert done.stderr.startswith(said) if said else not done.stderr
