"""Every exercise of every chapter: blank, right answers, known wrong answers, and a zoo of hostile ones."""

from twoworlds.course.exercise import Bank
from twoworlds.course.testing import prove, survive


def test_exercise_is_proven(exercise):
    prove(exercise)


def test_exercise_survives_the_zoo(exercise):
    if exercise.kind == "function":
        survive(Bank(exercise.id.split(".")[0], [exercise]), exercise.id, limit=0.3)
