"""What a server says to REDEEM, the command that takes an invitation."""

from gchat.client import connection, invited
from gchat.client.incoming.errors import standard_reply
from gchat.client.model import Network
from gchat.client.overlay import Step
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.irc.message import Message

# What another answer to the questions puts right, and which of them that is.
_AGAIN = {
    "WRONG_PASSWORD": Step.PASSWORD,
    "WEAK_PASSWORD": Step.PASSWORD,
    "UNACCEPTABLE_PASSWORD": Step.PASSWORD,
    "ACCOUNT_EXISTS": Step.NICK,
    "BAD_ACCOUNT_NAME": Step.NICK,
    "NEED_NICK": Step.NICK,
}


def _sentence(message: Message) -> str:
    text = sanitise(message.params[-1])
    return text if text.endswith((".", "?", "!")) else f"{text}."


def said(turn: Turn, network: Network, message: Message) -> None:
    """NOTE REDEEM"""
    if message.params[1] == "SHOWN":
        return  # it was only shown, and will be taken
    if message.params[1] == "ACCEPTED":
        invited.accepted(turn, network)
    standard_reply(turn, network, message)


def refused(turn: Turn, network: Network, message: Message) -> None:
    """FAIL REDEEM"""
    code, session = message.params[1], network.session
    if network.invitation is None or session is None:
        standard_reply(turn, network, message)
    elif code == "COMPLETE_CONNECTION_REQUIRED" and network.is_registering:
        return  # it will be taken afterwards
    elif code in _AGAIN and network.invitation.password:
        invited.ask_again(turn, network, _sentence(message), _AGAIN[code])
    else:
        network.invitation = None
        turn.complain(network.server_buffer, _sentence(message))
        if network.is_registering:  # there is nothing else that we came for
            connection.disconnect(turn, network)
