"""Finds what is cut off, squeezed or outside in a page of the admin window."""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QDateEdit,
    QLabel,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QWidget,
)

SIZES = ((800, 480), (1366, 768), (3840, 2160))


def shown(kind: type[QWidget], inside: QWidget) -> list[QWidget]:
    return [part for part in inside.findChildren(kind) if part.isVisible()]


def name_of(part: QWidget) -> str:
    text = part.currentText() if isinstance(part, QComboBox) else part.property("text")
    return f"{type(part).__name__} {text!r} {part.size().toTuple()} of {part.sizeHint().toTuple()}"


def cut_labels(page: QWidget) -> list[str]:
    """Return the labels that are smaller than their text; one with a tool tip is cut by design."""
    found = []
    for label in shown(QLabel, page):
        assert isinstance(label, QLabel)
        if not label.text() or label.toolTip() or type(label).__name__ in {"FittedLabel", "IconLabel"}:
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        # A wrapped text needs the width of its longest word; Chinese breaks anywhere.
        pieces = re.findall("[!-\u2e7f]+", label.text()) if label.wordWrap() else []
        longest = max((label.fontMetrics().horizontalAdvance(piece) for piece in pieces), default=0)
        is_narrow = (
            longest > label.contentsRect().width() if label.wordWrap() else label.width() < label.sizeHint().width()
        )
        if is_narrow or label.height() < needed:
            found.append(name_of(label))
    return found


def cut_buttons(page: QWidget) -> list[str]:
    return [
        name_of(button)
        for button in shown(QAbstractButton, page)
        if isinstance(button, QAbstractButton)
        and button.text()
        and (button.width() < button.sizeHint().width() or button.height() < button.sizeHint().height())
    ]


def cut_choices(page: QWidget) -> list[str]:
    """Return the combo boxes whose chosen text is wider than its field."""
    found = []
    for box in shown(QComboBox, page):
        assert isinstance(box, QComboBox)
        option = QStyleOptionComboBox()
        box.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        field = box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box)
        if box.fontMetrics().horizontalAdvance(box.currentText()) > field.width() and not box.toolTip():
            found.append(name_of(box))
    return found


def cut_titles(page: QWidget) -> list[str]:
    found = []
    for table in shown(QTableView, page):
        assert isinstance(table, QTableView)
        header = table.horizontalHeader()
        for column in range(header.count()):
            if not header.isSectionHidden(column) and header.sectionSize(column) < header.sectionSizeHint(column):
                found.append(str(table.model().headerData(column, Qt.Orientation.Horizontal)))
    return found


def outside(page: QWidget) -> list[str]:
    """Return the parts that stand out of their parent, or out of what a scroll area shows sideways."""
    found = []
    for part in shown(QWidget, page):
        parent = part.parentWidget()
        if isinstance(part, QLabel | QAbstractButton | QComboBox) and not isinstance(parent, QTableView):
            area = scroll_area_of(part)
            inside = page if area is None else area.viewport()
            place = QRect(part.mapTo(inside, part.rect().topLeft()), part.size())
            if place.left() < 0 or place.right() > inside.width() or (area is None and place.bottom() > page.height()):
                found.append(f"{name_of(part)} at {place}")
    return found


def squeezed(page: QWidget) -> list[str]:
    """Return the parts that stand out of what holds them: a page that is too high takes height from its fields."""
    found = []
    for part in shown(QWidget, page):
        parent = part.parentWidget()
        is_told = isinstance(part, QLabel | QAbstractButton | QComboBox | QDateEdit)
        if is_told and not isinstance(parent, QAbstractItemView) and part.geometry().bottom() > parent.height():
            found.append(name_of(part))
    return found


def scroll_area_of(part: QWidget) -> QScrollArea | None:
    while (parent := part.parentWidget()) is not None:
        if isinstance(parent, QScrollArea):
            return parent
        part = parent
    return None
