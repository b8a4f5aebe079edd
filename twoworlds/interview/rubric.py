"""One design prompt, two rubrics, and sample answers scored by both."""

from dataclasses import dataclass

from twoworlds.errors import require_one_of
from twoworlds.interview.records import load


@dataclass(frozen=True)
class Level:
    """What a criterion looks like at `points` (0, 1 or 2), with an example sentence from an answer."""

    points: int
    looks_like: str
    example: str


@dataclass(frozen=True)
class Criterion:
    """One line of a rubric, and what 0, 1 and 2 points look like."""

    id: str
    criterion: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Rubric:
    """What one desk's interviewer looks for."""

    desk: str
    asks: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Sentence:
    """One sentence of a sample answer, so that evidence can point at it."""

    id: str
    text: str


@dataclass(frozen=True)
class Mark:
    """The points that one criterion gave a sample answer, the sentences that earned them, and the reason."""

    criterion: str
    points: int
    evidence: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class SampleAnswer:
    """A sample answer with its marks under both rubrics."""

    id: str
    title: str
    verdict: str
    sentences: tuple[Sentence, ...]
    marks: tuple[Mark, ...]

    @property
    def text(self) -> str:
        """The whole answer as one paragraph."""
        return " ".join(sentence.text for sentence in self.sentences)

    def points(self) -> dict[str, int]:
        """Return criterion id -> points, both rubrics together."""
        return {mark.criterion: mark.points for mark in self.marks}


@dataclass(frozen=True)
class BlindPrompt:
    """The prompt that doesn't say who asks, the two rubrics that read the answer, and sample answers."""

    id: str
    text: str
    minutes: int
    words: tuple[int, ...]
    why_blind: str
    rubrics: tuple[Rubric, ...]
    answers: tuple[SampleAnswer, ...]

    def rubric(self, desk: str) -> Rubric:
        """Return the rubric of `desk`, "product" or "platform"; anything else raises InputError."""
        by_desk = {rubric.desk: rubric for rubric in self.rubrics}
        return by_desk[require_one_of("desk", desk, by_desk)]


def load_blind_prompt() -> BlindPrompt:
    """Return the blind prompt with its rubrics and sample answers. Raises InputError if data are missing."""
    return load("ch01/rubrics.json", BlindPrompt)
