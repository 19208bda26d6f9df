"""How irctest (https://github.com/progval/irctest) starts and configures gchat-server.

irctest imports this file by name: see ``run`` beside it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from irctest.basecontrollers import BaseServerController, DirectoryBasedController
from irctest.patma import ANYSTR, StrRe
from irctest.runner import NotImplementedByController
from irctest.specifications import Capabilities, OptionalBehaviors

from gchat.server.passwords import hash_password

CHECKOUT = Path(__file__).resolve().parents[2]

CONFIG = """
listen = [{listeners}]

[server]
name = "My.Little.Server"
network = "gchat"
description = "test server"
motd = "Welcome to the conformance tests."
password = "{password}"
admin_location = "Testing"
admin_email = "admin@example.org"

[tls]
cert = "{cert}"
key = "{key}"

[tutorial]
enabled = false

[operators.operuser]
password = "{oper}"

[gateways.local]
hosts = ["127.0.0.1"]
proxy = "{proxy}"
"""

_OPER = hash_password("operpassword")


class GchatController(BaseServerController, DirectoryBasedController):
    """gchat-server in a folder of its own."""

    software_name = "gchat"
    _port_wait_interval = 0.02
    supported_sasl_mechanisms: set[str] = set()
    supports_sts = False
    extban_mute_char = "m"

    capabilities = frozenset(
        (
            Capabilities.ACCOUNT_NOTIFY,
            Capabilities.ACCOUNT_TAG,
            Capabilities.AWAY_NOTIFY,
            Capabilities.BATCH,
            Capabilities.ECHO_MESSAGE,
            Capabilities.EXTENDED_JOIN,
            Capabilities.EXTENDED_MONITOR,
            Capabilities.LABELED_RESPONSE,
            Capabilities.MESSAGE_TAGS,
            Capabilities.MULTI_PREFIX,
            Capabilities.SERVER_TIME,
            Capabilities.SETNAME,
        )
    )
    optional_behaviors = frozenset(
        (
            OptionalBehaviors.BAN_EXCEPTION_MODE,
            OptionalBehaviors.CAP_REQ_MINUS,
            OptionalBehaviors.ELIST_C,
            OptionalBehaviors.ELIST_M,
            OptionalBehaviors.ELIST_N,
            OptionalBehaviors.ELIST_T,
            OptionalBehaviors.ELIST_U,
            OptionalBehaviors.INVITE_EXCEPTION_MODE,
            OptionalBehaviors.INVITE_LIST,
            OptionalBehaviors.INVITE_OVERRIDES_LIMIT,
            OptionalBehaviors.MULTI_JOIN,
            OptionalBehaviors.MULTI_KICK,
            OptionalBehaviors.MULTI_PRIVMSG,
            OptionalBehaviors.NO_CTCP,
        )
    )
    isupport = {  # noqa: RUF012 - the base class declares it so
        "BOT": "B",
        "CASEMAPPING": "ascii",
        "ELIST": StrRe(".*U.*"),
        "INVEX": ANYSTR,
        "MONITOR": ANYSTR,
        "PREFIX": "(qaohv)~&@%+",
        "STATUSMSG": "~&@%+",
        "TARGMAX": ANYSTR,
        "UTF8ONLY": None,
        "WHOX": None,
    }

    def run(
        self,
        hostname: str,
        port: int,
        *,
        password: str | None,
        ssl: bool,
        run_services: bool,
        faketime: str | None,
        websocket_hostname: str | None,
        websocket_port: int | None,
    ) -> None:
        """Start a server with a configuration made for one test."""
        listeners = [f"{'tls://' if ssl else ''}{hostname}:{port}"]
        if websocket_hostname is not None:  # it would do with the other one
            listeners.append(f"{websocket_hostname}:{websocket_port}")
        if run_services:
            raise NotImplementedByController("accounts")
        self.port, self.hostname = port, hostname
        self.create_config()
        assert self.directory is not None
        cert = key = ""
        if ssl:
            self.gen_ssl()
            cert, key = str(self.pem_path), str(self.key_path)
        with self.open_file("gchat-server.toml") as file:
            file.write(
                CONFIG.format(
                    listeners=", ".join(f'"{listener}"' for listener in listeners),
                    password=hash_password(password) if password else "",
                    cert=cert,
                    key=key,
                    oper=_OPER,
                    proxy="required" if self.wants_proxy() else "optional",
                )
            )
        clock: list[str] = []
        if faketime and shutil.which("faketime"):
            clock = ["faketime", "-f", faketime]
            self.faketime_enabled = True
        config = str(self.directory / "gchat-server.toml")
        command = [sys.executable, "-m", "gchat.server", "--config", config, "--no-throttle"]
        self.proc = self.execute([*clock, *command], proc_name="gchat", cwd=CHECKOUT)


    def wants_proxy(self) -> bool:
        """Tell whether a test of Ergo's configures its listeners for the PROXY protocol and nothing else."""
        config = _Tree({"server": _Tree({"listeners": {"": None}})})
        if self.test_config.ergo_config is not None:
            self.test_config.ergo_config(config)
        return bool((config["server"]["listeners"][""] or {}).get("proxy"))


class _Tree(dict[str, Any]):
    """Tables that are there as soon as they are looked at."""

    def __missing__(self, key: str) -> _Tree:
        table = self[key] = _Tree()
        return table


def get_irctest_controller_class() -> type[GchatController]:
    """What irctest looks for in a controller."""
    return GchatController
