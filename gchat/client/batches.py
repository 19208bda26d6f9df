"""Batches put together again: the messages between ``BATCH +ref`` and ``BATCH -ref`` become one ``Batch``.

https://ircv3.net/specs/extensions/batch and labeled-response.  What a batch means is not known here; a type
nobody knows is handed on like every other, and its messages then count as if they had come without it ("if a
client does not recognise a batch type it should process the messages as normal").
"""

from typing import NamedTuple

from gchat.irc.message import BadLine, Message

MOST_OPEN = 64  # batches open at a time; a server that opens more gets them read as plain messages
MOST_ITEMS = 20_000  # messages kept back in all of them; beyond, they are handed on in pieces


class Batch(NamedTuple):
    """A finished batch: its type, the parameters after it, its label, and what was in it."""

    kind: str
    params: tuple[str, ...]
    label: str
    items: "list[Message | Batch]"


Item = Message | BadLine | Batch


class Batches:
    """The batches that are open on one connection."""

    __slots__ = ("_kept", "_open", "_parents")

    def __init__(self) -> None:
        """Start with none."""
        self._open: dict[str, Batch] = {}
        self._kept = 0
        self._parents: dict[
            str, Batch | None
        ] = {}  # by name: the batch around it, which may have ended since

    def __bool__(self) -> bool:
        """Tell whether any batch is open, so that a message without one costs nothing."""
        return bool(self._open)

    def take(self, message: Message, out: list[Item]) -> bool:
        """Keep a message that belongs to an open batch; False when it belongs to none."""
        batch = self._open.get(message.tags.get("batch", ""))
        if batch is None:
            return False
        batch.items.append(message)
        self._count(out)
        return True

    def _count(self, out: list[Item]) -> None:
        """Count what was kept back; hand everything on where that is too much."""
        self._kept += 1
        if self._kept > MOST_ITEMS:
            for batch in self._open.values():
                out.append(batch._replace(items=batch.items[:]))
                batch.items.clear()
            self._kept = 0

    def mark(self, message: Message, out: list[Item]) -> None:
        """Take a BATCH command: open one, or close one and hand it to the one around it or to ``out``."""
        reference = message.params[0] if message.params else ""
        name = reference[1:]
        if reference[:1] == "+" and len(message.params) > 1 and len(self._open) < MOST_OPEN:
            label = message.tags.get("label", "")
            self._open[name] = Batch(message.params[1].lower(), message.params[2:], label, [])
            self._parents[name] = self._open.get(message.tags.get("batch", ""))
        elif reference[:1] == "-" and name in self._open:
            batch = self._open.pop(name)
            parent = self._parents.pop(name)
            # By identity: a name can be opened again, and batches would nest without end.
            if parent is None or not any(other is parent for other in self._open.values()):
                self._kept = max(0, self._kept - len(batch.items))
                out.append(batch)
            else:
                parent.items.append(batch)
                self._count(out)
