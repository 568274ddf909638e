"""Scheduled reports on a database: files, catching up, mail, and what fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from attendance.core.report_schedule import Every, Period, ReportSchedule
from attendance.data.database import Database
from attendance.data.process_lock import ProcessLock
from attendance.data.schedule_repository import SqlReportSchedules
from attendance.errors import Reason
from attendance.errors.exchange import MailFailed, ScheduleRefused
from attendance.errors.reports import ReportError
from attendance.services.reports.schedule import MAX_PERIODS, ScheduleRunner, file_name

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
NO_MAIL = Reason(
    "{host} cannot be reached: {cause}", host="mail.example.org", cause=Reason.quoted("Connection refused")
)


class World:
    def __init__(self, folder: Path) -> None:
        self.reports = folder / "reports"
        self.reports.mkdir()
        self.lock = folder / "schedules.lock"
        self.database = Database(folder / "attendance.db")
        self.database.open()
        self.schedules = SqlReportSchedules(self.database)
        self.now = NOW
        self.mails: list[tuple[tuple[str, ...], list[str]]] = []
        self.is_mail_down = False
        self.runners: list[ScheduleRunner] = []
        self.runner = self.new_runner()

    def new_runner(self) -> ScheduleRunner:
        zone = ZoneInfo("Europe/Berlin")
        made = ScheduleRunner(
            self.schedules, write=self.write, send=self.send, turn=ProcessLock(self.lock), clock=self, zone=zone
        )
        self.runners.append(made)
        return made

    def now_utc(self) -> datetime:
        return self.now

    def mono_s(self) -> float:
        return 0.0

    def write(self, schedule: ReportSchedule, period: Period, path: Path) -> int:
        if schedule.kind == "late":
            raise ReportError(path=path, reason=Reason("no"))
        path.write_text(f"{schedule.kind} {period.first} {period.last}", encoding="utf-8")
        return 1

    def send(self, schedule: ReportSchedule, periods: Sequence[Period], files: Sequence[Path]) -> None:
        if self.is_mail_down:
            raise MailFailed(detail=NO_MAIL)
        assert len(periods) == len(files)
        self.mails.append((schedule.mail_to, [path.name for path in files]))

    def add(self, **changes: object) -> ReportSchedule:
        one = ReportSchedule(0, "hours", "daily", Every.DAY, "csv", str(self.reports))
        return self.runner.add(replace(one, **changes))  # type: ignore[arg-type]

    def files(self) -> list[str]:
        return sorted(path.name for path in self.reports.iterdir())

    def stored(self) -> ReportSchedule:
        return self.schedules.all()[0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    for runner in made.runners:
        assert runner.stop(60)
    made.database.close()


def test_that_the_first_report_comes_when_the_next_period_has_ended(world: World) -> None:
    assert world.add().next_utc == datetime(2026, 10, 6, 4, 0, tzinfo=UTC)
    assert world.runner.run_due() == 0
    world.now = datetime(2026, 10, 6, 4, 0, tzinfo=UTC)
    assert world.runner.run_due() == 1
    assert (world.reports / "hours_2026-10-05.csv").read_text() == "daily 2026-10-05 2026-10-05"
    assert world.runner.run_due() == 0
    assert world.stored().last_run_utc == world.now
    assert world.stored().next_utc == world.now + timedelta(days=1)


def test_that_missed_reports_are_made_up_for_in_one_run_and_one_mail(world: World) -> None:
    world.add(mail_to=("a@example.org", "b@example.org"))
    world.now += timedelta(days=3)
    assert world.new_runner().run_due() == 3
    assert world.files() == [f"hours_2026-10-0{day}.csv" for day in (5, 6, 7)]
    assert world.mails == [(("a@example.org", "b@example.org"), world.files())]


def test_that_a_very_long_pause_leaves_old_reports_out(world: World) -> None:
    world.add()
    world.now += timedelta(days=400)
    assert world.runner.run_due() == MAX_PERIODS


def test_that_weeks_and_months_name_their_files(world: World) -> None:
    world.add(name="Lohn/Büro", every=Every.MONTH, format="xlsx")
    world.add(name="w", every=Every.WEEK)
    world.now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    world.runner.run_due()
    assert "Lohn-Büro_2026-10.xlsx" in world.files()
    assert "w_2026-W44.csv" in world.files()


def test_that_a_mail_server_that_is_down_costs_no_file_and_is_tried_again(world: World) -> None:
    world.add(mail_to=("a@example.org",))
    world.is_mail_down = True
    world.now += timedelta(days=1)
    world.runner.run_due()
    assert world.files() == ["hours_2026-10-05.csv"]
    assert world.stored().last_error == MailFailed(detail=NO_MAIL).as_reasons[0]
    assert world.stored().last_run_utc is None
    world.is_mail_down = False
    assert world.runner.run_due() == 0  # not at once
    world.now += timedelta(minutes=6)
    assert world.runner.run_due() == 1
    assert world.mails == [(("a@example.org",), ["hours_2026-10-05.csv"])]
    assert world.stored().last_error is None


@pytest.mark.parametrize("words", ["no {space} left", "12", '{"template": 5}'])
def test_that_the_words_of_an_earlier_version_are_still_read(world: World, words: str) -> None:
    world.add()
    with sqlite3.connect(world.database.path) as connection:
        connection.execute("UPDATE report_schedule SET last_error = ?", (words,))
    connection.close()
    assert str(world.stored().last_error) == words


def test_that_an_error_too_long_to_be_kept_as_data_is_kept_in_words(world: World) -> None:
    schedule = world.add()
    world.schedules.note_error(schedule.id, Reason("{path} does not exist", path="x" * 2000))
    assert str(world.stored().last_error) == "x" * 1000


def test_that_a_report_that_fails_stops_no_other(world: World) -> None:
    world.add(name="a", kind="late")
    world.add(name="b")
    world.now += timedelta(days=1)
    assert world.runner.run_due() == 1
    assert [bool(one.last_error) for one in world.schedules.all()] == [True, False]


def test_that_one_process_at_a_time_runs_schedules(world: World) -> None:
    world.add()
    world.now += timedelta(days=1)
    other = ProcessLock(world.lock)
    assert other.take()
    assert world.runner.run_due() == 0
    other.release()
    assert world.runner.run_due() == 1


def test_that_a_report_can_be_made_at_once(world: World) -> None:
    before = world.add()
    assert world.runner.run_now("hours") == [world.reports / "hours_2026-10-04.csv"]
    assert world.stored().next_utc == before.next_utc
    with pytest.raises(ScheduleRefused, match="none called x"):
        world.runner.run_now("x")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "1 to 200"),
        ({"kind": "weekly"}, "no kind of report 'weekly'; there are: events, daily"),
        ({"folder": "/nowhere/at/all"}, "is not a folder"),
        ({"mail_to": ("nobody",)}, "not an address"),
        ({"options": {"at": "25:00"}}, "not a time"),
        ({"options": {"colour": "red"}}, "no option colour"),
    ],
)
def test_that_a_schedule_that_makes_no_sense_is_refused(world: World, changes: dict[str, object], words: str) -> None:
    with pytest.raises(ScheduleRefused, match=words):
        world.add(**changes)
    assert world.schedules.all() == []


def test_that_a_name_is_taken_once_and_can_be_removed(world: World) -> None:
    added = world.add(options={"at": "07:30", "department": "Lab"}, mail_to=("a@example.org",))
    assert world.stored() == added
    with pytest.raises(ScheduleRefused, match="already"):
        world.add()
    world.schedules.remove("hours")
    assert world.schedules.all() == []
    with pytest.raises(ScheduleRefused, match="none called"):
        world.schedules.remove("hours")


def test_that_no_name_leaves_the_folder() -> None:
    one = ReportSchedule(1, "../../etc/x", "daily", Every.DAY, "csv", "/x")
    assert "/" not in file_name(one, Period(NOW.date(), NOW.date(), "2026-10-05"))
    assert not file_name(one, Period(NOW.date(), NOW.date(), "2026-10-05")).startswith(".")


def test_that_the_thread_runs_what_is_due_and_ends(world: World) -> None:
    world.add()
    world.now += timedelta(days=1)
    world.runner.start()
    for _ in range(600):
        if world.files() and world.stored().last_run_utc:
            break
        world.runner._stop.wait(0.05)
    assert world.runner.stop(60)
    assert world.files() == ["hours_2026-10-05.csv"]
