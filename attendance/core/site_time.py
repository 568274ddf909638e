"""Times as a clock at the site shows them, and the instants that they mean."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from attendance.errors import Reason, Refusal

_SHOWN_LENGTH = 40  # of a text that is refused


def instants_of_local(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the aware UTC instants at which the clocks of ``zone`` show a time, earliest first.

    None when the clocks skip it, two when they show it twice.

    Args:
        local: without zone.
        zone: of the site.

    Raises:
        OverflowError: at the ends of the calendar.
    """
    meant = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return tuple(dict.fromkeys(one for one in meant if one.astimezone(zone).replace(tzinfo=None, fold=0) == local))


def read_site_time(text: str, zone: ZoneInfo) -> datetime:
    """Return the aware UTC instant of a written time at the site, or of one with its own offset.

    Args:
        text: ISO 8601, such as ``2026-03-02 08:00`` or ``2026-03-02T08:00:00+01:00``.
        zone: of the site.

    Raises:
        Refusal: no time, or one that the clocks skipped or showed twice.
    """
    shown = text.strip()
    try:
        given = datetime.fromisoformat(shown)
        if given.utcoffset() is not None:
            return given.astimezone(UTC)
        instants = instants_of_local(given, zone)
    except (ValueError, OverflowError) as err:
        raise Refusal(
            Reason("{text} is not a time such as 2026-03-02 08:00", text=repr(shown[:_SHOWN_LENGTH]))
        ) from err
    if "T" not in shown and " " not in shown:
        raise Refusal(Reason("{text} has no time of day", text=repr(shown[:_SHOWN_LENGTH])))
    if not instants:
        raise Refusal(Reason("the clocks skipped {text}", text=shown))
    if len(instants) > 1:
        example = instants[0].astimezone(zone).isoformat()
        raise Refusal(
            Reason("the clocks showed {text} twice; add the offset, such as {example}", text=shown, example=example)
        )
    return instants[0]
