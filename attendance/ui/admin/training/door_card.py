"""A new model on its way to the door: install, compare beside the one in use, go live, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from attendance.services.recognizers.go_live import GoLiveState
from attendance.services.training.service import TrainingService
from attendance.services.training.status import TrainingStatus
from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.training.confirm import ConfirmPanel
from attendance.ui.admin.training.door_words import (
    busy_text,
    discard_question,
    door_text,
    go_live_question,
    rollback_question,
)
from attendance.ui.admin.training.words import lost_text
from attendance.ui.stylesheet import set_role

TICK_MS = 300
Progress = Callable[[int, int], None]


class TrainingDoorCard(QFrame):
    """Hidden until there is a promoted pack, a candidate or a way back.

    Signals:
        changed: a pack was installed or discarded.
        switched: name of the pack that is in use now.
    """

    changed = Signal()
    switched = Signal(str)

    def __init__(self, service: TrainingService, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._service, self._jobs = service, jobs
        self._state: GoLiveState | None = None
        self._status = TrainingStatus()
        self._doing = ""
        self._progress = (0, 0)
        self.heading, self.sentence, self.busy = QLabel(), QLabel(), QLabel()
        self.lost, self.error = Notice(), Notice()
        self.question = ConfirmPanel()
        self.bar = QProgressBar()
        self.install, self.go_live, self.back = QPushButton(), QPushButton(), QPushButton()
        self.discard, self.stop = QPushButton(), QPushButton()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        set_role(self.heading, "heading")
        set_role(self.busy, "muted")
        self.sentence.setWordWrap(True)
        self.bar.setTextVisible(False)
        for button in (self.install, self.go_live):
            set_role(button, "primary")
        set_role(self.discard, "danger")
        set_icon(self.back, "undo")
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        for button in (self.install, self.go_live, self.back, self.discard, self.stop):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_4)
        column.setSpacing(theme.SPACE_3)
        for widget in (self.heading, self.sentence, self.lost, self.busy, self.bar, self.question, self.error):
            column.addWidget(widget)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.install.clicked.connect(self._on_install)
        self.go_live.clicked.connect(
            lambda: self.question.ask(lambda: go_live_question(self._known_state()), self._promote)
        )
        self.back.clicked.connect(
            lambda: self.question.ask(lambda: rollback_question(self._known_state()), self._roll_back)
        )
        self.discard.clicked.connect(
            lambda: self.question.ask(lambda: discard_question(self._state, self._status), self._discard)
        )
        self.stop.clicked.connect(self._service.go_live.cancel)
        self.question.changed.connect(self._update)
        self._tick.timeout.connect(self._say_busy)

    @property
    def is_busy(self) -> bool:
        """True while a pack is installed, prepared or switched."""
        return bool(self._doing)

    # --- state ---------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask which recognizer plays which part."""
        if not self.is_busy:
            self._jobs.submit(self._service.go_live.state, self._on_state, self._on_failed)

    def show_status(self, status: TrainingStatus) -> None:
        """Take in how the last training ended."""
        self._status = status
        self._update()

    def leave(self) -> None:
        """End a preparation in work; the page goes away."""
        if self.is_busy:
            self._service.go_live.cancel()

    def _on_state(self, state: GoLiveState) -> None:
        self._state = state
        self._update()

    def _known_state(self) -> GoLiveState:
        assert self._state is not None
        return self._state

    @property
    def _has_result(self) -> bool:
        result = self._status.result
        return result is not None and result.is_promoted

    # --- actions -------------------------------------------------------------------------------------

    @Slot()
    def _on_install(self) -> None:
        if self._has_result:
            self._begin("install", self._service.install, lambda _info: self._on_changed())
            return
        candidate = self._known_state().candidate
        assert candidate is not None
        go_live = self._service.go_live
        self._begin("install", lambda progress: go_live.prepare(candidate, progress), lambda _out: self._on_changed())

    def _promote(self) -> None:
        state, go_live = self._known_state(), self._service.go_live
        # Who would be lost was named in the question.
        force = bool(state.would_be_unknown)
        name = state.candidate or ""
        self._begin(
            "switch",
            lambda progress: go_live.promote(force=force, progress=progress),
            lambda _outcome: self._on_switched(name),
        )

    def _roll_back(self) -> None:
        self._begin("switch", lambda _progress: self._service.go_live.rollback(), self._on_switched)

    def _discard(self) -> None:
        if self._has_result:
            self._begin("discard", lambda _progress: self._service.put_away(), lambda _nothing: self._on_changed())
        else:
            go_live = self._service.go_live
            self._begin("discard", lambda _progress: go_live.discard(), lambda _nothing: self._on_changed())

    def _begin(self, doing: str, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        self._doing, self._progress = doing, (0, 0)
        self.error.clear()
        self._tick.start()
        self._update()

        def finish(answer: object) -> None:
            self._end()
            done(answer)

        self._jobs.submit(lambda: work(self._note), finish, self._on_failed)

    def _note(self, done: int, total: int) -> None:
        """Take progress in a worker thread; the tick shows it."""
        self._progress = (done, total)

    def _end(self) -> None:
        self._doing = ""
        self._tick.stop()
        self._update()

    def _on_failed(self, error: Exception) -> None:
        was_busy = self.is_busy
        self._end()
        self.error.say_error(error)
        self.setVisible(True)
        if was_busy:
            self.changed.emit()

    def _on_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _on_switched(self, name: str) -> None:
        self.switched.emit(name)

    # --- words ---------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.heading.setText(translate("admin", "At the door"))
        self.discard.setText(translate("admin", "Discard"))
        self.go_live.setText(translate("admin", "Go live"))
        self.back.setText(translate("admin", "Back to the previous model"))
        self.stop.setText(translate("admin", "Stop"))
        self.bar.setAccessibleName(translate("admin", "Progress of the preparation"))
        self.question.retranslate()
        self._update()

    @Slot()
    def _update(self) -> None:
        state, has_result = self._state, self._has_result
        is_candidate = state is not None and state.candidate is not None and not has_result
        is_prepared = state is not None and is_candidate and state.prepared
        has_way = has_result or is_candidate or (state is not None and state.previous is not None)
        self.setVisible(has_way and not self._status.is_running)
        self.sentence.setText(door_text(state, has_result=has_result))
        self.lost.say(lost_text(state.would_be_unknown) if state is not None and is_prepared else "", kind="warn")
        is_asking = self.question.is_asking
        shown = {
            self.install: has_result or (is_candidate and not is_prepared),
            self.go_live: is_prepared,
            self.back: state is not None and state.previous is not None and not has_result and not is_candidate,
            self.discard: has_result or is_candidate,
        }
        for button, is_shown in shown.items():
            button.setVisible(is_shown and not self.is_busy)
            button.setEnabled(not is_asking and not self._status.is_running)
        self.install.setText(
            translate("admin", "Install and compare at the door")
            if has_result
            else translate("admin", "Go on preparing")
        )
        self.stop.setVisible(self._doing == "install")
        self._say_busy()

    @Slot()
    def _say_busy(self) -> None:
        done, total = self._progress
        self.busy.setVisible(self.is_busy)
        self.bar.setVisible(self.is_busy)
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.busy.setText(busy_text(self._doing, done, total))
