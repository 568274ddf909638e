"""Darkens the content after a while without anybody, to spare the screen and the eyes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from attendance.ui import theme

_OPACITY = 0.55


class Dimmer(QWidget):
    """A dark sheet over a widget; lets every touch through.

    Args:
        over: the widget to cover; its resizing is followed.
        after_s: seconds without ``wake`` until it shows.
    """

    def __init__(self, over: QWidget, *, after_s: float) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(round(after_s * 1000))
        self._wait.timeout.connect(self._dim)
        over.installEventFilter(self)
        self.hide()
        self._wait.start()

    @property
    def is_dimmed(self) -> bool:
        """True while the content is dark."""
        return not self.isHidden()

    def wake(self) -> None:
        """Show the content bright and start waiting anew."""
        self.hide()
        self._wait.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the covered widget."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sheet."""
        QPainter(self).fillRect(self.rect(), theme.alpha(theme.DARK.shadow, _OPACITY))

    def _dim(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()
