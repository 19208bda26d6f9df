"""An invitation that is on its way: the link was opened, the questions are asked, the server has to take it.

The link is an address with ``?invitation=TOKEN``; the questions are steps of ``overlay.Welcome``; what the
server answers comes in ``incoming/invitations.py``.  ``session.py`` shows the token before the connection is
complete, ``connection.ready`` takes it.
"""

from gchat.client import connection
from gchat.client.events import Remember
from gchat.client.model import Network
from gchat.client.overlay import Step, Welcome
from gchat.client.text import sanitise
from gchat.client.turn import Turn

NOT_ENCRYPTED = "The connection is not encrypted: give a password that you use nowhere else."


def unanswered(network: Network) -> bool:
    """Tell whether the person has to say who they are on a network that they are invited to."""
    own, invitation = network.settings, network.invitation
    if invitation is None or invitation.password:
        return False
    return not (own.sasl_user or own.tls_cert)


def question(network: Network, nick: str, known: bool) -> Welcome:
    """Return the questions: the nickname unless it is known, then the password."""
    overlay = Welcome(Step.PASSWORD if known else Step.NICK, nick)
    overlay.network = network.id
    channel = network.invitation.channel if network.invitation is not None else ""
    where = f"{channel} on {network.address.where}" if channel else network.address.where
    overlay.invited = sanitise(f"You are invited to {where}.")
    if not network.address.is_private:
        overlay.invited += " " + NOT_ENCRYPTED
    return overlay


def open_link(turn: Turn, network: Network) -> None:
    """Connect to where somebody is invited, after the questions if there are any."""
    settings = turn.model.settings
    if unanswered(network):
        nick = network.settings.nick or network.address.nick or settings.nick
        turn.model.overlay = question(network, nick, bool(nick))
    else:
        connection.connect(turn, network)


def answered(turn: Turn, network: Network, nick: str, password: str) -> None:
    """The questions are answered: connect everything that waited for that."""
    invitation = network.invitation
    if invitation is not None:
        invitation.password = password
    network.settings = network.settings._replace(nick=nick)
    network.wanted_nick = nick
    turn.model.overlay = None
    connection.connect(turn, network)
    connection.connect_waiting(turn)


def ask_again(turn: Turn, network: Network, problem: str, step: Step) -> None:
    """An answer will not do: go away from the server and ask for another one."""
    invitation = network.invitation
    if invitation is None:
        return
    invitation.password = ""
    connection.disconnect(turn, network)
    overlay = question(network, connection.nick_of(turn, network), known=True)
    overlay.step, overlay.problem = step, sanitise(problem)
    turn.model.overlay = overlay


def accepted(turn: Turn, network: Network) -> None:
    """The server took the invitation: the account is remembered for the next start."""
    invitation, own, session = network.invitation, network.settings, network.session
    if invitation is None or session is None:
        return
    network.invitation = None
    account = session.account
    password = invitation.password or own.sasl_password
    if not account or not password:
        return
    network.settings = own._replace(sasl_user=account, sasl_password=password, nick=own.nick or account)
    if not own.name:  # what stands in gchat.toml is the person's to write
        channels = dict.fromkeys([*(name for name, _ in network.autojoin.values()), invitation.channel])
        value = f"{account} {','.join(channels)} {password}"
        turn.effects.append(Remember(f"login {network.address}", value))
