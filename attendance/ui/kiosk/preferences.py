"""Language and colours chosen at the kiosk: applied at once, kept for the next start."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from attendance.errors import AttendanceError
from attendance.ui import theme
from attendance.ui.i18n import LanguageSwitch

_log = logging.getLogger(__name__)


class Preferences(QObject):
    """The two choices that everybody at the door may make.

    Args:
        language: first language, "auto" or a code of ``LANGUAGES``.
        colours: first theme, "auto", "light" or "dark".
        keep: told of each choice as (key, value); may raise AttendanceError. None keeps nothing.
    """

    def __init__(
        self, language: str, colours: str, keep: Callable[[str, str], None] | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.languages = LanguageSwitch.instance()
        self._keep_value = keep
        self.languages.set_language(language)
        self._apply(cast(theme.ThemeMode, colours))

    @Slot(str)
    def choose_language(self, code: str) -> None:
        """Switch every text."""
        self.languages.set_language(code)
        self._keep("language", code)

    @Slot()
    def toggle_theme(self) -> None:
        """Switch to the other colours."""
        chosen: theme.ThemeMode = "light" if theme.tokens().is_dark else "dark"
        self._apply(chosen)
        self._keep("theme", chosen)

    def _apply(self, colours: theme.ThemeMode) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply_theme(app, colours)

    def _keep(self, key: str, value: str) -> None:
        if self._keep_value is None:
            return
        try:
            self._keep_value(key, value)
        except AttendanceError as err:
            # The choice holds on this screen; it is only forgotten at the next start.
            _log.warning("the choice of %s was not stored: %s", key, err)
