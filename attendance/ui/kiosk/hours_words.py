"""Hours, lateness and days in words."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication, QDate, QLocale

translate = QCoreApplication.translate


def worked_text(seconds: int) -> str:
    """Return how long somebody worked today; full minutes only."""
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return translate("kiosk", "Today {minutes} min").format(minutes=minutes)
    return translate("kiosk", "Today {hours} h {minutes} min").format(hours=hours, minutes=minutes)


def late_text(seconds: int) -> str:
    """Return how late somebody is; full minutes only."""
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return translate("kiosk", "{minutes} min late").format(minutes=minutes)
    return translate("kiosk", "{hours} h {minutes} min late").format(hours=hours, minutes=minutes)


def missing_text(day: date, today: date, locale: QLocale) -> str:
    """Return the question after a day without a check-out: yesterday, a day of this week, or a date."""
    age = (today - day).days
    if age == 1:
        return translate("kiosk", "You did not check out yesterday. When did you leave?")
    if age < 7:
        name = locale.dayName(day.isoweekday(), QLocale.FormatType.LongFormat)
    else:
        name = locale.toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)
    return translate("kiosk", "You did not check out on {day}. When did you leave?").format(day=name)
