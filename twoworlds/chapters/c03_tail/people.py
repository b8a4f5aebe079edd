"""How often people come in a week: what turns a share of requests into a share of people."""

from functools import cache

import numpy as np
import pandas as pd

from twoworlds.course.grids import grid
from twoworlds.world import Policy, World, simulate

WEEK_HOURS = 168.0


def build_grid() -> pd.DataFrame:
    """Return how many of a week's visitors open how many sessions. Columns: sessions, people."""
    sessions = simulate(World(users=60_000, days=7, seed=33), Policy()).totals("sessions", (1, 7))
    counts = np.bincount(sessions.astype(int))
    return pd.DataFrame({"sessions": np.arange(1, len(counts)), "people": counts[1:]}).query("people > 0")


@cache
def visitors() -> tuple[np.ndarray, np.ndarray]:
    """Return (sessions a week, share of the week's visitors), fewest sessions first."""
    table = grid("ch03_people")
    return table["sessions"].to_numpy(float), table["people"].to_numpy() / table["people"].sum()


@cache
def heaviest_tenth() -> np.ndarray:
    """Return each number of sessions' share of the tenth of visitors who come most often; sums to 1."""
    _, share = visitors()
    above = np.concatenate([np.cumsum(share[::-1])[::-1][1:], [0.0]])
    return np.clip(np.minimum(share, 0.1 - above), 0, None) / 0.1


def meet_one(bad: np.ndarray | float, heavy: bool = False) -> np.ndarray:
    """Return the share of a week's visitors with at least one bad session, if a share `bad` of sessions is.

    E[1 - (1 - bad)^k] over the world's own k, as if bad sessions fell on anybody alike; `heavy`: of the tenth of
    visitors who come most often. Never below 0 or above 1, and exact for tiny shares.
    """
    sessions, share = visitors()
    weight = heaviest_tenth() if heavy else share
    with np.errstate(divide="ignore"):  # log1p(-1) is -inf: everybody is hit
        spared = sessions * np.log1p(-np.asarray(bad, float)[..., None])
    return np.minimum(1, -np.expm1(spared) @ weight)


def hit_by_incident(errors: float, hours: np.ndarray) -> np.ndarray:
    """Return the share of a week's visitors who meet a failure in an incident of so many hours.

    Each of their sessions falls anywhere in the week, and a share `errors` of those in the incident fails. From a week
    on it is the share of each full week's visitors.
    """
    return meet_one(errors * np.minimum(hours, WEEK_HOURS) / WEEK_HOURS)
