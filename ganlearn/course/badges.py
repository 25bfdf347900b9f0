"""Where a notebook can be run without installing anything, from one list and one address.

The address is that of the repository, in pyproject.toml:

    [project.urls]
    Repository = "https://github.com/owner/name"

    [tool.ganlearn]
    branch = "main"

As long as it is not there, nothing is put into the notebooks: a badge that leads nowhere is worse
than none. Badges are links in words. Pictures of badges come from the services' servers, which
would learn of everybody who opens a notebook, and show a broken picture to who is offline.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ganlearn.course.places import Place
from ganlearn.course.source import finish
from ganlearn.errors import UserError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BEGIN, END = "<!-- badges -->", "<!-- /badges -->"
FILLED = re.compile(rf"{BEGIN}(?:.*?{END})?", re.DOTALL)
SETUP_TAG = "setup"


@dataclass(frozen=True)
class Service:
    """Somebody who runs notebooks.

    Attributes:
        name: as the reader knows it.
        address: with ``{owner}``, ``{name}``, ``{branch}`` and ``{path}``, by the host that the
            repository is on.
    """

    name: str
    address: dict[str, str]


SERVICES = (
    Service(
        "Google Colab",
        {
            "github.com": "https://colab.research.google.com/github/{owner}/{name}/blob/{branch}/{path}"
        },
    ),
    Service(
        "Binder",
        {
            "github.com": "https://mybinder.org/v2/gh/{owner}/{name}/{branch}?labpath={path}",
            "gitlab.com": "https://mybinder.org/v2/gl/{owner}%2F{name}/{branch}?labpath={path}",
        },
    ),
    Service(
        "Kaggle",
        {
            "github.com": "https://kaggle.com/kernels/welcome"
            "?src=https://github.com/{owner}/{name}/blob/{branch}/{path}"
        },
    ),
)


@dataclass(frozen=True)
class Repository:
    """Where the course's files are on the web."""

    host: str
    owner: str
    name: str
    branch: str = "main"

    @property
    def requirement(self) -> str:
        """What pip installs."""
        return f"ganlearn @ git+https://{self.host}/{self.owner}/{self.name}@{self.branch}"


def repository(root: Path) -> Repository | None:
    """The repository that pyproject.toml names, None when it names none.

    Raises:
        UserError: when what it names is no address of a repository.
    """
    file = root / "pyproject.toml"
    if not file.exists():
        return None
    try:
        settings = tomllib.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise UserError(f"{file.name} is not TOML: {error}.") from None
    urls = settings.get("project", {}).get("urls", {})
    url = next((urls[key] for key in urls if key.lower() in ("repository", "source")), None)
    if url is None:
        return None
    parts = urlsplit(url.removesuffix("/").removesuffix(".git"))
    match = re.fullmatch(r"/([\w.-]+)/([\w.-]+)", parts.path)
    if parts.scheme != "https" or not match:
        raise UserError(
            f"pyproject.toml: {url} is no address of a repository; "
            "write https://github.com/owner/name."
        )
    branch = settings.get("tool", {}).get("ganlearn", {}).get("branch", "main")
    return Repository(parts.netloc, *match.groups(), branch)


def fill(notebook: NotebookNode, place: Place) -> NotebookNode:
    """A notebook with its badges and its cell that installs the course where it is missing.

    What an earlier filling has left is replaced, so that text which came back from a notebook
    (``ganlearn lab --pair``) does not get them twice.

    Args:
        notebook: as its source gives it; its cells are changed in place.
        place: of the notebook.

    Raises:
        UserError: as :func:`repository`.
    """
    home = repository(place.root)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = FILLED.sub(lambda _: badges(home, str(place)), cell.source)
    cells = [c for c in notebook.cells if SETUP_TAG not in c.metadata.get("tags", [])]
    if home is not None:
        setup = new_code_cell(setup_code(home), metadata={"tags": [SETUP_TAG]})
        cells.insert(int(cells[0].cell_type == "markdown"), setup)
    return finish(cells)


def badges(home: Repository | None, path: str) -> str:
    """The line of links, or only its place when there is nowhere to lead."""
    links = [
        f"[{service.name}]({service.address[home.host].format(**vars(home), path=quote(path))})"
        for service in SERVICES
        if home is not None and home.host in service.address
    ]
    if not links:
        return BEGIN
    return f"{BEGIN}\n*Run it without installing anything:* {' · '.join(links)}.\n\n{END}"


def setup_code(home: Repository) -> str:
    """The cell that does nothing, and says nothing, where the course is installed."""
    return f"""\
# Installs the course where it is missing, as on Colab and Kaggle; does nothing elsewhere.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("ganlearn") is None:
    course = "{home.requirement}"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", course], check=True)
    importlib.invalidate_caches()"""
