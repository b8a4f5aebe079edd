"""Thirty scenes and your confidence: are you right as often as you think?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twoworlds.course.deck import Card, Deck
from twoworlds.course.grids import grid
from twoworlds.course.style import NEUTRAL, TRUTH
from twoworlds.interview.scoring import CalibrationBin, brier, calibration_table
from twoworlds.interview.vignettes import load_vignettes

EDGES = (0, 0.2, 0.4, 0.6, 0.8, 1)


@dataclass(frozen=True)
class Score:
    """A set of forecasts, scored."""

    n: int
    brier: float
    coin: float  # what "50 %" on every card would get
    bins: tuple[CalibrationBin, ...]
    running: np.ndarray  # Brier score after each card


def score(probabilities: Sequence[float], outcomes: Sequence[float]) -> Score:
    """Score forecasts (shares) against outcomes (0, 0.5, 1)."""
    errors = (np.asarray(probabilities) - np.asarray(outcomes)) ** 2
    half = [0.5] * len(outcomes)
    return Score(
        len(outcomes), brier(probabilities, outcomes), brier(half, outcomes),
        calibration_table(probabilities, outcomes, EDGES), np.cumsum(errors) / np.arange(1, len(errors) + 1),
    )  # fmt: skip


def build_keyword_matcher() -> pd.DataFrame:
    """Return what a keyword matcher says of each scene, having learnt from others (columns: id, product).

    A bag of words and a logistic regression, six folds with both desks in each, on the scenes with one right desk; a
    scene that is truly both is only scored, never learnt from.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    deck = load_vignettes()
    words = make_pipeline(CountVectorizer(lowercase=True, binary=True), LogisticRegression(C=1.0))
    texts, truth = np.array([v.text for v in deck]), np.array([v.outcome for v in deck])
    decided = truth != 0.5
    kinds = truth[decided].astype(int)
    said = np.empty(len(deck))
    said[decided] = cross_val_predict(
        words, texts[decided], kinds, cv=StratifiedKFold(6), method="predict_proba"
    )[:, 1]
    said[~decided] = words.fit(texts[decided], kinds).predict_proba(texts[~decided])[:, 1]
    return pd.DataFrame({"id": [v.id for v in deck], "product": said.round(3)})


def keyword_matcher() -> tuple[float, ...]:
    """Return the keyword matcher's probability of "product" for each scene, in the order of the deck."""
    said = grid("ch01_keywords").set_index("id")["product"]
    return tuple(float(said[v.id]) for v in load_vignettes())


def draw(calibration: Axes, running: Axes) -> Callable[[Score], None]:
    """Left the calibration plot, right the score as it settles."""
    calibration.set(xlim=(-3, 103), ylim=(-7, 107), xlabel="You said: product desk, %")
    calibration.set_ylabel("It was the product desk's, %")
    calibration.plot([0, 100], [0, 100], color=NEUTRAL, linewidth=0.8, linestyle=":")
    calibration.text(
        70, 60, "as often as said", color=NEUTRAL, rotation=33, ha="center", va="center", fontsize=9
    )
    running.set(xlim=(0, 31), ylim=(0, 0.75), xlabel="Cards answered", ylabel="Brier score (0 is perfect)")
    dots = calibration.scatter([], [], s=[], color=TRUTH, alpha=0.8, animated=True)
    (line,) = running.plot([], [], "-", color=TRUTH, animated=True)
    (coin,) = running.plot([], [], ":", color=NEUTRAL, linewidth=1.2, animated=True)
    name = running.text(30.5, 0, "always 50 %", color=NEUTRAL, ha="right", fontsize=9, animated=True)

    def update(r: Score) -> None:
        dots.set_offsets([(100 * b.mean_forecast, 100 * b.observed_share) for b in r.bins])
        dots.set_sizes([40 + 25 * b.n for b in r.bins])
        line.set_data(np.arange(1, r.n + 1), r.running)
        coin.set_data([0, 31], [r.coin, r.coin])
        name.set_y(r.coin - 0.035)

    return update


def reading(r: Score) -> str:
    """Say how good the forecasts are, beside saying 50 % to everything."""
    verdict = "better than" if r.brier < r.coin else "no better than" if r.brier == r.coin else "worse than"
    cards = "card" if r.n == 1 else "cards"
    score = f"Brier score {r.brier:.2f} over {r.n} {cards} (0 is perfect)"
    return f"{score}, {verdict} saying 50 % every time ({r.coin:.2f})."


def whose_question() -> Deck:
    """Return the deck of 30 vignettes."""
    cards = [
        Card(v.id, v.text, v.outcome, f"{v.why}\nThe user: {v.user}\nTempting: {v.tempting}")
        for v in load_vignettes()
    ]
    return Deck(
        id="01.vignettes",
        question="Whose question is this? Say how sure you are.",
        cards=cards,
        labels=("product", "platform"),
        model=score,
        draw=draw,
        reading=reading,
        panels={"calibration": "Are you right as often as you say?", "score": "Does confidence pay?"},
        example=("A keyword matcher that trusts words", keyword_matcher()),
    )
