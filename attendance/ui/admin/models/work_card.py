"""What is done with a pack now: a sentence, a bar, and the way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.admin.models.words import work_text
from attendance.ui.admin.models.work import ModelWork, Task
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role

_TICK_MS = 300
_PER_MILLE = 1000
_CAN_STOP = frozenset({Task.DOWNLOAD, Task.CALIBRATE})


class WorkCard(QFrame):
    """Hidden while nothing is done."""

    def __init__(self, work: ModelWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._work = work
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop = QPushButton()
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        words = QVBoxLayout()
        words.setSpacing(theme.SPACE_2)
        words.addWidget(self.sentence)
        words.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_3)
        row.setSpacing(theme.SPACE_4)
        row.addLayout(words, 1)
        row.addWidget(self.stop)
        self.stop.clicked.connect(work.stop)
        work.changed.connect(self._on_work)
        self._tick.timeout.connect(self._say)
        self.retranslate()
        self.hide()

    @Slot()
    def _on_work(self) -> None:
        if self._work.is_running:
            self._tick.start()
        else:
            self._tick.stop()
        self.setVisible(self._work.is_running)
        self._say()

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.stop.setText(translate("admin", "Stop"))
        self.bar.setAccessibleName(translate("admin", "Progress"))
        self._say()

    @Slot()
    def _say(self) -> None:
        work = self._work
        if work.task is None:
            return
        pace = work.pace
        self.sentence.setText(work_text(work.task, work.name, pace, is_stopping=work.is_stopping))
        is_whole = pace.total is not None and pace.done >= pace.total
        # Between two steps nobody knows how long it takes: the bar runs. In parts of a thousand, because a download
        # of more than 2 GB is more than a bar can count.
        if pace.total and not is_whole:
            self.bar.setRange(0, _PER_MILLE)
            self.bar.setValue(_PER_MILLE * pace.done // pace.total)
        else:
            self.bar.setRange(0, 0)
        # What was received is only unpacked now, and that cannot be stopped.
        self.stop.setVisible(work.task in _CAN_STOP and not is_whole)
        self.stop.setEnabled(not work.is_stopping)
