"""The learner's own folder: where it is, how blanks get there, how to start a chapter again and lose nothing."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from twoworlds.errors import InputError


def root() -> Path:
    """Return the course's folder, the one that holds exercises/ and solutions/.

    It is the environment variable TWOWORLDS_ROOT, or the parent of this package, or the nearest folder above the
    current one that fits. Raises InputError when none does.
    """
    named = os.environ.get("TWOWORLDS_ROOT")
    here = Path.cwd()
    places = [Path(named)] if named else [Path(__file__).resolve().parents[2], here, *here.parents]
    for place in places:
        if (place / "exercises").is_dir() and (place / "solutions").is_dir():
            return place
    told = f"TWOWORLDS_ROOT is {named!r}" if named else "TWOWORLDS_ROOT is not set"
    raise InputError(f"{told}: it must name the course's folder, the one that holds exercises and solutions.")


def work_folder() -> Path:
    """Return the folder of the learner's work: TWOWORLDS_WORK in the environment, or my_work in the course's folder."""
    named = os.environ.get("TWOWORLDS_WORK")
    return Path(named) if named else root() / "my_work"


def copy_new_blanks() -> list[Path]:
    """Copy the exercise notebooks that the learner does not have yet and return the copies.

    A file that is there is never touched, whatever is in it. Raises InputError when the folder can't be written.
    """
    folder = work_folder()
    blanks = sorted((root() / "exercises").glob("*.ipynb"))
    with _told(f"my_work is {str(folder)!r}"):
        folder.mkdir(parents=True, exist_ok=True)
        return [folder / blank.name for blank in blanks if _copy_if_new(blank, folder / blank.name)]


@dataclass(frozen=True)
class Reset:
    """What `reset` did: the fresh blank, and the dated copy of what was there (None if nothing was)."""

    blank: Path
    kept: Path | None


def reset(chapter: str | int) -> Reset:
    """Put a fresh blank of a chapter's exercises into the learner's folder, after a dated copy of what is there.

    `chapter` is its number: "01", "1" or 1. Raises InputError for a chapter without exercises, or a folder that can't
    be written; the work is then as it was.
    """
    blank = _blank_of(chapter)
    mine = work_folder() / blank.name
    with _told(f"my_work is {str(mine.parent)!r}"):
        mine.parent.mkdir(parents=True, exist_ok=True)
        kept = _dated_copy(mine) if os.path.lexists(mine) else None
        with _whole_copy(blank, mine.parent) as copy:
            os.replace(copy, mine)
    return Reset(mine, kept)


def _blank_of(chapter: str | int) -> Path:
    blanks = {path.name[:2]: path for path in sorted((root() / "exercises").glob("[0-9][0-9]_*.ipynb"))}
    number = str(chapter).strip()
    number = number.zfill(2) if number else ""
    if number not in blanks:
        raise InputError(
            f"chapter is {str(chapter)!r}: it must be one of {', '.join(blanks) or '(no exercises yet)'}."
        )
    return blanks[number]


def _dated_copy(mine: Path) -> Path:
    stamp = datetime.now().strftime("%Y-%m-%dT%H%M")
    attempt = 0
    while True:
        attempt += 1
        again = f"-{attempt}" if attempt > 1 else ""
        kept = mine.with_name(f"{mine.stem}.{stamp}{again}{mine.suffix}")
        if _copy_if_new(mine, kept):
            return kept


def _copy_if_new(source: Path, target: Path) -> bool:
    """Copy a file whole, unless the target's name is taken; tell whether it was copied."""
    if os.path.lexists(target):
        return False
    with _whole_copy(source, target.parent) as copy:
        try:
            os.link(copy, target)  # unlike a rename, this never replaces a file that has come in the meantime
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if os.path.lexists(target):
                return False
            os.rename(copy, target)
    return True


@contextmanager
def _whole_copy(source: Path, folder: Path) -> Iterator[str]:
    """Yield the name of a complete copy of `source` beside its future place, removed afterwards if still there."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    try:
        with open(handle, "wb") as copy, open(source, "rb") as original:
            shutil.copyfileobj(original, copy)
            copy.flush()
            os.fsync(copy.fileno())
        os.chmod(name, 0o666 & ~_umask())
        yield name
    finally:
        if os.path.lexists(name):
            os.unlink(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = re.sub(r"^\[Errno -?\d+\] ", "", error.strerror or str(error))
        raise InputError(f"{what}: it must be a folder that can be written ({why}).") from error
