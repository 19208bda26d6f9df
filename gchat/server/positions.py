"""How far each device of an account has seen each channel: where its replay begins when it comes back.

A device is the label that it logged in with, or else ``~`` and the user name that its client gave.  A mark is
the last that it was shown of a channel, ``None`` while it sits there and sees all; the empty channel name
stands for all direct messages.  What is written while a device is there says so, so that after a crash it is
taken to have seen what there was: nothing is shown before it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gchat.server.seats import read
from gchat.server.stores.base import Document, Mark

KIND = "position"  # of the documents
DIRECT = ""  # in the place of a channel
PLACES = 300  # channels that are remembered of a device
DEVICES = 32  # that are remembered of an account

Places = dict[str, Mark | None]


class Positions:
    """By the folded name of the account, then by device, then by the folded name of the channel."""

    def __init__(self) -> None:
        self._devices: dict[str, dict[str, Places]] = {}

    def knows(self, account: str, device: str, place: str) -> bool:
        """True where the device has been there before."""
        return place in self._devices.get(account, {}).get(device, {})

    def get(self, account: str, device: str, place: str) -> Mark | None:
        """The last that a device saw of a channel; None where it is there now, or never was."""
        return self._devices.get(account, {}).get(device, {}).get(place)

    def put(self, account: str, device: str, place: str, mark: Mark | None) -> list[Document]:
        """A device has seen a channel up to a mark; None: it is there.  Return what has to be kept."""
        places = self._places(account, device)
        places.pop(place, None)
        places[place] = mark
        if len(places) > PLACES:
            del places[next(iter(places))]
        return self._documents(account, device)

    def gone(self, account: str, device: str, where: Iterable[str], mark: Mark) -> list[Document]:
        """A device is away, having seen these channels up to a mark; return what has to be kept."""
        places = self._places(account, device)
        for place in where:
            places[place] = max(mark, places.get(place) or mark)
        return self._documents(account, device)

    def forget(self, account: str) -> list[Document]:
        """The account is gone; return what has to be kept."""
        return [Document(KIND, f"{account} {device}", None) for device in self._devices.pop(account, {})]

    def rename(self, channel: str, to: str) -> list[Document]:
        """A channel has another (folded) name; return what has to be kept."""
        changed: list[Document] = []
        for account, devices in self._devices.items():
            for device, places in list(devices.items()):
                places.pop(to, None)
                if channel in places:
                    places[to] = places.pop(channel)
                    changed += self._documents(account, device)
        return changed

    def _places(self, account: str, device: str) -> Places:
        devices = self._devices.setdefault(account, {})
        places = devices.pop(device, {})
        devices[device] = places  # the device that was away longest is the first to be forgotten
        return places

    def _documents(self, account: str, device: str) -> list[Document]:
        devices = self._devices[account]
        changed = []
        if len(devices) > DEVICES:
            oldest = next(iter(devices))
            del devices[oldest]
            changed.append(Document(KIND, f"{account} {oldest}", None))
        seen = {place: "" if mark is None else str(mark) for place, mark in devices[device].items()}
        return [*changed, Document(KIND, f"{account} {device}", {"seen": seen})]

    def load(self, key: str, body: Mapping[str, Any], now: Mark) -> None:
        """Read a document; where a device was when the server ended, it has seen all there was.

        Raises KeyError and ValueError for what is none.
        """
        account, _, device = key.partition(" ")
        seen: Places = {place: read(mark) if mark else now for place, mark in body["seen"].items()}
        self._devices.setdefault(account, {})[device] = seen
