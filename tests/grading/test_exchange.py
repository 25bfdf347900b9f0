"""A class on one machine: nbgrader's exchange carries notebooks there and grades back.

Commands and settings are those of docs/jupyterhub.md; one that is not there is not run.
"""

import contextlib
import csv
import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path

import nbformat
import pytest

from ganlearn.cli import main
from ganlearn.course import exercises, source
from ganlearn.course.files import as_text
from ganlearn.course.places import Place, find_root
from ganlearn.grading import settings

pytest.importorskip("nbgrader", reason="nbgrader is not installed: pip install -e '.[instructor]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="nbgrader has no exchange on Windows"),
]
COURSE = find_root(Path(__file__).parent)
PAGE = (COURSE / "docs" / "jupyterhub.md").read_text("utf-8")
NAME = "02_the_minimax_game"
CLASS = ("anna", "bo", "cem")


class Hub:
    """A folder with an exchange, homes, and settings for everybody."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.patch = folder, monkeypatch
        self.exchange = folder / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o1777)
        (config := folder / "etc").mkdir()
        told = re.search(r"```python\n(c = get_config\(\).*?)```", PAGE, re.DOTALL)[1]
        given = told.replace("/srv/nbgrader/exchange", str(self.exchange))
        assert given != told
        (config / "nbgrader_config.py").write_text(given)
        monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(config))
        # nbgrader calls alembic by name, which is there where an environment is activated.
        scripts = sysconfig.get_path("scripts")
        monkeypatch.setenv("PATH", scripts + os.pathsep + os.environ["PATH"])

    def home(self, name):
        """The folder in which somebody works."""
        home = self.folder / "home" / name
        home.mkdir(parents=True, exist_ok=True)
        return home

    def types(self, name, command):
        """Run a command of the page in somebody's home, as they."""
        assert command in PAGE, f"docs/jupyterhub.md does not say {command!r}"
        home = self.home(name)
        self.patch.chdir(home)
        self.patch.setenv("HOME", str(home))
        self.patch.setenv("JUPYTER_DATA_DIR", str(home / ".jupyter-data"))
        program, *words = shlex.split(command, comments=True)
        if program == "ganlearn":
            with pytest.raises(SystemExit) as stopped:
                main(words)
            assert not stopped.value.code
        elif program == "nbgrader":
            # On a hub it is the name of the account; here everybody is the same one.
            self._nbgrader([*words, *([] if name == "teacher" else ["--student", name])])
        else:
            subprocess.run(["bash", "-euc", command], check=True)

    @staticmethod
    def _nbgrader(words):
        from jupyter_core.application import NoStart
        from nbgrader.apps.nbgraderapp import NbGraderApp

        app = NbGraderApp.instance()
        try:
            app.initialize(words)
            with contextlib.suppress(NoStart):  # said when the subcommand has done all
                app.start()
        finally:
            if app.subapp:
                app.subapp.clear_instance()
            NbGraderApp.clear_instance()


def solved(home, *wanted):
    """Fill the fetched notebook in with the course's own solutions; all without names."""
    file = home / "week1" / f"{NAME}.ipynb"
    answers = exercises.grade(source.read(Place(COURSE, "solutions", NAME).py), NAME)
    text = {
        c.metadata.nbgrader.grade_id: c.source for c in answers.cells if "nbgrader" in c.metadata
    }
    book, last = nbformat.read(file, 4), []
    for cell in reversed(book.cells):
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            last = exercises.checked(cell)
        elif marks.get("solution") and (not wanted or last[0] in wanted):
            marked = r"^ *### (BEGIN|END) SOLUTION\n?"
            cell.source = re.sub(marked, "", text[marks["grade_id"]], flags=re.MULTILINE)
    file.write_text(as_text(book), "utf-8")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """One week of the course: released, fetched, solved, submitted, collected, graded, returned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANLEARN_BUDGET", "smoke")
        hub = Hub(tmp_path_factory.mktemp("hub"), patch)
        hub.types("teacher", "ganlearn course release 02 -o for-students")
        hub.types("teacher", "mkdir -p release")
        hub.types("teacher", "mv for-students/chapters release/chapters")
        hub.types("teacher", "mv for-students/exercises release/week1")
        for assignment in ("chapters", "week1"):
            hub.types("teacher", f"nbgrader release_assignment {assignment}")
            for student in CLASS:
                hub.types(student, f"nbgrader fetch_assignment {assignment}")
        hub.types("cem", "nbgrader submit week1")
        solved(hub.home("anna"), "02.1")
        week = hub.home("cem") / "week1"
        shutil.copy(week / f"{NAME}.ipynb", week / f"{NAME}-Copy1.ipynb")  # left behind, and empty
        solved(hub.home("cem"))
        for student in CLASS:
            hub.types(student, "nbgrader submit week1")
        hub.types("teacher", "nbgrader collect week1 --update")
        hub.types("teacher", "ganlearn course grade submitted -o grades --exercise 02")
        hub.types("teacher", re.search(r"^for folder in .*?^done$", PAGE, re.M | re.S)[0])
        hub.types("teacher", "nbgrader release_feedback week1")
        hub.types("anna", "nbgrader fetch_feedback week1")
        yield hub


def grades(hub):
    with (hub.home("teacher") / "grades" / "grades.csv").open(encoding="utf-8") as file:
        return {(r["student"], r["exercise"]): r for r in csv.DictReader(file)}


def test_students_fetch_what_was_released_and_its_links_lead_somewhere(hub):
    for student in CLASS:
        file = hub.home(student) / "week1" / f"{NAME}.ipynb"
        links = re.findall(r"\]\((\.\./[^)#]+)", file.read_text("utf-8"))
        assert links
        assert all((file.parent / link).is_file() for link in links)
    assert "BEGIN SOLUTION" not in (hub.home("bo") / "week1" / f"{NAME}.ipynb").read_text("utf-8")


def test_it_is_collected_by_student_and_assignment(hub):
    folder = hub.home("teacher") / "submitted"
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*.ipynb")} == {
        *(f"{student}/week1/{NAME}.ipynb" for student in CLASS),
        f"cem/week1/{NAME}-Copy1.ipynb",
    }


def test_each_has_points_for_what_they_solved(hub):
    table = grades(hub)
    points = settings.read(hub.home("teacher") / "course.toml").points
    assert {student for student, _ in table} == set(CLASS)
    assert {exercise for _, exercise in table} == set(points)
    given = {
        student: {e for (s, e), row in table.items() if s == student and float(row["points"])}
        for student in CLASS
    }
    assert given == {"anna": {"02.1"}, "bo": set(), "cem": set(points)}
    assert float(table["anna", "02.1"]["points"]) == points["02.1"] > 0
    assert table["bo", "02.1"]["state"] == "not attempted"


def test_of_two_copies_the_one_that_was_handed_out_counts(hub):
    page = (hub.home("teacher") / "grades" / "feedback" / "cem.html").read_text("utf-8")
    assert f"{NAME}-Copy1.ipynb was left out" in page


def test_a_student_gets_their_own_page_back(hub):
    (page,) = (hub.home("anna") / "week1" / "feedback").rglob("*.html")
    told = page.read_text("utf-8")
    assert "anna" in told and "cem" not in told


def test_the_folder_for_submissions_cannot_be_listed_by_others(hub):
    """What the page says of it, as nbgrader makes it."""
    mode = (hub.exchange / "gan" / "inbound").stat().st_mode & 0o777
    assert mode == 0o733
    assert f"{mode:o}" in PAGE
