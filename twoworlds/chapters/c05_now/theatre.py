"""One person, one evening: an event leaves the phone, arrives late, and changes the next slate, or not."""

from collections.abc import Callable
from itertools import pairwise, zip_longest

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text

from twoworlds.chapters.c05_now.scene import (
    ASKED,
    BREAD,
    CHESS,
    CLOCK,
    NAMES,
    SEARCH,
    SLATE_S,
    SLATES,
    STORIES,
    TENNIS,
    WORLD,
    Scene,
    model,
    slates_gained,
)
from twoworlds.course.controls import Choice, Slider, Steps
from twoworlds.course.explorer import Explorer, Preset
from twoworlds.course.prediction import Prediction
from twoworlds.course.style import FAINT, GOOD, NEUTRAL, TRUTH
from twoworlds.product.session import NO_WISH

COLOURS = {CHESS: "#E69F00", BREAD: GOOD, TENNIS: "#56B4E9"}
ROWS = 25  # of the profile's picture: 4 % each


def painted(topics: np.ndarray) -> np.ndarray:
    """Return colours for topics, (..., 3): the three of the story, grey for all others."""
    colours = np.full((WORLD.topics, 3), to_rgb(FAINT))
    for topic, colour in COLOURS.items():
        colours[topic] = to_rgb(colour)
    return colours[topics]


def belief(r: Scene, rows: int = ROWS) -> np.ndarray:
    """Return the profile of each slate as a column of topics, (rows, SLATES), in proportion, the story's first."""
    order = [*COLOURS, *(t for t in range(WORLD.topics) if t not in COLOURS)]
    share = r.played.believed[0][:, order]
    edges = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    at = (np.arange(rows) + 0.5) / rows
    return np.array(order)[(at[:, None, None] > edges).sum(axis=2).clip(max=WORLD.topics - 1)]


def draw(product: Axes, platform: Axes) -> Callable[[Scene], None]:
    """Left the slates as they were shown, right the events on their way and the profile that slates are made from."""
    span = (-0.5, SLATES - 0.5)
    for ax in (product, platform):
        ax.set(xlim=span, xlabel="Local time; one column, one slate")
        ax.set_xticks(range(0, SLATES, 4), [clock[:5] for clock in CLOCK[::4]])
        ax.grid(False)
    product.set(ylim=(10.7, -1.7), yticks=[-0.7, *range(1, 11, 3)], ylabel="Position on the slate")
    product.set_yticklabels(["wish", *range(1, 11, 3)])
    platform.set(ylim=(-1.05, 1.1), yticks=(-0.5, 0, 1))
    platform.set_yticklabels(("profile", "arrives", "leaves phone"))
    # Meshes: drawn in a fraction of the time that a scaled image takes.
    edges = np.arange(SLATES + 1) - 0.5
    slates = product.pcolormesh(edges, np.arange(11) + 0.5, np.ones((10, SLATES, 3)), animated=True)
    profile = platform.pcolormesh(
        edges, np.linspace(0, -1, ROWS + 1), np.ones((ROWS, SLATES, 3)), animated=True
    )
    taps = product.plot([], [], "o", color="white", markersize=5, markeredgecolor=TRUTH, animated=True)[0]
    bars = [product.add_patch(Rectangle((0, 0), 0, 0, color=TRUTH, animated=True)) for _ in range(2)]
    words = [
        product.text(0, -0.68, "", color="white", va="center", fontsize=9, animated=True) for _ in range(2)
    ]
    flights = LineCollection([], animated=True)
    platform.add_collection(flights)
    flying = platform.plot([], [], "o", color=TRUTH, markersize=4, animated=True)[0]
    clocks = [ax.axvline(0, color=NEUTRAL, linewidth=1, animated=True) for ax in (product, platform)]
    labels = [Patch(color=COLOURS[t], label=NAMES[t]) for t in COLOURS] + [Patch(color=FAINT, label="other")]
    product.legend(handles=labels, loc="lower center", bbox_to_anchor=(0.5, -0.34), ncols=4, frameon=False)
    platform.axhline(0, color=NEUTRAL, linewidth=0.8)

    def update(r: Scene) -> None:
        past = np.arange(SLATES) <= r.now
        slates.set_array(np.where(past[:, None], painted(r.played.topic[0].T), 1.0))
        profile.set_array(np.where(past[:, None], painted(belief(r)), 1.0))
        slate, k = np.nonzero(r.played.clicked[0] & past[:, None])
        taps.set_data(slate, k + 1)
        _say_wishes(r, bars, words)
        _fly(r, flights, flying)
        for line in clocks:
            line.set_xdata([r.now, r.now])

    return update


def _say_wishes(r: Scene, bars: list[Rectangle], words: list[Text]) -> None:
    """Draw the hidden truth: a black bar for each wish, as long as it lasts, up to now."""
    wants = np.append(r.played.evening.wish[0, : r.now + 1], NO_WISH)
    edges = [0, *(1 + np.flatnonzero(np.diff(wants))), len(wants)]
    runs = [(a, b) for a, b in pairwise(edges) if wants[a] != NO_WISH]
    for (bar, word), run in zip_longest(zip(bars, words, strict=True), runs):
        start, end = run or (0, 0)
        bar.set_visible(run is not None)
        bar.set_bounds(start - 0.5, -1.2, end - start - 0.1, 1)
        word.set_text(NAMES[wants[start]] if run else "")
        inside = end - start > 2  # else the word stands behind its bar
        word.set(x=start if inside else end, color="white" if inside else TRUTH)


def _fly(r: Scene, flights: LineCollection, flying: Line2D) -> None:
    """Draw each event from the phone (top) to the profile (the line at 0), as far as it has come by now."""
    events = r.played.events(0)
    left, arrives = (events[name].to_numpy() / SLATE_S for name in ("event_s", "arrived_s"))
    sent = left <= r.now
    done = np.clip((r.now - left) / np.maximum(arrives - left, 1e-9), 0, 1)
    tip = left + done * (arrives - left)
    flights.set_segments(
        [[(a, 1), (x, 1 - d)] for a, x, d in zip(left[sent], tip[sent], done[sent], strict=True)]
    )
    flights.set_color(painted(events.topic.to_numpy()[sent]))
    flights.set_linewidth(np.where(events.kind[sent] == "search", 4, 1.2))
    air = sent & (done < 1)
    flying.set_data(tip[air], 1 - done[air])


def reading(r: Scene) -> str:
    """Say what she wants and sees, and whether the search is known."""
    wish = r.played.evening.wish[0, r.now]
    wanted = CHESS if wish == NO_WISH else wish
    seen = f"At {CLOCK[r.now]} she wants {NAMES[wanted]} and gets {r.shown(wanted)[r.now]} of 10."
    if r.now < SEARCH:
        return seen
    if r.played.memory.weight == 0:
        return f"{seen} Nothing of tonight is used."
    if r.now < r.first_known:
        until = "all evening" if r.first_known == SLATES else f"until the slate of {CLOCK[r.first_known]}"
        return f"{seen} Her search of {ASKED} is under way {until}."
    bread = r.shown(BREAD)
    since, before = bread[r.first_known : r.now + 1].mean(), bread[:SEARCH].mean()
    known = (
        f"Her search of {ASKED} is known since {CLOCK[r.first_known]}: {since:.1f} of 10 videos about bread since, "
        f"{before:.1f} before."
    )
    return known if wanted == BREAD else f"{known} {seen}"


def prediction() -> Prediction:
    """Ask what ten times the speed buys."""
    return Prediction(
        id="05.1",
        question="She searches for bread at 20:00:05. Slates were and are fetched at 20:00:00, 20:00:30, 20:01:00 and "
        "so on. The pipeline gets ten times faster: 2 seconds from phone to profile instead of 20. How many slates "
        "earlier does the feed know?",
        answer=Slider("Slates", 0, 10, 1, 3, ""),
        truth=slates_gained,
    )


def users_theatre() -> Explorer:
    """Return the explorer: the clock, the pipeline's delay, the weight of tonight, what she really wants."""
    return Explorer(
        question="She searched for bread. When does the feed know, and what does it make of it?",
        controls={
            "clock": Steps("The clock", CLOCK, CLOCK[-1]),
            "delay_s": Steps("Phone to profile", (2, 10, 20, 60, 120, 180, 300, 600), 60, "s"),
            "weight": Slider("Weight of tonight", 0.0, 1.0, 0.1, 0.6, "share"),
            "story": Choice("What she wants", tuple(STORIES), next(iter(STORIES))),
        },
        model=model,
        draw=draw,
        reading=reading,
        panels={"product": "what she wants, and sees", "platform": "what has left, and arrived"},
        presets={
            "She searches": Preset("20:00:05. The search leaves the phone.", {"clock": CLOCK[SEARCH]}),
            "Ten times faster": Preset("From 20 seconds to 2. Compare with 20.", {"delay_s": 2}),
            "For an aunt": Preset(
                "She looks it up for somebody else and is back at chess. The feed is quick, and sure.",
                {"delay_s": 2, "weight": 0.8, "story": "bread, for an aunt"},
            ),
            "Five minutes late": Preset(
                "When the feed knows of bread, she is already at tennis.",
                {"delay_s": 300, "story": "bread, then tennis"},
            ),
        },
        prediction=prediction(),
    )
