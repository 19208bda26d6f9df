"""The moderation log in words, one line an entry, for MODLOG and for ``gchat-server modlog``."""

from __future__ import annotations

from typing import Final

from gchat.server.harmless import harmless
from gchat.server.stores.base import Logged, Mark
from gchat.server.timed import written

# by action: what stands between who did it and whom it was done to, and whether ``detail`` stands there
_DONE: Final = {
    "kick": "removed {whom}",
    "ban": "banned {whom} {detail}",
    "unban": "lifted the ban of {whom}",
    "mute": "muted {whom} {detail}",
    "unmute": "lifted the mute of {whom}",
    "role": "set {detail}: {whom}",
    "mode": "set {detail}",
    "redact": "deleted a message of {whom} ({detail})",
    "purge": "deleted {detail} of {whom}",
    "rename": "renamed the channel: {detail}",
    "register": "registered the channel",
    "drop": "gave up the channel's registration",
    "founder": "made {whom} the founder",
    "successor": "made {whom} the successor",
    "invitation": "let {whom} in by the invitation {detail}",
    "access": "gave {whom} a role that lasts: {detail}",
    "unaccess": "took the role that lasted from {whom}",
}
_ERASED: Final = "(erased)"


def in_words(logged: Logged) -> str:
    """``3, 2023-11-14 22:13:20 UTC: Neural (account neural) removed Nine: reason``"""
    entry = logged.entry
    mark = Mark.of(entry.id) or Mark(0)
    who = _named(entry.nick, entry.account) or _ERASED
    whom = ", ".join(_named(*pair) for pair in entry.whom) or (_ERASED if logged.erased else "nobody")
    known = _DONE.get(entry.action, f"{entry.action}: {{whom}} {{detail}}")
    done = (
        known.format(whom=whom, detail=entry.detail or "") if _says(logged) else f"{entry.action} {_ERASED}"
    )
    reason = f": {entry.reason}" if entry.reason else ""
    when = written(mark.milliseconds // 1000)
    return harmless(f"{logged.place}, {when}: {who} {' '.join(done.split())}{reason}")


def _says(logged: Logged) -> bool:
    entry = logged.entry
    return bool(entry.whom or entry.detail or not logged.erased)


def _named(name: str, account: str) -> str:
    return name if account in ("", name) else f"{name} (account {account})"
