import pytest

from twoworlds.course.sweep import BROKEN_WORDS


@pytest.mark.parametrize(
    "words",
    [
        "nan %",
        "inf min",
        "is None.",
        "-0 points",
        "by -0.0 %",
        "1e+02 %",
        "-2e-14 %",
        "after 1 minutes",
        "{left}",
        "np.float64(2)",
    ],
)
def test_what_no_sentence_may_hold(words):
    assert BROKEN_WORDS.search(words)


@pytest.mark.parametrize(
    "words",
    [
        "-0.5 %",
        "+0.0 %",
        "None of the loads",
        "1 minute",
        "11 minutes",
        "0.1 points",
        "-1 points",
        "+1 points",
        "information",
        "Week 1 was",
        "at 20:00",
    ],
)
def test_what_a_sentence_may_hold(words):
    assert not BROKEN_WORDS.search(words)
