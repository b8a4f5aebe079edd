"""An evening's clicks, and how long each is under way: most for a second, those from the underground for minutes."""

from dataclasses import dataclass
from functools import cache

import numpy as np

SHOWN_S = 1800  # the picture shows 20:00 to 20:30
FROM_S, TO_S = -900, 7200  # the stream runs on, or the watermark would stand still
CLICKS_PER_S = 6
# Who clicks, as a share of all clicks, and how long a click is under way: median (s) and spread of its logarithm.
NETWORKS = {"Wi-Fi": (0.82, 1.5, 0.6), "mobile": (0.15, 8.0, 1.0)}
# Underground (the rest) a phone keeps its clicks until it is back: after minutes, or after a ride if it is put away.
STRETCH_S, STRETCH_SPREAD, PUT_AWAY, PUT_AWAY_S, RIDER_CLICKS_PER_S = 240, 0.6, 0.1, 1500, 0.03
GROUPS = ("everybody", *NETWORKS, "underground")
FAST_FROM_S, FAST_S = 600, 900  # the phone with the fast clock: opened at 20:10, fifteen minutes ahead


@dataclass(frozen=True)
class Stream:
    """An evening's clicks, in order of arrival."""

    event_time: np.ndarray  # (clicks,) s after 20:00, by the phone's clock
    arrival: np.ndarray  # (clicks,) s after 20:00
    group: np.ndarray  # (clicks,) number in GROUPS
    drawn: np.ndarray  # rows that the picture shows: a sample


@cache
def evening(fast_clock: bool) -> Stream:
    """Return the stream, always the same one; with one phone more if a `fast_clock` is in it."""
    rng = np.random.default_rng(52)
    parts = [_online(rng, *network) for network in NETWORKS.values()] + [_underground(rng)]
    if fast_clock:
        clicks = np.arange(FAST_FROM_S, TO_S, 20.0)
        parts.append((clicks + FAST_S, clicks + 1))
    group = np.repeat([1, 2, 3, 1][: len(parts)], [len(event_time) for event_time, _ in parts])
    event_time, arrival = (np.concatenate(times) for times in zip(*parts, strict=True))
    order = np.argsort(arrival, kind="stable")
    event_time, arrival, group = event_time[order], arrival[order], group[order]
    shown = (event_time >= 0) & (event_time < SHOWN_S) & (arrival > event_time)
    drawn = [np.flatnonzero(shown & (group == g))[::step] for g, step in ((1, 20), (2, 4), (3, 1))]
    return Stream(event_time, arrival, group, np.concatenate(drawn))


def _online(
    rng: np.random.Generator, share: float, median: float, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    event_time = rng.uniform(FROM_S, TO_S, rng.poisson(share * CLICKS_PER_S * (TO_S - FROM_S)))
    return event_time, event_time + rng.lognormal(np.log(median), spread, len(event_time))


def _underground(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the clicks of stretches without network: all of a stretch arrive together when it ends."""
    share = 1 - sum(network[0] for network in NETWORKS.values())
    mean_length = STRETCH_S * np.exp(STRETCH_SPREAD**2 / 2)
    stretches = int(share * CLICKS_PER_S * (TO_S - FROM_S) / (RIDER_CLICKS_PER_S * mean_length))
    start = rng.uniform(FROM_S, TO_S, stretches)
    length = rng.lognormal(np.log(STRETCH_S), STRETCH_SPREAD, stretches)
    back = start + length + (rng.random(stretches) < PUT_AWAY) * rng.exponential(PUT_AWAY_S, stretches)
    of = np.repeat(np.arange(stretches), rng.poisson(RIDER_CLICKS_PER_S * length))
    return start[of] + rng.random(len(of)) * length[of], back[of] + rng.exponential(2, len(of))
