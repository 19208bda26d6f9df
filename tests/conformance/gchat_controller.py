"""How irctest (https://github.com/progval/irctest) starts and configures gchat-server.

irctest imports this file by name: see ``run`` beside it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

from irctest.basecontrollers import BaseServerController, DirectoryBasedController
from irctest.cases import BaseServerTestCase
from irctest.patma import ANYSTR, Operator, StrRe
from irctest.specifications import Capabilities, OptionalBehaviors

from gchat.server.passwords import hash_password

CHECKOUT = Path(__file__).resolve().parents[2]

CONFIG = """
listen = [{listeners}]

[server]
name = "My.Little.Server"
services = "{services}"
invisible = {invisible}
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

[accounts]
before_connect = {before_connect}
email = "{email}"
always_on = "{always_on}"

[store]
path = "gchat.db"

[limits]
multiline_bytes = 4096
multiline_lines = 32

[operators.operuser]
password = "{oper}"

[gateways.local]
hosts = ["127.0.0.1"]
proxy = "{proxy}"
"""

_OPER = hash_password("operpassword", b"salt")
_PATIENCE = 5.0  # seconds for a server to end
_SHORT, _LONG = 6, 300  # bytes of a password that a client may choose, and that fits a line


class GchatController(BaseServerController, DirectoryBasedController):
    """gchat-server in a folder of its own."""

    software_name = "gchat"
    _port_wait_interval = 0.02
    supported_sasl_mechanisms: ClassVar[set[str]] = {"PLAIN", "SCRAM-SHA-256"}
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
            Capabilities.MESSAGE_REDACTION,
            Capabilities.MESSAGE_TAGS,
            Capabilities.MULTILINE,
            Capabilities.MULTI_PREFIX,
            Capabilities.READ_MARKER,
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
            OptionalBehaviors.SASL_AFTER_REGISTRATION,
            OptionalBehaviors.SASL_REAUTHENTICATION,
        )
    )
    isupport: ClassVar[dict[str, str | Operator | None]] = {
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
                    password=hash_password(password, b"salt") if password else "",
                    cert=cert,
                    key=key,
                    oper=_OPER,
                    invisible=str(self.wants_invisible()).lower(),
                    services="My.Little.Services" if run_services else "",
                    proxy="required" if self.wants_proxy() else "optional",
                    always_on="on" if self.wants_always_on() else "opt-in",
                    before_connect=str(self.test_config.account_registration_before_connect).lower(),
                    email="required" if self.test_config.account_registration_requires_email else "optional",
                )
            )
        clock: list[str] = []
        if faketime and shutil.which("faketime"):
            clock = ["faketime", "-f", faketime]
            self.faketime_enabled = True
        config = str(self.directory / "gchat-server.toml")
        command = [sys.executable, "-m", "gchat.server", "--config", config, "--no-throttle"]
        self._command = [*clock, *command]
        self.proc = self.execute(self._command, proc_name="gchat", cwd=CHECKOUT)

    def kill_proc(self) -> None:
        """End the server.  Under faketime it is the child of what was started, which does not wait for it;
        and while it goes it removes files of its own from the folder that is taken away next.
        """
        group = self.proc.pid
        super().kill_proc()
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            time.sleep(self._port_wait_interval)

    def restart(self) -> None:
        """End the server and start it again on what it kept."""
        self.kill_proc()
        self.port_open = False
        self.proc = self.execute(self._command, proc_name="gchat", cwd=CHECKOUT)
        self.wait_for_port()

    def wait_for_services(self) -> None:
        """There is nothing to wait for: accounts are the server's own."""

    def registerUser(self, case: BaseServerTestCase, username: str, password: str | None = None) -> None:
        """Make an account as a client does, or as the administrator who may choose any password."""
        assert password
        if not _SHORT <= len(password.encode()) <= _LONG:
            self.wait_for_port()
            account = [sys.executable, "-m", "gchat.server", "--config", self._command[-2], "account"]
            said = f"{password}\n".encode()
            subprocess.run([*account, "add", username], input=said, check=True, cwd=CHECKOUT)
            return
        client = case.addClient(show_io=False)
        for line in ("CAP LS 302", f"NICK {username}", "USER r e g :user", "CAP END"):
            case.sendLine(client, line)
        while case.getRegistrationMessage(client).command != "001":
            pass
        case.getMessages(client)
        case.sendLine(client, f"REGISTER * * {password}")
        while (message := case.getMessage(client)).command != "REGISTER":
            pass
        assert message.params[0] == "SUCCESS", message
        case.sendLine(client, "QUIT")
        case.assertDisconnected(client)

    def wants_proxy(self) -> bool:
        """Tell whether a test of Ergo's configures its listeners for the PROXY protocol and nothing else."""
        return bool((self.ergo_config["server"]["listeners"][""] or {}).get("proxy"))

    def wants_always_on(self) -> bool:
        """Tell whether a test has users stay without a connection."""
        return self.ergo_config["accounts"]["multiclient"].get("always-on") in ("opt-out", "mandatory")

    def wants_invisible(self) -> bool:
        """Tell whether a test has users be invisible from the beginning."""
        return self.ergo_config["accounts"].get("default-user-modes") == "+i"

    @property
    def ergo_config(self) -> dict[str, Any]:
        """What a test asks of Ergo's configuration."""
        config = _Tree({"server": _Tree({"listeners": {"": None}})})
        if self.test_config.ergo_config is not None:
            self.test_config.ergo_config(config)
        return config


class _Tree(dict[str, Any]):
    """Tables that are there as soon as they are looked at."""

    def __missing__(self, key: str) -> _Tree:
        table = self[key] = _Tree()
        return table


def get_irctest_controller_class() -> type[GchatController]:
    """What irctest looks for in a controller."""
    return GchatController
