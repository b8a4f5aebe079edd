"""From key press to new pixels: our explorer against `interact` + `plt.show()` of an equal figure, same page, same run.

Prints median and 95th percentile of both, in ms, and their ratios (goal: at most 0.35 and 0.45). Needs a Chromium.
"""

import json
import statistics
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
import conftest as browser  # the browser tests' own way to start a Lab

PRESSES, ROUNDS, WARM_UP = 20, 3, 3

OURS = """
from dataclasses import replace
from twoworlds.chapters import c00_start
explorer = replace(c00_start.who_feels_100_ms(), prediction=None)
explorer
"""

# The same model, the same drawing, the same size and sharpness; only that everything is drawn anew each time.
PEER = """
import matplotlib.pyplot as plt
from ipywidgets import IntSlider, interact
from twoworlds.course.style import DESKS, look

def show(day=28):
    with look():
        figure, axes = plt.subplots(1, 2, figsize=(10, explorer.height), dpi=100, layout="constrained")
        for ax, (desk, title) in zip(axes, explorer.panels.items()):
            ax.set_title(f"{DESKS[desk][0]}: {title}", color=DESKS[desk][1])
        explorer.draw(*axes)(explorer.at(day=day))
        for artist in figure.findobj(lambda a: a.get_animated()):
            artist.set_animated(False)
        print(explorer.reading(explorer.at(day=day)))
        plt.show()

interact(show, day=IntSlider(28, 1, 28, 1));
"""

SETUP = "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'"

# Time from the key to the first frame after the picture's new content has been decoded.
WATCH = """() => {
  window.pressed = 0; window.taken = [];
  document.addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
  const settle = async image => {
    if (!window.pressed) return;
    const from = window.pressed; window.pressed = 0;
    try { await image.decode(); } catch (error) {}
    requestAnimationFrame(() => { const channel = new MessageChannel();
      channel.port1.onmessage = () => window.taken.push(performance.now() - from); channel.port2.postMessage(0); });
  };
  new MutationObserver(changes => { for (const change of changes) {
      if (change.type === 'attributes' && change.target.tagName === 'IMG') settle(change.target);
      for (const node of change.addedNodes) { if (!node.querySelector) continue;
        const image = node.tagName === 'IMG' ? node : node.querySelector('img'); if (image) settle(image); } }
  }).observe(document.body, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
}"""


def cells() -> list[dict]:
    """Return the notebook's code cells."""
    blank = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    return [
        {**blank, "id": f"b{i}", "source": source.strip()} for i, source in enumerate((SETUP, OURS, PEER))
    ]


@contextmanager
def opened() -> Page:
    """Open the benchmark's notebook in a Lab and run it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("notebooks", "exercises", "solutions"):
            (root / name).mkdir()
        (root / "data").symlink_to(browser.COURSE / "data")
        (root / "notebooks" / "00_bench.ipynb").write_text(json.dumps(browser.example() | {"cells": cells()}))
        labs = browser.start_lab(root)
        lab = next(labs)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=browser.find_chromium(), args=list(browser.ARGUMENTS)
            )
            page = chromium.new_page(viewport={"width": 1280, "height": 1600})
            page.goto(lab.address("notebooks/00_bench.ipynb"))
            page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
            browser.wait_until_idle(page)
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_text("Run All Cells", exact=True).click()
            page.wait_for_selector(".widget-interact img", timeout=60_000)
            page.wait_for_timeout(2000)
            yield page
            chromium.close()
        next(labs, None)


def measure(page: Page, selector: str) -> list[float]:
    """Press arrow keys on a slider, one at a time, and return the ms until the new picture stands."""
    page.locator(selector).focus()
    taken = []
    for press in range(PRESSES + WARM_UP):
        page.evaluate("window.taken = []")
        page.keyboard.press("ArrowLeft" if press % 20 < 10 else "ArrowRight")
        page.wait_for_function("window.taken.length > 0", timeout=20_000)
        taken.append(page.evaluate("window.taken[0]"))
        page.wait_for_timeout(150)
    return taken[WARM_UP:]


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    """Measure in turns, so that a busy moment hits both, and print the ratios."""
    if not browser.find_chromium():
        print("explorer: no Chromium found, nothing measured")
        return
    ours, peer = [], []
    with opened() as page:
        page.evaluate(WATCH)
        for _ in range(ROUNDS):
            ours += measure(page, ".tw-explorer .noUi-handle >> nth=1")
            peer += measure(page, ".widget-interact .noUi-handle >> nth=0")
    for name, values in (("our explorer", ours), ("interact + plt.show", peer)):
        print(
            f"{name:20} median {statistics.median(values):5.0f} ms   p95 {p95(values):5.0f} ms   n = {len(values)}"
        )
    print(
        f"ratio: median {statistics.median(ours) / statistics.median(peer):.2f}, p95 {p95(ours) / p95(peer):.2f}"
    )


if __name__ == "__main__":
    main()
