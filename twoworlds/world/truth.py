"""The true effect of a change: the same people, the same days, the same luck, lived twice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twoworlds.errors import InputError, require_one_of, require_whole
from twoworlds.world.people import World
from twoworlds.world.run import Days, Policies, Run, day_range, simulate

#: metric: (numerator column, denominator column or None). Without a denominator: the sum over users, a day.
METRICS: dict[str, tuple[str, str | None]] = {
    "actives": ("active", None),
    "sessions": ("sessions", None),
    "abandoned": ("abandoned", None),
    "impressions": ("impressions", None),
    "clicks": ("clicks", None),
    "watch_s": ("watch_s", None),
    "likes": ("likes", None),
    "surveys": ("surveys", None),
    "total_value": ("value", None),
    "alive": ("alive", None),
    "ctr": ("clicks", "impressions"),
    "value": ("value", "clicks"),
    "watch_per_click": ("watch_s", "clicks"),
    "watch_share": ("watched", "clicks"),
    "survey_mean": ("stars", "surveys"),
    "abandonment": ("abandoned", "sessions"),
    "clicks_per_active": ("clicks", "active"),
    "sessions_per_active": ("sessions", "active"),
}


@dataclass(frozen=True)
class Effect:
    """The true effect of a change on a metric, with its simulation error.

    estimate: changed - base, in the metric's unit. se: its standard error over draws of users.
    relative: estimate / base, with relative_se. day: the day, (first, last), or None for the whole run.
    """

    estimate: float
    se: float
    relative: float
    relative_se: float
    base: float
    changed: float
    metric: str
    day: Days


def _parts(run: Run, metric: str, days: Days) -> tuple[float, NDArray[np.float64]]:
    """Return the metric of a run and each user's contribution to its error (influence, mean 0)."""
    above, below = METRICS[metric]
    first, last = day_range(run.world, days)
    y = run.totals(above, days)
    if below is None:
        scale = run.world.users / (last - first + 1)
        return float(y.sum() / (last - first + 1)), (y - y.mean()) * scale
    x = run.totals(below, days)
    if x.sum() == 0:
        return np.nan, np.full(len(y), np.nan)
    ratio = y.sum() / x.sum()
    return float(ratio), (y - ratio * x) / x.mean()


def _se(errors: NDArray[np.float64]) -> float:
    """Return the standard error of a sum of `errors` / n over n users; nan for a single user."""
    return float(np.std(errors, ddof=1) / np.sqrt(len(errors))) if len(errors) > 1 else np.nan


def compare(base: Run, changed: Run, metric: str = "actives", day: Days = None) -> Effect:
    """Return the effect between two runs of the same world, with paired errors.

    Users are the independent unit, given the videos: se comes from each user's own difference (delta method
    for ratios).
    """
    require_one_of("metric", metric, METRICS)
    if (base.world.users, base.world.days) != (changed.world.users, changed.world.days):
        sizes = [f"{run.world.users} users x {run.world.days} days" for run in (base, changed)]
        raise InputError(f"runs have {sizes[0]} and {sizes[1]}: both must be of the same users and days.")
    value0, error0 = _parts(base, metric, day)
    value1, error1 = _parts(changed, metric, day)
    ratio = value1 / value0 if value0 else np.nan
    se = _se(error1 - error0)
    relative_se = _se(error1 - ratio * error0) / abs(value0) if value0 else np.nan
    return Effect(value1 - value0, se, ratio - 1, relative_se, value0, value1, metric, day)


def truth(
    world: World,
    policy: Policies,
    change: Policies,
    metric: str = "actives",
    day: Days = None,
    replicates: int = 8,
) -> Effect:
    """Return the true effect of going from `policy` to `change` for everybody in `world`.

    Both worlds are lived with common random numbers. With interference users are not independent: then
    `replicates` worlds with following seeds are lived, and se is the spread between them.
    """
    require_one_of("metric", metric, METRICS)
    day_range(world, day)
    if world.interference == 0:
        return compare(simulate(world, policy), simulate(world, change), metric, day)
    seeds = range(world.seed, world.seed + require_whole("replicates", replicates, 2, 1000))
    worlds = [world.but(seed=seed % 2**32) for seed in seeds]
    return _pool([compare(simulate(w, policy), simulate(w, change), metric, day) for w in worlds])


def _pool(effects: list[Effect]) -> Effect:
    """Return the mean of independent effects, with the standard error of that mean."""
    base, changed = (np.array([getattr(e, side) for e in effects]) for side in ("base", "changed"))
    b, g = float(base.mean()), float(changed.mean())
    relative_se = _se(changed - g / b * base) / abs(b)
    return Effect(g - b, _se(changed - base), g / b - 1, relative_se, b, g, effects[0].metric, effects[0].day)
