"""What the server says of itself and of us: the welcome, its limits, the message of the day, all the rest.

``other`` is the fallback for every command and numeric without a handler: the server's words, never its
numbers.
"""

from gchat.client.connection import ready
from gchat.client.incoming.errors import refuse
from gchat.client.line import LineKind
from gchat.client.model import Buffer, Network
from gchat.client.roster import roster_changed
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.client.words import plural
from gchat.irc import numerics as n
from gchat.irc.message import BadLine, Message


def _words(message: Message, start: int = 1) -> str:
    return sanitise(" ".join(message.params[start:]))


def _word(turn: Turn, network: Network, message: Message) -> None:
    """A line of the server's own that people may want to read and need not."""
    text = _words(message)
    if text:
        turn.add(network.server_buffer, LineKind.SERVER, text)


def _welcome(turn: Turn, network: Network, message: Message) -> None:
    """001"""
    if message.params:
        network.nick = message.params[0]
    network.status = "the server lets us in"
    _word(turn, network, message)


def _silent(turn: Turn, network: Network, message: Message) -> None:
    """Nothing anybody has to read."""


def _isupport(turn: Turn, network: Network, message: Message) -> None:
    """005: also what the network is called and how its names fold."""
    network.isupport.feed(message.params)
    if network.session is not None:
        network.session.allow(network.isupport.linelen)
    name = network.isupport.network
    if name and not network.settings.name:
        network.name = network.server_buffer.name = sanitise(name)
    if network.fold is not network.isupport.fold:
        network.refold(network.isupport.fold)


def _motd(turn: Turn, network: Network, message: Message) -> None:
    text = _words(message).removeprefix("- ").removeprefix("-")
    place = network.server_buffer if network.is_registering else turn.place(network)
    turn.add(place, LineKind.SERVER, text)


def _end_of_motd(turn: Turn, network: Network, message: Message) -> None:
    """376 or 422: registration is over."""
    if network.is_registering:
        ready(turn, network)
    elif message.command == n.ERR_NOMOTD.number:
        turn.answer(turn.place(network), "This server has no message of the day")


def _error(turn: Turn, network: Network, message: Message) -> None:
    """ERROR: the server is about to close the connection."""
    reason = sanitise(message.params[0]) if message.params else ""
    network.problem = reason
    turn.complain(network.server_buffer, f"The server ends the connection: {reason}")


def _now_away(turn: Turn, network: Network, message: Message) -> None:
    _dim_ourselves(network, away=True)
    turn.answer(turn.place(network), f"You are away: {network.away}" if network.away else "You are away")


def _no_longer_away(turn: Turn, network: Network, message: Message) -> None:
    network.away = ""
    _dim_ourselves(network, away=False)
    turn.answer(turn.place(network), "You are back")


def _dim_ourselves(network: Network, *, away: bool) -> None:
    """Show in the nick lists whether we are away: away-notify tells of others only."""
    folded = network.fold(network.nick)
    user = network.users.get(folded)
    if user is not None:
        user.away = away
        roster_changed(network, folded)


def _visible_host(turn: Turn, network: Network, message: Message) -> None:
    """396"""
    if len(message.params) > 1 and network.session is not None and "@" in network.session.mask:
        before = network.session.mask.rpartition("@")[0]
        host = message.params[1].rpartition("@")[2]
        network.session.mask = f"{before}@{host}"
    turn.add(network.server_buffer, LineKind.SERVER, f"Others see you come from {_words(message, 1)[:300]}")


def _logged_in(turn: Turn, network: Network, message: Message) -> None:
    """900"""
    account = sanitise(message.params[2]) if len(message.params) > 2 else ""
    turn.answer(network.server_buffer, f"You are logged in as {account}" if account else _words(message, -1))


def _user_modes(turn: Turn, network: Network, message: Message) -> None:
    turn.answer(turn.place(network), f"Your modes are {_words(message)}")


def _numbers(turn: Turn, network: Network, message: Message) -> None:
    """251 to 266: how many are here.  They come with the welcome, too, where nobody asked."""
    if network.is_registering:
        return
    sentence = len(message.params[-1].split()) > 3 if message.params else False
    text = _words(message, -1 if sentence else 1)
    turn.add(turn.place(network), LineKind.SERVER, text)


def _text_answer(turn: Turn, network: Network, message: Message) -> None:
    """An answer that is a sentence already, or words next to each other."""
    turn.answer(turn.place(network), _words(message))


def _last_answer(turn: Turn, network: Network, message: Message) -> None:
    """An answer whose last parameter says all."""
    turn.answer(turn.place(network), _words(message, -1))


def _wallops(turn: Turn, network: Network, message: Message) -> None:
    who = sanitise(message.source.partition("!")[0])
    turn.add(network.server_buffer, LineKind.NOTICE, _words(message, 0), who)
    turn.wait_in(network.server_buffer)


def bad_line(turn: Turn, network: Network, bad: BadLine) -> None:
    """The server sent what is no IRC: said now and then, so that it does not fill the screen."""
    network.bad_lines += 1
    if network.bad_lines & (network.bad_lines - 1) == 0:  # the 1st, 2nd, 4th, 8th ...
        count = plural(network.bad_lines, "line")
        turn.complain(
            network.server_buffer, f"The server sent {count} that cannot be read: {sanitise(bad.text)}"
        )


def other(turn: Turn, network: Network, message: Message) -> None:
    """Whatever has no handler: a numeric's words where its question was typed, a command with its name."""
    if message.command.isdecimal() and "400" <= message.command <= "599":
        refuse(turn, network, message)
    elif message.command.isdecimal():
        text = _words(message)
        place: Buffer = turn.place(network) if not network.is_registering else network.server_buffer
        if text:
            turn.answer(place, text)
    elif message.command not in _UNSPOKEN:
        turn.add(network.server_buffer, LineKind.SERVER, sanitise(message.command) + " " + _words(message, 0))


_UNSPOKEN = frozenset({"ACK", "BATCH", "PONG", "CAP", "AUTHENTICATE"})

HANDLERS = {
    n.RPL_WELCOME.number: _welcome,
    n.RPL_YOURHOST.number: _word,
    n.RPL_CREATED.number: _word,
    n.RPL_MYINFO.number: _silent,
    n.RPL_ISUPPORT.number: _isupport,
    n.RPL_MOTDSTART.number: _silent,
    n.RPL_MOTD.number: _motd,
    n.RPL_ENDOFMOTD.number: _end_of_motd,
    n.ERR_NOMOTD.number: _end_of_motd,
    n.RPL_LUSERCLIENT.number: _numbers,
    n.RPL_LUSEROP.number: _numbers,
    n.RPL_LUSERUNKNOWN.number: _numbers,
    n.RPL_LUSERCHANNELS.number: _numbers,
    n.RPL_LUSERME.number: _numbers,
    n.RPL_LOCALUSERS.number: _numbers,
    n.RPL_GLOBALUSERS.number: _numbers,
    n.RPL_NOWAWAY.number: _now_away,
    n.RPL_UNAWAY.number: _no_longer_away,
    n.RPL_VISIBLEHOST.number: _visible_host,
    n.RPL_LOGGEDIN.number: _logged_in,
    n.RPL_UMODEIS.number: _user_modes,
    n.RPL_TIME.number: _last_answer,
    n.RPL_INFO.number: _last_answer,
    n.RPL_HELPSTART.number: _last_answer,
    n.RPL_HELPTXT.number: _last_answer,
    n.RPL_ENDOFHELP.number: _silent,
    n.RPL_ENDOFINFO.number: _silent,
    n.RPL_ENDOFLINKS.number: _silent,
    n.RPL_ENDOFSTATS.number: _silent,
    n.RPL_VERSION.number: _text_answer,
    n.RPL_SASLMECHS.number: _silent,
    "ERROR": _error,
    "WALLOPS": _wallops,
}
