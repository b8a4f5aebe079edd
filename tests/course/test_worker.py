import builtins
import math
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

from twoworlds.course import worker
from twoworlds.course.worker import Guard


@pytest.fixture(autouse=True)
def without_children(monkeypatch):
    """The test process has children of its own: the workers of other tests."""
    monkeypatch.setattr(worker, "_has_children", lambda: False)


def test_untouched_is_clean():
    guard = Guard()
    sorted([2, 1])
    guard.restore()
    assert guard.clean


@pytest.mark.parametrize(
    ("owner", "name"),
    [(builtins, "len"), (math, "pi"), (time, "sleep"), (np, "mean"), (pd.DataFrame, "mean"), (os, "sep")],
)
def test_replaced_names_come_back(monkeypatch, owner, name):
    guard, before = Guard(), getattr(owner, name)
    setattr(owner, name, None)
    guard.restore()
    assert getattr(owner, name) is before
    assert not guard.clean


def test_deleted_names_come_back():
    guard = Guard()
    del math.tau
    guard.restore()
    assert math.tau > 6
    assert not guard.clean


def test_state_of_the_process_counts(monkeypatch, tmp_path):
    guard = Guard()
    monkeypatch.chdir(tmp_path)
    guard.restore()
    assert not guard.clean


def test_a_thread_counts():
    guard, done = Guard(), threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    guard.restore()
    done.set()
    thread.join()
    assert not guard.clean


CHILD = """
import subprocess, sys
from twoworlds.course.worker import Guard
guard = Guard()
guard.restore()
print(guard.clean)
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
guard.restore()
print(guard.clean)
child.communicate(b"")
"""


@pytest.mark.skipif(not hasattr(os, "waitpid"), reason="no child processes to ask for here")
def test_a_child_counts():
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_a_module_from_the_learners_folder_counts(monkeypatch, tmp_path):
    (tmp_path / "mine_only.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    guard = Guard()
    import mine_only  # noqa: F401

    guard.restore()
    del sys.modules["mine_only"]
    assert not guard.clean


def test_starting_imports_nothing_slow():
    code = "import sys, twoworlds.course.worker\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pandas", "scipy", "matplotlib", "ipywidgets", "IPython", "nbformat"} & set(loaded)
