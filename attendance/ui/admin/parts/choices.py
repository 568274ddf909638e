"""Fills boxes of choices anew; what was chosen stays chosen, and nobody is told of a change."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QComboBox


def fill(box: QComboBox, choices: Iterable[tuple[str, object]]) -> None:
    """Offer other choices; the first is chosen when the value that was so is not among them.

    Args:
        box: is emptied first.
        choices: of each the text and the value.
    """
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for text, value in choices:
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    box.blockSignals(False)


def reword(box: QComboBox, texts: Iterable[str]) -> None:
    """Offer the same choices in other words, known by their places."""
    chosen = max(box.currentIndex(), 0)
    box.blockSignals(True)
    box.clear()
    box.addItems(list(texts))
    box.setCurrentIndex(chosen)
    box.blockSignals(False)
