"""The server's side of the tutorial's protocol: a plain connection as a small IRC client.

What the client sends becomes the IRC messages that such a client would send; what the server sends it becomes
sentences, from which the wire learns its nick and where it is.  Two kinds of clients are served so:

- raw (``newline=False``): the tutorial's client.  One ``recv`` is one message, or several that grew together;
  it dies on a byte over 127; it takes ``NICK`` for a question.
- lines (``newline=True``): ``nc`` and ``telnet``.  UTF-8, a newline after everything.

What typed text means is in ``commands.py``, how messages read in ``sentences.py``.  A text that was answered
here, or that says nothing, is NOTHING to the server, but a line for its throttle.
"""

from __future__ import annotations

import re
from typing import Final

from gchat.irc.message import NOTHING, BadLine, Message
from gchat.tutorial.commands import read, say
from gchat.tutorial.detect import GREETING
from gchat.tutorial.place import Place
from gchat.tutorial.sentences import sentences
from gchat.tutorial.text import Decoder, Pace, harmless, to_ascii, without_controls

LONGEST_LINE: Final = 4096  # bytes of a line without an end that are kept; then they are said as they are
LONGEST_NAME: Final = 200  # characters of a wanted nickname; the server makes a nick of it
MOST_ANSWERS: Final = 64  # sentences that wait for take_local

_ENDS: Final = re.compile(r"\r\n|\r|\n")
# A nickname that grew together with the first text: "NeuralNeural: hello"
_GREW_TOGETHER: Final = re.compile(rf"([^\r\n]{{1,{LONGEST_NAME}}}?)\1: ")
# What telnet sends on its own account (RFC 854): IAC DO x and the like, IAC and one command
_TELNET: Final = re.compile(rb"\xff[\xfb-\xfe].|\xff[\xf0-\xfa]", re.DOTALL)


class TutorialWire:
    """One plain connection.  ``lobby`` is the channel that everybody of this kind comes into."""

    __slots__ = ("_answers", "_decoder", "_goes_on", "_line", "_newline", "_pace", "_place", "_started")

    def __init__(self, lobby: str, newline: bool = False) -> None:
        self._place = Place(lobby)
        self._newline = newline
        self._line = bytearray()  # the beginning of a line, in newline mode
        self._goes_on = False  # what comes next is the rest of a line whose beginning was said already
        self._decoder = Decoder()
        self._pace = Pace()
        self._started = False
        self._answers: list[bytes] = []

    # --- from the client

    def feed(self, data: bytes) -> list[Message | BadLine]:
        """Take what was received; return what it means.  Call ``take_local`` afterwards.  Never raises."""
        out: list[Message | BadLine] = []
        if self._newline:
            self._feed_lines(data, out)
        elif data:
            text = self._decoder.decode(data)
            if not self._place.wanted:
                text = self._first_chunk(text, out)
            *lines, rest = _ENDS.split(text)
            for line in lines:
                self._read_chunk(line, out)
            if rest:
                self._read_chunk(rest, out)
        return out

    def take_local(self) -> list[bytes]:
        """Return, and forget, the pieces that answer what was fed without asking the server."""
        answers, self._answers = self._answers, []
        return answers

    def _first_chunk(self, text: str, out: list[Message | BadLine]) -> str:
        """Take the nickname from the first chunk; return what comes after it."""
        if not text.strip("\r\n"):
            out.append(NOTHING)
            return ""
        grew = _GREW_TOGETHER.match(text)
        if grew:
            self._introduce(grew[1], out)
            return text[grew.end(1) :]
        name, _, rest = text.lstrip("\r\n").partition("\n")
        self._introduce(name.rstrip("\r"), out)
        return rest

    def _introduce(self, name: str, out: list[Message | BadLine]) -> None:
        place = self._place
        name = name[:LONGEST_NAME]
        # The client writes this before every text, whatever it is; nobody is called nothing.
        place.wanted = name or "?"
        place.be("")
        place.current = place.lobby
        nick = without_controls(name).strip() or "?"
        out += [
            Message("NICK", (nick,)),
            Message("USER", (nick, "0", "*", nick)),
            Message("JOIN", (place.lobby,)),
        ]

    def _read_chunk(self, line: str, out: list[Message | BadLine]) -> None:
        for text in self._place.taken_apart(line):
            self._read(text, out)

    def _read(self, text: str, out: list[Message | BadLine], command: bool = True) -> None:
        before = len(out)
        items = read(self._place, text) if command else say(self._place, without_controls(text))
        for item in items:
            if isinstance(item, Message):
                out.append(item)
            elif len(self._answers) < MOST_ANSWERS:
                self._answers.append(self._write([item]))
        if len(out) == before:
            out.append(NOTHING)

    def _feed_lines(self, data: bytes, out: list[Message | BadLine]) -> None:
        *lines, rest = data.split(b"\n")
        for line in lines:
            if not self._line and line in (b"", b"\r"):
                out.append(NOTHING)
                continue
            self._line += line
            self._end_pieces(out)
            self._read_line(bytes(self._line), out)
            self._line.clear()
            self._goes_on = False
        self._line += rest
        self._end_pieces(out)

    def _end_pieces(self, out: list[Message | BadLine]) -> None:
        """Say the beginning of a line that is too long to wait for its end."""
        start = 0
        while len(self._line) - start > LONGEST_LINE:
            end = start + LONGEST_LINE
            while end > start + LONGEST_LINE - 4 and self._line[end] & 0xC0 == 0x80:  # not inside a character
                end -= 1
            self._read_line(bytes(self._line[start:end]), out)
            self._goes_on = True
            start = end
        del self._line[:start]

    def _read_line(self, data: bytes, out: list[Message | BadLine]) -> None:
        line = Decoder().decode(_TELNET.sub(b"", data)).rstrip("\r")
        if self._place.wanted:
            text = line if self._goes_on else self._place.own(line)
            self._read(text, out, command=not self._goes_on)
        elif line.strip():
            self._introduce(line, out)
        else:
            out.append(NOTHING)

    # --- to the client

    def encode(self, message: Message) -> bytes:
        """Write a message as sentences, a line each; ``b""`` for what this client need not read."""
        return self._write(sentences(self._place, message))

    def join(self, pieces: list[bytes], now: float) -> bytes:
        """Make what one flush sends; ``now`` in seconds."""
        if self._newline:
            data = b"".join(pieces)
            if data and not self._started:
                self._started = True
                return b"\n" + data  # NICK stands on the line
            return data
        data = self._pace.join(pieces, now)
        # A recv of NICK alone is the question for the nickname, and its answer would be a text by now.  recv
        # takes 1024 bytes, so it is enough that the end of a longer flush is NICK.
        return data + b" " if data.endswith(GREETING) else data

    def _write(self, lines: list[str]) -> bytes:
        if self._newline:
            return b"".join([harmless(line).encode("utf-8", "replace") + b"\n" for line in lines])
        return "\n".join([to_ascii(harmless(line)) for line in lines]).encode("ascii", "replace")
