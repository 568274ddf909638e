"""How a training ended: the verdict in one sentence, and every check before and after."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from attendance.core.training_gate import Outcome, Verdict
from attendance.services.training.events import CheckRow, TrainingResult
from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.notice import Kind, Notice
from attendance.ui.admin.parts.page import stacked
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.training.words import check_text, verdict_text
from attendance.ui.reasons import reason_text
from attendance.ui.stylesheet import set_role

_ROLES = {Verdict.HOLDS: "ok", Verdict.UNKNOWN: "warn", Verdict.HARM: "error"}
_ICONS = {Verdict.HOLDS: ("check", "ok"), Verdict.UNKNOWN: ("warning", "warn"), Verdict.HARM: ("close", "bad")}
_KINDS: dict[Outcome, Kind] = {Outcome.PROMOTED: "ok", Outcome.HELD: "warn", Outcome.REFUSED: "bad"}


_WIDEST = theme.SPACE_16 * 18
_ORDER = (Verdict.HARM, Verdict.UNKNOWN, Verdict.HOLDS)


class CheckTable(QWidget):
    """The gate's checks, what does not hold first: the verdict, what it is about and why, before, after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE_4)
        self._grid.setVerticalSpacing(theme.SPACE_2)
        self._grid.setColumnStretch(1, 1)
        self.texts: list[tuple[str, ...]] = []

    def show_rows(self, rows: tuple[CheckRow, ...]) -> None:
        """Show these checks and no others."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        titles = (
            translate("admin", "Verdict"),
            translate("admin", "Check"),
            translate("admin", "Before"),
            translate("admin", "After"),
        )
        for column, title in enumerate(titles):
            label = QLabel(title)
            set_role(label, "caption")
            self._grid.addWidget(label, 0, column)
        shown = sorted(rows, key=lambda row: _ORDER.index(row.verdict))
        self.texts = [self._add(place, row) for place, row in enumerate(shown, start=1)]

    def _add(self, place: int, row: CheckRow) -> tuple[str, ...]:
        """Add a check; its name in the terms of the training side stands small below the plain sentence."""
        name = reason_text(row.check)
        about = reason_text(row.about) if row.about else ""
        verdict, why = check_text(row.verdict), reason_text(row.why) if row.why else ""
        light = _text(verdict, f"{name}: {verdict}", role=_ROLES[row.verdict])
        words = [_text(about or name, about or name, wraps=True)]
        words += [_text(why, f"{name}: {why}", role=_ROLES[row.verdict], wraps=True)] if why else []
        words += [_text(name, name, role="caption", wraps=True)] if about else []
        numbers = [_text(number, f"{name}: {number}") for number in (row.before, row.after)]
        for column, cell in enumerate((_with_icon(light, row.verdict), stacked(*words), *numbers)):
            self._grid.addWidget(cell, place, column, Qt.AlignmentFlag.AlignTop)
        return verdict, about, why, name, row.before, row.after


class TrainingResultCard(QFrame):
    """Hidden until a training has ended with a verdict."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.heading = QLabel()
        set_role(self.heading, "heading")
        self.verdict = Notice()
        self.table = CheckTable()
        self._result: TrainingResult | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_4)
        column.setSpacing(theme.SPACE_3)
        column.addWidget(self.heading)
        column.addWidget(self.verdict)
        # Before and after stay near the sentence that they are about, also on a large screen.
        self.table.setMaximumWidth(_WIDEST)
        row = QHBoxLayout()
        row.addWidget(self.table, 1)
        row.addStretch(0)
        column.addLayout(row)
        self.retranslate()

    def show_result(self, result: TrainingResult | None) -> None:
        """Show a verdict; None hides the card."""
        if result != self._result:
            self._result = result
            self._say()
        self.setVisible(result is not None)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.heading.setText(translate("admin", "Before and after"))
        self._say()

    def _say(self) -> None:
        result = self._result
        if result is None:
            return
        self.verdict.say(verdict_text(result), kind=_KINDS[result.outcome])
        self.table.show_rows(result.rows)


def _text(text: str, spoken: str, *, role: str = "", wraps: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(wraps)
    label.setFont(theme.font(theme.ADMIN_BODY, tabular=True))
    label.setAccessibleName(spoken)
    if role:
        set_role(label, role)
    return label


def _with_icon(label: QLabel, verdict: Verdict) -> QWidget:
    icon = QLabel()
    set_icon(icon, *_ICONS[verdict])
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.SPACE_1)
    row.addWidget(icon)
    row.addWidget(label)
    row.addStretch(1)
    return box
