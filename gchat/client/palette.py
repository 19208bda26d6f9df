"""xterm's 256 colours, and the nearest of fewer for terminals that have 16 or 8."""

_LEVELS = (0, 95, 135, 175, 215, 255)
_BASE = (
    *((0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205)),
    *((229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255)),
    *((255, 0, 255), (0, 255, 255), (255, 255, 255)),
)
_GREY = 8  # "bright black"


def rgb(colour: int) -> tuple[int, int, int]:
    """Return red, green and blue (0 to 255) of one of the 256."""
    if colour < 16:
        return _BASE[colour]
    if colour >= 232:
        level = 8 + 10 * (colour - 232)
        return level, level, level
    colour -= 16
    return _LEVELS[colour // 36], _LEVELS[colour // 6 % 6], _LEVELS[colour % 6]


def is_grey(colour: int) -> bool:
    """Say whether a colour is one of the greys between black and white."""
    return 232 <= colour < 256


def nearest(colour: int, count: int) -> int:
    """Return the colour, or the nearest one of a terminal that has only so many; -1 (its own) stays.

    A grey becomes bright black where there are 16, and the terminal's own colour where there are 8.
    """
    if colour < 0 or colour < min(count, 16) or count >= 256:
        return colour
    if is_grey(colour):
        return _GREY if count >= 16 else -1
    red, green, blue = rgb(colour)

    # only the six hues: a dark green is better shown as green than as black
    def distance(index: int) -> float:
        base = _BASE[index]
        scale = max(red, green, blue, 1) / max(*base, 1)
        return sum((a - b * scale) ** 2 for a, b in zip((red, green, blue), base, strict=True))

    return min(range(1, 7), key=distance)
