"""What the import page says about a plan, a run and its result."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QLocale

from attendance.ui.admin.parts.counts import left_text
from attendance.ui.admin.parts.pace import Pace
from attendance.ui.admin.parts.words import translate


def plan_text(people: int, photos: int) -> str:
    """Return what was found."""
    number = QLocale().toString
    return translate("admin", "People found: {people} · photos: {photos} · nothing is saved yet").format(
        people=number(people), photos=number(photos)
    )


def progress_text(pace: Pace, total: int, *, is_running: bool, is_stopping: bool) -> str:
    """Return count, rate and time left."""
    number = QLocale().toString
    count = translate("admin", "{done} of {total}").format(done=number(pace.done), total=number(total))
    if is_stopping:
        return translate("admin", "{count} · stopping after this person…").format(count=count)
    if not is_running or pace.left_s is None:
        return count
    rate = translate("admin", "{rate} people per second").format(rate=number(pace.per_s, "f", 1))
    return f"{count} · {rate} · {left_text(pace.left_s)}"


def summary_text(counts: Mapping[str, int]) -> tuple[str, str]:
    """Return what became of the rows, by status, and what can be done about the others."""
    number = QLocale().toString
    text = translate("admin", "{enrolled} enrolled, {added} given more photos, {failed} failed.").format(
        enrolled=number(counts["enrolled"]), added=number(counts["added"]), failed=number(counts["failed"])
    )
    if counts["unchanged"]:
        text = translate("admin", "{result} Nothing new for {count}.").format(
            result=text, count=number(counts["unchanged"])
        )
    if counts["cancelled"]:
        undone = number(counts["cancelled"])
        return text, translate("admin", "Cancelled: {count} were not done.").format(count=undone)
    if counts["failed"]:
        return text, translate("admin", "The details stand in each row; mend them and import the same file again.")
    return text, ""
