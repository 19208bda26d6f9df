"""One message on its way to many connections, and the broadcast queue that carries all of them.

A message is encoded once per *profile* (the set of negotiated capabilities), and the same bytes object goes
into the outbox of every member (``audience.py``), or into what they all follow (``outbox.py``).  The first
outbox that gets something asks the shell for one flush, which comes at the end of the turn of the event loop:
one ``send`` a connection, whatever was said since its last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from gchat.irc.message import NO_TAGS, Message
from gchat.server import capabilities as cap
from gchat.server.audience import Audience
from gchat.server.outbox import Parcel, Run
from gchat.server.session import Session

FEW: Final = 64  # members of a room that is small: what it is told is a turn's work at most
Shape = Callable[[int], Message | None]  # what the bearer of these capabilities is sent, None for nothing


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


@lru_cache(maxsize=64)  # of a busy server's messages several are of the same millisecond
def timestamp(milliseconds: int) -> str:
    """Unix milliseconds as the server-time tag writes them: ``2026-11-22T10:02:03.004Z``."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


class Stamp(NamedTuple):
    """What the tags of a message can say; ``milliseconds`` is Unix time, ``msgid`` empty for "has none"."""

    milliseconds: int
    account: str = ""
    msgid: str = ""
    bot: bool = False
    client_tags: Mapping[str, str] = NO_TAGS

    def tags(self, caps: int) -> Mapping[str, str]:
        """The tags that a session with these capabilities is sent."""
        milliseconds, account, msgid, bot, client_tags = self
        tags: dict[str, str] = {}
        if caps & cap.SERVER_TIME:
            tags["time"] = timestamp(milliseconds)
        if account and caps & cap.ACCOUNT_TAG:
            tags["account"] = account
        if caps & cap.MESSAGE_TAGS:
            if msgid:
                tags["msgid"] = msgid
            if bot:
                tags["bot"] = ""  # https://ircv3.net/specs/extensions/bot-mode
            if client_tags:
                tags.update(client_tags)
        return tags or NO_TAGS


Waiting = dict["Run | Session", None]  # what is to be flushed, in order


class BroadcastQueue:
    """Everything that is to be sent: runs, which many sessions follow, and sessions by themselves.

    ``wake`` is called once when the first of them gets something.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._few: Waiting = {}  # what was told to few
        self._many: Waiting = {}  # what was told to many
        self._last: Audience | None = None  # who was spoken to last

    def __len__(self) -> int:
        """How many runs and sessions wait."""
        return len(self._few) + len(self._many)

    def deliver(self, audience: Audience, shape: Shape, skip: Session | None = None) -> list[bytes]:
        """Put one message into many outboxes; return the bytes it became, for ``withdraw``.

        Everything's speed hangs on this.  Who follows nothing else is told what the room is told together
        with the others.  Where rooms that share members talk at once, each room but one costs an append a
        member, as a run would have to be left for every message; a room that speaks twice in a row has them
        all follow it.
        """
        made = []
        again, self._last = audience is self._last, audience
        few, many, sessions = self._few, self._many, audience.sessions
        if not few and not many and sessions:
            self._wake()
        queue = few if len(sessions) <= FEW else many
        for group in audience.groups():
            one = group.one
            if one is skip and one.profile is None:
                continue  # alone in its group: a wire that learns from what it encodes is not asked twice
            message = shape(one.caps)
            # Who gets nothing gets an empty piece: ``skip`` finds its own where it expects it.
            data = one.wire.encode(message) if message is not None else b""
            made.append(data)
            if not group.runs:
                queue.update(dict.fromkeys(group.sessions))
                group.append(data)
                continue
            for run in group.runs:
                if run.away:
                    queue.update(dict.fromkeys(run.gather(data, again)))
                if run.followers:
                    run.pieces.append(data)
                    queue[run] = None
        if skip is not None and skip.profile is not None and skip in sessions:
            skip.outbox.take_back()
        return made

    def withdraw(self, pieces: Iterable[bytes]) -> None:
        """Take these very objects out of every outbox that they were put into in this turn."""
        void = set(map(id, pieces))
        for queue in (self._few, self._many):
            for waiting in tuple(queue):
                if isinstance(waiting, Run):
                    del queue[waiting]
                    queue.update(dict.fromkeys(waiting.disband()))
        for session in (*self._few, *self._many):
            assert isinstance(session, Session), "no run is left"
            session.outbox.remove(void)

    def send(self, session: Session, message: Message) -> bytes:
        """Put a message for one connection into its outbox; return the bytes it became."""
        data = session.wire.encode(message)
        self.put(session, data)
        return data

    def put(self, session: Session, data: bytes) -> None:
        """Put bytes as they are into one outbox."""
        self.touch(session)
        session.outbox.append(data)

    def touch(self, session: Session) -> None:
        """Have the next flush look at a session."""
        if not self._few and not self._many:
            self._wake()
        self._few[session] = None

    def part(self, session: Session) -> None:
        """Have a session looked at that is to be closed, with its last words; who stays is told first."""
        self.touch(session)
        del self._few[session]
        self._many[session] = None

    def take(self, most: int | None = None) -> list[Run | Session]:
        """What is to be flushed, for at most so many sessions, and those that the last run has besides.

        Half of them may be those that were told something as one of few: a room of thousands that never is
        silent keeps nobody else waiting, nor do many small ones keep it.  Among each half, first come first.
        """
        few, many = self._few, self._many
        if most is None:
            taken: list[Run | Session] = [*few, *many]
            few.clear()
            many.clear()
            return taken
        taken = _pick(few, most // 2 if many else most)
        taken += _pick(many, most - _width(taken))
        return taken + _pick(few, most - _width(taken)) if few else taken


def parcels(waiting: Run | Session, now: float) -> list[Parcel]:
    """What waits there, put together; ``now`` in monotonic seconds."""
    if isinstance(waiting, Run):
        return waiting.take()
    if waiting.plain or waiting.framing:  # its wire has more to say than the messages
        return [((waiting,), waiting.wire.join(waiting.outbox.take(), now))]
    return [((waiting,), waiting.outbox.join())]


def _pick(queue: Waiting, most: int) -> list[Run | Session]:
    taken: list[Run | Session] = []
    for waiting in queue:
        if most <= 0:
            break
        taken.append(waiting)
        most -= len(waiting.followers) if type(waiting) is Run else 1
    for waiting in taken:
        del queue[waiting]
    return taken


def _width(taken: Iterable[Run | Session]) -> int:
    return sum([len(waiting.followers) if type(waiting) is Run else 1 for waiting in taken])
