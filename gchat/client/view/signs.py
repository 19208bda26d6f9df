"""The characters the screen is drawn with, for terminals that have Unicode and for those that do not."""

from typing import NamedTuple


class Signs(NamedTuple):
    """One cell each, but ``ellipsis``, which is as wide as it is; ``emoji``: whether those can be shown."""

    down: str = "↓"
    vertical: str = "│"
    horizontal: str = "─"
    bar: str = "▌"  # beside the current buffer
    prompt: str = "›"
    at: str = "▸"  # between who and where
    action: str = "∗"
    quote: str = ">"
    emoji: bool = True
    notice: str = "!"
    dot: str = "·"
    failed: str = "✗"
    ellipsis: str = "…"
    pending: str = "…"
    secret: str = "•"  # in place of what is typed


UNICODE = Signs()
ASCII = Signs(
    down="v",
    vertical="|",
    horizontal="-",
    bar=">",
    prompt=">",
    at=">",
    action="*",
    dot="-",
    failed="x",
    ellipsis="...",
    pending=".",
    secret="*",
    emoji=False,
)
