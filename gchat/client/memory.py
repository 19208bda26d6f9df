"""What gchat remembers by itself from start to start: the nickname and the server of the first start, and the
accounts that invitations made.

What people decide belongs into ``gchat.toml``, which gchat never writes.
"""

import os
from contextlib import suppress

from gchat.paths import make_private, state_folder


def remembered() -> dict[str, str]:
    """Return what ``remember`` kept: ``{"nick": "Neural", "server": "irc://localhost"}``; empty at first.

    ``"login ircs://irc.example": "Neural #team,#ops opensesame"`` is an account, its channels, its password.
    """
    values = {}
    with suppress(OSError, UnicodeDecodeError), open(_memory(), encoding="utf-8") as source:
        for line in source:
            key, _, value = line.rstrip("\n").partition("=")
            values[key] = value
    return values


def remember(key: str, value: str) -> None:
    """Keep a value for the next start.  Where the disk is full or read-only, it is asked again."""
    values = {**remembered(), key: " ".join(value.splitlines())}
    file = _memory()
    new = f"{file}.{os.getpid()}"
    with suppress(OSError):
        make_private(os.path.dirname(file))
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # there are passwords in it
        with open(descriptor, "w", encoding="utf-8") as target:
            target.writelines(f"{name}={text}\n" for name, text in values.items())
        os.replace(new, file)


def _memory() -> str:
    return os.path.join(state_folder(), "remembered")
