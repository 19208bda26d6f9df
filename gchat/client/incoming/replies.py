"""Standard replies that mean more than their sentence, by what they are about.

A new one is a row in ``_MEANT``.  https://ircv3.net/specs/extensions/standard-replies
"""

from collections.abc import Callable

from gchat.client.incoming import channels, history, invitations
from gchat.client.incoming.errors import standard_reply
from gchat.client.model import Network
from gchat.client.turn import Turn
from gchat.irc.message import Message

# by the reply, the command that it is about, and its code ("" for every other one)
_MEANT: dict[tuple[str, str, str], Callable[[Turn, Network, Message], None]] = {
    ("FAIL", "CHATHISTORY", ""): history.fail,
    ("FAIL", "JOIN", "CHANNEL_RENAMED"): channels.moved_on,
    ("FAIL", "REDEEM", ""): invitations.refused,
    ("NOTE", "REDEEM", ""): invitations.said,
}


def _reply(turn: Turn, network: Network, message: Message) -> None:
    if len(message.params) < 3:
        return
    about, code = message.params[0].upper(), message.params[1]
    command = message.command
    meant = _MEANT.get((command, about, code)) or _MEANT.get((command, about, "")) or standard_reply
    meant(turn, network, message)


HANDLERS = {"FAIL": _reply, "WARN": _reply, "NOTE": _reply}
