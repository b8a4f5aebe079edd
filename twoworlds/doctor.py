"""What `twoworlds doctor` looks at: each check returns a finding in one sentence."""

import importlib.metadata
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from twoworlds import lab
from twoworlds.course import work
from twoworlds.paths import data_folder

DISK_NEEDED = 500  # MB: room for a learner's work and a streamed log of some ten thousand users
MEND = "remove the folder .venv and run `make lab`"
WIDGETS = "@jupyter-widgets/jupyterlab-manager"

# What the kernel is asked: where it lives, whether it has the package, and a widget for the page.
PROBE = "import json, sys, ipywidgets, twoworlds\nprint(sys.prefix)\nipywidgets.IntSlider()"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what it is, whether it is well, and a sentence with the facts."""

    about: str
    well: bool
    sentence: str


def examine() -> list[Finding]:
    """Make all checks. A check that breaks is a finding too."""
    checks = (python, packages, kernel, widgets, data, notebooks, disk, my_work, progress)
    return [attempt(check) for check in checks]


def attempt(check: Callable[[], Finding]) -> Finding:
    """Make one check; what it raises is told as its finding."""
    try:
        return check()
    except Exception as error:
        name = check.__name__.replace("_", " ")
        return Finding(name, False, f"the check broke with {type(error).__name__}: {error}")


def python() -> Finding:
    """Look at the version of Python."""
    well = (3, 11) <= sys.version_info[:2] <= (3, 14)
    sentence = f"{platform.python_version()} in {sys.prefix}"
    return Finding("Python", well, sentence if well else f"{sentence}: the course needs 3.11 to 3.14")


def packages() -> Finding:
    """Compare what is installed with requirements.lock."""
    needs = locked((work.root() / "requirements.lock").read_text())
    wrong = [difference for need in needs if (difference := compare(need))]
    if not wrong:
        return Finding("packages", True, f"all {len(needs)} are as locked")
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return Finding("packages", False, f"{', '.join(wrong[:3])}{more}: {MEND}")


def locked(lock: str) -> list[Requirement]:
    """Return the requirements in a lock's text that apply to this machine."""
    pins = re.findall(r"^([A-Za-z0-9][^\\\n]*==[^\\\n]*)", lock, re.MULTILINE)
    requirements = [Requirement(pin.strip()) for pin in pins]
    return [need for need in requirements if need.marker is None or need.marker.evaluate()]


def compare(need: Requirement) -> str:
    """Return how an installed package differs from the locked one, or "" if it doesn't."""
    try:
        installed = importlib.metadata.version(need.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{need.name} is missing"
    if need.specifier.contains(installed, prereleases=True):
        return ""
    return f"{need.name} is {installed} where the lock has {str(need.specifier).lstrip('=')}"


def kernel() -> Finding:
    """Start the Lab's kernel and ask whether it is this environment and whether a widget speaks to the page."""
    heard = run_in_kernel(PROBE)
    printed = "".join(content["text"] for kind, content in heard if kind == "stream").strip()
    errors = [f"{content['ename']}: {content['evalue']}" for kind, content in heard if kind == "error"]
    targets = {content["target_name"] for kind, content in heard if kind == "comm_open"}
    if errors:
        return Finding("kernel", False, f"it can't run the course ({errors[0]}): {MEND}")
    if Path(printed).resolve() != Path(sys.prefix).resolve():
        return Finding("kernel", False, f"it lives in {printed}, the Lab in {sys.prefix}: {MEND}")
    if "jupyter.widget" not in targets:
        return Finding("kernel", False, f"its widgets don't speak to the page: {MEND}")
    return Finding("kernel", True, "it is the Lab's own environment, and a widget in it speaks to the page")


def run_in_kernel(code: str) -> list[tuple[str, dict[str, Any]]]:
    """Run `code` in a kernel as the Lab starts it; return what it sent: (message type, content)."""
    from jupyter_client.manager import start_new_kernel

    lab.enter(lab.lab_home())
    manager, client = start_new_kernel(startup_timeout=60, kernel_name="python3", stderr=subprocess.DEVNULL)
    heard: list[tuple[str, dict[str, Any]]] = []
    try:
        client.execute_interactive(
            code,
            timeout=60,
            output_hook=lambda message: heard.append((message["msg_type"], message["content"])),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return heard


def widgets() -> Finding:
    """Look for the Lab's side of the widgets: there, and not switched off."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab.commands import AppOptions, get_app_info

    lab.enter(lab.lab_home())
    info = get_app_info(app_options=AppOptions(labextensions_path=jupyter_path("labextensions")))
    if WIDGETS not in info["federated_extensions"]:
        return Finding("widgets", False, f"the Lab has no extension {WIDGETS}: {MEND}")
    if any(name.split(":")[0] == WIDGETS for name in info["disabled"]):
        sentence = f"{WIDGETS} is switched off: switch it on with `jupyter labextension enable {WIDGETS}`"
        return Finding("widgets", False, sentence)
    return Finding("widgets", True, f"the Lab shows them ({WIDGETS})")


def data() -> Finding:
    """Compare the shipped log with the hashes in its manifest."""
    from twoworlds.world.stream import damaged

    names = damaged(data_folder() / "world")
    if names:
        return Finding(
            "data", False, f"{', '.join(names)} in data/world is not as shipped: `make data` makes it again"
        )
    return Finding("data", True, "the shipped log is whole")


def notebooks() -> Finding:
    """Look whether the chapters and exercises are there and can be read."""
    paths = [path for folder in ("notebooks", "exercises") for path in (work.root() / folder).glob("*.ipynb")]
    damaged = [str(path.relative_to(work.root())) for path in paths if not is_notebook(path)]
    if damaged:
        return Finding(
            "notebooks", False, f"{damaged[0]} is damaged: `git checkout -- {damaged[0]}` brings it back"
        )
    sentence = f"{len(paths)} can be read" if paths else "there are none: clone the course again"
    return Finding("notebooks", bool(paths), sentence)


def is_notebook(path: Path) -> bool:
    """Tell whether a file is a notebook that can be read."""
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8"))["cells"], list)
    except (ValueError, KeyError, TypeError):
        return False


def disk() -> Finding:
    """Look at the room on the disk that holds the learner's work."""
    free = shutil.disk_usage(work.root()).free // 10**6
    sentence = f"{free:,} MB free"
    return Finding("disk", free >= DISK_NEEDED, sentence if free >= DISK_NEEDED else f"{sentence}: make room")


def my_work() -> Finding:
    """Look whether the learner's folder can be written to."""
    folder = work.work_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / ".twoworlds-doctor"
        trial.write_text("a line")
        trial.unlink()
    except OSError as error:
        return Finding(
            "my_work", False, f"{folder} can't be written to ({error.strerror}): look at its owner and rights"
        )
    answers = len(list(folder.glob("[0-9][0-9]_*.ipynb")))
    return Finding("my_work", True, f"{answers} exercise notebooks in {folder}")


def progress() -> Finding:
    """Read the learner's progress; a damaged file is mended by reading it."""
    from twoworlds.course.progress import Progress

    said: list[str] = []
    with tempfile.TemporaryDirectory() as spare:
        events = Progress(work.work_folder(), Path(spare) / "spare.jsonl", said.append).events()
    return Finding("progress", not said, said[0] if said else f"{len(events)} records can be read")
