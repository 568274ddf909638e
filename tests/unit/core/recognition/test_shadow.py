from __future__ import annotations

from datetime import UTC, datetime

import pytest

from attendance.core.recognition.shadow import ShadowOutcome, ShadowPerson, ShadowProbe, ShadowReport, summarise

ANN, BOB = 1, 2
NAMES = {ANN: ("a", "Ann"), BOB: ("b", "Bob")}


def probe(old: int | None, new: int | None, old_similarity: float = 0.6, new_similarity: float = 0.7) -> ShadowProbe:
    at_utc = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    return ShadowProbe(at_utc, "old:0", "new:0", old, new, old_similarity, new_similarity)


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        (ANN, ANN, ShadowOutcome.SAME_PERSON),
        (ANN, None, ShadowOutcome.ONLY_OLD),
        (None, ANN, ShadowOutcome.ONLY_NEW),
        (ANN, BOB, ShadowOutcome.OTHER_PERSON),
        (None, None, ShadowOutcome.NEITHER),
    ],
)
def test_that_two_answers_make_one_outcome(old: int | None, new: int | None, outcome: ShadowOutcome) -> None:
    assert probe(old, new).outcome is outcome


def test_that_the_report_counts_and_names_whom_the_difference_concerns() -> None:
    probes = [
        probe(ANN, ANN, 0.5, 0.7),
        probe(ANN, None, 0.7, 0.2),
        probe(BOB, ANN, 0.6, 0.6),
        probe(BOB, None, 0.6, 0.1),
        probe(None, ANN, 0.3, 0.9),  # a refused face: not in the means
        probe(None, None, 0.1, 0.1),
    ]
    report = summarise(probes, NAMES)
    assert (report.probes, report.same_person, report.only_old, report.only_new, report.other_person) == (6, 1, 2, 1, 1)
    assert report.mean_old == pytest.approx(0.6)
    assert report.mean_new == pytest.approx(0.4)
    assert report.people == (ShadowPerson(BOB, "b", "Bob", 1, 1, 0), ShadowPerson(ANN, "a", "Ann", 1, 0, 1))


def test_that_agreement_concerns_nobody_and_no_probes_make_an_empty_report() -> None:
    assert summarise([probe(ANN, ANN)], NAMES).people == ()
    assert summarise([], NAMES) == ShadowReport()


def test_that_somebody_without_a_name_is_left_out_of_the_list_only() -> None:
    report = summarise([probe(99, None)], NAMES)
    assert (report.only_old, report.people) == (1, ())
