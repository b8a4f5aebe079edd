"""Five launches, five decisions: how sure are you that each should ship? Judged by the quarter that followed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from twoworlds.chapters.c08_ab_tests.launches import (
    DAYS,
    LAUNCHES,
    METRICS,
    STORIES,
    TEST_DAYS,
    in_percent,
    model,
)
from twoworlds.chapters.c08_ab_tests.people import Z
from twoworlds.course.deck import Card, Deck
from twoworlds.course.style import NEUTRAL, PRODUCT, TRUTH
from twoworlds.interview.scoring import brier

# Active users that changed by less than this at the quarter's end are called unchanged: either decision is right.
UNCHANGED = 0.003
WHY = {
    1.0: "At the end of the quarter there are more active users than without it.",
    0.0: "At the end of the quarter there are fewer active users than without it.",
    0.5: f"At the end of the quarter active users are within {100 * UNCHANGED:g} % of what they were without it.",
}


def outcome(launch: str) -> float:
    """Return 1 if the launch should have shipped by active users after the quarter, 0 if not, 0.5 if it is equal."""
    change = model(launch, DAYS).truth("days_active")
    return 0.5 if abs(change) < UNCHANGED else float(change > 0)


def card(launch: str) -> Card:
    """Return a launch's card: its story and its test; the reason is the quarter's outcome."""
    seen = [
        f"{METRICS[metric].lower()} {in_percent(row[:3])}" for metric, row in model(launch, DAYS).test.items()
    ]
    text = f"{launch}. {STORIES[launch]} The test, {TEST_DAYS} days, 95 % intervals: {', '.join(seen)}."
    return Card(f"08.launch.{list(LAUNCHES).index(launch) + 1}", text, outcome(launch), WHY[outcome(launch)])


def by_clicks() -> tuple[float, ...]:
    """Return what a reader of one number says: 95 % where clicks rose significantly, 5 % where they fell, else 50."""
    tests = [model(launch, DAYS).test["clicks"] for launch in LAUNCHES]
    return tuple(0.95 if low > 0 else 0.05 if high < 0 else 0.5 for _, low, high, _ in tests)


def lows() -> np.ndarray:
    """Return the low ends of the tests' intervals of active days, one a launch, shares."""
    return np.array([model(launch, DAYS).test["days_active"][1] for launch in LAUNCHES])


def by_margin(low: ArrayLike, margin: float = 0.01) -> np.ndarray:
    """Return what a reader of the guardrail says: 95 % where a larger fall than the margin is ruled out, else 5 %."""
    return np.where(np.asarray(low) > -margin, 0.95, 0.05)


def fortnight() -> tuple[np.ndarray, np.ndarray]:
    """Return the true changes of active days in the tests' fortnight, and the tests' standard errors, one a launch.

    The truth is the mean of the stored quarter's first two weeks.
    """
    weeks = [[model(launch, day).truth("days_active") for day in (7, TEST_DAYS)] for launch in LAUNCHES]
    ends = np.array([model(launch, DAYS).test["days_active"][1:3] for launch in LAUNCHES])
    return np.mean(weeks, axis=1), (ends[:, 1] - ends[:, 0]) / (2 * Z)


@dataclass(frozen=True)
class Costs:
    """What each decision cost: said (shares) and cost (squared error), one a launch answered."""

    said: np.ndarray
    cost: np.ndarray
    score: float
    coin: float  # the score of 50 % every time


def score(said: Sequence[float], outcomes: Sequence[float]) -> Costs:
    """Return the Brier costs of the decisions, shares from 0 (don't) to 1 (ship)."""
    p, o = np.array(said), np.array(outcomes)
    return Costs(p, (p - o) ** 2, brier(said, outcomes), brier([0.5] * len(p), outcomes))


def draw(costs: Axes) -> Callable[[Costs], None]:
    """Each decision on the curve that its outcome puts it on."""
    p = np.linspace(0, 1, 101)
    costs.set(xlim=(-3, 103), ylim=(-0.06, 1.08), xlabel="You said: ship, %", ylabel="Cost (0 is perfect)")
    for curve, x, words in ((p**2, 69, "it should not have"), ((p - 1) ** 2, 31, "it should have shipped")):
        costs.plot(100 * p, curve, color=NEUTRAL, linewidth=1)
        costs.text(x, 0.6, words, color="#555555", ha="right" if x > 50 else "left")
    costs.plot(100 * p, (p - 0.5) ** 2, ":", color=NEUTRAL, linewidth=1)
    costs.text(50, 0.05, "it changed nothing", color="#555555", ha="center")
    names = [costs.text(0, 0, "", fontsize=9, animated=True) for _ in LAUNCHES]
    dots = costs.plot([], [], "o", color=PRODUCT, markersize=11, markeredgecolor=TRUTH, animated=True)[0]

    def update(r: Costs) -> None:
        dots.set_data(100 * r.said, r.cost)
        for text in names:
            text.set_text("")
        for text, ((x, y), launches) in zip(names, _together(r).items(), strict=False):
            text.set(text=", ".join(launches), x=x + (2 if x < 50 else -2), y=y + 0.045)
            text.set_ha("left" if x < 50 else "right")

    return update


def _together(r: Costs) -> dict[tuple[float, float], list[str]]:
    """Return the names of the launches at each place of the picture: answers come in the order of the cards."""
    places: dict[tuple[float, float], list[str]] = {}
    for launch, said, cost in zip(LAUNCHES, r.said, r.cost, strict=False):
        places.setdefault((100 * float(said), float(cost)), []).append(launch)
    return places


def reading(r: Costs) -> str:
    """Say the score beside that of saying 50 % every time."""
    verdict = "better than" if r.score < r.coin else "no better than"
    number = "launch" if len(r.said) == 1 else "launches"
    return (
        f"Brier score {r.score:.2f} over {len(r.said)} {number} (0 is perfect), {verdict} saying 50 % every time "
        f"({r.coin:.2f})."
    )


def five_decisions() -> Deck:
    """Return the deck of the five launches."""
    return Deck(
        id="08.launches",
        question="Five launches. How sure are you that each should ship?",
        cards=[card(launch) for launch in LAUNCHES],
        labels=("ship", "don't ship"),
        model=score,
        draw=draw,
        reading=reading,
        panels={"costs": "What your certainty costs"},
        example=("A reader who looks at clicks alone", by_clicks()),
        height=2.9,
    )
