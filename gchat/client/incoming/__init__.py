"""What comes from a server and what it does to the model, topic by topic.

    talk.py       PRIVMSG NOTICE TAGMSG            people.py   JOIN PART QUIT NICK KICK INVITE AWAY ...
    channels.py   TOPIC MODE and their numerics    answers.py  WHOIS WHO LIST bans
    corrections.py  REDACT EDIT                    history.py  what was said before
    server.py     the welcome, MOTD, ERROR, rest   errors.py   refusals as sentences

A new command is a function and its row in a topic's ``HANDLERS``.  Handlers take what they can use and
never raise on what a server leaves out.
"""

from collections.abc import Callable

from gchat.client.batches import Batch, Item
from gchat.client.connection import MOTD_PATIENCE
from gchat.client.incoming import (
    answers,
    channels,
    corrections,
    errors,
    history,
    people,
    replies,
    server,
    talk,
)
from gchat.client.incoming.clock import server_time
from gchat.client.model import Network
from gchat.client.turn import Turn
from gchat.irc.message import Message

Handler = Callable[[Turn, Network, Message], None]
HANDLERS: dict[str, Handler] = {
    **errors.HANDLERS,
    **replies.HANDLERS,
    **server.HANDLERS,
    **channels.HANDLERS,
    **people.HANDLERS,
    **answers.HANDLERS,
    **talk.HANDLERS,
    **corrections.HANDLERS,
    **history.HANDLERS,
}


def receive(turn: Turn, network: Network, data: bytes) -> None:
    """Take bytes from a network's connection."""
    session = network.session
    if session is None:
        return
    confirmed = session.confirmed
    registered = session.registered
    for item in session.receive(data, turn.now):
        if network.session is not session:  # an answer had us leave
            return
        take(turn, network, item)
    turn.when, turn.label, turn.asked_in = turn.now, "", None
    network.lag = session.lag
    if session.registered and not registered:
        network.ready_by = turn.now + MOTD_PATIENCE
    if session.confirmed != confirmed:
        network.outgoing.confirmed(session.confirmed)


def take(turn: Turn, network: Network, item: Item) -> None:
    """Do what one message, batch or bad line asks for."""
    if type(item) is Message:
        tags = item.tags
        turn.when = turn.now
        if tags:
            time = tags.get("time")
            if time is not None:
                turn.when = server_time(time) or turn.now
            label = tags.get("label")
            if label is not None:
                _labelled(turn, network, label, item)
                return
        HANDLERS.get(item.command, server.other)(turn, network, item)
    elif type(item) is Batch:
        _batch(turn, network, item)
    else:
        server.bad_line(turn, network, item)  # type: ignore[arg-type]


def _labelled(turn: Turn, network: Network, label: str, message: Message) -> None:
    """A single answer to something that was asked with a label."""
    _begin(turn, network, label)
    HANDLERS.get(message.command, server.other)(turn, network, message)
    _end(turn, network)


def _batch(turn: Turn, network: Network, batch: Batch) -> None:
    """The messages of a batch, under its label if it has one.  https://ircv3.net/specs/extensions/batch"""
    if batch.kind == "netsplit":
        people.netsplit(turn, network, batch)
        return
    if history.took(turn, network, batch):
        return
    outer = turn.label, turn.asked_in
    if batch.label:
        _begin(turn, network, batch.label)
    for item in batch.items:
        take(turn, network, item)
    if batch.label:
        _end(turn, network)
    turn.label, turn.asked_in = outer


def _begin(turn: Turn, network: Network, label: str) -> None:
    turn.label = label
    turn.asked_in = network.outgoing.asked.pop(label, None)


def _end(turn: Turn, network: Network) -> None:
    """Whatever the answer was: the server has dealt with what carried the label."""
    network.outgoing.answered(turn.label)
    turn.label, turn.asked_in = "", None
