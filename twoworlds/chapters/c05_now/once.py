"""Phones repeat until they hear that a heart arrived: what is counted twice, what is swallowed, at what price."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.words import percent
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.platform.stream import bloom_false_positives, deliver, since_last_seen

LOSS = 0.10  # messages that never arrive; the learner turns the share of acknowledgements that don't
WAITS_S = (30, 600, 3600, 8 * 3600, 24 * 3600)  # pauses before the phone tries again; then it gives up
VIEWINGS, SPAN_S = 9000, 4 * 3600
# On live video a heart may be tapped again and again, and each counts. Another one follows with chance TAP_AGAIN:
# AT_ONCE of these within a breath, the others a little later (mean pauses in s).
TAP_AGAIN, AT_ONCE = 0.35, 0.5
AT_ONCE_S, LATER_S = 0.3, 40
HEARTS_PER_S = 50_000  # at Flick, when everybody is there
KEYS = ("none", "id made by the phone", "id made on receipt", "user, video and second")
MEMORY = {
    "1 s": 1,
    "10 s": 10,
    "1 min": 60,
    "10 min": 600,
    "1 h": 3600,
    "6 h": 21_600,
    "1 day": 86_400,
    "1 week": 604_800,
}
# Bytes for a key: one of 16 in a hash table, with its time and the table's slack; or ten bits of a Bloom filter that
# holds all keys of its time. (It can't forget one: two of them in turn take twice the bits.)
STORES = {"keys": 40.0, "Bloom filter": 1.25}
BITS, HASHES = 10, 7
NOTHING = 3e-5  # where no memory at all is drawn, on a logarithmic scale


@dataclass(frozen=True)
class Copies:
    """What arrived: one row a copy, in order of arrival."""

    heart: np.ndarray  # number of the true heart
    time: np.ndarray  # s
    ago: dict[str, np.ndarray]  # key -> how long ago the same key was last seen, s
    hearts: int  # true ones that arrived at all


@lru_cache(maxsize=64)
def copies(ack_loss: float) -> Copies:
    """Return the copies of the same hearts, with the same luck, at a share of acknowledgements lost."""
    rng = np.random.default_rng(23)
    taps = rng.geometric(1 - TAP_AGAIN, VIEWINGS)
    viewing = np.repeat(np.arange(VIEWINGS), taps)
    pause = np.where(
        rng.random(len(viewing)) < AT_ONCE,
        rng.exponential(AT_ONCE_S, len(viewing)),
        rng.exponential(LATER_S, len(viewing)),
    )
    first = np.cumsum(taps) - taps
    pause[first] = rng.uniform(0, SPAN_S, VIEWINGS)
    so_far = np.cumsum(pause)
    time = so_far - np.repeat(so_far[first] - pause[first], taps)
    got = deliver(time, LOSS, ack_loss, WAITS_S, rng)
    keys = {
        "id made by the phone": got.sent,
        "id made on receipt": np.arange(len(got.sent)),
        "user, video and second": viewing[got.sent] * 10**6 + time[got.sent].astype(int),
    }
    ago = {name: since_last_seen(key, got.time) for name, key in keys.items()}
    return Copies(got.sent, got.time, ago, len(np.unique(got.sent)))


@dataclass(frozen=True)
class Counted:
    """What the count of hearts gets wrong, as shares of the true hearts, and what the memory takes."""

    twice: np.ndarray  # (len(MEMORY),) counted though counted before
    swallowed: np.ndarray  # (len(MEMORY),) refused though never counted
    gigabytes: np.ndarray  # (len(MEMORY),)
    chosen: int  # the memory that is set
    key: str

    @property
    def now(self) -> tuple[float, float, float]:
        """Counted twice, swallowed, gigabytes, at the memory that is set."""
        return tuple(float(curve[self.chosen]) for curve in (self.twice, self.swallowed, self.gigabytes))


def model(acks_lost: float, key: str, memory: str, store: str) -> Counted:
    """Return the count: acknowledgements lost in %, the key to dedupe by, how long and how it is remembered.

    A Bloom filter is shown full; while it fills it swallows fewer.
    """
    arrived, errors = copies(acks_lost / 100), []
    mistaken = bloom_false_positives(1, BITS, HASHES) if store == "Bloom filter" and key != "none" else 0.0
    for ttl in MEMORY.values():
        new = np.ones(len(arrived.heart), bool) if key == "none" else ~(arrived.ago[key] <= ttl)
        taken = np.bincount(arrived.heart[new])
        errors.append(_errors(taken[taken > 0], mistaken, arrived.hearts))
    twice, swallowed = np.array(errors).T
    different = 0.0 if key == "none" else np.isinf(arrived.ago[key]).sum() / arrived.hearts
    gigabytes = np.array(list(MEMORY.values())) * HEARTS_PER_S * different * STORES[store] / 1e9
    return Counted(twice, swallowed, gigabytes, list(MEMORY).index(memory), key)


def _errors(taken: np.ndarray, mistaken: float, hearts: int) -> tuple[float, float]:
    """Return the shares counted twice and swallowed: `taken` copies a heart, each refused with chance `mistaken`."""
    none_left = mistaken**taken
    twice = (taken * (1 - mistaken) - (1 - none_left)).sum() / hearts
    return float(twice), float((hearts - len(taken) + none_left.sum()) / hearts)


def draw(product: Axes, platform: Axes) -> Callable[[Counted], None]:
    """Left the errors over the length of memory, right what that memory takes, and what is wrong all the same."""
    seconds = np.array(list(MEMORY.values()), float)
    product.set(xscale="log", xlim=(0.6, 1.2e6), xlabel="How long keys are remembered")
    product.set_xticks(seconds, list(MEMORY), rotation=35, fontsize=8.5)
    product.set_xticks([], minor=True)
    product.set(ylim=(-22, 29), ylabel="Error, % of the true hearts")
    product.axhline(0, color=TRUTH, linewidth=1.2)
    (total,) = product.plot([], [], color=PRODUCT, linewidth=2.4, label="total", animated=True)
    (twice,) = product.plot(
        [], [], color=NEUTRAL, linewidth=1.3, linestyle="--", label="counted twice", animated=True
    )
    (lost,) = product.plot(
        [], [], color=NEUTRAL, linewidth=1.3, linestyle=":", label="swallowed", animated=True
    )
    (dot,) = product.plot([], [], "o", color=PRODUCT, markersize=8, animated=True)
    product.legend(loc="lower right", ncols=3, fontsize=9, frameon=False)
    platform.set(
        xlim=(0, 42), yscale="log", ylim=(1e-5, 9e3), xlabel="Hearts wrong (counted twice or swallowed), %"
    )
    platform.set(ylabel=f"Memory at {HEARTS_PER_S:,} hearts a second")
    platform.set_yticks([NOTHING, 1e-3, 1, 1e3], ["none", "1 MB", "1 GB", "1 TB"])
    platform.set_yticks([], minor=True)
    (line,) = platform.plot([], [], "o-", color=PLATFORM, linewidth=1.6, markersize=3.5, animated=True)
    (size,) = platform.plot([], [], "o", color=PLATFORM, markersize=9, animated=True)
    words = platform.text(41, 2.5e3, "", color=PLATFORM, va="center", ha="right", animated=True)

    def update(r: Counted) -> None:
        for curve, values in ((twice, r.twice), (lost, -r.swallowed), (total, r.twice - r.swallowed)):
            curve.set_data(seconds, 100 * values)
        x, now = seconds[r.chosen], r.now
        dot.set_data([x], [100 * (now[0] - now[1])])
        wrong = 100 * (r.twice + r.swallowed)
        line.set_data(wrong, np.maximum(r.gigabytes, NOTHING))
        size.set_data([wrong[r.chosen]], [max(now[2], NOTHING)])
        words.set_text(f"{_size(now[2])} for {list(MEMORY)[r.chosen]}" if now[2] else "nothing is remembered")

    return update


def _size(gigabytes: float) -> str:
    for unit, factor in (("TB", 1e-3), ("GB", 1), ("MB", 1e3)):
        if gigabytes * factor >= 1:
            return f"{gigabytes * factor:.3g} {unit}"
    return f"{gigabytes * 1e6:.3g} kB"


def reading(r: Counted) -> str:
    """Say how far off the total is, what hides in it, and what it costs."""
    twice, swallowed, gigabytes = r.now
    off = twice - swallowed
    total = (
        "right within 0.1 %"
        if abs(off) < 0.001
        else f"{100 * abs(off):.1f} % too {'high' if off > 0 else 'low'}"
    )
    price = f"in {_size(gigabytes)} of memory" if gigabytes else "with no memory at all"
    return (
        f"The total is {total}: {percent(twice)} of hearts are counted twice and {percent(swallowed)} swallowed, "
        f"{price}."
    )


def prediction() -> Prediction:
    """Ask what repeating costs when nothing is remembered."""
    return Prediction(
        id="05.3",
        question="One message in ten gets lost on its way, and so does one acknowledgement in ten. Phones repeat until "
        "they hear. Nothing is remembered: by how much is the count of hearts too high?",
        answer=Slider("Too high by", 0, 40, 1, 20, "%"),
        truth=lambda: 100 * model(10, "none", "1 min", "keys").now[0],
        place=lambda guess, r: (60, guess),
    )


def at_least_once() -> Explorer:
    """Return the explorer: acknowledgements lost x key x memory x store."""
    return Explorer(
        question="Was this heart here before?",
        controls={
            "acks_lost": Slider("Acknowledgements lost", 0, 20, 1, 10, "%"),
            "key": Choice("Known by", KEYS, "id made by the phone"),
            "memory": Steps("Remembered for", tuple(MEMORY), "1 min"),
            "store": Choice("Remembered as", tuple(STORES), "keys"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "is the count right?", "platform": "what does a right count take?"},
        presets={
            "An id for every message": Preset(
                "The gateway stamps an id on whatever it receives.",
                {"key": "id made on receipt", "memory": "1 day"},
            ),
            "The total is right": Preset(
                "No id on the phone, so who, what and when must do.",
                {"key": "user, video and second", "memory": "10 s"},
            ),
            "A day of keys": Preset(
                "The phone makes the id, and the platform remembers a day.",
                {"key": "id made by the phone", "memory": "1 day"},
            ),
            "A day of bits": Preset(
                "The same day in a Bloom filter, when it is full.",
                {"key": "id made by the phone", "memory": "1 day", "store": "Bloom filter"},
            ),
        },
        prediction=prediction(),
    )
