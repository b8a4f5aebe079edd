"""Starting JupyterLab for the course: on this machine only, quiet, and apart from the user's own Jupyter."""

import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from twoworlds.course import work
from twoworlds.errors import InputError, require_whole

WORKSPACE = "twoworlds"

# Defaults of the Lab's own settings, by plugin. A learner who changes one in the Lab keeps the change.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
    "@jupyterlab/notebook-extension:tracker": {
        "autoStartDefaultKernel": True,  # else who runs a cell before the kernel is up is asked to choose one
        "windowingMode": "none",  # every output stays in the page, so that a live figure keeps its place on scrolling
    },
}

# Else each kernel warns in the terminal that it talks to the Lab unencrypted; both are on this machine.
KERNEL_SETTINGS = {"IPKernelApp": {"log_level": 40}}

# The side bar starts folded: an explorer is about 1000 px wide and has to fit a screen of 1280.
FOLDED_SIDEBARS = {
    "layout-restorer:data": {
        "left": {"collapsed": True, "visible": True, "widgets": ["filebrowser"]},
        "right": {"collapsed": True, "visible": True, "widgets": []},
    }
}


def lab_home() -> Path:
    """Return the folder that holds the Lab's own files: in the learner's work, or a passing one if that is closed."""
    home = work.work_folder() / ".lab"
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".writable").touch()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="twoworlds-lab-"))
    return home


def environment(home: Path) -> dict[str, str]:
    """Return the variables under which Jupyter and its kernels leave the user's own Jupyter aside."""
    return {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",  # else a kernel "python3" of the user's comes before ours
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYTHONNOUSERSITE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else each kernel prints a warning about its debugger
    }


FOREIGN = (
    "JUPYTER_PATH",
    "JUPYTER_CONFIG_PATH",
    "JUPYTERLAB_DIR",
    "JUPYTER_TOKEN",
    "PYTHONPATH",
    "PYTHONHOME",
)


def enter(home: Path) -> None:
    """Take on the Lab's environment in this process and its children."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(environment(home))


def first_notebook() -> str:
    """Return the first notebook of the course, as a path from its folder."""
    names = sorted((work.root() / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not names:
        raise InputError(f"The folder {work.root() / 'notebooks'} has no chapters: clone the course again.")
    return f"notebooks/{names[0].name}"


def prepare(home: Path) -> None:
    """Write the Lab's defaults and a fresh workspace, so that no tab of an earlier day asks for anything."""
    write_json(home / "defaults" / "overrides.json", SETTINGS)
    write_json(home / "ipython" / "profile_default" / "ipython_kernel_config.json", KERNEL_SETTINGS)
    shutil.rmtree(home / "workspaces", ignore_errors=True)
    write_workspace(home, WORKSPACE)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file of settings, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def write_workspace(home: Path, name: str) -> None:
    """Write a workspace without tabs and with its side bars folded."""
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    workspace = {"data": FOLDED_SIDEBARS, "metadata": {"id": name}}
    WorkspacesManager(str(home / "workspaces")).save(name, json.dumps(workspace))


def configuration(home: Path, port: int, browser: bool) -> dict[str, dict[str, Any]]:
    """Return Jupyter's configuration for the course."""
    return {
        "Application": {"log_level": "ERROR"},
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": port,
            "port_retries": 100,
            "root_dir": str(work.root()),
            "open_browser": browser,
            "answer_yes": True,  # Ctrl-C stops without a question
            "allow_root": True,  # in a container everybody is root, and only this machine can connect
        },
        "LabApp": {
            "default_url": f"/lab/workspaces/{WORKSPACE}/tree/{first_notebook()}",
            "app_settings_dir": str(home / "defaults"),
            "user_settings_dir": str(home / "settings"),
            "workspaces_dir": str(home / "workspaces"),
            "extension_manager": "readonly",
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        },
        "LanguageServerManager": {"autodetect": False},  # else it looks for node programs at each start
        "KernelSpecManager": {"allowed_kernelspecs": ["python3"]},
    }


def start(port: int = 8888, browser: bool = True, token: str | None = None) -> None:
    """Open the course in JupyterLab, serve it until Ctrl-C, and end this process.

    Args:
        port: where to listen, 1024 to 65535; if it is taken, the next free one.
        browser: open the page in the browser, or only print its address.
        token: what the address has to carry to be let in; a random one by default.
    """
    require_whole("port", port, 1024, 65535)
    if token is not None and not token.strip():
        raise InputError(
            "token is empty: give some characters that are hard to guess, or leave the option out."
        )
    from tornado.ioloop import IOLoop

    home = lab_home()
    enter(home)
    prepare(home)
    server = make_server(configuration(home, port, browser and has_screen()), token or secrets.token_hex(24))
    address = f"http://127.0.0.1:{server.port}{server.default_url}?token={server.identity_provider.token}"
    says = f"The course is open at\n  {address}\nCtrl-C in this window closes it."
    IOLoop.current().add_callback(print, says, flush=True)  # said once the server answers
    server.start()
    print("The course is closed. Your answers are in", work.work_folder(), flush=True)
    # All is shut down, but a worker thread of the server can outlive it and keep the terminal waiting.
    os._exit(0)


def make_server(settings: dict[str, dict[str, Any]], token: str) -> Any:
    """Return a Jupyter server that listens already, with the Lab in it."""
    from jupyterlab.labapp import LabApp
    from traitlets.config import Config

    # Only the server extensions that the course uses, none of the user's own.
    LabApp.serverapp_config = {"jpserver_extensions": {"jupyter_server_terminals": True, "jupyter_lsp": True}}
    os.environ["JUPYTER_TOKEN"] = token  # not an argument: other users of the machine can read those
    server = LabApp.initialize_server(argv=[], config=Config(settings))
    assert server.identity_provider.token == token
    del os.environ["JUPYTER_TOKEN"]  # kernels have no business with it
    return server


def has_screen() -> bool:
    """Tell whether a browser window can open. Without one, a text browser would take over the terminal."""
    return not sys.platform.startswith("linux") or any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    )
