"""From estimates to a decision: is the goal met, and is harm beyond the margin ruled out?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import stdtrit

from twoworlds.errors import require_inside, require_kind, require_one_of
from twoworlds.experiment.estimates import Estimate

Harm = Literal["lower", "higher"]
SHIP, HOLD, UNDECIDED = "ship", "don't ship", "undecided"


@dataclass(frozen=True)
class Guardrail:
    """A metric that must not get worse by more than a margin.

    effect: treatment - control. margin: the largest harm that would be accepted, positive, in the effect's unit,
    agreed before the data. harm: the direction that hurts, "lower" (active users) or "higher" (latency).
    alpha: one-sided; 0.025 uses the same bound as a two-sided 95 % interval.
    """

    effect: Estimate
    margin: float
    harm: Harm = "lower"
    alpha: float = 0.025

    def __post_init__(self) -> None:
        require_kind("effect", self.effect, Estimate)
        object.__setattr__(self, "margin", require_inside("margin", self.margin, 0, 1e300))
        require_one_of("harm", self.harm, ("lower", "higher"))
        object.__setattr__(self, "alpha", require_inside("alpha", self.alpha, 1e-100, 0.5))

    @property
    def worst(self) -> float:
        """The end of the interval on the harmful side: the worst effect that the interval still holds."""
        low, high = self._ends()
        return low if self.harm == "lower" else high

    @property
    def p(self) -> float:
        """One-sided p of "the harm is the margin or more"."""
        if self.harm == "lower":
            return self.effect.p(-self.margin, "greater")
        return self.effect.p(self.margin, "less")

    @property
    def holds(self) -> bool:
        """Whether harm of the margin or more is ruled out (non-inferiority). False where nothing can be said."""
        return self.worst > -self.margin if self.harm == "lower" else self.worst < self.margin

    @property
    def broken(self) -> bool:
        """Whether the whole interval lies beyond the margin: harm is shown, not merely not ruled out."""
        low, high = self._ends()
        return high < -self.margin if self.harm == "lower" else low > self.margin

    def _ends(self) -> tuple[float, float]:
        """Return the interval at 1 - 2 alpha, by the quantile of alpha: 1 - 2 alpha would round a small one away."""
        effect = self.effect
        half = -float(stdtrit(effect.df, self.alpha)) * effect.se if effect.se > 0 else math.nan
        return effect.value - half, effect.value + half


def decide(goal: Estimate, guardrails: Sequence[Guardrail] = (), level: float = 0.95) -> str:
    """Return "ship", "don't ship" or "undecided" by a rule that can be agreed on before the data.

    Ship: the goal's interval lies above 0 and every guardrail holds. Don't ship: the goal's interval lies below 0
    or a guardrail is broken. Else undecided: more users, a wider margin, or a risk that somebody signs for.
    """
    low, high = require_kind("goal", goal, Estimate).interval(level)
    for rail in require_kind("guardrails", guardrails, Sequence):
        require_kind("each of guardrails", rail, Guardrail)
    if high < 0 or any(rail.broken for rail in guardrails):
        return HOLD
    return SHIP if low > 0 and all(rail.holds for rail in guardrails) else UNDECIDED
