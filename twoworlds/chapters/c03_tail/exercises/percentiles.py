"""03.3 and 03.4: which numbers to put together, and from which moment to count."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from twoworlds.chapters.c03_tail.exercises.slips import Slips
from twoworlds.course.exercise import Exercise, Wrong
from twoworlds.platform.slo import percentile

Histogram = Mapping[int, int]


def fleet_p99(histograms: Sequence[Histogram]) -> int:
    """Return the p99 of all servers' requests together: the lowest bound that at least 99 % of them don't exceed."""
    total: dict[int, int] = {}
    for histogram in histograms:
        for bound, count in histogram.items():
            total[bound] = total.get(bound, 0) + count
    return _p99(total)


def _p99(histogram: Histogram, strictly: bool = False) -> int:
    total, seen = sum(histogram.values()), 0
    for bound in sorted(histogram):
        seen += histogram[bound]
        if 100 * seen > 99 * total or (not strictly and 100 * seen == 99 * total):
            return bound
    return max(histogram)


def _merged(histograms: Sequence[Histogram]) -> dict[int, int]:
    return {b: sum(h.get(b, 0) for h in histograms) for b in {b for h in histograms for b in h}}


def _weighted(histograms: Sequence[Histogram]) -> float:
    sizes = [sum(h.values()) for h in histograms]
    return float(np.average([_p99(h) for h in histograms], weights=sizes))


def _last_seen(histograms: Sequence[Histogram]) -> int:
    together: dict[int, int] = {}
    for histogram in histograms:
        together |= histogram
    return _p99(together)


def _unsorted(histograms: Sequence[Histogram]) -> int:
    together, seen = _merged(histograms), 0
    for histogram in histograms:
        for bound in histogram:
            seen += together.pop(bound, 0)
            if 100 * seen >= 99 * sum(map(sum, map(dict.values, histograms))):
                return bound
    return max(together)


def _by_shares(histograms: Sequence[Histogram]) -> int:
    together, seen = _merged(histograms), 0.0
    for bound in sorted(together):
        seen += together[bound] / sum(together.values())
        if seen >= 0.99:
            return bound
    return max(together)


def _spread_out(histogram: Histogram) -> np.ndarray:
    return np.repeat(list(histogram), list(histogram.values()))


def _not_a_bound(value: object, expected: int, histograms: Sequence[Histogram]) -> str | None:
    bounds = set().union(*histograms)
    return None if value in bounds else f"that is none of the bounds, {', '.join(map(str, sorted(bounds)))}."


def _fleets() -> list[tuple[list[dict[int, int]]]]:
    quick, busy, sick = {10: 96, 50: 1, 100: 2, 500: 1}, {10: 300}, {10: 10, 500: 30}
    # 1,584 of 1,600 are exactly 99 %, but the seven shares add up to a hair less.
    bounds, shares = (10, 20, 50, 100, 200, 500, 1000, 2000), (71, 427, 308, 178, 223, 317, 60, 16)
    rng = np.random.default_rng(33)
    many = [
        {b: int(n) for b, n in zip((10, 20, 50, 100, 200, 500), row, strict=True)}
        for row in rng.multinomial(4000, [0.5, 0.3, 0.15, 0.035, 0.01, 0.005], 6)
    ]
    return [
        ([quick, busy],),
        ([{10: 4000, 20: 960}, sick],),
        (many,),
        ([{200: 5, 20: 495}, {10: 1000, 200: 8}, {50: 400, 100: 3, 500: 1}],),
        ([{200: 20}, {10: 980}],),
        ([{10: 148, 20: 1, 50: 1}],),
        ([{10: 100}, {10: 60, 20: 40}, {10: 90, 50: 10}],),
        ([dict(zip(bounds, shares, strict=True))],),
    ]


_SLIPS = Slips(
    (_by_shares, "shares add up with a rounding error: add counts, and compare whole numbers."),
    (lambda hs: max(_merged(hs)), "that is the largest bound there is, not the p99."),
    (lambda hs: _p99(hs[0]), "that is the p99 of the first server only."),
    (
        lambda hs: _p99({b: n for b, n in _merged(hs).items() if b in hs[0]}),
        "you kept the first server's bounds only: others have bounds of their own.",
    ),
    (
        lambda hs: _p99(_merged(hs), strictly=True),
        "at least 99 % is enough: a bound that exactly 99 of 100 don't exceed is the p99.",
    ),
    (
        lambda hs: float(np.median([_p99(h) for h in hs])),
        "that is the median of the servers' p99s. Put the counts together first.",
    ),
    (lambda hs: _p99(max(hs, key=lambda h: sum(h.values()))), "that is the p99 of the busiest server only."),
    (
        lambda hs: float(np.percentile(_spread_out(_merged(hs)), 99)),
        "that lies between two bounds: numpy interpolates. The p99 is one of the bounds.",
    ),
    (
        lambda hs: int(np.percentile(_spread_out(_merged(hs)), 99, method="lower")),
        "that is one rank too low: fewer than 99 % of the requests don't exceed it.",
    ),
    otherwise=_not_a_bound,
)


FLEET_P99 = Exercise(
    id="03.3",
    title="The p99 of a fleet",
    desk="platform",
    minutes=9,
    answer=fleet_p99,
    cases=_fleets,
    returns="an int: the fleet's p99, one of the bounds, ms",
    accepts=_SLIPS,
    wrongs=[
        Wrong("mean of p99s", lambda hs: float(np.mean([_p99(h) for h in hs])),
              "That is the mean of the servers' p99s: no request need ever have taken that long, and an idle server counts as much as a busy one."),
        Wrong("weighted mean", _weighted,
              "That is the servers' p99s weighted by traffic: fairer, and still no percentile of anything. Put the counts together first."),
        Wrong("worst server", lambda hs: max(_p99(h) for h in hs),
              "That is the p99 of the worst server: an upper bound, true for almost nobody's requests."),
        Wrong("unsorted", _unsorted,
              "You walked the bounds in the order in which they came. Sort them first: a later server may have a lower bound."),
        Wrong("overwritten", _last_seen, "Where two servers share a bound, one count has overwritten the other: add them."),
    ],
    hints=(
        "Percentiles can't be put together any more. What can?",
        "Add the counts bound by bound; then walk up the bounds until 99 % of all requests are at or below.",
        "total = sum(map(Counter, histograms), Counter())  # then go up sorted(total), until 100 * seen >= 99 * sum(total.values())",
    ),
)  # fmt: skip


def scheduled_p99(sent: Sequence[float], done: Sequence[float], interval: float) -> float:
    """Return the p99 (nearest rank) of the times from when each request should have been sent; seconds."""
    return percentile(np.asarray(done, float) - _schedule(sent, interval), 0.99)


def _schedule(sent: Sequence[float], interval: float) -> np.ndarray:
    return sent[0] + interval * np.arange(len(sent))


def _lowest_rank(sent: Sequence[float], done: Sequence[float], interval: float) -> float:
    times = np.sort(np.asarray(done, float) - _schedule(sent, interval))
    return float(times[min(len(times) - 1, math.floor(0.99 * len(times)))])


def closed_loop(
    stall_at: int, stall_s: float, count: int = 200, interval: float = 0.01
) -> tuple[list[float], list[float]]:
    """Return (sent, done) of a client that sends every `interval`, but waits for each answer; one of them stalls."""
    sent, done, free = [], [], 0.0
    for i in range(count):
        start = max(i * interval, free)
        free = start + (stall_s if i == stall_at else 0.002 + 0.001 * (i * 7 % 5))
        sent.append(round(start, 6))
        done.append(round(free, 6))
    return sent, done


def _traces() -> list[tuple[list[float], list[float], float]]:
    return [
        ([0.0, 0.4, 0.75], [0.4, 0.75, 0.9], 0.1),
        ([0.0, 0.1, 0.2], [0.05, 0.17, 0.5], 0.1),
        (*closed_loop(50, 0.5), 0.01),
        (*closed_loop(3, 0.2, 400), 0.01),
        ([5.0, 5.1, 5.2], [5.05, 5.15, 5.25], 0.1),
    ]


def _times(sent: Sequence[float], done: Sequence[float], interval: float) -> np.ndarray:
    return np.asarray(done) - _schedule(sent, interval)


def _late(sent: Sequence[float], interval: float) -> np.ndarray:
    return np.maximum(0, np.asarray(sent) - _schedule(sent, interval))  # a rounding error below 0 is no time


def _from_zero(sent: Sequence[float], done: Sequence[float], interval: float) -> np.ndarray:
    return np.asarray(done) - interval * np.arange(len(sent))


def _nearest(times: np.ndarray) -> float:
    return float(np.quantile(times, 0.99, method="inverted_cdf"))


def _numpys(times: np.ndarray) -> float:
    return float(np.percentile(times, 99))


SCHEDULED = Exercise(
    id="03.4",
    title="Count from the schedule",
    desk="platform",
    minutes=10,
    answer=scheduled_p99,
    cases=_traces,
    returns="a float: the p99 from the schedule, s",
    also_right=[
        lambda sent, done, interval: _numpys(_times(sent, done, interval)),
        _lowest_rank,
    ],
    accepts=Slips(
        (lambda s, d, i: 1000 * scheduled_p99(s, d, i), "that is in milliseconds: return seconds."),
        (lambda s, d, i: float(np.max(_times(s, d, i))), "that is the longest time, not the p99."),
        (lambda s, d, i: float(np.mean(_times(s, d, i))), "that is the mean, not the p99."),
        (lambda s, d, i: float(np.percentile(_times(s, d, i), 0.99)), "np.percentile counts to 100: that is the 0.99th percentile."),
        (lambda s, d, i: float(np.quantile(_times(s, d, i), 0.9)), "that is the p90, not the p99."),
        *((lambda s, d, i, p99=p99: p99(_times(s, d, i) - i), "request number 0 should have been sent at once, not after an interval.") for p99 in (_nearest, _numpys)),
        (lambda s, d, i: _numpys(_late(s, i)), "that is how late requests were sent; the answer's own time comes on top."),
        (lambda s, d, i: _numpys(_late(s, i)) + _numpys(np.subtract(d, s)), "percentiles don't add up: add the times first, then take the p99."),
        (lambda s, d, i: _numpys(_from_zero(s, d, i)), "the schedule begins when the first request was sent, not at 0."),
    ),
    wrongs=[
        Wrong("from sent", lambda s, d, i: percentile(np.subtract(d, s), 0.99),
              "You count from when the request was sent. The client was stuck and sent it late: those who would have come meanwhile are missing."),
        Wrong("from sent, numpy", lambda s, d, i: float(np.percentile(np.subtract(d, s), 99)),
              "That counts from when the request was sent. The client was stuck and sent it late: count from when it should have been sent."),
        Wrong("delay only", lambda s, d, i: _nearest(_late(s, i)),
              "That is how late requests were sent; the answer's own time comes on top."),
        Wrong("sum of p99s", lambda s, d, i: _nearest(_late(s, i)) + _nearest(np.subtract(d, s)),
              "Percentiles don't add up: the slowest sends and the slowest answers are different requests. Add first, then take the p99."),
        Wrong("from zero", lambda s, d, i: _nearest(_from_zero(s, d, i)),
              "Your schedule begins at 0. It begins when the first request was sent."),
    ],
    hints=(
        "A user who wanted to come at 0.1 s doesn't care that your client was busy until 0.5 s.",
        "Request i should have been sent at sent[0] + i * interval. Count each time from there.",
        "scheduled = sent[0] + interval * np.arange(len(sent))  # then the p99 of what lies between that and done",
    ),
)  # fmt: skip
