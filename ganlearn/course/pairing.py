"""Live pairing of notebook and text in JupyterLab: for authors, and only when they ask for it.

A paired notebook that was edited elsewhere in between (in another editor, by a script, on Colab)
does not open, or opens without the edit. So nothing in the course's files pairs them: no formats
in a header or in metadata, and no jupytext.toml. An author switches it on for one session.
"""

from __future__ import annotations


def pairing_config() -> list[str]:
    """Arguments for ``jupyter lab`` that pair each .ipynb with its .py, both saved at once.

    The text keeps the form in which authors write it: tags and no header.
    """
    return [
        "--JupytextConfiguration.formats=ipynb,py:percent",
        "--JupytextConfiguration.notebook_metadata_filter=-all",
        "--JupytextConfiguration.cell_metadata_filter=tags,-all",
    ]
