"""What the program runs on and with, and the settings of this window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from attendance.core.licence import licence_line, use_at
from attendance.ui import theme
from attendance.ui.admin.parts.choices import fill
from attendance.ui.admin.parts.fact_form import FactForm
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.page import Page, scrolled
from attendance.ui.admin.parts.recognizers.pack_words import device_text, use_text
from attendance.ui.admin.parts.services import LANGUAGE_KEY, THEME_KEY, AdminServices
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.reasons import fixed_text, reason_text
from attendance.ui.stylesheet import set_role


class FactCard(QFrame):
    """A card with a heading and lines of "what: value"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.heading = QLabel()
        set_role(self.heading, "heading")
        self.form = FactForm()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_4)
        self.column.setSpacing(theme.SPACE_3)
        self.column.addWidget(self.heading)
        self.column.addLayout(self.form)
        self.column.addStretch(1)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is shown."""
        return self.form.facts

    def say(self, heading: str, facts: list[tuple[str, str]]) -> None:
        """Show these facts and no others."""
        self.heading.setText(heading)
        self.form.say(facts)


class SystemPage(Page):
    """Appearance, recognition device, model pack, data."""

    def __init__(
        self,
        services: AdminServices,
        jobs: Jobs,
        toasts: Toasts,
        language: LanguageSwitch,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, jobs, toasts, parent)
        self._language = language
        self._counts: tuple[int, int] | None = None
        self.language_box = QComboBox()
        self.theme_box = QComboBox()
        self.keep_crops = QCheckBox()
        self.appearance = FactCard()
        self.device = FactCard()
        self.pack = FactCard()
        self.data = FactCard()
        self.open_folder = QPushButton()
        self.copy = QPushButton()
        self.notice = Notice()
        self._language_label, self._theme_label = QLabel(), QLabel()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        set_icon(self.copy, "copy")
        self.header.addWidget(self.copy)
        for label, box in ((self._language_label, self.language_box), (self._theme_label, self.theme_box)):
            set_role(label, "muted")
            label.setBuddy(box)
            self.appearance.form.addRow(label, box)
        set_icon(self.open_folder, "folder")
        self.data.column.insertWidget(2, self.keep_crops)
        self.data.column.insertWidget(3, self.open_folder, 0, Qt.AlignmentFlag.AlignLeft)
        content = QWidget()
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.SPACE_3)
        self._grid.setColumnStretch(0, 1)
        self._grid.setRowStretch(4, 1)
        self._area = scrolled(content)
        self.body.addWidget(self.notice)
        self.body.addWidget(self._area, 1)
        self._area.viewport().installEventFilter(self)

    def _place_cards(self) -> None:
        """Put the cards two in a row, or one where a long word of theirs needs more than half of the width."""
        cards = (self.appearance, self.device, self.pack, self.data)
        needed = 2 * max(card.minimumSizeHint().width() for card in cards) + theme.SPACE_3
        columns = 2 if needed <= self._area.viewport().width() else 1
        for card in cards:
            self._grid.removeWidget(card)
        for place, card in enumerate(cards):
            self._grid.addWidget(card, place // columns, place % columns)
        self._grid.setColumnStretch(1, columns - 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place the cards for the new width of the area, which follows that of the page."""
        if event.type() == QEvent.Type.Resize:
            self._place_cards()
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self.language_box.activated.connect(self._on_language)
        self.theme_box.activated.connect(self._on_theme)
        self.keep_crops.clicked.connect(self._on_keep_crops)
        self.open_folder.clicked.connect(self._on_open_folder)
        self.copy.clicked.connect(self._on_copy)

    def shown(self) -> None:
        """The page came to the front."""
        services = self.services
        self.jobs.submit(
            lambda: (
                len(services.roster.list_people()),
                services.log.count(),
                services.settings.get(LANGUAGE_KEY, self._language.current),
                services.settings.get(THEME_KEY, theme.mode()),
                services.crop_keeping.is_on(),
            ),
            self._on_loaded,
            self.notice.say_error,
        )

    def _on_loaded(self, found: tuple[int, int, str, str, bool]) -> None:
        people, events, language, mode, keeps_crops = found
        self._counts = (people, events)
        self.language_box.setCurrentIndex(max(self.language_box.findData(language), 0))
        self.theme_box.setCurrentIndex(max(self.theme_box.findData(mode), 0))
        self.keep_crops.setChecked(keeps_crops)
        self._say_data()
        self._place_cards()

    # --- settings ------------------------------------------------------------------------------------

    @Slot()
    def _on_language(self) -> None:
        code = str(self.language_box.currentData())
        self._language.set_language(code)
        self._store(LANGUAGE_KEY, code)

    @Slot()
    def _on_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        mode = str(self.theme_box.currentData())
        theme.apply_theme(app, mode)  # type: ignore[arg-type]
        self._store(THEME_KEY, mode)

    @Slot()
    def _on_keep_crops(self) -> None:
        self._save(partial(self.services.crop_keeping.choose, self.keep_crops.isChecked()))

    def _store(self, key: str, value: str) -> None:
        self._save(partial(self.services.settings.set, key, value))

    def _save(self, save: Callable[[], None]) -> None:
        self.notice.clear()
        self.jobs.submit(save, lambda _nothing: None, self.notice.say_error)

    @Slot()
    def _on_open_folder(self) -> None:
        if self.services.storage is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.services.storage.data_dir)))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details_text())
        self.toasts.show_text(translate("admin", "The details are on the clipboard."))

    def details_text(self) -> str:
        """Return every fact of the page as plain text, for a support request."""
        lines = []
        for card in (self.device, self.pack, self.data):
            lines.append(card.heading.text())
            lines += [f"  {name}: {value}" for name, value in card.facts]
        return "\n".join(lines) + "\n"

    # --- words ---------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "System"))
        self.caption.setText(translate("admin", "What the program runs on, and how this window looks."))
        self.copy.setText(translate("admin", "Copy the details"))
        self.appearance.heading.setText(translate("admin", "Appearance"))
        self._language_label.setText(translate("admin", "Language"))
        self._theme_label.setText(translate("admin", "Colours"))
        self.language_box.setAccessibleName(translate("admin", "Language"))
        self.theme_box.setAccessibleName(translate("admin", "Colours"))
        languages = [
            (translate("admin", "Like the system"), "auto"),
            *((n, c) for c, n in self._language.available().items()),
        ]
        modes = [
            (translate("admin", "Like the system"), "auto"),
            (translate("admin", "Light"), "light"),
            (translate("admin", "Dark"), "dark"),
        ]
        fill(self.language_box, languages)
        fill(self.theme_box, modes)
        self.keep_crops.setText(translate("admin", "Keep the enrolment photos (encrypted)"))
        self.keep_crops.setToolTip(translate("admin", "With them, a new model needs no new photographs."))
        self.open_folder.setText(translate("admin", "Open the folder"))
        self.open_folder.setVisible(self.services.storage is not None)
        self._say_device()
        self._say_pack()
        self._say_data()
        self._place_cards()

    def _say_device(self) -> None:
        report = self.services.provider
        self.device.say(
            translate("admin", "Recognition runs on"),
            [
                (
                    translate("admin", "Device"),
                    device_text(report),
                ),
                (translate("admin", "Provider"), report.active),
                (translate("admin", "Reason"), reason_text(report.reason)),
            ],
        )

    def _say_pack(self) -> None:
        pack, now = self.services.pack, self.services.clock.now_utc()
        number = QLocale().toString
        if pack.calibration:
            calibrated = translate("admin", "Yes, at {count} operating points").format(
                count=number(len(pack.calibration))
            )
        else:
            calibrated = translate("admin", "No: a cautious threshold is used")
        self.pack.say(
            translate("admin", "Model pack"),
            [
                (translate("admin", "Title"), fixed_text(pack.title)),
                (translate("admin", "Identity"), pack.model_id),
                (translate("admin", "Licence"), reason_text(licence_line(pack, now))),
                (translate("admin", "Commercial use"), use_text(use_at(pack, now))),
                (
                    translate("admin", "Embedding"),
                    translate("admin", "{count} numbers").format(count=number(pack.embedding_size)),
                ),
                (translate("admin", "Detector"), pack.detector_kind.upper()),
                (translate("admin", "Calibrated"), calibrated),
            ],
        )

    def _say_data(self) -> None:
        locale = QLocale()
        people, events = (locale.toString(n) for n in self._counts) if self._counts else ("–", "–")
        facts = [
            (translate("admin", "People"), people),
            (translate("admin", "Check-ins"), events),
            (translate("admin", "Time zone"), self.services.zone.key),
        ]
        storage = self.services.storage
        if storage is not None:
            facts += [
                (translate("admin", "Folder"), str(storage.data_dir)),
                (translate("admin", "Database"), locale.formattedDataSize(storage.database_bytes)),
                (translate("admin", "Encryption key"), fixed_text(storage.key_where)),
            ]
        self.data.say(translate("admin", "Data"), facts)
