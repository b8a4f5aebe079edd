"""Case C03, case C04, and the counting sketch within its error, alone and merged."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform.slo import Distinct, bloom_false_positives, hyperloglog_error


def test_bloom_case_c03():
    assert bloom_false_positives(1e6, 1e7, 7) == pytest.approx(0.008194, abs=1e-6)
    assert bloom_false_positives(0, 10, 3) == 0


def test_hyperloglog_case_c04():
    assert hyperloglog_error(16384) == pytest.approx(0.008125, abs=1e-6)


@pytest.mark.parametrize("count", [30, 1000, 2600, 3000, 10_000, 60_000])
def test_distinct_is_right_within_its_error(count):
    """The mean of 400 sketches of other ids, also near 2.5 m, where Flajolet's estimators are 1 to 2 % too high."""
    rng = np.random.default_rng(3)
    found = [Distinct.of(rng.integers(0, 2**62, count), 1024).estimate() for _ in range(400)]
    error = hyperloglog_error(1024) / np.sqrt(400)
    assert np.mean(found) / count == pytest.approx(1, abs=4 * error)
    assert np.std(found) / count < 1.2 * hyperloglog_error(1024)


def test_empty_and_full_sketches():
    assert Distinct.of(np.array([], dtype=int)).estimate() == 0
    assert Distinct(np.full(16, 61)).estimate() == np.inf, "every register at its end: there is no telling"
    assert Distinct.of(np.ma.array([1, 2])).estimate() == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    "registers",
    [
        [61] * 15 + [60],
        [61] * 8 + [60] * 4 + [59, 58, 57, 1],
        [61] * 3 + [0] * 13,
        [61] + [0] * 15,
        [0, 0, 0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 60, 61, 61],
        [59] * 31 + [60],
        [60] * 31 + [7],
    ],
)
def test_any_registers_against_ertls_formula(registers):
    """Ertl 2017, eq. 18: m² / (2 ln 2) / (m σ(C_0/m) + Σ C_k 2^-k + m τ(1 - C_(q+1)/m) 2^-q), term by term."""
    m = len(registers)
    q = 65 - m.bit_length()
    with localcontext(prec=60):
        x = Decimal(registers.count(0)) / m
        z = m * (x + sum(x ** (2**k) * 2 ** (k - 1) for k in range(1, 30)))
        z += sum(Decimal(registers.count(k)) / 2**k for k in range(1, q + 1))
        x = 1 - Decimal(registers.count(q + 1)) / m
        terms = ((1 - x ** (Decimal(1) / 2**k)) ** 2 / 2**k for k in range(1, 100))
        z += m * (1 - x - sum(terms)) / 3 / 2**q
        expected = m * m / (2 * Decimal(2).ln() * z)
    assert Distinct(registers).estimate() == pytest.approx(float(expected), rel=1e-12)


def test_repeats_count_once_and_a_merge_counts_the_union():
    ids = np.random.default_rng(1).permutation(50_000)
    first, second = Distinct.of(ids[:30_000]), Distinct.of(ids[20_000:])
    both = Distinct.of(np.r_[ids, ids])
    assert (first | second).estimate() == both.estimate() == Distinct.of(ids).estimate()
    assert first.estimate() + second.estimate() > 1.1 * both.estimate()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Distinct.of([1], 100), "registers is 100: it must be a power of 2"),
        (lambda: Distinct.of([1.5]), "they must be whole numbers"),
        (lambda: Distinct.of(np.ma.array([1, 2], mask=[0, 1])), "none missing"),
        (lambda: Distinct([1, 2]), "registers is 2: it must be a power of 2, from 16"),
        (lambda: Distinct("junk"), "registers is 'junk': it must hold numbers"),
        (lambda: Distinct([[1] * 16]), r"registers has the shape \(1, 16\)"),
        (lambda: Distinct(["a"] * 16), "registers is .* must hold numbers"),
        (lambda: Distinct([62] * 16), "it must hold whole numbers from 0 to 61"),
        (lambda: Distinct([0.5] * 16), "it must hold whole numbers from 0 to 61"),
        (lambda: Distinct.of([1], 64) | Distinct.of([1], 32), "must be a Distinct with 64 registers"),
        (lambda: hyperloglog_error(0), "registers is 0"),
        (lambda: bloom_false_positives(1, 0, 1), "bits is 0"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
