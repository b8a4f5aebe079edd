"""03.7 and 03.8: how long the budget lasts, and what a chain of parts can promise."""

import math
from collections.abc import Sequence

import numpy as np

from twoworlds.chapters.c03_tail.exercises.slips import Slips
from twoworlds.course.exercise import Exercise, Wrong


def hours_left(errors: int, requests: int, target: float, spent: float) -> float:
    """Return the hours until the 30-day error budget is gone, if errors go on like this; inf without errors."""
    if errors == 0:
        return math.inf
    burn_rate = errors / requests / (1 - target)
    return (1 - spent) * 30 * 24 / burn_rate


def _left(burn_rate: float, spent: float, hours: float = 720.0) -> float:
    return math.inf if burn_rate == 0 else (1 - spent) * hours / burn_rate


HOURS_LEFT = Exercise(
    id="03.7",
    title="How long does the budget last?",
    desk="both",
    minutes=9,
    answer=hours_left,
    cases=[
        (30, 10_000, 0.999, 0.5), (144, 10_000, 0.999, 0.0), (3, 500, 0.99, 0.9), (1, 40_000, 0.9999, 0.7),
        (7, 900, 0.995, 0.25), (5, 1000, 0.999, 1.0), (0, 100, 0.999, 0.2),
    ],
    returns="a float: the hours until the budget is gone",
    accepts=Slips(
        (lambda e, n, t, s: 0.0 if e == 0 else None, "without errors the budget is never gone: return math.inf."),
        (lambda e, n, t, s: math.inf if e / n <= 1 - t else None, "below a burn rate of 1 the rest of a budget is used up as well, only later."),
        (lambda e, n, t, s: math.inf if s == 1 else None, "nothing is left of this budget: 0 hours."),
        (lambda e, n, t, s: 720 * (1 - s) if e == 0 else None, "without errors the budget is never gone: return math.inf."),
        (lambda e, n, t, s: 720 * (1 - s), "that is the same for any number of errors: divide by the burn rate."),
        (lambda e, n, t, s: 720 * (1 - s) * e / n / (1 - t), "the burn rate is upside down: the faster it burns, the less time is left."),
        (lambda e, n, t, s: float(round(_left(e / n / (1 - t), s))) if e else None, "hours need not be whole: don't round."),
        (lambda e, n, t, s: float(math.floor(_left(e / n / (1 - t), s))) if e else None, "hours need not be whole: don't round."),
        (lambda e, n, t, s: float(math.ceil(_left(e / n / (1 - t), s))) if e else None, "hours need not be whole: don't round."),
        (lambda e, n, t, s: 60 * hours_left(e, n, t, s), "that is in minutes: return hours."),
        (lambda e, n, t, s: min(720.0, hours_left(e, n, t, s)), "the window moves on with the clock: don't stop at 30 days."),
        (lambda e, n, t, s: (1 - s) * (1 - t) * n / max(e, 1e-9), "that is how long the budget of one hour lasts: the budget is for 720 hours."),
        (lambda e, n, t, s: (1 - s) * 720 / burn if (burn := e / n / (1 - t) - 1) > 0 else None, "everything that fails spends the budget, not only what is above the allowed share."),
    ),
    wrongs=[
        Wrong("error rate", lambda e, n, t, s: _left(e / n, s),
              "You divided by the error rate. The burn rate is the error rate divided by the budget, 1 - target: 0.3 % of errors are three times a budget of 0.1 %."),
        Wrong("target", lambda e, n, t, s: _left(e / n / t, s), "You divided by the target. What may fail is 1 - target."),
        Wrong("forgets spent", lambda e, n, t, s: _left(e / n / (1 - t), 0), "That is the time for a whole budget; a part of it is already spent."),
        Wrong("days", lambda e, n, t, s: _left(e / n / (1 - t), s, 30), "That is in days: 24 hours each."),
        Wrong("spent for left", lambda e, n, t, s: _left(e / n / (1 - t), 1 - s), "You used what is spent; what is left is 1 - spent."),
    ],
    hints=(
        "At which error rate would the budget last exactly 30 days?",
        "Burn rate = error rate / (1 - target). A whole budget lasts 720 h / burn rate; how much of it is left?",
        "burn_rate = errors / requests / (1 - target)  # without errors the answer is math.inf; else divide what is left",
    ),
)  # fmt: skip


def availability(stages: Sequence[Sequence[float]]) -> float:
    """Return the availability of a chain of stages; a stage is up if any of its parts is; parts are independent."""
    return float(np.prod([1 - np.prod([1 - part for part in stage]) for stage in stages]))


def _stages() -> list[tuple[list[list[float]]]]:
    return [
        ([[0.9], [0.4, 0.5]],),
        ([[0.5, 0.8], [0.9]],),
        ([[0.999], [0.999], [0.999]],),
        ([[0.99, 0.99], [0.9995]],),
        ([[0.9, 0.9, 0.9]],),
        ([[0.999], [0.99, 0.95, 0.9], [0.98, 0.97]],),
    ]


AVAILABILITY = Exercise(
    id="03.8",
    title="A chain of parts",
    desk="platform",
    minutes=8,
    answer=availability,
    cases=_stages,
    returns="a float: the availability of the chain",
    accepts=Slips(
        (lambda stages: 1 - math.prod(1 - math.prod(s) for s in stages),
         "you swapped the two: parts of a stage stand side by side, stages in a row."),
        (lambda stages: math.prod(s[0] for s in stages), "you took the first part of each stage; the others help too."),
        (lambda stages: min(max(s) for s in stages), "that is the best part of the weakest stage: the other parts and stages count too."),
        (lambda stages: math.prod(sum(s) / len(s) for s in stages), "parts of a stage don't average: it is down only if all of them are."),
        (lambda stages: math.prod(min(1, sum(s)) for s in stages), "chances to be up don't add up: a stage is down only if all of its parts are."),
        (lambda stages: sum(1 - math.prod(1 - p for p in s) for s in stages) / len(stages),
         "stages don't average: the chain needs all of them."),
        (lambda stages: availability(stages[:1]), "that is the first stage alone, or the best part of all: the chain needs every stage."),
        (lambda stages: 1 - availability(stages), "that is how often it is down: one minus that."),
        (lambda stages: 100 * availability(stages), "that is in per cent: return a share."),
    ),
    wrongs=[
        Wrong("weakest link", lambda stages: float(min(1 - np.prod([1 - p for p in s]) for s in stages)),
              "That is the weakest stage. The others fail too, at other times: three times 99.9 % is 99.7 %."),
        Wrong("best part", lambda stages: float(np.prod([max(s) for s in stages])),
              "You took the best part of each stage. Two parts are better than the best of them: both must be down at once."),
        Wrong("all needed", lambda stages: float(np.prod([p for s in stages for p in s])),
              "You multiplied everything, as if every part were needed: within a stage one is enough."),
        Wrong("downtimes", lambda stages: float(1 - np.prod([np.prod([1 - p for p in s]) for s in stages])),
              "You multiplied the stages' downtimes: then the chain is down only if all stages are. One is enough."),
        Wrong("sum of downtimes", lambda stages: float(1 - sum(np.prod([1 - p for p in s]) for s in stages)),
              "Adding downtimes counts the moments twice in which two stages are down. Close for many nines; multiply to be right."),
    ],
    hints=(
        "Two kinds of “and”: within a stage all parts must fail, along the chain all stages must work.",
        "Stage: 1 - product of (1 - part). Chain: product of the stages.",
        "up = [1 - np.prod([1 - part for part in stage]) for stage in stages]  # one number a stage; all are needed",
    ),
)  # fmt: skip
