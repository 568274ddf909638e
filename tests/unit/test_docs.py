"""Links of the Markdown files lead somewhere, and the site has every page of docs/. No network, no mkdocs."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
FILES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def prose(path: Path) -> str:
    """Return the text without fenced and quoted code."""
    text = re.sub(r"^( *)```.*?^\1```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", lambda code: code[0].replace("](", ""), text)


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the anchors that a git host makes of the headings; the site makes the same."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(path), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def fault(source: Path, link: str) -> str | None:
    """Return what is wrong with a link, None when it leads somewhere or out of the project."""
    if re.match(r"[a-z]+:", link):
        return None
    where, _, anchor = link.partition("#")
    target = (source.parent / where).resolve() if where else source
    if not target.is_file() or not target.is_relative_to(ROOT):
        return "no such file"
    if anchor and anchor not in anchors(target):
        return "no such heading"
    return None


@pytest.mark.parametrize("path", FILES, ids=name)
def test_that_every_relative_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    links = LINK.findall(prose(path))
    assert not {link: why for link in links if (why := fault(path, link))}


def test_that_a_dead_link_is_noticed() -> None:
    assert fault(DOCS / "index.md", "nowhere.md") == "no such file"
    assert fault(DOCS / "index.md", "hours.md#nowhere") == "no such heading"
    assert fault(DOCS / "index.md", "../docs") == "no such file"
    assert fault(DOCS / "index.md", "hours.md#at-the-door") is None


def test_that_every_page_stands_once_in_the_navigation_of_the_site() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = re.findall(r"^ +- .*: (\S+\.md)$", navigation, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert {page.relative_to(DOCS).as_posix() for page in PAGES} <= set(listed)


def test_that_the_index_leads_to_every_other_page() -> None:
    index = DOCS / "index.md"
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in LINK.findall(prose(index))}
    assert set(PAGES) - linked <= {index}
