"""A deck of questions answered with a probability: commit, see why, watch your calibration.

Knows no domain: a card is a text, an outcome (1, 0, or 0.5 for truly both) and a reason.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets as widgets

from twoworlds.course.display import bundle, heading, picture_box, png, sentence_html
from twoworlds.course.progress import progress
from twoworlds.course.stage import Draw, Stage

Shares = Sequence[float]


@dataclass(frozen=True)
class Card:
    """One question; `outcome` is 1 when the first label is right, 0 for the second, 0.5 when both are."""

    id: str
    text: str
    outcome: float
    why: str


@dataclass(frozen=True)
class Deck:
    """Cards, the two labels between which the learner's probability lies, and the picture of the score.

    `model(probabilities, outcomes)` returns a result, `draw` and `reading` are as in an explorer. `example` is
    the (name, probabilities) that the picture shows where no kernel runs, and beside the learner's own.
    """

    id: str
    question: str
    cards: Sequence[Card]
    labels: tuple[str, str]
    model: Callable[[Shares, Shares], Any]
    draw: Draw
    reading: Callable[[Any], str]
    panels: Mapping[str, str]
    example: tuple[str, Shares]
    height: float = 3.3

    def outcomes(self) -> list[float]:
        """Return the outcomes in the order of the cards."""
        return [card.outcome for card in self.cards]

    def example_reading(self) -> str:
        """Return the sentence on the example's forecasts."""
        return f"{self.example[0]}: {self.reading(self.model(self.example[1], self.outcomes()))}"

    def picture(self) -> bytes:
        """Return the PNG of the example's forecasts."""
        stage = Stage(self.draw, self.panels, self.height)
        stage.show(self.model(self.example[1], self.outcomes()))
        return png(stage.pixels(), small=True)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:
        return bundle(f"{self.question} {self.example_reading()}", self.picture(), LiveDeck(self).box)


class LiveDeck:
    """The deck in a running kernel. Committed answers are stored at once, and are there again next time."""

    def __init__(self, deck: Deck):
        self.deck = deck
        self.stage = Stage(deck.draw, deck.panels, deck.height)
        self.stage.pin(deck.model(deck.example[1], deck.outcomes()))
        self.answers = self._stored()
        self.at = 0
        self.text = widgets.HTML()
        self.slider = widgets.IntSlider(value=50, min=0, max=100, step=5, readout_format="d")
        self.slider.layout.width = "330px"
        self.commit = widgets.Button(description="Commit", button_style="primary")
        self.onward = widgets.Button(description="Next")
        self.sentence = widgets.HTML()
        self.image = picture_box()
        self.commit.on_click(lambda _: self.answer(self.slider.value))
        self.onward.on_click(lambda _: self.next())
        self.box = self._lay_out()
        self.next()
        self._score()

    def answer(self, percent: int) -> None:
        """Commit a probability (percent for the first label), store it, say why, score."""
        card = self.deck.cards[self.at]
        count = self._count()
        self.answers[card.id] = percent / 100
        progress().record(
            "forecast", self.deck.id.split(".")[0], card.id, {"guess": percent / 100, "truth": card.outcome}
        )
        right = {1.0: self.deck.labels[0], 0.0: self.deck.labels[1], 0.5: "both"}[float(card.outcome)]
        why = escape(card.why).replace("\n", "<br>")
        self.text.value = _card(
            count, card.text, f'<b class="tw-guess">{escape(right).capitalize()}.</b> {why}'
        )
        self._asking(False)
        self._score()

    def next(self) -> None:
        """Turn to the first card without an answer, or say that the deck is done."""
        left = [i for i, card in enumerate(self.deck.cards) if card.id not in self.answers]
        self._asking(bool(left))
        self.onward.disabled = not left
        if left:
            self.at = left[0]
            self.slider.value = 50
            self.text.value = _card(self._count(), self.deck.cards[self.at].text)
        else:
            self.text.value = _card(
                "Done", "You have answered every card. Your score stays in your progress."
            )

    def _count(self) -> str:
        return f"{min(len(self.answers) + 1, len(self.deck.cards))} of {len(self.deck.cards)}"

    def _asking(self, asking: bool) -> None:
        self.commit.disabled = self.slider.disabled = not asking
        self.onward.disabled = asking

    def _score(self) -> None:
        known = [card for card in self.deck.cards if card.id in self.answers]
        if known:
            result = self.deck.model([self.answers[c.id] for c in known], [c.outcome for c in known])
            self.stage.show(result)
            said = self.deck.reading(result)
        else:
            self.stage.blank()
            said = "Your first answer puts a dot into the picture."
        example = (
            f'<br><span class="tw-pinned">Pale, for comparison. {escape(self.deck.example_reading())}</span>'
        )
        self.sentence.value = sentence_html(said, after=example)
        self.image.value = png(self.stage.pixels())

    def _stored(self) -> dict[str, float]:
        ids = {card.id for card in self.deck.cards}
        events = progress().events("forecast", self.deck.id.split(".")[0])
        return {
            event.item: event.payload["guess"]
            for event in events
            if event.item in ids and "guess" in event.payload
        }

    def _lay_out(self) -> widgets.VBox:
        first, second = self.deck.labels
        row = [widgets.HTML(f"<b>{escape(second)}</b>"), self.slider, widgets.HTML(f"<b>{escape(first)}</b>")]
        line = widgets.HBox(
            [*row, self.commit, self.onward],
            layout=widgets.Layout(align_items="center", flex_flow="row wrap"),
        )
        title = widgets.HTML(heading(self.deck.question))
        box = widgets.VBox([title, self.text, line, self.sentence, self.image])
        box.add_class("tw-explorer")
        return box


def _card(count: str, text: str, why: str = "") -> str:
    verdict = f"<br>{why}" if why else ""
    return f'<p class="tw-card"><span class="tw-pinned">{escape(count)}</span><br>{escape(text)}{verdict}</p>'
