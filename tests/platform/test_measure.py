"""The real server and its load generators. Bounds are wide: the machine may be slow and busy."""

import asyncio
import gc
import threading
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from twoworlds.errors import InputError
from twoworlds.platform import measure as m


@pytest.mark.parametrize("loop", ["open", "closed"])
def test_a_trace_is_in_order(loop):
    trace = m.measure(loop, rate=100, seconds=0.3, service_ms=2)
    assert trace.columns.tolist() == ["scheduled", "sent", "done"]
    assert trace["scheduled"].to_numpy() == pytest.approx(np.arange(30) / 100)
    assert (trace["sent"] >= trace["scheduled"]).all()
    assert (trace["done"] - trace["sent"] >= 0.002).all()
    assert trace["done"].is_monotonic_increasing


def test_a_closed_loop_sends_one_at_a_time():
    trace = m.measure("closed", rate=200, seconds=0.3, service_ms=8)
    assert (trace["sent"].to_numpy()[1:] >= trace["done"].to_numpy()[:-1]).all()


def test_a_stall_shows_where_it_is_looked_for():
    """300 ms in 700: an open loop keeps sending into it; a closed one sends one request and waits."""
    asked = {"rate": 100, "seconds": 0.7, "service_ms": 2, "stall_ms": 300, "stall_at": 0.2}
    opened, closed = (m.measure(loop, **asked) for loop in ("open", "closed"))
    assert (m.latencies_ms(opened, "sent") > 100).sum() >= 15
    assert (m.latencies_ms(closed, "scheduled") > 100).sum() >= 15
    assert 300 <= m.latencies_ms(closed, "sent").max() <= 400
    # Had the closed loop kept sending, 20 requests would have met the stall for 100 ms or more.
    assert (m.latencies_ms(closed, "sent") > 100).sum() <= 5


@pytest.mark.parametrize("loop", ["open", "closed"])
def test_an_answer_takes_its_service_and_the_stall_begins_when_it_is_due(loop):
    """A stall of 150 ms before the first answer that is due from 0.3 s on; before it nothing but 40 ms of service."""
    trace = m.measure(loop, rate=10, seconds=0.5, service_ms=40, stall_ms=150, stall_at=0.3)
    took = m.latencies_ms(trace, "sent")
    assert 40 <= np.median(took[:3]) <= 70
    assert took[:3].max() < 150
    assert 190 <= took[3] <= 290


def asked_for(monkeypatch, **asked):
    """What `measure` hands to a run: (scheduled, service_s, closed, stall_s, stall_at)."""
    seen = []

    def instead(*given):
        seen.extend(given)
        return m._Run(*given)

    monkeypatch.setattr(m, "_in_a_thread", instead)
    m.measure(**asked)
    return seen


def test_what_is_asked_for_is_played(monkeypatch):
    scheduled, service_s, closed, stall_s, stall_at = asked_for(monkeypatch)
    assert scheduled == pytest.approx(np.arange(150) / 100)
    assert service_s == pytest.approx([0.004] * 150)
    assert (closed, stall_s, stall_at) == (False, 0, 0.5)
    scheduled, _, closed, stall_s, stall_at = asked_for(
        monkeypatch, loop="closed", rate=100, seconds=0.29, stall_ms=200, stall_at=0.1
    )
    assert len(scheduled) == 29, "0.29 x 100 is 28.999999999999996"
    assert (closed, stall_s, stall_at) == (True, 0.2, 0.1)
    assert len(asked_for(monkeypatch, rate=1, seconds=0.05)[0]) == 1


def test_the_law_is_drawn_by_the_seed(monkeypatch):
    drawn = [asked_for(monkeypatch, law="exponential", service_ms=20, seed=s)[1] for s in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert np.mean(drawn[0]) == pytest.approx(0.02, abs=4 * 0.02 / np.sqrt(150))
    assert np.std(drawn[0]) > 0.01


def test_nobody_else_can_reach_the_server(monkeypatch):
    """It listens on the loopback device alone, under a path that is new each time."""
    places, start = [], asyncio.start_server

    async def noting(*given, **named):
        server = await start(*given, **named)
        places.extend(socket.getsockname()[0] for socket in server.sockets)
        return server

    monkeypatch.setattr(asyncio, "start_server", noting)
    m.measure(rate=50, seconds=0.05)
    assert places == ["127.0.0.1"]
    tokens = {m._Run(np.zeros(1), [0.001], False, 0.0, 0.0).token for _ in range(5)}
    assert len(tokens) == 5
    assert min(map(len, tokens)) >= 16


def test_a_server_that_hangs_up_gets_a_sentence(monkeypatch):
    async def hangs_up(self, reader, writer):
        writer.close()

    monkeypatch.setattr(m._Run, "serve", hangs_up)
    with pytest.raises(InputError, match="Nothing was measured"):
        m.measure(rate=50, seconds=0.1)


def test_overload_ends_in_time_and_names_no_number_for_who_got_no_answer():
    trace = m.measure("closed", rate=100, seconds=2, service_ms=100)
    assert 22 <= trace["done"].notna().sum() <= m.LIMIT_S / 0.1
    assert m.latencies_ms(trace).max() == np.inf


def test_it_runs_where_an_event_loop_is_running_and_leaves_nothing():
    async def inside() -> pd.DataFrame:
        return m.measure(rate=50, seconds=0.1)

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a socket left open warns when it is collected
        assert len(asyncio.run(inside())) == 5
        gc.collect()
    assert not [t for t in threading.enumerate() if t.name.startswith("measure")]


def test_a_machine_without_sockets_gets_a_sentence(monkeypatch):
    async def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(asyncio, "start_server", refused)
    with pytest.raises(
        InputError, match=r"this machine allows no server on 127\.0\.0\.1 .*Permission denied"
    ):
        m.measure(seconds=0.1)


def test_a_connection_that_never_comes_is_given_up(monkeypatch):
    async def silent(*_, **__):
        await asyncio.sleep(60)

    monkeypatch.setattr(asyncio, "open_connection", silent)
    monkeypatch.setattr(m, "CONNECT_S", 0.05)
    with pytest.raises(InputError, match=r"this machine allows no server on 127\.0\.0\.1 \(TimeoutError\)"):
        m.measure(seconds=0.1)


def test_who_does_not_know_the_path_is_not_served(monkeypatch):
    send = m._Run.ask

    async def guess(self, writer):
        self.token, known = "guess", self.token
        await send(self, writer)
        self.token = known

    monkeypatch.setattr(m._Run, "ask", guess)
    with pytest.raises(InputError, match="somebody else"):
        m.measure(rate=10, seconds=0.1)


def test_percentiles_both_ways():
    trace = pd.DataFrame(
        {"scheduled": [0.0, 0.1, 0.2], "sent": [0.0, 0.3, 0.35], "done": [0.3, 0.35, np.nan]}
    )
    assert m.latencies_ms(trace, "sent") == pytest.approx([300, 50, np.inf])
    assert m.latencies_ms(trace) == pytest.approx([300, 250, np.inf])
    table = m.percentiles_ms(trace, [0.5, 1.0])
    assert table.loc["sent"].tolist() == pytest.approx([300, np.inf])
    assert table.loc["scheduled"].tolist() == pytest.approx([300, np.inf])
    assert m.percentiles_ms(trace, [0.3]).loc["sent", 0.3] == pytest.approx(50)
    assert m.percentiles_ms(trace).index.tolist() == ["sent", "scheduled"]
    assert m.percentiles_ms(trace).columns.tolist() == [0.5, 0.9, 0.99]


def test_a_percentile_is_the_smallest_that_enough_stay_within():
    """Of 1, 2 … 100 ms the p7 is 7 and the p55 is 55, though 0.07 x 100 and 0.55 x 100 are a hair more in floats."""
    done = np.arange(1, 101) / 1000
    trace = pd.DataFrame({"scheduled": 0 * done, "sent": 0 * done, "done": done})
    found = m.percentiles_ms(trace, [0, 0.07, 0.55, 0.985, 1]).loc["scheduled"]
    assert found.tolist() == pytest.approx([1, 7, 55, 99, 100])


TRACE = pd.DataFrame({"scheduled": [0.0, 0.1], "sent": [0.0, np.nan], "done": [0.1, np.nan]})


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: m.latencies_ms(None), "trace is None: it must be a table from measure"),
        (lambda: m.latencies_ms(TRACE[:0]), "trace is Empty DataFrame .*: it must be a table"),
        (lambda: m.latencies_ms(TRACE.drop(columns="done")), "with one column done"),
        (lambda: m.latencies_ms(TRACE[["scheduled", "done", "done"]]), "with one column done"),
        (lambda: m.latencies_ms(TRACE.assign(scheduled=-np.inf)), "done 0.1 and scheduled -inf in row 0"),
        (
            lambda: m.latencies_ms(TRACE.assign(done=np.inf)),
            "done inf and scheduled 0 in row 0: both must be finite",
        ),
        (lambda: m.latencies_ms(TRACE.astype(str)), "scheduled is .*: it must hold numbers"),
        (
            lambda: m.latencies_ms(TRACE.assign(done=-1.0)),
            "done -1 and scheduled 0 in row 0: no answer comes before",
        ),
        (lambda: m.latencies_ms(TRACE.assign(scheduled=np.nan)), "scheduled nan in row 0"),
        (lambda: m.latencies_ms(TRACE.assign(done=1.0), "sent"), "done 1 and sent nan in row 1"),
        (lambda: m.latencies_ms(TRACE, "done"), "since is 'done'"),
        (lambda: m.percentiles_ms(TRACE, [99]), r"shares\[0\] is 99: it must be a number from 0 to 1"),
        (lambda: m.percentiles_ms(TRACE, []), "shares has the shape"),
        (lambda: m.percentiles_ms(TRACE, 0.5), "shares has the shape"),
        (lambda: m.percentiles_ms(TRACE, ["p99"]), "shares is .*: it must hold numbers"),
    ],
)
def test_a_trace_that_cannot_be_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def test_what_was_not_sent_has_no_answer_either_way():
    for since in ("scheduled", "sent"):
        assert m.latencies_ms(TRACE, since) == pytest.approx([100, np.inf])
    other = TRACE.set_index(pd.Index([7, 7])).astype("Float64")
    assert m.latencies_ms(other, "sent") == pytest.approx([100, np.inf])


def test_numbers_of_any_kind_are_measured_with():
    trace = m.measure(rate=Decimal(50), seconds=np.float16(0.1), service_ms=np.int8(1), stall_ms=Decimal(1))
    assert trace["scheduled"].tolist() == pytest.approx([0, 0.02, 0.04, 0.06])


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"loop": "half"}, "loop is 'half'"),
        ({"rate": 0}, "rate is 0"),
        ({"rate": 501}, "rate is 501"),
        ({"seconds": 2.1}, "seconds is 2.1"),
        ({"seconds": 0.04}, "seconds is 0.04"),
        ({"stall_ms": -1}, "stall_ms is -1"),
        ({"stall_ms": 501}, "stall_ms is 501"),
        ({"stall_at": -0.1}, "stall_at is -0.1"),
        ({"stall_at": 2.1}, "stall_at is 2.1"),
        ({"service_ms": 101}, "service_ms is 101"),
        ({"seed": -1}, "seed is -1"),
        ({"service_ms": float("nan")}, "service_ms is nan"),
        ({"law": "pareto"}, "law is 'pareto'"),
    ],
)
def test_wrong_input_gets_a_sentence(asked, sentence):
    with pytest.raises(InputError, match=sentence):
        m.measure(**asked)
