"""02.8, open: a surrogate for what people would say, for all and not only for those who speak."""

from functools import cache

import numpy as np
import pandas as pd

from twoworlds.chapters.c02_engagement.shelf import BIAS_TODAY, clicks, rank_correlation, stars
from twoworlds.course.exercise import Exercise, Wrong

PANEL, EVERYONE = 1500, 3000  # clicks
LEVEL_WITHIN, LEAST_ORDER = 0.1, 0.38  # stars; rank correlation with the hidden value
LOGGED = ["watch_s", "length_s", "liked", "position"]


@cache
def _drawn() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return (volunteers, panel, everyone), each with what is logged, the stars and the hidden value."""
    rng = np.random.default_rng(2)
    table = clicks()[[*LOGGED, "value"]].astype({"watch_s": float, "length_s": float, "position": int})
    table = (
        table.assign(stars=stars(table["value"].to_numpy(dtype=float), rng))
        .iloc[rng.permutation(len(table))]
        .reset_index(drop=True)
    )
    rest = table.iloc[PANEL + EVERYONE :]
    answers = rng.random(len(rest)) < 0.1 / (1 + np.exp(-BIAS_TODAY * rest["value"]))
    parts = rest[answers], table.iloc[:PANEL], table.iloc[PANEL : PANEL + EVERYONE]
    return tuple(part.reset_index(drop=True) for part in parts)


def surrogate_tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what the exercise hands over: volunteers and panel with stars, everyone without."""
    volunteers, panel, everyone = _drawn()
    return volunteers[[*LOGGED, "stars"]], panel[[*LOGGED, "stars"]], everyone[LOGGED]


def _features(table: pd.DataFrame) -> np.ndarray:
    share = table["watch_s"] / table["length_s"]
    columns = (np.ones(len(table)), share, table["liked"], np.log(table["length_s"]), table["position"])
    return np.column_stack([np.asarray(column, dtype=float) for column in columns])


def _fitted(learn: pd.DataFrame, everyone: pd.DataFrame) -> np.ndarray:
    weights = np.linalg.lstsq(_features(learn), learn["stars"].to_numpy(), rcond=None)[0]
    return _features(everyone) @ weights


def surrogate(volunteers: pd.DataFrame, panel: pd.DataFrame, everyone: pd.DataFrame) -> np.ndarray:
    """Return the stars that each click of `everyone` would be given: a regression on the panel, where all answer."""
    return _fitted(panel, everyone)


def stands_for_all(value: object, expected: object, *tables: pd.DataFrame) -> bool | str:
    """Accept any prediction whose level and whose order are near the truth, which only the check knows."""
    said, truth = np.asarray(value, dtype=float), _drawn()[2]
    if said.shape != (len(truth),):
        return f"it has shape {said.shape}: there must be one number for each of the {len(truth)} clicks of everyone."
    if not np.isfinite(said).all():
        return f"{int((~np.isfinite(said)).sum())} of its numbers are missing or infinite: every click needs one."
    if np.ptp(said) == 0:
        return "it gives every click the same number."
    if (np.diff(said) >= 0).all() or (np.diff(said) <= 0).all():
        return "your predictions are sorted: there must be one for each row of everyone, in its order."
    order = rank_correlation(pd.Series(said), truth["value"])
    if order < -0.2:
        return f"its rank correlation with the hidden value is {order:.2f}: it stands upside down."
    off = said.mean() - truth["stars"].mean()
    if abs(off) > LEVEL_WITHIN:
        side = "high" if off > 0 else "low"
        return (
            f"its mean is {abs(off):.2f} stars too {side}, at most {LEVEL_WITHIN} are allowed: the level must come from "
            "people who always answer."
        )
    if order < LEAST_ORDER:
        return (
            f"its rank correlation with the hidden value is {order:.2f}, at least {LEAST_ORDER} is asked: "
            "the best clue is the share watched. (A model that follows single answers closely misses it, too.)"
        )
    return True


def _seconds(volunteers: pd.DataFrame, panel: pd.DataFrame, everyone: pd.DataFrame) -> np.ndarray:
    slope, level = np.polyfit(panel["watch_s"], panel["stars"], 1)
    return level + slope * everyone["watch_s"].to_numpy()


def _all_together(volunteers: pd.DataFrame, panel: pd.DataFrame, everyone: pd.DataFrame) -> np.ndarray:
    return _fitted(pd.concat([volunteers, panel]), everyone)


SURROGATE = Exercise(
    id="02.8",
    title="A surrogate for value (open)",
    desk="both",
    minutes=20,
    answer=surrogate,
    accepts=stands_for_all,
    cases=lambda: [surrogate_tables()],
    returns="an array of numbers: the stars that each click of everyone would be given",
    wrongs=[
        Wrong(
            "respondents only",
            lambda v, p, e: _fitted(v, e),
            "You learnt from those who answered of their own will. They are the happier ones, so your level is "
            "too high.",
        ),
        Wrong(
            "all together",
            _all_together,
            "You put volunteers and panel together: the volunteers are more, and pull the level up. Let the "
            "panel set it.",
        ),
        Wrong(
            "one number",
            lambda v, p, e: np.full(len(e), p["stars"].mean()),
            "You gave every click the panel's mean: the level is right, and it can't tell a good video from a "
            "bad one.",
        ),
        Wrong(
            "seconds",
            _seconds,
            "You predict from seconds: a long video looks good for being long. Use the share watched.",
        ),
    ],
    hints=(
        "In which of the two tables is nobody silent?",
        "Fit stars on the share watched, the like and a little more, on the panel; predict for everyone.",
        "share = panel['watch_s'] / panel['length_s']; slope, level = np.polyfit(share, panel['stars'], 1)",
    ),
)  # fmt: skip
