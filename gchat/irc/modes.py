"""Mode strings: ``+o-v Neural Nine`` to changes and back.

Which modes have a parameter is the server's own matter and stands in ISUPPORT (CHANMODES and PREFIX); both
sides pass it in as ``ModeTypes``.  https://modern.ircdocs.horse/#mode-message,
https://modern.ircdocs.horse/#chanmodes-parameter
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple


class ModeTypes(NamedTuple):
    """The letters by what they do with a parameter."""

    lists: str = ""  # A: add to and remove from a list; without a parameter they ask for the list
    always: str = ""  # B: with a parameter when set and when unset
    on_set: str = ""  # C: with a parameter when set
    flags: str = ""  # D: never
    prefixes: str = ""  # the roles, highest first; with a nick
    symbols: str = ""  # their symbols, in the same order


# What a server that says nothing has: RFC 1459's channels.
RFC1459: Final = ModeTypes("b", "k", "l", "imnpst", "ov", "@+")


class ModeChange(NamedTuple):
    """One letter set or unset, with its parameter if it has one."""

    add: bool
    letter: str
    param: str | None = None


class ModeParse(NamedTuple):
    """What a mode string says: the changes in their order; letters without a type; letters without
    parameter."""

    changes: tuple[ModeChange, ...]
    unknown: str = ""
    missing: str = ""


def parse_modes(args: Sequence[str], types: ModeTypes) -> ModeParse:
    """Read a mode string and its parameters (what stands after the target).  Never raises.

    Letters before any sign are set.  A list's letter without a parameter is a query: ``ModeChange(True,
    "b")``.  To unset a letter of ``always`` (a key) without its parameter is let through as many servers let
    it, ``ModeChange(False, "k")``.  Parameters that no letter takes are ignored.
    """
    if not args:
        return ModeParse(())
    params = iter(args[1:])
    changes: list[ModeChange] = []
    unknown: dict[str, None] = {}
    missing: dict[str, None] = {}
    add = True
    for letter in args[0]:
        if letter in "+-":
            add = letter == "+"
        elif letter in types.flags or (not add and letter in types.on_set):
            changes.append(ModeChange(add, letter))
        elif letter in types.lists:
            param = next(params, None)
            changes.append(ModeChange(add or param is None, letter, param))
        elif letter in types.prefixes or letter in types.always or letter in types.on_set:
            param = next(params, None)
            if param is not None or (not add and letter in types.always):
                changes.append(ModeChange(add, letter, param))
            else:
                missing[letter] = None
        else:
            unknown[letter] = None
    return ModeParse(tuple(changes), "".join(unknown), "".join(missing))


def format_modes(changes: Iterable[ModeChange]) -> tuple[str, ...]:
    """Write changes as the parameters of a MODE: ``("+o-v", "Neural", "Nine")``, or ``()`` for none."""
    letters: list[str] = []
    params: list[str] = []
    sign = ""
    for change in changes:
        wanted = "+" if change.add else "-"
        if wanted != sign:
            letters.append(wanted)
            sign = wanted
        letters.append(change.letter)
        if change.param is not None:
            params.append(change.param)
    return ("".join(letters), *params) if letters else ()
