"""What significance is worth: published tables, and simulation against the closed forms."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from twoworlds.errors import InputError
from twoworlds.experiment import (
    exaggeration,
    exaggeration_of_wins,
    false_positive_risk,
    power_of,
    sign_error,
)


def test_success_rates_of_the_industry():
    """DEC01: Kohavi, Deng & Vermeer 2022, table 2."""
    ours = [false_positive_risk(s) for s in (1 / 3, 0.2, 0.15, 0.1, 0.08)]
    assert ours == pytest.approx([0.059, 0.111, 0.15, 0.22, 0.264], abs=6e-4)


def test_both_conventions():
    """DEC02: 9.3 % success: 37.8 % if either sign counts, 23.4 % if only improvements do."""
    assert false_positive_risk(0.093, wins="alpha") == pytest.approx(0.378, abs=0.002)
    assert false_positive_risk(0.093) == pytest.approx(0.234, abs=0.001)


def test_nothing_works_everything_works():
    assert false_positive_risk(0) == 1
    assert false_positive_risk(1) == 0


def test_risk_is_the_share_among_simulated_wins():
    rng, z = np.random.default_rng(4), norm.ppf(0.975)
    works = rng.random(400_000) < 0.15
    won = rng.normal(np.where(works, z + norm.ppf(0.7), 0)) > z
    false, expected = (won & ~works).sum() / won.sum(), false_positive_risk(0.15, power=0.7)
    assert false == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / won.sum()))


def test_gelman_and_carlins_example():
    """DEC05: Gelman & Carlin 2014: an effect of 2 with a standard error of 8.1."""
    assert power_of(2, 8.1, 2) == pytest.approx(0.057, abs=0.002)
    assert sign_error(2, 8.1) == pytest.approx(0.24, abs=0.006)
    assert exaggeration(2, 8.1) == pytest.approx(9.6, abs=0.15)


def test_exaggeration_by_power():
    """DEC07: at power 10, 20, 50, 80, 90 % (Lu, Qiu & Deng 2019)."""
    known = {0.1: 3.713, 0.2: 2.257, 0.5: 1.407, 0.8: 1.125, 0.9: 1.060}
    for power, factor in known.items():
        effect = brentq(lambda d, power=power: power_of(d, 1, 2) - power, 0.01, 6)
        assert exaggeration(effect, 1) == pytest.approx(factor, abs=0.002)


@pytest.mark.parametrize("effect", [0.3, 1.5, -2.5])
def test_closed_forms_are_what_happens(effect):
    z, n = norm.ppf(0.975), 2_000_000
    estimates = np.random.default_rng(6).normal(effect, 1, n)
    passed = estimates[np.abs(estimates) > z]
    error = 4 * np.abs(passed).std() / np.sqrt(len(passed)) / abs(effect)
    assert exaggeration(effect, 1) == pytest.approx(np.abs(passed).mean() / abs(effect), abs=error)
    wrong, share = np.mean(np.sign(passed) != np.sign(effect)), sign_error(effect, 1)
    assert share == pytest.approx(wrong, abs=4 * np.sqrt(share * (1 - share) / len(passed)))
    wins = passed[np.sign(passed) == np.sign(effect)] / effect
    assert exaggeration_of_wins(abs(effect), 1) == pytest.approx(
        wins.mean(), abs=4 * wins.std() / np.sqrt(len(wins))
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: exaggeration(0, 1), "effect is 0"),
        (lambda: exaggeration(1, 0), "se is 0"),
        (lambda: exaggeration_of_wins(-1, 1), "effect is -1: it must be positive"),
        (lambda: sign_error(1, 1, 5), "alpha is 5"),
        (lambda: false_positive_risk(20), "success is 20"),
        (lambda: false_positive_risk(0.2, power=0), "power is 0"),
        (lambda: false_positive_risk(0.2, wins="two"), "wins is 'two'"),
    ],
)
def test_wrong_input_is_said(make, words):
    with pytest.raises(InputError, match=words):
        make()


def test_signals_out_of_reach_are_said():
    for effect, se in ((1e-320, 1), (1, 1e-320)):
        with pytest.raises(InputError, match=r"it must be from 1e-12 to 1e12 times se"):
            exaggeration(effect, se)
    assert sign_error(1, 1, 1e-20) < 1e-8


def test_nothing_is_exaggerated_below_its_size():
    assert min(exaggeration(d, 1, a) for d in np.linspace(0.01, 60, 3000) for a in (0.05, 0.5, 0.99)) == 1
