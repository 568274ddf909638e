"""A new model on its way to the door: compare beside the one in use, go live, and back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from attendance.errors import Reason
from attendance.services.recognizers.go_live import GoLiveState
from attendance.ui import theme
from attendance.ui.admin.parts.confirm import ConfirmPanel, OtherAnswer
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.recognizers.door_run import Doing, DoorRun
from attendance.ui.admin.parts.recognizers.door_words import (
    busy_text,
    calibrate_first_text,
    discard_question,
    door_text,
    go_live_question,
    lost_text,
    rollback_question,
)
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role

_TICK_MS = 300


class DoorCard(QFrame):
    """Hidden until there is a candidate, a way back, or something that went wrong.

    Args:
        run: what is in work, shared by the pages.

    Signals:
        calibrate_asked: name of the candidate, which is to be calibrated before it goes live.
    """

    calibrate_asked = Signal(str)

    def __init__(self, run: DoorRun, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.run = run
        self.heading, self.sentence, self.busy = QLabel(), QLabel(), QLabel()
        self.lost, self.error, self.hindrance = Notice(), Notice(), Notice()
        self.question = ConfirmPanel()
        self.bar = QProgressBar()
        self.install, self.go_live, self.back = QPushButton(), QPushButton(), QPushButton()
        self.discard, self.stop = QPushButton(), QPushButton()
        self._asked_about: tuple[str | None, ...] = ()
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
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
        for widget in (self.heading, self.sentence, self.lost, self.busy, self.bar, self.question):
            column.addWidget(widget)
        for notice in (self.error, self.hindrance):
            column.addWidget(notice)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.install.clicked.connect(self._on_install)
        self.go_live.clicked.connect(self._on_go_live)
        self.back.clicked.connect(lambda: self._ask(lambda: rollback_question(self.known_state()), self.run.roll_back))
        self.discard.clicked.connect(lambda: self._ask(self.discard_question, self.discard_it))
        self.stop.clicked.connect(self.run.cancel)
        self.question.changed.connect(self.update_parts)
        self.run.changed.connect(self._on_run)
        self._tick.timeout.connect(self._say_busy)

    # --- what a page may have beside the candidate ---------------------------------------------------

    @property
    def has_result(self) -> bool:
        """True while something waits that is not installed yet."""
        return False

    @property
    def is_kept_back(self) -> bool:
        """True while the page has something more important to show."""
        return False

    def door_sentence(self) -> str:
        """Return which model is where."""
        return door_text(self.run.state)

    def discard_question(self) -> tuple[str, str]:
        """Return what is lost, and the text of the button."""
        return discard_question(self.run.state)

    def install_text(self) -> str:
        """Return the text of the button that prepares."""
        return translate("admin", "Go on preparing")

    def install_it(self) -> None:
        """Go on with an interrupted preparation."""
        candidate = self.known_state().candidate
        assert candidate is not None
        self.run.prepare(candidate)

    def discard_it(self) -> None:
        """Forget the candidate."""
        self.run.discard()

    # --- actions -------------------------------------------------------------------------------------

    def known_state(self) -> GoLiveState:
        """Return the parts of the recognizers; only called while they are known."""
        assert self.run.state is not None
        return self.run.state

    @Slot()
    def _on_install(self) -> None:
        self.install_it()

    @Slot()
    def _on_go_live(self) -> None:
        self.run.check(self._on_checked)

    def _on_checked(self, problems: tuple[Reason, ...]) -> None:
        state = self.known_state()

        def question() -> tuple[str, str]:
            return go_live_question(self.known_state(), problems)

        def promote() -> None:
            self.run.promote(problems)

        if state.candidate_is_calibrated:
            self._ask(question, promote)
            return
        name = state.candidate or ""
        self._ask(
            lambda: (question()[0], calibrate_first_text()),
            lambda: self.calibrate_asked.emit(name),
            OtherAnswer(lambda: question()[1], promote),
        )

    def _ask(
        self, question: Callable[[], tuple[str, str]], action: Callable[[], None], other: OtherAnswer | None = None
    ) -> None:
        self._asked_about = self._parts()
        self.question.ask(question, action, other)

    def _parts(self) -> tuple[str | None, ...]:
        """Return what a question is about; another program may change it."""
        state = self.run.state
        return () if state is None else (state.active, state.candidate, state.previous)

    @Slot()
    def _on_run(self) -> None:
        if self.question.is_asking and (not self.run.is_free or self._parts() != self._asked_about):
            self.question.dismiss()
        if self.run.is_busy:
            self._tick.start()
        else:
            self._tick.stop()
        self.update_parts()

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
        self.update_parts()

    @Slot()
    def update_parts(self) -> None:
        """Show what can be done now."""
        state, has_result = self.run.state, self.has_result
        is_candidate = state is not None and state.candidate is not None and not has_result
        is_prepared = state is not None and is_candidate and state.prepared
        has_way = has_result or is_candidate or (state is not None and state.previous is not None)
        is_telling = has_way or self.run.is_busy or self.run.error is not None
        self.setVisible(is_telling and not self.is_kept_back)
        self.sentence.setText(self.door_sentence())
        self.sentence.setVisible(bool(self.sentence.text()))
        self.lost.say(lost_text(state.would_be_unknown) if state is not None and is_prepared else "", kind="warn")
        if self.run.error is None:
            self.error.clear()
        else:
            self.error.say_error(self.run.error)
        self.hindrance.say(self.run.hindrance if has_way else "")
        shown = {
            self.install: has_result or (is_candidate and not is_prepared),
            self.go_live: is_prepared,
            self.back: state is not None and state.previous is not None and not has_result and not is_candidate,
            self.discard: has_result or is_candidate,
        }
        for button, is_shown in shown.items():
            button.setVisible(is_shown and not self.run.is_busy)
            button.setEnabled(self.run.is_free and not self.question.is_asking)
        self.install.setText(self.install_text())
        self.stop.setVisible(self.run.doing is Doing.PREPARE)
        self._say_busy()

    @Slot()
    def _say_busy(self) -> None:
        done, total = self.run.progress
        self.busy.setVisible(self.run.is_busy)
        self.bar.setVisible(self.run.is_busy)
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.busy.setText(busy_text(self.run.doing, self.run.name, done, total))
