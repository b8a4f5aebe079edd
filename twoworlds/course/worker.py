"""The process that runs the learner's code: `python -m twoworlds.course.worker`, spoken to over its own two pipes.

Messages are pickled tuples. The kernel side sends ("warm", modules) and ("run", path, modules, function, calls), where
`path` is its sys.path; this side answers ("ready",), ("imported",), ("outcome", outcome) once a call, and
("done", clean). A worker that is not clean has been tampered with, and the kernel side replaces it.
"""

import builtins
import faulthandler
import gc
import importlib
import io
import math
import os
import pickle
import random
import sys
import threading
import time
from contextlib import suppress
from typing import Any, BinaryIO

import cloudpickle
import numpy as np

from twoworlds.course.call import call
from twoworlds.course.frames import read, write
from twoworlds.course.plain import pandas

MEMORY = 3 << 30  # bytes that an answer may allocate on top of what the worker holds
ORPHAN_SECONDS = 30  # a run that nobody waits for any more ends itself
PAUSE_SECONDS = 1.5  # imports ahead of need begin when the processor is likely to be free
WARM_UP = "warm-up"

_TAMPERED = (builtins, os, sys, time, math, random, io, pickle, threading, np)


class Guard:
    """Remembers how the process looked before the learner's code ran, and puts back what that code replaced."""

    def __init__(self) -> None:
        self.clean = True
        self._names = {owner: dict(vars(owner)) for owner in _watched()}
        self._state = _process_state()

    def restore(self) -> None:
        """Put the watched names back as they were; `clean` stays true only if nothing at all had been changed."""
        for owner, names in self._names.items():
            now = vars(owner)
            for name in [name for name, value in names.items() if now.get(name, now) is not value]:
                setattr(owner, name, names[name])
                self.clean = False
        if self._state != _process_state() or _has_children():
            self.clean = False


def _watched() -> list[Any]:
    """Return the modules and classes that a learner's code is likely to tamper with."""
    pd = pandas()
    return [*_TAMPERED, pd, pd.DataFrame, pd.Series, pd.Index] if pd else [*_TAMPERED]


def _process_state() -> tuple[Any, ...]:
    return (
        os.getcwd(),
        dict(os.environ),
        sys.getrecursionlimit(),
        sys.gettrace(),
        sys.getprofile(),
        list(sys.path),
        sys.stdout.closed,
        gc.isenabled(),
        [thread for thread in threading.enumerate() if thread.name != WARM_UP],
        tuple(np.geterr().items()),
        _local_modules(os.getcwd() + os.sep),
    )


def _local_modules(folder: str) -> list[str]:
    """Return the modules from the learner's own folder: they may be edited, so a worker that has one is used once."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return [
        file
        for file in files
        if isinstance(file, str) and file.startswith(folder) and "-packages" not in file
    ]


def _has_children() -> bool:
    if not hasattr(os, "waitpid") or not hasattr(os, "WNOHANG"):
        return False
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the two pipes out of the way of print and input, which get a place where nothing comes and all goes."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 (these stay open)
    sys.stdout = open(1, "w", closefd=False, errors="replace")  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, errors="replace")  # noqa: SIM115
    return open(incoming, "rb"), open(outgoing, "wb")


def _limit_memory() -> None:
    """Make a huge allocation raise MemoryError where the system can (Linux); elsewhere the clock has to do."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm") as file:
            held = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, resource.RLIM_INFINITY))
        resource.setrlimit(
            resource.RLIMIT_CORE, (0, 0)
        )  # a crash is an answer: no core file in the learner's folder


def _import(modules: list[str]) -> None:
    for name in modules:
        with suppress(BaseException):  # if it is missing, the learner's own import says so
            importlib.import_module(name)


def _warm_up(modules: list[str]) -> None:
    time.sleep(PAUSE_SECONDS)
    _import(modules)


class Worker:
    """The loop: a job when one comes, until the pipe closes. A thread imports what jobs are likely to need."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._incoming, self._outgoing = _private_pipes()
        self._nowhere = open(os.devnull, "w")  # noqa: SIM115 (for as long as the process lives)

    def _send(self, *message: Any) -> None:
        if os.getpid() != self._pid:  # a child that the learner's code forked must not speak for us
            os._exit(0)
        write(self._outgoing, pickle.dumps(message, protocol=5))

    def serve(self) -> None:
        """Answer messages until there are no more."""
        self._send("ready")
        while (body := read(self._incoming, sys.maxsize)) is not None:
            kind, *content = pickle.loads(body)
            if kind == "warm":
                threading.Thread(target=_warm_up, args=content, name=WARM_UP, daemon=True).start()
            else:
                self._run(*content)

    def _run(self, path: list[str], modules: list[str], function: bytes, calls: list[bytes]) -> None:
        sys.path[:] = path
        _import(modules)
        for arguments in calls:
            pickle.loads(arguments)  # imports what the arguments need, on our time
        self._send("imported")
        guard = Guard()
        faulthandler.dump_traceback_later(ORPHAN_SECONDS, exit=True, file=self._nowhere)
        try:
            learners = cloudpickle.loads(function)
        except BaseException as error:
            guard.restore()
            self._send("unreadable", f"{type(error).__name__}: {error}"[:200])
            return
        for arguments in calls:
            self._send("outcome", call(learners, arguments, guard.restore))
        faulthandler.cancel_dump_traceback_later()
        self._send("done", guard.clean)


def main() -> None:
    """Serve until the kernel closes the pipe, then leave at once, whatever threads the learner left behind."""
    worker = Worker()
    _limit_memory()
    with suppress(BaseException):
        worker.serve()
    os._exit(0)


if __name__ == "__main__":
    main()
