"""The blind prompt: two rubrics, and sample answers whose marks can be traced to sentences."""

import pytest

from twoworlds.errors import InputError
from twoworlds.interview.rubric import load_blind_prompt
from twoworlds.interview.scoring import rubric_score

PROMPT = load_blind_prompt()
ANSWERS = {answer.id: answer for answer in PROMPT.answers}


def total(answer_id, desk):
    rubric = PROMPT.rubric(desk)
    points = ANSWERS[answer_id].points()
    return rubric_score(rubric, {c.id: points[c.id] for c in rubric.criteria}).points


def test_two_rubrics_of_equal_weight():
    assert [rubric.desk for rubric in PROMPT.rubrics] == ["product", "platform"]
    assert [len(rubric.criteria) for rubric in PROMPT.rubrics] == [9, 9]


def test_each_criterion_has_three_levels_in_order_with_examples_of_their_own():
    examples = []
    for rubric in PROMPT.rubrics:
        for criterion in rubric.criteria:
            assert [level.points for level in criterion.levels] == [0, 1, 2]
            examples += [level.example for level in criterion.levels]
    assert len(set(examples)) == len(examples) == 54


def test_criteria_are_unique_and_an_unknown_desk_is_refused():
    ids = [criterion.id for rubric in PROMPT.rubrics for criterion in rubric.criteria]
    assert len(set(ids)) == len(ids) == 18
    with pytest.raises(InputError, match="desk is 'both'"):
        PROMPT.rubric("both")


@pytest.mark.parametrize("answer", PROMPT.answers, ids=lambda answer: answer.id)
def test_an_answer_keeps_the_length_that_the_prompt_asks_for(answer):
    low, high = PROMPT.words
    assert low <= len(answer.text.split()) <= high


@pytest.mark.parametrize("answer", PROMPT.answers, ids=lambda answer: answer.id)
def test_each_criterion_is_marked_once_with_evidence_from_the_answer(answer):
    wanted = [criterion.id for rubric in PROMPT.rubrics for criterion in rubric.criteria]
    assert [mark.criterion for mark in answer.marks] == wanted
    sentences = [sentence.id for sentence in answer.sentences]
    assert len(set(sentences)) == len(sentences)
    assert all(set(mark.evidence) <= set(sentences) for mark in answer.marks)
    assert all(mark.evidence for mark in answer.marks if mark.points)


def test_the_gap_between_the_rubrics_is_the_lesson():
    assert total("a-model-first", "product") <= 6
    assert total("a-model-first", "platform") <= 6
    assert total("b-one-feature", "platform") <= 6 < total("b-one-feature", "product")
    assert total("c-for-the-callers", "platform") >= 15 > 10 >= total("c-for-the-callers", "product")
    assert total("d-for-the-viewer", "product") >= 15 > 10 >= total("d-for-the-viewer", "platform")


def test_the_load_estimate_in_the_strong_answer_is_right():
    assert "23,000 a second" in ANSWERS["c-for-the-callers"].text
    assert round(10_000_000 * 200 / 86_400, -3) == 23_000
