"""What the kernel did not take yet of what one connection is sent.

Where several wait for the same bytes they hold on to the same object: two hundred clients that stopped
reading in one room keep that room's last words once, not two hundred times.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import ClassVar, Final

CHUNK: Final = 64 * 1024  # bytes offered to the kernel at a time


class Backlog:
    """Bytes in order, in the pieces that they came in.  ``len`` counts bytes; none means that it is empty."""

    __slots__ = ("_begun", "_pieces", "_size")
    _latest: ClassVar[bytes] = b""  # of all backlogs: the next one is mostly given the same

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._begun = 0  # bytes of the first piece that have left
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, data: bytes, sent: int = 0) -> None:
        """Keep a piece, the first ``sent`` bytes of which have left: such a piece finds the backlog empty."""
        if not self._pieces:
            self._begun = sent
        if data == Backlog._latest:
            data = Backlog._latest
        else:
            Backlog._latest = data
        self._pieces.append(data)
        self._size += len(data) - sent

    def head(self) -> bytes:
        """What is to be sent next, ``CHUNK`` bytes or up to twice that if there are as many."""
        if not self._size:
            return b""
        wanted, size = [self._pieces[0][self._begun : self._begun + 2 * CHUNK]], 0
        for piece in islice(self._pieces, 1, None):
            size += len(wanted[-1])
            if size >= CHUNK:
                break
            wanted.append(piece[: 2 * CHUNK - size])
        return b"".join(wanted)

    def drop(self, sent: int) -> None:
        """Forget as many bytes, from the beginning: they have left."""
        self._size -= sent
        sent += self._begun
        pieces = self._pieces
        while pieces and sent >= len(pieces[0]):
            sent -= len(pieces.popleft())
        self._begun = sent
