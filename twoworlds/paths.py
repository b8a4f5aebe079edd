"""Where the course's data lie: beside the package in the repository, or under TWOWORLDS_ROOT."""

import os
from pathlib import Path

from twoworlds.errors import InputError


def data_folder() -> Path:
    """Return the folder `data/` of the course.

    The repository is the parent of this package; the environment variable TWOWORLDS_ROOT names another one.
    Raises InputError when there is no such folder.
    """
    root = os.environ.get("TWOWORLDS_ROOT")
    folder = (Path(root) if root else Path(__file__).resolve().parent.parent) / "data"
    if not folder.is_dir():
        name = f"TWOWORLDS_ROOT is {root!r}" if root else "TWOWORLDS_ROOT is not set"
        raise InputError(f"{name}: it must name the course's folder, the one that holds data (no {folder}).")
    return folder
