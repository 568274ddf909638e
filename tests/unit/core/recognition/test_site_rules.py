"""What a site decides by with any pack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attendance.core.packs.format import recognizer_digits
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.site_rules import SiteRules
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import FmrPoint
from tests.fakes import FakePack

PACK = replace(FakePack().info, calibration=(FmrPoint(1e-2, 0.3, 0.3, 0.3), FmrPoint(1e-6, 0.7, 0.7, 0.7)))
DECISION = DecisionRules(
    threshold=0.0, margin=0.1, votes=2, window=4, max_attempts=9, retry_after_s=7.0, unsure_band=0.02
)
RULES = SiteRules("normal", DECISION)


def size(people: int) -> GallerySize:
    return GallerySize(people=people, templates=3 * people)


def test_that_the_threshold_comes_from_the_calibration_and_the_number_of_people() -> None:
    of_means = replace(PACK, calibration_photos=3)
    choice = RULES.threshold(of_means, size(100))  # 1 % of strangers over 100 comparisons: 1e-4, in the middle
    assert choice.threshold == pytest.approx(0.5)
    assert not choice.is_extrapolated
    assert RULES.threshold(of_means, size(1)).threshold == pytest.approx(0.5)  # never looser than for a hundred


def test_that_every_template_counts_where_single_photographs_were_measured() -> None:
    assert RULES.threshold(PACK, GallerySize(people=400, templates=10_000)).threshold == pytest.approx(0.7)


def test_that_a_fixed_threshold_holds_for_every_roster_and_claims_no_measured_rate() -> None:
    rules = replace(RULES, decision=replace(DECISION, threshold=0.42), fixed_for=recognizer_digits(PACK.model_id))
    choice = rules.threshold(PACK, size(100))
    assert (choice.threshold, choice.is_extrapolated) == (0.42, True)
    assert choice.fpir == 0.01
    assert rules.of_pack(PACK)(size(1)).threshold == rules.of_pack(PACK)(size(10_000)).threshold == 0.42


def test_that_a_threshold_fixed_for_another_recognizer_is_left_aside() -> None:
    rules = replace(RULES, decision=replace(DECISION, threshold=0.42), fixed_for="0f0f0f0f0f0f")
    assert rules.threshold(PACK, size(100)) == RULES.threshold(PACK, size(100))
    assert rules.fixed(PACK) == 0.0


def test_that_a_fixed_threshold_follows_its_recognizer_under_another_name() -> None:
    rules = replace(RULES, decision=replace(DECISION, threshold=0.42), fixed_for=recognizer_digits(PACK.model_id))
    kept = replace(PACK, pack_id="kept", model_id=f"kept:{recognizer_digits(PACK.model_id)}")
    assert rules.fixed(kept) == rules.threshold(kept, size(100)).threshold == 0.42


def test_that_the_rules_of_a_pack_are_the_sites_with_its_threshold() -> None:
    threshold = RULES.threshold(PACK, size(1)).threshold
    assert RULES.of_pack(PACK)(size(1)) == replace(DECISION, threshold=threshold)
