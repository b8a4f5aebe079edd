"""Proofs that every exercise of the course has to pass: use them in the chapters' tests."""

import time
from dataclasses import dataclass
from typing import Any

from twoworlds.course.call import Raised, Returned
from twoworlds.course.compare import same
from twoworlds.course.exercise import Bank, Exercise
from twoworlds.course.hostile import ZOO, right_answer
from twoworlds.course.plain import Foreign, plain
from twoworlds.course.runner import LIMIT, Run
from twoworlds.course.verdict import Verdict, climb_value

__all__ = ["SHORT_ZOO", "ZOO", "Answered", "prove", "right_answer", "survive", "trusted_verdict"]

# These cost a worker each, and what they do to a check is the same for every exercise: once is enough for them.
_COSTLY = {
    *(
        "recurse in c",
        "swallow",
        "grow",
        "print a gigabyte",
        "close output",
        "write everywhere",
        "loops in C",
    ),
    *("raises to a huge power", "kills itself", "stops itself", "raises an endless error", "reads the pipe"),
    *(
        "raises when read back",
        "returns a huge list",
        "returns a thicket",
        "replace the clock",
        "replace pandas",
    ),
    *("exits hard", "sleeps", "needs a trap", "exits"),
    *("change errors", "change place", "empty modules", "thread", "fork", "child"),
    *("loop", "closes all files", "returns an int that lies", "replace builtins"),
}
SHORT_ZOO = {name: factory for name, factory in ZOO.items() if name not in _COSTLY}


def trusted_verdict(exercise: Exercise, answer: Any) -> Verdict:
    """Judge an `answer` of our own in this process: quick, and without a limit."""
    if exercise.kind == "value":
        return climb_value(plain(answer() if callable(answer) else answer), exercise.standard)
    return exercise.judge_run(getattr(answer, "__name__", "answer"), Run(exercise.outcomes(answer)))


def prove(exercise: Exercise) -> None:
    """Assert what must hold for an exercise.

    An untouched blank is not attempted; the reference and the other conventions pass; each known wrong answer is caught
    by its own name, with a sentence that no other has; there are two to five of them; the reference gives plain values,
    the same ones twice.
    """
    _prove_reference(exercise)
    assert _stub_verdict(exercise).rung == "not attempted", (
        f"{exercise.id}: an untouched blank counts as an attempt"
    )
    for i, answer in enumerate((exercise.answer, *exercise.also_right)):
        verdict = trusted_verdict(exercise, answer)
        assert verdict.passed, f"{exercise.id}: right answer number {i} does not pass: {verdict.line}"
    for wrong in exercise.wrongs:
        assert not _refused(exercise, wrong.answer), (
            f"{exercise.id}: {wrong.name!r} is refused by our own code"
        )
        verdict = trusted_verdict(exercise, wrong.answer)
        assert verdict.wrong == wrong.name, f"{exercise.id}: {wrong.name!r} is not caught: {verdict}"
        assert verdict.line == wrong.sentence
    assert 2 <= len(exercise.wrongs) <= 5, (
        f"{exercise.id}: two to five known wrong answers, not {len(exercise.wrongs)}"
    )
    told = [*(wrong.sentence for wrong in exercise.wrongs), *exercise.hints]
    assert all(line.strip() and "\n" not in line for line in told), (
        f"{exercise.id}: a sentence or hint is not one line"
    )
    assert len(set(told)) == len(told), f"{exercise.id}: a sentence or hint is there twice"


def _prove_reference(exercise: Exercise) -> None:
    right = exercise.standard.right
    again = exercise.outcomes(exercise.answer)
    assert exercise.standard.agrees(right, again), f"{exercise.id}: the reference changes its mind"
    assert isinstance(right[0], Returned), (
        f"{exercise.id}: the reference raises on the worked example: {right[0]}"
    )
    values = [outcome.value for outcome in right if not isinstance(outcome, Raised)]
    assert not any(isinstance(value, Foreign) for value in values), (
        f"{exercise.id}: the reference gives no plain value"
    )
    assert all(same(value, value) for value in values), f"{exercise.id}: a right value does not equal itself"


def _refused(exercise: Exercise, answer: Any) -> bool:
    """Tell whether an answer ends in a sentence of our rooms: a learner's own slip would not, and never match it."""
    return any(isinstance(o, Raised) and o.kind == "InputError" for o in exercise.outcomes(answer))


def _stub_verdict(exercise: Exercise) -> Verdict:
    def stub(*arguments: Any) -> Any:
        """Stand for the learner's blank."""
        ...

    return Bank(exercise.id.split(".")[0], [exercise]).judge(
        exercise.id, stub if exercise.kind == "function" else ...
    )


@dataclass(frozen=True)
class Answered:
    """How a hostile answer was dealt with: its name, the seconds until the verdict, the verdict."""

    name: str
    seconds: float
    verdict: Verdict


def survive(bank: Bank, id: str, limit: float = LIMIT) -> list[Answered]:
    """Check the answers of the short zoo on an exercise; assert one line each, and that a right answer still passes."""
    answered = []
    for name, factory in SHORT_ZOO.items():
        answer = factory(bank[id])
        start = time.perf_counter()
        verdict = bank.judge(id, answer, limit)
        answered.append(Answered(name, time.perf_counter() - start, verdict))
        assert 0 < len(verdict.line) <= 400, f"{name}: {verdict.line!r}"
        assert "\n" not in verdict.line, f"{name}: {verdict.line!r}"
    right = right_answer(bank[id]) if bank[id].kind == "function" else bank[id].standard.right[0].value
    verdict = bank.judge(id, right)
    assert verdict.passed, f"{id}: after the zoo, a right answer is told: {verdict.line}"
    return answered
