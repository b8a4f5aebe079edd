"""What the learner has done: predictions, attempts, passes. Nothing recorded is lost, and nothing here ever raises.

Each event goes first to a journal (a line, flushed to the disk), then to an SQLite table that is quick to ask. Whatever
one of the two lacks, the next start takes from the other. Where the learner's folder can't be written, events wait in
the user's data folder, or in memory as the last resort.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from twoworlds.course.journal import Event, Journal
from twoworlds.course.store import Store
from twoworlds.course.work import work_folder
from twoworlds.errors import InputError


@dataclass(frozen=True)
class Summary:
    """One chapter's progress: ids of the exercises passed and tried, and of the predictions made."""

    passed: frozenset[str] = frozenset()
    tried: frozenset[str] = frozenset()
    predicted: frozenset[str] = frozenset()


def switched_off() -> bool:
    """Tell whether the environment says TWOWORLDS_PROGRESS=off, as test runs of notebooks do."""
    return os.environ.get("TWOWORLDS_PROGRESS") == "off"


class Progress:
    """The record of one learner, kept in `folder`; `spare` is the file used while that can't be written.

    `say` takes the one line that a learner should read when something is wrong; each kind of trouble is told once.
    """

    def __init__(self, folder: Path, spare: Path, say: Callable[[str], None] = print):
        self.folder = folder
        self._journal = Journal(folder / "progress.jsonl")
        self._store = Store(folder / "progress.sqlite3")
        self._spare = Journal(spare)
        self._memory: dict[str, Event] = {}
        self._say = say
        self._said: set[str] = set()
        self._in_step = (
            False  # whether journal and table are known to hold the same, and nothing waits elsewhere
        )

    def record(self, kind: str, chapter: str, item: str, payload: dict[str, Any]) -> None:
        """Keep an event. When this returns, the event survives a kill; it never raises."""
        if switched_off():
            return
        event = Event.now(kind, chapter, item, payload)
        try:
            self._keep(event)
        except Exception as error:  # a lesson must go on, whatever this computer comes up with
            self._remember([event], type(error).__name__)

    def events(
        self, kind: str | None = None, chapter: str | None = None, item: str | None = None
    ) -> list[Event]:
        """Return what was recorded, oldest first, optionally of one kind, chapter or item only."""
        if switched_off():
            return []
        with suppress(Exception):
            self._bring_in_step()
        wanted = {"kind": kind, "chapter": chapter, "item": item}
        wanted = {name: value for name, value in wanted.items() if value is not None}
        found = [
            e
            for e in self._all().values()
            if all(getattr(e, name) == value for name, value in wanted.items())
        ]
        return sorted(found, key=lambda event: event.time)

    def attempts(self, chapter: str | None = None, item: str | None = None) -> list[Event]:
        """Return the checks of answers: payload {"rung", "passed", "wrong"}."""
        return self.events("attempt", chapter, item)

    def passes(self, chapter: str | None = None) -> frozenset[str]:
        """Return the ids of the exercises that were passed at least once."""
        return frozenset(
            event.item for event in self.attempts(chapter) if event.payload.get("passed") is True
        )

    def predictions(self, chapter: str | None = None, item: str | None = None) -> list[Event]:
        """Return the predictions: payload {"guess", "truth", "unit"}."""
        return self.events("prediction", chapter, item)

    def summary(self) -> dict[str, Summary]:
        """Return each chapter's progress, by chapter number; chapters without any are not there."""
        events = self.events()
        return {chapter: _summary(events, chapter) for chapter in sorted({event.chapter for event in events})}

    def _keep(self, event: Event) -> None:
        try:
            self._bring_in_step()
            self._journal.append([event])
        except OSError:
            self._in_step = False
            self._keep_elsewhere(event)
            return
        self._in_step = self._insert([event])

    def _keep_elsewhere(self, event: Event) -> None:
        try:
            self._spare.append([event])
        except OSError as error:
            self._remember([event], type(error).__name__)
            return
        line = f"{self.folder} can't be written: your progress is kept in {self._spare.path} until it can."
        self._tell("spare", line)

    def _remember(self, events: Iterable[Event], why: str) -> None:
        self._in_step = False
        self._memory.update({event.id: event for event in events})
        line = f"Your progress can't be stored ({why}): it lasts until this notebook is closed."
        self._tell("memory", line)

    def _tell(self, kind: str, line: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            with suppress(Exception):  # nobody listens: a closed pipe, say
                self._say(line)

    def _all(self) -> dict[str, Event]:
        """Return every event there is, wherever it is kept."""
        stored: dict[str, Event] = {}
        with suppress(sqlite3.Error, OSError):
            stored = self._store.read()
        return {**stored, **self._journal.read(), **self._waiting()}

    def _waiting(self) -> dict[str, Event]:
        return {**self._spare.read(), **self._memory}

    def _bring_in_step(self) -> None:
        """Give the journal and the table what they lack, mending what is damaged. Raises OSError: not writable."""
        if self._in_step:
            return
        waiting = self._waiting()
        if self._journal.path.is_dir():
            Store(self._journal.path).set_aside()
        there = self._journal.read()
        damaged = self._store.damaged()
        known = {**(self._store.salvage() if damaged else self._all()), **there, **waiting}
        self._journal.append(event for id, event in known.items() if id not in there)
        self._memory.clear()
        with suppress(OSError):
            if waiting and self._spare.read().keys() <= known.keys():  # nothing has come in the meantime
                self._spare.path.unlink(missing_ok=True)
        self._in_step = self._rebuild(known) if damaged else self._insert(known.values())

    def _rebuild(self, known: dict[str, Event]) -> bool:
        """Put the damaged table aside and make a new one of the `known` events; tell whether that was done."""
        try:
            aside = self._store.set_aside()
            self._store.create(known.values())
        except (sqlite3.Error, OSError):
            return False
        line = f"Your progress file was damaged. It is kept as {aside.name}; {len(known)} records were recovered."
        self._tell("damage", line)
        return True

    def _insert(self, events: Iterable[Event]) -> bool:
        """Put events that the journal already holds into the table as well, and tell whether that was done."""
        events = list(events)
        try:
            if events and not self._store.path.exists():
                self._store.create(self._journal.read().values())
            elif events:
                self._store.insert(events)
        except (sqlite3.Error, OSError):
            return False  # the journal has them: the next call brings the table in step, or mends it
        return True


def _summary(events: Iterable[Event], chapter: str) -> Summary:
    mine = [event for event in events if event.chapter == chapter]
    tried = [event for event in mine if event.kind == "attempt"]
    return Summary(
        passed=frozenset(event.item for event in tried if event.payload.get("passed") is True),
        tried=frozenset(event.item for event in tried),
        predicted=frozenset(event.item for event in mine if event.kind == "prediction"),
    )


_opened: dict[Path, Progress] = {}


def progress() -> Progress:
    """Return the record of this learner: the one in the learner's folder."""
    spares = Path(platformdirs.user_data_dir("twoworlds"))
    try:
        folder = work_folder().absolute()
    except InputError:  # the package stands alone, without the course's folder
        folder = spares
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return _opened.setdefault(folder, Progress(folder, spares / f"progress-{key}.jsonl"))
