"""Casemapping: when two nicks or two channel names are the same.

The server folds with ``ascii``; a client folds as its server's CASEMAPPING says.
https://modern.ircdocs.horse/#casemapping-parameter
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final


def fold(text: str) -> str:
    """Fold A to Z, and nothing else (``ascii``)."""
    if text.isascii():
        return text.lower()
    # bytes.lower() knows ASCII only, which is what is wanted of the rest too.
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


_STRICT: Final = str.maketrans("[]\\", "{}|")
_RFC1459: Final = str.maketrans("[]\\~", "{}|^")


def fold_rfc1459(text: str) -> str:
    """Fold A to Z and ``[ ] \\ ~`` to ``{ } | ^``."""
    return fold(text).translate(_RFC1459)


def fold_rfc1459_strict(text: str) -> str:
    """Fold A to Z and ``[ ] \\`` to ``{ } |``."""
    return fold(text).translate(_STRICT)


FOLDERS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "ascii": fold,
        "rfc1459": fold_rfc1459,
        "rfc1459-strict": fold_rfc1459_strict,
        # The proposals based on PRECIS.  Their width mapping and normal form make no difference to names that
        # a server sent, which are in the form it made of them.
        "rfc7613": str.casefold,
        "rfc8265": str.casefold,
        "precis": str.casefold,
    }
)
DEFAULT: Final = "rfc1459"  # "If the parameter is not published by the server at all"


def folder(name: str) -> Callable[[str], str]:
    """Return the fold function of a CASEMAPPING.  An unknown one folds as ``ascii``, which all have in
    common."""
    return FOLDERS.get(name.lower(), fold)
