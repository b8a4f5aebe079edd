"""The table of an experiment: each row is what the small functions say."""

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.experiment import Moments, analyse, difference, relative
from twoworlds.world import Policy, World, simulate


@pytest.fixture(scope="module")
def users():
    arms = {"slow": Policy(latency_ms=900), "now": Policy(), "fast": Policy(latency_ms=100)}
    return simulate(World(users=3000, days=3, seed=4), arms).per_user()


def test_rows_are_the_functions(users):
    table = analyse(users, ["clicks", "watch_s"], control="now")
    assert list(table.arm) == ["fast", "fast", "slow", "slow"]
    row = table[(table.arm == "slow") & (table.metric == "watch_s")].iloc[0]
    control, slow = (Moments.of(users.watch_s[users.arm == name]) for name in ("now", "slow"))
    effect, lift = difference(control, slow), relative(control, slow)
    assert (row.difference, row.low, row.high, row.p) == (effect.value, *effect.interval(), effect.p())
    assert (row.lift, row.lift_low, row.lift_high, row.lift_p) == (lift.value, *lift.interval(), lift.p())
    assert (row.n_control, row.n, row.control, row.treatment) == (
        control.n, slow.n, control.mean, slow.mean,
    )  # fmt: skip


def test_order_of_rows_is_irrelevant(users):
    shuffled = users.sample(frac=1, random_state=1)
    once, again = (analyse(t, ["sessions"], control="now") for t in (users, shuffled))
    pd.testing.assert_frame_equal(once, again)


def test_a_metric_without_a_positive_control_has_no_lift():
    table = pd.DataFrame({"arm": ["c", "c", "t", "t"], "change": [-1.0, 0, 1, 2], "x": [1.0, 2, 3, 4]})
    rows = analyse(table, ["change", "x"], control="c").set_index("metric")
    assert np.isnan(rows.lift["change"])
    assert rows.lift["x"] == pytest.approx(3.5 / 1.5 - 1)


def test_a_control_of_zeros_has_no_lift():
    table = pd.DataFrame({"arm": ["c", "c", "t", "t"], "x": [0, 0, 1, 2]})
    row = analyse(table, ["x"], control="c").iloc[0]
    assert np.isnan([row.lift, row.lift_low, row.lift_high, row.lift_p]).all()


def test_the_level_is_that_of_both_intervals(users):
    row = analyse(users, ["clicks"], control="now", level=0.8).iloc[0]
    control, fast = (Moments.of(users.clicks[users.arm == name]) for name in ("now", "fast"))
    assert (row.low, row.high) == difference(control, fast).interval(0.8)
    assert (row.lift_low, row.lift_high) == relative(control, fast).interval(0.8)


def test_wrong_tables_are_said():
    table = pd.DataFrame({"arm": [["c"], ["t"]], "x": [1, 2]})
    for metrics, words in ((None, "metrics is None"), (5, "metrics is 5"), (["x"], r"arm holds \['c'\]")):
        with pytest.raises(InputError, match=words):
            analyse(table, metrics, control="c")
