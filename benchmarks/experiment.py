"""How fast is the analysis of an experiment? Three metrics of a million users, beside scipy's ttest_ind.

Run `python benchmarks/experiment.py`. Both start from the same table (one row a user) and split it by arm.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from twoworlds.experiment import Moments, analyse, difference

USERS = 1_000_000
METRICS = ("clicks", "sessions", "watch_s")
ROUNDS = 7


def users() -> pd.DataFrame:
    """Return a million users with two arms and three metrics of a feed's shape: counts, counts, heavy-tailed."""
    rng = np.random.default_rng(1)
    arm = np.where(rng.random(USERS) < 0.5, "control", "treatment")
    columns = {"clicks": rng.poisson(2, USERS), "sessions": rng.poisson(1, USERS)}
    return pd.DataFrame({"arm": arm, **columns, "watch_s": rng.lognormal(3, 1.2, USERS)})


def ours(table: pd.DataFrame) -> list[float]:
    """Return the p values by the course's own table: absolute and relative intervals come with them."""
    return analyse(table, METRICS, control="control").p.tolist()


def peer(table: pd.DataFrame) -> list[float]:
    """Return the p values by scipy, from the same table."""
    treated = (table.arm == "treatment").to_numpy()
    columns = [table[metric].to_numpy() for metric in METRICS]
    return [float(stats.ttest_ind(x[treated], x[~treated], equal_var=False).pvalue) for x in columns]


def split(table: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (control, treatment) values of each metric, so that only the tests themselves are timed."""
    treated = (table.arm == "treatment").to_numpy()
    columns = [table[metric].to_numpy(dtype=float) for metric in METRICS]
    return [(x[~treated], x[treated]) for x in columns]


def ours_split(arms: list[tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """Return the p values from arrays that are split already."""
    return [difference(Moments.of(control), Moments.of(treatment)).p() for control, treatment in arms]


def peer_split(arms: list[tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """Return scipy's p values from the same arrays."""
    return [float(stats.ttest_ind(t, c, equal_var=False).pvalue) for c, t in arms]


def ratio(label: str, mine: Callable, theirs: Callable, data: object) -> float:
    """Time both in turns, so that a busy moment hits both; print and return our time over theirs."""
    assert np.allclose(mine(data), theirs(data))
    taken: dict[Callable, list[float]] = {mine: [], theirs: []}
    for _ in range(ROUNDS):
        for work, times in taken.items():
            start = time.perf_counter()
            work(data)
            times.append(1000 * (time.perf_counter() - start))
    a, b = (statistics.median(times) for times in taken.values())
    print(f"  {label:24} ours {a:6.1f} ms   scipy {b:6.1f} ms   ratio {a / b:.2f}")
    return a / b


def main() -> None:
    """Print both comparisons."""
    table = users()
    print(f"Two-sample analysis of {len(METRICS)} metrics, {USERS:,} users")
    ratio("from one table by arm", ours, peer, table)
    ratio("from arrays, split", ours_split, peer_split, split(table))


if __name__ == "__main__":
    main()
