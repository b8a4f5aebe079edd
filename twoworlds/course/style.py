"""The look: five colours that always mean the same, and figures that have it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib.resources import files

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

PRODUCT = "#D55E00"
PLATFORM = "#0072B2"
TRUTH = "#000000"
GUESS = "#CC79A7"
NEUTRAL = "#8A8A8A"
FAINT = "#D0D0D0"
GOOD = "#009E73"

DESKS = {"product": ("Product desk", PRODUCT), "platform": ("Platform desk", PLATFORM)}

# Two device pixels for each CSS pixel: sharp on high-density screens, and on a viewer that scales the picture.
PIXEL_RATIO = 2


def look() -> AbstractContextManager:
    """Return a context in which new artists have the course's look, whatever the reader's own settings are."""
    return matplotlib.rc_context(
        {**matplotlib.rcParamsDefault, **_sheet(), "backend": matplotlib.get_backend()}
    )


def _sheet() -> dict:
    path = files("twoworlds.course") / "twoworlds.mplstyle"
    return dict(matplotlib.rc_params_from_file(str(path), use_default_template=False))


def desk_figure(
    panels: Mapping[str, str], *, height: float = 3.6, **subplots: object
) -> tuple[Figure, list[Axes]]:
    """Make a figure with one panel for each entry of `panels`, from left to right.

    The keys "product" and "platform" give a desk's name and colour to the title; any other key gives the title alone.
    `height` is in inches (the width is 10); further arguments go to `Figure.subplots`. Made without pyplot, so
    that no figure is kept open behind the learner's back.
    """
    with look():
        figure = Figure(figsize=(10, height), dpi=100 * PIXEL_RATIO, layout="constrained")
        FigureCanvasAgg(figure)
        axes = list(figure.subplots(1, len(panels), squeeze=False, **subplots)[0])
        figure.get_layout_engine().set(w_pad=0.12, h_pad=0.06, wspace=0.04)
        for ax, (key, title) in zip(axes, panels.items(), strict=True):
            name, colour = DESKS.get(key, ("", TRUTH))
            ax.set_title(f"{name}: {title}" if name else title, color=colour)
    return figure, axes
