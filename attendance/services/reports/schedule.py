"""Makes scheduled reports while the program runs: files first, then the e-mail."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from attendance.core.ports.clock import Clock
from attendance.core.ports.exchange import Turn
from attendance.core.ports.reports import ReportSchedules
from attendance.core.report_schedule import Period, ReportSchedule, due_instants, period_before
from attendance.errors import AttendanceError, Reason
from attendance.errors.exchange import ScheduleRefused
from attendance.file_errors import report_error
from attendance.languages import ENGLISH
from attendance.services.reports.columns import read_columns
from attendance.services.reports.kind import GENERIC
from attendance.services.reports.registry import KIND_BY_NAME
from attendance.services.reports.service import ReportRequest

POLL_S = 30.0
FIRST_WAIT = timedelta(minutes=5)
MAX_WAIT = timedelta(hours=6)
MAX_PERIODS = 31
"""Reports that one run makes up for after a long pause; older ones are left out."""
DEFAULT_AT = "06:00"
OPTIONS = frozenset({"at", "department", "person", "preset", "columns", "language", "pay_codes"})

WriteReport = Callable[[ReportSchedule, Period, Path], int]
SendReports = Callable[[ReportSchedule, Sequence[Period], Sequence[Path]], None]

_log = logging.getLogger(__name__)


def file_name(schedule: ReportSchedule, period: Period) -> str:
    """Return "<name>_<period>.<format>" with a name that every file system takes."""
    safe = re.sub(r"[^\w.-]+", "-", schedule.name).strip("-.") or "report"
    return f"{safe}_{period.text}.{schedule.format}"


def at_time(schedule: ReportSchedule) -> time:
    """Return the time of day of a schedule.

    Raises:
        ScheduleRefused: not written HH:MM.
    """
    text = schedule.options.get("at", DEFAULT_AT)
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError as err:
        raise ScheduleRefused(detail=Reason("{text} is not a time such as 06:00", text=repr(text))) from err


def report_request(schedule: ReportSchedule, period: Period) -> ReportRequest:
    """Return the request for one report of a schedule."""
    options = schedule.options
    return ReportRequest(
        schedule.kind,
        period.first,
        period.last,
        department=options.get("department", ""),
        person=options.get("person", ""),
        format=schedule.format,
        preset=options.get("preset", GENERIC),
        columns=read_columns(options.get("columns", "")),
        language=options.get("language", ENGLISH),
        pay_codes=_pairs(options.get("pay_codes", "")),
    )


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read "regular=100,overtime=200"."""
    split = (one.partition("=") for one in text.split(","))
    return tuple((name.strip(), code.strip()) for name, _, code in split if name.strip())


class ScheduleRunner:
    """Runs what is due, in a thread of its own; one process at a time.

    A run that was missed is made up for once, for every period that has no report yet. When a part of it fails (the
    folder is gone, the mail server does not answer) the files that could be written are there, and the run is tried
    again, each time after a longer pause.

    Args:
        schedules: where they are kept.
        write: writes one report as a whole or not at all.
        send: mails the reports of these periods to whom the schedule names.
        turn: held while this process is the one that runs schedules.
        clock: says what is due.
        zone: of the site.
    """

    def __init__(
        self,
        schedules: ReportSchedules,
        *,
        write: WriteReport,
        send: SendReports,
        turn: Turn,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._schedules = schedules
        self._write = write
        self._send = send
        self._turn = turn
        self._clock = clock
        self._zone = zone
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failed: dict[int, int] = {}
        self._not_before: dict[int, datetime] = {}

    def add(self, schedule: ReportSchedule) -> ReportSchedule:
        """Check a new schedule and store it; the first report is made when the next period ends.

        Raises:
            ScheduleRefused: name, kind, time, option, folder or address make no sense, or the name is taken.
        """
        if not schedule.name.strip() or len(schedule.name) > 200 or not schedule.name.isprintable():
            raise ScheduleRefused(detail=Reason("a name has 1 to 200 characters"))
        if schedule.kind not in KIND_BY_NAME:
            what, names = Reason("kind of report"), [*KIND_BY_NAME]
            reason = Reason(
                "there is no {what} {name}; there are: {names}", what=what, name=repr(schedule.kind), names=names
            )
            raise ScheduleRefused(detail=reason)
        if unknown := sorted(set(schedule.options) - OPTIONS):
            raise ScheduleRefused(
                detail=Reason("there is no option {name}; known: {names}", name=unknown[0], names=[*sorted(OPTIONS)])
            )
        if not Path(schedule.folder).is_dir():
            raise ScheduleRefused(detail=Reason("{path} is not a folder", path=schedule.folder))
        for one in schedule.mail_to:
            if not re.fullmatch(r"[^@\s,<>]+@[^@\s,<>]+", one):
                raise ScheduleRefused(
                    detail=Reason("{text} is not an address such as name@example.org", text=repr(one))
                )
        now = self._clock.now_utc()
        _, next_utc = due_instants(schedule.every, at_time(schedule), self._zone, now, now)
        return self._schedules.add(replace(schedule, next_utc=next_utc))

    def start(self) -> None:
        """Start the thread; harmless when it runs."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="schedules", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """End the thread; False when a report or a mail is still on its way after the time-out."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                return False
        self._turn.release()
        return True

    def run_due(self) -> int:
        """Run every schedule that is due; returns the number of files written.

        Raises:
            StorageError: the schedules cannot be read.
        """
        now = self._clock.now_utc()
        due = [one for one in self._schedules.all() if one.is_active and one.next_utc and one.next_utc <= now]
        if not due or not self._turn.take():
            return 0
        files = 0
        # Once more: another process may have run them just before it let us have the turn.
        for one in self._schedules.all():
            if self._stop.is_set():
                break
            is_due = one.is_active and one.next_utc is not None and one.next_utc <= now
            if is_due and now >= self._not_before.get(one.id, now):
                files += self._run(one, now)
        return files

    def run_now(self, name: str) -> list[Path]:
        """Make the report of the last whole period at once, with its mail; the schedule itself stays as it is.

        Raises:
            ScheduleRefused: there is none of this name.
            AttendanceError: the report cannot be written, or the mail was not sent (the file is there).
        """
        found = next((one for one in self._schedules.all() if one.name == name), None)
        if found is None:
            raise ScheduleRefused(detail=Reason("there is none called {name}", name=name))
        today = self._clock.now_utc().astimezone(self._zone).date()
        try:
            paths = self._make(found, [period_before(found.every, today)])
        except AttendanceError as err:
            self._schedules.note_error(found.id, err.as_reasons[0])
            raise
        self._schedules.note_run(found.id, at_utc=self._clock.now_utc(), next_utc=None)
        return paths

    def _run(self, schedule: ReportSchedule, now: datetime) -> int:
        assert schedule.next_utc is not None
        try:
            periods, next_utc = due_instants(schedule.every, at_time(schedule), self._zone, schedule.next_utc, now)
            files = len(self._make(schedule, periods[-MAX_PERIODS:]))
        except AttendanceError as err:
            failures = self._failed[schedule.id] = self._failed.get(schedule.id, 0) + 1
            self._not_before[schedule.id] = now + min(MAX_WAIT, FIRST_WAIT * 2 ** min(failures - 1, 10))
            _log.warning("the scheduled report %d is tried again later: %s", schedule.id, err.log_text)
            self._schedules.note_error(schedule.id, err.as_reasons[0])
            return 0
        self._failed.pop(schedule.id, None)
        self._not_before.pop(schedule.id, None)
        self._schedules.note_run(schedule.id, at_utc=now, next_utc=next_utc)
        return files

    def _make(self, schedule: ReportSchedule, periods: Sequence[Period]) -> list[Path]:
        folder = Path(schedule.folder)
        try:
            folder.mkdir(exist_ok=True)  # its parent has to be there: a disk that is not mounted is not written beside
        except OSError as err:
            raise report_error(err, folder) from err
        paths = []
        for period in periods:
            path = folder / file_name(schedule, period)
            rows = self._write(schedule, period, path)
            _log.info("scheduled report %d: %d rows for %s", schedule.id, rows, period.text)
            paths.append(path)
        if schedule.mail_to and paths:
            self._send(schedule, periods, paths)
        return paths

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self.run_due()
            except AttendanceError as err:
                _log.warning("scheduled reports wait: %s", err.log_text)
            except Exception:  # noqa: BLE001 - thread boundary
                _log.exception("running scheduled reports failed")
            self._stop.wait(POLL_S)
        self._turn.release()
