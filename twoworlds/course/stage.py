"""The explorer's picture: the background is drawn once, the changing artists are blitted over it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from twoworlds.course.style import GUESS, NEUTRAL, desk_figure, look

Update = Callable[[Any], None]
Draw = Callable[..., Update]
# How much of its colour a ghost keeps; a hollow dot needs more than a line to be seen.
PALE, PALE_DOTS = 0.3, 0.75
Place = Callable[[Any, Any], tuple[float, float]]


class Stage:
    """A figure of one or two desks whose `animated` artists change and whose everything else stays.

    `draw(*axes)` makes the artists once, those that change with `animated=True`, fixes the axes, and returns the
    function that brings them up to date with a result. A full draw of two axes takes 50 ms or so, this one 1 ms.
    """

    def __init__(self, draw: Draw, panels: Mapping[str, str], height: float = 3.6):
        self.figure, self.axes = desk_figure(panels, height=height)
        with look():
            self._update = draw(*self.axes)
            self._guess = _GuessMark(self.axes)
            self.live = sorted(
                self.figure.findobj(lambda artist: artist.get_animated()),
                key=lambda artist: artist.get_zorder(),
            )
            self.canvas = self.figure.canvas
            self.canvas.draw()
        # The layout is settled now; solving it again would move the axes under the cached background.
        self.figure.set_layout_engine("none")
        self._clean = self.canvas.copy_from_bbox(self.figure.bbox)
        self._background = self._clean

    def show(self, result: Any) -> None:
        """Bring the picture up to date with `result`."""
        self._update(result)
        self._blit(self.live)

    def blank(self) -> None:
        """Show the axes alone: what stands there before the learner has guessed."""
        self._blit([])

    def pixels(self) -> np.ndarray:
        """Return the picture as an array (height, width, 4) of uint8. It is a view: copy it to keep it."""
        return np.asarray(self.canvas.buffer_rgba())

    def pin(self, result: Any) -> None:
        """Keep `result` as a ghost behind what is shown from now on; a second pin replaces the first."""
        self._update(result)
        self._background = self._clean
        ghosts = [
            artist for artist in self.live if not isinstance(artist, Text) and not self._guess.owns(artist)
        ]
        restore = [_as_ghost(artist) for artist in ghosts]
        self._blit(ghosts)
        for undo in restore:
            undo()
        self._background = self.canvas.copy_from_bbox(self.figure.bbox)

    def unpin(self) -> None:
        """Forget the ghost."""
        self._background = self._clean

    def guess(self, panel: int, x: float, y: float) -> None:
        """Put the learner's guess into a panel, in the colour of guesses."""
        self._guess.put(self.axes[panel], x, y)

    def _blit(self, artists: list[Artist]) -> None:
        self.canvas.restore_region(self._background)
        renderer = self.canvas.get_renderer()
        with look():
            for artist in artists:
                artist.draw(renderer)


class _GuessMark:
    """The pink diamond and its two words, in whichever panel the guess belongs."""

    def __init__(self, axes: list[Axes]):
        self._marks = {}
        for ax in axes:
            (dot,) = ax.plot(
                [], [], "D", color=GUESS, markersize=8, markeredgecolor="white", zorder=9, animated=True
            )  # fmt: skip
            words = ax.annotate(
                "your guess", (0, 0), xytext=(0, 12), textcoords="offset points", ha="center", color=GUESS, zorder=9,
                visible=False, animated=True,
            )  # fmt: skip
            self._marks[ax] = (dot, words)

    def put(self, ax: Axes, x: float, y: float) -> None:
        dot, words = self._marks[ax]
        dot.set_data([x], [y])
        words.xy = (x, y)
        low, high = sorted(ax.get_xlim())
        words.set_ha(
            "left" if x < low + 0.1 * (high - low) else "right" if x > high - 0.1 * (high - low) else "center"
        )
        words.set_visible(True)

    def owns(self, artist: Artist) -> bool:
        return any(artist in pair for pair in self._marks.values())


def _as_ghost(artist: Artist) -> Callable[[], None]:
    """Make an artist pale (and its markers hollow); return what makes it as it was."""
    alpha = artist.get_alpha()
    dots = isinstance(artist, Line2D) and artist.get_linestyle() == "None"
    pale = PALE_DOTS if dots else PALE
    artist.set_alpha(pale if alpha is None or np.ndim(alpha) else pale * alpha)
    if not isinstance(artist, Line2D):
        return lambda: artist.set_alpha(alpha)
    face, edge = artist.get_markerfacecolor(), artist.get_markeredgecolor()
    artist.set_markerfacecolor("white")
    if edge == "white":
        artist.set_markeredgecolor(artist.get_color() or NEUTRAL)

    def undo() -> None:
        artist.set_alpha(alpha)
        artist.set_markerfacecolor(face)
        artist.set_markeredgecolor(edge)

    return undo
