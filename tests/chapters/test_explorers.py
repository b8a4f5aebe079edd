"""Every explorer of every chapter, over its whole range."""

import base64
import statistics
import time

import pytest

from twoworlds.course import sweep
from twoworlds.course.explorer import Live

MODEL_MS = 20


def test_every_setting_reads_and_shows(explorer):
    stage = explorer.stage()
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in stage.axes]
    found = [
        fault for setting in sweep.settings(explorer) for fault in sweep.faults(explorer, stage, setting)
    ]
    assert not found, "\n".join(found[:5])
    assert [(ax.get_xlim(), ax.get_ylim()) for ax in stage.axes] == limits, "an update moves the axes"


def test_no_control_is_dead(explorer):
    assert sweep.dead_controls(explorer) == []


def test_two_to_four_controls_and_presets(explorer):
    assert 2 <= len(explorer.controls) <= 4
    assert 2 <= len(explorer.presets) <= 4
    assert all(
        preset.story.endswith(".") or preset.story.endswith("?") for preset in explorer.presets.values()
    )
    settings = [explorer.preset(name) for name in explorer.presets]
    assert explorer.defaults() not in settings, "a preset that changes nothing"


def test_model_answers_within_a_blink(explorer):
    settings = list(sweep.settings(explorer, random=40, seed=5))
    explorer.at()
    times = []
    for setting in settings:
        start = time.perf_counter()
        explorer.model(**setting)
        times.append(1000 * (time.perf_counter() - start))
    assert statistics.median(times) <= MODEL_MS


def test_same_setting_same_reading(explorer):
    assert explorer.reading(explorer.at()) == explorer.reading(explorer.at())


def test_bundle_has_widget_picture_and_sentence(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert explorer.reading(explorer.at()) in data["text/plain"]
    assert metadata["image/png"]["width"] == 1000


def test_prediction_has_a_truth_on_its_scale(explorer):
    if explorer.prediction is None:
        pytest.skip("no prediction here")
    truth, answer = explorer.prediction.truth(), explorer.prediction.answer
    assert truth in answer.options if hasattr(answer, "options") else answer.low <= truth <= answer.high
    assert explorer.prediction.verdict(answer.default).startswith("You said")


def test_live_turn_pin_preset_reset(explorer):
    live = Live(explorer)
    if live.ask:
        hidden = live.image.value
        live.ask.skip.click()
        assert live.image.value != hidden
    opening = live.image.value
    live.pin()
    for name, preset in explorer.presets.items():
        live.set(explorer.preset(name), preset.story)
        assert preset.story.split("’")[0][:12] in live.sentence.value
    live.reset()
    assert live.settings() == explorer.defaults()
    assert live.image.value == opening
