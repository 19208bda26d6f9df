"""``--man``: show a manual page, wherever gchat is installed and whatever the machine has for showing one.

Both commands use this.  The pages are man(7) files in ``man/``; where there is no man(1), as in small
containers, they are set here.  That typesetter knows the requests which our pages use, and a test holds the
pages to them.
"""

import os
import re
import sys
import textwrap

PAGES = ("gchat.1", "gchat-server.1", "gchat-server.toml.5")
NAMES = tuple(page.rpartition(".")[0] for page in PAGES)  # as man(1) is asked for them

_WIDTH = 78
_INDENT = 7
_STEP = 6


def show(page: str) -> int:
    """Show a page (``"gchat"``, ``"gchat.1"``), through man(1) if it is there, and return an exit status."""
    page = dict(zip(NAMES, PAGES, strict=True)).get(page, page)
    if page not in PAGES:
        others = f"{', '.join(NAMES[:-1])} or {NAMES[-1]}"
        print(f"gchat: there is no manual page {page!r}: expected {others}", file=sys.stderr)
        return 2
    path = find(page)
    if path is None:
        print(f"gchat: the manual page {page} is not part of this installation", file=sys.stderr)
        return 1
    if sys.stdout.isatty():
        import shutil
        import subprocess

        man = shutil.which("man")
        # a name with a slash in it is a file, says every man(1)
        if man is not None and subprocess.run([man, path], check=False).returncode == 0:
            return 0
    with open(path, encoding="utf-8") as source:
        text = typeset(source.read())
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    return 0


def find(page: str) -> str | None:
    """Return the file of a page: of the checkout this runs from, or of the installation."""
    import site
    import sysconfig

    checkout = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join("share", "man", f"man{page.rpartition('.')[2]}", page)
    candidates = [
        os.path.join(checkout, "man", page),
        os.path.join(sys.prefix, installed),
        os.path.join(sysconfig.get_path("data"), installed),
        os.path.join(site.getuserbase(), installed),
    ]
    return next((path for path in candidates if os.path.isfile(path)), None)


# --- man(7) to plain text ------------------------------------------------------------------------

_FONTS = {"B", "I"}  # arguments side by side with spaces
_ALTERNATING = {"BI", "BR", "IB", "IR", "RB", "RI"}  # arguments put together without
_ESCAPES = (("\\&", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\(dq", '"'), ("\\(em", "—"), ("\\e", "\\"))


def typeset(source: str) -> str:
    """Return a man(7) page as text of at most 78 columns.  Raises ValueError at an unknown request."""
    page = _Page()
    for line in source.splitlines():
        if line.startswith('.\\"'):
            continue
        if line.startswith("."):
            request, *arguments = _split(line[1:])
            page.request(request, arguments)
        else:
            page.text(_unescape(line))
    page.end_paragraph()
    return "\n".join(page.rows).strip("\n") + "\n"


class _Page:
    """The rows so far, and the paragraph that is being filled."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.words: list[str] = []
        self.margin = _INDENT  # of ordinary paragraphs here; grows inside .RS
        self.indent = _INDENT
        self.as_is = False  # between .nf and .fi
        self.tag = False  # the next text is the tag of a .TP

    def request(self, name: str, arguments: list[str]) -> None:
        """Do what one line with a dot asks."""
        if name in ("SH", "SS"):
            self.end_paragraph()
            self.margin = self.indent = _INDENT
            self.rows += ["", ("" if name == "SH" else "   ") + " ".join(arguments)]
        elif name in ("PP", "TP", "TQ"):
            self.end_paragraph()
            self.indent = self.margin
            self.rows += [""] if name != "TQ" else []
            self.tag = name != "PP"
        elif name in ("RS", "RE"):
            self.end_paragraph()
            self.margin += _STEP if name == "RS" else -_STEP
            self.indent = self.margin
        elif name in ("nf", "fi"):
            self.end_paragraph()
            self.as_is = name == "nf"
        elif name in _FONTS:
            self.text(" ".join(arguments))
        elif name in _ALTERNATING:
            self.text("".join(arguments))
        elif name != "TH":
            raise ValueError(f"the manual page uses .{name}, which gchat/manual.py does not know")

    def text(self, text: str) -> None:
        """Add text to the paragraph; text that is kept as it is makes a row of its own, and so does a tag."""
        if self.as_is:
            self.rows.append((" " * self.indent + text).rstrip())
        elif self.tag:
            self.rows.append(" " * self.margin + text)
            self.tag, self.indent = False, self.margin + _STEP
        else:
            self.words.append(text)

    def end_paragraph(self) -> None:
        """Set the words that were collected."""
        margin = " " * self.indent
        text, self.words = " ".join(self.words), []
        self.rows += textwrap.wrap(
            text, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
        )


def _split(line: str) -> list[str]:
    """Split a request at spaces; quoted arguments may hold some."""
    return [_unescape(quoted or plain) for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)]


def _unescape(text: str) -> str:
    text = re.sub(r"\\f[BIRP]", "", text)
    for escape, meaning in _ESCAPES:
        text = text.replace(escape, meaning)
    return text
