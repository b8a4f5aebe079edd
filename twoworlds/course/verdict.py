"""The climb: from what came of an answer to the one line that the learner reads."""

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twoworlds.course.call import Outcome, Raised, Returned
from twoworlds.course.compare import RELATIVE, Difference, difference, same
from twoworlds.course.show import describe, show, tell_apart

RUNGS = (
    "not attempted",
    "not run",
    "raised",
    "nothing returned",
    "wrong type",
    "wrong shape",
    "known wrong",
    "wrong value",
    "changed input",
    "passed",
)
CALL_WIDTH = 60


@dataclass(frozen=True)
class Verdict:
    """What a check says: the rung reached (one of RUNGS), the line, and the name of the known wrong answer, if any.

    `case` is the number (from 1) of the case that the line is about, if it is about one.
    """

    rung: str
    line: str
    wrong: str | None = None
    case: int | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.rung == "passed"


@dataclass(frozen=True)
class Standard:
    """What an answer is held against: the right outcomes, other right ones, and the known wrong ones."""

    right: Sequence[Outcome]
    also_right: Sequence[Sequence[Outcome]]
    wrongs: Sequence[tuple[str, str, Sequence[Outcome]]]  # name, sentence, outcomes
    returns: str
    accepts: Callable[..., Any] | None = None
    calls: Sequence[bytes] = ()  # the pickled arguments of each case
    within: float = RELATIVE  # the share by which numbers may differ, from right and wrong outcomes alike

    def agrees(self, outcomes: Sequence[Outcome], others: Sequence[Outcome]) -> bool:
        """Tell whether two functions did the same on every case: returned equal values, or raised the same type."""
        return len(outcomes) == len(others) and all(map(self._alike, outcomes, others))

    def is_right(self, outcomes: Sequence[Outcome]) -> bool:
        """Tell whether the outcomes are those of the reference, or of another convention, on all cases."""
        return any(self.agrees(outcomes, right) for right in (self.right, *self.also_right))

    def by_nearest_convention(self, outcomes: Sequence[Outcome]) -> "Standard":
        """Return the standard with the convention as right that most of the cases follow: it says what to mend."""
        conventions = (self.right, *self.also_right)
        nearest = max(conventions, key=lambda right: sum(map(self._alike, outcomes, right)))
        return replace(self, right=nearest)

    def known_wrong(self, outcomes: Sequence[Outcome]) -> Verdict | None:
        """Return the verdict of the known wrong answer that did the same, if there is one."""
        for name, sentence, its_outcomes in self.wrongs:
            if self.agrees(outcomes, its_outcomes):
                return Verdict("known wrong", sentence, name)
        return None

    def _alike(self, outcome: Outcome, other: Outcome) -> bool:
        if isinstance(outcome, Raised) or isinstance(other, Raised):
            return isinstance(outcome, Raised) and isinstance(other, Raised) and outcome.kind == other.kind
        return same(outcome.value, other.value, self.within)


def climb(name: str, outcomes: Sequence[Outcome], standard: Standard, parameters: Sequence[str]) -> Verdict:
    """Judge the outcomes of all cases: the answer of the learner's function `name` against the standard."""
    if all(isinstance(outcome, Returned) and outcome.value is ... for outcome in outcomes):
        return not_attempted()
    if standard.is_right(outcomes):
        return _unless_changed(name, outcomes, standard, parameters)
    nearest = standard.by_nearest_convention(outcomes)
    judged = (_judge_case(name, i, outcome, nearest) for i, outcome in enumerate(outcomes))
    found = [replace(verdict, case=i) for i, verdict in enumerate(judged, start=1) if verdict]
    if not found:
        return _unless_changed(name, outcomes, standard, parameters)
    return standard.known_wrong(outcomes) or _first_to_mend(found)


def _first_to_mend(found: Sequence[Verdict]) -> Verdict:
    """Return the verdict on the worked example, which the learner sees, if it fails; else the lowest rung's."""
    return found[0] if found[0].case == 1 else min(found, key=lambda verdict: RUNGS.index(verdict.rung))


def climb_value(value: Any, standard: Standard) -> Verdict:
    """Judge data that the learner hands over (plain), without giving away what is right."""
    outcome = (Returned(value),)
    if _blank(value):
        return not_attempted()
    if standard.is_right(outcome):
        return Verdict("passed", "passed.")
    expected = standard.right[0].value
    found = judge_value("your answer is", value, expected, standard, reveal=False)
    if found is None:
        return Verdict("passed", "passed.")
    return standard.known_wrong(outcome) or found


def _blank(value: Any) -> bool:
    """Tell whether this is what the blank holds: nothing, or a form that has no field filled in, however nested."""
    if isinstance(value, dict):
        return all(map(_blank, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_blank, value))
    return value is None or value is ...


def not_attempted() -> Verdict:
    """Return the verdict on a stub."""
    return Verdict("not attempted", "not attempted yet.")


def called(name: str, arguments: bytes) -> str:
    """Return the call as the learner would type it, shortened: "ctr([1, 0, 1])"."""
    values = pickle.loads(arguments)
    width = max(12, (CALL_WIDTH - len(name)) // max(1, len(values)))
    return f"{name}({', '.join(show(value, width) for value in values)})"


def shown_whole(arguments: bytes) -> bool:
    """Tell whether `called` shows the arguments whole: no table, nothing cut off."""
    line = called("f", arguments)
    return not any(mark in line for mark in ("…", "DataFrame of", "array of shape"))


def _unless_changed(
    name: str, outcomes: Sequence[Outcome], standard: Standard, parameters: Sequence[str]
) -> Verdict:
    for i, outcome in enumerate(outcomes):
        if isinstance(outcome, Returned) and outcome.changed:
            at = outcome.changed[0]
            what = parameters[at] if at < len(parameters) else f"number {at + 1}"
            call = called(name, standard.calls[i])
            line = f"{call} returned the right value but changed its input {what}: work on a copy."
            return Verdict("changed input", line)
    return Verdict("passed", f"passed, right in {_cases(len(outcomes))}.")


def _cases(count: int) -> str:
    return "the one case" if count == 1 else f"all {count} cases"


def _judge_case(name: str, i: int, outcome: Outcome, standard: Standard) -> Verdict | None:
    """Return what is wrong with one case, or None if nothing is."""
    call, right = called(name, standard.calls[i]), standard.right[i]
    if isinstance(outcome, Raised):
        if isinstance(right, Raised) and right.kind == outcome.kind:
            return None
        return _on_raised(call, outcome)
    if isinstance(right, Raised):
        return Verdict(
            "wrong value", f"{call} returned {show(outcome.value)}, expected it to raise {right.kind}."
        )
    if outcome.value is None and right.value is not None:
        return Verdict("nothing returned", f"{call} returned nothing (None), expected {standard.returns}.")
    return judge_value(
        f"{call} returned", outcome.value, right.value, standard, pickle.loads(standard.calls[i])
    )


def _on_raised(call: str, outcome: Raised) -> Verdict:
    if outcome.kind == "NotImplementedError":
        return not_attempted()
    where = f" (line {outcome.line} of its cell)" if outcome.line else ""
    message = f": {outcome.message}" if outcome.message else ""
    return Verdict("raised", f"{call} raised {outcome.kind}{message}{where}.".replace("..", "."))


def judge_value(
    said: str,
    value: Any,
    expected: Any,
    standard: Standard,
    arguments: tuple[Any, ...] = (),
    reveal: bool = True,
) -> Verdict | None:
    """Return what is wrong with one value, or None.

    `said` opens the line: "ctr([1]) returned". Without `reveal` the line doesn't tell what was expected.
    """
    found = difference(value, expected, standard.within)
    opinion = _opinion(standard, value, expected, arguments) if found else True
    if found is None or opinion is True:
        return None
    if isinstance(opinion, str) and found.rung != "wrong type":
        line = f"{said} {show(value)}: {opinion}" if reveal else opinion[:1].upper() + opinion[1:]
        return Verdict("wrong value", line)
    if found.rung == "wrong value" and not reveal:
        hint = f"look at {found.path} again" if found.path else "not right yet"
        return Verdict("wrong value", f"{said} {show(value)}: {hint}.{_score(value, expected)}")
    return Verdict(found.rung, _line(said, value, found, standard.returns))


def _opinion(standard: Standard, value: Any, expected: Any, arguments: tuple[Any, ...]) -> bool | str | None:
    """Return what the exercise's own `accepts` says; None where there is none, or where the value is beyond it."""
    if standard.accepts is None:
        return None
    try:
        opinion = standard.accepts(value, expected, *arguments)
        return opinion if isinstance(opinion, str) else bool(opinion)  # also numpy's True, which is not True
    except Exception:  # it was written for values of the right type
        return None


def _line(said: str, value: Any, found: Difference, returns: str) -> str:
    if found.want is None and not found.path:
        return f"{said} {show(value)}, expected None: {returns}."
    if found.rung == "wrong type":
        if found.path:
            return f"{said} {show(value)}, where {found.path} is {describe(found.got)}, expected {_kind(found.want)}."
        return f"{said} {describe(value)}, expected {returns}."
    if found.rung == "wrong shape":
        place = f"{show(value)}, where {found.path} is " if found.path else ""
        return f"{said} {place}{describe(found.got, size=False)} {found.what}."
    meaning = returns.partition(": ")[2] or returns
    got, want = tell_apart(found.got, found.want)
    if found.path:
        return f"{said} {show(value)}, where {found.path} is {got}, expected {want} ({meaning})."
    return f"{said} {got}, expected {want} ({meaning})."


def _score(value: Any, expected: Any) -> str:
    """Return how many parts of an answer of several parts are right, as a sentence to append."""
    if isinstance(expected, dict):
        right = [same(value[key], want) for key, want in expected.items()]
    elif isinstance(expected, (list, tuple)):
        right = list(map(same, value, expected))
    else:
        return ""
    return f" {sum(right)} of {len(right)} are right."


def _kind(value: Any) -> str:
    kind = describe(value)
    return "a number" if kind in ("an int", "a float") else kind
