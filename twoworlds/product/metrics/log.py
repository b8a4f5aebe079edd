"""The way into a log: a table in memory, Parquet files or a DuckDB relation, checked before anything is counted."""

import numbers
import os
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import duckdb
import pandas as pd
import pyarrow as pa

from twoworlds.errors import InputError, shown

#: A log: a DataFrame, the path of one or more Parquet files (a pattern with * will do), or a DuckDB relation.
Log = pd.DataFrame | str | os.PathLike | duckdb.DuckDBPyRelation

#: What tells one impression of Flick's log from another.
IMPRESSION = ("session_id", "position")

_NUMBER = r"U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL.*"
#: Kind of column: its SQL types, the condition that a value is fit, and how a sentence says so.
_KINDS = {
    "flag": (f"BOOLEAN|{_NUMBER}", "{0}::double in (0, 1)", "true or false, or 1 or 0"),
    "thumb": (_NUMBER, "{0} in (-1, 0, 1)", "1, -1 or 0"),
    "number": (_NUMBER, "isfinite({0}::double)", "a finite number"),
    "day": (
        _NUMBER,
        "{0}::double = round({0}::double) and abs({0}::double) <= 1e6",
        "a whole number up to 1,000,000",
    ),
    "position": (_NUMBER, "{0}::double = round({0}::double) and abs({0}::double) < 1e9", "a whole number"),
    "time": ("TIMESTAMP.*", "isfinite({0}::timestamp)", "a timestamp"),
    "time or number": (f"TIMESTAMP.*|DATE|{_NUMBER}", "", "a timestamp or a number"),
    "text": ("VARCHAR|ENUM.*", "true", "a text"),
}


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """Return this room's own connection: one thread, so that sums of floats come out the same every time."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")  # else times with a zone would come out in the machine's
    return connection


def events(
    log: Log,
    columns: Sequence[str],
    key: str | Sequence[str] = (),
    until: object = None,
    kinds: Mapping[str, str] | None = None,
) -> duckdb.DuckDBPyRelation:
    """Return `log` as a DuckDB relation in which every row can be counted.

    It must have at least one row and all of `columns`, without nulls or NaN, those in `kinds` of their kind (column ->
    "flag", "number" ...); no two rows may agree in all of `key`; no `ts` may lie after `until` (a timestamp: when
    the log was read; a later event has a wrong clock). Otherwise InputError says what is there. The order of the
    rows does not matter.
    """
    rows, kinds = _open(log), dict(kinds or {})
    if until is not None:
        columns, kinds["ts"] = [*columns, "ts"], "time"
    if missing := [name for name in columns if name not in rows.columns]:
        raise InputError(f"log has no column {missing[0]!r}: it must have {', '.join(map(str, columns))}.")
    total = _check_values(rows, list(columns), kinds)
    _check_once(rows, total, (key,) if isinstance(key, str) else key)
    if until is not None:
        _check_clock(rows, until)
    return rows


def _check_values(rows: duckdb.DuckDBPyRelation, columns: Sequence[str], kinds: Mapping[str, str]) -> int:
    """Raise InputError unless there are rows, and all have values of the right kind; return how many there are."""
    if not rows.limit(1).project("1").fetchall():
        raise InputError("log is empty: it must have at least one row.")
    for name in columns:
        if re.fullmatch(r"(STRUCT|MAP|UNION)\(.*|.*\]", _type(rows, name)):
            raise InputError(f"{name} is {_type(rows, name)}: it must hold one plain value in every row.")
    for name, kind in kinds.items():
        if not re.fullmatch(_KINDS[kind][0], _type(rows, name)):
            raise InputError(f"{name} is {_type(rows, name)}: it must be {_KINDS[kind][2]} in every row.")
    empty = [f"count(*) filter (where {_missing(rows, name)})" for name in columns]
    unfit = [
        f"any_value({quoted(name)}) filter (where not ({_fit(rows, name, kind)}))"
        for name, kind in kinds.items()
    ]
    try:
        query = f"select {', '.join(['count(*)', *empty, *unfit])} from log"
        total, *found = rows.query("log", query).fetchall()[0]
    except duckdb.Error as problem:
        raise InputError(
            f"log can't be read ({_told(problem)}): it must be a table of plain columns."
        ) from None
    for name, count in zip(columns, found[: len(columns)], strict=True):
        if count:
            raise InputError(f"log has {count} rows without {name}: every row must have a value.")
    for (name, kind), value in zip(kinds.items(), found[len(columns) :], strict=True):
        if value is not None:
            raise InputError(f"{name} is {value} in some row: it must be {_KINDS[kind][2]} in every row.")
    return total


def _open(log: Log) -> duckdb.DuckDBPyRelation:
    if isinstance(log, duckdb.DuckDBPyRelation):
        try:
            log.limit(1)
        except duckdb.Error as problem:
            raise InputError(f"log can't be read ({_told(problem)}): its connection must be open.") from None
        return log
    if isinstance(log, pd.DataFrame):
        return _from_table(log)
    if not isinstance(log, (str, os.PathLike)):
        raise InputError(
            f"log is a {type(log).__name__}: it must be a DataFrame, a path to Parquet, or a DuckDB relation."
        )
    try:
        return _connection().read_parquet(os.fspath(log))
    except duckdb.Error:
        raise InputError(f"log is {os.fspath(log)!r}: it must be the path of Parquet files.") from None


def _from_table(log: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    """Return a table by way of Arrow: DuckDB does not read a reversed view of one (a negative stride) itself."""
    try:
        return _connection().from_arrow(pa.Table.from_pandas(log, preserve_index=False))
    except (pa.ArrowException, ValueError, duckdb.Error) as problem:
        raise InputError(
            f"log has a column of mixed or unknown kind ({_told(problem)}): each must hold one plain kind."
        ) from None


def _told(problem: Exception) -> str:
    """Return the first line of another's message, without its full stop."""
    return str(problem).split("\n")[0].rstrip(".")


def _type(rows: duckdb.DuckDBPyRelation, name: str) -> str:
    return str(rows.types[rows.columns.index(name)])


def _fit(rows: duckdb.DuckDBPyRelation, name: str, kind: str) -> str:
    """Return the condition that a value is fit; for a time or a number it is that of the kind which the column has."""
    if kind == "time or number":
        kind = "number" if re.fullmatch(_NUMBER, _type(rows, name)) else "time"
    return _KINDS[kind][1].format(quoted(name))


def _missing(rows: duckdb.DuckDBPyRelation, name: str) -> str:
    """Return the condition that a row has no value in a column; a float can be NaN as well."""
    nan = f" or isnan({quoted(name)})" if _type(rows, name) in ("FLOAT", "DOUBLE") else ""
    return f"{quoted(name)} is null{nan}"


def _check_once(rows: duckdb.DuckDBPyRelation, total: int, key: Sequence[str]) -> None:
    names = [name for name in key if name in rows.columns]
    if not names or len(names) < len(key):
        return  # a table without its key can't be checked, only believed
    once = rows.query("log", f"select count(*) from (select distinct {_listed(names)} from log)").fetchall()[
        0
    ][0]
    if once < total:
        raise InputError(
            f"log has {total - once} rows that repeat the {' and '.join(names)} of another: each must be there "
            "once (deduplicated(log) drops repeats)."
        )


def _check_clock(rows: duckdb.DuckDBPyRelation, until: object) -> None:
    try:
        moment = pd.NaT if isinstance(until, numbers.Number) else pd.Timestamp(until)
    except (TypeError, ValueError):
        moment = pd.NaT
    if pd.isna(moment) or (moment.tz is not None) != ("ZONE" in _type(rows, "ts")):
        raise InputError(
            f"until is {shown(until)}: it must be a timestamp, with a time zone if and only if ts has one."
        )
    literal = f"timestamp{'tz' if moment.tz else ''} '{moment}'"
    late = rows.query("log", f"select count(*) from log where ts > {literal}").fetchall()[0][0]
    if late:
        raise InputError(f"log has {late} events after {moment}: an event from the future has a wrong clock.")


def deduplicated(log: Log, key: str | Sequence[str] = IMPRESSION) -> duckdb.DuckDBPyRelation:
    """Return `log` with one row for each value of `key`: the earliest `ts` if there is one.

    Of rows that tie, the one whose columns sort first is kept, so that the order of the rows does not matter. A
    client that sends again after a lost answer leaves repeats, and a click counted twice is a wrong CTR. This
    can't tell a repeat from two events that truly have the same key: choose the key.
    """
    if not isinstance(key, Iterable):
        raise InputError(f"key is {shown(key)}: it must be the columns that tell one row from another.")
    key = (key,) if isinstance(key, str) else tuple(key)
    if not key:
        raise InputError("key is empty: it must be the columns that tell one row from another.")
    rows = events(log, key)
    order = _listed([*(["ts"] if "ts" in rows.columns else []), *rows.columns])
    once = f"row_number() over (partition by {_listed(key)} order by {order}) = 1"
    return rows.query("log", f"select * from log qualify {once}")


def table(rows: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """Return a relation as a pandas table."""
    with warnings.catch_warnings():  # DuckDB calls pandas in an old way where a column has a time zone
        warnings.simplefilter("ignore")
        return rows.df()


def quoted(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def mean_by(rows: duckdb.DuckDBPyRelation, expression: str, by: str | None, where: str = "true") -> object:
    """Return avg(expression) over the rows `where`: a float, or a Series by column `by`; nan where there is none."""
    if by is None:
        value = rows.query("log", f"select avg({expression}) from log where {where}").fetchall()[0][0]
        return float("nan") if value is None else float(value)
    if by not in rows.columns:
        raise InputError(f"by is {by!r}: it must be a column of the log, {', '.join(rows.columns)}.")
    mean = f"avg({expression}) filter (where {where}) as mean"
    means = table(rows.query("log", f"select {quoted(by)} as by, {mean} from log group by 1 order by 1"))
    return means.set_index("by")["mean"].rename_axis(by).astype(float)
