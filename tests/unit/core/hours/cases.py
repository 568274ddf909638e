"""Days as they happen, and what the timesheet has to say about them.

``expected`` gives for a day its status, then what is not zero (worked, break, late, early, over, and paid where it is
not worked plus paid breaks), then the flags in brackets: all of them, in alphabetical order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.hours.plan import Assignment, Closing, Leave, Worker, WorkPlan
from attendance.core.hours.rules import DayKind, Favour, HoursRules, OvertimeBasis, OvertimeLevel, Rounding
from attendance.core.hours.shift import Shift
from attendance.core.types import Direction
from tests.unit.core.hours.site import ALWAYS, BERLIN, PERSON, WEEK, day, everybody, instant, parts

STANDARD = HoursRules()
SOMEBODY = Worker(PERSON)


@dataclass(frozen=True)
class Case:
    name: str
    shift: str
    events: str
    expected: Mapping[str, str]
    week: date = WEEK
    zone: str = BERLIN
    now: str = "mon+1 12:00"
    plan: WorkPlan | None = None
    rules: HoursRules = STANDARD
    worker: Worker = SOMEBODY
    corrections: tuple[Correction, ...] = ()
    marks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Attributes of single events, by their id."""


def plan_with(shift: str, **changes: Any) -> WorkPlan:
    return replace(everybody(shift), **changes)


def correction(
    kind: CorrectionKind, state: str = "approved", at: str = "", number: int = 1, **facts: Any
) -> Correction:
    return Correction(
        f"c{number}",
        kind,
        CorrectionState(state),
        PERSON,
        "forgot",
        "Li Na",
        instant("mon+1 09:00"),
        at_utc=instant(at) if at else None,
        **facts,
    )


ADD, MOVE, VOID, REASSIGN = CorrectionKind.ADD, CorrectionKind.MOVE, CorrectionKind.VOID, CorrectionKind.REASSIGN
DAILY = (OvertimeLevel("first", 1.25, after_min=480, basis=OvertimeBasis.DAY),)
TWO_LEVELS = (*DAILY, OvertimeLevel("second", 1.5, after_min=600, basis=OvertimeBasis.DAY))
WEEKLY = (OvertimeLevel("week", 1.5, after_min=40 * 60, basis=OvertimeBasis.WEEK),)
FREE_DAYS = (
    OvertimeLevel("holiday", 2.0, basis=OvertimeBasis.DAY, day_kinds=frozenset({DayKind.HOLIDAY, DayKind.REST_DAY})),
)
FULL_WEEK = "".join(f"{d} 09:00 in, {d} 18:00 out\n" for d in ("mon", "tue", "wed", "thu", "fri"))


def rounding(step_min: int, favour: Favour) -> HoursRules:
    return HoursRules(rounding=Rounding(step_min, favour))


OFFICE = [
    Case("on time", "office", "mon 09:00 in, mon 17:30 out", {"mon": "present worked 8:00 break 0:30 [auto_break]"}),
    Case(
        "came 3 minutes late within 5 minutes of grace",
        "office",
        "mon 09:03 in, mon 17:30 out",
        {"mon": "present worked 7:57 break 0:30 [auto_break]"},
    ),
    Case(
        "came exactly 5 minutes late",
        "office",
        "mon 09:05 in, mon 17:30 out",
        {"mon": "present worked 7:55 break 0:30 [auto_break]"},
    ),
    Case(
        "came 6 minutes late: all 6 count",
        "office",
        "mon 09:06 in, mon 17:30 out",
        {"mon": "present worked 7:54 break 0:30 late 0:06 [auto_break late]"},
    ),
    Case(
        "left 4 minutes early within the grace",
        "office",
        "mon 09:00 in, mon 17:26 out",
        {"mon": "present worked 7:56 break 0:30 [auto_break]"},
    ),
    Case(
        "left an hour early",
        "office",
        "mon 09:00 in, mon 16:30 out",
        {"mon": "present worked 7:00 break 0:30 early 1:00 [auto_break left_early]"},
    ),
    Case(
        "came early, and that is paid",
        "office",
        "mon 08:20 in, mon 17:30 out",
        {"mon": "present worked 8:40 break 0:30 [auto_break]"},
    ),
    Case(
        "came before check-ins are accepted: it counts and is flagged",
        "office",
        "mon 07:30 in, mon 17:30 out",
        {"mon": "present worked 9:30 break 0:30 [auto_break outside_window]"},
    ),
    Case(
        "stayed longer than check-ins are accepted",
        "office",
        "mon 09:00 in, mon 20:00 out",
        {"mon": "present worked 10:30 break 0:30 [auto_break outside_window]"},
    ),
    Case(
        "time before and after the shift that is not paid",
        "strict",
        "mon 08:30 in, mon 17:45 out",
        {"mon": "present worked 8:00"},
    ),
    Case("nobody came", "office", "", {"mon": "absent", "sat": "rest_day"}),
    Case(
        "worked 5 of 8 hours: half a day",
        "thresholds",
        "mon 09:00 in, mon 14:00 out",
        {"mon": "half_day worked 5:00 early 3:00 [left_early]"},
    ),
    Case(
        "showed up for an hour: absent",
        "thresholds",
        "mon 09:00 in, mon 10:00 out",
        {"mon": "absent worked 1:00 early 7:00 [left_early]"},
    ),
    Case(
        "worked enough for a whole day",
        "thresholds",
        "mon 09:00 in, mon 15:00 out",
        {"mon": "present worked 6:00 early 2:00 [left_early]"},
    ),
]

BREAKS = [
    Case(
        "5 hours need no break",
        "office",
        "mon 09:00 in, mon 14:00 out",
        {"mon": "present worked 5:00 early 3:30 [left_early]"},
    ),
    Case(
        "exactly 6 hours need no break",
        "office",
        "mon 09:00 in, mon 15:00 out",
        {"mon": "present worked 6:00 early 2:30 [left_early]"},
    ),
    Case(
        "6 hours and 1 minute cost the whole break",
        "office",
        "mon 09:00 in, mon 15:01 out",
        {"mon": "present worked 5:31 break 0:30 early 2:29 [auto_break left_early]"},
    ),
    Case(
        "6 hours and 1 minute with a sliding break cost 1 minute",
        "sliding",
        "mon 09:00 in, mon 15:01 out",
        {"mon": "present worked 6:00 break 0:01 early 2:29 [auto_break left_early]"},
    ),
    Case(
        "more than 9 hours need 45 minutes, not 30 and 45",
        "two_breaks",
        "mon 08:30 in, mon 18:30 out",
        {"mon": "present worked 9:15 break 0:45 [auto_break]"},
    ),
    Case(
        "left for lunch by the door, longer than the break",
        "office",
        "mon 09:00 in, mon 12:00 out, mon 12:45 in, mon 17:30 out",
        {"mon": "present worked 7:45"},
    ),
    Case(
        "left for lunch for 10 minutes: 20 more are deducted",
        "office",
        "mon 09:00 in, mon 12:00 out, mon 12:10 in, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:20 [auto_break]"},
    ),
    Case(
        "checked a longer break: nothing is deducted",
        "office",
        "mon 09:00 in, mon 12:00 break, mon 12:45 back, mon 17:30 out",
        {"mon": "present worked 7:45 break 0:45"},
    ),
    Case(
        "checked a break of 10 minutes: 20 more are deducted",
        "office",
        "mon 09:00 in, mon 12:00 break, mon 12:10 back, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [auto_break]"},
    ),
    Case(
        "checked the break that has to be checked",
        "must_check",
        "mon 09:00 in, mon 12:00 break, mon 12:30 back, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30"},
    ),
    Case(
        "did not check the break that has to be checked",
        "must_check",
        "mon 09:00 in, mon 17:30 out",
        {"mon": "present worked 8:30 [break_short]"},
    ),
    Case(
        "a paid break",
        "paid_break",
        "mon 09:00 in, mon 12:00 break, mon 12:15 back, mon 17:00 out",
        {"mon": "present worked 7:45 break 0:15 paid 8:00"},
    ),
    Case(
        "a paid break that lasted too long",
        "paid_break",
        "mon 09:00 in, mon 12:00 break, mon 12:25 back, mon 17:00 out",
        {"mon": "present worked 7:35 break 0:25 paid 7:50 [break_long]"},
    ),
    Case(
        "went home from the break",
        "office",
        "mon 09:00 in, mon 16:00 break, mon 17:30 out",
        {"mon": "present worked 7:00 break 1:30 [break_not_ended]"},
    ),
    Case(
        "pressed IN instead of BACK",
        "office",
        "mon 09:00 in, mon 12:00 break, mon 12:30 in, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [break_not_ended]"},
    ),
    Case(
        "pressed BREAK twice",
        "office",
        "mon 09:00 in, mon 12:00 break, mon 12:10 break, mon 12:30 back, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [stray_break]"},
    ),
    Case(
        "pressed BACK without a break",
        "office",
        "mon 09:00 in, mon 12:30 back, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [auto_break stray_break]"},
    ),
    Case(
        "left for lunch with OUT and came with BACK",
        "office",
        "mon 09:00 in, mon 12:00 out, mon 12:30 back, mon 17:30 out",
        {"mon": "present worked 8:00 [stray_break]"},
    ),
    Case(
        "forgot to check in and pressed BREAK",
        "office",
        "mon 12:00 break, mon 12:30 back, mon 17:30 out",
        {"mon": "incomplete worked 5:00 [missing_in stray_break]"},
    ),
]

FORGOTTEN = [
    Case(
        "forgot to check out on Monday, Tuesday is normal",
        "office",
        "mon 09:00 in, tue 09:00 in, tue 17:30 out",
        {"mon": "incomplete [missing_out]", "tue": "present worked 8:00 break 0:30 [auto_break]"},
    ),
    Case("late and forgot to check out", "office", "mon 10:00 in", {"mon": "incomplete late 1:00 [late missing_out]"}),
    Case("forgot to check in", "office", "mon 17:30 out", {"mon": "incomplete [missing_in]"}),
    Case(
        "forgot to check out before lunch",
        "office",
        "mon 09:00 in, mon 12:45 in, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [auto_break double_in]"},
    ),
    Case(
        "forgot to check in after lunch",
        "office",
        "mon 09:00 in, mon 12:00 out, mon 17:30 out",
        {"mon": "incomplete worked 3:00 [double_out]"},
    ),
    Case(
        "OUT before IN",
        "office",
        "mon 08:00 out, mon 09:00 in, mon 17:30 out",
        {"mon": "incomplete worked 8:00 break 0:30 [auto_break missing_in]"},
    ),
    Case(
        "seen by two doors within a minute",
        "office",
        "mon 09:00 in, mon 09:01 in, mon 17:30 out, mon 17:31 out",
        {"mon": "present worked 8:00 break 0:30 [auto_break]"},
    ),
    Case(
        "16 and a half hours are no visit",
        "",
        "mon 06:00 in, mon 22:30 out",
        {"mon": "incomplete [missing_in missing_out unplanned_work]"},
    ),
    Case(
        "forgot on Friday, Monday is normal",
        "office",
        "fri 09:00 in, mon+1 09:00 in",
        {"fri": "incomplete [missing_out]", "sat": "rest_day"},
    ),
    Case(
        "the manager entered when the person left",
        "office",
        "mon 09:00 in",
        {"mon": "present worked 8:00 break 0:30 [auto_break corrected]"},
        corrections=(correction(ADD, at="mon 17:30", direction=Direction.OUT),),
    ),
    Case(
        "the person answered at the next arrival",
        "office",
        "mon 09:00 in, tue 09:00 in, tue 17:30 out",
        {
            "mon": "present worked 8:00 break 0:30 [auto_break provisional]",
            "tue": "present worked 8:00 break 0:30 [auto_break]",
        },
        corrections=(correction(ADD, "provisional", "mon 17:30", direction=Direction.OUT),),
    ),
    Case(
        "an answer that the manager rejected",
        "office",
        "mon 09:00 in",
        {"mon": "incomplete [missing_out]"},
        corrections=(correction(ADD, "rejected", "mon 17:30", direction=Direction.OUT),),
    ),
    Case(
        "a check-in moved to the right time",
        "office",
        "mon 10:00 in, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [auto_break corrected]"},
        corrections=(correction(MOVE, at="mon 09:00", event_id="e0"),),
    ),
    Case(
        "a check-out that was not a check-out",
        "office",
        "mon 09:00 in, mon 12:00 out, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [auto_break corrected]"},
        corrections=(correction(VOID, event_id="e1"),),
    ),
    Case(
        "that was not me",
        "office",
        "mon 09:00 in, mon 17:30 out",
        {"mon": "absent [corrected]"},
        corrections=(
            correction(REASSIGN, event_id="e0", new_person_id=8),
            correction(REASSIGN, number=2, event_id="e1", new_person_id=8),
        ),
    ),
    Case(
        "the same check-in with two contents",
        "office",
        "mon 09:00 in, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [auto_break conflicting_copy]"},
        marks={"e1": {"has_conflict": True}},
    ),
    Case(
        "the clock of the door jumped",
        "office",
        "mon 09:00 in, mon 17:30 out",
        {"mon": "present worked 8:00 break 0:30 [auto_break clock_suspect]"},
        marks={"e0": {"is_clock_suspect": True}},
    ),
]

FREE = [
    Case(
        "worked on Saturday",
        "office",
        "sat 10:00 in, sat 14:00 out",
        {"sat": "rest_day worked 4:00 [worked_on_free_day]"},
    ),
    Case(
        "a holiday",
        "office",
        "",
        {"mon": "holiday", "tue": "absent"},
        plan=plan_with("office", holidays={day("mon"): "Founding day"}),
    ),
    Case(
        "worked on a holiday",
        "office",
        "mon 09:00 in, mon 12:00 out",
        {"mon": "holiday worked 3:00 [worked_on_free_day]"},
        plan=plan_with("office", holidays={day("mon"): "Founding day"}),
    ),
    Case(
        "a ward works on holidays",
        "ward",
        "mon 09:00 in, mon 17:00 out",
        {"mon": "present worked 8:00"},
        plan=plan_with("ward", holidays={day("mon"): "Founding day"}),
    ),
    Case(
        "the site is closed",
        "office",
        "",
        {"mon": "closed", "tue": "closed", "wed": "absent"},
        plan=plan_with("office", closings=(Closing(day("mon"), day("tue"), "stocktaking"),)),
    ),
    Case(
        "another department is closed",
        "plain",
        "mon 09:00 in, mon 17:00 out",
        {"mon": "present worked 8:00"},
        plan=plan_with("plain", closings=(Closing(day("mon"), day("mon"), "paint", "Workshop"),)),
    ),
    Case(
        "a week of leave over a weekend",
        "office",
        "",
        {"thu": "leave", "sat": "rest_day"},
        plan=plan_with("office", leave=(Leave(PERSON, day("mon"), day("sun")),)),
    ),
    Case(
        "came in while on leave",
        "plain",
        "mon 09:00 in, mon 11:00 out",
        {"mon": "leave worked 2:00 [worked_on_leave]"},
        plan=plan_with("plain", leave=(Leave(PERSON, day("mon"), day("mon")),)),
    ),
    Case(
        "half a day of leave, half a day of work",
        "plain",
        "mon 13:00 in, mon 17:00 out",
        {"mon": "half_day worked 4:00"},
        plan=plan_with("plain", leave=(Leave(PERSON, day("mon"), day("mon"), is_half=True),)),
    ),
    Case(
        "leave that nobody approved yet",
        "plain",
        "",
        {"mon": "leave [provisional]"},
        plan=plan_with("plain", leave=(Leave(PERSON, day("mon"), day("mon"), is_provisional=True),)),
    ),
    Case(
        "somebody else's leave",
        "plain",
        "",
        {"mon": "absent"},
        plan=plan_with("plain", leave=(Leave(PERSON + 1, day("mon"), day("mon")),)),
    ),
    Case(
        "before the first day at the company",
        "plain",
        "tue 09:00 in, tue 17:00 out",
        {"mon": "not_employed", "tue": "present worked 8:00"},
        worker=Worker(PERSON, first_day=day("tue")),
    ),
    Case(
        "deactivated in the middle of a shift",
        "plain",
        "mon 09:00 in",
        {"mon": "incomplete [deactivated missing_out]", "tue": "not_employed"},
        now="mon 12:30",
        worker=Worker(PERSON, deactivated_utc=instant("mon 12:00")),
    ),
    Case(
        "a check-in after the last day: nothing is lost",
        "plain",
        "tue 09:00 in, tue 10:00 out",
        {"tue": "not_employed worked 1:00 [not_employed]"},
        worker=Worker(PERSON, deactivated_utc=instant("mon 17:00")),
    ),
    Case(
        "nothing says when this person works",
        "",
        "mon 08:00 in, mon 12:00 out",
        {"mon": "present worked 4:00 [unplanned_work]", "tue": "unplanned"},
    ),
]

NIGHTS = [
    Case(
        "a night shift belongs to the day it began",
        "night",
        "mon 22:00 in, tue 06:00 out",
        {"mon": "present worked 8:00", "tue": "absent"},
    ),
    Case(
        "late for the night shift",
        "night",
        "mon 22:10 in, tue 06:00 out",
        {"mon": "present worked 7:50 late 0:10 [late]"},
    ),
    Case(
        "came after midnight to the night shift",
        "night",
        "tue 00:30 in, tue 06:00 out",
        {"mon": "present worked 5:30 late 2:30 [late]"},
    ),
    Case(
        "two nights in a row",
        "night",
        "mon 21:50 in, tue 06:05 out, tue 21:58 in, wed 06:00 out",
        {"mon": "present worked 8:15", "tue": "present worked 8:02"},
    ),
    Case(
        "forgot to check out in the morning, the next night is normal",
        "night",
        "mon 22:00 in, tue 22:00 in, wed 06:00 out",
        {"mon": "incomplete [missing_out]", "tue": "present worked 8:00"},
    ),
    Case(
        "a break after midnight",
        "night",
        "mon 22:00 in, tue 02:00 break, tue 02:30 back, tue 06:00 out",
        {"mon": "present worked 7:30 break 0:30"},
    ),
    Case(
        "stayed two hours longer in the morning",
        "night",
        "mon 22:00 in, tue 08:00 out",
        {"mon": "present worked 10:00 [outside_window]"},
    ),
    Case(
        "night shift over the spring clock change",
        "night",
        "sat 22:00 in, sun 06:00 out",
        {"sat": "present worked 7:00 [clock_change]"},
        week=date(2026, 3, 23),
    ),
    Case(
        "night shift over the autumn clock change",
        "night",
        "sat 22:00 in, sun 06:00 out",
        {"sat": "present worked 9:00 [clock_change]"},
        week=date(2026, 10, 19),
    ),
    Case(
        "one hour between two times 02:30",
        "",
        "sun 02:30 in, sun 02:30* out",
        {"sun": "present worked 1:00 [clock_change unplanned_work]"},
        week=date(2026, 10, 19),
    ),
    Case(
        "clocks that change by half an hour",
        "night",
        "sat 22:00 in, sun 06:00 out",
        {"sat": "present worked 8:30 [clock_change]"},
        week=date(2026, 3, 30),
        zone="Australia/Lord_Howe",
    ),
    Case(
        "a day shift on the day of the clock change",
        "ward",
        "sun 09:00 in, sun 17:00 out",
        {"sun": "present worked 8:00 [clock_change]"},
        week=date(2026, 3, 23),
    ),
    Case(
        "a site without summer time",
        "plain",
        "mon 09:00 in, mon 17:00 out",
        {"mon": "present worked 8:00"},
        zone="Asia/Shanghai",
    ),
    Case(
        "worked past midnight without a shift",
        "",
        "sat 20:00 in, sun 01:00 out",
        {"sat": "present worked 5:00 [unplanned_work]", "sun": "unplanned"},
    ),
    Case("24 hours at the fire station", "fire", "mon 08:00 in, tue 08:00 out", {"mon": "present worked 24:00"}),
    Case(
        "never into another shift: late on Monday, OUT in Tuesday's early shift",
        "quick",
        "mon 14:00 in, tue 05:30 out",
        {"mon": "incomplete [missing_out]", "tue": "incomplete [missing_in]"},
    ),
    Case(
        "stayed until the next day's shift accepts check-ins, on the same date",
        "",
        "mon 20:00 in, mon 23:45 out",
        {"mon": "rest_day worked 3:45 [worked_on_free_day]", "tue": "absent"},
        plan=plan_with(
            "",
            shifts=(Shift("small hours", parts=parts("00:30-08:00")),),
            cycles=(),
            assignments=(Assignment("small hours", ALWAYS, weekdays=frozenset({1})),),
        ),
    ),
    Case(
        "an arrival 20 hours later begins a new visit",
        "",
        "sat 00:10 in, sat 20:00 in, sun 01:00 out",
        {"sat": "incomplete worked 5:00 [missing_out unplanned_work]", "sun": "unplanned"},
    ),
    Case(
        "at the early shift already, so not still in the late one",
        "quick",
        "mon 17:30 in, tue 05:30 in",
        {"mon": "incomplete late 3:30 [late missing_out]", "tue": "still_in worked 0:30 [still_in]"},
        now="tue 06:00",
    ),
    Case(
        "a paid break does not stand in for the unpaid one",
        "both_breaks",
        "mon 09:00 in, mon 12:00 break, mon 12:15 back, mon 17:30 out",
        {"mon": "present worked 7:45 break 0:45 paid 8:00 [auto_break]"},
    ),
]

ROSTERS = [
    Case(
        "a rotating roster through a week",
        "rota",
        """mon 06:00 in, mon 14:00 out
            wed 14:00 in, wed 22:00 out
            fri 22:00 in, sat 06:00 out""",
        {
            "mon": "present worked 8:00",
            "tue": "absent",
            "wed": "present worked 8:00",
            "fri": "present worked 8:00",
            "sat": "rest_day",
            "sun": "rest_day",
        },
    ),
    Case(
        "late shift, then early shift",
        "quick",
        "mon 13:55 in, mon 22:05 out, tue 05:50 in, tue 14:00 out",
        {"mon": "present worked 8:10", "tue": "present worked 8:10"},
    ),
    Case(
        "from the night shift straight into the early shift",
        "quick",
        "wed 21:55 in, thu 06:05 out, thu 06:06 in, thu 14:00 out",
        {"wed": "present worked 8:10", "thu": "present worked 7:54 late 0:06 [late]"},
    ),
    Case(
        "both parts of a split shift",
        "split",
        "mon 08:00 in, mon 12:00 out, mon 16:00 in, mon 20:00 out",
        {"mon": "present worked 8:00"},
    ),
    Case(
        "late for the second part of a split shift",
        "split",
        "mon 08:00 in, mon 12:00 out, mon 16:20 in, mon 20:00 out",
        {"mon": "present worked 7:40 late 0:20 [late]"},
    ),
    Case(
        "missed the second part of a split shift",
        "split",
        "mon 08:00 in, mon 12:00 out",
        {"mon": "present worked 4:00 [part_missed]"},
    ),
    Case(
        "stayed between the parts of a split shift",
        "split",
        "mon 08:00 in, mon 20:00 out",
        {"mon": "present worked 12:00"},
    ),
    Case(
        "lunch between two parts is the break",
        "lunch",
        "mon 08:00 in, mon 12:00 out, mon 12:45 in, mon 17:00 out",
        {"mon": "present worked 8:15"},
    ),
    Case(
        "worked through lunch between two parts",
        "lunch",
        "mon 08:00 in, mon 17:00 out",
        {"mon": "present worked 8:30 break 0:30 [auto_break]"},
    ),
    Case("flexible hours at any time", "flex", "mon 11:00 in, mon 19:30 out", {"mon": "present worked 8:30"}),
    Case(
        "flexible hours in two stretches, the second past midnight",
        "flex",
        "mon 07:00 in, mon 10:00 out, mon 20:00 in, tue 01:00 out",
        {"mon": "present worked 8:00", "tue": "absent"},
    ),
    Case(
        "too few flexible hours are owed, not late",
        "flex",
        "mon 12:00 in, mon 15:00 out",
        {"mon": "present worked 3:00"},
    ),
    Case(
        "flexible hours outside the frame",
        "frame",
        "mon 04:00 in, mon 13:00 out",
        {"mon": "present worked 9:00 [outside_window]"},
    ),
    Case(
        "another shift from Wednesday on",
        "",
        "tue 09:00 in, tue 17:00 out, wed 14:00 in, wed 22:00 out",
        {"tue": "present worked 8:00", "wed": "present worked 8:00"},
        plan=plan_with("", assignments=(Assignment("plain", ALWAYS, day("tue")), Assignment("late", day("wed")))),
    ),
    Case(
        "a person's own shift comes before the department's",
        "",
        "mon 14:00 in, mon 22:00 out",
        {"mon": "present worked 8:00"},
        worker=Worker(PERSON, "Sales"),
        plan=plan_with(
            "",
            assignments=(
                Assignment("plain", ALWAYS, department="Sales"),
                Assignment("late", day("mon"), day("mon"), person_id=PERSON),
            ),
        ),
    ),
    Case(
        "a shift on some days of the week only",
        "",
        "mon 09:00 in, mon 17:00 out",
        {"mon": "present worked 8:00", "tue": "rest_day", "sat": "absent"},
        plan=plan_with("", assignments=(Assignment("plain", ALWAYS, weekdays=frozenset({0, 5})),)),
    ),
    Case(
        "a day that begins at 4 in the morning",
        "",
        "tue 01:00 in, tue 03:30 out",
        {"mon": "present worked 2:30 [unplanned_work]", "tue": "unplanned"},
        rules=HoursRules(day_start_min=240),
    ),
]

NOW = [
    Case("still there", "office", "mon 09:00 in", {"mon": "still_in worked 3:00 [still_in]"}, now="mon 12:00"),
    Case(
        "out for lunch at the moment",
        "office",
        "mon 09:00 in, mon 12:00 out",
        {"mon": "present worked 3:00"},
        now="mon 12:10",
    ),
    Case(
        "on a break at the moment",
        "office",
        "mon 09:00 in, mon 12:00 break",
        {"mon": "still_in worked 3:00 break 0:10 [still_in]"},
        now="mon 12:10",
    ),
    Case(
        "still there in the night shift",
        "night",
        "mon 22:00 in",
        {"mon": "still_in worked 4:00 [still_in]"},
        now="tue 02:00",
    ),
    Case("the day has not begun", "office", "", {"mon": "expected", "tue": "expected"}, now="mon 08:00"),
    Case("not there yet", "office", "", {"mon": "expected"}, now="mon 10:00"),
    Case(
        "a check-out in the future",
        "office",
        "mon 09:00 in, mon 18:00 out",
        {"mon": "still_in worked 1:00 [future_event still_in]"},
        now="mon 10:00",
    ),
    Case(
        "after 15 hours nobody is still there",
        "plain",
        "mon 09:00 in",
        {"mon": "incomplete [missing_out]"},
        now="tue 00:01",
    ),
    Case(
        "until 15 hours somebody may still be there",
        "plain",
        "mon 09:00 in",
        {"mon": "still_in worked 14:59 [still_in]"},
        now="mon 23:59",
    ),
]

PAY = [
    Case(
        "rounded in favour of the person",
        "plain",
        "mon 08:57 in, mon 17:03 out",
        {"mon": "present worked 8:06 paid 8:30"},
        rules=rounding(15, Favour.EMPLOYEE),
    ),
    Case(
        "rounded in favour of the company",
        "plain",
        "mon 08:57 in, mon 17:03 out",
        {"mon": "present worked 8:06 paid 8:00"},
        rules=rounding(15, Favour.EMPLOYER),
    ),
    Case(
        "rounded to the nearest 5 minutes",
        "plain",
        "mon 08:58 in, mon 17:02 out",
        {"mon": "present worked 8:04 paid 8:00"},
        rules=rounding(5, Favour.NEAREST),
    ),
    Case(
        "rounded to 10 minutes, the middle in favour of the person",
        "plain",
        "mon 09:05 in, mon 17:05 out",
        {"mon": "present worked 8:00 paid 8:10 late 0:05 [late]"},
        rules=rounding(10, Favour.NEAREST),
    ),
    Case(
        "rounding never pays time that the shift does not",
        "strict",
        "mon 08:57 in, mon 17:03 out",
        {"mon": "present worked 8:00"},
        rules=rounding(15, Favour.EMPLOYEE),
    ),
    Case(
        "lunch by the door is not rounded",
        "plain",
        "mon 09:00 in, mon 12:02 out, mon 12:28 in, mon 17:00 out",
        {"mon": "present worked 7:34"},
        rules=rounding(15, Favour.EMPLOYEE),
    ),
    Case(
        "10 hours with overtime from 8",
        "plain",
        "mon 08:30 in, mon 18:00 out",
        {"mon": "present worked 9:30 over 1:30"},
        rules=HoursRules(overtime=DAILY),
    ),
    Case(
        "two levels of overtime",
        "plain",
        "mon 08:00 in, mon 18:30 out",
        {"mon": "present worked 10:30 over 2:30 [outside_window]"},
        rules=HoursRules(overtime=TWO_LEVELS),
    ),
    Case(
        "overtime beyond the schedule",
        "office",
        "mon 09:00 in, mon 18:15 out",
        {"mon": "present worked 8:45 break 0:30 over 0:45 [auto_break]"},
        rules=HoursRules(overtime=(OvertimeLevel("any", 1.5),)),
    ),
    Case(
        "10 minutes are no overtime when it begins at 15",
        "plain",
        "mon 09:00 in, mon 17:10 out",
        {"mon": "present worked 8:10"},
        rules=HoursRules(overtime=DAILY, overtime_from_min=15),
    ),
    Case(
        "45 hours in a week of 40",
        "plain",
        FULL_WEEK,
        {"thu": "present worked 9:00", "fri": "present worked 9:00 over 5:00"},
        rules=HoursRules(overtime=WEEKLY),
    ),
    Case(
        "the hours of a day count once, for the day or for the week",
        "plain",
        FULL_WEEK,
        {"mon": "present worked 9:00 over 1:00", "fri": "present worked 9:00 over 1:00"},
        rules=HoursRules(overtime=DAILY + WEEKLY),
    ),
    Case(
        "Saturday at another rate",
        "plain",
        "sat 09:00 in, sat 12:00 out",
        {"sat": "rest_day worked 3:00 over 3:00 [worked_on_free_day]"},
        rules=HoursRules(overtime=FREE_DAYS),
    ),
]

CASES = OFFICE + BREAKS + FORGOTTEN + FREE + NIGHTS + ROSTERS + NOW + PAY
