"""Hears of every touch and key, before any widget takes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

_TOUCHES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress})


class Touches(QObject):
    """Watches where touches and keys enter a window.

    Args:
        window: a window of its own, shown or not yet.

    Signals:
        touched: somebody is at the screen.
    """

    touched = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell of a touch, and take nothing away."""
        if isinstance(watched, QWidget):
            handle = watched.windowHandle()
            if event.type() == QEvent.Type.Show and handle is not None:
                handle.installEventFilter(self)  # once more does no harm
        elif event.type() in _TOUCHES:
            self.touched.emit()
        return False
