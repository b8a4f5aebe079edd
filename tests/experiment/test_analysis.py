"""The table of an experiment: each row is what the small functions say."""

import itertools

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.experiment import Moments, analyse, difference, fieller, fieller_p, relative
from twoworlds.world import Policy, World, simulate


@pytest.fixture(scope="module")
def users():
    arms = {"slow": Policy(latency_ms=900), "now": Policy(), "fast": Policy(latency_ms=100)}
    return simulate(World(users=40_000, days=3, seed=4), arms).per_user()


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


@pytest.mark.parametrize(
    "values", [[0.1, 0.2, -0.3], [1, -1, 1e-150], [1e-200] * 3, [0.0] * 3, [-1.0, 0, 0.5], [1e-310, -1, 1]]
)
def test_a_control_that_is_0_or_its_rounding_has_no_lift_and_spoils_no_other_metric(values):
    table = pd.DataFrame({"arm": ["c"] * 3 + ["t"] * 3, "x": [*values, 1, 2, 3], "y": range(1, 7)})
    rows = analyse(table, ["x", "y"], control="c").set_index("metric")
    assert rows.loc["x", ["lift", "lift_low", "lift_high", "lift_p"]].isna().all()
    assert rows.difference["x"] == pytest.approx(2 - np.mean(values))
    assert rows.lift["y"] == pytest.approx(1.5)


def test_a_noisy_control_has_fiellers_interval_and_its_p():
    """On either side of the change the row is what the method for it says, at any level."""
    noises, levels = ((0.0199, True), (0.0201, False), (0.3, False), (0.6, False)), (0.95, 0.8)
    for (noise, is_delta), level in itertools.product(noises, levels):
        base, step = 5 * np.array([1 - noise, 1 + noise]), np.array([5.0, 9.0])
        table = pd.DataFrame({"arm": ["c", "c", "t", "t"], "x": [*base, *step]})
        row, (c, t) = (
            analyse(table, ["x"], control="c", level=level).iloc[0],
            (Moments.of(base), Moments.of(step)),
        )
        assert c.se / c.mean == pytest.approx(noise)
        expected = relative(c, t).interval(level) if is_delta else fieller(c, t, level)
        assert (row.lift_low, row.lift_high) == expected
        assert row.lift_p == (relative(c, t).p() if is_delta else fieller_p(c, t))
        assert row.lift == relative(c, t).value


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
