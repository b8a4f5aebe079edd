"""Four weeks of Flick's log with the truth beside it: what this chapter's explorers and exercises look at."""

from functools import cache

import numpy as np
import pandas as pd

from twoworlds.world import Run, World, simulate


def rank_correlation(x: pd.Series, y: pd.Series) -> float:
    """Return Spearman's rank correlation of two columns, over the rows that have both (-1 to 1)."""
    both = pd.DataFrame({"x": x, "y": y}).dropna().rank()
    return float(both["x"].corr(both["y"]))


BIAS_TODAY = 2.0  # log-odds of answering a survey per unit of value, as in the world


def stars(value: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the stars (1 to 5) that clicks of this value (-1 to 1) would be given if everybody answered."""
    return np.clip(np.floor(3.5 + 2 * value + rng.uniform(-1.5, 1.5, len(value))), 1, 5)


@cache
def four_weeks() -> Run:
    """Return the run that ships in data/world: 2,000 users, 28 days, today's production."""
    return simulate(World(users=2000, days=28, seed=7), "production")


@cache
def impressions() -> pd.DataFrame:
    """Return its impression log with each video's length and the share watched; beside it the truth: value and click
    chance."""
    run = four_weeks()
    log, hidden = run.log(), run.hidden()
    length = run.videos().set_index("video_id")["length_s"].reindex(log["video_id"]).to_numpy()
    share = log["watch_s"].astype(float) / length
    return log.assign(
        length_s=length, share=share, value=hidden["value"], click_chance=hidden["click_chance"]
    )


@cache
def clicks() -> pd.DataFrame:
    """Return the clicks alone."""
    return impressions()[lambda log: log["clicked"]].reset_index(drop=True)


@cache
def true_value() -> pd.Series:
    """Return how glad a click on each video leaves people on average (points, -100 to 100), by video_id: the truth."""
    log = impressions()
    sums = (
        pd.DataFrame(
            {
                "glad": log["value"] * log["click_chance"],
                "chance": log["click_chance"],
                "video_id": log["video_id"],
            }
        )
        .groupby("video_id")
        .sum()
    )
    return 100 * sums["glad"] / sums["chance"]
