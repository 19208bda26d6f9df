"""Bans and mutes that end by themselves, and what people read of how long one lasts and why.

The end of a ban is a part of its row (``world.Ban``), so it is kept where the lists are kept; here is who
looks whether it has come.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gchat.server.events import BansEnded
from gchat.server.harmless import harmless

if TYPE_CHECKING:
    from gchat.server.engine import Engine
    from gchat.server.world import Ban


def end_bans(engine: Engine) -> None:
    """Have the bans end whose time is over: that of events, which they began by.  Call it once a second."""
    now = engine.now_ms() / 1000
    over = [channel for channel, until in engine.world.timed.items() if until <= now]
    for channel in over:
        engine.backplane.commit(BansEnded(channel.name), None)


def terms(ban: Ban) -> str:
    """``until 2023-11-14 22:13 UTC: reason``, as much of it as there is."""
    end, reason = until(ban.until), harmless(ban.reason)
    return f"{end}: {reason}" if end and reason else end or (reason and f"({reason})")


def until(seconds: int) -> str:
    """``until 2023-11-14 22:13 UTC``; empty for what is for ever (0)."""
    return f"until {written(seconds)}" if seconds else ""


def written(seconds: int) -> str:
    """A Unix time as people read it."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
