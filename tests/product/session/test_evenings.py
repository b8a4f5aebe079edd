"""Evenings: what is believed follows from what has arrived, and what it is worth is the world's own truth."""

import numpy as np
import pytest

from twoworlds.errors import InputError
from twoworlds.product.session import NO_WISH, DecayedTopics, Evening, Memory, evening, mix, play
from twoworlds.product.session.evenings import SEARCH_WEIGHT
from twoworlds.world import World
from twoworlds.world import constants as c

WORLD = World(users=600, days=1, seed=11, intent_strength=1.0)


@pytest.fixture(scope="module")
def restless():
    return evening(WORLD, people=200, slates=12, wish_half_life_min=4)


def test_believed_is_what_a_store_would_hold_of_the_events_that_arrived(restless):
    memory = Memory(weight=0.6, half_life_min=3, delay_s=70)
    played = play(restless, memory)
    for person, s in ((0, 11), (17, 6), (120, 9)):
        now, store = restless.starts[s], DecayedTopics(WORLD.topics, 60 * memory.half_life_min)
        for slate, k in np.argwhere(played.clicked[person]):
            when = restless.moments[slate, k]
            if when + memory.delay_s <= now:
                store.add(when, played.topic[person, slate, k], c.MAIN_WEIGHT)
                store.add(when, played.side[person, slate, k], c.SIDE_WEIGHT)
        for slate in np.flatnonzero(restless.searched[person]):
            if restless.starts[slate] + memory.delay_s <= now:
                store.add(restless.starts[slate], restless.wish[person, slate], SEARCH_WEIGHT)
        counts = store.read(now)
        assert played.session[person, s] == pytest.approx(counts)
        profile = np.sqrt(2) * mix(restless.taste[person], counts, 0.6)
        assert played.believed[person, s] == pytest.approx(profile, rel=1e-5)


def test_without_weight_nothing_of_tonight_matters(restless):
    one, other = (play(restless, Memory(0, h, d)).satisfaction for h, d in ((1, 0), (60, 500)))
    assert (one == other).all()


def test_what_arrives_after_the_last_slate_changes_no_slate(restless):
    never = play(restless, Memory(weight=0.8, delay_s=1e5))
    assert (never.satisfaction == play(restless, Memory(weight=0)).satisfaction).all()
    assert (never.session == 0).all()


def test_the_first_slates_cannot_know(restless):
    slow, quick = (play(restless, Memory(delay_s=d)).topic for d in (61, 0))
    assert (slow[:, :3] == play(restless, Memory(weight=0)).topic[:, :3]).all()
    assert (slow[:, 3:] != quick[:, 3:]).any()


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


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Memory(weight=1.1), "weight is 1.1"),
        (lambda: Memory(half_life_min=0), "half_life_min is 0"),
        (lambda: Memory(delay_s=-1), "delay_s is -1"),
        (lambda: evening(WORLD, people=601), "people is 601"),
        (lambda: evening(WORLD, slates=0), "slates is 0"),
        (lambda: evening(WORLD, wish_half_life_min=0), "wish_half_life_min is 0"),
        (lambda: evening(WORLD, searches=2), "searches is 2"),
        (lambda: by_hand(wish=[[1, 9]]), "8 topics"),
        (lambda: by_hand(wish=[[1, 1], [1, 1]]), "with 1 people"),
        (lambda: by_hand(searched=[[True, False]], wish=[[NO_WISH, 1]]), "only a wish"),
    ],
)
def test_wrong_input_gets_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()


def by_hand(wish=((1, 1),), searched=((False, False),)):
    taste = np.eye(8, dtype=np.float32)[:1]
    wish = np.array(wish)
    return Evening(WORLD, taste, wish, np.broadcast_to(np.array(searched), wish.shape))
