"""At-least-once delivery against its closed form."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform.stream import deliver, expected_copies

N = 40_000


@pytest.mark.parametrize(
    ("loss", "ack_loss", "tries"),
    [(0, 0.1, 8), (0.3, 0.1, 3), (0.2, 0, 5), (0, 0, 1), (0.5, 0.5, 2), (0, 1, 4)],
)
def test_copies_are_as_many_as_the_closed_form_says(loss, ack_loss, tries):
    got = deliver(np.zeros(N), loss, ack_loss, [1] * (tries - 1), np.random.default_rng(5))
    copies = np.bincount(got.sent, minlength=N)
    error = copies.std() / np.sqrt(N)
    assert copies.mean() == pytest.approx(expected_copies(loss, ack_loss, tries), abs=4 * error + 1e-12)
    lost = loss**tries
    assert got.lost / N == pytest.approx(lost, abs=4 * np.sqrt(lost * (1 - lost) / N) + 1e-12)


def test_lost_messages_cost_no_duplicates():
    assert expected_copies(0.4, 0.05) == pytest.approx(1 / 0.95)
    assert expected_copies(0, 0.05) == pytest.approx(1 / 0.95)
    assert expected_copies(1, 0.2) == 0
    assert expected_copies(0, 1, tries=4) == 4


def test_retries_come_after_their_waits_and_in_order_of_arrival():
    got = deliver([100.0, 0.0], 0, 1, [2, 10], np.random.default_rng(1))
    assert got.time.tolist() == [0, 2, 12, 100, 102, 112]
    assert got.sent.tolist() == [1, 1, 1, 0, 0, 0]
    assert got.attempt.tolist() == [1, 2, 3, 1, 2, 3]


def test_rare_success_does_not_cancel():
    """With so small a chance of success the copies are as many as the tries that arrive."""
    assert expected_copies(1 - 1e-10, 1 - 1e-10, tries=4) == pytest.approx(4e-10, rel=1e-6)
    assert expected_copies(0, 0, tries=7) == 1


def test_waits_may_come_from_a_generator():
    assert deliver([0.0], 0, 1, (wait for wait in (2, 10)), np.random.default_rng(1)).time.tolist() == [
        0,
        2,
        12,
    ]


def test_same_seed_same_deliveries():
    one, two = (deliver(np.arange(50.0), 0.2, 0.2, [1, 1], np.random.default_rng(8)) for _ in range(2))
    assert (one.time == two.time).all()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda rng: deliver([0.0], -0.1, 0, [], rng), lambda rng: deliver([0.0], 0, 1.1, [], rng),
        lambda rng: deliver([0.0], 0, 0, [-1], rng), lambda rng: deliver([np.nan], 0, 0, [], rng),
        lambda rng: expected_copies(0, 0.1, 0), lambda rng: expected_copies(0, 0.1, 2.5),
        lambda rng: deliver([0.0], 0, 0, None, rng), lambda rng: deliver([0.0], 0, 0, ["1"], rng),
        lambda rng: deliver([0.0], 0, 0, [np.inf], rng), lambda rng: deliver([0.0], 0, 0, [1], 5),
    ],
)  # fmt: skip
def test_wrong_input_gets_a_sentence(wrong):
    with pytest.raises(InputError):
        wrong(np.random.default_rng(0))
