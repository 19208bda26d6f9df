"""Long looks in slices: whoever meets many lists of masks at once keeps nobody waiting.

A mask costs a microsecond or two, up to a hundred where it is made to be slow and is new; the lists of all
the channels that one line can name have thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from gchat.server.lanes import Lane
from gchat.server.request import Request, Work
from gchat.server.world import Channel

MASKS: Final = 100  # of a slice, or those of one channel
_Item = TypeVar("_Item")


def _nothing() -> None:
    """What is done between two slices: others have their turn."""


BREATH: Final = Work(_nothing, lane=Lane.BREATH)


def slices(
    request: Request, items: Iterable[_Item], channel_of: Callable[[_Item], Channel | None]
) -> list[list[_Item]]:
    """Cut items into those that are looked at at once, by the masks of their channels; the asker pays."""
    found: list[list[_Item]] = []
    masks = MASKS
    for item in items:
        channel = channel_of(item)
        here = sum(map(len, channel.lists.values())) if channel is not None else 0
        request.effort += here
        masks += here
        if not found or masks > MASKS:
            found.append([])
            masks = here
        found[-1].append(item)
    return found
