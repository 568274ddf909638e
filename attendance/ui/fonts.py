"""The fonts that come with the program: every computer draws the same, whatever fonts it has."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics, QGuiApplication

from attendance.resource_files import resource_path

_log = logging.getLogger(__name__)

LATIN, CHINESE, RARE = "Attendance Sans", "Attendance Sans SC", "Attendance Sans SC Rare"
"""Families of ``resources/fonts``: Latin, Greek and Cyrillic; Chinese; Chinese characters that the bold file lacks.
``scripts/make_fonts.py`` makes the files."""
# The widest first: Qt asks only the first file of a family whether it has a character (fontconfig's match).
_FILES = (
    "AttendanceSans-Regular.otf",
    "AttendanceSansSC-Regular.otf",
    "AttendanceSans-SemiBold.otf",
    "AttendanceSans-Bold.otf",
    "AttendanceSansSC-Bold.otf",
)
# For characters that neither has, and for an installation whose files are damaged.
_OTHERS = ("Noto Sans CJK SC", "Microsoft YaHei UI", "PingFang SC", "WenQuanYi Micro Hei")


@dataclass(frozen=True, slots=True)
class _Loaded:
    own: tuple[str, ...]
    others: tuple[str, ...]
    unusable: tuple[str, ...]


def families() -> list[str]:
    """Return the families of the interface in order: those that come with the program, then the system's.

    Needs a QGuiApplication; loads the files the first time.
    """
    loaded = _load()
    return [*loaded.own, *loaded.others]


def unusable_files() -> list[str]:
    """Return those font files of the program that are not there or cannot be loaded; empty in a whole installation."""
    return list(_load().unusable)


@lru_cache(maxsize=1)
def _load() -> _Loaded:
    assert QGuiApplication.instance() is not None, "fonts need a QGuiApplication"
    found: list[str] = []
    unusable: list[str] = []
    for name in _FILES:
        path = resource_path("fonts", name)
        number = QFontDatabase.addApplicationFont(str(path)) if path.is_file() else -1
        if number < 0:
            _log.warning("the font %s cannot be loaded: another one is used", path)
            unusable.append(name)
        else:
            found += QFontDatabase.applicationFontFamilies(number)
    own = tuple(family for family in (LATIN, CHINESE, RARE) if family in found)
    # By its real name: Qt skips an alias such as "Sans Serif" in a list of families.
    system = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).family()
    return _Loaded(own, (system, *_OTHERS), tuple(unusable))


def unwritable(text: str, font: QFont) -> str:
    """Return the characters of a text that neither this font nor its fallbacks have; they are shown as boxes."""
    metrics = QFontMetrics(font)
    return "".join(c for c in dict.fromkeys(text) if c.isprintable() and not metrics.inFontUcs4(ord(c)))
