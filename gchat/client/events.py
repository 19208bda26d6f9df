"""What happens to the client, and what it wants done: the words between the pure core and the shell.

Events go into ``update(model, event, now)``; effects come out of it and are carried out by the loop, in the
order given.  Both are small immutable records without behaviour, so that a test can write them down and
compare them.

Networks are named by ``Network.id``, a small integer that is never reused while the program runs.

To add an event: a record here and one row in ``update.HANDLERS``.  To add an effect: a record here and one
row in the loop's table.
"""

from typing import NamedTuple

from gchat.client.address import Address

# --- events: from the terminal -------------------------------------------------------------------


class Key(NamedTuple):
    """One key, by the name ``keys.py`` gives it: ``"a"``, ``"é"``, ``"Enter"``, ``"C-a"``, ``"M-s"``."""

    name: str


class Paste(NamedTuple):
    """Text that was pasted as one piece (bracketed paste); it may hold newlines and is not yet harmless."""

    text: str


class Resize(NamedTuple):
    """The terminal's size in cells."""

    columns: int
    rows: int


class Focus(NamedTuple):
    """The terminal window got (True) or lost (False) the keyboard, where the terminal says so."""

    focused: bool


# --- events: from the clock and the process ------------------------------------------------------


class Start(NamedTuple):
    """The first event: the shell is ready, connections may be asked for."""


class Tick(NamedTuple):
    """Nothing happened but time.  Due at ``update.deadline(model)``; a tick too many does no harm."""


class Terminate(NamedTuple):
    """The process was asked to end (SIGTERM, SIGHUP): say goodbye and quit."""


# --- events: from a connection.  After ``Disconnect`` or a second ``Connect`` of the same network the shell
# sends --- no more events of the older connection.


class Connecting(NamedTuple):
    """The name was looked up and this address is being tried (``"127.0.0.1 port 6667"``)."""

    network: int
    where: str


class Connected(NamedTuple):
    """The connection stands, TLS included; the session may speak."""

    network: int


class Received(NamedTuple):
    """Bytes from the server, in any chunks."""

    network: int
    data: bytes


class Flushed(NamedTuple):
    """Every byte of every ``Send`` so far is in the kernel's hands."""

    network: int


class ConnectionFailed(NamedTuple):
    """No connection could be made.

    ``reason`` is a sentence without its full stop: ``"nobody answers at localhost port 6667"``.  ``refused``
    says that the machine is there and no server listens; ``hint`` says what can be done (a certificate
    problem); ``again`` is False when trying again cannot help (a certificate that does not fit).
    """

    network: int
    reason: str
    refused: bool = False
    hint: str = ""
    again: bool = True


class ConnectionLost(NamedTuple):
    """The connection that stood is gone; ``reason`` is a sentence, or "" for a plain end of file."""

    network: int
    reason: str = ""


class LocalServer(NamedTuple):
    """The answer to ``StartLocalServer``: an address to go to, or why there is none."""

    address: Address | None
    reason: str = ""


Event = (
    Key
    | Paste
    | Resize
    | Focus
    | Start
    | Tick
    | Terminate
    | Connecting
    | Connected
    | Received
    | Flushed
    | ConnectionFailed
    | ConnectionLost
    | LocalServer
)

# --- effects -------------------------------------------------------------------------------------


class Connect(NamedTuple):
    """Open a connection; answered by Connecting, then Connected or ConnectionFailed."""

    network: int
    address: Address
    tls_ca: str = ""
    tls_verify: bool = True
    tls_cert: str = ""


class Send(NamedTuple):
    """Write these bytes, after all that were given before; answered by Flushed when they are written."""

    network: int
    data: bytes


class Disconnect(NamedTuple):
    """Write what is waiting (a second at most), then close.  No event follows."""

    network: int


class Quit(NamedTuple):
    """Leave the loop after writing what is waiting (a second at most); ``code`` is the exit status.

    ``words`` are lines to print when the terminal is as it was.
    """

    code: int = 0
    words: tuple[str, ...] = ()


class Bell(NamedTuple):
    """Ring the terminal's bell, or flash, as the settings say."""


class Notify(NamedTuple):
    """A mention or a private message while the terminal has no focus; both texts are harmless."""

    title: str
    text: str


class Suspend(NamedTuple):
    """Stop the process as ^Z does, and come back with everything redrawn."""


class Redraw(NamedTuple):
    """Paint the whole screen anew, whatever the terminal shows (C-l)."""


class StartLocalServer(NamedTuple):
    """Start a server on this machine, as ``gchat --local`` does; answered by LocalServer."""


class Remember(NamedTuple):
    """Keep this setting for the next start: ``("nick", "Neural")``, ``("server", "irc://localhost")``."""

    key: str
    value: str


Effect = Connect | Send | Disconnect | Quit | Bell | Notify | Suspend | Redraw | StartLocalServer | Remember
