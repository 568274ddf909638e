"""Every state of the kiosk, on every size and in both languages, without a cut-off text."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from attendance.ui.kiosk import guidance
from attendance.ui.kiosk.cards import card_column
from attendance.ui.kiosk.health_panel import HealthPanel
from attendance.ui.theme import TOUCH_TARGET
from attendance.ui.widgets.fitted_label import FittedLabel
from tests.ui.kiosk_scenes import LONG_NAME, SIZES, STATES, WITHOUT_CAMERA, build_state, render_states, settle


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guidance, "MIN_SHOWN_S", 0.0)
    monkeypatch.setattr(card_column, "motion_ms", lambda: 0)


@pytest.mark.knows_fonts
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("state", [*WITHOUT_CAMERA, *STATES])
def test_that_no_text_is_cut_off(qapp: QApplication, state: str, language: str) -> None:
    scene = build_state(state, language=language, theme="dark", size=SIZES[0])
    try:
        for size in SIZES:
            scene.window.resize(*size)
            settle()
            if state.startswith("three-"):
                assert len(scene.window.view.column.cards) == 3, size
            labels = [label for label in scene.window.findChildren(FittedLabel) if label.isVisible()]
            # A small card gives a name one line; the whole name was on the large card before.
            may_be_cut = LONG_NAME if state.startswith("three-") else ""
            assert labels
            assert [label.text() for label in labels if label.is_cut and label.text() != may_be_cut] == [], size
            squeezed = [label.text() for label in labels if label.height() < label.heightForWidth(label.width())]
            assert squeezed == [], size
            buttons = [button for button in scene.window.findChildren(QPushButton) if button.isVisible()]
            assert [button.text() for button in buttons if not _has_room(button)] == [], size
            assert overlapping(scene.window) == [], size
            parts = [part for part in scene.window.findChildren(QWidget) if part.isVisible()]
            assert [part for part in parts if not _is_inside(part)] == [], size
    finally:
        scene.close()


def overlapping(window: QWidget) -> list[tuple[str, str]]:
    """Return the words of buttons and labels that lie on each other, and of buttons lower than a finger."""
    shown = [
        part
        for kind in (QPushButton, FittedLabel)
        for part in window.findChildren(kind)
        if part.isVisible() and part.text() and not _lies_over_others(part)
    ]
    places = [(part, QRect(part.mapTo(window, QPoint(0, 0)), part.size())) for part in shown]
    low = [(part.text(), "low") for part in shown if isinstance(part, QPushButton) and part.height() < TOUCH_TARGET]
    return low + [
        (a.text(), b.text())
        for number, (a, place) in enumerate(places)
        for b, other in places[number + 1 :]
        if place.intersects(other)
    ]


def _lies_over_others(part: QWidget) -> bool:
    parent = part.parentWidget()
    while parent is not None:
        if isinstance(parent, HealthPanel):
            return True
        parent = parent.parentWidget()
    return False


def _has_room(button: QPushButton) -> bool:
    needed = button.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, button.text())
    return button.height() >= needed.height() and button.width() >= needed.width()


def _is_inside(part: QWidget) -> bool:
    parent = part.parentWidget()
    return parent is None or parent.rect().contains(part.geometry())


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_that_the_picture_takes_six_tenths(qapp: QApplication, size: tuple[int, int]) -> None:
    scene = build_state("idle", language="en", theme="light", size=size)
    try:
        view, area = scene.window.view, scene.window.view.area
        if size[0] > size[1]:
            assert area.width() / view.width() == pytest.approx(0.58, abs=0.03)
            assert area.x() < view.idle.mapTo(view, view.idle.rect().topLeft()).x()
        else:
            assert area.height() / view.height() == pytest.approx(0.58, abs=0.03)
            assert area.y() < view.idle.mapTo(view, view.idle.rect().topLeft()).y()
    finally:
        scene.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_that_every_state_can_be_rendered(qapp: QApplication, tmp_path: Path, theme: str) -> None:
    written = render_states(tmp_path, language="zh_CN", theme=theme, size=SIZES[0])

    assert len(written) == len(STATES) + len(WITHOUT_CAMERA)
    images = [QImage(str(path)) for path in written]
    assert all(image.size().toTuple() == SIZES[0] for image in images)
    assert len({path.read_bytes() for path in written}) == len(written)
