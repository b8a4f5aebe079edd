"""Today against the last year: one weight for two kinds of people, how long tonight is remembered, and how sure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from twoworlds.chapters.words import percent, span
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.grids import grid
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import GOOD, TRUTH
from twoworlds.product.session import Memory, evening, play
from twoworlds.world import World

PEOPLE, SLATES, DELAY_S = 1_500, 60, 10
# What a wish adds to an evening's interests: the world's intent_strength, where lasting taste is 1.
WISHES = {"like Flick's average mood": 0.6, "as much as last year": 1.0}
# Sum of tonight's counts at which it has half its weight: 5 is four fresh taps, or half a search.
EVIDENCE = {"one tap": 0.0, "many taps": 5.0}
# Minutes after which a wish is drawn anew with probability 1/2; the steady wish for what they always like.
SEGMENTS = {"steady": np.inf, "restless": 10.0}
WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
HALF_LIVES_MIN = (0.5, 1, 2, 5, 10, 30)


def world_of(strength: float) -> World:
    """Return the world whose evenings are lived, at a strength of wishes."""
    return World(users=PEOPLE, days=1, seed=7, intent_strength=strength)


def build_grid() -> pd.DataFrame:
    """Live half an hour of slates for each strength of wishes, segment, evidence, half-life and weight of tonight.

    Columns: wish, segment, evidence, half_life_min, weight; against weight 0 in the same segment, as shares: gain
    (satisfaction), se (paired), clicks, clicks_se; base and base_clicks (of a slate at weight 0). Takes three minutes.
    """
    rows = []
    for wish in WISHES.values():
        for segment, wish_half_life in SEGMENTS.items():
            people = evening(world_of(wish), slates=SLATES, wish_half_life_min=wish_half_life)
            base = play(people, Memory(0))
            for evidence in EVIDENCE.values():
                for half_life in HALF_LIVES_MIN:
                    for weight in WEIGHTS:
                        memory = Memory(weight, half_life, DELAY_S, evidence)
                        lived = play(people, memory) if weight else base
                        gains = [
                            *gained(lived.satisfaction, base.satisfaction),
                            *gained(lived.clicks, base.clicks),
                        ]
                        ends = (base.satisfaction.mean(), base.clicks.mean())
                        rows.append((wish, segment, evidence, half_life, weight, *gains, *ends))
    names = "wish segment evidence half_life_min weight gain se clicks clicks_se base base_clicks"
    return pd.DataFrame(rows, columns=names.split())


def gained(worth: np.ndarray, base: np.ndarray) -> tuple[float, float]:
    """Return (ratio of means less 1, its paired standard error) over people, from (people, slates) each."""
    worth, base = worth.mean(axis=1), base.mean(axis=1)
    ratio = worth.mean() / base.mean()
    return ratio - 1, float(np.std(worth - ratio * base, ddof=1) / np.sqrt(len(base)) / base.mean())


@dataclass(frozen=True)
class Mixed:
    """What one setting for all does to each segment, half of the people each; gains are shares of that at weight 0."""

    weight: float
    half_life_min: float
    gain: dict[str, np.ndarray]  # of satisfaction, by segment and "everybody", (HALF_LIVES_MIN, WEIGHTS)
    clicks: dict[str, np.ndarray]  # of clicks, the same
    base: dict[str, float]  # satisfaction of a slate at weight 0, by segment

    @property
    def row(self) -> int:
        """The half-life's place in the arrays."""
        return HALF_LIVES_MIN.index(self.half_life_min)

    @property
    def column(self) -> int:
        """The weight's place in the arrays."""
        return WEIGHTS.index(round(self.weight, 1))

    def now(self, who: str) -> float:
        """Return the gain in satisfaction of a segment, or of everybody, at the present setting."""
        return float(self.gain[who][self.row, self.column])

    def clicked(self, who: str) -> float:
        """Return the gain in clicks of a segment, or of everybody, at the present setting."""
        return float(self.clicks[who][self.row, self.column])

    def best(self, who: str) -> tuple[float, float, float]:
        """Return (weight, half-life, gain) of the setting that is best for a segment, or for everybody."""
        row, column = np.unravel_index(np.argmax(self.gain[who]), self.gain[who].shape)
        return WEIGHTS[column], HALF_LIVES_MIN[row], float(self.gain[who][row, column])

    @property
    def apart(self) -> float:
        """Everybody's gain if each segment has the setting that is best for it."""
        return float(sum(self.base[s] * self.best(s)[2] for s in SEGMENTS) / sum(self.base.values()))


def model(weight: float, half_life_min: float, wish: str, evidence: str) -> Mixed:
    """Return the gains for a weight, a half-life, what a wish weighs, and what it takes to believe it (stored)."""
    table = grid("ch05_mix")
    table = table[(table.wish == WISHES[wish]) & (table.evidence == EVIDENCE[evidence])]
    base, tables = {}, {"gain": {}, "clicks": {}}
    clicks_base = {}
    for segment in SEGMENTS:
        rows = table[table.segment == segment]
        base[segment], clicks_base[segment] = float(rows.base.iloc[0]), float(rows.base_clicks.iloc[0])
        for name, found in tables.items():
            found[segment] = rows[name].to_numpy().reshape(len(HALF_LIVES_MIN), len(WEIGHTS))
    for name, ends in (("gain", base), ("clicks", clicks_base)):
        tables[name]["everybody"] = sum(ends[s] * tables[name][s] for s in SEGMENTS) / sum(ends.values())
    return Mixed(weight, half_life_min, **tables, base=base)


COLOURS = {"steady": "#E69F00", "restless": GOOD, "everybody": TRUTH}
LIMIT = 12.0
HARM_GOOD = LinearSegmentedColormap.from_list("harm_good", ["#E69F00", "#FFFFFF", GOOD])


def draw(product: Axes, platform: Axes) -> Callable[[Mixed], None]:
    """Left the gains over the weight, by segment; right everybody's gain over weight and half-life."""
    product.set(xlim=(-0.02, 1.04), ylim=(-36, LIMIT), xlabel="Weight of tonight, share")
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
        xlim=(-0.1, 1.1),
        ylim=(-0.5, len(HALF_LIVES_MIN) - 0.5),
        xlabel="Weight of tonight, share (0: no change)",
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
    """Say who gains and who pays, what a test on clicks would see, and what one setting can bring."""
    weight, half_life, best = r.best("everybody")
    ends = (
        f"The best single setting ({weight:g}, {span(half_life)}) brings everybody {percent(best, sign=True)}, a "
        f"setting for each kind {percent(r.apart, sign=True)}."
    )
    if r.weight == 0:
        return f"Last year alone. {ends}"
    gains = " and ".join(f"{percent(r.now(s), sign=True)} for the {s}" for s in SEGMENTS)
    return (
        f"Satisfaction: {gains}, {percent(r.now('everybody'), sign=True)} for everybody. Clicks of everybody: "
        f"{percent(r.clicked('everybody'), sign=True)}. {ends}"
    )


AVERAGE_MOOD, LAST_YEAR = WISHES
ONE_TAP, MANY_TAPS = EVIDENCE


def harm_at_the_best() -> float:
    """Return what everybody's best setting does to the steady, %."""
    weight, half_life, _ = model(0, 2, LAST_YEAR, ONE_TAP).best("everybody")
    return 100 * model(weight, half_life, LAST_YEAR, ONE_TAP).now("steady")


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
    """Return the explorer: weight and half-life of tonight, what it takes to believe it, what a wish weighs."""
    return Explorer(
        question="How much should tonight count against the last year?",
        controls={
            "weight": Slider("Weight of tonight", 0.0, 1.0, 0.2, 0.4, "share"),
            "half_life_min": Steps("Half-life of tonight", HALF_LIVES_MIN, 10, "min"),
            "wish": Choice("A wish weighs", tuple(WISHES), LAST_YEAR),
            "evidence": Choice("To give it that weight takes", tuple(EVIDENCE), ONE_TAP),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"who": "Who gains, and who pays?", "all": "Everybody's gain; names: each group's best"},
        presets={
            "Tonight alone": Preset("You are what you tapped last.", {"weight": 1.0, "half_life_min": 0.5}),
            "Best on average": Preset(
                "The setting with the highest mean, if satisfaction could be measured.",
                {"weight": 0.6, "half_life_min": 2},
            ),
            "Ask how much was seen": Preset(
                "The weight grows with the taps of tonight, and falls again as they fade.",
                {"weight": 1.0, "half_life_min": 2, "evidence": MANY_TAPS},
            ),
            "Flick on average": Preset(
                "Moods weigh less than lasting taste here.",
                {"weight": 0.6, "half_life_min": 2, "wish": AVERAGE_MOOD},
            ),
        },
        prediction=prediction(),
    )
