"""Commands of imports and integrations on a data folder of their own; no models are loaded."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from attendance.composition.application import Application
from attendance.core.types import CheckIn, Direction
from tests.command_line import Cli, Outcome, call
from tests.unit.integrations.servers import receiver

CONFIG = '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    with Application(folder) as application:
        for code, name in (("k1", "Ann"), ("=k2", "Bob")):
            application.storage.roster.enrol(code=code, name=name, templates=[], model_id="m")
        for number, person in enumerate((1, 2, 1)):
            at = datetime(2026, 3, 2, 7 + number, tzinfo=UTC)
            event = CheckIn(f"e{number}", person, at, 3600, Direction.IN, 0.6, 0.2, "door", "m", "kiosk")
            application.storage.check_in_log.append(event).result()
    return folder


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def run(*arguments: object, stdin: str = "", data: Path = home) -> Outcome:
        return call("--data", data, *arguments, monkeypatch=monkeypatch, capsys=capsys, stdin=stdin)

    return run


def events_of(folder: Path) -> list[CheckIn]:
    with Application(folder) as application:
        ever = datetime(1980, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
        return [event for event, _ in application.storage.check_in_log.between(*ever)]


def table(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = tmp_path / "events.csv"
    path.write_bytes(text.encode(encoding))
    return path


# --- check-ins ---------------------------------------------------------------------------------------


def test_that_an_exported_log_is_a_round_trip(cli: Cli, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    assert cli("report", "events", "--from", "2026-03-01", "--to", "2026-03-03", "--output", file).code == 0
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.toml").write_text(CONFIG, encoding="utf-8")
    with Application(other) as application:
        for code, name in (("x", "X"), ("k1", "Ann"), ("=k2", "Bob")):
            application.storage.roster.enrol(code=code, name=name, templates=[], model_id="m")
    dry = cli("import-events", file, "--dry-run", "--json", data=other)
    assert (dry.json["added"], dry.json["known"], dry.json["bad"]) == (3, 0, [])
    assert events_of(other) == []
    assert cli("import-events", file, data=other).code == 0
    kept = ("event_id", "at_utc", "utc_offset_s", "direction")
    facts = [[[getattr(event, name) for name in kept] for event in events_of(folder)] for folder in (home, other)]
    assert facts[0] == facts[1]
    assert {(event.source, event.similarity, event.made_by) for event in events_of(other)} == {
        ("import", None, "import")
    }
    again = cli("import-events", file, "--json", data=other)
    assert (again.json["added"], again.json["known"]) == (0, 3)
    assert cli("audit", "verify", "--deep", data=other).code == 0


def test_that_bad_rows_are_listed_with_their_lines_and_good_ones_are_kept(cli: Cli, home: Path, tmp_path: Path) -> None:
    rows = """sep=;
code;at;direction
k1;2026-03-03T08:00:00;in
nobody;2026-03-03T08:00:00;in

k1;2026-03-29T02:30:00;in
k1;2025-10-26T02:30:00;in
k1;2025-10-26T02:30:00+01:00;in
k1;2999-01-01T08:00:00;in
k1;2026-03-03;in
k1;2026-03-03T09:00:00;sideways
;2026-03-03T09:00:00;in
k1;;in
'=k2;2026-03-03T10:00:00Z;OUT
k1;2026-03-03T08:00:00;in
"""
    file = table(tmp_path, rows, encoding="utf-8-sig")
    dry = cli("import-events", file, "--dry-run")
    outcome = cli("import-events", file, "--json")
    assert (dry.code, outcome.code) == (1, 1)
    bad = {one["where"]: one["detail"] for one in outcome.json["bad"]}  # type: ignore[attr-defined]
    assert list(bad) == [f"line {n}" for n in (4, 6, 7, 9, 10, 11, 12, 13)]
    assert bad["line 4"] == "nobody has the code nobody"
    assert "skipped" in bad["line 6"]
    assert "twice" in bad["line 7"]
    assert bad["line 9"] == "the time is in the future"
    assert "no time of day" in bad["line 10"]
    assert "direction" in bad["line 11"]
    assert (outcome.json["rows"], outcome.json["added"], outcome.json["known"]) == (12, 3, 1)
    assert "line 6: the clocks skipped 2026-03-29T02:30:00" in dry.err
    added = [e for e in events_of(home) if e.made_by == "import"]
    assert [(e.person_id, e.at_utc.isoformat(), e.utc_offset_s, e.direction.value) for e in added] == [
        (1, "2025-10-26T01:30:00+00:00", 3600, "in"),
        (1, "2026-03-03T07:00:00+00:00", 3600, "in"),
        (2, "2026-03-03T10:00:00+00:00", 3600, "out"),
    ]
    assert cli("import-events", file, "--json").json["added"] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is empty"),
        ("name,direction\nx,in\n", "the column code is missing"),
        ("code,direction,code\n", "is there twice"),
        ('code,direction\n"k1,in\n', "line 2"),
    ],
)
def test_that_a_file_that_is_no_such_table_is_one_sentence(cli: Cli, tmp_path: Path, text: str, words: str) -> None:
    outcome = cli("import-events", table(tmp_path, text))
    assert outcome.code == 1
    assert "INT-05" in outcome.err
    assert words in outcome.err


def test_that_other_encodings_are_refused(cli: Cli, tmp_path: Path) -> None:
    for encoding in ("latin-1", "utf-16-le", "utf-32"):
        outcome = cli("import-events", table(tmp_path, "code,direction\nä,in\n", encoding=encoding))
        assert "INT-05" in outcome.err
        assert "save it as UTF-8" in outcome.err


def test_that_a_table_saved_as_unicode_text_is_imported(cli: Cli, home: Path, tmp_path: Path) -> None:
    """Excel's "Unicode Text": UTF-16 with a mark, separated by tabs."""
    file = table(tmp_path, "Code\tName\tDepartment\r\nk9\tÅsa\tStore\r\n", encoding="utf-16")
    assert cli("import-people", file).out.startswith("1 added")
    with Application(home) as application:
        assert application.storage.roster.get_by_code("k9").name == "Åsa"


@pytest.mark.parametrize(
    "heading",
    [
        'code;name;department;"note (street, zip, town, county)"',
        "code;name;department;note (street, zip, town, county)",
        'sep=;\ncode;name;department;"note, a, b, c, d"',
        'code;name;department;"note; with, everything,\nin, it"',
    ],
)
def test_that_commas_inside_a_heading_do_not_separate(cli: Cli, tmp_path: Path, heading: str) -> None:
    assert cli("import-people", table(tmp_path, f"{heading}\nk9;Åsa;Store;x\n")).out.startswith("1 added")
    events = heading.replace("name", "direction").replace("department", "at")
    outcome = cli("import-events", table(tmp_path, f"{events}\nk9;in;2026-03-02T08:00:00Z;x\n"))
    assert outcome.out.startswith("1 check-in added")


def test_that_nothing_of_a_table_that_is_broken_further_down_is_imported(cli: Cli, home: Path, tmp_path: Path) -> None:
    before = len(events_of(home))
    assert "line 3: a quotation mark" in cli("import-people", table(tmp_path, 'code,name\nk8,Ann\nk9,"Bob\n')).err
    rows = "k1,in,2026-03-02T08:00:00Z\n" + "k1,in,2026-03-02T08:00:01Z\n" * 600
    broken = cli("import-events", table(tmp_path, f'code,direction,at\n{rows}k1,"in\n'))
    assert "line 603: a quotation mark is not closed" in broken.err
    with Application(home) as application:
        assert "k8" not in {person.code for person in application.storage.roster.list_people()}
    assert len(events_of(home)) == before


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n"])
def test_that_an_empty_table_is_one_sentence(cli: Cli, tmp_path: Path, text: str) -> None:
    assert "it is empty" in cli("import-people", table(tmp_path, text)).err


def test_that_imported_check_ins_are_not_told_to_others(cli: Cli, home: Path, tmp_path: Path) -> None:
    assert cli("webhook", "set", "http://127.0.0.1:9/").code == 0
    assert cli("import-events", table(tmp_path, "code,at,direction\nk1,2026-03-03T08:00:00Z,in\n")).code == 0
    assert cli("webhook", "status", "--json").json["waiting"] == 0


# --- people ------------------------------------------------------------------------------------------


def test_that_people_come_without_photographs(cli: Cli, home: Path, tmp_path: Path) -> None:
    file = table(tmp_path, "code\tname\tdepartment\nk1\tAnn\tLab\nk3\tCleo\tYard\nk4\t\t\nk1\tZoe\t\nk3\tCleo\tYard\n")
    dry = cli("import-people", file, "--dry-run", "--json")
    outcome = cli("import-people", file, "--json")
    assert outcome.code == 1
    assert (outcome.json["added"], outcome.json["changed"], outcome.json["unchanged"]) == (["k3"], ["k1"], ["k3"])
    assert {**dry.json, "dry_run": False} == outcome.json
    assert [one["where"] for one in outcome.json["bad"]] == ["line 4", "line 5"]  # type: ignore[attr-defined]
    with Application(home) as application:
        cleo = application.storage.roster.get_by_code("k3")
        assert (cleo.name, cleo.department, cleo.template_count) == ("Cleo", "Yard", 0)
        assert application.storage.roster.get_by_code("k1").department == "Lab"


# --- calendars ---------------------------------------------------------------------------------------

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:a
SUMMARY:New Year
DTSTART;VALUE=DATE:20200101
RRULE:FREQ=YEARLY
END:VEVENT
BEGIN:VEVENT
UID:b
SUMMARY:Works outing
DTSTART;VALUE=DATE:20260713
DTEND;VALUE=DATE:20260715
END:VEVENT
BEGIN:VEVENT
UID:c
SUMMARY:Cancelled
STATUS:CANCELLED
DTSTART;VALUE=DATE:20260601
END:VEVENT
BEGIN:VEVENT
UID:d
SUMMARY:Early closing
DTSTART;TZID=Europe/Berlin:20261224T120000
DTEND;TZID=Europe/Berlin:20261224T160000
END:VEVENT
END:VCALENDAR
"""
RANGE = ("--from", "2026-01-01", "--to", "2027-12-31")


def calendar(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "calendar.ics"
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    return path


def test_that_holidays_go_into_the_plan_once(cli: Cli, home: Path, tmp_path: Path) -> None:
    file = calendar(tmp_path, CALENDAR)
    assert cli("import-calendar", file, *RANGE, "--dry-run").code == 1
    first = cli("import-calendar", file, *RANGE, "--json")
    assert [one["detail"] for one in first.json["bad"]] == ["it is only a part of a day"]  # type: ignore[attr-defined]
    with Application(home) as application:
        assert application.records.hours.plan().holidays == {
            date(2026, 1, 1): "New Year",
            date(2026, 7, 13): "Works outing",
            date(2026, 7, 14): "Works outing",
            date(2027, 1, 1): "New Year",
        }
        version = application.storage.work_plans.current()
    again = cli("import-calendar", file, *RANGE, "--json")
    assert (again.json["added"], again.json["unchanged"]) == ([], 4)
    with Application(home) as application:
        assert application.storage.work_plans.current() == version


def one_day(uid: str, day: str) -> str:
    event = f"BEGIN:VEVENT\nUID:{uid}\nDTSTART;VALUE=DATE:{day}\nSUMMARY:Day {uid}\nEND:VEVENT\n"
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{event}END:VCALENDAR\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_that_every_calendar_of_a_file_is_read(cli: Cli, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "two.ics"
    file.write_bytes((one_day("Ä", "20261224") + "\n" + one_day("b", "20261231") + "\n").encode(encoding))
    added = cli("import-calendar", file, *RANGE, "--json").json["added"]
    assert added == ["2026-12-24 Day Ä", "2026-12-31 Day b"]


def test_that_a_moved_occurrence_in_a_calendar_of_its_own_counts(cli: Cli, home: Path, tmp_path: Path) -> None:
    weekly = one_day("a", "20261002").replace("SUMMARY", "RRULE:FREQ=WEEKLY;COUNT=2\nSUMMARY")
    moved = one_day("a", "20261008").replace("SUMMARY", "RECURRENCE-ID;VALUE=DATE:20261009\nSUMMARY")
    cli("import-calendar", calendar(tmp_path, weekly + moved), *RANGE)
    with Application(home) as application:
        assert sorted(application.records.hours.plan().holidays) == [date(2026, 10, 2), date(2026, 10, 8)]


BROKEN = {
    "no end": one_day("b", "20261225").replace("END:VCALENDAR\n", ""),
    "no end of the event": one_day("b", "20261225").replace("END:VEVENT\n", ""),
    "cut off": one_day("b", "20261225")[:60],
    "other end": one_day("b", "20261225").replace("END:VEVENT", "END:VTODO"),
    "rubbish": one_day("b", "20261225").replace("VERSION:2.0", "hello"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_that_one_broken_calendar_among_good_ones_imports_nothing(
    cli: Cli, home: Path, tmp_path: Path, broken: str
) -> None:
    good, more = one_day("a", "20261224"), one_day("c", "20261226")
    second = "calendar 2 in it is damaged or cut off"
    for text, expected in (
        (good + broken, second),
        (good + broken + more, second),
        (broken + good, "it is not a calendar"),
    ):
        outcome = cli("import-calendar", calendar(tmp_path, text), *RANGE)
        assert outcome.code == 1
        assert "INT-05" in outcome.err
        assert expected in outcome.err
        with Application(home) as application:
            assert application.records.hours.plan().holidays == {}


@pytest.mark.parametrize("rubbish", ["<html>sign in</html>\n", "X-NOTE:after the end\n", "END:VCALENDAR\n"])
def test_that_rubbish_between_calendars_imports_nothing(cli: Cli, home: Path, tmp_path: Path, rubbish: str) -> None:
    for text in (rubbish + one_day("a", "20261224"), one_day("a", "20261224") + rubbish + one_day("b", "20261226")):
        assert "INT-05" in cli("import-calendar", calendar(tmp_path, text), *RANGE).err
        with Application(home) as application:
            assert application.records.hours.plan().holidays == {}


def test_that_a_calendar_folded_inside_a_character_is_read(cli: Cli, tmp_path: Path) -> None:
    whole = one_day("\xe4", "20261224").replace("\n", "\r\n").encode()
    file = tmp_path / "folded.ics"
    file.write_bytes(whole.replace(b"Day \xc3\xa4", b"Day \xc3\r\n \xa4"))
    assert cli("import-calendar", file, *RANGE, "--json").json["added"] == ["2026-12-24 Day \xe4"]
    file.write_bytes(whole.replace(b"\xc3\xa4", b"\xe4"))
    assert "save it as UTF-8" in cli("import-calendar", file, *RANGE).err


def test_that_closings_keep_the_rest_of_the_plan(cli: Cli, home: Path, tmp_path: Path) -> None:
    with Application(home) as application:
        application.records.hours.save_plan('weekend = ["sun"]\n[holidays]\n2026-05-01 = "Labour"\n', "boss")
    file = calendar(tmp_path, CALENDAR)
    cli("import-calendar", file, *RANGE, "--as", "closings")
    assert cli("import-calendar", file, *RANGE, "--as", "closings", "--json").json["unchanged"] == 3
    with Application(home) as application:
        plan = application.records.hours.plan()
    assert plan.holidays == {date(2026, 5, 1): "Labour"}
    assert plan.weekend == {6}
    assert (date(2026, 7, 13), date(2026, 7, 14)) in {(one.first_day, one.last_day) for one in plan.closings}
    assert len(plan.closings) == 3


LEAVE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1
SUMMARY:Summer
ATTENDEE:MAILTO:K1@example.org
DTSTART;VALUE=DATE:20260803
DTEND;VALUE=DATE:20260808
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:k1: dentist
DTSTART:20260901T060000Z
DTEND:20260901T090000Z
END:VEVENT
BEGIN:VEVENT
UID:k1-3
SUMMARY:Every Friday
DTSTART;VALUE=DATE:20261002
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;VALUE=DATE:20261009
END:VEVENT
BEGIN:VEVENT
UID:k1-3
RECURRENCE-ID;VALUE=DATE:20261016
SUMMARY:Thursday instead
DTSTART;VALUE=DATE:20261015
END:VEVENT
BEGIN:VEVENT
UID:4
SUMMARY:Somebody
DTSTART;VALUE=DATE:20261102
END:VEVENT
END:VCALENDAR
"""


def test_that_leave_is_booked_for_whom_it_names_once(cli: Cli, home: Path, tmp_path: Path) -> None:
    file = calendar(tmp_path, LEAVE)
    first = cli("import-calendar", file, *RANGE, "--as", "leave", "--kind", "sick", "--requested", "--json")
    assert [one["where"] for one in first.json["bad"]] == ["Somebody 2026-11-02"]  # type: ignore[attr-defined]
    again = cli("import-calendar", file, *RANGE, "--as", "leave", "--json")
    assert (again.json["added"], again.json["unchanged"]) == ([], 5)
    with Application(home) as application:
        booked = application.storage.corrections.all_open()
        first_id = booked[0].correction_id
    assert [(one.first_day, one.last_day, one.leave_half) for one in booked] == [
        (date(2026, 8, 3), date(2026, 8, 7), False),
        (date(2026, 9, 1), date(2026, 9, 1), True),
        (date(2026, 10, 2), date(2026, 10, 2), False),
        (date(2026, 10, 15), date(2026, 10, 15), False),
        (date(2026, 10, 23), date(2026, 10, 23), False),
    ]
    assert {(one.person_id, one.leave_kind, one.state.value) for one in booked} == {(1, "sick", "requested")}
    assert cli("correct", "reject", first_id, "--by", "boss").code == 0
    assert cli("import-calendar", file, *RANGE, "--as", "leave", "--json").json["added"] == []  # still refused


def test_that_a_rule_without_an_interval_is_refused(cli: Cli, tmp_path: Path) -> None:
    text = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:k1: never ending
DTSTART;VALUE=DATE:20260310
RRULE:FREQ=DAILY;INTERVAL=0
END:VEVENT
END:VCALENDAR
"""
    told = cli("import-calendar", calendar(tmp_path, text), *RANGE, "--as", "leave")
    assert told.code != 0
    assert "interval" in told.out + told.err


ALMOST = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:K1: dentist
DTSTART;VALUE=DATE:20260803
END:VEVENT
BEGIN:VEVENT
UID:K1-2
SUMMARY:Somebody
DTSTART;VALUE=DATE:20260804
END:VEVENT
BEGIN:VEVENT
UID:3
SUMMARY:Course
ATTENDEE:mailto:K1@example.org
DTSTART;VALUE=DATE:20260805
END:VEVENT
END:VCALENDAR
"""


def test_that_leave_of_a_code_that_is_almost_somebodys_is_a_bad_row(cli: Cli, tmp_path: Path) -> None:
    told = cli("import-calendar", calendar(tmp_path, ALMOST), *RANGE, "--as", "leave", "--json").json

    # Letter case means nothing in an address.
    assert told["added"] == ["2026-08-05 to 2026-08-05 Course"]
    assert [row["detail"] for row in told["bad"]] == ["nobody has the code K1; almost the same is k1"] * 2  # type: ignore[attr-defined]


def test_that_rows_of_a_code_that_is_almost_somebodys_are_bad_in_every_import(
    cli: Cli, home: Path, tmp_path: Path
) -> None:
    reason = "nobody has the code K1; almost the same is k1"
    events = table(tmp_path, "code,at,direction\nK1,2026-03-03T08:00:00,in\n")
    assert cli("import-events", events, "--json").json["bad"] == [{"where": "line 2", "detail": reason}]

    people = table(tmp_path, "code,name\nK1,Ann\n0042,Ina\n42,Ina\n")
    for dry in ((), ("--dry-run",)):
        told = cli("import-people", people, "--json", *dry)
        assert told.code == 1
        assert [row["where"] for row in told.json["bad"]] == ["line 2", "line 4"]  # type: ignore[attr-defined]
        assert "The code K1 is almost k1, the code of Ann." in told.out

    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[shifts.a]\nparts = ["09:00-17:00"]\n[[assignments]]\nshift = "a"\nperson = "K1"\nfirst_day = 2026-01-01\n',
        encoding="utf-8",
    )
    assert reason in cli("plan", "import", plan, "--by", "boss").err
    assert "almost the same is k1" in cli("people", "show", "K1").err
    with Application(home) as application:
        assert [person.code for person in application.storage.roster.list_people()] == ["k1", "=k2", "0042"]


def test_that_leave_waits_for_somebody_else_where_the_rule_asks_for_it(cli: Cli, home: Path, tmp_path: Path) -> None:
    (home / "config.toml").write_text(
        CONFIG.replace("[storage]", "two_person_rule = true\n[storage]"), encoding="utf-8"
    )
    cli("import-calendar", calendar(tmp_path, LEAVE), *RANGE, "--as", "leave", "--by", "desk")
    with Application(home) as application:
        waiting, *_ = application.storage.corrections.all_open()
    assert (waiting.state.value, waiting.decided_by) == ("requested", "")
    assert "cannot approve it" in cli("correct", "approve", waiting.correction_id, "--by", "Desk").err
    assert cli("correct", "approve", waiting.correction_id, "--by", "boss").code == 0


def test_that_a_rule_cannot_run_away(cli: Cli, tmp_path: Path) -> None:
    endless = CALENDAR.replace("FREQ=YEARLY", "FREQ=SECONDLY")
    assert "it repeats secondly" in cli("import-calendar", calendar(tmp_path, endless), *RANGE, "--dry-run").err
    assert "not a calendar" in cli("import-calendar", table(tmp_path, "hello\n")).err


# --- webhook, relay, schedules -----------------------------------------------------------------------


def test_that_a_webhook_is_set_tested_and_switched_off(cli: Cli, home: Path) -> None:
    assert "INT-01" in cli("webhook", "set", "http://example.org/").err
    with receiver() as server:
        url = f"http://127.0.0.1:{server.port}/hook?token=abc"
        made = cli("webhook", "set", url, "--json").json
        assert made["kept"] == "database, sealed"
        assert cli("webhook", "test").code == 0
        server.status = 500
        assert "answered 500" in cli("webhook", "test").err
    assert json.loads(server.got[0].body)["type"] == "test"
    shown = cli("webhook", "status").out
    assert "127.0.0.1" in shown
    assert "token" not in shown
    assert cli("webhook", "status", "--json").json["last_error"] == ""
    secret = str(made["secret"])
    stored = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert not any(found in content for content in stored for found in (secret.encode(), b"token=abc"))
    assert cli("webhook", "off", "--discard").code == 0
    assert cli("webhook", "test").code == 1


def test_that_the_address_an_earlier_version_left_in_the_open_is_sealed(cli: Cli, home: Path) -> None:
    url = "http://127.0.0.1:9/hook?token=abc"
    with Application(home) as application:
        application.storage.settings.set("webhook_url", url)
        at = datetime(2026, 3, 5, 7, tzinfo=UTC)
        event = CheckIn("e9", 1, at, 3600, Direction.IN, 0.6, 0.2, "door", "m", "kiosk")
        application.storage.check_in_log.append(event).result()
    assert cli("webhook", "status", "--json").json["waiting"] == 1
    with Application(home) as application:
        assert application.links.webhook.address() == url
        assert application.storage.outbox.status().waiting == 1
        application.storage.database.compact()
    assert not any(b"token=abc" in path.read_bytes() for path in home.glob("attendance.db*"))


def test_that_refused_messages_are_listed_and_decided(cli: Cli, home: Path) -> None:
    with receiver() as server:
        cli("webhook", "set", f"http://127.0.0.1:{server.port}/")
        server.status = 400
        with Application(home) as application:
            for number in (7, 8):
                at = datetime(2026, 3, 5, number, tzinfo=UTC)
                event = CheckIn(f"e{number}", 1, at, 3600, Direction.IN, 0.6, 0.2, "door", "m", "kiosk")
                application.storage.check_in_log.append(event).result()
            application.links.sender.run_once()
    assert "2 messages refused for good: 'attendance webhook refused' shows them" in cli("webhook", "status").out
    numbers = [line.split()[0] for line in cli("webhook", "refused").out.splitlines()]
    assert cli("webhook", "send-again", numbers[0]).out == "1 message waiting\n"
    assert cli("webhook", "discard", numbers[1]).out == "1 message removed\n"
    assert "1 of the messages named were not refused" in cli("webhook", "discard", numbers[1]).err
    status = cli("webhook", "status", "--json").json
    assert (status["waiting"], status["refused"]) == (1, 0)


def test_that_the_mail_password_is_kept_sealed(cli: Cli, home: Path) -> None:
    assert cli("mail", "password", "--stdin", stdin="pass word 7\n").out == "kept in: database, sealed\n"
    assert not any(b"pass word 7" in path.read_bytes() for path in home.rglob("*") if path.is_file())
    with Application(home) as application:
        assert application.storage.secrets.get("mail") == "pass word 7"
    assert cli("mail", "password", "--stdin", stdin="\n").out == "forgotten\n"
    assert "no mail server" in cli("mail", "test", "a@example.org").err


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("", "none is set up"),
        ('kind = "command"', "relay.command: it is empty"),
        ('kind = "serial"\ndevice = "loop://"\nsend_hex = "zz"', "relay.send_hex"),
        ('kind = "http"\naddress = "http://example.org/"', "relay.address: only https"),
        ('kind = "command"\ncommand = "/nowhere/x 1"', "cannot be started"),
    ],
)
def test_that_a_relay_that_is_not_set_up_is_one_sentence(cli: Cli, home: Path, section: str, words: str) -> None:
    (home / "config.toml").write_text(f"{CONFIG}[relay]\n{section}\n", encoding="utf-8")
    assert words in cli("relay", "test").err


def test_that_schedules_are_kept_and_run(cli: Cli, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert "is not a folder" in cli("schedule", "add", "events", "--every", "month", "--to-folder", folder).err
    folder.mkdir()
    assert cli("schedule", "add", "events", "--every", "month", "--to-folder", folder).code == 0
    assert cli("schedule", "run").out == "0 files written\n"
    assert cli("schedule", "run", "events").code == 0
    (file,) = folder.glob("*.csv")
    assert file.name.startswith("events_")
    assert file.read_text(encoding="utf-8-sig").startswith('"event_id","code"')
    assert json.loads(cli("schedule", "list", "--json").out)[0]["every"] == "month"
    assert cli("schedule", "remove", "events").code == 0


def test_that_a_scheduled_report_of_hours_takes_its_options(cli: Cli, tmp_path: Path) -> None:
    options = (
        "--every",
        "week",
        "--to-folder",
        tmp_path,
        "--name",
        "pay",
        "--person",
        "k1",
        "--pay-code",
        "regular=100",
    )
    assert "NAME=CODE" in cli("schedule", "add", "payroll", *options, "--pay-code", "x").err
    assert cli("schedule", "add", "payroll", *options).code == 0
    assert cli("schedule", "run", "pay").code == 0
    assert len(list(tmp_path.glob("pay_*-W*.csv"))) == 1
    assert cli("schedule", "add", "daily", "--every", "day", "--to-folder", tmp_path, "--person", "nobody").code == 0
    assert "nobody" in cli("schedule", "run", "daily").err
    listed = json.loads(cli("schedule", "list", "--json").out)
    assert [bool(one["last_error"]) for one in listed] == [True, False]
