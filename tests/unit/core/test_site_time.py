"""Times on the clock of a site, with the nights on which the clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from attendance.core.site_time import instants_of_local, read_site_time
from attendance.errors import Refusal

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Its clocks change by half an hour."""


@pytest.mark.parametrize(
    ("local", "zone", "instants"),
    [
        ("2026-03-02 09:00", BERLIN, ["2026-03-02 08:00"]),
        ("2026-03-29 01:59", BERLIN, ["2026-03-29 00:59"]),
        ("2026-03-29 02:30", BERLIN, []),
        ("2026-03-29 03:00", BERLIN, ["2026-03-29 01:00"]),
        ("2026-10-25 02:30", BERLIN, ["2026-10-25 00:30", "2026-10-25 01:30"]),
        ("2026-10-25 03:00", BERLIN, ["2026-10-25 02:00"]),
        ("2026-10-04 02:15", LORD_HOWE, []),
        ("2026-04-05 01:45", LORD_HOWE, ["2026-04-04 14:45", "2026-04-04 15:15"]),
    ],
)
def test_that_a_time_means_the_instants_at_which_the_clocks_show_it(
    local: str, zone: ZoneInfo, instants: list[str]
) -> None:
    wanted = tuple(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in instants)
    assert instants_of_local(datetime.fromisoformat(local), zone) == wanted


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        (" 2026-03-02 09:00 ", "2026-03-02 08:00"),
        ("2026-03-02T09:00:05", "2026-03-02 08:00:05"),
        ("2025-10-26T02:30:00+01:00", "2025-10-26 01:30"),
        ("2025-10-26T02:30Z", "2025-10-26 02:30"),
    ],
)
def test_that_a_written_time_is_of_the_site_or_of_its_own_offset(text: str, instant: str) -> None:
    assert read_site_time(text, BERLIN) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("noon", "'noon' is not a time such as 2026-03-02 08:00"),
        ("", "'' is not a time"),
        ("x" * 500, f"'{'x' * 40}' is not a time"),
        ("0001-01-01T00:00:00", "is not a time"),
        ("2026-03-02", "'2026-03-02' has no time of day"),
        ("2026-03-29 02:30", "the clocks skipped 2026-03-29 02:30"),
        ("2025-10-26T02:30", "showed 2025-10-26T02:30 twice; add the offset, such as 2025-10-26T02:30:00+02:00"),
    ],
)
def test_that_any_other_text_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_site_time(text, BERLIN)
    assert words in str(refused.value)
