"""What a scenario finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number, with its unit, the most and the least that it may be (None of them: it is only told)."""

    name: str
    value: float
    unit: str
    target: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool:
        """True where the targets are met, or there are none."""
        return (self.target is None or self.value <= self.target) and (
            self.least is None or self.value >= self.least
        )

    @property
    def bounds(self) -> str:
        """The targets in words."""
        words = (("at most", self.target), ("at least", self.least))
        return ", ".join(f"{word} {bound:g}" for word, bound in words if bound is not None)
