"""JSON to frozen records: the one mechanism that every loader of this room uses."""

import json
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from twoworlds.errors import InputError
from twoworlds.paths import data_folder


def load(name: str, kind: Any) -> Any:
    """Return the content of `data/<name>` as `kind`: a frozen dataclass, or `tuple[one, ...]` of them.

    Raises InputError when the file is missing, is no JSON, or lacks a field. The full check of the content
    (allowed values, lengths) is the JSON Schema in `data/schema/`, which the tests apply.
    """
    path = data_folder() / name
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"name is {name!r}: it must be a file in the course's data folder.") from None
    except ValueError as problem:
        raise InputError(f"name is {name!r}: it must hold JSON ({problem}).") from None
    return build(kind, content, name)


def build(kind: Any, value: Any, where: str) -> Any:
    """Return `value` (parsed JSON) as `kind`; `where` names the place in an error's sentence."""
    if is_dataclass(kind):
        return _record(kind, value, where)
    if get_origin(kind) is tuple:
        return tuple(build(get_args(kind)[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if get_origin(kind) is UnionType:
        return None if value is None else build(get_args(kind)[0], value, where)
    return value


def _record(kind: Any, value: dict[str, Any], where: str) -> Any:
    known = {field.name: field for field in fields(kind)}
    needed = {name for name, field in known.items() if field.default is MISSING}
    wrong = sorted(needed - value.keys()) + sorted(value.keys() - known.keys())
    if wrong:
        raise InputError(
            f"{where} lacks or misnames the field {wrong[0]!r}: it must hold {', '.join(known)}."
        )
    hints = get_type_hints(kind)
    return kind(**{name: build(hints[name], item, f"{where}.{name}") for name, item in value.items()})
