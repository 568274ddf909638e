"""One style sheet for each window type, generated from the theme's tokens.

Widgets choose their look with the dynamic property ``role`` (``set_role``), never with a style sheet of their
own. The roles are listed at each function.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from attendance.ui import theme
from attendance.ui.theme import KioskMetrics, Tokens


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget one of the looks below; may be called again to change it."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def admin_stylesheet(t: Tokens) -> str:
    """Return the admin window's style sheet.

    Roles: QLabel ``title heading muted caption error ok warn``; QPushButton ``primary danger quiet`` (none is the
    plain button); QFrame ``card drawer banner banner-bad toast``; QListWidget ``navigation``.
    """
    return _common(t) + _admin_text(t) + _admin_controls(t) + _admin_frames(t)


def kiosk_stylesheet(t: Tokens, m: KioskMetrics) -> str:
    """Return the kiosk's style sheet; type sizes are set as fonts, only colours and shapes are here.

    Roles: QLabel ``muted ok warn bad accent``; QPushButton ``primary confirm quiet outline``; QFrame ``card bar alarm
    pill-ok`` (likewise accent, warn, bad, muted).
    """
    edge = max(2, m.gap // 8)
    return (
        _common(t)
        + f"""
    QWidget#kiosk {{ background: {t.bg}; }}
    QLabel {{ background: transparent; color: {t.text}; }}
    QLabel[role="muted"] {{ color: {t.text_muted}; }}
    QLabel[role="ok"] {{ color: {t.ok}; }}
    QLabel[role="warn"] {{ color: {t.warn}; }}
    QLabel[role="bad"] {{ color: {t.bad}; }}
    QLabel[role="accent"] {{ color: {t.accent}; }}
    QFrame[role="card"] {{
        background: {t.raised}; border: {theme.HAIRLINE}px solid {t.line}; border-radius: {theme.RADIUS_CARD}px;
    }}
    QFrame[role="alarm"] {{
        background: {t.tint(t.bad, 0.16)}; border: none; border-bottom: {edge}px solid {t.bad};
    }}
    {_pills(t)}
    QFrame[role="bar"] {{ background: {t.surface}; border: none; border-top: {theme.HAIRLINE}px solid {t.line}; }}
    QPushButton {{
        color: {t.text}; background: transparent; border: {theme.FOCUS_RING}px solid transparent;
        border-radius: {theme.RADIUS_CONTROL}px; padding: 0 {theme.SPACE_3}px;
        min-height: {m.touch - 2 * theme.FOCUS_RING}px;
        min-width: {theme.TOUCH_TARGET - 2 * theme.FOCUS_RING - 2 * theme.SPACE_3}px;
    }}
    QPushButton:pressed {{ background: {pressed_fill(t)}; }}
    QPushButton:checked {{ color: {t.accent}; }}
    QPushButton[role="primary"] {{ color: {t.on_accent}; background: {t.accent}; padding: 0 {theme.SPACE_8}px; }}
    QPushButton[role="primary"]:pressed {{ background: {theme.mix(t.accent, t.text, 0.2)}; }}
    QPushButton[role="outline"] {{
        background: {t.surface}; border-color: {theme.mix(t.line, t.text_muted, 0.35)};
    }}
    QPushButton[role="confirm"] {{ color: {t.on_accent}; background: {t.accent}; }}
    QPushButton[role="confirm"]:pressed {{ background: {theme.mix(t.accent, t.text, 0.2)}; }}
    QPushButton[role="outline"], QPushButton[role="confirm"] {{
        padding: 0 {theme.SPACE_1}px; min-width: {theme.SPACE_8}px;
    }}
    QPushButton[role="outline"]:pressed {{ background: {pressed_fill(t)}; }}
    QPushButton[role="outline"]:disabled, QPushButton[role="confirm"]:disabled {{
        color: {t.text_muted}; background: {t.surface}; border-color: {t.line};
    }}
    QPushButton:focus {{ border-color: {t.accent}; }}
    QPushButton[role="outline"]:focus {{ border-color: {t.accent}; }}
    QPushButton[role="primary"]:focus, QPushButton[role="confirm"]:focus {{ border-color: {t.text}; }}
    QFrame[role="card"]:focus {{ border: {theme.FOCUS_RING}px solid {t.accent}; }}
    """
    )


def _pills(t: Tokens) -> str:
    tones = {"ok": t.ok, "accent": t.accent, "warn": t.warn, "bad": t.bad, "muted": t.text_muted}
    # A radius of more than half the height would not be painted at all.
    slim = f'QFrame[role|="pill"][slim="true"] {{ border-radius: {theme.RADIUS_CONTROL}px; }}'
    return slim + "".join(
        f'QFrame[role="pill-{name}"] {{ background: {t.tint(colour, 0.14)}; '
        f"border: {theme.HAIRLINE}px solid {t.tint(colour, 0.45)}; border-radius: {theme.RADIUS_CARD}px; }}"
        for name, colour in tones.items()
    )


def pressed_fill(t: Tokens) -> str:
    """Return the fill of a pressed quiet control."""
    return theme.mix(t.surface, t.text, 0.10)


def _common(t: Tokens) -> str:
    return f"""
    QToolTip {{
        color: {t.text}; background: {t.raised}; border: {theme.HAIRLINE}px solid {t.line}; padding: {theme.SPACE_1}px;
    }}
    QScrollBar:vertical {{ background: transparent; width: {theme.SPACE_3}px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {theme.SPACE_3}px; margin: 0; }}
    QScrollBar::handle {{
        background: {theme.mix(t.surface, t.text_muted, 0.45)}; border-radius: {theme.SPACE_1}px;
        min-height: {theme.SPACE_8}px; min-width: {theme.SPACE_8}px; margin: {theme.FOCUS_LINE}px;
    }}
    QScrollBar::handle:hover {{ background: {t.text_muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def _admin_text(t: Tokens) -> str:
    return f"""
    QWidget {{ font-size: {theme.ADMIN_BODY}px; }}
    QLabel {{ background: transparent; }}
    QLabel[role="title"] {{ font-size: {theme.ADMIN_TITLE}px; font-weight: 600; }}
    QLabel[role="heading"] {{ font-size: {theme.ADMIN_HEADING}px; font-weight: 600; }}
    QLabel[role="muted"] {{ color: {t.text_muted}; }}
    QLabel[role="caption"] {{ color: {t.text_muted}; font-size: {theme.ADMIN_CAPTION}px; }}
    QLabel[role="error"] {{ color: {t.bad}; }}
    QLabel[role="ok"] {{ color: {t.ok}; }}
    QLabel[role="warn"] {{ color: {t.warn}; }}
    """


def _admin_controls(t: Tokens) -> str:
    hover = theme.mix(t.surface, t.text, 0.06)
    edge = theme.mix(t.line, t.text_muted, 0.35)
    return f"""
    QPushButton, QToolButton {{
        color: {t.text}; background: {t.raised}; border: {theme.HAIRLINE}px solid {edge};
        border-radius: {theme.RADIUS_CONTROL}px;
        padding: {theme.SPACE_2}px {theme.SPACE_4}px; min-height: {theme.SPACE_4 + theme.SPACE_1}px;
    }}
    QPushButton:hover, QToolButton:hover {{ background: {hover}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {pressed_fill(t)}; }}
    QPushButton:disabled, QToolButton:disabled {{
        color: {theme.mix(t.surface, t.text_muted, 0.7)}; border-color: {t.line};
    }}
    QPushButton[role="primary"] {{
        color: {t.on_accent}; background: {t.accent}; border-color: {t.accent}; font-weight: 600;
    }}
    QPushButton[role="primary"]:hover {{ background: {theme.mix(t.accent, t.text, 0.12)}; }}
    QPushButton[role="primary"]:disabled {{
        color: {t.text_muted}; background: {theme.mix(t.surface, t.line, 0.5)}; border-color: {t.line};
    }}
    QPushButton[role="danger"] {{ color: {t.bad}; border-color: {t.bad}; }}
    QPushButton[role="danger"]:hover {{ background: {t.tint(t.bad, 0.12)}; }}
    QPushButton[role="quiet"], QToolButton[role="quiet"] {{ background: transparent; border-color: transparent; }}
    QPushButton[role="quiet"]:hover, QToolButton[role="quiet"]:hover {{ background: {hover}; }}
    QLineEdit, QComboBox, QDateEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit {{
        color: {t.text}; background: {t.surface}; border: {theme.HAIRLINE}px solid {edge};
        border-radius: {theme.RADIUS_CONTROL}px;
        padding: {theme.SPACE_2}px {theme.SPACE_3}px; min-height: {theme.SPACE_4 + theme.SPACE_1}px;
        selection-background-color: {t.accent}; selection-color: {t.on_accent};
    }}
    QComboBox QAbstractItemView {{
        background: {t.raised}; border: {theme.HAIRLINE}px solid {t.line}; outline: none;
        selection-background-color: {t.tint(t.accent, 0.22)}; selection-color: {t.text};
    }}
    QPushButton:focus, QToolButton:focus, QLineEdit:focus, QComboBox:focus, QDateEdit:focus, QSpinBox:focus,
    QDoubleSpinBox:focus, QPlainTextEdit:focus {{ border: {theme.FOCUS_LINE}px solid {t.accent}; }}
    QPushButton[role="primary"]:focus {{ border-color: {t.text}; }}
    QProgressBar {{
        background: {theme.mix(t.surface, t.line, 0.6)}; border: none; border-radius: {theme.SPACE_1}px;
        height: {theme.SPACE_2}px; max-height: {theme.SPACE_2}px; text-align: center;
    }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: {theme.SPACE_1}px; }}
    """


def _admin_frames(t: Tokens) -> str:
    chosen = t.tint(t.accent, 0.16)
    return f"""
    QMainWindow, QDialog {{ background: {t.bg}; }}
    QFrame[role="card"] {{
        background: {t.surface}; border: {theme.HAIRLINE}px solid {t.line}; border-radius: {theme.RADIUS_CARD}px;
    }}
    QFrame[role="drawer"] {{ background: {t.surface}; border: none; border-left: {theme.HAIRLINE}px solid {t.line}; }}
    QFrame[role="banner"] {{
        background: {t.tint(t.warn, 0.14)}; border: {theme.HAIRLINE}px solid {t.warn};
        border-radius: {theme.RADIUS_CONTROL}px;
    }}
    QFrame[role="banner-bad"] {{
        background: {t.tint(t.bad, 0.14)}; border: {theme.HAIRLINE}px solid {t.bad};
        border-radius: {theme.RADIUS_CONTROL}px;
    }}
    QFrame[role="toast"] {{
        background: {t.raised}; border: {theme.HAIRLINE}px solid {t.ok}; border-radius: {theme.RADIUS_CONTROL}px;
    }}
    QListWidget[role="navigation"] {{
        background: {t.surface}; border: none; border-right: {theme.HAIRLINE}px solid {t.line}; outline: none;
        padding: {theme.SPACE_2}px;
    }}
    QListWidget[role="navigation"]::item {{
        color: {t.text}; padding: {theme.SPACE_3}px; border-radius: {theme.RADIUS_CONTROL}px;
        border: {theme.FOCUS_LINE}px solid transparent;
    }}
    QListWidget[role="navigation"]::item:hover {{ background: {theme.mix(t.surface, t.text, 0.05)}; }}
    QListWidget[role="navigation"]::item:selected {{ background: {chosen}; color: {t.accent}; }}
    QListWidget[role="navigation"]::item:focus {{ border-color: {t.accent}; }}
    QTableView {{
        background: {t.surface}; alternate-background-color: {theme.mix(t.surface, t.line, 0.2)};
        border: {theme.HAIRLINE}px solid {t.line}; border-radius: {theme.RADIUS_CONTROL}px; gridline-color: {t.line};
        padding: {theme.FOCUS_LINE - theme.HAIRLINE}px;
        selection-background-color: {chosen}; selection-color: {t.text};
    }}
    QTableView:focus {{ border: {theme.FOCUS_LINE}px solid {t.accent}; padding: 0; }}
    QTableView::item {{ padding: {theme.SPACE_1}px {theme.SPACE_2}px; }}
    QHeaderView::section {{
        background: {t.surface}; color: {t.text_muted}; border: none; border-bottom: {theme.HAIRLINE}px solid {t.line};
        padding: {theme.SPACE_2}px; font-size: {theme.ADMIN_CAPTION}px; font-weight: 600;
    }}
    """
