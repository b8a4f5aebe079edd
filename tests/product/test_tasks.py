"""The assistant: denominators, and thumbs that hear the cross."""

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.product import metrics as m
from twoworlds.world import World
from twoworlds.world.ask import AskPolicy, simulate_ask

LOG = pd.DataFrame(
    {
        "completed": [True, False, False, False, True],
        "abandoned": [False, False, True, False, False],
        "refused": [False, False, False, True, False],
        "thumb": [1, -1, 0, 0, 0],
    }
)


def test_denominators():
    assert m.task_completion(LOG) == 2 / 5
    assert m.task_completion(LOG, of="answered") == pytest.approx(2 / 3)
    assert m.thumbs_up_share(LOG) == 0.5
    assert np.isnan(m.thumbs_up_share(LOG[LOG["thumb"] == 0]))


def test_flags_may_be_numbers_and_groups_are_told_apart():
    numbers = LOG.assign(**LOG[["completed", "abandoned", "refused"]].astype(float), kind=list("aabbb"))
    assert m.task_completion(numbers, of="answered") == pytest.approx(2 / 3)
    assert m.task_completion(numbers, by="kind").to_dict() == pytest.approx({"a": 1 / 2, "b": 1 / 3})
    assert m.thumbs_up_share(numbers, by="kind").iloc[0] == 0.5


def test_a_stricter_filter_flatters_the_answered():
    runs = [simulate_ask(World(users=1500, seed=1), AskPolicy(safety_threshold=t)).log for t in (0.1, 3)]
    assert m.task_completion(runs[0]) < 0.8 * m.task_completion(runs[1])
    assert m.task_completion(runs[0], of="answered") == pytest.approx(
        m.task_completion(runs[1], "answered"), rel=0.05
    )


def test_thumbs_are_sterner_than_the_truth():
    log = simulate_ask(World(users=4000, seed=1)).log
    assert m.thumbs_up_share(log) < m.task_completion(log, of="answered") - 0.1


def test_wrong_input_is_told():
    with pytest.raises(InputError, match="of is 'some'"):
        m.task_completion(LOG, of="some")
    with pytest.raises(InputError, match="thumb is 5 in some row: it must be 1, -1 or 0"):
        m.thumbs_up_share(LOG.assign(thumb=5))
    with pytest.raises(InputError, match="thumb is VARCHAR"):
        m.thumbs_up_share(LOG.assign(thumb="up"))
    with pytest.raises(InputError, match="refused is VARCHAR"):
        m.task_completion(LOG.assign(refused="no"))
    with pytest.raises(InputError, match="log is empty"):
        m.task_completion(LOG.iloc[:0])


@pytest.mark.parametrize(
    "ids",
    [
        {"conversation_id": [1, 2, 3, 4, 4]},
        {"user_id": [1, 1, 2, 2, 2], "day": 1, "conversation": [0, 1, 0, 1, 1]},
    ],
)
def test_a_conversation_counts_once(ids):
    with pytest.raises(InputError, match=f"1 rows that repeat the {' and '.join(ids)}"):
        m.task_completion(LOG.assign(**ids))
    with pytest.raises(InputError, match=f"1 rows that repeat the {' and '.join(ids)}"):
        m.thumbs_up_share(LOG.assign(**ids))
    assert m.task_completion(LOG.assign(**ids)[:4]) == 1 / 4
