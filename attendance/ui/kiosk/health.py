"""How the kiosk is, in two words for the lower edge and in lines for the operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QCoreApplication

from attendance.core.types import StreamState
from attendance.errors import AttendanceError, Reason
from attendance.ui.messages import error_text
from attendance.ui.reasons import reason_text

translate = QCoreApplication.translate

Phase = Literal["starting", "running", "failed", "restarting", "closing"]


@dataclass(frozen=True, slots=True)
class KioskHealth:
    """What is known about one kiosk at one moment.

    Attributes:
        stream_detail: the error of a lost camera, else its name, "" when neither is known.
        unsaved: check-ins that wait for the disk.
        troubles: faults that last, worst first, then the last error of the environment since the start.
    """

    phase: Phase
    stream: StreamState
    stream_detail: AttendanceError | str
    unsaved: int
    troubles: tuple[AttendanceError, ...] = ()

    def badge(self) -> tuple[str, str, str]:
        """Return tone, icon and words for the button; the worst thing first."""
        if self.unsaved:
            return "bad", "warning", translate("kiosk", "Not saved")
        if self.phase == "failed":
            return "bad", "warning", translate("kiosk", "Stopped")
        if self.phase != "running" or self.stream is StreamState.OPENING:
            return "muted", "clock", translate("kiosk", "Starting")
        if self.stream is not StreamState.LIVE:
            return "bad", "camera-off", translate("kiosk", "Camera")
        if self.troubles:
            return "warn", "warning", translate("kiosk", "Check")
        return "ok", "dot", translate("kiosk", "Ready")

    def lines(self, details: Sequence[Reason]) -> list[str]:
        """Return what is wrong and what to do, then the given details.

        Args:
            details: provider and why, pack.
        """
        camera = translate("kiosk", "Camera: {state}").format(state=_stream_name(self.stream))
        if self.unsaved:
            saving = translate("kiosk", "Check-ins not saved yet: {count}").format(count=self.unsaved)
        else:
            saving = translate("kiosk", "All check-ins are saved")
        troubles = [line for trouble in self.troubles for line in error_text(trouble)]
        source = self.stream_detail
        about = error_text(source) if isinstance(source, AttendanceError) else (source,)
        return [line for line in (camera, *about, saving, *troubles, *map(reason_text, details)) if line]


def _stream_name(stream: StreamState) -> str:
    return {
        StreamState.OPENING: translate("kiosk", "starting"),
        StreamState.LIVE: translate("kiosk", "connected"),
        StreamState.LOST: translate("kiosk", "disconnected"),
        StreamState.FROZEN: translate("kiosk", "stuck"),
        StreamState.BLACK: translate("kiosk", "black picture"),
        StreamState.ENDED: translate("kiosk", "ended"),
    }[stream]
