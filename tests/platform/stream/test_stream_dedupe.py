"""Memories of keys: what they let through, what they cost, and what a Bloom filter refuses by mistake."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from twoworlds.errors import InputError
from twoworlds.platform.stream import (
    Bloom,
    LastKeys,
    Within,
    admitted,
    admitted_within,
    bloom_false_positives,
    since_last_seen,
)

ARRIVALS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60)), max_size=40).map(
    lambda a: sorted(a, key=lambda x: x[1])
)


def plainly(arrivals, ttl, refresh):
    """Decide by looking back over everything each time."""
    kept, taken = [], []
    for i, (key, now) in enumerate(arrivals):
        earlier = taken if not refresh else arrivals[:i]
        new = not any(k == key and now - then <= ttl for k, then in earlier)
        kept.append(new)
        if new:
            taken.append((key, now))
    return kept


@forall(ARRIVALS, st.integers(0, 40), st.booleans())
def test_within_is_what_looking_back_says(arrivals, ttl, refresh):
    assert admitted(arrivals, Within(ttl, refresh)).tolist() == plainly(arrivals, ttl, refresh)


@forall(ARRIVALS, st.integers(0, 40) | st.just(math.inf))
def test_whole_columns_say_the_same(arrivals, ttl):
    keys, times = np.array(arrivals, float).reshape(-1, 2).T
    assert admitted_within(keys.astype(int), times, ttl).tolist() == admitted(arrivals, Within(ttl)).tolist()


@forall(ARRIVALS, st.integers(1, 4))
def test_last_keys_holds_the_most_recent(arrivals, size):
    memory, order = LastKeys(size), []
    for key, now in arrivals:
        assert memory.first_time(key, now) == (key not in order[-size:])
        order = [k for k in order if k != key] + [key]
        assert len(memory) == min(size, len(order))


def test_within_forgets_so_memory_is_bounded():
    memory = Within(10)
    for now in range(1000):
        memory.first_time(now, now)
    assert len(memory) == 11
    assert len(Within(math.inf)) == 0


def test_refresh_keeps_a_chatty_key_for_ever():
    arrivals = [("a", now) for now in range(0, 100, 9)]
    assert admitted(arrivals, Within(10)).sum() == 1
    assert admitted(arrivals, Within(10, refresh=False)).sum() == 6


def test_bloom_closed_form_case_c03():
    assert bloom_false_positives(1e6, 1e7, 7) == pytest.approx(0.008194, abs=1e-6)


@pytest.mark.parametrize(
    ("bits_a_key", "hashes", "published"),
    [(2, 1, 0.393), (2, 2, 0.400), (3, 2, 0.237), (4, 3, 0.147), (8, 5, 0.0217), (8, 6, 0.0216), (10, 7, 0.00819),
     (16, 11, 0.000459)],
)  # fmt: skip
def test_bloom_table_of_fan_et_al(bits_a_key, hashes, published):
    """Fan, Cao, Almeida & Broder 2000 (Summary Cache), the table of false positives by m/n and k."""
    assert bloom_false_positives(1000, 1000 * bits_a_key, hashes) == pytest.approx(published, rel=0.004)


def test_bloom_closed_form_does_not_cancel_where_bits_are_plenty():
    assert bloom_false_positives(1, 1e18, 1) == pytest.approx(1e-18)


def test_equal_keys_are_one_key_to_every_memory():
    """Equal as a dict sees it: a key read from NumPy, from a float column or from JSON is still that key."""
    alike = [3, 3.0, np.int64(3), np.float32(3), ("a", 1), ("a", np.int32(1)), (np.str_("a"), True)]
    for memory in (Within(9), LastKeys(9), Bloom(10_000, 5)):
        assert admitted([(key, 0) for key in alike], memory).tolist() == [1, 0, 0, 0, 1, 0, 0]
        assert len(memory) == 2
    assert admitted([("3", 0), (3, 0), (3.5, 0), (math.inf, 0)], Bloom(10_000, 5)).all()


def test_columns_of_text_are_keys_too():
    assert since_last_seen(["a", "b", "a"], [1, 2, 5]).tolist() == [math.inf, math.inf, 4]
    assert admitted_within(pd.Series(["a", "b", "a"], dtype="str"), [1, 2, 5], 3).tolist() == [
        True,
        True,
        True,
    ]
    assert admitted_within(pd.Series(["a", "b", "a"], dtype="str"), [1, 2, 5], 4).tolist() == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "keys",
    [[101, "x", 101, "101"], [1, "1"], [2**60 + 1, 2**60, 0.5], [("a", 1), ("a", 1), ("a", 2)],
     [1, True, 1.0, np.int64(1)]],
)  # fmt: skip
def test_a_plain_list_of_keys_is_no_column_of_one_type(keys):
    """NumPy would make texts of 101 and "101", and one float of two ids beyond 2^53."""
    times = range(len(keys))
    plainly = admitted(zip(keys, times, strict=True), Within(10)).tolist()
    assert admitted_within(keys, times, 10).tolist() == plainly


@pytest.mark.parametrize("key", [Decimal(3), Fraction(1, 2), 1 + 0j, pd.Timestamp(0), ("a", Decimal(3))])
def test_a_bloom_filter_refuses_keys_whose_equals_may_be_written_otherwise(key):
    with pytest.raises(InputError, match="a Bloom filter takes numbers, texts, bytes"):
        Bloom(99, 2).first_time(key, 0)


@pytest.mark.parametrize("wrong", [(None, 2), ("c", "noon"), ("c", math.inf), ("c", 0), (["c"], 2)])
@pytest.mark.parametrize("make", [lambda: Within(9), lambda: LastKeys(9), lambda: Bloom(999, 3)])
def test_a_batch_that_is_refused_leaves_no_trace(make, wrong):
    """Mended and sent again, it must not find its own first rows in the memory."""
    batch, memory = [("a", 0), ("b", 1)], make()
    with pytest.raises(InputError, match=r"(key|now) is"):
        admitted([*batch, wrong], memory)
    assert len(memory) == 0
    assert admitted([*batch, ("c", 2)], memory).all()
    with pytest.raises(InputError, match=r"now is 1 after 2: events must come in order"):
        admitted([("d", 1)], memory)


def test_a_bloom_filter_too_checks_all_keys_first():
    memory = Bloom(999, 3)
    with pytest.raises(InputError, match="a Bloom filter takes"):
        admitted([("a", 0), (Decimal(3), 1)], memory)
    assert admitted([("a", 0)], memory).all()


def test_times_of_numpy_do_not_overflow():
    """In eight bits 100 - (-100) is -56, less than any time to live."""
    assert admitted(zip("aa", np.array([-100, 100], dtype=np.int8), strict=True), Within(50)).all()


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, (math.nan, 1), frozenset({math.nan}), ["list"]])
def test_a_missing_key_is_told(missing):
    for memory in (Within(3), LastKeys(3), Bloom(99, 2)):
        with pytest.raises(InputError, match="key is"):
            memory.first_time(missing, 1)
    if not isinstance(missing, list):
        with pytest.raises(InputError, match=r"keys are missing in 1 rows \(row 1 has "):
            since_last_seen(pd.Series(["a", missing]), [1, 2])


@pytest.mark.parametrize(
    "keys",
    [
        [(math.nan, 1), (math.nan, 1)],
        [("a", 1), ("a", (2, math.nan)), ("a", (2, math.nan))],
        pd.Series([("a", pd.NaT), "b", ("a", pd.NaT)]),
        pd.Categorical([(1, 2), (math.nan, 2), (math.nan, 2)]),
    ],
)
def test_a_tuple_with_a_gap_is_a_missing_key_in_columns_too(keys):
    """pandas takes two such tuples for equal, so the second would be taken for a copy."""
    times = range(len(keys))
    for refuse in (lambda: since_last_seen(keys, times), lambda: admitted_within(keys, times, 10)):
        with pytest.raises(InputError, match=r"keys are missing in 2 rows \(row [01] has \("):
            refuse()


def test_a_masked_key_is_missing():
    with pytest.raises(InputError, match=r"keys are missing in 1 rows \(row 2 has None\)"):
        admitted_within(np.ma.array([1, 2, 1], mask=[0, 0, 1]), [0, 1, 2], 9)
    assert admitted_within(np.ma.array([1, 2, 1]), [0, 1, 2], 9).tolist() == [True, True, False]


def test_a_none_in_a_tuple_is_a_part_like_any_other():
    keys = [(None, 1), (None, 2), (None, 1)]
    assert admitted_within(keys, range(3), 10).tolist() == [True, True, False]
    assert admitted(zip(keys, range(3), strict=True), Within(10)).tolist() == [True, True, False]


def test_keys_that_cant_be_hashed_are_shown_as_they_were_given():
    with pytest.raises(InputError, match=r"^keys are \[\['a'\], \['b'\]\]: each must be hashable"):
        since_last_seen([["a"], ["b"]], [1, 2])
    with pytest.raises(InputError, match=r"^keys are \[\['a'\], 'b'\]: each"):
        since_last_seen(pd.Series([["a"], "b"]), [1, 2])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (None, "arrivals is None: it must be a list"),
        (5, "arrivals is 5: it must be a list"),
        ([("b", 1), ("a",)], r"arrivals hold \('a',\): each must be \(key, time\)"),
        (["ab"], "arrivals hold 'ab': each must be"),
        ([("a", 1, 2)], r"arrivals hold \('a', 1, 2\): each must be"),
    ],
)
@pytest.mark.parametrize("memory", [Within(5), LastKeys(5), Bloom(99, 2)])
def test_arrivals_that_are_no_pairs_are_told(memory, wrong, sentence):
    for ask in (memory.first_times, lambda arrivals: admitted(arrivals, memory)):
        with pytest.raises(InputError, match=sentence):
            ask(wrong)
    assert len(memory) == 0
    assert memory.first_times([]) == []


def test_bloom_never_forgets_and_errs_as_often_as_the_closed_form_says():
    memory, n, m, k = Bloom(50_000, 7), 5000, 50_000, 7
    for key in range(n):
        memory.first_time(("seen", key), 0)
    assert not any(Bloom.first_time(memory, ("seen", key), 0) for key in range(n))
    filled = bloom_false_positives(n, m, k)
    tries = 4000
    before = bytes(memory._set)
    wrong = 0
    for key in range(tries):
        wrong += not memory.first_time(("new", key), 0)
        memory._set[:] = before
    assert wrong / tries == pytest.approx(filled, abs=4 * math.sqrt(filled / tries))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Within(-1), lambda: Within(5, refresh="no"), lambda: LastKeys(0), lambda: Bloom(0, 3),
        lambda: Bloom(8, 0),
        lambda: admitted([("a", 5), ("a", 4)], Within(3)),
        lambda: admitted_within(np.array([1, 1]), np.array([5, 4]), 3),
        lambda: bloom_false_positives(-1, 5, 2), lambda: Within(3).first_time("a", math.nan),
        lambda: Within(3).first_time("a", None), lambda: admitted([5], Within(3)),
        lambda: admitted([("a", 5)], None), lambda: bloom_false_positives(math.inf, math.inf, 2),
        lambda: admitted_within([1, 1], [4, 5], -1), lambda: admitted_within([1], [4, 5], 1),
        lambda: since_last_seen([["a"]], [1]), lambda: since_last_seen(5, [1]),
    ],
)  # fmt: skip
def test_wrong_input_gets_a_sentence(wrong):
    with pytest.raises(InputError):
        wrong()
