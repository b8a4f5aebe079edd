import nbformat
import pytest

from twoworlds.course import blanks
from twoworlds.errors import InputError

CODE = """def ctr(clicks):
    \"\"\"Return clicks per impression.\"\"\"
    ### BEGIN SOLUTION
    total = sum(clicks)
    return total / len(clicks)
    ### END SOLUTION"""


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


def code(source, **fields):
    return nbformat.v4.new_code_cell(source, **fields)


@pytest.fixture
def root(tmp_path, monkeypatch):
    for name in ("solutions", "exercises"):
        (tmp_path / name).mkdir()
    cells = [
        nbformat.v4.new_markdown_cell("# Users", id="title"),
        code(CODE, id="stub", execution_count=7, outputs=[nbformat.v4.new_output("stream", text="hello")]),
        code('exercises.check("01.1", ctr)', id="check", metadata={"tags": ["keep"], "collapsed": True}),
        code("the_whole_secret = 1", metadata={"tags": ["solution"]}),
    ]
    nbformat.write(notebook(*cells), tmp_path / "solutions" / "01_users.ipynb")
    monkeypatch.setenv("TWOWORLDS_ROOT", str(tmp_path))
    return tmp_path


def test_cut():
    assert blanks.cut(CODE).split("\n")[2:] == ["    ...  # your code here"]
    assert blanks.cut("x = 1") == "x = 1"
    two = "### BEGIN SOLUTION\na = 1\n### END SOLUTION\nkeep\n  ### BEGIN SOLUTION\n  b\n  ### END SOLUTION"
    assert blanks.cut(two) == "...  # your code here\nkeep\n  ...  # your code here"


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\nx",
        "### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
    ],
)
def test_unbalanced_markers_are_a_sentence(source):
    with pytest.raises(InputError, match="BEGIN and END must take turns"):
        blanks.cut(source)


def test_the_blank_stub_counts_as_not_attempted():
    from twoworlds.course.stub import is_stub

    place = {}
    exec(blanks.cut(CODE), place)
    assert is_stub(place["ctr"])


def test_blank_keeps_only_what_the_learner_needs(root):
    assert blanks.write(root) == ["01_users.ipynb"]
    made = nbformat.read(root / "exercises" / "01_users.ipynb", as_version=4)
    assert [cell.id for cell in made.cells] == ["title", "stub", "check"]
    assert made.cells[1].outputs == []
    assert made.cells[1].execution_count is None
    assert made.cells[2].metadata == {"tags": ["keep"]}
    assert set(made.metadata) == {"kernelspec", "language_info"}
    assert "secret" not in (root / "exercises" / "01_users.ipynb").read_text()


def test_the_same_solutions_give_the_same_bytes(root):
    blanks.write(root)
    before = (root / "exercises" / "01_users.ipynb").read_bytes()
    assert blanks.write(root) == []
    (root / "exercises" / "01_users.ipynb").unlink()
    blanks.write(root)
    assert (root / "exercises" / "01_users.ipynb").read_bytes() == before
    assert before.endswith(b"}\n")


def test_an_old_notebook_gets_ids_that_stay():
    old = notebook(code("x"), code("y"))
    for cell in old.cells:
        del cell["id"]
    assert [cell.id for cell in blanks.blank(old).cells] == ["cell-0", "cell-1"]


def test_stale_names_what_differs(root):
    assert blanks.stale(root) == ["01_users.ipynb"]
    blanks.write(root)
    assert blanks.stale(root) == []
    (root / "exercises" / "02_extra.ipynb").write_text("{}")
    assert blanks.stale(root) == ["02_extra.ipynb"]


@pytest.mark.parametrize("place", ["return total / len(clicks)", "text\nreturn total / len(clicks)  # so"])
def test_a_leak_is_told(root, place):
    solution = notebook(code(CODE), nbformat.v4.new_markdown_cell(place))
    assert blanks.leaks(solution, blanks.blank(solution)) == ["return total / len(clicks)"]
    nbformat.write(solution, root / "solutions" / "01_users.ipynb")
    with pytest.raises(InputError, match=r"01_users\.ipynb gives away 'return total / len\(clicks\)'"):
        blanks.write(root)


def test_short_lines_are_no_leak():
    solution = notebook(code("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"), code("x = 1"))
    assert blanks.leaks(solution, blanks.blank(solution)) == []


def test_a_whole_cell_leaks_too():
    solution = notebook(
        code("the_whole_secret = 1", metadata={"tags": ["solution"]}), code("the_whole_secret = 1")
    )
    assert blanks.leaks(solution, blanks.blank(solution)) == ["the_whole_secret = 1"]


def test_solution_code(root):
    text = blanks.solution_code(root, "01", "01.1")
    assert text.endswith("    total = sum(clicks)\n    return total / len(clicks)")
    assert "SOLUTION" not in text
    for chapter, exercise in (("01", "01.2"), ("02", "02.1")):
        with pytest.raises(InputError, match="must check it, and does not"):
            blanks.solution_code(root, chapter, exercise)


def test_solution_code_of_the_right_exercise(root):
    cells = [code(CODE), code('exercises.check("01.1", ctr)')]
    cells += [code(CODE.replace("ctr", "rate")), code("exercises.check('01.2', rate)")]
    nbformat.write(notebook(*cells), root / "solutions" / "01_users.ipynb")
    assert "def rate" in blanks.solution_code(root, "01", "01.2")
    assert "def ctr" not in blanks.solution_code(root, "01", "01.2")


def test_command(root, capsys):
    def command(*arguments):
        code = blanks.main(arguments)
        said = capsys.readouterr()
        return code, (said.out + said.err).strip()

    assert command("--check") == (1, "exercises/01_users.ipynb is not what solutions/ generates")
    assert command() == (0, "exercises/01_users.ipynb written")
    assert command("--check") == (0, "")
    nbformat.write(notebook(code("### BEGIN SOLUTION")), root / "solutions" / "01_users.ipynb")
    assert command() == (
        2,
        "01_users.ipynb: the cell has '### BEGIN SOLUTION' without '### END SOLUTION': BEGIN and END must take turns.",
    )


def test_the_courses_exercises_are_what_its_solutions_generate(monkeypatch):
    monkeypatch.delenv("TWOWORLDS_ROOT", raising=False)
    assert blanks.stale(blanks.work.root()) == []
