"""The people a network's channels hold: ``Network.users`` and the members of its buffers, kept in step."""

from gchat.client.model import Buffer, Network, User
from gchat.client.text import sanitise
from gchat.irc.message import Source


def user_of(network: Network, source: str) -> User:
    """Return the record of somebody, made or brought up to date from a message's source."""
    nick, name, host = Source.parse(source)
    folded = network.fold(nick)
    user = network.users.get(folded)
    if user is None:
        user = network.users[folded] = User(sanitise(nick))
    if name:
        user.username = sanitise(name)
    if host:
        user.host = sanitise(host)
    return user


def forget_if_gone(network: Network, folded: str) -> None:
    """Drop the record of somebody who is in none of our channels any more."""
    if not any(folded in buffer.members for buffer in network.buffers.values()):
        network.users.pop(folded, None)


def leave(network: Network, buffer: Buffer) -> None:
    """Note that we are no longer in a channel."""
    buffer.joined = False
    gone = set(buffer.members)
    buffer.members.clear()
    buffer.typing.clear()
    buffer.listing = None
    buffer.roster_version += 1
    for other in network.buffers.values():  # name by name it took seconds in many channels
        if len(other.members) < len(gone):
            gone.difference_update(other.members)
        else:
            gone = {folded for folded in gone if folded not in other.members}
    for folded in gone:
        network.users.pop(folded, None)


def roster_changed(network: Network, folded: str) -> None:
    """Have the nick lists drawn again that show this nick."""
    for buffer in network.buffers.values():
        if folded in buffer.members:
            buffer.roster_version += 1
