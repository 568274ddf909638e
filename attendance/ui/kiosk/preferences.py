"""Language and colours chosen at the kiosk: applied at once, the site's again when nobody is there any more."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from attendance.ui import theme
from attendance.ui.i18n import LanguageSwitch

NOBODY_S = 30.0
"""So long after the last face or touch the next person finds the site's language and colours."""


class Preferences(QObject):
    """The two choices that everybody at the door may make, for as long as they stand there.

    Args:
        language: the site's, "auto" or a code of ``LANGUAGES``.
        colours: the site's theme, "auto", "light" or "dark".
        nobody_s: seconds without anybody until the site's come back.
    """

    def __init__(
        self, language: str, colours: str, *, nobody_s: float = NOBODY_S, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.languages = LanguageSwitch.instance()
        self._language = language
        self._colours = cast(theme.ThemeMode, colours)
        self._nobody = QTimer(self)
        self._nobody.setSingleShot(True)
        self._nobody.setInterval(round(nobody_s * 1000))
        self._nobody.timeout.connect(self.restore)
        self.restore()

    @Slot(str)
    def choose_language(self, code: str) -> None:
        """Switch every text."""
        self.languages.set_language(code)
        self._nobody.start()

    @Slot()
    def toggle_theme(self) -> None:
        """Switch to the other colours."""
        self._apply("light" if theme.tokens().is_dark else "dark")
        self._nobody.start()

    @Slot()
    def restore(self) -> None:
        """Go back to the site's."""
        self._nobody.stop()
        self.languages.set_language(self._language)
        self._apply(self._colours)

    def somebody(self) -> None:
        """Note that somebody is there; their choice stays."""
        if self._nobody.isActive():
            self._nobody.start()

    def _apply(self, colours: theme.ThemeMode) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply_theme(app, colours)
