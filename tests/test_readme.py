"""The README's map is the course's own, and its picture is there."""

import re
from pathlib import Path

from twoworlds.chapters.outline import OUTLINE

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_map_has_the_minutes_and_exercises_of_the_outline():
    rows = re.findall(
        r"^\| (\d\d) \| \[.*\]\((notebooks/.*)\) \| (\d+) \| \[(\d+), (\d+) min\]\((.*)\) \|$", README, re.M
    )
    said = [(n, int(minutes), int(count), int(extra)) for n, _, minutes, count, extra, _ in rows]
    assert said == [(c.number, c.minutes, c.exercises, c.exercise_minutes) for c in OUTLINE if c.ready]


def test_every_link_and_picture_is_there():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(targets) >= 8
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_the_outline_counts_the_exercises_that_there_are():
    import importlib
    import pkgutil

    import twoworlds.chapters

    names = sorted(
        m.name for m in pkgutil.iter_modules(twoworlds.chapters.__path__) if m.name.startswith("c")
    )
    counts = {n[1:3]: len(importlib.import_module(f"twoworlds.chapters.{n}").exercises) for n in names}
    minutes = {
        n[1:3]: sum(e.minutes for e in importlib.import_module(f"twoworlds.chapters.{n}").exercises)
        for n in names
    }
    for chapter in OUTLINE:
        if chapter.ready:
            assert counts[chapter.number] == chapter.exercises
            assert abs(minutes[chapter.number] - chapter.exercise_minutes) <= 5
