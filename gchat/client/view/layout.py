"""How the screen is divided: which panes there are at a size, and how wide and high each is.

The numbers are ``SCREEN``'s: what folds away as the window narrows and lowers, in which order.  A pane that
folded away comes back, or one goes, where ``model.panes`` says so.
"""

from typing import NamedTuple

from gchat.client.model import BufferKind, Model
from gchat.client.overlay import Help

NICK_LIST_FROM = 90  # columns
BUFFER_LIST_FROM = 64
TIMES_FROM = 44
NICK_COLUMN_FROM = 32
TITLE_FROM = 8  # rows
STATUS_FROM = 5
_NARROWEST_WITH_NICKS = 20  # beside times and nicks some cells are left for the text
_NARROWEST_PANE = 16  # a message pane narrower than this is given up for the list that was asked for


class Layout(NamedTuple):
    """Sizes in cells; 0 is a pane that is not there.  Beside each list stands a rule of one column."""

    columns: int
    rows: int
    title: int
    status: int
    input: int
    body: int  # rows between title and status
    buffers: int  # columns of the list of buffers
    members: int
    pane: int  # columns of the messages
    times: bool
    nicks: bool  # a column of nicks; else the nick stands above its text


def sizes(columns: int) -> tuple[int, int]:
    """Return how wide the two lists are on a screen of so many columns."""
    if columns >= 160:
        return 27, 21
    if columns >= 120:
        return 23, 17
    return 19, 13


def layout(model: Model, title_wanted: int, input_wanted: int) -> Layout:
    """Divide the screen, given the rows that the title and the input would like to have."""
    columns, rows = max(1, model.columns), max(1, model.rows)
    third = max(1, rows // 3)
    asked = model.panes.get("topic", False)
    status = 1 if rows >= STATUS_FROM or (asked and rows > 1) else 0
    entry = min(max(1, input_wanted), third)
    if asked:  # all of it, be there one row of messages left
        title = max(0, min(title_wanted, rows - status - entry - 1))
    else:
        title = min(title_wanted, third) if rows >= TITLE_FROM else 0
    times = model.panes.get("times", columns >= TIMES_FROM)
    nicks = columns >= NICK_COLUMN_FROM or model.panes.get("times", False)
    buffers, members = sizes(columns)
    helped = isinstance(model.overlay, Help)  # which has the whole width
    if helped or not model.panes.get("buffers", columns >= BUFFER_LIST_FROM):
        buffers = 0
    if helped or not (model.panes.get("members", columns >= NICK_LIST_FROM) and _has_members(model)):
        members = 0
    pane = columns - (buffers and buffers + 1) - (members and members + 1)
    if pane < _NARROWEST_PANE and members:  # there is no room for it beside the rest: it alone, or what fits
        members, buffers = (columns, 0) if not buffers else (0, columns)
        pane = 0
    elif pane < _NARROWEST_PANE and buffers:
        buffers, pane = columns, 0
    return Layout(
        columns=columns,
        rows=rows,
        title=title,
        status=status,
        input=entry,
        body=rows - title - status - entry,
        buffers=buffers,
        members=members,
        pane=pane,
        times=times and pane >= _NARROWEST_WITH_NICKS,
        nicks=nicks and pane >= _NARROWEST_WITH_NICKS,
    )


def _has_members(model: Model) -> bool:
    """Say whether the buffer is one that has members, be it that they are gone with the connection."""
    return model.current is not None and model.current.kind is BufferKind.CHANNEL
