"""WEBIRC: a gateway says whom it connects for.  https://ircv3.net/specs/extensions/webirc"""

from __future__ import annotations

from gchat.server import gateways, passwords
from gchat.server.lanes import Lane
from gchat.server.request import Request, Steps, Work
from gchat.server.settings import Gateway

_HEX = frozenset("0123456789abcdef")
_SHA256_DIGITS = 64


def webirc(request: Request) -> Steps | None:
    """WEBIRC password gateway hostname ip [:options]

    The connection is then as if it came from that address.  What name the gateway says that it has is not
    looked at: everybody here is shown with an address.
    """
    session, engine = request.session, request.engine
    known = [gateway for gateway in gateways.at(engine.settings.gateways, session.host) if gateway.password]
    address = gateways.address(request.param(3))
    why = ""
    if not known:
        why = "WEBIRC is for gateways, and your address is not that of one"
    elif session.command_count > 1:
        why = "WEBIRC has to be the first command"
    elif not address:
        why = "The address in WEBIRC is none"
    if why:
        engine.close(session, why)
        return None
    return _check(request, known, address)


def _check(request: Request, known: list[Gateway], address: str) -> Steps:
    session, engine, password = request.session, request.engine, request.param(0)
    for gateway in known:
        if (yield Work(passwords.verify, (gateway.password, password), Lane.HASHING)):
            break
    else:
        engine.close(session, "Invalid WEBIRC password")
        return
    options = gateways.options(request.param(4))
    port = options.get("remote-port", "")[:5]
    refusal = engine.relocate(session, address, int(port) if port.isascii() and port.isdigit() else 0)
    if refusal:
        engine.close(session, refusal)
        return
    # "Servers MUST ONLY treat the connection as secure if this flag is sent and the connection from the
    # gateway to the server is also secure with TLS."
    session.secure = session.secure and "secure" in options
    certificate = options.get("certfp-sha-256", "").lower()
    fits = len(certificate) == _SHA256_DIGITS and _HEX.issuperset(certificate)
    session.certificate = certificate if session.secure and fits else ""
    session.gateway = gateway.name
