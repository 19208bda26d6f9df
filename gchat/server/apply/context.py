"""What the functions of this package are given beside the event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from gchat.irc.message import NO_TAGS, Message, make
from gchat.server.audience import Audience
from gchat.server.delivery import Shape, Stamp
from gchat.server.events import Entry
from gchat.server.request import Request
from gchat.server.session import Session
from gchat.server.stores.base import Mark

if TYPE_CHECKING:
    from gchat.server.engine import Engine
    from gchat.server.world import User, World

Apply = Callable[[Entry, Request | None], None]


class Applying:
    """One event being applied; ``origin`` is the request that caused it, None if it came from elsewhere."""

    __slots__ = ("asker", "engine", "entry", "origin", "world")

    def __init__(self, engine: Engine, entry: Entry, origin: Request | None) -> None:
        self.engine = engine
        self.world: World = engine.world
        self.entry = entry
        self.origin = origin
        # the session that caused the event, if it is on this machine
        self.asker: Session | None = origin.session if origin is not None else None

    @property
    def mark(self) -> Mark:
        """The place of the event in the order of everything."""
        mark = Mark.of(self.entry.id)
        assert mark is not None
        return mark

    @property
    def seconds(self) -> int:
        """Unix time of the event in seconds."""
        return self.entry.milliseconds // 1000

    @property
    def server(self) -> str:
        """This server's name."""
        return self.engine.settings.server.name

    def stamp(self, user: User | None, msgid: str = "", client_tags: Mapping[str, str] = NO_TAGS) -> Stamp:
        """What tags can say of something that this user did now."""
        account, bot = (user.account, "B" in user.modes) if user is not None else ("", False)
        return make(Stamp, (self.entry.milliseconds, account, msgid, bot, client_tags))

    def tell(
        self,
        sessions: Iterable[Session],
        user: User,
        command: str,
        *params: str,
        needs: int = 0,
        msgid: str = "",
    ) -> None:
        """Deliver ``:user command params`` to these sessions, the asker's with its label.

        ``needs``: only to sessions with this capability.  ``msgid``: of what is in the history.
        """
        stamp = self.stamp(user, msgid)
        self.deliver(sessions, partial(_told, user.source, command, params, stamp, needs))

    def give(self, session: Session, message: Message) -> None:
        """Send a message to one session, with the asker's label if it is the asker's."""
        if self.origin is not None and session is self.asker:
            self.origin.send(message)
        else:
            self.engine.queue.send(session, message)

    def deliver(self, sessions: Iterable[Session], shape: Shape) -> None:
        """Deliver to these sessions; the asker's copy goes through its request, which knows its label."""
        audience = sessions if isinstance(sessions, Audience) else Audience(sessions)
        asker = self.asker
        if asker is not None and asker in audience:
            self.echo(shape)
        self.engine.queue.deliver(audience, shape, skip=asker)

    def echo(self, shape: Shape) -> tuple[Message | None, bytes]:
        """Give the session that asked its own copy; return it, and its bytes if no label keeps it back."""
        if self.origin is not None:
            message = shape(self.origin.session.caps)
            if message is not None:
                return message, self.origin.send(message)
        return None, b""


def _told(
    source: str, command: str, params: tuple[str, ...], stamp: Stamp, needs: int, caps: int
) -> Message | None:
    return Message(command, params, source, stamp.tags(caps)) if caps & needs == needs else None
