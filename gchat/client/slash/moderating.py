"""Commands about people who disturb: bans and mutes, for ever or for a time, and their messages deleted.

    /ban Nine 1h off you go      /mute Nine 10m      /unmute Nine      /purge Nine 10m ads      /modlog

What ends by itself is TBAN's, which gchat-server and InspIRCd have; a server without it says so.
"""

from gchat.client.model import Buffer, Network
from gchat.client.slash import WrongUse
from gchat.client.slash.rooms import ask, change_modes, channel_of
from gchat.client.turn import Turn
from gchat.irc import durations
from gchat.irc.mask import complete


def ban(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/ban [#team] [nick | mask ...], /ban [#team] nick | mask time [reason]"""
    name, after = channel_of(buffer, rest)
    words = after.split()
    if not words:
        ask(turn, buffer, "MODE", name, "b")
    elif not _for_a_time(turn, buffer, name, "", after):
        change_modes(turn, buffer, name, "+", "b", _several(buffer.network, words))


def unban(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/unban [#team] nick | mask ..."""
    name, after = channel_of(buffer, rest)
    masks = [mask for word in after.split() for mask in _masks_of(buffer.network, word)]
    if not masks:
        raise WrongUse
    change_modes(turn, buffer, name, "-", "b", masks)


def mute(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/mute [#team] nick | mask ..., /mute [#team] nick | mask time [reason]"""
    name, after = channel_of(buffer, rest)
    if not after:
        raise WrongUse
    letter, kind = _muting(buffer.network)
    if not (kind and _for_a_time(turn, buffer, name, kind, after)):
        masks = [kind + mask for mask in _several(buffer.network, after.split())]
        change_modes(turn, buffer, name, "+", letter, masks)


def unmute(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/unmute [#team] nick | mask ..."""
    name, after = channel_of(buffer, rest)
    letter, kind = _muting(buffer.network)
    masks = [kind + mask for word in after.split() for mask in _masks_of(buffer.network, word)]
    if not masks:
        raise WrongUse
    change_modes(turn, buffer, name, "-", letter, masks)


def purge(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/purge [#team] nick time [reason]"""
    name, after = channel_of(buffer, rest)
    nick, time, reason = [*after.split(maxsplit=2), "", "", ""][:3]
    if not durations.parse(time):
        raise WrongUse("Say for which time, like 10m or 2h.")
    ask(turn, buffer, "PURGE", name, nick, time, *([reason] if reason else []))


def modlog(turn: Turn, buffer: Buffer, rest: str) -> None:
    """/modlog [#team] [count [before]]"""
    name, after = channel_of(buffer, rest)
    ask(turn, buffer, "MODLOG", name, *after.split()[:2])


def _for_a_time(turn: Turn, buffer: Buffer, name: str, kind: str, after: str) -> bool:
    """Ban for a time if the second word is one (no nick begins with a digit); tell whether it was."""
    word, time, reason = [*after.split(maxsplit=2), "", "", ""][:3]
    if durations.parse(time) is None:
        return False
    mask = kind + _masks_of(buffer.network, word)[0]
    ask(turn, buffer, "TBAN", name, time, mask, *([reason] if reason else []))
    return True


def _muting(network: Network) -> tuple[str, str]:
    """Return the list that mutes stand in, and what stands in front of their masks there."""
    found = network.isupport.muting
    if found is None:
        raise WrongUse("This server cannot mute somebody alone.")
    return found


def _several(network: Network, words: list[str]) -> list[str]:
    """Return a mask for each word; refuse what is a reason rather than somebody, as its place is another."""
    for word in words[1:]:
        if not _is_mask(word) and network.fold(word) not in network.users:
            raise WrongUse(f"There is no {word} here; a reason stands behind a time, and 0 is for ever.")
    return [_masks_of(network, word)[0] for word in words]


def _is_mask(word: str) -> bool:
    return any(sign in word for sign in "!@*?:$~")


def _masks_of(network: Network, word: str) -> list[str]:
    """Return the masks that a nick or a part of a mask may stand for, the best one first.

    Of a nick that is its account, which keeps out nobody else, or everybody from its host, where it is known.
    """
    if _is_mask(word):
        return [word if word[:1] in "$~" else complete(word)]
    user = network.users.get(network.fold(word))
    masks = [complete(word)]
    if user is not None and user.host:
        masks.insert(0, f"*!*@{user.host}")
    by_account = network.isupport.by_account
    if user is not None and user.account and by_account:
        masks.insert(0, by_account + user.account)
    return masks
