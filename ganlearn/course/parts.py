"""Headings, links, tables and styles of a text, as they are written in Markdown or HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ganlearn.course.prose import MATH


@dataclass
class Parts:
    """What is looked at in a piece of Markdown or HTML.

    Attributes:
        headings: (level, text).
        links: (target, words), the words of pictures included.
        tables: the texts of each table's header cells; none when it has no header.
        styles: inline styles.
    """

    headings: list[tuple[int, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    tables: list[list[str]] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    def add(self, other: Parts) -> None:
        """Take over the parts of what stands inside."""
        for name in ("headings", "links", "tables", "styles"):
            getattr(self, name).extend(getattr(other, name))


def of_markdown(source: str) -> Parts:
    """The parts of Markdown, and of the HTML in it. Formulas are left out: they are no markup."""
    parts = Parts()
    tokens = MarkdownIt().enable("table").parse(MATH.sub("formula", source))
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            parts.headings.append((int(token.tag[1]), _words(tokens[i + 1].children or [])))
        elif token.type == "table_open":
            parts.tables.append([])
        elif token.type == "th_open":
            parts.tables[-1].append(_words(tokens[i + 1].children or []))
        elif token.type == "html_block":
            parts.add(of_html(token.content))
        children = token.children or []
        _links(children, parts)
        if any(child.type == "html_inline" for child in children):
            pieces = [c.content if c.type == "html_inline" else escape(c.content) for c in children]
            parts.add(of_html("".join(pieces)))
    return parts


def _links(children: list[Token], parts: Parts) -> None:
    start = 0
    for i, child in enumerate(children):
        if child.type == "link_open":
            start = i
        elif child.type == "link_close":
            target = str(children[start].attrs.get("href", ""))
            parts.links.append((target, _words(children[start + 1 : i])))


def _words(children: list[Token]) -> str:
    """What is read aloud: text, code, and the words of pictures."""
    kinds = ("text", "code_inline", "image")
    return "".join(child.content if child.type in kinds else " " for child in children).strip()


def of_html(source: str) -> Parts:
    """The parts of HTML, or of a piece of it."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return reader.parts


class _Reader(HTMLParser):
    """Collects headings, links, headers of tables and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = Parts()
        self._open: dict[str, tuple[str, list[str]]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if "style" in has:
            self.parts.styles.append(has["style"])
        if tag == "table":
            self.parts.tables.append([])
        if tag in ("a", "th") or re.fullmatch("h[1-6]", tag):
            self._open[tag] = (has.get("href", ""), [has.get("aria-label", "")])
        if tag == "img":
            self.handle_data(has.get("alt", ""))

    def handle_data(self, data: str) -> None:
        for _, words in self._open.values():
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        target, said = self._open.pop(tag, ("", []))
        words = " ".join("".join(said).split())
        if tag == "a" and target:
            self.parts.links.append((target, words))
        elif tag == "th" and self.parts.tables:
            self.parts.tables[-1].append(words)
        elif re.fullmatch("h[1-6]", tag):
            self.parts.headings.append((int(tag[1]), words))
