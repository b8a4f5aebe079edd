"""What those say who answer, and how far weights can repair that the others are silent."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twoworlds.errors import InputError, require_numeric, shown

_LARGEST = 1e100  # of a rating or a feature: squares and sums of them stay in a float's range


def survey_mean(ratings: ArrayLike, propensity: ArrayLike | None = None) -> float:
    """Return the mean rating (in the rating's unit), over those who answered, or weighted to stand for all.

    ratings: one for each person asked (or who could have been), nan where there is no answer. propensity: each
    person's chance to answer, in (0, 1]; then every answer weighs 1 / propensity, as many as it stands for
    (Hájek's estimator: weighted sum over the sum of weights). Denominator: answers. nan without an answer.
    Weights repair what the propensity knows. If glad people answer more often than equally active sad ones, no
    weight from the log repairs it.
    """
    stars = require_numeric("ratings", ratings)
    if stars.ndim != 1 or stars.size == 0 or np.isinf(stars).any():
        raise InputError(
            f"ratings have shape {stars.shape}: they must be a list of finite numbers, at least one, nan for no answer."
        )
    answered = ~np.isnan(stars)
    if (np.abs(stars[answered]) > _LARGEST).any():
        raise InputError(f"ratings hold a number beyond {_LARGEST:g}: that is no rating.")
    chance = np.ones(stars.size) if propensity is None else require_numeric("propensity", propensity)
    if chance.shape != stars.shape:
        raise InputError(
            f"propensity has shape {chance.shape}: there must be one for each of {stars.size} ratings."
        )
    if not ((chance[answered] > 0) & (chance[answered] <= 1)).all():
        raise InputError(
            "propensity of an answer is not above 0 and at most 1: somebody did what couldn't be."
        )
    if not answered.any():
        return float("nan")
    weights = chance[answered].min() / chance[answered]  # at most 1, so that none overflows
    return float(np.average(stars[answered], weights=weights))


def response_propensity(answered: ArrayLike, features: ArrayLike) -> NDArray[np.float64]:
    """Return each person's estimated chance to answer, shape (n,), by logistic regression on what the log knows.

    answered: bool, shape (n,). features: finite numbers, shape (n, columns), known for those who answered and
    those who did not. Columns are brought to the same scale first; a small ridge (scikit-learn's default) keeps
    weights finite.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    said, x = require_numeric("answered", answered), require_numeric("features", features)
    if said.ndim != 1 or not np.isin(said, (0, 1)).all():
        raise InputError(f"answered is {shown(answered)}: it must be one bool for each person.")
    said = said.astype(bool)
    if x.ndim != 2 or len(x) != len(said) or not x.shape[1] or not (np.abs(x) <= _LARGEST).all():
        raise InputError(
            f"features have shape {x.shape}: they must be finite, one row for each of {len(said)} people and at least "
            "one column."
        )
    if said.all() or not said.any():
        raise InputError(f"answered is {bool(said.any())} for everybody: a propensity needs some of both.")
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, said).predict_proba(x)[:, 1]
