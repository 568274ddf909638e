"""One line per decision, as text and as JSON values."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from attendance.core.types import CheckIn, Decision, DecisionKind, Direction, Person, StreamState
from attendance.errors import Reason
from attendance.errors.cameras import CameraLost, CameraNotFound
from attendance.errors.settings import ClockWrong
from attendance.errors.storage import DiskFull
from attendance.services.door.decision_printer import DecisionPrinter
from attendance.services.door.listener import DecisionNotice

AT = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
EVENT = CheckIn("e-1", 7, AT, 7200, Direction.IN, 0.8, 0.3, "door", "m:1", "kiosk")
WELCOME = DecisionNotice(
    Decision(DecisionKind.WELCOME, 3, AT, 1.0, person_id=7, similarity=0.81239, margin=0.3, direction=Direction.IN),
    person=Person(7, "E7", "Ada"),
    check_in=EVENT,
    timings_ms={"total": 12.345},
)


def test_that_a_welcome_is_one_record_with_local_time_and_event() -> None:
    records: list[dict[str, object]] = []
    DecisionPrinter(BERLIN, emit=records.append, echo=lambda _: None).on_decision(WELCOME)
    (record,) = records
    assert record["kind"] == "welcome"
    assert record["code"] == "E7"
    assert record["local_time"] == "2026-07-01T08:30:00+02:00"
    assert record["utc_time"] == "2026-07-01T06:30:00.000+00:00"
    assert record["similarity"] == 0.8124
    assert record["event_id"] == "e-1"
    assert record["timings_ms"] == {"total": 12.35} or record["timings_ms"] == {"total": 12.34}


def test_that_a_welcome_is_one_line_of_text() -> None:
    lines: list[str] = []
    DecisionPrinter(BERLIN, emit=None, echo=lines.append).on_decision(WELCOME)
    (line,) = lines
    for part in ("08:30:00", "welcome IN", "E7 Ada", "0.81", "total 12"):
        assert part in line


def test_that_a_stranger_has_no_name() -> None:
    records: list[dict[str, object]] = []
    stranger = DecisionNotice(Decision(DecisionKind.UNKNOWN, 3, AT, 1.0, similarity=0.1))
    DecisionPrinter(BERLIN, emit=records.append, echo=lambda _: None).on_decision(stranger)
    assert (records[0]["kind"], records[0]["code"], records[0]["event_id"]) == ("unknown", None, None)


def test_that_a_source_that_never_opened_is_a_failure_and_a_later_loss_is_not() -> None:
    never = DecisionPrinter(BERLIN, emit=None, echo=lambda _: None)
    never.on_stream_state(StreamState.OPENING, "9")
    assert never.failure is None
    lost = CameraNotFound(source="9")
    never.on_stream_state(StreamState.LOST, lost)
    assert never.failure is lost

    later = DecisionPrinter(BERLIN, emit=None, echo=lambda _: None)
    later.on_stream_state(StreamState.LIVE, "0")
    later.on_stream_state(StreamState.LOST, CameraLost(source="0"))
    assert later.failure is None


def test_that_a_check_in_that_waits_for_the_disk_is_told() -> None:
    lines: list[str] = []
    DecisionPrinter(BERLIN, emit=None, echo=lines.append).on_check_in_failed(WELCOME, DiskFull(path="db"))
    assert "E7" in lines[0]
    assert "full" in lines[0]


def test_that_a_wrong_clock_is_told_once_each_time_it_becomes_so() -> None:
    records: list[dict[str, object]] = []
    printer = DecisionPrinter(BERLIN, emit=records.append, echo=lambda _: None)
    wrong = ClockWrong(shown="1971-01-01 00:05", reason=Reason("no clock can show that when this program runs"))
    for trouble in (None, wrong, wrong, None, wrong):
        printer.clock(trouble)
    assert [record["event"] for record in records] == ["clock_wrong", "clock_wrong"]
    assert "1971-01-01 00:05" in str(records[0]["text"])
