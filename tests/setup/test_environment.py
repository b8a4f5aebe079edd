"""pyproject.toml, the locks and environment.yml agree, and pip takes environment.yml's section as conda gives it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import lock as locking
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COURSE = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text())
LAB = (COURSE / "requirements.lock").read_text()
TEST = (COURSE / "requirements-test.lock").read_text()
ENVIRONMENT = yaml.safe_load((COURSE / "environment.yml").read_text())
PIP_SECTION = next(part["pip"] for part in ENVIRONMENT["dependencies"] if isinstance(part, dict))


def versions(lines: list[str]) -> dict[str, tuple[str, str]]:
    """Return name: (version, marker) of pinned requirements."""
    needs = [Requirement(line) for line in lines]
    return {canonicalize_name(need.name): (str(need.specifier), str(need.marker or "")) for need in needs}


LAB_PINS, TEST_PINS = versions(locking.pins(LAB)), versions(locking.pins(TEST))


def test_one_version_serves_every_python_and_platform():
    for lock, pins in ((LAB, LAB_PINS), (TEST, TEST_PINS)):
        assert len(locking.pins(lock)) == len(pins) > 100


def test_environment_yml_is_what_the_lock_generates():
    assert (COURSE / "environment.yml").read_text() == locking.environment(LAB)


def test_environment_yml_pins_what_the_lock_pins():
    assert PIP_SECTION[0] == "-e ."
    assert versions(PIP_SECTION[1:]) == LAB_PINS


def test_the_test_lock_holds_the_labs_versions():
    assert {name: TEST_PINS.get(name) for name in LAB_PINS} == LAB_PINS


@pytest.mark.parametrize(
    ("needs", "pins"),
    [
        (PROJECT["project"]["dependencies"], LAB_PINS),
        (PROJECT["build-system"]["requires"], LAB_PINS),
        (PROJECT["project"]["optional-dependencies"]["test"], TEST_PINS),
    ],
    ids=["dependencies", "build", "test"],
)
def test_the_locks_fulfil_pyproject(needs, pins):
    for need in map(Requirement, needs):
        pin, marker = pins[canonicalize_name(need.name)]
        assert need.specifier.contains(pin.removeprefix("==")), need
        assert marker == ""


def test_conda_brings_a_python_that_the_locks_cover():
    python = next(part for part in ENVIRONMENT["dependencies"] if str(part).startswith("python"))
    assert re.fullmatch(r"python=3\.1[1-4]", python)
    assert any(str(part).startswith("pip") for part in ENVIRONMENT["dependencies"])


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-test.lock", "tools/requirements-uv.lock"]
)
def test_a_lock_is_hashed_throughout_and_names_no_index(lock):
    text = (COURSE / lock).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all(re.match(r"\S+==\S+", block) and "--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "index" not in text


def pip_takes(lines: list[str], folder: Path) -> subprocess.CompletedProcess:
    """Give pip a requirements file in `folder`, as conda does, without installing anything."""
    (folder / "condaenv.requirements.txt").write_text("\n".join(lines))
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-build-isolation"]
    command += ["--disable-pip-version-check", "-r", "condaenv.requirements.txt"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with what pip needs to see of the course."""
    for name in ("pyproject.toml", "LICENSE", "LICENSE-text"):
        (tmp_path / name).write_bytes((COURSE / name).read_bytes())
    (tmp_path / "twoworlds").mkdir()
    (tmp_path / "twoworlds" / "__init__.py").write_bytes((COURSE / "twoworlds" / "__init__.py").read_bytes())
    return tmp_path


def test_pip_takes_the_section_as_a_file_in_the_projects_folder(project):
    done = pip_takes(PIP_SECTION, project)
    assert done.returncode == 0, done.stderr
    assert "Would install twoworlds" in done.stdout


def test_pip_would_refuse_the_section_with_hashes(project):
    done = pip_takes(["-e .", LAB], project)
    assert done.returncode != 0
    assert "hash" in done.stderr.lower()
