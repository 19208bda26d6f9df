"""Where a server is: ``irc://``, ``ircs://``, ``tutorial://`` and ``unix:`` addresses, and what people type.

Pure text; nothing is looked up.  A new scheme is one row in ``SCHEMES``.
"""

from typing import NamedTuple

IRC, TUTORIAL = "irc", "tutorial"


class Scheme(NamedTuple):
    """What an address's scheme means: the language spoken, whether under TLS, and the usual port."""

    language: str
    tls: bool
    port: int


SCHEMES = {
    "irc": Scheme(IRC, False, 6667),
    "ircs": Scheme(IRC, True, 6697),
    "tutorial": Scheme(TUTORIAL, False, 55555),
}
_FIRST_IN_A_CHANNEL_NAME = "#&+!"
_HOST_BYTES = 253  # RFC 1035, 2.3.4: the longest domain name that can be written


class Address(NamedTuple):
    """One server and the channels to join there.

    ``path`` is a unix socket's path and then host and port mean nothing.  ``channels`` are as they will be
    sent (``"#team"``) and ``key`` is the first one's (``/#team?secret``).  ``nick`` is "" unless the address
    names one (``irc://Neural@host``).  ``invitation`` is the token of a link (``/#team?invitation=token``).
    """

    host: str = "localhost"
    port: int = 6667
    tls: bool = False
    language: str = IRC
    channels: tuple[str, ...] = ()
    path: str = ""
    nick: str = ""
    key: str = ""
    invitation: str = ""

    def __str__(self) -> str:
        """Return how it is written as one address, without channels: ``ircs://irc.example``."""
        if self.path:
            return f"unix:{self.path}"
        scheme = next(n for n, s in SCHEMES.items() if s.language == self.language and s.tls == self.tls)
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == SCHEMES[scheme].port else f":{self.port}"
        return f"{scheme}://{host}{port}"

    def is_at(self, other: "Address") -> bool:
        """Tell whether another address means the same server, in every respect."""
        return self[:4] == other[:4] and self.path == other.path

    @property
    def is_private(self) -> bool:
        """Tell whether nobody on the way can read along: TLS, or this machine."""
        here = self.host in {"localhost", "::1"} or (
            self.host.startswith("127.") and self.host.replace(".", "").isdecimal()
        )
        return self.tls or bool(self.path) or here

    @property
    def where(self) -> str:
        """Return how a sentence names it: ``"localhost:6667"``."""
        return self.path or f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


class BadAddress(ValueError):
    """The text is no address; ``str(error)`` is the sentence to show."""


def parse_address(text: str, *, tls: bool = False) -> Address:
    """Read an address: ``irc.example``, ``irc.example:6697``, ``irc.example/6697``, ``ircs://[::1]/#team``.

    Without a scheme, ``tls`` chooses between irc and ircs; a port of ``+6697`` asks for TLS too, as irssi
    writes it.  Raises BadAddress with a sentence.  The URL form is draft-butcher-irc-url-04, read generously.
    """
    text = text.strip()
    if text.startswith("unix:"):
        if len(text) == 5:
            raise BadAddress("'unix:' needs the path of a socket after it, such as unix:/run/gchat/socket")
        return Address(path=text[5:].removeprefix("//") if text.startswith("unix:///") else text[5:])
    scheme_name, found, rest = text.partition("://")
    if not found:
        scheme_name, rest = ("ircs" if tls else "irc"), text
    scheme = SCHEMES.get(scheme_name.lower())
    if scheme is None:
        known = ", ".join(name + "://" for name in SCHEMES)
        raise BadAddress(f"'{scheme_name}://' is not an address gchat knows; it knows {known} and unix:")
    place, _, tail = rest.partition("/")
    if not found and tail.lstrip("+").isdecimal():
        place, tail = f"{place}:{tail}", ""
    user, at, place = place.rpartition("@")
    host, port_text = _split_port(place)
    if port_text.startswith("+"):
        scheme, port_text = SCHEMES["ircs"], port_text[1:]
    port = _port(port_text, text) if port_text else scheme.port
    # '=' is in no name of a host, and what is remembered has one behind the address (memory.py)
    if not host or len(host) > _HOST_BYTES or any(not c.isprintable() or c in " =" for c in host):
        raise BadAddress(
            f"'{text}' names no server; write it like irc.example, irc.example:6697 or ircs://irc.example"
        )
    nick = _unquote(user.partition(":")[0]) if at else ""
    names, _, options = tail.partition("?")
    key, invitation = _options(options)
    return Address(host, port, scheme.tls, scheme.language, _channels(names), "", nick, key, invitation)


def _options(text: str) -> tuple[str, str]:
    """Read what stands behind a ``?``: a channel's key, bare or as ``key=``, and an ``invitation=``."""
    key = invitation = ""
    for option in text.split("&"):
        if option.startswith("invitation="):
            invitation = _unquote(option.removeprefix("invitation="))
        else:
            key = key or _unquote(option.removeprefix("key="))
    return key, invitation


def _split_port(place: str) -> tuple[str, str]:
    """Split ``host``, ``host:port``, ``[v6]:port`` and a bare IPv6 address into host and port text."""
    if place.startswith("["):
        host, _, after = place[1:].partition("]")
        return host, after.removeprefix(":")
    if place.count(":") > 1:
        return place, ""
    host, _, port = place.partition(":")
    return host, port


def _port(text: str, whole: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536:
        return int(text)
    raise BadAddress(f"'{text}' in '{whole}' is no port; a port is a number from 1 to 65535")


def _channels(text: str) -> tuple[str, ...]:
    """Read the channels of an address; a name without its ``#`` gets one."""
    names: list[str] = []
    # '#' begins a fragment in other URLs, and is the channel here; both '#team' and '%23team' are seen in the
    # wild
    for name in text.replace("/", "").split(","):
        name = _unquote(name.strip())
        if name:
            names.append(name if name[0] in _FIRST_IN_A_CHANNEL_NAME else "#" + name)
    return tuple(names)


def _unquote(text: str) -> str:
    """Undo %XX (urllib.parse takes 5 ms to import, this is on the way to the first screen)."""
    if "%" not in text:
        return text
    raw = bytearray()
    data = text.encode()
    position = 0
    while position < len(data):
        code = data[position + 1 : position + 3]
        if data[position] == 0x25 and len(code) == 2 and all(c in b"0123456789abcdefABCDEF" for c in code):
            raw.append(int(code, 16))
            position += 3
        else:
            raw.append(data[position])
            position += 1
    return raw.decode("utf-8", "replace")
