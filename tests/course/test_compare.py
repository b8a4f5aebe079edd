import datetime
import math
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoworlds.course.compare import difference, same
from twoworlds.course.plain import Foreign

NAN = math.nan
INDEXED = pd.Series([1.0, 2.0], index=["a", "b"])

EQUAL = [
    (0.1 + 0.2, 0.3),
    (3, 3.0),
    (3.0, 3),
    (0.1 * 30, 3),
    (np.float32(0.1), 0.1),
    (1e9 * (1 + 1e-13), 10**9),
    (1_000_000.4, 1_000_000.0),
    (NAN, NAN),
    (math.inf, math.inf),
    (np.int64(3), 3),
    (np.array(3.0), 3.0),
    (True, np.True_),
    (10**400, 10**400),
    (1 + 1j, 1 + 1j),
    ([1, 2], (1, 2)),
    ([1, 2], np.array([1.0, 2.0])),
    (np.array([1, 2]), [1, 2]),
    (pd.Series([1, 2]), [1, 2]),
    (INDEXED, [1.0, 2.0]),
    ([1.0, 2.0], pd.Series([1.0, 2.0])),
    ({"b": 2, "a": 1}, {"a": 1, "b": 2}),
    (INDEXED, {"b": 2.0, "a": 1.0}),
    ({"b": 2.0, "a": 1.0}, INDEXED),
    (INDEXED[::-1], INDEXED),
    (pd.Series([1, None]), pd.Series([1.0, NAN])),
    (pd.Series(["a", None]), pd.Series(["a", NAN], dtype=object)),
    (pd.NA, NAN),
    ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
    (np.array(["a", "b"]), ["a", "b"]),
    (pd.DataFrame({"b": [1], "a": [2]}), pd.DataFrame({"a": [2.0], "b": [1.0]})),
    (pd.DataFrame({"a": [1, 2]}, index=["x", "y"]), pd.DataFrame({"a": [2, 1]}, index=["y", "x"])),
    (datetime.datetime(2026, 1, 1), pd.Timestamp("2026-01-01")),
    (np.datetime64("2026-01-01", "ns"), pd.Timestamp("2026-01-01")),
    (np.array(["2026-01-01"], dtype="M8[ns]"), np.array(["2026-01-01"], dtype="M8[us]")),
    (pd.Timedelta("1s"), datetime.timedelta(seconds=1)),
    (np.timedelta64(1, "s"), datetime.timedelta(seconds=1)),
    (pd.NaT, np.datetime64("NaT")),
    ({1, 2}, frozenset({2, 1})),
    (None, None),
    (Foreign("generator"), Foreign("generator")),
    ([], np.array([])),
]

UNEQUAL = [
    (0.66, 2 / 3, "wrong value", ""),
    (1_000_001, 1_000_000, "wrong value", ""),
    (1_000_001.0, 1_000_000, "wrong value", ""),
    (5.0, math.inf, "wrong value", ""),
    (math.inf, 5.0, "wrong value", ""),
    (-math.inf, math.inf, "wrong value", ""),
    (NAN, 1.0, "wrong value", ""),
    (1.0, NAN, "wrong value", ""),
    (pd.NA, 1.0, "wrong value", ""),
    (10**400, 1.0, "wrong value", ""),
    (True, 1, "wrong type", ""),
    (1, True, "wrong type", ""),
    (None, 1, "wrong type", ""),
    ("1", 1, "wrong type", ""),
    (Foreign("generator"), [1], "wrong type", ""),
    ([1], 1, "wrong type", ""),
    (pd.Series([1]), 1, "wrong type", ""),
    ({1}, [1], "wrong type", ""),
    ([1.0, 2.0], INDEXED, "wrong type", ""),
    ([1, 2, 3], [1, 2], "wrong shape", ""),
    (np.zeros((2, 3)), np.zeros((3, 2)), "wrong shape", ""),
    ([[1], [2, 3]], np.zeros((2, 2)), "wrong shape", ""),
    ({"a": 1}, {"a": 1, "b": 2}, "wrong shape", ""),
    ({"a": 1, "b": 2}, {"a": 1}, "wrong shape", ""),
    ({"a": [1]}, {"a": [1, 2]}, "wrong shape", "['a']"),
    ([1, 2], [1, 3], "wrong value", "[1]"),
    ([1, True], [1, 1], "wrong type", "[1]"),
    ([math.inf], [1.0], "wrong value", "[0]"),
    ([1.0], [math.inf], "wrong value", "[0]"),
    ([NAN, 1.0], [NAN, 2.0], "wrong value", "[1]"),
    ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "wrong value", "['a']['b'][1]"),
    (np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 5]]), "wrong value", "[1, 1]"),
    (np.array([10**15 + 1]), np.array([10**15]), "wrong value", "[0]"),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1], "b": [1]}), "wrong shape", ""),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1, 2]}), "wrong shape", ""),
    (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [2, 1]}), "wrong value", "['a'][0]"),
    (pd.DataFrame({"a": [1]}, index=["x"]), pd.DataFrame({"a": [1]}, index=["y"]), "wrong shape", ""),
    ([1], pd.DataFrame({"a": [1]}), "wrong type", ""),
    (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-02"), "wrong value", ""),
    (pd.Timestamp("2026-01-01", tz="UTC"), pd.Timestamp("2026-01-01"), "wrong value", ""),
    (datetime.date(2026, 1, 1), pd.Timestamp("2026-01-01"), "wrong value", ""),
    ("2026-01-01", pd.Timestamp("2026-01-01"), "wrong type", ""),
    ("a", "b", "wrong value", ""),
    (b"a", "a", "wrong value", ""),
    ({1, 2}, {1, 3}, "wrong value", ""),
]


@pytest.mark.parametrize(("value", "expected"), EQUAL)
def test_equal(value, expected):
    assert difference(value, expected) is None


@pytest.mark.parametrize(("value", "expected", "rung", "path"), UNEQUAL)
def test_unequal(value, expected, rung, path):
    found = difference(value, expected)
    assert (found.rung, found.path) == (rung, path)


def test_the_place_holds_both_values():
    found = difference({"a": [1, 2]}, {"a": [1, 3]})
    assert (found.got, found.want) == (2, 3)


@pytest.mark.parametrize(
    ("value", "expected", "what"),
    [
        ({"a": 1}, {"b": 1}, "without the key 'b'"),
        ({"a": 1, "b": 1}, {"a": 1}, "with an extra key 'b'"),
        ([1], [1, 2], "of 1 items, expected 2"),
        (np.zeros(3), np.zeros((3, 1)), "of shape (3,), expected (3, 1)"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}), "without the column 'b'"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1, 2]}), "of 1 rows, expected 2"),
    ],
)
def test_a_wrong_shape_says_what(value, expected, what):
    assert difference(value, expected).what == what


def test_exact_allows_no_tolerance():
    assert difference(1.0, 1.0 + 1e-12) is None
    assert difference(1.0, 1.0 + 1e-12, within=0)
    assert difference(np.ones(3), np.ones(3) + 1e-12, within=0)
    assert difference(np.array([NAN, 1.0]), np.array([NAN, 1.0]), within=0) is None
    assert difference(1.0, 1.0, within=0) is None


NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**20), 10**20)
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text() | st.datetimes() | st.timedeltas(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(PLAIN)
def test_everything_equals_itself(value):
    assert same(value, value)


@given(PLAIN, PLAIN)
def test_any_two_values_can_be_compared(value, expected):
    found = difference(value, expected)
    assert found is None or found.rung in ("wrong type", "wrong shape", "wrong value")


@given(st.lists(st.floats(allow_nan=True) | st.integers(-(2**53), 2**53), min_size=1, max_size=6), st.data())
def test_arrays_are_compared_as_their_numbers_are(numbers, data):
    other = data.draw(st.permutations(numbers))
    one_by_one = all(same(a, b) for a, b in zip(numbers, other, strict=True))
    assert same(numbers, other) == one_by_one


def test_a_million_numbers_compare_at_once():
    array = np.random.default_rng(1).random(10**6)
    start = time.perf_counter()
    assert same(array, array.copy())
    assert time.perf_counter() - start < 1  # 10 ms; one by one, it would be seconds
