"""gchat-server, with a window to look through: what is alive in it, on SIGUSR1.

    python -m tests.bench.watched FILE ARGUMENT ...

Each SIGUSR1 has FILE replaced by a JSON object: the greenlets that are alive and the blocks of memory that
Python's objects have, after a collection.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys

import gevent
from greenlet import greenlet

from gchat.server.main import main


def look(file: str) -> None:
    """Write what is alive."""
    gc.unfreeze()  # what the server put aside is alive, too
    gc.collect()
    gc.unfreeze()  # it puts aside what is left of a collection at once
    alive = sum(1 for one in gc.get_objects() if isinstance(one, greenlet) and not one.dead)
    with open(f"{file}.new", "w") as new:
        json.dump({"greenlets": alive, "blocks": sys.getallocatedblocks()}, new)
    os.replace(f"{file}.new", file)


if __name__ == "__main__":
    gevent.signal_handler(signal.SIGUSR1, look, sys.argv[1])
    raise SystemExit(main(sys.argv[2:]))
