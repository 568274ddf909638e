"""Three people over two weeks, with numbers that were worked out by hand (23 March to 5 April 2026, Europe/Berlin).

Summer time begins on Sunday 29 March; Friday 3 April is a holiday. The office works 09:00-17:30 with 30 minutes of
break after six hours, so a day has 8 hours.

Ada, Lab: every workday on time: 9 days, 72:00.
Bo, Lab: Mon 23 comes at 09:10 (7:50), Tue 24 leaves at 17:00 (7:30), Wed 25 no check-out, Thu 26 absent, Fri 27 leave,
Mon 30 to Wed 1 09:00-19:30 (10:00 each, 2:00 overtime), Thu 2 half a day of leave 09:00-13:00 (4:00).
Together 49:20 of 60:00.
陈, 工厂: nights of Saturday, 22:00-06:00: 7:00 on the 28th because of the clocks, 8:00 on the 4th.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.csv_cells import guard
from attendance.core.hours.events import effective_events
from attendance.core.hours.plan import Assignment, Leave, Worker, WorkPlan
from attendance.core.hours.records import HoursTotals
from attendance.core.hours.rules import HoursRules, OvertimeLevel
from attendance.core.hours.sheets import timesheets
from attendance.core.hours.shift import BreakRule, Shift, ShiftPart
from attendance.core.hours.timesheet import Timesheet
from attendance.core.hours.totals import totals_of_sheets
from attendance.core.ports.reports import ReportWriter
from attendance.core.types import CheckIn, Direction, Person
from attendance.reporting.csv_file import CsvWriter
from attendance.reporting.events_csv import write_events_csv
from attendance.reporting.html_page import write_html
from attendance.reporting.pdf_file import write_pdf
from attendance.reporting.xlsx_file import write_xlsx
from attendance.services.reports.service import ReportRequest, ReportService
from tests.fakes import FakeClock
from tests.in_memory import InMemoryCheckInLog, InMemoryRoster

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 3, 23), date(2026, 4, 5)
NOW = datetime(2026, 4, 10, 12, tzinfo=UTC)
WRITERS: dict[str, ReportWriter] = {"csv": CsvWriter(guard), "xlsx": write_xlsx, "pdf": write_pdf, "html": write_html}


class FewCorrections:
    """Corrections in a list (port Corrections as far as reports need it)."""

    def __init__(self, rows: Sequence[Correction]) -> None:
        self.rows = list(rows)

    def for_range(self, start_utc: datetime, end_utc: datetime, *, first_day: date, last_day: date) -> list[Correction]:
        return self.rows


class SmallCompany:
    """The company; ``service()`` makes its reports."""

    def __init__(self, name: str = "Ada Lind", site: str = "Müller & Söhne", zone: ZoneInfo = BERLIN) -> None:
        self.roster = InMemoryRoster()
        self.ada = self.roster.enrol(code="A1", name=name, department="Lab", templates=[], model_id="m")
        self.bo = self.roster.enrol(code="B2", name="Bo", department="Lab", templates=[], model_id="m")
        self.chen = self.roster.enrol(code="C3", name="陈", department="工厂", templates=[], model_id="m")
        self.log = InMemoryCheckInLog(roster=self.roster)
        self.site = site
        self.zone = zone
        self._book()
        self.corrections = FewCorrections(self._corrections())

    def service(self) -> ReportService:
        return ReportService(
            hours=self,
            check_ins=self.log,
            corrections=self.corrections,  # type: ignore[arg-type]
            roster=self.roster,
            clock=FakeClock(NOW),
            zone=self.zone,
            writers=WRITERS,
            event_csv=write_events_csv,
            site=self.site,
        )

    def write(self, path: Path, kind: str, **options: object) -> Path:
        request = ReportRequest(kind, FIRST, LAST, format=path.suffix[1:], **options)  # type: ignore[arg-type]
        self.service().write(request, path)
        return path

    def timesheets(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterator[tuple[Person, Timesheet]]:
        plan = self._plan()
        rules = HoursRules(overtime=(OvertimeLevel("overtime", 1.25),))
        events = effective_events(self.log.events, self.corrections.rows)
        for person in self.roster.list_people():
            if (people is None or person.id in people) and department in {"", person.department}:
                worker = Worker(person.id, person.department)
                for sheet in timesheets(worker, first_day, last_day, events, plan, rules, BERLIN, NOW):
                    yield person, sheet

    def totals(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterator[tuple[Person, HoursTotals]]:
        sheets = self.timesheets(first_day, last_day, people=people, department=department)
        return totals_of_sheets(first_day, last_day, sheets)

    def _plan(self) -> WorkPlan:
        office = Shift(
            "office",
            parts=(ShiftPart(540, 1050),),
            grace_in_min=5,
            grace_out_min=5,
            breaks=(BreakRule(30, after_min=360),),
            accept_after_min=180,
        )
        night = Shift("night", parts=(ShiftPart(1320, 1800),))
        everybody = Assignment("office", date(2026, 1, 1))
        saturdays = Assignment("night", date(2026, 1, 1), person_id=self.chen.id, weekdays=frozenset({5}))
        return WorkPlan(
            shifts=(office, night),
            assignments=(everybody, saturdays),
            holidays={date(2026, 4, 3): "Good Friday"},
            leave=(
                Leave(self.bo.id, date(2026, 3, 27), date(2026, 3, 27)),
                Leave(self.bo.id, date(2026, 4, 2), date(2026, 4, 2), is_half=True),
            ),
        )

    def _book(self) -> None:
        for text in ("03-23", "03-24", "03-25", "03-26", "03-27", "03-30", "03-31", "04-01", "04-02"):
            self._visit(self.ada, f"{text} 09:00", f"{text} 17:30")
        self._visit(self.bo, "03-23 09:10", "03-23 17:30")
        self._visit(self.bo, "03-24 09:00", "03-24 17:00")
        self._visit(self.bo, "03-25 09:00", None)
        for text in ("03-30", "03-31", "04-01"):
            self._visit(self.bo, f"{text} 09:00", f"{text} 19:30")
        self._visit(self.bo, "04-02 09:00", "04-02 13:00")
        self._visit(self.chen, "03-28 22:00", "03-29 06:00")
        self._visit(self.chen, "04-04 22:00", "04-05 06:00")
        self._check_in(self.ada, "03-31 12:00", Direction.OUT)  # taken out by a correction

    def _visit(self, person: Person, came: str, left: str | None) -> None:
        self._check_in(person, came, Direction.IN)
        if left:
            self._check_in(person, left, Direction.OUT)

    def _check_in(self, person: Person, text: str, direction: Direction) -> None:
        local = datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)
        offset = local.utcoffset()
        assert offset is not None
        self.log.append(
            CheckIn(
                f"{person.code} {text}",
                person.id,
                local.astimezone(UTC),
                int(offset.total_seconds()),
                direction,
                0.7,
                0.2,
                "Door",
                "m",
                "kiosk",
            )
        )

    def _corrections(self) -> list[Correction]:
        asked = datetime(2026, 4, 1, 8, tzinfo=UTC)
        return [
            Correction(
                "c1",
                CorrectionKind.VOID,
                CorrectionState.APPROVED,
                self.ada.id,
                "=not me",
                "Ada",
                asked,
                event_id="A1 03-31 12:00",
                decided_by="Boss",
                decided_utc=asked,
            ),
            Correction(
                "c2",
                CorrectionKind.ADD,
                CorrectionState.REJECTED,
                self.bo.id,
                "forgot",
                "Bo",
                asked,
                at_utc=datetime(2026, 3, 25, 16, 30, tzinfo=UTC),
                direction=Direction.OUT,
                decided_by="Boss",
                decided_utc=asked,
            ),
        ]
