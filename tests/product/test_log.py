"""The way into a log: three kinds give one answer, and what can't be counted is told."""

from datetime import date
from decimal import Decimal

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
        (pd.DataFrame(columns=list(LOG)), "log is empty"),
        (LOG.drop(columns="clicked"), "no column 'clicked'"),
        (LOG.assign(clicked=[True, None, True, True]), "1 rows without clicked"),
        (LOG.assign(clicked=[1.0, np.nan, np.nan, 0.0]), "2 rows without clicked"),
        ("nowhere/log.parquet", "must be the path of Parquet files"),
        ([1, 2], "log is a list"),
        (LOG.assign(session_id=[1, "a", 2, 3]), "mixed or unknown kind"),
    ],
)
def test_a_log_that_cannot_be_counted_is_told(log, said):
    with pytest.raises(InputError, match=said):
        m.ctr(log)


@pytest.mark.parametrize(
    "clicked",
    [[2, 0, 1, 1], [0.5, 0, 1, 1], [-1, 0, 1, 1], [np.inf, 0, 1, 1], ["yes", "no", "yes", "no"], ["1", "0", "1", "0"]],
)  # fmt: skip
def test_a_click_is_yes_or_no(clicked):
    with pytest.raises(InputError, match=r"clicked is .*: it must be true or false, or 1 or 0"):
        m.ctr(LOG.assign(clicked=clicked))


@pytest.mark.parametrize(
    "kind", ["int8", "float32", "Int64", "boolean", "category", "object", "bool[pyarrow]", "uint8"]
)
def test_a_click_may_be_of_any_such_kind(kind):
    assert m.ctr(LOG.assign(clicked=LOG["clicked"].astype(kind))) == 0.75


def test_columns_that_are_no_names_are_told():
    for by in (["position"], 5, None.__class__):
        with pytest.raises(InputError, match="log has no column"):
            m.ctr(LOG, by)
    with pytest.raises(InputError, match="log has 2 columns 'clicked': it must have one"):
        m.ctr(pd.concat([LOG, LOG[["clicked"]]], axis=1))
    with pytest.raises(InputError, match="log has 2 columns 'clicked': it must have one"):
        m.ctr(duckdb.sql("select true as clicked, false as clicked"))
    for order in (["clicked", "Clicked"], ["Clicked", "clicked"]):
        twin = LOG.assign(Clicked=False)[[*order, "session_id", "position"]]
        for act in (m.ctr, lambda log: m.ctr(log, "Clicked"), m.deduplicated):
            for log in (twin, duckdb.connect().from_df(LOG).project("*, false as 'Clicked'")):
                with pytest.raises(InputError, match="log has"):
                    act(log)
    with pytest.raises(InputError, match="mixed or unknown kind"):
        m.ctr(LOG.assign(clicked=LOG["clicked"].astype("float16")))
    with pytest.raises(InputError, match="key is empty"):
        m.deduplicated(LOG, key=())


def test_one_key_may_be_given_as_its_name():
    assert len(m.deduplicated(LOG, key="position")) == 2
    with pytest.raises(InputError, match="2 rows that repeat the position"):
        m.events(LOG, ["clicked"], key="position")


def test_repeats_that_tie_are_dropped_alike_in_any_order():
    twice = pd.concat([LOG, LOG.assign(clicked=~LOG["clicked"])])
    kept = [
        m.ctr(m.deduplicated(twice.iloc[order]), "position").to_dict()
        for order in (range(8), range(7, -1, -1))
    ]
    assert kept[0] == kept[1]


def test_two_logs_at_a_time_stay_apart():
    """Relations are read late; each must still see its own log, also one that its owner named `log`."""
    theirs = duckdb.connect()
    theirs.register("frame", LOG)
    theirs.execute("create table log as select * from frame")
    one, other = m.deduplicated(LOG), m.deduplicated(LOG.assign(clicked=False))
    assert [m.ctr(log) for log in (one, other, theirs.table("log"), one)] == [0.75, 0, 0.75, 0.75]


def test_times_with_a_zone_come_out_in_utc_and_quietly(recwarn):
    aware = LOG.assign(ts=LOG["ts"].dt.tz_localize("Asia/Tokyo"), user_id=7)
    assert m.ctr(aware, "ts").index[0] == pd.Timestamp("2026-03-01 23:00", tz="UTC")
    assert str(m.sessions(aware)["start"].dt.tz) == "UTC"
    assert not recwarn


@pytest.mark.parametrize("until", [pd.NaT, "yesterday", None.__class__, pd.Timestamp("2026-03-02", tz="UTC")])
def test_an_impossible_until_is_told(until):
    with pytest.raises(InputError, match=r"until is .* must be a timestamp"):
        m.events(LOG, ["ts"], until=until)


def test_until_asks_for_timestamps():
    with pytest.raises(InputError, match="no column 'ts'"):
        m.events(LOG.drop(columns="ts"), ["clicked"], until="2026-03-02")
    with pytest.raises(InputError, match="ts is VARCHAR: it must be a timestamp"):
        m.events(LOG.assign(ts=LOG["ts"].astype(str)), ["ts"], until="2026-03-02")
    aware = LOG.assign(ts=LOG["ts"].dt.tz_localize("UTC"))
    with pytest.raises(
        InputError, match="until is '2026-03-02 08:30': it must be a timestamp, with a time zone"
    ):
        m.events(aware, ["ts"], until="2026-03-02 08:30")
    with pytest.raises(InputError, match="2 events after"):
        m.events(aware, ["ts"], until=pd.Timestamp("2026-03-02 17:30", tz="Asia/Tokyo"))


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


def test_nan_of_duckdb_is_missing_too():
    """A DataFrame's nan arrives as null; a relation may hold both."""
    log = duckdb.sql(
        "select * from (values (true, 0.5::double), (false, 'nan'::double)) as log(clicked, place)"
    )
    with pytest.raises(InputError, match="log has 1 rows without place"):
        m.ctr(log, "place")


def test_a_number_is_no_moment_and_no_key():
    with pytest.raises(InputError, match="until is 5: it must be a timestamp"):
        m.events(LOG, ["ts"], until=5)
    with pytest.raises(InputError, match="key is 5: it must be the columns"):
        m.deduplicated(LOG, 5)


def test_a_closed_connection_is_told():
    connection = duckdb.connect()
    log = connection.from_df(LOG)
    connection.close()
    with pytest.raises(InputError, match=r"log can't be read .*: its connection must be open"):
        m.ctr(log)


def test_a_column_of_lists_is_told():
    log = LOG.assign(user_id=[[1], [2], [1], [2]])
    with pytest.raises(InputError, match=r"user_id is BIGINT\[\]: it must hold one plain value"):
        m.sessions(log)


DAYS = pd.DataFrame({"user_id": [1, 2], "day": 0, "joined_day": 0, "clicked": True, "step": "a"}).assign(
    ts=pd.to_datetime(["2026-03-02 08:00", "2026-03-02 08:10"])
)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ([Decimal(2**53), Decimal(2**53 + 1)], r"user_id is DECIMAL\(16,0\)"),
        ([b"a", b"b"], "user_id is BLOB"),
        ("(9007199254740992::hugeint + user_id)", "user_id is HUGEINT"),
        ("md5_number(user_id::varchar)", "user_id is UHUGEINT"),
    ],
)
def test_people_are_not_merged_by_a_table_that_rounds_their_ids(ids, told):
    if isinstance(ids, str):
        log = duckdb.connect().from_df(DAYS).project(f"* replace ({ids} as user_id)")
    else:
        log = DAYS.assign(user_id=ids)
    acts = (m.sessions, lambda log: m.ctr(log, "user_id"), lambda log: m.cohort_retention(log, log, (0,)))
    for act in acts:
        with pytest.raises(InputError, match=told + ".* must be cast to BIGINT or VARCHAR"):
            act(log)
    assert m.funnel(log, ["a"])["reached"].tolist() == [2], "what stays in DuckDB is exact"


def test_short_decimals_are_ids():
    log = DAYS.assign(user_id=[Decimal(1), Decimal(2)])
    assert len(m.sessions(log)) == 2


@pytest.mark.parametrize("swap", [1, -1])
@pytest.mark.parametrize("other", [pd.Timestamp("2026-03-02 12:00", tz="Asia/Tokyo"), date(2026, 3, 2)])
def test_times_of_two_clocks_are_told(other, swap):
    times = pd.Series([pd.Timestamp("2026-03-02 12:00"), other][::swap], dtype=object)
    with pytest.raises(InputError, match="ts is of mixed kind"):
        m.sessions(DAYS.assign(ts=times))
    with pytest.raises(InputError, match="mixed"):
        m.funnel(DAYS.assign(ts=times), ["a"])


def test_nanoseconds_are_cut_whatever_the_zone(tmp_path):
    for start in ("1969-12-31 23:59:59.999999", "2026-03-02 12:00"):
        ns = pd.Timestamp(start) + pd.to_timedelta([999, 1_999], unit="ns")
        for zone in (None, "Asia/Tokyo"):
            log = DAYS.assign(ts=ns.as_unit("ns").tz_localize(zone), user_id=1)
            log.to_parquet(tmp_path / "log.parquet")
            for table in (log, tmp_path / "log.parquet", m.deduplicated(log, "ts")):
                found = m.sessions(table, until=log["ts"].max())
                first = found["start"][0]
                assert first == pd.Timestamp(start).tz_localize(zone)
                assert str(first.tz) == ("UTC" if zone else "None")
                assert found["length_s"][0] == pytest.approx(1e-6)
                assert m.funnel(table, ["a"], until=log["ts"].max())["reached"].tolist() == [1]
            with pytest.raises(InputError, match="1 events after"):
                m.sessions(log, until=log["ts"].max() - pd.Timedelta(1, "us"))


def test_the_first_of_repeats_needs_a_time_that_can_be_compared():
    twice = pd.DataFrame({"session_id": 1, "position": 1, "ts": ["10", "9"], "clicked": [True, False]})
    with pytest.raises(InputError, match="ts is VARCHAR: it must be a timestamp or a number"):
        m.deduplicated(twice)
    assert m.ctr(m.deduplicated(twice.astype({"ts": int}))) == 0


def test_a_named_key_and_its_kinds_must_be_there():
    with pytest.raises(InputError, match="no column 'zz'"):
        m.events(LOG, ["clicked"], key="zz")
    with pytest.raises(InputError, match="no column 'zz'"):
        m.events(LOG, ["clicked"], kinds={"zz": "flag"})
    with pytest.raises(InputError, match="kind is 'junk'"):
        m.events(LOG, ["clicked"], kinds={"clicked": "junk"})
    with pytest.raises(InputError, match="columns is 5"):
        m.events(LOG, 5)
    with pytest.raises(InputError, match="columns is empty"):
        m.events(LOG, [])


def test_only_the_columns_that_are_needed_are_read():
    odd = {"x": [2**70, 1, 2, 3], "y": [1j] * 4, "z": ["a", 1, 2, 3]}
    mixed = LOG.assign(**odd)[[*odd, *LOG]]
    assert m.ctr(mixed) == m.ctr(mixed.rename(columns={"z": 7})) == 0.75
    assert m.events(LOG, "position").columns == ["position"]
    for values in (odd["x"], pd.arrays.SparseArray([True, False, True, True])):
        with pytest.raises(InputError, match="mixed or unknown kind"):
            m.ctr(LOG.assign(clicked=values))


def test_a_broken_file_among_others_is_told(tmp_path):
    LOG.to_parquet(tmp_path / "1.parquet")
    (tmp_path / "2.parquet").write_bytes(b"junk")
    with pytest.raises(InputError, match="log can't be read"):
        m.ctr(tmp_path / "*.parquet")


def test_years_that_no_calendar_has_are_told():
    log = DAYS.assign(ts=np.array(["-290000-01-01", "290000-12-31"], dtype="datetime64[s]"))
    for act in (m.sessions, lambda log: m.funnel(log, ["a"])):
        with pytest.raises(InputError, match=r"ts is 290001-01-01 \(BC\).* it must be a timestamp"):
            act(log)


NEAR = pd.DataFrame(
    {"user_id": [1, 1], "ts": [1767225600_000000100, 1767225600_000000005], "said": ["a", "b"]}
)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_the_earliest_is_found_to_the_nanosecond(zone):
    times = pd.to_datetime(NEAR.ts)
    log = NEAR.assign(ts=times if zone is None else times.dt.tz_localize(zone))
    assert m.deduplicated(log, "user_id").df().said.tolist() == ["b"]
    assert len(m.deduplicated(log, ["user_id", "ts"]).df()) == 2
    assert len(m.events(log, ["user_id"], key=["user_id", "ts"])) == 2
    if zone is None:
        assert m.deduplicated(log, "user_id").df().ts.iloc[0] == times[1]


def test_the_earliest_is_kept_and_not_what_sorts_first():
    log = pd.DataFrame({"user_id": [1, 1], "ts": [10, 9], "a": ["a late one", "early"]})
    assert m.deduplicated(log, "user_id").df().a.tolist() == ["early"]
    with pytest.raises(InputError, match="no column 'who'"):
        m.deduplicated(log, "who")


def test_a_mark_without_a_value_marks_nothing():
    log = pd.DataFrame({"clicked": [True, False, False], "event_id": [None, None, 3]})
    assert m.ctr(log) == pytest.approx(1 / 3)
    assert m.ctr(log.assign(EVENT_ID=1)) == pytest.approx(1 / 3)
    with pytest.raises(InputError, match="1 rows that repeat the event_id"):
        m.ctr(log.assign(event_id=[None, 3, 3]))


def test_a_column_without_a_name_is_none():
    with pytest.raises(InputError, match="log has no column ''"):
        m.ctr(pd.DataFrame({"clicked": [True], "": [1]}), "")


def test_tables_of_the_users_own_get_into_nobodys_way():
    own = duckdb.connect()
    own.execute("create table log as select 1 as x")
    assert m.ctr(own.sql("select true as clicked")) == 1
