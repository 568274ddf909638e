"""The look of both windows: colour tokens, sizes, fonts, tinted icons and the style sheets made from them.

Colours, sizes and fonts are written here and nowhere else in ``ui/``. Source of the values: the product's
design sheet, whose contrast ratios (text on background at least 6.7:1) are checked in ``tests/ui/test_theme.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from attendance.resource_files import resource_path
from attendance.ui.fonts import families

ThemeMode = Literal["auto", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """One set of colours, as "#RRGGBB".

    Attributes:
        on_accent: text on a filled accent or bad area.
        shadow: colour of the one shadow; painted at ``SHADOW_ALPHA``.
    """

    name: Literal["light", "dark"]
    bg: str
    surface: str
    raised: str
    line: str
    text: str
    text_muted: str
    accent: str
    ok: str
    warn: str
    bad: str
    on_accent: str
    shadow: str = "#000000"

    @property
    def is_dark(self) -> bool:
        """True for the dark set."""
        return self.name == "dark"

    def tint(self, colour: str, share: float) -> str:
        """Return the surface mixed with ``share`` (0..1) of a colour, for quiet filled areas."""
        return mix(self.surface, colour, share)


DARK = Tokens(
    name="dark",
    bg="#0E1116",
    surface="#171B22",
    raised="#20262F",
    line="#323A46",
    text="#F2F4F7",
    text_muted="#A9B2BF",
    accent="#6EA8FE",
    ok="#4ADE80",
    warn="#FBBF24",
    bad="#FB7185",
    on_accent="#0E1116",
)
LIGHT = Tokens(
    name="light",
    bg="#F6F7F9",
    surface="#FFFFFF",
    raised="#FFFFFF",
    line="#D5DAE1",
    text="#12161C",
    text_muted="#4A5361",
    accent="#1D4ED8",
    ok="#14652F",
    warn="#7A4B00",
    bad="#A3123A",
    on_accent="#FFFFFF",
)

# 4-px grid, in logical pixels.
SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8, SPACE_12, SPACE_16 = 4, 8, 12, 16, 24, 32, 48, 64
RADIUS_CONTROL = 8
RADIUS_CARD = 16
SHADOW_ALPHA = 38
SHADOW_BLUR = 24
SHADOW_OFFSET = 4
TOUCH_TARGET = 64
FOCUS_RING = 3
HAIRLINE = 1
FOCUS_LINE = 2

# The kiosk's smallest running text, readable from 1.5 m; only the lower edge's captions are smaller.
KIOSK_SMALLEST = 28
# What somebody is asked to do is never smaller.
GUIDANCE_SMALLEST = 40

# Type sizes of the admin window in logical pixels.
ADMIN_CAPTION, ADMIN_BODY, ADMIN_HEADING, ADMIN_TITLE = 13, 15, 20, 28


@dataclass(frozen=True, slots=True)
class KioskMetrics:
    """Type and layout sizes of the kiosk in logical pixels, from the short side ``s`` of the window.

    Attributes:
        touch: height of a button, at least that of a finger and of a Chinese line with some air.
        gap: distance between areas and inside cards, on the 4-px grid.
    """

    caption: int
    body: int
    guidance: int
    name: int
    clock: int
    touch: int
    gap: int


def kiosk_metrics(short_side_px: int) -> KioskMetrics:
    """Return the kiosk's sizes: shares of the short side with floors that stay readable from 1.5 m."""
    s = max(short_side_px, 1)
    body = max(KIOSK_SMALLEST, round(0.04 * s))
    return KioskMetrics(
        caption=max(16, round(0.026 * s)),
        body=body,
        guidance=max(GUIDANCE_SMALLEST, round(0.06 * s)),
        name=max(36, round(0.08 * s)),
        clock=max(48, round(0.14 * s)),
        touch=touch_height(body),
        gap=min(SPACE_12, max(SPACE_3, round(0.03 * s / 4) * 4)),
    )


def touch_height(text_px: int) -> int:
    """Return the height of a button with words of a size, in logical pixels."""
    return max(TOUCH_TARGET, round(1.6 * text_px))


class ThemeHolder(QObject):
    """Holds the active tokens and tells the windows when they change.

    Signals:
        theme_changed: the tokens are other ones now; fetch them with ``tokens()``.
    """

    theme_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mode: ThemeMode = "auto"
        self.tokens = LIGHT

    @Slot()
    def adopt(self) -> None:
        """Set the palette for the current mode; announce a change of tokens."""
        wanted = _resolve(self.mode)
        QApplication.setPalette(_palette(wanted))
        if wanted is not self.tokens:
            self.tokens = wanted
            self.theme_changed.emit()


holder = ThemeHolder()


def tokens() -> Tokens:
    """Return the colours in use."""
    return holder.tokens


def mode() -> ThemeMode:
    """Return the mode last asked for."""
    return holder.mode


def apply_theme(app: QApplication, mode: ThemeMode) -> None:
    """Dress the whole application: Fusion style, palette, font; "auto" follows the system from now on."""
    hints = QGuiApplication.styleHints()
    if app.property("attendance_themed") is None:
        app.setProperty("attendance_themed", True)
        app.setStyle("Fusion")
        app.setFont(font(ADMIN_BODY))
        hints.colorSchemeChanged.connect(holder.adopt)
    holder.mode = mode
    # Title bars and native dialogs follow the chosen scheme too.
    if mode == "auto":
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if mode == "dark" else Qt.ColorScheme.Light)
    holder.adopt()


def font(size_px: int, *, weight: QFont.Weight = QFont.Weight.Normal, tabular: bool = False) -> QFont:
    """Return the interface font: the families that come with the program, the system's only for what they lack.

    Args:
        size_px: logical pixels.
        weight: stroke weight.
        tabular: digits of equal width, for times and columns of numbers.
    """
    made = QFont(families())
    made.setPixelSize(max(1, size_px))
    made.setWeight(weight)
    # Widths then depend on the size alone, not on how a system hints.
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def mix(base: str, over: str, share: float) -> str:
    """Return ``share`` (0..1) of one "#RRGGBB" laid over another."""
    a, b = QColor(base), QColor(over)
    blended = (round(x + (y - x) * share) for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True))  # type: ignore[index]
    return "#{:02X}{:02X}{:02X}".format(*blended)


def alpha(colour: str, opacity: float) -> QColor:
    """Return a colour with an opacity of 0..1."""
    made = QColor(colour)
    made.setAlphaF(opacity)
    return made


@lru_cache(maxsize=64)
def _svg_source(name: str) -> str:
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")


def icon_pixmap(name: str, colour: str, size_px: int, ratio: float = 1.0) -> QPixmap:
    """Draw one icon of ``resources/icons``.

    Args:
        name: file name without ".svg".
        colour: "#RRGGBB" that replaces the drawing's current colour.
        size_px: edge length in logical pixels.
        ratio: device pixel ratio of the target.
    """
    renderer = QSvgRenderer(QByteArray(_svg_source(name).replace("currentColor", colour).encode()))
    edge = max(1, round(size_px * ratio))
    pixmap = QPixmap(edge, edge)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon(name: str, colour: str = "") -> QIcon:
    """Return one icon of ``resources/icons`` in a colour (the text colour when empty), sharp at common sizes."""
    made = QIcon()
    for size in (16, 20, 24, 32, 48, 64, 96, 128):
        made.addPixmap(icon_pixmap(name, colour or tokens().text, size))
    if not colour:
        for size in (16, 24, 48):
            made.addPixmap(icon_pixmap(name, tokens().text_muted, size), QIcon.Mode.Disabled)
    return made


def _resolve(mode: ThemeMode) -> Tokens:
    if mode == "auto":
        is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if is_dark else LIGHT
    return DARK if mode == "dark" else LIGHT


def _palette(t: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: t.bg,
        role.WindowText: t.text,
        role.Base: t.surface,
        role.AlternateBase: mix(t.surface, t.line, 0.25),
        role.ToolTipBase: t.raised,
        role.ToolTipText: t.text,
        role.PlaceholderText: t.text_muted,
        role.Text: t.text,
        role.Button: t.raised,
        role.ButtonText: t.text,
        role.BrightText: t.bad,
        role.Light: mix(t.raised, t.text, 0.10),
        role.Midlight: mix(t.raised, t.text, 0.05),
        role.Mid: t.line,
        role.Dark: mix(t.line, t.bg, 0.3) if t.is_dark else mix(t.line, t.text, 0.3),
        role.Shadow: t.shadow,
        role.Highlight: t.accent,
        role.HighlightedText: t.on_accent,
        role.Accent: t.accent,
        role.Link: t.accent,
        role.LinkVisited: t.accent,
    }
    palette = QPalette()
    for key, value in colours.items():
        palette.setColor(key, QColor(value))
    faded = QColor(mix(t.surface, t.text_muted, 0.7))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, faded)
    return palette
