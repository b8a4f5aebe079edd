import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoworlds.course.plain import Foreign
from twoworlds.course.show import WIDTH, describe, show, tell_apart

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.tuples(inner)
        | st.sets(st.integers() | st.text())
    ),
)


@given(VALUES)
def test_never_longer_than_asked_and_always_one_line(value):
    text = show(value)
    assert len(text) <= WIDTH
    assert "\n" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2 / 3, "0.666667"),
        (3, "3"),
        (1e300, "1e+300"),
        (2_500_000.0, "2500000"),
        (10**4000, "an integer of about 4,001 digits"),
        ("a\nb", "'a\\nb'"),
        ([], "[]"),
        ((1,), "(1,)"),
        (set(), "an empty set"),
        ({"b", "a"}, "{'a', 'b'}"),
        ({"a": 1.5}, "{'a': 1.5}"),
        (np.array([1, 2]), "array([1, 2])"),
        (np.float32(0.5), "0.5"),
        (np.array(2.0), "2"),
        (np.zeros((9, 9)), "array of shape (9, 9)"),
        (pd.Series([1, 2]), "Series([1, 2])"),
        (pd.DataFrame({"a": [1]}), "DataFrame of 1 row and 1 column"),
        (pd.Timestamp("2026-01-02"), "2026-01-02 00:00:00"),
        (pd.NA, "<NA>"),
        (Foreign("generator"), "a generator"),
        (..., "..."),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, …]"),
    ],
)
def test_reads_as(value, text):
    assert show(value) == text


@pytest.mark.parametrize(
    ("first", "second", "texts"),
    [
        (2158.7, 2160.0, ("2159", "2160")),
        (2159.2, 2159.4, ("2159.2", "2159.4")),
        (3, 2 / 3, ("3", "0.667")),
        (0.66667, 2 / 3, ("0.66667", "0.666667")),
        (1.0, 1.0 + 1e-12, ("1", "1.000000000001")),
        ([0.5], [0.5004], ("[0.5]", "[0.5004]")),
    ],
)
def test_as_many_digits_as_tell_two_values_apart(first, second, texts):
    assert tell_apart(first, second) == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ([1], "a list"),
        (3, "an int"),
        ("a", "a string"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (pd.DataFrame({"a": [1, 2]}), "a DataFrame of 2 rows and 1 column"),
        (Foreign("list", huge=True), "a list that is too big to check"),
        (Foreign("type"), "a class"),
    ],
)
def test_described_as(value, text):
    assert describe(value) == text


def test_described_without_its_size():
    assert describe(np.zeros(3), size=False) == "an array"
    assert describe(pd.DataFrame(), size=False) == "a DataFrame"
