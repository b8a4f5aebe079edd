"""Where does a session end? One stream of events, many gaps, and a verdict that turns with them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.words import percent
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.world import POLICIES, Policy, World, simulate

WORLD = World(users=6000, days=14, seed=17)
GAPS = {
    "15 s": 0.25, "30 s": 0.5, "1 min": 1.0, "2 min": 2.0, "5 min": 5.0, "10 min": 10.0, "20 min": 20.0,
    "30 min": 30.0, "1 h": 60.0, "2 h": 120.0, "4 h": 240.0,
}  # fmt: skip
TREATMENTS = {
    "Longer videos": POLICIES["watch_optimal"],
    "Gladness first": POLICIES["value_optimal"],
    "Clicks first": POLICIES["click_optimal"],
}
METRICS = ("Length of a session", "Sessions per visit day")


@dataclass(frozen=True)
class Stream:
    """The pauses between the events of each user of one arm, sorted; and the truth about their sessions."""

    pauses: np.ndarray  # minutes
    total: np.ndarray  # minutes up to and with each pause
    users: int
    user_days: int
    opened: int  # times that the app was opened and showed something
    open_minutes: float  # from the first to the last event of each true session, summed

    def cut(self, gap: float) -> tuple[int, float]:
        """Return how many sessions a gap cuts (a longer pause begins a new one), and their length in all, minutes."""
        inside = int(np.searchsorted(self.pauses, gap, side="right"))
        return self.users + len(self.pauses) - inside, float(self.total[inside - 1]) if inside else 0.0


@cache
def stream(name: str) -> Stream:
    """Return the events of an arm, "today" or one of TREATMENTS."""
    log = simulate(WORLD, TREATMENTS.get(name, Policy())).log().sort_values(["user_id", "ts"])
    pauses = np.sort(log.groupby("user_id")["ts"].diff().dropna().dt.total_seconds().to_numpy() / 60)
    times = log.groupby("session_id")["ts"].agg(["min", "max"])
    minutes = (times["max"] - times["min"]).dt.total_seconds().sum() / 60
    user_days = len(log[["user_id", "day"]].drop_duplicates())
    return Stream(pauses, np.cumsum(pauses), log["user_id"].nunique(), user_days, len(times), minutes)


@dataclass(frozen=True)
class Verdict:
    """What an A/B test on a session metric says, by gap."""

    treatment: str
    metric: str
    gap: str
    change: np.ndarray  # %, by gap
    truth: float  # %, with the sessions that people really had
    counted: float  # sessions cut per true session, at the chosen gap
    open_now: np.ndarray  # sessions that a stream processor keeps open at a time, per 1,000 users, by gap

    @property
    def here(self) -> int:
        """The place of the chosen gap."""
        return list(GAPS).index(self.gap)


def _measure(of: Stream, metric: str, gap: float | None) -> float:
    count, minutes = (of.opened, of.open_minutes) if gap is None else of.cut(gap)
    return minutes / count if metric == METRICS[0] else count / of.user_days


def model(gap: str, treatment: str, metric: str) -> Verdict:
    """Compare a treatment with today on a session metric, at every gap (a key of GAPS chooses one)."""
    base, new = stream("today"), stream(treatment)
    change = [100 * (_measure(new, metric, g) / _measure(base, metric, g) - 1) for g in GAPS.values()]
    truth = 100 * (_measure(new, metric, None) / _measure(base, metric, None) - 1)
    minutes = WORLD.days * 24 * 60 * WORLD.users / 1000
    held = [(base.cut(g)[1] + g * base.cut(g)[0]) / minutes for g in GAPS.values()]
    return Verdict(
        treatment, metric, gap, np.array(change), truth, base.cut(GAPS[gap])[0] / base.opened, np.array(held)
    )


def draw(product: Axes, platform: Axes) -> Callable[[Verdict], None]:
    """Left the verdict by gap, with the truth; right what a stream processor has to hold."""
    x = np.arange(len(GAPS))
    for ax in (product, platform):
        ax.set_xticks(x, [gap.replace(" ", "\n") for gap in GAPS], fontsize=9)
        ax.set(xlim=(-0.4, len(GAPS) - 0.6), xlabel="Gap: a longer pause begins a new session")
    product.set(ylim=(-22, 19), ylabel="Change against today, %")
    product.axhline(0, color=NEUTRAL, linewidth=0.8)
    (line,) = product.plot([], [], "-", color=PRODUCT, animated=True)
    (dot,) = product.plot([], [], "o", color=PRODUCT, markersize=11, markeredgecolor="white", animated=True)
    (true,) = product.plot([], [], "--", color=TRUTH, linewidth=1.5, animated=True)
    name = product.text(
        len(GAPS) - 0.7, 0, "by the app's own sessions", ha="right", fontsize=9, animated=True
    )
    platform.set(ylim=(0.05, 300), yscale="log", ylabel="Sessions open at a time, per 1,000 users")
    (held,) = platform.plot([], [], "-", color=PLATFORM, animated=True)
    (now,) = platform.plot([], [], "o", color=PLATFORM, markersize=11, markeredgecolor="white", animated=True)

    def update(r: Verdict) -> None:
        line.set_data(x, r.change)
        dot.set_data([r.here], [r.change[r.here]])
        true.set_data([-0.4, len(GAPS)], [r.truth, r.truth])
        below = r.change[-1] > r.truth  # the label stands at the right, on the side that the line leaves free
        name.set_y(r.truth - 2.2 if below else r.truth + 1.1)
        held.set_data(x, r.open_now)
        now.set_data([r.here], [r.open_now[r.here]])

    return update


def reading(r: Verdict) -> str:
    """Say the verdict at this gap, the true one, and what the gap costs."""
    said, true = percent(r.change[r.here] / 100, sign=True), percent(r.truth / 100, sign=True)
    return (
        f"“{r.treatment}”, gap {r.gap}: {r.metric.lower()} {said}; by the app's own sessions {true}. "
        f"The gap counts {100 * r.counted:.0f} sessions for 100 openings, and keeps {r.open_now[r.here]:.1f} open per "
        "1,000 users."
    )


def where_does_a_session_end() -> Explorer:
    """Return the explorer: gap x treatment x metric."""
    return Explorer(
        question="Where does a session end?",
        controls={
            "gap": Steps("Gap", tuple(GAPS), "30 s"),
            "treatment": Choice("Test", tuple(TREATMENTS), "Longer videos"),
            "metric": Choice("Metric", METRICS, METRICS[0]),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "does the test win?", "platform": "what must be held?"},
        presets={
            "The usual half hour": Preset("The default of most tools.", {"gap": "30 min"}),
            "One long evening": Preset("A generous team allows four hours.", {"gap": "4 h"}),
            "The wrong sign": Preset("Four hours again: a test that shortens sessions.",
                                     {"treatment": "Clicks first", "gap": "4 h"}),
            "Shorter and happier": Preset("The feed that people are gladdest of.",
                                          {"treatment": "Gladness first", "gap": "10 min"}),
        },
        prediction=Prediction(
            id="02.3",
            question="A test ranks by watch time, so videos get longer, and so do true sessions. The analyst cuts "
            "sessions at pauses of 30 s. What does the dashboard say of the length of a session?",
            answer=Slider("Change of the mean length", -20, 20, 1, 8, "%"),
            truth=lambda: float(model("30 s", "Longer videos", METRICS[0]).change[1]),
            place=lambda guess, _: (1, guess),
        ),
    )  # fmt: skip
