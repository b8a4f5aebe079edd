"""Chapter 02's exercises, with the wrong answers that tired, clever engineers give: a module for each subject."""

from twoworlds.chapters.c02_engagement.exercises.answers import SURVEY
from twoworlds.chapters.c02_engagement.exercises.lists import DIVERSITY, NDCG
from twoworlds.chapters.c02_engagement.exercises.positions import DEBIASED
from twoworlds.chapters.c02_engagement.exercises.retention import D7
from twoworlds.chapters.c02_engagement.exercises.sessions import SESSIONS
from twoworlds.chapters.c02_engagement.exercises.surrogate import SURROGATE, surrogate_tables
from twoworlds.chapters.c02_engagement.exercises.watching import WATCH_SHARE
from twoworlds.course.exercise import Bank

exercises = Bank("02", [WATCH_SHARE, SESSIONS, D7, SURVEY, DEBIASED, DIVERSITY, NDCG, SURROGATE])
__all__ = ["exercises", "surrogate_tables"]
