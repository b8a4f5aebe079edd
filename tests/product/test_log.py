"""The way into a log: three kinds give one answer, and what can't be counted is told."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.product import metrics as m

LOG = pd.DataFrame(
    {
        "session_id": [1, 1, 2, 2],
        "position": [1, 2, 1, 2],
        "clicked": [True, False, True, True],
        "ts": pd.to_datetime(
            ["2026-03-02 08:00", "2026-03-02 08:01", "2026-03-02 09:00", "2026-03-02 09:01"]
        ),
    }
)


def test_table_file_and_relation_give_the_same(tmp_path):
    LOG.to_parquet(tmp_path / "log.parquet")
    logs = [LOG, tmp_path / "log.parquet", str(tmp_path / "*.parquet"), duckdb.connect().from_df(LOG)]
    assert [m.ctr(log) for log in logs] == [0.75] * 4


def test_a_reversed_view_is_a_table_too():
    assert m.ctr(LOG.iloc[::-1]) == 0.75


@given(st.permutations(range(4)))
def test_order_of_rows_does_not_matter(order):
    assert m.ctr(LOG.iloc[order], "position").to_dict() == {1: 1.0, 2: 0.5}


def test_repeats_are_refused_and_can_be_dropped():
    twice = pd.concat([LOG, LOG.iloc[[1]].assign(ts=pd.Timestamp("2026-03-02 07:00"))])
    with pytest.raises(InputError, match="1 rows that repeat the session_id and position"):
        m.ctr(twice)
    once = m.deduplicated(twice)
    assert m.ctr(once) == 0.75
    assert once.query("log", "select min(ts) from log").fetchall()[0][0].hour == 7, "the earliest is kept"


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (LOG.iloc[:0], "log is empty"),
        (LOG.drop(columns="clicked"), "no column 'clicked'"),
        (LOG.assign(clicked=[True, None, True, True]), "1 rows without clicked"),
        (LOG.assign(clicked=[1.0, np.nan, np.nan, 0.0]), "2 rows without clicked"),
        ("nowhere/log.parquet", "must be the path of Parquet files"),
        ([1, 2], "log is a list"),
        (LOG.assign(session_id=[1, "a", 2, 3]), "mixed kinds"),
    ],
)
def test_a_log_that_cannot_be_counted_is_told(log, said):
    with pytest.raises(InputError, match=said):
        m.ctr(log)


def test_events_from_the_future_are_told():
    assert len(m.events(LOG, ["ts"], until="2026-03-02 09:01").fetchall()) == 4
    with pytest.raises(InputError, match="2 events after 2026-03-02 08:30"):
        m.events(LOG, ["ts"], until="2026-03-02 08:30")


def test_unknown_group_is_told():
    with pytest.raises(InputError, match="no column 'country'"):
        m.ctr(LOG, "country")


def test_a_column_with_an_odd_name_is_only_a_name():
    odd = LOG.rename(columns={"position": 'a"; drop'})
    assert m.ctr(odd, 'a"; drop').to_dict() == {1: 1.0, 2: 0.5}
