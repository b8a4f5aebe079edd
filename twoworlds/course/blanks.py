"""Make the learner's notebooks from the solutions: `python -m twoworlds.course.blanks` (`--check` only compares).

Lines between `### BEGIN SOLUTION` and `### END SOLUTION` become `...  # your code here`; cells tagged "solution" are
left out; outputs, execution counts and all metadata but tags go.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from twoworlds.course import work
from twoworlds.errors import InputError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
PLACEHOLDER = "...  # your code here"
LEAK_LENGTH = 12  # a shorter line says nothing about the solution

_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cut(source: str) -> str:
    """Return a cell's source with each solution replaced by a placeholder at the same indentation.

    Raises InputError when the markers don't pair up.
    """
    kept: list[str] = []
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        marker = line.strip()
        if marker in (BEGIN, END):
            if (marker == BEGIN) == inside:
                raise InputError(f"line {number} of the cell is {marker!r}: BEGIN and END must take turns.")
            inside = not inside
            if inside:
                kept.append(line[: len(line) - len(line.lstrip())] + PLACEHOLDER)
        elif not inside:
            kept.append(line)
    if inside:
        raise InputError(f"the cell has {BEGIN!r} without {END!r}: BEGIN and END must take turns.")
    return "\n".join(kept)


def blank(solution: Any) -> Any:
    """Return the learner's version of a solution notebook (both are nbformat notebooks)."""
    kept = [cell for cell in solution.cells if "solution" not in cell.metadata.get("tags", [])]
    cells = [_blank_cell(cell, f"cell-{i}") for i, cell in enumerate(kept)]
    notebook = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": _METADATA, "cells": cells})
    nbformat.validate(notebook)
    return notebook


def _blank_cell(cell: Any, id: str) -> Any:
    """Return the learner's version of a cell, under its own id if it has one (old notebooks have none)."""
    id = cell.get("id", id)
    new = nbformat.from_dict({"cell_type": cell.cell_type, "id": id, "metadata": {}, "source": cell.source})
    if cell.metadata.get("tags"):
        new.metadata["tags"] = list(cell.metadata["tags"])
    if cell.cell_type == "code":
        new.update(source=cut(cell.source), execution_count=None, outputs=[])
    return new


def leaks(solution: Any, made: Any) -> list[str]:
    """Return the solution's lines (of LEAK_LENGTH characters or more) that can be read in the learner's version."""
    text = "\n".join(cell.source for cell in made.cells)
    return [line for line in _solution_lines(solution) if len(line) >= LEAK_LENGTH and line in text]


def _solution_lines(solution: Any) -> list[str]:
    lines = []
    for cell in solution.cells:
        whole = "solution" in cell.metadata.get("tags", [])
        for part in [cell.source] if whole else _solutions_in(cell.source):
            lines += [line.strip() for line in part.split("\n")]
    return lines


def _solutions_in(source: str) -> list[str]:
    return re.findall(rf"^[ \t]*{BEGIN}[ \t]*\n(.*?)^[ \t]*{END}", source, re.DOTALL | re.MULTILINE)


def solution_code(root: Path, chapter: str, exercise: str) -> str:
    """Return the code of the solution cells that lead up to the check of `exercise`, without the markers.

    Raises InputError when there is no such notebook, or no such check in it.
    """
    paths = sorted((root / "solutions").glob(f"{chapter}_*.ipynb"))
    found: list[str] = []
    for cell in _read(paths[0]).cells if paths else ():
        if cell.cell_type != "code":
            continue
        if BEGIN in cell.source:
            found.append(
                re.sub(rf"^[ \t]*({BEGIN}|{END})[ \t]*\n?", "", cell.source, flags=re.MULTILINE).strip()
            )
        checked = re.findall(r"\.check\(\s*[\"']([^\"']+)", cell.source)
        if exercise in checked:
            return "\n\n".join(found)
        if checked:
            found = []
    raise InputError(f"exercise is {exercise!r}: solutions/{chapter}_*.ipynb must check it, and does not.")


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def generate(path: Path) -> str:
    """Return the text of the learner's version of the solution notebook at `path`.

    Raises InputError, naming the file, when its markers don't pair up or a solution can be read in the result.
    """
    solution = _read(path)
    try:
        made = blank(solution)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None
    leaked = leaks(solution, made)
    if leaked:
        raise InputError(
            f"{path.name} gives away {leaked[0]!r}: a solution's line must not stand outside its markers."
        )
    return nbformat.writes(made, indent=1, ensure_ascii=False) + "\n"


def stale(root: Path) -> list[str]:
    """Name the notebooks in exercises/ that differ from what solutions/ generates, or are missing, or too many."""
    wanted = {path.name: generate(path) for path in sorted((root / "solutions").glob("*.ipynb"))}
    there = {path.name: path.read_text("utf-8") for path in sorted((root / "exercises").glob("*.ipynb"))}
    return [name for name in sorted({*wanted, *there}) if wanted.get(name) != there.get(name)]


def write(root: Path) -> list[str]:
    """Generate exercises/ from solutions/ and return the names of the notebooks that changed."""
    changed = [name for name in stale(root) if (root / "solutions" / name).exists()]
    for name in changed:
        (root / "exercises" / name).write_text(generate(root / "solutions" / name), "utf-8", newline="\n")
    return changed


def main(arguments: Sequence[str]) -> int:
    """Write the learner's notebooks, or with --check only name those that differ; return the exit code."""
    try:
        names = stale(work.root()) if "--check" in arguments else write(work.root())
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    for name in names:
        print(
            f"exercises/{name} {'is not what solutions/ generates' if '--check' in arguments else 'written'}"
        )
    return 1 if names and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
