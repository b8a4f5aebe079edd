"""Chapter 01: who is your user? One module for each explorer, one for the exercises."""

from twoworlds.chapters.c01_users import interventions, lens, tuning, vignettes
from twoworlds.chapters.c01_users.exercises import effects_table, exercises, metric_table
from twoworlds.chapters.c01_users.interventions import five_interventions
from twoworlds.chapters.c01_users.knobs import eight_knobs
from twoworlds.chapters.c01_users.lens import role_lens, who_notices
from twoworlds.chapters.c01_users.pretest import blind_prompt, one_concept_two_answers
from twoworlds.chapters.c01_users.vignettes import whose_question

EXPLORERS = (role_lens, eight_knobs, five_interventions)
DECKS = (whose_question,)
GRIDS = {
    "ch01_incidents": lens.build_grid,
    "ch01_knobs": tuning.build_curves,
    "ch01_free": tuning.build_free,
    "ch01_service": tuning.build_service,
    "ch01_interventions": interventions.build_grid,
    "ch01_keywords": vignettes.build_keyword_matcher,
}
__all__ = [
    "blind_prompt",
    "effects_table",
    "eight_knobs",
    "exercises",
    "five_interventions",
    "metric_table",
    "one_concept_two_answers",
    "role_lens",
    "who_notices",
    "whose_question",
]
