"""The panel for PIN and badge, in the place of the cards; with letters over the whole width."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.kiosk.entry.key_pad import BACK, DONE, KeyPad
from attendance.ui.kiosk.entry.steps import BADGE_OR_CODE, Line, Step
from attendance.ui.kiosk.sentences import tone_colour
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics
from attendance.ui.widgets.fitted_label import FittedLabel
from attendance.ui.widgets.icon_label import IconLabel

translate = QCoreApplication.translate

MOST_LETTERS = 64
"""As long as a code or the number of a card may be."""
_DOT = "•"
# Below this height, in heights of a key, there is room for keys and field only.
_TIGHT_KEYS = 7
_SMALLEST = 18


class EntryPanel(QWidget):
    """A sentence, a field and keys. Knows no codes and no PINs: it hands over what was typed.

    Signals:
        entered: what was typed, when it was finished.
        cancelled: the panel is to be closed.
        letters_toggled: letters are wanted, or no longer: they need the whole width.
    """

    entered = Signal(str)
    cancelled = Signal()
    letters_toggled = Signal(bool)

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # The picture keeps its share of the screen whatever is asked.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._metrics = metrics
        self._step = Step.NAME
        self._line = BADGE_OR_CODE
        self._name = ""
        self._typed = ""
        self._icon = IconLabel(self)
        self._sentence = FittedLabel(self, max_lines=2, weight=QFont.Weight.DemiBold)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._frame = QFrame(self)
        set_role(self._frame, "card")
        self._field = FittedLabel(self._frame, max_lines=1, weight=QFont.Weight.DemiBold, tabular=True)
        self._field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = QHBoxLayout(self._frame)
        inside.setContentsMargins(theme.SPACE_2, 0, theme.SPACE_2, 0)
        inside.addWidget(self._field)
        self.letters_button = QPushButton(self)
        self.close_button = QPushButton(self)
        self.digits = KeyPad(has_letters=False, parent=self)
        self.letters = KeyPad(has_letters=True, parent=self)
        self.letters.hide()
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_1)
        row.addWidget(self.letters_button)
        row.addWidget(self._frame, 1)
        row.addWidget(self.close_button)
        self._row = row
        # Without a layout of its own the panel asks for no room while it is not shown: the keys are high.
        self._content = QWidget(self)
        self._column = QVBoxLayout(self._content)
        words = QHBoxLayout()
        words.setSpacing(theme.SPACE_2)
        words.addWidget(self._icon)
        words.addWidget(self._sentence, 1)
        self._column.addStretch(1)
        self._column.addLayout(words)
        self._column.addLayout(row)
        self._column.addWidget(self.digits, 8)
        self._column.addWidget(self.letters, 8)
        self._column.addStretch(1)
        for button in (self.letters_button, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.letters_button.clicked.connect(self._on_letters)
        self.close_button.clicked.connect(self.cancelled)
        for pad in (self.digits, self.letters):
            pad.pressed.connect(self.press)
        self.refresh(metrics)

    @property
    def step(self) -> Step:
        """What is asked."""
        return self._step

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return not self._typed

    @property
    def has_letters(self) -> bool:
        """Whether the keys have letters."""
        return not self.letters.isHidden()

    def sentence(self) -> str:
        """Return the words on screen."""
        return self._sentence.text()

    def field_text(self) -> str:
        """Return what the field shows."""
        return self._field.text()

    def ask(self, step: Step, line: Line, *, name: str = "") -> None:
        """Ask for something; what was typed is gone.

        Args:
            step: what.
            line: the sentence.
            name: whom a badge or a face names, shown until something is typed.
        """
        self._step, self._line, self._name, self._typed = step, line, name, ""
        if step is not Step.NAME:
            self.show_digits()
        self.refresh(self._metrics)

    def show_digits(self) -> None:
        """Put the letters away."""
        if self.has_letters:
            self._show_letters(False)

    def type(self, text: str) -> None:
        """Take letters of a keyboard or reader."""
        if self._step.is_typing and len(self._typed) + len(text) <= MOST_LETTERS:
            self._typed += text
            self._show_typed()

    @Slot(str)
    def press(self, key: str) -> None:
        """Take one key: a letter, ``BACK`` or ``DONE``."""
        if not self._step.is_typing:
            return
        if key == DONE:
            if self._typed:
                typed, self._typed = self._typed, ""
                self._show_typed()
                self.entered.emit(typed)
        elif key == BACK:
            self._typed = self._typed[:-1]
            self._show_typed()
        else:
            self.type(key)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self._metrics = metrics
        t = theme.tokens()
        is_tight = self.height() < _TIGHT_KEYS * metrics.touch
        gap = theme.SPACE_1 if is_tight else max(theme.SPACE_2, metrics.gap // 2)
        side = 0 if is_tight else theme.SPACE_3
        self._column.setContentsMargins(side, 0, side, 0)
        self._column.setSpacing(gap)
        self._row.setSpacing(gap)
        is_waiting = self._step in {Step.FACE, Step.SAID}
        self.digits.setVisible(not is_waiting and not self.has_letters)
        self._sentence.set_max_lines(3 if is_waiting else 1 if is_tight else 2)
        self._sentence.set_sizes(metrics.body if is_tight else max(metrics.body, metrics.guidance * 3 // 4), _SMALLEST)
        set_role(self._sentence, self._line.tone)
        self._sentence.setText(self._line.text())
        icon = "eye" if self._step is Step.FACE else "warning" if self._line.tone else ""
        self._icon.setVisible(bool(icon))
        if icon:
            self._icon.set_icon(icon, tone_colour(t, self._line.tone or "accent"), metrics.body)
        for pad in (self.digits, self.letters):
            pad.refresh(metrics, gap=gap)
            pad.setEnabled(self._step.is_typing)
        for button in (self.letters_button, self.close_button):
            button.setFont(theme.font(metrics.caption, weight=QFont.Weight.DemiBold))
            button.setIconSize(QSize(metrics.body, metrics.body))
            button.setMinimumSize(theme.TOUCH_TARGET, metrics.touch)
            set_role(button, "outline")
        self._frame.setMinimumHeight(metrics.touch)
        self._frame.setMaximumHeight(2 * metrics.touch)
        self.letters_button.setVisible(self._step is Step.NAME)
        self.letters_button.setText("123" if self.has_letters else "ABC")
        self.letters_button.setAccessibleName(
            translate("kiosk", "Digits only") if self.has_letters else translate("kiosk", "Letters as well")
        )
        self.close_button.setIcon(theme.icon("close", t.text))
        self.close_button.setAccessibleName(translate("kiosk", "Close"))
        self.setAccessibleName(f"{self._name} {self.sentence()}".strip())
        self._show_typed()

    def needed_height(self) -> int:
        """Return the height without which keys would be cut, logical pixels."""
        return self._column.totalMinimumSize().height() + self._metrics.caption

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread where there is room."""
        self._content.setGeometry(self.rect())
        self.refresh(self._metrics)

    def _show_typed(self) -> None:
        is_hint = not self._typed
        set_role(self._field, "muted" if is_hint else "")
        self._field.set_sizes(self._metrics.body if is_hint else self._metrics.guidance, _SMALLEST)
        if is_hint:
            self._field.setText(self._name)
        else:
            self._field.setText(_DOT * len(self._typed) if self._step.is_secret else self._typed)

    @Slot()
    def _on_letters(self) -> None:
        self._show_letters(not self.has_letters)
        self.refresh(self._metrics)

    def _show_letters(self, is_wanted: bool) -> None:
        self.digits.setVisible(not is_wanted)
        self.letters.setVisible(is_wanted)
        self.letters_toggled.emit(is_wanted)
