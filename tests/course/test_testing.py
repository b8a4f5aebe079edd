import itertools

import pytest

from twoworlds.course.exercise import Bank, Exercise, Wrong
from twoworlds.course.testing import SHORT_ZOO, ZOO, prove, survive, trusted_verdict


def ctr(clicks):
    """Return clicks per impression."""
    return sum(clicks) / len(clicks)


WRONGS = (Wrong("sum", sum, "That counts the clicks."), Wrong("max", max, "That is the largest."))


def make(**fields):
    fields = {
        "id": "01.1",
        "title": "Clicks per impression",
        "desk": "product",
        "minutes": 5,
        "answer": ctr,
        "cases": [([1, 0, 1],), ([2, 4],)],
        "returns": "a float: clicks per impression",
        "wrongs": WRONGS,
        "hints": ("first", "second", "third"),
        **fields,
    }
    return Exercise(**fields)


VALUE = {
    "kind": "value",
    "answer": 1,
    "cases": (),
    "wrongs": [Wrong("a", 2, "Two."), Wrong("b", lambda: 3, "Three.")],
}


@pytest.mark.parametrize("fields", [{}, VALUE, {"also_right": [lambda clicks: 100 * ctr(clicks)]}])
def test_a_sound_exercise(fields):
    prove(make(**fields))


def changes(clicks):
    return clicks.pop() * 0 + ctr([*clicks])


COUNT = itertools.count()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"wrongs": [*WRONGS, Wrong("right", ctr, "No.")]}, "'right' is not caught"),
        ({"wrongs": [*WRONGS, Wrong("sum again", sum, "No.")]}, "'sum again' is not caught"),
        ({"wrongs": WRONGS[:1]}, "two to five known wrong answers"),
        ({"wrongs": [*WRONGS, Wrong("min", min, "That is the largest.")]}, "is there twice"),
        ({"wrongs": [*WRONGS, Wrong("min", min, "Two\nlines.")]}, "is not one line"),
        ({"answer": changes}, "does not pass"),
        ({"answer": lambda clicks: next(COUNT)}, "changes its mind"),
        ({"answer": lambda clicks: 1 / 0}, "raises on the worked example"),
        ({"answer": lambda clicks: iter(clicks)}, "gives no plain value"),
        ({"accepts": lambda value, expected, clicks: True}, "is not caught"),
    ],
)
def test_an_unsound_exercise_is_told(fields, complaint):
    with pytest.raises(AssertionError, match=complaint):
        prove(make(**fields))


def test_trusted_verdict():
    assert trusted_verdict(make(), ctr).passed
    assert trusted_verdict(make(**VALUE), 1).passed
    assert trusted_verdict(make(**VALUE), lambda: 3).wrong == "b"


@pytest.mark.parametrize("fields", [{}, VALUE])
def test_survive(fields):
    answered = survive(Bank("01", [make(**fields)]), "01.1", limit=0.3)
    assert [each.name for each in answered] == list(SHORT_ZOO)
    assert not any(each.verdict.passed for each in answered)


def test_the_short_zoo_is_a_zoo():
    assert 25 <= len(SHORT_ZOO) < len(ZOO)
