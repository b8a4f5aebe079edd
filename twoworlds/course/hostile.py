"""A zoo of hostile answers: what a learner's code may do to a check, by accident or not.

Each factory takes an exercise and returns a callable. They are nested functions so that they travel by value, as a
function from a notebook does.
"""

import builtins
import functools
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from twoworlds.course.call import Raised
from twoworlds.course.exercise import Exercise

Factory = Callable[[Exercise], Callable[..., Any]]

ZOO: dict[str, Factory] = {}


def right_answer(exercise: Exercise) -> Callable[..., Any]:
    """Return a function that gives the right outcomes in turn, and needs nothing but them."""
    outcomes = list(exercise.standard.right)

    def replay(*arguments: Any) -> Any:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Raised):
            raise getattr(builtins, outcome.kind, None) or type(outcome.kind, (Exception,), {})
        return outcome.value

    return replay


def _does(name: str, act: Callable[[], Any]) -> None:
    """Add an answer that does `act()`, whatever its arguments, and returns what that returns."""

    def factory(exercise: Exercise) -> Callable[..., Any]:
        def answer(*arguments: Any) -> Any:
            return act()

        return answer

    ZOO[name] = factory


def _makes(name: str) -> Callable[[Factory], Factory]:
    """Add an answer that a factory makes."""

    def add(factory: Factory) -> Factory:
        ZOO[name] = factory
        return factory

    return add


def _add(*acts: Callable[[], Any]) -> None:
    for act in acts:
        _does(act.__name__.replace("_", " "), act)


def _fill_endless() -> None:
    """Add the answers that loop, recurse or grow for ever."""

    def loop() -> None:
        while True:
            pass

    def recurse() -> None:
        recurse()

    def recurse_in_c() -> None:
        sys.setrecursionlimit(2**31 - 1)
        functools.reduce(lambda *_: recurse_in_c(), [1, 2, 3])

    def swallow() -> None:
        while True:
            try:
                time.sleep(60)
            except BaseException:
                continue

    def grow() -> None:
        hoard = []
        while True:
            hoard.append(np.ones(10**6))

    _add(loop, recurse, recurse_in_c, swallow, grow)


def _fill_output() -> None:
    """Add the answers that write much, or where they shouldn't."""

    def print_a_gigabyte() -> None:
        for _ in range(1024):
            print("x" * 2**20)

    def close_output() -> None:
        sys.stdout.close()
        os.close(1)

    def write_everywhere() -> None:
        for descriptor in range(3, 30):
            try:
                os.write(descriptor, b"garbage" * 99)
            except OSError:
                continue

    _add(print_a_gigabyte, close_output, write_everywhere)


def _fill_ends() -> None:
    """Add the answers that sleep, exit, raise or break the process."""

    class UnreadableError(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    class EndlessError(Exception):
        def __str__(self) -> str:
            while True:
                pass

    def throw(error: BaseException) -> Any:
        raise error

    _does("sleeps", lambda: time.sleep(60))
    _does("loops in C", lambda: sum(range(10**12)))
    _does("raises to a huge power", lambda: 7**10**9)
    _does("exits hard", lambda: os._exit(0))
    _does("exits", lambda: sys.exit(0))
    _does("kills itself", lambda: signal.raise_signal(getattr(signal, "SIGKILL", signal.SIGTERM)))
    _does("stops itself", lambda: signal.raise_signal(getattr(signal, "SIGSTOP", signal.SIGTERM)))
    _does("interrupts", lambda: throw(KeyboardInterrupt()))
    _does("raises BaseException", lambda: throw(BaseException("base")))
    _does("raises StopIteration", lambda: throw(StopIteration(1)))
    _does("raises an unreadable error", lambda: throw(UnreadableError()))
    _does("raises an endless error", lambda: throw(EndlessError()))
    _does("raises a novel", lambda: throw(ValueError("line\n" * 10**6)))
    _does("asks for input", lambda: input("? "))
    _does("allocates 50 GB", lambda: np.ones(50 * 2**30 // 8))
    _does("closes all files", lambda: os.closerange(0, 65536))
    _does("reads the pipe", lambda: [os.read(descriptor, 10**6) for descriptor in range(3, 9)])


def _fill_objects() -> None:
    """Add the answers that return objects with ill-behaved methods."""

    class Unequal:
        def __eq__(self, other: object) -> bool:
            raise ValueError("no comparison")

        __hash__ = None

    class Endless:
        def __repr__(self) -> str:
            while True:
                pass

    class Liar(int):
        __class__ = property(lambda self: 1 / 0)

    class Trap(dict):
        def items(self) -> Any:
            while True:
                pass

    _does("returns no comparison", Unequal)
    _does("returns an endless repr", Endless)
    _does("returns an int that lies", lambda: Liar(1))
    _does("returns a dict that traps", lambda: Trap(a=1))
    _does("returns an odd array", lambda: np.array([Unequal()], dtype=object))
    _does("returns an odd DataFrame", lambda: pd.DataFrame({"a": ["x"], "b": [Unequal()]}))


def _fill_values() -> None:
    """Add the answers that return what nobody asked for."""

    def knot() -> list:
        loop: list = []
        loop.append(loop)
        return loop

    def thicket() -> list:
        return functools.reduce(lambda inner, _: [inner, inner], range(58), [1])

    async def later() -> int:
        return 1

    _does("returns NaN", lambda: float("nan"))
    _does("returns infinity", lambda: float("inf"))
    _does("returns text", lambda: "text")
    _does("returns a generator", lambda: (i for i in range(3)))
    _does("returns a huge list", lambda: [0] * 10**8)
    _does("returns a huge number", lambda: 1 << 10**7)
    _does("returns a function", lambda: lambda x: x)
    _does("returns a class", lambda: io.StringIO)
    _does("returns an open file", lambda: open(os.devnull))  # noqa: SIM115
    _does("returns a coroutine", lambda: later())
    _does("returns a knot", knot)
    _does("returns a thicket", thicket)
    ZOO["is a coroutine function"] = lambda exercise: later
    ZOO["is a class"] = lambda exercise: io.StringIO
    ZOO["takes no arguments"] = lambda exercise: lambda: 1


def _fill_tampering() -> None:
    """Add the answers that change the process they run in, and then are wrong."""

    def replace_builtins() -> float:
        builtins.isinstance = builtins.issubclass = lambda *_: True
        builtins.type = builtins.len = builtins.print = lambda *_: 1 / 0
        return 0.123

    def replace_the_clock() -> float:
        time.sleep = time.monotonic = lambda *_: 1 / 0
        return 0.123

    def replace_pandas() -> float:
        pd.DataFrame.__eq__ = pd.Series.to_numpy = lambda *_: 1 / 0
        return 0.123

    def change_errors() -> float:
        np.seterr(all="raise")
        return float(np.exp(np.array([1000.0]))[0])

    def change_place() -> float:
        os.chdir(os.sep)
        os.environ.clear()
        sys.path.clear()
        return 0.123

    def empty_modules() -> float:
        sys.modules.clear()
        return 0.123

    _add(replace_builtins, replace_the_clock, replace_pandas, change_errors, change_place, empty_modules)


def _fill_companions() -> None:
    """Add the answers that leave a thread or a process behind."""

    def thread() -> float:
        def spin() -> None:
            while True:
                pass

        for _ in range(4):
            threading.Thread(target=spin, daemon=True).start()
        return 0.123

    def fork() -> float:
        if hasattr(os, "fork") and os.fork() == 0:
            time.sleep(60)
        return 0.123

    def child() -> float:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        return 0.123

    _add(thread, fork, child)


@_makes("changes its input")
def _changes_input(exercise: Exercise) -> Callable[..., Any]:
    right = right_answer(exercise)

    def answer(*arguments: Any) -> Any:
        for argument in arguments:
            if isinstance(argument, (list, dict, set)):
                argument.clear()
            elif isinstance(argument, (np.ndarray, pd.Series, pd.DataFrame)) and len(argument):
                argument[:] = argument[::-1]
        return right(*arguments)

    return answer


@_makes("needs a lock")
def _needs_a_lock(exercise: Exercise) -> Callable[..., Any]:
    lock = threading.Lock()

    def answer(*arguments: Any) -> bool:
        return lock.locked()

    return answer


@_makes("needs a gigabyte")
def _needs_a_gigabyte(exercise: Exercise) -> Callable[..., Any]:
    data = np.zeros(2**30, dtype=np.uint8)

    def answer(*arguments: Any) -> int:
        return int(data[0])

    return answer


@_makes("needs a trap")
def _needs_a_trap(exercise: Exercise) -> Callable[..., Any]:
    class Trap(dict):
        def items(self) -> Any:
            while True:
                pass

    trap = Trap(a=1)

    def answer(*arguments: Any) -> int:
        return len(trap)

    return answer


@_makes("can't be pickled")
def _cannot_be_pickled(exercise: Exercise) -> Callable[..., Any]:
    class Answer:
        def __call__(self, *arguments: Any) -> int:
            return 0

        def __reduce__(self) -> Any:
            raise SystemExit("not me")

    return Answer()


@_makes("raises when read back")
def _raises_when_read_back(exercise: Exercise) -> Callable[..., Any]:
    class Answer:
        def __call__(self, *arguments: Any) -> int:
            return 0

        def __setstate__(self, state: Any) -> None:
            raise KeyboardInterrupt

        def __getstate__(self) -> dict:
            return {"a": 1}

    return Answer()


for _fill in (
    _fill_endless,
    _fill_output,
    _fill_ends,
    _fill_objects,
    _fill_values,
    _fill_tampering,
    _fill_companions,
):
    _fill()
