"""The checks of single values: whatever comes in, a number comes out or one sentence."""

import datetime
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import (
    InputError,
    require_inside,
    require_kind,
    require_number,
    require_numeric,
    require_one_of,
    require_row,
    require_whole,
)

NO_NUMBERS = [
    None, "0.5", b"1", True, np.True_, math.nan, math.inf, -math.inf, 1j, np.complex128(0.5), 10**400, Decimal("sNaN"),
    [], {}, np.array([0.5]), np.array([1, 2]), pd.Series([0.5]), pd.NA, pd.NaT, datetime.timedelta(1),
    np.timedelta64(1, "s"), np.datetime64("2020"), (x for x in [1]),
]  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("require", [require_number, require_inside, require_whole])
@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: type(value).__name__)
def test_what_is_no_number_gets_one_sentence(require, value):
    with pytest.raises(InputError, match=r"^load is .*: it must .*\.$") as caught:
        require("load", value, -5, 5)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    "value", [2, 2.0, np.int8(2), np.float32(2), np.array(2), Decimal(2), Fraction(4, 2)]
)
def test_every_kind_of_real_number_is_one(value):
    assert require_number("x", value, 0, 5) == 2.0
    assert type(require_number("x", value, 0, 5)) is float
    assert type(require_whole("x", value, 0, 5)) is int


def test_ends_belong_to_a_range_and_not_to_an_inside():
    assert require_number("x", 5, 0, 5) == 5
    with pytest.raises(InputError, match="x is 5: it must lie strictly between 0 and 5"):
        require_inside("x", 5, 0, 5)
    with pytest.raises(InputError, match="x is 0: it must lie strictly"):
        require_inside("x", 0, 0, 5)
    with pytest.raises(InputError, match=r"x is 2\.5: it must be a whole number from 0 to 5"):
        require_whole("x", 2.5, 0, 5)


def test_a_sentence_tells_neighbours_apart():
    with pytest.raises(InputError, match=r"target is 1: it must be a number from 0 to 0\.999999999\."):
        require_number("target", 1, 0, 1 - 1e-9)
    with pytest.raises(InputError, match=r"registers is 0: it must be a number from 16 to 1048576\."):
        require_whole("registers", 0, 16, 2**20)


def test_large_whole_numbers_keep_their_last_digit():
    assert require_whole("id", 2**60 + 1, 0, 2**62) == 2**60 + 1


@pytest.mark.parametrize(
    "value", [np.array(["a", "b"]), pd.array(["c"]), pd.array(["a"]), pd.NA, Decimal("sNaN"), None, ["a"], 3]
)
def test_choices(value):
    with pytest.raises(InputError, match=r"side is .*: it must be one of 'a', 'b'\."):
        require_one_of("side", value, ["a", "b"])
    assert require_one_of("side", "a", iter("ab")) == "a"


def test_many_choices_are_not_all_named():
    with pytest.raises(InputError, match=r"10, 11 and 999988 more\.$"):
        require_one_of("control", "control", range(1_000_000))


NO_ROWS = [
    "abc", ["1", "2"], np.array(["1"]), pd.Series(["1"]), [b"1"], [1, "2"], [1j], [1, [2, 3]], [10**400], [[1], [2, 3]],
    np.array(["2020"], dtype="M8[s]"), np.array([1, 2], dtype="m8[us]"), pd.Series(pd.to_datetime(["2020"])),
    pd.Series(pd.to_datetime(["2020"])).dt.tz_localize("UTC"), [datetime.timedelta(1)], {1, 2}, {1: 2},
    (x for x in [1, 2]), pd.Series(["x"], dtype="category"), object(),
    pd.Series([np.timedelta64(1, "s")], dtype=object), [np.timedelta64(5, "m"), 1.0],
    np.array([np.datetime64("2024-01-01")], dtype=object),
]  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("values", NO_ROWS, ids=lambda values: type(values).__name__)
def test_what_holds_no_numbers_gets_one_sentence(values):
    with pytest.raises(InputError, match=r"^x is .*: it must hold numbers\.$"):
        require_numeric("x", values)


@pytest.mark.parametrize(
    "values",
    [
        [1, 2], (1.0, 2), range(1, 3), np.array([1, 2], dtype=np.uint8), [Decimal(1), Fraction(2)],
        pd.Series([1, 2], index=[9, 4], dtype="Int64"), pd.Series([1, 2], dtype="category"),
        pd.Series([1.0, 2.0], dtype="Float32"), pd.Index([1, 2]),
    ],
)  # fmt: skip
def test_every_kind_of_numbers_is_floats(values):
    found = require_numeric("x", values)
    assert found.dtype == np.float64
    assert found.tolist() == [1, 2]


@pytest.mark.parametrize(
    "values",
    [
        [1, None], np.ma.array([1, 1000], mask=[0, 1]), pd.Series([1, None], dtype="Int64"),
        pd.Series([True, pd.NA], dtype="boolean"), np.array([True, None]), pd.Series([1.0, None], dtype="Float64"),
    ],
)  # fmt: skip
def test_what_is_missing_is_nan_and_never_a_number(values):
    assert str(require_numeric("x", values).tolist()) == "[1.0, nan]"


@pytest.mark.parametrize(
    ("values", "bounds", "sentence"),
    [
        ([], (), r"^x has the shape \(0,\): it must have one dimension and at least one number\.$"),
        ([[1, 2]], (), r"^x has the shape \(1, 2\)"),
        (3, (), r"^x has the shape \(\)"),
        ([0, -math.inf], (), r"^x\[1\] is -inf: it must be a finite number\.$"),
        (
            pd.Series([1, None], index=[7, 8], dtype="Int64"),
            (0,),
            r"^x\[1\] is nan: it must be a finite number, 0 or more\.$",
        ),
        ([0, 1, 1.5, 2], (0, 1), r"^x\[2\] is 1\.5: it must be a number from 0 to 1\.$"),
        ([-1e-9], (0, 1), r"^x\[0\] is -1e-09: it must be a number from 0 to 1\.$"),
        (["1"], (), r"^x is \['1'\]: it must hold numbers\.$"),
    ],
)
def test_a_row_that_is_none_gets_one_sentence(values, bounds, sentence):
    with pytest.raises(InputError, match=sentence):
        require_row("x", values, *bounds)


def test_ends_belong_to_a_row_and_none_at_all_where_that_is_allowed():
    assert require_row("x", (0, 1), 0, 1).tolist() == [0, 1]
    assert require_row("x", [], empty=True).shape == (0,)
    with pytest.raises(InputError, match="shape"):
        require_row("x", [[]], empty=True)


def test_kinds():
    assert require_kind("name", "x", str) == "x"
    with pytest.raises(InputError, match=r"^name is 3: it must be of type str\.$"):
        require_kind("name", 3, str)
