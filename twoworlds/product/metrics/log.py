"""The way into a log: a table in memory, Parquet files or a DuckDB relation, checked before anything is counted."""

import os
from collections.abc import Sequence
from functools import cache

import duckdb
import pandas as pd
import pyarrow as pa

from twoworlds.errors import InputError

#: A log: a DataFrame, the path of one or more Parquet files (a pattern with * will do), or a DuckDB relation.
Log = pd.DataFrame | str | os.PathLike | duckdb.DuckDBPyRelation

#: What tells one impression of Flick's log from another.
IMPRESSION = ("session_id", "position")


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """Return this room's own connection: one thread, so that sums of floats come out the same every time."""
    return duckdb.connect(config={"threads": 1})


def events(
    log: Log, columns: Sequence[str], key: Sequence[str] = (), until: object = None
) -> duckdb.DuckDBPyRelation:
    """Return `log` as a DuckDB relation in which every row can be counted.

    It must have at least one row and all of `columns`, without nulls or NaN; no two rows may agree in all of
    `key`; no `ts` may lie after `until` (a timestamp: when the log was read; a later event has a wrong clock).
    Otherwise InputError says what is there. The order of the rows does not matter.
    """
    rows = _open(log)
    if missing := [name for name in columns if name not in rows.columns]:
        raise InputError(f"log has no column {missing[0]!r}: it must have {', '.join(columns)}.")
    nulls = ", ".join(f"count(*) filter (where {_missing(rows, name)})" for name in columns)
    total, *empty = rows.query("log", f"select count(*), {nulls} from log").fetchall()[0]
    if total == 0:
        raise InputError("log is empty: it must have at least one row.")
    for name, count in zip(columns, empty, strict=True):
        if count:
            raise InputError(f"log has {count} rows without {name}: every row must have a value.")
    _check_once(rows, total, key)
    if until is not None:
        _check_clock(rows, until)
    return rows


def _open(log: Log) -> duckdb.DuckDBPyRelation:
    if isinstance(log, duckdb.DuckDBPyRelation):
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
    except (pa.ArrowException, ValueError) as problem:
        raise InputError(f"log has a column of mixed kinds ({problem}): each must hold one kind.") from None


def _missing(rows: duckdb.DuckDBPyRelation, name: str) -> str:
    """Return the condition that a row has no value in a column; a float can be NaN as well."""
    kind = str(rows.types[rows.columns.index(name)])
    nan = f" or isnan({quoted(name)})" if kind in ("FLOAT", "DOUBLE") else ""
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
    moment = pd.Timestamp(until)
    late = rows.query("log", f"select count(*) from log where ts > timestamp '{moment}'").fetchall()[0][0]
    if late:
        raise InputError(f"log has {late} events after {moment}: an event from the future has a wrong clock.")


def deduplicated(log: Log, key: Sequence[str] = IMPRESSION) -> duckdb.DuckDBPyRelation:
    """Return `log` with one row for each value of `key`: the earliest `ts` if there is one, else any.

    A client that sends again after a lost answer leaves repeats, and a click counted twice is a wrong CTR. This
    can't tell a repeat from two events that truly have the same key: choose the key.
    """
    rows = events(log, tuple(key))
    order = "order by ts" if "ts" in rows.columns else ""
    return rows.query(
        "log", f"select * from log qualify row_number() over (partition by {_listed(key)} {order}) = 1"
    )


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
    table = rows.query("log", f"select {quoted(by)} as by, {mean} from log group by 1 order by 1").df()
    return table.set_index("by")["mean"].rename_axis(by).astype(float)
