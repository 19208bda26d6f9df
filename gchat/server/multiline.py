"""A message of several lines: as it came, as it is kept, and as it is taken apart again.

https://ircv3.net/specs/extensions/multiline
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gchat.irc import limits

CONCAT = "draft/multiline-concat"  # the tag
BATCH = "draft/multiline"  # the type
DEADLINE = 30.0  # seconds that a batch may stay open
SHORTEST = 64  # bytes of text in a line, whatever its source and target leave


class Line(NamedTuple):
    """One line; ``concat``: it goes on where the one before ended, without a line break."""

    text: str
    concat: bool = False


class Batch:
    """What a session has sent of a batch.  ``failed``: the rest of it is read and thrown away."""

    __slots__ = ("command", "failed", "label", "lines", "opened_at", "reference", "size", "tags", "target")

    def __init__(self, reference: str, target: str, tags: Mapping[str, str], label: str, now: float) -> None:
        self.reference = reference
        self.target = target
        self.tags = tags
        self.label = label
        self.opened_at = now
        self.command = ""
        self.lines: list[Line] = []
        self.size = 0  # bytes of text so far
        self.failed = False

    def overdue(self, now: float) -> bool:
        """True, once, when the batch has been open for too long."""
        if self.failed or now - self.opened_at <= DEADLINE:
            return False
        self.failed = True
        return True


def combine(lines: Iterable[Line]) -> str:
    """The text as a whole, its lines separated by ``\\n``."""
    text = ""
    for index, line in enumerate(lines):
        text += line.text if line.concat or not index else "\n" + line.text
    return text


def take_apart(text: str, source: str, command: str, target: str) -> Sequence[Line]:
    """The lines that carry a text to everybody, cut where one is too long, at a space if there is one."""
    room = max(limits.LINE - len(f":{source} {command} {target} :\r\n".encode()), SHORTEST)
    lines = []
    for paragraph in text.split("\n"):
        rest, concat = paragraph, False
        while len(rest.encode()) > room:
            head = limits.cut(rest, room)
            space = head.rfind(" ") + 1  # "leave the space character at the end of the line"
            head = head[:space] if space > room // 2 else head
            lines.append(Line(head, concat))
            rest, concat = rest[len(head) :], True
        lines.append(Line(rest, concat))
    return lines
