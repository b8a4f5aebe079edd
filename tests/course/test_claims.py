"""A claim holds both sides to the sentence; a false one fails a test run and questions a learner."""

import pytest

from twoworlds.course.claims import ClaimFailed, claim
from twoworlds.errors import InputError


def test_true_claim_says_its_numbers():
    assert repr(claim("Up {left:.0%}, not {right:.1%}.", 0.25, ">", 0.1)) == "Claim: Up 25 %, not 10.0 %."


@pytest.mark.parametrize(
    ("left", "relation", "right", "options"),
    [
        (1, "<", 2, {}),
        (2, "<=", 2, {}),
        (3, "==", 3, {}),
        (3, ">=", 3, {}),
        (1.04, "~", 1, {}),
        (7, ">", 3, {"times": 2}),
    ],
)
def test_relations_that_hold(left, relation, right, options):
    assert "No longer" not in repr(claim("x.", left, relation, right, **options))


@pytest.mark.parametrize(
    ("left", "relation", "right", "options"),
    [(2, "<", 2, {}), (3, "<=", 2, {}), (3, "==", 3.1, {}), (1.06, "~", 1, {}), (5, ">", 3, {"times": 2}),
     (float("nan"), ">", 0, {}), (0, "<", float("nan"), {})],
)  # fmt: skip
def test_relations_that_dont_hold(monkeypatch, left, relation, right, options):
    monkeypatch.delenv("TWOWORLDS_TEST", raising=False)
    said = repr(claim("x.", left, relation, right, **options))
    assert "No longer true with your settings" in said
    assert said.endswith("What did you change, and why does it matter?")
    monkeypatch.setenv("TWOWORLDS_TEST", "1")
    with pytest.raises(ClaimFailed, match="does not hold"):
        claim("x.", left, relation, right, **options)


def test_unknown_relation_gets_a_sentence():
    with pytest.raises(InputError, match="relation is '=>'"):
        claim("x.", 1, "=>", 2)


def test_html_is_escaped():
    assert "<b>x</b>" not in claim("<b>x</b>.", 1, "<", 2)._repr_mimebundle_()["text/html"]
