"""The tokens are those of the design sheet, and nothing else in ui/ chooses a colour or a size."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QLabel, QStyle

import attendance.ui
from attendance.resource_files import resource_path
from attendance.ui import motion, theme
from attendance.ui.stylesheet import admin_stylesheet, kiosk_stylesheet, set_role

UI = Path(attendance.ui.__file__).parent


def contrast(a: str, b: str) -> float:
    """WCAG 2.2 contrast ratio of two sRGB colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# Ratios of the design sheet: dark on bg, light on surface.
RATIOS = {
    "text": (17.2, 18.2),
    "text_muted": (8.8, 7.8),
    "accent": (7.8, 6.7),
    "ok": (10.9, 7.2),
    "warn": (11.3, 7.4),
    "bad": (7.0, 7.8),
}


@pytest.mark.parametrize("name", RATIOS)
def test_that_tokens_have_the_contrast_of_the_design(name: str) -> None:
    dark, light = RATIOS[name]

    assert contrast(getattr(theme.DARK, name), theme.DARK.bg) == pytest.approx(dark, abs=0.1)
    assert contrast(getattr(theme.LIGHT, name), theme.LIGHT.surface) == pytest.approx(light, abs=0.1)


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=lambda t: t.name)
@pytest.mark.parametrize("tone", ["ok", "accent", "warn", "bad", "text_muted"])
def test_that_words_on_a_tinted_area_stay_readable(tokens: theme.Tokens, tone: str) -> None:
    colour = getattr(tokens, tone)

    assert contrast(colour, tokens.tint(colour, 0.14)) >= 4.5
    assert contrast(tokens.text, tokens.tint(colour, 0.16)) >= 7


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=lambda t: t.name)
def test_that_a_filled_button_has_readable_words(tokens: theme.Tokens) -> None:
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5


def test_that_kiosk_sizes_are_shares_of_the_short_side() -> None:
    m = theme.kiosk_metrics(1080)

    assert (m.caption, m.body, m.guidance, m.name, m.clock) == (28, 43, 65, 86, 151)


def test_that_kiosk_sizes_never_fall_below_what_can_be_read() -> None:
    m = theme.kiosk_metrics(480)

    assert m.body == 28
    assert m.guidance == 40
    assert m.gap % 4 == 0


def test_that_only_the_theme_writes_colours_and_sizes() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![^\n]*%)")
    size = re.compile(r"\b\d+(\.\d+)?(px|pt)\b(?! solid| dashed)")  # the width of a border line is part of its kind
    made_font = re.compile(r"\bQFont\(|font-family|QColor\(\s*(\d|[\"'])|setPointSize|setPixelSize")
    found = [
        f"{path.relative_to(UI)}:{number}: {line.strip()}"
        for path in sorted(UI.rglob("*.py"))
        if path != UI / "theme.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if colour.search(line) or size.search(line) or made_font.search(line)
    ]

    assert found == []


def test_that_both_themes_dress_the_application(qapp: QApplication) -> None:
    theme.apply_theme(qapp, "dark")
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.DARK.bg)
    assert theme.tokens() is theme.DARK

    theme.apply_theme(qapp, "light")
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.LIGHT.bg)
    assert qapp.style().name() == "fusion"


def test_that_a_change_of_theme_is_announced_once(qapp: QApplication) -> None:
    spy = QSignalSpy(theme.holder.theme_changed)

    theme.apply_theme(qapp, "dark")
    theme.apply_theme(qapp, "dark")

    assert spy.count() == 1


def test_that_auto_follows_the_system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    theme.apply_theme(qapp, "auto")
    hints = QGuiApplication.styleHints()

    class DarkHints:
        def colorScheme(self) -> Qt.ColorScheme:
            return Qt.ColorScheme.Dark

    monkeypatch.setattr(theme.QGuiApplication, "styleHints", DarkHints)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)

    assert theme.tokens() is theme.DARK


def test_that_a_chosen_theme_ignores_the_system(qapp: QApplication) -> None:
    theme.apply_theme(qapp, "light")

    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)

    assert theme.tokens() is theme.LIGHT


def test_that_times_get_tabular_figures(qapp: QApplication) -> None:
    tnum = QFont.Tag("tnum")

    assert theme.font(20, tabular=True).featureValue(tnum) == 1
    assert not theme.font(20).isFeatureSet(tnum)


def test_that_reduced_motion_stops_transitions(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < motion.motion_ms() <= 200

    class CalmStyle:
        def styleHint(self, hint: QStyle.StyleHint) -> int:
            return 0 if hint is QStyle.StyleHint.SH_Widget_Animation_Duration else 1

    monkeypatch.setattr(motion.QApplication, "style", CalmStyle)

    assert motion.motion_ms() == 0


ICONS = sorted(path.stem for path in resource_path("icons").glob("*.svg"))


def test_that_the_icon_set_is_complete() -> None:
    wanted = (
        "check arrow-in arrow-out warning person people camera camera-off globe search download trash plus settings "
        "report sun moon close undo clock"
    )

    assert set(wanted.split()) <= set(ICONS)


@pytest.mark.parametrize("name", ICONS)
def test_that_every_icon_is_a_two_pixel_drawing_in_the_asked_colour(qapp: QApplication, name: str) -> None:
    source = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    image = theme.icon_pixmap(name, "#FF0000", 48, 2.0).toImage()
    painted = [
        image.pixelColor(x, y) for x in range(0, 96) for y in range(0, 96) if image.pixelColor(x, y).alpha() == 255
    ]

    assert 'viewBox="0 0 24 24"' in source
    assert 'stroke-width="2"' in source
    assert len(painted) > 50
    assert all((c.red(), c.green(), c.blue()) == (255, 0, 0) for c in painted)


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=lambda t: t.name)
def test_that_style_sheets_colour_labels_by_role(qapp: QApplication, tokens: theme.Tokens) -> None:
    for sheet in (admin_stylesheet(tokens), kiosk_stylesheet(tokens, theme.kiosk_metrics(800))):
        label = QLabel("x")
        label.setStyleSheet(sheet)
        set_role(label, "warn")
        label.ensurePolished()
        before = label.palette().color(label.foregroundRole())
        set_role(label, "muted")

        assert before == QColor(tokens.warn)
        assert label.palette().color(label.foregroundRole()) == QColor(tokens.text_muted)


def roles_of(value: ast.expr) -> set[str]:
    """Return what an expression gives as a role; of one that is put together, what it begins with and an ellipsis."""
    if isinstance(value, ast.IfExp):
        return roles_of(value.body) | roles_of(value.orelse)
    if isinstance(value, ast.JoinedStr) and isinstance(value.values[0], ast.Constant):
        return {f"{value.values[0].value}..."}
    return {str(value.value)} - {""} if isinstance(value, ast.Constant) else set()


def test_that_every_role_of_a_widget_has_a_rule_in_a_stylesheet() -> None:
    """A role without a rule is drawn as plain text, and nobody is told."""
    used, ruled = set(), set()
    for path in Path(attendance.ui.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        ruled |= set(re.findall(r'\[role="([\w-]+)["{]', text))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "set_role":
                used |= roles_of(node.args[1])
    begins = {f"{role[:n]}..." for role in ruled for n in range(1, len(role) + 1)}
    assert len(used) > 10
    assert used - ruled - begins == set()
