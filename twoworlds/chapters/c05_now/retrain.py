"""How often to retrain? What a model loses by it, in lived weeks, while tastes move."""

import numpy as np
import pandas as pd

from twoworlds.course.grids import grid
from twoworlds.world import Policy, World, compare, simulate

USERS, SEED = 30_000, 5
# The second four weeks are compared. Every cadence fits into them a whole number of times.
DAYS, WINDOW = 56, (29, 56)
RETRAIN_DAYS = (1, 2, 4, 7, 14, 28)
DRIFTS = (0.2, 0.5, 1.0, 2.0, 5.0)  # % of the users whose favourite topic changes, per day
METRICS = {"clicks": "clicks", "active users": "actives"}


def build_grid() -> pd.DataFrame:
    """Live eight weeks at each drift and cadence, against a model trained every night.

    Columns: drift (% a day), retrain_days, metric, lost (a share, over the second four weeks), se.
    """
    rows = []
    for drift in DRIFTS:
        world = World(users=USERS, days=DAYS, seed=SEED, taste_drift=drift / 100)
        nightly = simulate(world, Policy(retrain_days=1))
        for cadence in RETRAIN_DAYS:
            run = nightly if cadence == 1 else simulate(world, Policy(retrain_days=cadence))
            for metric in METRICS.values():
                effect = compare(nightly, run, metric, WINDOW)
                rows.append((drift, cadence, metric, 0.0 - effect.relative, effect.relative_se))
    return pd.DataFrame(rows, columns=["drift", "retrain_days", "metric", "lost", "se"])


def lived(drift: float, metric: str) -> np.ndarray:
    """Return what each cadence of RETRAIN_DAYS loses at a drift (% a day), shares, as lived."""
    table = grid("ch05_retrain")
    return table[(table.drift == drift) & (table.metric == METRICS[metric])].lost.to_numpy()


def lost(drift: float, metric: str, retrain_days: int) -> float:
    """Return what a cadence loses at a drift (% a day), a share, as lived."""
    return float(lived(drift, metric)[RETRAIN_DAYS.index(retrain_days)])
