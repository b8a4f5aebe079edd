"""At-least-once delivery: the sender repeats until it hears that the message arrived. What arrives, and how often?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twoworlds.errors import InputError, require_number, require_whole, shown
from twoworlds.platform.stream.events import FARTHEST, as_list, as_times


@dataclass(frozen=True)
class Deliveries:
    """The messages that arrived, in order of arrival. One row a copy."""

    sent: np.ndarray  # (copies,) number of the message, as given to `deliver`
    time: np.ndarray  # (copies,) processing time of arrival, s
    attempt: np.ndarray  # (copies,) 1 for the first try
    lost: int  # messages of which no copy arrived before the sender gave up


def deliver(
    send_time: ArrayLike, loss: float, ack_loss: float, waits: Sequence[float], rng: np.random.Generator
) -> Deliveries:
    """Send each message until its acknowledgement comes back, at most len(waits) + 1 times.

    `loss`: chance that a message gets lost; `ack_loss`: chance that the acknowledgement of one that arrived gets lost.
    `waits[i]` is the pause (s) between try i + 1 and the next. Travelling takes no time here. Tries are independent.
    """
    loss, ack_loss = _chances(loss, ack_loss)
    start = as_times("send_time", send_time)
    waits = [require_number("waits", wait, 0, FARTHEST, "s") for wait in as_list("waits", waits)]
    if not isinstance(rng, np.random.Generator):
        raise InputError(
            f"rng is {shown(rng)}: it must be a numpy Generator, such as numpy.random.default_rng(1)."
        )
    trying, copies = np.arange(len(start)), []
    for attempt, pause in enumerate(np.cumsum([0.0, *waits]), start=1):
        arrived = rng.random(len(trying)) >= loss
        acknowledged = rng.random(len(trying)) >= ack_loss
        there = trying[arrived]
        copies.append((there, start[there] + pause, np.full(len(there), attempt)))
        trying = trying[~(arrived & acknowledged)]
    sent, time, attempt = (np.concatenate(column) for column in zip(*copies, strict=True))
    order = np.argsort(time, kind="stable")
    return Deliveries(sent[order], time[order], attempt[order], len(start) - len(np.unique(sent)))


def expected_copies(loss: float, ack_loss: float, tries: float = math.inf) -> float:
    """Return the mean number of copies of a message that arrive: (1 - loss) times the mean number of tries.

    A try ends the matter with chance s = (1 - loss)(1 - ack_loss), so there are (1 - (1 - s)^tries) / s of them
    (a geometric number, cut off). Without a limit the copies are 1 / (1 - ack_loss): lost messages cost no duplicates.
    """
    loss, ack_loss = _chances(loss, ack_loss)
    tries = tries if tries == math.inf else require_whole("tries", tries, 1, 10**12)
    success = (1 - loss) * (1 - ack_loss)
    if success == 0:
        return (1 - loss) * tries if loss < 1 else 0.0
    never = (
        tries * math.log1p(-success) if success < 1 else -math.inf
    )  # the log of the chance that all tries fail
    return (1 - loss) * -math.expm1(never) / success


def _chances(loss: float, ack_loss: float) -> tuple[float, float]:
    return require_number("loss", loss, 0, 1), require_number("ack_loss", ack_loss, 0, 1)
