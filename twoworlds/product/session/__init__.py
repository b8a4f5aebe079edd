"""A session as the platform knows it: fading counts, the age of what is served, and evenings lived with both."""

from twoworlds.product.session.evenings import NO_WISH, Evening, Memory, Played, evening, play
from twoworlds.product.session.state import DecayedTopics, age_at, clean_events, decayed_count, mix

__all__ = [
    "NO_WISH",
    "DecayedTopics",
    "Evening",
    "Memory",
    "Played",
    "age_at",
    "clean_events",
    "decayed_count",
    "evening",
    "mix",
    "play",
]
