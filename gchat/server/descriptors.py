"""Open files: as many as the connections may need, and room for all of them from the start."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from typing import Final

from gchat.server.settings import Limits

log = logging.getLogger("gchat.server")

SPARE: Final = 64  # listeners, the store, the standard streams, TLS files that are read again
MANY: Final = 1000  # connections: more than most will ever have


def allow(connections: int) -> int:
    """Ask the system for as many open files as the connections may need.

    Returns how many connections there are files for, 0 for as many as there may be.  Too few are said
    where they may be missed: the default is more than most machines have need of.
    """
    if sys.platform == "win32":
        return 0
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE
    if soft >= wanted or soft == resource.RLIM_INFINITY:
        _make_room_for(wanted)
        return 0
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    _make_room_for(allowed)
    if allowed >= wanted:
        return 0
    enough = max(allowed - SPARE, 1)
    if enough < MANY or connections != Limits().connections:
        log.warning(
            "This system allows %d open files: enough for %d connections, not for limits.connections = %d",
            allowed,
            enough,
            connections,
        )
    return enough


def _make_room_for(files: int) -> None:
    """Have the system's table of our open files be as large now as it may get.

    Linux makes it twice as large whenever it is full, and where there are several threads, whoever opens a
    file then waits until all processors have looked away (``synchronize_rcu``): with every doubling of the
    crowd, ``accept`` took 10 to 20 ms, in which the loop stood still.
    """
    import fcntl

    with suppress(OSError), open(os.devnull, "rb") as null:
        os.close(fcntl.fcntl(null, fcntl.F_DUPFD_CLOEXEC, files - 1))
