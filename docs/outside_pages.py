"""Hooks of mkdocs (see mkdocs.yml): pages that lie outside docs/ stand in the site too, and links to them lead there.

In the Markdown files every link is the one that a git host needs: relative, from file to file of the repository.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

MODELS = "resources/models"
SITE_BY_REPOSITORY = {
    "README.md": "readme.md",
    "LICENSE": "licence.txt",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "report-a-fault.md",
    f"{MODELS}/bundled/MODEL_CARD.md": "results/model-card.md",
    f"{MODELS}/bundled/failure-cases.png": "results/failure-cases.png",
    f"{MODELS}/dense112_wide/MODEL_CARD.md": "results/model-card-dense112-wide.md",
    f"{MODELS}/dense112_wide/failure-cases.png": "results/failure-cases-dense112-wide.png",
}
REPOSITORY_BY_SITE = {site: repository for repository, site in SITE_BY_REPOSITORY.items()}
LINK = re.compile(r"\]\(([^)#\s:]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files that lie outside."""
    root = Path(config.config_file_path).parent
    for repository, site in SITE_BY_REPOSITORY.items():
        files.append(File.generated(config, site, abs_src_path=str(root / repository)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links between places of the repository into links between places of the site."""
    here = page.file.src_uri
    folder = posixpath.dirname(REPOSITORY_BY_SITE.get(here, f"docs/{here}"))

    def on_site(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, link[1]))
        site = SITE_BY_REPOSITORY.get(target, target.removeprefix("docs/"))
        if site == target:
            return link[0]
        return f"]({posixpath.relpath(site, posixpath.dirname(here) or '.')}{link[2] or ''})"

    return LINK.sub(on_site, markdown)
