"""The same stream for everybody: how long to wait for events that are under way, and who pays for not waiting."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from twoworlds.chapters.c05_now.clicks import GROUPS, SHOWN_S, Stream, evening
from twoworlds.chapters.words import percent, several, span
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import NEUTRAL, PLATFORM, PRODUCT, TRUTH
from twoworlds.platform.stream import DROPPED, LATE, ON_TIME, Fates, tumbling_fates

MINUTE = 60  # the windows, s
WAITS = {
    "0 s": 0,
    "5 s": 5,
    "10 s": 10,
    "30 s": 30,
    "1 min": 60,
    "2 min": 120,
    "5 min": 300,
    "10 min": 600,
    "20 min": 1200,
}
LATENESS = {"none": 0, "1 min": 60, "5 min": 300, "10 min": 600, "30 min": 1800, "1 h": 3600}
MODES = ("totals", "changes")
CLOCKS = ("right", "15 min fast", "fast, but capped")


@dataclass(frozen=True)
class Counted:
    """What became of the half hour's clicks."""

    shares: dict[str, tuple[float, float, float]]  # group -> on time, late, dropped
    dashboard: dict[str, float]  # group -> what the dashboard holds in the end, as a share of the truth
    wait_s: float  # from a minute's end until it is published, median
    kept_min: float  # how long a minute's counters stay in memory, mean
    stream: Stream
    fates: Fates


def model(wait: str, lateness: str, panes: str, clock: str) -> Counted:
    """Return the counts: how long to wait and how late is too late (both in words), what panes carry, the clock."""
    stream = evening(clock != "right")
    fates = tumbling_fates(
        stream.event_time,
        stream.arrival,
        MINUTE,
        WAITS[wait],
        LATENESS[lateness],
        trust_clocks=clock == "15 min fast",
    )
    minutes = (fates.starts >= 0) & (fates.starts < SHOWN_S)
    counts = {name: [fates.counts(fate, of=stream.group == g)[minutes] for fate in (ON_TIME, LATE, DROPPED)]
              for g, name in enumerate(GROUPS) if g}  # fmt: skip
    final = {name: _overwritten(*c[:2], panes) for name, c in counts.items()}
    total = {name: sum(map(np.sum, c)) for name, c in counts.items()}
    counts["everybody"] = [sum(column) for column in zip(*counts.values(), strict=True)]
    total["everybody"], final["everybody"] = sum(total.values()), sum(final.values())
    # A minute without any click on time is published all the same: as a zero on the wall.
    starts, published, forgotten = (x[minutes] for x in (fates.starts, fates.closed, fates.forgotten))
    return Counted(
        {name: tuple(float(part.sum() / total[name]) for part in counts[name]) for name in GROUPS},
        {name: float(final[name] / total[name]) for name in GROUPS},
        float(np.median(published - starts - MINUTE)),
        float(np.maximum(forgotten - starts, 0).mean() / 60),
        stream, fates,
    )  # fmt: skip


def _overwritten(on_time: np.ndarray, late: np.ndarray, panes: str) -> float:
    """Return what a dashboard holds whose row for a minute and group is its newest pane: each late click is one."""
    return float((on_time + late if panes == "totals" else np.where(late > 0, 1, on_time)).sum())


def draw(product: Axes, platform: Axes) -> Callable[[Counted], None]:
    """Left what is counted of each group, right each click's delay against what is waited for."""
    desks = (_draw_counts(product), _draw_delays(platform))

    def update(r: Counted) -> None:
        for desk in desks:
            desk(r)

    return update


def _draw_counts(ax: Axes) -> Callable[[Counted], None]:
    rows = np.arange(len(GROUPS))[::-1]
    ax.set(
        xlim=(0, 128),
        ylim=(-0.6, 4.2),
        xticks=range(0, 101, 20),
        xlabel="Counted, % of the clicks that happened",
    )
    ax.set_yticks(rows, _names())
    ax.axvline(100, color=TRUTH, linewidth=1.2)
    bars = {"height": 0.5, "color": PRODUCT, "animated": True}
    on_time, late = (
        ax.barh(rows, 1, label="on time", **bars),
        ax.barh(rows, 1, alpha=0.4, label="late", **bars),
    )
    dot = {"color": "white", "markeredgecolor": TRUTH, "markersize": 8, "animated": True}
    (ends,) = ax.plot([], [], "o", label="on the dashboard", **dot)
    lost = [ax.text(103.5, y, "", va="center", fontsize=9, animated=True) for y in rows]
    ax.legend(
        handles=[on_time, late, ends], loc="upper left", ncols=3, fontsize=8.5, frameon=False, handlelength=1
    )

    def update(r: Counted) -> None:
        shares = 100 * np.array([r.shares[name] for name in GROUPS])
        for bar, more, words, share in zip(on_time, late, lost, shares, strict=True):
            bar.set_width(share[0])
            more.set(x=share[0], width=share[1])
            words.set_text(f"{percent(share[2] / 100)} lost" if share[2] else "none lost")
        ends.set_data([100 * r.dashboard[name] for name in GROUPS], rows)

    return update


def _names() -> list[str]:
    share = np.bincount(evening(False).group)[1:] / len(evening(False).group)
    return [
        GROUPS[0],
        *(f"{name},\n{100 * part:.0f} % of clicks" for name, part in zip(GROUPS[1:], share, strict=True)),
    ]


STYLES = {
    ON_TIME: {"color": PLATFORM, "markersize": 1.8, "alpha": 0.5},
    LATE: {"color": "#56B4E9", "markersize": 3.2},
    DROPPED: {"color": "#333333", "markersize": 3.6, "marker": "x", "markeredgewidth": 0.9},
}


def _draw_delays(ax: Axes) -> Callable[[Counted], None]:
    ax.set(
        xlim=(0, 30), ylim=(0.3, 40_000), yscale="log", xlabel="When the click happened, minutes after 20:00"
    )
    ax.set_ylabel("How long it was under way")
    ax.set_yticks([1, 10, 60, 600, 3600], ["1 s", "10 s", "1 min", "10 min", "1 h"])
    ax.set_yticks([], minor=True)
    base = {"marker": "o", "linestyle": "None", "animated": True}
    dots = {fate: ax.plot([], [], **{**base, **style})[0] for fate, style in STYLES.items()}
    (published,) = ax.plot([], [], color=PLATFORM, linewidth=1.4, animated=True)
    (forgotten,) = ax.plot([], [], color=NEUTRAL, linewidth=1.2, linestyle="--", animated=True)
    note = ax.text(0.4, 17_000, "", fontsize=9, va="center", animated=True)
    happened = np.arange(0, SHOWN_S, 1.0)  # each second, or the line would miss the foot of each tooth

    def update(r: Counted) -> None:
        s = r.stream
        for fate, dot in dots.items():
            chosen = s.drawn[r.fates.fate[s.drawn] == fate]
            dot.set_data(s.event_time[chosen] / 60, s.arrival[chosen] - s.event_time[chosen])
        window = np.searchsorted(r.fates.starts, happened, side="right") - 1
        forgotten.set_visible(bool((r.fates.forgotten > r.fates.closed).any()))
        for line, moment in ((published, r.fates.closed), (forgotten, r.fates.forgotten)):
            line.set_data(happened / 60, np.maximum(moment[window] - happened, 1e-3))
        between = "dashed: forgotten. light: late. " if forgotten.get_visible() else ""
        note.set_text(f"line: published. {between}cross: dropped.")

    return update


def reading(r: Counted) -> str:
    """Say when a minute is published, what is lost, by whom, and what the dashboard makes of corrections."""
    early = r.wait_s < 0
    when = (
        f"Most minutes are published {_span(-r.wait_s)} before they end" if early
        else f"A minute is published {_span(r.wait_s)} after it ends"
    )  # fmt: skip
    everybody, riders = (percent(r.shares[name][2]) for name in ("everybody", "underground"))
    said = (
        f"{when}; counters are kept {r.kept_min:.1f} min on average. "
        f"Lost: {everybody} of all clicks, {riders} of those made underground."
    )
    if r.shares["everybody"][0] + r.shares["everybody"][1] - r.dashboard["everybody"] < 0.0005:
        return said
    return (
        f"{said} Overwritten by changes, the dashboard ends at "
        f"{100 * r.dashboard['everybody']:.0f} % of the truth: at {100 * r.dashboard['Wi-Fi']:.0f} % on Wi-Fi and "
        f"{100 * r.dashboard['mobile']:.0f} % on mobile."
    )


def _span(seconds: float) -> str:
    return several(round(seconds), "second") if seconds < 90 else span(seconds / 60)


def prediction() -> Prediction:
    """Ask for the loss underground."""
    return Prediction(
        id="05.2",
        question="Each minute is published one minute after it ends, and what comes later is dropped: fewer "
        "than three clicks in a hundred. Of the clicks made underground, how many are dropped?",
        answer=Slider("Dropped underground", 0, 100, 1, 2, "%"),
        truth=lambda: 100 * model("1 min", "none", "totals", "right").shares["underground"][2],
        place=lambda guess, r: (100 - guess, 0.3),
    )


def late_events() -> Explorer:
    """Return the explorer: wait x allowed lateness x panes x a phone's clock."""
    return Explorer(
        question="How long do you wait for clicks that are still under way?",
        controls={
            "wait": Steps("Watermark lag", tuple(WAITS), "1 min"),
            "lateness": Steps("Allowed lateness", tuple(LATENESS), "none"),
            "panes": Choice("A late pane carries", MODES, "totals"),
            "clock": Choice("One phone's clock", CLOCKS, "right"),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "whose clicks are counted?", "platform": "what is waited for?"},
        presets={
            "Live": Preset("The product lead wants the last minute on the wall, now.", {"wait": "5 s"}),
            "Everybody on board": Preset(
                "The wall waits until the last train is out of the tunnel.", {"wait": "20 min"}
            ),
            "Now, and right later": Preset(
                "A first number after ten seconds, corrected for an hour.",
                {"wait": "10 s", "lateness": "1 h"},
            ),
            "A phone from the future": Preset(
                "At 20:10 one phone says 20:25, and the watermark believes it.",
                {"lateness": "5 min", "clock": "15 min fast"},
            ),
        },
        prediction=prediction(),
    )
