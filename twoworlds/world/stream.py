"""Write a world's tables to Parquet while it is lived: bounded memory, whole or not at all, the same bytes again."""

import contextlib
import errno
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from twoworlds.errors import InputError
from twoworlds.world import log
from twoworlds.world.arms import Plan, as_arms, assign
from twoworlds.world.people import World, make_people
from twoworlds.world.run import Policies
from twoworlds.world.schema import FILES, arrow_schema
from twoworlds.world.simulate import Batch, live
from twoworlds.world.videos import make_videos

ROW_GROUP = 2**18  # rows buffered before they are written
MANIFEST = "manifest.json"


class TableWriter:
    """Writes one table to NAME.parquet.part in row groups, and gives it its name at the very end."""

    def __init__(self, folder: Path, name: str, topics: int) -> None:
        """Open the file NAME.parquet.part in `folder`."""
        self.path = folder / f"{name}.parquet"
        self.part = folder / f"{name}.parquet.part"
        self.schema = arrow_schema(name, topics)
        self.rows = 0
        self._waiting: list[log.Columns] = []
        self._waiting_rows = 0
        delta = {n: "DELTA_BINARY_PACKED" for n in ("ts", "session_id") if n in self.schema.names}
        self._writer = pq.ParquetWriter(
            self.part,
            self.schema,
            version="2.6",
            data_page_version="1.0",
            compression="zstd",
            compression_level=6,
            use_dictionary=[n for n in self.schema.names if n not in delta],
            column_encoding=delta,
            write_statistics=True,
            store_schema=False,
        )

    def add(self, columns: log.Columns) -> None:
        """Take some rows, and write once a row group is full."""
        self._waiting.append(columns)
        self._waiting_rows += len(next(iter(columns.values())))
        if self._waiting_rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting_rows:
            return
        arrays = []
        for field in self.schema:
            values = np.concatenate([columns[field.name] for columns in self._waiting])
            nothing = values == 0 if field.name == "survey" else None
            arrays.append(pa.array(values, type=field.type, mask=nothing))
        self._writer.write_table(
            pa.Table.from_arrays(arrays, schema=self.schema), row_group_size=2 * ROW_GROUP
        )
        self.rows += self._waiting_rows
        self._waiting, self._waiting_rows = [], 0

    def close(self) -> None:
        """Write what waits, and the file's footer."""
        self._flush()
        self._writer.close()

    def discard(self) -> None:
        """Close and remove the unfinished file, whatever state it is in."""
        with contextlib.suppress(OSError, pa.ArrowException):  # a full disk refuses the footer too
            self._writer.close()
        self.part.unlink(missing_ok=True)


def write_log(
    world: World,
    policy: Policies,
    folder: str | Path,
    on_progress: Callable[[float], None] | None = None,
    hidden: bool = False,
) -> dict:
    """Live `world` under `policy` and write its tables into `folder`; return the manifest.

    Files: log, sessions, users, videos (and with `hidden` the truth: hidden_log, hidden_users, hidden_videos),
    all .parquet, and manifest.json with rows and SHA-256, written last: a folder without it is not a whole set.
    on_progress is called with the share done, 0 to 1. If anything stops the run, a sentence says so and no
    file of this run is left.
    """
    folder = _made(Path(folder))
    arms = as_arms(policy)
    names = [name for name in FILES if hidden or not name.startswith("hidden")]
    writers: dict[str, TableWriter] = {}
    try:
        for name in names:
            writers[name] = TableWriter(folder, name, world.topics)
        _write_tables(world, arms, writers, on_progress or (lambda share: None))
        return _publish(folder, world, arms, writers)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"Stopped before the end: nothing was written to {folder}.") from None
    except OSError as problem:
        raise _disk_error(folder, problem) from problem
    finally:
        for writer in writers.values():
            writer.discard()


def _made(folder: Path) -> Path:
    """Return `folder`, made if need be; raise InputError if that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise _disk_error(folder, problem) from problem
    return folder


def _disk_error(folder: Path, problem: OSError) -> InputError:
    """Return the sentence for a folder that can't be written."""
    why = "the disk is full" if problem.errno == errno.ENOSPC else (problem.strerror or str(problem)).lower()
    return InputError(
        f"folder is {str(folder)!r}: {why}; it must be a writable folder with room for the log."
    )


def _write_tables(
    world: World,
    arms: Mapping[str, Plan],
    writers: Mapping[str, TableWriter],
    on_progress: Callable[[float], None],
) -> None:
    """Live the world and hand every table to its writer."""
    people, videos = make_people(world, 0, world.users), make_videos(world)
    fixed = {
        "users": lambda: log.user_columns(people),
        "videos": lambda: log.video_columns(videos),
        "hidden_users": lambda: log.hidden_user_columns(people),
        "hidden_videos": lambda: log.hidden_video_columns(videos),
    }
    per_batch = {"log": log.log_columns, "sessions": log.session_columns, "hidden_log": log.hidden_columns}
    for name in writers.keys() & fixed.keys():
        writers[name].add(fixed[name]())
    done = 0

    def record(batches: list[Batch]) -> None:
        nonlocal done
        for name in writers.keys() & per_batch.keys():
            writers[name].add(log.table_of(batches, per_batch[name]))
        done += sum(len(batch.today.rows) for batch in batches)
        on_progress(done / (world.users * world.days))

    for _ in live(world, arms, assign(world, list(arms)), record):
        pass


def _publish(
    folder: Path, world: World, arms: Mapping[str, Plan], writers: Mapping[str, TableWriter]
) -> dict:
    """Finish all files, give them their names, and write the manifest last; return it."""
    for writer in writers.values():
        writer.close()
    files = {}
    for name, writer in writers.items():
        size, digest = writer.part.stat().st_size, file_hash(writer.part)
        files[f"{name}.parquet"] = {"rows": writer.rows, "bytes": size, "sha256": digest}
    policies = {arm: {str(day): asdict(policy) for day, policy in plan.items()} for arm, plan in arms.items()}
    manifest = {"world": asdict(world), "policies": policies, "files": files}
    (folder / MANIFEST).unlink(missing_ok=True)
    for writer in writers.values():
        writer.part.replace(writer.path)
    text = json.dumps(manifest, indent=1, allow_nan=False) + "\n"
    part = folder / f"{MANIFEST}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(folder / MANIFEST)
    return manifest


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def damaged(folder: str | Path) -> list[str]:
    """Return the names of files in `folder` that are missing or differ from its manifest; [] if all are whole."""
    folder = Path(folder)
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return [MANIFEST]
    paths = {name: folder / name for name in files}
    return [
        name for name, path in paths.items() if not path.is_file() or file_hash(path) != files[name]["sha256"]
    ]
