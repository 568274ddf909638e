"""An engine listener that writes one line per decision, as text or as JSON values."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from attendance.core.types import CheckIn, DecisionKind, Direction, FrameResult, StreamState
from attendance.errors import AttendanceError
from attendance.errors.settings import ClockWrong
from attendance.services.door.capture import StreamDetail
from attendance.services.door.listener import DecisionNotice

_WORDS = {
    DecisionKind.WELCOME: "welcome",
    DecisionKind.ALREADY_IN: "already in",
    DecisionKind.CHOOSE: "asked",
    DecisionKind.ASK_PIN: "asked for the PIN",
    DecisionKind.UNKNOWN: "unknown",
    DecisionKind.UNSURE: "unsure",
    DecisionKind.NOT_LIVE: "not live",
}


class DecisionPrinter:
    """Prints what the engine decides; also a base for collecting it.

    Args:
        zone: site's zone, for local times.
        emit: takes one JSON-ready mapping per line; None prints text with ``echo`` instead.
        echo: prints one line of text.
    """

    def __init__(
        self, zone: ZoneInfo, *, emit: Callable[[dict[str, object]], None] | None, echo: Callable[[str], None]
    ) -> None:
        self._zone = zone
        self._emit = emit
        self._echo = echo
        self._was_live = False
        self._is_clock_wrong = False
        self.failure: AttendanceError | None = None
        """Why the source never delivered a picture, None while it may or did."""

    def on_preview_ready(self) -> None:
        """Nothing is shown here."""

    def on_result(self, result: FrameResult) -> None:
        """Frames without a decision are not printed."""

    def on_badge(self, text: str) -> None:
        """Without a window nobody can type the PIN that goes with a badge."""

    def on_decision(self, notice: DecisionNotice) -> None:
        """Print one decision."""
        decision = notice.decision
        if self._emit is not None:
            self._emit(decision_record(notice, self._zone))
            return
        who = f"{notice.person.code} {notice.person.name}" if notice.person else "-"
        when = decision.at_utc.astimezone(self._zone).strftime("%H:%M:%S")
        word = _WORDS.get(decision.kind, decision.kind.value)
        direction = f" {decision.direction.value.upper()}" if decision.direction else ""
        score = "" if decision.similarity is None else f"  similarity {decision.similarity:.2f}"
        margin = "" if decision.margin is None else f" margin {decision.margin:.2f}"
        stages = " ".join(f"{name} {ms:.0f}" for name, ms in notice.timings_ms.items())
        self._echo(f"{when}  {word + direction:12} {who:28}{score}{margin}  [ms: {stages}]")

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        """Say that a check-in waits to be written."""
        who = notice.person.code if notice.person else "?"
        self._line("not_saved_yet", f"check-in of {who} not saved yet: {error.user_text}")

    def clock(self, trouble: ClockWrong | None) -> None:
        """Say that the computer's clock cannot be right, once for each time that it becomes so."""
        if trouble is not None and not self._is_clock_wrong:
            self._line("clock_wrong", trouble.one_line)
        self._is_clock_wrong = trouble is not None

    def not_saved(self, event: CheckIn, code: str) -> None:
        """Tell, at the end, all there is of a check-in that is not in the database, so that it can be entered by hand.

        Args:
            event: the check-in.
            code: of the person.
        """
        local_time = event.at_utc.astimezone(self._zone).isoformat(timespec="seconds")
        if self._emit is None:
            self._line("not_saved", f"NOT SAVED: {code} {event.direction.value} {local_time}  event {event.event_id}")
            return
        found = {"code": code, "direction": event.direction.value, "local_time": local_time, "event_id": event.event_id}
        self._emit({"event": "not_saved", **found})

    def on_stream_state(self, state: StreamState, detail: StreamDetail) -> None:
        """Say how the camera is."""
        self._was_live = self._was_live or state is StreamState.LIVE
        if isinstance(detail, AttendanceError) and not self._was_live:
            self.failure = detail
        self._line(f"stream_{state.value}", f"camera {state.value}: {detail}")

    def on_crashed(self, error: Exception) -> None:
        """Say that recognition failed on a frame."""
        self._line("failed", str(error))

    def _line(self, event: str, text: str) -> None:
        if self._emit is not None:
            self._emit({"event": event, "text": text})
        else:
            self._echo(f"-- {text}")


def decision_record(notice: DecisionNotice, zone: ZoneInfo) -> dict[str, object]:
    """Return one decision as JSON-ready values.

    Args:
        notice: what the engine reported.
        zone: site's zone for ``local_time``.
    """
    decision = notice.decision
    direction: Direction | None = decision.direction
    return {
        "event": "decision",
        "kind": decision.kind.value,
        "code": notice.person.code if notice.person else None,
        "name": notice.person.name if notice.person else None,
        "direction": direction.value if direction else None,
        "utc_time": decision.at_utc.isoformat(timespec="milliseconds"),
        "local_time": decision.at_utc.astimezone(zone).isoformat(timespec="seconds"),
        "similarity": None if decision.similarity is None else round(decision.similarity, 4),
        "margin": None if decision.margin is None else round(decision.margin, 4),
        "agreeing_frames": decision.agreeing_frames,
        "track": decision.track_id,
        "since_utc": decision.since_utc.isoformat(timespec="seconds") if decision.since_utc else None,
        "event_id": notice.check_in.event_id if notice.check_in else None,
        "timings_ms": {name: round(ms, 2) for name, ms in notice.timings_ms.items()},
    }
