"""What we say: texts become lines, lines leave, and lines that failed are said again.

The text of a line on the screen has been through ``sanitise`` like everything else; what goes over the wire
is what was typed.
"""

from gchat.client.composing import said
from gchat.client.line import Delivery, Line, LineKind
from gchat.client.model import Buffer, BufferKind, Network, State
from gchat.client.outgoing import Sent, room, split
from gchat.client.references import refer, tags_for
from gchat.client.secrets import all_hidden
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.irc.message import NO_TAGS

MOST_LINES = 200  # of one paste


def say(
    turn: Turn,
    buffer: Buffer,
    text: str,
    kind: LineKind = LineKind.MESSAGE,
    target: str = "",
    answered: Line | None = None,
    typed_as: str = "",
) -> None:
    """Say a text in a buffer, or to ``target`` and show it there: line by line, cut where too long.

    Every line is shown at once, PENDING, or FAILED with the reason where nothing can be sent.  The first one
    refers to the line that is ``answered``.  What is too much comes back behind ``typed_as``, the command
    that says it as this was said: "/msg Nine ".
    """
    network = buffer.network
    target = target or buffer.target
    command = "NOTICE" if kind is LineKind.NOTICE else "PRIVMSG"
    head, tail = ("\x01ACTION ", "\x01") if kind is LineKind.ACTION else ("", "")
    session = network.session
    nick = network.nick or turn.model.settings.nick
    mask = session.mask if session is not None else ""
    length = room(mask, nick, command, target, network.isupport.linelen) - len(head) - len(tail)
    pieces = [piece for line in _lines(text) for piece in split(line, length)]
    to = f"to {target}: " if target != buffer.target else ""
    problem = why_not(buffer) if target == buffer.target else _offline(network)
    for piece, shown in list(zip(pieces, all_hidden(target, pieces), strict=True))[:MOST_LINES]:
        line = Line(kind, turn.now, sanitise(to + shown), sanitise(nick), own=True)
        tags = NO_TAGS
        if answered is not None:
            refer(line, answered)
            tags, answered = tags_for(answered), None
        buffer.add(line)
        sent = Sent(buffer, line, command, target, head + piece + tail, tags)
        if problem:
            network.outgoing.refuse_now(sent, problem)
        else:
            sent.mark(Delivery.PENDING)
            network.outgoing.queue.append(sent)
    if len(pieces) > MOST_LINES:
        place = turn.model.current or buffer  # where it was typed
        give_back(place, "\n".join(pieces[MOST_LINES:]), typed_as)
        turn.complain(
            place, f"That is {len(pieces)} lines; the first {MOST_LINES} are sent, the rest is back here."
        )
    buffer.marker = None
    said(buffer)


def give_back(buffer: Buffer, text: str, typed_as: str = "") -> None:
    """Put a text that was not said into the input again, so that the next Enter says it.

    A text without a command that begins with a slash gets the second one, which ``commands.enter`` has taken.
    A draft that is there is put aside, where Up finds it.
    """
    if buffer.editor.text.strip():
        buffer.editor.take()
    buffer.editor.set((typed_as or "/" * text.startswith("/")) + text)


def _lines(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [line.rstrip("\r") for line in text.split("\n") if line.strip()]


def why_not(buffer: Buffer) -> str:
    """Return why nothing can be said in a buffer now, as what is shown beside a failed line; "" if it can."""
    if buffer.kind is BufferKind.CHANNEL and not buffer.joined and not _offline(buffer.network):
        return f"not sent: you are not in {buffer.name}, /join {buffer.name} goes back"
    return _offline(buffer.network)


def _offline(network: Network) -> str:
    return "" if network.state is State.READY else f"not sent: there is no connection to {network.name}"


def say_again(turn: Turn, buffer: Buffer) -> None:
    """Say what failed in a buffer once more, as new lines at its end; the failed ones go."""
    network = buffer.network
    problem = why_not(buffer)
    failed = network.outgoing.take_failed(buffer)
    if not failed:
        turn.model.hint = "nothing here waits to be sent again"
        return
    if problem:
        network.outgoing.failed += failed
        turn.model.hint = problem.removeprefix("not sent: ")
        return
    gone = {sent.line.serial for sent in failed}
    buffer.lines = [line for line in buffer.lines if line.serial not in gone]
    for sent in failed:
        old = sent.line
        sent.line = Line(old.kind, turn.now, old.text, sanitise(network.nick), own=True)
        sent.line.quote, sent.line.answers = old.quote, old.answers
        sent.mark(Delivery.PENDING)
        buffer.add(sent.line)
        network.outgoing.queue.append(sent)


def leave_now(turn: Turn, network: Network) -> None:
    """Give the session what may leave now, and have its bytes written."""
    session = network.session
    if session is None:
        return
    outgoing = network.outgoing
    if outgoing.queue and network.state is State.READY:
        for sent in outgoing.due(turn.now):
            tags = sent.tags if session.can_tag else NO_TAGS
            outgoing.left(sent, session.ask(sent.command, sent.target, sent.text, tags=tags), turn.now)
    turn.send(network, session.take(turn.now))


def flushed(network: Network, now: float) -> None:
    """Believe that what was written is sent, where the server will not show it to us."""
    session = network.session
    if session is not None and network.outgoing.waiting and "echo-message" not in session.caps:
        network.outgoing.flushed()
        session.ask_soon(now)
