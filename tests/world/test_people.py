"""The users: validated worlds, traits as the equations have them, and no dependence on who else is made."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.world import constants as c
from twoworlds.world.people import World, make_people, topic_weights

PEOPLE = make_people(World(users=50_000), 0, 50_000)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("users", -5, "users is -5: it must be a number from 1"),
        ("users", 1.5, "whole number"),
        ("days", 0, "days is 0"),
        ("days", 366, "days is 366"),
        ("seed", "seven", "seed is 'seven'"),
        ("topics", 2, "topics is 2"),
        ("newcomers", 1.1, "newcomers is 1.1"),
        ("taste_drift", float("nan"), "taste_drift is nan"),
        ("intent_strength", -0.1, "intent_strength is -0.1"),
        ("intent_half_life_min", 0, "minutes"),
        ("interference", float("inf"), "interference is inf"),
    ],
)
def test_a_bad_field_is_told_in_a_sentence(field, value, said):
    with pytest.raises(InputError) as caught:
        World(**{field: value})
    assert said in str(caught.value)
    assert str(caught.value).endswith(".")


def test_but_changes_and_refuses_the_unknown():
    assert World().but(users=10).users == 10
    with pytest.raises(InputError, match="field of a world is 'user'"):
        World().but(user=10)


def test_users_do_not_depend_on_the_slice_they_are_made_in():
    slice_ = make_people(World(users=50_000), 1000, 1010)
    for name, values in vars(slice_).items():
        np.testing.assert_array_equal(values, getattr(PEOPLE, name)[1000:1010])


def test_other_seeds_make_other_people():
    other = make_people(World(users=1000, seed=8), 0, 1000)
    assert abs(np.corrcoef(other.come, PEOPLE.come[:1000])[0, 1]) < 4 / np.sqrt(1000)


def test_tastes_have_unit_length_and_favour_common_topics():
    np.testing.assert_allclose((PEOPLE.taste.astype(float) ** 2).sum(axis=1), 1, atol=1e-6)
    assert (PEOPLE.taste >= 0).all()
    assert (np.diff(PEOPLE.taste.mean(axis=0)) < 0).all()


def test_topic_weights_have_mean_one():
    assert topic_weights(8).mean() == pytest.approx(1)


def test_newcomers_have_their_share_and_their_days():
    new = PEOPLE.joined >= 1
    share, n = 0.3, len(new)
    assert abs(new.mean() - share) < 4 * np.sqrt(share * (1 - share) / n)
    assert PEOPLE.joined.max() == 28
    by_day = np.bincount(PEOPLE.joined[new])[1:]
    assert np.abs(by_day - new.sum() / 28).max() < 4.5 * np.sqrt(new.sum() / 28)


def test_no_newcomers_and_only_newcomers():
    assert make_people(World(newcomers=0), 0, 2000).joined.max() < 1
    assert make_people(World(newcomers=1), 0, 2000).joined.min() == 1


def test_churn_proneness_is_beta_for_newcomers_and_lower_for_survivors():
    new = PEOPLE.churn[PEOPLE.joined >= 1].astype(float)
    beta = c.CHURN_BETA
    sd = np.sqrt(beta / ((1 + beta) ** 2 * (2 + beta)))
    assert abs(new.mean() - 1 / (1 + beta)) < 4 * sd / np.sqrt(len(new))
    old = PEOPLE.churn[PEOPLE.joined < -100]
    assert old.mean() < new.mean() / 3


def test_median_patience_and_mean_curiosity():
    assert np.median(PEOPLE.patience) == pytest.approx(c.PATIENCE_S, rel=0.02)
    standard_error = c.CURIOSITY / np.sqrt(12 * len(PEOPLE.curiosity))
    assert abs(PEOPLE.curiosity.astype(float).mean() - c.CURIOSITY) < 4 * standard_error
