"""Chapter 03: the tail is the system. One module for each explorer, one package for the exercises."""

from twoworlds.chapters.c03_tail import balance, batches, busy, fanout, people, weeks
from twoworlds.chapters.c03_tail.balance import two_choices
from twoworlds.chapters.c03_tail.batches import bigger_batches
from twoworlds.chapters.c03_tail.budget import spend_the_budget
from twoworlds.chapters.c03_tail.busy import how_busy
from twoworlds.chapters.c03_tail.exercises import exercises
from twoworlds.chapters.c03_tail.fanout import one_slow_server
from twoworlds.chapters.c03_tail.freshness import how_often_to_refresh
from twoworlds.chapters.c03_tail.retries import retry_storm
from twoworlds.chapters.c03_tail.weeks import fifty_weeks

EXPLORERS = (
    how_busy,
    two_choices,
    one_slow_server,
    bigger_batches,
    how_often_to_refresh,
    retry_storm,
    spend_the_budget,
    fifty_weeks,
)
GRIDS = {
    "ch03_people": people.build_grid,
    "ch03_busy": busy.build_grid,
    "ch03_balance": balance.build_grid,
    "ch03_fanout": fanout.build_grid,
    "ch03_batches": batches.build_grid,
    "ch03_weeks_product": weeks.build_product,
    "ch03_weeks_platform": weeks.build_platform,
}
__all__ = [
    "batches",
    "bigger_batches",
    "exercises",
    "fifty_weeks",
    "how_busy",
    "how_often_to_refresh",
    "one_slow_server",
    "people",
    "retry_storm",
    "spend_the_budget",
    "two_choices",
    "weeks",
]
