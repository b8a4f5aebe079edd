"""Say a plain value in a few characters: what the learner reads about an argument, a result, an expectation."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from twoworlds.course.plain import Foreign, pandas, type_name

WIDTH = 60  # characters that a value may take in a message
_DIGITS = (3, 4, 6, 9, 12, 15, 17)  # significant digits tried, few first
_MANY = 30  # elements looked at: more would never fit


def show(value: Any, width: int = WIDTH, digits: int = 6) -> str:
    """Return the plain `value` as text of at most `width` characters, floats with `digits` significant digits."""
    text = _text(value, width, digits)
    return text if len(text) <= width else text[: width - 1] + "…"


def tell_apart(first: Any, second: Any, width: int = WIDTH) -> tuple[str, str]:
    """Return both values as text, with just enough digits that they read differently (if any number of digits does)."""
    for digits in _DIGITS:
        texts = show(first, width, digits), show(second, width, digits)
        if texts[0] != texts[1]:
            break
    return texts


def describe(value: Any, size: bool = True) -> str:
    """Return what kind of thing `value` is, with its article and `size`: "a list", "an array of shape (3,)", "None"."""
    if value is None:
        return "None"
    if isinstance(value, Foreign) and value.huge:
        return f"{_article(value.kind)} that is too big to check"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}" if size else "an array"
    pd = pandas()
    if size and pd and isinstance(value, pd.DataFrame):
        return f"a DataFrame of {_count(len(value), 'row')} and {_count(value.shape[1], 'column')}"
    name = value.kind if isinstance(value, Foreign) else type_name(value)
    return _article(_PLAIN_NAMES.get(name, name))


_PLAIN_NAMES = {
    "type": "class",
    "str": "string",
    "ellipsis": "... (an Ellipsis)",
    "NAType": "missing value",
    "NaTType": "missing time",
}


def _article(name: str) -> str:
    name = name if len(name) <= 40 else name[:39] + "…"
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _text(value: Any, width: int, digits: int) -> str:
    pd = pandas()
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        return _number(float(value), digits)
    if isinstance(value, (int, np.integer)):
        return _whole(int(value))
    if isinstance(value, str):
        return repr(str(value[:width]) + ("…" if len(value) > width else ""))
    if isinstance(value, dict):
        return _joined("{", (_pair(pair, width, digits) for pair in value.items()), "}", len(value), width)
    if isinstance(value, np.ndarray):
        return _array(value, width, digits)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _collection(value, width, digits)
    if pd and isinstance(value, pd.DataFrame):
        return describe(value)[2:]
    if pd and isinstance(value, (pd.Series, pd.Index)):
        items = (_text(item, width, digits) for item in value[:_MANY].tolist())
        return _joined(f"{type_name(value)}([", items, "])", len(value), width)
    if isinstance(value, Foreign):
        return describe(value)
    return "..." if value is ... else str(value)[: width + 1]


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e15 else text  # 2159 rather than 2.16e+03


def _whole(value: int) -> str:
    if abs(value) < 10**15:
        return str(value)
    return f"an integer of about {int(value.bit_length() * math.log10(2)) + 1:,} digits"


def _pair(pair: tuple[Any, Any], width: int, digits: int) -> str:
    return f"{_text(pair[0], width, digits)}: {_text(pair[1], width, digits)}"


def _array(value: np.ndarray, width: int, digits: int) -> str:
    if value.ndim == 0:
        return _text(value.item(), width, digits)
    if value.ndim > 1 and value.size > _MANY:
        return f"array of shape {value.shape}"
    head = value[:_MANY].tolist()
    return _joined("array([", (_text(item, width, digits) for item in head), "])", len(value), width)


def _collection(value: Any, width: int, digits: int) -> str:
    opening, closing = {list: "[]", tuple: "()", set: "{}", frozenset: "{}"}[type(value)]
    if not value and isinstance(value, (set, frozenset)):
        return "an empty set"
    if isinstance(value, tuple) and len(value) == 1:
        closing = ",)"
    # A set has no order of its own, so give it one: the same answer must always read the same.
    items = sorted(value, key=lambda item: (type_name(item), repr(item))) if opening == "{" else value
    return _joined(opening, (_text(item, width, digits) for item in items), closing, len(value), width)


def _joined(opening: str, items: Iterable[str], closing: str, count: int, width: int) -> str:
    """Return the items that fit into `width`, and an ellipsis for the rest."""
    text, room = opening, width - len(closing) - 3
    for shown, item in enumerate(items):
        separator = ", " if shown else ""
        if shown == _MANY or len(text) + len(separator) + len(item) > room + (3 if shown == count - 1 else 0):
            return f"{text}{separator}…{closing}"
        text += separator + item
    return text + closing
