"""The connections that a message is for, grouped by what they are sent.

A channel keeps its audience from one message to the next, so that a message costs one encoding a *profile*
(the set of negotiated capabilities) and at most one list append a member.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from gchat.server.outbox import Run
from gchat.server.session import Session

LONG = 4096  # messages after which a run that is always followed by somebody begins anew


class Group:
    """Sessions that get the same bytes: all of them, and what they follow together."""

    __slots__ = ("new", "run", "sessions")

    def __init__(self) -> None:
        self.sessions: dict[Session, None] = {}
        self.new = True  # nothing was said to it yet
        self.run: Run | None = None

    @property
    def one(self) -> Session:
        """Any of them, to encode for."""
        return next(iter(self.sessions))

    def add(self, session: Session) -> None:
        """Let a session in."""
        self.sessions[session] = None
        if self.run is not None:
            self.run.away[session] = None

    def remove(self, session: Session) -> None:
        """Let a session out; what was said before is still for it."""
        del self.sessions[session]
        if self.run is not None:
            if session.outbox.run is self.run:
                session.outbox.leave()
            del self.run.away[session]

    def append(self, data: bytes) -> None:
        """Put the same bytes into every outbox, one by one."""
        self.new = False
        for session in self.sessions:
            outbox = session.outbox
            if outbox.run is None:
                outbox.pieces.append(data)
            else:
                outbox.append(data)

    def run_on(self, data: bytes) -> Collection[Session]:
        """Put the same bytes into every outbox at once, by way of the run that they all follow.

        Return whose outboxes may have been empty before.
        """
        run = self.run
        if run is None or (run.away and len(run.pieces) > LONG):
            run = self.run = Run(self.sessions)
        new = run.gather() if run.away else ()
        run.pieces.append(data)
        return new


class Audience:
    """A set of sessions, in the order in which they came."""

    __slots__ = ("_groups", "_sessions")

    def __init__(self, sessions: Iterable[Session] = ()) -> None:
        self._sessions = dict.fromkeys(sessions)
        self._groups: dict[object, Group] | None = None  # made when first spoken to

    def __iter__(self) -> Iterator[Session]:
        return iter(self._sessions)

    def __contains__(self, session: object) -> bool:
        return session in self._sessions

    def __len__(self) -> int:
        return len(self._sessions)

    def add(self, sessions: Iterable[Session]) -> None:
        """Let sessions in; one that is in already stays where it is."""
        for session in sessions:
            if session not in self._sessions:
                self._sessions[session] = None
                if self._groups is not None:
                    self._groups[_key(session)].add(session)

    def remove(self, sessions: Iterable[Session]) -> None:
        """Let sessions out, as far as they are in."""
        for session in sessions:
            if session in self._sessions:
                del self._sessions[session]
                if self._groups is not None:
                    group = self._groups[_key(session)]
                    group.remove(session)
                    if not group.sessions:
                        del self._groups[_key(session)]

    def regroup(self) -> None:
        """Forget the groups: a member's capabilities changed."""
        self._groups = None

    @property
    def groups(self) -> Collection[Group]:
        """The sessions by profile; one without a profile is a group of its own."""
        if self._groups is None:
            self._groups = defaultdict(Group)
            for session in self._sessions:
                self._groups[_key(session)].add(session)
        return self._groups.values()


def _key(session: Session) -> object:
    return session if session.profile is None else session.profile
