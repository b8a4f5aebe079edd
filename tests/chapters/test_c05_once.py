"""At least once: the explorer's counts against a memory that looks at every copy, and against closed forms."""

import numpy as np
import pytest

from twoworlds.chapters.c05_now import once
from twoworlds.platform.stream import (
    Bloom,
    Within,
    admitted,
    bloom_false_positives,
    expected_copies,
)


def test_without_memory_the_excess_is_the_closed_form():
    for acks_lost in (0, 5, 10, 20):
        arrived = once.copies(acks_lost / 100)
        number = np.bincount(arrived.heart)
        error = number[number > 0].std() / np.sqrt(arrived.hearts)
        expected = expected_copies(once.LOSS, acks_lost / 100, len(once.WAITS_S) + 1) - 1
        assert once.model(acks_lost, "none", "1 min", "keys").now[0] == pytest.approx(
            expected, abs=4 * error + 1e-4
        )


def test_counts_are_those_of_a_memory_that_sees_every_copy():
    arrived = once.copies(0.1)
    taken = admitted(zip(arrived.heart.tolist(), arrived.time.tolist(), strict=True), Within(60))
    number = np.bincount(arrived.heart[taken])
    twice, swallowed, _ = once.model(10, "id made by the phone", "1 min", "keys").now
    assert twice == pytest.approx(np.maximum(number - 1, 0).sum() / arrived.hearts)
    assert swallowed == pytest.approx((arrived.hearts - (number > 0).sum()) / arrived.hearts)


def test_an_id_made_on_receipt_is_no_id():
    nothing, stamped = (once.model(10, key, "1 week", "keys") for key in ("none", "id made on receipt"))
    assert stamped.now[:2] == nothing.now[:2]
    assert stamped.now[2] > 100 > nothing.now[2] == 0


def test_a_right_total_can_hide_two_errors():
    twice, swallowed, _ = once.model(10, "user, video and second", "10 s", "keys").now
    assert abs(twice - swallowed) < 0.005
    assert min(twice, swallowed) > 0.08


def test_the_phones_id_swallows_nothing_and_a_day_is_nearly_enough():
    result = once.model(10, "id made by the phone", "1 day", "keys")
    assert (result.swallowed == 0).all()
    assert result.now[0] < 0.001
    assert list(result.twice) == sorted(result.twice, reverse=True)


def test_a_bloom_filter_trades_memory_for_swallowed_hearts():
    exact, bits = (once.model(10, "id made by the phone", "1 week", store) for store in once.STORES)
    assert bits.now[1] == pytest.approx(bloom_false_positives(1, once.BITS, once.HASHES), rel=0.01)
    assert exact.now[2] / bits.now[2] == pytest.approx(32)


def test_two_filters_in_turn_swallow_eight_to_sixteen_in_a_thousand_in_a_sixteenth_of_the_memory():
    """Last day's filter is full, this day's fills up; a heart that one of them holds is taken for a repeat."""
    full = bloom_false_positives(1, once.BITS, once.HASHES)
    assert full == pytest.approx(0.008, abs=0.0005)
    assert 1 - (1 - full) ** 2 == pytest.approx(0.016, abs=0.0005)
    assert 2 * once.STORES["Bloom filter"] / once.STORES["keys"] == 1 / 16

    day, tries = 20_000, 4_000
    before, now = Bloom(once.BITS * day, once.HASHES), Bloom(once.BITS * day, once.HASHES)
    for heart in range(day):
        before.first_time(("before", heart), 0)
        now.first_time(("now", heart), 0)
    bits = [(memory, bytes(memory._set)) for memory in (before, now)]
    swallowed = 0
    for heart in range(tries):
        swallowed += not all(memory.first_time(("new", heart), 0) for memory in (before, now))
        for memory, held in bits:
            memory._set[:] = held
    assert swallowed / tries == pytest.approx(0.016, abs=4 * np.sqrt(0.016 / tries))
