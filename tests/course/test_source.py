"""From percent text to cells."""

from ganlearn.course import source


def test_a_cell_that_asks_a_question_is_folded_and_no_other(tmp_path):
    text = '# %% [markdown]\n# # A title\n\n# %%\nx = 1\n\n# %% tags=["quiz"]\nquiz(x)\n'
    (tmp_path / "a.py").write_text(text)
    title, plain, question = source.read(tmp_path / "a.py").cells
    assert question.metadata == {"tags": ["quiz"], "jupyter": {"source_hidden": True}}
    assert title.metadata == plain.metadata == {}
    assert source.to_percent(source.read(tmp_path / "a.py")) == text
