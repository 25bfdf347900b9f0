"""Whose is which file: folders, and zips as Moodle and Canvas make them."""

import io
import zipfile
from pathlib import PurePosixPath

import pytest

from ganlearn.errors import UserError
from ganlearn.grading.collect import TooLarge, collect

NAME = "03_a_first_gan"
MB = 2**20


def zipped(file, members):
    """A zip of these members, name to bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def students(given):
    return {s.student: [f.path.name for f in s.files] for s in collect(given, [NAME], MB)}


def test_one_notebook(tmp_path):
    (tmp_path / f"anna_{NAME}.ipynb").write_text("{}")
    assert students(tmp_path / f"anna_{NAME}.ipynb") == {"anna": [f"anna_{NAME}.ipynb"]}


def test_a_folder_of_notebooks(tmp_path):
    for name in (f"anna_{NAME}", f"{NAME}-bo", "cem"):
        (tmp_path / f"{name}.ipynb").write_text("{}")
    assert set(students(tmp_path)) == {"anna", "bo", "cem"}


def test_a_folder_of_folders_without_what_editors_leave_there(tmp_path):
    for path in ("anna/03.ipynb", "bo/deep/03.ipynb", "bo/.ipynb_checkpoints/03.ipynb"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("{}")
    (tmp_path / "anna" / ".DS_Store").write_text("")
    assert students(tmp_path) == {"anna": ["03.ipynb"], "bo": ["03.ipynb"]}


def test_a_link_to_somebody_elses_work_is_not_followed(tmp_path):
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna" / "03.ipynb").write_text("{}")
    (tmp_path / "bo").symlink_to(tmp_path / "anna")
    (tmp_path / "cem").mkdir()
    (tmp_path / "cem" / "03.ipynb").symlink_to(tmp_path / "anna" / "03.ipynb")
    assert students(tmp_path) == {"anna": ["03.ipynb"]}


def test_moodle(tmp_path):
    given = zipped(
        tmp_path / "moodle.zip",
        {
            "Åsa Öberg_12345_assignsubmission_file_/03.ipynb": "{}",
            "Åsa Öberg_12346_assignsubmission_file_/03.ipynb": "{}",  # of the same name
            "Bo_99_assignsubmission_file/sub/report.pdf": "%PDF",
        },
    )
    assert students(given) == {
        "Åsa Öberg_12345": ["03.ipynb"],
        "Åsa Öberg_12346": ["03.ipynb"],
        "Bo_99": [],
    }


def test_moodle_with_one_student(tmp_path):
    given = zipped(
        tmp_path / "moodle.zip", {"Bo_99_assignsubmission_file_/sub/deeper/03.ipynb": "{}"}
    )
    assert set(students(given)) == {"Bo_99"}


def test_canvas(tmp_path):
    given = zipped(
        tmp_path / "canvas.zip",
        {
            "lindanna_12345_67890_homework-1.ipynb": "{}",
            "lindanna_12345_67891_homework-2.ipynb": "{}",
            "bergbo_LATE_222_333_03_a_first_gan.ipynb": "{}",
        },
    )
    found = {s.student: s for s in collect(given, [NAME], MB)}
    assert set(found) == {"lindanna_12345", "bergbo_222"}
    assert found["bergbo_222"].late and not found["lindanna_12345"].late
    versions = {f.version: f.path.name for f in found["lindanna_12345"].files}
    assert versions[2] == "lindanna_12345_67891_homework-2.ipynb"


def test_a_wrapping_folder_is_nobody(tmp_path):
    given = zipped(tmp_path / "x.zip", {"all/anna/03.ipynb": "{}", "all/bo/03.ipynb": "{}"})
    assert set(students(given)) == {"anna", "bo"}


def test_paths_that_lead_out_of_the_zip_lead_nowhere(tmp_path):
    given = zipped(tmp_path / "x.zip", {"anna/../../../etc/03.ipynb": "{}", "/bo/03.ipynb": "{}"})
    found = {s.student: s for s in collect(given, [NAME], MB)}
    assert set(found) == {"anna", "bo"}
    assert all("points outside" in s.notes[0] for s in found.values())
    assert [p.name for p in tmp_path.rglob("*")] == ["x.zip"]  # nothing was unpacked


def test_a_zip_bomb_is_not_read_to_its_end(tmp_path):
    bomb = {"anna/03.ipynb": b"0" * 50 * MB}
    given = zipped(tmp_path / "x.zip", bomb)
    assert given.stat().st_size < MB
    (anna,) = collect(given, [NAME], MB)
    with pytest.raises(TooLarge, match="larger than 1 MB"):
        anna.files[0].read(MB)


def test_a_zip_that_lies_about_its_size(tmp_path):
    given = zipped(tmp_path / "x.zip", {"anna/03.ipynb": b"0" * 50 * MB})
    raw = given.read_bytes().replace((50 * MB).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    given.write_bytes(raw)
    (anna,) = collect(given, [NAME], MB)
    try:
        read = anna.files[0].read(MB)
    except (UserError, TooLarge):
        read = b""
    assert len(read) <= MB


def test_a_students_own_zip_is_opened_once(tmp_path):
    inner, outer = io.BytesIO(), io.BytesIO()
    zipped(inner, {"03.ipynb": "{}"})
    zipped(outer, {"inner.zip": inner.getvalue(), "03.ipynb": "{}"})
    (anna,) = collect(
        zipped(tmp_path / "x.zip", {"lindanna_1_2_all.zip": outer.getvalue()}), [NAME], MB
    )
    assert [file.path for file in anna.files] == [PurePosixPath("03.ipynb")]
    assert "was not opened" in anna.notes[0]
    assert anna.files[0].read(MB) == b"{}"


def test_what_is_no_zip_and_no_submission(tmp_path):
    (tmp_path / "x.zip").write_text("not a zip")
    with pytest.raises(UserError, match="not a zip that can be read"):
        collect(tmp_path / "x.zip", [], MB)
    (tmp_path / "empty").mkdir()
    for given in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(UserError, match="There is no"):
            collect(given, [], MB)
