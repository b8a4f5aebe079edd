"""Twelve concept cards, each with two answers that differ."""

from twoworlds.interview.cards import load_concept_cards

CARDS = load_concept_cards()


def test_the_twelve_concepts():
    concepts = (
        "latency, cache, drift, ab-test, rollback, freshness, monitoring, failure, scale, api, success, cost"
    )
    assert ", ".join(card.id for card in CARDS) == concepts


def test_every_text_is_said_once():
    texts = [text for c in CARDS for text in (c.product, c.platform, c.same_underneath, c.limits)]
    assert len(set(texts)) == len(texts) == 48


def test_answers_are_short_enough_to_be_spoken():
    assert all(15 <= len(text.split()) <= 60 for card in CARDS for text in (card.product, card.platform))
    assert all(len(card.same_underneath.split()) <= 30 for card in CARDS)


def test_limits_quote_the_sweeping_claim():
    assert all(card.limits.startswith("'") for card in CARDS)
