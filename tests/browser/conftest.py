"""A real JupyterLab on a copy of the course, and a page in Chromium that notes every error and every request."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from twoworlds.lab import write_workspace

COURSE = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 60
PATIENCE = 60_000  # ms; a chapter runs in under 20 s, and CI may have two of everything running

# Runs in the Lab's server before anything else: notes each connection that leaves this machine.
WATCH = """
import os, sys

def watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect"):
        host = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = host[0] if isinstance(host, tuple) else host
        host = host.decode() if isinstance(host, bytes) else host
        if host and not str(host).startswith(("127.", "localhost", "::1", "/")) and host != "0.0.0.0":
            with open(os.environ["TWOWORLDS_TEST_WATCH"], "a") as file:
                file.write(f"{event} {host}\\n")

sys.addaudithook(watch)
"""


@dataclass
class Lab:
    """A running Lab: where it is, what lets you in, and the course's folder that it serves."""

    url: str
    token: str
    root: Path
    lines: list[str] = field(default_factory=list)

    def address(self, notebook: str) -> str:
        """Return the address that opens a notebook alone in a fresh workspace, as the `twoworlds` command does."""
        name = f"test-{uuid.uuid4().hex}"
        write_workspace(self.root / "my_work" / ".lab", name)
        return f"{self.url}/lab/workspaces/{name}/tree/{notebook}?token={self.token}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder; without a Chromium skip it in one clear line, or fail where CI requires one."""
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.browser)
        if not find_chromium() and os.environ.get("TWOWORLDS_BROWSER") != "require":
            item.add_marker(
                pytest.mark.skip(reason="no Chromium found: install it or set TWOWORLDS_CHROMIUM")
            )


def find_chromium() -> str | None:
    """Return the path of a Chromium, from TWOWORLDS_CHROMIUM or by its usual names."""
    return os.environ.get("TWOWORLDS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def start_lab(root: Path) -> Iterator[Lab]:
    """Serve the course in `root` by the `twoworlds` command until the caller is done."""
    (root / "watch").mkdir()
    (root / "watch" / "sitecustomize.py").write_text(WATCH)
    log = root / "watch" / "off-machine.txt"
    environment = os.environ | {
        "TWOWORLDS_ROOT": str(root),
        "TWOWORLDS_WORK": str(root / "my_work"),
        "TWOWORLDS_TEST_WATCH": str(log),
        "PYTHONPATH": str(root / "watch"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "twoworlds.cli", "lab", "--no-browser", "--port", str(free_port())]
    process = subprocess.Popen(
        command, env=environment, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    lab = wait_for_address(process, root)
    yield lab
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0, "Ctrl-C did not end the Lab"
    assert not log.exists(), f"the Lab's server asked for {log.read_text()!r}, which is off this machine"


def wait_for_address(process: subprocess.Popen, root: Path) -> Lab:
    """Read what the command prints until it says where the course is open."""
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
    reader.start()
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/lab\S*\?token=(\w+)", "".join(list(lines)))
        if found:
            return Lab(found[1], found[2], root, lines)
        time.sleep(0.1)
    process.kill()
    raise RuntimeError("the Lab did not start: " + "".join(lines))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Lab on a copy of the course, so that nothing run in it changes the course's own notebooks."""
    root = tmp_path_factory.mktemp("course")
    for name in ("notebooks", "exercises", "solutions", "data"):
        shutil.copytree(COURSE / name, root / name)
    (root / "notebooks" / "99_example.ipynb").write_text(json.dumps(example()))
    yield from start_lab(root)


def example() -> dict:
    """Return a small notebook with a print, a slider, a picture and a formula."""
    sources = [
        "import sys, twoworlds\nprint('prefix', sys.prefix)",
        "import ipywidgets\nipywidgets.IntSlider(value=3, description='Load')",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    ]
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source,
        }
        for i, source in enumerate(sources)
    ]
    text = {
        "cell_type": "markdown",
        "id": "t",
        "metadata": {},
        "source": "# Example\n\nA formula: $\\rho = \\lambda / \\mu$",
    }
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": [text, *cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    path = find_chromium()
    assert path, "no Chromium found: install it (Debian: apt-get install chromium) or set TWOWORLDS_CHROMIUM"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of 1280 x 720; the test fails on a console error or a request that leaves this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: note_console(troubles, message))
    page.on("pageerror", lambda error: troubles.append(f"uncaught: {error}"))
    page.on("request", lambda request: note_request(troubles, request.url))
    page.on("websocket", lambda socket: note_request(troubles, socket.url))
    yield page
    context.close()
    assert not troubles, "the page had troubles:\n" + "\n".join(troubles)


def note_console(troubles: list[str], message: object) -> None:
    """Note a console message if it is an error."""
    if message.type == "error":
        troubles.append(f"console: {message.text} ({message.location.get('url', '')})")


def note_request(troubles: list[str], url: str) -> None:
    """Note a request if it leaves this machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob", "about") and parts.hostname not in ("127.0.0.1", "localhost"):
        troubles.append(f"off this machine: {url}")


@pytest.fixture
def notebook(lab: Lab, page: Page) -> Callable[[str], Page]:
    """Open a notebook, such as "notebooks/01_who.ipynb", and give the page once its kernel is idle."""

    def open_notebook(path: str) -> Page:
        page.goto(lab.address(path))
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE)
        wait_until_idle(page)
        return page

    return open_notebook


def wait_until_idle(page: Page) -> None:
    """Wait until the kernel of the open notebook has nothing to do."""
    page.wait_for_selector(".jp-NotebookPanel .jp-KernelName:has-text('Python 3')", timeout=PATIENCE)
    page.wait_for_selector(
        ".jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=PATIENCE
    )


@pytest.fixture
def run_all(page: Page) -> Callable[[], None]:
    """Run all cells of the open notebook and wait until the last one is done."""

    def run() -> None:
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        count = page.locator(".jp-CodeCell").count()
        done = "els => els.filter(e => /\\[\\d+\\]/.test(e.innerText)).length"
        page.wait_for_function(
            f"() => ({done})([...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]) === {count}",
            timeout=PATIENCE,
        )
        wait_until_idle(page)

    return run
