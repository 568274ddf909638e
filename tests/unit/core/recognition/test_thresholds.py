"""The threshold from calibration, roster size and security level."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.core.recognition.thresholds import TARGET_FPIR, UNCALIBRATED_THRESHOLD, ThresholdChoice, threshold_for
from attendance.core.types import FmrPoint

LEVELS = ("relaxed", "normal", "strict")


def _point(fmr: float, threshold: float) -> FmrPoint:
    return FmrPoint(fmr, threshold, threshold - 0.01, threshold + 0.01)


TABLE = [_point(1e-2, 0.20), _point(1e-3, 0.30), _point(1e-4, 0.38), _point(1e-5, 0.44)]
_tables = st.lists(st.builds(_point, st.floats(1e-7, 1.0, exclude_min=True), st.floats(-0.2, 0.9)), max_size=8)


def test_that_the_rate_of_one_comparison_is_the_share_of_strangers_over_the_roster() -> None:
    assert threshold_for(TABLE, 10, "normal") == ThresholdChoice(pytest.approx(0.30), pytest.approx(1e-3), 0.01, False)
    assert threshold_for(TABLE, 100, "normal").threshold == pytest.approx(0.38)
    assert threshold_for(TABLE, 100, "strict").threshold == pytest.approx(0.44)
    assert dict(TARGET_FPIR) == {"relaxed": 0.03, "normal": 0.01, "strict": 0.001}


def test_that_the_threshold_is_interpolated_over_the_logarithm_of_the_rate() -> None:
    choice = threshold_for(TABLE, 25, "normal")
    assert choice.fmr == pytest.approx(4e-4)
    assert choice.threshold == pytest.approx(0.30 + 0.08 * -math.log10(0.4))
    assert not choice.is_extrapolated


def test_that_the_order_of_the_points_does_not_matter() -> None:
    assert threshold_for(TABLE[::-1], 25, "normal") == threshold_for(TABLE, 25, "normal")


@pytest.mark.parametrize(
    ("comparisons", "security", "threshold", "is_extrapolated"),
    [
        (1, "relaxed", 0.20, True),
        (1, "normal", 0.20, False),
        (1000, "normal", 0.44, False),
        (1001, "normal", 0.44, True),
        (100_000, "strict", 0.44, True),
    ],
)
def test_that_a_rate_outside_the_table_takes_its_end_and_says_so(
    comparisons: int, security: str, threshold: float, is_extrapolated: bool
) -> None:
    choice = threshold_for(TABLE, comparisons, security)
    assert choice.threshold == pytest.approx(threshold)
    assert choice.is_extrapolated is is_extrapolated


def test_that_an_unmeasured_pack_gets_the_cautious_default() -> None:
    choice = threshold_for([], 50, "normal")
    assert choice == ThresholdChoice(UNCALIBRATED_THRESHOLD, pytest.approx(2e-4), 0.01, True)
    assert choice.threshold == 0.45


def test_that_an_empty_roster_counts_as_one_person() -> None:
    assert threshold_for(TABLE, 0, "normal") == threshold_for(TABLE, 1, "normal")


def test_that_of_two_points_of_one_rate_the_stricter_counts() -> None:
    assert threshold_for([*TABLE, _point(1e-3, 0.33)], 10, "normal").threshold == pytest.approx(0.33)


def test_that_a_dip_of_a_noisy_table_is_filled() -> None:
    noisy = [_point(1e-2, 0.30), _point(1e-3, 0.25), _point(1e-4, 0.40)]
    assert threshold_for(noisy, 10, "normal").threshold == pytest.approx(0.30)


@given(_tables, st.integers(0, 200_000))
def test_that_stricter_security_never_lowers_the_threshold(table: list[FmrPoint], comparisons: int) -> None:
    found = [threshold_for(table, comparisons, level).threshold for level in LEVELS]
    assert found == sorted(found)


@given(_tables, st.integers(0, 200_000), st.integers(0, 200_000), st.sampled_from(LEVELS))
def test_that_more_people_never_lower_the_threshold(table: list[FmrPoint], one: int, other: int, level: str) -> None:
    fewer, more = sorted((one, other))
    assert threshold_for(table, fewer, level).threshold <= threshold_for(table, more, level).threshold


@pytest.mark.parametrize(
    ("table", "comparisons", "security"),
    [
        (TABLE, 10, "paranoid"),
        ([], 10, ""),
        (TABLE, -1, "normal"),
        ([_point(0.0, 0.3)], 10, "normal"),
        ([_point(1.1, 0.3)], 10, "normal"),
        ([_point(float("nan"), 0.3)], 10, "normal"),
        ([_point(0.1, 1.2)], 10, "normal"),
        ([_point(0.1, float("nan"))], 10, "normal"),
    ],
)
def test_that_senseless_input_is_refused(table: list[FmrPoint], comparisons: int, security: str) -> None:
    with pytest.raises(ValueError, match=r"security|comparisons|calibration point"):
        threshold_for(table, comparisons, security)
