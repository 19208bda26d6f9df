"""Answers that people asked for: WHOIS, WHO, LIST, ban lists and their like, in sentences and tables.

A WHOIS needs no bookkeeping, every numeric is a sentence by itself.  WHO and LIST are gathered until their
end and then shown as one table.
"""

from gchat.client.line import Line, LineKind
from gchat.client.model import BufferKind, Network
from gchat.client.roster import roster_changed
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.client.words import duration, moment, plural, table
from gchat.irc import numerics as n
from gchat.irc.message import Message

_MOST_ROWS = 20_000
_ROLE_NAMES = {"~": "founder", "&": "admin", "@": "operator", "%": "half-operator", "+": "voice"}


def _param(message: Message, index: int) -> str:
    """Return a parameter, harmless, "" where there is none, as at -1, the last one of none."""
    return sanitise(message.params[index]) if 0 <= index < len(message.params) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0


# --- WHOIS ---------------------------------------------------------------------------------------


def _say(turn: Turn, network: Network, message: Message, text: str) -> None:
    """Put a sentence about a nick where the question was typed."""
    turn.answer(turn.place(network), text)


def _whois_user(turn: Turn, network: Network, message: Message) -> None:
    nick, user, host, real = (_param(message, i) for i in (1, 2, 3, 5))
    verb = "was" if message.command == n.RPL_WHOWASUSER.number else "is"
    _say(turn, network, message, f"{nick} {verb} {user}@{host}" + (f", {real}" if real else ""))
    known = network.users.get(network.fold(message.params[1])) if len(message.params) > 1 else None
    if known is not None and verb == "is":
        known.username, known.host, known.realname = user, host, real


def _whois_server(turn: Turn, network: Network, message: Message) -> None:
    info = _param(message, 3)
    nick, server = _param(message, 1), _param(message, 2)
    _say(turn, network, message, f"{nick} is on {server}" + (f" ({info})" if info else ""))


def _whois_channels(turn: Turn, network: Network, message: Message) -> None:
    symbols = network.isupport.mode_types.symbols
    told = []
    for entry in _param(message, 2).split():
        name = entry.lstrip(symbols)
        roles = [_ROLE_NAMES.get(symbol, symbol) for symbol in entry[: len(entry) - len(name)]]
        told.append(f"{name} ({', '.join(roles)})" if roles else name)
    if told:
        _say(turn, network, message, f"{_param(message, 1)} is in {', '.join(told)}")


def _whois_idle(turn: Turn, network: Network, message: Message) -> None:
    text = f"{_param(message, 1)} said nothing for {duration(_number(_param(message, 2)))}"
    since = _number(_param(message, 3))
    _say(turn, network, message, text + (f", connected since {moment(since)}" if since else ""))


def _whois_account(turn: Turn, network: Network, message: Message) -> None:
    _say(turn, network, message, f"{_param(message, 1)} is logged in as {_param(message, 2)}")


def _whois_actually(turn: Turn, network: Network, message: Message) -> None:
    real = " ".join(_param(message, i) for i in range(2, len(message.params) - 1))
    _say(turn, network, message, f"{_param(message, 1)} really comes from {real or _param(message, 2)}")


def _whois_says(turn: Turn, network: Network, message: Message) -> None:
    """The numerics whose text is a sentence that lacks only its nick: "is an IRC operator"."""
    _say(turn, network, message, f"{_param(message, 1)} {_param(message, len(message.params) - 1)}")


def _away_message(turn: Turn, network: Network, message: Message) -> None:
    """301: in a WHOIS, or because we wrote to somebody who is away."""
    if len(message.params) < 2:
        return
    folded = network.fold(message.params[1])
    nick, reason = _param(message, 1), _param(message, 2)
    user = network.users.get(folded)
    if user is not None and not user.away:
        user.away = True
    place = network.buffers.get(folded) or turn.place(network)
    turn.answer(place, f"{nick} is away: {reason}" if reason else f"{nick} is away")


# --- WHO -----------------------------------------------------------------------------------------


def _who(turn: Turn, network: Network, message: Message) -> None:
    """352: one row.  https://modern.ircdocs.horse/#rplwhoreply-352"""
    if len(message.params) < 8:
        return
    _, channel, user, host, _, nick, flags, tail = message.params[:8]
    known = network.users.get(network.fold(nick))
    if known is not None:
        away = flags[:1] == "G"
        known.username, known.host = sanitise(user), sanitise(host)
        known.realname = sanitise(tail.partition(" ")[2])
        known.bot = bool(network.isupport.bot) and network.isupport.bot in flags
        if known.away != away:
            known.away = away
            roster_changed(network, network.fold(nick))
    rows = network.answers.rows
    if ("315", network.fold(channel)) not in network.answers.quiet and len(rows) < _MOST_ROWS:
        state = "away" if flags[:1] == "G" else ""
        real = sanitise(tail.partition(" ")[2])
        rows.append((sanitise(nick), sanitise(f"{user}@{host}"), sanitise(channel), state, real))


def _end_of_who(turn: Turn, network: Network, message: Message) -> None:
    asked = ("315", network.fold(message.params[1]) if len(message.params) > 1 else "")
    if asked in network.answers.quiet:
        network.answers.quiet.discard(asked)
        return
    rows, network.answers.rows = network.answers.rows, []
    place = turn.place(network)
    for text in table(rows):
        turn.answer(place, text)
    if not rows:
        turn.answer(place, f"Nobody matches {_param(message, 1)}")


# --- LIST ----------------------------------------------------------------------------------------


def _list(turn: Turn, network: Network, message: Message) -> None:
    if len(message.params) > 2 and len(network.answers.listed) < _MOST_ROWS:
        network.answers.listed.append((_param(message, 1), _param(message, 2), _param(message, 3)))


def _end_of_list(turn: Turn, network: Network, message: Message) -> None:
    """323: the whole table at once, the fullest channels first, in a buffer of its own."""
    rows, network.answers.listed = network.answers.listed, []
    buffer = turn.model.open(network, BufferKind.LIST, "channels")
    buffer.lines.clear()
    buffer.follow()
    rows.sort(key=lambda row: (-_number(row[1]), row[0].lower()))
    buffer.topic = (
        f"{plural(len(rows), 'channel')} on {network.name} · /join goes into one, /close leaves the list"
    )
    numbers = max((len(row[1]) for row in rows), default=0)
    names = min(max((len(row[0]) for row in rows), default=0), 30)
    for name, members, topic in reversed(rows[: buffer.scrollback]):
        text = f"{members:>{numbers}}  {name:<{names}}  {topic}".rstrip()
        buffer.add(Line(LineKind.SERVER, turn.now, text))
    if not rows:
        buffer.add(Line(LineKind.SERVER, turn.now, "There are no channels to see"))
    turn.model.show(buffer)


# --- lists of masks ------------------------------------------------------------------------------

_MASK_LISTS = {
    n.RPL_BANLIST.number: "is banned",
    n.RPL_EXCEPTLIST.number: "is excepted from bans",
    n.RPL_INVEXLIST.number: "needs no invitation",
    n.RPL_QUIETLIST.number: "is muted",
}
_MASK_LIST_ENDS = {
    n.RPL_ENDOFBANLIST.number: "bans",
    n.RPL_ENDOFEXCEPTLIST.number: "exceptions from bans",
    n.RPL_ENDOFINVEXLIST.number: "standing invitations",
    n.RPL_ENDOFQUIETLIST.number: "mutes",
}


def _mask_row(turn: Turn, network: Network, message: Message) -> None:
    """367 and its like: channel, mask, and perhaps who and when."""
    params = list(message.params)
    if message.command == n.RPL_QUIETLIST.number and len(params) > 2:
        del params[2]  # the letter
    if len(params) < 3:
        return
    mask, said = sanitise(params[2]), _MASK_LISTS[message.command]
    letter, kind = network.isupport.muting or ("", "")
    if message.command == n.RPL_BANLIST.number and letter == "b" and mask.startswith(kind):
        mask, said = mask[len(kind) :], _MASK_LISTS[n.RPL_QUIETLIST.number]
    text = f"{mask} {said}"
    if len(params) > 3:
        text += f", by {sanitise(params[3].partition('!')[0])}"
    if len(params) > 4 and _number(params[4]):
        text += f", since {moment(_number(params[4]))}"
    if len(params) > 5:  # gchat-server: until when, and why
        text += f", {sanitise(params[5])}"
    network.answers.masks += 1
    turn.answer(turn.place_for(network, params[1]), text)


def _end_of_masks(turn: Turn, network: Network, message: Message) -> None:
    count, network.answers.masks = network.answers.masks, 0
    if not count and len(message.params) > 1:
        what = _MASK_LIST_ENDS[message.command]
        place = turn.place_for(network, message.params[1])
        turn.answer(place, f"There are no {what} in {_param(message, 1)}")


def _inviting(turn: Turn, network: Network, message: Message) -> None:
    place = turn.place_for(network, _param(message, 2))
    turn.answer(place, f"{_param(message, 1)} is invited to {_param(message, 2)}")


def _silent(turn: Turn, network: Network, message: Message) -> None:
    """The end of something that needs no end."""


HANDLERS = {
    n.RPL_WHOISUSER.number: _whois_user,
    n.RPL_WHOWASUSER.number: _whois_user,
    n.RPL_WHOISSERVER.number: _whois_server,
    n.RPL_WHOISCHANNELS.number: _whois_channels,
    n.RPL_WHOISIDLE.number: _whois_idle,
    n.RPL_WHOISACCOUNT.number: _whois_account,
    n.RPL_WHOISACTUALLY.number: _whois_actually,
    n.RPL_WHOISOPERATOR.number: _whois_says,
    n.RPL_WHOISREGNICK.number: _whois_says,
    n.RPL_WHOISSPECIAL.number: _whois_says,
    n.RPL_WHOISHOST.number: _whois_says,
    n.RPL_WHOISMODES.number: _whois_says,
    n.RPL_WHOISSECURE.number: _whois_says,
    n.RPL_WHOISCERTFP.number: _whois_says,
    n.RPL_WHOISBOT.number: _whois_says,
    n.RPL_AWAY.number: _away_message,
    n.RPL_ENDOFWHOIS.number: _silent,
    n.RPL_ENDOFWHOWAS.number: _silent,
    n.RPL_WHOREPLY.number: _who,
    n.RPL_ENDOFWHO.number: _end_of_who,
    n.RPL_LISTSTART.number: _silent,
    n.RPL_LIST.number: _list,
    n.RPL_LISTEND.number: _end_of_list,
    n.RPL_INVITING.number: _inviting,
    **dict.fromkeys(_MASK_LISTS, _mask_row),
    **dict.fromkeys(_MASK_LIST_ENDS, _end_of_masks),
}
