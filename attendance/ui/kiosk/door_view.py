"""The kiosk while it works: picture and guidance on one side, clock or cards on the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QLocale, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QStackedWidget, QWidget

from attendance.core.types import DecisionKind, FrameResult, ImageBgr, StreamState
from attendance.errors import AttendanceError
from attendance.errors.cameras import CameraStopped
from attendance.services.door.capture import StreamDetail
from attendance.services.door.listener import DecisionNotice
from attendance.ui import theme
from attendance.ui.kiosk.camera_area import CameraArea
from attendance.ui.kiosk.cards.card_column import CardColumn
from attendance.ui.kiosk.cards.welcome_card import NoticeCard, WelcomeCard
from attendance.ui.kiosk.dimmer import Dimmer
from attendance.ui.kiosk.entry.panel import EntryPanel
from attendance.ui.kiosk.idle_panel import IdlePanel
from attendance.ui.kiosk.questions.choice_panel import ChoicePanel
from attendance.ui.kiosk.questions.left_panel import LeftPanel
from attendance.ui.kiosk.sentences import (
    GUIDANCE,
    LOOK_HERE,
    USE_PIN_OR_BADGE,
    Sentence,
    is_reconnecting,
    sentence_for,
    stream_sentence,
)
from attendance.ui.messages import error_text, joined
from attendance.ui.theme import KioskMetrics

translate = QCoreApplication.translate

# Picture to card column, from the design sheet.
_CAMERA_SHARE, _COLUMN_SHARE = 60, 40

_KNOWN = frozenset({DecisionKind.WELCOME, DecisionKind.ALREADY_IN})
_REFUSED = frozenset({DecisionKind.UNKNOWN, DecisionKind.NOT_LIVE})
_MOST_NAMES = 16
"""Numbers of faces are never used again: only the newest can still be in the picture."""


class DoorView(QWidget):
    """Shows what the engine reports; knows no thread and no engine.

    Signals:
        told: a Sentence that somebody should hear, by the guidance line or by a card.

    Args:
        welcome_s: how long a card stays.
        dim_after_s: seconds without a face until the view goes dark.
        now: the site's aware local time.
        locale: writes the date.
        invitation: what the screen says while nobody is there.

    Attributes:
        offers_entry: PIN and badge are another way in here.
    """

    told = Signal(object)

    def __init__(
        self,
        metrics: KioskMetrics,
        *,
        company: str,
        welcome_s: float,
        dim_after_s: float,
        zone: ZoneInfo,
        now: Callable[[], datetime],
        locale: Callable[[], QLocale],
        invitation: Sentence = LOOK_HERE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._metrics = metrics
        self._zone = zone
        self._invitation = invitation
        self._stream = StreamState.OPENING
        self._detail: StreamDetail = ""
        self._result: FrameResult | None = None
        self._names: dict[int, str] = {}
        self._was_there = False
        self._is_anybody_enrolled = True
        self.area = CameraArea(metrics, self)
        self.idle = IdlePanel(company, metrics, now=now, locale=locale)
        self.column = CardColumn(metrics, shown_s=welcome_s)
        self._side = QStackedWidget(self)
        self._side.addWidget(self.idle)
        self._side.addWidget(self.column)
        self.choice = ChoicePanel(metrics)
        self.left = LeftPanel(metrics, zone=zone, today=lambda: now().date(), locale=locale)
        self._side.addWidget(self.choice)
        self._side.addWidget(self.left)
        self.entry = EntryPanel(metrics)
        self.offers_entry = False
        self._side.addWidget(self.entry)
        self.entry.letters_toggled.connect(self._on_letters_toggled)
        self.column.emptied.connect(self._on_emptied)
        self.area.guidance.changed.connect(self._on_said)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.addWidget(self.area, _CAMERA_SHARE)
        self._box.addWidget(self._side, _COLUMN_SHARE)
        self.dimmer = Dimmer(self, after_s=dim_after_s)
        self._say(at_once=True)
        self.refresh(metrics)

    @property
    def stream(self) -> StreamState:
        """Health of the camera as last reported."""
        return self._stream

    def show_frame(self, image_bgr: ImageBgr) -> None:
        """Show another frame: (H, W, 3) uint8 BGR."""
        self.area.camera.show_frame(image_bgr)

    def show_result(self, result: FrameResult) -> None:
        """Outline the faces and say what to do."""
        self._result = result
        self.area.camera.set_faces(result)
        self._show_tags()
        if result.faces:
            self.dimmer.wake()
        self._say()

    def show_stream(self, state: StreamState, detail: StreamDetail) -> None:
        """Say when the camera is not well; without pictures show none.

        Args:
            state: health of the camera.
            detail: the error of LOST, else the name of the source.
        """
        self._stream, self._detail = state, detail
        self._was_there |= state in {StreamState.LIVE, StreamState.FROZEN, StreamState.BLACK}
        self._show_advice()
        if state is not StreamState.LIVE:
            self._result = None
            self._names.clear()
            self.dimmer.wake()
            if state is not StreamState.BLACK:
                self.area.camera.clear(stream_sentence(state, detail, was_there=self._was_there).icon)
        self._say(at_once=state is not StreamState.LIVE)

    def show_enrolled(self, is_anybody: bool) -> None:
        """Say how to enrol while nobody is, at a door where the face is the first way in."""
        is_anybody = is_anybody or self._invitation is not LOOK_HERE
        if is_anybody != self._is_anybody_enrolled:
            self._is_anybody_enrolled = is_anybody
            self._show_advice()
            self._say()

    def show_decision(
        self, notice: DecisionNotice, *, shown_s: float | None = None, can_break: bool = False
    ) -> WelcomeCard | None:
        """Answer with a card where the decision is about a person.

        Args:
            notice: what was decided.
            shown_s: how long the card stays, None for as long as any.
            can_break: the card may turn an OUT into a break.

        Returns:
            The card of somebody known.
        """
        kind, person = notice.decision.kind, notice.person
        known: WelcomeCard | None = None
        if kind in _KNOWN:
            self._names[notice.decision.track_id] = person.name if person is not None else ""
            known = WelcomeCard(
                notice.decision,
                person.name if person is not None else "",
                zone=self._zone,
                metrics=self._metrics,
                crop_bgr=notice.crop_bgr,
                note=notice.note,
                can_break=can_break,
            )
        elif kind not in _REFUSED or not self._is_anybody_enrolled:
            return None
        self.dimmer.wake()
        if not self.is_asking:
            self._side.setCurrentWidget(self.column)
        present = {face.track_id for face in self._result.faces} if self._result is not None else set()
        card = known or NoticeCard(notice.decision.track_id, self._metrics, notice.crop_bgr)
        self.column.add(card, shown_s=shown_s, present=present)
        self._show_tags()
        self._say(at_once=True)
        if known is None:
            self.told.emit(GUIDANCE[kind])
        return known

    @property
    def is_asking(self) -> bool:
        """True while a panel with a question is beside the picture."""
        return self._side.currentWidget() in {self.choice, self.left, self.entry}

    @property
    def is_entry_open(self) -> bool:
        """True while PIN and badge are asked for."""
        return self._side.currentWidget() is self.entry

    def ask(self, panel: ChoicePanel | LeftPanel) -> None:
        """Show a question beside the picture."""
        self.dimmer.wake()
        self._side.setCurrentWidget(panel)

    def stop_asking(self) -> None:
        """Show the cards again, or the clock when there are none."""
        if self.is_asking and not self.is_entry_open:
            self._show_answers()

    def open_entry(self) -> None:
        """Ask for PIN and badge beside the picture."""
        self.dimmer.wake()
        self._give_entry_room()
        self._side.setCurrentWidget(self.entry)
        self._say(at_once=True)

    def _give_entry_room(self) -> None:
        """Below the picture the keys need more than the cards; beside it there is the whole height."""
        is_below = self._box.direction() == QBoxLayout.Direction.TopToBottom
        self._side.setMinimumHeight(min(self.entry.needed_height(), self.height() // 2) if is_below else 0)

    def close_entry(self) -> None:
        """Show the cards again, or the clock when there are none."""
        self.area.show()
        self._side.setMinimumHeight(0)
        if self.is_entry_open:
            self._show_answers()
            self._say()

    def _show_answers(self) -> None:
        self._side.setCurrentWidget(self.column if self.column.cards else self.idle)

    def _on_letters_toggled(self, is_wanted: bool) -> None:
        # Above the panel the picture takes none of the width.
        self.area.setVisible(not is_wanted or self._box.direction() == QBoxLayout.Direction.TopToBottom)

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes, colours and words anew."""
        self._metrics = metrics
        self._box.setContentsMargins(metrics.gap, metrics.gap, metrics.gap, metrics.gap)
        self._box.setSpacing(metrics.gap)
        self.area.refresh(metrics)
        self.idle.refresh(metrics)
        self.column.refresh(metrics)
        self.choice.refresh(metrics)
        self.left.refresh(metrics)
        self.entry.refresh(metrics)
        if self.is_entry_open:
            self._give_entry_room()
        self._show_tags()
        self._show_advice()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the picture beside or above the cards."""
        is_portrait = self.height() > self.width()
        direction = QBoxLayout.Direction.TopToBottom if is_portrait else QBoxLayout.Direction.LeftToRight
        if self._box.direction() != direction:
            self._box.setDirection(direction)

    def _show_advice(self) -> None:
        """Tell whoever sets the kiosk up what is missing and what to do."""
        detail = self._detail
        if self._stream is StreamState.LOST and isinstance(detail, CameraStopped):
            way_in = USE_PIN_OR_BADGE if self.offers_entry else GUIDANCE[DecisionKind.UNKNOWN]
            self.idle.show_advice(way_in.text())
        elif self._stream is StreamState.LOST and not is_reconnecting(detail, was_there=self._was_there):
            self.idle.show_advice(joined(*error_text(detail)) if isinstance(detail, AttendanceError) else "")
        elif not self._is_anybody_enrolled:
            self.idle.show_advice(
                translate("kiosk", "Open the desk window (attendance admin) and enrol on the page People.")
            )
        else:
            self.idle.show_advice("")

    def _show_tags(self) -> None:
        """Write at each face whose it is, so that everybody knows which card is theirs."""
        faces = self._result.faces if self._result is not None else ()
        while len(self._names) > _MOST_NAMES:
            del self._names[next(iter(self._names))]
        tags = {face.track_id: self._names.get(face.track_id, "") for face in faces if face.state in _KNOWN}
        if len(faces) > 1:
            refusal = GUIDANCE[DecisionKind.UNKNOWN].text()
            tags |= {face.track_id: refusal for face in faces if face.state in _REFUSED}
        self.area.camera.set_tags(tags, max(theme.SPACE_4, self._metrics.caption + theme.SPACE_1))

    @Slot(object)
    def _on_said(self, sentence: Sentence | None) -> None:
        if sentence in GUIDANCE.values():
            self.told.emit(sentence)

    def _on_emptied(self) -> None:
        if not self.is_asking:
            self._side.setCurrentWidget(self.idle)
        self._say()

    def _say(self, *, at_once: bool = False) -> None:
        has_notice = self.column.has_refusal and not self.is_asking
        sentence = sentence_for(
            self._stream,
            self._result,
            has_notice=has_notice,
            detail=self._detail,
            was_there=self._was_there,
            is_anybody_enrolled=self._is_anybody_enrolled,
        )
        if sentence is LOOK_HERE:
            sentence = None if self.is_entry_open else self._invitation  # the panel says what to do
        self.area.guidance.say(sentence, at_once=at_once)
