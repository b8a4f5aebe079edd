"""Run notebooks and store their outputs in place: `python tools/execute.py [NOTEBOOK ...]`.

Without names it runs all of notebooks/ and solutions/. Stored are the outputs, the counts 1, 2, 3 ... and nothing that
changes from run to run: no times, no widget state, and a fixed name in place of each widget model's random one.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from prove import ROOT, notebook_environment

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
WIDGET = "application/vnd.jupyter.widget-view+json"


def execute(path: Path) -> None:
    """Run one notebook from a fresh kernel and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
    )
    client.execute()
    tidy(notebook)
    nbformat.validate(notebook)
    path.write_text(
        nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Remove from a notebook what changes from run to run."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for number, output in enumerate(cell.get("outputs", ())):
            if WIDGET in output.get("data", ()):
                # No model has this name, so the Lab and other viewers show the picture beside it instead.
                output.data[WIDGET]["model_id"] = f"{cell.id}-{number}"


def main() -> int:
    """Run the named notebooks, or all; return 1 if one of them fails."""
    named = [Path(name).resolve() for name in sys.argv[1:]]
    paths = named or sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*.ipynb")])
    failed = 0
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(notebook_environment(Path(home)))
        for path in paths:
            began = time.monotonic()
            try:
                execute(path)
            except CellExecutionError as error:
                failed += 1
                print(f"{path}: FAILED\n{error}")
            else:
                print(f"{path.relative_to(ROOT)}: {time.monotonic() - began:.1f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
