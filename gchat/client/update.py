"""The client's heart: ``update(model, event, now)`` changes the model and returns what the shell has to do.

Pure: no clock, no socket, no screen.  ``deadline`` says when the next Tick is due.  What an event means is a
case below; what a key means stands in ``actions.py``, what a message means in ``incoming/``.
"""

from gchat.client import actions, composing, connection, history, welcome
from gchat.client.events import (
    Connected,
    Connecting,
    ConnectionFailed,
    ConnectionLost,
    Effect,
    Event,
    Flushed,
    Focus,
    Key,
    LocalServer,
    Paste,
    Received,
    Resize,
    Start,
    Terminate,
    Tick,
)
from gchat.client.incoming import receive
from gchat.client.model import Model, Network
from gchat.client.overlay import Step, Welcome
from gchat.client.saying import flushed, leave_now
from gchat.client.slash.program import terminate
from gchat.client.turn import Turn

_MOST_ANSWERS = 16  # of a wire to its own session in one turn; it never needs more than three

_FromNetwork = Connecting | Connected | Received | Flushed | ConnectionFailed | ConnectionLost


def update(model: Model, event: Event, now: float) -> list[Effect]:
    """Let an event happen at ``now`` (Unix seconds); return the effects, to be carried out in this order."""
    turn = Turn(model, now)
    match event:
        case Key(name):
            actions.press(turn, name)
        case Paste(text):
            actions.paste(turn, text)
        case Tick():
            composing.tick(turn)
            for network in list(model.networks):
                connection.tick(turn, network)
        case Resize(columns, rows):
            model.columns, model.rows = columns, rows
        case Focus(focused):
            _focus(model, focused)
        case Start():
            _start(turn)
        case Terminate():
            terminate(turn)
        case LocalServer(address, reason):
            welcome.local_server(turn, address, reason)
        case _:
            source = model.network(event.network)
            if source is not None:
                _from_network(turn, source, event)
    for network in model.networks:
        history.proceed(turn, network)
        _settle(turn, network)
    return turn.effects


def _settle(turn: Turn, network: Network) -> None:
    """Have everything sent, and hear what the wire answers by itself."""
    for _ in range(_MOST_ANSWERS):
        leave_now(turn, network)
        session = network.session
        if session is None or not session.wire.ready:
            return
        receive(turn, network, b"")


def deadline(model: Model, now: float) -> float | None:
    """Return when the next Tick is due, in Unix seconds (``now`` if it is overdue); None for never."""
    times = [connection.deadline(network) for network in model.networks]
    times.append(composing.deadline(model))
    due = min((time for time in times if time is not None), default=None)
    return None if due is None else max(due, now)


def _from_network(turn: Turn, network: Network, event: _FromNetwork) -> None:
    match event:
        case Received():
            receive(turn, network, event.data)
        case Flushed():
            flushed(network, turn.now)
        case Connecting():
            connection.connecting(turn, network, event.where)
        case Connected():
            connection.connected(turn, network)
            welcome.connected(turn)
        case ConnectionFailed():
            if not welcome.failed(turn, network, event):
                connection.failed(turn, network, event)
        case ConnectionLost():
            connection.lost(turn, network, event.reason)


def _start(turn: Turn) -> None:
    """Connect what is wanted, once there is a nick to come with."""
    overlay = turn.model.overlay
    if not (isinstance(overlay, Welcome) and overlay.step in (Step.NICK, Step.PASSWORD)):
        connection.connect_wanted(turn)


def _focus(model: Model, focused: bool) -> None:
    if focused:
        model.look_at()
    elif model.focused:
        model.look_away()
    model.focused = focused
