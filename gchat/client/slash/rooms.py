"""Commands about channels: going in and out, what they are called, who may do what in them."""

from collections.abc import Callable, Mapping

from gchat.client.model import Buffer, BufferKind, Network
from gchat.client.slash import WrongUse
from gchat.client.turn import Turn
from gchat.irc.message import NO_TAGS


def ask(turn: Turn, buffer: Buffer, command: str, *params: str, tags: Mapping[str, str] = NO_TAGS) -> None:
    """Send a command whose answer belongs where it was typed."""
    network = buffer.network
    network.answers.asked_in = buffer
    if network.session is not None:
        network.outgoing.ask(network.session.ask(command, *params, tags=tags), buffer)


def channel_name(network: Network, name: str) -> str:
    """Return a channel's name with the sign that was not typed."""
    types = network.isupport.chantypes
    return name if name[:1] in types or not types else types[0] + name


def _is_channel(network: Network, word: str) -> bool:
    """Tell whether a word names a channel; where '+' may begin one, "+m" is a mode unless we are there."""
    if word.startswith("+"):
        return network.fold(word) in network.buffers
    return network.isupport.is_channel(word)


def channel_of(buffer: Buffer, rest: str) -> tuple[str, str]:
    """Split an optional channel from what follows: the one named first, else the one being looked at."""
    word, _, after = rest.partition(" ")
    if _is_channel(buffer.network, word):
        return word, after.strip()
    if buffer.kind is not BufferKind.CHANNEL:
        raise WrongUse("This is no channel, so name one.")
    return buffer.target, rest


def join(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/join #team[,#ops] [key[,key]]"""
    words = rest.split()
    network = buffer.network
    if not words:
        if buffer.kind is not BufferKind.CHANNEL:
            raise WrongUse
        words = [buffer.target]
    names = [channel_name(network, name) for name in words[0].split(",") if name]
    keys = words[1].split(",") if len(words) > 1 else []
    if not names:
        raise WrongUse
    for index, name in enumerate(names):
        folded = network.fold(name)
        known = network.buffers.get(folded)
        key = keys[index] if index < len(keys) else network.autojoin.get(folded, ("", ""))[1]
        if known is not None and known.joined:
            turn.model.show(known)
            continue
        network.show_on_join.add(folded)
        network.autojoin[folded] = (name, key)
        ask(turn, buffer, "JOIN", name, *([key] if key else []))


def part(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/part [#team] [reason]"""
    name, reason = channel_of(buffer, rest)
    reason = reason or turn.model.settings.part_reason
    buffer.network.autojoin.pop(buffer.network.fold(name), None)
    ask(turn, buffer, "PART", name, *([reason] if reason else []))


def topic(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/topic [#team] [text | -delete]"""
    name, text = channel_of(buffer, rest)
    if not text:
        ask(turn, buffer, "TOPIC", name)
    else:
        ask(turn, buffer, "TOPIC", name, "" if text == "-delete" else text)


def rename(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/rename #name [reason]"""
    name, _, reason = rest.partition(" ")
    if not name or buffer.kind is not BufferKind.CHANNEL:
        raise WrongUse
    reason = reason.strip()
    new = channel_name(buffer.network, name)
    ask(turn, buffer, "RENAME", buffer.target, new, *([reason] if reason else []))


def names(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/names [#team]"""
    name, _ = channel_of(buffer, rest)
    buffer.network.answers.names.setdefault(buffer.network.fold(name), [])
    ask(turn, buffer, "NAMES", name)


def list_channels(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/list [what the server's ELIST takes]"""
    buffer.network.answers.listed.clear()
    ask(turn, buffer, "LIST", *rest.split()[:1])


def invite(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/invite nick [#team]"""
    words = rest.split()
    if not words:
        raise WrongUse
    name, _ = channel_of(buffer, words[1] if len(words) > 1 else "")
    ask(turn, buffer, "INVITE", words[0], name)


def kick(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/kick [#team] nick [reason]"""
    name, after = channel_of(buffer, rest)
    nick, _, reason = after.partition(" ")
    if not nick:
        raise WrongUse
    ask(turn, buffer, "KICK", name, nick, *([reason.strip()] if reason.strip() else []))


def mode(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/mode [#team | nick] [modes and what they take]"""
    words = rest.split()
    network = buffer.network
    own = network.fold(network.nick)
    if words and (_is_channel(network, words[0]) or network.fold(words[0]) == own):
        ask(turn, buffer, "MODE", *words)
    else:
        ask(turn, buffer, "MODE", channel_of(buffer, "")[0], *words)


# --- roles: several nicks in as few lines as the server allows -----------------------------------


def change_modes(turn: Turn, buffer: Buffer, name: str, sign: str, letter: str, params: list[str]) -> None:
    """Set (+) or unset (-) a mode with each of these parameters."""
    most = max(1, min(buffer.network.isupport.modes_per_line, 12))
    for start in range(0, len(params), most):
        chosen = params[start : start + most]
        ask(turn, buffer, "MODE", name, sign + letter * len(chosen), *chosen)


def role(sign: str, letter: str) -> Callable[[Turn, Buffer, str], None]:
    """Make the command that gives (+) or takes (-) a role."""

    def run(turn: Turn, buffer: Buffer, rest: str) -> None:
        name, after = channel_of(buffer, rest)
        nicks = after.replace(",", " ").split()
        if not nicks:
            raise WrongUse
        if letter not in buffer.network.isupport.mode_types.prefixes:
            raise WrongUse("This server does not have that role.")
        change_modes(turn, buffer, name, sign, letter, nicks)

    return run
