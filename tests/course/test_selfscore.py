"""The self-marked answer: drafts and marks are stored as they are made, and the two shares are right."""

import pytest

from twoworlds.course.progress import Progress
from twoworlds.course.selfscore import Line, LiveSelfScore, SelfScore


def sheet():
    lines = [Line(f"p{i}", f"Line {i}", ("none", "some", "all")) for i in range(2)]
    others = [Line("l0", "Other", ("none", "some", "all"))]
    return SelfScore(
        "99.pre", "pretest", "Design <it>.", {"product": lines, "platform": others}, {"A sample": (0.5, 0.25)}
    )


@pytest.fixture
def record(monkeypatch, tmp_path):
    kept = Progress(tmp_path / "work", tmp_path / "spare")
    monkeypatch.delenv("TWOWORLDS_PROGRESS", raising=False)
    monkeypatch.setattr("twoworlds.course.selfscore.progress", lambda: kept)
    return kept


def test_bundle_names_the_samples(record):
    data, _ = sheet()._repr_mimebundle_()
    assert "“A sample” has 25 % with product, 50 % with platform." in data["text/plain"]


def test_a_draft_is_stored_before_any_mark(record):
    live = LiveSelfScore(sheet())
    assert live.point() is None
    live.answer.value = "First, who uses it?"
    assert record.events("pretest", "99")[-1].payload["answer"] == "First, who uses it?"


def test_marks_make_the_two_shares_and_come_back(record):
    live = LiveSelfScore(sheet())
    live.answer.value = "Mine"
    live.open()
    live.marks["p0"].value, live.marks["p1"].value, live.marks["l0"].value = 2, 1, 0
    assert live.point() == (0.0, 0.75)
    assert (
        "75\u00a0% on the product rubric and 0\u00a0% on the platform rubric: it speaks to the product desk"
        in live.sentence.value
    )
    again = LiveSelfScore(sheet())
    assert again.answer.value == "Mine"
    assert again.point() == (0.0, 0.75)
