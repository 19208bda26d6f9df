"""What lies over the panes: the help, and the questions of a first start."""

from gchat.client.editor import Editor
from gchat.client.frame import Row, Run, fit
from gchat.client.overlay import Help, Step, Welcome
from gchat.client.text import wrap
from gchat.client.view.lines import Looks
from gchat.client.view.prompt import written

_NARROWEST = 30  # cells for the words of a help line beside what they explain


def help_texts(overlay: Help, columns: int) -> list[str]:
    """Return the help's rows; what is wrapped stands under its own column."""
    rows = []
    for line in overlay.lines:
        text = line.lstrip(" ")
        indent = min(len(line) - len(text), max(columns - 12, 0))
        head, words = _columns(text)
        at = indent + len(head)
        if head and columns - at < _NARROWEST:  # no room beside it: under it
            rows.append(" " * (indent + 1) + head.rstrip(" "))
            head, at = "", min(indent + 4, max(columns - 12, 0))
        for number, (start, end) in enumerate(wrap(words, columns - at - 2)):
            rows.append(" " * (indent + 1) + head if head and not number else " " * (at + 1))
            rows[-1] += words[start:end]
    return rows


def _columns(text: str) -> tuple[str, str]:
    """Split a line of a table, whose columns are two spaces apart or more: the first, and the rest."""
    _, gap, rest = text.partition("  ")
    if not gap or not rest.strip(" "):
        return "", text
    words = rest.lstrip(" ")
    return text[: len(text) - len(words)], words


def help_rows(overlay: Help, height: int, columns: int, looks: Looks) -> list[Row]:
    """Return the rows of the help that are scrolled to, a heading first."""
    theme = looks.theme
    texts = help_texts(overlay, columns)
    room = max(height - 2, 1)
    top = max(0, min(overlay.top, len(texts) - room))
    rows = [fit([(" " + overlay.title, theme.strong)], columns, theme.text), fit([], columns, theme.text)]
    rows += [fit([(text, theme.text)], columns, theme.text) for text in texts[top : top + room]]
    return rows[:height]


_ABOUT_PASSWORDS = (
    "If you have no account there, choose one: it makes the account. "
    "gchat remembers it. An empty answer changes the nickname."
)
_CHOICES = (
    ("s", "start one here and chat in it (gchat --local)"),
    ("o", "go to another server"),
    ("q", "quit"),
)
_FOR_OTHERS = "For others, too, run gchat-server."


def welcome_rows(
    overlay: Welcome, version: str, height: int, columns: int, looks: Looks
) -> tuple[list[Row], tuple[int, int] | None]:
    """Return the whole screen of a first start and where its cursor is."""
    theme, signs = looks
    lines: list[list[Run]] = [[(f" gchat {version} {signs.dot} a chat for the terminal", theme.strong)], []]
    if overlay.invited:
        lines += [[(" " + overlay.invited[a:b], theme.text)] for a, b in wrap(overlay.invited, columns - 2)]
    cursor = None
    name, server = overlay.nick, overlay.server or overlay.default_server
    asked = " Choose your nickname: "
    if overlay.step is Step.NICK:
        cursor = _question(lines, asked, overlay, columns, looks)
    else:
        lines.append([(asked + name, theme.text)])
    if overlay.step is Step.PASSWORD:
        cursor = _question(lines, " Your password there: ", overlay, columns, looks)
        if not overlay.problem:
            about = _ABOUT_PASSWORDS
            lines += [[], *([(" " + about[a:b], theme.quiet)] for a, b in wrap(about, columns - 2))]
    elif overlay.step is not Step.NICK and overlay.network is None:
        asked = f" Server [{overlay.default_server}]: "
        if overlay.step is Step.SERVER:
            cursor = _question(lines, asked, overlay, columns, looks)
        else:
            lines.append([(asked + overlay.server, theme.text)])
    if overlay.step is Step.CONNECTING:
        lines.append([(f" Connecting to {server}{signs.ellipsis}", theme.quiet)])
    if overlay.problem:
        lines += [[(" " + overlay.problem[a:b], theme.text)] for a, b in wrap(overlay.problem, columns - 2)]
    if overlay.step is Step.NO_SERVER:
        for key, text in _CHOICES:
            rows = [text[a:b] for a, b in wrap(text, columns - 7)]
            lines.append([("   ", theme.text), (key, theme.accent), ("  " + rows[0], theme.text)])
            lines += [[("      " + row, theme.text)] for row in rows[1:]]
        lines += [[(" " + _FOR_OTHERS[a:b], theme.quiet)] for a, b in wrap(_FOR_OTHERS, columns - 2)]
    top = max(0, len(lines) - height)
    shown = [fit(line, columns, theme.text) for line in lines[top:]]
    shown += [fit([], columns, theme.text)] * (height - len(shown))
    return shown, (max(0, cursor[0] - top), cursor[1]) if cursor else None


def _question(
    lines: list[list[Run]], asked: str, overlay: Welcome, columns: int, looks: Looks
) -> tuple[int, int]:
    """Append a question with the answer that is being typed; return where the cursor is."""
    editor = overlay.editor
    if overlay.step is Step.PASSWORD:
        editor = Editor()
        editor.set(looks.signs.secret * len(overlay.editor.text), overlay.editor.cursor)
    answer = written(editor, max(2, columns - len(asked)))
    lines.append([(asked, looks.theme.text), (answer.rows[answer.row], looks.theme.strong)])
    return len(lines) - 1, min(len(asked) + answer.column, columns - 1)
