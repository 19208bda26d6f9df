"""Tab: completing nicks, channels, commands and what commands take.

Pure: ``Completion.begin`` looks at the text before the cursor and finds what could stand there, ``step``
gives the line with the next candidate in place.  It lives as long as Tab is pressed again; any other key
ends it.

What could stand there comes in ``Sources``; a new kind of argument is a row in ``_of_kind``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

_CHANNEL_SIGNS = "#&+!"


class Sources(NamedTuple):
    """What there is to choose from, best first.

    ``commands`` gives for each command (without its slash) the kinds of its arguments: ``"nick"``,
    ``"channel"``, ``"target"`` (either), ``"command"``, ``"server"``, ``"text"``; the last kind holds for
    all further arguments. ``topic`` is offered for an empty argument of kind ``"topic"``.
    """

    nicks: Sequence[str] = ()
    channels: Sequence[str] = ()
    commands: Mapping[str, Sequence[str]] = {}
    servers: Sequence[str] = ()
    topic: str = ""
    suffix: str = ":"  # what follows a nick at the start of a line
    fold: Callable[[str], str] = str.lower


class Completion(NamedTuple):
    """A word being completed: the line around it and the candidates for its place."""

    before: str
    after: str
    candidates: tuple[str, ...]  # whole replacements, their trailing space included
    at: int = -1

    @classmethod
    def begin(cls, text: str, cursor: int, sources: Sources) -> "Completion | None":
        """Find what could stand at the cursor; None where there is nothing."""
        start = max(text.rfind(" ", 0, cursor), text.rfind("\n", 0, cursor)) + 1
        word = text[start:cursor]
        found = list(_candidates(text[:start], word, sources))
        if not found:
            return None
        rest = text[cursor:]
        if rest.startswith(" "):  # the candidate brings its own space
            rest = rest[1:]
        return cls(text[:start], rest, tuple(dict.fromkeys(found)))

    def step(self, by: int = 1) -> tuple["Completion", str, int]:
        """Go to the next candidate (by -1: the one before); give what to keep, the text, the cursor."""
        first = self.at < 0 and by < 0  # backwards from the start: the last one
        index = (0 if first else self.at) + by
        index %= len(self.candidates)
        here = self.before + self.candidates[index]
        return self._replace(at=index), here + self.after, len(here)


def _candidates(before: str, word: str, sources: Sources) -> Iterable[str]:
    """Give whole replacements for a word, by what stands before it on the line."""
    line = before.rpartition("\n")[2]
    if not line and word.startswith("/") and not word.startswith("//"):
        return (f"/{name} " for name in sorted(sources.commands) if name.startswith(word[1:].lower()))
    if line.startswith("/") and not line.startswith(("//", "/ ")):
        name, *arguments = line[1:].split()
        kinds = sources.commands.get(name.lower(), ("text",)) or ("text",)
        return _of_kind(kinds[min(len(arguments), len(kinds) - 1)], word, sources)
    if word[:1] and word[0] in _CHANNEL_SIGNS:
        return (name + " " for name in _starting(word, sources.channels, sources))
    ending = sources.suffix + " " if not line else " "
    return (nick + ending for nick in _nicks(word, sources))


def _of_kind(kind: str, word: str, sources: Sources) -> Iterable[str]:
    """Give the candidates for one argument of a command."""
    if kind == "topic":
        return [sources.topic] if sources.topic and not word else []
    if kind == "channel":
        found = [*_starting(word, sources.channels, sources)]
    elif kind == "command":
        found = [name for name in sorted(sources.commands) if name.startswith(word.lower().lstrip("/"))]
    elif kind == "server":
        found = [*_starting(word, sources.servers, sources)]
    elif word[:1] and word[0] in _CHANNEL_SIGNS:
        found = [*_starting(word, sources.channels, sources)]
    elif kind in ("nick", "target", "text"):
        found = [*_nicks(word, sources)]
    else:
        found = []
    return [name + " " for name in found]


def _nicks(word: str, sources: Sources) -> Iterable[str]:
    """Give the nicks that begin with a word; ``@`` before it is how other chats write a nick."""
    return _starting(word.removeprefix("@") if len(word) > 1 else word, sources.nicks, sources)


def _starting(word: str, names: Sequence[str], sources: Sources) -> Iterable[str]:
    """Give the names that begin with a word, then those that do after their sign (gev for #gevent)."""
    folded = sources.fold(word)
    yield from (name for name in names if sources.fold(name).startswith(folded))
    if word and word[0] not in _CHANNEL_SIGNS:
        yield from (
            n for n in names if n[:1] in _CHANNEL_SIGNS and sources.fold(n.lstrip("#&+!")).startswith(folded)
        )
