"""Hold one plain value against another and say where they part: wrong type, wrong shape or wrong value.

What counts as equal: numbers within a relative 1e-6 or an absolute 1e-9 (counts within rounding errors), NaN and
NaN, a list and an array of the same items, a Timestamp and a datetime of the same instant. The order of a dict's keys
and of a table's columns is irrelevant. Rows that carry labels are matched by label, rows without by position.
"""

import datetime
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from twoworlds.course.plain import Foreign, pandas

RELATIVE = 1e-6
RELATIVE_OF_WHOLE = 1e-12  # a count is right or wrong; as a float it may carry rounding errors
ABSOLUTE = 1e-9

Rung = Literal["wrong type", "wrong shape", "wrong value"]


@dataclass(frozen=True)
class Difference:
    """The first place where two values part: `path` leads there ("['D7'][2]"), `got` and `want` stand there."""

    rung: Rung
    got: Any
    want: Any
    path: str = ""
    what: str = ""  # for a wrong shape: what is missing or too much

    def under(self, step: str) -> "Difference":
        """Return the same difference, one step further from the top."""
        return Difference(self.rung, self.got, self.want, step + self.path, self.what)


def same(value: Any, expected: Any, within: float = RELATIVE) -> bool:
    """Tell whether two plain values agree, numbers within a share `within` of the expected one."""
    return difference(value, expected, within) is None


def difference(value: Any, expected: Any, within: float = RELATIVE) -> Difference | None:
    """Return where plain `value` departs from plain `expected`, or None where they agree.

    within: the share by which a number may differ; 0 allows no tolerance, since a value changed by 1e-12 was changed.
    """
    value, expected = _unboxed(value), _unboxed(expected)
    if _is_missing(value) and _is_missing(expected):
        return None
    family = _family(expected)
    if family == "labelled" and _family(value) in ("mapping", "labelled"):
        value, expected, family = _as_dict(value), _as_dict(expected), "mapping"
    if family == "mapping" and _is_series(value) and value.index.is_unique:
        value = _as_dict(value)
    if family == "sequence" and _family(value) == "labelled":
        value = value.array
    if family != _family(value):
        # NaN for a number is the right type, and a number for NaN.
        return Difference(
            "wrong value" if "missing" in (family, _family(value)) else "wrong type", value, expected
        )
    return _COMPARE[family](value, expected, within)


def _unboxed(value: Any) -> Any:
    """Return a number out of an array of no dimensions."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _is_series(value: Any) -> bool:
    pd = pandas()
    return bool(pd) and isinstance(value, pd.Series)


def _is_missing(value: Any) -> bool:
    pd = pandas()
    if isinstance(value, (float, np.floating, np.datetime64, np.timedelta64)):
        return bool(value != value)
    return bool(pd) and (value is pd.NA or value is pd.NaT)


def _family(value: Any) -> str:
    """Return the name of the group of types within which values can be equal."""
    pd = pandas()
    if value is None or value is ...:
        return "nothing"
    if isinstance(value, Foreign):
        return "foreign"
    if isinstance(value, (bool, np.bool_)):
        return "truth"
    if _is_missing(value) and not isinstance(value, (float, np.floating)):
        return "missing"
    for family, types in _FAMILIES.items():
        if isinstance(value, types):
            return family
    if pd and isinstance(value, pd.DataFrame):
        return "table"
    if _is_series(value) and value.index.is_unique and not isinstance(value.index, pd.RangeIndex):
        return "labelled"
    return "sequence"


_FAMILIES: dict[str, tuple[type, ...]] = {
    "moment": (datetime.date, np.datetime64),
    "span": (
        datetime.timedelta,
        np.timedelta64,
    ),  # before numbers: numpy counts its timedelta among the integers
    "number": (numbers.Number,),
    "text": (str, bytes),
    "mapping": (dict,),
    "set": (set, frozenset),
    "sequence": (list, tuple, np.ndarray),
}


def _same_thing(value: Any, expected: Any, within: float) -> Difference | None:
    return (
        None
        if type(value) is type(expected) and value == expected
        else Difference("wrong value", value, expected)
    )


def _numbers(value: Any, expected: Any, within: float) -> Difference | None:
    return None if _close(value, expected, within) else Difference("wrong value", value, expected)


def _close(value: Any, expected: Any, within: float) -> bool:
    if _is_whole(value) and _is_whole(expected):
        return int(value) == int(expected)
    relative = RELATIVE_OF_WHOLE if _is_whole(expected) else within
    try:
        value, expected = complex(value), complex(expected)
    except OverflowError:  # a whole number beyond any float, against a float
        return False
    if within == 0 or not np.isfinite(expected):
        return value == expected
    return abs(value - expected) <= max(relative * abs(expected), ABSOLUTE)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer))


def _times(value: Any, expected: Any, within: float) -> Difference | None:
    """Compare two instants or two spans, whichever of the three libraries they come from."""
    if type(value) is datetime.date or type(expected) is datetime.date:
        return _same_thing(value, expected, within)
    return None if _agree(value, expected) else Difference("wrong value", value, expected)


def _as_time(value: Any) -> Any:
    pd = pandas()
    if pd and isinstance(value, (np.datetime64, np.timedelta64)):
        return pd.Timestamp(value) if isinstance(value, np.datetime64) else pd.Timedelta(value)
    return value


def _agree(value: Any, expected: Any) -> bool:
    """Tell whether two times are equal; with and without time zone they never are."""
    try:
        return bool(_as_time(value) == _as_time(expected))
    except (OverflowError, ValueError):  # one is beyond what the other's library can hold
        return False


def _mappings(value: dict, expected: dict, within: float) -> Difference | None:
    what = _membership(value, expected, "key")
    if what:
        return Difference("wrong shape", value, expected, what=what)
    for key, want in expected.items():
        found = difference(value[key], want, within)
        if found:
            return found.under(f"[{_label(key)}]")
    return None


def _sets(value: Any, expected: Any, within: float) -> Difference | None:
    return None if value == expected else Difference("wrong value", value, expected)


def _membership(value: Any, expected: Any, noun: str) -> str:
    """Return what `value` lacks or has too much of, as words; empty when both hold the same labels."""
    lacking = [label for label in expected if label not in value]
    if lacking:
        return f"without the {noun} {_label(lacking[0])}"
    surplus = [label for label in value if label not in expected]
    return f"with an extra {noun} {_label(surplus[0])}" if surplus else ""


def _label(label: Any) -> str:
    text = repr(label.item() if isinstance(label, np.generic) else label)
    return text if len(text) <= 40 else text[:39] + "…"


def _sequences(value: Any, expected: Any, within: float) -> Difference | None:
    if isinstance(expected, np.ndarray) and expected.ndim > 1:
        return _grids(value, expected, within)
    if len(value) != len(expected):
        what = f"of {len(value):,} items, expected {len(expected):,}"
        return Difference("wrong shape", value, expected, what=what)
    quick = _numeric(value), _numeric(expected)
    if quick[0] is not None and quick[1] is not None and quick[0].shape == quick[1].shape:
        return _first_wrong(*quick, within)
    return _one_by_one(_listed(value), _listed(expected), within)


def _one_by_one(value: Sequence[Any], expected: Sequence[Any], within: float) -> Difference | None:
    for i, (got, want) in enumerate(zip(value, expected, strict=True)):
        found = difference(got, want, within)
        if found:
            return found.under(f"[{i}]")
    return None


def _grids(value: Any, expected: np.ndarray, within: float) -> Difference | None:
    """Compare with an array of two or more dimensions; nested lists of the same shape will do."""
    if not isinstance(value, np.ndarray):
        try:
            value = np.array(value)
        except ValueError:
            return Difference("wrong shape", value, expected, what="with rows of unequal length")
    if value.shape != expected.shape:
        what = f"of shape {value.shape}, expected {expected.shape}"
        return Difference("wrong shape", value, expected, what=what)
    quick = _numeric(value), _numeric(expected)
    if quick[0] is not None and quick[1] is not None:
        return _first_wrong(*quick, within)
    return _one_by_one(value.tolist(), expected.tolist(), within)


_NUMBER_TYPES = {int, float} | {
    np.dtype(code).type for code in np.typecodes["AllInteger"] + np.typecodes["Float"]
}


def _numeric(value: Any) -> np.ndarray | None:
    """Return numbers as an array that compares at once, or None: truth values are no numbers, nor is a mixture."""
    if isinstance(value, (list, tuple)):
        if not set(map(type, value)) <= _NUMBER_TYPES:
            return None
        value = np.array(value)
    elif not isinstance(value, np.ndarray):
        value = np.asarray(value)
    return value if value.dtype.kind in "iuf" else None


def _listed(value: Any) -> Sequence[Any]:
    if isinstance(value, np.ndarray):  # tolist would turn nanoseconds into bare integers
        return list(value) if value.dtype.kind in "mM" else value.tolist()
    return value if isinstance(value, (list, tuple)) else _filled(value)


def _first_wrong(value: np.ndarray, expected: np.ndarray, within: float) -> Difference | None:
    with np.errstate(all="ignore"):
        if within == 0 or (value.dtype.kind != "f" and expected.dtype.kind != "f"):
            right = value == expected
        else:
            relative = within if expected.dtype.kind == "f" else RELATIVE_OF_WHOLE
            reach = np.maximum(relative * np.abs(expected), ABSOLUTE)
            near = np.abs(value.astype(float) - expected) <= reach
            right = (value == expected) | (near & np.isfinite(expected))
        right |= (value != value) & (expected != expected)
    if right.all():
        return None
    at = tuple(int(i) for i in np.argwhere(~right)[0])
    path = f"[{', '.join(map(str, at))}]"
    return Difference("wrong value", value[at].item(), expected[at].item(), path)


def _tables(value: Any, expected: Any, within: float) -> Difference | None:
    pd = pandas()
    what = _membership(list(value.columns), list(expected.columns), "column")
    if what or not expected.columns.is_unique or not value.columns.is_unique:
        return Difference("wrong shape", value, expected, what=what or "with columns of the same name")
    if len(value) != len(expected):
        what = f"of {len(value):,} rows, expected {len(expected):,}"
        return Difference("wrong shape", value, expected, what=what)
    if expected.index.is_unique and not isinstance(expected.index, pd.RangeIndex):
        what = (
            _membership(value.index, expected.index, "row")
            if value.index.is_unique
            else "with repeated labels"
        )
        if what:
            return Difference("wrong shape", value, expected, what=what)
        value = value.loc[expected.index]
    for column in expected.columns:
        found = _columns(value[column].array, expected[column].array, within)
        if found:
            return found.under(f"[{_label(column)}]")
    return None


def _columns(value: Any, expected: Any, within: float) -> Difference | None:
    quick = _numeric(np.asarray(value)), _numeric(np.asarray(expected))
    if quick[0] is not None and quick[1] is not None:
        return _first_wrong(*quick, within)
    return _one_by_one(_filled(value), _filled(expected), within)


def _filled(column: Any) -> list[Any]:
    """Return a column's values with one and the same mark for whatever is missing, as pandas itself sees it."""
    return [float("nan") if item is None or _is_missing(item) else item for item in column.tolist()]


def _as_dict(value: Any) -> dict:
    return value if isinstance(value, dict) else dict(zip(value.index.tolist(), value.tolist(), strict=True))


_COMPARE = {
    "nothing": _same_thing,
    "foreign": _same_thing,
    "truth": lambda value, expected, within: _same_thing(bool(value), bool(expected), within),
    "number": _numbers,
    "text": _same_thing,
    "moment": _times,
    "span": _times,
    "mapping": _mappings,
    "set": _sets,
    "sequence": _sequences,
    "labelled": _sequences,
    "table": _tables,
}
