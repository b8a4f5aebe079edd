"""Today against the last year: one weight for two kinds of people, and how long tonight is remembered."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from twoworlds.course.controls import Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import GOOD, TRUTH
from twoworlds.product.session import Memory, evening, play
from twoworlds.world import World

PEOPLE, SLATES, DELAY_S = 1_500, 60, 10
WORLD = World(users=PEOPLE, days=1, seed=7, intent_strength=1.0)
# Minutes after which a wish has changed with probability 1/2; the steady wish for what they always like.
SEGMENTS = {"steady": np.inf, "restless": 10.0}
WEIGHTS = tuple(round(0.1 * i, 1) for i in range(11))
HALF_LIVES_MIN = (0.5, 1, 2, 5, 10, 30, 120)


def build_grid() -> pd.DataFrame:
    """Live half an hour of slates for each segment, weight of tonight and half-life of its memory.

    Columns: segment, weight (share), half_life_min, gain (satisfaction against weight 0, in the same segment, a
    share), se, base (satisfaction of a slate at weight 0).
    """
    rows = []
    for segment, wish_half_life in SEGMENTS.items():
        people = evening(WORLD, slates=SLATES, wish_half_life_min=wish_half_life)
        base = play(people, Memory(0)).satisfaction.mean(axis=1)
        for half_life in HALF_LIVES_MIN:
            for weight in WEIGHTS:
                worth = (
                    play(people, Memory(weight, half_life, DELAY_S)).satisfaction.mean(axis=1)
                    if weight
                    else base
                )
                ratio = worth.mean() / base.mean()
                se = np.std(worth - ratio * base, ddof=1) / np.sqrt(PEOPLE) / base.mean()
                rows.append((segment, weight, half_life, ratio - 1, se, base.mean()))
    return pd.DataFrame(rows, columns=["segment", "weight", "half_life_min", "gain", "se", "base"])


@dataclass(frozen=True)
class Mixed:
    """What one setting for all does to each segment; gains are shares of satisfaction at weight 0."""

    weight: float
    half_life_min: float
    restless: float  # share of the people
    gain: dict[str, np.ndarray]  # by segment and "everybody", (HALF_LIVES_MIN, WEIGHTS)
    base: dict[str, float]  # satisfaction of a slate at weight 0, by segment

    @property
    def row(self) -> int:
        """The half-life's place in the arrays."""
        return HALF_LIVES_MIN.index(self.half_life_min)

    def now(self, who: str) -> float:
        """Return the gain of a segment, or of everybody, at the present setting."""
        return float(self.gain[who][self.row, WEIGHTS.index(round(self.weight, 1))])

    def best(self, who: str) -> tuple[float, float, float]:
        """Return (weight, half-life, gain) of the setting that is best for a segment, or for everybody."""
        row, column = np.unravel_index(np.argmax(self.gain[who]), self.gain[who].shape)
        return WEIGHTS[column], HALF_LIVES_MIN[row], float(self.gain[who][row, column])

    @property
    def apart(self) -> float:
        """Everybody's gain if each segment has the setting that is best for it."""
        shares = {"steady": 1 - self.restless, "restless": self.restless}
        return float(
            sum(shares[s] * self.base[s] * self.best(s)[2] for s in SEGMENTS) / self.base["everybody"]
        )


def model(weight: float, half_life_min: float, restless: int) -> Mixed:
    """Return the gains for a weight, a half-life and a share of restless people (%), from the stored grid."""
    table, share = grid("ch05_mix"), restless / 100
    gain, base = {}, {}
    for segment in SEGMENTS:
        rows = table[table.segment == segment]
        gain[segment] = rows.gain.to_numpy().reshape(len(HALF_LIVES_MIN), len(WEIGHTS))
        base[segment] = float(rows.base.iloc[0])
    parts = {"steady": (1 - share) * base["steady"], "restless": share * base["restless"]}
    base["everybody"] = sum(parts.values())
    gain["everybody"] = sum(parts[s] * gain[s] for s in SEGMENTS) / base["everybody"]
    return Mixed(weight, half_life_min, share, gain, base)


COLOURS = {"steady": "#E69F00", "restless": GOOD, "everybody": TRUTH}
LIMIT = 12.0
HARM_GOOD = LinearSegmentedColormap.from_list("harm_good", ["#E69F00", "#FFFFFF", GOOD])


def draw(product: Axes, platform: Axes) -> Callable[[Mixed], None]:
    """Left the gains over the weight, by segment; right everybody's gain over weight and half-life."""
    product.set(xlim=(0, 1), ylim=(-36, LIMIT), xlabel="Weight of tonight, share")
    product.set_ylabel("Satisfaction against last year alone, %")
    product.axhline(0, color=TRUTH, linewidth=0.8)
    lines, dots = {}, {}
    for who, colour in COLOURS.items():
        lines[who] = product.plot([], [], color=colour, label=who, animated=True)[0]
        dots[who] = product.plot(
            [], [], "o", color=colour, markersize=9, markeredgecolor="white", animated=True
        )[0]
    product.legend(loc="lower left")
    platform.set(
        xlim=(-0.05, 1.05), ylim=(-0.5, len(HALF_LIVES_MIN) - 0.5), xlabel="Weight of tonight, share"
    )
    platform.set_yticks(range(len(HALF_LIVES_MIN)), [f"{h:g}" for h in HALF_LIVES_MIN])
    platform.set_ylabel("Half-life of tonight, min")
    platform.grid(False)
    nothing = np.zeros((len(HALF_LIVES_MIN), len(WEIGHTS)))
    cells = {"cmap": HARM_GOOD, "vmin": -LIMIT, "vmax": LIMIT, "animated": True}
    everybody = platform.pcolormesh(WEIGHTS, range(len(HALF_LIVES_MIN)), nothing, **cells)
    product.figure.colorbar(everybody, ax=platform, label="Everybody's satisfaction, %", extend="min")
    here = platform.plot([], [], "o", color=TRUTH, markersize=9, markeredgecolor="white", animated=True)[0]
    # Above, at and below the middle of a cell, so that no two names meet.
    heights = {"everybody": 0.3, "steady": 0.0, "restless": -0.3}
    names = {
        who: platform.text(0, 0, who, fontsize=8, ha="center", va="center", animated=True) for who in COLOURS
    }

    def update(r: Mixed) -> None:
        for who in COLOURS:
            lines[who].set_data(WEIGHTS, 100 * r.gain[who][r.row])
            dots[who].set_data([r.weight], [100 * r.now(who)])
            weight, half_life, _ = r.best(who)
            names[who].set_position((weight, HALF_LIVES_MIN.index(half_life) + heights[who]))
        everybody.set_array(100 * r.gain["everybody"])
        here.set_data([r.weight], [r.row])

    return update


def reading(r: Mixed) -> str:
    """Say who gains and who pays, and what a weight for each would bring."""
    gains = " and ".join(f"{100 * r.now(s):+.1f} % for the {s}" for s in SEGMENTS)
    weight, half_life, best = r.best("everybody")
    return (
        f"Weight {r.weight:.1f}, half-life {r.half_life_min:g} min: {gains}, {100 * r.now('everybody'):+.1f} % for "
        f"everybody. The best single setting ({weight:.1f}, {half_life:g} min) brings {100 * best:+.1f} %, a setting "
        f"for each segment {100 * r.apart:+.1f} %."
    )


def harm_at_the_best() -> float:
    """Return what everybody's best setting does to the steady, %."""
    half = model(0.5, 5, 50)
    weight, half_life, _ = half.best("everybody")
    return 100 * model(weight, half_life, 50).now("steady")


def prediction() -> Prediction:
    """Ask who pays for the best average."""
    return Prediction(
        id="05.5",
        question="Half the people are steady: tonight they want what they always want. Half are restless: they follow "
        "a wish, and change it. You set the weight of tonight that is best for everybody together. What does it do to "
        "the satisfaction of the steady half?",
        answer=Slider("Satisfaction of the steady", -15.0, 15.0, 0.5, 3.0, "%"),
        truth=harm_at_the_best,
        place=lambda guess, r: (r.best("everybody")[0], guess),
    )


def today_or_last_year() -> Explorer:
    """Return the explorer: weight and half-life of tonight, and who is there."""
    return Explorer(
        question="How much should tonight count against the last year?",
        controls={
            "weight": Slider("Weight of tonight", 0.0, 1.0, 0.1, 0.3, "share"),
            "half_life_min": Steps("Half-life of tonight", HALF_LIVES_MIN, 10, "min"),
            "restless": Slider("Restless people", 0, 100, 10, 50, "%"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"who": "Who gains, and who pays?", "all": "Everybody; words: each one's best"},
        presets={
            "Last year alone": Preset("The nightly profile and nothing else.", {"weight": 0.0}),
            "Tonight alone": Preset("You are what you tapped last.", {"weight": 1.0, "half_life_min": 0.5}),
            "Best on average": Preset(
                "What a test on everybody would ship.", {"weight": 0.6, "half_life_min": 2}
            ),
            "A steady town": Preset(
                "Nine in ten know what they like.", {"restless": 10, "weight": 0.6, "half_life_min": 2}
            ),
        },
        prediction=prediction(),
    )
