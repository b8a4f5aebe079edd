"""What every chapter's tests are parametrised over: all explorers and exercises of the course."""

import importlib
import pkgutil

import twoworlds.chapters


def chapters():
    """Return the chapters' modules, in order."""
    names = sorted(
        m.name for m in pkgutil.iter_modules(twoworlds.chapters.__path__) if m.name.startswith("c")
    )
    return [importlib.import_module(f"twoworlds.chapters.{name}") for name in names]


def pytest_generate_tests(metafunc):
    every = chapters()
    if "explorer" in metafunc.fixturenames:
        makers = [maker for chapter in every for maker in chapter.EXPLORERS]
        metafunc.parametrize("explorer", [m() for m in makers], ids=[m.__name__ for m in makers])
    if "exercise" in metafunc.fixturenames:
        exercises = [exercise for chapter in every for exercise in chapter.exercises]
        metafunc.parametrize("exercise", exercises, ids=[e.id for e in exercises])
