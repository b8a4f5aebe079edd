"""Fading counts, the mix, events as they come, and the age at serving time."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.platform.slo.freshness import sawtooth
from twoworlds.product.session import DecayedTopics, age_at, clean_events, decayed_count, mix

EVENTS = st.lists(st.tuples(st.floats(0, 1000), st.integers(0, 3), st.floats(0, 5)), min_size=1, max_size=30)


def test_count_by_hand():
    assert decayed_count([0, 10], at=20, half_life=10) == pytest.approx(0.75)
    assert decayed_count([10], at=10, half_life=10) == 1
    assert decayed_count([], at=0, half_life=1) == 0
    assert decayed_count([10, 0], 20, 10, weights=[2, 4]) == pytest.approx(2)


@given(events=EVENTS, half_life=st.floats(1, 500), later=st.floats(0, 500))
def test_the_store_keeps_the_batch_count_whatever_the_order_of_arrival(events, half_life, later):
    store = DecayedTopics(4, half_life)
    for time, topic, weight in events:
        store.add(time, topic, weight)
    at = max(time for time, _, _ in events) + later
    for topic in range(4):
        mine = [(t, w) for t, k, w in events if k == topic]
        expected = decayed_count([t for t, _ in mine], at, half_life, [w for _, w in mine])
        assert store.read(at)[topic] == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_decayed_means_are_those_of_pandas():
    rng = np.random.default_rng(3)
    seconds, values = np.cumsum(rng.exponential(40, 200)).round(3), rng.normal(size=200)
    series = pd.Series(values).ewm(halflife="90s", times=pd.to_datetime(seconds, unit="s")).mean()
    for i in (0, 1, 50, 199):
        upto = slice(0, i + 1)
        total = decayed_count(seconds[upto], seconds[i], 90, values[upto])
        assert total / decayed_count(seconds[upto], seconds[i], 90) == pytest.approx(series[i], rel=1e-6)


def test_reading_changes_nothing_and_an_empty_store_is_zero():
    store = DecayedTopics(3, 60)
    assert (store.read(5) == 0).all()
    store.add(0, 1)
    assert store.read(60)[1] == pytest.approx(0.5)
    assert store.read(60)[1] == pytest.approx(0.5)
    with pytest.raises(InputError, match=r"^at is -1"):
        store.read(-1)


def test_what_was_disliked_tonight_is_evidence_as_well():
    """Three dislikes against three events of the prior: half of tonight's weight, on the other side."""
    assert mix([1, 0], [-3, 0], 1, evidence=3) == pytest.approx([0, 0])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: decayed_count([1, 3], 2, 1), "after at = 2"),
        (lambda: decayed_count([1, np.nan], 2, 1), r"times\[1\] is nan"),
        (
            lambda: mix([1, 0], [1e308, 1e308], 1, 2),
            "session holds a number that is not finite, or beyond 1e",
        ),
        (lambda: decayed_count([1e13], 2, 1), r"times\[0\] is 1e\+13"),
        (lambda: decayed_count([1], 2, 1, [1e308]), r"weights\[0\] is 1e\+308"),
        (lambda: decayed_count(pd.Series(["1", "2"]), 5, 1), "must hold numbers"),
        (lambda: decayed_count(np.array(["1"], dtype=object), 5, 1), "must hold numbers"),
        (lambda: decayed_count([1j], 5, 1), "must hold numbers"),
        (lambda: decayed_count(np.ma.masked_equal([1.0, 2.0], 2), 5, 1), r"times\[1\] is nan"),
        (lambda: age_at(pd.Series(["5"]), [1], [2]), "must hold numbers"),
        (lambda: decayed_count([1], 2, 0), "half_life is 0"),
        (lambda: decayed_count([1], 2, 1, [1, 2]), "weights has 2 numbers"),
        (lambda: decayed_count(["soon"], 2, 1), "must hold numbers"),
        (lambda: decayed_count([[1]], 2, 1), "one dimension"),
        (lambda: decayed_count(np.array(["2026-11-23"], "M8[s]"), 2e9, 1), "must hold numbers"),
        (lambda: decayed_count([1, None], 2, 1), r"times\[1\] is nan"),
        (lambda: DecayedTopics(0, 1), "topics is 0"),
        (lambda: DecayedTopics(2, 1).add(0, 2), "topic is 2"),
        (lambda: DecayedTopics(2, 1).add(np.nan, 1), "time is nan"),
        (lambda: DecayedTopics(2, 1).read(np.nan), "at is nan"),
        (lambda: DecayedTopics(2, 1).read("x"), "at is 'x'"),
        (lambda: mix([1, 0], [0, 1], 1.5), "weight is 1.5"),
        (lambda: mix([1, 0], [0, 1, 0], 0.5), "session has 3 topics"),
        (lambda: mix([1, np.inf], [0, 1], 0.5), "lasting holds"),
        (lambda: mix([1, 0], [0, 1], 0.5, evidence=-1), "evidence is -1"),
        (lambda: mix(["1", "2"], [0, 1], 0.5), "lasting is"),
        (lambda: mix(np.array(["2026-11-23"], "M8[D]"), [1], 0.5), "lasting is"),
        (lambda: mix([[1, 2], [3]], [0, 1], 0.5), "lasting is"),
        (lambda: mix(np.ones((3, 2)), np.ones((2, 2)), 0.5), "the same people"),
        (lambda: mix(1.0, 2.0, 0.5), "one number a topic"),
        (lambda: mix([], [], 0.5), "one number a topic"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_mix_goes_from_the_lasting_taste_to_tonight():
    lasting, tonight = [3.0, 4.0], [0.0, 9.0]
    assert mix(lasting, tonight, 0) == pytest.approx([0.6, 0.8])
    assert mix(lasting, tonight, 1) == pytest.approx([0, 1])
    assert mix(lasting, tonight, 0.5) == pytest.approx([0.3, 0.9])


def test_an_empty_session_leaves_the_lasting_taste_row_by_row():
    lasting = np.array([[1.0, 0], [0, 1.0]])
    mixed = mix(lasting, [[0, 0], [2, 0]], 0.25)
    assert mixed == pytest.approx(np.array([[1, 0], [0.25, 0.75]]))


def test_a_mix_doesnt_ask_how_large_its_numbers_are():
    for size in (1e200, 1, 1e-160, 2.0**-540, 5e-324):
        assert mix([1e200, 0], [0, size], 0.5) == pytest.approx([0.5, 0.5])


def test_with_evidence_tonight_weighs_as_much_as_was_seen():
    """At as many events as the evidence asks for, half; one tap, or an old one, next to nothing."""
    for total, share in ((5, 0.5), (15, 0.75), (1, 1 / 6), (1e-9, 0), (1e9, 1)):
        mixed = mix([1, 0], [0, total], 0.8, evidence=5)
        assert mixed == pytest.approx([1 - 0.8 * share, 0.8 * share], abs=1e-8)
    assert mix([1, 0], [0, 0], 0.8, evidence=5) == pytest.approx([1, 0])
    assert mix([1, 0], [3, 4], 1, evidence=7) == pytest.approx([0.5 + 0.3, 0.4])


def test_stores_compare_by_identity():
    assert DecayedTopics(2, 1) != DecayedTopics(2, 1)


def log(**changes):
    columns = {"event_id": [1, 2, 3], "event_s": [0.0, 5, 9], "arrived_s": [20.0, 6, 10], "topic": [4, 5, 6]}
    return pd.DataFrame(columns | changes)


def test_events_are_put_in_the_order_of_arrival():
    assert clean_events(log()).event_id.tolist() == [2, 3, 1]


def test_a_repeat_counts_once_at_its_first_arrival():
    cleaned = clean_events(log(event_id=[2, 2, 3]))
    assert cleaned[["event_id", "arrived_s"]].to_numpy().tolist() == [[2, 6], [3, 10]]


def test_of_equal_arrivals_the_one_that_happened_first_counts_whatever_the_row():
    for order in ([0, 1], [1, 0]):
        twice = pd.DataFrame({"event_id": [7, 7], "event_s": [3.0, 1.0], "arrived_s": [9.0, 9.0]}).iloc[order]
        assert clean_events(twice).event_s.tolist() == [1]


def test_equal_times_keep_the_order_of_the_rows():
    even = pd.DataFrame({"event_id": np.arange(100), "event_s": 0.0, "arrived_s": 1.0})
    assert clean_events(even).event_id.tolist() == list(range(100))


def test_an_event_may_arrive_the_moment_it_happens():
    assert clean_events(log(event_s=[20.0, 6, 10])).event_s.tolist() == [6, 10, 20]


def test_a_fast_clock_is_refused_or_set_back():
    fast = log(event_s=[0.0, 8, 9])
    with pytest.raises(InputError, match="event 2 happened at 8 s and arrived at 6 s"):
        clean_events(fast)
    assert clean_events(fast, skew="clamp").event_s.tolist() == [6, 9, 0]
    assert fast.event_s.tolist() == [0, 8, 9]


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        (log().drop(columns="arrived_s"), "no column 'arrived_s'"),
        (log(event_s=[0.0, np.nan, 9]), r"event_s\[1\] is nan"),
        (log(arrived_s=[20.0, np.inf, 9]), r"arrived_s\[1\] is inf"),
        (log(event_s=["0", "1", "2"]), "event_s is"),
        (log(event_s=pd.Series(["0", "1", "2"], dtype="category")), "event_s is"),
        ({"event_id": [1]}, "must be of type DataFrame"),
        (None, "must be of type DataFrame"),
        (log(event_id=[1, None, 2]), "event_id is missing"),
    ],
)
def test_a_log_that_cannot_be_used_gets_a_sentence(events, sentence):
    with pytest.raises(InputError, match=sentence):
        clean_events(events)


def test_an_empty_log_stays_empty():
    assert clean_events(log().iloc[:0]).empty


def test_an_index_with_the_name_of_a_column_is_no_column():
    named = log().rename_axis("event_s")
    assert clean_events(named).equals(clean_events(log()))


def test_age_at_serving_time_by_hand():
    ages = age_at([0, 3, 4, 7, 9], generated=[0, 5], available=[3, 7])
    assert ages == pytest.approx([np.nan, 3, 4, 2, 4], nan_ok=True)


def test_an_update_that_a_newer_one_overtook_changes_nothing():
    assert age_at([10], generated=[1, 6], available=[9, 8]) == pytest.approx([4])


def test_ages_at_even_times_average_to_the_sawtooth():
    rng = np.random.default_rng(5)
    made = np.sort(rng.uniform(0, 100, 40))
    known = made + rng.exponential(6, 40)
    end = known.max() + 5
    times = np.linspace(known.min(), end, 200_001)
    exact = sawtooth(made, known, end).mean
    assert age_at(times, made, known).mean() == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize(
    ("made", "known", "sentence"),
    [
        ([5], [4], "update 0 is available at 4"),
        ([1, 2], [3], "available has 1 times"),
        ([np.nan], [1], r"generated\[0\] is nan"),
    ],
)
def test_ages_refuse_what_cannot_be(made, known, sentence):
    with pytest.raises(InputError, match=sentence):
        age_at([9], made, known)


@pytest.mark.parametrize("second", [{"topic": 2}, {"topic": None}, {"topic": [1]}, {"topic": "1"}])
def test_of_rows_alike_in_id_and_times_the_same_is_kept_in_any_order(second):
    rows = [
        {"event_id": 1, "event_s": 0, "arrived_s": 1, **more}
        for more in ({"topic": 1}, second, {"topic": 3, "event_id": 2})
    ]
    kept = [
        clean_events(pd.DataFrame([rows[i] for i in order], dtype=object)).set_index("event_id")["topic"]
        for order in itertools.permutations(range(3))
    ]
    assert len({repr(topics.loc[1]) for topics in kept}) == 1
    assert all(len(topics) == 2 for topics in kept)
