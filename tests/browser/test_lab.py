"""The Lab as a newcomer meets it: the right page, the right kernel, no pop-up, no error, nothing off this machine."""

import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

EXAMPLE = "notebooks/99_example.ipynb"
POPUPS = ".jp-Dialog, .Toastify__toast"


def test_a_notebook_opens_and_runs_in_the_kernel_of_the_course(
    notebook: Callable[[str], Page], run_all: Callable[[], None]
) -> None:
    page = notebook(EXAMPLE)
    run_all()
    outputs = page.locator(".jp-OutputArea-output")
    assert outputs.nth(0).inner_text().strip() == f"prefix {sys.prefix}"
    page.wait_for_selector(".widget-slider, .jupyter-widgets", timeout=20_000)
    assert page.locator(".jp-RenderedImage img").count() == 1
    assert page.locator(POPUPS).count() == 0


def test_the_page_that_the_command_prints_is_the_first_chapter_without_side_bar(
    lab: object, page: Page
) -> None:
    address = next(line.strip() for line in lab.lines if "http" in line)
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_timeout(3000)  # a pop-up would come late
    assert page.locator(POPUPS).count() == 0
    first = min(path.name for path in (lab.root / "notebooks").glob("[0-9]*.ipynb"))
    assert page.locator(".jp-NotebookPanel").count() == 1
    assert first in page.locator(".lm-TabBar-tab.jp-mod-current").first.inner_text()
    assert page.locator(".jp-Notebook").bounding_box()["width"] >= 1180


def test_nobody_gets_in_without_the_token(lab: object, page: Page) -> None:
    page.goto(f"{lab.url}/lab")
    assert "/login" in page.url


@pytest.mark.parametrize("path", ["api/contents", "api/kernels"])
def test_the_server_answers_nothing_without_the_token(lab: object, page: Page, path: str) -> None:
    assert page.request.get(f"{lab.url}/{path}").status == 403
