import json

import numpy as np
import pytest

from twoworlds.course.journal import Event, Journal


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "deep" / "progress.jsonl")


def event(**payload):
    return Event.now("attempt", "01", "01.1", payload)


def test_events_come_back_as_they_were(journal):
    events = [event(passed=True), event(guess=1.5, words="ä\n“")]
    journal.append(events)
    assert list(journal.read().values()) == events
    assert list(journal.read()) == [e.id for e in events]


def test_no_file_holds_no_events(journal):
    assert journal.read() == {}
    journal.append([])
    assert not journal.path.exists()


@pytest.mark.parametrize(
    "damage",
    [
        b"\n\0\0\0\0",
        b'\n{"id": "torn',
        b"\n[1, 2]",
        b"\n" + b"[" * 100_000,
        b'\n{"id": 1, "time": "", "kind": "", "chapter": "", "item": "", "payload": {}}',
        b'\n{"id": "a", "time": "", "kind": "", "chapter": "", "item": "", "payload": []}',
        b"\n\xff\xfe",
        b"\n{}",
    ],
)
def test_a_damaged_line_costs_only_itself(journal, damage):
    first, second = event(n=1), event(n=2)
    journal.append([first])
    with open(journal.path, "ab") as file:
        file.write(damage)
    journal.append([second])
    assert list(journal.read().values()) == [first, second]


def test_a_torn_line_is_reported(journal, monkeypatch):
    monkeypatch.setattr("twoworlds.course.journal.os.write", lambda descriptor, data: len(data) - 1)
    with pytest.raises(OSError, match="only a part of the line"):
        journal.append([event()])


class Unreadable:
    def __str__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        ({"guess": np.float64(1.5), "n": np.int64(3)}, {"guess": 1.5, "n": 3}),
        ({"where": {1}}, {"where": "{1}"}),
        ({("a", "b"): 1}, {"unreadable": "dict"}),
        ({"a": Unreadable()}, {"unreadable": "dict"}),
    ],
)
def test_any_payload_is_kept_as_far_as_it_goes(payload, kept):
    made = Event.now("prediction", "01", "01.1", payload)
    assert made.payload == kept
    assert Event.from_line(made.line()) == made


def test_one_line_an_event(journal):
    journal.append([event(words="a\nb"), event()])
    lines = journal.path.read_text().split("\n")
    assert lines[0] == ""
    assert [json.loads(line)["kind"] for line in lines[1:]] == ["attempt", "attempt"]
