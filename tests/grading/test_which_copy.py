"""Which of several files counts, when a student hands in more than was asked for."""

from pathlib import PurePosixPath

from ganlearn.grading.collect import File
from ganlearn.grading.one import order

NAME = "02_the_minimax_game"


def files(*paths):
    return [File(PurePosixPath(path), lambda most: b"") for path in paths]


def test_a_chapter_of_the_same_name_is_looked_at_last():
    """Who hands in the whole folder has both, and the chapter comes first in the alphabet."""
    both = files(f"chapters/{NAME}.ipynb", f"exercises/{NAME}.ipynb", "a.ipynb")
    assert [str(file.path) for file in order(both, [NAME])] == [
        f"exercises/{NAME}.ipynb",
        "a.ipynb",
        f"chapters/{NAME}.ipynb",
    ]


def test_a_copy_is_looked_at_after_what_was_handed_out():
    """As JupyterLab names it, it comes first in the alphabet."""
    found = order(files(f"{NAME}-Copy1.ipynb", f"{NAME}.ipynb"), [NAME])
    assert found[0].path.stem == NAME


def test_a_later_upload_counts_more_than_a_name():
    first, later = files(f"x/{NAME}.ipynb", "x/homework.ipynb")
    later = File(later.path, later.read, version=2)
    assert order([first, later], [NAME]) == [later, first]
