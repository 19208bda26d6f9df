"""Asking for what was said before: when somebody scrolls up beyond the first line, and where a buffer begins.

https://ircv3.net/specs/extensions/chathistory.  Pages of a buffer are asked for one after the other, each in
front of the one before.  The last page of a channel that we come into, and of a conversation that is opened,
is asked for by itself, one buffer at a time.  Nothing is asked where the server has no history.
"""

from collections.abc import Iterator
from itertools import islice
from time import gmtime, strftime

from gchat.client.capabilities import CHATHISTORY
from gchat.client.line import Delivery, Line, LineKind
from gchat.client.model import Buffer, BufferKind, Model, Network, State
from gchat.client.overlay import Help
from gchat.client.past import PATIENCE, Question
from gchat.client.saying import why_not
from gchat.client.turn import Turn
from gchat.client.view.scroll import at_top, place_of, scroll, top

PAGE = 100  # messages of an answer
SAID = frozenset({LineKind.MESSAGE, LineKind.ACTION, LineKind.NOTICE})
_NEEDED = frozenset({"batch", "server-time", "message-tags"})  # "requires support for", in the specification
_LONGEST_MSGID = 300  # characters; what is longer is named by its time


# --- by hand -------------------------------------------------------------------------------------


def move(turn: Turn, rows: int | None) -> None:
    """Scroll by so many rows, to the first one for None; beyond it, ask for more."""
    model, buffer = turn.model, turn.model.current
    upwards = rows is None or rows < 0
    if buffer is None or isinstance(model.overlay, Help) or not upwards:
        scroll(model, rows or 0)
        return
    if not buffer.past.called and _has_past(buffer):
        buffer.past.called = True  # before anything moves: what is said there takes a row
    if rows is None:
        top(model)
    else:
        scroll(model, rows)
    if at_top(model):
        _ask_by_hand(turn, buffer)


def _ask_by_hand(turn: Turn, buffer: Buffer) -> None:
    past, network = buffer.past, buffer.network
    if past.question is not None:
        past.question.by_hand = True
    elif past.called and not past.is_whole(buffer) and not buffer.is_full:
        problem = why_not(buffer).removeprefix("not sent: ")
        if problem:
            past.problem = problem
        elif offers(network):
            _ask(turn, buffer, by_hand=True)


def offers(network: Network) -> bool:
    """Tell whether a server gives out what was said before, as far as it says so."""
    session = network.session
    if session is None or network.state is not State.READY or network.questions.refused:
        return False
    return session.caps >= _NEEDED and ("CHATHISTORY" in network.isupport or CHATHISTORY in session.offered)


def _has_past(buffer: Buffer) -> bool:
    return buffer.kind in {BufferKind.CHANNEL, BufferKind.QUERY} and offers(buffer.network)


# --- by itself -----------------------------------------------------------------------------------


def proceed(turn: Turn, network: Network) -> None:
    """Ask for the next last page that is wanted, and for what waits for the capability.  Every turn."""
    questions, current = network.questions, turn.model.current
    if questions.open:
        _release(network)
    if current is not None and current.network is network and current.kind is BufferKind.QUERY:
        want(current)
    if not questions.wanted or network.state is not State.READY:
        return
    if not offers(network):
        questions.wanted.clear()
        return
    while questions.wanted and all(question.by_hand for question in questions.open):
        buffer = current if current in questions.wanted and current is not None else questions.wanted[0]
        questions.wanted.remove(buffer)
        if _is_to_be_filled(turn.model, buffer):
            _ask(turn, buffer, by_hand=False)


def want(buffer: Buffer) -> None:
    """Have the last page asked for, once on a connection."""
    past, network = buffer.past, buffer.network
    if network.session is not None and past.asked_on is not network.session:
        past.asked_on = network.session
        network.questions.wanted.append(buffer)


def _is_to_be_filled(model: Model, buffer: Buffer) -> bool:
    """Tell whether a buffer has less than a screen of what was said, and there may be more."""
    past = buffer.past
    if past.question is not None or past.is_whole(buffer) or buffer.is_full:
        return False
    if buffer not in model.buffers or why_not(buffer):  # closed, or left, since it was wanted
        return False
    rows = max(1, place_of(model).body)
    return len(list(islice(said(buffer), rows))) < rows


def said(buffer: Buffer) -> Iterator[Line]:
    """Go through what people said, oldest first."""
    return (line for line in buffer.lines if line.kind in SAID and (line.nick or line.msgid))


# --- asking --------------------------------------------------------------------------------------


def _ask(turn: Turn, buffer: Buffer, *, by_hand: bool) -> None:
    network = buffer.network
    network.questions.begin(Question(buffer, turn.now + PATIENCE, by_hand=by_hand))
    session = network.session
    if session is not None and _needs_capability(network) and not session.awaits(CHATHISTORY):
        session.request([CHATHISTORY])
    _release(network)


def _needs_capability(network: Network) -> bool:
    """Tell whether a capability is to be had first.

    gchat-server, which is told by its EDIT, answers without it, and sends only those who lack it what their
    device missed: there it would cost what it brings.
    """
    session = network.session
    return (
        session is not None
        and CHATHISTORY in session.offered
        and CHATHISTORY not in session.caps
        and "gchat/edit" not in session.offered
    )


def _release(network: Network) -> None:
    """Send the questions that wait for the capability, once it is here; without it there is no history."""
    session = network.session
    waiting = [question for question in network.questions.open if not question.sent]
    if session is None or not waiting:
        return
    if not _needs_capability(network):
        for question in waiting:
            _send(network, question)
    elif not session.awaits(CHATHISTORY):
        network.questions.refuse()


def _send(network: Network, question: Question) -> None:
    session, buffer = network.session, question.buffer
    if session is None:
        return
    most = network.isupport.number("CHATHISTORY", 0)  # 0: "no limit"
    count = min(PAGE, most if most > 0 else PAGE, max(1, buffer.scrollback - len(buffer.lines)))
    question.selector = oldest(buffer)
    which = "LATEST" if question.selector == "*" else "BEFORE"
    label = session.ask("CHATHISTORY", which, buffer.target, question.selector, str(count))
    network.questions.left(question, label)


def oldest(buffer: Buffer) -> str:
    """Return from where on to ask backwards, "*" where nothing was said yet that a server knows."""
    reached = buffer.past.reached(buffer)
    if reached:
        return reached
    for line in said(buffer):
        known = line.msgid or not line.own  # else the time is this machine's
        if known and line.delivery is Delivery.SENT:
            return selector(buffer.network, line.msgid, line.time)
    return "*"


def selector(network: Network, msgid: str, time: float) -> str:
    """Return how a message is named as a place in the history, by its id or else by its time."""
    kinds = network.isupport.get("MSGREFTYPES", "msgid,timestamp").split(",")
    if msgid and "msgid" in kinds and len(msgid) <= _LONGEST_MSGID and not any(map(str.isspace, msgid)):
        return f"msgid={msgid}"
    # the millisecond after it: others may be of the same one, and what is there already is not doubled
    seconds, milliseconds = divmod(round(time * 1000) + 1, 1000)
    return f"timestamp={strftime('%Y-%m-%dT%H:%M:%S', gmtime(seconds))}.{milliseconds:03}Z"
