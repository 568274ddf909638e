"""`attendance bench reports`: the payroll report and the event CSV over a database of many check-ins."""

from __future__ import annotations

import math
import multiprocessing
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from attendance.bench.machine import machine
from attendance.composition.application import Application
from attendance.data.stored.instants import read_instant, stored_instant
from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.services.reports.service import ReportRequest

PEOPLE = 1_000
CSV_ROWS = 1_000_000
_EVENTS_A_DAY = 4
_LAST_DAY = date(2026, 10, 31)
_NOW_UTC = datetime(2026, 11, 9, 12, tzinfo=UTC)  # so late that every day of October is over
_ZONE = "Europe/Berlin"
_OFFSET_S = 3600
_SEED = 20261122
_DEPARTMENTS = 20
_WARM_RUNS = 5
_ROWS_AT_ONCE = 100_000
_PLAN = """
[calendar]
country = "DE"
subdivision = "BY"
[shifts.office]
parts = ["09:00-17:30"]
grace_in_min = 5
breaks = [{ minutes = 30, after_min = 360 }]
[[assignments]]
shift = "office"
first_day = 2010-01-01
[rules]
overtime = [{ name = "overtime", rate = 1.25, after_min = 480, basis = "day" }]
"""

Report = dict[str, Any]


class _StoppedClock:
    """A clock that stands still, so that every run asks for the same."""

    def now_utc(self) -> datetime:
        return _NOW_UTC

    def mono_s(self) -> float:
        return time.monotonic()


def run_report_bench(events: int) -> Report:
    """Fill a temporary database and measure.

    Args:
        events: check-ins of 1,000 people, four a working day, up to the end of October 2026.

    Returns:
        JSON-ready values; times in seconds, memory in MB. On a machine with other work only the processor's seconds
        (``cpu_s``) say how fast this is.

    Raises:
        StorageError: not enough space, for instance.
    """
    with tempfile.TemporaryDirectory(prefix="attendance-bench-") as name:
        folder = Path(name)
        (folder / "config.toml").write_text(f'[attendance]\nzone = "{_ZONE}"\n', encoding="utf-8")
        begun = time.perf_counter()
        _fill(folder, events)
        report: Report = {
            "machine": machine(),
            "people": PEOPLE,
            "events": events,
            "fill_s": round(time.perf_counter() - begun, 1),
            "database_mb": round((folder / "attendance.db").stat().st_size / 1e6),
        }
        report["payroll"] = _payroll(folder)
        report["event_csv"] = _event_csv(folder, events)
    return report


def _fill(folder: Path, events: int) -> None:
    with Application(folder, clock=_StoppedClock()) as application:
        application.records.hours.save_plan(_PLAN, "bench")
        path = application.paths.database
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            # Straight into the tables: the audit log and one sync a check-in are measured elsewhere.
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA cache_size=-200000")
            connection.execute("BEGIN")
            connection.executemany(
                "INSERT INTO person (id, code, name, department, language, is_active, created_utc) "
                "VALUES (?, ?, ?, ?, '', 1, ?)",
                (_person(number) for number in range(PEOPLE)),
            )
            connection.execute("UPDATE setting SET value = CAST(value AS INTEGER) + 1 WHERE key = '_roster_revision'")
            connection.executemany(
                "INSERT INTO check_in (event_id, person_id, at_utc, utc_offset_s, direction, similarity, margin, "
                "source, model_id, made_by) VALUES (?, ?, ?, ?, ?, ?, 0.2, 'Main entrance', 'bench:1', 'kiosk')",
                _check_ins(events),
            )
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as err:
        raise StorageError(path=path, reason=Reason.quoted(str(err))) from err


def _person(number: int) -> tuple[object, ...]:
    created = stored_instant(datetime(2010, 1, 1, tzinfo=UTC))
    return number + 1, f"B{number:05}", f"Bench {number:05}", f"Department {number % _DEPARTMENTS:02}", created


def _check_ins(events: int) -> Iterator[tuple[object, ...]]:
    """Yield check-ins in the order of their days: IN about 9:00, a break at 12:00, OUT about 17:30 on the clock."""
    rng = random.Random(_SEED)
    days = math.ceil(events / (PEOPLE * _EVENTS_A_DAY))
    working = [day for day in (_LAST_DAY - timedelta(days=n) for n in range(2 * days + 7)) if day.weekday() < 5]
    number = 0
    for day in reversed(working[:days]):
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(_ZONE)).astimezone(UTC)
        found = []
        for person in range(1, PEOPLE + 1):
            for direction, minute in (("in", 540), ("break_start", 720), ("break_end", 750), ("out", 1050)):
                at = midnight + timedelta(seconds=60 * minute + rng.randrange(-1200, 1200))
                found.append((at, person, direction, 0.5 + 0.4 * rng.random()))
        found.sort()
        for at, who, direction, similarity in found[: events - number]:
            number += 1
            event_id = f"{number:08x}-0000-4000-8000-{who:012x}"
            yield event_id, who, stored_instant(at), _OFFSET_S, direction, similarity


def _payroll(folder: Path) -> Report:
    request = ReportRequest("payroll", _LAST_DAY.replace(day=1), _LAST_DAY)
    path = folder / "payroll.csv"
    times = []
    written = []
    for _ in range(1 + _WARM_RUNS):
        # Opened anew each time: nothing but the database remembers.
        with Application(folder, clock=_StoppedClock()) as application:
            reports = application.records.reports
            begun, worked = time.perf_counter(), time.process_time()
            people = reports.write(request, path)
            times.append((time.perf_counter() - begun, time.process_time() - worked))
            totals = [found for _, found in application.records.hours.totals(request.first, request.last)]
        written.append(path.read_bytes())
    if any(content != written[0] for content in written):
        raise AssertionError("kept days give other totals than those that were worked out")
    warm, warm_cpu = (sorted(run[which] for run in times[1:]) for which in (0, 1))
    return {
        "people": people,
        "worked_h": round(sum(found.worked_s for found in totals) / 3600),
        "cold_s": round(times[0][0], 2),
        "cold_cpu_s": round(times[0][1], 2),
        "warm_s_median": round(warm[len(warm) // 2], 2),
        "warm_s_worst": round(warm[-1], 2),
        "warm_cpu_s_median": round(warm_cpu[len(warm_cpu) // 2], 2),
    }


def _event_csv(folder: Path, events: int) -> Report:
    with closing(sqlite3.connect(folder / "attendance.db")) as connection:
        query = "SELECT at_utc FROM check_in ORDER BY at_utc DESC, id DESC LIMIT 1 OFFSET ?"
        (oldest,) = connection.execute(query, (min(events, CSV_ROWS) - 1,)).fetchone()
    # A process of its own: the most memory it ever had is the report's, not that of filling the database.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_write_events, (str(folder), read_instant(oldest).date()))


def _write_events(folder: str, first_day: date) -> Report:
    with Application(Path(folder), clock=_StoppedClock()) as application:
        reports, path = application.records.reports, Path(folder) / "events.csv"
        application.storage.check_in_log.count()  # opens the database
        before = _peak_mb()
        begun, worked = time.perf_counter(), time.process_time()
        rows = reports.write(ReportRequest("events", first_day, _LAST_DAY), path)
        seconds, cpu_s = time.perf_counter() - begun, time.process_time() - worked
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu_s, 2),
        "file_mb": round(path.stat().st_size / 1e6),
        "rss_mb_before": round(before),
        "rss_mb_peak": round(_peak_mb()),
    }


def _peak_mb() -> float:
    """Return the most memory this process ever had."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS


def format_report_bench(report: Report) -> str:
    """Return the report as lines of text.

    Args:
        report: what ``run_report_bench`` returned.
    """
    about, payroll, table = report["machine"], report["payroll"], report["event_csv"]
    return "\n".join(
        [
            f"{about['cpu']}, {about['cores']} cores, Python {about['python']}",
            f"{report['people']} people, {report['events']} check-ins, database {report['database_mb']} MB, "
            f"filled in {report['fill_s']} s",
            f"payroll of October 2026, {payroll['people']} people, {payroll['worked_h']} h worked: "
            f"cold {payroll['cold_s']} s (processor {payroll['cold_cpu_s']} s), warm {payroll['warm_s_median']} s "
            f"(processor {payroll['warm_cpu_s_median']} s, worst {payroll['warm_s_worst']} s)",
            f"event CSV, {table['rows']} rows, {table['file_mb']} MB: {table['seconds']} s "
            f"(processor {table['cpu_s']} s), memory {table['rss_mb_peak']} MB at most "
            f"({table['rss_mb_before']} MB before)",
        ]
    )
