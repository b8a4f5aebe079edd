"""Thirty scenes, one question each: whose question is this, the product desk's or the platform desk's?"""

from dataclasses import dataclass

from twoworlds.interview.records import load

OUTCOMES = {"product": 1.0, "both": 0.5, "platform": 0.0}
"""What a forecast "probability that this is the product desk's question" is scored against."""


@dataclass(frozen=True)
class Vignette:
    """One scene; `desk` is "product", "platform" or "both", `ambiguity` "clear", "leaning" or "both"."""

    id: str
    kind: str
    company: str
    text: str
    desk: str
    ambiguity: str
    user: str
    why: str
    tempting: str

    @property
    def outcome(self) -> float:
        """1 for product, 0 for platform, 0.5 where both own it and 50 % is the honest forecast."""
        return OUTCOMES[self.desk]


def load_vignettes() -> tuple[Vignette, ...]:
    """Return the 30 vignettes in their stored order, mixed by desk. Raises InputError if data are missing."""
    return load("ch01/vignettes.json", tuple[Vignette, ...])
