"""What waits to be sent to one connection: a list of encoded messages that one flush takes whole.

The list grows only while one turn of the event loop handles what was received, and holds references to bytes
that all recipients share; what the kernel did not take is the shell's to bound (``SendQ exceeded``).
Change here what a *queue* is; how the bytes leave is ``net.py``, who gets them ``delivery.py``.
"""

from __future__ import annotations


class Outbox:
    """Encoded messages, in order.  ``append`` is the list's own method: it is called once a delivery."""

    __slots__ = ("_last", "_pieces", "append")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._last: int | None = None  # how many pieces still count, once the last one is in
        self.append = self._pieces.append

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def take_back(self) -> None:
        """Remove what was appended last."""
        self._pieces.pop()

    def remove(self, pieces: set[int]) -> None:
        """Remove pieces, which are given by their ``id``."""
        if self._last is not None:
            self._last -= sum(id(piece) in pieces for piece in self._pieces[: self._last])
        self._pieces[:] = [piece for piece in self._pieces if id(piece) not in pieces]

    def reopen(self) -> bytes | None:
        """Take back the end and its last piece, to say something before it; None where there is no end."""
        if not self._last:
            return None
        farewell = self._pieces[self._last - 1]
        del self._pieces[self._last - 1 :]
        self._last = None
        return farewell

    def end(self) -> None:
        """Let nothing follow what is in the box now: the ERROR that ends a connection is its last line."""
        self._last = len(self._pieces)

    def take(self) -> list[bytes]:
        """Return everything that waits and leave the box empty."""
        pieces = self._pieces[: self._last]
        if self._last is not None:
            self._last = 0
        self._pieces.clear()
        return pieces
