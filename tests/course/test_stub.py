import functools

import pytest

from twoworlds.course.stub import is_stub


def docstring_only(x):
    """Return something."""


def dots(x):
    """Return something."""
    ...


def passes(x):
    pass


def returns_none(x):
    return None


def returns_dots(x):
    return ...


def closes_over():
    y = 1

    def inner():
        """See outside."""
        ...

    return inner if y else y


@pytest.mark.parametrize("function", [docstring_only, dots, passes, returns_none, returns_dots, lambda: None])
def test_stub(function):
    assert is_stub(function)


def returns_zero(x):
    return 0


def prints(x):
    print(x)


def starts(x):
    total = 0  # noqa: F841
    ...


async def later(x): ...


def yields(x):
    yield


def refuses(x):
    raise NotImplementedError


def returns_argument(x):
    return x


@pytest.mark.parametrize(
    "answer",
    [
        returns_zero,
        prints,
        starts,
        later,
        yields,
        refuses,
        returns_argument,
        print,
        int,
        3,
        functools.partial(dots, 1),
    ],
)
def test_attempt(answer):
    assert not is_stub(answer)
