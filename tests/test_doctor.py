"""The doctor: a sound environment is sound, and each thing that can be wrong is found."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from twoworlds import doctor
from twoworlds.course import work

COURSE = Path(__file__).resolve().parents[1]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of its own with one notebook and a small shipped log."""
    root = tmp_path / "course"
    for name in ("notebooks", "solutions", "exercises", "data"):
        (root / name).mkdir(parents=True)
    (root / "notebooks" / "00_a.ipynb").write_text('{"cells": []}')
    shutil.copytree(COURSE / "data" / "world", root / "data" / "world")
    shutil.copy(COURSE / "requirements.lock", root)
    monkeypatch.setenv("TWOWORLDS_ROOT", str(root))
    return root


@pytest.mark.parametrize("check", ["python", "data", "notebooks", "disk", "my_work", "progress"])
def test_a_sound_course_is_well(course, check):
    finding = getattr(doctor, check)()
    assert finding.well, finding.sentence


def test_the_kernel_is_this_environment_and_shows_widgets(course, tmp_path, monkeypatch):
    for name in doctor.lab.environment(tmp_path):
        monkeypatch.setenv(name, "x")  # so that monkeypatch takes back what the check sets
    for finding in (doctor.kernel(), doctor.widgets()):
        assert finding.well, finding.sentence


def test_an_old_python_is_found(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert not doctor.python().well


def test_a_package_of_another_version_is_found(course):
    lock = "numpy==0.1 \\\n    --hash=sha256:ab\nno-such-package==1.0\npywinpty==3.1.2 ; os_name == 'none'\n"
    (course / "requirements.lock").write_text(lock)
    finding = doctor.packages()
    assert not finding.well
    assert "where the lock has 0.1" in finding.sentence
    assert "no-such-package is missing" in finding.sentence
    assert "pywinpty" not in finding.sentence


def test_a_package_as_locked_is_well():
    import numpy

    assert doctor.compare(Requirement(f"numpy=={numpy.__version__}")) == ""


def heard(prefix: str = sys.prefix, comm: str = "jupyter.widget", error: str = "") -> list:
    """Return what a kernel sends when it is asked the probe."""
    messages = [("stream", {"text": prefix + "\n"}), ("comm_open", {"target_name": comm})]
    return messages + ([("error", {"ename": error, "evalue": "no"})] if error else [])


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (heard(prefix="/opt/other"), "/opt/other"),
        (heard(comm="something"), "widgets"),
        (heard(error="ModuleNotFoundError"), "ModuleNotFoundError"),
    ],
)
def test_a_wrong_kernel_is_found(monkeypatch, messages, words):
    monkeypatch.setattr(doctor, "run_in_kernel", lambda code: messages)
    finding = doctor.kernel()
    assert not finding.well
    assert words in finding.sentence


def test_a_changed_data_file_is_found(course):
    with (course / "data" / "world" / "log.parquet").open("ab") as file:
        file.write(b"x")
    finding = doctor.data()
    assert not finding.well
    assert "log.parquet" in finding.sentence


def test_a_damaged_notebook_is_found(course):
    (course / "notebooks" / "00_a.ipynb").write_text("<<<<<<< HEAD")
    finding = doctor.notebooks()
    assert not finding.well
    assert "git checkout -- notebooks/00_a.ipynb" in finding.sentence


def test_a_full_disk_is_found(monkeypatch):
    usage = type("Usage", (), {"free": 3 * 10**6})
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert not doctor.disk().well


def test_a_closed_folder_is_found(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TWOWORLDS_WORK", str(tmp_path / "file" / "my_work"))
    assert not doctor.my_work().well


def test_a_damaged_progress_file_is_told_and_mended():
    folder = work.work_folder()
    folder.mkdir(parents=True)
    (folder / "progress.sqlite3").write_bytes(b"no database" * 100)
    assert not doctor.progress().well
    assert doctor.progress().well


def test_a_check_that_breaks_is_a_finding():
    def moon() -> doctor.Finding:
        raise RuntimeError("full")

    finding = doctor.attempt(moon)
    assert not finding.well
    assert "RuntimeError: full" in finding.sentence


def test_every_finding_is_one_line(course, monkeypatch):
    monkeypatch.setattr(doctor, "run_in_kernel", lambda code: heard())
    monkeypatch.setattr(doctor, "widgets", lambda: doctor.Finding("widgets", True, "they show"))
    findings = doctor.examine()
    assert len(findings) == 9
    assert not any("\n" in finding.sentence for finding in findings)
    assert json.dumps([finding.about for finding in findings])
