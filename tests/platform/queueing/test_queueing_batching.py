"""Batches against the published curve, hand-made traces and the bulk queue's limits."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing as q


def test_batching_curve_case_s10():
    sizes = [1, 2, 4, 8, 16, 32, 64]
    assert [q.batch_time(b, 5, 0.5) for b in sizes] == pytest.approx([5.5, 6, 7, 9, 13, 21, 37])
    found = [1000 * q.batch_throughput(b, 5, 0.5) for b in sizes]
    assert found == pytest.approx([181.8, 333.3, 571.4, 888.9, 1230.8, 1523.8, 1729.7], abs=0.1)
    assert q.batch_load(0.8889, 8, 5, 0.5) == pytest.approx(1, abs=1e-4)


def test_a_batch_waits_for_company_or_for_patience_to_end():
    """Three come at 0, 1 and 9; batches of two take 3: the first is full at 1, the last gives up at 9 + 4."""
    served = q.serve_batches([0, 1, 9], 1, 1, most=2, patience=4)
    assert served.start.tolist() == [1, 1, 13]
    assert served.done.tolist() == [4, 4, 15]
    assert served.size.tolist() == [2, 1]
    assert served.batch.tolist() == [0, 0, 1]


def test_without_patience_batches_form_while_the_server_is_busy():
    served = q.serve_batches([0, 1, 1.5, 2, 2.5], 2, 0.5, most=3)
    assert served.start.tolist() == [0, 2.5, 2.5, 2.5, 6]
    assert served.size.tolist() == [1, 3, 1]


def test_batches_of_one_are_the_plain_queue():
    arrive = q.poisson_arrivals(np.random.default_rng(1), 0.15, 20_000)
    served = q.serve_batches(arrive, 5, 0.5, most=1, patience=99)
    assert served.start == pytest.approx(q.fcfs(arrive, np.full(20_000, 5.5)).start, abs=1e-6)


@pytest.mark.parametrize("patience", [0.0, 3.0, 40.0])
def test_batches_keep_their_rules(patience):
    arrive = q.poisson_arrivals(np.random.default_rng(2), 0.7, 20_000)
    served = q.serve_batches(arrive, 5, 0.5, most=8, patience=patience)
    assert served.size.max() <= 8
    assert served.size.sum() == 20_000
    first = np.concatenate([[0], np.cumsum(served.size)[:-1]])
    begun, ended = served.start[first], served.done[first]
    assert (begun[1:] >= ended[:-1] - 1e-9).all()
    assert (served.wait >= 0).all()
    # A server that was free began as soon as the batch was full or the oldest had waited enough, never later.
    free = np.concatenate([[0.0], ended[:-1]])
    full = np.concatenate([arrive, np.full(8, np.inf)])[first + 7]
    assert begun == pytest.approx(np.maximum(free, np.minimum(full, arrive[first] + patience)))
    assert served.mean_number() == pytest.approx(
        20_000 / served.done.max() * served.response.mean(), rel=1e-9
    )


def test_bigger_batches_carry_a_load_that_single_ones_cannot():
    arrive = q.poisson_arrivals(np.random.default_rng(3), 0.5, 50_000)
    single, batched = (q.serve_batches(arrive, 5, 0.5, most) for most in (1, 16))
    assert q.batch_load(0.5, 1, 5, 0.5) > 1 > q.batch_load(0.5, 16, 5, 0.5)
    assert single.wait[-1] > 100 * batched.wait.max()


def test_a_batch_is_named_as_it_was_asked_for():
    for call in (lambda: q.batch_load(1, 0, 5, 1), lambda: q.serve_batches([1], 5, 1, 0)):
        with pytest.raises(InputError, match="most is 0"):
            call()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: q.batch_time(0, 5, 1), "size is 0"),
        (lambda: q.batch_throughput(1, -5, 1), "fixed is -5"),
        (lambda: q.serve_batches([], 5, 1, 4), "arrive has the shape"),
        (lambda: q.serve_batches([3, 1], 5, 1, 4), "earlier than"),
        (lambda: q.serve_batches([1], 5, 0, 4), "each is 0"),
        (lambda: q.serve_batches([1], 5, 1, 4, -1), "patience is -1"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
