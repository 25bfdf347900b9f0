"""Long runs are kept when asked for, and recalled."""

import pytest
from PIL import Image

from ganlearn import records
from ganlearn.errors import UserError


def test_nothing_is_written_unless_somebody_renews_the_records(tmp_path, monkeypatch):
    monkeypatch.delenv("GANLEARN_RECORDS", raising=False)
    monkeypatch.chdir(tmp_path)
    records.keep("run", {"score": 1}, Image.new("RGB", (4, 4)))
    assert not list(tmp_path.iterdir())


def test_what_is_kept_is_recalled_with_its_provenance(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLEARN_RECORDS", str(tmp_path / "full"))
    records.keep("run", {"score": 0.8}, Image.new("RGB", (4, 6), "red"))
    record, picture = records.recall("run", tmp_path / "full")
    assert record["results"] == {"score": 0.8}
    assert {"budget", "commit", "device", "seconds", "peak_mib", "torch"} <= set(record)
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_missing_record_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="no record"):
        records.recall("run", tmp_path)
