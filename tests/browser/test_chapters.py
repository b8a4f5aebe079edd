"""The chapters as a learner meets them: pictures before a run, live explorers, an exercise wrong and right."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

COURSE = Path(__file__).resolve().parents[2]
CHAPTERS = [f"notebooks/{path.name}" for path in sorted((COURSE / "notebooks").glob("*.ipynb"))]
SCREEN_PX = 600  # what the Lab leaves of a screen of 720 for one display
WAIT = 20_000


def reveal(explorer: Locator) -> None:
    """Ask to be shown, where a prediction stands before the explorer."""
    button = explorer.get_by_role("button", name="Show me")
    if button.count() and button.is_visible():
        button.click()
    expect(explorer.get_by_role("button", name="Reset")).to_be_visible(timeout=WAIT)


def explorers(page: Page) -> list[Locator]:
    """Return the explorers on the page: the displays that can be reset, or shown first."""
    page.wait_for_selector(".tw-explorer", timeout=WAIT)
    ready = re.compile("Reset|Show me")
    return [e for e in page.locator(".tw-explorer").all() if e.get_by_role("button", name=ready).count()]


def assert_stored_pictures_stand_there(page: Page) -> None:
    stored = page.locator(".jp-OutputArea-output img")
    expect(stored.first).to_be_visible(timeout=WAIT)
    assert stored.count() >= 3
    assert page.locator(".tw-explorer").count() == 0
    assert page.get_by_text("Error displaying widget").count() == 0


def assert_seen_whole_and_answers_a_key(page: Page, explorer: Locator) -> None:
    reveal(explorer)
    picture, sentence = explorer.locator("img"), explorer.locator("[role=status]")
    box = explorer.bounding_box()
    assert box["height"] <= SCREEN_PX, f"{sentence.inner_text()}: {box}"
    assert picture.bounding_box()["width"] >= 900
    explorer.locator(".noUi-handle").last.focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(300)  # for the redraw, so that it is not taken for the next one
    before, words = picture.get_attribute("src"), sentence.inner_text()
    page.keyboard.press("End")
    expect(picture).not_to_have_attribute("src", before, timeout=WAIT)
    expect(sentence).not_to_have_text(words, timeout=WAIT)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_pictures_stand_there_and_after_a_run_every_explorer_answers(
    notebook: Callable[[str], Page], run_all: Callable[[], None], chapter: str
) -> None:
    page = notebook(chapter)
    assert_stored_pictures_stand_there(page)
    run_all()
    found = explorers(page)
    assert len(found) >= 2
    for explorer in found:
        assert_seen_whole_and_answers_a_key(page, explorer)
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0


def test_a_burst_of_keys_ends_on_the_newest_value(
    notebook: Callable[[str], Page], run_all: Callable[[], None]
) -> None:
    page = notebook(CHAPTERS[0])
    run_all()
    explorer = explorers(page)[0]
    explorer.locator(".noUi-handle").first.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    expect(explorer.locator("[role=status]")).to_contain_text("On day 28,", timeout=WAIT)
    explorer.get_by_role("button", name="Reset").click()
    expect(explorer.locator("[role=status]")).to_contain_text("On day 6,", timeout=WAIT)


def test_a_guess_is_committed_kept_and_held_to_the_truth(
    notebook: Callable[[str], Page], run_all: Callable[[], None], lab: object
) -> None:
    page = notebook(CHAPTERS[0])
    run_all()
    explorer = explorers(page)[1]
    expect(explorer.get_by_role("button", name="Reset")).not_to_be_visible()
    explorer.get_by_role("button", name="Commit").click()
    expect(explorer.locator(".tw-guess")).to_have_text(
        re.compile(r"You said 2 %; the world says 0\.\d+ %\."), timeout=WAIT
    )
    expect(explorer.get_by_role("button", name="Reset")).to_be_visible()
    assert (lab.root / "my_work" / "progress.sqlite3").exists()


def test_preset_and_pin(notebook: Callable[[str], Page], run_all: Callable[[], None]) -> None:
    page = notebook(CHAPTERS[0])
    run_all()
    explorer = explorers(page)[1]
    reveal(explorer)
    explorer.get_by_role("button", name="Release day").click()
    expect(explorer.locator("[role=status]")).to_contain_text("every dashboard is open", timeout=WAIT)
    explorer.get_by_role("button", name="Pin").click()
    expect(explorer.locator(".tw-pinned")).to_contain_text("Pinned: By day 1,", timeout=WAIT)
    explorer.get_by_role("button", name="Slow network", exact=True).click()
    expect(explorer.locator("[role=status]")).to_contain_text("By day 28,", timeout=WAIT)


def test_the_link_opens_the_learners_own_copy(
    notebook: Callable[[str], Page], run_all: Callable[[], None]
) -> None:
    page = notebook(CHAPTERS[0])
    run_all()
    page.get_by_role("link", name="Open your exercises").click()
    tab = page.locator(".lm-TabBar-tab[title*='my_work/00_start_here.ipynb']")
    expect(tab).to_have_count(1, timeout=WAIT)


def type_answer(page: Page, cell: int, source: str) -> None:
    """Replace the source of a code cell."""
    editor = page.locator(".jp-CodeCell").nth(cell).locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)


def test_an_exercise_wrong_then_right(notebook: Callable[[str], Page], run_all: Callable[[], None]) -> None:
    page = notebook("my_work/00_start_here.ipynb")
    verdict = page.locator(".jp-CodeCell").nth(2).locator(".jp-OutputArea")
    run_all()
    expect(verdict).to_contain_text("not attempted", timeout=WAIT)
    type_answer(page, 1, "def relative_change(before, after):\n    return after - before")
    run_all()
    expect(verdict).to_contain_text("That is the absolute change", timeout=WAIT)
    type_answer(page, 1, "def relative_change(before, after):\n    while True: pass")
    run_all()
    expect(verdict).to_contain_text("still running", timeout=WAIT)
    type_answer(page, 1, "def relative_change(before, after):\n    return (after - before) / before")
    run_all()
    expect(verdict).to_contain_text("passed", timeout=WAIT)
