"""The service's numbers against hand sums and the queue's closed forms."""

from decimal import Decimal

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import queueing
from twoworlds.platform.serving import NETWORK_MS, Service


def test_production_is_felt_at_about_250_ms():
    assert Service().felt_ms() == pytest.approx(250, abs=3)


def test_felt_time_is_network_plus_queue():
    service = Service(replicas=12)
    rate, mu = 400, 1000 / service.service_ms()
    assert service.felt_ms() - NETWORK_MS == pytest.approx(1000 * queueing.mean_response(rate, mu, 12))
    assert queueing.response_tail(service.quantile_ms(0.99) / 1000, rate, mu, 12) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("field", "more"), [("model_quality", 0.75), ("candidates", 50), ("requests_per_s", 450)]
)
def test_more_work_waits_longer(field, more):
    assert Service().but(**{field: more}).felt_ms() > Service().felt_ms()


def test_machines_add_up_and_follow_their_levers():
    base, fresh, lazy = Service(), Service(feature_age_min=15), Service(retrain_days=2)
    assert base.cost() == pytest.approx(sum(base.machines().values()))
    assert fresh.machines()["streaming"] == pytest.approx(2 * base.machines()["streaming"])
    assert lazy.machines()["training"] == pytest.approx(base.machines()["training"] / 2)


def test_losing_a_zone_can_overload():
    assert Service(replicas=12).without(1 / 3).replicas == 8
    with pytest.raises(InputError, match="grows without limit"):
        Service(replicas=12).without(1 / 3).felt_ms()


def test_wrong_field_gets_a_sentence():
    with pytest.raises(InputError, match="replicas is 0: it must be a number from 1 to 10000 machines"):
        Service(replicas=0)


def test_any_kind_of_number_becomes_a_plain_one():
    odd = Service(
        candidates=np.int8(42),
        replicas=Decimal(14),
        feature_age_min=Decimal(60),
        retrain_days=np.float16(0.5),
    )
    plain = Service(retrain_days=0.5)
    assert odd == plain
    assert hash(odd) == hash(plain)
    assert odd.cost() == plain.cost()
    assert odd.without(Decimal("0.1")) == plain.without(0.1)
    rate = np.array(400.0)
    service = Service(requests_per_s=rate)
    rate[...] = 800
    assert service.requests_per_s == 400
