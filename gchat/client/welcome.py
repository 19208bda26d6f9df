"""The first start: which nickname, which server, and what to do when no server is there.

The questions and their state are ``overlay.Welcome``; this is what keys and connections do to them.
"""

from gchat.client import connection, invited
from gchat.client.address import Address, BadAddress, parse_address
from gchat.client.events import ConnectionFailed, Quit, Remember, StartLocalServer
from gchat.client.keys import BINDINGS
from gchat.client.model import Network
from gchat.client.nicknames import why_not
from gchat.client.overlay import Step, Welcome
from gchat.client.parting import last_words
from gchat.client.text import sanitise
from gchat.client.turn import Turn


def press(turn: Turn, overlay: Welcome, key: str) -> None:
    """Take a key while the questions are shown."""
    action = BINDINGS.get(key, "")
    if action == "cancel":
        _cancel(turn, overlay)
    elif overlay.step is Step.NO_SERVER:
        _choose(turn, overlay, overlay.editor.text if action == "send" else key)
    elif overlay.step is Step.CONNECTING:
        return
    elif action == "send":
        _ANSWERS[overlay.step](turn, overlay, overlay.editor.text.strip())
    elif action.startswith("input-") and action != "input-newline":
        overlay.editor.do(action)
    elif not action and len(key) == 1:
        overlay.editor.insert(key)


def _cancel(turn: Turn, overlay: Welcome) -> None:
    """Leave; an invitation alone, where there is something else to do."""
    network = turn.model.network(overlay.network) if overlay.network is not None else None
    if network is None or len(turn.model.networks) == 1:
        turn.effects.append(Quit(0, last_words(turn.model)))
        return
    network.invitation = None
    network.wanted = False
    turn.model.overlay = None
    connection.connect_waiting(turn)


def paste(overlay: Welcome, text: str) -> None:
    """Take the first line of a pasted text as an answer; where it is to be one key, Enter takes it."""
    if overlay.step in _ANSWERS or overlay.step is Step.NO_SERVER:
        overlay.editor.insert(sanitise(text.strip().partition("\n")[0]))


def _nick(turn: Turn, overlay: Welcome, answer: str) -> None:
    nick = answer or overlay.nick
    overlay.problem = why_not(nick)
    if not overlay.problem:
        overlay.nick = nick
        overlay.editor.clear()
        if overlay.network is None or not turn.model.settings.nick:
            turn.model.settings.nick = nick
            turn.effects.append(Remember("nick", nick))
        if overlay.network is not None:
            overlay.step = Step.PASSWORD
        elif turn.model.networks:
            turn.model.overlay = None
            connection.connect_wanted(turn)
        else:
            overlay.step = Step.SERVER


def _password(turn: Turn, overlay: Welcome, answer: str) -> None:
    network = turn.model.network(overlay.network) if overlay.network is not None else None
    overlay.editor.clear()
    if not answer:  # the way back
        overlay.step, overlay.problem = Step.NICK, ""
        overlay.editor.set(overlay.nick)
    elif network is not None:
        invited.answered(turn, network, overlay.nick, answer)


def _server(turn: Turn, overlay: Welcome, answer: str) -> None:
    model = turn.model
    try:
        address = parse_address(answer or overlay.default_server)
    except BadAddress as problem:
        overlay.problem = sanitise(f"{problem}.")
        return
    overlay.server, overlay.problem = answer, ""
    overlay.editor.clear()
    overlay.step = Step.CONNECTING
    _go(turn, address)
    model.overlay = overlay


def _go(turn: Turn, address: Address) -> None:
    """Connect to the server that was chosen; it takes the place of the one that was not there."""
    model = turn.model
    network = model.network(model.default_network) if model.default_network is not None else None
    if network is None:
        network = model.add_network(address)
        model.default_network = network.id
    else:
        network.move(address)
    network.attempt = 0
    connection.connect(turn, network)


def _choose(turn: Turn, overlay: Welcome, key: str) -> None:
    overlay.editor.clear()
    if key in {"s", "S"}:
        overlay.step, overlay.problem = Step.CONNECTING, ""
        turn.effects.append(StartLocalServer())
    elif key in {"o", "O"}:
        overlay.step, overlay.problem = Step.SERVER, ""
    elif key in {"q", "Q"}:
        turn.effects.append(Quit(0, last_words(turn.model)))


def connected(turn: Turn) -> None:
    """A connection stands: the questions are answered.

    Only now is the server remembered: a name that was mistyped would be tried at every start.
    """
    overlay = turn.model.overlay
    if isinstance(overlay, Welcome) and overlay.network is None:
        turn.model.overlay = None
        if overlay.server:
            turn.effects.append(Remember("server", overlay.server))


def failed(turn: Turn, network: Network, event: ConnectionFailed) -> bool:
    """Say where the server was chosen that it does not answer; False when it was not chosen here."""
    overlay = turn.model.overlay
    if network.id != turn.model.default_network or not (overlay is None or isinstance(overlay, Welcome)):
        return False
    if isinstance(overlay, Welcome) and overlay.network is not None:
        return False  # it asks about another one
    if overlay is None and (not event.refused or network.met):
        return False
    overlay = overlay or Welcome(nick=turn.model.settings.nick)
    connection.give_up(network)
    where = sanitise(network.address.where)
    if event.refused:
        overlay.step, overlay.problem = Step.NO_SERVER, f"There is no server at {where}."
    else:
        overlay.step = Step.SERVER
        overlay.problem = sanitise(f"No connection to {where}: {event.reason}. {event.hint}").strip()
    turn.model.overlay = overlay
    return True


def local_server(turn: Turn, address: Address | None, reason: str) -> None:
    """A server was started on this machine, or was not."""
    overlay = turn.model.overlay
    if address is not None:
        _go(turn, address)
    elif isinstance(overlay, Welcome):
        overlay.step = Step.NO_SERVER
        overlay.problem = sanitise(f"No server could be started: {reason}.")


_ANSWERS = {Step.NICK: _nick, Step.PASSWORD: _password, Step.SERVER: _server}
