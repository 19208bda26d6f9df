"""Lines of ours that leaving would lose are told of: before, where one can be asked, else afterwards.

``/quit`` and ``/close`` say once what is not sent yet, and the same command again leaves without it.  A
signal asks nobody: what was not sent is printed when the terminal is back.
"""

from collections.abc import Iterable

from gchat.client.line import LineKind
from gchat.client.model import Model, Network
from gchat.client.outgoing import Sent
from gchat.client.text import sanitise
from gchat.client.turn import Turn
from gchat.client.words import listing, plural

_MOST_PRINTED = 200  # lines to one place, as many as one paste sends


def nothing_lost(turn: Turn, command: str, lines: Iterable[Sent]) -> bool:
    """Tell whether a command may leave lines behind: there are none, or it was told of all of them before."""
    left = list(lines)
    serials = frozenset(sent.line.serial for sent in left)
    told_as, told = turn.model.told
    if not left or (told_as == command and serials <= told):
        return True
    turn.model.told = command, serials
    buffer = turn.model.current
    if buffer is not None:
        places = listing(list(dict.fromkeys(_place(turn.model, sent) for sent in left)), 5)
        are, them = ("is", "it") if len(left) == 1 else ("are", "them")
        turn.complain(
            buffer,
            f"{plural(len(left), 'line')} to {places} {are} not sent yet: "
            f"/{command} again leaves without {them}.",
        )
    return False


def unsent(networks: Iterable[Network]) -> list[Sent]:
    """Return what is not known to have arrived on these networks."""
    return [sent for network in networks for sent in network.outgoing.unsent()]


def last_words(model: Model) -> tuple[str, ...]:
    """Return what to print after the end: the lines that were not sent, by where they should have gone."""
    groups: dict[str, list[str]] = {}
    for sent in unsent(model.networks):
        perhaps = "perhaps " if sent in sent.buffer.network.outgoing.waiting else ""
        said = "/me " + sent.line.text if sent.line.kind is LineKind.ACTION else sent.line.text
        groups.setdefault(f"{perhaps}not sent to {_place(model, sent)}", []).append(said)
    words: list[str] = []
    for heading, said_there in groups.items():
        words.append(f"gchat: {plural(len(said_there), 'line')} {heading}:")
        words += ["  " + said for said in said_there[:_MOST_PRINTED]]
        if len(said_there) > _MOST_PRINTED:
            words.append(f"  ... and {len(said_there) - _MOST_PRINTED} more")
    return tuple(words)


def _place(model: Model, sent: Sent) -> str:
    """Name where a line should go; the network, too, where there are several."""
    where = sanitise(sent.target)
    return where if len(model.networks) == 1 else f"{where} on {sent.buffer.network.name}"
