"""02.5: clicks per look, by inverse propensity."""

import numpy as np
import pandas as pd

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


def _cases() -> list[tuple[pd.DataFrame, dict[int, float]]]:
    small = pd.DataFrame(
        {
            "video": ["a", "a", "b", "b", "b", "b"],
            "position": [1, 1, 1, 2, 2, 2],
            "clicked": [True, False, False, True, False, False],
        }
    )
    exam = {1: 1.0, 2: 0.5, 3: 0.4, 4: 0.2}
    return [(small, {1: 1.0, 2: 0.5}), (_log(3, 60), exam), (_log(5, 80), {k: 1 / k for k in range(1, 5)})]


def _per_click(log: pd.DataFrame, examination: dict[int, float]) -> Rates:
    clicks = log[log["clicked"]]
    weights = (1 / clicks["position"].map(examination)).groupby(clicks["video"]).mean()
    return weights.reindex(sorted(set(log["video"])), fill_value=0.0).to_dict()


def _shifted(log: pd.DataFrame, examination: dict[int, float]) -> Rates:
    values = [examination[k] for k in sorted(examination)]
    chance = log["position"].map(lambda k: values[min(k, len(values) - 1)])
    return (log["clicked"] / chance).groupby(log["video"]).mean().to_dict()


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
            "from zero",
            _shifted,
            "You are one position off: position 1 is the top, and examination[1] belongs to it.",
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
        "(log['clicked'] / log['position'].map(examination)).groupby(log['video']).mean().to_dict()",
    ),
)
