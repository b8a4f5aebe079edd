"""05.7: real time for whom? An open one, judged by the hidden truth."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from twoworlds.chapters.c05_now import age
from twoworlds.chapters.c05_now.mix import SEGMENTS, SLATES, world_of
from twoworlds.chapters.words import percent
from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.errors import InputError, require_number, shown
from twoworlds.product.session import Memory, evening, play

WORLD = world_of(1.0)  # a wish weighs as much as all of last year
SHARE = {"steady": 0.7, "restless": 0.3}
PEOPLE = 600  # of each segment; fewer than in the chapter, so that a plan is lived while you wait
BUDGET = 5.0  # machines
ASKED, HARM = 0.037, 0.005  # everybody must gain more; a segment may lose so much (shares)
# A delay that nobody can pay, and a half-life longer than the evening: numbers in the other one's unit.
SHORTEST_S, LONGEST_MIN = 5, 60
PLAN = {
    "delay_s": 35,
    "steady": {"weight": 0.0, "half_life_min": None},
    "restless": {"weight": 0.8, "half_life_min": 2},
}


def machines(plan: Mapping[str, Any]) -> float:
    """Return the machines of a plan: the chapter's price of an age, for the people whose weight is above 0."""
    streamed = sum(SHARE[s] for s in SEGMENTS if plan[s]["weight"] > 0)
    return streamed * float(age.machines(plan["delay_s"] / 60))


@lru_cache(maxsize=64)
def _worth(segment: str, weight: float, half_life_min: float, delay_s: float) -> float:
    people = evening(WORLD, PEOPLE, SLATES, wish_half_life_min=SEGMENTS[segment])
    return float(play(people, Memory(weight, half_life_min, delay_s)).satisfaction.mean())


def lived(plan: Mapping[str, Any]) -> pd.Series:
    """Live a plan in the world: satisfaction by segment and of everybody against last year alone (shares), machines.

    plan: {"delay_s": 1 to 3600, "steady": {"weight": 0 to 1, "half_life_min": 0.1 to 1000}, "restless": {...}}.
    """
    _check(plan)
    before = {s: _worth(s, 0.0, 1.0, 0.0) for s in SEGMENTS}
    after = {
        s: _worth(s, plan[s]["weight"], plan[s]["half_life_min"], plan["delay_s"])
        if plan[s]["weight"] > 0
        else before[s]
        for s in SEGMENTS
    }
    total = sum(SHARE[s] * after[s] for s in SEGMENTS) / sum(SHARE[s] * before[s] for s in SEGMENTS)
    gains = {s: after[s] / before[s] - 1 for s in SEGMENTS}
    return pd.Series({**gains, "everybody": total - 1, "machines": machines(plan)})


def _check(plan: object) -> None:
    _check_keys("the plan", plan, {"delay_s", *SEGMENTS})
    require_number("delay_s", plan["delay_s"], 1, 3600, "s")
    for segment in SEGMENTS:
        memory = plan[segment]
        _check_keys(f"the part {segment!r}", memory, {"weight", "half_life_min"})
        weight = require_number(f"weight of the {segment}", memory["weight"], 0, 1)
        if weight > 0:  # without weight nothing of tonight is kept, and no half-life is needed
            require_number(f"half_life_min of the {segment}", memory["half_life_min"], 0.1, 1000, "min")


def _check_keys(name: str, part: object, keys: set[str]) -> None:
    if not isinstance(part, Mapping):
        raise InputError(f"{name} is {shown(part)}: it must be a dict.")
    for key in sorted(keys ^ set(part), key=str):
        wrong = "lacks the key" if key in keys else "has the unknown key"
        raise InputError(f"{name} {wrong} {key!r}: it must have {', '.join(sorted(keys))}.")


def good_enough(value: object, expected: object) -> bool | str:
    """Accept every plan within budget that gains enough and harms nobody; else say what is missing."""
    try:
        result = lived(value)
    except InputError as error:
        return f"the plan can't be lived: {error}"
    told = ", ".join(f"{name} {100 * result[name]:+.2f} %" for name in ("everybody", *SEGMENTS))
    told = f"lived: {told}, {result['machines']:.2f} machines. "
    if round(result["machines"], 2) > BUDGET:  # as it is told
        minutes = " The delay is in seconds: did you mean minutes?" if value["delay_s"] <= SHORTEST_S else ""
        return f"{told}The budget is {BUDGET:g} machines.{minutes}"
    for segment in SEGMENTS:
        if result[segment] < -HARM:
            return f"{told}The {segment} may lose {percent(HARM)} at most."
    if result["everybody"] <= ASKED:
        used = [value[s]["half_life_min"] for s in SEGMENTS if value[s]["weight"] > 0]
        long = max(used, default=0) >= LONGEST_MIN
        seconds = " Half-lives are in minutes: did you mean seconds?" if long else ""
        return f"{told}Everybody must gain more than {percent(ASKED)}.{seconds}"
    return True


def _all_alike(weight: float, half_life_min: float, delay_s: float) -> dict[str, Any]:
    memory = {"weight": weight, "half_life_min": half_life_min}
    return {"delay_s": delay_s, "steady": dict(memory), "restless": dict(memory)}


def _some(delay_s: float) -> dict[str, Any]:
    return {**PLAN, "delay_s": delay_s, "restless": {"weight": 0.6, "half_life_min": 2}}


OPEN = Exercise(
    id="05.7",
    title="Real time for whom?",
    desk="both",
    minutes=20,
    kind="value",
    answer=PLAN,
    accepts=good_enough,
    returns="a dict with the keys 'delay_s', 'steady' and 'restless'",
    wrongs=[
        Wrong("real time for all", _all_alike(0.6, 2, 60), "You stream everybody. Seven in ten are steady: they lose by it, and they take seven tenths of the machines."),
        Wrong("on a budget", _all_alike(0.6, 2, 345), "One weight for all, as quick as the budget allows: the steady are harmed, the restless wait. Who doesn't need the stream?"),
        Wrong("a minute will do", _some(60), "Right people, right weight, and too late: there are machines left in the budget. What would a shorter delay bring?"),
        Wrong("nobody", _all_alike(0.0, 2, 15), "Nobody is streamed: no machines, and no gain. Some people are worth it."),
    ],
    hints=(
        "Who gains by tonight's taps, and who pays for the machines that carry them? They need not be the same people.",
        "A segment with weight 0 needs no stream. What does the budget buy for the rest? And which setting does the rest like best (section 5)?",
        "np.round(12 * 0.3 / np.sqrt(np.array([15, 30, 45, 60]) / 60), 1)  # machines of the restless alone, at four delays; 5 may be spent",
    ),
)  # fmt: skip
