"""Timesheets, corrections and reports."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from attendance.composition.paths import account_name
from attendance.composition.site import Site
from attendance.composition.storage import Storage
from attendance.config import AttendanceSettings
from attendance.core.who import KIOSK

if TYPE_CHECKING:
    from attendance.services.hours.corrections import CorrectionService
    from attendance.services.hours.service import HoursService
    from attendance.services.reports.service import ReportService


class HoursAndReports:
    """What is made of the check-ins.

    Args:
        settings: section [attendance].
        company: printed on reports.
        storage: the opened data folder.
        site: clock and zone.
    """

    def __init__(self, settings: AttendanceSettings, company: str, storage: Storage, site: Site) -> None:
        self._settings = settings
        self._company = company
        self._storage = storage
        self._site = site

    @cached_property
    def corrections(self) -> CorrectionService:
        """Corrections of the check-in log, made with the computer's account."""
        return self._correction_service(account_name(), two_person_rule=self._settings.two_person_rule)

    @cached_property
    def corrections_at_door(self) -> CorrectionService:
        """The same, made by people at the door."""
        return self._correction_service(KIOSK, two_person_rule=self._settings.two_person_rule)

    @cached_property
    def requests(self) -> CorrectionService:
        """The same service where everything waits for a decision, also without the two-person rule."""
        return self._correction_service(account_name(), two_person_rule=True)

    def _correction_service(self, account: str, *, two_person_rule: bool) -> CorrectionService:
        from attendance.services.hours.corrections import CorrectionService

        storage = self._storage
        return CorrectionService(
            storage.corrections,
            storage.check_in_log,
            self._site.clock,
            account=account,
            two_person_rule=two_person_rule,
            disputed=storage.disputed_crops,
        )

    @cached_property
    def hours(self) -> HoursService:
        """Timesheets, totals and the plan."""
        from attendance.core.hours.rules import HoursRules
        from attendance.services.door.clock_watch import jumps_by_door
        from attendance.services.hours.service import HoursService

        defaults = HoursRules(
            max_shift_min=round(self._settings.max_shift_h * 60), cool_down_s=round(self._settings.cool_down_min * 60)
        )
        return HoursService(
            self._storage.hours_records,
            self._storage.roster,
            self._storage.work_plans,
            self._site.clock,
            zone=self._site.zone,
            defaults=defaults,
            jumps=lambda: jumps_by_door(self._storage.settings),
        )

    @cached_property
    def reports(self) -> ReportService:
        """Reports as tables and as files."""
        from attendance.core.csv_cells import guard
        from attendance.reporting.csv_file import CsvWriter
        from attendance.reporting.events_csv import write_events_csv
        from attendance.reporting.html_page import write_html
        from attendance.reporting.pdf_file import write_pdf
        from attendance.reporting.xlsx_file import write_xlsx
        from attendance.services.reports.service import ReportService

        return ReportService(
            hours=self.hours,
            check_ins=self._storage.check_in_log,
            corrections=self._storage.corrections,
            roster=self._storage.roster,
            clock=self._site.clock,
            zone=self._site.zone,
            writers={"csv": CsvWriter(guard), "xlsx": write_xlsx, "pdf": write_pdf, "html": write_html},
            event_csv=write_events_csv,
            site=self._company,
            on_written=lambda path: self._storage.anchors.write_beside(path, self._site.clock.now_utc()),
        )
