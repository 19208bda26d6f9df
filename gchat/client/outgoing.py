"""What we said and do not know to have arrived: pending, sent, failed.

A line of ours is PENDING until the server shows it back (echo-message; matched by its label, or without
labels by target, text and order).  Where the server echoes nothing it is SENT once its bytes left, and stays
under doubt until the server has answered a PING that was sent later: if the connection breaks before, nobody
can know, and the line says so.  Nothing is ever dropped: what did not arrive waits in ``failed`` for M-s.

Long pastes leave a few lines at a time (``due``), because servers throw out who says too much at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gchat.client.line import Delivery, Line
from gchat.irc.limits import LINE, cut
from gchat.irc.message import NO_TAGS

if TYPE_CHECKING:  # the model holds an Outgoing
    from gchat.client.model import Buffer

BURST = 10  # lines that may leave at once
INTERVAL = 0.5  # seconds between lines after that: what the usual servers' own limits let through
GONE = "not sent: the connection is gone"
DOUBT = "perhaps not sent: the connection broke before the server answered"
_MOST_LABELS = 1000  # questions whose answers may be missing


class Sent:
    """One line of ours and how it is said."""

    __slots__ = ("buffer", "command", "forgotten", "label", "line", "tags", "target", "text", "time")

    def __init__(
        self,
        buffer: Buffer,
        line: Line,
        command: str,
        target: str,
        text: str,
        tags: Mapping[str, str] = NO_TAGS,
    ) -> None:
        """``text`` is as it goes over the wire, CTCP marks included; ``tags`` are client-only ones."""
        self.buffer = buffer
        self.line = line
        self.command = command
        self.target = target
        self.text = text
        self.tags = tags
        self.label = ""
        self.time = 0.0  # when it left
        self.forgotten = False  # nobody wants to know what becomes of it

    def mark(self, delivery: Delivery, problem: str = "") -> None:
        """Show how far the line came."""
        self.line.delivery = delivery
        self.line.problem = problem
        self.line.changed()


class Outgoing:
    """The lines of one network that are on their way."""

    __slots__ = ("_free_at", "asked", "doubtful", "failed", "queue", "waiting")

    def __init__(self) -> None:
        """Start with nothing said."""
        self.queue: deque[Sent] = deque()  # not given to the session yet
        self.waiting: list[Sent] = []  # written or being written; not known to have arrived; oldest first
        self.doubtful: list[Sent] = []  # shown as sent, the server has not answered since
        self.failed: list[Sent] = []
        self.asked: dict[str, Buffer] = {}  # label of a command -> where it was typed
        self._free_at = 0.0

    # --- leaving -----------------------------------------------------------------------------

    def due(self, now: float) -> list[Sent]:
        """Take from the queue what may leave now."""
        taken: list[Sent] = []
        self._free_at = max(min(self._free_at, now + BURST * INTERVAL), now)
        while self.queue and self._free_at <= now + (BURST - 1) * INTERVAL:
            self._free_at += INTERVAL
            taken.append(self.queue.popleft())
        return taken

    def due_at(self) -> float | None:
        """Return when ``due`` has something, None for an empty queue."""
        return self._free_at - (BURST - 1) * INTERVAL if self.queue else None

    def left(self, sent: Sent, label: str, now: float) -> None:
        """Wait for what becomes of a line that was given to the session."""
        sent.label, sent.time = label, now
        self.waiting.append(sent)

    def ask(self, label: str, buffer: Buffer) -> None:
        """Remember where a labelled command was typed, for its answer."""
        if label:
            self.asked[label] = buffer
            if len(self.asked) > _MOST_LABELS:
                del self.asked[next(iter(self.asked))]

    # --- arriving ----------------------------------------------------------------------------

    def flushed(self) -> None:
        """Count everything that left as sent: this server does not echo."""
        for sent in self.waiting:
            sent.mark(Delivery.SENT)
        self.doubtful += self.waiting
        self.waiting.clear()

    def echoed(
        self, label: str, command: str, target: str, text: str, fold: Callable[[str], str]
    ) -> Sent | None:
        """Return the line that an echo shows, no longer waiting; None when we did not say it here."""
        found = None
        for sent in self.waiting:
            if label:
                if sent.label == label:
                    found = sent
                    break
            elif sent.command == command and fold(sent.target) == fold(target):
                if sent.text == text:
                    found = sent
                    break
                if not sent.label:  # the server may have changed the text: then it is the oldest
                    found = found or sent
        if found is not None:
            self.waiting.remove(found)
            found.mark(Delivery.SENT)
        return found

    def answered(self, label: str) -> None:
        """Count a line as sent: its label came back with something else than an echo or an error (ACK)."""
        for sent in self.waiting:
            if sent.label == label:
                self.waiting.remove(sent)
                sent.mark(Delivery.SENT)
                return

    def refused(self, label: str, target: str, reason: str, fold: Callable[[str], str]) -> bool:
        """Mark the line that an error is about as failed; False when it is about none of ours."""
        for lines in (self.waiting, self.doubtful):
            for sent in lines:
                if sent.label == label if label else fold(sent.target) == fold(target):
                    lines.remove(sent)
                    self._fail(sent, "not sent: " + reason)
                    return True
        return False

    def confirmed(self, time: float) -> None:
        """Believe everything that was written before a time: the server has answered what came after it."""
        self.doubtful = [sent for sent in self.doubtful if sent.time >= time]
        if any(sent.time < time for sent in self.waiting):
            for sent in self.waiting:
                if sent.time < time:  # it should have been echoed, and was read all the same
                    sent.mark(Delivery.SENT)
            self.waiting = [sent for sent in self.waiting if sent.time >= time]

    def lost(self, *, broke: bool = True) -> None:
        """Mark everything that is under way as failed.

        When the connection did not break but was left, what was written before went out before the goodbye.
        """
        for sent in self.doubtful if broke else ():
            self._fail(sent, DOUBT)
        for sent in (*self.waiting, *self.queue):
            self._fail(sent, GONE)
        self.doubtful.clear()
        self.waiting.clear()
        self.queue.clear()
        self.asked.clear()

    def refuse_now(self, sent: Sent, reason: str) -> None:
        """Mark a line that could not even be given to a session."""
        self._fail(sent, reason)

    def _fail(self, sent: Sent, problem: str) -> None:
        sent.mark(Delivery.FAILED, problem)
        if not sent.forgotten:
            self.failed.append(sent)

    def unsent(self, buffer: Buffer | None = None) -> list[Sent]:
        """Return what is not known to have arrived, of a buffer or of all, oldest first."""
        lines = (*self.failed, *self.waiting, *self.queue)
        chosen = [s for s in lines if not s.forgotten and (buffer is None or s.buffer is buffer)]
        return sorted(chosen, key=lambda sent: sent.line.serial)

    def forget(self, buffer: Buffer) -> None:
        """Let go of a buffer's lines; what left already is still known by its echo."""
        for sent in (*self.waiting, *self.doubtful):
            sent.forgotten = sent.forgotten or sent.buffer is buffer
        self.failed = [sent for sent in self.failed if sent.buffer is not buffer]
        self.queue = deque(sent for sent in self.queue if sent.buffer is not buffer)

    def take_failed(self, buffer: Buffer) -> list[Sent]:
        """Take a buffer's failed lines, oldest first, to say them again."""
        chosen = [sent for sent in self.failed if sent.buffer is buffer]
        self.failed = [sent for sent in self.failed if sent.buffer is not buffer]
        return sorted(chosen, key=lambda sent: sent.line.serial)


def split(text: str, room: int) -> list[str]:
    """Cut a text into pieces of at most ``room`` bytes, at spaces where there are any, between characters.

    Joined with spaces the pieces are the text again, wherever the cut was at a space.
    """
    pieces: list[str] = []
    while True:
        head = cut(text, max(room, 16))
        if len(head) == len(text):
            return [*pieces, text]
        space = text.rfind(" ", 0, len(head) + 1)
        # a space in the first half is no good place: the piece would be short and the next one long
        end = space if space > len(head) // 2 else len(head)
        pieces.append(text[:end])
        text = text[end:].removeprefix(" ")


def room(mask: str, nick: str, command: str, target: str, longest: int = LINE) -> int:
    """Return the bytes a text may have so that no reader gets it cut.

    The server writes our full source before it: ``:nick!user@host PRIVMSG #team :text`` CR LF.  Until
    somebody told us how others see us, the longest user and host that are usual are assumed.
    """
    source = len(mask.encode()) if mask else len(nick.encode()) + 1 + 18 + 1 + 63
    return longest - len(":  :\r\n") - 1 - source - len(command) - len(target.encode())
