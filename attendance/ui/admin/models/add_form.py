"""Brings in a model from a file or folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from attendance.errors import Reason
from attendance.errors.models import CustomValueWrong, ModelError
from attendance.ui import theme
from attendance.ui.admin.models.onnx_fields import OnnxFields
from attendance.ui.admin.models.side_panel import SidePanel
from attendance.ui.admin.parts.choose_path import all_files, choose_file, choose_folder
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import error_text
from attendance.ui.stylesheet import set_role


class AddForm(SidePanel):
    """Path of a .zip, folder or .onnx, and for the last what it does not say of itself.

    What was typed stays until the model is installed, also when the form is closed meanwhile.

    Signals:
        pack_given: path of a .zip or folder.
        recognizer_given: path of an .onnx, and a CustomRecognizer.
    """

    pack_given = Signal(object)
    recognizer_given = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = QLabel()
        set_role(self.what, "muted")
        self.what.setWordWrap(True)
        self.path = QLineEdit()
        self.path_field = Field(self.path)
        self.choose_file, self.choose_folder, self.add = QPushButton(), QPushButton(), QPushButton()
        self.onnx = OnnxFields()
        self.notice = Notice(is_narrow=True)
        self._folder = ""
        self._wrong: Callable[[], None] | None = None
        set_role(self.add, "primary")
        set_icon(self.choose_file, "file")
        set_icon(self.choose_folder, "folder")
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(self.choose_file)
        buttons.addWidget(self.choose_folder)
        buttons.addStretch(1)
        add = QHBoxLayout()
        add.addWidget(self.add)
        add.addStretch(1)
        self.column.addWidget(self.what)
        self.column.addWidget(self.path_field)
        self.column.addLayout(buttons)
        self.column.addWidget(self.onnx)
        self.column.addWidget(self.notice)
        self.column.addLayout(add)
        self.column.addStretch(1)
        self.path.textChanged.connect(self._on_path)
        self.choose_file.clicked.connect(self._on_file)
        self.choose_folder.clicked.connect(self._on_folder)
        self.add.clicked.connect(self._on_add)
        self.onnx.mistake_told.connect(self.bring_into_view)
        for box in (self.path, self.onnx.name, self.onnx.mean, self.onnx.std, self.onnx.side_px):
            box.returnPressed.connect(self.add.click)
        self._on_path()
        self.retranslate()

    # --- what was given ------------------------------------------------------------------------------

    @property
    def is_recognizer(self) -> bool:
        """True when the path is that of a single .onnx file."""
        return self._given_path().suffix.lower() == ".onnx"

    def clear(self) -> None:
        """Begin anew, after the model was installed."""
        self.path.clear()
        self.onnx.clear()
        self._say_wrong(None)

    def set_free(self, is_free: bool) -> None:
        """Say whether something can be begun."""
        self.add.setEnabled(is_free)

    def say_failure(self, error: Exception) -> None:
        """Say what was wrong, beside what it is about."""
        if isinstance(error, CustomValueWrong):
            reason = error.facts["reason"]
            assert isinstance(reason, Reason)
            self.onnx.say_error(str(error.facts["key"]), reason)
        elif isinstance(error, ModelError):
            self._say_wrong(lambda: self.path_field.say_error(error_text(error)[0]))
            self.path.setFocus()
            self.bring_into_view(self.path_field)
        else:
            self._say_wrong(lambda: self.notice.say_error(error))
            self.bring_into_view(self.notice)

    def _say_wrong(self, say: Callable[[], None] | None) -> None:
        """Say what is wrong with the file, or failed, again in every language."""
        self._wrong = say
        self.path_field.say_error("")
        self.notice.clear()
        if say is not None:
            say()

    def _given_path(self) -> Path:
        return Path(self.path.text().strip()).expanduser()

    @Slot()
    def _on_path(self) -> None:
        self.onnx.setVisible(self.is_recognizer)
        self._say_wrong(None)
        if self.is_recognizer:
            self.onnx.suggest_name(self._given_path().stem)

    @Slot()
    def _on_add(self) -> None:
        self._say_wrong(None)
        if not self.path.text().strip():
            self._say_wrong(lambda: self.path_field.say_error(translate("admin", "Choose a file or a folder first.")))
            self.path.setFocus()
            self.bring_into_view(self.path_field)
        elif not self.is_recognizer:
            self.pack_given.emit(self._given_path())
        elif (given := self.onnx.given()) is not None:
            self.recognizer_given.emit(self._given_path(), given)

    @Slot()
    def _on_file(self) -> None:
        filters = [translate("admin", "Models (*.zip *.onnx *.ZIP *.ONNX)"), all_files()]
        choose_file(self, translate("admin", "Choose a file"), self._on_chosen, filters=filters, start=self._folder)

    @Slot()
    def _on_folder(self) -> None:
        choose_folder(self, self._on_chosen, start=self._folder)

    def _on_chosen(self, path: Path) -> None:
        self._folder = str(path.parent)
        self.path.setText(str(path))

    # --- words ---------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.say_heading(translate("admin", "Add a model"))
        self.what.setText(
            translate(
                "admin",
                "A pack as a .zip file or a folder, in this program's or InsightFace's layout; or a recognizer as a "
                "single .onnx file.",
            )
        )
        self.path_field.set_label(translate("admin", "File or folder"))
        self.path.setPlaceholderText(translate("admin", "nothing chosen yet"))
        self.choose_file.setText(translate("admin", "File…"))
        self.choose_folder.setText(translate("admin", "Folder…"))
        self.add.setText(translate("admin", "Add it"))
        self.onnx.retranslate()
        self._say_wrong(self._wrong)
