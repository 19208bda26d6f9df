"""What was asked of a server and is being answered over several lines.

Only bookkeeping: the sentences and tables are made in ``incoming/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the model holds an Answers
    from gchat.client.model import Buffer


class Answers:
    """The open questions of one network's connection."""

    __slots__ = ("asked_in", "listed", "masks", "names", "quiet", "rows")

    def __init__(self) -> None:
        """Start with none."""
        self.asked_in: Buffer | None = None  # where the latest command was typed
        self.quiet: set[tuple[str, str]] = (
            set()
        )  # (end numeric, folded name): asked by the program, not shown
        self.rows: list[tuple[str, ...]] = []  # a WHO's rows so far
        self.names: dict[str, list[str]] = {}  # folded channel -> names so far, of a NAMES somebody asked for
        self.masks = 0  # entries of a ban list so far
        self.listed: list[tuple[str, str, str]] = []  # a LIST's rows: channel, members, topic
