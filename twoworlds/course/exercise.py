"""Exercises: what is asked, what is right, which mistakes are known, and the check that says so in one line."""

import html
import inspect
import pickle
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any, Literal

import cloudpickle

from twoworlds.course import work
from twoworlds.course.call import Outcome, Returned, call
from twoworlds.course.compare import RELATIVE
from twoworlds.course.plain import plain
from twoworlds.course.progress import progress
from twoworlds.course.runner import LIMIT, Run, shared
from twoworlds.course.show import describe
from twoworlds.course.stub import is_stub
from twoworlds.course.verdict import Standard, Verdict, called, climb, climb_value, not_attempted, shown_whole
from twoworlds.errors import InputError, require_one_of, require_whole

_STEPS = ("a nudge", "the idea", "almost the code")


@dataclass(frozen=True)
class Wrong:
    """An answer that real people give: its name, the function or value, and the sentence that names the mistake."""

    name: str
    answer: Any
    sentence: str


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    `answer` is the reference: a function, called on each of `cases` (tuples of arguments; the first is the worked
    example of the prompt); with kind "value" the right data, or a function without arguments that returns them.
    `returns` says what comes back, "a float: clicks per impression"; what stands behind the colon explains a number.
    `also_right` are other conventions, each to be followed on all cases; `accepts(value, expected, *arguments)` is
    asked about a value that differs: it returns True if that is right too, else a clause that says why not, or None.
    `within` is the share by which numbers may differ from the reference and from known wrong answers: more than a
    rounding error where 1.96 or a simulation will do.
    `preload` names modules that answers may need and that are slow to import: they are imported ahead.
    """

    id: str
    title: str
    desk: Literal["product", "platform", "both"]
    minutes: int
    answer: Any
    returns: str
    wrongs: Sequence[Wrong]
    hints: tuple[str, str, str]
    cases: Callable[[], Iterable[tuple[Any, ...]]] | Iterable[tuple[Any, ...]] = ()
    accepts: Callable[..., bool | str | None] | None = None
    also_right: Sequence[Any] = ()
    preload: Sequence[str] = ()
    kind: Literal["function", "value"] = "function"
    within: float = RELATIVE

    def __post_init__(self) -> None:
        require_one_of("desk", self.desk, ("product", "platform", "both"))
        require_one_of("kind", self.kind, ("function", "value"))
        if isinstance(self.hints, str) or len(self.hints) != 3:
            raise InputError(f"hints of {self.id} are {self.hints!r}: there must be exactly three.")
        names = [wrong.name for wrong in self.wrongs]
        if len(set(names)) < len(names):
            raise InputError(f"wrongs of {self.id} are {names}: each name must be there once.")

    @cached_property
    def calls(self) -> tuple[bytes, ...]:
        """The arguments of each case, pickled: a fresh copy for every call."""
        if self.kind == "value":
            return ()
        cases = list(self.cases() if callable(self.cases) else self.cases)
        if not cases or not all(isinstance(case, tuple) for case in cases):
            raise InputError(
                f"cases of {self.id} are {cases!r:.60}: they must be tuples of arguments, at least one."
            )
        return tuple(cloudpickle.dumps(case) for case in cases)

    @cached_property
    def standard(self) -> Standard:
        """What the answer is held against, computed once."""
        return Standard(
            right=self.outcomes(self.answer),
            also_right=[self.outcomes(other) for other in self.also_right],
            wrongs=[(wrong.name, wrong.sentence, self.outcomes(wrong.answer)) for wrong in self.wrongs],
            returns=self.returns,
            accepts=self.accepts,
            calls=self.calls,
            within=self.within,
        )

    @cached_property
    def parameters(self) -> list[str]:
        """The names of the reference function's parameters."""
        return list(inspect.signature(self.answer).parameters) if self.kind == "function" else []

    def outcomes(self, answer: Any) -> tuple[Outcome, ...]:
        """Return what our own `answer` gives on every case, computed in this process."""
        if self.kind == "value":
            return (Returned(plain(answer() if callable(answer) else answer)),)
        return tuple(call(answer, arguments) for arguments in self.calls)

    def judge_run(self, name: str, run: Run) -> Verdict:
        """Judge what the runner brought back from the learner's function called `name`."""
        if run.stopped in ("unsent", "no worker"):
            return Verdict("not run", _not_run(name, run))
        if run.stopped:
            call = called(name, self.calls[min(len(run.outcomes), len(self.calls) - 1)])
            return Verdict("not run", f"{call} {_STOPPED[run.stopped].format(run.reason)}")
        return climb(name, run.outcomes, self.standard, self.parameters)


_STOPPED = {
    "late": "was still running after {} seconds and was stopped.",
    "ended": "ended the process it ran in (by an exit, a crash or too much memory).",
}


def _not_run(name: str, run: Run) -> str:
    if run.stopped == "unsent":
        return f"{name} can't be checked: {run.reason}."
    return f"your answer can't be checked here: no second Python process could be started ({run.reason})."


class Bank:
    """The exercises of one chapter, and what a learner does with them: check, hint, solution."""

    def __init__(self, chapter: str, exercises: Iterable[Exercise]):
        self.chapter = chapter
        self._exercises = {}
        for exercise in exercises:
            if exercise.id in self._exercises or not exercise.id.startswith(f"{chapter}."):
                raise InputError(
                    f"id is {exercise.id!r}: it must be {chapter}.1, {chapter}.2 … and be there once."
                )
            self._exercises[exercise.id] = exercise
        self._hints_given: dict[str, int] = {}
        if _in_kernel():
            shared().warm(name for exercise in self for name in exercise.preload)

    def __iter__(self) -> Iterator[Exercise]:
        return iter(self._exercises.values())

    def __len__(self) -> int:
        return len(self._exercises)

    def __getitem__(self, id: str) -> Exercise:
        if id not in self._exercises:
            raise InputError(f"id is {id!r}: it must be one of {', '.join(self._exercises)}.")
        return self._exercises[id]

    def check(self, id: str, answer: Any) -> None:
        """Show in one line how far the learner's `answer` gets, and remember the attempt."""
        try:
            verdict = self.judge(id, answer)
        except InputError as error:
            _show_line(str(error))
            return
        if verdict.rung != "not attempted":
            payload = {"rung": verdict.rung, "passed": verdict.passed, "wrong": verdict.wrong}
            progress().record("attempt", self.chapter, id, payload)
        _show_line(f"{id}: {verdict.line}{self._offer_case(id, verdict)}", verdict.rung)

    def case(self, id: str, number: int) -> tuple[Any, ...] | None:
        """Return the arguments of a case, from 1 (the worked example): a fresh copy, to try an answer on by hand.

        Where there is no such case, a line says so and None comes back.
        """
        try:
            calls = self[id].calls
            if not calls:
                raise InputError(f"{id} asks for data, not for a function: it has no cases.")
            return pickle.loads(calls[require_whole("number", number, 1, len(calls)) - 1])
        except InputError as error:
            _show_line(str(error))
            return None

    def _offer_case(self, id: str, verdict: Verdict) -> str:
        """Return the sentence that offers a case's input, where the line could not show it whole."""
        if not verdict.case or shown_whole(self[id].calls[verdict.case - 1]):
            return ""
        return f' To try it by hand: {self._called()}.case("{id}", {verdict.case}).'

    def judge(self, id: str, answer: Any, limit: float = LIMIT) -> Verdict:
        """Return the verdict on `answer`, which may run for `limit` seconds; shows and records nothing."""
        exercise = self[id]
        if exercise.kind == "value":
            return climb_value(plain(answer), exercise.standard)
        if answer is None or answer is ... or is_stub(answer):
            return not_attempted()
        if not callable(answer):
            line = f"your answer is {describe(plain(answer))}, expected the function itself, without a call."
            return Verdict("wrong type", line)
        name = _name_of(answer)
        return exercise.judge_run(name, shared().run(answer, exercise.calls, limit))

    def hint(self, id: str) -> None:
        """Show the next of the three hints; after the third, say how to see the solution."""
        try:
            hints = self[id].hints
        except InputError as error:
            _show_line(str(error))
            return
        step = min(self._hints_given.get(id, 0), 2)
        self._hints_given[id] = step + 1
        progress().record("hint", self.chapter, id, {"step": step + 1})
        _show_line(f"{id}, hint {step + 1} of 3 ({_STEPS[step]}): {hints[step]}")
        if step == 2:
            _show_line(f'The solution is yours: {self._called()}.solution("{id}")')

    def solution(self, id: str) -> None:
        """Show the solution's code after a pass or after all hints; until then say what is needed."""
        from twoworlds.course.blanks import solution_code  # here, because nbformat is slow to import

        try:
            self[id]
            if self._unlocked(id):
                _show_code(id, solution_code(work.root(), self.chapter, id))
            else:
                hint = f'{self._called()}.hint("{id}")'
                _show_line(f"{id}: the solution is yours once you pass, or after the third hint ({hint}).")
        except InputError as error:
            _show_line(str(error))

    def _called(self) -> str:
        """Return what the learner's notebook calls this bank, so that a line of ours can be pasted and run."""
        for name, value in getattr(_shell(), "user_ns", {}).items():
            if value is self and not name.startswith("_"):
                return name
            if isinstance(value, ModuleType) and vars(value).get("exercises") is self:
                return f"{name}.exercises"
        return "exercises"

    def _unlocked(self, id: str) -> bool:
        if self._hints_given.get(id, 0) >= 3 or id in progress().passes(self.chapter):
            return True
        return any(event.payload.get("step") == 3 for event in progress().events("hint", self.chapter, id))


def _shell() -> Any:
    """Return the running IPython, if there is one; never starts or imports it."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _in_kernel() -> bool:
    return getattr(_shell(), "kernel", None) is not None


def _name_of(function: Any) -> str:
    """Return the name to call the learner's function by; a lambda, a partial, an object get "your function"."""
    name = function.__name__ if type(function) is FunctionType else None
    return name if type(name) is str and re.fullmatch(r"\w{1,40}", name) else "your function"


_COLOURS = {"passed": "#009E73", "not attempted": "#999999"}


def _show_line(line: str, rung: str = "") -> None:
    colour = _COLOURS.get(rung, "#555555")
    style = f"border-left:4px solid {colour};padding:2px 0 2px 10px;max-width:990px;line-height:1.45"
    _display(line, f'<div style="{style}">{html.escape(line)}</div>')


def _show_code(id: str, code: str) -> None:
    title = f"{id}, the solution:"
    _display(f"{title}\n{code}", f"<div>{html.escape(title)}</div><pre>{html.escape(code)}</pre>")


def _display(text: str, markup: str) -> None:
    if _shell() is None:
        print(text)
        return
    from IPython.display import display

    display({"text/plain": text, "text/html": markup}, raw=True)
