import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

from twoworlds.course import runner as runner_module
from twoworlds.course.call import Raised, Returned
from twoworlds.course.compare import same
from twoworlds.course.runner import Run, Runner


@pytest.fixture(scope="module")
def runner():
    runner = Runner()
    yield runner
    runner.close()


def run(runner, function, *cases, limit=1.2):
    return runner.run(function, [pickle.dumps(case) for case in cases or [()]], limit)


def test_every_case_is_called(runner):
    assert run(runner, lambda x: x + 1, (1,), (2,)) == Run((Returned(2), Returned(3)))


def test_helpers_and_modules_of_the_notebook_come_along(runner):
    data = np.arange(5)

    def helper(x):
        return np.sum(data) + x

    assert run(runner, lambda x: helper(x), (1,)).outcomes[0].value == 11


def test_state_of_the_notebook_is_not_shared(runner):
    seen = []
    assert run(runner, lambda: seen.append(1) or len(seen)) == Run((Returned(1),))
    assert run(runner, lambda: seen.append(1) or len(seen)) == Run((Returned(1),))
    assert seen == []


def test_a_clean_worker_is_used_again_and_a_changed_one_is_not(runner):
    first = run(runner, lambda: os.getpid()).outcomes[0].value
    assert run(runner, lambda: os.getpid()).outcomes[0].value == first
    assert run(runner, lambda: os.environ.update(A="1") or os.getpid()).outcomes[0].value == first
    assert run(runner, lambda: os.getpid()).outcomes[0].value != first


def tamper_with_mean():
    pd.DataFrame.mean = lambda self: 0


def tamper_with_errors():
    np.seterr(all="raise")


def tamper_with_length():
    import builtins

    builtins.len = lambda x: 0


def tamper_with_output():
    sys.stdout.close()


def by_value(function):
    """Return a copy of a test's function that travels as one from a notebook does."""
    return type(function)(function.__code__, {"np": np, "pd": pd, "os": os, "sys": sys}, function.__name__)


@pytest.mark.parametrize(
    ("tamper", "right", "value"),
    [
        (tamper_with_mean, lambda: pd.DataFrame({"a": [1, 3]}).mean().iloc[0], 2.0),
        (tamper_with_errors, lambda: np.geterr()["over"], "warn"),
        (tamper_with_length, lambda: len("abc"), 3),
        (tamper_with_output, lambda: print("said"), None),
    ],
)
def test_tampering_does_not_reach_the_next_answer(runner, tamper, right, value):
    run(runner, by_value(tamper))
    assert run(runner, right) == Run((Returned(value),))


PANDAS = [
    pd.Series([1.5, 2], index=["a", "b"]),
    pd.Series(["a", None]),
    pd.DataFrame({"a": [1, 2], "b": pd.to_datetime(["2026-01-01", None])}),
    pd.Timestamp("2026-01-01", tz="Europe/Oslo"),
    pd.Timedelta("1s"),
    pd.NaT,
    pd.MultiIndex.from_tuples([("a", 1)]),
]


@pytest.mark.parametrize(
    "value", [np.float32(1.5), np.arange(3), np.datetime64("2026-01-01"), {1, 2}, b"a", *PANDAS]
)
def test_values_come_back(runner, value):
    outcome = run(runner, lambda: value).outcomes[0]
    assert same(outcome.value, value)
    assert type(outcome.value) is type(value)


def test_no_class_of_the_learners_comes_back(runner):
    class Mine(dict):
        pass

    outcome = run(runner, lambda: [Mine(a=1), object()]).outcomes[0]
    assert type(outcome.value[0]) is dict


def test_a_loop_is_stopped_in_time(runner):
    def loop(x):
        while x:
            pass
        return x

    run(runner, lambda: 1)
    start = time.perf_counter()
    stopped = run(runner, loop, (0,), (1,), (0,), limit=0.4)
    assert stopped == Run((Returned(0),), "late", "0.4")
    assert time.perf_counter() - start < 1.5


def test_an_exit_is_noticed_at_once(runner):
    run(runner, lambda: 1)
    start = time.perf_counter()
    assert run(runner, lambda: os._exit(0), limit=60).stopped == "ended"
    assert time.perf_counter() - start < 5


def test_imports_are_not_the_answers_time(runner):
    def answer():
        import colorsys
        import time

        return colorsys.rgb_to_hsv(0, 0, 0), time.sleep(0.2)

    assert run(runner, answer, limit=0.4).stopped == ""


def test_imports_for_the_arguments_are_not_the_answers_time():
    runner = Runner()  # its first worker hasn't imported pandas
    assert run(runner, lambda frame: len(frame), (pd.DataFrame({"a": [1]}),), limit=0.3) == Run(
        (Returned(1),)
    )
    runner.close()


def test_what_cannot_be_handed_over_is_named(runner):
    lock, big = threading.Lock(), np.zeros(2 * 10**8, dtype=np.uint8)

    assert run(runner, lambda: lock.locked()).reason.startswith(
        "it uses lock from the notebook, and lock can't be"
    )
    assert run(runner, lambda: big[0]).reason.startswith("it uses big from the notebook, and big is too big")


def test_data_of_the_notebook_may_be_large(runner):
    data = np.ones(8 * 10**7, dtype=np.uint8)
    assert run(runner, lambda: int(data[-1])) == Run((Returned(1),))


def test_children_end_with_their_worker(runner):
    if not hasattr(os, "killpg"):
        pytest.skip("no process groups here")

    def answer():
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid

    child = run(runner, answer).outcomes[0].value
    deadline = time.monotonic() + 5
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(child)


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split()[2] != "Z"
    except OSError:
        return False


def test_a_worker_killed_while_idle_is_replaced(runner):
    pid = run(runner, lambda: os.getpid()).outcomes[0].value
    os.kill(pid, signal.SIGTERM)
    time.sleep(0.2)
    assert run(runner, lambda: 7) == Run((Returned(7),))


def test_no_second_process_is_one_clear_outcome(monkeypatch):
    def refuse(*_, **__):
        raise PermissionError("no processes")

    monkeypatch.setattr(runner_module.subprocess, "Popen", refuse)
    runner = Runner()
    runner.warm(["scipy.stats"])
    assert run(runner, lambda: 1) == Run((), "no worker", "PermissionError")


def test_a_worker_that_does_not_start_is_one_clear_outcome(monkeypatch):
    monkeypatch.setattr(runner_module.sys, "executable", "/bin/false")
    assert run(Runner(), lambda: 1).stopped == "no worker"


def test_an_interrupt_while_waiting_ends_the_worker(runner, monkeypatch):
    pid = run(runner, lambda: os.getpid()).outcomes[0].value

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runner_module._Process, "_collect", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(runner, lambda: 1)
    assert run(runner, lambda: os.getpid()).outcomes[0].value != pid


def test_an_exception_is_an_outcome(runner):
    outcome = run(runner, lambda: 1 / 0).outcomes[0]
    assert isinstance(outcome, Raised)
    assert outcome.kind == "ZeroDivisionError"


def test_workers_leave_when_their_kernel_is_killed():
    script = (
        "import os, time\nfrom twoworlds.course.runner import Runner\n"
        "runner = Runner()\nrun = runner.run(lambda: os.getpid(), [b'\\x80\\x04).'])\n"
        "print(run.outcomes[0].value, flush=True)\ntime.sleep(60)\n"
    )
    kernel = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    worker = int(kernel.stdout.readline())
    kernel.kill()
    kernel.wait()
    deadline = time.monotonic() + 10
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(worker)
