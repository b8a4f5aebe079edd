import time

import pytest

from twoworlds.course.exercise import Bank, Exercise, Wrong
from twoworlds.course.hostile import ZOO, right_answer

SECONDS = 2.5  # the course promises 2.0; a busy machine gets some more
WRONGS = [Wrong("sum", sum, "That counts the clicks."), Wrong("max", max, "That is the largest.")]


def ctr(clicks):
    """Return clicks per impression."""
    return sum(clicks) / len(clicks)


@pytest.fixture(scope="module")
def bank():
    return Bank(
        "01",
        [
            Exercise(
                id="01.1",
                title="Clicks per impression",
                desk="product",
                minutes=5,
                answer=ctr,
                cases=[([1, 0, 1],), ([2, 5],)],
                returns="a float: clicks per impression",
                wrongs=WRONGS,
                hints=("first", "second", "third"),
            ),
        ],
    )


RUNGS = {
    "sleeps": "not run",
    "loop": "not run",
    "exits hard": "not run",
    "exits": "raised",
    "interrupts": "raised",
    "recurse": "raised",
    "needs a lock": "not run",
    "returns NaN": "wrong value",
    "returns a generator": "wrong type",
    "returns an odd DataFrame": "wrong type",
    "changes its input": "changed input",
    "replace builtins": "wrong value",
}
WITH_PANDAS = {"returns an odd DataFrame", "changes its input", "replace pandas"}


def judged(bank, name):
    """Return the seconds until the verdict, and the verdict, from a worker that had the time to import pandas."""
    if name in WITH_PANDAS:
        bank.judge("01.1", _imports_pandas)
    answer = ZOO[name](bank["01.1"])
    start = time.perf_counter()
    verdict = bank.judge("01.1", answer)
    return time.perf_counter() - start, verdict


def _imports_pandas(clicks):
    import pandas

    return pandas.Series(clicks).sum()


def test_the_zoo_is_large():
    assert len(ZOO) >= 25
    assert not {*RUNGS, *WITH_PANDAS} - {*ZOO}


@pytest.mark.parametrize("name", ZOO)
def test_one_line_in_time_and_a_right_answer_passes_after(bank, name):
    tries = [judged(bank, name)]
    if tries[0][0] > SECONDS:  # another process may have had the processor: nobody is late twice by chance
        tries.append(judged(bank, name))
    seconds, verdict = min(tries, key=lambda each: each[0])
    assert seconds <= SECONDS
    assert verdict.rung == RUNGS.get(name, verdict.rung)
    assert not verdict.passed
    assert 0 < len(verdict.line) <= 400
    assert "\n" not in verdict.line
    assert bank.judge("01.1", right_answer(bank["01.1"])).passed
