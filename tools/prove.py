"""Prove everything, part by part: `python tools/prove.py [PART ...]`. Fails if any part fails.

Parts: style (ruff), units (tests/), notebooks (all run again by nbval: stored outputs compared, blanks run to their
end), browser (a real Lab in Chromium).
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from twoworlds import lab

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
# nbval compares the outputs of cells that were run; a blank is stored without any, so it only has to run to its end.
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout", "120", "-p", "no:hypothesispytest"]
RUFF = [sys.executable, "-m", "ruff"]

PARTS = {
    "style": [[*RUFF, "check", "--quiet", "."], [*RUFF, "format", "--check", "--quiet", "."]],
    "units": [[*PYTEST, "-rs", "-n", "2", "--dist", "loadgroup", "--ignore=tests/browser", "tests"]],
    "notebooks": [[*PYTEST, *NBVAL, "-n", "2", "--dist", "loadfile", "notebooks", "solutions", "exercises"]],
    "browser": [[*PYTEST, "-rs", "-n", "2", "tests/browser"]],
}


def notebook_environment(home: Path) -> dict[str, str]:
    """Return the variables for a test run of notebooks: away from the user's Jupyter, work and progress."""
    lab.prepare(home)
    return lab.environment(home) | {
        "TWOWORLDS_TEST": "1",
        "TWOWORLDS_PROGRESS": "off",
        "TWOWORLDS_WORK": str(home / "my_work"),
    }


def prove(part: str) -> str:
    """Run the commands of one part; return "passed", "FAILED", or "SKIPPED" if every one of its tests was."""
    with tempfile.TemporaryDirectory() as home:
        extra = notebook_environment(Path(home)) if part == "notebooks" else {}
        report = Path(home) / "report.xml"
        codes = [
            subprocess.run(
                [*command, f"--junitxml={report}"] if command[: len(PYTEST)] == PYTEST else command,
                cwd=ROOT,
                env=os.environ | extra,
            ).returncode
            for command in PARTS[part]
        ]
        if any(codes):
            return "FAILED"
        return "SKIPPED" if report.exists() and nothing_ran(report) else "passed"


def nothing_ran(report: Path) -> bool:
    """Tell whether a JUnit report has tests and all of them were skipped: that is no proof."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    tests, skipped = (sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "skipped"))
    return 0 < tests == skipped


def main() -> int:
    """Run the asked parts, or all; print a line for each with its time; return the exit code."""
    asked = sys.argv[1:] or list(PARTS)
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        sys.exit(f"{unknown[0]!r} is no part: choose from {', '.join(PARTS)}.")
    results = []
    for part in asked:
        print(f"== {part}", flush=True)
        began = time.monotonic()
        results.append((part, prove(part), time.monotonic() - began))
    print("== summary")
    for part, how, seconds in results:
        why = "  not proven: the lines above say what is missing" if how == "SKIPPED" else ""
        print(f"{part:10} {how} {seconds:6.1f} s{why}")
    return 1 if "FAILED" in [how for _, how, _ in results] else 0


if __name__ == "__main__":
    sys.exit(main())
