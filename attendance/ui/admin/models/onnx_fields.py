"""What a single .onnx file does not say of itself, as fields; each says what is wrong with it."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from attendance.core.packs.custom_recognizer import CustomRecognizer, mistakes
from attendance.errors import Reason
from attendance.ui import theme
from attendance.ui.admin.models.wrapped_check import WrappedCheck
from attendance.ui.admin.parts.choices import fill
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.parts.stylesheet import THUMBNAIL
from attendance.ui.admin.parts.words import translate
from attendance.ui.reasons import reason_text
from attendance.ui.stylesheet import set_role

_PRESETS = ((127.5, 127.5), (0.0, 255.0), (127.5, 128.0), (0.0, 1.0))
"""Mean and std of most published recognizers: InsightFace's ``arcface_onnx.py`` and most ArcFace weights; ``ToTensor``
of torchvision; ``fixed_image_standardization`` of facenet-pytorch; none."""
_OTHER_VALUES = -1
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


class OnnxFields(QWidget):
    """Name, numbers, colours and licence of a recognizer.

    Signals:
        mistake_told: the Field with a mistake.
    """

    mistake_told = Signal(QWidget)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.explanation = QLabel()
        set_role(self.explanation, "muted")
        self.explanation.setWordWrap(True)
        self.name, self.mean, self.std, self.side_px = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.preset, self.colour = QComboBox(), QComboBox()
        self.licence = QPlainTextEdit()
        self.licence.setFixedHeight(2 * THUMBNAIL)
        self.licence.setTabChangesFocus(True)
        self.may_be_used = WrappedCheck()
        self._wrong: dict[str, Reason] = {}
        self.fields: dict[str, Field] = {
            "name": Field(self.name),
            "preset": Field(self.preset),
            "mean": Field(self.mean),
            "std": Field(self.std),
            "side_px": Field(self.side_px),
            "colour": Field(self.colour),
            "licence": Field(self.licence),
        }
        self._lay_out()
        self.preset.activated.connect(self._on_preset)
        for box in (self.mean, self.std):
            box.textEdited.connect(self._on_number)
        self.clear()
        self.retranslate()

    def _lay_out(self) -> None:
        numbers = QHBoxLayout()
        numbers.setSpacing(theme.SPACE_3)
        for key in ("mean", "std"):
            numbers.addWidget(self.fields[key], 1, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_3)
        column.addWidget(self.explanation)
        column.addWidget(self.fields["name"])
        column.addWidget(self.fields["preset"])
        column.addLayout(numbers)
        for key in ("colour", "side_px", "licence"):
            column.addWidget(self.fields[key])
        column.addWidget(self.may_be_used)

    # --- what was given ------------------------------------------------------------------------------

    def clear(self) -> None:
        """Begin anew."""
        for box in (self.name, self.side_px):
            box.clear()
        self.licence.clear()
        self.may_be_used.check.setChecked(False)
        self.colour.setCurrentIndex(0)
        self._fill_numbers(0)
        self._clear_errors()

    def suggest_name(self, stem: str) -> None:
        """Name the pack like its file, unless somebody has named it."""
        if not self.name.isModified():
            self.name.setText(_NOT_IN_NAME.sub("-", stem).strip("-."))

    def given(self) -> CustomRecognizer | None:
        """Return what was filled in; None when something of it cannot be, which its field says then."""
        self._clear_errors()
        mean, std = _number(self.mean.text()), _number(self.std.text())
        side = self.side_px.text().strip()
        found = CustomRecognizer(
            self.name.text().strip(),
            # No number is a mistake of its own field, which NaN makes in ``mistakes``.
            math.nan if mean is None else mean,
            math.nan if std is None else std,
            int(side) if side.isdecimal() else None,
            str(self.colour.currentData()),
            self.licence.toPlainText().strip(),
            self.may_be_used.check.isChecked(),
        )
        wrong = mistakes(found)
        if side and not side.isdecimal():
            wrong["side_px"] = Reason("the side is a number of pixels")
        for key in reversed(wrong):  # the first one is in focus at the end
            self.say_error(key, wrong[key])
        return None if wrong else found

    def say_error(self, key: str, reason: Reason) -> None:
        """Say at its field what is wrong with a value.

        Args:
            key: attribute of ``CustomRecognizer``.
            reason: why it cannot be.
        """
        self._wrong[key] = reason
        self._say_wrong()
        self.fields[key].setFocus()
        self.mistake_told.emit(self.fields[key])

    def _say_wrong(self) -> None:
        for key, reason in self._wrong.items():
            text = reason_text(reason)
            self.fields[key].say_error(text[:1].upper() + text[1:])

    def _clear_errors(self) -> None:
        self._wrong.clear()
        for field in self.fields.values():
            field.say_error("")

    @Slot()
    def _on_preset(self) -> None:
        chosen = int(self.preset.currentData())
        if chosen == _OTHER_VALUES:
            self.mean.setFocus()
        else:
            self._fill_numbers(chosen)

    def _fill_numbers(self, preset: int) -> None:
        for box, value in zip((self.mean, self.std), _PRESETS[preset], strict=True):
            box.setText(QLocale().toString(value, "g", 6))
        self._show_preset()

    @Slot()
    def _on_number(self) -> None:
        self._show_preset()

    def _show_preset(self) -> None:
        """Choose the words for the numbers that stand there."""
        values = (_number(self.mean.text()), _number(self.std.text()))
        place = _PRESETS.index(values) if values in _PRESETS else _OTHER_VALUES
        self.preset.setCurrentIndex(self.preset.findData(place))

    # --- words ---------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.explanation.setText(
            translate(
                "admin",
                "This file holds a recognizer alone; the program's own detector is used with it. What the file does "
                "not say stands in its publisher's description.",
            )
        )
        for key, text in {
            "name": translate("admin", "Name of the model"),
            "preset": translate("admin", "How pixels are scaled"),
            "mean": translate("admin", "Mean"),
            "std": translate("admin", "Std"),
            "colour": translate("admin", "Order of the colours"),
            "side_px": translate("admin", "Side in pixels"),
            "licence": translate("admin", "Licence"),
        }.items():
            self.fields[key].set_label(text)
        self.mean.setToolTip(translate("admin", "Subtracted from each pixel value, 0 to 255"))
        self.std.setToolTip(translate("admin", "What is left is divided by it"))
        self.side_px.setPlaceholderText(translate("admin", "as the file says"))
        self.licence.setPlaceholderText(translate("admin", "Who made it, and under which terms"))
        self.may_be_used.set_text(
            translate("admin", "These terms allow our company to use it. Without, it counts as research only.")
        )
        fill(
            self.preset,
            [
                (translate("admin", "ArcFace, InsightFace"), 0),
                (translate("admin", "To values from 0 to 1"), 1),
                (translate("admin", "FaceNet"), 2),
                (translate("admin", "Not at all"), 3),
                (translate("admin", "Other values"), _OTHER_VALUES),
            ],
        )
        fill(
            self.colour,
            [
                (translate("admin", "Red, green, blue (RGB)"), "rgb"),
                (translate("admin", "Blue, green, red (BGR)"), "bgr"),
            ],
        )
        self._show_preset()
        self._say_wrong()


def _number(text: str) -> float | None:
    """Return a number as it is written in the window's language, or as programs write it."""
    found, is_number = QLocale().toDouble(text.strip())
    if is_number:
        return float(found)
    try:
        return float(text)
    except ValueError:
        return None
