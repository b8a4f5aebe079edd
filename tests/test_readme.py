"""The README's map is the course's own, and its picture is there."""

import importlib
import json
import pkgutil
import re
from pathlib import Path

import twoworlds.chapters
from twoworlds.chapters.outline import OUTLINE

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def chapters():
    """Return chapter number -> module."""
    names = [m.name for m in pkgutil.iter_modules(twoworlds.chapters.__path__) if m.name.startswith("c")]
    return {name[1:3]: importlib.import_module(f"twoworlds.chapters.{name}") for name in names}


def test_the_map_has_the_minutes_and_exercises_of_the_outline():
    rows = re.findall(
        r"^\| (\d\d) \| \[.*\]\((notebooks/.*)\) \| (\d+) \| \[(\d+), (\d+) min\]\((.*)\) \|$", README, re.M
    )
    said = [(n, int(minutes), int(count), int(extra)) for n, _, minutes, count, extra, _ in rows]
    assert said == [(c.number, c.minutes, c.exercises, c.exercise_minutes) for c in OUTLINE if c.ready]


def test_minutes_follow_from_the_text():
    """Reckon as the README says: words, lines of code, explorers, cards, written answers."""
    for chapter in (c for c in OUTLINE if c.ready):
        (path,) = (ROOT / "notebooks").glob(f"{chapter.number}_*.ipynb")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        words = sum(len("".join(c["source"]).split()) for c in cells if c["cell_type"] == "markdown")
        code = sum(len("".join(c["source"]).splitlines()) for c in cells if c["cell_type"] == "code")
        module = chapters()[chapter.number]
        cards = sum(len(deck().cards) for deck in getattr(module, "DECKS", ()))
        written = sum("blind_prompt()" in "".join(c["source"]) for c in cells)
        reckoned = words / 180 + code / 12 + 5 * len(module.EXPLORERS) + 40 / 60 * cards + 10 * written
        assert abs(reckoned - chapter.minutes) <= 0.2 * chapter.minutes, (
            f"{chapter.number}: {reckoned:.0f} minutes"
        )


def test_every_link_and_picture_is_there():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(targets) >= 8
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_the_outline_counts_the_exercises_that_there_are():
    for chapter in (c for c in OUTLINE if c.ready):
        exercises = chapters()[chapter.number].exercises
        assert len(exercises) == chapter.exercises
        assert abs(sum(e.minutes for e in exercises) - chapter.exercise_minutes) <= 5
