"""Downloads a pack of the catalogue, after its licence was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget

from attendance.core.types import PackInfo
from attendance.ui.admin.models.side_panel import SidePanel
from attendance.ui.admin.models.words import size_text
from attendance.ui.admin.models.wrapped_check import WrappedCheck
from attendance.ui.admin.parts.choices import fill
from attendance.ui.admin.parts.field import Field
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.services import Downloadable
from attendance.ui.admin.parts.words import translate
from attendance.ui.reasons import fixed_text
from attendance.ui.stylesheet import set_role


class DownloadPanel(SidePanel):
    """Choice of a pack, its licence, and the answer whether the company may use it.

    Args:
        catalogue: packs that can be downloaded, by name.

    Signals:
        download_asked: name of the pack whose licence was accepted.
    """

    download_asked = Signal(str)

    def __init__(self, catalogue: Mapping[str, Downloadable], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._installed: frozenset[str] = frozenset()
        self._begun: set[str] = set()
        self._is_free = True
        self.what, self.about, self.licence = QLabel(), QLabel(), QLabel()
        self.packs = QComboBox()
        self.packs_field = Field(self.packs)
        self.accepted = WrappedCheck()
        self._said: Callable[[], None] | None = None
        self.notice = Notice(is_narrow=True)
        self.download = QPushButton()
        set_role(self.download, "primary")
        set_icon(self.download, "download", "on_accent")
        set_role(self.what, "muted")
        for label in (self.what, self.about, self.licence):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        button = QHBoxLayout()
        button.addWidget(self.download)
        button.addStretch(1)
        for part in (self.what, self.packs_field, self.about, self.licence, self.accepted, self.notice):
            self.column.addWidget(part)
        self.column.addLayout(button)
        self.column.addStretch(1)
        self.packs.currentIndexChanged.connect(self._on_pack)
        self.accepted.check.toggled.connect(self._update)
        self.download.clicked.connect(self._on_download)
        self.show_installed(())
        self.retranslate()

    @property
    def chosen(self) -> str:
        """Name of the chosen pack, "" when every pack is installed."""
        return self.packs.currentData() or ""

    def show_installed(self, infos: Iterable[PackInfo]) -> None:
        """Offer what is not installed, or not with its landmark models; the choice stays where it still can."""
        names = frozenset(info.pack_id for info in infos if not self._lacks_landmarks(info))
        if names == self._installed and self.packs.count():
            return
        self._installed = names
        chosen = self.chosen
        fill(self.packs, [(name, name) for name in self._catalogue if name not in names])
        if self.chosen != chosen:
            self._on_pack()

    def _lacks_landmarks(self, info: PackInfo) -> bool:
        entry = self._catalogue.get(info.pack_id)
        return entry is not None and entry.has_landmarks and not info.landmarks

    def set_free(self, is_free: bool) -> None:
        """Say whether something can be begun."""
        self._is_free = is_free
        self._update()

    def say_stopped(self, name: str) -> None:
        """Say that a download was stopped and can go on."""
        self._tell(
            lambda: self.notice.say(
                translate("admin", "Stopped. What was received of {name} is kept: it can go on later.").format(
                    name=name
                )
            )
        )

    def say_failure(self, error: Exception) -> None:
        """Say why a download ended."""
        self._tell(lambda: self.notice.say_error(error))

    def _tell(self, say: Callable[[], None] | None) -> None:
        """Say how a download ended, again in every language."""
        self._said = say
        if say is None:
            self.notice.clear()
        else:
            say()
            self.bring_into_view(self.notice)
        self._update()

    @Slot()
    def _on_pack(self) -> None:
        self.accepted.check.setChecked(False)  # it was said of another pack
        self._tell(None)
        self._say()

    @Slot()
    def _on_download(self) -> None:
        self._tell(None)
        self._begun.add(self.chosen)
        self.download_asked.emit(self.chosen)

    # --- words ---------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.say_heading(translate("admin", "Download a model"))
        self.what.setText(
            translate("admin", "Packs of InsightFace's release. A download that was cut off goes on where it stopped.")
        )
        self.packs_field.set_label(translate("admin", "Pack"))
        self.accepted.set_text(translate("admin", "Our company may use it under this licence."))
        self._tell(self._said)
        self._say()

    def _say(self) -> None:
        entry = self._catalogue.get(self.chosen)
        for part in (self.packs_field, self.licence, self.accepted, self.download):
            part.setVisible(entry is not None)
        if entry is None:
            self.about.setText(translate("admin", "Every pack of the catalogue is installed."))
            return
        self.about.setText(f"{fixed_text(entry.title)} · {size_text(entry.size_bytes)}")
        self.licence.setText(
            translate("admin", "Licence: {name}. {text}").format(
                name=fixed_text(entry.licence.name), text=fixed_text(entry.licence.text)
            )
        )
        self._update()

    @Slot()
    def _update(self) -> None:
        self.download.setEnabled(self._is_free and self.accepted.check.isChecked())
        self.download.setText(
            translate("admin", "Go on downloading") if self.chosen in self._begun else translate("admin", "Download it")
        )
