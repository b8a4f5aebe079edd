"""The vignettes are balanced, and their words do not give the answer away."""

import re
from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from twoworlds.interview.vignettes import load_vignettes

VIGNETTES = load_vignettes()
DECIDED = [v for v in VIGNETTES if v.desk != "both"]
TEXTS = [v.text for v in DECIDED]
LABELS = np.array([v.desk == "product" for v in DECIDED])

# What somebody would look for who reads keywords and not scenes.
PRODUCT_WORDS = (
    r"users?|viewers?|customers?|shoppers?|players?|riders?|drivers?|fans|applicants?|people|readers?|nurses?"
    r"|recommend\w*|conversion|sessions?|reports|playlists?|videos?|rewards?|chat"
)
PLATFORM_WORDS = (
    r"latency|p99|ms|pipelines?|stores?|clusters?|batch|cache\w*|throughput|schema|gpus?|on.call|pager|times? out"
    r"|tables?|retrain\w*|serving|contract|repair|lookup|features?|nightly|release|salt"
)
# Each idea must occur in scenes of both desks, so that none of them decides.
SHARED_IDEAS = {
    "latency": r"\bms\b|p99|\d s\b|wait|times out",
    "experiment": r"A/B test|\btests?\b",
    "feature store": r"feature|\bstore\b",
    "pipeline": r"pipeline|batch",
    "cache": r"cache",
    "cluster": r"cluster",
    "pager": r"on.call|pager",
    "safety": r"safety",
    "model": r"\bmodels?\b",
    "teams": r"\bteams?\b|\bgroups?\b",
    "end users": r"viewer|customer|shopper|player|rider|driver|applicant",
    "loyalty": r"came back|regular",
}


def held_out_accuracy(texts, labels):
    """Leave-one-out accuracy of a logistic regression on the bag of words."""
    counts = CountVectorizer().fit_transform(texts).toarray()
    # The penalty is the same in any rotation, so 22 principal directions do for the 400 words, much faster.
    u, s, _ = np.linalg.svd(counts, full_matrices=False)
    words = u * s
    model = LogisticRegression(class_weight="balanced", solver="newton-cholesky")
    hits = []
    for i in range(len(labels)):
        rest = np.arange(len(labels)) != i
        hits.append(model.fit(words[rest], labels[rest]).predict(words[[i]])[0] == labels[i])
    return np.mean(hits)


def test_thirty_scenes_with_their_own_id_and_text():
    assert len(VIGNETTES) == 30
    assert len({v.id for v in VIGNETTES}) == len({v.text for v in VIGNETTES}) == 30
    assert len({v.why for v in VIGNETTES}) == len({v.tempting for v in VIGNETTES}) == 30


def test_the_desks_are_balanced_within_each_ambiguity():
    assert Counter((v.ambiguity, v.desk) for v in VIGNETTES) == {
        ("clear", "product"): 6,
        ("clear", "platform"): 6,
        ("leaning", "product"): 5,
        ("leaning", "platform"): 5,
        ("both", "both"): 8,
    }


def test_kinds_and_companies_vary_on_both_desks():
    for desk in ("product", "platform"):
        mine = [v for v in DECIDED if v.desk == desk]
        assert {v.kind for v in mine} >= {"interview", "ticket", "incident", "planning"}
        assert len({v.company for v in mine}) >= 7
    assert {v.kind for v in VIGNETTES} == {"interview", "ticket", "incident", "planning", "role"}
    assert {"Flick", "Groundwork", "Ask"} <= {v.company for v in VIGNETTES}


def test_the_outcome_is_what_a_forecast_is_scored_against():
    assert Counter(v.outcome for v in VIGNETTES) == {1.0: 11, 0.0: 11, 0.5: 8}
    assert all((v.outcome == 0.5) == (v.ambiguity == "both") for v in VIGNETTES)


def test_the_order_does_not_tell_the_desk():
    desks = [v.desk for v in VIGNETTES]
    longest = max(
        len(run)
        for run in re.findall(r"(?:p+|l+|b+)", "".join({"platform": "l"}.get(d, d[0]) for d in desks))
    )
    assert longest <= 3
    half = Counter(desks[:15])
    assert abs(half["product"] - half["platform"]) <= 2


def test_the_length_does_not_tell_the_desk():
    lengths = np.array([len(text.split()) for text in TEXTS])
    assert abs(lengths[LABELS].mean() - lengths[~LABELS].mean()) < 4
    assert all(len(re.findall(r"[.?!]['’]?(?:\s|$)", v.text)) <= 4 for v in VIGNETTES)


@pytest.mark.parametrize("idea", SHARED_IDEAS)
def test_every_idea_occurs_on_both_desks(idea):
    found = np.array([bool(re.search(SHARED_IDEAS[idea], text, re.IGNORECASE)) for text in TEXTS])
    assert found[LABELS].any()
    assert found[~LABELS].any()


def test_the_stereotype_does_not_decide_either_way():
    def votes(words, text):
        return len(re.findall(rf"\b(?:{words})\b", text, re.IGNORECASE))

    lean = np.array([np.sign(votes(PRODUCT_WORDS, t) - votes(PLATFORM_WORDS, t)) for t in TEXTS])
    right = np.mean(np.where(lean == 0, 0.5, (lean > 0) == LABELS))
    assert 0.35 <= right <= 0.65  # nor may the opposite of the stereotype be the rule


def test_words_predict_the_desk_no_better_than_shuffled_labels():
    accuracy = held_out_accuracy(TEXTS, LABELS)
    rng = np.random.default_rng(1)
    shuffled = [held_out_accuracy(TEXTS, rng.permutation(LABELS)) for _ in range(20)]
    assert accuracy <= 0.70
    assert min(shuffled) <= accuracy <= np.mean(shuffled) + 2 * np.std(shuffled)


def test_the_leak_test_would_notice_a_leak():
    leaky = [
        f"{text} {'delight ' * 3 if product else 'tenant ' * 3}"
        for text, product in zip(TEXTS, LABELS, strict=True)
    ]
    assert held_out_accuracy(leaky, LABELS) > 0.9
