"""Plots as SVG: panels beside each other, a line a server, both axes logarithmic.

Only what the benchmark's plot needs.  Numbers in, text out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 470, 346  # of a panel, in pixels
LEFT, RIGHT, TOP, BOTTOM = 66, 14, 60, 46  # margins around what is drawn
COLOURS = ("#0b6bcb", "#c2410c", "#4d7c0f", "#7e22ce", "#525252")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 2")  # who sees no colours sees these
LINE, LETTER = 16, 6.5  # pixels of a line of text, and of a letter as a rule
FONT = "font-family='sans-serif' font-size='12'"

Point = tuple[float, float]


class Panel(NamedTuple):
    """One plot: what it shows, the words at its axes, and the points of every line by its name."""

    title: str
    x: str
    y: str
    lines: Mapping[str, Sequence[Point]]


class _Axis:
    """A logarithmic axis, from values to pixels."""

    def __init__(self, values: Iterable[float], start: float, end: float) -> None:
        found = [value for value in values if value > 0] or [1.0]
        self.low, self.high = math.log10(min(found)), math.log10(max(found))
        if self.high - self.low < 0.5:
            self.low, self.high = self.low - 0.25, self.high + 0.25
        room = 0.04 * (self.high - self.low)
        self.low, self.high = self.low - room, self.high + room
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self) -> list[float]:
        """1, 2 and 5 of every power of ten that is in sight; powers alone where that would be many."""
        steps = (1, 2, 5) if self.high - self.low < 2.6 else (1,)
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        every = [step * 10.0**power for power in powers for step in steps]
        return [tick for tick in every if self.low <= math.log10(tick) <= self.high]


def svg(panels: Sequence[Panel], caption: str) -> str:
    """Return a picture of panels from left to right, with lines of text below them."""
    below = caption.split("\n")
    width, height = WIDTH * len(panels), HEIGHT + 6 + LINE * len(below)
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'"
        f" viewBox='0 0 {width} {height}' role='img' {FONT} fill='#222'>",
        f"<title>{escape(', '.join(panel.title for panel in panels))}</title>",
        f"<rect width='{width}' height='{height}' fill='#fff'/>",
    ]
    for number, panel in enumerate(panels):
        parts.append(f"<g transform='translate({number * WIDTH} 0)'>")
        parts += _panel(panel, names)
        parts.append("</g>")
    for number, line in enumerate(below, 1):
        parts.append(_text(width / 2, HEIGHT + LINE * number - 2, line, "middle", "#666"))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _panel(panel: Panel, names: Sequence[str]) -> Iterable[str]:
    points = [point for line in panel.lines.values() for point in line]
    x = _Axis((point[0] for point in points), LEFT, WIDTH - RIGHT)
    y = _Axis((point[1] for point in points), HEIGHT - BOTTOM, TOP)
    yield f"<text x='{LEFT}' y='18' font-weight='bold'>{escape(panel.title)}</text>"
    for tick in x.ticks():
        yield f"<path d='M{x(tick):.1f} {TOP}V{HEIGHT - BOTTOM}' stroke='#e5e5e5'/>"
        yield _text(x(tick), HEIGHT - BOTTOM + 16, short(tick), "middle")
    for tick in y.ticks():
        yield f"<path d='M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}' stroke='#e5e5e5'/>"
        yield _text(LEFT - 6, y(tick) + 4, short(tick), "end")
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, panel.x, "middle")
    middle = (TOP + HEIGHT - BOTTOM) / 2
    yield f"<g transform='translate(14 {middle}) rotate(-90)'>{_text(0, 0, panel.y, 'middle')}</g>"
    for name, line in panel.lines.items():
        index = names.index(name)
        colour, dash = COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line if a > 0 and b > 0)
        yield f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2' {_dash(dash)}/>"
        yield from (
            f"<circle cx='{x(a):.1f}' cy='{y(b):.1f}' r='3' fill='{colour}'/>"
            for a, b in line
            if a > 0 and b > 0
        )
    yield from _legend(names)


def _legend(names: Sequence[str]) -> Iterable[str]:
    """Which line is whose, in as many rows as that takes."""
    start, row = float(LEFT), 32
    for index, name in enumerate(names):
        width = 37 + LETTER * len(name)
        if start + width > WIDTH and start > LEFT:
            start, row = float(LEFT), row + LINE
        colour = COLOURS[index % len(COLOURS)]
        dash = _dash(DASHES[index % len(DASHES)])
        yield f"<path d='M{start:.1f} {row}h22' stroke='{colour}' stroke-width='2' {dash}/>"
        yield _text(start + 27, row + 4, name, "start")
        start += width


def _dash(pattern: str) -> str:
    return f"stroke-dasharray='{pattern}'" if pattern else ""


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#222") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{colour}'>{escape(text)}</text>"


def short(value: float) -> str:
    """Write a number as axes have it: 0.5, 20, 5k, 2M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
