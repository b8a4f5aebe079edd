"""02.4: a survey weighted to stand for all."""

import numpy as np
import pandas as pd

from twoworlds.chapters.c02_engagement.exercises.near import of_scale
from twoworlds.course.exercise import Exercise, Wrong


def weighted_stars(asked: pd.DataFrame) -> float:
    """Return the mean stars, each group's answers standing for the whole group."""
    groups = asked.groupby("group")["stars"]
    return float(np.average(groups.mean(), weights=groups.size()))


def _asked(rows: list[tuple[str, float | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["group", "stars"]).astype({"stars": float})


def _surveys() -> list[tuple[pd.DataFrame]]:
    small = [("watched", 5), ("watched", 4), ("left", 2), ("left", None), ("left", None), ("left", None)]
    large = [("a", 5), ("a", 5), ("a", 4), ("a", None), ("b", 3), ("b", None), ("b", 2), ("b", None), ("b", None),
             ("c", 1), ("c", None), ("c", None), ("c", None), ("c", None), ("c", None)]  # fmt: skip
    return [(_asked(small),), (_asked(large),)]


def _by_answers(asked: pd.DataFrame) -> float:
    said = asked.dropna(subset=["stars"])
    share = asked.groupby("group")["stars"].apply(lambda stars: stars.notna().mean())
    return float(np.average(said["stars"], weights=said["group"].map(share)))


def _unnormalised(asked: pd.DataFrame) -> float:
    said = asked.dropna(subset=["stars"])
    share = asked.groupby("group")["stars"].apply(lambda stars: stars.notna().mean())
    return float((said["stars"] / said["group"].map(share)).sum() / len(said))


def _near(value: float, expected: float, asked: pd.DataFrame) -> str | None:
    """Name slips that are not among the known wrong answers."""
    if not 1 <= value <= 5:
        return "a mean of stars lies between 1 and 5: what did you divide by?"
    if any(np.isclose(value, asked["stars"].fillna(guess).mean()) for guess in range(1, 6)):
        return "you gave the silent a number of stars. No answer is unknown: their group's answers stand for them."
    return of_scale(value, expected)


SURVEY = Exercise(
    id="02.4",
    title="Let the silent be counted",
    desk="product",
    minutes=8,
    answer=weighted_stars,
    accepts=_near,
    cases=_surveys,
    returns="a float: the mean stars, weighted to all who were asked",
    wrongs=[
        Wrong(
            "those who answer",
            lambda asked: float(asked["stars"].mean()),
            "That is the mean of those who answered: the group that answers more speaks for the others.",
        ),
        Wrong(
            "groups alike",
            lambda asked: float(asked.groupby("group")["stars"].mean().mean()),
            "You gave each group the same weight. A group weighs as many as were asked in it.",
        ),
        Wrong(
            "upside down",
            _by_answers,
            "You weighted by the response rate, so the talkative count even more. Divide by it.",
        ),
        Wrong(
            "silence is zero",
            lambda asked: float(asked["stars"].fillna(0).mean()),
            "Silence came out as zero stars: by fillna(0), or because a sum over answers was divided by all who were "
            "asked. No answer is not a bad answer, it is unknown.",
        ),
        Wrong(
            "not normalised",
            _unnormalised,
            "You divided weighted answers by the number of answers. Divide by the sum of the weights: that is the "
            "number asked.",
        ),
    ],
    hints=(
        "For how many people does one answer stand in a group where one of four answers?",
        "Mean of each group over its answers, then the mean of the groups, each weighing as many as were asked.",
        "groups = asked.groupby('group')['stars']; said, people = groups.mean(), groups.size()",
    ),
)
