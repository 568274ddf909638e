"""What a licence with a term allows before, in and after it, and how it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from attendance.core.licence import LicenceTerm, licence_line, use_at
from attendance.core.types import LicenceUse, PackInfo

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
PACK = PackInfo("p", "p:1", "P", 64, "MIT", LicenceUse.ALLOWED)
TERM = LicenceTerm("Example {Ltd}", BEGIN, END)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "use", "line"),
    [
        (BEGIN - INSTANT, LicenceUse.RESEARCH_ONLY, "which begins on 2026-01-01"),
        (BEGIN, LicenceUse.ALLOWED, "until 2026-12-31"),
        (END - INSTANT, LicenceUse.ALLOWED, "until 2026-12-31"),
        (END, LicenceUse.RESEARCH_ONLY, "which ended on 2026-12-31"),
    ],
)
def test_that_a_licence_allows_what_it_says_during_its_term_only(now: datetime, use: LicenceUse, line: str) -> None:
    pack = replace(PACK, term=TERM)
    assert use_at(pack, now) is use
    assert str(licence_line(pack, now)) == f"InsightFace's licence for Example {{Ltd}}, {line}"


def test_that_a_licence_without_an_end_holds_for_ever() -> None:
    pack = replace(PACK, term=LicenceTerm("Example Ltd", BEGIN))
    assert use_at(pack, datetime.max.replace(tzinfo=UTC)) is LicenceUse.ALLOWED
    assert str(licence_line(pack, END)) == "InsightFace's licence for Example Ltd"
    assert pack.term is not None
    assert pack.term.last_day is None


def test_that_other_licences_know_no_time() -> None:
    for use in LicenceUse:
        assert use_at(replace(PACK, use=use), BEGIN) is use
    assert str(licence_line(replace(PACK, licence="MIT {x}"), BEGIN)) == "MIT {x}"


def test_that_a_term_that_ends_within_a_day_counts_that_day() -> None:
    assert LicenceTerm("x", BEGIN, datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)).last_day == date(2026, 6, 30)
