"""02.5: clicks per look, by inverse propensity."""

import numpy as np
import pandas as pd

from twoworlds.chapters.c02_engagement.exercises.near import of_shares
from twoworlds.course.exercise import Exercise, Wrong

Rates = dict[str, float]


def debiased_ctr(log: pd.DataFrame, examination: dict[int, float]) -> Rates:
    """Return for each video the mean, over its impressions, of clicked / examination of the position."""
    weighted = log["clicked"] / log["position"].map(examination)
    return weighted.groupby(log["video"]).mean().to_dict()


def _clicks_over_looks(log: pd.DataFrame, examination: dict[int, float]) -> Rates:
    """Also right: clicks over expected looks, which estimates the same share."""
    looks = log["position"].map(examination).groupby(log["video"]).sum()
    return (log["clicked"].groupby(log["video"]).sum() / looks).to_dict()


def _log(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"video": rng.choice(list("abcd"), n), "position": rng.integers(1, 5, n)})
    return table.assign(clicked=rng.random(n) < 0.5 / table["position"])


def _without_click(log: pd.DataFrame) -> pd.DataFrame:
    """Return a log in which nobody clicked on video d."""
    return log.assign(clicked=log["clicked"] & (log["video"] != "d"))


def _cases() -> list[tuple[pd.DataFrame, dict[int, float]]]:
    small = pd.DataFrame(
        {
            "video": ["a", "a", "b", "b", "b", "b"],
            "position": [1, 1, 1, 2, 2, 2],
            "clicked": [True, False, False, True, False, False],
        }
    )
    exam = {1: 0.9, 2: 0.6, 3: 0.4, 4: 0.25}  # not 1 / position
    return [(small, {1: 1.0, 2: 0.5}), (_log(5, 80), exam), (_without_click(_log(8, 90)), exam)]


def _per_click(log: pd.DataFrame, examination: dict[int, float]) -> Rates:
    clicks = log[log["clicked"]]
    weights = (1 / clicks["position"].map(examination)).groupby(clicks["video"]).mean()
    return weights.to_dict()


def _near(value: Rates, expected: Rates, log: pd.DataFrame, examination: dict[int, float]) -> str | None:
    """Name slips that are not among the known wrong answers."""
    chance, by = log["position"].map(examination), log["video"]
    weighted = log["clicked"] / chance
    missing = sorted(set(expected) - {video for video, rate in value.items() if rate == rate})
    if missing:
        never = "it was shown and never clicked, which is 0."
        lost = "did every position find its examination?"
        return (
            f"video {missing[0]!r} has no number: {lost if log['clicked'][by == missing[0]].any() else never}"
        )
    if _alike(value, weighted.groupby(by).sum().to_dict()):
        return "that is the sum of the weights: divide by the video's impressions."
    if _alike(value, (weighted.groupby(by).sum() / (1 / chance).groupby(by).sum()).to_dict()):
        return "you divided by the summed weights of all rows, so the rows that nobody looks at weigh most."
    if _alike(value, {video: min(1, rate) for video, rate in expected.items()}):
        return "you cut it at 1. A noisy estimate may exceed 1, and cutting makes it too small on average."
    if _alike(value, (weighted.groupby(by).sum() / len(log)).to_dict()):
        return "you divided by the rows of the whole log: divide by the video's own impressions."
    rate = log["clicked"].groupby([by, log["position"]]).mean()
    if _alike(
        value,
        (rate / rate.index.get_level_values("position").map(examination)).groupby("video").mean().to_dict(),
    ):
        return "that is a mean over positions: here each impression counts the same."
    return of_shares(value, expected)


def _alike(value: Rates, other: Rates) -> bool:
    return value.keys() == other.keys() and all(np.isclose(value[video], other[video]) for video in other)


def _mean_look(log: pd.DataFrame, examination: dict[int, float]) -> Rates:
    rate = log["clicked"].groupby(log["video"]).mean()
    return (rate / np.mean(list(examination.values()))).to_dict()


DEBIASED = Exercise(
    id="02.5",
    title="Clicks per look",
    desk="both",
    minutes=8,
    answer=debiased_ctr,
    also_right=[_clicks_over_looks],
    accepts=_near,
    cases=_cases,
    returns="a dict: video to clicks per look, a share",
    wrongs=[
        Wrong(
            "as logged",
            lambda log, e: log["clicked"].groupby(log["video"]).mean().to_dict(),
            "That is the CTR as logged: a video at the bottom pays for its position.",
        ),
        Wrong(
            "multiplied",
            lambda log, e: (log["clicked"] * log["position"].map(e)).groupby(log["video"]).mean().to_dict(),
            "You multiplied by examination: that punishes the bottom twice. A click there is rare and stands for "
            "more.",
        ),
        Wrong(
            "clicks only",
            _per_click,
            "You took the mean over clicks. Impressions without a click count as well: they are the zeros.",
        ),
        Wrong(
            "one over the rank",
            lambda log, e: (log["clicked"] * log["position"]).groupby(log["video"]).mean().to_dict(),
            "You divided by 1 / position. How far people look differs from feed to feed: use examination.",
        ),
        Wrong(
            "one look for all",
            _mean_look,
            "You divided by the mean examination of the slate: that scales every video alike. Each row has its "
            "own position.",
        ),
    ],
    hints=(
        "A click at a position that half the people look at stands for how many clicks at the top?",
        "Weigh each click by 1 / examination of its position, then take the mean over all of the video's "
        "impressions.",
        "weighted = log['clicked'] / log['position'].map(examination)",
    ),
)
