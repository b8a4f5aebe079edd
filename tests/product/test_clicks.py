"""Clicks: against plain pandas, the two click models, and the correction that undoes one of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.product import metrics as m
from twoworlds.world import Policy, World, simulate

RELEVANCE = [0.2, 0.5, 0.35, 0.1, 0.4]  # case R04
ONE_OVER_RANK = [1 / k for k in range(1, 6)]
shares = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def impressions(relevance, examination, n, seed):
    """Return n impressions of each of the videos, video i always at position i + 1, from the position-based model."""
    rng = np.random.default_rng(seed)
    k = len(relevance)
    clicked = rng.random((n, k)) < np.array(relevance) * np.array(examination)
    return pd.DataFrame(
        {
            "position": np.tile(np.arange(1, k + 1), n),
            "video_id": np.tile(np.arange(k), n),
            "clicked": clicked.ravel(),
        }
    )


def test_case_r03_cascade():
    expected = [0.3, 0.21, 0.147, 0.1029, 0.07203]
    assert m.cascade_clicks([0.3] * 5) == pytest.approx(expected, abs=1e-12)


def test_case_r04_naive_rates_order_videos_wrongly_and_ips_repairs_it():
    naive = m.position_clicks(RELEVANCE, ONE_OVER_RANK)
    assert naive == pytest.approx([0.2, 0.25, 0.116667, 0.025, 0.08], abs=1e-6)
    n = 80_000  # of each of five videos: 400,000 impressions
    log = impressions(RELEVANCE, ONE_OVER_RANK, n, seed=4)
    repaired = m.debiased_ctr(log, {k + 1: share for k, share in enumerate(ONE_OVER_RANK)})
    error = np.sqrt(naive * (1 - naive) / n) / ONE_OVER_RANK
    assert (abs(repaired.to_numpy() - RELEVANCE) < 4 * error).all()
    assert (4 * error < 0.02).all()
    assert m.ctr(log, "video_id").to_numpy() == pytest.approx(naive, abs=4 * np.sqrt(0.25 / n))


@given(shares)
def test_cascade_never_gives_more_clicks_than_one(attractiveness):
    clicks = m.cascade_clicks(attractiveness)
    assert clicks.sum() <= 1 + 1e-9
    assert clicks.sum() == pytest.approx(1 - np.prod(1 - np.array(attractiveness)))
    assert (np.diff(m.cascade_examination(attractiveness)) <= 1e-12).all()


def test_metrics_agree_with_plain_pandas():
    run = simulate(World(users=400, days=5, seed=3), "production")
    log = run.log().merge(run.videos()[["video_id", "length_s"]], on="video_id")
    assert m.ctr(log) == pytest.approx(log["clicked"].mean(), rel=1e-12)
    assert m.ctr(log, "day").to_numpy() == pytest.approx(log.groupby("day")["clicked"].mean().to_numpy())
    clicks = log[log["clicked"]]
    assert m.watch_share(log) == pytest.approx((clicks["watch_s"] / clicks["length_s"]).mean(), rel=1e-6)


def test_watch_share_counts_clicks_alike_and_is_nan_without_any():
    log = pd.DataFrame(
        {
            "clicked": [True, True, False],
            "watch_s": [10.0, 30.0, 0.0],
            "length_s": [10.0, 60.0, 5.0],
            "at": [1, 1, 2],
        }
    )
    assert m.watch_share(log) == 0.75, "not 40 / 70"
    assert np.isnan(m.watch_share(log, "at")[2])
    with pytest.raises(InputError, match="length_s is 0"):
        m.watch_share(log.assign(length_s=0.0))
    with pytest.raises(InputError, match="watch_s is -1"):
        m.watch_share(log.assign(watch_s=-1.0))


def test_random_positions_give_the_worlds_own_examination():
    run = simulate(World(users=3000, days=10, seed=8), Policy(exploration=0.5))
    log = run.log()
    random = log[log["explored"]].groupby("position")["clicked"].agg(["mean", "size"])
    found = m.estimate_examination(log)
    truth = np.arange(1, 11) ** -0.7
    # Delta method for a ratio of two independent shares.
    relative = np.sqrt((1 - random["mean"]) / (random["mean"] * random["size"]))
    error = found * np.sqrt(relative**2 + relative.iloc[0] ** 2)
    assert (abs(found - truth) < 4 * error + 1e-12).all()


def test_examination_is_relative_to_the_top_even_where_another_place_is_seen_more():
    log = pd.DataFrame({"position": [1, 1, 2, 2], "clicked": [True, False, True, True], "explored": True})
    assert m.estimate_examination(log).to_dict() == {1: 1, 2: 2}


def test_ranked_positions_do_not_reveal_examination():
    """CTR by position mixes looks with the ranker's own choice: the best stands on top."""
    log = simulate(World(users=1000, days=5, seed=8), "production").log()
    by_rank = m.ctr(log, "position")
    assert by_rank[10] / by_rank[1] < 0.75 * 10**-0.7


@pytest.mark.parametrize(
    ("examination", "said"),
    [
        ({1: 1.0}, "lacks position 2"),
        ({1: 1.0, 2: 0.0}, "position 2 is 0"),
        ({1: 12, 2: 1}, "position 1 is 12"),
        ({1: 1, 2: None}, "position 2 is None"),
        ({1: 1, 2: 1e-300}, "position 2 is 1e-300"),
        ({1.5: 1, 2: 1}, "position of examination is 1.5"),
        ({"top": 1}, "position of examination is 'top'"),
        (pd.Series([1, 0.9, 0.5], index=[1, 1, 2]), "has position 1 twice"),
        ([1, 0.5], r"examination is \[1, 0.5\]: it must be a dict"),
    ],
)
def test_impossible_examination_is_told(examination, said):
    with pytest.raises(InputError, match=said):
        m.debiased_ctr(impressions([0.5, 0.5], [1, 1], 5, 0), examination)


@pytest.mark.parametrize(
    ("column", "values"),
    [("position", [1.5, 2]), ("position", ["1", "2"]), ("clicked", [2, 0]), ("explored", ["y", "n"])],
)
def test_a_column_of_the_wrong_kind_is_told(column, values):
    log = impressions([0.5, 0.5], [1, 1], 1, 0).assign(explored=True)
    with pytest.raises(InputError, match=f"{column} is"):
        m.estimate_examination(log.assign(**{column: values}))
    if column != "explored":
        with pytest.raises(InputError, match=f"{column} is"):
            m.debiased_ctr(log.assign(**{column: values}), {1: 1, 2: 1})


@pytest.mark.parametrize(
    "values", [[np.inf, 1.0], ["1", "2"], pd.to_timedelta([1, 2], unit="s"), [True, False]]
)
@pytest.mark.parametrize("column", ["watch_s", "length_s"])
def test_seconds_are_finite_numbers(column, values):
    log = pd.DataFrame({"clicked": [True, True], "watch_s": [1.0, 2.0], "length_s": [1.0, 2.0]})
    with pytest.raises(InputError, match=f"{column} is .*: it must be 0.* to 1e9 seconds"):
        m.watch_share(log.assign(**{column: values}))


def test_clicks_may_be_0_and_1():
    log = impressions([0.5, 0.5], [1, 1], 40, 0).assign(explored=True, watch_s=1, length_s=2)
    as_numbers = log.assign(clicked=log["clicked"].astype("float64"), explored=1)
    assert m.debiased_ctr(as_numbers, {1: 1, 2: 0.5}).equals(m.debiased_ctr(log, {1: 1, 2: 0.5}))
    assert m.estimate_examination(as_numbers).equals(m.estimate_examination(log))
    assert m.watch_share(as_numbers) == m.watch_share(log) == 0.5


def test_no_random_click_on_top_is_told():
    log = impressions([0.5, 0.5], [1, 1], 20, 0).assign(explored=False)
    with pytest.raises(InputError, match="no click on a random video at position 1"):
        m.estimate_examination(log)


def test_shares_outside_their_range_are_told():
    for bad in ([], [1.2], [float("nan")], ["0.3"], [None], [pd.NA], [[0.1], [0.1, 0.2]], 0.5, [-0.1]):
        with pytest.raises(InputError, match=r"^attractiveness[ \[]"):
            m.cascade_clicks(bad)
    with pytest.raises(InputError, match="must be as many"):
        m.position_clicks([0.1, 0.2], [1.0])


def test_an_estimate_of_few_clicks_is_taken_back_or_told():
    log = pd.DataFrame({"position": [1, 1, 2, 2], "clicked": [1, 0, 1, 1], "explored": 1, "video_id": 7})
    looks = m.estimate_examination(log)
    assert looks.tolist() == [1, 2]
    assert m.debiased_ctr(log, looks)[7] == pytest.approx((1 + 2 / 2) / 4)
    with pytest.raises(InputError, match="no click on a random video at position 2"):
        m.estimate_examination(log.assign(clicked=[1, 0, 0, 0]))


def test_a_repeated_event_is_told_by_any_key_that_the_log_has():
    log = pd.DataFrame({"clicked": [True, False], "position": 1, "event_id": 5})
    with pytest.raises(InputError, match="1 rows that repeat the event_id"):
        m.ctr(log)
    assert m.ctr(log.drop(columns="event_id")) == 0.5, "a position alone is no key"
    assert m.ctr(log.assign(event_id=[5, 6], session_id=[1, 2])) == 0.5


def test_a_length_of_next_to_nothing_is_none():
    log = pd.DataFrame({"clicked": [True], "watch_s": [5.0], "length_s": [1e-320]})
    with pytest.raises(InputError, match=r"length_s is 1e-320 in some row: it must be 0\.001"):
        m.watch_share(log)
