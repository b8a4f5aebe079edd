"""The explorer: one bundle, live turning, presets, pin, reset, bursts, and what happens when a model fails."""

import asyncio
import base64
import time

import numpy as np
import pytest
from toy import explorer

from twoworlds.course.controls import Choice
from twoworlds.course.explorer import BURST_S, Live
from twoworlds.course.progress import Progress
from twoworlds.errors import InputError


def test_bundle_is_widget_picture_and_sentence():
    data, metadata = explorer()._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == "Where does the line end? With slope 2 the line ends at 3."
    assert metadata == {"image/png": {"width": 1000}}


def test_picture_is_the_same_every_time():
    assert explorer().picture() == explorer().picture()
    assert explorer().picture(slope=1.0) != explorer().picture()


def test_unknown_control_is_told():
    with pytest.raises(InputError, match="'slop' is no control here: there are slope, shift, kind, double"):
        explorer().at(slop=1)


def test_turning_a_knob_changes_sentence_and_picture():
    live = Live(explorer())
    before = bytes(live.image.value)
    live.knobs["slope"].value = 0.5
    assert "With slope 0.5 the line ends at 1.5." in live.sentence.value
    assert bytes(live.image.value) != before


def test_preset_draws_once_and_tells_its_story():
    live = Live(explorer())
    drawn = live.redraws
    live.buttons[0].click()
    assert live.redraws == drawn + 1
    assert live.settings() == {"slope": 3.0, "shift": 1, "kind": "straight", "double": True}
    assert "Up it goes." in live.sentence.value
    live.knobs["shift"].value = 5
    assert "Up it goes." not in live.sentence.value


def test_pin_keeps_a_ghost_until_reset():
    live = Live(explorer())
    opening = bytes(live.image.value)
    live.pin()
    live.knobs["slope"].value = 1.0
    assert "Pinned: With slope 2" in live.sentence.value
    with_ghost = bytes(live.image.value)
    live.reset()
    assert bytes(live.image.value) == opening
    live.knobs["slope"].value = 1.0
    assert bytes(live.image.value) != with_ghost


def test_second_pin_replaces_the_first():
    once, twice = Live(explorer()), Live(explorer())
    twice.knobs["slope"].value = 0.5
    twice.pin()
    for live in (once, twice):
        live.knobs["slope"].value = 3.0
        live.pin()
    assert bytes(once.image.value) == bytes(twice.image.value)


def test_a_failing_model_is_told_in_the_sentence():
    broken = explorer(
        controls=explorer().controls | {"kind": Choice("Kind", ("straight", "broken"), "straight")}
    )
    live = Live(broken)
    live.knobs["kind"].value = "broken"
    assert "This setting can&#x27;t be shown: no such kind of line" in live.sentence.value
    live.knobs["kind"].value = "straight"
    assert "the line ends at 3" in live.sentence.value


def test_a_burst_is_drawn_once_for_all_that_waited():
    async def burst():
        live = Live(explorer())
        drawn = live.redraws
        for value in (0.0, 0.5, 1.0, 1.5, 2.5, 3.0, 0.5):
            live._drawn_at = time.monotonic()  # as if each had waited for a redraw
            live.knobs["slope"].value = value
        assert live.redraws == drawn
        await asyncio.sleep(10 * BURST_S)
        return live, live.redraws - drawn

    live, draws = asyncio.run(burst())
    assert draws == 1
    assert "With slope 0.5" in live.sentence.value


@pytest.fixture
def record(monkeypatch, tmp_path):
    kept = Progress(tmp_path / "work", tmp_path / "spare")
    monkeypatch.delenv("TWOWORLDS_PROGRESS", raising=False)
    monkeypatch.setattr("twoworlds.course.prediction.progress", lambda: kept)
    return kept


def test_the_prediction_hides_until_shown_and_its_guess_is_drawn(record):
    shown, guessed = Live(explorer(prediction=True)), Live(explorer(prediction=True))
    hidden = bytes(shown.image.value)
    shown.ask.skip.click()
    assert bytes(shown.image.value) != hidden
    assert record.predictions() == []
    guessed.ask.control.value = 8
    guessed.ask.commit.click()
    assert bytes(guessed.image.value) != bytes(shown.image.value)
    (event,) = record.predictions("99", "99.1")
    assert event.payload["guess"] == 8
    assert event.payload["truth"] == 3
    assert "You said 8 m; the world says 3 m. Too high." in guessed.ask.words.value
    guessed.reset()
    shown.reset()
    assert bytes(guessed.image.value) != bytes(shown.image.value), "a reset must not take the guess away"
    assert "(Last time you said 8 m.)" in Live(explorer(prediction=True)).ask.words.value


def test_pictures_are_two_device_pixels_for_one():
    live = Live(explorer())
    assert live.stage.pixels().shape[:2] == (720, 2000)
    assert live.image.value[:4] == b"\x89PNG"


def test_a_blit_equals_a_full_draw():
    stage = explorer().stage()
    stage.show(explorer().at(slope=3.0))
    blitted = stage.pixels().copy()
    for artist in stage.live:
        artist.set_animated(False)
    stage.canvas.draw()
    assert np.mean(np.abs(blitted.astype(int) - stage.pixels().astype(int)) > 8) < 0.002
