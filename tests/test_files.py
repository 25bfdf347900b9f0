"""A file is replaced as a whole, or stays as it was."""

import pytest

from ganlearn.files import whole


def test_the_folder_is_made_and_the_file_is_there_at_the_end(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with whole(path) as part:
        part.write_text("content")
        assert not path.exists()
    assert path.read_text() == "content"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(OSError, match="full"), whole(path) as part:
        part.write_text("half")
        raise OSError("the disk is full")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]
