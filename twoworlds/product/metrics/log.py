"""The way into a log: a table in memory, Parquet files or a DuckDB relation, checked before anything is counted."""

import numbers
import os
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import chain

import duckdb
import pandas as pd
import pyarrow as pa

from twoworlds.errors import InputError, require_one_of, shown

#: A log: a DataFrame, the path of one or more Parquet files (a pattern with * will do), or a DuckDB relation.
Log = pd.DataFrame | str | os.PathLike | duckdb.DuckDBPyRelation

#: What tells one impression of Flick's log from another, and what may tell any event from another.
IMPRESSION, EVENT = ("session_id", "position"), ("event_id",)

_NUMBER = r"U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL.*"
#: Kind of column: its SQL types, the condition that a value is fit, and how a sentence says so.
_KINDS = {
    "flag": (f"BOOLEAN|{_NUMBER}", "{0}::double in (0, 1)", "true or false, or 1 or 0"),
    "thumb": (_NUMBER, "{0} in (-1, 0, 1)", "1, -1 or 0"),
    "number": (_NUMBER, "isfinite({0}::double)", "a finite number"),
    "seconds": (_NUMBER, "{0}::double between 0 and 1e9", "0 to 1e9 seconds"),
    "length": (_NUMBER, "{0}::double between 0.001 and 1e9", "0.001 to 1e9 seconds"),
    "day": (
        _NUMBER,
        "{0}::double = round({0}::double) and abs({0}::double) <= 1e6",
        "a whole number up to 1,000,000",
    ),
    "position": (_NUMBER, "{0}::double = round({0}::double) and abs({0}::double) < 1e9", "a whole number"),
    "time": (
        "TIMESTAMP.*",
        "{0}::timestamp between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59.999999'",
        "a timestamp of the years 1 to 9999",
    ),
    "time or number": (f"TIMESTAMP.*|DATE|{_NUMBER}", "", "a timestamp or a number"),
    "text": ("VARCHAR|ENUM.*", "true", "a text"),
}
#: SQL types that a pandas table doesn't hold: it would round them, and so merge different ids, or can't group by them.
_UNFIT = r"U?HUGEINT|DECIMAL\((1[6-9]|[23]\d),.*|BLOB|BIT"


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """Return this room's own connection: one thread, so that sums of floats come out the same every time."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")  # else times with a zone would come out in the machine's
    return connection


def events(
    log: Log,
    columns: str | Sequence[str],
    key: str | Sequence[str] = (),
    until: object = None,
    kinds: Mapping[str, str] | None = None,
    marks: Sequence[Sequence[str]] = (),
) -> duckdb.DuckDBPyRelation:
    """Return the named columns of `log` as a DuckDB relation in which every row can be counted.

    It must have at least one row and every column that is named here: `columns` without nulls or NaN, those in
    `kinds` of their kind (column -> "flag", "number" ...). No two rows may agree in all of `key`, nor in all of any
    of `marks`: further keys, of which a log that lacks a column is believed, and a row without a value. No `ts` may
    lie after `until` (a timestamp: when the log was read; a later event has a wrong clock). Otherwise InputError says
    what is there.
    Columns that are not named are not read, times are cut down to whole µs, and the order of the rows does not matter.
    """
    source, kinds, columns = _source(log), dict(kinds or {}), _names("columns", columns)
    for kind in kinds.values():
        require_one_of("kind", kind, _KINDS)
    if until is not None:
        columns, kinds["ts"] = (*columns, "ts"), "time"
    key, marks = _names("key", key), [mark for mark in marks if set(mark) <= _plain_names(source)]
    picked = _pick(source, [*columns, *kinds, *key, *chain(*marks)])
    rows = _in_microseconds(picked)
    _check_values(rows, columns, kinds)
    for names in filter(None, (key, *marks)):
        _check_once(picked, names, everywhere=names == key)
    if until is not None:
        _check_clock(rows, until)
    return rows


def _names(what: str, names: object) -> tuple:
    """Return one name, or a list of them, as a tuple."""
    if not isinstance(names, Iterable):
        raise InputError(f"{what} is {shown(names)}: it must be the columns by name.")
    return (names,) if isinstance(names, str) else tuple(names)


def _source(log: Log) -> pd.DataFrame | duckdb.DuckDBPyRelation:
    """Return the log as a table whose columns have texts for names, or as a relation that can be asked."""
    if isinstance(log, duckdb.DuckDBPyRelation):
        try:
            log.limit(1)
        except duckdb.Error as problem:
            raise InputError(f"log can't be read ({_told(problem)}): its connection must be open.") from None
        return log
    if isinstance(log, pd.DataFrame):
        return log.set_axis([str(name) for name in log.columns], axis=1)
    if not isinstance(log, (str, os.PathLike)):
        raise InputError(
            f"log is a {type(log).__name__}: it must be a DataFrame, a path to Parquet, or a DuckDB relation."
        )
    try:
        return _connection().read_parquet(os.fspath(log))
    except duckdb.Error:
        raise InputError(f"log is {os.fspath(log)!r}: it must be the path of Parquet files.") from None


def _pick(source: pd.DataFrame | duckdb.DuckDBPyRelation, names: Sequence[str]) -> duckdb.DuckDBPyRelation:
    """Return these columns of a log, each of which it must have once."""
    there = list(source.columns)
    if missing := [name for name in names if not isinstance(name, str) or not name or name not in there]:
        needed = ", ".join(dict.fromkeys(map(str, names)))
        raise InputError(f"log has no column {missing[0]!r}: it must have {needed}.")
    small = [name.lower() for name in there]  # to SQL a name in capitals is the same
    if twice := [name for name in names if small.count(name.lower()) > 1]:
        raise InputError(
            f"log has {small.count(twice[0].lower())} columns {twice[0]!r}: it must have one, in capitals or not."
        )
    once = list(dict.fromkeys(names))
    if not once:
        raise InputError("columns is empty: it must be the columns by name.")
    rows = _from_table(source[once]) if isinstance(source, pd.DataFrame) else source
    return rows.project(_listed(once))


def _plain_names(source: pd.DataFrame | duckdb.DuckDBPyRelation) -> set[str]:
    """Return the names of a log's columns that no other column shares, in capitals or not."""
    small = [name.lower() for name in source.columns]
    return {name for name in source.columns if small.count(name.lower()) == 1}


#: How DuckDB makes a time of microseconds, by the type of one in nanoseconds.
_MAKE = {"TIMESTAMP_NS": "make_timestamp", "TIMESTAMPTZ_NS": "make_timestamptz"}


def _in_microseconds(
    rows: duckdb.DuckDBPyRelation, types: Iterable[str] = tuple(_MAKE)
) -> duckdb.DuckDBPyRelation:
    """Return rows with the times of these types cut down to microseconds: DuckDB counts in them, its cast rounds."""

    def cut(name: str) -> str:
        kind, ns = _type(rows, name), f"epoch_ns({quoted(name)})"
        return f"{_MAKE[kind]}({ns} // 1000 - ({ns} % 1000 < 0)::int)" if kind in types else quoted(name)

    return rows.project(", ".join(f"{cut(name)} as {quoted(name)}" for name in rows.columns))


def _from_table(log: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    """Return a table by way of Arrow: DuckDB does not read a reversed view of one (a negative stride) itself."""
    for name, column in log.items():
        if column.dtype == "object" and len(set(map(_clock, column.dropna()))) > 1:
            raise InputError(
                f"{name} is of mixed kind (times with a zone and without, or dates): it must hold one plain kind."
            )
    try:
        return _connection().from_arrow(pa.Table.from_pandas(log, preserve_index=False))
    except (pa.ArrowException, ValueError, TypeError, OverflowError, duckdb.Error) as problem:
        raise InputError(
            f"log has a column of mixed or unknown kind ({_told(problem)}): each must hold one plain kind."
        ) from None


def _clock(value: object) -> str:
    """Return the kind of clock that a value was read from: Arrow would take one for the other, zone and all."""
    if isinstance(value, datetime):
        return "a clock" if value.tzinfo is None else "a clock with a zone"
    return "a calendar" if isinstance(value, date) else "no clock"


def _check_values(rows: duckdb.DuckDBPyRelation, columns: Sequence[str], kinds: Mapping[str, str]) -> None:
    """Raise InputError unless there are rows, and all have values of the right kind."""
    if not _ask(rows, "select 1 from told_log limit 1"):
        raise InputError("log is empty: it must have at least one row.")
    for name in columns:
        if re.fullmatch(r"(STRUCT|MAP|UNION)\(.*|.*\]", _type(rows, name)):
            raise InputError(f"{name} is {_type(rows, name)}: it must hold one plain value in every row.")
    for name, kind in kinds.items():
        if not re.fullmatch(_KINDS[kind][0], _type(rows, name)):
            raise InputError(f"{name} is {_type(rows, name)}: it must be {_KINDS[kind][2]} in every row.")
    empty = [f"count(*) filter (where {_missing(rows, name)})" for name in columns]
    unfit = [
        f"any_value({quoted(name)}::varchar) filter (where not ({_fit(rows, name, kind)}))"
        for name, kind in kinds.items()
    ]
    found = _ask(rows, f"select {', '.join([*empty, *unfit, '0'])} from told_log")[0][:-1]
    for name, count in zip(columns, found[: len(columns)], strict=True):
        if count:
            raise InputError(f"log has {count} rows without {name}: every row must have a value.")
    for (name, kind), value in zip(kinds.items(), found[len(columns) :], strict=True):
        if value is not None:
            raise InputError(f"{name} is {value} in some row: it must be {_KINDS[kind][2]} in every row.")


def _ask(rows: duckdb.DuckDBPyRelation, query: str) -> list[tuple]:
    """Return the answer to a query on `log`; what a relation or a file only shows when it is read is told here."""
    try:
        return rows.query("told_log", query).fetchall()
    except duckdb.Error as problem:
        raise InputError(
            f"log can't be read ({_told(problem)}): it must be a table of plain columns."
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


def _check_once(rows: duckdb.DuckDBPyRelation, key: Sequence[str], everywhere: bool) -> None:
    """Raise InputError if two rows agree in all of `key`; `everywhere`: those too that have no value in it."""
    if not everywhere:
        rows = rows.filter(" and ".join(f"{quoted(name)} is not null" for name in key))
    total = _ask(rows, "select count(*) from told_log")[0][0]
    once = _ask(rows, f"select count(*) from (select distinct {_listed(key)} from told_log)")[0][0]
    if once < total:
        raise InputError(
            f"log has {total - once} rows that repeat the {' and '.join(key)} of another: each must be there "
            "once (deduplicated drops repeats)."
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
    moment = (moment.tz_convert("UTC") if moment.tz else moment).floor("us")  # as the log's own times are
    literal = f"timestamp{'tz' if moment.tz else ''} '{moment}'"
    late = _ask(rows, f"select count(*) from told_log where ts > {literal}")[0][0]
    if late:
        raise InputError(f"log has {late} events after {moment}: an event from the future has a wrong clock.")


def deduplicated(log: Log, key: str | Sequence[str] = IMPRESSION) -> duckdb.DuckDBPyRelation:
    """Return `log` with one row for each value of `key`: that of the earliest `ts` (timestamp or number) if it has one.

    Of rows that tie, the one whose columns sort first is kept, so that the order of the rows does not matter. A
    client that sends again after a lost answer leaves repeats, and a click counted twice is a wrong CTR. This
    can't tell a repeat from two events that truly have the same key: choose the key. A time that DuckDB can't give to
    pandas, in nanoseconds with a zone, is cut down to whole µs, after the choice.
    """
    key, source = _names("key", key), _source(log)
    if not key:
        raise InputError("key is empty: it must be the columns that tell one row from another.")
    rows = _pick(source, [*source.columns, *key])
    times = ["ts"] if "ts" in rows.columns else []
    _check_values(_in_microseconds(rows), key, dict.fromkeys(times, "time or number"))
    once = f"row_number() over (partition by {_listed(key)} order by {_listed([*times, *rows.columns])}) = 1"
    kept = rows.query("told_log", f"select * from told_log qualify {once}")
    return _in_microseconds(kept, ["TIMESTAMPTZ_NS"])


def table(rows: duckdb.DuckDBPyRelation) -> pd.DataFrame:
    """Return a relation as a pandas table; InputError where a column is of a kind that it doesn't hold."""
    for name in rows.columns:
        if re.fullmatch(_UNFIT, _type(rows, name)):
            raise InputError(
                f"{name} is {_type(rows, name)}, which a table can't hold: it must be cast to BIGINT or VARCHAR."
            )
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
        value = rows.query("told_log", f"select avg({expression}) from told_log where {where}").fetchall()[0][
            0
        ]
        return float("nan") if value is None else float(value)
    mean = f"avg({expression}) filter (where {where})"
    means = table(rows.query("told_log", f"select {quoted(by)}, {mean} from told_log group by 1 order by 1"))
    return means.set_axis(["by", "mean"], axis=1).set_index("by")["mean"].rename_axis(by).astype(float)
