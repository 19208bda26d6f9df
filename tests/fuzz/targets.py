"""What can be fuzzed: every target with inputs to begin with and words that are worth trying."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import NamedTuple

from gchat.server import dispatch, proxy
from tests.fuzz import conversations, pieces

Function = Callable[[bytes], None]


class Target(NamedTuple):
    """A function that raises on a finding, valid inputs, and words for a dictionary."""

    run: Function
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...]


_WIRE = (b"\r\n", b"\n", b"\r", b"\0", b" ", b" :", b":", b"@", b";", b"=", b"\\", b"\\:", b"\\s", b"+a")
_LINES = (
    b"PRIVMSG #team :hello there\r\nPING x\n",
    b"@label=1;+draft/react=\\:\\s\\\\ :Neural!~n@host TAGMSG #team\r\n",
    b"\x90caf\xe9 \xc3\xa9\n" + b"x" * 520 + b"\n",
    b"@" + b"t=" + b"v" * 4100 + b" PING\r\n",
)
_MODES = (b"+o-v+b Neural Nine *!*@host", b"+kl-k key 5 key", b"bbb", b"+imnst-C", b"-l+l 5 +qaohv a b c")
_SASL = (
    base64.b64encode(b"\0neural\0secret"),
    b"+",
    b"A" * 400 + b"\n+",
    base64.b64encode(b"n,,n=neural,r=fyko"),
    b"A" * 400 + b"\n" + b"B" * 400 + b"\n" + b"QQ==",
)
_SCRAM = (
    b"n,,n=neural,r=nonce\nc=biws,r=noncemore,p=" + base64.b64encode(bytes(32)),
    b"y,a=neural,n=neu=2Cral,r=nonce,x=1\n",
    str(pieces.VERIFIER).encode(),
    b"p=tls-unique,,n=neural,r=x\n",
)
_UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: chat\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: text.ircv3.net\r\nOrigin: https://chat.example\r\n\r\n"
)


def _frame(opcode: int, payload: bytes, final: bool = True) -> bytes:
    """A client's frame, with a mask of zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([opcode | (0x80 if final else 0)]) + length + bytes(4) + payload


_FRAMES = (
    _UPGRADE + b"\0\0" + _frame(1, b"NICK Neural") + _frame(9, b"ping") + _frame(8, b"\x03\xe8bye"),
    b"\0\0" + _frame(1, b"PRIVMSG #te", final=False) + _frame(0, b"am :x\r\nQUIT") + _frame(10, b""),
    b"\0\0" + _frame(2, b"caf\xe9") + _frame(1, b"\xc3") + _frame(8, b""),
    b"\0\0" + _frame(2, b"x" * 600) * 3,
)
_V4 = bytes([192, 0, 2, 1, 192, 0, 2, 2, 0x30, 0x39, 0x1A, 0x0B])
_PROXY = (
    b"PROXY TCP4 192.0.2.1 192.0.2.2 12345 6667\r\nNICK",
    b"PROXY TCP6 2001:db8::1 ::1 1 65535\r\n",
    b"PROXY UNKNOWN whatever\r\n",
    proxy.V2 + b"\x21\x11\x00\x0c" + _V4,
    proxy.V2 + b"\x21\x21\x00\x24" + bytes(36),
    proxy.V2 + b"\x20\x00\x00\x00",
)
_TALK = (
    b"~0\n0JOIN #team,#two\n0MODE #team +b m:*!*@*\n1PRIVMSG #team :hello\n0KICK #team Nine\n1JOIN #team",
    b"3NICK Nine\n3USER x 0 * :x\n3NICK Fourth\n3JOIN #team\n-0\n3MODE #team +o Fourth\n+9\n1NICK Neural",
    b"0REGISTER * * secret\n0MODE #team +ikl key 2\n0INVITE Other #team\n2JOIN #team key\n2TOPIC #team :ours",
    b"~1\n1BATCH +a draft/multiline #two\n1@batch=a PRIVMSG #two x\n1BATCH -a\n1CHATHISTORY LATEST #two * 9",
    b"*2\n2KILL Nine :bye\n2WALLOPS :all\n2MODE #team +q Other\n0WHO #team %tnf,1\n0WHOIS Other\n0LIST >0",
    b"0METADATA * SET url :x\n1METADATA Nine LIST\n0MONITOR + Nine,Other\n-1\n0AWAY out\n1PRIVMSG Neural x",
    b"~0\n0RENAME #team #crew :x\n1RENAME #two #TWO\n2JOIN #team\n1PRIVMSG #crew :x\n2REDEEM a-b secret1",
    b"~0\n0TBAN #team 1h *!*@* :x\n0MODE #team +W 3\n0RENAME #team #two :x\n0MODLOG #two\n0PURGE #two Nine",
    b"0REGISTER * * secret\n0PRIVMSG ChanServ :REGISTER #team\n0CS OP\n0PART #team\n0JOIN #team",
)
_FLOODS = (
    b"\n".join([b"0PRIVMSG #team :0", b"1PRIVMSG #team :1", b"2PING x"] * 10) + b"\n+9\n-0\n+3",
    b"0PING x" + b"\r\nPING y" * 90 + b"\n1PRIVMSG Neural :x\n0QUIT",
)
_NAMES = (b"#team", b"#two", b"Neural", b"Nine", b"Other", b"*!*@*", b"\n0", b"\n1", b"\n2", b"\n3", b"\n-0")

_TUTORIAL = (
    b"Neural\0\0Neural: hello\nNeural: /join #dev",
    b"NeuralNeural: grown\0\0Neural: oneNeural: two\r\n\r\n /who",
    b"\xff\xfb\x01nc\n\0\0/msg Nine caf\xe9\n/me waves\n//x\n/nick \x01ACTION\n" + b"x" * 5000,
)

_COMMANDS = (*(name.encode() + b" " for name in dispatch.TABLE), *_NAMES, *_WIRE)

TARGETS: dict[str, Target] = {
    "lines": Target(pieces.lines, _LINES, _WIRE),
    "tags": Target(pieces.tags, (b"a=1;b;+c=x\\sy\\:", b"=;==;a\\=\\", b"k=" + b"\\s" * 5000), _WIRE),
    "modes": Target(pieces.mode_strings, _MODES, (b"+", b"-", b" ", b"beI", b"qaohv", b"k", b"l")),
    "sasl": Target(pieces.sasl_pieces, _SASL, (b"\n", b"+", b"=", b"A" * 400)),
    "scram": Target(pieces.scram_texts, _SCRAM, (b",", b"=2C", b"=3D", b"n=", b"r=", b"p=", b"c=biws", b"$")),
    "websocket": Target(pieces.websockets, _FRAMES, (*_FRAMES, b"\x81\x80", b"\x7f", b"\x7e", b"\r\n")),
    "tutorial": Target(
        pieces.tutorial, _TUTORIAL, (b"Neural: ", b"\0\0", b"\n", b"/", b"/help", b"/join ", b" ")
    ),
    "proxy": Target(pieces.proxy_headers, _PROXY, (*_PROXY, b"\r\n", b" ", b"TCP4", b"TCP6", b"65536")),
    "first-bytes": Target(pieces.first_bytes, (b"NICK x\r\n", b"GET / ", b"\x16\x03\x01"), (b"CAP", b"\r\n")),
    "commands": Target(conversations.converse, _TALK, _COMMANDS),
    "throttled": Target(
        conversations.converse_throttled, (*_TALK, *_FLOODS), (*_COMMANDS, b"\n+9", *_FLOODS)
    ),
}
