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


# The words on the curves: where, and which of their ends stands there.
ON_CURVES = (
    (69, 0.6, "it should not have", "right"),
    (31, 0.6, "it should have shipped", "left"),
    (50, 0.14, "it changed nothing", "center"),
)
# In the picture's units: how wide a letter is and how high a line, and how far a dot reaches.
LETTER, LINE = 0.8, 0.075
DOT = (0.9, 0.045)
LEFT, RIGHT = -3, 103


def draw(costs: Axes) -> Callable[[Costs], None]:
    """Each decision on the curve that its outcome puts it on."""
    p = np.linspace(0, 1, 101)
    # Room below: a name may stand under a dot that cost nothing.
    costs.set(
        xlim=(LEFT, RIGHT), ylim=(-0.14, 1.08), xlabel="You said: ship, %", ylabel="Cost (0 is perfect)"
    )
    for curve in (p**2, (p - 1) ** 2):
        costs.plot(100 * p, curve, color=NEUTRAL, linewidth=1)
    costs.plot(100 * p, (p - 0.5) ** 2, ":", color=NEUTRAL, linewidth=1)
    for x, y, words, side in ON_CURVES:
        costs.text(x, y, words, color="#555555", ha=side)
    names = [costs.text(0, 0, "", fontsize=9, va="bottom", animated=True) for _ in LAUNCHES]
    dots = costs.plot([], [], "o", color=PRODUCT, markersize=11, markeredgecolor=TRUTH, animated=True)[0]

    def update(r: Costs) -> None:
        dots.set_data(100 * r.said, r.cost)
        for text in names:
            text.set_text("")
        for text, (x, y, words, side) in zip(names, _named(_together(r)), strict=False):
            text.set(text=words, x=x, y=y, ha=side)

    return update


Spot = tuple[float, float, str, str]  # x, bottom, words, and which of their ends stands at x
Box = tuple[float, float, float, float]  # left, bottom, right, top


def _named(places: dict[tuple[float, float], list[str]]) -> list[Spot]:
    """Return where the names of each place stand: above or below it, left or right, where they hide least."""
    wide, high = DOT
    taken = [_box((x, y - 0.02, words, side)) for x, y, words, side in ON_CURVES]
    taken += [(x - wide, y - high, x + wide, y + high) for x, y in places]
    spots: list[Spot] = []
    for (x, y), launches in sorted(places.items()):
        words = ", ".join(launches)
        # Of spots that hide as little the first: above, and towards the middle, where most room is.
        choices = [
            (x + (2 if side == "left" else -2), bottom, words, side)
            for side in (("left", "right") if x < 50 else ("right", "left"))
            for bottom in (y + 0.028, y - 0.115)
        ]
        spots.append(min(choices, key=lambda spot: _hidden(_box(spot), taken)))
        taken.append(_box(spots[-1]))
    return spots


def _box(spot: Spot) -> Box:
    """Return the room that words take."""
    x, bottom, words, side = spot
    wide = LETTER * len(words)
    left = x - wide * {"left": 0, "center": 0.5, "right": 1}[side]
    return left, bottom, left + wide, bottom + LINE


def _hidden(box: Box, taken: Sequence[Box]) -> float:
    """Return the area that a box would hide of what is there; words that leave the picture are worst of all."""
    if box[0] < LEFT or box[2] > RIGHT:
        return np.inf
    shared = ([min(box[i + 2], other[i + 2]) - max(box[i], other[i]) for i in (0, 1)] for other in taken)
    return sum(max(0, wide) * max(0, high) for wide, high in shared)


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
