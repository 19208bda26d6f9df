"""Commands about connections, buffers and the program itself."""

from gchat.client import connection, invited, parting
from gchat.client.address import Address, BadAddress, parse_address
from gchat.client.events import Quit
from gchat.client.mentions import show
from gchat.client.model import Buffer, BufferKind, Network
from gchat.client.overlay import Help
from gchat.client.roster import leave
from gchat.client.settings import NetworkSettings
from gchat.client.slash import WrongUse
from gchat.client.turn import Turn
from gchat.irc.message import BadLine, parse


def connect(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/connect [network | address]"""
    model = turn.model
    words = rest.split()
    if not words:
        connection.connect(turn, buffer.network)
        return
    network = _known(turn, words[0]) or _configured(turn, words[0])
    if network is None:
        try:
            address = parse_address(words[0], tls="-tls" in words[1:])
        except BadAddress as problem:
            raise WrongUse(f"{problem}.") from None
        network = next((other for other in model.networks if other.address[:4] == address[:4]), None)
        if network is None:
            network = model.add_network(address, _place(turn, address))
        else:
            network.want_channels(address)
    invited.open_link(turn, network)
    model.show(network.server_buffer)


def _known(turn: Turn, word: str) -> Network | None:
    """Return the network of this name that is in the list already."""
    return next((n for n in turn.model.networks if n.name.lower() == word.lower()), None)


def _configured(turn: Turn, word: str) -> Network | None:
    """Add the network that the configuration calls so."""
    found: NetworkSettings | None
    found = next((s for s in turn.model.settings.networks if s.name.lower() == word.lower()), None)
    return turn.model.add_network(found.address, found) if found is not None else None


def _place(turn: Turn, address: Address) -> NetworkSettings | None:
    """Return what is known of the server at an address."""
    known = turn.model.settings.networks
    return next((settings for settings in known if settings.address.is_at(address)), None)


def disconnect(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/disconnect [reason]"""
    connection.disconnect(turn, buffer.network, rest)


def close(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/close [reason]: leaves a channel, ends a conversation; a server's buffer takes its network along"""
    model, network = turn.model, buffer.network
    if buffer.kind is BufferKind.SERVER:
        if len(model.networks) == 1:
            raise WrongUse("This is the only network; /quit leaves gchat.")
        if not parting.nothing_lost(turn, "close", network.outgoing.unsent()):
            return
        connection.disconnect(turn, network, rest)
        model.remove_network(network)
        return
    if not parting.nothing_lost(turn, "close", network.outgoing.unsent(buffer)):
        return
    if buffer.kind is BufferKind.CHANNEL:
        network.autojoin.pop(network.fold(buffer.target), None)
        if buffer.joined and network.session is not None:
            network.session.send("PART", buffer.target, *([rest] if rest else []))
            leave(network, buffer)
    model.close(buffer)


def clear(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/clear: forget the lines of this buffer; what failed to be sent stays"""
    keep = {sent.line.serial for sent in buffer.network.outgoing.failed}
    buffer.lines = [line for line in buffer.lines if line.serial in keep]
    buffer.marker = None
    buffer.follow()


def raw(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/raw COMMAND ...: to the server as it is"""
    message = parse(rest)
    if isinstance(message, BadLine):
        raise WrongUse
    session = buffer.network.session
    if session is not None:
        buffer.network.answers.asked_in = buffer
        session.send(message.command, *message.params, tags=message.tags)


def mentions(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/mentions"""
    if not show(turn.model):
        turn.tell(buffer, "Nobody has called you yet")


def quit_program(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/quit [reason]"""
    if parting.nothing_lost(turn, "quit", parting.unsent(turn.model.networks)):
        _quit_all(turn, rest)


def terminate(turn: Turn) -> None:
    """Leave although nobody could be asked; what was not sent is said at the end."""
    _quit_all(turn, "", parting.last_words(turn.model))


def _quit_all(turn: Turn, reason: str, words: tuple[str, ...] = ()) -> None:
    """Say goodbye on every network and leave."""
    for network in turn.model.networks:
        connection.disconnect(turn, network, reason)
    turn.effects.append(Quit(0, words))


def show_help(turn: Turn, title: str, lines: list[str]) -> None:
    """Lay a help over the panes."""
    turn.model.overlay = Help(title, lines)
