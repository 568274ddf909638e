"""The samples taken so far, as small pictures that can be thrown away again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.avatar import image_from_bgr
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.stylesheet import THUMBNAIL
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role

if TYPE_CHECKING:
    from attendance.services.people.enrolment import Sample

_PER_ROW = 5


class SampleStrip(QWidget):
    """Thumbnails of the samples, each with a button that removes it.

    Signals:
        changed: there are other samples now.
    """

    changed = Signal()

    def __init__(self, wanted: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._samples: list[Sample] = []
        self.count_label = QLabel()
        set_role(self.count_label, "caption")
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.SPACE_2)
        self._grid.setColumnStretch(_PER_ROW, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_1)
        column.addWidget(self.count_label)
        column.addLayout(self._grid)
        self._rebuild()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples in the order they were taken."""
        return tuple(self._samples)

    def add(self, sample: Sample) -> None:
        """Put another sample at the end."""
        self._samples.append(sample)
        self._rebuild()
        self.changed.emit()

    def clear(self) -> None:
        """Forget all samples."""
        self._samples.clear()
        self._rebuild()
        self.changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._rebuild()
        super().changeEvent(event)

    def _remove(self, place: int) -> None:
        del self._samples[place]
        self._rebuild()
        self.changed.emit()

    def _rebuild(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        shown = max(self._wanted, len(self._samples))
        for place in range(shown):
            widget = self._picture(place) if place < len(self._samples) else self._gap()
            self._grid.addWidget(widget, place // _PER_ROW, place % _PER_ROW)
            widget.show()
        self._grid.activate()
        self.count_label.setText(
            translate("admin", "Pictures: {count} of {wanted}").format(count=len(self._samples), wanted=self._wanted)
        )

    def _gap(self) -> QWidget:
        gap = QLabel()
        set_role(gap, "gap")
        gap.setFixedSize(THUMBNAIL, THUMBNAIL)
        return gap

    def _picture(self, place: int) -> QWidget:
        label = QLabel()
        label.setFixedSize(THUMBNAIL, THUMBNAIL)
        ratio = self.devicePixelRatioF()
        edge = round(THUMBNAIL * ratio)
        pixmap = QPixmap.fromImage(image_from_bgr(self._samples[place].crop_bgr)).scaled(
            edge, edge, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        pixmap.setDevicePixelRatio(ratio)
        label.setPixmap(pixmap)
        label.setAccessibleName(translate("admin", "Picture {number}").format(number=place + 1))
        remove = QToolButton(label)
        set_role(remove, "remove")
        set_icon(remove, "close", "text", theme.SPACE_3)
        remove.setToolTip(translate("admin", "Remove this picture"))
        remove.setAccessibleName(translate("admin", "Remove picture {number}").format(number=place + 1))
        remove.setFixedSize(theme.SPACE_6, theme.SPACE_6)
        remove.move(THUMBNAIL - theme.SPACE_6, 0)
        remove.clicked.connect(lambda: self._remove(place))
        return label
