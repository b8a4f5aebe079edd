"""Chapter 02: engagement is not satisfaction. One module for each explorer, one for each exercise."""

from twoworlds.chapters.c02_engagement import mixer, sensitivity
from twoworlds.chapters.c02_engagement.cohorts import who_stays
from twoworlds.chapters.c02_engagement.exercises import exercises, surrogate_tables
from twoworlds.chapters.c02_engagement.gaps import where_does_a_session_end
from twoworlds.chapters.c02_engagement.mixer import objective_mixer
from twoworlds.chapters.c02_engagement.positions import the_position_that_clicks_itself
from twoworlds.chapters.c02_engagement.proxies import what_the_log_cant_see
from twoworlds.chapters.c02_engagement.sensitivity import how_many_users
from twoworlds.chapters.c02_engagement.surveys import who_answers_the_survey

EXPLORERS = (
    what_the_log_cant_see,
    objective_mixer,
    where_does_a_session_end,
    who_stays,
    who_answers_the_survey,
    the_position_that_clicks_itself,
    how_many_users,
)
GRIDS = {"ch02_mixes": mixer.build_grid, "ch02_noise": sensitivity.build_grid}
__all__ = [
    "exercises",
    "how_many_users",
    "objective_mixer",
    "surrogate_tables",
    "the_position_that_clicks_itself",
    "what_the_log_cant_see",
    "where_does_a_session_end",
    "who_answers_the_survey",
    "who_stays",
]
