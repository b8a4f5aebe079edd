"""Run a learner's function in another process, for a limited time, and bring back what came of it.

One warm worker waits; the next one is started as soon as a job begins, so that a worker that had to be killed has
its successor ready. The worker's side is twoworlds.course.worker.
"""

import atexit
import ctypes
import dis
import io
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import cloudpickle

from twoworlds.course.call import Outcome
from twoworlds.course.frames import read, write

LIMIT = 1.2  # seconds for all calls of one answer
START_SECONDS = 60.0  # a cold disk may need long to start the first worker
IMPORT_SECONDS = 20.0  # for the libraries that an answer uses and that its worker hasn't imported yet
SIZE_LIMIT = 100_000_000  # bytes that an answer may bring along
PICKLE_SECONDS = 0.6  # pickling happens in this process, and may run methods that the learner wrote
CULPRIT_SECONDS = 0.1
REPLY_LIMIT = 64_000_000  # bytes of one reply: what `plain` lets through, and then some


@dataclass(frozen=True)
class Run:
    """What came of an answer: the outcomes of the calls that came back, and why the others did not.

    `stopped` is "" when all calls came back, "late", "ended" (the process did), "unsent" or "no worker".
    """

    outcomes: tuple[Outcome, ...]
    stopped: str = ""
    reason: str = ""


class UnsendableError(Exception):
    """The function can't be handed to another process; the message is a clause that says why."""


class Runner:
    """Owns the workers of this process: one in use or ready, one in reserve."""

    def __init__(self) -> None:
        self._modules: list[str] = ["pandas"]
        self._idle: list[_Process] = []
        self._lock = threading.Lock()

    def warm(self, modules: Iterable[str] = ()) -> None:
        """Start a worker in the background that imports `modules` while it waits; returns at once, never raises."""
        self._modules += [name for name in modules if name not in self._modules]
        for process in self._idle:
            process.send(("warm", self._modules))
        with suppress(OSError):
            self._reserve(1)

    def run(
        self,
        function: Callable[..., Any],
        calls: Sequence[bytes],
        limit: float = LIMIT,
    ) -> Run:
        """Call `function` with each of the pickled argument tuples, for at most `limit` seconds altogether."""
        try:
            parcel = _parcelled(function)
        except UnsendableError as error:
            return Run((), "unsent", str(error))
        modules = [*parcel.modules, *_imports(function, set())]
        with self._lock:
            try:
                process = self._take()
            except OSError as error:
                return Run((), "no worker", type(error).__name__)
            clean = False
            try:
                run, clean = process.work(
                    ("run", sys.path, modules, b"".join(parcel.parts), list(calls)), len(calls), limit
                )
                return run
            finally:  # also when the learner interrupts the kernel
                self._give_back(process, clean)

    def close(self) -> None:
        """End all workers."""
        while self._idle:
            self._idle.pop().kill()

    def _take(self) -> "_Process":
        self._idle = [process for process in self._idle if process.alive()]
        self._reserve(2)
        return self._idle.pop(0)

    def _give_back(self, process: "_Process", clean: bool) -> None:
        if clean:
            self._idle.insert(0, process)
        else:
            process.kill()

    def _reserve(self, count: int) -> None:
        while len(self._idle) < count:
            process = _Process()
            process.send(("warm", self._modules))
            self._idle.append(process)


class _Process:
    """One worker process, and the thread that listens to it (a pipe can't be waited for with a limit everywhere)."""

    def __init__(self) -> None:
        one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self._child = subprocess.Popen(
            [sys.executable, "-m", "twoworlds.course.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **one_thread},
            start_new_session=True,  # so that its children can be ended with it
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._replies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ready = False
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError, ValueError), self._child.stdout as pipe:
            while (body := read(pipe, REPLY_LIMIT)) is not None:
                self._replies.put(body)
        self._replies.put(None)
        self._child.wait()

    def alive(self) -> bool:
        return self._child.poll() is None

    def send(self, message: tuple[Any, ...]) -> None:
        with suppress(OSError):  # a worker that is gone is noticed when its reply is waited for
            write(self._child.stdin, pickle.dumps(message, protocol=5))

    def work(self, job: tuple[Any, ...], count: int, limit: float) -> tuple[Run, bool]:
        """Hand over `job` and collect `count` outcomes; the second value tells whether the worker can be used again."""
        if not self._ready and self._reply(time.monotonic() + START_SECONDS) != ("ready",):
            return Run((), "no worker", "it did not start"), False
        self._ready = True
        self.send(job)
        imported = self._reply(time.monotonic() + IMPORT_SECONDS)
        if imported != ("imported",):
            return Run((), "ended" if imported[0] == "ended" else "late", f"{IMPORT_SECONDS:g}"), False
        return self._collect(count, limit)

    def _collect(self, count: int, limit: float) -> tuple[Run, bool]:
        deadline = time.monotonic() + limit
        outcomes: list[Outcome] = []
        while True:
            reply = self._reply(deadline)
            if reply[0] == "outcome":
                outcomes.append(reply[1])
            elif (
                len(outcomes) == count
            ):  # all came back; without the good-bye, the worker is not trusted again
                return Run(tuple(outcomes)), reply == ("done", True)
            elif reply[0] == "unreadable":
                return Run((), "unsent", f"it can't be read back ({reply[1]})"), False
            elif reply[0] == "late" and self.alive():
                return Run(tuple(outcomes), "late", f"{limit:g}"), False
            else:
                return Run(tuple(outcomes), "ended"), False

    def _reply(self, deadline: float) -> tuple[Any, ...]:
        try:
            body = self._replies.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return ("late",)
        if body is None:
            return ("ended",)
        try:
            return _PlainUnpickler(io.BytesIO(body)).load()
        except Exception:
            return ("ended",)

    def kill(self) -> None:
        """End the process and, where there are process groups, the children that the learner's code started."""
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._child.pid, signal.SIGKILL)
            else:
                self._child.kill()
        with suppress(OSError):
            self._child.stdin.close()


class _PlainUnpickler(pickle.Unpickler):
    """Reads replies; the classes of plain values are all it builds, whatever was sent."""

    _homes = ("numpy", "pandas", "pyarrow", "datetime", "zoneinfo", "_codecs")

    def find_class(self, module: str, name: str) -> Any:
        ours = module in ("twoworlds.course.call", "twoworlds.course.plain")
        harmless = module == "builtins" and name in (
            "set",
            "frozenset",
            "complex",
            "bytearray",
            "slice",
            "getattr",
        )
        if ours or harmless or module.split(".")[0] in self._homes:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no plain value")


class _Parcel(io.RawIOBase):
    """Takes a pickle as long as it is small enough; `modules` are those that it names."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.modules: set[str] = set()
        self._left = SIZE_LIMIT

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        size = memoryview(part).nbytes
        self._left -= size
        if self._left < 0:
            raise UnsendableError("is too big to be handed to the checker: use the arguments only")
        self.parts.append(bytes(part))
        return size


class _Pickler(cloudpickle.CloudPickler):
    """Writes to a parcel, and tells it the modules that have to be imported to read it."""

    def __init__(self, parcel: _Parcel):
        super().__init__(parcel, protocol=5)
        self._modules = parcel.modules

    def reducer_override(self, thing: Any) -> Any:
        reduced = super().reducer_override(thing)
        if type(thing) is ModuleType:
            self._modules.add(thing.__name__)
        elif reduced is NotImplemented and isinstance(thing, (type, FunctionType, BuiltinFunctionType)):
            self._modules.add(thing.__module__ or "builtins")  # it goes by its name only
        return reduced


def _parcel(thing: Any, seconds: float) -> _Parcel:
    """Pickle `thing`, or raise UnsendableError with a clause that says why it can't be done."""
    parcel = _Parcel()
    failed: list[BaseException | None] = []

    def dump() -> None:
        try:
            _Pickler(parcel).dump(thing)
            failed.append(None)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=dump, daemon=True)
    thread.start()
    thread.join(seconds)
    if not failed:
        # The thread is in a loop of the learner's own: interrupt it there, rather than let it spin beside the notebook.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
        raise UnsendableError("takes too long to be handed to the checker: use the arguments only")
    if isinstance(failed[0], UnsendableError):
        raise failed[0]
    if failed[0] is not None:
        raise UnsendableError("can't be handed to the checker: create it inside the function")
    return parcel


def _parcelled(function: Callable[..., Any]) -> _Parcel:
    """Pickle `function` with all that it uses, or raise UnsendableError with a clause that names the cause."""
    try:
        return _parcel(function, PICKLE_SECONDS)
    except UnsendableError as error:
        raise UnsendableError(f"{_culprit(function)} {error}") from None


def _culprit(function: Callable[..., Any]) -> str:
    """Return which of the things that `function` uses can't be pickled, as the subject of a sentence."""
    deadline = time.monotonic() + 3 * CULPRIT_SECONDS
    for name, value in _used(function):
        try:
            if time.monotonic() < deadline:
                _parcel(value, CULPRIT_SECONDS)
        except UnsendableError:
            return f"it uses {name} from the notebook, and {name}"
    return "it uses something that"


def _used(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Yield the globals and the enclosing variables that a function names."""
    if type(function) is not FunctionType:
        return
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    yield from ((name, value) for name, value in function.__globals__.items() if name in names)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # a cell that is still empty
            yield name, cell.cell_contents


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _imports(function: Any, seen: set[int]) -> list[str]:
    """Return what the bodies of `function` and its helpers import: an import is not the answer's time."""
    if type(function) is not FunctionType or id(function) in seen:
        return []
    seen.add(id(function))
    steps = (step for code in _codes(function.__code__) for step in dis.get_instructions(code))
    own = [step.argval for step in steps if step.opname == "IMPORT_NAME" and step.argval]
    return own + [name for _, helper in _used(function) for name in _imports(helper, seen)]


_shared = Runner()
atexit.register(_shared.close)


def shared() -> Runner:
    """Return the runner of this process."""
    return _shared
