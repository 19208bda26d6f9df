"""Who is typing: telling the others of us, and forgetting who stopped.

https://ircv3.net/specs/client-tags/typing: "active" at most every three seconds while the text changes,
"paused" when it stands still, "done" when it is deleted.  A message that arrives is its own end.  Commands
are nobody's business.
"""

from gchat.client.model import Buffer, BufferKind, Model
from gchat.client.references import carries
from gchat.client.turn import Turn

EVERY = 3.0  # seconds between two notifications
PAUSE = 4.0  # seconds without a change; readers believe an "active" for six


def changed(turn: Turn, buffer: Buffer) -> None:
    """The input of a buffer changed."""
    if not _may_tell(turn.model, buffer):
        return
    text = buffer.editor.text
    if not text.strip() or (text.startswith("/") and not text.startswith(("//", "/me "))):
        if buffer.typing_said:
            _tell(turn, buffer, "done")
            buffer.typing_said = ""
        return
    buffer.typed_at = turn.now
    if buffer.typing_said != "active" or turn.now - buffer.typing_at >= EVERY:
        _tell(turn, buffer, "active")


def said(buffer: Buffer) -> None:
    """The text was sent: that says it all."""
    buffer.typing_said = ""


def tick(turn: Turn) -> None:
    """Say that we pause, and forget whose notification is old."""
    for buffer in turn.model.buffers:
        if buffer.typing_said == "active" and turn.now - buffer.typed_at >= PAUSE:
            if _may_tell(turn.model, buffer):
                _tell(turn, buffer, "paused")
            else:
                buffer.typing_said = ""
        for nick in [nick for nick, until in buffer.typing.items() if until <= turn.now]:
            del buffer.typing[nick]


def deadline(model: Model) -> float | None:
    """Return when ``tick`` has something to do."""
    times = [until for buffer in model.buffers for until in buffer.typing.values()]
    times += [buffer.typed_at + PAUSE for buffer in model.buffers if buffer.typing_said == "active"]
    return min(times, default=None)


def _may_tell(model: Model, buffer: Buffer) -> bool:
    network = buffer.network
    if not model.settings.send_typing or buffer.kind not in {BufferKind.CHANNEL, BufferKind.QUERY}:
        return False
    if buffer.kind is BufferKind.CHANNEL and not buffer.joined:
        return False
    return carries(network, "typing")


def _tell(turn: Turn, buffer: Buffer, state: str) -> None:
    session = buffer.network.session
    if session is not None:
        session.send("TAGMSG", buffer.target, tags={"+typing": state})
    buffer.typing_said = state
    buffer.typing_at = turn.now
