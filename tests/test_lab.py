"""Starting the Lab: its configuration, its environment, and what it does when a port or a folder is taken."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from twoworlds import lab
from twoworlds.errors import InputError

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
NOTEBOOK = {"cells": [], "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with two empty chapters."""
    root = tmp_path / "course"
    for name in ("notebooks", "solutions", "exercises", "data"):
        (root / name).mkdir(parents=True)
    for name in ("01_who.ipynb", "00_start.ipynb", "extra.ipynb"):
        (root / "notebooks" / name).write_text(json.dumps(NOTEBOOK))
    monkeypatch.setenv("TWOWORLDS_ROOT", str(root))
    return root


def start(*arguments: str, seconds: float = 60, **environment: str) -> tuple[subprocess.Popen, str]:
    """Start the Lab and return its process and the address that it prints."""
    command = [sys.executable, "-m", "twoworlds.cli", "lab", "--no-browser", *arguments]
    process = subprocess.Popen(
        command, env=os.environ | environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    end = time.monotonic() + seconds
    while time.monotonic() < end and (line := process.stdout.readline()):
        if "http://" in line:
            return process, line.strip()
    process.kill()
    raise AssertionError("the Lab did not print its address")


def test_the_first_chapter_opens(course):
    assert lab.first_notebook() == "notebooks/00_start.ipynb"


def test_a_course_without_chapters_is_one_sentence(course):
    for path in (course / "notebooks").glob("0*"):
        path.unlink()
    with pytest.raises(InputError, match="no chapters"):
        lab.first_notebook()


def test_only_this_machine_can_connect(course):
    assert lab.configuration(course, 8888, browser=False)["ServerApp"]["ip"] == "127.0.0.1"


def test_a_folder_that_cannot_be_written_is_replaced_by_a_passing_one(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TWOWORLDS_WORK", str(tmp_path / "file" / "my_work"))
    home = lab.lab_home()
    assert home.is_dir()
    assert tmp_path not in home.parents


def test_a_users_own_jupyter_is_left_aside(tmp_path, monkeypatch):
    for name in lab.FOREIGN:
        monkeypatch.setenv(name, "theirs")
    for name in lab.environment(tmp_path):
        monkeypatch.setenv(name, "theirs")  # so that monkeypatch puts all of them back
    lab.enter(tmp_path)
    assert not set(lab.FOREIGN) & os.environ.keys()
    assert os.environ["JUPYTER_CONFIG_DIR"].startswith(str(tmp_path))


@pytest.mark.parametrize(("name", "opens"), [("DISPLAY", True), ("NOTHING", False)])
def test_no_text_browser_takes_over_the_terminal(monkeypatch, name, opens):
    monkeypatch.setattr(sys, "platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(name, ":0")
    assert lab.has_screen() is opens


def test_a_taken_port_leads_to_the_next_and_ctrl_c_stops_at_once(course):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process, address = start("--port", str(port), JUPYTER_TOKEN="", PYTHONUNBUFFERED="1")
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)[0]
    found = re.fullmatch(
        r"http://127\.0\.0\.1:(\d+)/lab/workspaces/\S+/notebooks/00_start.ipynb\?token=(\w+)", address
    )
    assert port < int(found[1]) <= port + 200
    assert len(found[2]) >= 40
    assert process.returncode == 0
    assert "(y" not in rest
    assert "closed" in rest


def test_a_kernel_spec_of_the_user_does_not_take_the_place_of_ours(course, tmp_path):
    theirs = tmp_path / "home" / ".local" / "share" / "jupyter" / "kernels" / "python3"
    theirs.mkdir(parents=True)
    (theirs / "kernel.json").write_text(
        json.dumps({"argv": ["false"], "display_name": "x", "language": "python"})
    )
    ask = (
        "from twoworlds import lab; lab.enter(lab.lab_home())\n"
        "from jupyter_client.kernelspec import get_kernel_spec; print(get_kernel_spec('python3').resource_dir)"
    )
    environment = os.environ | {"HOME": str(tmp_path / "home"), "JUPYTER_PREFER_ENV_PATH": "0"}
    done = subprocess.run(
        [sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).is_relative_to(sys.prefix)
