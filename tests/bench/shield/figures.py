"""What a scenario finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number, with its unit and the most that it may be (None: it is only told)."""

    name: str
    value: float
    unit: str
    target: float | None = None

    @property
    def met(self) -> bool:
        """True where the target is met, or there is none."""
        return self.target is None or self.value <= self.target
