"""Call a function on one case and keep what came of it as plain values: for the learner's and the reference alike."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from twoworlds.course.compare import difference
from twoworlds.course.plain import plain, type_name

MESSAGE_WIDTH = 160


@dataclass(frozen=True)
class Returned:
    """The call came back: with a plain value, having changed the arguments at these positions."""

    value: Any
    changed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Raised:
    """The call raised: the exception's type name, its message on one line, the line of the function's own file."""

    kind: str
    message: str
    line: int | None = None


Outcome = Returned | Raised


def call(function: Callable[..., Any], arguments: bytes, after: Callable[[], None] = lambda: None) -> Outcome:
    """Call `function` on a fresh copy of the pickled `arguments` (a tuple) and return the outcome.

    `after()` runs as soon as the function is through, before anybody looks at what it left.
    Never raises, whatever the function does short of ending the process.
    """
    given = pickle.loads(arguments)
    try:
        try:
            value = function(*given)
        finally:
            after()
    except BaseException as error:  # SystemExit and KeyboardInterrupt are answers like any other
        return Raised(type_name(error), _message(error), _line(error, function))
    return Returned(plain(value), _changed(given, pickle.loads(arguments)))


def _changed(given: tuple[Any, ...], pristine: tuple[Any, ...]) -> tuple[int, ...]:
    pairs = enumerate(zip(given, pristine, strict=True))
    return tuple(i for i, (now, before) in pairs if difference(plain(now), plain(before), within=0))


def _message(error: BaseException) -> str:
    """Return the exception's message as one short line, also when its `__str__` raises."""
    try:
        text = str.__str__(str(error))
    except BaseException:
        return "an error that has no readable message"
    text = " ".join(text[: 4 * MESSAGE_WIDTH].split())
    return text if len(text) <= MESSAGE_WIDTH else text[: MESSAGE_WIDTH - 1] + "…"


def _line(error: BaseException, function: Callable[..., Any]) -> int | None:
    """Return the line, in the file or cell of `function`, where the exception went through last."""
    code = function.__code__ if type(function) is FunctionType else None
    line, trace = None, BaseException.__dict__["__traceback__"].__get__(error)
    while code is not None and trace is not None:
        if trace.tb_frame.f_code.co_filename == code.co_filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
