import pickle

import numpy as np
import pytest

from twoworlds.course.call import Raised, Returned, call
from twoworlds.course.plain import Foreign


def calling(function, *arguments, after=lambda: None):
    return call(function, pickle.dumps(arguments), after)


def test_returns_a_plain_value():
    assert calling(lambda x: x + 1, 1) == Returned(2)
    assert calling(lambda: (i for i in ())) == Returned(Foreign("generator"))


def test_notices_changed_arguments():
    assert calling(lambda x, y: y.append(1), [], []) == Returned(None, changed=(1,))
    assert calling(lambda x: x.sort(), [2, 1]).changed == (0,)
    assert calling(lambda x: x.sort(), [1, 2]).changed == ()
    assert calling(lambda x: x.__setitem__(0, 1 + 1e-12), np.ones(1)).changed == (0,)


def test_each_call_gets_its_own_copy():
    arguments = pickle.dumps(([],))
    assert call(lambda x: x.append(1) or len(x), arguments) == call(
        lambda x: x.append(1) or len(x), arguments
    )


def raises(error):
    def answer():
        raise error

    return answer


class UnreadableError(Exception):
    def __str__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ValueError("a\nb   c"), "ValueError", "a b c"),
        (SystemExit(3), "SystemExit", "3"),
        (KeyboardInterrupt(), "KeyboardInterrupt", ""),
        (UnreadableError(), "UnreadableError", "an error that has no readable message"),
    ],
)
def test_raises(error, kind, message):
    outcome = calling(raises(error))
    assert (outcome.kind, outcome.message) == (kind, message)


def test_a_long_message_is_cut():
    assert len(calling(raises(ValueError("x" * 10_000))).message) == 160


def test_says_the_line_of_the_functions_own_file():
    def answer():
        return pickle.loads(b"")

    assert calling(answer).line == answer.__code__.co_firstlineno + 1
    assert calling(len).line is None


@pytest.mark.parametrize("function", [lambda: 1, raises(ValueError())])
def test_after_runs_whatever_happens(function):
    seen = []
    calling(function, after=lambda: seen.append(1))
    assert seen == [1]


def test_raised_outcomes_are_values():
    assert Raised("ValueError", "x", 3) == Raised("ValueError", "x", 3)
