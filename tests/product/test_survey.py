"""Surveys: weights repair what the propensity knows, and nothing else."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.product import metrics as m


def people(n, seed, hidden):
    """Return ratings (nan: silent), the feature seen, the chance to answer, and everybody's rating."""
    rng = np.random.default_rng(seed)
    seen, unseen = rng.normal(size=(2, n))
    rating = 3 + 0.5 * seen + 0.5 * unseen
    chance = 1 / (1 + np.exp(-(-1 + seen + hidden * unseen)))
    return np.where(rng.random(n) < chance, rating, np.nan), seen, chance, rating


def test_known_propensity_repairs_the_mean():
    ratings, _, chance, everybody = people(60_000, 5, hidden=1.0)
    said = ~np.isnan(ratings)
    weights = 1 / chance[said]
    error = np.sqrt((weights**2 * (ratings[said] - everybody.mean()) ** 2).sum()) / weights.sum()
    assert abs(m.survey_mean(ratings, chance) - everybody.mean()) < 4 * error
    assert m.survey_mean(ratings) - everybody.mean() > 20 * error


def test_fitted_propensity_repairs_what_it_sees_and_not_the_rest():
    for hidden, repaired in ((0.0, True), (1.5, False)):
        ratings, seen, _, everybody = people(60_000, 6, hidden)
        fitted = m.survey_mean(ratings, m.response_propensity(~np.isnan(ratings), seen[:, None]))
        assert (abs(fitted - everybody.mean()) < 0.03) == repaired
        assert abs(fitted - everybody.mean()) < abs(m.survey_mean(ratings) - everybody.mean())


def test_equal_propensity_changes_nothing():
    assert m.survey_mean([5, np.nan, 2], [0.3, 0.3, 0.3]) == m.survey_mean([5, np.nan, 2]) == 3.5
    assert m.survey_mean([5, np.nan, 2], [0.5, 0.9, 0.25]) == pytest.approx((2 * 5 + 4 * 2) / 6)


def test_the_unit_of_a_feature_changes_no_propensity():
    ratings, seen, _, _ = people(2_000, 7, hidden=0.0)
    said = ~np.isnan(ratings)
    plain, scaled = (m.response_propensity(said, unit * seen[:, None]) for unit in (1, 1e-3))
    assert scaled == pytest.approx(plain, abs=1e-6)


def test_tiny_propensities_do_not_overflow():
    assert m.survey_mean([5, 2], [1e-320, 0.5]) == 5


def test_nobody_answering_is_nan():
    assert np.isnan(m.survey_mean([np.nan, np.nan]))


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: m.survey_mean([]), "ratings have shape"),
        (lambda: m.survey_mean([5.0, np.nan], [0.0, 0.5]), "propensity of an answer"),
        (lambda: m.survey_mean([5.0, 3.0], [1.5, 0.5]), "propensity of an answer"),
        (lambda: m.survey_mean([5.0], [0.5, 0.5]), "propensity has shape"),
        (lambda: m.survey_mean([np.inf, 3]), "ratings have shape"),
        (lambda: m.survey_mean(["5"]), "ratings is"),
        (lambda: m.survey_mean([5.0], ["0.5"]), "propensity is"),
        (lambda: m.response_propensity(["yes", "no"], [[1], [2]]), "answered is"),
        (lambda: m.response_propensity([5, 0], [[1], [2]]), "answered is .* one bool"),
        (lambda: m.response_propensity([1, np.nan], [[1], [2]]), "answered is .* one bool"),
        (lambda: m.response_propensity([1, 0], [[1e200], [2]]), "features have shape"),
        (lambda: m.response_propensity([1, 0], [["a"], ["b"]]), "features is"),
        (lambda: m.response_propensity([True, True], [[1], [2]]), "True for everybody"),
        (lambda: m.response_propensity([True, False], [[1], [np.nan]]), "features have shape"),
    ],
)
def test_wrong_input_is_told(act, said):
    with pytest.raises(InputError, match=said):
        act()


def test_a_wrong_shape_is_told_even_where_nobody_answered():
    with pytest.raises(InputError, match="propensity has shape"):
        m.survey_mean([np.nan], [1, 2])


def test_what_is_no_rating_and_no_feature_is_told():
    with pytest.raises(InputError, match="ratings hold a number beyond"):
        m.survey_mean([1.7e308] * 2)
    with pytest.raises(InputError, match="at least one column"):
        m.response_propensity([True, False], np.empty((2, 0)))
