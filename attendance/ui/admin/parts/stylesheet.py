"""Sizes and style rules that only the admin window has; colours, spacing and type come from the theme."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QTemporaryDir

from attendance.resource_files import resource_path
from attendance.ui import theme
from attendance.ui.stylesheet import admin_stylesheet
from attendance.ui.theme import Tokens

NAVIGATION_WIDTH = theme.SPACE_16 * 3 - theme.SPACE_4
NAVIGATION_WIDTH_NARROW = theme.SPACE_16
DRAWER_WIDTH = theme.SPACE_16 * 5
FORM_WIDTH = theme.SPACE_16 * 5 + theme.SPACE_8
TEXT_WIDTH = theme.SPACE_16 * 8
"""Widest line of running text."""
NARROW_WINDOW = theme.SPACE_16 * 16
"""Below this window width the navigation shows icons only."""
ROW_HEIGHT = theme.SPACE_8 + theme.SPACE_3
AVATAR = theme.SPACE_8
AVATAR_LARGE = theme.SPACE_16
THUMBNAIL = theme.SPACE_12 + theme.SPACE_1
ICON = theme.SPACE_6 - theme.SPACE_1
ICON_LARGE = theme.SPACE_12
MIN_WINDOW = (theme.SPACE_16 * 12, theme.SPACE_16 * 7 + theme.SPACE_8)
FIRST_WINDOW = (theme.SPACE_16 * 20, theme.SPACE_16 * 12 + theme.SPACE_8)


def stylesheet(t: Tokens) -> str:
    """Return the whole style sheet of the admin window.

    Roles added to those of ``attendance.ui.stylesheet``: QLabel ``tile gap``; QFrame ``note note-bad note-ok drop
    drop-active``; QPushButton ``segment``; QToolButton ``remove``; QListWidget ``list``.
    """
    return admin_stylesheet(t) + _frames(t) + _controls(t)


@lru_cache(maxsize=1)
def _tinted_folder() -> QTemporaryDir:
    return QTemporaryDir()


@lru_cache(maxsize=8)
def _tinted_file(name: str, colour: str) -> str:
    """Return the path of an icon in a colour: a style sheet takes pictures only from files, in their own colours."""
    drawing = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    target = Path(_tinted_folder().path()) / f"{name}-{colour.lstrip('#')}.svg"
    target.write_text(drawing, encoding="utf-8")
    return target.as_posix()


def _frames(t: Tokens) -> str:
    return f"""
    QLabel[role="tile"] {{ font-size: {theme.ADMIN_TITLE}px; font-weight: 600; }}
    QFrame[role="note"], QFrame[role="note-bad"], QFrame[role="note-ok"] {{
        background: {theme.mix(t.surface, t.line, 0.25)}; border: 1px solid {t.line};
        border-radius: {theme.RADIUS_CONTROL}px;
    }}
    QFrame[role="note-bad"] {{ background: {t.tint(t.bad, 0.10)}; border-color: {t.bad}; }}
    QFrame[role="note-ok"] {{ background: {t.tint(t.ok, 0.10)}; border-color: {t.ok}; }}
    QFrame[role="drop"] {{
        background: {t.surface}; border: 2px dashed {theme.mix(t.line, t.text_muted, 0.35)};
        border-radius: {theme.RADIUS_CARD}px;
    }}
    QFrame[role="drop-active"] {{
        background: {t.tint(t.accent, 0.12)}; border: 2px dashed {t.accent}; border-radius: {theme.RADIUS_CARD}px;
    }}
    QLabel[role="gap"] {{
        background: {theme.mix(t.surface, t.line, 0.25)}; border: 1px dashed {theme.mix(t.line, t.text_muted, 0.35)};
        border-radius: {theme.RADIUS_CONTROL}px;
    }}
    QTableView {{ outline: none; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollArea, QScrollArea > QWidget > QWidget#scrolled {{ background: transparent; border: none; }}
    """


def _controls(t: Tokens) -> str:
    chosen = t.tint(t.accent, 0.16)
    return f"""
    QPushButton[role="segment"] {{ background: transparent; }}
    QPushButton[role="segment"]:checked {{
        background: {chosen}; color: {t.accent}; border-color: {t.accent};
    }}
    QToolButton[role="remove"] {{
        background: {t.raised}; border: 1px solid {t.line}; padding: 0; min-height: 0;
        border-radius: {theme.SPACE_3}px;
    }}
    QToolButton::menu-indicator {{ image: none; }}
    QTimeEdit {{
        color: {t.text}; background: {t.surface}; border: 1px solid {theme.mix(t.line, t.text_muted, 0.35)};
        border-radius: {theme.RADIUS_CONTROL}px; padding: {theme.SPACE_2}px {theme.SPACE_3}px;
        min-height: {theme.SPACE_4 + theme.SPACE_1}px;
        selection-background-color: {t.accent}; selection-color: {t.on_accent};
    }}
    QTimeEdit::up-button, QTimeEdit::down-button, QSpinBox::up-button, QSpinBox::down-button {{
        width: 0; height: 0; border: none;
    }}
    QTimeEdit > QLineEdit, QSpinBox > QLineEdit {{ padding: 0; min-height: 0; border: none; background: transparent; }}
    QTimeEdit:focus {{ border: {theme.FOCUS_LINE}px solid {t.accent}; }}
    QLineEdit[invalid="true"], QComboBox[invalid="true"], QDateEdit[invalid="true"], QTimeEdit[invalid="true"] {{
        border: 2px solid {t.bad}; }}
    QPushButton[role="danger"]:disabled {{ color: {theme.mix(t.surface, t.bad, 0.6)}; border-color: {t.line}; }}
    QListWidget[role="list"] {{
        background: {t.surface}; border: 1px solid {t.line}; border-radius: {theme.RADIUS_CONTROL}px;
        padding: {theme.SPACE_1}px;
    }}
    QListWidget[role="list"]::item {{ padding: {theme.SPACE_1}px; }}
    QListWidget[role="list"]::item:selected {{ background: {chosen}; color: {t.text}; }}
    QListWidget[role="list"]:focus {{ border: 2px solid {t.accent}; }}
    QLineEdit:read-only {{ background: {theme.mix(t.surface, t.line, 0.25)}; color: {t.text_muted}; }}
    QComboBox::drop-down, QDateEdit::drop-down {{
        border: none; width: {theme.SPACE_6}px; subcontrol-origin: padding; subcontrol-position: center right;
    }}
    QComboBox::down-arrow, QDateEdit::down-arrow {{
        image: url({_tinted_file("down", t.text_muted)}); width: {theme.SPACE_4}px; height: {theme.SPACE_4}px;
    }}
    QMenu {{
        background: {t.raised}; border: 1px solid {t.line}; padding: {theme.SPACE_1}px; color: {t.text};
    }}
    QMenu::item {{
        padding: {theme.SPACE_2}px {theme.SPACE_6}px; border-radius: {theme.SPACE_1}px;
    }}
    QMenu::item:selected {{ background: {chosen}; }}
    QLineEdit QToolButton {{ padding: 0; min-height: 0; border: none; background: transparent; }}
    QCheckBox::indicator {{
        width: {theme.SPACE_4}px; height: {theme.SPACE_4}px; border-radius: {theme.SPACE_1}px;
        border: 1px solid {t.text_muted}; background: {t.surface};
    }}
    QCheckBox::indicator:checked {{
        background: {t.accent}; border-color: {t.accent}; image: url({_tinted_file("check", t.on_accent)});
    }}
    QCheckBox {{ spacing: {theme.SPACE_2}px; padding: {theme.SPACE_1}px; border: 2px solid transparent; }}
    QCheckBox:focus {{ border: 2px solid {t.accent}; border-radius: {theme.SPACE_1}px; }}
    """
