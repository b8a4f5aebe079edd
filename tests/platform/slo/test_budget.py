"""Error budgets and alerts against case S05, and the closed detection time against the windows themselves."""

from decimal import Decimal

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform.slo import ALERTS, Alert, Objective, burn_rate_for, error_share

THREE_NINES = Objective(0.999)


def test_burn_rate_table_case_s05():
    rows = [(0.02, 1, 14.4), (0.05, 6, 6), (0.1, 72, 1)]
    for alert, (share, hours, burn) in zip(ALERTS, rows, strict=True):
        assert (alert.long_h, alert.burn_rate) == (hours, burn)
        assert alert.budget_share(THREE_NINES) == pytest.approx(share)
        assert burn_rate_for(share, hours, THREE_NINES) == pytest.approx(burn)
    assert THREE_NINES.hours_to_exhaust(14.4) == pytest.approx(50)
    assert ALERTS[0].detected_after_s(THREE_NINES, 1.0) == pytest.approx(51.84)


def test_spending():
    assert THREE_NINES.burn_rate(0.02) == pytest.approx(20)
    assert THREE_NINES.spent(0.001, 720) == pytest.approx(1)
    assert THREE_NINES.spent(1.0, 0.72) == pytest.approx(1), (
        "43.2 minutes of nothing are the whole month's budget"
    )
    assert THREE_NINES.hours_to_exhaust(0) == np.inf


@pytest.mark.parametrize("share", [1.0, 0.3, 0.02])
def test_detection_time_is_when_the_windows_fire(share):
    step_s = 2.0
    requests = np.full(int(3 * 3600 / step_s), 500.0)
    fires = ALERTS[0].firing(THREE_NINES, share * requests, requests, step_s / 3600)
    first_s = (np.argmax(fires) + 1) * step_s
    assert fires.any()
    assert first_s == pytest.approx(ALERTS[0].detected_after_s(THREE_NINES, share), abs=step_s)


def test_short_window_ends_the_alert_long_before_the_long_one_is_clean():
    minutes = np.arange(240)
    errors = np.where(minutes < 20, 50.0, 0.0)
    fires = ALERTS[0].firing(THREE_NINES, errors, np.full(240, 100.0), 1 / 60)
    assert fires[19]
    assert not fires[20 + 5 :].any(), "the short window of five minutes is clean"
    assert error_share(errors, np.full(240, 100.0), 60)[70] > 0.0144, "the hour still looks bad"


def test_too_slow_a_burn_is_never_seen():
    assert ALERTS[0].detected_after_s(THREE_NINES, 0.014) == np.inf
    steady = np.full(500, 100.0)
    assert not ALERTS[0].firing(THREE_NINES, 0.014 * steady, steady, 1 / 60).any()


def test_an_error_share_at_the_threshold_fires_both_ways():
    steady = np.full(200, 10_000.0)
    assert ALERTS[0].detected_after_s(THREE_NINES, 0.0144) == pytest.approx(3600)
    assert ALERTS[0].firing(THREE_NINES, 0.0144 * steady, steady, 1 / 60)[60:].all()


def test_an_alert_never_looks_ahead():
    """An hour of the night with few requests, half of them failing, and then the day: the hour's alarms are its own."""
    requests = np.concatenate([np.full(60, 10.0), np.full(600, 2000.0)])
    errors = np.concatenate([np.full(60, 5.0), np.zeros(600)])
    for alert in ALERTS:
        on = alert.firing(THREE_NINES, errors, requests, 1 / 60)
        for steps in (1, 2, 30, 60, 75, 400):
            so_far = alert.firing(THREE_NINES, errors[:steps], requests[:steps], 1 / 60)
            assert (on[:steps] == so_far).all()
    assert ALERTS[0].firing(THREE_NINES, errors, requests, 1 / 60)[:60].tolist() == [False] + [True] * 59


def test_a_window_that_is_not_full_counts_the_share_so_far_for_the_part_that_is():
    assert error_share([1, 0, 2], [2, 0, 2], 4) == pytest.approx([0.5 / 4, 0.5 * 2 / 4, 0.75 * 3 / 4])


def test_error_share_by_hand():
    shares = error_share([0, 1, 1, 0], [2, 2, 2, 2], 2)
    assert shares == pytest.approx([0, 0.25, 0.5, 0.25])
    assert error_share([0, 0], [0, 0], 1) == pytest.approx([0, 0]), "no traffic, no errors"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Objective(1), "target is 1"),
        (lambda: Objective(99.9), r"target is 99\.9"),
        (lambda: THREE_NINES.burn_rate(2), "error_share is 2"),
        (lambda: error_share([3], [2], 1), "no more may fail than came"),
        (lambda: error_share([1, 1], [2], 1), "errors have 2 steps and requests 1"),
        (lambda: error_share([], [], 1), "errors has the shape"),
        (lambda: Alert("x", 0, 1), "long_h is 0"),
        (lambda: ALERTS[0].threshold(0.999), r"objective is 0\.999: it must be of type Objective"),
        (lambda: ALERTS[0].budget_share(0.999), r"objective is 0\.999"),
        (lambda: ALERTS[0].detected_after_s(None, 0.1), "objective is None"),
        (lambda: ALERTS[0].firing(0.999, [1], [1], 1), r"objective is 0\.999"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_the_workbooks_prose():
    """Chapter 5: 5 % in an hour is a burn rate of 36; total outages in 10 min and 36 h windows; the 13.9 % request."""
    assert burn_rate_for(0.05, 1, THREE_NINES) == pytest.approx(36)
    assert Alert("10 min", 1 / 6, 1).detected_after_s(THREE_NINES, 1) == pytest.approx(0.6)
    assert Alert("36 h", 36, 1).detected_after_s(THREE_NINES, 1) == pytest.approx(129.6)
    assert 60 * THREE_NINES.hours_to_exhaust(1000) == pytest.approx(43.2)
    assert THREE_NINES.spent(0.1, 1) == pytest.approx(0.139, abs=1e-3)


def test_decimals_are_numbers():
    exact = Objective(Decimal("0.999"), Decimal(30))
    assert Alert("x", Decimal(1), Decimal("14.4")).detected_after_s(exact, Decimal(1)) == pytest.approx(51.84)
