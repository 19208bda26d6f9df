"""What gchat remembers by itself from start to start: the nickname and the server of the first start.

What people decide belongs into ``gchat.toml``, which gchat never writes.
"""

import os
from contextlib import suppress

from gchat.paths import make_private, state_folder


def remembered() -> dict[str, str]:
    """Return what ``remember`` kept: ``{"nick": "Neural", "server": "irc://localhost"}``; empty at first."""
    values = {}
    with suppress(OSError, UnicodeDecodeError), open(_memory(), encoding="utf-8") as source:
        for line in source:
            key, _, value = line.rstrip("\n").partition("=")
            values[key] = value
    return values


def remember(key: str, value: str) -> None:
    """Keep a value for the next start.  Where the disk is full or read-only, it is asked again."""
    values = {**remembered(), key: " ".join(value.split())}
    file = _memory()
    new = f"{file}.{os.getpid()}"
    with suppress(OSError):
        make_private(os.path.dirname(file))
        with open(new, "w", encoding="utf-8") as target:
            target.writelines(f"{name}={text}\n" for name, text in values.items())
        os.replace(new, file)


def _memory() -> str:
    return os.path.join(state_folder(), "remembered")
