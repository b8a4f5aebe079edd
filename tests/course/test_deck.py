"""The deck of forecasts: answers are stored at once and are there again; the score is shown."""

import pytest
from toy import X

from twoworlds.course.deck import Card, Deck, LiveDeck
from twoworlds.course.progress import Progress


def draw(left, right):
    left.set(xlim=(0, 1), ylim=(0, 1))
    right.set(xlim=(0, 1), ylim=(0, 1))
    (line,) = left.plot([], [], animated=True)

    def update(r):
        line.set_data(X, X * r)

    return update


def mean_square(p, o):
    return sum((x - y) ** 2 for x, y in zip(p, o, strict=True)) / len(p)


def deck():
    cards = [
        Card("a", "Is it <left>?", 1.0, "It is."),
        Card("b", "And this?", 0.5, "Both."),
        Card("c", "This?", 0.0, "No."),
    ]
    return Deck(
        "99.deck", "Which side?", cards, ("left", "right"), mean_square,
        draw, lambda r: f"Score {r:.2f}.", {"a": "A", "b": "B"}, ("A coin", [0.5, 0.5, 0.5]),
    )  # fmt: skip


@pytest.fixture
def record(monkeypatch, tmp_path):
    kept = Progress(tmp_path / "work", tmp_path / "spare")
    monkeypatch.delenv("TWOWORLDS_PROGRESS", raising=False)
    monkeypatch.setattr("twoworlds.course.deck.progress", lambda: kept)
    return kept


def test_bundle_shows_the_example(record):
    data, _ = deck()._repr_mimebundle_()
    assert data["text/plain"] == "Which side? A coin: Score 0.17."
    assert "image/png" in data


def test_answers_are_stored_scored_and_restored(record):
    live = LiveDeck(deck())
    assert "1 of 3" in live.text.value
    assert "&lt;left&gt;" in live.text.value
    live.slider.value = 90
    live.commit.click()
    assert "Left.</b> It is." in live.text.value
    assert "Score 0.01." in live.sentence.value
    live.onward.click()
    assert "2 of 3" in live.text.value
    again = LiveDeck(deck())
    assert again.answers == {"a": 0.9}
    assert "2 of 3" in again.text.value
    for percent in (50, 10):
        again.slider.value = percent
        again.commit.click()
        again.onward.click()
    assert "Done" in again.text.value
    assert "Done" in LiveDeck(deck()).text.value
