"""The set-up: quick the second time, mends what is broken, and says in one sentence what is missing."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import setup

COURSE = Path(__file__).resolve().parents[2]
FILES = (
    "pyproject.toml",
    "requirements.lock",
    "requirements-test.lock",
    "LICENSE",
    "LICENSE-text",
    "Makefile",
)


def clone(folder: Path) -> Path:
    """Copy what the set-up needs of the course into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(COURSE / name, folder / name)
    skip = shutil.ignore_patterns("__pycache__", "*.ipynb")
    shutil.copytree(COURSE / "tools", folder / "tools", ignore=skip)
    shutil.copytree(COURSE / "twoworlds", folder / "twoworlds", ignore=skip)
    return folder


def run_setup(folder: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run the set-up of a clone to its end."""
    command = [sys.executable, "-E", "-S", "tools/setup.py"]
    extra = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(command, cwd=folder, env=os.environ | extra, capture_output=True, text=True)


def works(folder: Path) -> bool:
    """Tell whether the clone's environment runs the course's command."""
    done = subprocess.run([folder / ".venv/bin/twoworlds", "--help"], capture_output=True, text=True)
    return done.returncode == 0 and "doctor" in done.stdout


def fake_python(folder: Path, **facts: object) -> str:
    """Write a command that answers the set-up's question as another Python would; return its path."""
    answer = {
        "path": "/opt/python",
        "version": "3.12.1",
        "ensurepip": True,
        "kind": "CPython",
        "bits": 64,
    } | facts
    path = folder / "python-fake"
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
    path.chmod(0o755)
    return str(path)


def stopped(done: subprocess.CompletedProcess) -> str:
    """Return the one sentence of a set-up that stopped."""
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("Set-up stopped: ")
    return lines[0]


# From start to end, in a fresh place


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone that was set up."""
    folder = clone(tmp_path_factory.mktemp("clone") / "course")
    done = run_setup(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.setup
@pytest.mark.xdist_group("setup")
class TestFreshPlace:
    """Real installations, one after the other in one place."""

    def test_a_fresh_clone_works(self, built):
        assert works(built)

    def test_a_second_run_is_quick_and_silent(self, built):
        began = time.monotonic()
        done = run_setup(built)
        assert time.monotonic() - began < 2
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_a_set_up_killed_at_work_is_mended(self, built):
        shutil.rmtree(built / ".venv")
        process = subprocess.Popen(
            [sys.executable, "tools/setup.py"], cwd=built, start_new_session=True, stdout=subprocess.DEVNULL
        )
        site = built / ".venv" / "lib"
        end = time.monotonic() + 60
        while not list(site.glob("*/site-packages/numpy")) and time.monotonic() < end:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert setup_is_half_built(built)
        assert run_setup(built).returncode == 0
        assert works(built)
        assert not setup_is_half_built(built)

    def test_a_changed_lock_is_brought_up_to_date(self, built):
        with (built / "requirements.lock").open("a") as lock:
            lock.write("\n")
        done = run_setup(built)
        assert "up to date" in done.stdout
        assert works(built)

    def test_a_moved_folder_is_mended(self, built):
        moved = built.rename(built.with_name("moved course"))
        try:
            assert "Setting up" in run_setup(moved).stdout
            assert works(moved)
        finally:
            moved.rename(built)


def setup_is_half_built(folder: Path) -> bool:
    """Tell whether a clone's guard says that its set-up is unfinished."""
    return (folder / ".venv.lock").stat().st_size > 0


# What is missing


def test_a_python_that_is_too_old_is_named(tmp_path):
    folder = clone(tmp_path / "course")
    sentence = stopped(run_setup(folder, PYTHON=fake_python(tmp_path, version="3.9.2")))
    assert "Python 3.11 to 3.14" in sentence
    assert "CPython 3.9.2" in sentence


def test_a_command_that_is_no_python_is_named(tmp_path):
    sentence = stopped(run_setup(clone(tmp_path / "course"), PYTHON=str(tmp_path / "gone")))
    assert "no Python that runs" in sentence


@pytest.mark.parametrize("facts", [{"version": "3.15.0"}, {"bits": 32}, {"kind": "PyPy"}])
def test_a_python_that_the_locks_do_not_cover_is_refused(tmp_path, facts):
    assert "CPython, 64 bits" in stopped(
        run_setup(clone(tmp_path / "course"), PYTHON=fake_python(tmp_path, **facts))
    )


def test_a_missing_venv_module_is_named_with_the_package_to_install(tmp_path):
    python = fake_python(tmp_path, ensurepip=False)
    sentence = stopped(run_setup(clone(tmp_path / "course"), PYTHON=python, PATH="/usr/bin:/bin"))
    assert "python3.12-venv" in sentence


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    folder = clone(tmp_path / "course")
    (folder / ".venv.lock").mkdir()  # rights don't stop root, a folder in the file's place does
    assert "can't be written to" in stopped(run_setup(folder))


def test_a_small_disk_is_named(monkeypatch):
    monkeypatch.setattr(setup, "free_megabytes", lambda: 12)
    monkeypatch.setattr(setup, "read_stamp", dict)
    monkeypatch.setattr(setup, "GUARD", os.devnull)
    with pytest.raises(setup.Missing, match="12 MB free and the course needs"):
        setup.check_place("lab")


def test_no_registry_in_reach_is_named(tmp_path):
    nowhere = "http://127.0.0.1:9/simple"
    done = run_setup(
        clone(tmp_path / "course"),
        UV_DEFAULT_INDEX=nowhere,
        UV_CACHE_DIR=str(tmp_path / "cache"),
        UV_INDEX=nowhere,
    )
    assert "can't be reached" in stopped(done)
    assert "pip's or uv's configuration" in done.stderr


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("error: Failed to write: No space left on device (os error 28)", "disk is full"),
        ("Hash mismatch for `numpy==2.4.6`", "not the one in the lock"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one in the lock"),
        ("ConnectionError: Name or service not known", "can't be reached"),
        ("failed to open file: Permission denied (os error 13)", "can't be written"),
        ("Failed to build `numpy==2.4.6`", "conda"),
        ("something else\nlast words", "last words"),
    ],
)
def test_what_a_failed_command_says_is_told_in_one_sentence(output, words):
    sentence = str(setup.explain(["/usr/bin/uv"], output))
    assert words in sentence
    assert "\n" not in sentence


# How it goes about it


def test_somebody_elses_environment_is_kept(tmp_path, monkeypatch):
    theirs = tmp_path / ".venv"
    (theirs / "bin").mkdir(parents=True)
    monkeypatch.setattr(setup, "VENV", str(theirs))
    setup.clear_place(ours=False)
    assert [path.name.startswith(".venv.2") for path in tmp_path.iterdir()] == [True]


def test_our_own_environment_is_replaced(tmp_path, monkeypatch):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    monkeypatch.setattr(setup, "VENV", str(tmp_path / ".venv"))
    setup.clear_place(ours=True)
    assert list(tmp_path.iterdir()) == []


def test_pips_configuration_is_carried_over_to_uv(tmp_path, monkeypatch):
    config = "[global]\nindex-url = https://mirror.example/simple\ntrusted-host = mirror.example\n"
    config += (
        "find-links = /a /b\n[install]\nextra-index-url =\n  https://one.example\n  https://two.example\n"
    )
    (tmp_path / "pip.conf").write_text(config)
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    settings = setup.mirror_settings()
    assert settings["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert settings["UV_INSECURE_HOST"] == "mirror.example"
    assert settings["UV_FIND_LINKS"].endswith("/a,/b")
    assert settings["UV_INDEX"].endswith("https://one.example https://two.example")


def test_uvs_own_configuration_comes_first(tmp_path, monkeypatch):
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://mirror.example/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example")
    assert "UV_DEFAULT_INDEX" not in setup.mirror_settings()


def test_the_newest_covered_python_is_tried_first():
    assert setup.python_names()[:5] == ["python3.14", "python3.13", "python3.12", "python3.11", "python3"]


def test_the_script_reads_on_an_old_python():
    source = (COURSE / "tools" / "setup.py").read_text()
    ast.parse(source, feature_version=(3, 6))


def test_make_alone_lists_every_command():
    done = subprocess.run(["make", "--no-print-directory"], cwd=COURSE, capture_output=True, text=True)
    listed = {line.split()[1] for line in done.stdout.splitlines()}
    assert listed == {"help", "lab", "test", "bench", "data", "exercises", "execute", "lint", "lock"}
