"""PERSISTENCE: whether one stays without a connection, asked and answered by programs.

The draft is https://github.com/ircv3/ircv3-specifications/pull/503; NickServ's ``SET ALWAYSON`` is the same
for people.
"""

from __future__ import annotations

from gchat.server import replies
from gchat.server.events import AccountChanged
from gchat.server.request import FailError, Request

_SETTINGS: dict[str, bool | None] = {"ON": True, "OFF": False, "DEFAULT": None}


def persistence(request: Request) -> None:
    """PERSISTENCE GET, PERSISTENCE SET ON | OFF | DEFAULT"""
    account = request.world.account(request.user.account)
    if account is None:
        raise FailError("ACCOUNT_REQUIRED", text="Only who is logged in to an account can stay")
    subcommand = request.param(0).upper()
    if subcommand == "GET":
        request.send(replies.persistence(request.engine, account))
    elif subcommand == "SET":
        wanted = request.param(1).upper()
        if wanted not in _SETTINGS or len(request.params) > 2:
            raise FailError("INVALID_PARAMETERS", text="PERSISTENCE SET needs ON, OFF or DEFAULT")
        request.commit(AccountChanged(account.name, "always_on", _SETTINGS[wanted]))
    # "Implementations SHOULD ignore unrecognized subcommands, to be compatible with future extensions"
