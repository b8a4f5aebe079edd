"""Moments of arms: against numpy, merged in any order, and what can't be an arm."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.experiment import Moments, by_arm

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


@given(VALUES)
def test_moments_are_numpys(values):
    arm = Moments.of(values)
    assert arm.mean == pytest.approx(np.mean(values), abs=1e-8)
    assert arm.var == pytest.approx(np.var(values, ddof=1), rel=1e-9, abs=1e-8)


@given(VALUES, VALUES)
def test_parts_add_up_to_the_whole(first, second):
    both, whole = Moments.of(first) + Moments.of(second), Moments.of(first + second)
    assert both.n == whole.n
    assert both.mean == pytest.approx(whole.mean, abs=1e-6)
    assert both.var == pytest.approx(whole.var, rel=1e-6, abs=1e-6)


def test_single_users_add_up():
    parts = [Moments.of([x]) for x in (1.0, 2.0, 6.0)]
    assert math.isnan(parts[0].var)
    assert parts[0] + parts[1] + parts[2] == Moments.of([1.0, 2.0, 6.0])


def test_a_large_mean_cancels_nothing():
    values = 1e9 + np.array([0.0, 1.0, 2.0])
    assert Moments.of(values).var == pytest.approx(1)


@pytest.mark.parametrize("value", [0.1, 1e9 + 0.1, -7, 0])
def test_a_constant_metric_has_no_variance_at_all(value):
    assert Moments.of([value] * 7) == Moments(7, value, 0.0)


def test_sums_give_the_same():
    x = np.array([0.0, 1, 1, 5])
    assert Moments.of_sums(x.sum(), (x**2).sum(), 4) == Moments.of(x)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Moments.of([]), "values is empty"),
        (lambda: Moments.of([1, math.nan]), "1 values that are NaN"),
        (lambda: Moments.of([1, math.inf, -math.inf]), "2 values that are NaN or infinite"),
        (lambda: Moments.of([[1, 2]]), "one value a user"),
        (lambda: Moments.of(["a", "b"]), "must hold numbers"),
        (lambda: Moments(0, 1, 1), "n is 0"),
        (lambda: Moments(10, 1, -1), "var is -1: it must be a number from 0"),
        (lambda: Moments(10, 1, math.nan), "var is nan"),
        (lambda: Moments.of_sums(10, 1, 5), "it must be at least 20"),
    ],
)
def test_what_cannot_be_an_arm_is_said(make, words):
    with pytest.raises(InputError, match=words):
        make()


def table():
    return pd.DataFrame({"arm": ["b", "a", "c", "a", "b", "c"], "x": [1, 2, 3, 4, 5, 6.0]})


def test_control_is_named_and_the_order_is_irrelevant():
    arms = by_arm(table(), ["x"], control="b")
    assert list(arms) == ["b", "a", "c"]
    assert arms["b"]["x"] == Moments.of([1, 5])
    turned = by_arm(table()[::-1], ["x"], control="b")
    assert turned == arms


def test_arms_may_be_numbers_truths_or_categories():
    frame = table().assign(arm=[0, 1, 0, 1, 0, 1])
    assert by_arm(frame, ["x"], control=1)[1]["x"] == Moments.of([2, 4, 6])
    assert by_arm(frame.assign(arm=frame.arm == 1), ["x"], control=False)[False]["x"].n == 3
    assert list(by_arm(table().astype({"arm": "category"}), ["x"], control="c")) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("change", "control", "words"),
    [
        ({}, "control", "control is 'control': it must be one of 'b', 'a', 'c'"),
        ({"arm": ["a"] * 6}, "a", "at least one other arm"),
        ({"arm": ["a", None, "b", "a", "b", "a"]}, "a", "1 missing"),
        ({"x": [1, 2, 3, 4, 5, math.nan]}, "a", "x holds 1 values that are NaN"),
    ],
)
def test_a_table_that_is_no_experiment_is_said(change, control, words):
    with pytest.raises(InputError, match=words):
        by_arm(table().assign(**change), ["x"], control=control)


def test_a_control_in_an_array_is_said():
    with pytest.raises(InputError, match=r"control is array\(\['a'\]"):
        by_arm(table(), ["x"], control=np.array(["a"]))


def test_missing_columns_are_said():
    with pytest.raises(InputError, match="metric is 'y'"):
        by_arm(table(), ["y"], control="a")
    with pytest.raises(InputError, match="arm is 'group'"):
        by_arm(table(), ["x"], control="a", arm="group")


def test_whole_sums_are_exact_and_rounded_ones_never_invent_a_spread():
    """1e9 and 1e9 + 1 by turns: floats lose the variance of 0.25 in squares of 1e18, whole numbers don't."""
    values = [10**9 + i % 2 for i in range(1000)]
    total, squares = sum(values), sum(x * x for x in values)
    assert Moments.of_sums(total, squares, 1000) == Moments.of(values)
    assert Moments.of_sums(float(total), float(squares), 1000).var == 0
    assert Moments.of_sums(0.1 * 7, 0.1**2 * 7, 7).var == 0


@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, 19.99, 1 / 3])
@pytest.mark.parametrize("n", [1000, 100_000, 1_000_000])
def test_running_sums_of_a_constant_have_no_spread(value, n):
    """np.bincount and a loop add user by user, and are off by up to n roundings; np.sum adds in pairs."""
    x = np.full(n, value)
    total, squares = (float(np.bincount(np.zeros(n, int), weights)[0]) for weights in (x, x * x))
    assert total == sum(x.tolist()) or total == np.cumsum(x)[-1]
    assert Moments.of_sums(total, squares, n).var == 0
    assert Moments.of_sums(x.sum(), (x * x).sum(), n).var == 0


@pytest.mark.parametrize(("n", "spread"), [(1000, 3e-6), (1_000_000, 2e-5)])
def test_running_sums_keep_a_spread_that_they_can_tell(n, spread):
    x = 1 + spread * np.random.default_rng(1).normal(size=n)
    arm = Moments.of_sums(np.cumsum(x)[-1], np.cumsum(x * x)[-1], n)
    assert arm.var == pytest.approx(spread**2, rel=0.2)
    assert Moments.of_sums(1e9, 1.000001e9, 10**9).var == pytest.approx(1e-6)
    assert Moments.of_sums(1e14, 1.00001e14, 10**14).var == pytest.approx(1e-5)


def test_a_refusal_shows_what_it_compares():
    with pytest.raises(
        InputError, match=r"is 999.999999: with n 10 and total 100 it must be at least 1000\."
    ):
        Moments.of_sums(100.0, 999.999999, 10)


def test_arms_add_up_with_sum():
    parts = [Moments.of(x) for x in ([1.0, 2], [3.0], [6.0, 7, 8])]
    assert sum(parts) == parts[0] + parts[1] + parts[2]
    with pytest.raises(TypeError):
        1 + parts[0]


def test_truths_and_numbers_are_not_one_arm():
    mixed = table().assign(arm=pd.array([1, True, "C"] * 2, dtype=object))
    with pytest.raises(InputError, match="arm holds 1 and True: an arm must have one name"):
        by_arm(mixed, ["x"], control="C")
    with pytest.raises(InputError, match="arm holds 0 and False"):
        by_arm(mixed.assign(arm=pd.array([0, False, 1] * 2, dtype=object)), ["x"], control=1)
    for alike in ([True, False], [1, 0], [1, "C"]):
        assert len(by_arm(mixed.assign(arm=pd.array(alike * 3, dtype=object)), ["x"], control=alike[0])) == 2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("values", [[1e308, 1e308], [1e308, -1e308], [1e200, 2e200]])
def test_beyond_the_floats_is_a_sentence_without_a_warning(values):
    with pytest.raises(InputError, match=r"(mean|var) is (inf|1e.308): it must be a number"):
        Moments.of(values)


@pytest.mark.parametrize(
    ("frame", "metrics", "words"),
    [
        (table()[:0], ["x"], "table has 0 rows"),
        ([1, 2], ["x"], "table is .* of type DataFrame"),
        (table(), "x", "metrics is 'x': it must be a list"),
        (table(), [], "it must be a list of one column or more"),
        (table(), np.array("x"), "it must be a list of one column or more"),
        (table(), np.array([["x"]]), "it must be a list of one column or more"),
        (pd.concat([table(), table()[["x"]]], axis=1), ["x"], "metric is 'x': .* the table has several"),
        (table().assign(x=pd.to_datetime("2026-01-01")), ["x"], "x is .*: it must hold numbers"),
        (table().assign(x=pd.array([1, 2, 3, 4, 5, None], dtype="Int64")), ["x"], "x holds 1 values that are NaN"),
        (table().assign(x=pd.array([1, 2, 3, 4, 5, pd.NA], dtype=object)), ["x"], "x holds 1 values that are NaN"),
        (table().assign(x=pd.array([1, 2, 3, "4", 5, pd.NA], dtype=object)), ["x"], "it must hold numbers"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_said(frame, metrics, words):
    with pytest.raises(InputError, match=words):
        by_arm(frame, metrics, control="a")


@pytest.mark.parametrize("listed", [tuple, pd.Index, np.array])
def test_metrics_may_be_any_list_of_names(listed):
    assert by_arm(table(), listed(["x"]), control="a") == by_arm(table(), ["x"], control="a")


@pytest.mark.parametrize("dtype", ["Int64", "Float32", "int8", "boolean"])
def test_nullable_and_small_columns_count_as_their_numbers(dtype):
    frame = table().assign(x=pd.array([0, 1, 1, 1, 0, 0], dtype=dtype)).set_index(pd.Index([9] * 6))
    assert by_arm(frame, ["x"], control="a")["b"]["x"] == Moments(2, 0, 0)


def test_whole_sums_are_exact_even_as_floats():
    """99 or so failures in a thousand million: nothing was rounded, so nothing is taken for rounding."""
    total = 999_999_900
    whole, floats = (Moments.of_sums(kind(total), kind(total), 10**9) for kind in (int, float))
    assert floats == whole
    assert whole.var == pytest.approx(1e-7, rel=1e-6)
    rounded = Moments.of_sums(
        total, np.nextafter(float(total), 0) + 2e-7, 10**9
    )  # a float of squares is not whole
    assert rounded.var == 0
