"""The laws have the mean and the CV² that they are asked for."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q

SIZE = 400_000


@pytest.mark.parametrize(
    ("law", "cv2"),
    [
        ("gamma", 0),
        ("gamma", 0.25),
        ("gamma", 3),
        ("lognormal", 0.5),
        ("lognormal", 2),
        ("hyperexponential", 1),
        ("hyperexponential", 5),
        ("lognormal", 0),
    ],
)
def test_a_law_has_its_mean_and_variability(law, cv2):
    times = q.service_times(np.random.default_rng(1), law, SIZE, 3.0, cv2)
    assert times.shape == (SIZE,)
    assert (times > 0).all()
    error = times.std() / np.sqrt(SIZE)
    assert times.mean() == pytest.approx(3, abs=4 * error + 1e-12)
    spread = (times / 3 - 1) ** 2
    assert spread.mean() == pytest.approx(cv2, abs=4 * spread.std() / np.sqrt(SIZE) + 1e-12)


def test_the_two_laws_without_a_choice():
    rng = np.random.default_rng(2)
    assert q.service_times(rng, "deterministic", 3, 2).tolist() == [2, 2, 2]
    times = q.service_times(rng, "exponential", SIZE, 2, 1)
    assert (times > 2).mean() == pytest.approx(np.exp(-1), abs=4 * np.sqrt(0.233 / SIZE))


def test_hyperexponential_phases_carry_half_of_the_work_each():
    """At CV² 4 the rare phase is (1 - sqrt(3/5)) / 2 of the draws, so P(T > t) is a sum of two exponentials."""
    times = q.service_times(np.random.default_rng(3), "hyperexponential", SIZE, 1, 4)
    rare = (1 - np.sqrt(3 / 5)) / 2
    for t in (0.5, 3, 8):
        tail = rare * np.exp(-2 * rare * t) + (1 - rare) * np.exp(-2 * (1 - rare) * t)
        assert (times > t).mean() == pytest.approx(tail, abs=4 * np.sqrt(tail / SIZE))


def test_arrivals_are_poisson():
    arrive = q.poisson_arrivals(np.random.default_rng(4), 5.0, SIZE)
    gaps = np.diff(arrive, prepend=0)
    assert gaps.min() >= 0
    assert gaps.mean() == pytest.approx(0.2, abs=4 * 0.2 / np.sqrt(SIZE))
    counts = np.bincount(arrive[arrive < 50_000].astype(int))
    assert counts.var() / counts.mean() == pytest.approx(1, abs=4 * np.sqrt(2 / len(counts)))


def test_the_least_variability_is_none():
    for law in ("gamma", "lognormal"):
        for cv2 in (1e-320, 1e-200):
            times = q.service_times(np.random.default_rng(0), law, 5, 3.0, cv2)
            assert times == pytest.approx(np.full(5, 3.0))


def test_variability_that_is_no_number_gets_a_sentence():
    for law in ("gamma", "exponential"):
        with pytest.raises(InputError, match="cv2 is 'high': it must be a number"):
            q.service_times(np.random.default_rng(), law, 5, 1, "high")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("pareto", 5), "law is 'pareto'"),
        (("gamma", 5), "cv2 is None: the gamma law needs a number"),
        (("gamma", 5, 1.0, -1), "cv2 is -1"),
        (("exponential", 5, 1.0, 2), "cv2 is 2: the exponential law has 1"),
        (("hyperexponential", 5, 1.0, 0.5), "cv2 is 0.5: the hyperexponential law has 1 or more"),
        (("gamma", 0, 1.0, 1), "customers is 0"),
        (("gamma", 5, 0.0, 1), "mean is 0"),
    ],
)
def test_wrong_input_gets_a_sentence(asked, sentence):
    with pytest.raises(InputError, match=sentence):
        q.service_times(np.random.default_rng(), *asked)
