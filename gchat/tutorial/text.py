"""Text between IRC and a plain connection: decoded, harmless, in ASCII, cut to pieces, put together.

Both sides of the tutorial's protocol use this.  Change here what a plain client may be sent.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from gchat.irc.limits import cut

TOGETHER: Final = 0.25  # seconds within which two flushes may come out of one recv
_LONG_CHUNK: Final = 1000  # bytes from which a chunk may have been cut by the network

# --- bytes ---------------------------------------------------------------------------------------


class Decoder:
    """Chunks of a stream without frames to text: UTF-8, or Latin-1 where they are none.

    At most 3 bytes are kept between two chunks.
    """

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""  # the beginning of a character whose end has not come

    def decode(self, data: bytes) -> str:
        """Read one chunk.  Never raises."""
        held = self._rest
        if held:
            # What does not go on with 10xxxxxx leaves the old character without its end for ever.
            if data and data[0] & 0xC0 == 0x80:
                data = held + data
            self._rest = b""
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            head = data[: error.start]
            # Half a character at the end was cut if whole ones stand before it, or if the chunk is long; in
            # "caf\xe9" it is Latin-1.
            cut_off = error.reason == "unexpected end of data"
            if cut_off and (held or len(data) >= _LONG_CHUNK or not head.isascii()):
                self._rest = data[error.start :]
                return head.decode()
            return data.decode("latin-1")


# --- harmless text -------------------------------------------------------------------------------

# https://modern.ircdocs.horse/formatting: colour and hex colour with their numbers; bold and the others
_FORMATTING: Final = re.compile(
    "\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"
    "|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    "|[\x02\x0f\x11\x16\x1d\x1e\x1f]"
)
# Control characters go; what would end a line or jump in it becomes a space.  So do the marks that reorder
# text (Unicode TR 36, 3.1), with which a name could be made to stand where it is not.
_CONTROL: Final[dict[int, str]] = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x061C], ""),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], ""),
    **dict.fromkeys([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029], " "),
}


def without_controls(text: str) -> str:
    """Return the text without anything that could end its line or change how others are read."""
    return text if text.isprintable() else text.translate(_CONTROL)


def harmless(text: str) -> str:
    """Return IRC text as a terminal may be sent it: no formatting codes, no control characters."""
    return text if text.isprintable() else _FORMATTING.sub("", text).translate(_CONTROL)


# --- ASCII ---------------------------------------------------------------------------------------

# What the compatibility decomposition (NFKD) leaves, or would make worse.
_LETTERS: Final = (
    "ß=ss ẞ=SS æ=ae Æ=AE œ=oe Œ=OE ø=o Ø=O đ=d Đ=D ð=d Ð=D þ=th Þ=Th ł=l Ł=L ħ=h Ħ=H ı=i ŋ=n Ŋ=N ſ=s "
    "‘=' ’=' ‚=' ‛=' ′=' ´=' ʼ=' “=\" ”=\" „=\" ‟=\" ″=\" «=\" »=\" ‹=' ›=' "
    "‐=- ‑=- ‒=- –=- —=- ―=- −=- •=* ·=* ×=x ÷=/ ⁄=/ €=EUR →=-> ←=<- ⇒==> ≤=<= ≥=>= ≠=!="
)
_PLAIN: Final = str.maketrans({pair[0]: pair[2:] for pair in _LETTERS.split()})


def to_ascii(text: str) -> str:
    """Fold text to ASCII: accents go, typographic signs get plain, the rest is ``?``."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN)).translate(_PLAIN)
    return "".join(_ascii(c) for c in decomposed)


def _ascii(character: str) -> str:
    if character.isascii():
        return character
    # Accents (Mn), rings around a character (Me), joiners and selectors (Cf) have no place of their own.
    return "" if unicodedata.category(character) in ("Mn", "Me", "Cf") else "?"


# --- pieces --------------------------------------------------------------------------------------


def pieces(text: str, room: int) -> list[str]:
    """Cut text to pieces of at most ``room`` bytes of UTF-8, after a space where one is near.

    Nothing is lost: joined, the pieces are the text.
    """
    found = []
    start, room = 0, max(room, 4)
    while start < len(text):
        head = cut(text[start : start + room], room)
        if start + len(head) < len(text):
            space = head.rfind(" ")
            if space > len(head) // 2:
                head = head[: space + 1]
        found.append(head)
        start += len(head)
    return found


class Pace:
    """How the pieces of a raw stream are put together, so that each stands on a line of its own.

    The tutorial's client prints what one ``recv`` returns.  Pieces of one flush are separated by newlines; a
    flush soon after another begins with one, because both may come out of the same ``recv``; any other does
    not, because ``print`` has ended the line already.
    """

    __slots__ = ("_flushed",)

    def __init__(self) -> None:
        self._flushed = float("-inf")

    def join(self, pieces: list[bytes], now: float) -> bytes:
        """Return what one flush at ``now`` (seconds) sends; ``b""`` for nothing."""
        data = b"\n".join([piece for piece in pieces if piece])
        if not data:
            return b""
        # A clock that was set back says nothing: better a blank line than two texts in one.
        together = now - self._flushed < TOGETHER
        self._flushed = now
        return b"\n" + data if together else data
