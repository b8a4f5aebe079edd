"""Sessions that nobody logged: cut from a stream of events wherever the pause is long enough."""

import pandas as pd

from twoworlds.errors import require_number, require_one_of
from twoworlds.product.metrics.log import Log, events, table

# By range, not by rows: events of one moment share a session, in whatever order the two windows take them.
_CUT = """
    with pauses as (
        select user_id, ts, ts - lag(ts) over (partition by user_id order by ts) as pause from told_log
    )
    select user_id, ts, sum((pause is null or pause {above} to_microseconds({gap}))::int) over (
        partition by user_id order by ts range unbounded preceding)::bigint as session
    from pauses order by user_id, ts
"""


def sessionise(
    log: Log, gap_min: float = 30, split_at_gap: bool = False, until: object = None
) -> pd.DataFrame:
    """Return the events (user_id, ts) with their session, numbered 1, 2, 3 ... for each user; sorted by user and time.

    log: columns user_id, ts (timestamp); unsorted is fine. gap_min: minutes, above 0. A longer pause than the gap
    begins a session. A pause of exactly the gap does not, unless `split_at_gap` (as in Apache Beam, whose session
    windows are half-open). Times count in whole µs: nanoseconds are cut off before a pause is measured. A repeated
    event changes no session. until: see `events`. Two people on one phone are one user to it, and a long video without
    events is a pause.
    """
    gap = round(require_number("gap_min", gap_min, 1 / 60_000_000, 1e6, "minutes") * 60_000_000)
    above = ">=" if require_one_of("split_at_gap", split_at_gap, (False, True)) else ">"
    rows = events(log, ["user_id", "ts"], until=until, kinds={"ts": "time"})
    return table(rows.query("told_log", _CUT.format(above=above, gap=gap)))


def sessions(log: Log, gap_min: float = 30, split_at_gap: bool = False, until: object = None) -> pd.DataFrame:
    """Return one row a session: user_id, session, start, end, events, length_s (s, first to last event).

    Arguments as in `sessionise`. A session of one event has length 0: what followed the last event was not
    logged. A repeated event counts in `events`: drop repeats first with `deduplicated`.
    """
    cut = sessionise(log, gap_min, split_at_gap, until).groupby(["user_id", "session"])["ts"]
    spans = cut.agg(start="min", end="max", events="size").reset_index()
    return spans.assign(length_s=(spans["end"] - spans["start"]).dt.total_seconds())
