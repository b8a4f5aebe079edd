"""Proof of an explorer: every corner, every preset and many random settings, and no control that does nothing."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.collections import Collection
from matplotlib.lines import Line2D

from twoworlds.course.explorer import Explorer
from twoworlds.course.stage import Stage

# What no sentence may hold: a number that is none, less than nothing, computer notation, "1 minutes".
BROKEN_WORDS = re.compile(
    r"\b(nan|inf)\b|\bNone\b(?! of)|(?<![\w.])-0(\.0+)?(?![.\d])|\de[+-]\d|(?<![\w.,+-])1 [a-z]{3,}(?<!s)s\b|[{}]|np\."
)


def settings(explorer: Explorer, random: int = 200, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the default, all corners, all presets, and `random` settings drawn from the controls' own ranges."""
    yield explorer.defaults()
    names = list(explorer.controls)
    for corner in itertools.product(*(control.ends() for control in explorer.controls.values())):
        yield dict(zip(names, corner, strict=True))
    for preset in explorer.presets:
        yield explorer.preset(preset)
    rng = np.random.default_rng(seed)
    for _ in range(random):
        yield {name: control.sample(rng) for name, control in explorer.controls.items()}


def faults(explorer: Explorer, stage: Stage, setting: dict[str, Any]) -> list[str]:
    """Return what is wrong with one setting: a broken sentence, an empty panel, a number that can't be drawn."""
    result = explorer.model(**setting)
    words = explorer.reading(result)
    stage.show(result)
    found = []
    if BROKEN_WORDS.search(words) or not 20 <= len(words) <= 320 or not words.endswith((".", "?", "!")):
        found.append(f"reading: {words!r}")
    for ax in stage.axes:
        live = [artist for artist in stage.live if artist.axes is ax and artist.get_visible()]
        if not any(_shows(artist, ax) for artist in live):
            found.append(f"nothing to see in {ax.get_title(loc='left')!r}")
    return [f"{setting}: {fault}" for fault in found]


def dead_controls(explorer: Explorer, tries: int = 40, seed: int = 1) -> list[str]:
    """Return the controls that never move the picture, from any of some random settings."""
    stage = explorer.stage()
    rng = np.random.default_rng(seed)
    alive: set[str] = set()
    for attempt in range(tries):
        start = (
            explorer.defaults() if attempt == 0 else {n: c.sample(rng) for n, c in explorer.controls.items()}
        )
        for name, control in explorer.controls.items():
            if (
                name not in alive
                and len({_look(explorer, stage, {**start, name: v}) for v in control.ends()}) > 1
            ):
                alive.add(name)
    return [name for name in explorer.controls if name not in alive]


def _look(explorer: Explorer, stage: Stage, setting: dict[str, Any]) -> int:
    stage.show(explorer.model(**setting))
    return hash(stage.pixels().tobytes())


def _shows(artist: Any, ax: Any) -> bool:
    """Tell whether an artist has at least one point inside its panel."""
    if isinstance(artist, Line2D):
        points = np.column_stack([np.asarray(a, float) for a in artist.get_data()])
    elif isinstance(artist, Collection):
        points = np.concatenate([p.vertices for p in artist.get_paths()] or [np.empty((0, 2))])
        offsets = np.asarray(artist.get_offsets(), float)
        points = offsets if offsets.size > 2 or np.any(offsets) else points
    elif hasattr(artist, "get_x") and hasattr(artist, "get_width"):
        x, y, w, h = artist.get_x(), artist.get_y(), artist.get_width(), artist.get_height()
        points = np.array([[x, y], [x + w, y + h]])
    else:
        return bool(getattr(artist, "get_text", lambda: "")())
    (x0, x1), (y0, y1) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    inside = (points[:, 0] >= x0) & (points[:, 0] <= x1) & (points[:, 1] >= y0) & (points[:, 1] <= y1)
    return bool(inside.any())
