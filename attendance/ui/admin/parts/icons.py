"""Icons of buttons and labels that follow the theme: each widget remembers its icon by name."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.stylesheet import ICON

_NAME, _TOKEN, _SIZE = "icon_name", "icon_token", "icon_size"


def set_icon(widget: QAbstractButton | QLabel, name: str, token: str = "text", size_px: int = ICON) -> None:
    """Show an icon of ``resources/icons`` in the colour of a token, now and after every change of theme.

    Args:
        widget: a button or a label.
        name: file name without ".svg".
        token: attribute name of ``theme.Tokens``.
        size_px: edge in logical pixels.
    """
    widget.setProperty(_NAME, name)
    widget.setProperty(_TOKEN, token)
    widget.setProperty(_SIZE, size_px)
    _tint(widget)


def retint(root: QWidget) -> None:
    """Draw every icon below a widget in the colours now in use."""
    buttons, labels = root.findChildren(QAbstractButton), root.findChildren(QLabel)
    for button in buttons:
        if button.property(_NAME):
            _tint(button)
    for label in labels:
        if label.property(_NAME):
            _tint(label)


def _tint(widget: QAbstractButton | QLabel) -> None:
    name, size = str(widget.property(_NAME)), int(widget.property(_SIZE))
    colour = str(getattr(theme.tokens(), str(widget.property(_TOKEN))))
    if isinstance(widget, QLabel):
        widget.setPixmap(theme.icon_pixmap(name, colour, size, widget.devicePixelRatioF()))
        widget.setFixedSize(size, size)
    else:
        icon = theme.icon(name, colour)
        faded = theme.icon_pixmap(name, theme.tokens().text_muted, size, widget.devicePixelRatioF())
        icon.addPixmap(faded, QIcon.Mode.Disabled)
        widget.setIcon(icon)
        widget.setIconSize(QSize(size, size))
