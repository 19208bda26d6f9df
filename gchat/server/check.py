"""``gchat-server --check``: the configuration in words, before anybody depends on it."""

from __future__ import annotations

import dataclasses
import os
import stat
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gchat.server import sts
from gchat.server.settings import Limits, Listener, Settings, in_words

if TYPE_CHECKING:
    from gchat.server.tls import Context

EXPOSED: Final = "The TLS key %s can be read by other users of this machine; chmod 600 takes it from them"


def describe(
    settings: Settings, source: str, context: Context | None, now: float, store: str
) -> Iterator[str]:
    """Say line by line what a server with these settings would do.

    ``now`` in Unix seconds; ``store`` is the database's file, empty for none.
    """
    yield f"Configuration: {source}"
    yield f"Name: {settings.server.name}, network {settings.server.network}"
    for listener in settings.listeners:
        yield f"Listens on {listener}{' on all addresses' if _is_everywhere(listener) else ''}"
    if context is not None:
        yield from _certificate(settings, context, now)
    yield from _unused_tls(settings)
    yield _store(settings, store)
    yield from _people(settings)
    yield from _limits(settings)
    for listener in settings.listeners:
        if not listener.tls and listener.is_public:
            yield (
                f"Warning: {listener} can be reached from other machines and has no TLS: "
                "what is said there, passwords too, can be read on the way"
            )


def is_exposed(file: str) -> bool:
    """True for a file that its owner's group can change, or that everybody can read."""
    try:
        mode = os.stat(file).st_mode
    except OSError:
        return False
    return sys.platform != "win32" and bool(mode & (stat.S_IRWXO | stat.S_IWGRP))


def _is_everywhere(listener: Listener) -> bool:
    return not listener.path and listener.host in ("", "0.0.0.0", "::")


def _certificate(settings: Settings, context: Context, now: float) -> Iterator[str]:
    from gchat.server import tls

    found = tls.inspect(context, settings.tls.cert)
    if found is None:
        yield f"Warning: no client will accept the certificate {settings.tls.cert}: it is not for servers"
        return
    yield f"Certificate: {settings.tls.cert} {found.describe(now)}"
    if found.expires <= now:
        yield f"Warning: the certificate {settings.tls.cert} has expired, and clients will refuse it"
    if is_exposed(settings.tls.key):
        yield f"Warning: {EXPOSED % settings.tls.key}"
    if settings.tls.client_certificates:
        yield "Clients by TLS are asked for a certificate, to log in with (SASL EXTERNAL)"
    if settings.tls.sts and sts.port(settings.listeners):
        yield f"Clients are told to come by TLS only, for {settings.tls.sts}"


def _unused_tls(settings: Settings) -> Iterator[str]:
    """What stands in [tls] without a listener that it could be for; nobody has looked into these files."""
    pair = (("certificate", settings.tls.cert), ("TLS key", settings.tls.key))
    if not any(listener.tls for listener in settings.listeners):
        for what, file in pair:
            if file:
                yield f"Warning: the {what} {file} is not used: there is no tls:// address to listen on"
    if settings.tls.sts and not sts.port(settings.listeners):
        yield "Warning: tls.sts is not announced: there is no tls:// address that other machines can reach"


def _store(settings: Settings, store: str) -> str:
    if not store:
        return "Keeps nothing: accounts and what was said are forgotten when the server ends"
    survives = "a power cut" if settings.store.durability == "full" else "a killed process"
    keep = settings.history.keep
    how_long = f"for {in_words(keep)}" if keep else "for ever"
    return f"Keeps what was said {how_long} in {store}, where it survives {survives}"


def _people(settings: Settings) -> Iterator[str]:
    server, tutorial = settings.server, settings.tutorial
    yield f"Password to come in: {'yes' if server.password else 'none'}"
    operators = ", ".join(f"{operator.name} (from {operator.host})" for operator in settings.operators)
    yield f"Operators: {operators or 'none'}"
    if settings.gateways:
        described = (f"{gateway.name} (from {', '.join(gateway.hosts)})" for gateway in settings.gateways)
        yield f"Gateways: {', '.join(described)}"
    lines = len(server.motd.rstrip("\n").split("\n")) if server.motd else 0
    yield f"Message of the day: {f'{lines} lines' if lines else 'none'}"
    if tutorial.enabled:
        after = f"{tutorial.greet_after:g} seconds"
        yield f"Silent connections are greeted after {after}, and come to {tutorial.channel}"
    else:
        yield "Silent connections are not greeted: the tutorial's clients cannot come in"


def _value(value: float | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _limits(settings: Settings) -> Iterator[str]:
    usual = Limits()
    for field in dataclasses.fields(Limits):
        value, default = getattr(settings.limits, field.name), getattr(usual, field.name)
        if value != default:
            yield f"limits.{field.name}: {_value(value)} (default {_value(default)})"
    if not settings.throttle:
        yield "Warning: no rates and no limit per address or account (--no-throttle): for measuring only"
