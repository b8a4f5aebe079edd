"""The `twoworlds` command."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from twoworlds.errors import InputError

EPILOG = """Exit codes: 0 it worked; 1 it couldn't be done, or `doctor` found something; 2 the command or a value
can't be used; 130 interrupted. Every error is one sentence on the standard error stream."""

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
    browser: Annotated[bool, typer.Option(help="Open the page in your browser.")] = True,
    token: Annotated[str | None, typer.Option(help="The page's password; a random one by default.")] = None,
) -> None:
    """Open the course in JupyterLab."""
    from twoworlds import lab as the_lab
    from twoworlds.course import work

    work.copy_new_blanks()
    the_lab.start(port=port, browser=browser, token=token)


def main() -> None:
    """Run the command; tell every error in one sentence."""
    try:
        app()
    except InputError as error:
        fail(str(error), 2)


def fail(sentence: str, code: int) -> None:
    """Print one sentence on the standard error stream and leave with an exit code."""
    print(f"twoworlds: {sentence}", file=sys.stderr)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
