"""Every notebook of the course keeps the rules, and each rule can be broken."""

import json
from pathlib import Path

import nbformat
import pytest
from notebook_rules import KERNEL, problems

COURSE = Path(__file__).resolve().parents[2]
FOLDERS = ("notebooks", "solutions", "exercises")
NOTEBOOKS = [path for folder in FOLDERS for path in sorted((COURSE / folder).glob("*.ipynb"))]


def test_the_course_has_chapters_and_each_exercise_its_solution():
    names = {folder: {path.name for path in NOTEBOOKS if path.parent.name == folder} for folder in FOLDERS}
    assert names["notebooks"]
    assert names["exercises"] == names["solutions"]
    assert names["solutions"] <= names["notebooks"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notebook_keeps_the_rules(path):
    assert problems(path) == []


def good() -> nbformat.NotebookNode:
    """Return a notebook that keeps all rules."""
    title = nbformat.v4.new_markdown_cell(
        "# A title\n\n## A part\n\n[on](#A-part), [out](https://a.org)", id="title"
    )
    output = nbformat.v4.new_output("display_data", {"image/png": "eA==", "text/plain": "Both lines rise."})
    code = nbformat.v4.new_code_cell("1 + 1", id="code", execution_count=1, outputs=[output])
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=[title, code], metadata=metadata)


def found(notebook: nbformat.NotebookNode, folder: Path) -> list[str]:
    """Return the problems of a notebook stored in `folder`."""
    folder.mkdir(exist_ok=True)
    path = folder / "00_a.ipynb"
    path.write_text(json.dumps(notebook))
    return problems(path)


def prose(text):
    return lambda nb: nb.cells[0].update(source=nb.cells[0].source + "\n\n" + text)


def code(source):
    return lambda nb: nb.cells[1].update(source=source)


def output(**data):
    return lambda nb: nb.cells[1].update(outputs=[nbformat.v4.new_output(**data)])


BREACHES = {
    "kernelspec": lambda nb: nb.metadata.kernelspec.update(name="other"),
    "widget state": lambda nb: nb.metadata.update(widgets={}),
    "language_info": lambda nb: nb.metadata.language_info.update(version="3.11.7"),
    "cell metadata": lambda nb: nb.cells[1].metadata.update(execution={"iopub.status.busy": "x"}),
    "cell id": lambda nb: nb.cells[1].update(id="title"),
    "headings: the first": lambda nb: nb.cells.reverse(),
    "headings: there": prose("# Another title"),
    "headings: 'Deep'": prose("#### Deep"),
    "link: gone.ipynb": prose("[x](gone.ipynb)"),
    "link: #nowhere": prose("[x](#nowhere)"),
    "link: https://host": prose("[x](https://host)"),
    "link: missing.png": prose("<img src='missing.png' alt='A curve'>"),
    "alt text: the picture https": prose("![img](https://a.org/x.png)"),
    "alt text: the picture <img": prose("<img src='https://a.org/x.png'>"),
    "alt text: the picture under": output(
        output_type="display_data", data={"image/png": "eA==", "text/plain": "<Figure size 1x1>"}
    ),
    "code: cell code holds import *": code("from math import *"),
    "code: cell code holds sys.path": code("import sys\nsys.path.insert(0, '..')"),
    "code: cell code holds an installation": code("%pip install numpy"),
    "code: cell code is empty": code(" "),
    "outputs: the counts": lambda nb: nb.cells[1].update(execution_count=3),
    "outputs: cell code shows 'ValueError'": output(
        output_type="error", ename="ValueError", evalue="", traceback=[]
    ),
    "outputs: cell code shows 'careful'": output(output_type="stream", name="stderr", text="careful\n"),
    "outputs: cell code shows the path": output(output_type="stream", name="stdout", text="/home/ann/x.py"),
}


def test_a_good_notebook_has_no_problem(tmp_path):
    assert found(good(), tmp_path / "notebooks") == []


@pytest.mark.filterwarnings("ignore")  # nbformat warns of the double cell id that is broken on purpose
@pytest.mark.parametrize("breach", BREACHES)
def test_each_breach_is_named(breach, tmp_path):
    notebook = good()
    BREACHES[breach](notebook)
    assert any(line.startswith(breach) for line in found(notebook, tmp_path / "notebooks"))


def test_a_blank_with_outputs_is_named(tmp_path):
    assert found(good(), tmp_path / "exercises") == ["outputs: cell code of a blank has outputs or a count"]
