"""Set up the course in its own .venv, or say in one sentence what is missing.

Run by `make`: `python3 tools/setup.py [--test]`. Any Python may start it, even one too old for the course
(2.7 and up parse this file), because only then can it say so. It uses nothing but the standard library, finds
a Python that the locks cover, and installs the hashed lock with uv. A stamp in .venv remembers what was
installed, so a second run does nothing; a .venv that is half built, moved or outdated is mended by a new run.
"""

from __future__ import print_function, unicode_literals

import ast
import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "twoworlds-setup.json")
GUARD = os.path.join(ROOT, ".venv.lock")  # locked while .venv is being built, and not empty until it is whole
LOG = os.path.join(ROOT, ".venv.log")
LOCKS = {"lab": "requirements.lock", "test": "requirements-test.lock"}
UV_LOCK = os.path.join("tools", "requirements-uv.lock")
OLDEST, NEWEST = (3, 11), (3, 14)  # the minor versions that the locks are made for
OLDEST_UV = (0, 5)
DISK_NEEDED = {"lab": 1000, "test": 1600}  # MB: the .venv and as much again for uv's cache, rounded up
WINDOWS = os.name == "nt"
VENV_BIN = os.path.join(VENV, "Scripts" if WINDOWS else "bin")
VENV_PYTHON = os.path.join(VENV_BIN, "python.exe" if WINDOWS else "python")


class Missing(Exception):
    """What keeps the set-up from going on, and what to do about it, in one sentence."""


def main(arguments):
    """Make .venv ready for the Lab, or with `--test` for the tests too; return the exit code."""
    purpose = "test" if "--test" in arguments else "lab"
    try:
        if not is_ready(purpose):
            check_place(purpose)
            with guarded():
                if not is_ready(purpose):  # else another run has just built it
                    build(purpose)
    except Missing as problem:
        print("Set-up stopped: %s" % problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nSet-up interrupted: run the same command again, it mends what is half done.", file=sys.stderr
        )
        return 130
    return 0


# What is there already


def is_ready(purpose):
    """Tell whether .venv holds all that `purpose` needs, at this place, for these locks."""
    stamp = read_stamp()
    current = stamp.get("locks", {}).get(purpose) == fingerprint(purpose)
    return current and fits(stamp) and not is_half_built()


def is_half_built():
    """Tell whether a set-up is under way or was cut off before its end."""
    return os.path.exists(GUARD) and os.path.getsize(GUARD) > 0


def read_stamp():
    """Return what the last complete set-up wrote down, or {}."""
    try:
        with io.open(STAMP, encoding="utf-8") as file:
            return json.load(file)
    except (IOError, OSError, ValueError):
        return {}


def write_stamp(purpose, python):
    """Write down what is installed; "test" installs all that "lab" needs."""
    stamp = {
        "root": ROOT,
        "asked": os.environ.get("PYTHON", ""),
        "python": python,
        "interpreter": interpreter_mark(),
        "locks": {name: fingerprint(name) for name in (("lab", "test") if purpose == "test" else ("lab",))},
    }
    with io.open(STAMP + ".part", "w", encoding="utf-8") as file:
        file.write("%s\n" % json.dumps(stamp, indent=1, sort_keys=True))
    os.rename(STAMP + ".part", STAMP)


def fits(stamp):
    """Tell whether the .venv of this stamp was built here, and its interpreter is the one it was built with."""
    asked = os.environ.get("PYTHON", "")
    return bool(stamp) and (
        stamp["root"] == ROOT
        and stamp["interpreter"] == interpreter_mark()
        and (not asked or stamp["asked"] == asked)
    )


def interpreter_mark():
    """Return what changes when the interpreter behind .venv is replaced or removed: path, size, time."""
    path = os.path.realpath(VENV_PYTHON)
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return [path, facts.st_size, int(facts.st_mtime)]


def fingerprint(purpose):
    """Return the hash of everything that decides what is installed for `purpose`."""
    digest = hashlib.sha256()
    for name in (LOCKS[purpose], "pyproject.toml"):
        with io.open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


# Building


def build(purpose):
    """Make or mend .venv and install the lock and the course's own package."""
    began = time.time()
    uv = find_uv(os.environ.get("PATH", ""))
    stamp = read_stamp()
    ours = bool(stamp) or is_half_built()
    fresh = is_half_built() or not fits(stamp)
    python = find_python(need_ensurepip=uv is None) if fresh else {"version": stamp["python"]}
    with unfinished():
        if fresh:
            say("Setting up .venv with Python %s (once, under a minute) ..." % python["version"])
            clear_place(ours)
            make_venv(python, uv)
        else:
            say("Bringing .venv up to date ...")
        install(uv or find_uv(VENV_BIN) or install_uv(), purpose)
        write_stamp(purpose, python["version"])
    say("Set up in %.0f s." % (time.time() - began))


def make_venv(python, uv):
    """Make an empty .venv: with uv, which needs no ensurepip, or else with the standard library."""
    if uv:
        run([uv, "venv", "--quiet", "--no-project", "--python", python["path"], VENV])
    else:
        run([python["path"], "-m", "venv", VENV])


def install_uv():
    """Install the locked uv into .venv with pip and return its path."""
    lock = os.path.join(ROOT, UV_LOCK)
    run([VENV_PYTHON, "-m", "pip", "install", "--no-user", "--require-hashes", "-r", lock])
    return find_uv(VENV_BIN)


def install(uv, purpose):
    """Install the hashed lock, then the package itself without asking the registry for anything."""
    lock = os.path.join(ROOT, LOCKS[purpose])
    pip = [uv, "pip", "install", "--python", VENV_PYTHON]
    with_lock = pip + ["--require-hashes", "-r", lock]
    environment = mirror_settings()
    try:
        run(with_lock, environment)
    except NoRegistry as problem:
        say("No package registry in reach: trying with what uv keeps in its cache ...")
        try:
            run(with_lock + ["--offline"], environment)
        except Missing:
            raise problem
    run(pip + ["--offline", "--no-deps", "--no-build-isolation", "-e", ROOT], environment)


def clear_place(ours):
    """Remove a .venv of ours that can't be used; keep one that somebody else made, under another name."""
    try:
        if os.path.isdir(VENV) and not os.path.islink(VENV) and ours:
            shutil.rmtree(VENV)
        elif os.path.lexists(VENV):
            kept = VENV + time.strftime(".%Y-%m-%dT%H%M%S")
            os.rename(VENV, kept)
            say("There was a .venv of yours: it is kept as %s." % os.path.basename(kept))
    except OSError as error:
        raise Missing("the old .venv can't be removed (%s): remove it by hand and run this again." % error)


@contextlib.contextmanager
def guarded():
    """Let one set-up of this folder run at a time."""
    with io.open(GUARD, "a", encoding="utf-8") as guard:
        try:
            import fcntl
        except ImportError:  # not on Windows
            fcntl = None
        if fcntl:
            try:
                fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (IOError, OSError):
                say("Another set-up of this folder is running: waiting for it ...")
                fcntl.flock(guard, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def unfinished():
    """Mark .venv as half built until the end of the block. A block that is cut off leaves the mark."""
    with io.open(GUARD, "w", encoding="utf-8") as guard:
        guard.write("being built by process %d\n" % os.getpid())
    yield
    with io.open(GUARD, "w", encoding="utf-8"):
        pass


def say(line):
    """Tell what is going on, at once."""
    print(line)
    sys.stdout.flush()


# What the set-up needs


def check_place(purpose):
    """Raise Missing unless this folder can be written to and the disk has room."""
    try:
        with io.open(GUARD, "a", encoding="utf-8"):
            pass
    except (IOError, OSError) as error:
        raise Missing(
            "this folder can't be written to (%s): clone the course into a folder of your own, such as your home."
            % (os.strerror(error.errno) if error.errno else error)
        )
    free = free_megabytes()
    if free is not None and free < DISK_NEEDED[purpose] and not read_stamp():
        raise Missing(
            "the disk has %d MB free and the course needs %d MB: make room and run this again."
            % (free, DISK_NEEDED[purpose])
        )


def free_megabytes():
    """Return the free space of this folder's disk in MB, or None where it can't be known (Python 2)."""
    try:
        return shutil.disk_usage(ROOT).free // 10**6
    except (AttributeError, OSError):
        return None


def find_python(need_ensurepip):
    """Return path and version of the first Python that the locks cover, or raise Missing with what was found."""
    asked = os.environ.get("PYTHON")
    found = [probe(name) for name in ([asked] if asked else python_names())]
    found = [python for python in found if python]
    covered = [python for python in found if is_covered(python)]
    for python in covered:
        if python["ensurepip"] or not need_ensurepip:
            return python
    if covered:
        raise Missing(no_venv_sentence(covered[0]))
    raise Missing(no_python_sentence(asked, found))


def python_names():
    """Return the commands that may be a Python, newest first, then whatever runs this file."""
    versions = ["python3.%d" % minor for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    return versions + ["python3", "python", sys.executable]


PROBE = (
    "import json, platform, sys\n"
    "try:\n    import ensurepip, venv\n    has = True\nexcept ImportError:\n    has = False\n"
    "print(json.dumps({'path': sys.executable, 'version': platform.python_version(), 'ensurepip': has,\n"
    "    'kind': platform.python_implementation(), 'bits': 64 if sys.maxsize > 2**32 else 32}))"
)


def probe(name):
    """Return what the command `name` is, or None if it is no Python that runs."""
    try:
        process = subprocess.Popen(
            [name, "-E", "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment()
        )
        return json.loads(process.communicate()[0].decode("utf-8"))
    except (OSError, ValueError, TypeError):
        return None


def is_covered(python):
    """Tell whether the locks cover this Python: CPython, 64 bits, 3.11 to 3.14."""
    minor = tuple(int(part) for part in python["version"].split(".")[:2])
    return OLDEST <= minor <= NEWEST and python["kind"] == "CPython" and python["bits"] == 64


def no_python_sentence(asked, found):
    """Return the sentence for a machine without a Python that the locks cover."""
    kinds = ["%(kind)s %(version)s (%(bits)d bits) at %(path)s" % python for python in found]
    seen = "only " + ", ".join(sorted(set(kinds))) if kinds else "none"
    if asked:
        seen = "PYTHON=%s is %s" % (asked, kinds[0] if kinds else "no Python that runs")
    return (
        "the course needs Python 3.%d to 3.%d (CPython, 64 bits) and %s%s: install one from your system's packages "
        'or python.org (or with uv: uv python install 3.13, then make lab PYTHON="$(uv python find 3.13)"), '
        "and run this again." % (OLDEST[1], NEWEST[1], "" if asked else "found ", seen)
    )


def no_venv_sentence(python):
    """Return the sentence for a Python without the venv module's other half."""
    short = ".".join(python["version"].split(".")[:2])
    return (
        "Python %s at %s has no ensurepip, so it can't make a virtual environment: install it (on Debian and Ubuntu: "
        "sudo apt install python%s-venv) or install uv, and run this again." % (short, python["path"], short)
    )


def find_uv(path):
    """Return the path of a recent enough uv on `path`, or None."""
    for folder in path.split(os.pathsep):
        uv = os.path.join(folder, "uv.exe" if WINDOWS else "uv")
        if os.access(uv, os.X_OK) and uv_version(uv) >= OLDEST_UV:
            return uv
    return None


def uv_version(uv):
    """Return uv's version as numbers, or () if it doesn't run."""
    try:
        process = subprocess.Popen([uv, "--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        text = process.communicate()[0].decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


# Running other programs


class NoRegistry(Missing):
    """The package registry can't be reached."""


def clean_environment():
    """Return the environment without what would lend another Python's modules to ours."""
    unwanted = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


# What pip's configuration says about where packages come from, in uv's words: uv doesn't read pip's.
MIRROR_WORDS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}


def mirror_settings():
    """Return environment variables for uv that carry over the user's pip configuration, where uv has none."""
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        listed = process.communicate()[0].decode("utf-8", "replace")
    except OSError:
        return {}
    settings = {}
    for word, value in re.findall(r"^(?:global|install|:env:)\.([a-z-]+)=('.*')$", listed, re.MULTILINE):
        if word in MIRROR_WORDS and MIRROR_WORDS[word] not in os.environ:
            separator = "," if word == "find-links" else " "
            settings[MIRROR_WORDS[word]] = separator.join(ast.literal_eval(value).split())
    if "UV_INDEX" in settings:  # pip takes the best version of all its indexes; the hashes keep that safe
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return settings


def run(command, extra=None):
    """Run a command with its output in the log file; raise Missing with a sentence if it fails."""
    environment = clean_environment()
    environment.update(extra or {})
    with io.open(LOG, "wb") as log:
        code = subprocess.call(
            command, stdout=log, stderr=subprocess.STDOUT, stdin=None, env=environment, cwd=ROOT
        )
    if code:
        with io.open(LOG, encoding="utf-8", errors="replace") as log:
            raise explain(command, log.read())
    os.remove(LOG)


# What a failed command's output says, by its first match, and what to do about it.
NETWORK = (
    "the package registry can't be reached: connect to the network, or if you use a mirror or a proxy, set it in "
    "pip's or uv's configuration, and run this again."
)
SYMPTOMS = (
    (
        r"No space left on device|os error 28|Disk quota exceeded",
        "the disk is full: make room and run this again.",
    ),
    (
        r"Hash mismatch|DO NOT MATCH THE HASHES",
        "a package from the registry is not the one in the lock: run this again, and if it stays so, ask whoever "
        "keeps your mirror.",
    ),
    (
        r"(?i)dns error|failed to lookup|Connection refused|ConnectionError|NewConnectionError|timed out|unreachable"
        r"|Name or service not known|Failed to fetch|error sending request|certificate|Could not connect|tunnel error",
        NETWORK,
    ),
    (
        r"Failed to build|no wheels with a matching|no compatible wheel|not supported on this platform",
        "a package has no ready-made file for this machine and can't be built here: use the conda way of the README.",
    ),
    (
        r"Permission denied|os error 13",
        "a file can't be written: look after the folder's and uv's cache's owner.",
    ),
)


def explain(command, output):
    """Return the exception for a failed command: the sentence of its first symptom, and where the rest is."""
    for pattern, sentence in SYMPTOMS:
        if re.search(pattern, output):
            kind = NoRegistry if sentence is NETWORK else Missing
            return kind("%s (Details: %s)" % (sentence, LOG))
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it said nothing"]
    return Missing("%s failed: %s (Details: %s)" % (os.path.basename(command[0]), lines[-1], LOG))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
