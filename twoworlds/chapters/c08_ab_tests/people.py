"""Six thousand users in both worlds: what each would do with the old feed and with the new. Nobody has this table."""

import math
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from twoworlds.course.grids import grid
from twoworlds.world import Policy, World, simulate

# Everybody is there from the start: who chooses for themselves must have a past to choose from.
WORLD = World(users=6000, days=28, seed=8, newcomers=0)
BRIGHT = Policy(
    value_weight=0.3
)  # Bright covers: the ranker listens more to taps, less to what people are glad of
BROKEN = Policy(outage_share=0.3)  # a release in which three sessions in ten fail
CHANGES = {"nothing (A/A)": "old", "Bright covers": "bright", "a broken release": "broken"}
START = 15
Z = float(ndtri(0.975))  # standard errors from 0 to the bar of a two-sided 5 %


def build_grid() -> pd.DataFrame:
    """Live four weeks three times; the change comes on day 15.

    Columns: before (sessions on days 1-14, the same in all worlds), then days (active) and clicks on days 15-28 in
    the world with the old feed, with Bright covers, and with the broken release. One row a user.
    """
    runs = {"old": simulate(WORLD, Policy())}
    for name, policy in {"bright": BRIGHT, "broken": BROKEN}.items():
        runs[name] = simulate(WORLD, {1: Policy(), START: policy})
    table = {"before": runs["old"].totals("sessions", (1, START - 1))}
    for name, run in runs.items():
        table[f"days_{name}"] = run.totals("active", (START, WORLD.days))
        table[f"clicks_{name}"] = run.totals("clicks", (START, WORLD.days))
    return pd.DataFrame(table).astype(int)


def both_worlds() -> pd.DataFrame:
    """Return a copy of the stored table, as the notebook shows it; columns as in `build_grid`."""
    return grid("ch08_people").rename_axis("user").copy()


@cache
def people() -> dict[str, NDArray[np.float64]]:
    """Return the stored table as float arrays by column."""
    return {name: values.to_numpy(float) for name, values in grid("ch08_people").items()}


def true_lift(metric: str, change: str) -> float:
    """Return the true lift of a metric ("days" or "clicks") for everybody under a change ("bright", ...), a share."""
    return float(people()[f"{metric}_{change}"].mean() / people()[f"{metric}_old"].mean() - 1)


def spread(metric: str) -> float:
    """Return the standard deviation of single users over their mean, of a column of the stored table."""
    values = people()[metric]
    return float(values.std() / values.mean())


def noise(metric: str, users: float) -> float:
    """Return the standard error of a lift between two arms of `users` with the old feed, a share."""
    return spread(metric) * math.sqrt(2 / users)
