"""What students get, and what they must not."""

import json
import shutil

import nbformat
import pytest
from class_of_students import checks

import ganlearn
from ganlearn import grading
from ganlearn.errors import UserError
from ganlearn.grading import gradebook, settings

SECRETS = ("mean_of_each_feature", "64 * 3", "loses its own mean", "nobody may see", "of_ones")


@pytest.fixture
def released(root, tmp_path):
    """A release, and the settings that were written with it."""
    return grading.release(
        root, ["00"], tmp_path / "students", tmp_path / "course.toml", say=lambda line: None
    )


def test_what_is_in_it(released):
    assert released.files == ["README.md", "environment.yml", "exercises/00_demo.ipynb"]


def test_no_word_of_a_solution_or_a_hidden_test_is_in_it(released):
    for file in released.folder.rglob("*"):
        if file.is_file():
            assert not [word for word in SECRETS if word in file.read_text("utf-8")], file
    assert not list(released.folder.rglob(".git*"))


def test_the_notebook_is_valid_not_run_and_has_its_blanks_and_checks(released):
    made = nbformat.read(released.folder / "exercises" / "00_demo.ipynb", as_version=4)
    nbformat.validate(made)
    assert [cell.metadata.nbgrader.grade_id for cell in checks(made)] == [
        "check-00-1",
        "check-00-2",
    ]
    assert all(cell.outputs == [] for cell in made.cells if cell.cell_type == "code")
    assert sum("YOUR CODE HERE" in cell.source for cell in made.cells) == 2


@pytest.mark.skipif(not gradebook.installed(), reason="nbgrader is not installed")
def test_nbgrader_takes_the_notebook_for_one_of_its_own(released):
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.utils import compute_checksum

    made = nbformat.read(released.folder / "exercises" / "00_demo.ipynb", as_version=4)
    MetadataValidator().validate_nb(made)
    for cell in checks(made):
        assert cell.metadata.nbgrader.checksum == compute_checksum(cell)


def test_links_that_would_lead_nowhere_are_words(released):
    made = (released.folder / "exercises" / "00_demo.ipynb").read_text("utf-8")
    assert "From chapter 00, solved in solutions." in made


def test_the_version_is_this_one(released):
    for file in ("README.md", "environment.yml"):
        assert f"ganlearn=={ganlearn.__version__}" in (released.folder / file).read_text("utf-8")


def test_points_and_due_date_come_from_the_settings(root, tmp_path):
    file = tmp_path / "course.toml"
    file.write_text('[points]\n"00.1" = 7\n[due]\n0 = 2031-02-03T12:30:00\n')
    made = grading.release(root, ["00"], tmp_path / "students", file, say=lambda line: None)
    readme = (made.folder / "README.md").read_text("utf-8")
    assert "| 00.1 | centring a batch | 7 |" in readme
    assert "due Monday, 03 February 2031, 12:30" in readme
    cells = json.loads((made.folder / "exercises" / "00_demo.ipynb").read_text("utf-8"))["cells"]
    given = [c["metadata"]["nbgrader"]["points"] for c in cells if "points" in str(c["metadata"])]
    assert given == [7, 1]


def test_the_settings_are_a_template_that_can_be_read(released):
    chosen = settings.read(released.settings)
    assert chosen.points == {"00.1": 2, "00.2": 1}
    assert chosen.limits == settings.Limits()


def test_a_folder_with_something_in_it_is_left_alone(root, tmp_path):
    (tmp_path / "students").mkdir()
    (tmp_path / "students" / "old.ipynb").write_text("an older release")
    with pytest.raises(UserError, match="not empty"):
        grading.release(root, ["00"], tmp_path / "students", tmp_path / "course.toml")
    assert [f.name for f in tmp_path.rglob("*")] == ["students", "old.ipynb"]


def test_a_solution_that_would_show_stops_the_release(root, tmp_path):
    """The answer stands in a given cell, too, in other words of the same line."""
    course = shutil.copytree(root, tmp_path / "course")
    source = course / "solutions" / "00_demo.py"
    text = source.read_text("utf-8").replace("### END HIDDEN TESTS", "")
    source.write_text(text, "utf-8")
    with pytest.raises(UserError, match="hidden tests stand between their two marks"):
        grading.release(course, ["00"], tmp_path / "students", tmp_path / "course.toml")
    assert not (tmp_path / "students").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[points", "not TOML"),
        ("[poinst]", "none of the tables"),
        ('[points]\n"00.1" = "two"', "not a number"),
        ('[points]\n"00.1" = -1', "not a number"),
        ('[due]\n"00" = "tomorrow"', "must be a date"),
        ("[limits]\nseconds = 3", "there are cell_seconds"),
        ("[limits]\ncell_seconds = 0", "not a number above 0"),
    ],
)
def test_settings_that_are_not_understood(tmp_path, text, complaint):
    (tmp_path / "course.toml").write_text(text)
    with pytest.raises(UserError, match=complaint):
        settings.read(tmp_path / "course.toml")
