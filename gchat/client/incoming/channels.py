"""What a channel is: TOPIC and MODE, and the numerics that tell of names, topics, modes and lists.

To word a mode: its letter in ``_ROLES`` or ``_MODES``.
"""

from gchat.client.incoming.people import MOST_MEMBERS, names_done, rename
from gchat.client.model import Buffer, BufferKind, Member, Network
from gchat.client.roster import roster_changed, user_of
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.client.words import listing, moment
from gchat.irc import numerics as n
from gchat.irc.message import Message
from gchat.irc.modes import ModeChange, ModeTypes, parse_modes

# letter -> what is said when it is given, and when it is taken
_ROLES = {
    "q": ("made {0} the founder", "took the founder's role from {0}"),
    "a": ("made {0} an admin", "took the admin's role from {0}"),
    "o": ("made {0} an operator", "took the operator's role from {0}"),
    "h": ("made {0} a half-operator", "took the half-operator's role from {0}"),
    "v": ("gave {0} voice", "took voice from {0}"),
}
_MODES = {
    "b": ("banned {0}", "lifted the ban on {0}"),
    "e": ("excepted {0} from bans", "ended the exception of {0} from bans"),
    "I": ("lets {0} in without an invitation", "no longer lets {0} in without an invitation"),
    "k": ("set the key {0}", "removed the key"),
    "l": ("limited the channel to {0} people", "removed the limit of people"),
    "i": ("made the channel invite-only", "opened the channel to all"),
    "m": ("lets only people with voice speak", "lets everybody speak"),
    "W": ("lets people say one thing in {0} seconds", "lets people speak as fast as they like"),
    "n": ("lets only members speak", "lets people outside speak"),
    "s": ("made the channel secret", "made the channel public"),
    "t": ("lets only operators set the topic", "lets everybody set the topic"),
    "C": ("forbids CTCP", "allows CTCP"),
    "M": ("lets only people with an account speak", "lets people without an account speak"),
    "R": ("lets only people with an account in", "lets people without an account in"),
    "r": ("registered the channel", "ended the channel's registration"),
}
_MUTED = ("muted {0}", "lifted the mute on {0}")
_MOST_LETTERS = 64  # modes remembered of one channel
_MOST_LISTINGS = 100  # of channels we are not in, at a time


def _topic(turn: Turn, network: Network, message: Message) -> None:
    buffer = network.buffers.get(network.fold(message.params[0])) if message.params else None
    if buffer is None:
        return
    buffer.topic = sanitise(message.params[1]) if len(message.params) > 1 else ""
    buffer.topic_setter = sanitise(message.source.partition("!")[0])
    buffer.topic_time = turn.when
    said = f"set the topic: {buffer.topic}" if buffer.topic else "removed the topic"
    turn.event(buffer, f"{buffer.topic_setter} {said}")


def _topic_is(turn: Turn, network: Network, message: Message) -> None:
    """332 on joining, or when somebody asked."""
    if len(message.params) < 3:
        return
    topic = sanitise(message.params[2])
    buffer = network.buffers.get(network.fold(message.params[1]))
    if buffer is not None:
        buffer.topic = topic
        turn.add_server_word(buffer, f"The topic is: {topic}")
    else:
        turn.answer(turn.place(network), f"The topic of {sanitise(message.params[1])} is: {topic}")


def _topic_set_by(turn: Turn, network: Network, message: Message) -> None:
    buffer = network.buffers.get(network.fold(message.params[1])) if len(message.params) > 3 else None
    if buffer is not None:
        buffer.topic_setter = sanitise(message.params[2].partition("!")[0])
        seconds = message.params[3]
        buffer.topic_time = float(seconds) if seconds.isascii() and seconds.isdecimal() else 0.0
        told = f"{buffer.topic_setter} set it on {moment(buffer.topic_time)}"
        turn.add_server_word(buffer, told if buffer.topic_time else f"{buffer.topic_setter} set it")


def _no_topic(turn: Turn, network: Network, message: Message) -> None:
    name = message.params[1] if len(message.params) > 1 else ""
    buffer = network.buffers.get(network.fold(name))
    if buffer is not None:
        buffer.topic = ""
    turn.answer(buffer or turn.place(network), f"{sanitise(name)} has no topic")


def _rename(turn: Turn, network: Network, message: Message) -> None:
    """https://ircv3.net/specs/extensions/channel-rename"""
    if len(message.params) < 2:
        return
    old, new = message.params[:2]
    buffer = network.buffers.get(network.fold(old))
    if buffer is None or not buffer.joined or not moved(turn, network, old, new):
        return
    who = sanitise(message.source.partition("!")[0])
    reason = sanitise(message.params[2]) if len(message.params) > 2 else ""
    because = f" ({reason})" if reason else ""
    turn.event(buffer, f"{who} renamed {sanitise(old)} to {buffer.name}{because}")


def moved_on(turn: Turn, network: Network, message: Message) -> None:
    """FAIL JOIN CHANNEL_RENAMED: what we want to be in was renamed while we were not there."""
    if len(message.params) < 5:
        return
    old, new = message.params[2:4]
    wanted = network.fold(old) in network.autojoin or network.fold(old) in network.show_on_join
    if network.session is None or not wanted or not moved(turn, network, old, new):
        return
    name, key = network.autojoin.get(network.fold(new), (new, ""))
    network.session.send("JOIN", name, *([key] if key else []))
    turn.tell(network.buffers.get(network.fold(new)) or turn.place(network), sanitise(message.params[-1]))


def moved(turn: Turn, network: Network, old: str, new: str) -> bool:
    """Have a channel be called otherwise: its buffer with its lines, and what we want of it.

    False where we are in another channel of the new name.
    """
    key, new_key = network.fold(old), network.fold(new)
    buffer, other = network.buffers.get(key), network.buffers.get(new_key)
    if other is not None and other is not buffer:
        if other.joined or other.kind is not BufferKind.CHANNEL:
            return False
        if buffer is not None:
            # what is left of another channel of that name; what was not sent there is kept
            kept = network.outgoing.unsent(other)
            for sent in kept:
                sent.buffer = buffer
            buffer.lines = sorted(
                [*buffer.lines, *(sent.line for sent in kept)], key=lambda line: line.serial
            )
            turn.model.close(other)
    if buffer is not None:
        rename(buffer, new)
    if key in network.autojoin:
        network.autojoin[new_key] = (new, network.autojoin.pop(key)[1])
    if key in network.show_on_join:
        network.show_on_join.remove(key)
        network.show_on_join.add(new_key)
    return True


# --- names ---------------------------------------------------------------------------------------


def _names(turn: Turn, network: Network, message: Message) -> None:
    """353: some of a channel's members, with role symbols (all with multi-prefix) and perhaps hosts."""
    if len(message.params) < 4:
        return
    folded = network.fold(message.params[2])
    buffer = network.buffers.get(folded)
    if buffer is not None and buffer.joined:
        if buffer.listing is None:
            buffer.listing = {}
        symbols = network.isupport.mode_types.symbols
        for entry in message.params[3].split(" "):
            source = entry.lstrip(symbols)
            if source and len(buffer.listing) < MOST_MEMBERS:
                buffer.listing[source] = entry[: len(entry) - len(source)]
    asked = network.answers.names
    if folded in asked or ((buffer is None or not buffer.joined) and len(asked) < _MOST_LISTINGS):
        names = asked.setdefault(folded, [])
        if len(names) < MOST_MEMBERS:
            names += [sanitise(entry.partition("!")[0]) for entry in message.params[3].split(" ") if entry]


def _end_of_names(turn: Turn, network: Network, message: Message) -> None:
    if len(message.params) < 2:
        return
    folded = network.fold(message.params[1])
    buffer = network.buffers.get(folded)
    if buffer is not None and buffer.listing is not None:
        _seat(network, buffer, buffer.listing)
        buffer.listing = None
        names_done(turn, network, buffer)
    names = network.answers.names.pop(folded, None)
    if names is not None:
        told = listing(sorted(names, key=str.lower), 200)
        where = sanitise(message.params[1])
        turn.answer(turn.place_for(network, message.params[1]), f"In {where}: {told or 'nobody'}")


def _seat(network: Network, buffer: Buffer, listed: dict[str, str]) -> None:
    """Make the complete list the channel's members, keeping what is known of those who were there."""
    before = buffer.members
    members: dict[str, Member] = {}
    for source, prefixes in listed.items():
        user = user_of(network, source)
        folded = network.fold(source.partition("!")[0])
        member = before.get(folded) or Member(user)
        member.prefixes = prefixes
        members[folded] = member
    buffer.members = members
    buffer.roster_version += 1


# --- modes ---------------------------------------------------------------------------------------


def _mode(turn: Turn, network: Network, message: Message) -> None:
    """https://modern.ircdocs.horse/#mode-message"""
    if len(message.params) < 2:
        return
    target = message.params[0]
    who = sanitise(message.source.partition("!")[0]) or network.name
    buffer = network.buffers.get(network.fold(target))
    if buffer is None or buffer.kind is not BufferKind.CHANNEL:
        if network.fold(target) == network.fold(network.nick):
            text = sanitise(" ".join(message.params[1:]))
            turn.add_server_word(network.server_buffer, f"Your modes changed: {text}")
        return
    types = network.isupport.mode_types
    changes = parse_modes(message.params[1:], types).changes
    told = [_carry_out(network, buffer, change, types) for change in changes]
    if not told:
        told = [f"changed modes: {sanitise(' '.join(message.params[1:]))}"]
    nick = network.fold(network.nick)
    ours = any(c.letter in types.prefixes and network.fold(c.param or "") == nick for c in changes)
    turn.event(buffer, f"{who} {listing(told, 30)}", highlight=ours and who != network.nick)


def _carry_out(network: Network, buffer: Buffer, change: ModeChange, types: ModeTypes) -> str:
    """Change the model as a mode says, and say it in words."""
    param = sanitise(change.param or "")
    if change.letter in types.prefixes:
        _change_role(network, buffer, change, types)
        words = _ROLES.get(change.letter)
    else:
        if change.letter not in types.lists:
            _remember_mode(buffer, change)
            _remember_key(network, buffer)
            buffer.modes = _mode_text(buffer)
        words = _MODES.get(change.letter)
        letter, kind = network.isupport.muting or ("", "")
        if change.letter == letter and param.startswith(kind):
            words, param = _MUTED, param[len(kind) :]
    if words is None:
        sign = "+" if change.add else "-"
        return f"set mode {sign}{sanitise(change.letter)} {param}".rstrip()
    return words[not change.add].format(param)


def _change_role(network: Network, buffer: Buffer, change: ModeChange, types: ModeTypes) -> None:
    folded = network.fold(change.param or "")
    member = buffer.members.get(folded)
    if member is None:
        return
    symbol = types.symbols[types.prefixes.index(change.letter)]
    held = set(member.prefixes)
    if change.add:
        held.add(symbol)
    else:
        held.discard(symbol)
    member.prefixes = "".join(s for s in types.symbols if s in held)
    roster_changed(network, folded)


def _remember_mode(buffer: Buffer, change: ModeChange) -> None:
    if not change.add:
        buffer.mode_params.pop(change.letter, None)
    elif len(buffer.mode_params) < _MOST_LETTERS:
        buffer.mode_params[change.letter] = sanitise(change.param or "")


def _remember_key(network: Network, buffer: Buffer) -> None:
    """Know the key that a channel has now: after a lost connection it opens the channel again."""
    folded = network.fold(buffer.target)
    key = buffer.mode_params.get("k", "")
    if folded in network.autojoin and buffer.joined and key != "*":
        network.autojoin[folded] = (network.autojoin[folded][0], key)


def _mode_text(buffer: Buffer) -> str:
    """Write a channel's modes for the title: letters, then what they hold, the key left out."""
    letters = "".join(sorted(buffer.mode_params))
    shown = [value for letter, value in sorted(buffer.mode_params.items()) if value and letter != "k"]
    return sanitise(" ".join(["+" + letters, *shown])) if letters else ""


def _modes_are(turn: Turn, network: Network, message: Message) -> None:
    """324: all modes of a channel."""
    if len(message.params) < 3:
        return
    folded = network.fold(message.params[1])
    buffer = network.buffers.get(folded)
    if buffer is not None:
        buffer.mode_params.clear()
        for change in parse_modes(message.params[2:], network.isupport.mode_types).changes:
            _remember_mode(buffer, change)
        _remember_key(network, buffer)
        buffer.modes = _mode_text(buffer)
    if ("324", folded) in network.answers.quiet:
        network.answers.quiet.discard(("324", folded))
        network.answers.quiet.add(("329", folded))
        return
    text = sanitise(" ".join(message.params[2:])).strip("+ ")
    name = sanitise(message.params[1])
    told = f"The modes of {name} are +{text}" if text else f"{name} has no modes"
    turn.answer(buffer or turn.place(network), told)


def _created(turn: Turn, network: Network, message: Message) -> None:
    """329: when the channel began."""
    if len(message.params) < 3:
        return
    folded = network.fold(message.params[1])
    if ("329", folded) in network.answers.quiet:
        network.answers.quiet.discard(("329", folded))
        return
    seconds = message.params[2]
    if seconds.isascii() and seconds.isdecimal():
        told = f"{sanitise(message.params[1])} was created on {moment(float(seconds))}"
        turn.answer(turn.place_for(network, message.params[1]), told)


HANDLERS = {
    "TOPIC": _topic,
    "RENAME": _rename,
    "MODE": _mode,
    n.RPL_TOPIC.number: _topic_is,
    n.RPL_TOPICWHOTIME.number: _topic_set_by,
    n.RPL_NOTOPIC.number: _no_topic,
    n.RPL_NAMREPLY.number: _names,
    n.RPL_ENDOFNAMES.number: _end_of_names,
    n.RPL_CHANNELMODEIS.number: _modes_are,
    n.RPL_CREATIONTIME.number: _created,
}
