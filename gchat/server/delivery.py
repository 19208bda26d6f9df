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
from itertools import islice
from typing import NamedTuple

from gchat.irc.message import NO_TAGS, Message
from gchat.server import capabilities as cap
from gchat.server.audience import Audience
from gchat.server.session import Session

Shape = Callable[[int], Message | None]  # what the bearer of these capabilities is sent, None for nothing


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


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
        tags: dict[str, str] = {}
        if caps & cap.SERVER_TIME:
            tags["time"] = timestamp(self.milliseconds)
        if self.account and caps & cap.ACCOUNT_TAG:
            tags["account"] = self.account
        if caps & cap.MESSAGE_TAGS:
            if self.msgid:
                tags["msgid"] = self.msgid
            if self.bot:
                tags["bot"] = ""  # https://ircv3.net/specs/extensions/bot-mode
            tags.update(self.client_tags)
        return tags or NO_TAGS


class BroadcastQueue:
    """Every outbox with something in it, in the order in which they got it.

    ``wake`` is called once when the first one gets something.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._dirty: dict[Session, None] = {}
        self._last: Audience | None = None  # who was spoken to last

    def __len__(self) -> int:
        """How many sessions wait to be sent to."""
        return len(self._dirty)

    def deliver(self, audience: Audience, shape: Shape, skip: Session | None = None) -> list[bytes]:
        """Put one message into many outboxes; return the bytes it became, for ``withdraw``.

        Everything's speed hangs on this.  Of several messages to the same audience, one after another, all
        but the first are appended once for all of them; where rooms that share members talk at once, a run
        would have to be left for every message, so there it is one append a member.
        """
        made = []
        again, self._last = audience is self._last, audience
        for group in audience.groups:
            one = group.sessions[0]
            if one is skip and one.profile is None:
                continue  # alone in its group: a wire that learns from what it encodes is not asked twice
            message = shape(one.caps)
            # Who gets nothing gets an empty piece: ``skip`` finds its own where it expects it.
            data = one.wire.encode(message) if message is not None else b""
            made.append(data)
            if again and not group.new:
                new = group.run_on(data)
                if new:
                    self._mark(new)
            else:
                self._mark(group.sessions)
                group.append(data)
        if skip is not None and skip.profile is not None and skip in audience:
            skip.outbox.take_back()
        return made

    def withdraw(self, pieces: Iterable[bytes]) -> None:
        """Take these very objects out of every outbox that they were put into in this turn."""
        void = set(map(id, pieces))
        for session in self._dirty:
            session.outbox.remove(void)

    def send(self, session: Session, message: Message) -> bytes:
        """Put a message for one connection into its outbox; return the bytes it became."""
        data = session.wire.encode(message)
        self.put(session, data)
        return data

    def put(self, session: Session, data: bytes) -> None:
        """Put bytes as they are into one outbox."""
        self._mark((session,))
        session.outbox.append(data)

    def touch(self, session: Session) -> None:
        """Have the next flush look at a session that may have nothing to send (it is to be closed)."""
        self._mark((session,))

    def _mark(self, sessions: Iterable[Session]) -> None:
        if not self._dirty and sessions:
            self._wake()
        self._dirty.update(dict.fromkeys(sessions))

    def take(self, most: int | None = None) -> list[Session]:
        """The sessions with something to send, at most so many, those first that have waited longest."""
        dirty = self._dirty
        if most is None or len(dirty) <= most:
            self._dirty = {}
            return list(dirty)
        taken = list(islice(dirty, most))
        for session in taken:
            del dirty[session]
        return taken
