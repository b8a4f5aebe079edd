"""The blind prompt: one answer, two interviewers. Your marks are the pre-test that the last chapter comes back to."""

from twoworlds.course.flipcards import FlipCard, FlipCards
from twoworlds.course.selfscore import Line, SelfScore
from twoworlds.interview.cards import load_concept_cards
from twoworlds.interview.rubric import load_blind_prompt
from twoworlds.interview.scoring import rubric_score


def blind_prompt() -> SelfScore:
    """Return the prompt with both rubrics and our sample answers, scored by both."""
    prompt = load_blind_prompt()
    rubrics = {
        rubric.desk: [
            Line(c.id, c.criterion, tuple(level.looks_like for level in c.levels)) for c in rubric.criteria
        ]
        for rubric in prompt.rubrics
    }
    texts = {answer.title: answer.text for answer in prompt.answers}
    return SelfScore("01.pretest", "pretest", prompt.text, rubrics, sample_scores(), texts)


def sample_scores() -> dict[str, tuple[float, float]]:
    """Return title -> (share on the platform rubric, share on the product rubric) of each sample answer."""
    prompt = load_blind_prompt()
    scores = {}
    for answer in prompt.answers:
        shares = {}
        for rubric in prompt.rubrics:
            own = {criterion.id for criterion in rubric.criteria}
            points = {name: value for name, value in answer.points().items() if name in own}
            shares[rubric.desk] = rubric_score(rubric, points).share
        scores[answer.title] = (shares["platform"], shares["product"])
    return scores


def one_concept_two_answers() -> FlipCards:
    """Return the twelve concept cards."""
    cards = load_concept_cards()
    return FlipCards([FlipCard(c.concept, c.product, c.platform, c.same_underneath, c.limits) for c in cards])
