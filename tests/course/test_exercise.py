import sys
import types

import nbformat
import pytest
from nbclient import NotebookClient

from twoworlds.course import exercise as exercise_module
from twoworlds.course.exercise import Bank, Exercise, Wrong
from twoworlds.course.progress import progress
from twoworlds.course.runner import Run
from twoworlds.errors import InputError


def ctr(clicks):
    """Return clicks per impression."""
    return sum(clicks) / len(clicks)


def make(**fields):
    fields = {
        "id": "01.1",
        "title": "Clicks per impression",
        "desk": "product",
        "minutes": 5,
        "answer": ctr,
        "cases": lambda: [([1, 0, 1],), ([2, 2],)],
        "returns": "a float: clicks per impression",
        "wrongs": [Wrong("sum", sum, "That counts the clicks.")],
        "hints": ("first", "second", "third"),
        **fields,
    }
    return Exercise(**fields)


@pytest.fixture
def bank():
    return Bank(
        "01", [make(), make(id="01.2", kind="value", answer={"a": 1}, wrongs=[Wrong("two", {"a": 2}, "No.")])]
    )


def right():
    return lambda clicks: sum(clicks) / len(clicks)


def test_judge(bank):
    assert bank.judge("01.1", right()).passed
    assert bank.judge("01.1", lambda clicks: sum(clicks)).wrong == "sum"
    assert bank.judge("01.1", lambda clicks: 1).line == (
        "your function([1, 0, 1]) returned 1, expected 0.667 (clicks per impression)."
    )
    assert bank.judge("01.2", {"a": 1}).passed
    assert bank.judge("01.2", {"a": 2}).wrong == "two"


def stub(clicks):
    """Return clicks per impression."""
    ...


@pytest.mark.parametrize("answer", [stub, None, ...])
def test_an_untouched_blank_needs_no_worker(bank, answer, monkeypatch):
    monkeypatch.setattr(exercise_module, "shared", None)
    assert bank.judge("01.1", answer).rung == "not attempted"


def test_a_value_instead_of_the_function(bank):
    line = "your answer is a float, expected the function itself, without a call."
    assert bank.judge("01.1", 0.5).line == line


def test_the_learners_function_is_called_by_its_name():
    def learners(clicks):
        return 1

    assert Bank("01", [make()]).judge("01.1", learners).line.startswith("learners([1, 0, 1]) returned 1")


@pytest.mark.parametrize(
    ("run", "line"),
    [
        (Run((), "late", "1.2"), "f([1, 0, 1]) was still running after 1.2 seconds and was stopped."),
        (
            Run((), "ended"),
            "f([1, 0, 1]) ended the process it ran in (by an exit, a crash or too much memory).",
        ),
        (Run((), "unsent", "it uses a lock"), "f can't be checked: it uses a lock."),
        (
            Run((), "no worker", "PermissionError"),
            "your answer can't be checked here: no second Python process could be started (PermissionError).",
        ),
    ],
)
def test_an_answer_that_did_not_come_back(run, line):
    verdict = make().judge_run("f", run)
    assert (verdict.rung, verdict.line) == ("not run", line)


def test_the_case_that_did_not_come_back_is_named():
    first = make().outcomes(ctr)[:1]
    assert make().judge_run("f", Run(first, "late", "1.2")).line.startswith("f([2, 2]) was still running")


def test_check_shows_one_line_and_remembers(bank, capsys):
    assert bank.check("01.1", lambda clicks: 1) is None
    bank.check("01.1", right())
    bank.check("01.1", stub)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "01.1: your function([1, 0, 1]) returned 1, expected 0.667 (clicks per impression).",
        "01.1: passed, right in all 2 cases.",
        "01.1: not attempted yet.",
    ]
    assert [event.payload["passed"] for event in progress().attempts("01", "01.1")] == [False, True]
    assert progress().passes("01") == {"01.1"}


def test_an_input_too_big_to_show_can_be_had(capsys):
    many = [1, *[0] * 40]
    bank = Bank("01", [make(cases=[([1, 0],), (many,)])])
    bank.check("01.1", lambda clicks: 0.5)
    assert capsys.readouterr().out.strip().endswith('To try it by hand: exercises.case("01.1", 2).')
    assert bank.case("01.1", 2) == (many,)
    bank.case("01.1", 2)[0].clear()
    assert bank.case("01.1", 2) == (many,)
    assert bank.case("01.1", 3) is None
    assert capsys.readouterr().out == "number is 3: it must be a number from 1 to 2.\n"


def test_data_has_no_cases(bank, capsys):
    assert bank.case("01.2", 1) is None
    assert capsys.readouterr().out == "01.2 asks for data, not for a function: it has no cases.\n"


def test_in_a_notebook_the_line_is_one_escaped_bundle(bank, monkeypatch):
    shown = []
    shell = types.ModuleType("IPython")
    shell.get_ipython = lambda: object()
    shell.display = types.ModuleType("IPython.display")
    shell.display.display = lambda data, raw: shown.append(data)
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", shell.display)
    bank.check("01.1", lambda clicks: "<b>")
    assert len(shown) == 1
    assert set(shown[0]) == {"text/plain", "text/html"}
    assert "<b>" not in shown[0]["text/html"]
    assert shown[0]["text/plain"].startswith("01.1: your function")


@pytest.mark.parametrize("name", ["users.exercises", "bank"])
def test_a_line_to_paste_calls_the_bank_as_the_notebook_does(name, bank, monkeypatch, capsys):
    chapter = types.ModuleType("twoworlds.chapters.c01_users")
    chapter.exercises = bank
    names = {"_": bank, "users": chapter} if name == "users.exercises" else {"other": types, "bank": bank}
    shell = types.ModuleType("IPython")
    shell.get_ipython = lambda: types.SimpleNamespace(user_ns=names)
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setattr("twoworlds.course.exercise._display", lambda text, markup: print(text))
    for _ in range(3):
        bank.hint("01.1")
    assert capsys.readouterr().out.splitlines()[-1] == f'The solution is yours: {name}.solution("01.1")'


@pytest.mark.parametrize(
    "ask", [lambda b: b.check("01.9", 1), lambda b: b.hint("01.9"), lambda b: b.solution("01.9")]
)
def test_an_unknown_exercise_is_a_sentence(bank, ask, capsys):
    ask(bank)
    assert capsys.readouterr().out == "id is '01.9': it must be one of 01.1, 01.2.\n"


def test_hints_come_one_at_a_time(bank, capsys):
    for _ in range(4):
        bank.hint("01.1")
    assert capsys.readouterr().out.splitlines() == [
        "01.1, hint 1 of 3 (a nudge): first",
        "01.1, hint 2 of 3 (the idea): second",
        "01.1, hint 3 of 3 (almost the code): third",
        'The solution is yours: exercises.solution("01.1")',
        "01.1, hint 3 of 3 (almost the code): third",
        'The solution is yours: exercises.solution("01.1")',
    ]


@pytest.fixture
def solved(tmp_path, monkeypatch):
    (tmp_path / "exercises").mkdir()
    (tmp_path / "solutions").mkdir()
    code = (
        "def ctr(clicks):\n    ### BEGIN SOLUTION\n    return sum(clicks) / len(clicks)\n    ### END SOLUTION"
    )
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell('exercises.check("01.1", ctr)')]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "solutions" / "01_users.ipynb")
    monkeypatch.setenv("TWOWORLDS_ROOT", str(tmp_path))


@pytest.mark.usefixtures("solved")
def test_the_solution_is_shown_after_a_pass(bank, capsys):
    bank.solution("01.1")
    assert "once you pass, or after the third hint" in capsys.readouterr().out
    bank.check("01.1", right())
    capsys.readouterr()
    bank.solution("01.1")
    assert capsys.readouterr().out == (
        "01.1, the solution:\ndef ctr(clicks):\n    return sum(clicks) / len(clicks)\n"
    )


@pytest.mark.usefixtures("solved")
@pytest.mark.parametrize("remembered", [True, False])
def test_the_solution_is_shown_after_all_hints(bank, capsys, monkeypatch, remembered):
    monkeypatch.setenv("TWOWORLDS_PROGRESS", "on" if remembered else "off")
    for _ in range(3):
        bank.hint("01.1")
    asked = Bank("01", [make()]) if remembered else bank  # another kernel, if progress is there to tell it
    capsys.readouterr()
    asked.solution("01.1")
    assert capsys.readouterr().out.startswith("01.1, the solution:\ndef ctr")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"desk": "sales"}, "desk is 'sales': it must be one of 'product', 'platform', 'both'."),
        ({"kind": "essay"}, "kind is 'essay': it must be one of 'function', 'value'."),
        ({"hints": ("a", "b")}, "hints of 01.1 are ('a', 'b'): there must be exactly three."),
        ({"hints": "abc"}, "hints of 01.1 are 'abc': there must be exactly three."),
        (
            {"wrongs": [Wrong("a", sum, "x"), Wrong("a", max, "y")]},
            "wrongs of 01.1 are ['a', 'a']: each name must be there once.",
        ),
    ],
)
def test_a_bad_exercise_is_a_sentence(fields, sentence):
    with pytest.raises(InputError) as error:
        make(**fields)
    assert str(error.value) == sentence


@pytest.mark.parametrize("cases", [[], [[1]], lambda: []])
def test_bad_cases_are_a_sentence(cases):
    with pytest.raises(InputError, match="they must be tuples of arguments, at least one"):
        _ = make(cases=cases).calls


@pytest.mark.parametrize("exercises", [[make(), make()], [make(id="02.1")]])
def test_ids_belong_to_the_chapter_and_are_there_once(exercises):
    with pytest.raises(InputError, match=r"it must be 01\.1, 01\.2 … and be there once"):
        Bank("01", exercises)


def test_a_kernel_starts_its_worker_ahead(monkeypatch):
    warmed = []
    monkeypatch.setattr(exercise_module, "_in_kernel", lambda: True)
    monkeypatch.setattr(
        exercise_module, "shared", lambda: types.SimpleNamespace(warm=lambda m: warmed.extend(m))
    )
    Bank("01", [make(preload=("scipy.stats",))])
    assert warmed == ["scipy.stats"]


CELLS = [
    """
from twoworlds.course.exercise import Bank, Exercise, Wrong

def reference(clicks):
    return sum(clicks) / len(clicks)

exercises = Bank("01", [Exercise(
    id="01.1", title="", desk="product", minutes=1, answer=reference, cases=[([1, 0, 1],)], returns="a float: clicks",
    wrongs=[Wrong("sum", sum, "That counts.")], hints=("a", "b", "c"),
)])
""",
    "def ctr(clicks):\n    ...\n\nexercises.check('01.1', ctr)",
    "def ctr(clicks):\n    while True:\n        pass\n\nexercises.check('01.1', ctr)",
    "def ctr(clicks):\n    raise KeyboardInterrupt\n\nexercises.check('01.1', ctr)",
    "scale = 1\ndef helper(x):\n    return x * scale\n\ndef ctr(clicks):\n    return helper(sum(clicks))\n"
    "exercises.check('01.1', ctr)",
    "def ctr(clicks):\n    return sum(clicks) / len(clicks)\n\nexercises.check('01.1', ctr)",
]


def test_in_a_real_kernel_every_answer_is_one_line():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    assert [len(cell.outputs) for cell in notebook.cells] == [0, 1, 1, 1, 1, 1]
    assert [cell.outputs[0].data["text/plain"] for cell in notebook.cells[1:]] == [
        "01.1: not attempted yet.",
        "01.1: ctr([1, 0, 1]) was still running after 1.2 seconds and was stopped.",
        "01.1: ctr([1, 0, 1]) raised KeyboardInterrupt (line 2 of its cell).",
        "01.1: That counts.",
        "01.1: passed, right in the one case.",
    ]
