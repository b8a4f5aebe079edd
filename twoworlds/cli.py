"""The `twoworlds` command. Each command imports what it needs when it is called, so that `--help` is quick."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from twoworlds.errors import InputError

EPILOG = """**Examples**

- `twoworlds lab` opens the course in your browser
- `twoworlds lab --port 9000 --no-browser` only prints the page's address
- `twoworlds doctor` finds out what is wrong when something is
- `twoworlds reset 01` starts the exercises of chapter 01 again and keeps a dated copy of yours
- `twoworlds data --users 100000 --days 28 --out big` streams a bigger log into the folder big

**Exit codes**: 0 it worked · 1 it could not be done, or `doctor` found something · 2 the command or a value in it
can't be used · 130 interrupted. An error is one sentence on the standard error stream."""

app = typer.Typer(
    help="Two Worlds of Machine Learning: open the course, look after your work, make data.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


@app.command()
def lab(
    port: Annotated[int, typer.Option(help="Where to listen; if it is taken, the next free port.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open the page, or only print its address.")] = True,
    token: Annotated[str | None, typer.Option(help="The page's password; a random one by default.")] = None,
) -> None:
    """Open the course in JupyterLab, on this machine only, until Ctrl-C.

    First it copies new exercise notebooks to your folder my_work. It never touches a notebook that is there.
    """
    from twoworlds import lab as course_lab
    from twoworlds.course import work

    try:
        for copy in work.copy_new_blanks():
            print(f"New in your folder: {copy.parent.name}/{copy.name}")
    except InputError as error:  # whoever can't write can still read and run
        print(error, file=sys.stderr)
    course_lab.start(port=port, browser=browser, token=token)


@app.command()
def doctor() -> None:
    """Look whether everything is as it should be: Python, packages, kernel, widgets, data, disk, your work.

    Ends with exit code 1 if something is not, and says what to do.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from twoworlds.doctor import examine

    console = Console()
    with console.status("Looking around ..."):
        findings = examine()
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        mark = "[green]ok[/]" if finding.well else "[bold red]not ok[/]"
        table.add_row(mark, finding.about, escape(finding.sentence))
    console.print(table)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


@app.command()
def progress() -> None:
    """Show your progress by chapter: exercises passed and tried, predictions made."""
    from rich.console import Console
    from rich.table import Table

    from twoworlds.course.progress import progress as record

    done = record().summary()
    known = exercises_by_chapter()
    table = Table(title="Your progress", title_justify="left")
    for heading in ("chapter", "exercises passed", "tried", "predictions"):
        table.add_column(heading, justify="left" if heading == "chapter" else "right")
    for chapter in sorted(done.keys() | known.keys()):
        mine, of = done.get(chapter), known.get(chapter)
        passed = f"{len(mine.passed) if mine else 0}" + (f" of {of}" if of else "")
        table.add_row(
            chapter, passed, str(len(mine.tried) if mine else 0), str(len(mine.predicted) if mine else 0)
        )
    Console().print(table if table.row_count else "No chapter is there yet, and nothing is recorded.")


def exercises_by_chapter() -> dict[str, int]:
    """Count the exercises that each chapter's blank notebook checks."""
    from twoworlds.course import work

    blanks = (work.root() / "exercises").glob("[0-9][0-9]_*.ipynb")
    checks = {
        path.name[:2]: re.findall(r"check\(\s*\\?[\"'](\d\d\.\d+)", path.read_text("utf-8"))
        for path in blanks
    }
    return {chapter: len(set(ids)) for chapter, ids in checks.items()}


@app.command()
def reset(chapter: Annotated[str, typer.Argument(help="The chapter's number, such as 01.")]) -> None:
    """Start a chapter's exercises again, with a dated copy of yours kept beside the fresh notebook."""
    from twoworlds.course import work

    done = work.reset(chapter)
    kept = f" Yours is kept as {done.kept.name}." if done.kept else ""
    print(f"{done.blank.parent.name}/{done.blank.name} is fresh.{kept}")


@app.command()
def data(
    users: Annotated[int, typer.Option(help="How many users live in the world.")] = 2000,
    days: Annotated[int, typer.Option(help="How many days it lasts.")] = 28,
    seed: Annotated[int, typer.Option(help="Which world: the same seed gives the same bytes.")] = 7,
    out: Annotated[Path | None, typer.Option(help="The folder to write to.")] = None,
) -> None:
    """Make the shipped log in data/ again, bit for bit, or with --out stream one of any size into a folder."""
    from twoworlds.paths import data_folder
    from twoworlds.world import ship
    from twoworlds.world.people import World
    from twoworlds.world.policy import POLICIES
    from twoworlds.world.stream import write_log

    world = World(users=users, days=days, seed=seed)
    if out is None and world != ship.SHIPPED:
        raise InputError(
            "out is not given: --users, --days and --seed need --out FOLDER, the shipped log is fixed."
        )
    with progress_bar(f"{world.users:,} users x {world.days} days") as tell:
        if out is None:
            manifest = ship.ship(data_folder() / "world")
        else:
            manifest = write_log(world, POLICIES["production"], out, tell)
    size = sum(file["bytes"] for file in manifest["files"].values())
    print(f"{len(manifest['files'])} files, {size / 1e6:,.1f} MB, in {out or data_folder() / 'world'}")


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on the terminal; give the function that takes the share done, 0 to 1."""
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(what),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)
        bar.update(task, completed=1.0)


def main() -> None:
    """Run the command and tell every error in one sentence."""
    try:
        app()
    except InputError as error:
        fail(str(error), 2)
    except KeyboardInterrupt as stop:
        fail(str(stop) or "interrupted.", 130)
    except Exception as error:
        if os.environ.get("TWOWORLDS_DEBUG"):
            raise
        fail(
            f"{type(error).__name__}: {error} (TWOWORLDS_DEBUG=1 shows where; `twoworlds doctor` may help).",
            1,
        )


def fail(sentence: str, code: int) -> None:
    """Print one sentence on the standard error stream and leave with an exit code."""
    print(f"twoworlds: {sentence}", file=sys.stderr)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
