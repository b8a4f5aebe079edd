"""Plain values: what an answer may consist of once it leaves the process that ran the learner's code.

A plain value has no method that the learner wrote, so that comparing and printing it can't loop, raise or lie.
pandas is looked up, never imported here: where it isn't loaded yet, no value can be a pandas value.
"""

import datetime
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import EllipsisType, ModuleType
from typing import Any

import numpy as np

SIZE_LIMIT = 20_000_000  # bytes of one answer, counted roughly
DEPTH_LIMIT = 60

_SELF = (type(None), bool, float, complex, EllipsisType, datetime.date, datetime.timedelta)
_NUMPY_SCALARS = {np.dtype(code).type for code in np.typecodes["All"]} - {np.object_, np.void}
_NUMERIC = "biufcmMSU"
_PANDAS_SCALARS = {"Timestamp", "Timedelta", "NaTType", "NAType"}
_PANDAS_ARRAYS = ("StringDtype", "BooleanDtype", "Int", "UInt", "Float", "DatetimeTZDtype")


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that isn't plain: a generator, a function, an open file, something huge."""

    kind: str  # the name of its type
    huge: bool = False


class TooBigError(Exception):
    """The value is larger than SIZE_LIMIT."""


def pandas() -> ModuleType | None:
    """Return pandas if this process has loaded it, otherwise None."""
    module = sys.modules.get("pandas")
    return module if hasattr(module, "DataFrame") else None


def type_name(value: Any) -> str:
    """Return the name of the value's type, whatever its metaclass says."""
    return type.__dict__["__name__"].__get__(type(value))


def plain(value: Any, limit: int = SIZE_LIMIT) -> Any:
    """Return `value` made of plain types only; what can't be is Foreign, and so is all of it beyond `limit` bytes.

    Subclasses become their built-in base (a Counter a dict, a namedtuple a tuple) without calling their methods.
    """
    try:
        return _Copy(limit).of(value)
    except (TooBigError, MemoryError):
        return Foreign(type_name(value), huge=True)


class _Copy:
    """One walk through a value, with what is left of its size."""

    def __init__(self, limit: int):
        self.left = limit

    def of(self, value: Any, depth: int = 0) -> Any:
        """Return the plain form of `value`, found at this depth."""
        kind = type(value)
        if depth > DEPTH_LIMIT:
            return Foreign(type_name(value))
        if kind in _SELF or kind in _NUMPY_SCALARS:
            return self._spend(32, value)
        if kind is np.ndarray:
            return self._array(value, depth)
        if kind in (datetime.datetime, datetime.time):
            return self._spend(48, value) if _known_zone(value.tzinfo) else Foreign(type_name(value))
        if kind in (Fraction, Decimal):
            return self._spend(32, _as_float(value))
        if pandas() and _of_pandas(kind):
            return self._pandas(value, depth)
        return self._built_in(value, depth)

    def _spend(self, size: int, value: Any) -> Any:
        self.left -= size
        if self.left < 0:
            raise TooBigError
        return value

    def _built_in(self, value: Any, depth: int) -> Any:
        """Reduce an instance of a built-in class, or of a subclass, by the methods of the built-in class."""
        for base, reduce in _BUILT_IN.items():
            if issubclass(type(value), base):
                return reduce(self, value, depth + 1)
        return Foreign(type_name(value))

    def _items(self, items: Iterable[Any], count: int, depth: int) -> list[Any]:
        self._spend(8 * count, None)
        return [self.of(item, depth) for item in items]

    def _dict(self, value: dict, depth: int) -> Any:
        self._spend(64 * dict.__len__(value), None)
        return {self.key(key, depth): self.of(item, depth) for key, item in dict.items(value)}

    def key(self, value: Any, depth: int) -> Any:
        """Return the plain form of something that must stay hashable: a key, a member of a set, a name."""
        key = self.of(value, depth)
        try:
            hash(key)
        except TypeError:  # a subclass of list, say, that the learner made hashable
            return Foreign(type_name(value))
        return key

    def _members(self, value: Any, base: type, depth: int) -> Any:
        self._spend(64 * base.__len__(value), None)
        return base(self.key(item, depth) for item in base.__iter__(value))

    def _array(self, value: np.ndarray, depth: int) -> Any:
        if value.dtype.kind in _NUMERIC:
            return self._spend(value.nbytes, value).copy()
        if value.dtype.kind != "O":
            return Foreign(f"array of {value.dtype.name}")
        return _objects(self._items(value.ravel(), value.size, depth + 1)).reshape(value.shape)

    def _pandas(self, value: Any, depth: int) -> Any:
        pd, kind = pandas(), type(value)
        if type_name(value) in _PANDAS_SCALARS:
            return self._spend(48, value)
        if kind is pd.DataFrame:
            columns = [self._column(value.iloc[:, i].array, depth) for i in range(value.shape[1])]
            frame = pd.DataFrame(dict(enumerate(columns)), index=self._index(value.index, depth))
            frame.columns = self._index(value.columns, depth)
            return frame
        if kind is pd.Series:
            name, index = self.key(value.name, depth + 1), self._index(value.index, depth)
            return pd.Series(self._column(value.array, depth), index, name=name)
        if isinstance(value, pd.api.extensions.ExtensionArray):  # what .array gives is a list in all but name
            return self.of(value.tolist(), depth)
        return self._index(value, depth) if isinstance(value, pd.Index) else Foreign(type_name(value))

    def _index(self, index: Any, depth: int) -> Any:
        pd = pandas()
        names = [self.key(name, depth + 1) for name in index.names]
        if isinstance(index, pd.MultiIndex):
            rows = [tuple(row) for row in self._items(index.tolist(), len(index), depth + 1)]
            return pd.MultiIndex.from_tuples(rows, names=names)
        if isinstance(index, pd.RangeIndex):
            return pd.RangeIndex(index.start, index.stop, index.step, name=names[0])
        return pd.Index(self._column(index.array, depth), name=names[0])

    def _column(self, array: Any, depth: int) -> Any:
        """Return a column's values: as they are where the type is simple, otherwise one plain object each."""
        kind = array.dtype
        if isinstance(kind, np.dtype) and kind.kind in _NUMERIC:
            return self._spend(array.nbytes, np.asarray(array)).copy()
        ours = _of_pandas(type(kind))
        if ours and type(kind).__name__.startswith(_PANDAS_ARRAYS):
            return self._spend(array.nbytes, array).copy()
        if not ours and not isinstance(kind, np.dtype):
            return _objects([Foreign(type_name(array))] * len(array))
        return _objects(self._items(array, len(array), depth + 1))


def _whole(copy: _Copy, value: int, _: int) -> int:
    return copy._spend(24 + int.bit_length(value) // 8, int.__pos__(value))


_BUILT_IN: dict[type, Callable[[_Copy, Any, int], Any]] = {
    int: _whole,
    float: lambda copy, value, _: copy._spend(24, float.__pos__(value)),
    str: lambda copy, value, _: copy._spend(48 + str.__len__(value), str.__str__(value)),
    bytes: lambda copy, value, _: copy._spend(
        32 + bytes.__len__(value), bytes.__getitem__(value, slice(None))
    ),
    list: lambda copy, value, depth: copy._items(list.__iter__(value), list.__len__(value), depth),
    tuple: lambda copy, value, depth: tuple(copy._items(tuple.__iter__(value), tuple.__len__(value), depth)),
    dict: _Copy._dict,
    set: lambda copy, value, depth: copy._members(value, set, depth),
    frozenset: lambda copy, value, depth: copy._members(value, frozenset, depth),
}


def _objects(items: list[Any]) -> np.ndarray:
    """Return a one-dimensional object array of `items`, never unpacking them."""
    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        array[i] = item
    return array


def _of_pandas(kind: type) -> bool:
    home = type.__dict__["__module__"].__get__(kind)
    return type(home) is str and home.split(".")[0] == "pandas"


def _known_zone(zone: Any) -> bool:
    return zone is None or type(zone).__module__ in ("datetime", "zoneinfo")


def _as_float(number: Any) -> float:
    try:
        return float(number)
    except (OverflowError, ValueError):
        return float("nan")
