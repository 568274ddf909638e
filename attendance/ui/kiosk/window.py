"""The kiosk window: starts and stops an engine and passes its reports to the view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from attendance.core.types import DecisionKind, FrameResult, StreamState
from attendance.errors import AttendanceError, Reason
from attendance.errors.storage import CheckInsUnsaved
from attendance.services.door.capture import StreamDetail
from attendance.services.door.engine import KioskEngine
from attendance.services.door.listener import DecisionNotice, EngineListener, RecognitionHung, RecognitionStopped
from attendance.ui import theme as themes
from attendance.ui.kiosk.bottom_bar import BottomBar
from attendance.ui.kiosk.computer.restarts import Restarts
from attendance.ui.kiosk.computer.touches import Touches
from attendance.ui.kiosk.computer.voice import Voice
from attendance.ui.kiosk.door_view import DoorView
from attendance.ui.kiosk.engine_runner import EngineRunner
from attendance.ui.kiosk.entry.talk import Entry, EntryTalk
from attendance.ui.kiosk.health import Phase
from attendance.ui.kiosk.health_panel import HealthPanel
from attendance.ui.kiosk.health_watch import HealthWatch
from attendance.ui.kiosk.preferences import NOBODY_S, Preferences
from attendance.ui.kiosk.questions.answer_runner import Answers
from attendance.ui.kiosk.questions.conversation import Conversation
from attendance.ui.kiosk.save_alarm import SaveAlarm
from attendance.ui.kiosk.sentences import LOOK_HERE, USE_PIN_OR_BADGE, Sentence
from attendance.ui.kiosk.state_panel import StatePanel
from attendance.ui.stylesheet import kiosk_stylesheet

translate = QCoreApplication.translate

DIM_AFTER_S = 60.0
_FIRST_SIZE = (1280, 800)


class KioskWindow(QWidget):
    """Shows itself at once, loads the engine in the background, and closes after the last check-in is written.

    Args:
        load_engine: builds the engine for a listener; called in a worker thread, may take seconds and may raise.
        company: name on the idle screen.
        door: name on the lower edge.
        welcome_s: how long a card stays, seconds.
        zone: the site's zone, for every time shown.
        language: the site's, "auto" or a code of ``LANGUAGES``.
        theme: the site's, "auto", "light" or "dark".
        status: lines for the operator, asked for when the health panel opens and the engine runs.
        answers: returns what books the answers of people; called in another thread when the first one is there. None
            offers no buttons on cards and asks nothing.
        can_break: an OUT may be turned into a break on its card.
        entry: returns what looks at codes, badges and PINs; None: this kiosk has no other way in.
        refusals: faces refused in a row after which PIN and badge are offered; 0 = never.
        looks_first: the face is the first way in here; else the screen asks for PIN or badge.
        troubles: faults that last, asked for now and then while the engine runs; the health panel tells them, a wrong
            clock is told to everybody.
        now: aware instant in any zone; for tests.
        dim_after_s: seconds without a face until the view goes dark.
        nobody_s: seconds without anybody until the site's language and theme come back.
        voice: says aloud what somebody is asked to do; None stays silent.

    Signals:
        engine_ready: the engine runs for the first time or again.
        closed: engine stopped, window gone.
    """

    engine_ready = Signal()
    closed = Signal()

    def __init__(
        self,
        load_engine: Callable[[EngineListener], KioskEngine],
        *,
        company: str = "",
        door: str = "",
        welcome_s: float = 3.0,
        zone: ZoneInfo,
        language: str = "auto",
        theme: str = "auto",
        status: Callable[[], Sequence[Reason]] = tuple,
        answers: Callable[[], Answers] | None = None,
        can_break: bool = False,
        entry: Callable[[], Entry] | None = None,
        refusals: int = 3,
        looks_first: bool = True,
        troubles: Callable[[], Sequence[AttendanceError]] = tuple,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        dim_after_s: float = DIM_AFTER_S,
        nobody_s: float = NOBODY_S,
        voice: Voice | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("kiosk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._load_engine = load_engine
        self._is_stopped = False
        self._is_closed = False
        self._is_unattended = False
        self.unsaved: CheckInsUnsaved | None = None
        """Check-ins that were not in the database when the engine ended."""
        self._preferences = Preferences(language, theme, nobody_s=nobody_s, parent=self)
        self.metrics = themes.kiosk_metrics(min(_FIRST_SIZE))
        self._runner = EngineRunner(self._load_engine, self)
        self._restarts = Restarts(self)
        self._restarts.due.connect(self._on_retry_asked)
        self._build(company, door, welcome_s, dim_after_s, zone, now, LOOK_HERE if looks_first else USE_PIN_OR_BADGE)
        self.watch = HealthWatch(
            self.bar,
            self.health,
            self.alarm,
            self.view,
            status=status,
            troubles=troubles,
            parent=self,
        )
        self.talk = Conversation(self.view, answers, now=now, welcome_s=welcome_s, can_break=can_break, parent=self)
        self.entry = EntryTalk(self.view, entry, refusals=refusals, parent=self)
        self.bar.entry_button.setVisible(self.entry.is_there)
        self.bar.entry_asked.connect(self.entry.toggle_panel)
        self.talk.disputed.connect(self.entry.open_panel)
        if voice is not None:
            voice.setParent(self)
            languages = self._preferences.languages
            voice.follow(self.view.told, lambda: languages.current)
            self.closed.connect(voice.end)
        Touches(self).touched.connect(self._on_touched)
        themes.holder.theme_changed.connect(self._refresh)
        self.resize(*_FIRST_SIZE)
        self._refresh()
        self._start()

    @property
    def _phase(self) -> Phase:
        return self.watch.phase

    @_phase.setter
    def _phase(self, phase: Phase) -> None:
        self.watch.phase = phase

    def _build(
        self,
        company: str,
        door: str,
        welcome_s: float,
        dim_after_s: float,
        zone: ZoneInfo,
        now: Callable[[], datetime],
        invitation: Sentence,
    ) -> None:
        self.alarm = SaveAlarm(self.metrics)
        self.state_panel = StatePanel(self.metrics)
        self.view = DoorView(
            self.metrics,
            company=company,
            welcome_s=welcome_s,
            dim_after_s=dim_after_s,
            zone=zone,
            now=lambda: now().astimezone(zone),
            locale=self._preferences.languages.locale,
            invitation=invitation,
        )
        self._body = QStackedWidget()
        self._body.addWidget(self.state_panel)
        self._body.addWidget(self.view)
        self.bar = BottomBar(door, self.metrics)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.alarm)
        column.addWidget(self._body, 1)
        column.addWidget(self.bar)
        self.health = HealthPanel(self.metrics, self._body)
        self.state_panel.retry_asked.connect(self._on_retry_asked)
        self.bar.language_chosen.connect(self._preferences.choose_language)
        self.bar.theme_toggled.connect(self._preferences.toggle_theme)

    # --- engine --------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._phase = "starting"
        self.unsaved = None
        self.watch.note(None)
        self.state_panel.show_starting(self.metrics)
        self._body.setCurrentWidget(self.state_panel)
        runner = self._runner
        runner.started.connect(self._on_started)
        runner.failed.connect(self._on_failed)
        runner.stopped.connect(self._on_stopped)
        bridge = runner.bridge
        bridge.preview_ready.connect(self._on_preview_ready)
        bridge.result_ready.connect(self._on_result_ready)
        bridge.decision_made.connect(self._on_decision_made)
        bridge.badge_seen.connect(self.entry.see_badge)
        bridge.check_in_failed.connect(self._on_check_in_failed)
        bridge.stream_changed.connect(self._on_stream_changed)
        bridge.crashed.connect(self._on_crashed)
        runner.load()

    @Slot()
    def _on_started(self) -> None:
        if self._phase == "starting":
            self._phase = "running"
            self.talk.use_engine(self._runner.engine)
            self.entry.use_engine(self._runner.engine)
            self._body.setCurrentWidget(self.view)
            self.setFocus()  # no focus ring until somebody uses the keyboard
            self.watch.look_at_troubles()
            self.watch.show()
            self._on_preview_ready()  # a camera may be faster than the word of the start
            self.engine_ready.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._phase == "starting":
            self._show_error(error)

    def restart(self) -> None:
        """Stop the running engine and load another one, e.g. because another model pack was put in use."""
        if self._phase == "running":
            self._body.setCurrentWidget(self.state_panel)
            self._on_retry_asked()

    @Slot()
    def _on_retry_asked(self) -> None:
        # The old engine lets go of camera and queue before another one takes them.
        self._restarts.cancel()
        self._phase = "restarting"
        self.talk.use_engine(None)
        self.entry.use_engine(None)
        self.state_panel.show_starting(self.metrics)
        if self._is_stopped:  # it ended with check-ins unsaved, and somebody made room
            self._is_stopped = False
            self._on_stopped()
        else:
            self._runner.stop()

    @Slot()
    def _on_stopped(self) -> None:
        if self._phase == "restarting":
            self._runner.deleteLater()
            self._runner = EngineRunner(self._load_engine, self)
            self._start()
            return
        self._is_stopped = True
        self.unsaved = self._runner.unsaved
        if self.unsaved is None or self._is_unattended:
            self.close()
        else:  # it stays said until somebody closes the window once more
            self._show_error(self.unsaved)

    @Slot()
    def close_unattended(self) -> None:
        """Close as the system asks for it: nobody is there to read what could not be saved."""
        self._is_unattended = True
        self.close()

    @Slot()
    def _on_preview_ready(self) -> None:
        engine = self._runner.engine
        if engine is None or self._phase != "running":
            return  # left where it is: taken once the engine is known to have started
        frame = engine.preview.take(0)
        if frame is not None and self.view.stream is not StreamState.LOST:
            self.view.show_frame(frame.image_bgr)

    @Slot(object)
    def _on_result_ready(self, result: FrameResult) -> None:
        engine = self._runner.engine
        if engine is not None:
            self.view.show_enrolled(engine.people > 0)
        self.view.show_result(result)
        self.talk.see(result)
        if result.faces:
            self._preferences.somebody()

    @Slot(object)
    def _on_decision_made(self, notice: DecisionNotice) -> None:
        if notice.decision.kind is DecisionKind.WELCOME:
            self.alarm.settle(notice.decision)
            self.watch.show()
        if self.entry.take(notice):
            return
        self.talk.take(notice)

    @Slot(object, object)
    def _on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        self.alarm.raise_for(notice.decision)
        self.watch.note(error)

    @Slot(object, object)
    def _on_stream_changed(self, state: StreamState, detail: StreamDetail) -> None:
        self.view.show_stream(state, detail)
        self.watch.note_stream(detail)

    @Slot(object)
    def _on_crashed(self, error: Exception) -> None:
        if isinstance(error, RecognitionHung) and self._phase == "running" and self._restarts.may_start():
            self.restart()
        elif isinstance(error, RecognitionStopped | RecognitionHung):
            self._show_error(error)
            self._restarts.wait()
        elif isinstance(error, AttendanceError):
            self.watch.note(error)

    def _show_error(self, error: Exception) -> None:
        self._phase = "failed"
        self.state_panel.show_error(error, self.metrics)
        self._body.setCurrentWidget(self.state_panel)
        self.watch.show()

    # --- language, colours, size ---------------------------------------------------------------------

    @Slot()
    def _on_touched(self) -> None:
        self.view.dimmer.wake()
        self._preferences.somebody()
        self.talk.touched()
        self.entry.touched()

    @Slot()
    def _refresh(self) -> None:
        """Set sizes, colours and words of everything anew."""
        self.setWindowTitle(translate("kiosk", "Attendance kiosk"))
        self.setWindowIcon(themes.icon("person", themes.tokens().accent))
        self.setStyleSheet(kiosk_stylesheet(themes.tokens(), self.metrics))
        self.view.area.camera.setAccessibleName(translate("kiosk", "Camera picture"))
        self.bar.show_language(self._preferences.languages.current)
        for part in (self.alarm, self.state_panel, self.view, self.bar, self.health):
            part.refresh(self.metrics)
        self.watch.show()

    # --- events --------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Write every text anew after a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._refresh()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale type and spaces with the short side."""
        metrics = themes.kiosk_metrics(min(self.width(), self.height()))
        if metrics != self.metrics:
            self.metrics = metrics
            self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F11 switches the full screen, Escape closes the health panel or leaves the full screen."""
        if self._phase == "running" and self.entry.key(event):
            return
        if event.key() == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        elif event.key() == Qt.Key.Key_Escape and self.health.isVisible():
            self.health.hide()
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.showNormal()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the engine first, in the background; the window closes when it has ended."""
        if self._is_stopped:
            event.accept()
            if not self._is_closed:
                self._is_closed = True
                self.closed.emit()
            return
        event.ignore()
        if self._phase != "closing":
            self.talk.close()
            self.entry.close()
        self._phase = "closing"
        self._restarts.cancel()
        self.health.hide()
        self.state_panel.show_closing(self.metrics)
        self._body.setCurrentWidget(self.state_panel)
        self._runner.stop()
