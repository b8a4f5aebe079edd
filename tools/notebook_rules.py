"""What every notebook of the course has to be: `problems(path)` names each breach in one line."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import nbformat

KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
CODE_BLOCK = re.compile(r"```.*?```|~~~.*?~~~", re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$", re.MULTILINE)
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
HTML_TARGET = re.compile(r"""(?:href|src)\s*=\s*["']([^"']+)""", re.IGNORECASE)
LOCAL_PATH = re.compile(r"(?:/home/|/Users/|/root/|/tmp/|[A-Z]:\\\\Users)[\w./\\-]*")
EMPTY_ALTS = {"", "img", "image", "picture", "figure", "alt", "png"}


def problems(path: Path) -> list[str]:
    """Return everything that is wrong with the notebook at `path`, in a folder notebooks/, solutions/ or exercises/."""
    notebook = nbformat.read(path, as_version=4)
    blank = path.parent.name == "exercises"
    checks = (
        form(notebook, path),
        headings(notebook),
        links(notebook, path),
        alt_texts(notebook),
        plumbing(notebook),
    )
    found = [line for check in checks for line in check]
    return found + list(no_outputs(notebook) if blank else outputs(notebook))


def prose(notebook: Any) -> str:
    """Return the Markdown of a notebook, without code."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return CODE_SPAN.sub("", CODE_BLOCK.sub("", text))


def form(notebook: Any, path: Path) -> Iterator[str]:
    """Look at the format, the metadata and the cells' ids."""
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        yield f"format: {error.message if hasattr(error, 'message') else error}"
    if notebook.metadata.get("kernelspec") != KERNEL:
        yield f"kernelspec: it is {notebook.metadata.get('kernelspec')} and must be {KERNEL}"
    if "widgets" in notebook.metadata:
        yield "widget state: metadata.widgets is stored"
    if set(notebook.metadata.get("language_info", {})) - {"name"}:
        yield "language_info: it holds more than the name"
    for cell in notebook.cells:
        extra = set(cell.metadata) - {"tags"}
        if extra:
            yield f"cell metadata: {cell.get('id')} holds {', '.join(sorted(extra))}"
    ids = Counter(
        cell.get("id") for cell in json.loads(path.read_text("utf-8"))["cells"]
    )  # nbformat mends them
    yield from (f"cell id: {name} stands {count} times" for name, count in ids.items() if count > 1)


def headings(notebook: Any) -> Iterator[str]:
    """Look at the headings: one title, at the very top, and no level left out on the way down."""
    first = notebook.cells[0] if notebook.cells else None
    if not first or first.cell_type != "markdown" or not first.source.startswith("# "):
        yield "headings: the first cell must begin with the title (# ...)"
    levels = [(len(marks), text) for marks, text in HEADING.findall(prose(notebook))]
    if sum(level == 1 for level, _ in levels) != 1:
        yield "headings: there must be one title (# ...)"
    for (above, _), (level, text) in pairwise(levels):
        if level > above + 1:
            yield f"headings: {text!r} goes from level {above} to {level}"


def links(notebook: Any, path: Path) -> Iterator[str]:
    """Look whether each link leads somewhere: a file of the course, a heading of a notebook, or a web address."""
    text = prose(notebook)
    for target in [*LINK.findall(text), *HTML_TARGET.findall(text)]:
        parts = urlsplit(target)
        if parts.scheme in ("http", "https", "mailto", "data"):
            if parts.scheme.startswith("http") and "." not in parts.netloc:
                yield f"link: {target} is no web address"
            continue
        file = path if not parts.path else path.parent / unquote(parts.path)
        if parts.scheme or not file.exists():
            yield f"link: {target} leads nowhere"
        elif parts.fragment and file.suffix == ".ipynb" and unquote(parts.fragment) not in anchors(file):
            yield f"link: {target} names no heading"


def anchors(path: Path) -> set[str]:
    """Return the names by which the Lab links to a notebook's headings."""
    return {text.replace(" ", "-") for _, text in HEADING.findall(prose(nbformat.read(path, as_version=4)))}


def alt_texts(notebook: Any) -> Iterator[str]:
    """Look whether each picture says in words what it shows, in prose and in outputs."""
    text = prose(notebook)
    alts = IMAGE.findall(text)
    for tag in HTML_IMAGE.findall(text):
        said = re.search(r"""alt\s*=\s*["']([^"']*)""", tag, re.IGNORECASE)
        alts.append((said[1] if said else "", tag))
    for alt, target in alts:
        if alt.strip().lower() in EMPTY_ALTS:
            yield f"alt text: the picture {target[:60]} has none"
    for cell, output in stored(notebook):
        data = output.get("data", {})
        if any(kind.startswith("image/") for kind in data) and not says_something(data.get("text/plain", "")):
            yield f"alt text: the picture under cell {cell.get('id')} has no sentence as text/plain"


def says_something(text: str) -> bool:
    """Tell whether an output's plain text is a sentence, not the name of an object like <Figure size ...>."""
    return bool(text.strip()) and not text.strip().startswith("<")


def plumbing(notebook: Any) -> Iterator[str]:
    """Look for code that has no place in a chapter."""
    unwanted = {
        r"^\s*from\s+\S+\s+import\s+\*": "import *",
        r"\bsys\.path\b": "sys.path",
        r"^\s*[%!]+\s*(?:uv\s+)?(?:pip|conda)\b": "an installation",
    }
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if not cell.source.strip():
            yield f"code: cell {cell.get('id')} is empty"
        for pattern, name in unwanted.items():
            if re.search(pattern, cell.source, re.MULTILINE):
                yield f"code: cell {cell.get('id')} holds {name}"


def stored(notebook: Any) -> list[tuple[Any, Any]]:
    """Return each stored output with its cell."""
    return [(cell, output) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def outputs(notebook: Any) -> Iterator[str]:
    """Look whether the notebook is stored as run once from top to bottom, without errors or paths of a machine."""
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        yield f"outputs: the counts are {counts}, not 1 to {len(counts)}: run `make execute`"
    for cell, output in stored(notebook):
        if output.output_type == "error" or output.get("name") == "stderr":
            yield f"outputs: cell {cell.get('id')} shows {output.get('ename') or output.text.strip()[:80]!r}"
        shown = [output.get("text", ""), *output.get("data", {}).values()]
        paths = [found[0] for text in shown if isinstance(text, str) and (found := LOCAL_PATH.search(text))]
        yield from (f"outputs: cell {cell.get('id')} shows the path {path}" for path in paths)


def no_outputs(notebook: Any) -> Iterator[str]:
    """Look whether a blank is stored without outputs."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            yield f"outputs: cell {cell.get('id')} of a blank has outputs or a count"
