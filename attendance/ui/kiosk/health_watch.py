"""Keeps what is known of the kiosk, and shows it: two words on the lower edge, lines when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Slot

from attendance.errors import AttendanceError, Reason
from attendance.errors.settings import ClockWrong
from attendance.services.door.capture import StreamDetail
from attendance.ui.kiosk.bottom_bar import BottomBar
from attendance.ui.kiosk.door_view import DoorView
from attendance.ui.kiosk.health import KioskHealth, Phase
from attendance.ui.kiosk.health_panel import HealthPanel
from attendance.ui.kiosk.save_alarm import SaveAlarm

_TROUBLES_EVERY_MS = 5_000


class HealthWatch(QObject):
    """Shows how the kiosk is.

    Args:
        bar: has the two words.
        panel: has the lines.
        alarm: knows what waits for the disk, and tells a wrong clock to everybody.
        view: knows how the camera is.
        status: see ``KioskWindow``.
        troubles: likewise.
    """

    def __init__(
        self,
        bar: BottomBar,
        panel: HealthPanel,
        alarm: SaveAlarm,
        view: DoorView,
        *,
        status: Callable[[], Sequence[Reason]],
        troubles: Callable[[], Sequence[AttendanceError]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bar = bar
        self._panel = panel
        self._alarm = alarm
        self.phase: Phase = "starting"
        """Where the window is; set by it."""
        self._view = view
        self._status = status
        self._ask_troubles = troubles
        self._lasting: tuple[AttendanceError, ...] = ()
        self._trouble: AttendanceError | None = None
        self._stream_detail: StreamDetail = ""
        bar.health_asked.connect(self._on_asked)
        timer = QTimer(self)
        timer.timeout.connect(self.look_at_troubles)
        timer.start(_TROUBLES_EVERY_MS)

    def note(self, trouble: AttendanceError | None) -> None:
        """Keep the last error of the environment; None forgets it."""
        self._trouble = trouble
        self.show()

    def note_stream(self, detail: StreamDetail) -> None:
        """Keep what goes with the camera's state."""
        self._stream_detail = detail
        self.show()

    @Slot()
    def look_at_troubles(self) -> None:
        """Ask whether what lasts has changed: a clock that was set is right from then on."""
        found = tuple(self._ask_troubles()) if self.phase == "running" else self._lasting
        if [one.user_text for one in found] != [one.user_text for one in self._lasting]:
            self._lasting = found
            self._alarm.stand(next((one for one in found if isinstance(one, ClockWrong)), None))
            self.show()

    def show(self) -> None:
        """Show how the kiosk is now."""
        self._bar.show_health(*self._health().badge())
        self._bar.entry_button.setEnabled(self.phase == "running")
        if self._panel.isVisible():
            self._fill()

    def _health(self) -> KioskHealth:
        troubles = self._lasting if self._trouble is None else (*self._lasting, self._trouble)
        return KioskHealth(self.phase, self._view.stream, self._stream_detail, self._alarm.waiting, troubles)

    def _fill(self) -> None:
        self._panel.show_lines(self._health().lines(self._status() if self.phase == "running" else ()))
        self._panel.place()

    @Slot()
    def _on_asked(self) -> None:
        if self._panel.isVisible():
            self._panel.hide()
            return
        self._fill()
        self._panel.show()
