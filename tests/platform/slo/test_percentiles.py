"""Percentiles against numpy; the sketch against its guarantee, and merging against the union."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.platform.slo import Sketch, percentile
from twoworlds.platform.slo.percentiles import rank

RNG = np.random.default_rng(5)
SAMPLES = [RNG.lognormal(3, 1.5, 5000), RNG.exponential(1e-4, 777), np.r_[np.zeros(50), RNG.pareto(1.2, 60)]]
latencies = st.lists(st.floats(0, 1e6), min_size=1, max_size=60)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.95, 0.99, 0.999, 1])
def test_percentile_is_numpys_inverted_distribution(share):
    for sample in SAMPLES:
        assert percentile(sample, share) == np.quantile(sample, share, method="inverted_cdf")


def test_percentile_by_hand():
    assert percentile([40, 10, 30, 20], 0.5) == 20
    assert percentile([40, 10, 30, 20], 0.51) == 30
    assert percentile(np.arange(1, 101), 0.07) == 7, "0.07 * 100 is a hair above 7 in floats"


@pytest.mark.parametrize("error", [0.001, 0.01, 0.1])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99, 0.999, 1])
def test_sketch_keeps_its_relative_error(error, share):
    for sample in SAMPLES:
        exact = percentile(sample, share)
        assert abs(Sketch.of(sample, error).quantile(share) - exact) <= error * exact * (1 + 1e-9)


@given(latencies, latencies)
def test_merged_sketch_is_the_sketch_of_the_union(first, second):
    assert Sketch.of(first) | Sketch.of(second) == Sketch.of(first + second)
    assert (Sketch.of(first) | Sketch()).quantile(0.9) == Sketch.of(first).quantile(0.9)


def test_mean_of_percentiles_is_another_number():
    """One server in a hundred is ten times as slow and gets a hundredth of the traffic: averaging is far off."""
    rng = np.random.default_rng(6)
    quick, slow = rng.exponential(10, 9900), rng.exponential(100, 100)
    truth = percentile(np.r_[quick, slow], 0.99)
    merged = (Sketch.of(quick) | Sketch.of(slow)).quantile(0.99)
    assert merged == pytest.approx(truth, rel=0.01)
    assert (percentile(quick, 0.99) + percentile(slow, 0.99)) / 2 > 3 * truth


def test_share_over_a_limit():
    sample = SAMPLES[0]
    for limit in (5, 20, 400):
        low, high = np.mean(sample > 1.011 * limit), np.mean(sample > limit / 1.011)
        assert low <= Sketch.of(sample).share_over(limit) <= high
    assert Sketch.of([0, 0, 3]).share_over(0) == pytest.approx(1 / 3)


def test_what_a_bucket_stands_for_is_a_float():
    assert Sketch.of([1e300]).quantile(0.5) == pytest.approx(1e300, rel=0.01)
    assert Sketch.of([1e300]).share_over(1) == 1
    with pytest.raises(InputError, match=r"values\[0\] is 1.79e\+308"):
        Sketch.of([1.79e308])


def test_few_buckets_for_any_number_of_values():
    assert len(Sketch.of(RNG.lognormal(3, 1, 200_000)).counts) < 600


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: percentile([], 0.5), r"values has the shape \(0,\): it must have one dimension"),
        (lambda: percentile([1, np.nan], 0.5), r"values\[1\] is nan: it must be a finite number, 0 or more"),
        (lambda: percentile([1, -2], 0.5), r"values\[1\] is -2: it must be a finite number, 0 or more"),
        (lambda: percentile([1], 99), "share is 99: it must be a number from 0 to 1"),
        (lambda: percentile("p99", 0.5), "values is 'p99': it must hold numbers"),
        (lambda: Sketch().quantile(0.5), "has seen 0 values"),
        (lambda: Sketch.of([1], 0.01) | Sketch.of([1], 0.02), "must be a Sketch with the error 0.01"),
        (lambda: Sketch.of([1], 0), "error is 0"),
        (lambda: Sketch(zeros=-5), "zeros is -5"),
        (lambda: Sketch(counts=[1]), r"counts is \[1\]: it must be of type Mapping"),
        (lambda: Sketch(counts={"a": 1}), r"counts holds \('a', 1\)"),
        (lambda: Sketch(counts={1: -5}), r"counts holds \(1, -5\)"),
        (lambda: Sketch(counts={1: 2.5}), r"counts holds \(1, 2.5\)"),
        (lambda: Sketch(counts={10**6: 1}), r"each must be a bucket from -34539 to 34539"),
        (
            lambda: Sketch(counts={-(10**6): 1}),
            r"counts holds \(-1000000, 1\): each must be a bucket from -34539",
        ),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_rounding_moves_no_rank_of_many():
    """0.07 x 10^8 is 7,000,000.000000001 in floats."""
    assert rank(0.07, 10**8) == 7_000_000
    assert rank(0.07, 10**12) == 7 * 10**10
    assert rank(0.0700001, 100) == 8
