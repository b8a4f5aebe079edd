"""Evenings: what is believed follows from what has arrived, and what it is worth is the world's own truth."""

from decimal import Decimal

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.product.session import NO_WISH, DecayedTopics, Evening, Memory, evening, mix, play
from twoworlds.product.session.evenings import SEARCH_WEIGHT
from twoworlds.world import Policy, World
from twoworlds.world import constants as c
from twoworlds.world.draws import Purpose, fold, root
from twoworlds.world.people import make_people
from twoworlds.world.ranking import make_serving, rank, retrieve
from twoworlds.world.session import Viewer, react
from twoworlds.world.videos import make_videos, on_offer, place_birth

WORLD = World(users=600, days=1, seed=11, intent_strength=1.0)


@pytest.fixture(scope="module")
def restless():
    return evening(WORLD, people=200, slates=12, wish_half_life_min=4)


def test_believed_is_what_a_store_would_hold_of_the_events_that_arrived(restless):
    memory = Memory(weight=0.6, half_life_min=3, delay_s=70, evidence=2)
    played = play(restless, memory)
    for person, s in ((0, 11), (17, 6), (120, 9)):
        now, store = restless.starts[s], DecayedTopics(WORLD.topics, 60 * memory.half_life_min)
        for slate, k in np.argwhere(played.clicked[person]):
            when = restless.moments[slate, k]
            if when + memory.delay_s <= now:
                store.add(when, played.topic[person, slate, k], c.MAIN_WEIGHT)
                store.add(when, played.side[person, slate, k], c.SIDE_WEIGHT)
        for slate in np.flatnonzero(restless.searched[person]):
            when = restless.starts[slate] - restless.early_s[person, slate]
            if when + memory.delay_s <= now:
                store.add(when, restless.wish[person, slate], SEARCH_WEIGHT)
        counts = store.read(now)
        assert played.session[person, s] == pytest.approx(counts)
        profile = np.sqrt(2) * mix(restless.taste[person], counts, 0.6, evidence=2)
        assert played.believed[person, s] == pytest.approx(profile, rel=1e-5)


@pytest.mark.parametrize("s", [0, 5, 11])
def test_a_slate_is_worth_what_the_worlds_own_formulas_say(restless, s):
    """Chance, value and luck of slate s, by the formulas of data/README.md: nothing of this module's loop."""
    n, played = len(restless.taste), play(restless, Memory(0.6, 3))
    people = make_people(WORLD, 0, n)
    offer = on_offer(make_videos(WORLD), place_birth(WORLD), 1)
    serving = make_serving(WORLD, Policy(), offer, np.zeros(c.VIDEOS), 1, 1)
    key = fold(fold(root(WORLD.seed, Purpose.SESSION), np.arange(n)), s)
    slate = rank(key, played.believed[:, s].astype(np.float32), retrieve(key, 42), serving)
    place, rows = slate[0], np.arange(n)
    true = restless.taste.astype(float)
    true[rows, restless.wish[:, s]] += WORLD.intent_strength
    near = c.MAIN_WEIGHT * true[rows[:, None], offer.topic[place]]
    near += c.SIDE_WEIGHT * true[rows[:, None], offer.side_topic[place]] - c.AFFINITY_MEAN
    bait, looked = offer.clickbait[place], (np.arange(10) + 1.0) ** -c.EXAMINATION
    chance = 1 / (1 + np.exp(-(c.CLICK_BASE + c.CLICK_AFFINITY * near + bait * people.curiosity[:, None])))
    worth = c.VALUE_BASE + c.VALUE_AFFINITY * near + c.VALUE_QUALITY * offer.quality[place]
    value = 2 / (1 + np.exp(-(worth - c.VALUE_CLICKBAIT * bait))) - 1
    assert played.clicks[:, s] == pytest.approx((looked * chance).sum(axis=1), rel=1e-4)
    assert played.satisfaction[:, s] == pytest.approx((looked * chance * value).sum(axis=1), abs=1e-4)
    fresh = np.zeros((n, 8), dtype=np.float32)
    seen = react(key, rows, slate, Viewer(true.astype(np.float32), fresh, people.curiosity), serving)
    assert (played.clicked[:, s] == seen.clicked).all()


def test_what_arrives_at_the_very_moment_of_a_fetch_is_used():
    e = by_hand(wish=[[1, 1, 1]] * 40, searched=[[False, True, False]])
    at_once, just = play(e, Memory(0.5, 10, 30)), play(e, Memory(0.5, 10, 30.001))
    assert (at_once.session[:, 2].sum(axis=1) - just.session[:, 2].sum(axis=1) > SEARCH_WEIGHT / 2).all()
    # The first position is looked at after 1.5 s: its tap arrives with the second fetch, 28.5 s later.
    first = at_once.clicked[:, 0, 0]
    assert 0 < first.sum() < 40
    assert (play(e, Memory(0.5, 10, 28.5)).session[first, 1].sum(axis=1) > 1).all()
    assert (play(e, Memory(0.5, 10, 28.501)).session[:, 1] == 0).all()


def test_searches_come_at_any_moment_before_their_slate(restless):
    early = restless.early_s[restless.searched]
    assert (early > 0).all()
    assert (early <= 30).all()
    assert early.mean() == pytest.approx(15, abs=4 * 30 / np.sqrt(12 * len(early)))
    asked = play(restless, Memory()).events(3).query("kind == 'search'").event_s
    assert asked.tolist() == pytest.approx(restless.asked[3][restless.searched[3]].tolist())


def test_a_policy_may_be_named(restless):
    assert (play(restless, Memory(), "production").topic == play(restless, Memory()).topic).all()
    assert (play(restless, Memory(), "random").topic != play(restless, Memory()).topic).any()


def test_without_weight_nothing_of_tonight_matters(restless):
    one, other = (play(restless, Memory(0, h, d)).satisfaction for h, d in ((1, 0), (60, 500)))
    assert (one == other).all()


def test_what_arrives_after_the_last_slate_changes_no_slate(restless):
    never = play(restless, Memory(weight=0.8, delay_s=1e5))
    assert (never.satisfaction == play(restless, Memory(weight=0)).satisfaction).all()
    assert (never.session == 0).all()


def test_the_first_slates_cannot_know(restless):
    slow, quick = (play(restless, Memory(delay_s=d)).topic for d in (61, 0))
    assert (slow[:, :2] == play(restless, Memory(weight=0)).topic[:, :2]).all()
    assert (slow[:, 2:] != quick[:, 2:]).any()


def test_wishes_change_as_often_as_they_are_said_to():
    e = evening(WORLD, people=600, slates=40, wish_half_life_min=5, slate_s=30)
    changed = np.mean(e.wish[:, 1:] != e.wish[:, :-1])
    expected = (1 - 2 ** (-0.5 / 5)) * (1 - 1 / WORLD.topics)
    assert changed == pytest.approx(expected, abs=4 * np.sqrt(expected / (600 * 39)))


def test_everybody_who_changes_may_search():
    e = evening(WORLD, people=300, slates=10, searches=1)
    assert e.searched[:, 0].all()
    changed = e.wish[:, 1:] != e.wish[:, :-1]
    assert e.searched[:, 1:][changed].all()


def test_steady_people_want_what_they_always_want():
    e = evening(WORLD, people=5, slates=3, wish_half_life_min=np.inf)
    assert (e.wish == NO_WISH).all()
    assert (e.interest(2) == e.taste).all()


def test_knowing_tonight_helps_the_restless_and_harms_the_steady():
    """Paired over people: the effects are more than four standard errors from zero."""
    for half_life, sign in ((10, 1), (np.inf, -1)):
        e = evening(WORLD, people=600, slates=20, wish_half_life_min=half_life)
        gain = (play(e, Memory(0.8, 3)).satisfaction - play(e, Memory(0)).satisfaction).mean(axis=1)
        assert sign * gain.mean() > 4 * gain.std() / np.sqrt(len(gain))


def test_the_events_of_one_person(restless):
    played = play(restless, Memory(delay_s=9))
    events = played.events(3)
    taps, asked = (int((events.kind == kind).sum()) for kind in ("tap", "search"))
    assert (taps, asked) == (played.clicked[3].sum(), restless.searched[3].sum())
    assert events.event_s.is_monotonic_increasing
    assert (events.arrived_s - events.event_s).to_numpy() == pytest.approx(9)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_longer_delay_only_takes_from_what_tonight_brings(seed):
    """With the default memory, and with a heavy weight on enough evidence; means over the same people and luck."""
    e = evening(World(seed=seed))
    for memory in ({}, {"weight": 0.5, "evidence": 10}):
        worth = [
            play(e, Memory(**memory, delay_s=d)).satisfaction.mean(axis=1) for d in (0, 30, 120, 300, 1e5)
        ]
        assert (np.diff([w.mean() for w in worth]) < 0).all()
        gain = worth[0] - worth[-1]
        assert gain.mean() > 4 * gain.std() / np.sqrt(len(gain))


def test_a_heavy_weight_on_few_late_taps_is_worse_than_never_to_hear():
    e = evening(World())
    late, never = (play(e, m).satisfaction.mean(axis=1) for m in (Memory(0.5, delay_s=300), Memory(0)))
    assert (never - late).mean() > 4 * (never - late).std() / np.sqrt(len(late))


def test_numbers_of_any_kind_are_lived(restless):
    exact = Memory(Decimal("0.5"), Decimal(10), Decimal(5), Decimal(1))
    assert (play(restless, exact).believed == play(restless, Memory(0.5, 10, 5, 1)).believed).all()
    e = Evening(WORLD, restless.taste, restless.wish, restless.searched, Decimal(30), Decimal(5))
    same = Evening(WORLD, restless.taste, restless.wish, restless.searched, 30, 5)
    assert (play(e, exact).believed == play(same, exact).believed).all()
    assert by_hand(taste=np.eye(8, dtype=int)[:1], wish=[[0, 3]]).interest(1)[0, 3] == WORLD.intent_strength


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: by_hand().interest(2), "slate is 2"),
        (lambda: by_hand().interest(-1), "slate is -1"),
        (lambda: Memory(weight=1.1), "weight is 1.1"),
        (lambda: Memory(half_life_min=0), "half_life_min is 0"),
        (lambda: Memory(delay_s=-1), "delay_s is -1"),
        (lambda: evening(WORLD, people=601), "people is 601"),
        (lambda: evening(WORLD, slates=0), "slates is 0"),
        (lambda: evening(WORLD, wish_half_life_min=0), "wish_half_life_min is 0"),
        (lambda: evening(WORLD, searches=2), "searches is 2"),
        (lambda: by_hand(wish=[[1, 9]]), "8 topics"),
        (lambda: by_hand(wish=[[1, 1], [1, 1]], people=1), r"wish has the shape \(2, 2\)"),
        (lambda: by_hand(wish=[[1.0, 1.0]]), "wish holds float64"),
        (lambda: by_hand(searched=[[0, 1]]), "searched holds int64"),
        (lambda: by_hand(early_s=-1), "early_s must be"),
        (lambda: by_hand(early_s=[1, 2, 3]), "early_s must be"),
        (lambda: by_hand(taste=np.ones(8)), "taste has the shape"),
        (lambda: by_hand(taste=5 * np.eye(8)[:1]), "length isn't 1"),
        (lambda: by_hand(taste=np.eye(7)[:1]), "taste has the shape"),
        (lambda: by_hand(taste=[[1]]), "must be of type ndarray"),
        (lambda: by_hand(taste=np.ones((601, 8)) / np.sqrt(8)), "1 to 600 people"),
        (lambda: Evening(None, *[np.eye(8)] * 3), "world is None"),
        (lambda: evening(None), "world is None"),
        (lambda: evening(WORLD, slate_s="30"), "slate_s is '30'"),
        (lambda: evening(WORLD, slate_s=-1e9), "slate_s is -1000000000"),
        (lambda: Memory(evidence=-1), "evidence is -1"),
        (lambda: play(None, Memory()), "evening is None"),
        (lambda: play(by_hand(), None), "memory is None"),
        (lambda: play(by_hand(), Memory(), "nightly"), "policy is 'nightly'"),
        (lambda: by_hand(searched=[[True, False]], wish=[[NO_WISH, 1]]), "only a wish"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def by_hand(wish=((1, 1),), searched=((False, False),), people=None, taste=None, early_s=0.0):
    wish = np.array(wish)
    if taste is None:
        taste = np.repeat(np.eye(8, dtype=np.float32)[:1], people or len(wish), axis=0)
    return Evening(WORLD, taste, wish, np.broadcast_to(np.array(searched), wish.shape), early_s=early_s)
