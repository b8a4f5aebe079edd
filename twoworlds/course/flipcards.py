"""Cards with two sides: one word, what each desk means by it. Knows no domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import ipywidgets as widgets

from twoworlds.course.display import bundle
from twoworlds.course.style import PLATFORM, PRODUCT


@dataclass(frozen=True)
class FlipCard:
    """One word, the two answers, and two lines below both: what they share, and where the rule breaks."""

    word: str
    left: str
    right: str
    shared: str
    limits: str

    def html(self) -> str:
        """Return the card as HTML."""
        side = '<td style="width:50%;vertical-align:top;text-align:left;border-top:3px solid {}"><b>{}</b><br>{}</td>'
        return (
            '<table style="max-width:990px;line-height:1.45;font-size:14px"><tr>'
            + side.format(PRODUCT, f"{escape(self.word)}, product desk", escape(self.left))
            + side.format(PLATFORM, f"{escape(self.word)}, platform desk", escape(self.right))
            + f'</tr><tr><td colspan="2" style="text-align:left"><b>The same underneath.</b> {escape(self.shared)}<br>'
            f"<b>Where the rule breaks.</b> {escape(self.limits)}</td></tr></table>"
        )


class FlipCards:
    """A row of words; the chosen one shows its card. Without a kernel the first card stands there."""

    def __init__(self, cards: Sequence[FlipCard]):
        self.cards = {card.word: card for card in cards}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        first = next(iter(self.cards.values()))
        words = f"{first.word}. Product desk: {first.left} Platform desk: {first.right}"
        data, metadata = bundle(words, box=self.live())
        return {**data, "text/html": first.html()}, metadata

    def live(self) -> widgets.Widget:
        """Return the live form."""
        words = widgets.ToggleButtons(options=list(self.cards), style={"button_width": "auto"})
        card = widgets.HTML()

        def show(_: object = None) -> None:
            card.value = self.cards[words.value].html()

        words.observe(show, names="value")
        show()
        return widgets.VBox([words, card])
