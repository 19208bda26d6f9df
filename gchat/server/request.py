"""One command of one session while it is handled: how a handler reads, replies and commits.

A handler is a function of a ``Request``.  It raises ``ReplyError`` to refuse, sends replies, and as its last
thing commits events.  A handler that needs slow work is a generator that yields ``Work`` and is resumed with
the result; the session's later lines wait meanwhile, and everything else it knew of the world must be looked
up again.

A request with a label (https://ircv3.net/specs/extensions/labeled-response) keeps its replies until it is
settled: the handler has returned and every event that it committed has been applied.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gchat.irc.message import Message
from gchat.irc.numerics import Numeric
from gchat.server import capabilities as cap
from gchat.server.lanes import Lane

if TYPE_CHECKING:
    from gchat.server.engine import Engine
    from gchat.server.events import Event
    from gchat.server.session import Session
    from gchat.server.settings import Settings
    from gchat.server.world import User, World


class Work(NamedTuple):
    """A slow function call for the shell's threads; the handler's generator gets what it returns."""

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    lane: Lane = Lane.READING


Steps = Generator[Work, Any, None]

# "This specification depends on the batch capability which MUST be negotiated to use labeled responses"
_LABELS: Final = cap.LABELED_RESPONSE | cap.BATCH
Handler = Callable[["Request"], Steps | None]


class ReplyError(Exception):
    """The command is refused with a numeric: ``params`` go between the nick and the text.

    ``fields`` fill in the numeric's text; ``text`` replaces it.
    """

    def __init__(self, numeric: Numeric, *params: str, text: str | None = None, **fields: str) -> None:
        super().__init__(numeric.name, *params)
        self.numeric = numeric
        self.params = params
        self.text = text
        self.fields = fields


class FailError(Exception):
    """The command is refused with a standard reply: ``FAIL command code context... :text``."""

    def __init__(self, code: str, *context: str, text: str, command: str = "") -> None:
        super().__init__(code, *context, text)
        self.code = code
        self.context = context
        self.text = text
        self.command = command


class Request:
    """What a handler is given."""

    __slots__ = (
        "_again",
        "_answered",
        "_batch",
        "_held",
        "_sent",
        "effort",
        "engine",
        "label",
        "message",
        "pending",
        "returned",
        "session",
        "steps",
    )

    def __init__(self, engine: Engine, session: Session, message: Message) -> None:
        self.engine = engine
        self.session = session
        self.message = message
        self.label = message.tags.get("label", "") if session.caps & _LABELS == _LABELS else ""
        self.pending = 0  # committed events that are not applied yet
        self.steps: Steps | None = None  # a handler that waits for Work
        self.effort = 0  # messages that it was answered with
        self.returned = False  # the handler has ended
        self._held: list[Message] = []
        self._batch = ""  # the reference of the one that is open
        self._answered = ""  # the label, once the answer was sent
        self._sent: list[bytes] = []  # that answer
        self._again = False  # it was taken back

    # what a handler reads

    @property
    def world(self) -> World:
        """The world as it is now."""
        return self.engine.world

    @property
    def settings(self) -> Settings:
        """The configuration as it is now."""
        return self.engine.settings

    @property
    def user(self) -> User:
        """The session's user.  For commands that need registration, which is a guard of the table."""
        user = self.session.user
        assert user is not None, f"{self.message.command} is for registered sessions"
        return user

    @property
    def params(self) -> tuple[str, ...]:
        """The command's parameters."""
        return self.message.params

    def param(self, index: int, default: str = "") -> str:
        """A parameter, or the default where there are fewer."""
        params = self.message.params
        return params[index] if index < len(params) else default

    # what a handler does

    def send(self, message: Message) -> bytes:
        """Send a message to the session that asked, with the others of its label where it gave one.

        Returns the bytes that are in its outbox; none while they wait for the label.
        """
        self.effort += 1
        if self._batch:
            message = _tagged(message, "batch", self._batch)
        if self.label:
            self._held.append(message)
            return b""
        data = self.engine.queue.send(self.session, message)
        if self._answered:
            self._sent.append(data)
        return data

    def reply(self, numeric: Numeric, *params: str, text: str | None = None, **fields: str) -> None:
        """Send a numeric.  Its text from the table, filled with ``fields``, comes last where it has one;
        ``text`` replaces it, and comes last even where it is empty.
        """
        said = numeric.text.format_map(fields) if text is None else text
        given = said or text is not None
        full = (self.session.name, *params, said) if given else (self.session.name, *params)
        self.send(Message(numeric.number, full, self.settings.server.name))

    def warn(self, code: str, *context: str, text: str) -> None:
        """Send a standard reply that says what was done differently (``WARN``)."""
        params = (self.message.command, code, *context, text)
        self.send(Message("WARN", params, self.settings.server.name))

    def refuse(self, error: ReplyError | FailError) -> None:
        """Send the reply that an error stands for, without ending the handler."""
        if isinstance(error, ReplyError):
            self.reply(error.numeric, *error.params, text=error.text, **error.fields)
        else:
            # https://ircv3.net/specs/extensions/standard-replies
            command = error.command or self.message.command
            params = (command, error.code, *error.context, error.text)
            self.send(Message("FAIL", params, self.settings.server.name))

    @contextmanager
    def batch(self, kind: str, *params: str) -> Iterator[None]:
        """Everything that is sent within is of one batch.  The caller has made sure that the client has the
        capability.  https://ircv3.net/specs/extensions/batch
        """
        reference, server = self.engine.batch_reference(), self.settings.server.name
        self.send(Message("BATCH", ("+" + reference, kind, *params), server))
        self._batch = reference
        try:
            yield
        finally:
            self._batch = ""
            self.send(Message("BATCH", ("-" + reference,), server))

    def commit(self, event: Event) -> None:
        """Have an event happen.  The last thing that a handler does: the world may change now or later."""
        self.pending += 1
        self.engine.backplane.commit(event, self)

    # what the engine does

    def finish(self) -> None:
        """Send what the label kept back: one message, a batch, or ACK for nothing at all."""
        if not self.label:
            return
        label, held = self.label, self._held
        self.label, self._answered = "", label
        server = self.settings.server.name
        if not held:
            self.send(Message("ACK", (), server, {"label": label}))
        elif len(held) == 1 or _is_batch(held):
            # "The batch type MUST be one of: an existing type applicable to the entire response ..."
            self.send(_tagged(held[0], "label", label))
            for message in held[1:]:
                self.send(message)
        else:
            reference = self.engine.batch_reference()
            self.send(Message("BATCH", ("+" + reference, "labeled-response"), server, {"label": label}))
            for message in held:
                self.send(message if "batch" in message.tags else _tagged(message, "batch", reference))
            self.send(Message("BATCH", ("-" + reference,), server))

    # when what was said cannot be kept (keeping.py)

    def take_back(self, echoes: Sequence[Message]) -> list[bytes]:
        """Have an echo not be part of the answer; return what of the answer was sent in vain."""
        void: list[bytes] = []
        if self._answered:
            self.label, self._answered = self._answered, ""
            void, self._sent = self._sent, []
            self._again = True
        void_ids = set(map(id, echoes))
        self._held = [message for message in self._held if id(message) not in void_ids]
        return void

    def answer_again(self) -> None:
        """Give the answer that took the place of the one taken back."""
        if self._again:
            self._again = False
            self.finish()


def _is_batch(messages: Sequence[Message]) -> bool:
    """True for messages that are one batch, from its beginning to its end."""
    first, last = messages[0], messages[-1]
    if (first.command, last.command) != ("BATCH", "BATCH"):
        return False
    return first.params[0][0] == "+" and last.params[0] == "-" + first.params[0][1:]


def _tagged(message: Message, tag: str, value: str) -> Message:
    return message._replace(tags={tag: value, **message.tags})
