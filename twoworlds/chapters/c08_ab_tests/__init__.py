"""Chapter 08: is it real? A/B tests. One module for each explorer; the exercises in a package of their own."""

from twoworlds.chapters.c08_ab_tests import decisions, launches, people, waiting
from twoworlds.chapters.c08_ab_tests.choosing import wrong_number
from twoworlds.chapters.c08_ab_tests.decisions import five_decisions
from twoworlds.chapters.c08_ab_tests.exercises import board, exercises, launch_board
from twoworlds.chapters.c08_ab_tests.ideas import a_thousand_ideas
from twoworlds.chapters.c08_ab_tests.intervals import two_intervals
from twoworlds.chapters.c08_ab_tests.labels import shuffle_the_labels
from twoworlds.chapters.c08_ab_tests.launches import launch_review, launch_tests
from twoworlds.chapters.c08_ab_tests.people import BRIGHT, both_worlds
from twoworlds.chapters.c08_ab_tests.safety import safe_enough
from twoworlds.chapters.c08_ab_tests.waiting import halve_the_effect
from twoworlds.chapters.c08_ab_tests.winners import winners_shrink

EXPLORERS = (
    wrong_number,
    shuffle_the_labels,
    a_thousand_ideas,
    winners_shrink,
    two_intervals,
    halve_the_effect,
    safe_enough,
    launch_review,
)
DECKS = (five_decisions,)
GRIDS = {
    "ch08_people": people.build_grid,
    "ch08_days": waiting.build_grid,
    "ch08_tests": launches.build_tests,
    "ch08_quarter": launches.build_quarter,
    "ch08_board": board.build_tests,
    "ch08_board_truth": board.build_truth,
}
__all__ = [
    "BRIGHT",
    "a_thousand_ideas",
    "both_worlds",
    "decisions",
    "exercises",
    "five_decisions",
    "halve_the_effect",
    "launch_board",
    "launch_review",
    "launch_tests",
    "safe_enough",
    "shuffle_the_labels",
    "two_intervals",
    "winners_shrink",
    "wrong_number",
]
