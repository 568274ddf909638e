"""The right-hand card of the page Models: one pack, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from attendance.core.licence import licence_line
from attendance.core.ports.clock import Clock
from attendance.core.recognition.carried_calibration import LEAST_PEOPLE
from attendance.core.types import ProviderReport
from attendance.ui.admin.models.pack_row import PackRow, Part
from attendance.ui.admin.models.side_panel import SidePanel
from attendance.ui.admin.models.words import (
    calibration_text,
    landmarks_text,
    part_text,
    purpose_text,
    where_text,
)
from attendance.ui.admin.parts.confirm import ConfirmPanel, OtherAnswer
from attendance.ui.admin.parts.fact_form import FactForm
from attendance.ui.admin.parts.recognizers.door_run import DoorRun
from attendance.ui.admin.parts.recognizers.door_words import (
    calibrate_first_text,
    discard_question,
    uncalibrated_text,
)
from attendance.ui.admin.parts.recognizers.pack_words import use_text
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import joined
from attendance.ui.reasons import reason_text
from attendance.ui.stylesheet import set_role


class PackCard(SidePanel):
    """Facts of the chosen pack and its buttons.

    Args:
        clock: a licence may have a term.
        provider: where the pack in use runs.
        run: prepares it for the door.

    Signals:
        check_asked: name of a pack whose files are to be compared with their checksums.
        calibrate_asked: name of a pack that is to be calibrated on the site's people.
    """

    check_asked = Signal(str)
    calibrate_asked = Signal(str)

    def __init__(self, clock: Clock, provider: ProviderReport, run: DoorRun, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock, self._provider, self._run = clock, provider, run
        self._row: PackRow | None = None
        self._is_free = True
        self.caption = QLabel()
        set_role(self.caption, "muted")
        self.facts = FactForm(is_narrow=True)
        self.question = ConfirmPanel(is_narrow=True)
        self.compare, self.calibrate, self.check = QPushButton(), QPushButton(), QPushButton()
        self.remark = QLabel()
        set_role(self.remark, "muted")
        for label in (self.caption, self.remark):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        set_role(self.compare, "primary")
        for widget in (self.caption, self.question, self.compare, self.calibrate, self.check, self.remark):
            self.column.addWidget(widget)
        self.column.addLayout(self.facts)
        self.column.addStretch(1)

    def _connect(self) -> None:
        self.check.clicked.connect(lambda: self.check_asked.emit(self.known_row().name))
        self.calibrate.clicked.connect(lambda: self.calibrate_asked.emit(self.known_row().name))
        self.compare.clicked.connect(self._on_compare)
        self.question.changed.connect(self._update)
        self._run.changed.connect(self._update)

    # --- what is shown -------------------------------------------------------------------------------

    @property
    def row(self) -> PackRow | None:
        """The pack that is shown."""
        return self._row

    def known_row(self) -> PackRow:
        """Return the pack that is shown; only called while there is one."""
        assert self._row is not None
        return self._row

    def show_row(self, row: PackRow) -> None:
        """Show a pack; a question about another one, or about what it was before, is taken back."""
        if row != self._row:
            self.question.dismiss()
            self._row = row
            self._say()

    def set_free(self, is_free: bool) -> None:
        """Say whether a work on packs can be begun."""
        self._is_free = is_free
        self._update()

    # --- comparing -----------------------------------------------------------------------------------

    @Slot()
    def _on_compare(self) -> None:
        row, state = self.known_row(), self._run.state
        other = state.candidate if state is not None and state.candidate != row.name else None
        if row.info.calibration and other is None:
            self._run.prepare(row.name)
        elif row.info.calibration:
            self.question.ask(self._question, self._prepare)
        else:
            self.question.ask(
                self._question,
                lambda: self.calibrate_asked.emit(row.name),
                OtherAnswer(lambda: translate("admin", "Compare anyway"), self._prepare),
            )

    def _prepare(self) -> None:
        self._run.prepare(self.known_row().name)

    def _question(self) -> tuple[str, str]:
        """Return what is to be known before the comparison, and the text of the first button."""
        row, state = self.known_row(), self._run.state
        sentences = [] if row.info.calibration else [uncalibrated_text(row.name)]
        if state is not None and state.candidate not in (None, row.name):
            only_one = translate("admin", "One model at a time is compared: {name} is discarded.")
            sentences.append(only_one.format(name=state.candidate))
            sentences.append(discard_question(state)[0])
        first = translate("admin", "Compare this one") if row.info.calibration else calibrate_first_text()
        return joined(*sentences), first

    # --- words ---------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.calibrate.setText(translate("admin", "Calibrate on our people"))
        self.check.setText(translate("admin", "Check the files"))
        self.question.retranslate()
        self._say()

    def _say(self) -> None:
        if self._row is None:
            return
        info, number = self._row.info, QLocale().toString
        self.say_heading(info.pack_id)
        self.caption.setText(purpose_text(info))
        facts = [
            (translate("admin", "State"), part_text(self._row.part)),
            (translate("admin", "Commercial use"), use_text(self._row.use)),
            (translate("admin", "Licence"), reason_text(licence_line(info, self._clock.now_utc()))),
            (translate("admin", "Calibrated on"), calibration_text(info)),
        ]
        if self._row.part is Part.IN_USE:
            facts.append((translate("admin", "Runs on"), where_text(self._provider)))
            facts.append((translate("admin", "Reason"), reason_text(self._provider.reason)))
        facts += [
            (translate("admin", "Detector"), info.detector_kind.upper()),
            (
                translate("admin", "Embedding"),
                translate("admin", "{count} numbers").format(count=number(info.embedding_size)),
            ),
        ]
        if landmarks := landmarks_text(info):
            facts.append((translate("admin", "More points of a face"), landmarks))
        facts.append((translate("admin", "Identity"), info.model_id))
        self.facts.say(facts)
        self._update()

    @Slot()
    def _update(self) -> None:
        row = self._row
        if row is None:
            return
        is_asking = self.question.is_asking
        can_compare = row.part not in {Part.IN_USE, Part.COMPARED}
        self.compare.setVisible(can_compare and not is_asking)
        self.compare.setText(
            translate("admin", "Go on preparing")
            if row.part is Part.PREPARED_IN_PART
            else translate("admin", "Compare at the door")
        )
        self.calibrate.setVisible(not row.info.is_bundled and not is_asking)
        self.check.setVisible(not is_asking)
        self.compare.setEnabled(self._run.is_free)  # a work on packs hinders it
        for button in (self.calibrate, self.check):
            button.setEnabled(self._is_free)
        self.remark.setText(self._remark(row))
        self.remark.setVisible(bool(self.remark.text()))

    def _remark(self, row: PackRow) -> str:
        if row.part is Part.COMPARED:
            return translate(
                "admin", "What the kiosks find stands under “At the door”; there it goes live or is discarded."
            )
        if not row.info.calibration and not row.info.is_bundled:
            needs = translate("admin", "Calibrating needs kept photos of {needed} people or more.")
            return needs.format(needed=QLocale().toString(LEAST_PEOPLE))
        return ""
