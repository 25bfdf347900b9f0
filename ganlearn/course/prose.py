"""Links and pictures in text: that they lead somewhere, and that pictures have words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from nbformat import NotebookNode

from ganlearn.course.files import stored
from ganlearn.errors import UserError

PLAIN = ("text", "code_inline")
MATH = re.compile(r"\$\$.*?\$\$|(?<!\\)\$[^$\n]+(?<!\\)\$", re.DOTALL)

UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What \\f, \\r or \\b of a formula becomes when a script has written the text."""


@dataclass
class Text:
    """What matters here of a piece of Markdown or HTML.

    Attributes:
        links: targets, of pictures too.
        pictures: (target, words).
        headings: their text.
        ids: anchors set in HTML.
        svg: whether there is a drawing in the text itself.
    """

    links: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    svg: bool = False


def wrong_prose(notebook: NotebookNode, file: Path, root: Path) -> Iterator[tuple[int | None, str]]:
    """What is wrong with the text cells of a notebook, and with the HTML that its code shows."""
    whole = anchors(notebook)
    for number, cell in enumerate(notebook.cells, 1):
        if found := UNSEEN.search(cell.source):
            around = cell.source[found.start() + 1 :][:20].splitlines()[0]
            yield number, f"it has a sign that nobody sees ({found.group()!r}) before {around!r}."
        if cell.cell_type == "markdown":
            texts = [markdown(cell.source)]
            for name in cell.get("attachments", {}):
                yield number, f"it has the picture {name} attached; put a PNG file beside it."
        else:
            shown = [out.get("data", {}) for out in cell.get("outputs", [])]
            texts = [html(data["text/html"]) for data in shown if "text/html" in data]
            texts += [markdown(data["text/markdown"]) for data in shown if "text/markdown" in data]
        for text in texts:
            for sentence in wrong_text(text, file, root, whole):
                yield number, sentence


def wrong_text(text: Text, file: Path, root: Path, own: set[str]) -> Iterator[str]:
    """What is wrong with one piece of text.

    Args:
        text: as :func:`markdown` or :func:`html` gives it.
        file: where it stands; links are relative to its folder.
        root: of the course; a link may not lead out of it.
        own: the anchors of the file.
    """
    if text.svg:
        yield "it holds a drawing in SVG; use a PNG."
    for target, words in text.pictures:
        if not words.strip():
            yield f"the picture {target[:60]} has no words for a reader who cannot see it."
        path = urlsplit(target).path
        if target.startswith("data:") and not target.startswith("data:image/png"):
            yield f"the picture {target[:20]}… is not a PNG."
        elif Path(path).suffix.lower() in (".svg", ".jpg", ".jpeg", ".gif", ".webp"):
            yield f"the picture {path} is not a PNG."
    for target in text.links:
        if sentence := _wrong_link(target, file, root, own):
            yield sentence


def _wrong_link(target: str, file: Path, root: Path, own: set[str]) -> str | None:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None  # the network is not asked
    path, anchor = unquote(parts.path), unquote(parts.fragment)
    to = (file.parent / path).resolve() if path else file
    if not to.is_relative_to(root.resolve()) or path.startswith("/"):
        return f"the link {target} leads out of the course."
    if not to.exists():
        return f"the link {target} leads nowhere: there is no {to.relative_to(root.resolve())}."
    if anchor and anchor not in (own if to == file else _anchors_of(to)):
        return f"the link {target} leads nowhere: no heading there is called #{anchor}."
    return None


def _anchors_of(file: Path) -> set[str]:
    if file.suffix == ".ipynb":
        try:
            return anchors(stored(file))
        except UserError:  # a broken notebook is a problem of its own, not of the link
            return set()
    if file.suffix == ".md":
        return anchors_of_page(file.read_text("utf-8"))
    return set()


def anchors(notebook: NotebookNode) -> set[str]:
    """What can be linked to: headings as JupyterLab and GitHub name them in a notebook."""
    texts = [markdown(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    headings = {heading.replace(" ", "-") for text in texts for heading in text.headings}
    return headings | {id for text in texts for id in text.ids}


def anchors_of_page(source: str) -> set[str]:
    """What can be linked to on a Markdown page: headings as GitHub names them there."""
    text = markdown(source)
    slugs = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in text.headings}
    return slugs | set(text.ids)


def markdown(source: str) -> Text:
    """Read Markdown. Formulas are left out first: their brackets are not links."""
    text = Text()
    tokens = MarkdownIt().enable("table").parse(MATH.sub("", source))
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            inline = tokens[i + 1].children or []
            text.headings.append("".join(t.content for t in inline if t.type in PLAIN).strip())
        if token.type == "html_block":
            _merge(text, html(token.content))
        for child in token.children or []:
            if child.type == "link_open":
                text.links.append(str(child.attrs["href"]))
            elif child.type == "image":
                text.pictures.append((str(child.attrs["src"]), child.content))
                text.links.append(str(child.attrs["src"]))
            elif child.type == "html_inline":
                _merge(text, html(child.content))
    return text


def html(source: str) -> Text:
    """Read HTML, or a piece of it."""
    reader = _Reader()
    reader.feed(source)
    return reader.text


def _merge(text: Text, other: Text) -> None:
    text.links += other.links
    text.pictures += other.pictures
    text.ids += other.ids
    text.svg |= other.svg


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = Text()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in has:
            self.text.links.append(has["href"])
        if tag == "img":
            self.text.pictures.append((has.get("src", ""), has.get("alt", "")))
            self.text.links.append(has.get("src", ""))
        if tag == "svg":
            self.text.svg = True
        if "id" in has or (tag == "a" and "name" in has):
            self.text.ids.append(has.get("id") or has["name"])
