"""Events of a learner's progress, and the append-only file that holds each of them on a line of its own."""

import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Event:
    """Something the learner did: an attempt, a prediction, a hint. `time` is UTC (ISO 8601), `payload` JSON data."""

    id: str
    time: str
    kind: str
    chapter: str
    item: str
    payload: dict[str, Any]

    @classmethod
    def now(cls, kind: str, chapter: str, item: str, payload: dict[str, Any]) -> "Event":
        """Return a new event of this moment; what JSON can't hold in `payload` becomes text."""
        time = datetime.now(UTC).isoformat(timespec="microseconds")
        return cls(uuid.uuid4().hex, time, str(kind), str(chapter), str(item), _as_json(payload))

    @classmethod
    def from_line(cls, line: bytes | str) -> "Event | None":
        """Read an event back from its line; None when the line is damaged."""
        try:
            event = cls(**json.loads(line))
        except (ValueError, TypeError, RecursionError):
            return None
        texts = (event.id, event.time, event.kind, event.chapter, event.item)
        return (
            event
            if all(isinstance(text, str) for text in texts) and isinstance(event.payload, dict)
            else None
        )

    def line(self) -> str:
        """Return the event as one line of JSON."""
        return json.dumps(asdict(self))


def _as_json(payload: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(json.loads(json.dumps(payload, default=_plain_number_or_text)))
    except (
        Exception
    ):  # keys that aren't text, cycles, a __str__ that raises: an event is still better than none
        return {"unreadable": type(payload).__name__}


def _plain_number_or_text(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


class Journal:
    """An append-only file of events, safe against a kill at any moment and against several writers."""

    def __init__(self, path: Path):
        self.path = path

    def append(self, events: Iterable[Event]) -> None:
        """Write the events and wait until they are on the disk. Raises OSError when they can't be."""
        # Each line begins with its line feed, so that a line torn by a full disk damages no line but itself.
        data = "".join("\n" + event.line() for event in events).encode()
        if not data:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, _APPEND, 0o666)
        try:
            if os.write(descriptor, data) < len(data):
                raise OSError(f"{self.path} took only a part of the line")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> dict[str, Event]:
        """Return the events by id, in the order they were written; damaged lines are skipped, no file means none."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError:
            return {}
        events = [Event.from_line(line) for line in lines if line]
        return {event.id: event for event in events if event}
