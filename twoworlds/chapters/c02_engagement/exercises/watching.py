"""02.1: watch share, not seconds."""

import numpy as np
import pandas as pd

from twoworlds.chapters.c02_engagement.exercises.near import of_scale
from twoworlds.course.exercise import Exercise, Wrong


def watch_share(log: pd.DataFrame) -> float:
    """Return the mean share of a clicked video that was watched."""
    clicks = log[log["clicked"]]
    return float((clicks["watch_s"] / clicks["length_s"]).mean())


def _log(rows: list[tuple[bool, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["clicked", "watch_s", "length_s"])


def _logs() -> list[tuple[pd.DataFrame]]:
    return [
        (_log([(True, 10, 20), (True, 60, 240), (False, 0, 30)]),),
        (_log([(True, 5, 5), (False, 0, 90), (False, 0, 12), (True, 12, 48), (True, 30, 40)]),),
        (_log([(True, 0, 30), (True, 20, 25), (False, 0, 9)]),),  # opened, and left at once
    ]


def _near(value: object, expected: float, log: pd.DataFrame) -> str | None:
    """Name slips that are not among the known wrong answers."""
    clicks = log[log["clicked"]]
    if np.isclose(value, (clicks["watch_s"] / clicks["length_s"]).median()):
        return "that is the median; the mean is asked."
    if np.isclose(value, log["watch_s"].sum() / log["length_s"].sum()):
        return "you divided summed seconds by summed lengths, of all rows. Keep the clicks, and take a share for each."
    if np.isclose(value, (log["watch_s"] / log["length_s"])[log["watch_s"] > 0].mean()):
        return "a click that was watched for 0 s is a click as well: choose the rows by clicked."
    return of_scale(value, expected)


def _over_shown(log: pd.DataFrame) -> float:
    return float((log["watch_s"] / log["length_s"]).mean())


def _of_sums(log: pd.DataFrame) -> float:
    clicks = log[log["clicked"]]
    return float(clicks["watch_s"].sum() / clicks["length_s"].sum())


WATCH_SHARE = Exercise(
    id="02.1",
    title="Watch share, not seconds",
    desk="product",
    minutes=5,
    answer=watch_share,
    accepts=_near,
    cases=_logs,
    returns="a float: the mean share watched of a clicked video",
    wrongs=[
        Wrong(
            "seconds",
            lambda log: float(log.loc[log["clicked"], "watch_s"].mean()),
            "Those are seconds: a long video wins by being long. Divide by the length.",
        ),
        Wrong(
            "all impressions",
            _over_shown,
            "You divided by impressions. What nobody opened was not watched badly, it was not watched: keep the "
            "clicks.",
        ),
        Wrong(
            "ratio of sums",
            _of_sums,
            "You divided summed seconds by summed lengths, so a long video weighs more. Here each click counts "
            "the same.",
        ),
        Wrong(
            "finished",
            lambda log: float((log["watch_s"] >= log["length_s"])[log["clicked"]].mean()),
            "That is the share of clicks watched to the end. Half a video counts one half.",
        ),
    ],
    hints=(
        "Which rows can say anything about watching?",
        "Keep the clicked rows, take a share for each, then the mean.",
        "clicks = log[log['clicked']]; share = clicks['watch_s'] / clicks['length_s']",
    ),
)
