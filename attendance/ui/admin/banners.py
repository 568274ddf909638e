"""What stands above every page: the licence of the pack, and lasting faults of the set-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget

from attendance.core.licence import licence_line, use_at
from attendance.core.types import LicenceUse, PackInfo
from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import Notice
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.messages import error_text, joined
from attendance.ui.reasons import fixed_text, reason_text
from attendance.ui.stylesheet import set_role

LICENCE_SEEN_SETTING = "licence_seen"
"""Recognizer (model id) whose research-only licence somebody has put away, and when that licence ended if it did."""


class Banners(QWidget):
    """Notices one below the other; it takes no room while there are none.

    Args:
        jobs: saves what was put away.
        toasts: tells when that could not be saved.

    Signals:
        models_asked: to the page of models, where the licence stays.
        licence_put_away: the banner about the licence is gone, now or since an earlier start.
    """

    models_asked = Signal()
    licence_put_away = Signal()

    def __init__(self, jobs: Jobs, toasts: Toasts) -> None:
        super().__init__()
        self._jobs = jobs
        self._toasts = toasts
        self._sentences: dict[Notice, Callable[[], str]] = {}
        self.put_away: QToolButton | None = None
        self.to_models: QPushButton | None = None
        self._column = QVBoxLayout(self)
        self._column.setSpacing(theme.SPACE_2)
        self.clear()

    def fill(self, services: AdminServices, licence_seen: str) -> None:
        """Make the notices of one set of services.

        Args:
            services: with the pack and the faults.
            licence_seen: value of ``LICENCE_SEEN_SETTING``.
        """
        pack, now = services.pack, services.clock.now_utc()
        if use_at(pack, now) is LicenceUse.RESEARCH_ONLY:
            if _seen_value(pack) == licence_seen:
                self.licence_put_away.emit()
            else:
                self._add_licence(services, now)
        for error in services.troubles:
            self._add(lambda error=error: joined(*error_text(error)))  # type: ignore[misc]
        self._make_room()

    def _add_licence(self, services: AdminServices, now_utc: datetime) -> None:
        notice = self._add(partial(_research_only, services.pack, now_utc))
        if services.models is not None:
            self.to_models = QPushButton()
            self.to_models.clicked.connect(self.models_asked)
            notice.add_beside(self.to_models)
        self.put_away = QToolButton()
        set_role(self.put_away, "remove")
        set_icon(self.put_away, "close")
        self.put_away.clicked.connect(partial(self._put_away, services, notice))
        notice.add_beside(self.put_away)

    @property
    def notices(self) -> list[Notice]:
        """From top to bottom."""
        return [*self._sentences]

    def clear(self) -> None:
        """Take all of them away."""
        for notice in self._sentences:
            notice.deleteLater()
        self._sentences.clear()
        self.put_away = self.to_models = None
        self._make_room()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        for notice, sentence in self._sentences.items():
            notice.say(sentence(), kind="warn")
        if self.put_away is not None:
            self.put_away.setAccessibleName(translate("admin", "Do not show again"))
            self.put_away.setToolTip(translate("admin", "Do not show again; the licence stays on the page Models"))
        if self.to_models is not None:
            self.to_models.setText(translate("admin", "Page Models"))

    def _add(self, sentence: Callable[[], str]) -> Notice:
        notice = Notice()
        self._column.addWidget(notice)
        self._sentences[notice] = sentence
        return notice

    def _make_room(self) -> None:
        top = theme.SPACE_3 if self._sentences else 0
        self._column.setContentsMargins(theme.SPACE_6, top, theme.SPACE_6, 0)

    @Slot()
    def _put_away(self, services: AdminServices, notice: Notice) -> None:
        button = self.put_away
        if button is not None:
            button.setEnabled(False)  # a second click before the answer would find the notice gone

        def failed(error: Exception) -> None:
            if button is not None:
                button.setEnabled(True)
            self._toasts.show_text(joined(*error_text(error)))

        def done(_nothing: None) -> None:
            del self._sentences[notice]
            notice.deleteLater()
            self.put_away = self.to_models = None
            self._make_room()
            self.licence_put_away.emit()

        save = partial(services.settings.set, LICENCE_SEEN_SETTING, _seen_value(services.pack))
        self._jobs.submit(save, done, failed)


def _seen_value(pack: PackInfo) -> str:
    """Return what stands in the setting when the banner was put away; a licence that ends later is told anew."""
    last_day = None if pack.term is None else pack.term.last_day
    return pack.model_id if last_day is None else f"{pack.model_id} {last_day.isoformat()}"


def _research_only(pack: PackInfo, now_utc: datetime) -> str:
    sentence = translate("admin", "The model pack {title} may not be used commercially: {licence}")
    return sentence.format(title=fixed_text(pack.title), licence=reason_text(licence_line(pack, now_utc)))
