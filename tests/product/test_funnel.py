"""Funnels: order, unit and denominators."""

import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.product import metrics as m

ROWS = [
    (1, 10, "open", 0), (1, 10, "click", 1), (1, 10, "like", 2),
    (2, 20, "open", 0), (2, 20, "click", 5), (2, 21, "open", 9), (2, 21, "click", 10),
    (3, 30, "like", 0), (3, 30, "open", 1), (3, 30, "open", 1), (3, 31, "open", 8),
    (4, 40, "click", 3),
]  # fmt: skip
LOG = pd.DataFrame(ROWS, columns=["user_id", "session_id", "step", "minute"]).assign(
    ts=lambda t: pd.Timestamp("2026-03-02") + pd.to_timedelta(t["minute"], unit="min")
)
STEPS = ["open", "click", "like"]


def test_users_in_order():
    table = m.funnel(LOG, STEPS)
    assert table["reached"].tolist() == [3, 2, 1], (
        "a like before the opening is no step; nor is a click without one"
    )
    assert table["of_previous"].tolist() == pytest.approx([1, 2 / 3, 1 / 2])
    assert table["of_first"].tolist() == pytest.approx([1, 2 / 3, 1 / 3])


def test_steps_of_one_moment_are_in_order_and_an_earlier_one_is_not():
    log = pd.DataFrame({"user_id": [1, 1, 2, 2], "step": ["click", "open"] * 2, "ts": [5, 5, 4, 5]})
    assert m.funnel(log, ["open", "click"])["reached"].tolist() == [2, 1]


def test_the_unit_changes_the_answer():
    assert m.funnel(LOG, STEPS, unit="session_id")["of_first"].tolist() == pytest.approx([1, 3 / 5, 1 / 5])


def test_nobody_at_a_step_leaves_the_next_undefined():
    table = m.funnel(LOG, ["open", "share", "like"])
    assert table["reached"].tolist() == [3, 0, 0]
    assert table["of_previous"].isna().tolist() == [False, False, True]


def test_order_of_rows_and_repeats_do_not_matter():
    assert m.funnel(pd.concat([LOG, LOG]).sample(frac=1, random_state=1), STEPS).equals(m.funnel(LOG, STEPS))


def test_steps_may_come_from_anywhere():
    for steps in (tuple(STEPS), (step for step in STEPS), pd.Index(STEPS)):
        assert m.funnel(LOG, steps).equals(m.funnel(LOG, STEPS))
    as_category = LOG.assign(step=LOG["step"].astype("category"), ts=LOG["minute"])
    assert m.funnel(as_category, STEPS).equals(m.funnel(LOG, STEPS))
    assert (
        m.funnel(LOG.assign(step=LOG["step"].replace("open", "o'pen")), ["o'pen", "click"])["reached"].iloc[0]
        == 3
    )


def test_texts_are_no_times():
    with pytest.raises(InputError, match="ts is VARCHAR: it must be a timestamp or a number"):
        m.funnel(LOG.assign(ts="9:00"), STEPS)
    with pytest.raises(InputError, match="step is BIGINT: it must be a text"):
        m.funnel(LOG.assign(step=1), STEPS)
    with pytest.raises(InputError, match="log has no column None"):
        m.funnel(LOG, STEPS, unit=None)


@pytest.mark.parametrize(
    "steps", [[], ["open", "open"], "open", None, [1, 2], ["open", None], {"open", "click"}]
)
def test_impossible_steps_are_told(steps):
    with pytest.raises(InputError, match="steps are"):
        m.funnel(LOG, steps)


def test_a_repeated_event_costs_no_later_step():
    """The first click counts, not the last: a like between the two is a like after a click."""
    log = pd.DataFrame({"user_id": 1, "step": ["open", "click", "like", "click"], "ts": [0, 1, 2, 3]})
    assert m.funnel(log, STEPS)["reached"].tolist() == [1, 1, 1]


def test_other_columns_do_not_matter():
    expected = m.funnel(LOG, STEPS)
    for name in ("moment", "unit", "told", "s0"):
        pd.testing.assert_frame_equal(m.funnel(LOG.assign(**{name: 0}), STEPS), expected)
        pd.testing.assert_frame_equal(m.funnel(LOG.rename(columns={"user_id": name}), STEPS, name), expected)


def test_events_from_the_future_are_told():
    with pytest.raises(InputError, match="2 events after"):
        m.funnel(LOG, STEPS, until="2026-03-02 00:08:30")
    assert m.funnel(LOG, STEPS, until="2026-03-02 00:10")["reached"].tolist() == [3, 2, 1]
