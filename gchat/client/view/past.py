"""What stands above a buffer's first line once somebody went there: whether there is more before it."""

from gchat.client.frame import Row, fit
from gchat.client.model import Buffer
from gchat.client.text import shorten, width
from gchat.client.view.lines import Looks, Pane


def past_line(buffer: Buffer, pane: Pane, looks: Looks) -> Row:
    """Return the row, in the longest words that there is room for."""
    quiet, dots = looks.theme.quiet, looks.signs.ellipsis
    room = max(1, pane.text_width)
    texts = [text.replace("...", dots) for text in _words(buffer)]
    words = next((text for text in texts if width(text) <= room), texts[-1])
    return fit([(" " * pane.text_at, quiet), (shorten(words, room, dots), quiet)], pane.width, quiet)


def _words(buffer: Buffer) -> tuple[str, ...]:
    """Say how it stands, in fewer words from one to the next."""
    past = buffer.past
    if past.question is not None:
        return "Asking for what was said before ...", "Asking for older lines ...", "Asking ..."
    if past.is_whole(buffer):
        return "Here it begins: nothing older is kept", "Nothing older is kept", "Nothing older"
    if buffer.is_full:
        count = len(buffer.lines)
        return (
            f"gchat keeps {count} lines here; older ones stay on the server",
            f"Only {count} lines are kept here",
            f"{count} lines are kept",
        )
    if past.problem:
        problem = past.problem[:1].upper() + past.problem[1:]
        if buffer.network.questions.refused:
            return (problem,)
        return f"{problem} (PageUp asks again)", f"{problem} (PageUp: again)", problem
    return "PageUp asks for what was said before", "PageUp asks for older lines", "PageUp: more"
