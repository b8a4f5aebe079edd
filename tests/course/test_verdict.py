import pickle

import numpy as np
import pandas as pd
import pytest

from twoworlds.course.call import Raised, Returned
from twoworlds.course.plain import Foreign
from twoworlds.course.verdict import RUNGS, Standard, called, climb, climb_value

RETURNS = "a float: clicks per impression"
CASES = [pickle.dumps(([1, 0, 1],)), pickle.dumps(([2, 2],))]


def standard(*right, **fields):
    fields = {"also_right": [], "wrongs": [], "returns": RETURNS, "calls": CASES, **fields}
    return Standard(right=[Returned(value) for value in right], **fields)


def judged(*outcomes, right=(2 / 3, 2.0), **fields):
    outcomes = [o if isinstance(o, Returned | Raised) else Returned(o) for o in outcomes]
    return climb("ctr", outcomes, standard(*right, **fields), ["clicks"])


CALL = "ctr([1, 0, 1])"


@pytest.mark.parametrize(
    ("outcomes", "rung", "line"),
    [
        ((..., ...), "not attempted", "not attempted yet."),
        ((Raised("NotImplementedError", ""), 2.0), "not attempted", "not attempted yet."),
        (
            (Raised("ZeroDivisionError", "division by zero", 3), 2.0),
            "raised",
            f"{CALL} raised ZeroDivisionError: division by zero (line 3 of its cell).",
        ),
        ((Raised("KeyboardInterrupt", ""), 2.0), "raised", f"{CALL} raised KeyboardInterrupt."),
        ((None, None), "nothing returned", f"{CALL} returned nothing (None), expected {RETURNS}."),
        (([1.0], 2.0), "wrong type", f"{CALL} returned a list, expected {RETURNS}."),
        ((Foreign("generator"), 2.0), "wrong type", f"{CALL} returned a generator, expected {RETURNS}."),
        (
            (Foreign("list", huge=True), 2.0),
            "wrong type",
            f"{CALL} returned a list that is too big to check, expected {RETURNS}.",
        ),
        ((3, 2.0), "wrong value", f"{CALL} returned 3, expected 0.667 (clicks per impression)."),
        ((2 / 3, 9), "wrong value", "ctr([2, 2]) returned 9, expected 2 (clicks per impression)."),
        (
            (Returned(2 / 3), Returned(2.0, changed=(0,))),
            "changed input",
            "ctr([2, 2]) returned the right value but changed its input clicks: work on a copy.",
        ),
        ((2 / 3, 2), "passed", "passed, right in all 2 cases."),
    ],
)
def test_one_line_for_each_rung(outcomes, rung, line):
    verdict = judged(*outcomes)
    assert (verdict.rung, verdict.line) == (rung, line)
    assert verdict.passed == (rung == "passed")


@pytest.mark.parametrize(
    ("value", "expected", "rung", "line"),
    [
        ([1], [1, 2], "wrong shape", f"{CALL} returned a list of 1 items, expected 2."),
        (
            np.zeros(3),
            np.zeros((3, 1)),
            "wrong shape",
            f"{CALL} returned an array of shape (3,), expected (3, 1).",
        ),
        ({"a": 1}, {"b": 1}, "wrong shape", f"{CALL} returned a dict without the key 'b'."),
        (
            {"a": [1]},
            {"a": [1, 2]},
            "wrong shape",
            f"{CALL} returned {{'a': [1]}}, where ['a'] is a list of 1 items, expected 2.",
        ),
        (
            pd.DataFrame({"a": [1]}),
            pd.DataFrame({"b": [1]}),
            "wrong shape",
            f"{CALL} returned a DataFrame without the column 'b'.",
        ),
        (
            {"a": "1"},
            {"a": 1.0},
            "wrong type",
            f"{CALL} returned {{'a': '1'}}, where ['a'] is a string, expected a number.",
        ),
        (
            [1, 2],
            [1, 2.25],
            "wrong value",
            f"{CALL} returned [1, 2], where [1] is 2, expected 2.25 (clicks per impression).",
        ),
    ],
)
def test_says_where_a_value_departs(value, expected, rung, line):
    verdict = judged(value, 2.0, right=(expected, 2.0))
    assert (verdict.rung, verdict.line) == (rung, line)


def test_the_worked_example_is_told_first_then_the_lowest_rung():
    assert judged(9, Raised("ValueError", "no")).case == 1
    three = {"right": (2 / 3, 2.0, 2 / 3), "calls": [*CASES, CASES[0]]}
    assert judged(2 / 3, 9, Raised("ValueError", "no"), **three).rung == "raised"
    assert judged(2 / 3, 9, None, **three).rung == "nothing returned"
    assert RUNGS.index("raised") < RUNGS.index("nothing returned") < RUNGS.index("wrong value")


def test_none_may_be_right():
    assert judged(None, 2.0, right=(None, 2.0)).passed
    assert judged(1.0, 2.0, right=(None, 2.0)).line == f"{CALL} returned 1, expected None: {RETURNS}."


def test_raising_may_be_right():
    rule = Standard(right=[Raised("ValueError", "a")], also_right=[], wrongs=[], returns=RETURNS, calls=CASES)
    assert climb("ctr", [Raised("ValueError", "other words")], rule, []).passed
    assert climb("ctr", [Raised("KeyError", "a")], rule, []).rung == "raised"
    line = f"{CALL} returned 1, expected it to raise ValueError."
    assert climb("ctr", [Returned(1)], rule, []).line == line


def test_known_wrong_answers_come_before_all_else():
    wrongs = [("twice", "That is twice.", [Returned([4 / 3]), Raised("KeyError", "")])]
    verdict = judged([4 / 3], Raised("KeyError", "else"), wrongs=wrongs)
    assert (verdict.rung, verdict.line, verdict.wrong) == ("known wrong", "That is twice.", "twice")
    assert judged([4 / 3], 2.0, wrongs=wrongs).wrong is None


def test_another_convention_holds_for_all_cases_or_not_at_all():
    also = [[Returned(67), Returned(200)]]
    assert judged(67, 200, also_right=also).passed
    assert judged(67, 2.0, also_right=also).rung == "wrong value"


def test_the_exercise_may_accept_more():
    def accepts(value, expected, clicks):
        return (
            True if round(value, 1) == round(expected, 1) else f"not even near for {len(clicks)} impressions."
        )

    assert judged(0.7, 2.0, accepts=accepts).passed
    assert judged(0.5, 2.0, accepts=accepts).line == f"{CALL} returned 0.5: not even near for 3 impressions."
    assert judged([1], 2.0, accepts=accepts).rung == "wrong type"


def test_an_own_opinion_may_be_numpys():
    assert judged(0.7, 2.0, accepts=lambda value, expected, clicks: np.abs(value - expected) < 0.1).passed
    assert not judged(0.5, 2.0, accepts=lambda value, expected, clicks: np.abs(value - expected) < 0.1).passed


def test_the_call_is_shortened():
    text = called("ctr", pickle.dumps((list(range(1000)), "x" * 1000)))
    assert len(text) < 80
    assert text.startswith("ctr([0, 1, 2, ")
    assert called("f", pickle.dumps(())) == "f()"


SORTED = {"a": "user", "b": "system", "c": "user"}


def value_judged(value, right=SORTED, **fields):
    return climb_value(value, standard(right, returns="a dict: metric to driver", calls=(), **fields))


@pytest.mark.parametrize("blank", [None, ..., {}, [], {"a": None}, {"a": [], "b": {"c": ...}}])
def test_a_blank_value_is_not_attempted(blank):
    assert value_judged(blank).rung == "not attempted"


def test_a_right_value_passes():
    assert value_judged(dict(SORTED)).line == "passed."
    assert value_judged({"x": 1}, also_right=[[Returned({"x": 1})]]).passed


def test_a_wrong_value_does_not_give_the_right_one_away():
    verdict = value_judged({**SORTED, "b": "user"})
    assert verdict.rung == "wrong value"
    assert verdict.line.endswith("look at ['b'] again. 2 of 3 are right.")
    assert "system" not in value_judged({**SORTED, "b": "user"}).line
    assert value_judged(3, right=4).line == "your answer is 3: not right yet."


def test_a_known_wrong_value_is_named():
    wrongs = [("swapped", "Swapped.", [Returned({"a": "system", "b": "user", "c": "system"})])]
    assert value_judged({"a": "system", "b": "user", "c": "system"}, wrongs=wrongs).wrong == "swapped"


def test_the_exercises_own_words_stand_alone_for_a_value():
    verdict = value_judged({"a": "user"}, accepts=lambda value, expected: "two metrics are missing.")
    assert verdict.line == "Two metrics are missing."


def test_within_widens_right_and_wrong_alike():
    wrongs = [("double", "That is twice as much.", [Returned(4 / 3), Returned(4.0)])]
    assert judged(0.667, 2.0, wrongs=wrongs).rung == "wrong value"
    assert judged(0.667, 2.0, wrongs=wrongs, within=1e-3).passed
    assert judged(1.334, 4.0, wrongs=wrongs).wrong is None
    assert judged(1.334, 4.0, wrongs=wrongs, within=1e-3).wrong == "double"


def test_the_line_follows_the_convention_that_most_cases_follow():
    also = [[Returned(67.0), Returned(200.0), Returned(50.0)]]
    calls = [*CASES, CASES[0]]
    verdict = judged(67.0, 200.0, 49.0, right=(2 / 3, 2.0, 0.5), also_right=also, calls=calls)
    assert "returned 49, expected 50" in verdict.line
    assert (
        "returned 0.4, expected 0.5"
        in judged(2 / 3, 2.0, 0.4, right=(2 / 3, 2.0, 0.5), also_right=also, calls=calls).line
    )
