"""The connections that a message is for, grouped by what they are sent.

A channel keeps its audience from one message to the next, so that a message costs one encoding a *profile*
(the set of negotiated capabilities) and one list append for each row of members.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from gchat.server.outbox import Run
from gchat.server.session import Session

ROW: Final = 64  # sessions that follow one run at most: they are sent to in one go


class Group:
    """Sessions that get the same bytes, in rows that follow what they are told together (``outbox.py``).

    ``runs`` is empty for a group that was hardly spoken to, and for wires that have more to say than what is
    in the outboxes.
    """

    __slots__ = ("_new", "one", "runs", "sessions")

    def __init__(self, session: Session) -> None:
        self.one = session  # any of them, to encode for
        self.sessions: dict[Session, Run | None] = {}
        self.runs: list[Run] = []
        self._new = True  # nothing was said to it yet

    def add(self, session: Session) -> None:
        """Let a session in."""
        self.sessions[session] = self._seat(session) if self.runs else None

    def remove(self, session: Session) -> None:
        """Let a session out; what was said before is still for it."""
        run = self.sessions.pop(session)
        if run is not None:
            run.dismiss(session)
            if not len(run):
                self.runs.remove(run)
        if session is self.one and self.sessions:
            self.one = next(iter(self.sessions))

    def _seat(self, session: Session) -> Run:
        run = next((run for run in reversed(self.runs) if len(run) < ROW), None)
        if run is None:
            run = Run()
            self.runs.append(run)
        run.admit(session)
        return run

    def append(self, data: bytes) -> None:
        """Put the same bytes into every outbox, one by one; use ``runs`` instead once there are some."""
        for session in self.sessions:
            outbox = session.outbox
            if outbox.run is None:
                outbox.pieces.append(data)
            else:
                outbox.append(data)
        if self._new:
            self._new = False
        elif not self.one.plain and not self.one.framing:
            for session in self.sessions:
                self.sessions[session] = self._seat(session)

    def part(self) -> None:
        """Have nobody follow the others any more."""
        for session, run in self.sessions.items():
            if run is not None:
                run.dismiss(session)


class Audience:
    """A set of sessions, in the order in which they came; ``sessions`` is to be read only."""

    __slots__ = ("_groups", "sessions")

    def __init__(self, sessions: Iterable[Session] = ()) -> None:
        self.sessions = dict.fromkeys(sessions)
        self._groups: dict[object, Group] | None = None  # made when first spoken to

    def __iter__(self) -> Iterator[Session]:
        return iter(self.sessions)

    def __contains__(self, session: object) -> bool:
        return session in self.sessions

    def __len__(self) -> int:
        return len(self.sessions)

    def add(self, sessions: Iterable[Session]) -> None:
        """Let sessions in; one that is in already stays where it is."""
        for session in sessions:
            if session not in self.sessions:
                self.sessions[session] = None
                if self._groups is not None:
                    _join(self._groups, session)

    def remove(self, sessions: Iterable[Session]) -> None:
        """Let sessions out, as far as they are in."""
        for session in sessions:
            if session in self.sessions:
                del self.sessions[session]
                if self._groups is not None:
                    group = self._groups[_key(session)]
                    group.remove(session)
                    if not group.sessions:
                        del self._groups[_key(session)]

    def regroup(self) -> None:
        """Forget the groups: a member's capabilities changed."""
        for group in self._groups.values() if self._groups is not None else ():
            group.part()
        self._groups = None

    def groups(self) -> Collection[Group]:
        """The sessions by profile; one without a profile is a group of its own."""
        groups = self._groups
        if groups is None:
            groups = self._groups = {}
            for session in self.sessions:
                _join(groups, session)
        return groups.values()


def _join(groups: dict[object, Group], session: Session) -> None:
    key = _key(session)
    group = groups.get(key)
    if group is None:
        group = groups[key] = Group(session)
    group.add(session)


def _key(session: Session) -> object:
    return session if session.profile is None else session.profile
