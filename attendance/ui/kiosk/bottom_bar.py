"""The lower edge that is always there: language, colours, door name and health."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from attendance.languages import ENGLISH, LANGUAGES
from attendance.ui import theme
from attendance.ui.kiosk.sentences import USE_PIN_OR_BADGE, tone_colour
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.icon_label import IconLabel

translate = QCoreApplication.translate


class HealthButton(QPushButton):
    """A small mark and one or two words; opens the health panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel(self)
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._words)
        for part in (self._icon, self._words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)

    def words(self) -> str:
        """Return the words on the button."""
        return self._words.text()

    def show_state(self, tone: str, icon: str, text: str, metrics: KioskMetrics) -> None:
        """Set colour, icon and words."""
        self._icon.set_icon(icon, tone_colour(theme.tokens(), tone), max(theme.SPACE_6, metrics.caption))
        self._words.setFont(theme.font(metrics.caption))
        self._words.setText(text)
        self._row.setContentsMargins(theme.SPACE_3, 0, theme.SPACE_3, 0)
        self._row.setSpacing(theme.SPACE_2)
        self.setAccessibleName(translate("kiosk", "Health: {state}").format(state=text))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return room for the parts, at least a touch target."""
        return self._row.sizeHint().expandedTo(QSize(theme.TOUCH_TARGET, theme.TOUCH_TARGET))

    def minimumSizeHint(self) -> QSize:
        """Return the same: the words are never cut."""
        return self.sizeHint()


class BottomBar(QFrame):
    """Row of touch targets, in tab order from left to right.

    Signals:
        language_chosen: its code.
        theme_toggled: the other colours are wanted.
        health_asked: the health button was pressed.
        entry_asked: PIN or badge is wanted.
    """

    language_chosen = Signal(str)
    theme_toggled = Signal()
    health_asked = Signal()
    entry_asked = Signal()

    def __init__(self, door: str, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self._metrics = metrics
        self._language = ENGLISH
        self._health = ("muted", "clock", "")
        self._row = QHBoxLayout(self)
        self.entry_button = QPushButton(self)
        self.entry_button.clicked.connect(self.entry_asked)
        self._row.addWidget(self.entry_button)
        self._languages = QButtonGroup(self)
        self._languages.setExclusive(True)
        self.language_buttons: dict[str, QPushButton] = {}
        for code, language in LANGUAGES.items():
            button = QPushButton(language.short_name, self)
            button.setCheckable(True)
            button.setProperty("code", code)
            self._languages.addButton(button)
            self.language_buttons[code] = button
            self._row.addWidget(button)
        self._languages.buttonClicked.connect(self._on_language_clicked)
        self.theme_button = QPushButton(self)
        self.theme_button.clicked.connect(self.theme_toggled)
        self._row.addWidget(self.theme_button)
        self._door = FittedLabel(self, max_lines=2)
        self._door.setText(door)
        self._door.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._door, "muted")
        self._row.addWidget(self._door, 1)
        self.health_button = HealthButton(self)
        self.health_button.clicked.connect(self.health_asked)
        self._row.addWidget(self.health_button)
        # A touch leaves no focus ring behind; the ring is for the keyboard.
        for pressed in (self.entry_button, *self.language_buttons.values(), self.theme_button, self.health_button):
            pressed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.refresh(metrics)

    @Slot(QAbstractButton)
    def _on_language_clicked(self, button: QAbstractButton) -> None:
        self.language_chosen.emit(button.property("code"))

    def show_language(self, code: str) -> None:
        """Mark the language in use."""
        self._language = code
        self.language_buttons[code].setChecked(True)

    def show_health(self, tone: str, icon: str, text: str) -> None:
        """Set the health button's state: tone, icon name and one or two words."""
        self._health = (tone, icon, text)
        self.health_button.show_state(tone, icon, text, self._metrics)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self._metrics = metrics
        t = theme.tokens()
        self._row.setContentsMargins(metrics.gap, theme.SPACE_1, metrics.gap, theme.SPACE_1)
        self._row.setSpacing(theme.SPACE_2)
        self._door.set_sizes(metrics.caption, metrics.caption * 3 // 4)
        for code, button in self.language_buttons.items():
            is_chosen = code == self._language
            button.setFont(theme.font(metrics.caption, weight=QFont.Weight.Bold if is_chosen else QFont.Weight.Normal))
            button.setAccessibleName(translate("kiosk", "Show in {language}").format(language=LANGUAGES[code].name))
        edge = max(theme.SPACE_6, metrics.caption)
        self.entry_button.setFont(theme.font(metrics.caption, weight=QFont.Weight.DemiBold))
        self.entry_button.setText(" " + USE_PIN_OR_BADGE.text())
        self.entry_button.setIconSize(QSize(edge, edge))
        self.entry_button.setIcon(theme.icon(USE_PIN_OR_BADGE.icon, t.text))
        self.entry_button.setAccessibleName(USE_PIN_OR_BADGE.text())
        set_role(self.entry_button, "outline")
        self.theme_button.setIconSize(QSize(edge, edge))
        self.theme_button.setIcon(theme.icon("sun" if t.is_dark else "moon", t.text))
        self.theme_button.setAccessibleName(
            translate("kiosk", "Light colours") if t.is_dark else translate("kiosk", "Dark colours")
        )
        self.show_health(*self._health)
