"""One concept, two answers: what each desk means by the same word."""

from dataclasses import dataclass

from twoworlds.interview.records import load


@dataclass(frozen=True)
class ConceptCard:
    """One concept as each desk answers it, what is the same, and where the sweeping claim breaks."""

    id: str
    concept: str
    product: str
    platform: str
    same_underneath: str
    limits: str


def load_concept_cards() -> tuple[ConceptCard, ...]:
    """Return the twelve concept cards. Raises InputError if data are missing."""
    return load("ch01/concept_cards.json", tuple[ConceptCard, ...])
