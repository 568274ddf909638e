"""TAR and FAR of altered against clean photographs, on vectors where the answer is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from attendance_training.data.labelled_crops import LabelledCrops
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.calibration import calibrate
from attendance_training.packs.recognizer import OnnxRecognizer
from attendance_training.reports.alterations import Alteration
from attendance_training.reports.robustness import Comparison, Robustness, measure_robustness
from attendance_training.reports.robustness_text import describe_robustness, read_refusals
from attendance_training.reports.text import to_json
from tests.onnx_graphs import save_recognizer
from tests.unit.training.evaluation.made_up import make_people

PEOPLE = make_people([3] * 40, spread=0.5, seed=4)


def make_comparison(far: float = 1e-2) -> Comparison:
    return Comparison(PEOPLE.vectors, PEOPLE.person, far=far, rounds=200, seed=1)


def test_that_clean_pairs_give_the_threshold_and_the_rate_of_a_calibration() -> None:
    point = calibrate(PEOPLE, targets=(1e-2,), rounds=10).points[0]
    comparison = make_comparison()
    result = comparison.rate("none", PEOPLE.vectors)
    assert comparison.threshold == pytest.approx(point.threshold, abs=1e-5)
    assert result.own_threshold == comparison.threshold
    assert result.tar.value == pytest.approx(point.tar)
    assert result.far.value == pytest.approx(0.01, abs=2e-4)
    assert result.tar.trials == 2 * 40 * 3
    assert result.far.trials == 120 * 117


def test_that_embeddings_without_the_person_are_refused_and_let_nobody_in_more_often() -> None:
    rng = np.random.default_rng(9)
    lost = rng.normal(size=PEOPLE.vectors.shape).astype(np.float32)
    lost /= np.linalg.norm(lost, axis=1, keepdims=True)
    result = make_comparison().rate("lost", lost)
    assert result.tar.value < 0.1
    assert result.own_tar.value < 0.1
    assert result.tar.low <= result.tar.value <= result.tar.high


def test_that_a_drift_towards_everybody_lets_others_in_at_the_operating_threshold_only() -> None:
    """Clean vectors have something in common; the altered ones have more of it, as faces behind one mask may."""
    common = np.zeros(PEOPLE.vectors.shape[1], np.float32)
    common[0] = 1.0
    clean, drifted = (PEOPLE.vectors + share * common for share in (0.5, 1.5))
    clean, drifted = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (clean, drifted))
    comparison = Comparison(clean, PEOPLE.person, far=1e-1, rounds=100, seed=1)
    result = comparison.rate("drift", drifted)
    expected = (drifted @ clean.T)[PEOPLE.person[:, None] != PEOPLE.person[None, :]] >= comparison.threshold
    assert result.far.value == pytest.approx(expected.mean())
    assert result.far.low > 0.1
    assert result.own_threshold > comparison.threshold
    assert result.own_tar.value < result.tar.value


def test_that_a_photograph_is_never_compared_with_its_own_altered_copy() -> None:
    """Unrelated photographs of one person: only a copy would match."""
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(60, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    person = np.repeat(np.arange(30), 2)
    result = Comparison(vectors, person, far=1e-2, rounds=20, seed=1).rate("none", vectors)
    assert result.tar.value < 0.1


def test_that_the_same_seed_gives_the_same_report_and_the_report_round_trips(tmp_path: Path) -> None:
    recognizer = OnnxRecognizer(save_recognizer(tmp_path / "r.onnx", size=16), flip_average=True)
    rng = np.random.default_rng(1)
    cells = rng.integers(0, 256, (24, 4, 4, 3), dtype=np.uint8).repeat(28, axis=1).repeat(28, axis=2)
    data = LabelledCrops(cells, np.repeat(np.arange(8), 3), 8, "pack:1")
    dark = (Alteration("dark", lambda crop, number: (crop // 3).astype(np.uint8)),)
    seen: list[str] = []
    measured = [
        measure_robustness(data, recognizer, dark, far=0.1, rounds=30, seed=3, progress=seen.append) for _ in range(2)
    ]
    assert measured[0] == measured[1]
    assert seen == ["dark", "dark"]
    assert [result.name for result in measured[0].results] == ["none", "dark"]
    path = tmp_path / "r.json"
    path.write_text(to_json({"measured": measured[:1]}), encoding="utf-8")
    refused = read_refusals(path, recognizer.model_id)
    assert refused["dark"] == pytest.approx(1 - measured[0].results[1].tar.value, abs=1e-5)
    with pytest.raises(EvaluationDataUnusable, match="not about other:1"):
        read_refusals(path, "other:1")


def test_that_a_file_that_is_no_report_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    for content in ("no json", json.dumps({"measured": [1]}), "[]"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(EvaluationDataUnusable, match="not a report"):
            read_refusals(path, "x")
    with pytest.raises(EvaluationDataUnusable, match="No such file"):
        read_refusals(tmp_path / "absent.json", "x")


def test_that_the_tables_have_a_row_for_each_alteration_and_both_recognizers() -> None:
    comparison = make_comparison()
    results = tuple(comparison.rate(name, PEOPLE.vectors) for name in ("none", "mask"))
    both = [Robustness(f"{name}:0123", True, comparison.threshold, results) for name in ("ours", "other")]
    crops = LabelledCrops(np.zeros((120, 112, 112, 3), np.uint8), PEOPLE.person, 40, "pack:1")
    text = describe_robustness(crops, both, far=1e-2)
    rows = [line for line in text.splitlines() if line.startswith("| mask |")]
    assert len(rows) == 2
    assert rows[0].count("|") == 6
    assert "40 people, 120 photographs" in text
    assert "`ours:0123`" in text
    assert f"{100 * results[0].tar.value:.1f} (" in rows[0]
