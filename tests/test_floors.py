"""The floors of the house: who may import whom, read from the import statements."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "twoworlds"
GROUND = {"errors", "paths"}
DOMAIN = {"world", "product", "platform", "experiment", "interview"}
SHOWS = {
    "ipywidgets",
    "matplotlib",
    "IPython",
    "ipykernel",
    "anywidget",
}  # what only course and chapters draw with

# Room: the rooms of the package that it may import, besides itself and the ground.
MAY_IMPORT = {
    "world": set(),
    "course": set(),
    "product": {"world"},
    "platform": {"world"},
    "experiment": {"world"},
    "interview": {"world"},
    "chapters": DOMAIN | {"course"},
}


def modules() -> list[Path]:
    """Return every module of the package's rooms."""
    return [path for room in MAY_IMPORT for path in sorted((PACKAGE / room).rglob("*.py"))]


def imported(source: str, package: str) -> set[str]:
    """Return the full names that a source imports, relative ones resolved against its package."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{start}.{alias.name}" for alias in node.names}
    return names


def breaches(source: str, module: str) -> list[str]:
    """Return what `module` (such as twoworlds.world.people) imports and may not."""
    room = module.split(".")[1]
    names = imported(source, module.rpartition(".")[0])
    return sorted(name for name in names if is_breach(name, room, module))


def is_breach(name: str, room: str, module: str) -> bool:
    """Tell whether an imported name is out of bounds for a module of a room."""
    top, *rest = name.split(".")
    if top != "twoworlds":
        return room in DOMAIN and top in SHOWS
    target = rest[0] if rest else ""
    if target == room == "chapters":  # a chapter knows no other, but shares their words
        chapter = module.split(".")[2]
        return rest[1:2] not in ([chapter], ["words"]) and chapter != "__main__"
    return target != room and target not in GROUND | MAY_IMPORT[room]


def test_every_room_has_its_floor():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == MAY_IMPORT.keys()


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_stays_on_its_floor(path):
    module = ".".join(
        ["twoworlds", *path.relative_to(PACKAGE).with_suffix("").parts]
    )  # an __init__ keeps its name
    assert breaches(path.read_text(encoding="utf-8"), module) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("twoworlds.world.people", "import matplotlib.pyplot as plt"),
        ("twoworlds.product.metrics", "def f():\n    from ipywidgets import VBox"),
        ("twoworlds.platform.queue", "from twoworlds.course import style"),
        ("twoworlds.world.people", "from twoworlds.product import metrics"),
        ("twoworlds.product.metrics", "from twoworlds.platform import queueing"),
        ("twoworlds.course.style", "import twoworlds.world"),
        ("twoworlds.course.style", "from ..world import people"),
        ("twoworlds.chapters.one", "from . import two"),
        ("twoworlds.chapters.one", "from twoworlds.chapters.two import explorers"),
        ("twoworlds.course.style", "from twoworlds import world"),
    ],
)
def test_a_breach_is_found(module, source):
    assert breaches(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("twoworlds.world.people", "import numpy as np\nfrom twoworlds.errors import InputError"),
        ("twoworlds.world.people", "from . import draws\nfrom .draws import uniform"),
        ("twoworlds.course.style", "import matplotlib"),
        (
            "twoworlds.chapters.one",
            "from twoworlds.world import truth\nfrom twoworlds.course import explorer",
        ),
        (
            "twoworlds.chapters.one.two",
            "from twoworlds.chapters.words import percent\nfrom twoworlds.chapters.one import three",
        ),
    ],
)
def test_what_is_allowed_is_no_breach(module, source):
    assert breaches(source, module) == []
