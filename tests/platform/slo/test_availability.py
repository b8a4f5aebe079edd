"""Availability against case S04, hand sums and a coin-tossing simulation."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import slo


def test_nines_case_s04():
    month = [slo.downtime_min(a) for a in (0.99, 0.999, 0.9995, 0.9999, 0.99999)]
    assert month == pytest.approx([432, 43.2, 21.6, 4.32, 0.432])
    year = [slo.downtime_min(a, 365) for a in (0.99, 0.999, 0.9995, 0.9999, 0.99999)]
    assert year == pytest.approx([87.6 * 60, 8.76 * 60, 4.38 * 60, 52.56, 5.256])
    assert [slo.nines(a) for a in (0.9, 0.99, 0.999, 0.9999)] == [1, 2, 3, 4]
    assert slo.nines(1) == np.inf


def test_serial_parallel_and_quorum_by_hand():
    assert slo.serial([0.99, 0.9]) == pytest.approx(0.891)
    assert slo.parallel([0.99, 0.9]) == pytest.approx(0.999)
    assert slo.k_of_n(2, 3, 0.9) == pytest.approx(0.9**3 + 3 * 0.9**2 * 0.1)
    assert slo.k_of_n(0, 3, 0.5) == 1
    assert slo.k_of_n(1, 4, 0.7) == pytest.approx(slo.parallel([0.7] * 4))
    assert slo.k_of_n(4, 4, 0.7) == pytest.approx(slo.serial([0.7] * 4))


def test_quorum_against_a_simulation():
    up = np.random.default_rng(1).random((40_000, 5)) < 0.8
    seen, expected = np.mean(up.sum(axis=1) >= 3), slo.k_of_n(3, 5, 0.8)
    assert seen == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 40_000))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: slo.serial([]), "availabilities has the shape"),
        (lambda: slo.serial([0.9, 1.2]), r"availabilities\[1\] is 1\.2: it must be a number from 0 to 1"),
        (lambda: slo.serial([99.9]), r"availabilities\[0\] is 99\.9"),
        (lambda: slo.k_of_n(4, 3, 0.9), "needed is 4: it must be a number from 0 to 3"),
        (lambda: slo.downtime_min(99.9), r"availability is 99\.9"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_large_quorums_and_no_negative_zero():
    assert slo.k_of_n(5000, 10_000, 0.5) == pytest.approx(0.503989323, abs=1e-9)
    assert str(slo.nines(0)) == "0.0"
