import collections
import datetime
import enum
import fractions
import math
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from twoworlds.course.compare import same
from twoworlds.course.plain import Foreign, plain


class Colour(enum.IntEnum):
    RED = 3


class Text(str):
    __slots__ = ()

    def __len__(self):
        raise ValueError


Point = collections.namedtuple("Point", "x y")


class Row(list):
    def __hash__(self):
        return 1

    def __iter__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Colour.RED, 3),
        (Point(1, 2), (1, 2)),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (fractions.Fraction(1, 4), 0.25),
        ({1, 2}, {1, 2}),
        (frozenset({1}), frozenset({1})),
        (b"abc", b"abc"),
        (None, None),
        (..., ...),
    ],
)
def test_subclasses_become_their_built_in_base(value, expected):
    made = plain(value)
    assert type(made) is type(expected)
    assert made == expected


def test_overridden_methods_are_not_called():
    assert type(plain(Text("abc"))) is str
    assert plain([Text("abc"), Row([1, 2])]) == ["abc", [1, 2]]


def test_items_inside_become_plain_too():
    made = plain([Point(1, [Text("a")])])
    assert type(made[0]) is tuple
    assert type(made[0][1][0]) is str


@pytest.mark.parametrize(
    "value",
    [
        (i for i in range(3)),
        plain,
        dict,
        {}.keys(),
        range(3),
        np.ma.array([1]),
        np.zeros(2, dtype=[("a", int)]),
        datetime.datetime(2026, 1, 1, tzinfo=type("Zone", (datetime.tzinfo,), {})()),
    ],
)
def test_what_is_not_plain_becomes_foreign(value):
    assert isinstance(plain(value), Foreign)


def test_hashable_list_as_key_does_not_break_the_dict():
    assert plain({Row([1]): 2}) == {Foreign("Row"): 2}
    assert plain({Row([1])}) == {Foreign("Row")}


def test_a_knot_ends():
    knot = []
    knot.append(knot)
    assert isinstance(plain(knot), list)


@pytest.mark.parametrize(
    "value", ["x" * 2000, [1.0] * 100, np.zeros(200), {i: i for i in range(30)}, 1 << 14_000]
)
def test_size_is_limited(value):
    assert plain(value, limit=1000) == Foreign(type(value).__name__, huge=True)
    assert not isinstance(plain(value), Foreign)


def test_arrays_are_copies():
    array = np.arange(3.0)
    made = plain(array)
    made[0] = 9
    assert array[0] == 0


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1, 2], dtype="Int64"),
        pd.Series([1.5, math.nan]),
        pd.Series(["a", None]),
        pd.Series([True, False]),
        pd.Series(pd.to_datetime(["2026-01-01", None])),
        pd.Series(pd.to_datetime(["2026-01-01"]).tz_localize(ZoneInfo("Europe/Oslo"))),
        pd.Series(pd.to_timedelta(["1s"])),
        pd.Series(["a", "b"], dtype="category"),
        pd.Series([1, 2], index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", "y"]), name="n"),
        pd.Series([1, 2], index=["a", "b"]),
    ],
)
def test_series_and_frames_survive(series):
    made = plain(series)
    assert same(made, series)
    assert made.index.equals(series.index)
    frame = pd.DataFrame({"a": series, "b": series})
    assert same(plain(frame), frame)


@pytest.mark.parametrize("items", [["a", "b"], [1, None], [True, False]])
def test_the_array_of_a_series_is_a_list(items):
    array = pd.Series(items).convert_dtypes().array
    assert same(plain(array), plain(array.tolist()))
    assert type(plain(array)) is list


def test_objects_in_frames_become_foreign():
    made = plain(pd.DataFrame({"a": [object(), 1]}))
    assert made["a"].tolist() == [Foreign("object"), 1]


def test_repeated_columns_survive():
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert plain(frame).columns.tolist() == ["a", "a"]


def test_type_name_is_not_asked_of_the_learner():
    class Meta(type):
        @property
        def __name__(cls):
            raise ValueError

    class Odd(metaclass=Meta):
        @property
        def __class__(self):
            raise ValueError

    assert plain(Odd()) == Foreign("Odd")
