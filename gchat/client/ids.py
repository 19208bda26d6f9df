"""Lines by their msgid, for replies and reactions.  https://ircv3.net/specs/extensions/message-ids

A flood pays nothing for it: lines are entered when the first one is looked for, each once.
"""

from bisect import bisect_left
from collections.abc import Sequence

from gchat.client.line import Line

_SPARE = 64  # entries of lines that are gone, beside as many as there are lines


class Ids:
    """The ids of one buffer's lines."""

    __slots__ = ("_lines", "_next")

    def __init__(self) -> None:
        """Know none."""
        self._lines: dict[str, Line] = {}
        self._next = 0  # serial of the first line that is not entered

    def find(self, lines: Sequence[Line], msgid: str) -> Line | None:
        """Return the line with an id; ``lines`` are all of the buffer's, their serials grow."""
        if not msgid:
            return None
        start = bisect_left(lines, self._next, key=_serial)
        for line in lines[start:]:
            self.learn(line)
        if lines:
            self._next = lines[-1].serial + 1
        if len(self._lines) > 2 * len(lines) + _SPARE:
            self._lines = {line.msgid: line for line in lines if line.msgid}
        return self._lines.get(msgid)

    def learn(self, line: Line) -> None:
        """Enter a line that has an id, be it that it got it late, as ours do with their echo."""
        if line.msgid:
            self._lines[line.msgid] = line


def _serial(line: Line) -> int:
    return line.serial
