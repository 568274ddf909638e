"""What there is to train on: people, consents, photos, and the faces of other people."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from attendance.services.training.status import MIN_PEOPLE, TrainingSummary
from attendance.ui import theme
from attendance.ui.admin.parts.choose_path import all_files, choose_file, choose_folder
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.number_tile import NumberTile
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role

_FOUR_ABREAST = theme.SPACE_16 * 12
"""Width from which the tiles stand in one row."""


class TrainingDataCard(QWidget):
    """Numbers, the consent in words, and the field for other people's faces.

    Signals:
        others_faces_chosen: path of the faces of other people.
        people_asked: to the list of people, where the consents are given.
    """

    others_faces_chosen = Signal(str)
    people_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = {name: NumberTile() for name in ("people", "consented", "usable", "photos")}
        self.consent_title, self.consent = QLabel(), QLabel()
        self.people_button = QPushButton()
        self.others_faces_title, self.why = QLabel(), QLabel()
        self.path = QLineEdit()
        self.others_faces = Field(self.path)
        self.choose_folder, self.choose_file = QPushButton(), QPushButton()
        self._stored = ""
        self._grid = QGridLayout()
        self._lay_out()
        self.people_button.clicked.connect(self.people_asked)
        self.choose_folder.clicked.connect(self._on_folder)
        self.choose_file.clicked.connect(self._on_file)
        self.path.editingFinished.connect(self._on_typed)
        self.retranslate()

    def _lay_out(self) -> None:
        set_icon(self.people_button, "people")
        set_icon(self.choose_folder, "folder")
        set_icon(self.choose_file, "file")
        for label in (self.consent, self.why):
            set_role(label, "muted")
            label.setWordWrap(True)
        self._grid.setSpacing(theme.SPACE_3)
        for tile in self.tiles.values():
            tile.meaning.setWordWrap(True)
        self._place_tiles(4)
        consent_card, consent = _card(self.consent_title, self.consent)
        consent.addWidget(self.people_button, 0, Qt.AlignmentFlag.AlignLeft)
        consent.addStretch(1)
        others_faces_card, others_faces = _card(self.others_faces_title, self.why)
        others_faces.addWidget(self.others_faces)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE_2)
        buttons.addWidget(self.choose_folder)
        buttons.addWidget(self.choose_file)
        buttons.addStretch(1)
        others_faces.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_3)
        column.addLayout(self._grid)
        column.addWidget(consent_card)
        column.addWidget(others_faces_card)

    def _place_tiles(self, columns: int) -> None:
        for place, tile in enumerate(self.tiles.values()):
            self._grid.addWidget(tile, place // columns, place % columns)
        for column in range(4):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def show_summary(self, summary: TrainingSummary) -> None:
        """Show the counts."""
        for name, tile in self.tiles.items():
            tile.set_value(getattr(summary, name))

    def show_others_faces(self, path: str) -> None:
        """Show the remembered path, unless somebody is typing another one."""
        self._stored = path
        if not self.path.isModified():
            self.path.setText(path)

    def set_busy(self, is_busy: bool) -> None:
        """Lock the field while a training runs."""
        for widget in (self.path, self.choose_folder, self.choose_file):
            widget.setEnabled(not is_busy)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.tiles["people"].set_meaning(translate("admin", "active people"), translate("admin", "active person"))
        self.tiles["consented"].set_meaning(translate("admin", "agreed to training"))
        self.tiles["usable"].set_meaning(
            translate("admin", "with two photos ({needed} needed)").format(needed=MIN_PEOPLE)
        )
        self.tiles["photos"].set_meaning(
            translate("admin", "photos to train on"), translate("admin", "photo to train on")
        )
        self.consent_title.setText(translate("admin", "Consent"))
        self.consent.setText(
            translate(
                "admin",
                "Consent to enrolment does not cover training. Ask each person, then tick “May be used for "
                "training” in the person's details. Only the kept photos of these people are used.",
            )
        )
        self.people_button.setText(translate("admin", "Open the list of people"))
        self.others_faces_title.setText(translate("admin", "Faces of other people"))
        self.why.setText(
            translate(
                "admin",
                "The new model must still turn strangers away. That is measured with faces of people who are not "
                "your staff: a folder with one sub-folder of photos a person, about 600 photos of 300 people or more, "
                "or the .npz file of “attendance embed”. They stay on this computer.",
            )
        )
        self.others_faces.set_label(translate("admin", "Faces of other people (folder or .npz)"))
        self.path.setPlaceholderText(translate("admin", "nothing chosen yet"))
        self.choose_folder.setText(translate("admin", "Choose a folder…"))
        self.choose_file.setText(translate("admin", "Choose a file…"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the tiles in one row or two."""
        self._place_tiles(4 if event.size().width() >= _FOUR_ABREAST else 2)
        super().resizeEvent(event)

    @Slot()
    def _on_typed(self) -> None:
        if self.path.isModified():
            self._choose(self.path.text().strip())

    def _choose(self, path: str) -> None:
        self.path.setText(path)
        self.path.setModified(False)
        if path != self._stored:
            self._stored = path
            self.others_faces_chosen.emit(path)

    @Slot()
    def _on_folder(self) -> None:
        choose_folder(self, self._on_chosen, start=self._start_folder())

    @Slot()
    def _on_file(self) -> None:
        filters = [translate("admin", "Faces (*.npz)"), all_files()]
        choose_file(
            self, translate("admin", "Choose a file"), self._on_chosen, filters=filters, start=self._start_folder()
        )

    def _on_chosen(self, path: Path) -> None:
        self._choose(str(path))

    def _start_folder(self) -> str:
        return str(Path(self._stored).parent) if self._stored else ""


def _card(title: QLabel, text: QLabel) -> tuple[QFrame, QVBoxLayout]:
    """Return a new card with a heading and running text, and its column."""
    card = QFrame()
    set_role(card, "card")
    set_role(title, "heading")
    column = QVBoxLayout(card)
    column.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_4)
    column.setSpacing(theme.SPACE_2)
    column.addWidget(title)
    column.addWidget(text)
    return card, column
