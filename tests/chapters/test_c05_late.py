"""Late events: the explorer's counts against the plain model, and the effects that the chapter builds on."""

import numpy as np
import pytest

from twoworlds.chapters.c05_now import clicks, late
from twoworlds.platform.stream import Event, fixed_lag, read, run, tumbling, tumbling_fates


@pytest.mark.parametrize(("panes", "mode"), [("totals", "accumulating"), ("changes", "discarding")])
def test_dashboard_is_what_a_reader_of_real_panes_holds(panes, mode):
    """Send the underground's clicks through the plain model, and let a reader overwrite each minute."""
    stream = clicks.evening(False)
    rows = np.flatnonzero(stream.group == 3)[:500]
    events = [Event(1, *times) for times in zip(stream.event_time[rows], stream.arrival[rows], strict=True)]
    seen = run(events, tumbling(60), fixed_lag(events, 60), lateness=600, mode=mode, combine=len)
    fates = tumbling_fates(stream.event_time[rows], stream.arrival[rows], 60, 60, 600)
    held = late._overwritten(fates.counts(late.ON_TIME), fates.counts(late.LATE), panes)
    assert held == sum(read(seen.panes, "overwrites").values())
    assert 0 < fates.counts(late.DROPPED).sum() == len(seen.dropped)


def test_shares_add_up_to_all_that_happened():
    for setting in (("1 min", "none", "totals", "right"), ("5 s", "10 min", "changes", "15 min fast")):
        result = late.model(*setting)
        assert all(sum(shares) == pytest.approx(1) for shares in result.shares.values())


def test_a_small_loss_is_most_of_a_small_group():
    result = late.model("1 min", "none", "totals", "right")
    assert result.shares["everybody"][2] < 0.03
    assert result.shares["underground"][2] > 0.6
    assert result.shares["Wi-Fi"][2] == 0


def test_waiting_longer_loses_less_and_publishes_later():
    results = [late.model(wait, "none", "totals", "right") for wait in late.WAITS]
    lost = [result.shares["everybody"][2] for result in results]
    assert lost == sorted(lost, reverse=True)
    waits = [result.wait_s for result in results]
    assert waits == pytest.approx(list(late.WAITS.values()), abs=2)


def test_lateness_corrects_without_delay_and_costs_memory():
    short, long = (late.model("10 s", lateness, "totals", "right") for lateness in ("none", "1 h"))
    assert long.wait_s == short.wait_s
    assert long.shares["underground"][2] < 0.05 < short.shares["underground"][2]
    assert long.kept_min == pytest.approx(short.kept_min + 60, abs=0.5)


def test_one_fast_clock_is_everybodys_loss_until_it_is_capped():
    right, fast, capped = (late.model("1 min", "5 min", "totals", clock) for clock in late.CLOCKS)
    assert fast.shares["Wi-Fi"][2] > 0.5
    assert capped.shares["Wi-Fi"] == pytest.approx(right.shares["Wi-Fi"], abs=0.002)


def test_delays_follow_their_law():
    stream = clicks.evening(False)
    for number, (_, median, spread) in enumerate(clicks.NETWORKS.values(), start=1):
        logs = np.log((stream.arrival - stream.event_time)[stream.group == number])
        error = 4 / np.sqrt(len(logs))
        assert logs.mean() == pytest.approx(np.log(median), abs=error * spread)
        assert logs.std() == pytest.approx(spread, abs=error * spread / np.sqrt(2))
