"""How a training ended: the verdict in one sentence, and every check before and after."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from attendance.core.training_gate import Outcome, Verdict
from attendance.services.training.events import CheckRow, TrainingResult
from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.notice import Kind, Notice
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.training.words import check_text, verdict_text
from attendance.ui.reasons import reason_text
from attendance.ui.stylesheet import set_role

_ROLES = {Verdict.HOLDS: "ok", Verdict.UNKNOWN: "warn", Verdict.HARM: "error"}
_ICONS = {Verdict.HOLDS: ("check", "ok"), Verdict.UNKNOWN: ("warning", "warn"), Verdict.HARM: ("close", "bad")}
_KINDS: dict[Outcome, Kind] = {Outcome.PROMOTED: "ok", Outcome.HELD: "info", Outcome.REFUSED: "warn"}


class CheckTable(QWidget):
    """The gate's checks: the verdict first, what it is about, before, after, why; running text, so it wraps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE_4)
        self._grid.setVerticalSpacing(theme.SPACE_2)
        for column, share in enumerate((0, 5, 0, 0, 5)):
            self._grid.setColumnStretch(column, share)
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
            translate("admin", "Why"),
        )
        for column, title in enumerate(titles):
            label = QLabel(title)
            set_role(label, "caption")
            self._grid.addWidget(label, 0, column)
        self.texts = [self._add(place, row) for place, row in enumerate(rows, start=1)]

    def _add(self, place: int, row: CheckRow) -> tuple[str, ...]:
        name = reason_text(row.check)
        check = f"{name}\n{reason_text(row.about)}" if row.about else name
        texts = (check_text(row.verdict), check, row.before, row.after, reason_text(row.why) if row.why else "")
        for column, text in enumerate(texts):
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(column in {1, 4})
            label.setFont(theme.font(theme.ADMIN_BODY, tabular=True))
            label.setAccessibleName(text if column == 1 else f"{name}: {text}")
            if not column:
                set_role(label, _ROLES[row.verdict])
                self._grid.addWidget(_with_icon(label, row.verdict), place, column, Qt.AlignmentFlag.AlignTop)
            else:
                self._grid.addWidget(label, place, column, Qt.AlignmentFlag.AlignTop)
        return texts


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
        for widget in (self.heading, self.verdict, self.table):
            column.addWidget(widget)
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
