"""Who wants to know when a nick comes and goes: the two-way table behind MONITOR.

It belongs to this machine's sessions, so handlers change it directly; ``apply`` reads it.
https://ircv3.net/specs/extensions/monitor
"""

from __future__ import annotations

from collections.abc import Iterable

from gchat.irc.casemap import fold
from gchat.server.session import Session


class Monitors:
    """Folded nick -> the sessions that watch it; ``session.monitoring`` is the other way."""

    def __init__(self) -> None:
        self._watchers: dict[str, dict[Session, None]] = {}

    def watchers(self, nick: str) -> Iterable[Session]:
        """The sessions that watch this nick."""
        return self._watchers.get(fold(nick), ())

    def watch(self, session: Session, nick: str) -> None:
        """Start watching a nick."""
        key = fold(nick)
        session.monitoring[key] = nick
        self._watchers.setdefault(key, {})[session] = None

    def unwatch(self, session: Session, nick: str) -> None:
        """Stop watching a nick; one that was not watched is fine."""
        key = fold(nick)
        if session.monitoring.pop(key, None) is None:
            return
        watchers = self._watchers[key]
        del watchers[session]
        if not watchers:
            del self._watchers[key]

    def clear(self, session: Session) -> None:
        """Stop watching everything."""
        for nick in list(session.monitoring.values()):
            self.unwatch(session, nick)
