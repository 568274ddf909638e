"""The buttons of a door that asks: in, out, break or back."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from attendance.core.types import Direction, ImageBgr
from attendance.ui import theme
from attendance.ui.kiosk.action_row import Action, ActionRow
from attendance.ui.kiosk.direction_words import button_text
from attendance.ui.kiosk.questions.ask_panel import AskPanel
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics

translate = QCoreApplication.translate

_ICONS = {
    Direction.IN: "arrow-in",
    Direction.OUT: "arrow-out",
    Direction.BREAK_START: "clock",
    Direction.BREAK_END: "back",
}


class ChoicePanel(AskPanel):
    """One large button for each direction that fits, the likely one first and focused.

    Signals:
        chosen: Direction of the button.
    """

    chosen = Signal(object)

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(metrics, parent)
        self.buttons: dict[Direction, QPushButton] = {}
        self._choices: tuple[Direction, ...] = ()
        self._list = QVBoxLayout()
        for direction in Direction:
            button = QPushButton(self)
            button.setProperty("direction", direction.value)
            button.clicked.connect(self._on_clicked)
            self.buttons[direction] = button
        self._column.addLayout(self._list)
        self.quiet = ActionRow(self)
        self.quiet.pressed.connect(self._on_quiet)
        self._column.addWidget(self.quiet)
        self.refresh(metrics)

    @property
    def choices(self) -> tuple[Direction, ...]:
        """Directions on screen from top to bottom."""
        return self._choices

    def show_choices(self, name: str, crop_bgr: ImageBgr | None, choices: tuple[Direction, ...]) -> None:
        """Ask somebody.

        Args:
            name: of the person.
            crop_bgr: (112, 112, 3) uint8 BGR, None shows an icon.
            choices: the likely one first.
        """
        self._show_person(name, crop_bgr)
        self._choices = choices
        for button in self.buttons.values():
            self._list.removeWidget(button)
            button.hide()
        for direction in choices:
            self._list.addWidget(self.buttons[direction])
            self.buttons[direction].show()
        self.refresh(self._metrics)

    def focus_likely(self) -> None:
        """Give the likely button the keyboard."""
        if self._choices:
            self.buttons[self._choices[0]].setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        super().refresh(metrics)
        t = theme.tokens()
        self._list.setSpacing(max(theme.SPACE_2, metrics.gap // 2))
        for direction, button in self.buttons.items():
            is_likely = direction in self._choices[:1]
            set_role(button, "primary" if is_likely else "outline")
            button.setText(f" {button_text(direction)}")  # a little away from the icon
            button.setAccessibleName(button_text(direction))
            button.setFont(theme.font(metrics.guidance, weight=QFont.Weight.DemiBold))
            button.setIconSize(QSize(metrics.body, metrics.body))
            button.setIcon(theme.icon(_ICONS[direction], t.on_accent if is_likely else t.text))
            button.setMinimumHeight(theme.touch_height(metrics.guidance))
        self.quiet.show_actions([Action("later", translate("kiosk", "Not now"))], metrics)

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if button is not None:
            self.chosen.emit(Direction(button.property("direction")))

    @Slot(str)
    def _on_quiet(self, _key: str) -> None:
        self.declined.emit()
