"""The fonts that come with the program: every computer draws the same, whatever fonts it has."""

from __future__ import annotations

import logging
from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics, QGuiApplication

from attendance.resource_files import resource_path

_log = logging.getLogger(__name__)

LATIN, CHINESE, RARE = "Attendance Sans", "Attendance Sans SC", "Attendance Sans SC Rare"
"""Families of ``resources/fonts``: Latin, Greek and Cyrillic; Chinese; Chinese characters that the bold file lacks.
``scripts/make_fonts.py`` makes the files."""
# For characters that neither has, and for an installation whose files are damaged.
_OTHERS = ("Noto Sans CJK SC", "Microsoft YaHei UI", "PingFang SC", "WenQuanYi Micro Hei")


def families() -> list[str]:
    """Return the families of the interface in order: those that come with the program, then the system's.

    Needs a QGuiApplication; loads the files the first time.
    """
    own, others = _families()
    return [*own, *others]


def missing_families() -> list[str]:
    """Return those families of the program that could not be loaded; empty in a whole installation."""
    loaded, _ = _families()
    return [family for family in (LATIN, CHINESE, RARE) if family not in loaded]


@lru_cache(maxsize=1)
def _families() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Load the files; return the program's families, then the others."""
    assert QGuiApplication.instance() is not None, "fonts need a QGuiApplication"
    found: list[str] = []
    folder = resource_path("fonts")
    # The widest first: Qt asks only the first file of a family whether it has a character (fontconfig's match).
    files = sorted(folder.glob("*.otf"), key=lambda path: (not path.stem.endswith("-Regular"), path.name))
    for path in files if folder.is_dir() else []:
        number = QFontDatabase.addApplicationFont(str(path))
        if number < 0:
            _log.warning("the font %s cannot be loaded: the system's is used", path)
        found += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    own = tuple(family for family in (LATIN, CHINESE, RARE) if family in found)
    if not own:
        _log.warning("no fonts in %s: the system's are used", folder)
    # By its real name: Qt skips an alias such as "Sans Serif" in a list of families.
    system = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).family()
    return own, (system, *_OTHERS)


def unwritable(text: str, font: QFont) -> str:
    """Return the characters of a text that neither this font nor its fallbacks have; they are shown as boxes."""
    metrics = QFontMetrics(font)
    return "".join(c for c in dict.fromkeys(text) if c.isprintable() and not metrics.inFontUcs4(ord(c)))
