"""The `twoworlds` command: help worth reading, one sentence and an exit code for each error."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = ("lab", "doctor", "progress", "reset", "data")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run the command as a learner does."""
    command = [sys.executable, "-m", "twoworlds.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, timeout=120)


def course(folder: Path) -> Path:
    """Make a small course: one chapter with two exercises."""
    for name in ("notebooks", "solutions", "exercises", "data"):
        (folder / name).mkdir(parents=True)
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "source": ['exercises.check("01.1", ctr)\n', "exercises.check('01.2', lift)"]}]
    blank = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "exercises" / "01_who.ipynb").write_text(json.dumps(blank))
    return folder


def sentence(done: subprocess.CompletedProcess, code: int) -> str:
    """Return the one sentence of an error."""
    assert done.returncode == code, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("twoworlds: ")
    return lines[0]


def test_help_names_every_command_the_codes_and_an_example():
    text = run("--help").stdout
    assert all(f" {name} " in text for name in COMMANDS)
    assert "Exit codes" in text
    assert "twoworlds reset 01" in text


def test_help_is_quick():
    def seconds() -> float:
        before = os.times()
        run("--help")
        after = os.times()  # the processor's time: a wait for a busy machine is not the command's
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(seconds() for _ in range(5)) < 0.5


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_says_what_it_does(command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert done.stdout.splitlines()[3].strip().endswith((".", ":", ",")) or len(done.stdout) > 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("data", "--users", "-3"), "users is -3"),
        (("data", "--days", "0", "--out", "x"), "days is 0"),
        (("data", "--users", "50"), "out is not given"),
        (("lab", "--port", "80"), "port is 80"),
        (("lab", "--token", " "), "token is empty"),
        (("reset", "77"), "chapter is '77'"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_sentence(arguments, words, tmp_path):
    assert words in sentence(run(*arguments, TWOWORLDS_ROOT=str(course(tmp_path / "course"))), 2)


def test_a_missing_course_is_one_sentence(tmp_path):
    assert "TWOWORLDS_ROOT" in sentence(run("progress", TWOWORLDS_ROOT=str(tmp_path)), 2)


@pytest.mark.parametrize("arguments", [("fly",), ("data", "--users", "many"), ("reset",)])
def test_a_wrong_use_has_code_2_and_no_traceback(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_data_streams_the_same_bytes_for_the_same_seed(tmp_path):
    for name in ("one", "two"):
        done = run("data", "--users", "50", "--days", "3", "--seed", "5", "--out", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "log.parquet" in files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_data_on_a_place_that_is_no_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    done = run("data", "--users", "50", "--days", "3", "--out", str(tmp_path / "file" / "out"))
    assert done.returncode == 2
    assert "folder is" in done.stderr.strip().splitlines()[-1]


def test_reset_gives_a_fresh_blank_and_keeps_the_answers(tmp_path):
    root, work = course(tmp_path / "course"), tmp_path / "work"
    work.mkdir()
    (work / "01_who.ipynb").write_text("my answers")
    done = run("reset", "01", TWOWORLDS_ROOT=str(root), TWOWORLDS_WORK=str(work))
    assert done.returncode == 0, done.stderr
    assert (work / "01_who.ipynb").read_text() == (root / "exercises" / "01_who.ipynb").read_text()
    kept = next(path for path in work.glob("01_who.*.ipynb"))
    assert kept.read_text() == "my answers"
    assert kept.name in done.stdout


def test_progress_counts_passes_against_the_exercises_that_there_are(tmp_path):
    root, work = course(tmp_path / "course"), tmp_path / "work"
    record = (
        "from twoworlds.course.progress import progress\n"
        "for passed in (False, True):\n"
        "    progress().record('attempt', '01', '01.1', {'passed': passed})\n"
        "progress().record('prediction', '01', 'p', {'guess': 1, 'truth': 2, 'unit': ''})"
    )
    environment = os.environ | {"TWOWORLDS_ROOT": str(root), "TWOWORLDS_WORK": str(work)}
    subprocess.run([sys.executable, "-c", record], env=environment, check=True)
    done = run("progress", TWOWORLDS_ROOT=str(root), TWOWORLDS_WORK=str(work))
    row = next(line for line in done.stdout.splitlines() if " 01 " in line)
    assert "1 of 2" in row
    assert row.split()[-2] == "1"


def test_an_unforeseen_error_is_one_sentence_too(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import twoworlds.course.work as work\n"
        "def broken(chapter):\n    raise RuntimeError('the moon is full')\n"
        "work.reset = broken\n"
    )
    done = run("reset", "01", PYTHONPATH=str(tmp_path))
    assert "the moon is full" in sentence(done, 1)
