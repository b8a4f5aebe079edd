"""Funnels: who gets from one step to the next, in order."""

from collections.abc import Iterable, Sequence, Set

import numpy as np
import pandas as pd

from twoworlds.errors import InputError, shown
from twoworlds.product.metrics.log import Log, events, quoted


def funnel(log: Log, steps: Sequence[str], unit: str = "user_id", until: object = None) -> pd.DataFrame:
    """Return how many units get to each step in order: index step; columns reached, of_previous, of_first (shares).

    log: one row an event; columns `unit`, step (text), ts (timestamp or number). A unit reaches a step if it
    has an event of it at or after the moment at which it reached the one before; other events may lie between,
    and a repeated event counts once. Denominators: units at the step before, and at the first step; nan where
    nobody got that far. Times count in whole µs. The unit matters: the share of sessions that convert is not the
    share of users that do. until: see `events`. It can't see why somebody stopped.
    """
    # A set has no order: that of its hashes, which differ from run to run, would be taken for it.
    names = list(steps) if isinstance(steps, Iterable) and not isinstance(steps, (str, Set)) else []
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise InputError(f"steps are {shown(steps)}: they must be a list of different names, in order.")
    rows = events(log, [unit, "step", "ts"], until=until, kinds={"step": "text", "ts": "time or number"})
    reached = np.array(rows.query("told_log", _chain(names, quoted(unit))).fetchall()[0], dtype=float)
    before = np.concatenate([reached[:1], reached[:-1]])
    with np.errstate(invalid="ignore"):
        shares = {"of_previous": reached / before, "of_first": reached / reached[0]}
    return pd.DataFrame({"reached": reached.astype(int), **shares}, index=pd.Index(names, name="step"))


def _chain(steps: Sequence[str], unit: str) -> str:
    """Return the query that counts who reaches each step: each is looked for from the moment of the one before."""
    names = ["'" + step.replace("'", "''") + "'" for step in steps]
    # Only what is asked for: a column of the log with a name of ours would be taken for it.
    parts = [f"told as (select {unit} as unit, step, ts from told_log)"]
    parts.append(f"s0 as (select unit, min(ts) as moment from told where step = {names[0]} group by 1)")
    for i, name in enumerate(names[1:], start=1):
        came = f"from told join s{i - 1} using (unit) where step = {name} and ts >= moment"
        parts.append(f"s{i} as (select unit, min(ts) as moment {came} group by 1)")
    counts = ", ".join(f"(select count(*) from s{i})" for i in range(len(steps)))
    return f"with {', '.join(parts)} select {counts}"
