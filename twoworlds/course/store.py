"""The SQLite file of a learner's progress: one append-only table, which can always be rebuilt from the journal."""

import json
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from twoworlds.course.journal import Event

BUSY_SECONDS = 2.0
_COLUMNS = ("id", "time", "kind", "chapter", "item", "payload")
_TABLE = (
    "CREATE TABLE events (id TEXT PRIMARY KEY, time TEXT, kind TEXT, chapter TEXT, item TEXT, payload TEXT)"
)
# The primary result codes of SQLite that tell of damage: ERROR (no such table or column), CORRUPT, NOTADB.
_DAMAGE = {1, 11, 26}


class Store:
    """The table of events at `path`. A connection lives for one operation: a kill or a fork finds nothing open."""

    def __init__(self, path: Path):
        self.path = path

    def insert(self, events: Iterable[Event]) -> None:
        """Add the events that aren't there yet, in one transaction. Raises sqlite3.Error."""
        rows = [_row(event) for event in events]
        with closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)

    def read(self) -> dict[str, Event]:
        """Return all events by id, in the order of their times. Raises sqlite3.Error."""
        events: dict[str, Event] = {}
        self._each_row("SELECT * FROM events ORDER BY time", lambda row: events.update(_events([row])))
        return events

    def salvage(self) -> dict[str, Event]:
        """Return the events that a damaged file still gives away."""
        events: dict[str, Event] = {}
        with suppress(sqlite3.Error, OSError):
            self._each_row("SELECT * FROM events", lambda row: events.update(_events([row])))
        return events

    def damaged(self) -> bool:
        """Tell whether something is at the path that is no sound table of events. (A busy or locked one is sound.)"""
        if not os.path.lexists(self.path):
            return False
        if not self.path.is_file() or self.path.stat().st_size == 0:
            return True
        try:
            with closing(self._connect()) as connection:
                columns = tuple(row[1] for row in connection.execute("PRAGMA table_info(events)"))
                return columns != _COLUMNS or connection.execute("PRAGMA quick_check").fetchone()[0] != "ok"
        except sqlite3.Error as error:
            return _tells_of_damage(error)

    def create(self, events: Iterable[Event]) -> None:
        """Put a new table in place that holds these events from its first moment. Raises sqlite3.Error or OSError."""
        new = Store(self.path.with_name(f"{self.path.name}.{uuid.uuid4().hex}.part"))
        try:
            with closing(sqlite3.connect(new.path)) as connection, connection:
                connection.execute(_TABLE)
            new.insert(events)
            os.replace(new.path, self.path)
        finally:
            new.path.unlink(missing_ok=True)

    def set_aside(self) -> Path:
        """Rename what is at the path, with a date, and return its new name. Raises OSError."""
        stamp = datetime.now().strftime("%Y-%m-%dT%H%M%S")
        aside = self.path.with_name(
            f"{self.path.stem}.damaged-{stamp}-{uuid.uuid4().hex[:4]}{self.path.suffix}"
        )
        os.rename(self.path, aside)
        with suppress(OSError):  # its rollback journal must not be played back into a new file
            os.rename(f"{self.path}-journal", f"{aside}-journal")
        return aside

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: a file that is missing must not come back empty
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw", timeout=BUSY_SECONDS, uri=True
        )
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _each_row(self, query: str, take: Callable[[tuple], object]) -> None:
        with closing(self._connect()) as connection:
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            for row in connection.execute(query):
                take(row)


def _tells_of_damage(error: sqlite3.Error) -> bool:
    """Tell whether this error means a damaged file, rather than one that is busy, read-only or out of reach."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DAMAGE


def _row(event: Event) -> tuple[str, ...]:
    return (event.id, event.time, event.kind, event.chapter, event.item, json.dumps(event.payload))


def _events(rows: Iterable[tuple]) -> dict[str, Event]:
    events = {}
    for row in rows:
        with suppress(ValueError, TypeError):
            fields = dict(zip(_COLUMNS, row, strict=True))
            event = Event.from_line(json.dumps({**fields, "payload": json.loads(fields["payload"])}))
            if event:
                events[event.id] = event
    return events
