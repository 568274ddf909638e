"""The languages of the windows: catalogues loaded and exchanged while the program runs.

Source texts are English. The kiosk and the errors ask for them as ``QCoreApplication.translate(catalogue, text)``, the
admin window with ``tr(text)`` in the context of its classes. After a change Qt sends ``LanguageChange`` to every
widget, which then sets its texts anew. Catalogues are edited as ``.ts`` and compiled with ``pyside6-lrelease``; both
are kept in git.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal

from attendance.languages import ENGLISH, LANGUAGES
from attendance.resource_files import resource_path

_log = logging.getLogger(__name__)

CATALOGUES = ("kiosk", "admin", "errors")


class LanguageSwitch(QObject):
    """Installs the translators of one language for the whole application.

    Signals:
        language_changed: code of the new language.
    """

    language_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._installed: list[QTranslator] = []
        self._current = ENGLISH

    @classmethod
    def instance(cls) -> LanguageSwitch:
        """Return the one switch of this process; two would install two sets of translators."""
        global _instance  # noqa: PLW0603 - the translators are global to the application as well
        if _instance is None:
            _instance = cls()
        return _instance

    @property
    def current(self) -> str:
        """Code of the language in use."""
        return self._current

    def available(self) -> dict[str, str]:
        """Return the languages by code, each with its name in itself."""
        return {code: language.name for code, language in LANGUAGES.items()}

    def locale(self) -> QLocale:
        """Return the locale for dates and numbers: the system's where it speaks the language in use."""
        return locale_for(self._current)

    def set_language(self, code: str) -> None:
        """Switch the application; "auto" takes the system's language, else English.

        Raises:
            ValueError: a code that ``available()`` does not list.
        """
        wanted = _system_language() if code == "auto" else code
        if wanted not in LANGUAGES:
            raise ValueError(f"unknown language {code!r}; known: auto, {', '.join(LANGUAGES)}")
        if wanted == self._current and (self._installed or wanted == ENGLISH):
            return
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed = [] if wanted == ENGLISH else _load(wanted, self)
        for translator in self._installed:
            QCoreApplication.installTranslator(translator)
        self._current = wanted
        QLocale.setDefault(self.locale())
        self.language_changed.emit(wanted)


_instance: LanguageSwitch | None = None


def locale_for(language: str) -> QLocale:
    """Return the locale that writes dates and numbers in a language of ``LANGUAGES``."""
    system = _system_locale()
    made = QLocale(language)
    return system if system.language() == made.language() else made


def _load(language: str, parent: QObject) -> list[QTranslator]:
    """Load Qt's own texts (dialog buttons, context menus) and then our catalogues, which win."""
    found = []
    own = str(resource_path("translations"))
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in (("qtbase", qt), *((c, own) for c in CATALOGUES)):
        translator = QTranslator(parent)
        if translator.load(f"{name}_{language}", folder):
            found.append(translator)
        else:
            _log.warning("translation %s_%s is missing in %s", name, language, folder)
    return found


def _system_locale() -> QLocale:
    return QLocale.system()


def _system_language() -> str:
    system = _system_locale().language()
    return next((code for code in LANGUAGES if QLocale(code).language() == system), ENGLISH)
