"""Retries that multiply: half a minute of too much, and then a crowd that never goes home."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.c03_tail.story import RETRY_BUDGET, attempts_unanswered
from twoworlds.chapters.words import several
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT
from twoworlds.platform import queueing

SECONDS = 600
SPIKE, SPIKE_LOAD = (60, 90), 1.5  # from second, to second; requests, as a share of capacity
LATER_S = 10  # ten seconds after the spike: who still arrives?
LIMITS = {
    "none": {},
    # Many clients, each with a budget of its own: together they send a tenth more in every single second.
    "retry budget": {"budget": RETRY_BUDGET, "window": 1},
    "bounded queue": {"places": 1.0},
}


@dataclass(frozen=True)
class Storm:
    """Ten minutes of a service, second by second; rates are shares of its capacity."""

    load: float  # new requests before and after the spike
    attempts: int  # of a request that is never answered
    remedy: str
    amplified: float  # capacities that arrive when nothing is answered
    new: np.ndarray  # new requests in each second
    answered: np.ndarray  # requests answered in time in each second
    arriving: np.ndarray  # attempts that arrive in each second

    @property
    def in_the_end(self) -> float:
        """The share of requests answered in the last minute."""
        return float(self.share[-60:].mean())

    @property
    def share(self) -> np.ndarray:
        """The share of each second's new requests that is answered, at most 1 while a backlog is caught up with."""
        return np.minimum(1, self.answered / self.new)

    @property
    def recovered_s(self) -> int | None:
        """Seconds from the spike's end until requests are answered as before; None if the ten minutes end before."""
        bad = np.flatnonzero(self.share[SPIKE[1] :] < 0.99)
        after = 0 if not len(bad) else int(bad[-1]) + 1
        return after if after < SECONDS - SPIKE[1] else None


def storm(load: float, attempts: int, remedy: str, spike: float = SPIKE_LOAD) -> Storm:
    """Return ten minutes around half a minute at `spike`, as a fluid in steps of a second (capacity 1 a step).

    A client gives up after a second and tries again, `attempts` times in all; the server works on what has been given
    up all the same. Remedies: retries of at most a tenth of each second's new requests, or a line of at most a
    second's work.
    """
    new = np.full(SECONDS, load)
    new[slice(*SPIKE)] = spike
    played = queueing.retry_storm(new, 1.0, 1, attempts, **LIMITS[remedy])
    amplified = load * attempts_unanswered(attempts, remedy == "retry budget")
    return Storm(load, attempts, remedy, amplified, new, played.goodput, played.offered)


def model(load: int, attempts: int, layers: int, remedy: str) -> Storm:
    """Return the storm at a load (%), with so many attempts at each of so many layers: attempts^layers in all."""
    return storm(load / 100, queueing.layered_attempts(attempts, layers), remedy)


def draw(product: Axes, platform: Axes) -> Callable[[Storm], None]:
    """Ten minutes: left what is answered, right what arrives."""
    minutes = np.arange(SECONDS) / 60
    for ax in (product, platform):
        ax.set(xlim=(0, 10), xlabel="Minutes", xticks=range(11))
        ax.axvspan(SPIKE[0] / 60, SPIKE[1] / 60, color="#F0F0F0", zorder=0)
    product.set(ylim=(-4, 112), ylabel="Requests answered in time, %")
    product.text(1.55, 107, "the spike", color=NEUTRAL, va="center", fontsize=8.5)
    platform.set(yscale="log", ylim=(0.1, 70), ylabel="Attempts that arrive, in capacities")
    platform.set_yticks(
        [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50], ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"]
    )
    platform.minorticks_off()
    platform.axhline(1, color=NEUTRAL, linestyle=":")
    platform.text(9.95, 1.05, "capacity", color=NEUTRAL, ha="right", va="bottom", fontsize=8.5)
    (answered,) = product.plot([], [], color=PRODUCT, animated=True)
    (arriving,) = platform.plot([], [], color=PLATFORM, animated=True)
    words = platform.text(
        9.95, 50, "", ha="right", va="center", color=PLATFORM, fontweight="bold", animated=True
    )

    def update(r: Storm) -> None:
        answered.set_data(minutes, 100 * r.share)
        arriving.set_data(minutes, np.maximum(r.arriving, 0.1))
        words.set_text(f"{r.amplified / r.load:.2g} × {100 * r.load:.0f} % = {r.amplified:.3g} capacities")

    return update


def reading(r: Storm) -> str:
    """Say whether it comes back."""
    tries = "one attempt each" if r.attempts == 1 else f"up to {r.attempts} attempts each"
    if r.recovered_s is None:
        end = (
            f"Eight minutes after the spike it still hasn't recovered: {100 * r.in_the_end:.0f} % of requests are "
            f"answered, and {100 * r.arriving[-1]:,.0f} % of capacity arrives"
            f"{': it will come back, slowly' if r.amplified < 1 else ''}."
        )
    elif r.recovered_s == 0:
        arrives = r.arriving[SPIKE[1] + LATER_S]
        crowd = f", though ten seconds later {100 * arrives:,.0f} % of capacity still arrives"
        end = f"From the spike's end on everybody is answered{crowd if arrives > 1.005 else ''}."
    else:
        end = f"It has recovered {several(r.recovered_s, 'second')} after the spike."
    remedy = "" if r.remedy == "none" else f", {r.remedy}"
    spike = f"half a minute at {100 * SPIKE_LOAD:.0f} % of capacity"
    return f"Load {100 * r.load:.0f} %, {tries}{remedy}, and {spike}. {end}"


def prediction() -> Prediction:
    """Ask about the time after the spike."""
    return Prediction(
        id="03.6",
        question="A service is 60 % busy. Clients give up after a second and try again, at most three attempts in all. "
        f"For half a minute {100 * SPIKE_LOAD:.0f} % of its capacity comes; then traffic is back to normal. "
        "Eight minutes later, what share of requests is answered?",
        answer=Slider("Answered", 0, 100, 5, 100, "%"),
        truth=lambda: round(100 * model(60, 3, 1, "none").in_the_end),
        place=lambda guess, result: (9.5, guess),
        panel=0,
    )


def retry_storm() -> Explorer:
    """Return the explorer: load x attempts x layers x remedy."""
    return Explorer(
        question="Half a minute of too much: and then?",
        controls={
            "load": Slider("Load before and after", 20, 95, 5, 60, "%"),
            "attempts": Steps("Attempts at each layer", (1, 2, 3, 4), 3),
            "layers": Steps("Layers that retry", (1, 2, 3), 1),
            "remedy": Choice("Remedy", tuple(LIMITS), "none"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "who gets an answer?", "platform": "what arrives?"},
        presets={
            "No retries": Preset("The client library before it was improved.", {"attempts": 1}),
            "Two attempts": Preset(
                "One retry fewer, and fewer people: attempts times load is 0.8.", {"attempts": 2, "load": 40}
            ),
            "Retry budget": Preset("At most one retry to ten new requests.", {"remedy": "retry budget"}),
            "Bounded queue": Preset(
                "A line of one second; who finds it full is refused at once.", {"remedy": "bounded queue"}
            ),
        },
        prediction=prediction(),
    )
